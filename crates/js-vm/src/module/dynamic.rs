//! 13.3.10 Import Calls.

use super::record::ModuleId;
use crate::call::Args;
use crate::error::Res;
use crate::job::Job;
use crate::operations::PropertyKind;
use crate::promise::PromiseCapability;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Code, Internal, Obj, Str, Value};

/// Phases, as `dynamic_import` names them.
const SOURCE: u8 = 1;
const DEFER: u8 = 2;

fn capability(promise: Value) -> PromiseCapability {
    PromiseCapability { promise, resolve: Value::EMPTY, reject: Value::EMPTY }
}

fn module_of(value: Value) -> usize {
    value.as_int().map_or(usize::MAX, |number| number as usize)
}

impl Vm {
    /// 13.3.10.2 EvaluateImportCall: a promise for the namespace object
    pub(crate) fn dynamic_import(
        &self,
        code: Gc<Code>,
        specifier: Value,
        options: Value,
        phase: u8,
    ) -> Res<Value> {
        let referrer = self.referrer(code.unit.host.get());
        let capability = self.new_intrinsic_capability()?;
        let kind = self.import_arguments(specifier, options);
        let (specifier, kind) = match self.if_abrupt_reject(&capability, kind)? {
            Ok(given) => given,
            Err(promise) => return Ok(promise),
        };
        self.import_with(referrer.as_deref(), specifier, kind.as_deref(), phase, &capability)?;
        Ok(capability.promise)
    }

    /// An import call by the library or the host, for the running script or module: a promise for the namespace object.
    ///
    /// # Errors
    /// Out of memory, or ended from outside; everything else goes to the promise.
    pub fn import(&self, specifier: Str) -> Res<Obj> {
        let referrer = self.referrer(self.running_host());
        let promise = self.new_promise()?;
        self.import_with(referrer.as_deref(), specifier, None, 0, &capability(promise.into()))?;
        Ok(promise)
    }

    /// The specifier, and the import attribute `type`.
    fn import_arguments(&self, specifier: Value, options: Value) -> Res<(Str, Option<String>)> {
        let specifier = self.to_string(specifier)?;
        if options.is_undefined() {
            return Ok((specifier, None));
        }
        let Some(options) = options.as_object() else {
            return Err(self.type_error("The second argument of import() must be an object"));
        };
        let attributes = self.get(options, self.rt.key_from_utf8("with")?)?;
        if attributes.is_undefined() {
            return Ok((specifier, None));
        }
        let Some(attributes) = attributes.as_object() else {
            return Err(self.type_error("The 'with' option of import() must be an object"));
        };
        let entries = self.enumerable_own_properties(attributes, PropertyKind::KeyValue)?;
        let (mut kind, mut unknown) = (None, None);
        for entry in entries.iter() {
            let Some(entry) = entry.as_object() else { continue };
            let (key, value) = (self.get_index(entry, 0)?, self.get_index(entry, 1)?);
            let (Some(key), Some(value)) = (key.as_string(), value.as_string()) else {
                return Err(self.type_error("Import attribute value must be a string"));
            };
            match key.to_std().as_str() {
                "type" => kind = Some(value.to_std()),
                other => unknown = Some(other.to_owned()),
            }
        }
        match unknown {
            Some(key) => Err(self.type_error(format_args!("Import attribute \"{key}\" is not supported"))),
            None => Ok((specifier, kind)),
        }
    }

    /// HostLoadImportedModule and 13.3.10.3 ContinueDynamicImport
    fn import_with(
        &self,
        referrer: Option<&str>,
        specifier: Str,
        kind: Option<&str>,
        phase: u8,
        capability: &PromiseCapability,
    ) -> Res<()> {
        let loaded = self.load_dynamic(referrer, specifier, kind, phase);
        let Ok((number, rest)) = self.if_abrupt_reject(capability, loaded)? else { return Ok(()) };
        // What the promise of LoadRequestedModules brings about: it is settled already.
        let job = match rest {
            Ok(()) => {
                let number = Value::int(i32::try_from(number).unwrap_or(i32::MAX));
                Job::new(
                    link_and_evaluate,
                    [capability.promise, number, Value::int(i32::from(phase)), Value::UNDEFINED],
                )
            }
            Err(thrown) => {
                let error = self.catch(thrown)?;
                Job::new(reject, [capability.promise, error, Value::UNDEFINED, Value::UNDEFINED])
            }
        };
        self.enqueue_job(job);
        Ok(())
    }

