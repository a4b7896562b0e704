//! 26.1 WeakRef Objects.

use crate::keyed::can_be_held_weakly;
use js_rt::{Class, Value, WeakCell};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::WeakRef, "WeakRef", 1, construct)
        .prototype(Intrinsic::WeakRefPrototype)
        .method("deref", 0, deref)
        .to_string_tag("WeakRef")
        .global()
        .finish()?;
    Ok(())
}

/// 26.1.1.1 WeakRef ( target )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(new_target) = args.new_target else {
        return Err(vm.type_error("Constructor WeakRef requires 'new'"));
    };
    let target = args.get(0);
    if !can_be_held_weakly(target) {
        return Err(vm.type_error("WeakRef: invalid target"));
    }
    let weak =
        vm.ordinary_create_from_constructor(new_target, Intrinsic::WeakRefPrototype, Class::WeakRef)?;
    vm.add_to_kept_objects(target);
    let cell = vm.rt.new_weak_cell(target)?;
    weak.set_payload(&vm.rt, Value::from_cell(cell));
    Ok(weak.into())
}

/// 26.1.3.2 WeakRef.prototype.deref ( )
fn deref(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let weak = args.this.as_object().filter(|o| o.class() == Class::WeakRef);
    let Some(cell) = weak.and_then(|o| o.payload_as::<WeakCell>()) else {
        let what = vm.describe_value(args.this);
        return Err(vm.type_error(format_args!(
            "Method WeakRef.prototype.deref called on incompatible receiver {what}"
        )));
    };
    let target = cell.target();
    if target.is_empty() {
        return Ok(Value::UNDEFINED);
    }
    vm.add_to_kept_objects(target);
    Ok(target)
}
