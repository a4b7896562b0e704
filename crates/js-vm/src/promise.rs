//! 27.2.1 Promise Abstract Operations.
//!
//! Internal slots of a promise: its state with the mark that it is handled, its result, and its reactions while it is pending
//! (none, one, or a list of them). A reaction is a fixed list of slots, too: what is to be done with the outcome, the
//! capability's three values, and the handlers. A promise that the standard makes for itself, as by `then`, needs no resolving
//! functions: nobody else could call them.

use crate::call::Args;
use crate::error::Res;
use crate::generator::Resume;
use crate::job::{Job, RejectionOperation};
use crate::realm::Intrinsic;
use crate::vm::Vm;
use heap::Gc;
use js_rt::{Class, GeneratorState, Internal, List, Obj, Value};

const STATE: usize = 0;
const RESULT: usize = 1;
const REACTIONS: usize = 2;
const PROMISE_FIELDS: usize = 3;

const PENDING: i32 = 0;
const FULFILLED: i32 = 1;
const REJECTED: i32 = 2;
/// Added to the state: `[[PromiseIsHandled]]`.
const HANDLED: i32 = 4;

const CAPABILITY_PROMISE: usize = 0;
const CAPABILITY_RESOLVE: usize = 1;
const CAPABILITY_REJECT: usize = 2;
const ON_FULFILLED: usize = 3;
const ON_REJECTED: usize = 4;

/// `[[PromiseState]]`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseState {
    /// Neither of these.
    Pending,
    /// It has a value.
    Fulfilled,
    /// It has a reason.
    Rejected,
}

/// 27.2.1.1 PromiseCapability Records
#[derive(Clone, Copy, Debug)]
pub struct PromiseCapability {
    /// `[[Promise]]`
    pub promise: Value,
    /// `[[Resolve]]`; empty when the promise is resolved directly
    pub resolve: Value,
    /// `[[Reject]]`; empty when the promise is rejected directly
    pub reject: Value,
}

impl Vm {
    /// A pending promise of the running realm, without resolving functions.
    pub fn new_promise(&self) -> Res<Obj> {
        self.promise_with_prototype(self.intrinsic(Intrinsic::PromisePrototype))
    }

    /// A pending promise with that prototype.
    pub fn promise_with_prototype(&self, proto: Obj) -> Res<Obj> {
        let promise = self.rt.new_object(Some(proto), Class::Promise)?;
        let slots = self.rt.internal_from(&[Value::EMPTY; PROMISE_FIELDS])?;
        slots.set(&self.rt, STATE, Value::int(PENDING));
        slots.set(&self.rt, RESULT, Value::UNDEFINED);
        promise.set_payload(&self.rt, Value::from_cell(slots));
        Ok(promise)
    }

    /// 27.2.1.6 IsPromise
    pub fn is_promise(&self, value: Value) -> Option<Obj> {
        value.as_object().filter(|o| o.class() == Class::Promise)
    }

    /// `[[PromiseState]]`
    pub fn promise_state(&self, promise: Obj) -> PromiseState {
        match state_of(promise) & !HANDLED {
            FULFILLED => PromiseState::Fulfilled,
            REJECTED => PromiseState::Rejected,
            _ => PromiseState::Pending,
        }
    }

    /// `[[PromiseResult]]`
    pub fn promise_result(&self, promise: Obj) -> Value {
        promise.internal(RESULT)
    }

    /// `[[PromiseIsHandled]]` becomes true: nobody is told if it is rejected
    pub fn set_promise_handled(&self, promise: Obj) {
        let state = state_of(promise);
        if state & !HANDLED == REJECTED && state & HANDLED == 0 {
            self.track_rejection(promise, RejectionOperation::Handle);
        }
        promise.set_internal(&self.rt, STATE, Value::int(state | HANDLED));
    }

    /// 27.2.1.3 CreateResolvingFunctions
    pub fn create_resolving_functions(&self, promise: Obj) -> Res<(Value, Value)> {
        let already_resolved = self.rt.internal_from(&[Value::FALSE])?;
        let values = [promise.into(), Value::from_cell(already_resolved)];
        let resolve = self.native_function_with(promise_resolve_function, 1, &values)?;
        let reject = self.native_function_with(promise_reject_function, 1, &values)?;
        Ok((resolve.into(), reject.into()))
    }

