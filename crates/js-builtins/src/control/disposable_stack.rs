//! 27.3 DisposableStack Objects and 27.4 AsyncDisposableStack Objects.

use super::awaiting::{Outcome, await_value, state_of};
use js_rt::{Class, Gc, Internal, Obj, Value};
use js_vm::{Args, Build, Intrinsic, PromiseCapability, Res, Vm};
use std::cell::Cell;

/// Internal slots of a stack: whether it is disposed, and its DisposeCapability.
const DISPOSED: usize = 0;
const CAPABILITY: usize = 1;

/// What differs between the two kinds.
#[derive(Clone, Copy)]
struct Kind {
    class: Class,
    prototype: Intrinsic,
    name: &'static str,
    is_async: bool,
}

const SYNC: Kind = Kind {
    class: Class::DisposableStack,
    prototype: Intrinsic::DisposableStackPrototype,
    name: "DisposableStack",
    is_async: false,
};
const ASYNC: Kind = Kind {
    class: Class::AsyncDisposableStack,
    prototype: Intrinsic::AsyncDisposableStackPrototype,
    name: "AsyncDisposableStack",
    is_async: true,
};

fn create(vm: &Vm, proto: Obj, kind: Kind, capability: Value) -> Res<Obj> {
    let stack = vm.object_create(Some(proto), kind.class)?;
    let slots = vm.rt.internal_from(&[Value::FALSE, capability])?;
    stack.set_payload(&vm.rt, Value::from_cell(slots));
    Ok(stack)
}

/// 27.3.1.1 DisposableStack ( ) and 27.4.1.1 AsyncDisposableStack ( )
fn construct(vm: &Vm, args: &Args<'_>, kind: Kind) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error(format_args!("Constructor {} requires 'new'", kind.name)));
    };
    let proto = vm.get_prototype_from_constructor(target, kind.prototype)?;
    create(vm, proto, kind, vm.new_dispose_stack()?).map(Value::from)
}

fn this_stack(vm: &Vm, args: &Args<'_>, kind: Kind, method: &str) -> Res<Obj> {
    match args.this.as_object().filter(|o| o.class() == kind.class) {
        Some(stack) => Ok(stack),
        None => {
            let (name, what) = (kind.name, vm.describe_value(args.this));
            Err(vm.type_error(format_args!(
                "Method {name}.prototype.{method} called on incompatible receiver {what}"
            )))
        }
    }
}

fn is_disposed(stack: Obj) -> bool {
    stack.internal(DISPOSED) == Value::TRUE
}

fn pending(vm: &Vm, args: &Args<'_>, kind: Kind, method: &str) -> Res<Obj> {
    let stack = this_stack(vm, args, kind, method)?;
    if is_disposed(stack) {
        return Err(vm.reference_error(format_args!("Cannot add values to a disposed {}!", kind.name)));
    }
    Ok(stack)
}

fn checked_function(vm: &Vm, f: Value) -> Res<Value> {
    if vm.is_callable(f) {
        return Ok(f);
    }
    let what = vm.describe_callee(f);
    Err(vm.type_error(format_args!("{what} is not a function")))
}

/// 27.3.3.1 adopt ( value, onDispose )
fn adopt(vm: &Vm, args: &Args<'_>, kind: Kind) -> Res<Value> {
    let stack = pending(vm, args, kind, "adopt")?;
    let f = checked_function(vm, args.get(1))?;
    let closure = vm.native_function_with(call_adopted, 0, &[f, args.get(0)])?;
    vm.add_disposable_method(stack.internal(CAPABILITY), Value::UNDEFINED, closure.into(), kind.is_async)?;
    Ok(args.get(0))
}

fn call_adopted(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.call(vm.native_slot(args.callee, 0), Value::UNDEFINED, &[vm.native_slot(args.callee, 1)])
}

/// 27.3.3.2 defer ( onDispose )
fn defer(vm: &Vm, args: &Args<'_>, kind: Kind) -> Res<Value> {
    let stack = pending(vm, args, kind, "defer")?;
    let f = checked_function(vm, args.get(0))?;
    vm.add_disposable_method(stack.internal(CAPABILITY), Value::UNDEFINED, f, kind.is_async)?;
    Ok(Value::UNDEFINED)
}

/// 27.3.3.4 get disposed
fn disposed(vm: &Vm, args: &Args<'_>, kind: Kind) -> Res<Value> {
    this_stack(vm, args, kind, "disposed").map(|stack| Value::bool(is_disposed(stack)))
}

/// 27.3.3.5 move ( )
fn move_(vm: &Vm, args: &Args<'_>, kind: Kind) -> Res<Value> {
    let stack = pending(vm, args, kind, "move")?;
    let moved = create(vm, vm.intrinsic(kind.prototype), kind, stack.internal(CAPABILITY))?;
    let empty = vm.new_dispose_stack()?;
    stack.set_internal(&vm.rt, CAPABILITY, empty);
    stack.set_internal(&vm.rt, DISPOSED, Value::TRUE);
    Ok(moved.into())
}

