//! Statements that touch memory and pointers.

use crate::entity::Value;
use crate::eval::access_width;
use crate::function::Imm;
use crate::ops::{Op, Slot};
use crate::random::CONTEXT_SIZE;
use crate::random::body::{Body, Shape};
use crate::random::expr::Choice;
use crate::random::layout::{
    AREAS, Area, CELL_AREAS, CELLS, FIELDS, FLAGS, HEADER, Holds, KINDS, Kind, VM, header,
};
use crate::types::{IntCond, Type};

impl Body<'_> {
    /// A place for an access of `width` bytes in an area: address and offset, as a program may split them.
    fn place(&mut self, area: &Area, width: u32) -> (Value, i32) {
        let spare = area.size - width;
        let aligned = self.rng.chance(70);
        let inner = if aligned { 8 * self.rng.below(spare / 8 + 1) } else { self.rng.below(spare + 1) };
        let inner = if width < 8 && aligned { inner + (self.rng.below(8) & !(width - 1)) } else { inner };
        let inner = inner.min(spare);
        let offset = (area.offset + inner) as i32;
        let buffer = self.buffer();
        match self.rng.below(10) {
            0..5 => (buffer, offset),
            5 => {
                // From the area's end downwards.
                let end = self.b.iconst(Type::I64, i64::from(area.offset + area.size));
                let end = self.b.binary(Op::PtrAdd, buffer, end);
                (end, inner as i32 - area.size as i32)
            }
            6 => {
                let address = self.b.unary(Op::PtrToInt, buffer);
                let address = self.b.unary(Op::IntToPtr, address);
                (address, offset)
            }
            _ => self.indexed(area, width, spare),
        }
    }

    /// A place that depends on a number, scaled or not.
    fn indexed(&mut self, area: &Area, width: u32, spare: u32) -> (Value, i32) {
        let buffer = self.buffer();
        let scale = if self.rng.chance(70) { width.min(8) } else { 1 };
        // The greatest mask of ones that keeps the access inside.
        let most = spare / scale;
        let mask = if most == 0 { 0 } else { (1u32 << most.ilog2()) - 1 };
        let index = self.scalar(Type::I32, 1);
        let mask_value = self.i32(mask as i32);
        let index = self.b.binary(Op::Band, index, mask_value);
        let mut index = self.b.unary(if self.rng.chance(50) { Op::Zext } else { Op::Sext }, index);
        if scale > 1 {
            let scale = self.b.iconst(Type::I64, i64::from(scale));
            index = self.b.binary(Op::Imul, index, scale);
        }
        let address = self.b.binary(Op::PtrAdd, buffer, index);
        let room = spare - mask * scale;
        (address, (area.offset + self.rng.below(room + 1)) as i32)
    }

    /// An area of bytes that may be written.
    fn bytes_area(&mut self) -> Area {
        let areas: Vec<Area> = AREAS.into_iter().filter(|area| area.holds == Holds::Bytes).collect();
        self.rng.pick(&areas)
    }

    fn load_from(&mut self, area: &Area) {
        let (op, ty): Choice = self.rng.pick(&self.menu.loads);
        let width = access_width(op, ty).unwrap_or(8);
        let (address, offset) = self.place(area, width);
        let value = self.b.with_imm(op, ty, &[address], Imm::Mem { offset, class: area.class });
        let ty = self.b.func().ty(value);
        self.define(value, Shape::Scalar(ty));
    }

    pub(super) fn load_bytes(&mut self) {
        let area = self.bytes_area();
        self.load_from(&area);
    }

    pub(super) fn load_fixed(&mut self) {
        let fixed = AREAS.into_iter().find(|area| area.holds == Holds::Fixed);
        if let Some(area) = fixed {
            self.load_from(&area);
        }
    }

    pub(super) fn store_bytes(&mut self) {
        let area = self.bytes_area();
        let (op, ty): Choice = self.rng.pick(&self.menu.stores);
        let slot = op.operands().and_then(|slots| slots.first());
        let value_type = match slot {
            Some(Slot::Fixed(fixed)) => *fixed,
            _ => ty.unwrap_or(Type::I64),
        };
        let value = self.value_of(Shape::Scalar(value_type));
        let value = self.shown(value);
        let width = access_width(op, ty).unwrap_or(8);
        let (address, offset) = self.place(&area, width);
        self.b.op(op, ty, &[value, address], Imm::Mem { offset, class: area.class });
    }

    /// Loads or stores a truth value.
    pub(super) fn flag(&mut self) {
        let (address, offset) = self.place(&FLAGS, 1);
        if self.rng.chance(50) {
            let value = self.value_of(Shape::Scalar(Type::Bool));
            self.b.store(value, address, offset, FLAGS.class);
        } else {
            let value = self.b.load(Type::Bool, address, offset, FLAGS.class);
            self.define(value, Shape::Scalar(Type::Bool));
        }
    }

    pub(super) fn load_context(&mut self) {
        let context = self.b.with_imm(Op::Context, None, &[], Imm::None);
        let ty = self.rng.pick(&[Type::I32, Type::I64, Type::F64, Type::Boxed]);
        let offset = self.rng.below(CONTEXT_SIZE as u32 / 8) * 8;
        let value = self.b.load(ty, context, offset as i32, VM);
        self.define(value, Shape::Scalar(ty));
    }

    /// A pointer to an object: known, from a cell or freshly made.
    pub(super) fn object(&mut self, kind: u32) -> Value {
        let shape = Shape::Object(kind);
        if self.rng.chance(60)
            && let Some(value) = self.known(shape)
        {
            return value;
        }
        if self.may_alloc() && self.rng.chance(50) {
            return self.make_object(kind);
        }
        self.load_cell(kind)
    }

    /// Whether there may be an allocation here: it may throw.
    pub(super) fn may_alloc(&self) -> bool {
        self.config.allocs && self.plan.throws
    }

    fn load_cell(&mut self, kind: u32) -> Value {
        let area = CELL_AREAS[kind as usize];
        let (address, offset) = self.cell_place(&area);
        let value = self.b.load(Type::Ptr, address, offset, area.class);
        self.define(value, Shape::Object(kind));
        value
    }

    fn cell_place(&mut self, area: &Area) -> (Value, i32) {
        let buffer = self.buffer();
        if self.rng.chance(60) {
            return (buffer, (area.offset + 8 * self.rng.below(CELLS)) as i32);
        }
        let index = self.scalar(Type::I64, 1);
        let mask = self.b.iconst(Type::I64, i64::from(CELLS - 1));
        let index = self.b.binary(Op::Band, index, mask);
        let three = self.b.iconst(Type::I64, 3);
        let index = self.b.binary(Op::Ishl, index, three);
        (self.b.binary(Op::PtrAdd, buffer, index), area.offset as i32)
    }

    /// Takes an object out of a cell, or puts one there, where everybody sees it.
    pub(super) fn cell(&mut self) {
        let kind = self.rng.below(2);
        if self.rng.chance(50) {
            self.load_cell(kind);
        } else {
            let object = self.object(kind);
            let area = CELL_AREAS[kind as usize];
            let (address, offset) = self.cell_place(&area);
            self.b.store(object, address, offset, area.class);
        }
    }

    pub(super) fn alloc(&mut self) {
        let kind = self.rng.below(2);
        self.make_object(kind);
    }

    /// A fresh object: the header and pointers are stored at once, other fields perhaps.
    fn make_object(&mut self, kind: u32) -> Value {
        let Kind { size, fields } = KINDS[kind as usize];
        let inner: Vec<Option<Value>> =
            fields.iter().map(|(_, ty)| (*ty == Type::Ptr).then(|| self.object(0))).collect();
        let object = self.b.with_imm(Op::Alloc, None, &[], Imm::Alloc { size, kind });
        let word = self.b.iconst(Type::I64, header(kind) as i64);
        self.b.store(word, object, 0, HEADER);
        self.define(object, Shape::Object(kind));
        for ((offset, ty), inner) in fields.iter().zip(inner) {
            let value = match inner {
                Some(inner) => inner,
                None if *ty == Type::Pair && !self.config.pairs => continue,
                None if self.rng.chance(60) => self.value_of(Shape::Scalar(*ty)),
                None => continue,
            };
            let value = self.shown(value);
            self.b.store(value, object, *offset as i32, FIELDS);
        }
        object
    }

    /// An object with the offset and shape of one of its fields.
    fn field(&mut self) -> (Value, i32, Shape) {
        let kind = self.rng.below(2);
        let object = self.object(kind);
        let (offset, ty) = self.rng.pick(KINDS[kind as usize].fields);
        let shape = if ty == Type::Ptr { Shape::Object(0) } else { Shape::Scalar(ty) };
        (object, offset as i32, shape)
    }

    pub(super) fn load_field(&mut self) {
        let (object, offset, shape) = self.field();
        let value = match self.rng.below(8) {
            0 => {
                let value = self.b.load(Type::I64, object, 0, HEADER);
                self.define(value, Shape::Scalar(Type::I64));
                return;
            }
            1 if shape == Shape::Scalar(Type::I64) => {
                // A part of the field.
                let narrow = offset + self.rng.below(7) as i32;
                let imm = Imm::Mem { offset: narrow, class: FIELDS };
                let op = self.rng.pick(&[Op::LoadU8, Op::LoadS8, Op::LoadU16, Op::LoadS16]);
                self.b.with_imm(op, Some(Type::I64), &[object], imm)
            }
            _ if shape == Shape::Scalar(Type::Pair) && !self.config.pairs => return,
            _ => self.b.load(shape.ty(), object, offset, FIELDS),
        };
        self.define(value, shape);
    }

    pub(super) fn store_field(&mut self) {
        let (object, offset, shape) = self.field();
        if shape == Shape::Scalar(Type::Pair) && !self.config.pairs {
            return;
        }
        let value = match shape {
            Shape::Object(kind) => self.object(kind),
            shape => self.value_of(shape),
        };
        if shape == Shape::Scalar(Type::I64) && self.rng.chance(20) {
            let op = self.rng.pick(&[Op::Store8, Op::Store16]);
            let offset = offset + self.rng.below(7) as i32;
            self.b.op(op, Some(Type::I64), &[value, object], Imm::Mem { offset, class: FIELDS });
        } else {
            let value = self.shown(value);
            self.b.store(value, object, offset, FIELDS);
        }
    }

    /// One of two objects, by condition.
    pub(super) fn select_pointer(&mut self) {
        let kind = self.rng.below(2);
        let condition = self.scalar(Type::Bool, 2);
        let (a, b) = (self.object(kind), self.object(kind));
        let value = self.b.select(condition, a, b);
        self.define(value, Shape::Object(kind));
    }

    /// Whether two objects are the same: the only comparison of objects that does not depend on addresses.
    pub(super) fn compare_pointers(&mut self) {
        let (a, b) = (self.object(0), self.object(0));
        let condition = self.rng.pick(&[IntCond::Eq, IntCond::Ne]);
        let value = self.b.icmp(condition, a, b);
        self.define(value, Shape::Scalar(Type::Bool));
    }

    /// The distance of two addresses in the buffer, or how they compare: the same wherever the buffer is.
    pub(super) fn measure_pointer(&mut self) {
        let area = self.bytes_area();
        let buffer = self.buffer();
        let (address, _) = self.indexed(&area, 8, area.size - 8);
        if self.rng.chance(50) {
            // The buffer does not lie at an end of the address space: signed and unsigned order are the same there.
            let condition = self.rng.pick(&[IntCond::Eq, IntCond::Ne, IntCond::Ult, IntCond::Uge]);
            let value = self.b.icmp(condition, buffer, address);
            self.define(value, Shape::Scalar(Type::Bool));
        } else {
            let (a, b) = (self.b.unary(Op::PtrToInt, address), self.b.unary(Op::PtrToInt, buffer));
            let value = self.b.binary(Op::Isub, a, b);
            self.define(value, Shape::Scalar(Type::I64));
        }
    }
}