    /// The module itself, and how loading what it requests ended.
    fn load_dynamic(
        &self,
        referrer: Option<&str>,
        specifier: Str,
        kind: Option<&str>,
        phase: u8,
    ) -> Res<(usize, Res<()>)> {
        let kind = self.module_type(kind)?;
        let number = self.host_load(referrer, &specifier.to_std(), kind)?;
        if phase == SOURCE {
            if self.module(number)?.source.get().is_empty() {
                return Err(self.no_source());
            }
            return Ok((number, Ok(())));
        }
        Ok((number, self.load_requested_modules(number)))
    }

    /// The promise for the evaluation of a module as far as an import of that phase evaluates it; none when that is nothing.
    fn evaluate_for(&self, number: usize, phase: u8) -> Res<Option<Obj>> {
        if phase != DEFER {
            return self.evaluate(number).map(Some);
        }
        let mut list = Vec::new();
        self.gather_async_dependencies(number, &mut Vec::new(), &mut list)?;
        if list.is_empty() {
            return Ok(None);
        }
        // SafePerformPromiseAll: a count, and the promise for all.
        let all = self.new_promise()?;
        let state = self
            .rt
            .internal_from(&[all.into(), Value::int(i32::try_from(list.len()).unwrap_or(i32::MAX))])?;
        for number in list {
            let promise = self.evaluate(number)?;
            let fulfilled = self.native_function_with(one_fulfilled, 1, &[Value::from_cell(state)])?;
            let rejected = self.native_function_with(one_rejected, 1, &[Value::from_cell(state)])?;
            self.perform_promise_then(promise, fulfilled.into(), rejected.into(), None)?;
        }
        Ok(Some(all))
    }

    fn settle_import(&self, promise: Value, number: usize, phase: i32) -> Res<()> {
        let capability = capability(promise);
        let namespace = self.module_namespace(ModuleId(number), phase == i32::from(DEFER));
        if let Ok(namespace) = self.if_abrupt_reject(&capability, namespace)? {
            self.resolve_capability(&capability, namespace.into())?;
        }
        Ok(())
    }
}

fn link_and_evaluate(vm: &Vm, &[promise, module, phase, _]: &[Value; Job::VALUES]) -> Res<()> {
    let number = module_of(module);
    if phase == Value::int(i32::from(SOURCE)) {
        return vm.resolve_capability(&capability(promise), vm.module(number)?.source.get());
    }
    let link = vm.link(number);
    if vm.if_abrupt_reject(&capability(promise), link)?.is_err() {
        return Ok(());
    }
    let phase_number = phase.as_int().unwrap_or(0);
    let Some(evaluated) = vm.evaluate_for(number, u8::try_from(phase_number).unwrap_or(0))? else {
        return vm.settle_import(promise, number, phase_number);
    };
    let slots = [promise, module, phase];
    let fulfilled = vm.native_function_with(import_evaluated, 0, &slots)?;
    let rejected = vm.native_function_with(import_failed, 1, &slots)?;
    vm.perform_promise_then(evaluated, fulfilled.into(), rejected.into(), None)
}

fn reject(vm: &Vm, &[promise, error, ..]: &[Value; Job::VALUES]) -> Res<()> {
    vm.reject_capability(&capability(promise), error)
}

fn import_evaluated(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.settle_import(args.slot(0), module_of(args.slot(1)), args.slot(2).as_int().unwrap_or(0))?;
    Ok(Value::UNDEFINED)
}

fn import_failed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.reject_capability(&capability(args.slot(0)), args.get(0))?;
    Ok(Value::UNDEFINED)
}

fn one_fulfilled(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(state) = args.slot(0).cell::<Internal>() {
        let left = state.get(1).as_int().unwrap_or(0) - 1;
        state.set(&vm.rt, 1, Value::int(left));
        if left == 0 {
            vm.resolve_capability(&capability(state.get(0)), Value::UNDEFINED)?;
        }
    }
    Ok(Value::UNDEFINED)
}

fn one_rejected(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(state) = args.slot(0).cell::<Internal>()
        && let Some(promise) = state.get(0).as_object()
        && vm.promise_state(promise) == crate::promise::PromiseState::Pending
    {
        vm.reject_capability(&capability(promise.into()), args.get(0))?;
    }
    Ok(Value::UNDEFINED)
}
