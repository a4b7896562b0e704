//! 16.2.1.6.1.3 Evaluate, with modules that await at their top level.

use super::record::{Module, ModuleId, Order, Status};
use crate::call::Args;
use crate::error::Res;
use crate::promise::{PromiseCapability, PromiseState};
use crate::vm::Vm;
use js_bytecode::Phase;
use js_rt::{Obj, Value};

fn number_value(number: usize) -> Value {
    Value::int(i32::try_from(number).unwrap_or(i32::MAX))
}

fn capability(promise: Obj) -> PromiseCapability {
    PromiseCapability { promise: promise.into(), resolve: Value::EMPTY, reject: Value::EMPTY }
}

impl Vm {
    /// 16.2.1.6.1.3 Evaluate: the promise that is fulfilled when the module has run.
    ///
    /// # Errors
    /// Out of memory, or ended from outside; everything else goes to the promise.
    pub fn evaluate_module(&self, module: ModuleId) -> Res<Obj> {
        self.evaluate(module.0)
    }

    pub(super) fn evaluate(&self, number: usize) -> Res<Obj> {
        let mut number = number;
        let mut module = self.module(number)?;
        if matches!(module.status.get(), Status::EvaluatingAsync | Status::Evaluated)
            && let Some(root) = module.cycle_root.get()
        {
            number = root;
            module = self.module(root)?;
        }
        if let Some(promise) = module.promise.get() {
            return Ok(promise);
        }
        let promise = self.in_realm(module.realm.get(), || self.new_promise())?;
        module.promise.set(Some(promise));
        let mut stack = Vec::new();
        match self.inner_evaluate(number, &mut stack, 0) {
            Ok(_) if matches!(module.order.get(), Order::At(_)) => {}
            Ok(_) => self.resolve_capability(&capability(promise), Value::UNDEFINED)?,
            Err(thrown) => {
                let error = self.catch(thrown);
                for number in stack {
                    let module = self.module(number)?;
                    module.status.set(Status::Evaluated);
                    module.error.set(error.unwrap_or(Value::UNDEFINED));
                }
                self.reject_capability(&capability(promise), error?)?;
            }
        }
        Ok(promise)
    }

    /// 16.2.1.6.1.3.1 InnerModuleEvaluation
    fn inner_evaluate(&self, number: usize, stack: &mut Vec<usize>, index: usize) -> Res<usize> {
        self.check_stack()?;
        let module = self.module(number)?;
        match module.status.get() {
            Status::Evaluating => return Ok(index),
            Status::EvaluatingAsync | Status::Evaluated => {
                return match module.failed() {
                    Some(error) => Err(self.throw(error)),
                    None => Ok(index),
                };
            }
            _ => {}
        }
        module.status.set(Status::Evaluating);
        module.index.set(index);
        module.ancestor.set(index);
        module.pending.set(0);
        stack.push(number);
        let mut index = index + 1;
        for required in self.evaluation_list(module)? {
            index = self.inner_evaluate(required, stack, index)?;
            self.depend(number, module, required)?;
        }
        if module.pending.get() > 0 || module.awaits() {
            let count = self.state.modules.evaluations.get();
            self.state.modules.evaluations.set(count + 1);
            module.order.set(Order::At(count));
            if module.pending.get() == 0 {
                self.execute_async_module(number)?;
            }
        } else {
            self.execute_module(module)?;
        }
        if module.ancestor.get() == module.index.get() {
            while let Some(done) = stack.pop() {
                let record = self.module(done)?;
                let is_async = record.order.get() != Order::Unset;
                record.status.set(if is_async { Status::EvaluatingAsync } else { Status::Evaluated });
                record.cycle_root.set(Some(number));
                if done == number {
                    break;
                }
            }
        }
        Ok(index)
    }

