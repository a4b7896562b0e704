//! The host object of test262, `$262`.

use super::agents;
use crate::globals::{define, define_value, gc, print};
use crate::modules::Disk;
use crate::timers;
use js_rt::{ArrayBuffer, Attrs, Class, Flags, Obj, Value};
use js_vm::{Args, Intrinsic, ModuleHost, ModuleType, Res, Vm};

/// Defines `print` and `$262` in the current realm.
pub(super) fn install(vm: &Vm) -> Res<Obj> {
    let global = vm.global();
    define(vm, global, "print", 1, print)?;
    define(vm, global, "setTimeout", 2, timers::set_timeout)?;
    let host = vm.new_object()?;
    define(vm, host, "createRealm", 0, create_realm)?;
    define(vm, host, "detachArrayBuffer", 1, detach_array_buffer)?;
    define(vm, host, "evalScript", 1, eval_script)?;
    define(vm, host, "gc", 0, gc)?;
    define_value(vm, host, "global", global.into())?;
    let html_dda = vm.native_named(html_dda, 0, "")?;
    html_dda.set_flag(Flags::HTMLDDA);
    define_value(vm, host, "IsHTMLDDA", html_dda.into())?;
    let source = abstract_module_source_of(vm)?;
    define_value(vm, host, "AbstractModuleSource", source.into())?;
    let agent = agents::leader_object(vm)?;
    define_value(vm, host, "agent", agent.into())?;
    define_value(vm, global, "$262", host.into())?;
    Ok(host)
}

/// `$262.createRealm ( )`
fn create_realm(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    let parent = vm.realm();
    let realm = vm.new_realm(crate::library)?;
    realm.host.set(parent.host.get());
    vm.rt.heap().wrote(realm);
    vm.in_realm(realm, || install(vm)).map(Value::from)
}

/// `$262.evalScript ( text )`
fn eval_script(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let text = vm.to_string(args.get(0))?.to_std();
    vm.run_script("evalScript", &text)
}

/// `$262.detachArrayBuffer ( buffer )`
fn detach_array_buffer(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let buffer = args.get(0).as_object().and_then(|buffer| buffer.payload_as::<ArrayBuffer>());
    match buffer.filter(|buffer| !buffer.is_shared() && !buffer.is_immutable()) {
        Some(buffer) => buffer.detach(),
        None => return Err(vm.type_error("not an ArrayBuffer that can be detached")),
    }
    Ok(Value::NULL)
}

/// What `$262.IsHTMLDDA` does when it is called.
fn html_dda(_: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(Value::NULL)
}

/// %AbstractModuleSource%
fn abstract_module_source_of(vm: &Vm) -> Res<Obj> {
    let constructor = vm.native_constructor(abstract_module_source, 0, "AbstractModuleSource")?;
    let prototype = vm.new_object()?;
    vm.set_intrinsic(Intrinsic::AbstractModuleSource, constructor);
    vm.set_intrinsic(Intrinsic::AbstractModuleSourcePrototype, prototype);
    vm.rt.put_own_with(constructor, vm.names().prototype, prototype.into(), Attrs::NONE)?;
    vm.rt.put_own_with(prototype, vm.names().constructor, constructor.into(), Attrs::METHOD)?;
    let tag = vm.native_named(|_, _| Ok(Value::UNDEFINED), 0, "get [Symbol.toStringTag]")?;
    let key = vm.symbols().to_string_tag;
    let pair = vm.rt.new_accessor(tag.into(), Value::UNDEFINED)?;
    vm.rt.add_accessor(prototype, key.into(), pair, Attrs::accessor(false, true))?;
    Ok(constructor)
}

fn abstract_module_source(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    Err(vm.type_error("AbstractModuleSource cannot be called or constructed"))
}

/// The specifier of a module that has a module source object.
const MODULE_SOURCE: &str = "<module source>";

/// Modules of the suite.
pub(super) struct Suite(pub(super) Disk);

impl ModuleHost for Suite {
    fn resolve(&self, referrer: Option<&str>, specifier: &str) -> Result<String, String> {
        if specifier == MODULE_SOURCE {
            Ok(specifier.to_owned())
        } else {
            self.0.resolve(referrer, specifier)
        }
    }

    fn load(&self, name: &str, kind: ModuleType) -> Result<Vec<u8>, String> {
        self.0.load(name, kind)
    }

    fn synthesize(&self, vm: &Vm, kind: ModuleType, content: Vec<u8>) -> Res<Value> {
        self.0.synthesize(vm, kind, content)
    }

    fn source(&self, vm: &Vm, name: &str) -> Res<Option<Value>> {
        if name != MODULE_SOURCE {
            return Ok(None);
        }
        let proto =
            vm.object_create(Some(vm.intrinsic(Intrinsic::AbstractModuleSourcePrototype)), Class::Object)?;
        Ok(Some(vm.object_create(Some(proto), Class::Object)?.into()))
    }
}
