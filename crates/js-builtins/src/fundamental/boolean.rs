//! 20.3 Boolean Objects.

use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::Boolean, "Boolean", 1, boolean)
        .prototype_of(Intrinsic::BooleanPrototype, Intrinsic::ObjectPrototype, Class::Boolean)
        .method("toString", 0, to_string)
        .method("valueOf", 0, value_of)
        .global()
        .finish()?;
    vm.intrinsic(Intrinsic::BooleanPrototype).set_payload(&vm.rt, Value::FALSE);
    Ok(())
}

/// 20.3.1.1 Boolean ( value )
fn boolean(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let b = Value::bool(args.get(0).to_boolean());
    let Some(new_target) = args.new_target else {
        return Ok(b);
    };
    let o = vm.ordinary_create_from_constructor(new_target, Intrinsic::BooleanPrototype, Class::Boolean)?;
    o.set_payload(&vm.rt, b);
    Ok(o.into())
}

/// 20.3.3.3.1 ThisBooleanValue ( value )
fn this_boolean_value(vm: &Vm, args: &Args<'_>, method: &str) -> Res<bool> {
    match args.this.as_bool() {
        Some(b) => Ok(b),
        None => match vm.primitive_data(args.this, Class::Boolean).and_then(Value::as_bool) {
            Some(b) => Ok(b),
            None => {
                Err(vm
                    .type_error(format_args!("Boolean.prototype.{method} requires that 'this' be a Boolean")))
            }
        },
    }
}

/// 20.3.3.2 Boolean.prototype.toString ( )
fn to_string(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let b = this_boolean_value(vm, args, "toString")?;
    Ok(vm.to_string(Value::bool(b))?.into())
}

/// 20.3.3.3 Boolean.prototype.valueOf ( )
fn value_of(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    this_boolean_value(vm, args, "valueOf").map(Value::bool)
}
