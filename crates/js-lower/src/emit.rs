//! The state of lowering, and what all instructions need: values, guards, ways between blocks, the interpreter's help.

use crate::flow::{Flow, handlers};
use crate::kinds::Kinds;
use crate::memory::Slots;
use crate::runtime::{Classes, Functions, LEFT, RETURNED, Reason, THREW};
use crate::snapshot::{Note, Snapshot};
use crate::value::{Constant, Kind, Val, number_of};
use ir::{
    AliasClass, Block, Builder, FrameValue, Func, Function, Imm, IntCond, Module, Op, Runtime, State,
    StateData, Type, Value,
};
use js_rt::Value as Word;
use js_rt::offsets::{FRAME_PC, NUMBER_TAG};

/// Bytes of a value.
pub(crate) const VALUE: i32 = size_of::<Word>() as i32;

/// What is known where a block begins.
#[derive(Clone, Debug)]
struct Entry {
    regs: Vec<Val>,
    count: Option<Value>,
}

/// Lowers one function.
pub(crate) struct Emitter<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) flow: &'a Flow,
    kinds: &'a [Kinds],
    pub(crate) module: Module,
    pub(crate) classes: Classes,
    pub(crate) functions: Functions,
    func: Func,
    /// Its body, until it is complete.
    body: Function,
    blocks: Vec<Block>,
    entries: Vec<Option<Entry>>,
    /// Blocks in front of loops, by the block that begins the loop.
    fronts: Vec<Option<Block>>,
    block: Block,
    /// The instruction being lowered.
    pub(crate) pc: usize,
    pub(crate) regs: Vec<Val>,
    /// Registers that hold throughout what they hold in memory where control comes in.
    kept: Vec<bool>,
    /// The countdown, in functions with loops.
    pub(crate) count: Option<Value>,
    pub(crate) frame: Value,
    pub(crate) window: Value,
    /// The engine's numbers of the module's functions.
    pub(crate) numbers: Vec<u32>,
    /// Whether the condition of a loop is lowered in front of the loop.
    pub(crate) entering: bool,
    /// Shapes with the last slot that accesses found in objects of theirs.
    pub(crate) last_within: Vec<(u64, u32)>,
    /// Blocks that leave with a status, and that hand on what was thrown, there with the countdown.
    left: Option<Block>,
    pub(crate) thrown: [Option<Block>; 2],
    /// Instructions on ways that are taken, and those among them that the runtime executes.
    pub(crate) taken: u32,
    pub(crate) lean: u32,
    /// The frame state made last.
    last_state: Option<State>,
    /// Kinds of memory that slots are.
    pub(crate) slots: Vec<(Slots, AliasClass)>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        flow: &'a Flow,
        kinds: &'a [Kinds],
        (module, classes, functions): (Module, Classes, Functions),
        func: Func,
    ) -> Emitter<'a> {
        let mut body = module.functions[func].clone();
        let builder = Builder::new(&mut body);
        let params = builder.params().to_vec();
        let block = builder.block();
        Emitter {
            snapshot,
            flow,
            kinds,
            module,
            classes,
            functions,
            func,
            body,
            blocks: Vec::new(),
            entries: vec![None; flow.blocks.len()],
            fronts: vec![None; flow.blocks.len()],
            block,
            pc: flow.blocks[0].start,
            regs: vec![Val::None; snapshot.registers as usize],
            kept: vec![false; snapshot.registers as usize],
            count: None,
            frame: params[0],
            window: params[1],
            numbers: Vec::new(),
            entering: false,
            last_within: Vec::new(),
            left: None,
            thrown: [None; 2],
            taken: 0,
            lean: 0,
            last_state: None,
            slots: Vec::new(),
        }
    }

    /// The module, and the engine's numbers of its functions.
    pub(crate) fn finish(mut self) -> (Module, Vec<u32>) {
        self.module.functions[self.func] = self.body;
        (self.module, self.numbers)
    }

    pub(crate) fn b(&mut self) -> Builder<'_> {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        builder
    }

    /// Control comes in: registers are taken from where they are. In a loop they are checked to be of their kinds.
    pub(crate) fn entry(&mut self, kinds: &Kinds, within: bool) {
        if self.flow.blocks.iter().any(|block| block.header) {
            self.count = Some(self.countdown());
        }
        let flow = self.flow;
        let given = u32::from(self.snapshot.params) + 2;
        let live: Vec<u16> = flow.live[self.pc].iter().collect();
        for reg in &live {
            let at = usize::from(*reg);
            self.regs[at] = if within || u32::from(*reg) < given {
                self.kept[at] = !flow.writes(*reg);
                self.slot(*reg)
            } else {
                Val::Constant(Word::UNDEFINED.bits())
            };
        }
        for reg in live {
            let at = usize::from(reg);
            self.regs[at] = self.coerced(self.regs[at], kinds[at], self.pc);
        }
        if within {
            // Loops around this one begin here, too.
            self.anchor();
        }
    }

    /// Lowers all blocks.
    pub(crate) fn blocks(&mut self) {
        self.blocks = (0..self.flow.blocks.len()).map(|_| self.b().add_block(&[])).collect();
        self.goto(0);
        let mut lowered = vec![false; self.flow.blocks.len()];
        // Conditions of loops are reached from what comes behind them only.
        while let Some(number) =
            (0..lowered.len()).find(|number| !lowered[*number] && self.entries[*number].is_some())
        {
            lowered[number] = true;
            self.bytecode_block(number);
        }
        // Blocks that are not reached after all are not entered.
        let filled = |block: &Block| !self.body.blocks[*block].insts.is_empty();
        let order = self.body.order.iter().copied().filter(filled).collect();
        self.body.order = order;
    }

    /// Lowers a block of the bytecode that something leads to.
    fn bytecode_block(&mut self, number: usize) {
        let Some(entry) = self.entries[number].clone() else { return };
        self.block = self.blocks[number];
        (self.regs, self.count) = (entry.regs, entry.count);
        let flow = self.flow;
        let block = &flow.blocks[number];
        if block.header {
            self.pc = block.start;
            self.anchor();
        }
        for pc in block.start..block.end {
            self.pc = pc;
            self.taken += 1;
            if !self.inst() {
                return;
            }
        }
        if let Some(next) = block.next.first() {
            self.goto(*next);
        }
    }

    /// Ends the block: the loop is over that the function was entered for, and another tier goes on. That is no exit that code should
    /// learn from.
    fn over(&mut self, pc: usize) {
        let flow = self.flow;
        flow.live[pc].iter().for_each(|reg| self.spill(reg));
        self.store_count();
        let (frame, class) = (self.frame, self.classes.frames);
        let next = self.small(pc as i32);
        self.store(next, frame, FRAME_PC, class);
        let status = self.int(LEFT);
        self.leave(status);
    }

    // Constants and memory.

    pub(crate) fn int(&mut self, value: u64) -> Value {
        self.b().iconst(Type::I64, value as i64)
    }

    pub(crate) fn small(&mut self, value: i32) -> Value {
        self.b().iconst(Type::I32, i64::from(value))
    }

    /// An address that is known.
    pub(crate) fn address(&mut self, address: u64) -> Value {
        self.b().with_imm(Op::Pconst, None, &[], Imm::Int(address as i64))
    }

    /// The address that a word is.
    pub(crate) fn pointer(&mut self, word: Value) -> Value {
        self.b().unary(Op::IntToPtr, word)
    }

    pub(crate) fn load(&mut self, ty: Type, address: Value, offset: usize, class: AliasClass) -> Value {
        self.b().load(ty, address, offset as i32, class)
    }

    /// A byte, as a word.
    pub(crate) fn load_byte(&mut self, address: Value, offset: usize, class: AliasClass) -> Value {
        let imm = Imm::Mem { offset: offset as i32, class };
        self.b().with_imm(Op::LoadU8, Some(Type::I32), &[address], imm)
    }

    pub(crate) fn store(&mut self, value: Value, address: Value, offset: usize, class: AliasClass) {
        self.b().store(value, address, offset as i32, class);
    }

    // Values.

    /// The word of a value.
    pub(crate) fn boxed(&mut self, value: Val) -> Value {
        match value {
            Val::Any(word) => word,
            Val::None => self.int(Word::UNDEFINED.bits()),
            Val::Constant(bits) => self.int(bits),
            Val::Bool(value) => {
                let (yes, no) = (self.int(Word::TRUE.bits()), self.int(Word::FALSE.bits()));
                self.b().select(value, yes, no)
            }
            Val::Int(int) => self.boxed_int(int),
            Val::Number(number, _) => self.b().unary(Op::BoxNumber, number),
        }
    }

    fn boxed_int(&mut self, int: Value) -> Value {
        let wide = self.b().unary(Op::Zext, int);
        let tag = self.int(NUMBER_TAG);
        self.b().binary(Op::Bor, wide, tag)
    }

    /// Whether a word is that of an int32.
    pub(crate) fn is_int(&mut self, word: Value) -> Value {
        let tag = self.int(NUMBER_TAG);
        self.b().icmp(IntCond::Uge, word, tag)
    }

    /// Whether a word is that of a number.
    pub(crate) fn is_number(&mut self, word: Value) -> Value {
        let (tag, zero) = (self.int(NUMBER_TAG), self.int(0));
        let bits = self.b().binary(Op::Band, word, tag);
        self.b().icmp(IntCond::Ne, bits, zero)
    }

    /// The double that a word stands for; leaves when it stands for something else, and the other tiers go on at `pc`.
    pub(crate) fn unboxed(&mut self, word: Value, pc: usize, reason: Reason) -> Value {
        let imm = Imm::Guard { state: self.state(pc), reason: reason.into() };
        self.b().with_imm(Op::UnboxNumber, None, &[word], imm)
    }

    /// A number as a double; of others than numbers, NaN.
    pub(crate) fn float(&mut self, value: Val) -> Value {
        match value {
            Val::Number(number, _) => number,
            Val::Int(int) => self.b().unary(Op::SintToF64, int),
            _ => self.b().fconst(f64::NAN),
        }
    }

    /// A value whose word is known.
    pub(crate) fn constant(&mut self, bits: u64) -> Val {
        match number_of(bits) {
            Some(Constant::Int(int)) => Val::Int(self.small(int)),
            Some(Constant::Double(number)) => Val::Number(self.b().fconst(number), None),
            None => Val::Constant(bits),
        }
    }

    /// A register's value as memory has it.
    pub(crate) fn slot(&mut self, reg: u16) -> Val {
        let (window, class) = (self.window, self.classes.registers);
        Val::Any(self.b().load(Type::I64, window, i32::from(reg) * VALUE, class))
    }

    pub(crate) fn reg(&self, reg: u16) -> Val {
        self.regs[usize::from(reg)]
    }

    pub(crate) fn set(&mut self, reg: u16, value: Val) {
        self.regs[usize::from(reg)] = value;
    }

    /// Has the other tiers see a register's value.
    pub(crate) fn spill(&mut self, reg: u16) {
        let value = self.reg(reg);
        if value == Val::None || self.kept[usize::from(reg)] {
            return;
        }
        let word = self.boxed(value);
        let (window, class) = (self.window, self.classes.registers);
        self.b().store(word, window, i32::from(reg) * VALUE, class);
    }

    // Guards and exits.

    /// What was noted about the instruction.
    pub(crate) fn note(&self) -> Note {
        self.snapshot.notes[self.pc]
    }

    /// Leaves for the other tiers, which execute this instruction, unless the condition holds.
    pub(crate) fn guard(&mut self, holds: Value, reason: Reason) {
        let state = self.state(self.pc);
        self.b().guard(holds, state, reason.into());
    }

    /// Lets checks in a loop that begins here be made in front of it, unless one failed there.
    fn anchor(&mut self) {
        if self.note().bits & Note::STAYS == 0 {
            let state = self.state(self.pc);
            self.b().anchor(state, Reason::Hoisted.into());
        }
    }

    /// What the other tiers need to go on at an instruction.
    pub(crate) fn state(&mut self, pc: usize) -> State {
        let mut values = vec![self.count.map_or(FrameValue::Dead, FrameValue::Value)];
        let live = &self.flow.live[pc];
        for (number, value) in self.regs.iter().enumerate() {
            values.push(match *value {
                // Who goes on finds the registers of the frame as they are in memory, but for what is named here.
                _ if !live.contains(number as u16) || self.kept[number] => FrameValue::Dead,
                Val::None => FrameValue::Dead,
                Val::Constant(bits) => FrameValue::Const(Type::I64, bits),
                Val::Bool(value) | Val::Int(value) | Val::Number(value, _) | Val::Any(value) => {
                    FrameValue::Value(value)
                }
            });
        }
        let data = StateData { code: self.snapshot.code, offset: pc as u32, values, parent: None };
        // Guards of one state share the code that leaves.
        if let Some(last) = self.last_state.filter(|last| self.body.states[*last] == data) {
            return last;
        }
        let state = self.b().state(data);
        self.last_state = Some(state);
        state
    }

    /// Ends the block by leaving for the other tiers.
    pub(crate) fn deopt(&mut self, reason: Reason) {
        let state = self.state(self.pc);
        self.b().push(Op::Deopt, None, &[], Imm::Guard { state, reason: reason.into() }, &[]);
    }

    /// Ends the block: the function is over without a value, or goes on elsewhere, as `status` says.
    pub(crate) fn leave(&mut self, status: Value) {
        let none = self.int(0);
        self.b().ret(&[status, none]);
    }

    /// Ends the block: the function returns.
    pub(crate) fn returned(&mut self, value: Val) {
        let word = self.boxed(value);
        self.store_count();
        let status = self.int(RETURNED);
        self.b().ret(&[status, word]);
    }

    // Blocks.

    pub(crate) fn new_block(&mut self, params: &[Type]) -> Block {
        self.b().add_block(params)
    }

    pub(crate) fn cold_block(&mut self) -> Block {
        self.cold_block_with(&[])
    }

    pub(crate) fn cold_block_with(&mut self, params: &[Type]) -> Block {
        let block = self.b().add_block(params);
        self.body.blocks[block].cold = true;
        block
    }

    /// Whether the current block is hardly ever entered.
    pub(crate) fn is_cold(&self) -> bool {
        self.body.blocks[self.block].cold
    }

    pub(crate) fn block(&self) -> Block {
        self.block
    }

    pub(crate) fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    pub(crate) fn params(&self, block: Block) -> Vec<Value> {
        self.body.blocks[block].params.to_vec()
    }

    /// Goes to a block unless a condition holds, and on with a new one if it does.
    pub(crate) fn or_else(&mut self, holds: Value, block: Block) {
        let on = self.new_block(&[]);
        self.b().brif(holds, (on, &[]), (block, &[]));
        self.switch_to(on);
    }

    /// Whether a block is only ever entered from one place, and so needs no parameters.
    fn is_single(&self, number: usize) -> bool {
        let block = &self.flow.blocks[number];
        let ways = block.from.len() + usize::from(number == 0);
        ways == 1 && !block.header
    }

    /// Ends the block: on with a block of the bytecode.
    pub(crate) fn goto(&mut self, number: usize) {
        let start = self.flow.blocks[number].start;
        if !self.flow.region.contains(&start) {
            return self.over(start);
        }
        let to = self.blocks[number];
        if self.is_single(number) {
            let (regs, count) = (self.regs.clone(), self.count);
            self.entries[number] = Some(Entry { regs, count });
            self.b().jump(to, &[]);
            return;
        }
        if self.entries[number].is_none() {
            self.open(number);
        }
        let args = self.arguments(number);
        let to = if self.is_ahead(number) { self.front(number) } else { to };
        self.b().jump(to, &args);
    }

    /// Whether a block begins a loop that is entered here, and not begun again.
    fn is_ahead(&self, number: usize) -> bool {
        let block = &self.flow.blocks[number];
        block.header && (self.pc <= block.start || self.entering)
    }

    /// The block in front of a loop that all ways into it lead to. Where control comes in at an inner loop, the loops around it lead back to
    /// there, and the inner one stays a loop of its own.
    fn front(&mut self, number: usize) -> Block {
        if let Some(front) = self.fronts[number] {
            return front;
        }
        let header = self.blocks[number];
        let types: Vec<Type> = self.params(header).iter().map(|param| self.body.ty(*param)).collect();
        let front = self.new_block(&types);
        self.fronts[number] = Some(front);
        let params = self.params(front);
        Builder::at(&mut self.body, front).jump(header, &params);
        front
    }

    /// Gives a block its parameters.
    fn open(&mut self, number: usize) {
        let block = self.blocks[number];
        let mut regs = vec![Val::None; self.regs.len()];
        let flow = self.flow;
        for reg in flow.live[flow.blocks[number].start].iter() {
            let mut param = |ty| self.body.add_param(block, ty);
            regs[usize::from(reg)] = match self.kinds[number][usize::from(reg)] {
                Kind::None => Val::None,
                Kind::Bool => Val::Bool(param(Type::Bool)),
                Kind::Int => Val::Int(param(Type::I32)),
                Kind::Number => Val::Number(param(Type::F64), None),
                Kind::Any => Val::Any(param(Type::I64)),
            };
        }
        let count = self.count.map(|_| self.body.add_param(block, Type::I32));
        self.entries[number] = Some(Entry { regs, count });
    }

    /// The values for a block's parameters.
    fn arguments(&mut self, number: usize) -> Vec<Value> {
        let flow = self.flow;
        let pc = flow.blocks[number].start;
        let mut args = Vec::new();
        for reg in flow.live[pc].iter() {
            let kind = self.kinds[number][usize::from(reg)];
            let value = self.coerced(self.reg(reg), kind, pc);
            self.set(reg, value);
            match value {
                Val::None => {}
                Val::Bool(value) | Val::Int(value) | Val::Number(value, _) | Val::Any(value) => {
                    args.push(value)
                }
                Val::Constant(bits) => args.push(self.int(bits)),
            }
        }
        args.extend(self.count);
        args
    }

    /// A value as one of a kind; where it is not, the other tiers go on at `pc`.
    fn coerced(&mut self, value: Val, kind: Kind, pc: usize) -> Val {
        match (value, kind) {
            (_, Kind::None) => Val::None,
            (Val::Any(_) | Val::Constant(_), Kind::Any) => value,
            (value, kind) if value.kind() == kind => value,
            (value, Kind::Any) => Val::Any(self.boxed(value)),
            (Val::Int(_), Kind::Number) => Val::Number(self.float(value), None),
            (value, kind) => {
                // Nothing is known of it, or the analysis knew less than there is to know, or this way is never taken.
                let word = self.boxed(value);
                self.checked(word, kind, pc)
            }
        }
    }

    /// A value that is checked on the way into a block.
    fn checked(&mut self, word: Value, kind: Kind, pc: usize) -> Val {
        let holds = match kind {
            Kind::Int => self.is_int(word),
            Kind::Number => return Val::Number(self.unboxed(word, pc, Reason::Loop), None),
            _ => {
                // false and true differ in one bit.
                let (one, yes) = (self.int(1), self.int(Word::TRUE.bits()));
                let bits = self.b().binary(Op::Bor, word, one);
                self.b().icmp(IntCond::Eq, bits, yes)
            }
        };
        let state = self.state(pc);
        self.b().guard(holds, state, Reason::Loop.into());
        match kind {
            Kind::Int => Val::Int(self.b().unary(Op::Wrap, word)),
            _ => {
                let yes = self.int(Word::TRUE.bits());
                Val::Bool(self.b().icmp(IntCond::Eq, word, yes))
            }
        }
    }

    /// Ends the block: to one of two blocks of the bytecode.
    pub(crate) fn branch(&mut self, cond: Value, then: usize, other: usize) {
        let (yes, no) = (self.new_block(&[]), self.new_block(&[]));
        self.b().brif(cond, (yes, &[]), (no, &[]));
        let (regs, count) = (self.regs.clone(), self.count);
        self.switch_to(yes);
        self.way(then);
        (self.regs, self.count) = (regs, count);
        self.switch_to(no);
        self.way(other);
    }

    /// Ends the block: to a block that may lie behind.
    pub(crate) fn way(&mut self, number: usize) {
        let start = self.flow.blocks[number].start;
        if start <= self.pc
            && let Some(count) = self.count
        {
            let carried = self.carried_doubles(start);
            let pc = std::mem::replace(&mut self.pc, start);
            let counted = self.counted_with(count, &carried);
            self.count = Some(counted);
            self.pc = pc;
        }
        self.goto(number);
    }

    /// Registers with doubles that the loop from `start` to here computes anew in each round.
    fn carried_doubles(&self, start: usize) -> Vec<u16> {
        let flow = self.flow;
        let is_written =
            |reg: &u16| flow.effects[start..=self.pc].iter().any(|effect| effect.writes.contains(reg));
        let is_double = |reg: &u16| matches!(self.reg(*reg), Val::Number(..));
        flow.live[start].iter().filter(is_double).filter(is_written).collect()
    }

    /// Counts one round: the countdown then.
    pub(crate) fn counted(&mut self, count: Value) -> Value {
        self.counted_with(count, &[])
    }

    /// The same, with doubles that are to stay in machine registers: no such register survives a call, so that the poll has copies
    /// of its own.
    fn counted_with(&mut self, count: Value, doubles: &[u16]) -> Value {
        let one = self.small(1);
        let less = self.b().binary(Op::Isub, count, one);
        // What it was is 0 on one way and of no use on the other: it needs no register beside what it is now, which is never so large
        // that it would seem to be negative.
        let zero = self.small(0);
        let left = self.b().icmp(IntCond::Sge, less, zero);
        let mut types = vec![Type::I32];
        types.extend(doubles.iter().map(|_| Type::F64));
        let joined = self.new_block(&types);
        let poll = self.cold_block();
        let kept: Vec<Value> = doubles.iter().map(|reg| self.float(self.reg(*reg))).collect();
        self.b().brif(left, (joined, &[&[less], &kept[..]].concat()), (poll, &[]));
        self.switch_to(poll);
        self.count = Some(zero);
        let copies: Vec<Value> = kept.iter().map(|number| self.b().unary(Op::Fcanon, *number)).collect();
        self.store_count();
        // A handler around here could be where this leads.
        self.spill_for_handlers();
        let (frame, pc) = (self.frame, self.int(self.pc as u64));
        let status = self.runtime(self.functions.poll, &[frame, pc]);
        self.unless_left(status);
        let count = self.countdown();
        self.b().jump(joined, &[&[count], &copies[..]].concat());
        self.switch_to(joined);
        let params = self.params(joined);
        for (reg, number) in doubles.iter().zip(&params[1..]) {
            self.set(*reg, Val::Number(*number, None));
        }
        params[0]
    }

    // The countdown, the interpreter.

    /// The countdown as it is in memory.
    pub(crate) fn countdown(&mut self) -> Value {
        let (address, class) = (self.address(self.snapshot.cells.countdown), self.classes.countdown);
        self.load(Type::I32, address, 0, class)
    }

    /// Has others see the countdown.
    pub(crate) fn store_count(&mut self) {
        if let Some(count) = self.count {
            let (address, class) = (self.address(self.snapshot.cells.countdown), self.classes.countdown);
            self.store(count, address, 0, class);
        }
    }

    pub(crate) fn runtime(&mut self, function: Runtime, args: &[Value]) -> Value {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        builder.call_runtime(&self.module, function, args, false)[0]
    }

    /// Calls a function of the module.
    pub(crate) fn call_func(&mut self, func: Func, args: &[Value]) -> Vec<Value> {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        builder.call(&self.module, func, args, false).to_vec()
    }

    /// Goes on if a status is 0; 1: the function threw, else it goes on elsewhere.
    pub(crate) fn unless_left(&mut self, status: Value) {
        let zero = self.int(0);
        let next = self.b().icmp(IntCond::Eq, status, zero);
        let out = self.left_block();
        let on = self.new_block(&[]);
        self.b().brif(next, (on, &[]), (out, &[status]));
        self.switch_to(on);
    }

    /// The block that leaves with a status.
    fn left_block(&mut self) -> Block {
        if let Some(block) = self.left {
            return block;
        }
        // The statuses that are not 0 are those that functions hand back.
        const { assert!(THREW == 1 && LEFT == 2) };
        let (out, here) = (self.cold_block_with(&[Type::I64]), self.block());
        self.left = Some(out);
        self.switch_to(out);
        let status = self.params(out)[0];
        self.leave(status);
        self.switch_to(here);
        out
    }

    /// Stores what handlers around the instruction look at.
    pub(crate) fn spill_for_handlers(&mut self) {
        self.spill_for_handlers_but(&[]);
    }

    /// The same but for some registers.
    pub(crate) fn spill_for_handlers_but(&mut self, stored: &[u16]) {
        let around: Vec<usize> = handlers(self.snapshot, self.pc).collect();
        let flow = self.flow;
        for handler in around {
            let live = flow.live[handler].iter().filter(|reg| !stored.contains(reg));
            live.for_each(|reg| self.spill(reg));
        }
    }

    /// Has the interpreter execute this instruction, on registers that are stored for it; its status.
    fn step(&mut self) -> Value {
        let flow = self.flow;
        flow.effects[self.pc].reads.iter().for_each(|reg| self.spill(*reg));
        self.spill_for_handlers();
        self.store_count();
        let (frame, pc) = (self.frame, self.int(self.pc as u64));
        self.runtime(self.functions.step, &[frame, pc])
    }

    /// Others may have counted.
    pub(crate) fn reload_count(&mut self) {
        if self.count.is_some() {
            self.count = Some(self.countdown());
        }
    }

    fn stepped_state(&mut self) {
        self.reload_count();
        let flow = self.flow;
        for reg in &flow.effects[self.pc].writes {
            let value = self.slot(*reg);
            self.set(*reg, value);
        }
    }

    /// Has the interpreter execute this instruction, and takes over what it wrote.
    pub(crate) fn stepped(&mut self) {
        if self.leanly(self.snapshot.insts[self.pc]) {
            return;
        }
        let status = self.step();
        self.unless_left(status);
        self.stepped_state();
    }

    /// Ends the block: has the interpreter execute an instruction that throws.
    pub(crate) fn thrown(&mut self) {
        let status = self.step();
        self.leave(status);
    }

    /// Has the interpreter execute an instruction that may jump.
    pub(crate) fn stepped_jump(&mut self, next: usize, target: usize) {
        let status = self.step();
        let zero = self.int(0);
        let on = self.b().icmp(IntCond::Eq, status, zero);
        let (elsewhere, jumped) = (self.new_block(&[]), self.new_block(&[]));
        let fell = self.new_block(&[]);
        self.b().brif(on, (fell, &[]), (elsewhere, &[]));
        // It threw, or goes on at a handler, unless it is at its target.
        self.switch_to(elsewhere);
        let (frame, class) = (self.frame, self.classes.frames);
        let threw = self.int(THREW);
        let is_left = self.b().icmp(IntCond::Ne, status, threw);
        let out = self.cold_block();
        self.or_else(is_left, out);
        let pc = self.load(Type::I32, frame, FRAME_PC, class);
        let wanted = self.small(self.flow.blocks[target].start as i32);
        let there = self.b().icmp(IntCond::Eq, pc, wanted);
        self.b().brif(there, (jumped, &[]), (out, &[]));
        self.switch_to(out);
        self.leave(status);
        self.switch_to(jumped);
        self.stepped_state();
        let (regs, count) = (self.regs.clone(), self.count);
        // It has counted itself, if it goes back.
        self.goto(target);
        (self.regs, self.count) = (regs, count);
        self.switch_to(fell);
        self.stepped_state();
        self.goto(next);
    }

    /// Does something on a way that few take: what it finds out about registers does not hold elsewhere.
    pub(crate) fn apart<T>(&mut self, does: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.regs.clone(), self.count);
        let result = does(self);
        (self.regs, self.count) = before;
        result
    }

    /// Meets the ways of an instruction: what `fast` comes to in the current block, and what the interpreter makes of it in `slow`.
    /// The instruction writes one register.
    pub(crate) fn meet(&mut self, fast: Val, slow: Block) -> Val {
        let writes: Vec<u16> = self.flow.effects[self.pc].writes.clone();
        let counts = self.count.is_some();
        let mut types = vec![Type::I64];
        types.extend(counts.then_some(Type::I32));
        let done = self.new_block(&types);
        let word = self.boxed(fast);
        let mut args = vec![word];
        args.extend(self.count);
        self.b().jump(done, &args);
        self.switch_to(slow);
        self.apart(|this| {
            this.stepped();
            let value = writes.first().map_or(Val::None, |reg| this.reg(*reg));
            let word = this.boxed(value);
            let mut args = vec![word];
            args.extend(this.count);
            this.b().jump(done, &args);
        });
        self.switch_to(done);
        let params = self.params(done);
        if counts {
            self.count = Some(params[1]);
        }
        Val::Any(params[0])
    }
}

/// The IR's words of numbers are those of values.
const _: () = assert!(NUMBER_TAG == ir::eval::word::INT);
