//! Properties by shape, elements of arrays.

use crate::emit::{Emitter, OBJECT, VALUE};
use crate::runtime::Reason;
use crate::value::Val;
use ir::{Block, IntCond, Op as Ir, Type, Value};
use sox_bytecode::feedback::{BIG, Feedback, MANY, OTHER, Seen};
use sox_bytecode::{Inst, Op};
use sox_rt::{Array, Buffer, Instance, Tag};

/// Where a property is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    number: u32,
    /// Properties that lie in instances themselves.
    inline: u32,
    /// The shape that instances have once they have it, if they did not before.
    to: Option<usize>,
}

impl<'a> Emitter<'a> {
    /// What the inline cache of an instruction found.
    pub(crate) fn seen(&self, inst: Inst) -> &'a [Seen] {
        self.feedback.caches.get(inst.index()).map_or(&[], |seen| seen)
    }

    /// The shape of an instance.
    pub(crate) fn shape(&mut self, instance: Value) -> Value {
        let address = self.pointer(instance);
        self.load(Type::I64, address, OBJECT + Instance::SHAPE_OFFSET as i32, self.classes.shapes)
    }

    /// Whether a shape is one of some.
    pub(crate) fn is_one_of(&mut self, shape: Value, shapes: &[usize]) -> Value {
        let mut any = None;
        for wanted in shapes {
            let wanted = self.int(*wanted as u64);
            let is_it = self.b().icmp(IntCond::Eq, shape, wanted);
            any = Some(any.map_or(is_it, |any| self.b().binary(Ir::Bor, any, is_it)));
        }
        any.unwrap_or(shape)
    }

    /// A register's object of a kind. Where it is of another one this leaves or, if that was seen, goes to a block for it.
    pub(crate) fn object_or(
        &mut self,
        reg: u8,
        wanted: Tag,
        general: bool,
    ) -> Option<(Value, Option<Block>)> {
        if !general {
            return Some((self.object(reg, wanted, Reason::Shape)?, None));
        }
        let (tag, handle) = match self.reg(reg) {
            Val::Object(tag, handle) if tag == wanted => (None, handle),
            Val::Any(tag, handle) => (Some(tag), handle),
            _ => return None,
        };
        let slow = self.cold_block();
        if let Some(tag) = tag {
            let on = self.new_block(&[]);
            let holds = self.is_tag(tag, wanted);
            self.b().brif(holds, (on, &[]), (slow, &[]));
            self.switch_to(on);
        }
        Some((handle, Some(slow)))
    }

    /// Executes this instruction in the first way whose test holds. Where none does it leaves, or has the interpreter execute it,
    /// as it does in the given block. Ways hand back what R[A] gets, or all do not.
    pub(crate) fn choose<W>(
        &mut self,
        ways: &[W],
        slow: Option<Block>,
        mut test: impl FnMut(&mut Self, &W) -> Value,
        mut does: impl FnMut(&mut Self, &W) -> Option<Val>,
    ) {
        let inst = self.feedback.function().code[self.pc];
        let writes = inst.op() != Some(Op::SetProperty);
        if let ([way], None) = (ways, slow) {
            let holds = test(self, way);
            self.guard(holds, Reason::Shape);
            if let Some(value) = does(self, way) {
                self.set(inst.a(), value);
            }
            return;
        }
        let done = self.new_block(if writes { &[Type::I64, Type::I64] } else { &[] });
        for (at, way) in ways.iter().enumerate() {
            let holds = test(self, way);
            let other = self.otherwise(holds, (at + 1 == ways.len()).then_some(slow));
            self.apart(|this| {
                let value = does(this, way);
                this.ends(done, value);
            });
            other.into_iter().for_each(|other| self.switch_to(other));
        }
        if let Some(slow) = slow {
            self.switch_to(slow);
            self.apart(|this| {
                this.stepped();
                let value = writes.then(|| this.reg(inst.a()));
                this.ends(done, value);
            });
        }
        self.switch_to(done);
        if let &[tag, payload] = &self.params(done)[..] {
            self.set(inst.a(), Val::Any(tag, payload));
        }
        if inst.op().is_some_and(|op| op.effect() == sox_bytecode::Effect::Calls) {
            self.reload_count();
        }
    }

    /// Goes on where a test holds. Where it does not: to a block that is handed back or, for the last of several ways, to the
    /// given one, or out of here.
    fn otherwise(&mut self, holds: Value, last: Option<Option<Block>>) -> Option<Block> {
        if last == Some(None) {
            self.guard(holds, Reason::Shape);
            return None;
        }
        let on = self.new_block(&[]);
        let (other, next) = match last.flatten() {
            Some(slow) => (slow, None),
            None => {
                let next = self.new_block(&[]);
                (next, Some(next))
            }
        };
        self.b().brif(holds, (on, &[]), (other, &[]));
        self.switch_to(on);
        next
    }

    /// Ends a way.
    fn ends(&mut self, done: Block, value: Option<Val>) {
        let args = value.map(|value| self.boxed(value));
        let args: Vec<Value> = args.into_iter().flat_map(|(tag, payload)| [tag, payload]).collect();
        self.b().jump(done, &args);
    }

    /// Where a property is: its object's handle, the address, the offset.
    fn property(&mut self, instance: Value, place: Place) -> (Value, Value, i32) {
        let address = self.pointer(instance);
        let Some(number) = place.number.checked_sub(place.inline) else {
            let offset = OBJECT + Instance::INLINE_OFFSET as i32 + place.number as i32 * VALUE;
            return (instance, address, offset);
        };
        let offset = OBJECT + Instance::MORE_OFFSET as i32;
        let more = self.load(Type::I64, address, offset, self.classes.shapes);
        (more, self.pointer(more), OBJECT + Buffer::SLOTS as i32 + number as i32 * VALUE)
    }

    /// Where shapes that were seen have a property, and whether there is more to it.
    fn places(&self, inst: Inst) -> (Vec<(Vec<usize>, Place)>, bool) {
        let mut general = self.flags() & (MANY | OTHER) != 0;
        let mut places: Vec<(Vec<usize>, Place)> = Vec::new();
        for seen in self.seen(inst) {
            let (shape, place) = match *seen {
                Seen::Property { shape, number, inline } => {
                    // Which one it is does not matter to what lies in the object.
                    let inline = if number < inline { u32::MAX } else { inline };
                    (shape, Place { number, inline, to: None })
                }
                Seen::Added { from, to, number, inline } if number < inline => {
                    (from, Place { number, inline: u32::MAX, to: Some(to) })
                }
                _ => {
                    general = true;
                    continue;
                }
            };
            match places.iter_mut().find(|(_, known)| *known == place) {
                Some((shapes, _)) => shapes.push(shape),
                None => places.push((vec![shape], place)),
            }
        }
        (places, general)
    }

    pub(crate) fn get_property(&mut self, inst: Inst) {
        let (places, general) = self.places(inst);
        if places.is_empty() {
            return self.get_field(inst);
        }
        let Some((instance, slow)) = self.object_or(inst.b(), Tag::Instance, general) else {
            return self.stepped();
        };
        let shape = self.shape(instance);
        let test = |this: &mut Self, (shapes, _): &(Vec<usize>, Place)| this.is_one_of(shape, shapes);
        self.choose(&places, slow, test, |this, (_, place)| {
            let (_, address, offset) = this.property(instance, *place);
            Some(this.load_value(address, offset, this.classes.properties))
        });
    }

    pub(crate) fn set_property(&mut self, inst: Inst) {
        let (places, general) = self.places(inst);
        if places.is_empty() {
            return self.set_field(inst);
        }
        let Some((instance, slow)) = self.object_or(inst.a(), Tag::Instance, general) else {
            return self.stepped();
        };
        let (shape, value) = (self.shape(instance), self.reg(inst.b()));
        let test = |this: &mut Self, (shapes, _): &(Vec<usize>, Place)| this.is_one_of(shape, shapes);
        self.choose(&places, slow, test, |this, (_, place)| {
            let (owner, address, offset) = this.property(instance, *place);
            this.store_value(value, address, offset, this.classes.properties);
            if let Some(to) = place.to {
                let (to, class) = (this.int(to as u64), this.classes.shapes);
                this.b().store(to, address, OBJECT + Instance::SHAPE_OFFSET as i32, class);
                this.wrote(owner);
            } else {
                this.stored(owner, value);
            }
            None
        });
    }

    /// Checks that there is an element of an array at an index: the handle of the buffer, the element's address.
    fn element(&mut self, array: u8, index: u8) -> Option<(Value, Value)> {
        if self.flags() & (OTHER | BIG) != 0 || !self.may_be_number(index) {
            return None;
        }
        let handle = self.object(array, Tag::Array, Reason::Operand)?;
        let number = self.number(index)?;
        let index = self.integer(number);
        let index = self.b().unary(Ir::Sext, index);
        let address = self.pointer(handle);
        let len = self.load(Type::I64, address, OBJECT + Array::LEN_OFFSET as i32, self.classes.arrays);
        let inside = self.b().icmp(IntCond::Ult, index, len);
        self.guard(inside, Reason::Operand);
        let offset = OBJECT + Array::BUFFER_OFFSET as i32;
        let buffer = self.load(Type::I64, address, offset, self.classes.arrays);
        let base = self.pointer(buffer);
        let shift = self.int(u64::from(VALUE.trailing_zeros()));
        let distance = self.b().binary(Ir::Ishl, index, shift);
        Some((buffer, self.b().binary(Ir::PtrAdd, base, distance)))
    }

    fn may_be_number(&self, reg: u8) -> bool {
        matches!(self.reg(reg), Val::Any(..) | Val::Int(_) | Val::Number(_))
    }

    pub(crate) fn get_index(&mut self, inst: Inst) {
        let Some((_, address)) = self.element(inst.b(), inst.c()) else { return self.get_entry(inst) };
        let offset = OBJECT + Buffer::SLOTS as i32;
        let value = self.load_value(address, offset, self.classes.elements);
        self.set(inst.a(), value);
    }

    pub(crate) fn set_index(&mut self, inst: Inst) {
        let Some((buffer, address)) = self.element(inst.a(), inst.b()) else { return self.set_entry(inst) };
        let value = self.reg(inst.c());
        self.store_value(value, address, OBJECT + Buffer::SLOTS as i32, self.classes.elements);
        self.stored(buffer, value);
    }
}

/// Whether an access to a property, or the call of a method, is compiled for instances alone.
pub(crate) fn is_guarded(feedback: &Feedback, pc: usize, inst: Inst) -> bool {
    let is_way = |seen: &Seen| match *seen {
        Seen::Property { .. } => true,
        Seen::Added { number, inline, .. } => number < inline,
        Seen::Method { callee, .. } => crate::calls::is_call(inst, callee),
        Seen::Super { .. } | Seen::Entry(_) | Seen::Builtin(..) | Seen::Nothing => false,
    };
    let seen = feedback.caches.get(inst.index()).map_or(&[][..], |seen| seen);
    feedback.flags[pc] & (MANY | OTHER) == 0 && !seen.is_empty() && seen.iter().all(is_way)
}
