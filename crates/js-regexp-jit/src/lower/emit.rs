//! The state of lowering, and what all instructions need: control, the stack, memory.

use super::shape::Shape;
use super::tables::Tables;
use crate::frame;
use ir::{AliasClass, AliasClassData, Block, Builder, Func, Function, Imm, IntCond, Module, Op, Type, Value};
use js_regexp::Program;

/// Bytes of a cell.
pub(crate) const CELL: i32 = 8;

/// What a match is while code runs: the place, the first free cell of the stack, the steps that are left of the turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) at: Value,
    pub(crate) sp: Value,
    pub(crate) left: Value,
}

/// Where it goes on after a failure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fail {
    /// With what was pushed last.
    Back,
    /// With the next attempt: nothing was pushed since this one began.
    Attempt,
    /// At this block and place: a lookaround that is not to match has not.
    Behind(Block, Value),
}

/// Kinds of memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classes {
    pub(crate) text: AliasClass,
    pub(crate) stack: AliasClass,
    pub(crate) record: AliasClass,
}

/// Lowers a program for texts of one width.
pub(crate) struct Emitter<'a> {
    pub(crate) program: &'a Program,
    pub(crate) shape: &'a Shape,
    /// Whether units have 16 bits.
    pub(crate) wide: bool,
    pub(crate) tables: Tables,
    pub(crate) module: Module,
    pub(crate) classes: Classes,
    func: Func,
    body: Function,
    pub(crate) block: Block,
    pub(crate) state: State,
    pub(crate) text: Value,
    /// Units of the text.
    pub(crate) length: Value,
    pub(crate) record: Value,
    /// Takes the last way that was pushed, with and without counting a step: `(sp, left)`.
    pub(crate) back: Block,
    pub(crate) dispatch: Block,
    /// An attempt has failed that is the only cell on the stack: `(sp, left)`.
    pub(crate) next_attempt: Block,
    pub(crate) fail: Fail,
    /// Where instructions begin that others lead to.
    pub(crate) starts: Vec<Option<Block>>,
    /// Where labels lead to.
    pub(crate) labels: Vec<Block>,
    label_of: Vec<Option<u32>>,
    /// Cells that may be pushed without a look at the limit.
    pub(crate) room: usize,
    /// Lookarounds that push nothing, around the instruction: the place where they began, and what failures led to.
    pub(crate) looks: Vec<(Value, Fail)>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(program: &'a Program, shape: &'a Shape, wide: bool) -> Emitter<'a> {
        let mut module = Module::default();
        let mut class =
            |name: &str, immutable| module.classes.push(AliasClassData { name: name.to_owned(), immutable });
        let classes = Classes {
            text: class("text", true),
            stack: class("stack", false),
            record: class("record", false),
        };
        let signature = frame::signature();
        let name = "pattern".to_owned();
        let func = module.functions.push(Function { name, signature, ..Function::default() });
        let mut body = module.functions[func].clone();
        let mut b = Builder::new(&mut body);
        let params = b.params().to_vec();
        let block = b.block();
        let [back, dispatch, next_attempt] = [(); 3].map(|()| b.add_block(&[Type::Ptr, Type::I32]));
        let [text, length, at, record] = params[..] else { unreachable!("the signature has four") };
        let count = program.code.len() + 1;
        Emitter {
            program,
            shape,
            wide,
            tables: Tables::default(),
            module,
            classes,
            func,
            body,
            block,
            // The entry sets the others.
            state: State { at, sp: record, left: length },
            text,
            length,
            record,
            back,
            dispatch,
            next_attempt,
            fail: Fail::Back,
            starts: vec![None; count],
            labels: Vec::new(),
            label_of: vec![None; count],
            room: 0,
            looks: Vec::new(),
        }
    }

    /// The module with the function.
    pub(crate) fn finish(mut self) -> (Module, Func, Tables) {
        self.module.functions[self.func] = self.body;
        (self.module, self.func, self.tables)
    }

    pub(crate) fn b(&mut self) -> Builder<'_> {
        Builder::at(&mut self.body, self.block)
    }

    /// How many instructions there are so far.
    pub(crate) fn size(&self) -> usize {
        self.body.insts.len()
    }

    // Values.

    pub(crate) fn int(&mut self, value: i64) -> Value {
        self.b().iconst(Type::I64, value)
    }

    pub(crate) fn small(&mut self, value: u32) -> Value {
        self.b().iconst(Type::I32, i64::from(value as i32))
    }

    pub(crate) fn binary(&mut self, op: Op, a: Value, b: Value) -> Value {
        self.b().binary(op, a, b)
    }

    /// An operation on 64 bits with a constant.
    pub(crate) fn with(&mut self, op: Op, a: Value, b: i64) -> Value {
        let b = self.int(b);
        self.binary(op, a, b)
    }

    pub(crate) fn add(&mut self, a: Value, b: i64) -> Value {
        if b == 0 { a } else { self.with(Op::Iadd, a, b) }
    }

    pub(crate) fn compare(&mut self, cond: IntCond, a: Value, b: Value) -> Value {
        self.b().icmp(cond, a, b)
    }

    /// Compares 32 bits with a constant.
    pub(crate) fn is(&mut self, cond: IntCond, a: Value, b: u32) -> Value {
        let b = self.small(b);
        self.compare(cond, a, b)
    }

    /// An address plus cells.
    pub(crate) fn cells(&mut self, address: Value, cells: i32) -> Value {
        let bytes = self.int(i64::from(cells * CELL));
        self.binary(Op::PtrAdd, address, bytes)
    }

    // Control.

    pub(crate) fn new_block(&mut self, params: &[Type]) -> Block {
        self.b().add_block(params)
    }

    /// A block that has the state for parameters.
    pub(crate) fn state_block(&mut self) -> Block {
        self.new_block(&[Type::I64, Type::Ptr, Type::I32])
    }

    pub(crate) fn param(&mut self, index: usize) -> Value {
        let block = self.block;
        self.b().block_params(block)[index]
    }

    /// Goes on in a block that has the state for parameters.
    pub(crate) fn enter(&mut self, block: Block) {
        self.block = block;
        self.state = State { at: self.param(0), sp: self.param(1), left: self.param(2) };
        self.room = 0;
    }

    pub(crate) fn jump(&mut self, block: Block, args: &[Value]) {
        self.b().jump(block, args);
    }

    /// Ends a block with a jump to one that has the state for parameters.
    pub(crate) fn go(&mut self, block: Block, state: State) {
        self.jump(block, &[state.at, state.sp, state.left]);
    }

    pub(crate) fn branch(&mut self, cond: Value, yes: (Block, &[Value]), no: (Block, &[Value])) {
        self.b().brif(cond, yes, no);
    }

    /// Goes on in a new block if a condition holds, else elsewhere.
    pub(crate) fn unless(&mut self, cond: Value, otherwise: (Block, &[Value])) {
        let block = self.new_block(&[]);
        self.branch(cond, (block, &[]), otherwise);
        self.block = block;
    }

    /// Where a failure leads, in the present state.
    pub(crate) fn failure(&self) -> (Block, Vec<Value>) {
        let State { sp, left, .. } = self.state;
        match self.fail {
            Fail::Back => (self.back, vec![sp, left]),
            Fail::Attempt => (self.next_attempt, vec![sp, left]),
            Fail::Behind(block, at) => (block, vec![at, sp, left]),
        }
    }

    /// Fails unless a condition holds.
    pub(crate) fn require(&mut self, cond: Value) {
        let (block, args) = self.failure();
        self.unless(cond, (block, &args));
    }

    /// Fails if a condition holds.
    pub(crate) fn reject(&mut self, cond: Value) {
        let (failed, args) = self.failure();
        let block = self.new_block(&[]);
        self.branch(cond, (failed, &args), (block, &[]));
        self.block = block;
    }

    pub(crate) fn fail_now(&mut self) {
        let (block, args) = self.failure();
        self.jump(block, &args);
    }

    /// The block where an instruction begins.
    pub(crate) fn start(&mut self, pc: usize) -> Block {
        if let Some(block) = self.starts[pc] {
            return block;
        }
        let block = self.state_block();
        self.starts[pc] = Some(block);
        block
    }

    /// A label that leads to a block with the state for parameters.
    pub(crate) fn new_label(&mut self, block: Block) -> u32 {
        self.labels.push(block);
        self.labels.len() as u32 - 1
    }

    /// The label of an instruction.
    pub(crate) fn label(&mut self, pc: usize) -> u32 {
        if let Some(label) = self.label_of[pc] {
            return label;
        }
        let block = self.start(pc);
        let label = self.new_label(block);
        self.label_of[pc] = Some(label);
        label
    }

    /// Returns a status and a word.
    pub(crate) fn leave(&mut self, status: u64, word: Value) {
        let status = self.int(status as i64);
        self.b().ret(&[status, word]);
    }

    // The stack.

    /// A cell that says where to go on.
    pub(crate) fn way(&mut self, label: u32, at: Value) -> Value {
        self.with(Op::Bor, at, i64::from(label) << 32)
    }

    /// Pushes a cell. Somebody has looked at the limit.
    pub(crate) fn push(&mut self, cell: Value) {
        let (sp, class) = (self.state.sp, self.classes.stack);
        self.b().store(cell, sp, 0, class);
        self.state.sp = self.cells(sp, 1);
    }

    /// Leaves with a status, to go on at a label.
    pub(crate) fn suspend(&mut self, status: u64, label: u32) {
        let cell = self.way(label, self.state.at);
        self.push(cell);
        self.leave_for(status);
    }

    /// Leaves with a status, to go on with what was pushed last.
    pub(crate) fn leave_for(&mut self, status: u64) {
        let zero = self.int(0);
        self.pause(status, zero);
    }

    /// The same with a word.
    pub(crate) fn pause(&mut self, status: u64, word: Value) {
        let State { sp, left, .. } = self.state;
        self.set_word(frame::TOP, sp);
        self.set_word(frame::LEFT, left);
        self.leave(status, word);
    }

    /// Sees to it that so many cells can be pushed, at the beginning of an instruction, before it has done anything.
    pub(crate) fn ensure(&mut self, pc: usize, cells: usize) {
        if self.room >= cells {
            self.room -= cells;
            return;
        }
        let here = self.start_here(pc);
        let (record, class) = (self.record, self.classes.record);
        let limit = self.b().load(Type::Ptr, record, frame::LIMIT as i32 * CELL, class);
        let fits = self.compare(IntCond::Ule, self.state.sp, limit);
        let full = self.cold_block();
        self.unless(fits, (full, &[]));
        self.room = frame::RESERVE - 8 - cells;
        let (state, block) = (self.state, std::mem::replace(&mut self.block, full));
        self.suspend(frame::GROW, here);
        (self.state, self.block) = (state, block);
    }

    /// The label of an instruction that nothing has been done of.
    pub(crate) fn start_here(&mut self, pc: usize) -> u32 {
        if self.starts[pc].is_none() {
            let block = self.start(pc);
            self.go(block, self.state);
            self.enter(block);
        }
        self.label(pc)
    }

    pub(crate) fn cold_block(&mut self) -> Block {
        let block = self.new_block(&[]);
        self.b().func().blocks[block].cold = true;
        block
    }

    /// Counts a step before it goes on at an instruction, which takes one cell when the turn is over.
    pub(crate) fn tick_to(&mut self, pc: usize) {
        let label = self.label(pc);
        let target = self.start(pc);
        let one = self.small(1);
        self.state.left = self.binary(Op::Isub, self.state.left, one);
        let over = self.is(IntCond::Eq, self.state.left, 0);
        let pause = self.cold_block();
        let State { at, sp, left } = self.state;
        self.branch(over, (pause, &[]), (target, &[at, sp, left]));
        self.block = pause;
        self.suspend(frame::POLL, label);
    }

    // The record.

    pub(crate) fn word(&mut self, index: usize, ty: Type) -> Value {
        let (record, class) = (self.record, self.classes.record);
        self.b().load(ty, record, index as i32 * CELL, class)
    }

    pub(crate) fn set_word(&mut self, index: usize, value: Value) {
        let (record, class) = (self.record, self.classes.record);
        self.b().store(value, record, index as i32 * CELL, class);
    }

    fn offset(register: u32) -> i32 {
        frame::REGISTERS as i32 * CELL + register as i32 * 4
    }

    /// A register, 32 bits.
    pub(crate) fn register(&mut self, register: u32) -> Value {
        let (record, class) = (self.record, self.classes.record);
        self.b().load(Type::I32, record, Self::offset(register), class)
    }

    /// Sets a register, which nothing undoes.
    pub(crate) fn set_register(&mut self, register: u32, value: Value) {
        let (record, class) = (self.record, self.classes.record);
        self.b().store(value, record, Self::offset(register), class);
    }

    /// Sets a register that is as before after a failure. Takes a cell.
    pub(crate) fn save(&mut self, register: u32, value: Value) {
        let old = self.register(register);
        let cell = self.undo(register, old);
        self.push(cell);
        self.set_register(register, value);
    }

    pub(crate) fn undo(&mut self, register: u32, old: Value) -> Value {
        let old = self.b().unary(Op::Zext, old);
        self.with(Op::Bor, old, i64::from(frame::UNDO | register) << 32)
    }

    /// The lower half of a word.
    pub(crate) fn narrow(&mut self, word: Value) -> Value {
        self.b().unary(Op::Wrap, word)
    }

    // The text.

    /// The address of a unit.
    pub(crate) fn unit_address(&mut self, at: Value) -> Value {
        let bytes = if self.wide { self.with(Op::Ishl, at, 1) } else { at };
        let text = self.text;
        self.binary(Op::PtrAdd, text, bytes)
    }

    /// The unit so many units behind a place, as 32 bits.
    pub(crate) fn unit(&mut self, at: Value, offset: i32) -> Value {
        let address = self.unit_address(at);
        let (op, width) = if self.wide { (Op::LoadU16, 2) } else { (Op::LoadU8, 1) };
        let imm = Imm::Mem { offset: offset * width, class: self.classes.text };
        self.b().with_imm(op, Some(Type::I32), &[address], imm)
    }

    /// An address that is known.
    pub(crate) fn address(&mut self, address: usize) -> Value {
        self.b().with_imm(Op::Pconst, None, &[], Imm::Int(address as i64))
    }
}
