//! Globals, captured variables, boxes, and what stores tell the heap.

use crate::emit::{Emitter, OBJECT, VALUE};
use crate::runtime::Reason;
use crate::value::Val;
use heap::Header;
use ir::{AliasClass, Imm, IntCond, Op as Ir, Type, Value};
use sox_bytecode::Inst;
use sox_rt::{BoxCell, Buffer, Closure, ModuleObject, Tag};

impl Emitter<'_> {
    /// The handle of the buffer with the module's globals, and the offset of one.
    fn global(&mut self, inst: Inst) -> (Value, Value, i32) {
        let module = self.address(self.feedback.globals as u64);
        let offset = OBJECT + ModuleObject::GLOBALS_OFFSET as i32;
        let buffer = self.load(Type::I64, module, offset, self.classes.modules);
        let address = self.pointer(buffer);
        (buffer, address, OBJECT + Buffer::SLOTS as i32 + inst.imm() * VALUE)
    }

    /// Leaves when a global is not defined.
    fn defined(&mut self, tag: Value) {
        let absent = self.int(Tag::Absent as u64);
        let defined = self.b().icmp(IntCond::Ne, tag, absent);
        self.guard(defined, Reason::Other);
    }

    pub(crate) fn get_global(&mut self, inst: Inst) {
        if let Some(value) = self.steady(inst.index()) {
            return self.set(inst.a(), value);
        }
        let (_, address, offset) = self.global(inst);
        let value = self.load_value(address, offset, self.classes.globals);
        if let Val::Any(tag, _) = value {
            self.defined(tag);
        }
        self.set(inst.a(), value);
    }

    /// The value of a global that stays what it is. Leaves when it did not.
    fn steady(&mut self, slot: usize) -> Option<Val> {
        let known = self.feedback.steady.iter().find(|steady| steady.slot == slot)?;
        let tag = [Tag::Closure, Tag::Native, Tag::Class].into_iter().find(|tag| *tag as u64 == known.tag)?;
        let watch = self.address(known.watch as u64);
        let changed = self.load(Type::I32, watch, 0, self.classes.watched);
        let zero = self.b().iconst(Type::I32, 0);
        let holds = self.b().icmp(IntCond::Eq, changed, zero);
        self.guard(holds, Reason::Other);
        let handle = self.int(known.object as u64);
        self.steady.push((handle, slot));
        self.numbers.extend(known.number.map(|number| (handle, number)));
        Some(Val::Object(tag, handle))
    }

    /// The number of a closure's code or of a native, if that is known.
    pub(crate) fn known_number(&self, handle: Value) -> Option<u32> {
        self.numbers.iter().find(|(known, _)| *known == handle).map(|(_, number)| *number)
    }

    pub(crate) fn set_global(&mut self, inst: Inst) {
        let (buffer, address, offset) = self.global(inst);
        let tag = self.load(Type::I64, address, offset, self.classes.globals);
        self.defined(tag);
        // Of what mostly stays the interpreter wants to know when it does not.
        let (first, count) = (self.int(Tag::Closure as u64), self.int(3));
        let from_first = self.b().binary(Ir::Isub, tag, first);
        let stays = self.b().icmp(IntCond::Ult, from_first, count);
        let (slow, done) = (self.unlikely(stays), self.new_block(&[]));
        let value = self.reg(inst.a());
        self.store_value(value, address, offset, self.classes.globals);
        self.stored(buffer, value);
        self.b().jump(done, &[]);
        self.switch_to(slow);
        self.apart(|this| {
            this.step();
            this.b().jump(done, &[]);
        });
        self.switch_to(done);
    }

    /// The address of what a closure has captured, and the offset of one.
    fn captured(&mut self, inst: Inst) -> (Value, i32) {
        let closure = self.pointer(self.closure);
        (closure, OBJECT + Closure::CAPTURES_OFFSET as i32 + inst.imm() * VALUE)
    }

    pub(crate) fn get_up(&mut self, inst: Inst) {
        let (closure, offset) = self.captured(inst);
        let value = self.load_value(closure, offset, self.classes.closures);
        self.set(inst.a(), value);
    }

    /// The box that is captured.
    fn captured_box(&mut self, inst: Inst) -> Value {
        let (closure, offset) = self.captured(inst);
        let Val::Any(tag, handle) = self.load_value(closure, offset, self.classes.closures) else {
            return self.closure;
        };
        let is_box = self.is_tag(tag, Tag::Box);
        self.guard(is_box, Reason::Operand);
        handle
    }

    fn get_contents(&mut self, handle: Value) -> Val {
        let address = self.pointer(handle);
        self.load_value(address, OBJECT + BoxCell::VALUE_OFFSET as i32, self.classes.boxes)
    }

    fn set_contents(&mut self, handle: Value, value: Val) {
        let address = self.pointer(handle);
        self.store_value(value, address, OBJECT + BoxCell::VALUE_OFFSET as i32, self.classes.boxes);
        self.stored(handle, value);
    }

    pub(crate) fn get_up_box(&mut self, inst: Inst) {
        if self.is_other() {
            return self.stepped();
        }
        let handle = self.captured_box(inst);
        let value = self.get_contents(handle);
        self.set(inst.a(), value);
    }

    pub(crate) fn set_up_box(&mut self, inst: Inst) {
        if self.is_other() {
            return self.stepped();
        }
        let handle = self.captured_box(inst);
        self.set_contents(handle, self.reg(inst.a()));
    }

    /// A register's object, which is checked to be of a kind; none when it never is.
    pub(crate) fn object(&mut self, reg: u8, wanted: Tag, reason: Reason) -> Option<Value> {
        match self.reg(reg) {
            Val::Object(tag, handle) if tag == wanted => Some(handle),
            Val::Any(tag, handle) => {
                let holds = self.is_tag(tag, wanted);
                self.guard(holds, reason);
                self.set(reg, Val::Object(wanted, handle));
                Some(handle)
            }
            _ => None,
        }
    }

    pub(crate) fn get_box(&mut self, inst: Inst) {
        let handle = if self.is_other() { None } else { self.object(inst.b(), Tag::Box, Reason::Operand) };
        let Some(handle) = handle else { return self.stepped() };
        let value = self.get_contents(handle);
        self.set(inst.a(), value);
    }

    pub(crate) fn set_box(&mut self, inst: Inst) {
        let handle = if self.is_other() { None } else { self.object(inst.a(), Tag::Box, Reason::Operand) };
        let Some(handle) = handle else { return self.stepped() };
        self.set_contents(handle, self.reg(inst.b()));
    }

    /// A value was stored into an object: the heap wants to know of objects in old ones.
    pub(crate) fn stored(&mut self, owner: Value, value: Val) {
        match value {
            Val::Object(..) => self.wrote(owner),
            Val::Any(tag, _) => {
                let (object, done) = (self.new_block(&[]), self.new_block(&[]));
                let first = self.int(Tag::String as u64);
                let is_object = self.b().icmp(IntCond::Uge, tag, first);
                self.b().brif(is_object, (object, &[]), (done, &[]));
                self.switch_to(object);
                self.wrote(owner);
                self.b().jump(done, &[]);
                self.switch_to(done);
            }
            _ => {}
        }
    }

    /// An object was changed.
    pub(crate) fn wrote(&mut self, owner: Value) {
        let address = self.pointer(owner);
        let class: AliasClass = self.classes.headers;
        let imm = Imm::Mem { offset: Header::STATE_OFFSET as i32, class };
        let state = self.b().with_imm(Ir::LoadU8, Some(Type::I32), &[address], imm);
        let old = self.b().iconst(Type::I32, i64::from(Header::STATE_OLD));
        let is_old = self.b().icmp(IntCond::Eq, state, old);
        let done = self.new_block(&[]);
        let remember = self.unlikely(is_old);
        self.b().jump(done, &[]);
        self.switch_to(remember);
        self.runtime(self.functions.wrote, &[owner]);
        self.b().jump(done, &[]);
        self.switch_to(done);
    }
}
