//! The state of lowering, and what all instructions need: values in memory, guards, ways between blocks, the interpreter's help.

mod exits;
mod frame;
mod memory;
mod ways;

use crate::flow::Flow;
use crate::function::Fiber;
use crate::keeps::Keeps;
use crate::kinds::Kinds;
use crate::runtime::{Classes, Functions};
use crate::tables::Found;
use crate::value::{Kind, Val};
use heap::Header;
use ir::{Block, Builder, Func, Function, Module, Value};
use sox_bytecode::feedback::Feedback;

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
}
