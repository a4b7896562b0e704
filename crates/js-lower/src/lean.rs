//! Instructions that a function of the runtime executes, one for each kind of them: no more is done around the call than it needs.
//!
//! Operands are stored to the frame's registers, the result comes back. That the function may run user code only matters for what is
//! known of memory: who looks at the frame meanwhile looks at its `pc`, which the function has set. What handlers need is stored when
//! something was thrown.

use crate::emit::Emitter;
use crate::flow::handlers;
use crate::runtime::{Lean, Reason};
use crate::value::Val;
use ir::{Block, IntCond, Op as Ir, Type, Value};
use js_bytecode::{Inst, Op};
use js_rt::Value as Word;
use js_rt::offsets::OBJECT_PAYLOAD;

/// The function for an instruction that writes one register or none, or [`Op::GetMethod`], or [`Op::GetIterator`].
pub(crate) fn lean(inst: Inst) -> Option<Lean> {
    Some(match inst.op() {
        Op::NewObject => Lean::NewObject,
        Op::NewArray => Lean::NewArray,
        Op::ArrayPush => Lean::Append,
        Op::Closure => Lean::Closure,
        Op::NewEnv => Lean::NewEnv,
        Op::CopyEnv => Lean::CopyEnv,
        Op::TypeOf => Lean::TypeOf,
        Op::GetProperty | Op::GetMethod | Op::GetLength => Lean::GetProperty,
        Op::SetProperty => Lean::SetProperty,
        Op::DefineField => Lean::DefineField,
        Op::GetGlobal => Lean::GetGlobal,
        Op::SetGlobal => Lean::SetGlobal,
        Op::GetElement | Op::GetElementMethod => Lean::GetElement,
        Op::SetElement => Lean::SetElement,
        Op::Add | Op::AddInt => Lean::Add,
        Op::ToStr => Lean::Text,
        Op::InstanceOf => Lean::InstanceOf,
        Op::In => Lean::Has,
        Op::GetPrivate => Lean::GetPrivate,
        Op::SetPrivate => Lean::SetPrivate,
        Op::GetIterator => Lean::IteratorOpen,
        Op::IteratorClose => Lean::IteratorClose,
        Op::Call => Lean::Call,
        Op::New => Lean::Construct,
        _ => return None,
    })
}

