//! From a signature to a binding plan: one classifier per convention over shared bookkeeping.

mod arm64;
mod sysv_x64;
mod win64;

use crate::convention::Abi;
use crate::layout::{self, Layout, Leaf, TypeError};
use crate::plan::{Extend, Move, Place, Plan, ResultPlan, Slot};
use crate::signature::Signature;
use crate::types::{Scalar, Type};
use std::fmt;

/// Most parameters of one call.
pub const MAX_PARAMS: usize = 1024;
/// Most bytes of arguments in one call, in the frame or on the stack.
pub const MAX_FRAME: u32 = 4 << 20;

/// Why a signature has no binding plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// A parameter type cannot be passed.
    Param {
        /// Index of the parameter, from 0.
        index: usize,
        /// What is wrong with its type.
        error: TypeError,
    },
    /// The result type cannot be returned.
    Result(TypeError),
    /// More than [`MAX_PARAMS`] parameters.
    TooManyParams(usize),
    /// The arguments take more than [`MAX_FRAME`] bytes.
    FrameTooLarge,
    /// `fixed` is larger than the number of parameters.
    FixedOutOfRange {
        /// The number of named parameters the signature claims.
        fixed: u32,
        /// The number of parameters it has.
        params: usize,
    },
    /// An argument of the `...` whose type C would have promoted: `float` to `double`, narrow integers to `int`.
    Unpromoted {
        /// Index of the parameter, from 0.
        index: usize,
        /// Its type.
        ty: Scalar,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::Param { index, error } => write!(f, "parameter {index}: {error}"),
            PlanError::Result(error) => write!(f, "result: {error}"),
            PlanError::TooManyParams(n) => write!(f, "{n} parameters, at most {MAX_PARAMS} are possible"),
            PlanError::FrameTooLarge => write!(f, "the arguments take more than {MAX_FRAME} bytes"),
            PlanError::FixedOutOfRange { fixed, params } => {
                write!(f, "{fixed} named parameters are claimed, the signature has {params} in all")
            }
            PlanError::Unpromoted { index, ty } => {
                let wanted = if ty.is_float() { "f64" } else { "i32" };
                write!(f, "parameter {index}: {ty} cannot be passed to '...', C promotes it to {wanted}")
            }
        }
    }
}

impl std::error::Error for PlanError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PlanError::Param { error, .. } | PlanError::Result(error) => Some(error),
            _ => None,
        }
    }
}

impl Plan {
    /// Works out how a call with this signature is made under `abi`.
    ///
    /// # Errors
    /// A type that cannot be passed by value, too many or too large arguments, or unpromoted arguments of a `...`.
    pub fn new(abi: Abi, signature: &Signature) -> Result<Plan, PlanError> {
        check_variadic(signature)?;
        let mut frame = Frame::default();
        let mut args = Vec::with_capacity(signature.params.len());
        for (index, ty) in signature.params.iter().enumerate() {
            let value = by_value(ty, abi).map_err(|error| PlanError::Param { index, error })?;
            let offset = frame.add(value.layout)?;
            args.push(Arg { index: index as u16, offset, unnamed: signature.is_unnamed(index), value });
        }
        let result = match &signature.result {
            Some(ty) => Some(by_value(ty, abi).map_err(PlanError::Result)?),
            None => None,
        };
        let variadic = signature.is_variadic();
        let mut bound = match abi {
            Abi::SysvX64 => sysv_x64::bind(&args, result.as_ref(), variadic),
            Abi::Win64 => win64::bind(&args, result.as_ref(), variadic),
            Abi::Aapcs64 | Abi::DarwinArm64 | Abi::WindowsArm64 => {
                arm64::bind(abi, &args, result.as_ref(), variadic)
            }
        };
        bound.moves.steps.retain(|step| !matches!(step, Move::Block { size: 0, .. }));
        let stack_size = bound.moves.stack.next_multiple_of(16);
        if stack_size > MAX_FRAME {
            return Err(PlanError::FrameTooLarge);
        }
        Ok(Plan {
            abi,
            signature: signature.clone(),
            frame_size: frame.size.next_multiple_of(frame.align),
            frame_align: frame.align,
            slots: frame.slots,
            args: bound.moves.steps,
            stack_size,
            stack_align: bound.moves.stack_align,
            result_slot: result.map(|r| Slot { offset: 0, size: r.layout.size, align: r.layout.align }),
            result: bound.result,
            vector_count: bound.vector_count,
        })
    }
}

fn check_variadic(signature: &Signature) -> Result<(), PlanError> {
    let params = signature.params.len();
    if params > MAX_PARAMS {
        return Err(PlanError::TooManyParams(params));
    }
    let Some(fixed) = signature.fixed else { return Ok(()) };
    if fixed as usize > params {
        return Err(PlanError::FixedOutOfRange { fixed, params });
    }
    for (index, ty) in signature.params.iter().enumerate().skip(fixed as usize) {
        if let Some(ty) = ty.as_scalar().filter(|s| s.size() < 4 || *s == Scalar::F32) {
            return Err(PlanError::Unpromoted { index, ty });
        }
    }
    Ok(())
}

