//! The state of lowering, and what all instructions need: values, guards and exits.

mod in_place;
mod scope;
mod stepping;
mod ways;

pub(crate) use in_place::Callee;
use in_place::MOST_IN_PLACE;
pub(crate) use scope::Arrival;
pub(crate) use scope::Chain;
use scope::{Caller, Scope};

use crate::flow::Flow;
use crate::kinds::Kinds;
use crate::memory::Slots;
use crate::runtime::{Classes, Functions, LEFT, RETURNED, Reason};
use crate::snapshot::{Note, Snapshot};
use crate::value::{Constant, Val, number_of};
use ir::{
    AliasClass, Block, Builder, FrameValue, Func, Function, Imm, IntCond, Module, Op, State, StateData, Type,
    Value,
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

/// Lowers one function, and others in place of calls.
pub(crate) struct Emitter<'a> {
    pub(crate) module: Module,
    pub(crate) classes: Classes,
    pub(crate) functions: Functions,
    func: Func,
    /// Its body, until it is complete.
    body: Function,
    block: Block,
    /// The function being lowered.
    pub(crate) at: Scope<'a>,
    /// The functions around it, in place of calls of which others are lowered, the outermost first.
    around: Vec<Caller<'a>>,
    /// What is worked out of functions in place of calls.
    facts: &'a Chain,
    /// The countdown, in functions with loops, or with others in place of calls.
    pub(crate) count: Option<Value>,
    /// How many instructions there may be in place of further calls.
    left_in_place: usize,
    /// The engine's numbers of the module's functions.
    pub(crate) numbers: Vec<u32>,
    /// Shapes with the last slot that accesses found in objects of theirs.
    pub(crate) last_within: Vec<(u64, u32)>,
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
        (snapshot, flow, kinds): (&'a Snapshot, &'a Flow, &'a [Kinds]),
        facts: &'a Chain,
        (module, classes, functions): (Module, Classes, Functions),
        func: Func,
    ) -> Emitter<'a> {
        let mut body = module.functions[func].clone();
        let builder = Builder::new(&mut body);
        let params = builder.params().to_vec();
        let block = builder.block();
        Emitter {
            module,
            classes,
            functions,
            func,
            body,
            block,
            at: Scope::new((snapshot, flow, kinds), params[0], params[1]),
            around: Vec::new(),
            facts,
            count: None,
            left_in_place: MOST_IN_PLACE,
            numbers: Vec::new(),
            last_within: Vec::new(),
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
        builder.set_position(self.around.first().map_or(self.at.pc, |caller| caller.scope.pc) as u32);
        builder
    }

    /// Control comes in: registers are taken from where they are. In a loop they are checked to be of their kinds.
    pub(crate) fn entry(&mut self, kinds: &Kinds, within: bool) {
        if self.at.flow.blocks.iter().any(|block| block.header) || !self.at.snapshot.bodies.is_empty() {
            self.count = Some(self.countdown());
        }
        let flow = self.at.flow;
        let given = u32::from(self.at.snapshot.params) + 2;
        let live: Vec<u16> = flow.live[self.at.pc].iter().collect();
        for reg in &live {
            let at = usize::from(*reg);
            self.at.regs[at] = if within || u32::from(*reg) < given {
                self.at.kept[at] = !flow.writes(*reg);
                self.slot(*reg)
            } else {
                Val::Constant(Word::UNDEFINED.bits())
            };
        }
        for reg in live {
            let at = usize::from(reg);
            self.at.regs[at] = self.coerced(self.at.regs[at], kinds[at], self.at.pc);
        }
        if within {
            // Loops around this one begin here, too.
            self.anchor();
        }
    }

    /// Lowers all blocks.
    pub(crate) fn blocks(&mut self) {
        self.lower_blocks();
        // Blocks that are not reached after all are not entered.
        let filled = |block: &Block| !self.body.blocks[*block].insts.is_empty();
        let order = self.body.order.iter().copied().filter(filled).collect();
        self.body.order = order;
    }

    /// Lowers all blocks of the function that begins here.
    fn lower_blocks(&mut self) {
        self.at.blocks = (0..self.at.flow.blocks.len()).map(|_| self.b().add_block(&[])).collect();
        self.goto(0);
        let mut lowered = vec![false; self.at.flow.blocks.len()];
        // Conditions of loops are reached from what comes behind them only.
        while let Some(number) =
            (0..lowered.len()).find(|number| !lowered[*number] && self.at.entries[*number].is_some())
        {
            lowered[number] = true;
            self.bytecode_block(number);
        }
    }

    /// Lowers a block of the bytecode that something leads to.
    fn bytecode_block(&mut self, number: usize) {
        let Some(entry) = self.at.entries[number].clone() else { return };
        self.block = self.at.blocks[number];
        (self.at.regs, self.count) = (entry.regs, entry.count);
        let flow = self.at.flow;
        let block = &flow.blocks[number];
        if block.header {
            self.at.pc = block.start;
            self.anchor();
        }
        for pc in block.start..block.end {
            self.at.pc = pc;
            self.taken += 1;
            if !self.inst() {
                return;
            }
        }
        if let Some(next) = block.next.first() {
            self.goto(*next);
        }
    }

    /// Ends the block: the loop is over that the function was entered for, and another tier goes on at an instruction. That is no exit that
    /// code should learn from.
    pub(crate) fn over(&mut self, pc: usize) {
        let flow = self.at.flow;
        flow.live[pc].iter().for_each(|reg| self.spill(reg));
        self.store_count();
        let (frame, class) = (self.at.frame, self.classes.frames);
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

    /// The SSA value of a value.
    fn word_of(&mut self, value: Val) -> Value {
        match value {
            Val::Bool(value) | Val::Int(value) | Val::Number(value, _) | Val::Any(value) => value,
            Val::None | Val::Constant(_) => self.boxed(value),
        }
    }

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
        let (window, class) = (self.at.window, self.classes.registers);
        Val::Any(self.b().load(Type::I64, window, i32::from(reg) * VALUE, class))
    }

    pub(crate) fn reg(&self, reg: u16) -> Val {
        self.at.regs[usize::from(reg)]
    }

    pub(crate) fn set(&mut self, reg: u16, value: Val) {
        self.at.regs[usize::from(reg)] = value;
    }

    /// Has the other tiers see a register's value.
    pub(crate) fn spill(&mut self, reg: u16) {
        let value = self.reg(reg);
        if value == Val::None || self.at.kept[usize::from(reg)] {
            return;
        }
        self.spill_value(value, self.at.window, reg);
    }

    /// Stores a value to a register of the frame with a register 0.
    fn spill_value(&mut self, value: Val, window: Value, reg: u16) {
        let (word, class) = (self.boxed(value), self.classes.registers);
        self.b().store(word, window, i32::from(reg) * VALUE, class);
    }

    // Guards and exits.

    /// What was noted about the instruction.
    pub(crate) fn note(&self) -> Note {
        self.at.snapshot.notes[self.at.pc]
    }

    /// Leaves for the other tiers, which execute this instruction, unless the condition holds.
    pub(crate) fn guard(&mut self, holds: Value, reason: Reason) {
        let state = self.state(self.at.pc);
        self.b().guard(holds, state, reason.into());
    }

    /// Lets checks in a loop that begins here be made in front of it, unless one failed there.
    fn anchor(&mut self) {
        if self.note().bits & Note::STAYS == 0 {
            let state = self.state(self.at.pc);
            self.b().anchor(state, Reason::Hoisted.into());
        }
    }

    /// What the other tiers need to go on at an instruction.
    pub(crate) fn state(&mut self, pc: usize) -> State {
        let data = self.state_data(pc);
        // Guards of one state share the code that leaves.
        if let Some(last) = self.last_state.filter(|last| self.body.states[*last] == data) {
            return last;
        }
        let state = self.b().state(data);
        self.last_state = Some(state);
        state
    }

    fn state_data(&self, pc: usize) -> StateData {
        let mut values = vec![self.count.map_or(FrameValue::Dead, FrameValue::Value)];
        let (live, around) = (&self.at.flow.live[pc], self.around.last());
        for (number, value) in self.at.regs.iter().enumerate() {
            values.push(match *value {
                // Who goes on finds the registers of the frame as they are in memory, but for what is named here.
                _ if !live.contains(number as u16) || self.at.kept[number] => FrameValue::Dead,
                Val::None => FrameValue::Dead,
                Val::Constant(bits) => FrameValue::Const(Type::I64, bits),
                Val::Bool(value) | Val::Int(value) | Val::Number(value, _) | Val::Any(value) => {
                    FrameValue::Value(value)
                }
            });
        }
        let parent = around.map(|caller| caller.state);
        if let (Some(caller), Some(function @ FrameValue::Dead)) = (around, values.get_mut(1)) {
            // Who makes the frame looks for the function there.
            *function = FrameValue::Value(caller.function);
        }
        StateData { code: self.at.snapshot.code, offset: pc as u32, values, parent }
    }

    /// Ends the block by leaving for the other tiers.
    pub(crate) fn deopt(&mut self, reason: Reason) {
        let state = self.state(self.at.pc);
        self.deopt_in(state, reason);
    }

    pub(crate) fn deopt_in(&mut self, state: State, reason: Reason) {
        self.b().push(Op::Deopt, None, &[], Imm::Guard { state, reason: reason.into() }, &[]);
    }

    /// Ends the block: the function is over without a value, or goes on elsewhere, as `status` says.
    pub(crate) fn leave(&mut self, status: Value) {
        if let Some(caller) = self.around.last_mut() {
            caller.goes = true;
            let gone = caller.gone;
            return self.b().jump(gone, &[status]);
        }
        let none = self.int(0);
        self.b().ret(&[status, none]);
    }

    /// Ends the block: the function returns.
    pub(crate) fn returned(&mut self, value: Val) {
        let arrival = self.arrival(value);
        if let Some(caller) = self.around.last_mut() {
            return caller.arrivals.push(arrival);
        }
        let word = self.boxed(value);
        self.store_count();
        let status = self.int(RETURNED);
        self.b().ret(&[status, word]);
    }
}

/// The IR's words of numbers are those of values.
const _: () = assert!(NUMBER_TAG == ir::eval::word::INT);
