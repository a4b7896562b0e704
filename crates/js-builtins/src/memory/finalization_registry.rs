//! 26.2 FinalizationRegistry Objects. Internal slots: `[[Cells]]` and `[[CleanupCallback]]`.

use crate::keyed::can_be_held_weakly;
use js_rt::{Class, Gc, Registry, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::FinalizationRegistry, "FinalizationRegistry", 1, construct)
        .prototype(Intrinsic::FinalizationRegistryPrototype)
        .method("register", 2, register)
        .method("unregister", 1, unregister)
        .to_string_tag("FinalizationRegistry")
        .global()
        .finish()?;
    Ok(())
}

/// 26.2.1.1 FinalizationRegistry ( cleanupCallback )
fn construct(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(target) = args.new_target else {
        return Err(vm.type_error("Constructor FinalizationRegistry requires 'new'"));
    };
    let callback = args.get(0);
    if !vm.is_callable(callback) {
        return Err(vm.type_error("FinalizationRegistry: cleanup must be callable"));
    }
    let registry = vm.ordinary_create_from_constructor(
        target,
        Intrinsic::FinalizationRegistryPrototype,
        Class::FinalizationRegistry,
    )?;
    let cells = vm.rt.new_registry()?;
    let slots = vm.rt.internal_from(&[Value::from_cell(cells), callback])?;
    registry.set_payload(&vm.rt, Value::from_cell(slots));
    vm.track_registry(registry)?;
    Ok(registry.into())
}

fn this(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<Registry>> {
    let registry = args.this.as_object().filter(|o| o.class() == Class::FinalizationRegistry);
    let found = registry.and_then(|o| o.internal(0).cell::<Registry>());
    found.ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!(
            "Method FinalizationRegistry.prototype.{method} called on incompatible receiver {what}"
        ))
    })
}

/// 26.2.3.2 FinalizationRegistry.prototype.register ( target, heldValue [ , unregisterToken ] )
fn register(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let cells = this(vm, args, "register")?;
    let (target, held, token) = (args.get(0), args.get(1), args.get(2));
    if !can_be_held_weakly(target) {
        return Err(vm.type_error("FinalizationRegistry.prototype.register: invalid target"));
    }
    if target.same_value(held) {
        return Err(
            vm.type_error("FinalizationRegistry.prototype.register: target and holdings must not be same")
        );
    }
    if !can_be_held_weakly(token) && !token.is_undefined() {
        let what = vm.describe_value(token);
        return Err(vm.type_error(format_args!("Invalid unregisterToken ('{what}')")));
    }
    let token = if token.is_undefined() { Value::EMPTY } else { token };
    cells.register(&vm.rt, target, held, token)?;
    Ok(Value::UNDEFINED)
}

/// 26.2.3.3 FinalizationRegistry.prototype.unregister ( unregisterToken )
fn unregister(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let cells = this(vm, args, "unregister")?;
    let token = args.get(0);
    if !can_be_held_weakly(token) {
        let what = vm.describe_value(token);
        return Err(vm.type_error(format_args!("Invalid unregisterToken ('{what}')")));
    }
    Ok(cells.unregister(token).into())
}
