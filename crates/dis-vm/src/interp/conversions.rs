//! Numbers into other kinds of numbers, and into text and back.
#![allow(non_snake_case, reason = "functions are named as the rows of the opcode table")]

use crate::code::Inst;
use crate::convert::{real_text, real_to_big, real_to_word, text_to_big, text_to_real, text_to_word};
use crate::place::Use;
use crate::trap::Step;
use crate::vm::Vm;

macro_rules! conversions {
    ($($name:ident $get:ident $set:ident: |$a:ident| $value:expr;)*) => {
        $(
            #[inline]
            pub(super) fn $name(vm: &mut Vm, inst: &Inst) -> Step {
                let $a = vm.$get(&inst.src)?;
                vm.$set(&inst.dst, $value)
            }
        )*
    };
}

conversions! {
    Cvtbw byte set_word: |a| a.into();
    Cvtwb word set_byte: |a| a as u8;
    Cvtwf word set_real: |a| a.into();
    Cvtfw real set_word: |a| real_to_word(a);
    Cvtwl word set_big: |a| a.into();
    Cvtlw big set_word: |a| a as i32;
    Cvtlf big set_real: |a| a as f64;
    Cvtfl real set_big: |a| real_to_big(a);
}

macro_rules! to_text {
    ($($name:ident $get:ident: |$a:ident| $text:expr;)*) => {
        $(
            pub(super) fn $name(vm: &mut Vm, inst: &Inst) -> Step {
                let $a = vm.$get(&inst.src)?;
                let string = vm.heap.new_text($text.as_bytes())?;
                vm.set_reference(&inst.dst, string)
            }
        )*
    };
}

to_text! {
    Cvtwc word: |a| a.to_string();
    Cvtlc big: |a| a.to_string();
    Cvtfc real: |a| real_text(a, 'e');
}

macro_rules! from_text {
    ($($name:ident $set:ident $parse:ident;)*) => {
        $(
            pub(super) fn $name(vm: &mut Vm, inst: &Inst) -> Step {
                let string = vm.string(&inst.src)?;
                let value = $parse(&vm.heap.text(string));
                vm.$set(&inst.dst, value)
            }
        )*
    };
}

from_text! {
    Cvtcw set_word text_to_word;
    Cvtcl set_big text_to_big;
    Cvtcf set_real text_to_real;
}

pub(super) fn Cvtrf(vm: &mut Vm, inst: &Inst) -> Step {
    let at = vm.at(&inst.src, Use::Read(4))?;
    let value = f32::from_bits(vm.heap.memory.u32(at));
    vm.set_real(&inst.dst, value.into())
}

pub(super) fn Cvtfr(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.real(&inst.src)? as f32;
    let at = vm.at(&inst.dst, Use::Write(4))?;
    vm.heap.memory.set_u32(at, value.to_bits());
    Ok(())
}

pub(super) fn Cvtws(vm: &mut Vm, inst: &Inst) -> Step {
    let value = vm.word(&inst.src)? as i16;
    let at = vm.at(&inst.dst, Use::Write(2))?;
    vm.heap.memory.set_short(at, value);
    Ok(())
}

pub(super) fn Cvtsw(vm: &mut Vm, inst: &Inst) -> Step {
    let value = match inst.src.mode {
        crate::code::Mode::Imm => inst.src.first as i16,
        _ => {
            let at = vm.at(&inst.src, Use::Read(2))?;
            vm.heap.memory.short(at)
        }
    };
    vm.set_word(&inst.dst, value.into())
}
