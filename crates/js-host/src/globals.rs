//! The functions that the host adds to the global object.

use crate::state::{State, Stream};
use crate::{clone, console, timers};
use js_rt::{Attrs, Value};
use js_vm::{Args, NativeFn, Res, Stop, Throw, Vm};

/// Those of programs, on the current realm's global object.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    let functions: [(&str, u32, NativeFn); 11] = [
        ("print", 0, print),
        ("quit", 0, quit),
        ("setTimeout", 2, timers::set_timeout),
        ("setInterval", 2, timers::set_interval),
        ("setImmediate", 1, timers::set_immediate),
        ("clearTimeout", 1, timers::clear),
        ("clearInterval", 1, timers::clear),
        ("clearImmediate", 1, timers::clear),
        ("queueMicrotask", 1, timers::queue_microtask),
        ("structuredClone", 1, clone::structured_clone),
        ("gc", 0, gc),
    ];
    for (name, length, function) in functions {
        define(vm, vm.global(), name, length, function)?;
    }
    console::install(vm)
}

/// Defines a function: writable and configurable.
pub(crate) fn define(vm: &Vm, o: js_rt::Obj, name: &str, length: u32, function: NativeFn) -> Res<()> {
    let value = vm.native_named(function, length, name)?;
    define_value(vm, o, name, value.into())
}

/// Defines a value: writable and configurable.
pub(crate) fn define_value(vm: &Vm, o: js_rt::Obj, name: &str, value: Value) -> Res<()> {
    let key = vm.rt.key_from_utf8(name)?;
    Ok(vm.rt.put_own_with(o, key, value, Attrs::METHOD)?)
}

/// `print ( ...values )`: the strings, with spaces between them, as shells of engines have it.
pub(crate) fn print(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let mut line = String::new();
    for (number, value) in args.list.iter().enumerate() {
        if number > 0 {
            line.push(' ');
        }
        line.push_str(&vm.to_string(value.get())?.to_std());
    }
    if let Some(state) = State::of(vm) {
        state.line(Stream::Out, &line);
    }
    Ok(Value::UNDEFINED)
}

/// `quit ( status )`
fn quit(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let status = vm.to_int32(args.get(0))?;
    if let Some(state) = State::of(vm) {
        state.exit.set(Some(status));
    }
    Err(Throw::Stop(Stop::Exit))
}

/// `gc ( )`
pub(crate) fn gc(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    vm.rt.heap().collect(heap::Collection::Full);
    Ok(Value::UNDEFINED)
}
