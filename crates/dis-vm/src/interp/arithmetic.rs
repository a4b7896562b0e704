//! Numbers: addition to exponentiation. Integers wrap; the middle operand is the left one.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::Inst;
use crate::trap::{Step, Trap};
use crate::vm::Vm;

macro_rules! binary {
    ($($name:ident $left:ident $right:ident $set:ident: |$a:ident, $b:ident| $value:expr;)*) => {
        $(
            #[inline(always)]
            pub(super) fn $name(vm: &mut Vm, inst: &Inst) -> Step {
                let $b = vm.$right(&inst.src)?;
                let $a = vm.$left(&inst.mid)?;
                vm.$set(&inst.dst, $value)
            }
        )*
    };
}

binary! {
    Addb byte byte set_byte: |a, b| a.wrapping_add(b);
    Addw word word set_word: |a, b| a.wrapping_add(b);
    Addl big big set_big: |a, b| a.wrapping_add(b);
    Addf real real set_real: |a, b| a + b;
    Subb byte byte set_byte: |a, b| a.wrapping_sub(b);
    Subw word word set_word: |a, b| a.wrapping_sub(b);
    Subl big big set_big: |a, b| a.wrapping_sub(b);
    Subf real real set_real: |a, b| a - b;
    Mulb byte byte set_byte: |a, b| a.wrapping_mul(b);
    Mulw word word set_word: |a, b| a.wrapping_mul(b);
    Mull big big set_big: |a, b| a.wrapping_mul(b);
    Mulf real real set_real: |a, b| a * b;
    Divb byte byte set_byte: |a, b| a.checked_div(b).ok_or(Trap::ZeroDivide)?;
    Divw word word set_word: |a, b| if b == 0 { return Err(Trap::ZeroDivide) } else { a.wrapping_div(b) };
    Divl big big set_big: |a, b| if b == 0 { return Err(Trap::ZeroDivide) } else { a.wrapping_div(b) };
    Divf real real set_real: |a, b| a / b;
    Modb byte byte set_byte: |a, b| a.checked_rem(b).ok_or(Trap::ZeroDivide)?;
    Modw word word set_word: |a, b| if b == 0 { return Err(Trap::ZeroDivide) } else { a.wrapping_rem(b) };
    Modl big big set_big: |a, b| if b == 0 { return Err(Trap::ZeroDivide) } else { a.wrapping_rem(b) };
    Andb byte byte set_byte: |a, b| a & b;
    Andw word word set_word: |a, b| a & b;
    Andl big big set_big: |a, b| a & b;
    Orb byte byte set_byte: |a, b| a | b;
    Orw word word set_word: |a, b| a | b;
    Orl big big set_big: |a, b| a | b;
    Xorb byte byte set_byte: |a, b| a ^ b;
    Xorw word word set_word: |a, b| a ^ b;
    Xorl big big set_big: |a, b| a ^ b;
    // A byte is shifted as a word. Of the number of places, as many bits count as processors take.
    Shlb byte word set_byte: |a, b| u32::from(a).wrapping_shl(b.cast_unsigned()) as u8;
    Shlw word word set_word: |a, b| a.wrapping_shl(b.cast_unsigned());
    Shll big word set_big: |a, b| a.wrapping_shl(b.cast_unsigned());
    Shrb byte word set_byte: |a, b| u32::from(a).wrapping_shr(b.cast_unsigned()) as u8;
    Shrw word word set_word: |a, b| a.wrapping_shr(b.cast_unsigned());
    Shrl big word set_big: |a, b| a.wrapping_shr(b.cast_unsigned());
    Lsrw word word set_word: |a, b| a.cast_unsigned().wrapping_shr(b.cast_unsigned()).cast_signed();
    Lsrl big word set_big: |a, b| a.cast_unsigned().wrapping_shr(b.cast_unsigned()).cast_signed();
    Expw word word set_word: |a, b| inverse_if(b < 0, a.wrapping_pow(b.unsigned_abs()).into())? as i32;
    Expl big word set_big: |a, b| inverse_if(b < 0, a.wrapping_pow(b.unsigned_abs()))?;
    Expf real word set_real: |a, b| power(a, b);
}

/// One divided by a power, for negative exponents.
fn inverse_if(inverse: bool, power: i64) -> Result<i64, Trap> {
    match (inverse, power) {
        (false, _) => Ok(power),
        (true, 0) => Err(Trap::ZeroDivide),
        (true, _) => Ok(1 / power),
    }
}

/// By squaring, in the order that rounds as Inferno does.
fn power(base: f64, exponent: i32) -> f64 {
    let (mut square, mut rest, mut result) = (base, exponent.unsigned_abs(), 1.0);
    loop {
        if rest & 1 == 1 {
            result *= square;
        }
        rest >>= 1;
        if rest == 0 {
            break;
        }
        square *= square;
    }
    if exponent < 0 { 1.0 / result } else { result }
}

pub(super) fn Negf(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.real(&inst.src)?;
    vm.set_real(&inst.dst, -value)
}
