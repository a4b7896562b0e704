//! Where a compiler itself departs from the written convention, so that its objects cannot be the oracle.
//!
//! An entry excuses a check only when it differs *and* the signature has a part of the kind named here; it is counted and
//! printed. So that nothing hides behind it, every such signature is checked once more with those parts replaced by
//! plain integers, and then nothing is excused. Where another compiler follows the rule, a run with that one shows it.

use crate::compile::Compiler;
use crate::runner::Check;
use abi::{Abi, Layout, Move, Place, Plan, Scalar, Signature, Type};

/// One known departure.
pub(crate) struct Exception {
    abi: Abi,
    compilers: &'static [Compiler],
    /// Whether the compiler's callees, its callers or both are wrong.
    side: Side,
    /// Whether a part of the signature is what the compiler gets wrong.
    blames: fn(&Signature, Part) -> bool,
    /// What the compiler does.
    pub(crate) reason: &'static str,
    /// What is written, and who does it.
    pub(crate) rule: &'static str,
}

/// The side of a call that the compiler makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Callee,
    Caller,
    Both,
}

/// A parameter or the result.
#[derive(Clone, Copy)]
enum Part {
    Param(usize),
    Result,
}

const CLANG: &[Compiler] = &[Compiler::Clang];
const CLANGS: &[Compiler] = &[Compiler::Clang, Compiler::Zig];
const GCC: &[Compiler] = &[Compiler::Gcc];

/// Every known departure.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        abi: Abi::SysvX64,
        compilers: CLANG,
        side: Side::Both,
        blames: before_the_last_register,
        reason: "clang 19 leaves r9 unused after a 128-bit integer that went to the stack",
        rule: "psABI 3.2.3: what does not fit whole goes to memory, its registers stay free; gcc 12 and clang 22 do so",
    },
    Exception {
        abi: Abi::SysvX64,
        compilers: CLANGS,
        side: Side::Both,
        blames: |signature, part| matches!(part, Part::Result) && is(signature, part, one_double),
        reason: "clang returns a vector of one double in xmm0, although it passes one in memory",
        rule: "gcc defined the type and treats it as class MEMORY in both directions",
    },
    Exception {
        abi: Abi::Win64,
        compilers: CLANGS,
        side: Side::Both,
        blames: |signature, part| is(signature, part, |ty| short_vector(ty) && !one_integer(ty)),
        reason: "clang passes 8-byte vectors by reference and returns them in xmm0",
        rule: "Microsoft's x64 convention: __m64 is passed and returned as an integer of its size; gcc 12 does so",
    },
    Exception {
        abi: Abi::Win64,
        compilers: GCC,
        side: Side::Both,
        blames: |signature, part| matches!(part, Part::Param(_)) && is(signature, part, one_double),
        reason: "gcc passes a vector of one double by reference",
        rule: "Microsoft's x64 convention: __m64 is passed and returned as an integer of its size",
    },
    Exception {
        abi: Abi::DarwinArm64,
        compilers: CLANGS,
        side: Side::Caller,
        blames: |signature, part| {
            let aligned = |ty: &Type| layout(ty, Abi::DarwinArm64).1 >= 16;
            unnamed(signature, part) && is(signature, part, |ty| matches!(ty, Type::Record(_)) && aligned(ty))
        },
        reason: "clang's callers put an unnamed homogeneous aggregate of 16-byte vectors at the next multiple of 8",
        rule: "AAPCS64 stage C: stack arguments at their natural alignment; clang's own va_arg looks for it there",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: CLANGS,
        side: Side::Both,
        blames: |signature, part| {
            signature.is_variadic() && matches!(part, Part::Param(_)) && is(signature, part, vector)
        },
        reason: "clang passes bare vectors of variadic calls in vector registers",
        rule: "Microsoft's ARM64 convention, variadic functions: SIMD and floating-point registers are not used",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: CLANGS,
        side: Side::Callee,
        blames: |signature, part| {
            let pair = |ty: &Type| matches!(layout(ty, Abi::WindowsArm64), (16, 16..));
            unnamed(signature, part) && is(signature, part, pair)
        },
        reason: "clang's va_arg does not align to 16 bytes, although its callers do",
        rule: "Microsoft's ARM64 convention, C.12 to C.15; va_arg of MSVC's vadefs.h rounds up to __alignof",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: CLANGS,
        side: Side::Both,
        blames: half_in_the_last_register,
        reason: "clang breaks composites of variadic calls that lie half in x7 and half on the stack",
        rule: "Microsoft's ARM64 convention: the first 64 bytes of the imaginary stack are x0 to x7; .NET does so",
    },
    Exception {
        abi: Abi::WindowsArm64,
        compilers: CLANGS,
        side: Side::Callee,
        blames: |signature, part| unnamed(signature, part) && is(signature, part, empty),
        reason: "clang's va_arg steps over a slot for an empty struct, for which its callers pass nothing",
        rule: "none (MSVC has no empty structs in C); clang's callers and its named parameters are followed",
    },
];

