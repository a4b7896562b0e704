//! The reference interpreter: every op, exceptions, guards that leave, limits.

#[path = "interp/callers.rs"]
mod callers;
#[path = "interp/exceptions.rs"]
mod exceptions;
#[path = "interp/guards.rs"]
mod guards;
#[path = "interp/limits.rs"]
mod limits;
#[path = "interp/ops.rs"]
mod ops;

use ir::eval::Const;
use ir::interp::{FlatMemory, Host, Interp, Limits, Outcome};
use ir::{AliasClass, AliasClassData, Builder, Func, Function, Module, Signature, Type, Value};

/// The alias class of tests that need only one.
pub(crate) const HEAP: AliasClass = AliasClass(0);

/// A module with one alias class and nothing else.
pub(crate) fn empty() -> Module {
    let mut module = Module::default();
    module.classes.push(AliasClassData { name: "heap".to_owned(), immutable: false });
    module
}

pub(crate) fn signature(params: &[Type], results: &[Type]) -> Signature {
    Signature { params: params.to_vec(), results: results.to_vec(), throws: false }
}

pub(crate) fn throwing(params: &[Type], results: &[Type]) -> Signature {
    Signature { throws: true, ..signature(params, results) }
}

/// Declares a function, for calls of it before it is defined.
pub(crate) fn declare(module: &mut Module, name: &str, signature: Signature) -> Func {
    module.functions.push(Function { name: name.to_owned(), signature, ..Function::default() })
}

/// Defines a declared function.
pub(crate) fn define(
    module: &mut Module,
    func: Func,
    body: impl FnOnce(&Module, &mut Builder<'_>, &[Value]),
) {
    let declared = &module.functions[func];
    let mut function = Function {
        name: declared.name.clone(),
        signature: declared.signature.clone(),
        ..Function::default()
    };
    let mut builder = Builder::new(&mut function);
    let params = builder.params().to_vec();
    body(module, &mut builder, &params);
    module.functions[func] = function;
}

/// Declares and defines.
pub(crate) fn add(
    module: &mut Module,
    name: &str,
    signature: Signature,
    body: impl FnOnce(&Module, &mut Builder<'_>, &[Value]),
) -> Func {
    let func = declare(module, name, signature);
    define(module, func, body);
    func
}

/// Runs a function of a module, after the verifier saw it.
pub(crate) fn run_on(module: &Module, host: &mut dyn Host, func: Func, args: &[Const]) -> Outcome {
    if let Err(faults) = ir::verify::verify(module) {
        panic!("{faults:#?}\n{}", ir::text::print(module));
    }
    Interp::new(module, host).call(func, args, Limits::default())
}

pub(crate) fn run(module: &Module, func: Func, args: &[Const]) -> Outcome {
    run_on(module, &mut FlatMemory::new(), func, args)
}
