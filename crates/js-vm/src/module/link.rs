//! 16.2.1.6.1.2 Link, 16.2.1.7.1 the bindings of source text modules, 16.2.1.11 GetModuleNamespace.

use super::record::{self, Module, ModuleId, Status};
use crate::error::{Res, Throw};
use crate::vm::Vm;
use js_bytecode::{Export, Phase, Text};
use js_rt::{Obj, Value};

/// 16.2.1.4 ResolvedBinding Records, and what there is instead of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolution {
    /// There is none.
    None,
    /// Star exports lead to several.
    Ambiguous,
    /// A slot in a module's environment.
    Slot(usize, u16),
    /// The namespace object of a module; whether it is a deferred one.
    Namespace(usize, bool),
    /// The source of a module.
    Source(usize),
}

/// What an import or export of a whole module leads to.
fn resolution_of(required: usize, phase: Phase) -> Resolution {
    match phase {
        Phase::Evaluation => Resolution::Namespace(required, false),
        Phase::Defer => Resolution::Namespace(required, true),
        Phase::Source => Resolution::Source(required),
    }
}

impl Vm {
    /// 16.2.1.6.1.2 Link, after loading what it requests
    ///
    /// # Errors
    /// SyntaxError for imports that nothing exports, and errors of loading.
    pub fn link_module(&self, module: ModuleId) -> Res<()> {
        self.load_requested_modules(module.0)?;
        self.link(module.0)
    }

    pub(super) fn link(&self, number: usize) -> Res<()> {
        let mut stack = Vec::new();
        let result = self.inner_link(number, &mut stack, 0);
        if result.is_err() {
            for number in stack {
                self.module(number)?.status.set(Status::Unlinked);
            }
        }
        result.map(drop)
    }

    /// 16.2.1.6.1.2.1 InnerModuleLinking
    fn inner_link(&self, number: usize, stack: &mut Vec<usize>, index: usize) -> Res<usize> {
        self.check_stack()?;
        let module = self.module(number)?;
        if module.status.get() != Status::Unlinked {
            return Ok(index);
        }
        module.status.set(Status::Linking);
        module.index.set(index);
        module.ancestor.set(index);
        stack.push(number);
        let mut index = index + 1;
        for (_, required) in module.dependencies() {
            index = self.inner_link(required, stack, index)?;
            let required = self.module(required)?;
            if required.status.get() == Status::Linking {
                module.ancestor.set(module.ancestor.get().min(required.ancestor.get()));
            }
        }
        self.in_realm(module.realm.get(), || self.initialize_environment(number, module))?;
        if module.ancestor.get() == module.index.get() {
            while let Some(done) = stack.pop() {
                self.module(done)?.status.set(Status::Linked);
                if done == number {
                    break;
                }
            }
        }
        Ok(index)
    }

    /// 16.2.1.7.3.1 InitializeEnvironment
    fn initialize_environment(&self, number: usize, module: &Module) -> Res<()> {
        for export in &module.info.exports {
            if let Export::Indirect { name, request, import: Some(import) } = export
                && matches!(
                    self.resolve_export(number, name, &mut Vec::new())?,
                    Resolution::None | Resolution::Ambiguous
                )
            {
                return Err(self.unresolvable(module, *request as usize, import));
            }
        }
        let bindings = self.rt.new_internal(2 * module.info.imports.len())?;
        for (number, import) in module.info.imports.iter().enumerate() {
            let Some(required) = module.required(import.request as usize) else { continue };
            let found = match &import.name {
                None => resolution_of(required, module.phase(import.request as usize)),
                Some(name) => self.resolve_export(required, name, &mut Vec::new())?,
            };
            if let (Resolution::None | Resolution::Ambiguous, Some(name)) = (found, &import.name) {
                return Err(self.unresolvable(module, import.request as usize, name));
            }
            let (place, slot) = self.binding_place(found)?;
            if place.is_empty() {
                return Err(self.no_source());
            }
            bindings.set(&self.rt, 2 * number, place);
            bindings.set(&self.rt, 2 * number + 1, slot);
        }
        module.bindings.set(Some(bindings));
        if let Some(code) = module.code.get() {
            let env = module.env.get();
            for &(slot, function) in &module.info.functions {
                let function = self.make_closure(code, function as usize, Some(env))?;
                env.set(&self.rt, usize::from(slot), function.into());
            }
        }
        Ok(())
    }

    #[cold]
    fn unresolvable(&self, module: &Module, request: usize, name: &Text) -> Throw {
        let specifier = module.info.requests.get(request).map(|request| record::text(&request.specifier));
        let ambiguous = module.required(request).is_some_and(|required| {
            matches!(self.resolve_export(required, name, &mut Vec::new()), Ok(Resolution::Ambiguous))
        });
        let (specifier, name) = (specifier.unwrap_or_default(), record::text(name));
        let thrown = self.unresolvable_error(&specifier, &name, ambiguous);
        self.at_request(thrown, module, request)
    }

    /// Has the stack of an error begin with the place of a request, unless it has a place in another source already.
    #[cold]
    pub(super) fn at_request(&self, thrown: Throw, module: &Module, request: usize) -> Throw {
        let offset = module.info.requests.get(request).map_or(0, |request| request.offset);
        let Some(code) = module.code.get() else { return thrown };
        if self.has_place(thrown) {
            return thrown;
        }
        let place = self.note_refused(&code.unit.source, offset);
        match self.show_place(thrown, &place) {
            Ok(()) => thrown,
            Err(other) => other,
        }
    }

