//! The op table: the only place where an operation is declared.
//!
//! Columns: variant, text name, controlling types (empty: none, the op has no `.type` suffix), operands, result,
//! immediate, effect. `T` among operands and results is the controlling type. Everything else about an op (parser,
//! printer, verifier, interpreter dispatch, lowering) expands from here through [`for_each_op`](crate::for_each_op).

use crate::types::Type;

/// Calls `$m!` with the whole table.
#[macro_export]
macro_rules! for_each_op {
    ($m:ident) => {
        $m! {
            // Constants.
            Iconst "iconst" [I32 I64] () -> T, Int, Pure;
            Fconst "fconst" [] () -> F64, Float, Pure;
            Bconst "bconst" [] () -> Bool, Int, Pure;
            Pconst "pconst" [] () -> Ptr, Int, Pure;
            Xconst "xconst" [] () -> Boxed, Int, Pure;
            // Integer arithmetic: wraps around. Shift amounts count modulo the width.
            Iadd "iadd" [I32 I64] (T, T) -> T, None, Pure;
            Isub "isub" [I32 I64] (T, T) -> T, None, Pure;
            Imul "imul" [I32 I64] (T, T) -> T, None, Pure;
            // Division by zero traps; the least integer divided by -1 wraps to itself, remainder 0.
            Sdiv "sdiv" [I32 I64] (T, T) -> T, None, Trap;
            Udiv "udiv" [I32 I64] (T, T) -> T, None, Trap;
            Srem "srem" [I32 I64] (T, T) -> T, None, Trap;
            Urem "urem" [I32 I64] (T, T) -> T, None, Trap;
            Band "band" [I32 I64 Bool] (T, T) -> T, None, Pure;
            Bor "bor" [I32 I64 Bool] (T, T) -> T, None, Pure;
            Bxor "bxor" [I32 I64 Bool] (T, T) -> T, None, Pure;
            Ishl "ishl" [I32 I64] (T, T) -> T, None, Pure;
            Sshr "sshr" [I32 I64] (T, T) -> T, None, Pure;
            Ushr "ushr" [I32 I64] (T, T) -> T, None, Pure;
            Rotl "rotl" [I32 I64] (T, T) -> T, None, Pure;
            Clz "clz" [I32 I64] (T) -> T, None, Pure;
            Ctz "ctz" [I32 I64] (T) -> T, None, Pure;
            Popcnt "popcnt" [I32 I64] (T) -> T, None, Pure;
            // Arithmetic that leaves the function through its frame state when the signed result does not fit.
            IaddGuard "iadd_guard" [I32 I64] (T, T) -> T, Guard, Guard;
            IsubGuard "isub_guard" [I32 I64] (T, T) -> T, Guard, Guard;
            ImulGuard "imul_guard" [I32 I64] (T, T) -> T, Guard, Guard;
            // Comparisons.
            Icmp "icmp" [I32 I64 Bool Ptr Boxed] (T, T) -> Bool, IntCond, Pure;
            Fcmp "fcmp" [] (F64, F64) -> Bool, FloatCond, Pure;
            Select "select" [I32 I64 F64 Bool Ptr Boxed Pair] (Bool, T, T) -> T, None, Pure;
            // Floating point: IEEE 754 round to nearest even. Sign and payload of NaN results are unspecified: the
            // interpreter gives the canonical quiet NaN, compiled code any; programs that look at the bits use fcanon
            // first. `fneg` and `fabs` change the sign bit and nothing else, of NaNs too.
            Fadd "fadd" [] (F64, F64) -> F64, None, Pure;
            Fsub "fsub" [] (F64, F64) -> F64, None, Pure;
            Fmul "fmul" [] (F64, F64) -> F64, None, Pure;
            Fdiv "fdiv" [] (F64, F64) -> F64, None, Pure;
            Fmin "fmin" [] (F64, F64) -> F64, None, Pure;
            Fmax "fmax" [] (F64, F64) -> F64, None, Pure;
            Fneg "fneg" [] (F64) -> F64, None, Pure;
            Fabs "fabs" [] (F64) -> F64, None, Pure;
            Fsqrt "fsqrt" [] (F64) -> F64, None, Pure;
            Ffloor "ffloor" [] (F64) -> F64, None, Pure;
            Fceil "fceil" [] (F64) -> F64, None, Pure;
            Ftrunc "ftrunc" [] (F64) -> F64, None, Pure;
            Fnearest "fnearest" [] (F64) -> F64, None, Pure;
            // Any NaN becomes the canonical quiet NaN (0x7ff8000000000000); everything else stays.
            Fcanon "fcanon" [] (F64) -> F64, None, Pure;
            // Conversions.
            Sext "sext" [] (I32) -> I64, None, Pure;
            Zext "zext" [] (I32) -> I64, None, Pure;
            Wrap "wrap" [] (I64) -> I32, None, Pure;
            Sext8 "sext8" [I32 I64] (T) -> T, None, Pure;
            Sext16 "sext16" [I32 I64] (T) -> T, None, Pure;
            BoolToI32 "bool_to_i32" [] (Bool) -> I32, None, Pure;
            SintToF64 "sint_to_f64" [I32 I64] (T) -> F64, None, Pure;
            UintToF64 "uint_to_f64" [I32 I64] (T) -> F64, None, Pure;
            // Saturating truncation: NaN gives 0.
            F64ToSint "f64_to_sint" [I32 I64] (F64) -> T, None, Pure;
            F64ToUint "f64_to_uint" [I32 I64] (F64) -> T, None, Pure;
            // ECMA-262 ToInt32: modulo 2^32, NaN and infinities give 0.
            F64ToI32Mod "f64_to_i32_mod" [] (F64) -> I32, None, Pure;
            // The integer that equals the float; leaves when there is none (fractions, NaN, out of range, -0).
            F64ToI32Guard "f64_to_i32_guard" [] (F64) -> I32, Guard, Guard;
            RoundToF32 "round_to_f32" [] (F64) -> F64, None, Pure;
            F64ToBits "f64_to_bits" [] (F64) -> I64, None, Pure;
            BitsToF64 "bits_to_f64" [] (I64) -> F64, None, Pure;
            // Words that stand for numbers, among others (`eval::word`): an int32 below its tag, or a double moved up by an offset. The
            // word of a number that is an int32, and not -0, is always the former. A NaN comes back as any NaN; one with any of the
            // low 22 bits set gives an unspecified word: programs with such NaNs use fcanon first, arithmetic makes none of others.
            // Unboxing leaves when the word stands for no number.
            BoxNumber "box_number" [] (F64) -> I64, None, Pure;
            UnboxNumber "unbox_number" [] (I64) -> F64, Guard, Guard;
            BoxBits "box_bits" [] (I64) -> Boxed, None, Pure;
            UnboxBits "unbox_bits" [] (Boxed) -> I64, None, Pure;
            PtrToInt "ptr_to_int" [] (Ptr) -> I64, None, Pure;
            IntToPtr "int_to_ptr" [] (I64) -> Ptr, None, Pure;
            PtrAdd "ptr_add" [] (Ptr, I64) -> Ptr, None, Pure;
            PairMake "pair_make" [] (I64, I64) -> Pair, None, Pure;
            PairFirst "pair_first" [] (Pair) -> I64, None, Pure;
            PairSecond "pair_second" [] (Pair) -> I64, None, Pure;
            // Memory: address plus a signed offset, tagged with an alias class.
            Load "load" [I32 I64 F64 Bool Ptr Boxed Pair] (Ptr) -> T, Mem, Read;
            LoadS8 "load_s8" [I32 I64] (Ptr) -> T, Mem, Read;
            LoadU8 "load_u8" [I32 I64] (Ptr) -> T, Mem, Read;
            LoadS16 "load_s16" [I32 I64] (Ptr) -> T, Mem, Read;
            LoadU16 "load_u16" [I32 I64] (Ptr) -> T, Mem, Read;
            LoadF32 "load_f32" [] (Ptr) -> F64, Mem, Read;
            Store "store" [I32 I64 F64 Bool Ptr Boxed Pair] (T, Ptr) -> (), Mem, Write;
            Store8 "store_8" [I32 I64] (T, Ptr) -> (), Mem, Write;
            Store16 "store_16" [I32 I64] (T, Ptr) -> (), Mem, Write;
            StoreF32 "store_f32" [] (F64, Ptr) -> (), Mem, Write;
            // `size` bytes of zeroed guest memory from the allocation runtime call; never null.
            Alloc "alloc" [] () -> Ptr, Alloc, Alloc;
            // The VM context: the pinned register.
            Context "context" [] () -> Ptr, None, Pure;
            // Calls: operands and results follow the callee's signature. A direct call may carry the frame it waits in.
            Call "call" [] (...) -> ..., Func, Call;
            CallIndirect "call_indirect" [] (...) -> ..., Sig, Call;
            CallRuntime "call_runtime" [] (...) -> ..., Runtime, Call;
            // Leaves through the frame state when the condition is false.
            Guard "guard" [] (Bool) -> (), Guard, Guard;
            // Does nothing. Code may leave here, although nothing says that it has to: guards of a loop that move in front of it
            // leave by the state of an anchor at its head. Who puts one there promises that what changes from round to round
            // never decides whether an address may be read that does not change.
            Anchor "anchor" [] () -> (), Guard, Guard;
            // Interrupt poll: fuel, deadline, cancel, safepoint. May run the embedder's code; may leave by throwing.
            Poll "poll" [] () -> (), None, Poll;
            // Terminators.
            Jump "jump" [] () -> (), Targets, Terminator;
            Brif "brif" [] (Bool) -> (), Targets, Terminator;
            Switch "switch" [] (I32) -> (), Targets, Terminator;
            Return "return" [] (...) -> (), None, Terminator;
            Throw "throw" [] () -> (), None, Terminator;
            Deopt "deopt" [] () -> (), Guard, Terminator;
            Trap "trap" [] () -> (), Trap, Terminator;
        }
    };
}

