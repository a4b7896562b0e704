//! Fixed point: products and quotients of scaled numbers, 64 bits in between. Limbo addendum, "Fixed point".
//!
//! Scales differ by a power of two and, in the forms ending in 0 and 1, by a factor. Both are in words of the frame that calls
//! leave alone: the power in word 7, the factor in word 5. In the forms ending in 1, the power's low bits say how to round.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::Inst;
use crate::convert::real_to_word;
use crate::place::Use;
use crate::trap::{Step, Trap};
use crate::vm::Vm;

const FACTOR: u32 = 5;
const POWER: u32 = 7;

impl Vm {
    fn temporary(&self, number: u32) -> Result<i32, Trap> {
        let ty = self.cur.records.get(self.cur.active as usize).ok_or(Trap::Type)?.ty;
        self.check(ty, number * self.word, Use::Read(self.word))?;
        Ok(self.heap.memory.word(self.fp + number * self.word))
    }
}

fn scale(value: i64, power: i32) -> i64 {
    match power >= 0 {
        true => value.wrapping_shl(power.cast_unsigned()),
        false => value.wrapping_shr(power.unsigned_abs()),
    }
}

fn divide(value: i64, by: i64) -> Result<i64, Trap> {
    if by == 0 { Err(Trap::ZeroDivide) } else { Ok(value.wrapping_div(by)) }
}

/// How a form ending in 1 rounds.
struct Rounding {
    power: i32,
    /// Whether the factor takes part.
    factor: bool,
    /// Bits that are added before a shift to the right.
    bits: Option<i64>,
}

impl Rounding {
    fn of(power: i32) -> Rounding {
        let shift = power >> 2;
        let bits =
            (power & 1 != 0).then(|| 1i64.wrapping_shl(shift.wrapping_neg().cast_unsigned()).wrapping_sub(1));
        Rounding { power: shift, factor: power & 2 != 0, bits }
    }

    fn bits_if(&self, wanted: bool) -> i64 {
        self.bits.filter(|_| wanted).unwrap_or(0)
    }
}

fn signed(value: i64, negative: bool) -> i64 {
    if negative { value.wrapping_neg() } else { value }
}

pub(super) fn Mulx(vm: &mut Vm, inst: &Inst) -> Step {
    let (y, x, power) = (vm.word(&inst.src)?, vm.word(&inst.mid)?, vm.temporary(POWER)?);
    vm.set_word(&inst.dst, scale(i64::from(x) * i64::from(y), power) as i32)
}

pub(super) fn Divx(vm: &mut Vm, inst: &Inst) -> Step {
    let (y, x, power) = (vm.word(&inst.src)?, vm.word(&inst.mid)?, vm.temporary(POWER)?);
    let value = divide(scale(x.into(), power), y.into())?;
    vm.set_word(&inst.dst, value as i32)
}

pub(super) fn Cvtxx(vm: &mut Vm, inst: &Inst) -> Step {
    let (x, power) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    vm.set_word(&inst.dst, scale(x.into(), power) as i32)
}

pub(super) fn Mulx0(vm: &mut Vm, inst: &Inst) -> Step {
    let (y, x) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    let (power, factor) = (vm.temporary(POWER)?, vm.temporary(FACTOR)?);
    if x == 0 || y == 0 {
        return vm.set_word(&inst.dst, 0);
    }
    let value = divide(scale(i64::from(x) * i64::from(y), power), factor.into())?;
    vm.set_word(&inst.dst, value as i32)
}

pub(super) fn Divx0(vm: &mut Vm, inst: &Inst) -> Step {
    let (y, x) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    let (power, factor) = (vm.temporary(POWER)?, vm.temporary(FACTOR)?);
    if x == 0 {
        return vm.set_word(&inst.dst, 0);
    }
    let value = divide(scale(i64::from(factor) * i64::from(x), power), y.into())?;
    vm.set_word(&inst.dst, value as i32)
}

pub(super) fn Cvtxx0(vm: &mut Vm, inst: &Inst) -> Step {
    let (x, power, factor) = (vm.word(&inst.src)?, vm.word(&inst.mid)?, vm.temporary(FACTOR)?);
    if x == 0 {
        return vm.set_word(&inst.dst, 0);
    }
    let value = divide(scale(x.into(), power), factor.into())?;
    vm.set_word(&inst.dst, value as i32)
}

pub(super) fn Mulx1(vm: &mut Vm, inst: &Inst) -> Step {
    let (y, x) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    let (how, factor) = (Rounding::of(vm.temporary(POWER)?), i64::from(vm.temporary(FACTOR)?));
    if x == 0 || y == 0 {
        return vm.set_word(&inst.dst, 0);
    }
    let negative = (x < 0) != (y < 0);
    let add = if how.factor { signed(factor - 1, negative) } else { 0 };
    let bits = how.bits_if(negative != how.factor);
    let value = scale((i64::from(x) * i64::from(y)).wrapping_add(bits), how.power).wrapping_add(add);
    vm.set_word(&inst.dst, divide(value, factor)? as i32)
}

pub(super) fn Divx1(vm: &mut Vm, inst: &Inst) -> Step {
    let (y, x) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    let (how, factor) = (Rounding::of(vm.temporary(POWER)?), i64::from(vm.temporary(FACTOR)?));
    if x == 0 {
        return vm.set_word(&inst.dst, 0);
    }
    let add = if how.factor { signed(1, (x < 0) != (y < 0)) } else { 0 };
    let bits = how.bits_if(x <= 0);
    let value = divide(scale((factor * i64::from(x)).wrapping_add(bits), how.power), y.into())?;
    vm.set_word(&inst.dst, (value as i32).wrapping_add(add as i32))
}

pub(super) fn Cvtxx1(vm: &mut Vm, inst: &Inst) -> Step {
    let (x, power) = (vm.word(&inst.src)?, vm.word(&inst.mid)?);
    let (how, factor) = (Rounding::of(power), i64::from(vm.temporary(FACTOR)?));
    if x == 0 {
        return vm.set_word(&inst.dst, 0);
    }
    let add = if how.factor { signed(factor - 1, x < 0) } else { 0 };
    let bits = how.bits_if((x < 0) != how.factor);
    let value = scale(i64::from(x).wrapping_add(bits), how.power).wrapping_add(add);
    vm.set_word(&inst.dst, divide(value, factor)? as i32)
}

pub(super) fn Cvtfx(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.real(&inst.src)? * vm.real(&inst.mid)?;
    vm.set_word(&inst.dst, real_to_word(value))
}

pub(super) fn Cvtxf(vm: &mut Vm, inst: &Inst) -> Step {
    let value = f64::from(vm.word(&inst.src)?) * vm.real(&inst.mid)?;
    vm.set_real(&inst.dst, value)
}
