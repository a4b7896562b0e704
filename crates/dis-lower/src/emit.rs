//! The state of lowering, the order in which things are lowered, and checks.

mod inline;
mod memory;
mod step;
mod ways;

use crate::Request;
use crate::bits::Bits;
use crate::blank::Range;
use crate::flow::Flow;
use crate::runtime::{ANCHOR, CHECK, Classes, Functions};
use crate::slots::Slots;
use dis_vm::tier::{self, Inst, Snapshot, TypeInfo};
use ir::{
    Block, Builder, Entity, FrameValue, Func, Function, Module, Op as Ir, Reason, State, StateData, Type,
    Value,
};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// What an address in a slot is known to lead to. That holds wherever the slot has the address and nothing was freed since.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    /// The slot's offset.
    pub(crate) at: u32,
    /// The element's type.
    pub(crate) ty: Rc<TypeInfo>,
    /// The address, and as one of the host.
    pub(crate) address: Value,
    pub(crate) host: Value,
    /// How many objects had been freed.
    pub(crate) freed: Value,
    /// Whether there was no step since, on any way here: only steps free objects.
    pub(crate) fresh: bool,
}

/// A frame being filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filling {
    /// The slot that has its address, and its type; all ones and 0 when that is not known.
    pub(crate) at: u32,
    pub(crate) ty: u32,
    /// The top of the stack below it.
    pub(crate) below: Value,
    /// Where it is, if it was made here: behind the own frame in the same part of the stack, and native calls do not become too deep.
    pub(crate) here: Option<Value>,
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

/// How a function that is inlined goes back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inlined {
    /// To this block, with what is left of the quantum.
    pub(crate) back: Block,
    /// The caller's frame, and where in that the result goes: so many bytes, none of a reference, or a reference.
    pub(crate) fp: Value,
    pub(crate) result: Option<(u32, u32, bool)>,
    /// Whether it belongs to another module than the caller.
    pub(crate) other: bool,
    /// How much of the quantum is needed behind it up to the next look, if that is asked for where it begins.
    pub(crate) behind: u32,
    /// An instruction needs the interpreter: this cannot be inlined.
    pub(crate) failed: bool,
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
    pub(crate) flow: Rc<Flow>,
    pub(crate) slots: Rc<Slots>,
    pub(crate) module: Module,
    pub(crate) classes: Classes,
    pub(crate) functions: Functions,
    pub(crate) begins: Vec<(u32, u32)>,
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
    /// Where the frame's record is.
    pub(crate) own: Value,
    /// What the caller says of the result, and the address that it says it of, where the function has no other: `frames.rs`.
    pub(crate) room: Value,
    pub(crate) result: Option<Value>,
    pub(crate) mp: Value,
    counts: [usize; 2],
    /// Whose blocks are inlined at this time.
    pub(crate) inlined: Option<Inlined>,
    /// Functions that cannot be inlined.
    pub(crate) refused: BTreeSet<(u32, u32)>,
    /// What functions that are called need of their frames.
    pub(crate) needs: HashMap<(u32, u32), Rc<[Range]>>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(
        request: &'a Request<'a>,
        flow: Flow,
        slots: Slots,
        module: Module,
        (classes, functions): (Classes, Functions),
    ) -> Emitter<'a> {
        let snapshot = request.snapshot;
        let mut body = module.functions[Func::from_index(0)].clone();
        let builder = Builder::new(&mut body);
        let params = builder.params().to_vec();
        let block = builder.block();
        let (count, entries) = (slots.list.len(), vec![None; flow.blocks.len()]);
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
            flow: Rc::new(flow),
            slots: Rc::new(slots),
            module,
            classes,
            functions,
            begins: vec![(snapshot.code, snapshot.entry)],
            body,
            blocks: Vec::new(),
            entries,
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
            inlined: None,
            refused: BTreeSet::new(),
            needs: HashMap::new(),
        }
    }

    /// Lowers the whole function. The results are the module, what its functions begin with, and counts of instructions.
    pub(crate) fn function(mut self) -> (Module, Vec<(u32, u32)>, [usize; 2]) {
        self.blocks = (0..self.flow.blocks.len()).map(|_| self.b().add_block(&[])).collect();
        self.entry();
        self.all_blocks();
        let filled = |block: &Block| !self.body.blocks[*block].insts.is_empty();
        self.body.order = self.body.order.iter().copied().filter(filled).collect();
        self.module.functions[Func::from_index(0)] = self.body;
        (self.module, self.begins, self.counts)
    }

    /// Lowers the blocks that there is a way to.
    fn all_blocks(&mut self) {
        for number in 0..self.flow.blocks.len() {
            let Some(known) = self.entries[number].clone() else { continue };
            self.block = self.blocks[number];
            self.known = known;
            self.one_block(number);
        }
    }

    /// Loads what matters where the function begins.
    fn enter(&mut self) {
        let (base, frame, mp) = (self.base(), self.frame, self.module_data());
        self.fp = self.b().unary(Ir::IntToPtr, frame);
        self.mp = self.b().binary(Ir::PtrAdd, base, mp);
        self.enter_frame();
        let live: Vec<usize> = self.slots.live.get(&self.pc).map_or(Vec::new(), |live| live.iter().collect());
        for slot in live {
            let value = self.load_slot(slot);
            self.known.values[slot] = Some(value);
        }
    }

    /// The address of the data of the module that runs. It stays the same in a function.
    pub(crate) fn module_data(&mut self) -> Value {
        let other = self.inlined.is_some_and(|inlined| inlined.other);
        let class = if other { self.classes.shared } else { self.classes.steady };
        self.shared(tier::shared::MP, class)
    }

    fn entry(&mut self) {
        self.enter();
        self.result = self.slots.result.and_then(|slot| self.known.values[slot]);
        if self.flow.is_nested() && !self.request.unanchored.contains(&(self.snapshot.code, self.pc)) {
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
        let flow = Rc::clone(&self.flow);
        let block = &flow.blocks[number];
        self.pc = block.insts[0];
        let length = block.length + self.inlined.map_or(0, |inlined| inlined.behind);
        self.length = length;
        if block.header && !self.request.unanchored.contains(&(self.snapshot.code, self.pc)) {
            let state = self.state(self.pc);
            self.b().anchor(state, Reason(ANCHOR));
        }
        if block.looks {
            self.look(self.pc, length);
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
        let stepped = self.request.stepped.contains(&(self.snapshot.code, pc));
        let native = if stepped { None } else { self.native() };
        self.counts[usize::from(native.is_none())] += 1;
        match native {
            Some(open) => open,
            None if self.inlined.is_some() => {
                self.inlined.iter_mut().for_each(|inlined| inlined.failed = true);
                false
            }
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
}