    /// The modules to be evaluated before one: those requested, and of those whose evaluation is deferred what awaits.
    fn evaluation_list(&self, module: &Module) -> Res<Vec<usize>> {
        let mut list = Vec::new();
        for (request, required) in module.dependencies() {
            if module.phase(request) == Phase::Defer {
                self.gather_async_dependencies(required, &mut Vec::new(), &mut list)?;
            } else if !list.contains(&required) {
                list.push(required);
            }
        }
        Ok(list)
    }

    /// What evaluating `required` just now means for the module that requests it.
    fn depend(&self, number: usize, module: &Module, required: usize) -> Res<()> {
        let mut required = self.module(required)?;
        if required.status.get() == Status::Evaluating {
            module.ancestor.set(module.ancestor.get().min(required.ancestor.get()));
        } else {
            if let Some(root) = required.cycle_root.get() {
                required = self.module(root)?;
            }
            if let Some(error) = required.failed() {
                return Err(self.throw(error));
            }
        }
        if matches!(required.order.get(), Order::At(_)) {
            module.pending.set(module.pending.get() + 1);
            required.parents.borrow_mut().push(number);
        }
        Ok(())
    }

    /// GatherAsynchronousTransitiveDependencies: modules below one that await and were not evaluated yet.
    pub(super) fn gather_async_dependencies(
        &self,
        number: usize,
        seen: &mut Vec<usize>,
        list: &mut Vec<usize>,
    ) -> Res<()> {
        self.check_stack()?;
        if seen.contains(&number) {
            return Ok(());
        }
        seen.push(number);
        let module = self.module(number)?;
        if module.status.get() == Status::Evaluating || self.is_scc_evaluated(module)? {
            return Ok(());
        }
        if module.awaits() {
            if !list.contains(&number) {
                list.push(number);
            }
            return Ok(());
        }
        for (_, required) in module.dependencies() {
            self.gather_async_dependencies(required, seen, list)?;
        }
        Ok(())
    }

    /// IsModuleSCCEvaluated: a module and all that are in a cycle with it
    fn is_scc_evaluated(&self, module: &Module) -> Res<bool> {
        let status = match module.cycle_root.get() {
            Some(root) => self.module(root)?.status.get(),
            None => module.status.get(),
        };
        Ok(status == Status::Evaluated)
    }

    /// 16.2.1.7.3.2 ExecuteModule: its result, a promise if it awaits.
    fn execute_module(&self, module: &Module) -> Res<Value> {
        let Some(code) = module.code.get() else { return Ok(Value::UNDEFINED) };
        let function = self.closure_of(code, Some(module.env.get()))?;
        self.in_realm(module.realm.get(), || self.call(function.into(), Value::UNDEFINED, &[]))
    }

    /// 16.2.1.6.1.3.2 ExecuteAsyncModule
    fn execute_async_module(&self, number: usize) -> Res<()> {
        let module = self.module(number)?;
        self.in_realm(module.realm.get(), || {
            let promise = self.execute_module(module)?;
            let promise = match self.is_promise(promise) {
                Some(promise) => promise,
                None => self.new_promise()?,
            };
            let slots = [number_value(number)];
            let fulfilled = self.native_function_with(async_module_fulfilled, 0, &slots)?;
            let rejected = self.native_function_with(async_module_rejected, 1, &slots)?;
            self.perform_promise_then(promise, fulfilled.into(), rejected.into(), None)
        })
    }

    /// 16.2.1.6.1.3.3 GatherAvailableAncestors
    fn gather_available_ancestors(&self, number: usize, list: &mut Vec<usize>) -> Res<()> {
        self.check_stack()?;
        let parents = self.module(number)?.parents.borrow().clone();
        for parent in parents {
            let module = self.module(parent)?;
            let root = module.cycle_root.get().unwrap_or(parent);
            if list.contains(&parent) || self.module(root)?.failed().is_some() {
                continue;
            }
            module.pending.set(module.pending.get().saturating_sub(1));
            if module.pending.get() == 0 {
                list.push(parent);
                if !module.awaits() {
                    self.gather_available_ancestors(parent, list)?;
                }
            }
        }
        Ok(())
    }

