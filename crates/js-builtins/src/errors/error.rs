//! 20.5.1 The Error Constructor and 20.5.3 Properties of the Error Prototype Object.

use super::stack;
use js_rt::{Attrs, Class, Obj, PropertyKey, Str, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::Error, "Error", 1, error)
        .static_method("captureStackTrace", 2, stack::capture_stack_trace)
        .static_method("isError", 1, is_error)
        .static_value("stackTraceLimit", 10, Attrs::ALL)
        .prototype(Intrinsic::ErrorPrototype)
        .text("message", "")
        .text("name", "Error")
        .accessor("stack", stack::get_stack, stack::set_stack)
        .method("toString", 0, to_string)
        .global()
        .finish()
        .map(drop)
}

/// 20.5.1.1 Error ( message \[ , options \] )
fn error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    make(vm, args, Intrinsic::ErrorPrototype)
}

/// What 20.5.1.1 and 20.5.6.1.1 have in common: a constructor with message and options.
pub(crate) fn make(vm: &Vm, args: &Args<'_>, prototype: Intrinsic) -> Res<Value> {
    let o = create(vm, args, prototype, args.get(0))?;
    install_error_cause(vm, o, args.get(1))?;
    vm.capture_stack(o)?;
    Ok(o.into())
}

/// The first steps of every constructor of errors: the object, with its message.
pub(crate) fn create(vm: &Vm, args: &Args<'_>, prototype: Intrinsic, message: Value) -> Res<Obj> {
    let new_target = args.new_target.unwrap_or(args.callee);
    let o = vm.ordinary_create_from_constructor(new_target, prototype, Class::Error)?;
    if !message.is_undefined() {
        let message = vm.to_string(message)?;
        vm.create_non_enumerable_data_property_or_throw(o, vm.names().message, message.into())?;
    }
    Ok(o)
}

/// 20.5.8.1 InstallErrorCause ( O, options )
pub(crate) fn install_error_cause(vm: &Vm, o: Obj, options: Value) -> Res<()> {
    let key = vm.names().cause;
    if let Some(options) = options.as_object()
        && vm.has_property(options, key)?
    {
        let cause = vm.get(options, key)?;
        vm.create_non_enumerable_data_property_or_throw(o, key, cause)?;
    }
    Ok(())
}

/// 20.5.2.1 Error.isError ( arg )
fn is_error(_: &Vm, args: &Args<'_>) -> Res<Value> {
    Ok(Value::bool(args.get(0).as_object().is_some_and(|o| o.class() == Class::Error)))
}

/// A property as a string; `default` when it is undefined.
fn text(vm: &Vm, o: Obj, key: PropertyKey, default: &str) -> Res<Str> {
    match vm.get(o, key)? {
        Value::UNDEFINED => Ok(vm.rt.str_from_utf8(default)?),
        value => vm.to_string(value),
    }
}

/// 20.5.3.4 Error.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(o) = args.this.as_object() else {
        let text = vm.describe_value(args.this);
        let message = format_args!("Method Error.prototype.toString called on incompatible receiver {text}");
        return Err(vm.type_error(message));
    };
    let name = text(vm, o, vm.names().name, "Error")?;
    let message = text(vm, o, vm.names().message, "")?;
    if name.is_empty() {
        return Ok(message.into());
    }
    if message.is_empty() {
        return Ok(name.into());
    }
    let colon = vm.rt.str_from_utf8(": ")?;
    let text = vm.rt.concat(name, colon)?;
    Ok(vm.rt.concat(text, message)?.into())
}
