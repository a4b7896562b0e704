//! 23.1.5 Array Iterator Objects.

use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

/// 23.1.5.2.1 %ArrayIteratorPrototype%.next ( )
fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let iterator = args.this.as_object().filter(|o| o.class() == Class::ArrayIterator);
    let Some(iterator) = iterator else {
        let what = vm.describe_value(args.this);
        return Err(vm.type_error(format_args!("next method called on incompatible receiver {what}")));
    };
    match vm.array_iterator_step(iterator)? {
        Some(value) => vm.create_iter_result(value, false),
        None => vm.create_iter_result(Value::UNDEFINED, true),
    }
}

/// %ArrayIteratorPrototype%, whose own prototype the iterators' folder makes.
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::object(vm, Intrinsic::ArrayIteratorPrototype, "", Intrinsic::IteratorPrototype)
        .intrinsic_method(Intrinsic::ArrayIteratorNext, "next", 0, next)
        .to_string_tag("Array Iterator")
        .finish()?;
    Ok(())
}