/// The exception that covers a differing check.
pub(crate) fn find(
    abi: Abi,
    compiler: Compiler,
    check: Check,
    signature: &Signature,
) -> Option<&'static Exception> {
    known(abi, compiler).find(|e| e.side.covers(check) && e.blamed(signature).next().is_some())
}

/// The signature with everything that an exception blames replaced by `i64`; `None` when none blames anything.
pub(crate) fn without_culprits(abi: Abi, compiler: Compiler, signature: &Signature) -> Option<Signature> {
    let mut changed = None;
    // What comes after a replaced part moves, into another exception's way perhaps. Each round leaves fewer candidates.
    loop {
        let current = changed.as_ref().unwrap_or(signature);
        let part = known(abi, compiler).find_map(|e| e.blamed(current).next());
        let Some(part) = part else { return changed };
        let next = changed.get_or_insert_with(|| signature.clone());
        match part {
            Part::Param(i) => next.params[i] = Scalar::I64.into(),
            Part::Result => next.result = Some(Scalar::I64.into()),
        }
    }
}

fn known(abi: Abi, compiler: Compiler) -> impl Iterator<Item = &'static Exception> {
    EXCEPTIONS.iter().filter(move |e| e.abi == abi && e.compilers.contains(&compiler))
}

impl Exception {
    fn blamed(&self, signature: &Signature) -> impl Iterator<Item = Part> {
        let params = (0..signature.params.len()).map(Part::Param);
        let parts = params.chain(signature.result.is_some().then_some(Part::Result));
        parts.filter(|&part| (self.blames)(signature, part))
    }
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

/// Whether the part's type has a property.
fn is(signature: &Signature, part: Part, property: impl FnOnce(&Type) -> bool) -> bool {
    match part {
        Part::Param(i) => property(&signature.params[i]),
        Part::Result => signature.result.as_ref().is_some_and(property),
    }
}

/// Whether the part is an argument of the `...`.
fn unnamed(signature: &Signature, part: Part) -> bool {
    matches!(part, Part::Param(i) if signature.is_unnamed(i))
}

/// Size and alignment; 0 and 0 for what has no layout.
fn layout(ty: &Type, abi: Abi) -> (u32, u32) {
    Layout::of(ty, abi).map_or((0, 0), |layout| (layout.size, layout.align))
}

fn vector(ty: &Type) -> bool {
    matches!(ty, Type::Vector { .. })
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

/// The argument is in x7 and at the bottom of the stack.
fn half_in_the_last_register(signature: &Signature, part: Part) -> bool {
    let Part::Param(index) = part else { return false };
    let Ok(plan) = Plan::new(Abi::WindowsArm64, signature) else { return false };
    let at = |wanted: Place| {
        plan.args.iter().any(|step| match *step {
            Move::Value { arg, place, .. } => usize::from(arg) == index && place == wanted,
            _ => false,
        })
    };
    at(Place::Int(7)) && at(Place::Stack(0))
}

/// A 128-bit integer that found one register left, so that it lies on the stack, and something later takes the register.
fn before_the_last_register(signature: &Signature, part: Part) -> bool {
    let Part::Param(index) = part else { return false };
    let wide = matches!(signature.params[index], Type::Scalar(Scalar::I128 | Scalar::U128));
    let Ok(plan) = Plan::new(Abi::SysvX64, signature) else { return false };
    let on_stack = plan.args.iter().position(|step| match *step {
        Move::Value { arg, place: Place::Stack(_), .. } | Move::Block { arg, .. } => {
            usize::from(arg) == index
        }
        _ => false,
    });
    let takes_r9 = |step: &Move| matches!(step, Move::Value { place: Place::Int(5), .. });
    wide && on_stack.is_some_and(|at| plan.args[at..].iter().any(takes_r9))
}
