//! 27.5 Generator Objects and 27.6 AsyncGenerator Objects.

use js_rt::Value;
use js_vm::{Args, Build, Intrinsic, Res, Resume, Vm};

/// 27.5.1.2 %GeneratorPrototype%.next ( value )
fn next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.generator_resume(args.this, Resume::Next, args.get(0), "next")
}

/// 27.5.1.3 %GeneratorPrototype%.return ( value )
fn return_(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.generator_resume(args.this, Resume::Return, args.get(0), "return")
}

/// 27.5.1.4 %GeneratorPrototype%.throw ( exception )
fn throw(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.generator_resume(args.this, Resume::Throw, args.get(0), "throw")
}

/// 27.6.1.2 %AsyncGeneratorPrototype%.next ( value )
fn async_next(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.async_generator_request(args.this, Resume::Next, args.get(0))
}

/// 27.6.1.3 %AsyncGeneratorPrototype%.return ( value )
fn async_return(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.async_generator_request(args.this, Resume::Return, args.get(0))
}

/// 27.6.1.4 %AsyncGeneratorPrototype%.throw ( exception )
fn async_throw(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    vm.async_generator_request(args.this, Resume::Throw, args.get(0))
}

/// Both prototypes.
pub(super) fn install(vm: &Vm) -> Res<()> {
    Build::object(vm, Intrinsic::GeneratorPrototype, "", Intrinsic::IteratorPrototype)
        .method("next", 1, next)
        .method("return", 1, return_)
        .method("throw", 1, throw)
        .to_string_tag("Generator")
        .finish()?;
    Build::object(vm, Intrinsic::AsyncGeneratorPrototype, "", Intrinsic::AsyncIteratorPrototype)
        .method("next", 1, async_next)
        .method("return", 1, async_return)
        .method("throw", 1, async_throw)
        .to_string_tag("AsyncGenerator")
        .finish()?;
    Ok(())
}
