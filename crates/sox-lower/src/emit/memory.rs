//! Constants, memory and registers.

use super::{Emitter, PAYLOAD, VALUE};
use crate::value::{Val, as_int};
use ir::{AliasClass, FloatCond, Imm, IntCond, Op, Type, Value};
use sox_rt::Tag;

impl Emitter<'_> {
    pub(crate) fn int(&mut self, value: u64) -> Value {
        self.b().iconst(Type::I64, value as i64)
    }

    pub(crate) fn address(&mut self, address: u64) -> Value {
        self.b().with_imm(Op::Pconst, None, &[], Imm::Int(address as i64))
    }

    /// The address that a handle's word is.
    pub(crate) fn pointer(&mut self, handle: Value) -> Value {
        self.b().unary(Op::IntToPtr, handle)
    }

    pub(crate) fn load(&mut self, ty: Type, address: Value, offset: i32, class: AliasClass) -> Value {
        self.b().load(ty, address, offset, class)
    }

    /// The value at an address.
    pub(crate) fn load_value(&mut self, address: Value, offset: i32, class: AliasClass) -> Val {
        let tag = self.load(Type::I64, address, offset, class);
        Val::Any(tag, self.load(Type::I64, address, offset + PAYLOAD, class))
    }

    pub(crate) fn store_value(&mut self, value: Val, address: Value, offset: i32, class: AliasClass) {
        let (tag, payload) = self.boxed(value);
        self.b().store(tag, address, offset, class);
        self.b().store(payload, address, offset + PAYLOAD, class);
    }

    /// Tag and payload of a value.
    pub(crate) fn boxed(&mut self, value: Val) -> (Value, Value) {
        let (tag, payload) = match value {
            Val::Any(tag, payload) => return (tag, payload),
            Val::None | Val::Nil => (self.int(Tag::Nil as u64), self.int(0)),
            Val::Bool(value) => {
                let (yes, no) = (self.int(Tag::True as u64), self.int(Tag::False as u64));
                (self.b().select(value, yes, no), self.int(0))
            }
            Val::Int(_) | Val::Number(_) => {
                let number = self.float(value);
                (self.int(Tag::Number as u64), self.b().unary(Op::F64ToBits, number))
            }
            Val::Object(tag, handle) => (self.int(tag as u64), handle),
        };
        (tag, payload)
    }

    /// A number as an `f64`; of others than numbers, NaN.
    pub(crate) fn float(&mut self, value: Val) -> Value {
        match value {
            Val::Number(number) => number,
            Val::Int(int) => self.b().unary(Op::SintToF64, int),
            _ => self.b().fconst(f64::NAN),
        }
    }

    /// A register's value as the interpreter has it.
    pub(super) fn slot(&mut self, reg: u8) -> Val {
        self.load_value(self.window, i32::from(reg) * VALUE, self.classes.slots)
    }

    pub(crate) fn reg(&self, reg: u8) -> Val {
        self.regs[usize::from(reg)]
    }

    pub(crate) fn set(&mut self, reg: u8, value: Val) {
        self.regs[usize::from(reg)] = value;
    }

    /// Has the interpreter see a register's value.
    pub(crate) fn spill(&mut self, reg: u8) {
        let value = self.reg(reg);
        self.store_value(value, self.window, i32::from(reg) * VALUE, self.classes.slots);
    }

    pub(crate) fn reload(&mut self, reg: u8) {
        let value = self.slot(reg);
        self.set(reg, value);
    }

    /// A constant of the function.
    pub(crate) fn constant(&mut self, index: usize) -> Val {
        let (tag, bits) = self.feedback.constants.get(index).copied().unwrap_or_default();
        if tag == Tag::Number as u64 {
            return self.number_constant(f64::from_bits(bits));
        }
        let payload = self.int(bits);
        if tag == Tag::String as u64 {
            return Val::Object(Tag::String, payload);
        }
        Val::Any(self.int(tag), payload)
    }

    pub(crate) fn number_constant(&mut self, number: f64) -> Val {
        match as_int(number) {
            Some(int) => Val::Int(self.b().iconst(Type::I32, i64::from(int))),
            None => Val::Number(self.b().fconst(number)),
        }
    }

    /// Whether one number is before another.
    pub(crate) fn compare(&mut self, cond: FloatCond, x: Val, y: Val) -> Value {
        if let (Val::Int(x), Val::Int(y)) = (x, y) {
            let cond = match cond {
                FloatCond::Eq => IntCond::Eq,
                FloatCond::Ne => IntCond::Ne,
                FloatCond::Lt => IntCond::Slt,
                FloatCond::Le => IntCond::Sle,
                FloatCond::Gt => IntCond::Sgt,
                FloatCond::Ge => IntCond::Sge,
            };
            return self.b().icmp(cond, x, y);
        }
        let (x, y) = (self.float(x), self.float(y));
        self.b().fcmp(cond, x, y)
    }

    /// The block that starts at an instruction.
    pub(crate) fn block_at(&self, pc: usize) -> usize {
        self.flow.block_at(pc).unwrap_or(0)
    }
}