    #[cold]
    fn unresolvable_error(&self, specifier: &str, name: &str, ambiguous: bool) -> Throw {
        if ambiguous {
            let message = "contains conflicting star exports for name";
            return self.syntax_error(format_args!("The requested module '{specifier}' {message} '{name}'"));
        }
        let message = "does not provide an export named";
        self.syntax_error(format_args!("The requested module '{specifier}' {message} '{name}'"))
    }

    /// GetModuleSource of a module that has none.
    #[cold]
    pub(super) fn no_source(&self) -> Throw {
        self.syntax_error("Source phase import object is not defined for this module")
    }

    /// What a binding consists of: environment and slot, or a namespace object.
    fn binding_place(&self, found: Resolution) -> Res<(Value, Value)> {
        Ok(match found {
            Resolution::Slot(number, slot) => {
                (Value::from_cell(self.module(number)?.env.get()), Value::int(i32::from(slot)))
            }
            Resolution::Namespace(number, deferred) => {
                (self.module_namespace(ModuleId(number), deferred)?.into(), Value::EMPTY)
            }
            Resolution::Source(number) => (self.module(number)?.source.get(), Value::EMPTY),
            Resolution::None | Resolution::Ambiguous => (Value::UNDEFINED, Value::EMPTY),
        })
    }

    /// 16.2.1.7.2.2 ResolveExport
    pub(super) fn resolve_export(
        &self,
        number: usize,
        name: &Text,
        seen: &mut Vec<(usize, Text)>,
    ) -> Res<Resolution> {
        self.check_stack()?;
        if seen.iter().any(|(other, its)| *other == number && its == name) {
            return Ok(Resolution::None);
        }
        seen.push((number, name.clone()));
        let module = self.module(number)?;
        if let Some(&place) = module.exports.get(name) {
            if let Some(Export::Local { slot, .. }) = module.info.exports.get(place) {
                return Ok(Resolution::Slot(number, *slot));
            }
            return self.resolve_place(module, place, seen);
        }
        if record::is(name, "default") {
            return Ok(Resolution::None);
        }
        let mut found = Resolution::None;
        for export in &module.info.exports {
            let Export::Star { request } = export else { continue };
            let Some(required) = module.required(*request as usize) else { continue };
            match self.resolve_export(required, name, seen)? {
                Resolution::Ambiguous => return Ok(Resolution::Ambiguous),
                Resolution::None => {}
                other if found == Resolution::None => found = other,
                other if found == other => {}
                _ => return Ok(Resolution::Ambiguous),
            }
        }
        Ok(found)
    }

    /// The binding that an indirect export leads to.
    fn resolve_place(&self, module: &Module, place: usize, seen: &mut Vec<(usize, Text)>) -> Res<Resolution> {
        let Some(Export::Indirect { request, import, .. }) = module.info.exports.get(place) else {
            return Ok(Resolution::None);
        };
        match (module.required(*request as usize), import) {
            (Some(required), None) => Ok(resolution_of(required, module.phase(*request as usize))),
            (Some(required), Some(import)) => self.resolve_export(required, import, seen),
            (None, _) => Ok(Resolution::None),
        }
    }

    /// 16.2.1.7.2.1 GetExportedNames
    fn exported_names(&self, number: usize, seen: &mut Vec<usize>, names: &mut Vec<Text>) -> Res<()> {
        self.check_stack()?;
        if seen.contains(&number) {
            return Ok(());
        }
        seen.push(number);
        let module = self.module(number)?;
        let outermost = seen.len() == 1;
        names.extend(module.exports.keys().filter(|name| outermost || !record::is(name, "default")).cloned());
        for export in &module.info.exports {
            if let Export::Star { request } = export
                && let Some(required) = module.required(*request as usize)
            {
                self.exported_names(required, seen, names)?;
            }
        }
        Ok(())
    }

    /// 16.2.1.11 GetModuleNamespace
    ///
    /// # Errors
    /// Out of memory or stack.
    pub fn module_namespace(&self, module: ModuleId, deferred: bool) -> Res<Obj> {
        let record = self.module(module.0)?;
        if let Some(namespace) = record.namespaces[usize::from(deferred)].get() {
            return Ok(namespace);
        }
        let mut names = Vec::new();
        self.exported_names(module.0, &mut Vec::new(), &mut names)?;
        let mut names: Vec<_> = names.into_iter().map(|name| (record::units(&name), name)).collect();
        names.sort();
        names.dedup();
        let exports = self.rt.new_list()?;
        let mut found = Vec::new();
        for (_, name) in &names {
            let resolution = self.resolve_export(module.0, name, &mut Vec::new())?;
            if !matches!(resolution, Resolution::None | Resolution::Ambiguous) {
                found.push(resolution);
                exports.push(&self.rt, self.text(name)?.into())?;
                exports.push(&self.rt, Value::UNDEFINED)?;
                exports.push(&self.rt, Value::EMPTY)?;
            }
        }
        let number = Value::int(i32::try_from(module.0).unwrap_or(i32::MAX));
        let namespace = self.module_namespace_create(exports, number, deferred)?;
        // Modules may export their own namespaces, or those of one another: now it is there.
        record.namespaces[usize::from(deferred)].set(Some(namespace));
        for (place, resolution) in found.into_iter().enumerate() {
            let (env, slot) = self.binding_place(resolution)?;
            exports.set(&self.rt, 3 * place + 1, env);
            exports.set(&self.rt, 3 * place + 2, slot);
        }
        Ok(namespace)
    }
}
