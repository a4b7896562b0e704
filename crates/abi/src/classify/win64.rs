//! Microsoft x64: "x64 calling convention" in Microsoft's C++ documentation.

use super::{Arg, Bound, Moves, Value, integer_result, result_piece};
use crate::convention::Abi;
use crate::plan::{Extend, Place, ResultPlan};
use crate::types::Type;

/// How a value is passed or returned.
enum Class {
    /// In a vector register.
    Vector,
    /// In an integer register as a value of 1, 2, 4 or 8 bytes.
    Integer,
    /// By reference to a copy.
    Memory,
}

/// Records and `__m64` of 1, 2, 4 or 8 bytes travel as integers of that size, everything else that is no scalar in memory.
fn classify(value: &Value<'_>) -> Class {
    match value.ty.as_scalar() {
        Some(s) if s.is_float() => Class::Vector,
        _ if matches!(value.size(), 1 | 2 | 4 | 8) => Class::Integer,
        _ => Class::Memory,
    }
}

pub(super) fn bind(args: &[Arg<'_>], result: Option<&Value<'_>>, _variadic: bool) -> Bound {
    let result = bind_result(result);
    let hidden = u8::from(matches!(result, ResultPlan::Memory { .. }));
    let mut moves = Moves::new(Abi::Win64.shadow_space());
    for (i, arg) in args.iter().enumerate() {
        let position = i as u32 + u32::from(hidden);
        let register = u8::try_from(position).ok().filter(|p| *p < 4);
        match register {
            Some(register) => in_register(&mut moves, arg, register),
            None => on_stack(&mut moves, arg),
        }
    }
    Bound { moves, result, vector_count: None }
}

fn in_register(moves: &mut Moves, arg: &Arg<'_>, register: u8) {
    let size = arg.value.size();
    match classify(&arg.value) {
        Class::Vector => {
            moves.piece(arg, 0, size, Extend::None, Place::Vec(register));
            // va_arg reads unnamed arguments from the integer registers' home slots.
            if arg.unnamed {
                moves.piece(arg, 0, size, Extend::None, Place::Int(register));
            }
        }
        Class::Integer => moves.piece(arg, 0, size, arg.value.extend(), Place::Int(register)),
        Class::Memory => moves.address(arg, Place::Int(register)),
    }
}

fn on_stack(moves: &mut Moves, arg: &Arg<'_>) {
    let place = Place::Stack(moves.push(8, 8));
    match classify(&arg.value) {
        Class::Memory => moves.address(arg, place),
        _ => moves.piece(arg, 0, arg.value.size(), arg.value.extend(), place),
    }
}

fn bind_result(result: Option<&Value<'_>>) -> ResultPlan {
    let Some(value) = result else { return ResultPlan::Nothing };
    // 16-byte vectors come back in xmm0, and so do 128-bit integers by what gcc and clang agree on.
    let in_xmm0 = value.size() == 16 && matches!(value.ty, Type::Scalar(_) | Type::Vector { .. });
    match classify(value) {
        _ if in_xmm0 => ResultPlan::Registers(vec![result_piece(0, 16, Extend::None, Place::Vec(0))]),
        Class::Vector => {
            ResultPlan::Registers(vec![result_piece(0, value.size(), Extend::None, Place::Vec(0))])
        }
        Class::Integer => integer_result(value),
        Class::Memory => ResultPlan::Memory { pointer: Place::Int(0), returned: true },
    }
}
