//! Where a compiler itself departs from the written convention, so that its objects cannot be the oracle.
//!
//! An entry applies only when a check differs *and* the signature has the property named here; it is counted and printed.
//! Where another compiler follows the rule, a run with that one shows it.

use crate::compile::Compiler;
use crate::runner::Check;
use abi::{Abi, Layout, Move, Place, Plan, Scalar, Signature, Type};

/// One known departure.
pub(crate) struct Exception {
    pub(crate) abi: Abi,
    pub(crate) compilers: &'static [Compiler],
    /// Whether the compiler's callees, its callers or both are wrong.
    pub(crate) side: Side,
    /// Whether the signature is one that the compiler gets wrong.
    pub(crate) applies: fn(&Signature) -> bool,
    /// What the compiler does.
    pub(crate) reason: &'static str,
    /// What is written, and who does it.
    pub(crate) rule: &'static str,
}

/// The side of a call that the compiler makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Callee,
    Caller,
    Both,
}

impl Side {
    /// Whether a check meets the compiler in this role. No departure is known in how records are laid out.
    fn covers(self, check: Check) -> bool {
        match check {
            Check::Layout => false,
            Check::CallSlow | Check::CallStub => self != Side::Caller,
            Check::Closure | Check::StaticClosure => self != Side::Callee,
        }
    }
}

/// Every known departure.
pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        abi: Abi::SysvX64,
        compilers: &[Compiler::Clang],
        side: Side::Both,
        applies: last_register_after_wide_integer,
        reason: "clang 19 leaves r9 unused after a 128-bit integer that went to the stack",
        rule: "psABI 3.2.3: what does not fit whole goes to memory, its registers stay free; gcc 12 and clang 22 do so",
    },
    Exception {
        abi: Abi::SysvX64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        side: Side::Both,
        applies: |signature| signature.result.as_ref().is_some_and(one_double),
        reason: "clang returns a vector of one double in xmm0, although it passes one in memory",
        rule: "gcc defined the type and treats it as class MEMORY in both directions",
    },
    Exception {
        abi: Abi::Win64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        side: Side::Both,
        applies: |signature| types(signature).any(|ty| short_vector(ty) && !one_integer(ty)),
        reason: "clang passes 8-byte vectors by reference and returns them in xmm0",
        rule: "Microsoft's x64 convention: __m64 is passed and returned as an integer of its size; gcc 12 does so",
    },
    Exception {
        abi: Abi::Win64,
        compilers: &[Compiler::Gcc],
        side: Side::Both,
        applies: |signature| signature.params.iter().any(one_double),
        reason: "gcc passes a vector of one double by reference",
        rule: "Microsoft's x64 convention: __m64 is passed and returned as an integer of its size",
    },
    Exception {
        abi: Abi::DarwinArm64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        side: Side::Caller,
        applies: |signature| unnamed(signature).any(|ty| matches!(ty, Type::Record(_)) && aligned_to_16(ty)),
        reason: "clang's callers put an unnamed homogeneous aggregate of 16-byte vectors at the next multiple of 8",
        rule: "AAPCS64 stage C: stack arguments at their natural alignment; clang's own va_arg looks for it there",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        side: Side::Both,
        applies: |signature| {
            signature.is_variadic() && signature.params.iter().any(|ty| matches!(ty, Type::Vector { .. }))
        },
        reason: "clang passes bare vectors of variadic calls in vector registers",
        rule: "Microsoft's ARM64 convention, variadic functions: SIMD and floating-point registers are not used",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        side: Side::Callee,
        applies: |signature| unnamed(signature).any(aligned_to_16),
        reason: "clang's va_arg does not align to 16 bytes, although its callers do",
        rule: "Microsoft's ARM64 convention, C.12 to C.15; va_arg of MSVC's vadefs.h rounds up to __alignof",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        side: Side::Both,
        applies: straddles,
        reason: "clang breaks composites of variadic calls that lie half in x7 and half on the stack",
        rule: "Microsoft's ARM64 convention: the first 64 bytes of the imaginary stack are x0 to x7; .NET does so",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: &[Compiler::Clang, Compiler::Zig],
        side: Side::Callee,
        applies: |signature| unnamed(signature).any(empty),
        reason: "clang's va_arg steps over a slot for an empty struct, for which its callers pass nothing",
        rule: "none (MSVC has no empty structs in C); clang's callers and its named parameters are followed",
    },
];

/// Types of the arguments of the `...`.
fn unnamed(signature: &Signature) -> impl Iterator<Item = &Type> {
    signature.params.iter().skip(signature.fixed.map_or(signature.params.len(), |fixed| fixed as usize))
}

fn aligned_to_16(ty: &Type) -> bool {
    Layout::of(ty, Abi::Aapcs64).is_ok_and(|layout| layout.align >= 16)
}

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

fn empty(ty: &Type) -> bool {
    abi::layout::leaves(ty, Abi::WindowsArm64).is_ok_and(|leaves| leaves.is_empty())
}

/// Some argument is in x7 and at the bottom of the stack.
fn straddles(signature: &Signature) -> bool {
    let Ok(plan) = Plan::new(Abi::WindowsArm64, signature) else { return false };
    let at = |wanted: Place| {
        plan.args.iter().find_map(|step| match *step {
            Move::Value { arg, place, .. } if place == wanted => Some(arg),
            _ => None,
        })
    };
    at(Place::Int(7)).is_some_and(|arg| at(Place::Stack(0)) == Some(arg))
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
    known.find(|e| e.side.covers(check) && (e.applies)(signature))
}
