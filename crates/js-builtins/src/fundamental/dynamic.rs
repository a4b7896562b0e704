//! 27.3 GeneratorFunction Objects, 27.4 AsyncGeneratorFunction Objects, 27.7 AsyncFunction Objects.
//!
//! None of these constructors is a property of the global object.

use js_rt::{Attrs, Class, PropertyDescriptor, Value};
use js_vm::{Args, Build, DynamicKind, Intrinsic, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    Build::constructor(vm, Intrinsic::GeneratorFunction, "GeneratorFunction", 1, generator_function)
        .parent(Intrinsic::Function)
        .prototype_of(Intrinsic::GeneratorFunctionPrototype, Intrinsic::FunctionPrototype, Class::Object)
        .to_string_tag("GeneratorFunction")
        .finish()?;
    Build::constructor(
        vm,
        Intrinsic::AsyncGeneratorFunction,
        "AsyncGeneratorFunction",
        1,
        async_generator_function,
    )
    .parent(Intrinsic::Function)
    .prototype_of(Intrinsic::AsyncGeneratorFunctionPrototype, Intrinsic::FunctionPrototype, Class::Object)
    .to_string_tag("AsyncGeneratorFunction")
    .finish()?;
    Build::constructor(vm, Intrinsic::AsyncFunction, "AsyncFunction", 1, async_function)
        .parent(Intrinsic::Function)
        .prototype_of(Intrinsic::AsyncFunctionPrototype, Intrinsic::FunctionPrototype, Class::Object)
        .to_string_tag("AsyncFunction")
        .finish()?;
    for prototype in [
        Intrinsic::GeneratorFunctionPrototype,
        Intrinsic::AsyncGeneratorFunctionPrototype,
        Intrinsic::AsyncFunctionPrototype,
    ] {
        let read_only = PropertyDescriptor { writable: Some(false), ..PropertyDescriptor::default() };
        vm.define_property_or_throw(vm.intrinsic(prototype), vm.names().constructor, &read_only)?;
    }
    Ok(())
}

/// 27.3.3.2 GeneratorFunction.prototype.prototype, 27.5.1.1 %GeneratorPrototype%.constructor, and those of async generators
pub(crate) fn link(vm: &Vm) -> Res<()> {
    for (function, generator) in [
        (Intrinsic::GeneratorFunctionPrototype, Intrinsic::GeneratorPrototype),
        (Intrinsic::AsyncGeneratorFunctionPrototype, Intrinsic::AsyncGeneratorPrototype),
    ] {
        if !vm.has_intrinsic(generator) {
            continue;
        }
        let (function, generator) = (vm.intrinsic(function), vm.intrinsic(generator));
        let names = vm.names();
        let to_generator = PropertyDescriptor::data(generator.into(), Attrs::CONFIGURABLE);
        vm.define_property_or_throw(function, names.prototype, &to_generator)?;
        let to_function = PropertyDescriptor::data(function.into(), Attrs::CONFIGURABLE);
        vm.define_property_or_throw(generator, names.constructor, &to_function)?;
    }
    Ok(())
}

/// 27.3.1.1 GeneratorFunction ( ...parameterArgs, bodyArg )
fn generator_function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.create_dynamic_function(args, DynamicKind::Generator)
}

/// 27.4.1.1 AsyncGeneratorFunction ( ...parameterArgs, bodyArg )
fn async_generator_function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.create_dynamic_function(args, DynamicKind::AsyncGenerator)
}

/// 27.7.1.1 AsyncFunction ( ...parameterArgs, bodyArg )
fn async_function(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.create_dynamic_function(args, DynamicKind::Async)
}
