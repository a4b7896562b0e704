//! 20.5.6 NativeError Object Structure.

use super::error::make;
use js_rt::{Class, Value};
use js_vm::{Args, Build, Intrinsic, NativeFn, Res, Vm};

pub(crate) fn install(vm: &Vm) -> Res<()> {
    let all: [(&str, Intrinsic, Intrinsic, NativeFn); 6] = [
        ("EvalError", Intrinsic::EvalError, Intrinsic::EvalErrorPrototype, eval_error),
        ("RangeError", Intrinsic::RangeError, Intrinsic::RangeErrorPrototype, range_error),
        ("ReferenceError", Intrinsic::ReferenceError, Intrinsic::ReferenceErrorPrototype, reference_error),
        ("SyntaxError", Intrinsic::SyntaxError, Intrinsic::SyntaxErrorPrototype, syntax_error),
        ("TypeError", Intrinsic::TypeError, Intrinsic::TypeErrorPrototype, type_error),
        ("URIError", Intrinsic::URIError, Intrinsic::URIErrorPrototype, uri_error),
    ];
    for (name, constructor, prototype, f) in all {
        Build::constructor(vm, constructor, name, 1, f)
            .parent(Intrinsic::Error)
            .prototype_of(prototype, Intrinsic::ErrorPrototype, Class::Object)
            .text("message", "")
            .text("name", name)
            .global()
            .finish()?;
    }
    Ok(())
}

/// 20.5.5.1 EvalError
fn eval_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    make(vm, args, Intrinsic::EvalErrorPrototype)
}

/// 20.5.5.2 RangeError
fn range_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    make(vm, args, Intrinsic::RangeErrorPrototype)
}

/// 20.5.5.3 ReferenceError
fn reference_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    make(vm, args, Intrinsic::ReferenceErrorPrototype)
}

/// 20.5.5.4 SyntaxError
fn syntax_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    make(vm, args, Intrinsic::SyntaxErrorPrototype)
}

/// 20.5.5.5 TypeError
fn type_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    make(vm, args, Intrinsic::TypeErrorPrototype)
}

/// 20.5.5.6 URIError
fn uri_error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    make(vm, args, Intrinsic::URIErrorPrototype)
}
