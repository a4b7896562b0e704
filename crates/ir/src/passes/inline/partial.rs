//! Partial inlining: the tests that a callee starts with, and what it returns at once when one holds, in front of a call.
//!
//! Half the calls of a function that calls itself twice end at such a test; with a copy of it where they are made, those need
//! no frame.

use crate::builder::Builder;
use crate::entity::{Block, Func, Value};
use crate::function::{Function, Imm, Target, Values};
use crate::ops::{Effect, Op};

/// Most instructions that are copied, but for constants.
const MOST: u32 = 12;

/// What stands in front of a call of the callee.
pub(super) struct Quick {
    /// Tests as the callee does, returns where the callee does so at once, and calls it otherwise.
    pub(super) body: Function,
    /// Instructions but for constants.
    pub(super) size: u32,
    /// Whether the callee polls on the way.
    pub(super) polls: bool,
}

impl Quick {
    /// The tests at the start of the callee, when there are any.
    pub(super) fn of(callee: &Function, name: Func) -> Option<Quick> {
        let mut way = Way::default();
        let mut found = None;
        let mut next = Some(callee.entry());
        while let Some(here) = next {
            next = way.walk(callee, here);
            if let Some(rest) = way.rest.take() {
                found = Some((way.clone(), rest));
            }
        }
        let (way, (from, edge)) = found?;
        let mut body = callee.clone();
        let rest = body.add_block();
        let last = body.terminator(from);
        body.insts[last].targets_mut()[edge] = Target { block: rest, args: Values::new() };
        body.order = way.blocks.into_iter().chain([rest]).collect();
        let args: Vec<Value> = body.blocks[callee.entry()].params.to_vec();
        let results = body.signature.results.clone();
        let mut b = Builder::at(&mut body, rest);
        let call = Imm::Func { func: name, catches: false, state: None, keeps: None };
        let call = b.push(Op::Call, None, &args, call, &results);
        let results = b.func().insts[call].results.clone();
        b.ret(&results);
        Some(Quick { body, size: way.size, polls: way.polls })
    }
}

/// Blocks from the entry on that only compute and test.
#[derive(Clone, Default)]
struct Way {
    /// The entry first.
    blocks: Vec<Block>,
    size: u32,
    polls: bool,
    /// The edge to the rest of the function, when the last block tests and returns on the other side.
    rest: Option<(Block, usize)>,
}

impl Way {
    /// Goes through one more block; the one to go on in, if any.
    fn walk(&mut self, func: &Function, here: Block) -> Option<Block> {
        self.take(func, here)?;
        let last = &func.insts[func.terminator(here)];
        match last.op {
            Op::Jump => Some(last.targets()[0].block),
            Op::Brif => {
                let sides: Vec<Option<Way>> =
                    last.targets().iter().map(|side| self.clone().returns(func, side.block)).collect();
                let (quick, slow) = match &sides[..] {
                    [Some(way), None] => (way, 1),
                    [None, Some(way)] => (way, 0),
                    _ => return None,
                };
                *self = quick.clone();
                self.rest = Some((here, slow));
                Some(last.targets()[slow].block)
            }
            _ => None,
        }
    }

    /// Takes a block along; `None` when it does more than compute and test.
    fn take(&mut self, func: &Function, block: Block) -> Option<()> {
        if self.blocks.contains(&block) {
            return None;
        }
        self.blocks.push(block);
        for inst in &func.blocks[block].insts {
            let data = &func.insts[*inst];
            match data.op.effect() {
                Effect::Pure | Effect::Read => self.size += u32::from(!data.args.is_empty()),
                Effect::Terminator if matches!(data.op, Op::Jump | Op::Brif | Op::Return) => self.size += 1,
                Effect::Poll => self.polls = true,
                _ => return None,
            }
        }
        (self.size <= MOST).then_some(())
    }

    /// The way with a block and those behind it that lead to a `return` and nowhere else.
    fn returns(mut self, func: &Function, block: Block) -> Option<Way> {
        let mut next = block;
        loop {
            self.take(func, next)?;
            let last = &func.insts[func.terminator(next)];
            match last.op {
                Op::Return => return Some(self),
                Op::Jump => next = last.targets()[0].block,
                _ => return None,
            }
        }
    }
}