    /// 27.2.1.3.2 Promise Resolve Functions from step 7 on: for promises that nobody resolved before
    pub fn resolve_promise(&self, promise: Obj, resolution: Value) -> Res<()> {
        let Some(thenable) = resolution.as_object() else {
            return self.fulfill_promise(promise, resolution);
        };
        if thenable == promise {
            let thrown = self.type_error("Chaining cycle detected for promise #<Promise>");
            let error = self.catch(thrown)?;
            return self.reject_promise(promise, error);
        }
        let then = match self.get(thenable, self.names().then) {
            Ok(then) => then,
            Err(thrown) => {
                let error = self.catch(thrown)?;
                return self.reject_promise(promise, error);
            }
        };
        if !self.is_callable(then) {
            return self.fulfill_promise(promise, resolution);
        }
        let job = Job::new(resolve_thenable_job, [promise.into(), resolution, then, Value::UNDEFINED]);
        let realm = then.as_object().and_then(|then| self.get_function_realm(then).ok());
        self.enqueue_job(realm.map_or(job, |realm| job.in_realm(realm)));
        Ok(())
    }

    /// 27.2.1.4 FulfillPromise
    pub fn fulfill_promise(&self, promise: Obj, value: Value) -> Res<()> {
        self.settle(promise, FULFILLED, value)
    }

    /// 27.2.1.7 RejectPromise
    pub fn reject_promise(&self, promise: Obj, reason: Value) -> Res<()> {
        if state_of(promise) & HANDLED == 0 {
            self.track_rejection(promise, RejectionOperation::Reject);
        }
        self.settle(promise, REJECTED, reason)
    }

    /// 27.2.1.8 TriggerPromiseReactions with what comes before it
    fn settle(&self, promise: Obj, state: i32, result: Value) -> Res<()> {
        let reactions = promise.internal(REACTIONS);
        promise.set_internal(&self.rt, STATE, Value::int(state | state_of(promise) & HANDLED));
        promise.set_internal(&self.rt, RESULT, result);
        promise.set_internal(&self.rt, REACTIONS, Value::EMPTY);
        if let Some(list) = reactions.cell::<List>() {
            for reaction in list.iter() {
                self.enqueue_reaction(reaction, state, result);
            }
        } else if !reactions.is_empty() {
            self.enqueue_reaction(reactions, state, result);
        }
        Ok(())
    }

    /// 27.2.2.1 NewPromiseReactionJob
    fn enqueue_reaction(&self, reaction: Value, state: i32, argument: Value) {
        let handler = reaction.cell::<Internal>().map_or(Value::UNDEFINED, |reaction| {
            reaction.get(if state == FULFILLED { ON_FULFILLED } else { ON_REJECTED })
        });
        let job = Job::new(reaction_job, [reaction, Value::int(state), argument, Value::UNDEFINED]);
        let realm = handler.as_object().and_then(|handler| self.get_function_realm(handler).ok());
        self.enqueue_job(realm.map_or(job, |realm| job.in_realm(realm)));
    }

    /// 27.2.1.5 NewPromiseCapability
    pub fn new_promise_capability(&self, constructor: Value) -> Res<PromiseCapability> {
        let Some(c) = constructor.as_object().filter(|c| c.is_constructor()) else {
            let text = self.describe_callee(constructor);
            return Err(self.type_error(format_args!("{text} is not a constructor")));
        };
        if c == self.intrinsic(Intrinsic::Promise) {
            let promise = self.new_promise()?;
            let (resolve, reject) = self.create_resolving_functions(promise)?;
            return Ok(PromiseCapability { promise: promise.into(), resolve, reject });
        }
        let slots = self.rt.internal_from(&[Value::UNDEFINED; 2])?;
        let executor = self.native_function_with(capability_executor, 2, &[Value::from_cell(slots)])?;
        let promise = self.construct(c, &[executor.into()], None)?;
        let (resolve, reject) = (slots.get(0), slots.get(1));
        if !self.is_callable(resolve) || !self.is_callable(reject) {
            return Err(self.type_error("Promise resolve or reject function is not callable"));
        }
        Ok(PromiseCapability { promise: promise.into(), resolve, reject })
    }

    /// NewPromiseCapability(%Promise%) for whoever gives only the promise away
    pub fn new_intrinsic_capability(&self) -> Res<PromiseCapability> {
        let promise = self.new_promise()?;
        Ok(PromiseCapability { promise: promise.into(), resolve: Value::EMPTY, reject: Value::EMPTY })
    }

    /// Calls `[[Resolve]]` of a capability.
    pub fn resolve_capability(&self, capability: &PromiseCapability, value: Value) -> Res<()> {
        match capability.promise.as_object() {
            Some(promise) if capability.resolve.is_empty() => self.resolve_promise(promise, value),
            _ => self.call(capability.resolve, Value::UNDEFINED, &[value]).map(drop),
        }
    }

