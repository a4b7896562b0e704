//! Guards: cold blocks that fill the frame buffer, and the exit that they share.
//!
//! Each frame state has a block that stores what it needs into a stack slot, the frame buffer; guards with that state, which may leave for
//! several reasons, pass their place to it, and it hands that on to a block that the states near it share, which calls `deopt` and hands back
//! what that made of the activation. Against a call in every cold block this
//! halves code size at equal speed, and against passing live values as block arguments it keeps register allocation linear.
//!
//! States near one another name mostly the same values, and a few that were just computed. What they have in common is stored by blocks
//! that they share, too: a block for each set of it.

use super::{Lower, Lowered, OWN, Share};
use crate::Declined;
use crate::context::ContextLayout;
use crate::emit::NAME_CODE_COOKIE;
use crate::output::{Site, SiteFrame, SiteObject, Where};
use crate::signature::{self, word_types};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, StackSlotData, StackSlotKind, types};
use ir::{FrameValue, Imm, InstData, Reason, State, Type, Value, Virtual};
use std::collections::{BTreeMap, BTreeSet};

/// The exit sites of a lowered function.
#[derive(Default)]
pub(crate) struct ExitTable {
    pub(crate) sites: Vec<Site>,
    pub(crate) buffer_words: u32,
}

/// Exits so far.
#[derive(Default)]
pub(super) struct Exits {
    sites: Vec<Site>,
    /// Sites by what they do: guards with one state and reason share a block.
    blocks: BTreeMap<(State, Reason), clif::Block>,
    /// What the sites of a state share.
    fills: BTreeMap<State, Fill>,
    /// The block that calls `deopt`; its parameter says which of the sites that share it.
    shared: Share,
    /// Blocks that store what states have in common, the last ones.
    commons: Vec<Common>,
    buffer: Option<clif::StackSlot>,
    words: u32,
}

/// A block that stores values that several states name, and goes on with leaving.
#[derive(Clone)]
struct Common {
    block: clif::Block,
    /// How many blocks there were that call `deopt`, the last of which it leads to.
    sharers: usize,
    /// Where the values are in the frame buffer, and its size so far.
    values: BTreeMap<Value, u32>,
    words: u32,
}

/// Such blocks that are looked at for a state.
const MOST_COMMONS: usize = 8;
/// Values that are worth such a block.
const WORTH_COMMON: usize = 3;

/// What is done for a frame state, whatever its guards leave for.
#[derive(Clone)]
struct Fill {
    /// The block that fills the frame buffer; its parameter is the site's place.
    block: clif::Block,
    /// The block that goes on with leaving.
    next: clif::Block,
    /// The site that places count from, as that block has it.
    first: usize,
    frames: Vec<SiteFrame>,
    objects: Vec<SiteObject>,
}

/// A site under construction.
#[derive(Default)]
struct Recorder {
    words: u32,
    values: BTreeMap<Value, u32>,
    objects: Vec<Virtual>,
}

impl Recorder {
    /// Where a slot's value is to be found; values that were not stored yet go to `stores`.
    fn place(&mut self, lower: &Lower<'_>, value: FrameValue, stores: &mut Vec<(Value, u32)>) -> Where {
        match value {
            FrameValue::Dead => Where::Dead,
            FrameValue::Const(ty, bits) => Where::Const(ty, ir::eval::Const::new(ty, bits).bits()),
            FrameValue::Pair(first, second) => Where::Pair(first, second),
            FrameValue::Result(index) => Where::Result(index),
            FrameValue::Virtual(object) => Where::Object(self.object(object)),
            FrameValue::Value(value) => {
                let ty = lower.function.ty(value);
                let index = *self.values.entry(value).or_insert_with(|| {
                    let index = self.words;
                    self.words += signature::words(ty) as u32;
                    stores.push((value, index));
                    index
                });
                Where::Buffer(index, ty)
            }
        }
    }

    fn object(&mut self, object: Virtual) -> u32 {
        let known = self.objects.iter().position(|known| *known == object);
        known.unwrap_or_else(|| {
            self.objects.push(object);
            self.objects.len() - 1
        }) as u32
    }
}

