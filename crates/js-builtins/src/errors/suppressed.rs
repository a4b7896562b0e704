//! 20.5.9 SuppressedError Objects.

use super::error::create;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::SuppressedError, "SuppressedError", 3, suppressed_error)
        .parent(Intrinsic::Error)
        .prototype_of(Intrinsic::SuppressedErrorPrototype, Intrinsic::ErrorPrototype, Class::Object)
        .text("message", "")
        .text("name", "SuppressedError")
        .global()
        .finish()
        .map(drop)
}

/// 20.5.9.1.1 SuppressedError ( error, suppressed, message )
fn suppressed_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = create(vm, args, Intrinsic::SuppressedErrorPrototype, args.get(2))?;
    vm.create_non_enumerable_data_property_or_throw(o, vm.names().error, args.get(0))?;
    vm.create_non_enumerable_data_property_or_throw(o, vm.names().suppressed, args.get(1))?;
    vm.capture_stack(o)?;
    Ok(o.into())
}