    /// 16.2.1.6.1.3.4 AsyncModuleExecutionFulfilled
    fn async_module_execution_fulfilled(&self, number: usize) -> Res<()> {
        if self.module(number)?.status.get() == Status::Evaluated {
            return Ok(());
        }
        self.async_module_done(number)?;
        let mut list = Vec::new();
        self.gather_available_ancestors(number, &mut list)?;
        list.sort_by_key(|&number| match self.module(number).map(|module| module.order.get()) {
            Ok(Order::At(order)) => order,
            _ => u64::MAX,
        });
        for number in list {
            let module = self.module(number)?;
            if module.status.get() == Status::Evaluated {
                continue;
            }
            if module.awaits() {
                self.execute_async_module(number)?;
                continue;
            }
            match self.execute_module(module) {
                Ok(_) => self.async_module_done(number)?,
                Err(thrown) => {
                    let error = self.catch(thrown)?;
                    self.async_module_execution_rejected(number, error)?;
                }
            }
        }
        Ok(())
    }

    fn async_module_done(&self, number: usize) -> Res<()> {
        let module = self.module(number)?;
        module.order.set(Order::Done);
        module.status.set(Status::Evaluated);
        match module.promise.get() {
            Some(promise) => self.resolve_capability(&capability(promise), Value::UNDEFINED),
            None => Ok(()),
        }
    }

    /// 16.2.1.6.1.3.5 AsyncModuleExecutionRejected
    fn async_module_execution_rejected(&self, number: usize, error: Value) -> Res<()> {
        self.check_stack()?;
        let module = self.module(number)?;
        if module.status.get() == Status::Evaluated {
            return Ok(());
        }
        module.error.set(error);
        module.status.set(Status::Evaluated);
        module.order.set(Order::Done);
        if let Some(promise) = module.promise.get() {
            self.reject_capability(&capability(promise), error)?;
        }
        let parents = module.parents.borrow().clone();
        for parent in parents {
            self.async_module_execution_rejected(parent, error)?;
        }
        Ok(())
    }

    /// EnsureDeferredNamespaceEvaluation: evaluates the module of a deferred namespace now, unless that was done.
    pub(crate) fn ensure_deferred_evaluation(&self, namespace: Obj) -> Res<()> {
        let number = self.namespace_module(namespace).as_int().map_or(usize::MAX, |number| number as usize);
        if self.module(number)?.status.get() != Status::Evaluated
            && !self.ready_for_sync_execution(number, &mut Vec::new())?
        {
            return Err(self
                .type_error("A deferred module cannot be evaluated now: it awaits, or is being evaluated"));
        }
        let promise = self.evaluate(number)?;
        match self.promise_state(promise) {
            PromiseState::Rejected => {
                self.set_promise_handled(promise);
                Err(self.throw(self.promise_result(promise)))
            }
            _ => Ok(()),
        }
    }

    /// ReadyForSyncExecution
    fn ready_for_sync_execution(&self, number: usize, seen: &mut Vec<usize>) -> Res<bool> {
        self.check_stack()?;
        if seen.contains(&number) {
            return Ok(true);
        }
        seen.push(number);
        let module = self.module(number)?;
        if self.is_scc_evaluated(module)? {
            return Ok(true);
        }
        match module.status.get() {
            Status::Evaluating | Status::EvaluatingAsync | Status::Evaluated => return Ok(false),
            _ if module.awaits() => return Ok(false),
            _ => {}
        }
        for (_, required) in module.dependencies() {
            if !self.ready_for_sync_execution(required, seen)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn captured_module(args: &Args<'_>) -> usize {
    args.slot(0).as_int().map_or(usize::MAX, |number| number as usize)
}

fn async_module_fulfilled(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.async_module_execution_fulfilled(captured_module(args))?;
    Ok(Value::UNDEFINED)
}

fn async_module_rejected(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.async_module_execution_rejected(captured_module(args), args.get(0))?;
    Ok(Value::UNDEFINED)
}
