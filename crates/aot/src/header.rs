//! What C includes.

use crate::{Options, mangle, names};
use ir::{Module, Signature, Type};
use std::fmt::Write;

/// The context, the shared functions and the statuses: the contents of `include/spandrel_aot.h`.
pub const HEADER: &str = include_str!("../include/spandrel_aot.h");

/// [`HEADER`] and prototypes of what an object of `module` made with `options` defines.
pub fn header(module: &Module, options: &Options) -> String {
    let mut out = HEADER.to_owned();
    for (func, function) in module.functions.iter() {
        if options.exports.contains(func) {
            prototypes(&mut out, &function.name, &function.signature);
        }
    }
    out
}

fn prototypes(out: &mut String, name: &str, signature: &Signature) {
    // Writing to a string does not fail.
    let _ = write!(out, "\n/* {} results of up to 64 bits */\n", result_words(signature));
    let _ =
        write!(out, "uint32_t {}(struct spandrel_context *context, uint64_t *results", names::entry(name));
    for (index, ty) in signature.params.iter().enumerate() {
        match c_type(*ty) {
            Some(c) => {
                let _ = write!(out, ", {c} a{index}");
            }
            None => {
                let _ = write!(out, ", uint64_t a{index}_first, uint64_t a{index}_second");
            }
        }
    }
    let _ = write!(out, ");\nextern const char spandrel_fn_{}[];\n", mangle(name));
}

fn result_words(signature: &Signature) -> usize {
    signature.results.iter().map(|ty| if *ty == Type::Pair { 2 } else { 1 }).sum()
}

/// The C type of a parameter; `None` for a pair.
fn c_type(ty: Type) -> Option<&'static str> {
    match ty {
        Type::I32 => Some("uint32_t"),
        Type::I64 | Type::Ptr | Type::Boxed => Some("uint64_t"),
        Type::F64 => Some("double"),
        Type::Bool => Some("bool"),
        Type::Pair => None,
    }
}
