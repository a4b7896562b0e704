//! 28.2 Proxy Objects.

use js_rt::{Attrs, Native, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::Proxy, "Proxy", 2, proxy)
        .static_method("revocable", 2, revocable)
        .global()
        .finish()
        .map(drop)
}

/// 28.2.1.1 Proxy ( target, handler )
fn proxy(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.new_target.is_none() {
        return Err(vm.type_error("Constructor Proxy requires 'new'"));
    }
    Ok(vm.proxy_create(args.get(0), args.get(1))?.into())
}

/// 28.2.2.1 Proxy.revocable ( target, handler )
fn revocable(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let proxy = vm.proxy_create(args.get(0), args.get(1))?;
    let revoker = vm.native_function_with(revoke, 0, &[proxy.into()])?;
    let result = vm.new_object()?;
    vm.rt.add(result, vm.names().proxy, proxy.into(), Attrs::ALL)?;
    vm.rt.add(result, vm.names().revoke, revoker.into(), Attrs::ALL)?;
    Ok(result.into())
}

/// 28.2.2.1.1 Proxy Revocation Functions
fn revoke(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let Some(proxy) = args.slot(0).as_object()
        && let Some(native) = args.callee.payload_as::<Native>()
    {
        native.set(&vm.rt, 0, Value::NULL);
        vm.proxy_revoke(proxy);
    }
    Ok(Value::UNDEFINED)
}
