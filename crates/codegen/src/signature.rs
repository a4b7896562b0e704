//! Signatures in Cranelift's terms: the managed convention and the C convention of runtime calls.

use crate::Target;
use cranelift_codegen::ir::{self as clif, AbiParam, types};
use cranelift_codegen::isa::CallConv;
use ir::{RuntimeData, Type};

/// The machine type of a value's words.
pub(crate) const fn word_type(ty: Type) -> clif::Type {
    match ty {
        Type::I32 => types::I32,
        Type::F64 => types::F64,
        Type::Bool => types::I8,
        Type::I64 | Type::Ptr | Type::Boxed | Type::Pair => types::I64,
    }
}

/// How many words a value has.
pub(crate) const fn words(ty: Type) -> usize {
    if matches!(ty, Type::Pair) { 2 } else { 1 }
}

/// The words of a list of values.
pub(crate) fn word_types(list: &[Type]) -> impl Iterator<Item = clif::Type> + '_ {
    list.iter().flat_map(|ty| std::iter::repeat_n(word_type(*ty), words(*ty)))
}

/// The status that a throwing function hands back last.
pub(crate) const STATUS: clif::Type = types::I8;

/// The signature of a managed function.
pub(crate) fn managed(signature: &ir::Signature) -> clif::Signature {
    let mut out = clif::Signature::new(CallConv::Tail);
    out.params.extend(word_types(&signature.params).map(AbiParam::new));
    out.returns.extend(word_types(&signature.results).map(AbiParam::new));
    if signature.throws {
        out.returns.push(AbiParam::new(STATUS));
    }
    out
}

/// How a runtime function hands its results back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeResults {
    /// Not at all.
    None,
    /// As a C result of this type; `None`: a status of 64 bits.
    One(Option<Type>),
    /// As `struct { uint64_t first, second; }`, which C returns in two registers: each result and then the status, when the
    /// function throws, is a word; an `f64` is one by its bits, the first word of a pair comes first.
    Two,
    /// The same, in memory whose address the caller passes before the context (Windows on x64).
    TwoInMemory,
    /// This many words, more than C returns in registers: the function gets one more parameter, the last, which is
    /// `uint64_t *results`, and fills it in; what it returns is the status, when it throws.
    Many(usize),
}

/// Most words that a runtime function may hand back.
const MOST_WORDS: usize = 64;

/// The C function that a runtime entry is: `fn(context: *mut c_void, params...) -> results`.
///
/// A `pair` parameter is two `uint64_t`; `bool` is C's; everything else its namesake. The status of a function that throws
/// is 0 when it returned, 1 when it threw, 2 to abort the innermost entry into managed code, in which case whoever calls
/// managed code from inside the function passes on that it was aborted.
///
/// # Errors
/// The number of words, when there are more than 64.
pub fn runtime_signature(target: &Target, data: &RuntimeData) -> Result<RuntimeResults, usize> {
    let results = &data.signature.results;
    let count = results.iter().map(|ty| words(*ty)).sum::<usize>() + usize::from(data.signature.throws);
    match count {
        0 => Ok(RuntimeResults::None),
        1 => Ok(RuntimeResults::One(results.first().copied())),
        2 if target.c_convention() == CallConv::WindowsFastcall => Ok(RuntimeResults::TwoInMemory),
        2 => Ok(RuntimeResults::Two),
        3..=MOST_WORDS => Ok(RuntimeResults::Many(count - usize::from(data.signature.throws))),
        _ => Err(count),
    }
}

/// The signature of a runtime function.
pub(crate) fn runtime(target: &Target, data: &RuntimeData, results: RuntimeResults) -> clif::Signature {
    let mut out = clif::Signature::new(target.c_convention());
    if results == RuntimeResults::TwoInMemory {
        out.params.push(AbiParam::new(types::I64));
    }
    out.params.push(AbiParam::new(types::I64));
    out.params.extend(word_types(&data.signature.params).map(c_param));
    match results {
        RuntimeResults::None | RuntimeResults::TwoInMemory => {}
        RuntimeResults::Many(_) => {
            out.params.push(AbiParam::new(types::I64));
            if data.signature.throws {
                out.returns.push(AbiParam::new(types::I64));
            }
        }
        RuntimeResults::One(ty) => out.returns.push(AbiParam::new(ty.map_or(types::I64, word_type))),
        RuntimeResults::Two => out.returns.extend([AbiParam::new(types::I64); 2]),
    }
    out
}

/// C expects a `bool` to fill its register.
fn c_param(ty: clif::Type) -> AbiParam {
    if ty == types::I8 { AbiParam::new(ty).uext() } else { AbiParam::new(ty) }
}

/// The signature of a function in the context, which is the first argument.
pub(crate) fn helper(target: &Target, params: &[clif::Type], result: Option<clif::Type>) -> clif::Signature {
    let mut out = clif::Signature::new(target.c_convention());
    out.params.push(AbiParam::new(types::I64));
    out.params.extend(params.iter().copied().map(AbiParam::new));
    out.returns.extend(result.map(AbiParam::new));
    out
}
