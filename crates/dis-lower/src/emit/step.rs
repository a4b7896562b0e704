//! The quantum, and the interpreter: leaving for it, its single instructions, and where its way and the code's meet.

use super::{Emitter, Goes, Inlined};
use dis_bytecode::{Access, Op};
use dis_vm::tier::{self, Inst, KIND, LEFT, Mode};
use ir::{IntCond, Op as Ir, Runtime, Type, Value, Values};

impl Emitter<'_> {
    // The quantum.

    /// What is left of the quantum.
    pub(crate) fn left(&mut self) -> Value {
        let (quantum, used) = (self.known.quantum, self.known.used);
        if used == 0 {
            return quantum;
        }
        let used = self.int(used.into());
        self.b().binary(Ir::Isub, quantum, used)
    }

    /// Takes what was used from the quantum.
    pub(crate) fn settle(&mut self) {
        (self.known.quantum, self.known.used) = (self.left(), 0);
    }

    /// Leaves for an instruction unless there is enough of the quantum.
    pub(crate) fn look(&mut self, pc: u32, length: u32) {
        let (quantum, wanted) = (self.known.quantum, self.int((length + self.known.used).into()));
        let enough = self.b().icmp(IntCond::Sge, quantum, wanted);
        let (off, over) = (self.cold_block(), self.cold_block());
        let on = self.new_block(&[Type::I64]);
        self.b().brif(enough, (on, &[quantum]), (off, &[]));
        self.switch_to(off);
        // Nobody else may want to run.
        let left = self.left();
        let more = self.runtime(self.functions.turn, &[left])[0];
        let used = self.int(self.known.used.into());
        let more = self.b().binary(Ir::Iadd, more, used);
        let enough = self.b().icmp(IntCond::Sge, more, wanted);
        self.b().brif(enough, (on, &[more]), (over, &[]));
        self.switch_to(over);
        self.apart(|this| this.leave(pc));
        self.switch_to(on);
        self.known.quantum = self.params(on)[0];
    }

    // The interpreter.

    /// Ends the block: the interpreter goes on at an instruction.
    pub(crate) fn leave(&mut self, pc: u32) {
        self.save(pc);
        self.tell();
        let (place, quantum) = (self.int((LEFT << KIND | u64::from(pc)) as i64), self.left());
        self.b().ret(&[place, quantum]);
    }

    /// Ends the block with a place that came from somewhere else.
    pub(crate) fn return_place(&mut self, place: Value) {
        let quantum = self.left();
        self.b().ret(&[place, quantum]);
    }

    /// The same behind a step: where that went on with the next instruction, so does the interpreter.
    fn return_place_left(&mut self, place: Value) {
        let on = self.went_on(place);
        let (next, zero) = (self.int((LEFT << KIND) as i64), self.int(0));
        let kind = self.b().select(on, next, zero);
        let place = self.b().binary(Ir::Bor, place, kind);
        self.return_place(place);
    }

    /// Comes back with a place unless a condition holds.
    pub(crate) fn come_back_unless(&mut self, holds: Value, place: Value) {
        let (off, on) = (self.cold_block(), self.new_block(&[]));
        self.b().brif(holds, (on, &[]), (off, &[]));
        self.switch_to(off);
        self.return_place(place);
        self.switch_to(on);
    }

    pub(crate) fn runtime(&mut self, function: Runtime, args: &[Value]) -> Values {
        let module = std::mem::take(&mut self.module);
        let results = self.b().call_runtime(&module, function, args, false);
        self.module = module;
        results
    }

    /// The interpreter executes the instruction. The result is the place that it led to.
    pub(crate) fn step_only(&mut self) -> Value {
        if matches!(self.inst().op, Op::Call | Op::Mcall) {
            self.save_from(self.known.pending.last().map_or(Goes::Anywhere, |filling| filling.result));
        }
        self.save(self.pc);
        self.tell();
        let (pc, quantum) = (self.int(self.pc.into()), self.left());
        let results = self.runtime(self.functions.step, &[pc, quantum]);
        (self.known.quantum, self.known.used) = (results[1], 0);
        self.known.age();
        if may_write_anywhere(self.inst()) {
            self.known.values.fill(None);
            self.results_go_anywhere();
        }
        for slot in self.slots.written(self.inst()) {
            self.known.values[slot] = None;
            self.forget(self.slots.list[slot].0);
        }
        results[0]
    }

    /// Whether the step led to the next instruction.
    pub(crate) fn went_on(&mut self, place: Value) -> Value {
        let limit = self.int(1 << KIND);
        self.b().icmp(IntCond::Ult, place, limit)
    }

    /// The interpreter executes the instruction, and this goes on behind it. The quantum suffices for the rest.
    fn step_and_go_on(&mut self) {
        let place = self.step_only();
        let on = self.went_on(place);
        self.come_back_unless(on, place);
        self.calls_stepped();
        self.look(self.pc + 1, self.length);
    }

    pub(super) fn stepped(&mut self) -> bool {
        use dis_bytecode::Flow as Goes;
        let inst = self.inst();
        let next = self.pc + 1;
        match inst.op.flow() {
            Goes::Next | Goes::Call => {
                self.step_and_go_on();
                true
            }
            Goes::Branch | Goes::Jump => {
                self.step_to_targets(&[next, inst.operands[2].first]);
                false
            }
            Goes::Table => {
                self.step_to_targets(&inst.targets);
                false
            }
            Goes::Stop => {
                let place = self.step_only();
                self.return_place(place);
                false
            }
        }
    }

    /// The instruction is done, having written these slots: it comes together with the way on which the interpreter did it.
    pub(crate) fn close(&mut self, written: &[usize]) {
        self.known.used += 1;
        let Some(slow) = self.slow.take() else { return };
        let params: Vec<Value> = written.iter().filter_map(|slot| self.known.values[*slot]).collect();
        let mut types: Vec<Type> = params.iter().map(|value| self.body.ty(*value)).collect();
        types.push(Type::I64);
        let join = self.new_block(&types);
        let mut args = params;
        args.push(self.left());
        self.b().jump(join, &args);
        self.switch_to(slow);
        let done = std::mem::replace(&mut self.known, self.before.clone());
        if may_write_anywhere(self.inst()) || matches!(self.inst().op, Op::Frame | Op::Mframe) {
            // Values may be others than they are on the other way, or the frame elsewhere.
            let place = self.step_only();
            self.return_place_left(place);
        } else {
            self.step_and_go_on();
            let mut args: Vec<Value> = written.iter().map(|slot| self.get(*slot)).collect();
            args.push(self.left());
            self.b().jump(join, &args);
        }
        self.switch_to(join);
        self.known = done;
        let values = self.body.blocks[join].params.to_vec();
        for (slot, value) in written.iter().zip(&values) {
            self.known.values[*slot] = Some(*value);
        }
        (self.known.quantum, self.known.used) = (values[written.len()], 0);
        self.known.age();
    }

    /// The same for a branch: on the interpreter's way, it may have led to either of these.
    pub(crate) fn close_branch(&mut self) {
        self.known.used += 1;
        let Some(slow) = self.slow.take() else { return };
        let here = self.block;
        self.switch_to(slow);
        let done = std::mem::replace(&mut self.known, self.before.clone());
        let targets = [self.pc + 1, self.inst().operands[2].first];
        self.step_to_targets(&targets);
        self.known = done;
        self.switch_to(here);
    }

    /// The same for a return: the interpreter's way goes back, too.
    pub(crate) fn close_return(&mut self) {
        self.known.used += 1;
        let Some(slow) = self.slow.take() else { return };
        let here = self.block;
        self.switch_to(slow);
        let done = std::mem::replace(&mut self.known, self.before.clone());
        let place = self.step_only();
        if let Some(Inlined { back, behind, .. }) = self.inlined {
            let on = self.went_on(place);
            self.come_back_unless(on, place);
            let (quantum, behind) = (self.left(), self.int(behind.into()));
            let enough = self.b().icmp(IntCond::Sge, quantum, behind);
            let (off, on) = (self.cold_block(), self.cold_block());
            self.b().brif(enough, (on, &[]), (off, &[]));
            self.switch_to(off);
            self.return_place_left(place);
            self.switch_to(on);
            self.b().jump(back, &[quantum]);
        } else {
            self.return_place(place);
        }
        self.known = done;
        self.switch_to(here);
    }

    /// Whether the quantum suffices for what is behind a call.
    pub(crate) fn look_behind(&mut self) {
        self.look(self.pc + 1, self.length);
    }
}

/// Whether the interpreter may write to slots that the instruction does not name: it or what it calls goes by addresses.
fn may_write_anywhere(inst: &Inst) -> bool {
    let by_address = |(role, operand): (dis_bytecode::Role, &tier::Operand)| {
        operand.mode == Mode::FpAddress && matches!(role.access, Access::Write | Access::Update)
    };
    matches!(inst.op, Op::Call | Op::Mcall) || inst.op.roles().into_iter().zip(&inst.operands).any(by_address)
}
