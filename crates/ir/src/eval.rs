//! What every op computes, on constants: the one definition that the interpreter and constant folding share.
//!
//! Integers wrap around and live in [`Const`] zero-extended to 64 bits. Floats follow IEEE 754 with round to nearest
//! even; every op that computes a float hands back the canonical quiet NaN instead of any other NaN, where compiled code may
//! hand back any. `fneg` and `fabs` change the sign bit only, and ops that only move bits (`select`, loads and stores of
//! `f64`, `bits_to_f64`) keep them.

mod constant;
mod dispatch;
mod evaluator;
mod float;
mod int;
mod memory;
pub mod word;

pub use constant::Const;
pub use dispatch::{OpHandler, dispatch};
pub use evaluator::{Evaluated, Evaluator, evaluate};
pub use float::{
    CANONICAL_NAN, CANONICAL_NAN_F32, canonical, f64_to_i32_exact, f64_to_i32_mod, f64_to_sint, f64_to_uint,
    fabs, fadd, fcanon, fceil, fcmp, fdiv, ffloor, fmax, fmin, fmul, fnearest, fneg, fsqrt, fsub, ftrunc,
    round_to_f32, sint_to_f64, uint_to_f64,
};
pub use int::{
    band, bor, bxor, clz, ctz, iadd, iadd_checked, icmp, imul, imul_checked, ishl, isub, isub_checked,
    popcnt, rotl, sdiv, sext8, sext16, srem, sshr, udiv, urem, ushr,
};
pub use memory::{access_width, loaded, stored};