impl Lower<'_> {
    /// Goes on when `ok` is not zero, leaves otherwise.
    pub(super) fn guard(&mut self, inst: &InstData, ok: clif::Value) -> Lowered {
        let ok = if self.options.force_guards {
            let spared = self.forced();
            let ok = self.b.ins().icmp_imm_u(IntCC::NotEqual, ok, 0);
            self.b.ins().band(ok, spared)
        } else {
            ok
        };
        let rest = self.b.create_block();
        let (exit, fresh) = self.exit_block(inst)?;
        self.b.ins().brif(ok, rest, &[], exit, &[]);
        if fresh {
            self.fill_exit(inst, exit)?;
        }
        self.b.switch_to_block(rest);
        Ok(())
    }

    /// Leaves when `bad` is not zero.
    pub(super) fn guard_not(&mut self, inst: &InstData, bad: clif::Value) -> Lowered {
        let ok = self.b.ins().icmp_imm_u(IntCC::Equal, bad, 0);
        self.guard(inst, ok)
    }

    pub(super) fn guard_op(&mut self, inst: &InstData) -> Lowered {
        let ok = self.arg(inst, 0);
        self.guard(inst, ok)
    }

    /// A place where code may leave is no code.
    #[allow(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "the table of handlers asks for this signature"
    )]
    pub(super) fn anchor(&mut self, _: &InstData) -> Lowered {
        Ok(())
    }

    pub(super) fn deopt(&mut self, inst: &InstData) -> Lowered {
        let (exit, fresh) = self.exit_block(inst)?;
        self.b.ins().jump(exit, &[]);
        if fresh {
            self.fill_exit(inst, exit)?;
        }
        Ok(())
    }

    /// Counts a guard in the context; zero when it is the one that is to fail.
    fn forced(&mut self) -> clif::Value {
        let context = self.context();
        let count = self.b.ins().load(types::I64, OWN, context, ContextLayout::FORCE_GUARD);
        let left = self.b.ins().iadd_imm_s(count, -1);
        self.b.ins().store(OWN, left, context, ContextLayout::FORCE_GUARD);
        self.b.ins().icmp_imm_u(IntCC::NotEqual, left, 0)
    }

    /// The cold block of a guard, and whether it is still empty. Values that two guards' states name dominate both guards,
    /// and so the block.
    fn exit_block(&mut self, inst: &InstData) -> Result<(clif::Block, bool), Declined> {
        let Imm::Guard { state, reason } = inst.imm else {
            return Err(Declined::Malformed("a guard without frame state"));
        };
        if let Some(block) = self.exits.blocks.get(&(state, reason)) {
            return Ok((*block, false));
        }
        let block = self.cold_block();
        self.exits.blocks.insert((state, reason), block);
        Ok((block, true))
    }

    fn fill_exit(&mut self, inst: &InstData, block: clif::Block) -> Lowered {
        let Imm::Guard { state, reason } = inst.imm else {
            return Err(Declined::Malformed("a guard without frame state"));
        };
        let known = self.exits.fills.get(&state).cloned();
        let (fill, fresh) = match known {
            Some(fill) => (fill, None),
            None => {
                let (fill, stores) = self.new_fill(state);
                (fill, Some(stores))
            }
        };
        self.b.switch_to_block(block);
        // Few numbers, since Cranelift looks through all dominating blocks for each new constant.
        let place = self.exits.sites.len() - fill.first;
        let place = self.b.ins().iconst(types::I32, place as i64);
        self.b.ins().jump(fill.block, &[place.into()]);
        if let Some(stores) = fresh {
            if fill.block != fill.next {
                self.store_and_go_on(fill.block, stores, fill.next);
            }
            self.exits.fills.insert(state, fill.clone());
        }
        let Fill { frames, objects, .. } = fill;
        self.exits.sites.push(Site { inst: self.inst, state, reason, frames, objects });
        Ok(())
    }

    /// What a state's sites will share, and the values that it stores.
    fn new_fill(&mut self, state: State) -> (Fill, Vec<(Value, u32)>) {
        let shared = self.exits.shared.block(&mut self.b);
        let common = self.common(state, shared);
        let next = common.as_ref().map_or(shared, |common| common.block);
        let start = common.clone().map(|common| (common.values, common.words));
        let (values, words) = start.unwrap_or_default();
        let mut recorder = Recorder { values, words, objects: Vec::new() };
        let mut stores = Vec::new();
        let frames = self.record_frames(state, &mut recorder, &mut stores);
        let objects = self.record_objects(&mut recorder, &mut stores);
        self.exits.words = self.exits.words.max(recorder.words);
        // Where all is stored there, that block is this one.
        let block = if common.is_some() && stores.is_empty() { next } else { self.cold_block() };
        let first = (self.exits.shared.blocks.len() - 1) * super::SHARERS as usize;
        (Fill { block, next, first, frames, objects }, stores)
    }

    /// A block that stores some of what a state names and nothing else, before it goes on to `shared`; none where that is not worth it.
    fn common(&mut self, state: State, shared: clif::Block) -> Option<Common> {
        let sharers = self.exits.shared.blocks.len();
        let mut named = BTreeSet::new();
        self.function.each_state_use(state, &mut |value| {
            named.insert(value);
        });
        // Others lead to blocks whose sites are counted from another one on.
        self.exits.commons.retain(|common| common.sharers == sharers);
        let fitting =
            self.exits.commons.iter().filter(|common| common.values.keys().all(|v| named.contains(v)));
        let best = fitting.max_by_key(|common| common.values.len()).cloned();
        let stored = |value: &Value| best.as_ref().is_some_and(|best| best.values.contains_key(value));
        let others = named.iter().filter(|value| self.made[**value] != self.number && !stored(value));
        let others: Vec<Value> = others.copied().collect();
        if self.is_cold || others.len() < WORTH_COMMON {
            return best;
        }
        Some(self.new_common(best, others, (sharers, shared)))
    }

    /// A block that stores values, and goes on to one that stores others.
    fn new_common(
        &mut self,
        behind: Option<Common>,
        values: Vec<Value>,
        (sharers, shared): (usize, clif::Block),
    ) -> Common {
        let block = self.cold_block();
        let next = behind.as_ref().map_or(shared, |behind| behind.block);
        let mut common = behind.unwrap_or(Common { block, sharers, values: BTreeMap::new(), words: 0 });
        let stores: Vec<(Value, u32)> = values
            .into_iter()
            .map(|value| {
                let index = common.words;
                common.words += signature::words(self.function.ty(value)) as u32;
                (value, index)
            })
            .collect();
        common.block = block;
        common.values.extend(stores.iter().copied());
        self.store_and_go_on(block, stores, next);
        if self.exits.commons.len() == MOST_COMMONS {
            self.exits.commons.remove(0);
        }
        self.exits.commons.push(common.clone());
        common
    }

    /// Fills a block that takes a site's place: stores values, and goes on with leaving.
    fn store_and_go_on(&mut self, block: clif::Block, stores: Vec<(Value, u32)>, next: clif::Block) {
        self.b.switch_to_block(block);
        let place = self.b.append_block_param(block, types::I32);
        let slot = self.frame_buffer();
        let buffer = self.b.ins().stack_addr(types::I64, slot, 0);
        for (value, index) in stores {
            self.store_value(value, index, buffer);
        }
        self.b.ins().jump(next, &[place.into()]);
    }

    fn record_frames(
        &self,
        state: State,
        recorder: &mut Recorder,
        stores: &mut Vec<(Value, u32)>,
    ) -> Vec<SiteFrame> {
        let mut frames = Vec::new();
        let mut next = Some(state);
        // A chain has no more frames than there are states; the verifier refuses one that comes back to itself.
        while let Some(state) = next.filter(|_| frames.len() < self.function.states.len()) {
            let data = &self.function.states[state];
            let slots = data.values.iter().map(|value| recorder.place(self, *value, stores)).collect();
            frames.push(SiteFrame { code: data.code, offset: data.offset, slots });
            next = data.parent;
        }
        frames
    }

    /// Objects in order of first mention; fields may mention more.
    fn record_objects(&self, recorder: &mut Recorder, stores: &mut Vec<(Value, u32)>) -> Vec<SiteObject> {
        let mut objects = Vec::new();
        while let Some(object) = recorder.objects.get(objects.len()).copied() {
            let data = &self.function.virtuals[object];
            let fields = data.fields.iter();
            let fields =
                fields.map(|(at, ty, value)| (*at, *ty, recorder.place(self, *value, stores))).collect();
            objects.push(SiteObject { object, size: data.size, kind: data.kind, fields });
        }
        objects
    }

    /// Stores a value into the frame buffer. What a word holds beyond the bits of a narrow type means nothing.
    fn store_value(&mut self, value: Value, index: u32, buffer: clif::Value) {
        let [first, second] = self.values[value];
        let offset = (index * 8) as i32;
        self.b.ins().store(OWN, first, buffer, offset);
        if self.function.ty(value) == Type::Pair {
            self.b.ins().store(OWN, second, buffer, offset + 8);
        }
    }

    fn frame_buffer(&mut self) -> clif::StackSlot {
        // The size is known when every site is.
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, 0, 3);
        *self.exits.buffer.get_or_insert_with(|| self.b.create_sized_stack_slot(data))
    }

    /// Fills the exits that sites share.
    pub(super) fn exit_calls(&mut self) -> Lowered {
        let Some(buffer) = self.exits.buffer else { return Ok(()) };
        let list: Vec<clif::Type> = word_types(&self.function.signature.results).collect();
        let size = 8 * list.len().max(1) as u32;
        let results =
            self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3));
        for (index, block) in std::mem::take(&mut self.exits.shared.blocks).into_iter().enumerate() {
            let first = index as i64 * i64::from(super::SHARERS);
            self.exit_call(block, first, buffer, results, &list)?;
        }
        Ok(())
    }

    /// Fills a shared exit, whose sites begin with `first`: calls `deopt`, returns what the activation returned, or throws,
    /// or aborts.
    fn exit_call(
        &mut self,
        block: clif::Block,
        first: i64,
        buffer: clif::StackSlot,
        results: clif::StackSlot,
        list: &[clif::Type],
    ) -> Lowered {
        self.b.switch_to_block(block);
        let place = self.b.append_block_param(block, types::I32);
        let site = self.b.ins().iadd_imm_s(place, first);
        let cookie = self.address_of(NAME_CODE_COOKIE, 0);
        let buffer = self.b.ins().stack_addr(types::I64, buffer, 0);
        let memory = self.b.ins().stack_addr(types::I64, results, 0);
        let params = [types::I64, types::I32, types::I64, types::I64];
        let args = [cookie, site, buffer, memory];
        let status = self.call_helper(ContextLayout::DEOPT, &params, &args, Some(types::I32));
        let status = status.ok_or(Declined::Malformed("deopt without status"))?;
        let (failed, done) = (self.cold_block(), self.cold_block());
        self.b.ins().brif(status, failed, &[], done, &[]);
        self.b.switch_to_block(failed);
        let threw = self.b.ins().icmp_imm_u(IntCC::Equal, status, 1);
        let (out, abort) = (self.throw_block(), self.abort_block());
        self.b.ins().brif(threw, out, &[], abort, &[]);
        self.b.switch_to_block(done);
        let mut words = Vec::new();
        for (index, ty) in list.iter().enumerate() {
            words.push(self.b.ins().stack_load(types::I64, *ty, results, 8 * index as i32));
        }
        if self.function.signature.throws {
            words.push(self.b.ins().iconst(signature::STATUS, 0));
        }
        self.b.ins().return_(&words);
        Ok(())
    }

    /// The sites, and the buffer's final size.
    pub(super) fn finish_exits(&mut self) -> Result<ExitTable, Declined> {
        if let Some(slot) = self.exits.buffer {
            self.b.func.sized_stack_slots[slot].size = 8 * self.exits.words.max(1);
        }
        let exits = std::mem::take(&mut self.exits);
        Ok(ExitTable { sites: exits.sites, buffer_words: exits.words })
    }
}