/// What an op may do besides computing its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing: may be moved, merged, duplicated and dropped.
    Pure,
    /// May trap on some operands: not to be executed earlier than the program says.
    Trap,
    /// Reads memory of its alias class.
    Read,
    /// Writes memory of its alias class.
    Write,
    /// May leave the function through a frame state.
    Guard,
    /// Allocates: may collect garbage, may throw when memory is out.
    Alloc,
    /// As the callee's declaration says.
    Call,
    /// May do anything a runtime call may do that reads and writes every class.
    Poll,
    /// Ends a block.
    Terminator,
}

/// What an op carries besides operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImmKind {
    /// Nothing.
    None,
    /// An integer: the constant's bits, sign-extended.
    Int,
    /// The bits of a float.
    Float,
    /// An integer condition.
    IntCond,
    /// A float condition.
    FloatCond,
    /// Offset and alias class.
    Mem,
    /// Size and kind of an allocation.
    Alloc,
    /// A function of the module.
    Func,
    /// A signature; the entry pointer is the first operand.
    Sig,
    /// An entry of the runtime-call table.
    Runtime,
    /// Frame state and reason.
    Guard,
    /// Branch targets.
    Targets,
    /// A trap code.
    Trap,
}

/// The type of an operand or result in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The controlling type.
    Controlling,
    /// This type.
    Fixed(Type),
}

