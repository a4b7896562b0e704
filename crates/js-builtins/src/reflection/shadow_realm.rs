//! ShadowRealm Objects, of the proposal of that name.

use super::wrapped::{foreign_error, get_wrapped_value};
use js_rt::{Class, Gc, Realm, Value};
use js_vm::{Args, Build, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::ShadowRealm, "ShadowRealm", 0, shadow_realm)
        .prototype(Intrinsic::ShadowRealmPrototype)
        .method("evaluate", 1, evaluate)
        .method("importValue", 2, import_value)
        .to_string_tag("ShadowRealm")
        .global()
        .finish()
        .map(drop)
}

/// ShadowRealm ( )
fn shadow_realm(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let Some(new_target) = args.new_target else {
        return Err(vm.type_error("Constructor ShadowRealm requires 'new'"));
    };
    let o =
        vm.ordinary_create_from_constructor(new_target, Intrinsic::ShadowRealmPrototype, Class::ShadowRealm)?;
    let realm = vm.new_realm(crate::install)?;
    o.set_payload(&vm.rt, Value::from_cell(realm));
    Ok(o.into())
}

/// ValidateShadowRealmObject ( O )
fn this_realm(vm: &Vm, args: &Args<'_>, method: &str) -> Res<Gc<Realm>> {
    let o = args.this.as_object().filter(|o| o.class() == Class::ShadowRealm);
    match o.and_then(|o| o.payload_as::<Realm>()) {
        Some(realm) => Ok(realm),
        None => Err(vm.type_error(format_args!(
            "ShadowRealm.prototype.{method} requires that 'this' be a ShadowRealm"
        ))),
    }
}

/// ShadowRealm.prototype.evaluate ( sourceText )
fn evaluate(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let realm = this_realm(vm, args, "evaluate")?;
    let Some(text) = args.get(0).as_string() else {
        return Err(vm.type_error("ShadowRealm.prototype.evaluate requires a string"));
    };
    match vm.eval_in_realm(&text.to_std(), realm)? {
        Ok(value) => get_wrapped_value(vm, vm.realm(), value),
        Err(thrown) => Err(foreign_error(vm, thrown)),
    }
}

/// ShadowRealm.prototype.importValue ( specifier, exportName )
fn import_value(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let realm = this_realm(vm, args, "importValue")?;
    let specifier = vm.to_string(args.get(0))?;
    if !args.get(1).is_string() {
        return Err(
            vm.type_error("ShadowRealm.prototype.importValue requires the name of an export as a string")
        );
    }
    // ShadowRealmImportValue ( specifierString, exportNameString, callerRealm, evalRealm ): an import that code there makes.
    let import = match vm.eval_in_realm("(specifier) => import(specifier)", realm)? {
        Ok(import) => import,
        Err(thrown) => return Err(foreign_error(vm, thrown)),
    };
    let promise = match vm.call(import, Value::UNDEFINED, &[specifier.into()]) {
        Ok(promise) => promise,
        Err(thrown) => return Err(foreign_error(vm, thrown)),
    };
    let Some(promise) = vm.is_promise(promise) else {
        return Err(vm.type_error("import did not make a promise"));
    };
    let fulfilled = vm.native_function_with(export_getter, 1, &[args.get(1)])?;
    let rejected = vm.native_function_with(import_failed, 1, &[])?;
    let capability = vm.new_intrinsic_capability()?;
    vm.perform_promise_then(promise, fulfilled.into(), rejected.into(), Some(capability))?;
    Ok(capability.promise)
}

/// ExportGetter functions
fn export_getter(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let (Some(exports), Some(name)) = (args.get(0).as_object(), args.slot(0).as_string()) else {
        return Err(vm.type_error("not a module"));
    };
    let key = vm.rt.key_from_str(name)?;
    if !vm.has_own_property(exports, key)? {
        return Err(vm.type_error(format_args!("The module has no export named '{}'", name.to_std())));
    }
    let value = vm.get(exports, key)?;
    get_wrapped_value(vm, vm.realm(), value)
}

fn import_failed(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let text = vm.describe_value(args.get(0));
    Err(vm.type_error(format_args!("The import failed: {text}")))
}