    /// Calls `[[Reject]]` of a capability.
    pub fn reject_capability(&self, capability: &PromiseCapability, reason: Value) -> Res<()> {
        match capability.promise.as_object() {
            Some(promise) if capability.reject.is_empty() => self.reject_promise(promise, reason),
            _ => self.call(capability.reject, Value::UNDEFINED, &[reason]).map(drop),
        }
    }

    /// 27.2.1.1.1 IfAbruptRejectPromise: the value of `result`, or the promise that is rejected with its error instead
    pub fn if_abrupt_reject<T>(
        &self,
        capability: &PromiseCapability,
        result: Res<T>,
    ) -> Res<Result<T, Value>> {
        match result {
            Ok(value) => Ok(Ok(value)),
            Err(thrown) => {
                let error = self.catch(thrown)?;
                self.reject_capability(capability, error)?;
                Ok(Err(capability.promise))
            }
        }
    }

    /// 27.2.4.7.1 PromiseResolve
    pub fn promise_resolve(&self, constructor: Obj, value: Value) -> Res<Obj> {
        if let Some(promise) = self.is_promise(value)
            && self.get(promise, self.names().constructor)? == constructor.into()
        {
            return Ok(promise);
        }
        if constructor == self.intrinsic(Intrinsic::Promise) {
            let promise = self.new_promise()?;
            self.resolve_promise(promise, value)?;
            return Ok(promise);
        }
        let capability = self.new_promise_capability(constructor.into())?;
        self.resolve_capability(&capability, value)?;
        capability.promise.as_object().ok_or_else(|| self.type_error("promise capability without a promise"))
    }

    /// 27.2.5.4 Promise.prototype.then, after its receiver was checked
    pub fn promise_then(&self, promise: Obj, on_fulfilled: Value, on_rejected: Value) -> Res<Value> {
        let constructor = self.species_constructor(promise, Intrinsic::Promise)?;
        let capability = if constructor == self.intrinsic(Intrinsic::Promise) {
            self.new_intrinsic_capability()?
        } else {
            self.new_promise_capability(constructor.into())?
        };
        self.perform_promise_then(promise, on_fulfilled, on_rejected, Some(capability))?;
        Ok(capability.promise)
    }

    /// 27.2.5.4.1 PerformPromiseThen. Handlers that are not callable count as empty.
    pub fn perform_promise_then(
        &self,
        promise: Obj,
        on_fulfilled: Value,
        on_rejected: Value,
        capability: Option<PromiseCapability>,
    ) -> Res<()> {
        let handler = |handler| if self.is_callable(handler) { handler } else { Value::UNDEFINED };
        let (on_fulfilled, on_rejected) = (handler(on_fulfilled), handler(on_rejected));
        let none = PromiseCapability { promise: Value::EMPTY, resolve: Value::EMPTY, reject: Value::EMPTY };
        let capability = capability.unwrap_or(none);
        let reaction = self.rt.internal_from(&[
            capability.promise,
            capability.resolve,
            capability.reject,
            on_fulfilled,
            on_rejected,
        ])?;
        self.add_reaction(promise, reaction)
    }

    /// 27.7.5.3 Await, from step 3 on: when the promise settles, [`resume_await`](Vm::resume_await) is called with `state`. No
    /// functions are made, since nobody could see them.
    pub(crate) fn await_promise(&self, promise: Obj, state: Gc<GeneratorState>) -> Res<()> {
        let state = Value::from_cell(state);
        let reaction = self.rt.internal_from(&[Value::EMPTY, Value::EMPTY, Value::EMPTY, state, state])?;
        self.add_reaction(promise, reaction)
    }

    fn add_reaction(&self, promise: Obj, reaction: Gc<Internal>) -> Res<()> {
        let reaction = Value::from_cell(reaction);
        let state = state_of(promise);
        match state & !HANDLED {
            PENDING => {
                let reactions = promise.internal(REACTIONS);
                if reactions.is_empty() {
                    promise.set_internal(&self.rt, REACTIONS, reaction);
                } else if let Some(list) = reactions.cell::<List>() {
                    list.push(&self.rt, reaction)?;
                } else {
                    let list = self.rt.list_from(&[reactions, reaction])?;
                    promise.set_internal(&self.rt, REACTIONS, Value::from_cell(list));
                }
            }
            settled => {
                if settled == REJECTED && state & HANDLED == 0 {
                    self.track_rejection(promise, RejectionOperation::Handle);
                }
                self.enqueue_reaction(reaction, settled, promise.internal(RESULT));
            }
        }
        promise.set_internal(&self.rt, STATE, Value::int(state | HANDLED));
        Ok(())
    }
}

fn state_of(promise: Obj) -> i32 {
    promise.internal(STATE).as_int().unwrap_or(PENDING)
}