impl Emitter<'_> {
    /// Has the runtime execute the instruction: what it comes to. `more` is what the function has to know besides.
    pub(crate) fn lean_word(&mut self, lean: Lean, more: u32) -> Value {
        let flow = self.at.flow;
        self.lean += u32::from(!self.is_cold());
        self.push_frames();
        flow.effects[self.at.pc].reads.iter().for_each(|reg| self.spill(*reg));
        if lean.runs_user_code() {
            self.store_count();
        }
        let packed = self.int(self.at.pc as u64 | u64::from(more) << 32);
        let word = self.runtime(self.functions.lean[lean as usize], &[packed]);
        let zero = self.int(0);
        let done = self.b().icmp(IntCond::Ne, word, zero);
        self.unless_thrown(done, !lean.runs_user_code());
        if lean.runs_user_code() {
            self.reload_count();
        }
        word
    }

    /// Goes on if nothing was thrown. `counts`: the countdown is not in memory.
    fn unless_thrown(&mut self, holds: Value, counts: bool) {
        let flow = self.at.flow;
        let on = self.new_block(&[]);
        let counts = counts && self.count.is_some();
        if handlers(self.at.snapshot, self.at.pc).next().is_none() {
            // Whatever it was, the frame goes.
            let thrown = self.thrown_block(counts);
            let count: Vec<Value> = self.count.into_iter().filter(|_| counts).collect();
            self.b().brif(holds, (on, &[]), (thrown, &count));
        } else {
            let thrown = self.cold_block();
            self.b().brif(holds, (on, &[]), (thrown, &[]));
            self.switch_to(thrown);
            // Operands are in place, as the function left them.
            self.spill_for_handlers_but(&flow.effects[self.at.pc].reads);
            self.hand_on(counts);
        }
        self.switch_to(on);
        self.pop_frames();
    }

    /// The block for all instructions without handlers around them.
    fn thrown_block(&mut self, counts: bool) -> Block {
        if let Some(block) = self.at.thrown[usize::from(counts)] {
            return block;
        }
        let types = if counts { vec![Type::I32] } else { Vec::new() };
        let (block, here) = (self.cold_block_with(&types), self.block());
        self.at.thrown[usize::from(counts)] = Some(block);
        self.switch_to(block);
        let count = self.count;
        if counts {
            self.count = Some(self.params(block)[0]);
        }
        self.hand_on(counts);
        self.count = count;
        self.switch_to(here);
        block
    }

    /// Ends the block: on with what was thrown.
    fn hand_on(&mut self, counts: bool) {
        if counts {
            self.store_count();
        }
        let status = self.runtime(self.functions.thrown, &[]);
        self.leave(status);
    }

    /// The instruction by the runtime, where what it comes to is a truth value.
    pub(crate) fn lean_truth(&mut self, lean: Lean, more: u32) -> Value {
        let word = self.lean_word(lean, more);
        let yes = self.int(Word::TRUE.bits());
        self.b().icmp(IntCond::Eq, word, yes)
    }

    /// The same, and takes over what it wrote; whether there is such a function.
    pub(crate) fn leanly(&mut self, inst: Inst) -> bool {
        let Some(lean) = lean(inst) else { return false };
        let base = self.reg(inst.b());
        let word = self.lean_word(lean, 0);
        match inst.op() {
            Op::GetIterator => {
                for reg in inst.a()..inst.a() + 3 {
                    let value = self.slot(reg);
                    self.set(reg, value);
                }
            }
            Op::GetMethod | Op::GetElementMethod => {
                self.set(inst.a() + 1, base);
                self.set(inst.a(), Val::Any(word));
            }
            _ => {
                if let [reg] = self.at.flow.effects[self.at.pc].writes[..] {
                    self.set(reg, Val::Any(word));
                }
            }
        }
        true
    }

    /// Ends the block: the next value of an iterator, or on behind the loop. That of an array has its index in place of a method.
    pub(crate) fn iterator_next(&mut self, inst: Inst, next: usize, target: usize) {
        let slow = self.cold_block();
        let mut types = vec![Type::I64; 3];
        types.extend(self.count.map(|_| Type::I32));
        let done = self.new_block(&types);
        if self.reg(inst.b()).may_be_cell() && self.reg(inst.b() + 1).may_be_number() {
            self.apart(|this| this.next_in_place(inst, slow, done));
        } else {
            self.b().jump(slow, &[]);
        }
        self.switch_to(slow);
        self.apart(|this| this.next_by_runtime(inst, target, done));
        self.switch_to(done);
        let params = self.params(done);
        // The third register is for `return` methods.
        for (reg, word) in [inst.a(), inst.b(), inst.b() + 1].into_iter().zip(&params) {
            self.set(reg, Val::Any(*word));
        }
        if self.count.is_some() {
            self.count = Some(params[3]);
        }
        self.goto(next);
    }

    /// The next element of an array, if there is one in place.
    fn next_in_place(&mut self, inst: Inst, slow: Block, done: Block) {
        let Some(index) = self.index(inst.b() + 1, Some(slow)) else {
            return self.b().jump(slow, &[]);
        };
        let base = self.reg(inst.b());
        let array = self.object(base, Some(slow));
        let place = self.place(array, index, Some(slow));
        let length = self.load(Type::I64, array, OBJECT_PAYLOAD, self.classes.payloads);
        let small = self.is_int(length);
        self.or_else(small, slow);
        let length = self.b().unary(Ir::Wrap, length);
        let within = self.b().icmp(IntCond::Slt, index, length);
        self.or_else(within, slow);
        let word = self.load(Type::I64, place.base, place.offset, self.classes.elements);
        self.not_empty(word, Some(slow), Reason::Element);
        let one = self.small(1);
        let after = self.b().binary(Ir::Iadd, index, one);
        let (base, after) = (self.boxed(base), self.boxed(Val::Int(after)));
        self.go_on_with(done, [word, base, after]);
    }

    fn next_by_runtime(&mut self, inst: Inst, target: usize, done: Block) {
        let word = self.lean_word(Lean::IteratorNext, 0);
        for reg in [inst.b(), inst.b() + 1] {
            let value = self.slot(reg);
            self.set(reg, value);
        }
        let end = self.int(crate::runtime::DONE);
        let is_end = self.b().icmp(IntCond::Eq, word, end);
        let (over, on) = (self.new_block(&[]), self.new_block(&[]));
        self.b().brif(is_end, (over, &[]), (on, &[]));
        self.switch_to(over);
        self.apart(|this| {
            this.set(inst.a(), Val::Constant(Word::UNDEFINED.bits()));
            this.way(target);
        });
        self.switch_to(on);
        let [object, method] = [inst.b(), inst.b() + 1].map(|reg| self.reg(reg));
        let (object, method) = (self.boxed(object), self.boxed(method));
        self.go_on_with(done, [word, object, method]);
    }

    fn go_on_with(&mut self, done: Block, words: [Value; 3]) {
        let mut args = words.to_vec();
        args.extend(self.count);
        self.b().jump(done, &args);
    }
}
