//! The state of lowering, and what all instructions need: slots, checks, the interpreter's help, ways between blocks.

use crate::bits::Bits;
use crate::flow::Flow;
use crate::runtime::{ANCHOR, CHECK, Classes, Functions};
use crate::slots::Slots;
use crate::{Request, signature};
use dis_bytecode::Access;
use dis_vm::tier::{self, Inst, KIND, LEFT, Mode, Slot, Snapshot};
use ir::{
    AliasClass, Block, Builder, Entity, FrameValue, Func, Function, Imm, IntCond, Module, Op as Ir, Reason,
    Runtime, State, StateData, Type, Value, Values,
};

/// What an address in a slot is known to lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// The slot's offset.
    pub(crate) at: u32,
    /// Bytes of the element.
    pub(crate) size: u32,
    /// Whether it is a reference.
    pub(crate) reference: bool,
    /// The address, as one of the host.
    pub(crate) host: Value,
}

/// A frame being filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filling {
    /// The slot that has its address, and its type; all ones and 0 when that is not known.
    pub(crate) at: u32,
    pub(crate) ty: u32,
    /// The top of the stack below it.
    pub(crate) below: Value,
    /// Whether it was looked at that native calls do not become too deep.
    pub(crate) bounded: bool,
    /// Where its result was said to go.
    pub(crate) result: Goes,
    /// Where it is and its type, if it may have no record yet.
    pub(crate) made: Option<(Value, u32)>,
}

/// Where a result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    Anywhere,
    /// To this offset of the own frame.
    Here(u32),
    /// To where the own result goes.
    On,
}

/// What is known at a place of the function.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Slots' values, once they are needed.
    pub(crate) values: Vec<Option<Value>>,
    /// Slots of which memory may not have the value.
    pub(crate) dirty: Bits,
    /// The quantum some instructions ago, and how many.
    pub(crate) quantum: Value,
    pub(crate) used: u32,
    /// Frames being filled, the innermost last. There are exactly these.
    pub(crate) pending: Vec<Filling>,
    /// The top of the stack.
    pub(crate) top: Value,
    pub(crate) elements: Vec<Element>,
}

