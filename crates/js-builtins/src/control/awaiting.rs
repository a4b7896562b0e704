//! 27.7.5.3 Await in algorithms that are written here: what follows it is a function with the algorithm's state.

use js_rt::{Gc, Internal, Value};
use js_vm::{Args, Intrinsic, NativeFn, Res, Vm};

/// What became of what was waited for: a value, or a reason.
pub(crate) type Outcome = Result<Value, Value>;

/// Has one of two functions called when `value` settles, with `state` as their captured value.
///
/// # Errors
/// What getting `constructor` of a promise throws: Await would throw it at this place.
pub(crate) fn await_value(
    vm: &Vm,
    value: Value,
    state: Gc<Internal>,
    fulfilled: NativeFn,
    rejected: NativeFn,
) -> Res<()> {
    let promise = vm.promise_resolve(vm.intrinsic(Intrinsic::Promise), value)?;
    let captured = [Value::from_cell(state)];
    let fulfilled = vm.native_function_with(fulfilled, 1, &captured)?;
    let rejected = vm.native_function_with(rejected, 1, &captured)?;
    vm.perform_promise_then(promise, fulfilled.into(), rejected.into(), None)
}

/// The state that a function was made with by [`await_value`].
pub(crate) fn state_of(vm: &Vm, args: &Args<'_>) -> Option<Gc<Internal>> {
    vm.native_slot(args.callee, 0).cell()
}