/// 27.3.3.6 use ( value )
fn use_(vm: &Vm, args: &Args<'_>, kind: Kind) -> Res<Value> {
    let stack = pending(vm, args, kind, "use")?;
    vm.add_disposable(stack.internal(CAPABILITY), args.get(0), u32::from(kind.is_async))?;
    Ok(args.get(0))
}

/// 27.3.3.3 DisposableStack.prototype.dispose ( )
fn dispose(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let stack = this_stack(vm, args, SYNC, "dispose")?;
    if is_disposed(stack) {
        return Ok(Value::UNDEFINED);
    }
    stack.set_internal(&vm.rt, DISPOSED, Value::TRUE);
    let error = vm.dispose(Value::EMPTY, stack.internal(CAPABILITY))?;
    if error.is_empty() { Ok(Value::UNDEFINED) } else { Err(vm.throw(error)) }
}

/// Slots of a running `disposeAsync`: the promise, the DisposeCapability, the error so far.
const PROMISE: usize = 0;
const RESOURCES: usize = 1;
const ERROR: usize = 2;

/// 27.4.3.3 AsyncDisposableStack.prototype.disposeAsync ( )
fn dispose_async(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let capability: PromiseCapability = vm.new_intrinsic_capability()?;
    let stack = match vm.if_abrupt_reject(&capability, this_stack(vm, args, ASYNC, "disposeAsync"))? {
        Ok(stack) => stack,
        Err(promise) => return Ok(promise),
    };
    if is_disposed(stack) {
        vm.resolve_capability(&capability, Value::UNDEFINED)?;
        return Ok(capability.promise);
    }
    stack.set_internal(&vm.rt, DISPOSED, Value::TRUE);
    let state = vm.rt.internal_from(&[capability.promise, stack.internal(CAPABILITY), Value::EMPTY])?;
    go_on(vm, state)?;
    Ok(capability.promise)
}

/// Disposes of resources up to the next one that is to be awaited.
fn go_on(vm: &Vm, state: Gc<Internal>) -> Res<()> {
    loop {
        let error = Cell::new(state.get(ERROR));
        let next = vm.dispose_next(&error, state.get(RESOURCES))?;
        state.set(&vm.rt, ERROR, error.get());
        let Some(value) = next else { break };
        match await_value(vm, value, state, fulfilled, rejected) {
            Ok(()) => return Ok(()),
            Err(thrown) => {
                let reason = vm.catch(thrown)?;
                add_error(vm, state, reason)?;
            }
        }
    }
    let Some(promise) = state.get(PROMISE).as_object() else { return Ok(()) };
    match state.get(ERROR) {
        Value::EMPTY => vm.resolve_promise(promise, Value::UNDEFINED),
        error => vm.reject_promise(promise, error),
    }
}

fn add_error(vm: &Vm, state: Gc<Internal>, reason: Value) -> Res<()> {
    let joined = vm.join_error(state.get(ERROR), reason)?;
    state.set(&vm.rt, ERROR, joined);
    Ok(())
}

fn fulfilled(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    settled(vm, args, Ok(args.get(0)))
}

fn rejected(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    settled(vm, args, Err(args.get(0)))
}

fn settled(vm: &Vm, args: &Args<'_>, outcome: Outcome) -> Res<Value> {
    if let Some(state) = state_of(vm, args) {
        if let Err(reason) = outcome {
            add_error(vm, state, reason)?;
        }
        go_on(vm, state)?;
    }
    Ok(Value::UNDEFINED)
}

/// Both constructors and prototypes.
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::DisposableStack, SYNC.name, 0, |vm, args| construct(vm, args, SYNC))
        .prototype(Intrinsic::DisposableStackPrototype)
        .method("adopt", 2, |vm, args| adopt(vm, args, SYNC))
        .method("defer", 1, |vm, args| defer(vm, args, SYNC))
        .method("dispose", 0, dispose)
        .getter("disposed", |vm, args| disposed(vm, args, SYNC))
        .method("move", 0, |vm, args| move_(vm, args, SYNC))
        .method("use", 1, |vm, args| use_(vm, args, SYNC))
        .symbol_alias(vm.symbols().dispose, "dispose")
        .to_string_tag(SYNC.name)
        .global()
        .finish()?;
    Build::constructor(vm, Intrinsic::AsyncDisposableStack, ASYNC.name, 0, |vm, args| {
        construct(vm, args, ASYNC)
    })
    .prototype(Intrinsic::AsyncDisposableStackPrototype)
    .method("adopt", 2, |vm, args| adopt(vm, args, ASYNC))
    .method("defer", 1, |vm, args| defer(vm, args, ASYNC))
    .method("disposeAsync", 0, dispose_async)
    .getter("disposed", |vm, args| disposed(vm, args, ASYNC))
    .method("move", 0, |vm, args| move_(vm, args, ASYNC))
    .method("use", 1, |vm, args| use_(vm, args, ASYNC))
    .symbol_alias(vm.symbols().async_dispose, "disposeAsync")
    .to_string_tag(ASYNC.name)
    .global()
    .finish()?;
    Ok(())
}