/// Lowers one function.
pub(crate) struct Emitter<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) flow: &'a Flow,
    pub(crate) slots: &'a Slots,
    pub(crate) module: Module,
    pub(crate) classes: Classes,
    functions: Functions,
    pub(crate) begins: Vec<u32>,
    body: Function,
    blocks: Vec<Block>,
    entries: Vec<Option<Known>>,
    /// In front of the first block, where that is the head of a loop, and in another loop: the head of that.
    outer: Option<Block>,
    block: Block,
    pub(crate) pc: u32,
    pub(crate) known: Known,
    /// The same where the instruction began.
    before: Known,
    /// Where the interpreter executes the instruction, if there is a way to there.
    slow: Option<Block>,
    /// Instructions up to the next look at the quantum, at most.
    length: u32,
    pub(crate) frame: Value,
    pub(crate) fp: Value,
    /// The number of the frame's record.
    pub(crate) own: Value,
    /// What the caller says of the result, and the address that it says it of, where the function has no other: `frames.rs`.
    pub(crate) room: Value,
    pub(crate) result: Option<Value>,
    pub(crate) mp: Value,
    counts: [usize; 2],
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(
        request: &'a Request<'a>,
        flow: &'a Flow,
        slots: &'a Slots,
        module: Module,
        (classes, functions): (Classes, Functions),
    ) -> Emitter<'a> {
        let snapshot = request.snapshot;
        let mut body = module.functions[Func::from_index(0)].clone();
        let builder = Builder::new(&mut body);
        let params = builder.params().to_vec();
        let block = builder.block();
        let count = slots.list.len();
        let known = Known {
            values: vec![None; count],
            dirty: Bits::new(count),
            quantum: params[1],
            used: 0,
            pending: Vec::new(),
            top: params[0],
            elements: Vec::new(),
        };
        Emitter {
            request,
            snapshot,
            flow,
            slots,
            module,
            classes,
            functions,
            begins: vec![snapshot.entry],
            body,
            blocks: Vec::new(),
            entries: vec![None; flow.blocks.len()],
            outer: None,
            block,
            pc: snapshot.entry,
            before: known.clone(),
            known,
            slow: None,
            length: 0,
            frame: params[0],
            fp: params[0],
            own: params[2],
            room: params[3],
            result: None,
            mp: params[0],
            counts: [0, 0],
        }
    }

    /// Lowers the whole function. The results are the module, what its functions begin with, and counts of instructions.
    pub(crate) fn function(mut self) -> (Module, Vec<u32>, [usize; 2]) {
        self.blocks = (0..self.flow.blocks.len()).map(|_| self.b().add_block(&[])).collect();
        self.entry();
        for number in 0..self.flow.blocks.len() {
            let Some(known) = self.entries[number].clone() else { continue };
            self.block = self.blocks[number];
            self.known = known;
            self.one_block(number);
        }
        let filled = |block: &Block| !self.body.blocks[*block].insts.is_empty();
        self.body.order = self.body.order.iter().copied().filter(filled).collect();
        self.module.functions[Func::from_index(0)] = self.body;
        (self.module, self.begins, self.counts)
    }

    fn entry(&mut self) {
        let (base, frame) = (self.base(), self.frame);
        self.fp = self.b().binary(Ir::PtrAdd, base, frame);
        let mp = self.shared(tier::shared::MP, self.classes.steady);
        self.mp = self.b().binary(Ir::PtrAdd, base, mp);
        self.enter_frame();
        let live: Vec<usize> = self.slots.live.get(&self.pc).map_or(Vec::new(), |live| live.iter().collect());
        for slot in live {
            let value = self.load_slot(slot);
            self.known.values[slot] = Some(value);
        }
        self.result = self.slots.result.and_then(|slot| self.known.values[slot]);
        if self.flow.is_nested() && !self.request.unanchored.contains(&self.pc) {
            self.outer();
        }
        if self.outer.is_none() {
            self.goto(0);
        }
    }

    /// A loop that was entered at the head of an inner one goes through a block of its own: the two are two loops then.
    fn outer(&mut self) {
        self.open(0);
        let Some(inner) = self.entries[0].clone() else { return };
        let types: Vec<Type> =
            self.params(self.blocks[0]).into_iter().map(|value| self.body.ty(value)).collect();
        let outer = self.new_block(&types);
        let args = self.arguments(0);
        self.b().jump(outer, &args);
        self.switch_to(outer);
        let params = self.params(outer);
        let top = self.known.top;
        self.known = Known { top, ..inner };
        for (slot, value) in self.live_at(0).into_iter().zip(&params) {
            self.known.values[slot] = Some(*value);
        }
        self.known.quantum = params[params.len() - 1];
        let state = self.state(self.pc);
        self.b().anchor(state, Reason(ANCHOR));
        let inner = self.blocks[0];
        self.b().jump(inner, &params);
        self.outer = Some(outer);
    }

    fn one_block(&mut self, number: usize) {
        let flow = self.flow;
        let block = &flow.blocks[number];
        self.pc = block.insts[0];
        self.length = block.length;
        if block.header && !self.request.unanchored.contains(&self.pc) {
            let state = self.state(self.pc);
            self.b().anchor(state, Reason(ANCHOR));
        }
        if block.looks {
            self.look(self.pc, block.length);
        }
        for pc in &block.insts {
            self.pc = *pc;
            self.before = self.known.clone();
            self.slow = None;
            if !self.one(*pc) {
                return;
            }
        }
        if let Some(next) = block.next.first() {
            self.goto(*next);
        } else {
            self.leave(block.insts.last().map_or(self.pc, |last| last + 1));
        }
    }

    /// An instruction. False when the block has ended.
    fn one(&mut self, pc: u32) -> bool {
        let stepped = self.request.stepped.contains(&pc);
        let native = if stepped { None } else { self.native() };
        self.counts[usize::from(native.is_none())] += 1;
        match native {
            Some(open) => open,
            None => {
                // What was begun is left to the passes to remove.
                self.known = self.before.clone();
                if let Some(slow) = self.slow.take() {
                    let both = self.new_block(&[]);
                    self.b().jump(both, &[]);
                    self.switch_to(slow);
                    self.b().jump(both, &[]);
                    self.switch_to(both);
                }
                self.stepped()
            }
        }
    }

    pub(crate) fn inst(&self) -> &'a Inst {
        &self.snapshot.insts[&self.pc]
    }

    pub(crate) fn b(&mut self) -> Builder<'_> {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc);
        builder
    }

    // Constants and memory.

    pub(crate) fn int(&mut self, value: i64) -> Value {
        self.b().iconst(Type::I64, value)
    }

    pub(crate) fn word(&mut self, value: u32) -> Value {
        self.b().iconst(Type::I32, i64::from(value.cast_signed()))
    }

    /// Where memory begins.
    pub(crate) fn base(&mut self) -> Value {
        let base = self.snapshot.base as i64;
        self.b().with_imm(Ir::Pconst, None, &[], Imm::Int(base))
    }

    /// The place at an address of the machine.
    pub(crate) fn host(&mut self, address: Value) -> Value {
        let (base, offset) = (self.base(), self.b().unary(Ir::Zext, address));
        self.b().binary(Ir::PtrAdd, base, offset)
    }

    /// 32 bits.
    pub(crate) fn word_at(&mut self, at: Value, offset: i32, class: AliasClass) -> Value {
        self.b().load(Type::I32, at, offset, class)
    }

    pub(crate) fn store(&mut self, value: Value, at: Value, offset: i32, class: AliasClass) {
        self.b().store(value, at, offset, class);
    }

    fn shared_base(&mut self) -> Value {
        let shared = self.snapshot.shared as i64;
        self.b().with_imm(Ir::Pconst, None, &[], Imm::Int(shared))
    }

    /// A word that is shared with the machine.
    pub(crate) fn shared(&mut self, offset: i32, class: AliasClass) -> Value {
        let base = self.shared_base();
        self.b().load(Type::I64, base, offset, class)
    }

    pub(crate) fn set_shared(&mut self, offset: i32, value: Value) {
        let (base, class) = (self.shared_base(), self.classes.shared);
        self.b().store(value, base, offset, class);
    }

    pub(crate) fn load_as(&mut self, slot: Slot, at: Value, offset: i32, class: AliasClass) -> Value {
        match slot {
            Slot::Byte => {
                let imm = Imm::Mem { offset, class };
                self.b().with_imm(Ir::LoadU8, Some(Type::I32), &[at], imm)
            }
            Slot::Word | Slot::Reference => self.b().load(Type::I32, at, offset, class),
            Slot::Big => self.b().load(Type::I64, at, offset, class),
            Slot::Real => self.b().load(Type::F64, at, offset, class),
        }
    }

    pub(crate) fn store_as(&mut self, slot: Slot, value: Value, at: Value, offset: i32, class: AliasClass) {
        match slot {
            Slot::Byte => {
                let imm = Imm::Mem { offset, class };
                self.b().op(Ir::Store8, Some(Type::I32), &[value, at], imm);
            }
            Slot::Word | Slot::Reference if self.snapshot.word == 8 => {
                let wide = self.b().unary(Ir::Sext, value);
                self.b().store(wide, at, offset, class);
            }
            _ => self.b().store(value, at, offset, class),
        }
    }

    // Slots.

    fn load_slot(&mut self, slot: usize) -> Value {
        let (at, kind) = self.slots.list[slot];
        self.load_as(kind, self.fp, at as i32, self.classes.frames)
    }

    pub(crate) fn get(&mut self, slot: usize) -> Value {
        match self.known.values[slot] {
            Some(value) => value,
            None => {
                let value = self.load_slot(slot);
                self.known.values[slot] = Some(value);
                value
            }
        }
    }

    pub(crate) fn set(&mut self, slot: usize, value: Value) {
        let (at, kind) = self.slots.list[slot];
        self.known.values[slot] = Some(value);
        self.forget(at);
        if kind == Slot::Reference {
            self.store_as(kind, value, self.fp, at as i32, self.classes.frames);
        } else {
            self.known.dirty.insert(slot);
        }
    }

    /// A slot at this offset has another value: what was known of the address in it is void.
    pub(crate) fn forget(&mut self, at: u32) {
        self.known.elements.retain(|element| element.at != at);
        self.known.pending.iter_mut().filter(|filling| filling.at == at).for_each(Filling::forget);
    }

    /// Slots of which memory has to be told when the interpreter goes on at an instruction.
    fn unsaved(&self, pc: u32) -> Vec<usize> {
        let live = self.slots.live.get(&pc);
        self.known.dirty.iter().filter(|slot| live.is_none_or(|live| live.has(*slot))).collect()
    }

    /// Puts slots into memory for the interpreter.
    pub(crate) fn save(&mut self, pc: u32) {
        for slot in self.unsaved(pc) {
            let (at, kind) = self.slots.list[slot];
            if let Some(value) = self.known.values[slot] {
                self.store_as(kind, value, self.fp, at as i32, self.classes.frames);
            }
        }
        self.known.dirty.clear();
    }

    // Checks.

    /// Leaves for the interpreter, which executes this instruction, unless the condition holds.
    pub(crate) fn guard(&mut self, holds: Value) {
        let now = std::mem::replace(&mut self.known, self.before.clone());
        let state = self.state(self.pc);
        self.known = now;
        self.b().guard(holds, state, Reason(CHECK));
    }

    /// Has the interpreter execute this instruction unless the condition holds.
    pub(crate) fn check(&mut self, holds: Value) {
        let slow = match self.slow {
            Some(slow) => slow,
            None => {
                let slow = self.cold_block();
                self.slow = Some(slow);
                slow
            }
        };
        let on = if self.body.blocks[self.block].cold { self.cold_block() } else { self.new_block(&[]) };
        self.b().brif(holds, (on, &[]), (slow, &[]));
        self.switch_to(on);
    }

    /// Whether there is a way on which the interpreter executes this instruction.
    pub(crate) fn is_checked(&self) -> bool {
        self.slow.is_some()
    }

    /// What the interpreter needs to go on at an instruction: frame, quantum, instructions since, the frame's record, how many are
    /// being filled, the top of the stack, how many of those have no record yet, these by number and type, and slots by offset and kind.
    fn state(&mut self, pc: u32) -> State {
        let number = |bits: u64| FrameValue::Const(Type::I64, bits);
        let mut values = vec![
            FrameValue::Value(self.frame),
            FrameValue::Value(self.known.quantum),
            number(self.known.used.into()),
            FrameValue::Value(self.own),
            number(self.known.pending.len() as u64),
            FrameValue::Value(self.known.top),
        ];
        let made: Vec<FrameValue> = (0..)
            .zip(&self.known.pending)
            .filter_map(|(index, filling)| {
                let (frame, ty) = filling.made?;
                Some([number(index << 32 | u64::from(ty)), FrameValue::Value(frame)])
            })
            .flatten()
            .collect();
        values.push(number(made.len() as u64 / 2));
        values.extend(made);
        for slot in self.unsaved(pc) {
            let (at, kind) = self.slots.list[slot];
            if let Some(value) = self.known.values[slot] {
                values.extend([number(u64::from(at) << 8 | kind as u64), FrameValue::Value(value)]);
            }
        }
        self.b().state(StateData { code: 0, offset: pc, values, parent: None })
    }

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

    fn runtime(&mut self, function: Runtime, args: &[Value]) -> Values {
        let module = std::mem::take(&mut self.module);
        let results = self.b().call_runtime(&module, function, args, false);
        self.module = module;
        results
    }

    /// The interpreter executes the instruction. The result is the place that it led to.
    pub(crate) fn step_only(&mut self) -> Value {
        self.save(self.pc);
        self.tell();
        let (pc, quantum) = (self.int(self.pc.into()), self.left());
        let results = self.runtime(self.functions.step, &[pc, quantum]);
        (self.known.quantum, self.known.used) = (results[1], 0);
        self.known.elements.clear();
        if may_write_anywhere(self.inst()) {
            self.known.values.fill(None);
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

    fn stepped(&mut self) -> bool {
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
        if may_write_anywhere(self.inst()) {
            // Values may be others than they are on the other way.
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
        // The interpreter may have freed what addresses lead to.
        self.known.elements.clear();
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
        self.return_place(place);
        self.known = done;
        self.switch_to(here);
    }

    /// Whether the quantum suffices for what is behind a call.
    pub(crate) fn look_behind(&mut self) {
        self.look(self.pc + 1, self.length);
    }

    // Blocks.

    pub(crate) fn new_block(&mut self, params: &[Type]) -> Block {
        self.b().add_block(params)
    }

    pub(crate) fn cold_block(&mut self) -> Block {
        let block = self.b().add_block(&[]);
        self.body.blocks[block].cold = true;
        block
    }

    pub(crate) fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    pub(crate) fn params(&self, block: Block) -> Vec<Value> {
        self.body.blocks[block].params.to_vec()
    }

    /// Emits something after which what is known is what it was before.
    pub(crate) fn apart(&mut self, emit: impl FnOnce(&mut Self)) {
        let known = self.known.clone();
        emit(self);
        self.known = known;
    }

    /// Ends the block: on with the one that begins with an instruction. Going back costs fuel.
    pub(crate) fn jump_to(&mut self, pc: u32) {
        if pc <= self.pc && self.snapshot.limited {
            self.spend();
        }
        self.goto_pc(pc);
    }

    /// Takes fuel; without any, the interpreter sees to this instruction, whose time is not counted then.
    pub(crate) fn spend(&mut self) {
        let class = self.classes.shared;
        let fuel = self.shared(tier::shared::FUEL, class);
        let zero = self.int(0);
        let some = self.b().icmp(IntCond::Ne, fuel, zero);
        self.leave_unless(some);
        let one = self.int(1);
        let less = self.b().binary(Ir::Isub, fuel, one);
        self.set_shared(tier::shared::FUEL, less);
    }

    /// Leaves for the interpreter, which executes this instruction, unless the condition holds; for what is rarely so.
    pub(crate) fn leave_unless(&mut self, holds: Value) {
        let (off, on) = (self.cold_block(), self.new_block(&[]));
        self.b().brif(holds, (on, &[]), (off, &[]));
        self.switch_to(off);
        let now = std::mem::replace(&mut self.known, self.before.clone());
        self.leave(self.pc);
        self.known = now;
        self.switch_to(on);
    }

    pub(crate) fn goto_pc(&mut self, pc: u32) {
        match self.flow.at.get(&pc) {
            Some(number) => self.goto(*number),
            None => self.leave(pc),
        }
    }

    fn goto(&mut self, number: usize) {
        if self.entries[number].as_ref().is_some_and(|entry| entry.pending.len() != self.known.pending.len())
        {
            let pc = self.flow.blocks[number].insts[0];
            return self.apart(|this| this.leave(pc));
        }
        let block = &self.flow.blocks[number];
        let to = match self.outer {
            Some(outer) if number == 0 && self.pc < block.insts[0] => outer,
            _ => self.blocks[number],
        };
        if block.ways == 1 && !block.header && number != 0 && self.entries[number].is_none() {
            self.entries[number] = Some(self.known.clone());
            self.b().jump(to, &[]);
            return;
        }
        self.records();
        if self.entries[number].is_none() {
            self.open(number);
        }
        let args = self.arguments(number);
        self.b().jump(to, &args);
        if let Some(entry) = &mut self.entries[number] {
            entry.elements.retain(|element| self.known.elements.contains(element));
            entry.pending.iter_mut().zip(&self.known.pending).for_each(|(all, this)| all.meet(this));
        }
    }

    /// What a block is handed.
    fn arguments(&mut self, number: usize) -> Vec<Value> {
        let live = self.live_at(number);
        let mut args: Vec<Value> = live.into_iter().map(|slot| self.get(slot)).collect();
        args.push(self.left());
        args.extend(self.known.tops());
        args
    }

    fn live_at(&self, number: usize) -> Vec<usize> {
        let pc = self.flow.blocks[number].insts[0];
        self.slots.live.get(&pc).map_or(Vec::new(), |live| live.iter().collect())
    }

    /// Gives a block its parameters: the slots that are live, and the quantum.
    fn open(&mut self, number: usize) {
        let block = self.blocks[number];
        let mut values = vec![None; self.slots.list.len()];
        for slot in self.live_at(number) {
            let ty = match self.slots.list[slot].1 {
                Slot::Byte | Slot::Word | Slot::Reference => Type::I32,
                Slot::Big => Type::I64,
                Slot::Real => Type::F64,
            };
            values[slot] = Some(self.body.add_param(block, ty));
        }
        let quantum = self.body.add_param(block, Type::I64);
        let dirty = self.slots.dirty[number].clone();
        let mut known = Known { values, dirty, quantum, used: 0, ..self.known.clone() };
        known.pending.iter_mut().skip(1).for_each(|each| each.below = self.body.add_param(block, Type::I64));
        if !known.pending.is_empty() {
            known.top = self.body.add_param(block, Type::I64);
        }
        if self.flow.blocks[number].header {
            known.elements.clear();
            known.pending.iter_mut().for_each(Filling::forget);
        }
        self.entries[number] = Some(known);
    }

    /// The number in the module of the function that begins with an instruction.
    pub(crate) fn callee(&mut self, pc: u32) -> Func {
        let index = self.begins.iter().position(|begin| *begin == pc).unwrap_or_else(|| {
            self.begins.push(pc);
            let name = format!("{}.{pc}", self.snapshot.name);
            self.module.functions.push(Function { name, signature: signature(), ..Function::default() });
            self.begins.len() - 1
        });
        Func::from_index(index)
    }
}

/// Whether the interpreter may write to slots that the instruction does not name: it or what it calls goes by addresses.
fn may_write_anywhere(inst: &Inst) -> bool {
    let by_address = |(role, operand): (dis_bytecode::Role, &tier::Operand)| {
        operand.mode == Mode::FpAddress && matches!(role.access, Access::Write | Access::Update)
    };
    inst.op.flow() == dis_bytecode::Flow::Call
        || inst.op.roles().into_iter().zip(&inst.operands).any(by_address)
}
