//! The state of lowering, and what all instructions need: values in memory, guards, ways between blocks, the interpreter's help.

use crate::flow::Flow;
use crate::function::Fiber;
use crate::keeps::Keeps;
use crate::kinds::Kinds;
use crate::runtime::{Classes, DEAD, Functions, Reason, THREW};
use crate::tables::Found;
use crate::value::{Kind, Val, as_int};
use heap::Header;
use ir::{
    AliasClass, Block, Builder, Entity, FloatCond, FrameValue, Func, Function, Imm, IntCond, Module, Op,
    State, StateData, Type, Value,
};
use sox_bytecode::feedback::Feedback;
use sox_rt::{Frame, Tag};

/// The distance from an object's handle to the object.
pub(crate) const OBJECT: i32 = size_of::<Header>() as i32;
/// Bytes of a value.
pub(crate) const VALUE: i32 = size_of::<sox_rt::Value>() as i32;
/// Offsets in a value.
pub(crate) const PAYLOAD: i32 = sox_rt::Value::PAYLOAD_OFFSET as i32;

/// What is known where a block begins.
#[derive(Clone, Debug)]
struct Entry {
    regs: Vec<Val>,
    count: Option<Value>,
    recorded: bool,
    found: Option<Found>,
}

/// Lowers one function.
pub(crate) struct Emitter<'a> {
    pub(crate) feedback: &'a Feedback,
    fiber: &'a Fiber,
    keeps: &'a Keeps,
    flow: &'a Flow,
    kinds: &'a [Kinds],
    pub(crate) module: Module,
    pub(crate) classes: Classes,
    pub(crate) functions: Functions,
    func: Func,
    /// Its body, until it is complete.
    body: Function,
    /// The numbers of the code of the module's functions.
    codes: Vec<u32>,
    /// The number of the function's code.
    code: u32,
    blocks: Vec<Block>,
    entries: Vec<Option<Entry>>,
    block: Block,
    /// The instruction being lowered.
    pub(crate) pc: usize,
    pub(crate) regs: Vec<Val>,
    /// The countdown, in functions with loops.
    pub(crate) count: Option<Value>,
    /// The frame record is complete but for where it is.
    recorded: bool,
    /// The entry that was looked for last, while nothing that is called could change where it is.
    pub(crate) found: Option<Found>,
    pub(crate) frame: Value,
    pub(crate) window: Value,
    pub(crate) closure: Value,
    /// Objects out of globals that were steady and could not be set since: their slots.
    pub(crate) steady: Vec<(Value, usize)>,
    /// Numbers of closures' code and of natives.
    pub(crate) numbers: Vec<(Value, u32)>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(
        feedback: &'a Feedback,
        (fiber, keeps): (&'a Fiber, &'a Keeps),
        flow: &'a Flow,
        kinds: &'a [Kinds],
        (module, classes, functions): (Module, Classes, Functions),
        (func, codes): (Func, Vec<u32>),
    ) -> Emitter<'a> {
        let mut body = module.functions[func].clone();
        let builder = Builder::new(&mut body);
        let params = builder.params().to_vec();
        let block = builder.block();
        Emitter {
            feedback,
            fiber,
            keeps,
            flow,
            kinds,
            module,
            classes,
            functions,
            func,
            body,
            codes,
            code: feedback.code(),
            blocks: Vec::new(),
            entries: vec![None; flow.blocks.len()],
            block,
            pc: flow.blocks[0].start,
            regs: vec![Val::None; kinds[0].len()],
            count: None,
            recorded: false,
            found: None,
            frame: params[0],
            window: params[1],
            closure: params[2],
            steady: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// The module, and the numbers of its functions' code.
    pub(crate) fn finish(mut self) -> (Module, Vec<u32>) {
        self.module.functions[self.func] = self.body;
        (self.module, self.codes)
    }

    pub(crate) fn b(&mut self) -> Builder<'_> {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        builder
    }

    /// Control comes in: the frame of a call is counted, registers are taken from where they are.
    pub(crate) fn entry(&mut self, kinds: &Kinds, within: bool) {
        if within {
            self.recorded = true;
            self.count = Some(self.countdown());
        } else {
            let loops = self.flow.blocks.iter().any(|block| block.header);
            let count = self.begin();
            self.count = loops.then_some(count);
        }
        self.take_registers(kinds);
    }

    /// Takes registers from where callers leave them.
    fn take_registers(&mut self, kinds: &Kinds) {
        let live = self.flow.live[self.pc];
        for reg in live.iter() {
            let at = usize::from(reg);
            self.regs[at] = match kinds[at] {
                Kind::None => Val::None,
                Kind::Object(tag) => Val::Object(tag, self.closure),
                _ => self.slot(reg),
            };
        }
    }

    /// Lowers all blocks.
    pub(crate) fn blocks(&mut self) {
        self.blocks = (0..self.flow.blocks.len()).map(|_| self.b().add_block(&[])).collect();
        self.goto(0);
        for number in 0..self.flow.blocks.len() {
            let Some(entry) = self.entries[number].clone() else { continue };
            self.block = self.blocks[number];
            (self.regs, self.count, self.recorded) = (entry.regs, entry.count, entry.recorded);
            self.found = entry.found;
            self.steady.clear();
            let flow = self.flow;
            let block = &flow.blocks[number];
            let mut open = true;
            for pc in block.start..block.end {
                self.pc = pc;
                open = self.inst(number);
                if !open {
                    break;
                }
            }
            if open && let Some(next) = block.next.first() {
                self.goto(*next);
            }
        }
        // Blocks that are not reached after all are not entered.
        let empty = |block: &Block| !self.body.blocks[*block].insts.is_empty();
        let order = self.body.order.iter().copied().filter(empty).collect();
        self.body.order = order;
    }

    // Constants and memory.

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
    fn slot(&mut self, reg: u8) -> Val {
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

    // Guards and exits.

    /// Whether a tag is one.
    pub(crate) fn is_tag(&mut self, tag: Value, wanted: Tag) -> Value {
        let wanted = self.int(wanted as u64);
        self.b().icmp(IntCond::Eq, tag, wanted)
    }

    /// Leaves for the interpreter, which executes this instruction, unless the condition holds.
    pub(crate) fn guard(&mut self, holds: Value, reason: Reason) {
        let state = self.state(self.pc);
        self.b().guard(holds, state, reason.into());
    }

    /// What the interpreter needs to go on at an instruction.
    pub(crate) fn state(&mut self, pc: usize) -> State {
        let dead = FrameValue::Const(Type::I64, DEAD);
        let count = self.count.map_or(FrameValue::Dead, FrameValue::Value);
        let mut values: Vec<FrameValue> =
            [self.frame, self.window, self.closure].map(FrameValue::Value).to_vec();
        values.push(count);
        let live = self.flow.live[pc];
        for (number, value) in self.regs.iter().enumerate() {
            let tag = |tag: Tag| FrameValue::Const(Type::I64, tag as u64);
            let (tag, payload) = match *value {
                _ if !live.contains(number as u8) => (dead, FrameValue::Dead),
                Val::None => (dead, FrameValue::Dead),
                Val::Nil => (tag(Tag::Nil), FrameValue::Dead),
                // Of these the payload's type says what it is.
                Val::Bool(value) | Val::Int(value) | Val::Number(value) => {
                    (tag(Tag::Number), FrameValue::Value(value))
                }
                Val::Object(kind, handle) => (tag(kind), FrameValue::Value(handle)),
                Val::Any(tag, payload) => (FrameValue::Value(tag), FrameValue::Value(payload)),
            };
            values.extend([tag, payload]);
        }
        let data = StateData { code: self.code, offset: pc as u32, values, parent: None };
        self.b().state(data)
    }

    /// Ends the block by leaving for the interpreter.
    pub(crate) fn deopt(&mut self, pc: usize, reason: Reason) {
        let state = self.state(pc);
        self.b().push(Op::Deopt, None, &[], Imm::Guard { state, reason: reason.into() }, &[]);
    }

    /// Whether this function may handle what is thrown here.
    pub(crate) fn handled(&self) -> bool {
        let pc = self.pc as u32;
        self.feedback.function().handlers.iter().any(|each| (each.start..each.end).contains(&pc))
    }

    /// Ends the block: something was thrown.
    pub(crate) fn threw(&mut self) {
        if self.handled() {
            // What is alive here is so in the handler.
            let count = self.count.take();
            self.deopt(self.pc, Reason::Thrown);
            self.count = count;
            return;
        }
        let (tag, none) = (self.int(THREW), self.int(0));
        self.b().ret(&[tag, none]);
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

    /// The block that instructions are put into.
    pub(crate) fn block(&self) -> Block {
        self.block
    }

    pub(crate) fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    pub(crate) fn params(&self, block: Block) -> Vec<Value> {
        self.body.blocks[block].params.to_vec()
    }

    /// Goes to a block if a condition holds, and on with a new one if not.
    pub(crate) fn unless(&mut self, cond: Value, block: Block) {
        let on = self.new_block(&[]);
        self.b().brif(cond, (block, &[]), (on, &[]));
        self.switch_to(on);
    }

    /// Goes to one of two new blocks and ends up in the first; the second is cold.
    pub(crate) fn unlikely(&mut self, cond: Value) -> Block {
        let off = self.cold_block();
        self.unless(cond, off);
        off
    }

    /// In the given block, which is entered when something was thrown: out of here. Comes back to the current block.
    pub(crate) fn throws_in(&mut self, block: Block) {
        let here = self.block;
        self.switch_to(block);
        self.threw();
        self.switch_to(here);
    }

    /// Whether a block is only ever entered from one place, and so needs no parameters.
    fn is_single(&self, number: usize) -> bool {
        let block = &self.flow.blocks[number];
        let ways = block.from.len() + usize::from(number == 0);
        ways == 1 && !block.header
    }

    /// Ends the block: on with a block of the bytecode.
    pub(crate) fn goto(&mut self, number: usize) {
        let to = self.blocks[number];
        if self.is_single(number) {
            let (regs, count) = (self.regs.clone(), self.count);
            self.entries[number] = Some(Entry { regs, count, recorded: self.recorded, found: self.found });
            self.b().jump(to, &[]);
            return;
        }
        if self.entries[number].is_none() {
            self.open(number);
        }
        let args = self.arguments(number);
        self.b().jump(to, &args);
        let recorded = self.recorded;
        // Around a loop the record stays what it is.
        if let Some(entry) = &mut self.entries[number] {
            entry.recorded &= recorded;
        }
    }

    /// Gives a block its parameters.
    fn open(&mut self, number: usize) {
        let block = self.blocks[number];
        let mut regs = vec![Val::None; self.regs.len()];
        let live = self.flow.live[self.flow.blocks[number].start];
        for reg in live.iter() {
            let mut param = |ty| self.body.add_param(block, ty);
            regs[usize::from(reg)] = match self.kinds[number][usize::from(reg)] {
                Kind::None => Val::None,
                Kind::Nil => Val::Nil,
                Kind::Bool => Val::Bool(param(Type::Bool)),
                Kind::Int => Val::Int(param(Type::I32)),
                Kind::Number => Val::Number(param(Type::F64)),
                Kind::Object(tag) => Val::Object(tag, param(Type::I64)),
                Kind::Any => Val::Any(param(Type::I64), param(Type::I64)),
            };
        }
        let count = self.count.map(|_| self.body.add_param(block, Type::I32));
        self.entries[number] = Some(Entry { regs, count, recorded: true, found: None });
    }

    /// The values for a block's parameters.
    fn arguments(&mut self, number: usize) -> Vec<Value> {
        let pc = self.flow.blocks[number].start;
        let live = self.flow.live[pc];
        let mut args = Vec::new();
        for reg in live.iter() {
            let kind = self.kinds[number][usize::from(reg)];
            let value = self.coerced(self.reg(reg), kind, pc);
            self.set(reg, value);
            match value {
                Val::None | Val::Nil => {}
                Val::Bool(value) | Val::Int(value) | Val::Number(value) | Val::Object(_, value) => {
                    args.push(value);
                }
                Val::Any(tag, payload) => args.extend([tag, payload]),
            }
        }
        args.extend(self.count);
        args
    }

    /// A value as one of a kind; where it is not, the interpreter goes on at `pc`.
    fn coerced(&mut self, value: Val, kind: Kind, pc: usize) -> Val {
        match (value, kind) {
            (value, kind) if value.kind() == kind => value,
            (_, Kind::None) => Val::None,
            (value, Kind::Any) => {
                let (tag, payload) = self.boxed(value);
                Val::Any(tag, payload)
            }
            (Val::Int(_), Kind::Number) => Val::Number(self.float(value)),
            (Val::Any(tag, payload), kind) => self.checked(tag, payload, kind, pc),
            (value, kind) => {
                // The analysis knew less than there is to know, or this way is never taken.
                let (tag, payload) = self.boxed(value);
                self.checked(tag, payload, kind, pc)
            }
        }
    }

    /// A value that is checked on the way into a block.
    fn checked(&mut self, tag: Value, payload: Value, kind: Kind, pc: usize) -> Val {
        let wanted = match kind {
            Kind::Nil => Tag::Nil,
            Kind::Object(tag) => tag,
            Kind::Bool => return self.checked_bool(tag, pc),
            _ => Tag::Number,
        };
        let holds = self.is_tag(tag, wanted);
        let state = self.state(pc);
        self.b().guard(holds, state, Reason::Loop.into());
        match kind {
            Kind::Nil => Val::Nil,
            Kind::Object(tag) => Val::Object(tag, payload),
            Kind::Int => {
                let number = self.b().unary(Op::BitsToF64, payload);
                let imm = Imm::Guard { state, reason: Reason::Loop.into() };
                Val::Int(self.b().with_imm(Op::F64ToI32Guard, None, &[number], imm))
            }
            _ => Val::Number(self.b().unary(Op::BitsToF64, payload)),
        }
    }

    fn checked_bool(&mut self, tag: Value, pc: usize) -> Val {
        let first = self.int(Tag::False as u64);
        let from_first = self.b().binary(Op::Isub, tag, first);
        let count = self.int(2);
        let holds = self.b().icmp(IntCond::Ult, from_first, count);
        let state = self.state(pc);
        self.b().guard(holds, state, Reason::Loop.into());
        Val::Bool(self.is_tag(tag, Tag::True))
    }

    /// Ends the block: to one of two blocks of the bytecode.
    pub(crate) fn branch(&mut self, cond: Value, then: usize, other: usize) {
        let (yes, no) = (self.new_block(&[]), self.new_block(&[]));
        self.b().brif(cond, (yes, &[]), (no, &[]));
        let (regs, count, recorded) = (self.regs.clone(), self.count, self.recorded);
        self.switch_to(yes);
        self.way(then);
        (self.regs, self.count, self.recorded) = (regs, count, recorded);
        self.switch_to(no);
        self.way(other);
    }

    /// Ends the block: to a block that may lie behind.
    pub(crate) fn way(&mut self, number: usize) {
        if self.flow.blocks[number].start <= self.pc
            && let Some(count) = self.count
        {
            let at = self.flow.blocks[number].start;
            let pc = std::mem::replace(&mut self.pc, at);
            let counted = self.counted(count);
            self.count = Some(counted);
            self.pc = pc;
        }
        self.goto(number);
    }

    /// Counts one round: the countdown then.
    fn counted(&mut self, count: Value) -> Value {
        let one = self.b().iconst(Type::I32, 1);
        let less = self.b().binary(Op::Isub, count, one);
        let zero = self.b().iconst(Type::I32, 0);
        let over = self.b().icmp(IntCond::Slt, less, zero);
        let joined = self.new_block(&[Type::I32]);
        let poll = self.unlikely(over);
        self.b().jump(joined, &[less]);
        let recorded = self.recorded;
        self.switch_to(poll);
        self.record();
        // Early exits may have taken it below 0.
        self.store_countdown(count);
        let (frame, pc) = (self.frame, self.int(self.pc as u64));
        let status = self.runtime(self.functions.poll, &[frame, pc]);
        let zero = self.int(0);
        let stopped = self.b().icmp(IntCond::Ne, status, zero);
        let out = self.unlikely(stopped);
        let count = self.countdown();
        self.b().jump(joined, &[count]);
        self.switch_to(out);
        // What ends a program from outside goes by all handlers.
        let (tag, none) = (self.int(THREW), self.int(0));
        self.b().ret(&[tag, none]);
        self.recorded = recorded;
        self.switch_to(joined);
        self.params(joined)[0]
    }

    // The frame, the countdown, the interpreter.

    /// The countdown as it is in memory.
    pub(crate) fn countdown(&mut self) -> Value {
        let (address, offset) = self.limit(self.fiber.countdown);
        self.load(Type::I32, address, offset, self.classes.countdown)
    }

    /// Has others see the countdown.
    pub(crate) fn store_count(&mut self) {
        if let Some(count) = self.count {
            self.store_countdown(count);
        }
    }

    pub(crate) fn store_countdown(&mut self, count: Value) {
        let (address, offset) = self.limit(self.fiber.countdown);
        let class = self.classes.countdown;
        self.b().store(count, address, offset, class);
    }

    /// Others may have counted.
    pub(crate) fn reload_count(&mut self) {
        if self.count.is_some() {
            self.count = Some(self.countdown());
        }
    }

    /// Up to where the registers of a callee may start.
    pub(crate) fn reach(&mut self) -> Value {
        let (address, offset) = self.limit(self.fiber.reach);
        self.load(Type::I64, address, offset, self.classes.limits)
    }

    /// Where one of the fiber's limits is: they lie together, so that one constant leads to both of them.
    fn limit(&mut self, address: u64) -> (Value, i32) {
        match i32::try_from(address.wrapping_sub(self.fiber.reach) as i64) {
            Ok(offset) => (self.address(self.fiber.reach), offset),
            Err(_) => (self.address(address), 0),
        }
    }

    /// Completes the frame record but for where it is, which runtime functions are told.
    pub(crate) fn record(&mut self) {
        if !std::mem::replace(&mut self.recorded, true) {
            self.write_record();
        }
    }

    /// Completes the frame record.
    pub(crate) fn record_place(&mut self) {
        if std::mem::replace(&mut self.recorded, true) {
            self.write_place();
        } else {
            self.write_record();
        }
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// Here the record is complete only if it is also so on another way.
    pub(crate) fn forget_record(&mut self, recorded: bool) {
        self.recorded &= recorded;
    }

    fn write_record(&mut self) {
        let (frame, window, closure) = (self.frame, self.window, self.closure);
        let class = self.classes.records;
        self.b().store(closure, frame, Frame::CLOSURE_OFFSET as i32, class);
        self.b().store(window, frame, Frame::REGS_OFFSET as i32, class);
        self.write_place();
    }

    fn write_place(&mut self) {
        let place = self.int(u64::from(self.code) | (self.pc as u64 + 1) << 32);
        let (frame, class) = (self.frame, self.classes.records);
        self.b().store(place, frame, Frame::CODE_OFFSET as i32, class);
    }

    /// Does something on a way that few take: what it finds out about registers and the frame does not hold elsewhere.
    pub(crate) fn apart<T>(&mut self, does: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.regs.clone(), self.count, self.recorded);
        let result = does(self);
        (self.regs, self.count, self.recorded) = before;
        result
    }

    pub(crate) fn runtime(&mut self, function: ir::Runtime, args: &[Value]) -> Value {
        if function != self.functions.wrote {
            self.found = None;
            self.steady.clear();
        }
        self.runtime_results(function, args)[0]
    }

    pub(crate) fn runtime_results(&mut self, function: ir::Runtime, args: &[Value]) -> Vec<Value> {
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        builder.call_runtime(&self.module, function, args, false).to_vec()
    }

    /// Calls compiled code, or what is in its place; tag and payload.
    pub(crate) fn call(&mut self, code: u32, args: &[Value; 3]) -> (Value, Value) {
        let func = self.callee(code);
        self.found = None;
        let state = self.waiting();
        let mut builder = Builder::at(&mut self.body, self.block);
        builder.set_position(self.pc as u32);
        let results = builder.call_with_state(&self.module, func, args, false, state);
        let global = self.steady.iter().find(|(handle, _)| *handle == args[2]);
        if self.keeps.globals(code, global.map(|(_, slot)| (self.feedback.globals, *slot))) {
            builder.keeps(&results, self.classes.watched);
        } else {
            self.steady.clear();
        }
        (results[0], results[1])
    }

    /// This frame while it waits for the function that it calls: the result comes to R[A].
    fn waiting(&mut self) -> State {
        let pc = self.pc;
        let result = usize::from(self.feedback.function().code[pc].a());
        let count = self.count.take();
        let state = self.state(pc + 1);
        self.count = count;
        let values = &mut self.body.states[state].values;
        values[4 + 2 * result] = FrameValue::Result(0);
        values[5 + 2 * result] = FrameValue::Result(1);
        state
    }

    fn callee(&mut self, code: u32) -> Func {
        if let Some(index) = self.codes.iter().position(|known| *known == code) {
            return Func::from_index(index);
        }
        self.codes.push(code);
        let (name, signature) = (format!("sox{code}"), crate::signature());
        self.module.functions.push(Function { name, signature, ..Function::default() })
    }

    /// Has the interpreter execute this instruction: the registers it reads are stored, its status comes back. What it throws
    /// leads out of here.
    pub(crate) fn step(&mut self) -> Value {
        let inst = self.feedback.function().code[self.pc];
        let Some(op) = inst.op() else { return self.int(0) };
        let effect = crate::operands::effect(&self.feedback.module, inst, op);
        effect.reads.iter().for_each(|reg| self.spill(reg));
        self.record();
        let calls = op.effect() == sox_bytecode::Effect::Calls;
        // What it throws may end this function.
        self.store_count();
        let (frame, pc) = (self.frame, self.int(self.pc as u64));
        let status = self.runtime(self.functions.step, &[frame, pc]);
        let two = self.int(2);
        let thrown = self.b().icmp(IntCond::Eq, status, two);
        let out = self.unlikely(thrown);
        self.throws_in(out);
        if calls {
            self.reload_count();
        }
        status
    }

    /// Has the interpreter execute this instruction, and takes over what it wrote.
    pub(crate) fn stepped(&mut self) {
        let inst = self.feedback.function().code[self.pc];
        let Some(op) = inst.op() else { return };
        self.step();
        let effect = crate::operands::effect(&self.feedback.module, inst, op);
        effect.writes.iter().for_each(|reg| self.reload(reg));
        if let (Some(tag), Val::Any(_, handle)) = (crate::kinds::made(op), self.reg(inst.a())) {
            self.set(inst.a(), Val::Object(tag, handle));
        }
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