/// 27.2.2.1 NewPromiseReactionJob, the job
fn reaction_job(vm: &Vm, &[reaction, state, argument, _]: &[Value; Job::VALUES]) -> Res<()> {
    let Some(reaction) = reaction.cell::<Internal>() else {
        return Ok(());
    };
    let fulfilled = state == Value::int(FULFILLED);
    let handler = reaction.get(if fulfilled { ON_FULFILLED } else { ON_REJECTED });
    let result = if handler.is_undefined() {
        if fulfilled { Ok(argument) } else { Err(argument) }
    } else if handler.is_object() {
        match vm.call(handler, Value::UNDEFINED, &[argument]) {
            Ok(value) => Ok(value),
            Err(thrown) => Err(vm.catch(thrown)?),
        }
    } else {
        let Some(state) = handler.cell::<GeneratorState>() else {
            return Ok(());
        };
        return vm
            .resume_await(state, if fulfilled { Resume::Next } else { Resume::Throw }, argument)
            .map(drop);
    };
    let capability = PromiseCapability {
        promise: reaction.get(CAPABILITY_PROMISE),
        resolve: reaction.get(CAPABILITY_RESOLVE),
        reject: reaction.get(CAPABILITY_REJECT),
    };
    match result {
        _ if capability.promise.is_empty() => Ok(()),
        Ok(value) => vm.resolve_capability(&capability, value),
        Err(reason) => vm.reject_capability(&capability, reason),
    }
}

/// 27.2.2.2 NewPromiseResolveThenableJob, the job
fn resolve_thenable_job(vm: &Vm, &[promise, thenable, then, _]: &[Value; Job::VALUES]) -> Res<()> {
    let Some(promise) = promise.as_object() else {
        return Ok(());
    };
    if let Some(inner) = vm.is_promise(thenable)
        && vm.is_intrinsic(then, Intrinsic::PromiseThen)
        && vm.is_plain_promise(inner)
    {
        // What `then` would do, without the functions that nobody sees.
        let capability =
            PromiseCapability { promise: promise.into(), resolve: Value::EMPTY, reject: Value::EMPTY };
        return vm.perform_promise_then(inner, Value::UNDEFINED, Value::UNDEFINED, Some(capability));
    }
    let (resolve, reject) = vm.create_resolving_functions(promise)?;
    match vm.call(then, thenable, &[resolve, reject]) {
        Ok(_) => Ok(()),
        Err(thrown) => {
            let error = vm.catch(thrown)?;
            vm.call(reject, Value::UNDEFINED, &[error]).map(drop)
        }
    }
}

impl Vm {
    /// Whether `then` of a promise finds %Promise% as constructor without running code.
    fn is_plain_promise(&self, promise: Obj) -> bool {
        let constructor = self.data_of(promise, self.names().constructor).and_then(Value::as_object);
        constructor == Some(self.intrinsic(Intrinsic::Promise)) && self.promise_species_is_plain()
    }

    /// Whether `Promise[Symbol.species]` is still the accessor that gives `this`.
    fn promise_species_is_plain(&self) -> bool {
        let species = self.rt.get_own(self.intrinsic(Intrinsic::Promise), self.symbols().species.into());
        matches!(species, Some(js_rt::Own::Accessor(getter, ..)) if self.is_intrinsic(getter, Intrinsic::PromiseSpecies))
    }
}

/// Whether a resolving function is called for the first time; its promise then.
fn first_call(vm: &Vm, args: &Args<'_>) -> Option<Obj> {
    let already_resolved = args.slot(1).cell::<Internal>()?;
    if already_resolved.get(0) == Value::TRUE {
        return None;
    }
    already_resolved.set(&vm.rt, 0, Value::TRUE);
    args.slot(0).as_object()
}

/// 27.2.1.3.2 Promise Resolve Functions
fn promise_resolve_function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(promise) = first_call(vm, args) {
        vm.resolve_promise(promise, args.get(0))?;
    }
    Ok(Value::UNDEFINED)
}

/// 27.2.1.3.1 Promise Reject Functions
fn promise_reject_function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(promise) = first_call(vm, args) {
        vm.reject_promise(promise, args.get(0))?;
    }
    Ok(Value::UNDEFINED)
}

/// 27.2.1.5.1 GetCapabilitiesExecutor Functions
fn capability_executor(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(slots) = args.slot(0).cell::<Internal>() else {
        return Ok(Value::UNDEFINED);
    };
    if !slots.get(0).is_undefined() || !slots.get(1).is_undefined() {
        return Err(vm.type_error("Promise executor has already been invoked with non-undefined arguments"));
    }
    slots.set(&vm.rt, 0, args.get(0));
    slots.set(&vm.rt, 1, args.get(1));
    Ok(Value::UNDEFINED)
}
