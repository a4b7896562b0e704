//! Stacks of errors: the accessor `Error.prototype.stack` of the proposal error-stack-accessor, and V8's way to ask for one.

use js_rt::{Class, Value};
use js_vm::{Args, Intrinsic, Res, Vm};

/// get Error.prototype.stack
pub(crate) fn get_stack(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(e) = args.this.as_object() else {
        return Err(vm.type_error("get Error.prototype.stack requires that 'this' be an Object"));
    };
    if e.class() != Class::Error {
        return Ok(Value::UNDEFINED);
    }
    Ok(vm.stack_text(e)?.into())
}

/// set Error.prototype.stack
pub(crate) fn set_stack(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(e) = args.this.as_object() else {
        return Err(vm.type_error("set Error.prototype.stack requires that 'this' be an Object"));
    };
    let v = args.get(0);
    if !v.is_string() {
        return Err(vm.type_error("The stack of an error must be a string"));
    }
    // 7.3.35 SetterThatIgnoresPrototypeProperties ( thisValue, home, p, v )
    if e == vm.intrinsic(Intrinsic::ErrorPrototype) {
        return Err(vm.type_error("Cannot assign to read only property 'stack' of Error.prototype"));
    }
    let key = vm.names().stack;
    if vm.get_own_property(e, key)?.is_none() {
        vm.create_data_property_or_throw(e, key, v)?;
    } else {
        vm.set(e, key, v, true)?;
    }
    Ok(Value::UNDEFINED)
}

/// Error.captureStackTrace ( object \[ , constructor \] ): a property `stack` of any object, as V8 and others make it
pub(crate) fn capture_stack_trace(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(o) = args.get(0).as_object() else {
        let text = vm.describe_value(args.get(0));
        return Err(vm.type_error(format_args!("Invalid argument: {text} is not an object")));
    };
    let below = args.get(1).as_object().filter(|f| f.is_callable());
    let record = vm.stack_record(o, below)?;
    let text = vm.stack_record_text(record)?;
    vm.create_non_enumerable_data_property_or_throw(o, vm.names().stack, text.into())?;
    Ok(Value::UNDEFINED)
}