fn by_value(ty: &Type, abi: Abi) -> Result<Value<'_>, TypeError> {
    if matches!(ty, Type::Array { .. }) {
        return Err(TypeError::BareArray);
    }
    let layout = Layout::of(ty, abi)?;
    // No convention looks inside anything larger than four 16-byte vectors.
    let leaves = if layout.size <= 64 { layout::leaves(ty, abi)? } else { Vec::new() };
    Ok(Value { ty, layout, leaves })
}

/// A type as the classifiers see it.
struct Value<'a> {
    ty: &'a Type,
    layout: Layout,
    /// Empty for types over 64 bytes and for types that hold nothing.
    leaves: Vec<Leaf>,
}

impl Value<'_> {
    fn size(&self) -> u32 {
        self.layout.size
    }

    fn is_record(&self) -> bool {
        matches!(self.ty, Type::Record(_))
    }

    /// Whether the type holds no data at all, whatever its size.
    fn is_empty(&self) -> bool {
        self.layout.size <= 64 && self.leaves.is_empty()
    }

    fn extend(&self) -> Extend {
        match self.ty.as_scalar() {
            Some(s) if s.is_float() || s.size() >= 8 => Extend::None,
            Some(s) if s.is_signed() => Extend::Sign,
            Some(_) => Extend::Zero,
            None => Extend::None,
        }
    }
}

/// One argument: its type and where it lies in the frame.
struct Arg<'a> {
    index: u16,
    offset: u32,
    unnamed: bool,
    value: Value<'a>,
}

/// The frame's slots, handed out in argument order.
struct Frame {
    slots: Vec<Slot>,
    size: u32,
    align: u32,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame { slots: Vec::new(), size: 0, align: 16 }
    }
}

impl Frame {
    fn add(&mut self, layout: Layout) -> Result<u32, PlanError> {
        // Copies passed by reference are 16-aligned on Win64, so every larger slot is, on all conventions alike.
        let align = layout.align.max(if layout.size > 8 { 16 } else { 8 });
        let offset = self.size.next_multiple_of(align);
        self.size = offset + layout.size.next_multiple_of(8);
        self.align = self.align.max(align);
        if self.size > MAX_FRAME {
            return Err(PlanError::FrameTooLarge);
        }
        self.slots.push(Slot { offset, size: layout.size, align: layout.align });
        Ok(offset)
    }
}

/// What a classifier hands back.
struct Bound {
    moves: Moves,
    result: ResultPlan,
    vector_count: Option<u8>,
}

/// The steps so far and the stack they use.
struct Moves {
    steps: Vec<Move>,
    stack: u32,
    stack_align: u32,
}

impl Moves {
    fn new(stack: u32) -> Moves {
        Moves { steps: Vec::new(), stack, stack_align: 16 }
    }

    /// Takes `size` bytes of stack, aligned, and returns their offset.
    fn push(&mut self, size: u32, align: u32) -> u32 {
        let offset = self.stack.next_multiple_of(align);
        self.stack = offset + size;
        self.stack_align = self.stack_align.max(align);
        offset
    }

    /// `size` bytes starting `skip` bytes into the argument go to `place`.
    fn piece(&mut self, arg: &Arg<'_>, skip: u32, size: u32, extend: Extend, place: Place) {
        debug_assert!(size <= 8 || matches!(place, Place::Vec(_)) && size == 16);
        let offset = arg.offset + skip;
        self.steps.push(Move::Value { arg: arg.index, offset, size: size as u8, extend, place });
    }

    fn block(&mut self, arg: &Arg<'_>, stack: u32) {
        self.steps.push(Move::Block { arg: arg.index, offset: arg.offset, size: arg.value.size(), stack });
    }

    fn address(&mut self, arg: &Arg<'_>, place: Place) {
        self.steps.push(Move::Address { arg: arg.index, offset: arg.offset, size: arg.value.size(), place });
    }

    /// The whole argument goes to its own stack slot of `slot` bytes: a scalar extended to 8 bytes, anything else as it is.
    fn on_stack(&mut self, arg: &Arg<'_>, slot: u32, align: u32) {
        let offset = self.push(slot, align);
        if arg.value.size() <= 8 && !arg.value.is_record() {
            let extend = if slot < 8 { Extend::None } else { arg.value.extend() };
            self.piece(arg, 0, arg.value.size(), extend, Place::Stack(offset));
        } else {
            self.block(arg, offset);
        }
    }
}

/// A result register piece: `size` bytes at `offset` of the result buffer.
fn result_piece(offset: u32, size: u32, extend: Extend, place: Place) -> Move {
    Move::Value { arg: 0, offset, size: size as u8, extend, place }
}

/// The 8-byte pieces of a value of `size` bytes in consecutive integer result registers.
fn integer_result(value: &Value<'_>) -> ResultPlan {
    let pieces = (0..value.size().div_ceil(8)).map(|i| {
        let size = (value.size() - 8 * i).min(8);
        result_piece(8 * i, size, value.extend(), Place::Int(i as u8))
    });
    ResultPlan::Registers(pieces.collect())
}