macro_rules! slot {
    (T) => {
        Slot::Controlling
    };
    ($t:ident) => {
        Slot::Fixed(Type::$t)
    };
}

macro_rules! operands {
    (...) => {
        None
    };
    ($($t:ident),*) => {
        Some(&[$(slot!($t)),*])
    };
}

macro_rules! results {
    (...) => {
        None
    };
    (()) => {
        Some(&[])
    };
    ($t:ident) => {
        Some(&[slot!($t)])
    };
}

macro_rules! define_ops {
    ($($variant:ident $text:literal [$($ty:ident)*] ($($operand:tt)*) -> $result:tt, $imm:ident, $effect:ident;)*) => {
        /// An operation. See the table in this file for what each does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Op {
            $(
                #[doc = concat!("`", $text, "`")]
                $variant,
            )*
        }

        impl Op {
            /// Every op, in table order.
            pub const ALL: &'static [Op] = &[$(Op::$variant,)*];

            /// The name in the text form, without the type suffix.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$variant => $text,)* }
            }

            /// The op with this name in the text form.
            pub fn from_name(name: &str) -> Option<Op> {
                match name { $($text => Some(Op::$variant),)* _ => None }
            }

            /// Types the op works on; empty when it has no controlling type.
            pub const fn types(self) -> &'static [Type] {
                match self { $(Op::$variant => &[$(Type::$ty),*],)* }
            }

            /// Operand types; `None` when the callee's or the function's signature decides.
            pub const fn operands(self) -> Option<&'static [Slot]> {
                match self { $(Op::$variant => operands!($($operand)*),)* }
            }

            /// Result types; `None` when the callee's signature decides.
            pub const fn results(self) -> Option<&'static [Slot]> {
                match self { $(Op::$variant => results!($result),)* }
            }

            /// What the op carries besides operands.
            pub const fn imm(self) -> ImmKind {
                match self { $(Op::$variant => ImmKind::$imm,)* }
            }

            /// What the op may do besides computing its results.
            pub const fn effect(self) -> Effect {
                match self { $(Op::$variant => Effect::$effect,)* }
            }
        }
    };
}
for_each_op!(define_ops);

impl Op {
    /// Whether the op ends a block.
    pub const fn is_terminator(self) -> bool {
        matches!(self.effect(), Effect::Terminator)
    }

    /// Whether a NaN that the op hands back has unspecified sign and payload.
    pub const fn makes_nans(self) -> bool {
        matches!(
            self,
            Op::Fadd
                | Op::Fsub
                | Op::Fmul
                | Op::Fdiv
                | Op::Fmin
                | Op::Fmax
                | Op::Fsqrt
                | Op::Ffloor
                | Op::Fceil
                | Op::Ftrunc
                | Op::Fnearest
                | Op::UnboxNumber
                | Op::RoundToF32
                | Op::LoadF32
        )
    }

    /// Whether swapping the two operands changes nothing (comparisons swap their condition instead).
    pub const fn is_commutative(self) -> bool {
        matches!(
            self,
            Op::Iadd
                | Op::Imul
                | Op::Band
                | Op::Bor
                | Op::Bxor
                | Op::Fadd
                | Op::Fmul
                | Op::IaddGuard
                | Op::ImulGuard
        )
    }
}
