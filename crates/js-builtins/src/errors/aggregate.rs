//! 20.5.7 AggregateError Objects.

use super::error::{create, install_error_cause};
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::AggregateError, "AggregateError", 2, aggregate_error)
        .parent(Intrinsic::Error)
        .prototype_of(Intrinsic::AggregateErrorPrototype, Intrinsic::ErrorPrototype, Class::Object)
        .text("message", "")
        .text("name", "AggregateError")
        .global()
        .finish()
        .map(drop)
}

/// 20.5.7.1.1 AggregateError ( errors, message \[ , options \] )
fn aggregate_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let o = create(vm, args, Intrinsic::AggregateErrorPrototype, args.get(1))?;
    install_error_cause(vm, o, args.get(2))?;
    let list = vm.iterable_to_list(args.get(0))?;
    let errors = vm.create_array_from_list(list)?;
    vm.create_non_enumerable_data_property_or_throw(o, vm.names().errors, errors.into())?;
    vm.capture_stack(o)?;
    Ok(o.into())
}
