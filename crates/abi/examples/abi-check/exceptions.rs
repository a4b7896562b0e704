//! Where a compiler itself departs from the written convention, so that its objects cannot be the oracle.
//!
//! An entry applies only when a check differs *and* the signature has the property named here; it is counted and printed.
//! Where another compiler follows the rule, a run with that one shows it.

use crate::compile::Compiler;
use crate::runner::Check;
use abi::{Abi, Move, Place, Plan, Scalar, Signature, Type};

/// One known departure.
pub(crate) struct Exception {
    pub(crate) abi: Abi,
    pub(crate) compilers: &'static [Compiler],
    /// Whether the signature is one that the compiler gets wrong.
    pub(crate) applies: fn(&Signature) -> bool,
    /// What the compiler does.
    pub(crate) reason: &'static str,
    /// What is written, and who does it.
    pub(crate) rule: &'static str,
}

/// Every known departure.
pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        abi: Abi::SysvX64,
        compilers: &[Compiler::Clang],
        applies: last_register_after_wide_integer,
        reason: "clang 19 leaves r9 unused after a 128-bit integer that went to the stack",
        rule: "psABI 3.2.3: what does not fit whole goes to memory, its registers stay free; gcc 12 and clang 22 do so",
    },
    Exception {
        abi: Abi::SysvX64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        applies: |signature| signature.result.as_ref().is_some_and(one_double),
        reason: "clang returns a vector of one double in xmm0, although it passes one in memory",
        rule: "gcc defined the type and treats it as class MEMORY in both directions",
    },
    Exception {
        abi: Abi::Win64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        applies: |signature| types(signature).any(|ty| short_vector(ty) && !one_integer(ty)),
        reason: "clang passes 8-byte vectors by reference and returns them in xmm0",
        rule: "Microsoft's x64 convention: __m64 is passed and returned as an integer of its size; gcc 12 does so",
    },
    Exception {
        abi: Abi::Win64,
        compilers: &[Compiler::Gcc],
        applies: |signature| signature.params.iter().any(one_double),
        reason: "gcc passes a vector of one double by reference",
        rule: "Microsoft's x64 convention: __m64 is passed and returned as an integer of its size",
    },
];

fn types(signature: &Signature) -> impl Iterator<Item = &Type> {
    signature.params.iter().chain(&signature.result)
}

fn short_vector(ty: &Type) -> bool {
    matches!(ty, Type::Vector { lane, lanes } if lane.size() * lanes == 8)
}

fn one_integer(ty: &Type) -> bool {
    matches!(ty, Type::Vector { lane, lanes: 1 } if !lane.is_float())
}

fn one_double(ty: &Type) -> bool {
    matches!(ty, Type::Vector { lane: Scalar::F64, lanes: 1 })
}

/// A 128-bit integer found one register left, so it lies on the stack, and something later takes that register.
fn last_register_after_wide_integer(signature: &Signature) -> bool {
    let Ok(plan) = Plan::new(Abi::SysvX64, signature) else { return false };
    let wide =
        |arg: u16| matches!(signature.params[usize::from(arg)], Type::Scalar(Scalar::I128 | Scalar::U128));
    let on_stack = plan.args.iter().position(|step| match *step {
        Move::Value { arg, place: Place::Stack(_), .. } | Move::Block { arg, .. } => wide(arg),
        _ => false,
    });
    let takes_r9 = |step: &Move| matches!(step, Move::Value { place: Place::Int(5), .. });
    on_stack.is_some_and(|at| plan.args[at..].iter().any(takes_r9))
}

/// The exception that covers a differing check.
pub(crate) fn find(
    abi: Abi,
    compiler: Compiler,
    check: Check,
    signature: &Signature,
) -> Option<&'static Exception> {
    let mut known = EXCEPTIONS.iter().filter(|e| e.abi == abi && e.compilers.contains(&compiler));
    // No departure is known in how records are laid out.
    known.find(|e| check != Check::Layout && (e.applies)(signature))
}
