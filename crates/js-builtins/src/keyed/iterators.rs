//! 24.1.5 Map Iterator Objects and 24.2.6 Set Iterator Objects.

use super::incompatible;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::object(vm, Intrinsic::MapIteratorPrototype, "", Intrinsic::IteratorPrototype)
        .intrinsic_method(Intrinsic::MapIteratorNext, "next", 0, map_next)
        .to_string_tag("Map Iterator")
        .finish()?;
    Build::object(vm, Intrinsic::SetIteratorPrototype, "", Intrinsic::IteratorPrototype)
        .intrinsic_method(Intrinsic::SetIteratorNext, "next", 0, set_next)
        .to_string_tag("Set Iterator")
        .finish()?;
    Ok(())
}

fn next(vm: &Vm, args: &Args<'_>, class: Class, method: &str) -> Res<Value> {
    let Some(iterator) = args.this.as_object().filter(|o| o.class() == class) else {
        return Err(incompatible(vm, args.this, method));
    };
    match vm.entry_iterator_step(iterator)? {
        Some(value) => vm.create_iter_result(value, false),
        None => vm.create_iter_result(Value::UNDEFINED, true),
    }
}

/// 24.1.5.2.1 %MapIteratorPrototype%.next ( )
fn map_next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    next(vm, args, Class::MapIterator, "Map Iterator.prototype.next")
}

/// 24.2.6.2.1 %SetIteratorPrototype%.next ( )
fn set_next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    next(vm, args, Class::SetIterator, "Set Iterator.prototype.next")
}
