//! What is known of a function that may have code, and when it is worth compiling.

use crate::snapshot::entries;
use crate::tier::Running;
use crate::worth::Worth;
use jit::WordCallable;
use jit::engine::FunctionId;
use js_bytecode::{Inst, Op};
use js_lower::Extent;
use js_rt::Code;
use js_vm::Vm;
use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use tiering::State;

/// A loop that is small beside what is compiled for it has to be hotter, so many times at most.
const MOST_PARTS: u32 = 8;
/// Rounds of loops in a call from which on the loop is compiled that is running: with fewer, the next call comes soon.
const LONG: u32 = 64;
/// Entries into code of loops from which on a function is worth compiling as a whole.
const LOOP_ENTRIES: u32 = 16;
/// How many times hotter a loop has to be of a function that calls itself, while it is in its first call.
const FIRST_CALL: u32 = 16;
/// Entries into code from code of templates, after which it is looked at what these were for.
const ENTRIES: u32 = 64;
/// Calls and rounds of loops that an entry has to come to on average: entering and leaving takes as long as these save.
const LEAST_WORK: u32 = 12;
/// Entries into the code of a loop before the engine is asked for it again.
const FROM_ENGINE: u32 = 64;

/// A function that may have code.
pub(crate) struct Function {
    pub(crate) id: FunctionId,
    pub(crate) callable: WordCallable<2>,
    /// Where its entry leads while it has no code.
    pub(crate) thunk: usize,
    /// How often it was hot when it was called, and how often in a loop: a sample of how many rounds there are to a call.
    pub(crate) calls: AtomicU32,
    pub(crate) rounds: AtomicU32,
    /// How often it was asked about while functions that it calls had no code.
    pub(crate) waited: AtomicU32,
    /// Whether its code calls itself straight away.
    pub(crate) recursive: AtomicBool,
    /// Whether a function calls it that was worth compiling.
    pub(crate) wanted: AtomicBool,
    /// Whether it was looked at what it calls.
    pub(crate) looked_at: AtomicBool,
    /// Calls, and rounds of loops, since it was compiled last.
    pub(crate) events: AtomicU32,
    /// What entries into its code from code of templates were for.
    pub(crate) entries: Entries,
    /// How often code of its loops was entered.
    pub(crate) loop_entries: AtomicU32,
    /// Whether it was counted that compiling it would gain too little.
    pub(crate) refused: AtomicBool,
    /// Loops that code was asked for.
    loops: Mutex<Vec<Loops>>,
    /// Where loops lie that were asked about, by head.
    extents: Mutex<FxHashMap<u32, Extent>>,
}

/// Entries into code from code of templates, and what was done until it was left again.
#[derive(Default)]
pub(crate) struct Entries {
    count: AtomicU32,
    work: AtomicU32,
    poor: AtomicBool,
}

impl Entries {
    /// Notes an entry with what the countdown was before and after it.
    pub(crate) fn note(&self, before: u32, after: u32) {
        // Where it was set anew, there was much.
        let work = before.checked_sub(after).unwrap_or(ENTRIES * LEAST_WORK).min(ENTRIES * LEAST_WORK);
        let work = self.work.fetch_add(work, Ordering::Relaxed).saturating_add(work);
        if self.count.fetch_add(1, Ordering::Relaxed) + 1 >= ENTRIES {
            self.poor.store(work < ENTRIES * LEAST_WORK, Ordering::Relaxed);
            self.count.store(0, Ordering::Relaxed);
            self.work.store(0, Ordering::Relaxed);
        }
    }

    /// Whether entering takes longer than it saves.
    pub(crate) fn are_poor(&self) -> bool {
        self.poor.load(Ordering::Relaxed)
    }
}

/// Loops around one another, which are compiled together for the head of one of them.
struct Loops {
    /// The first instruction of all.
    start: usize,
    header: u32,
    /// How often another one of their heads was asked about.
    passed: u32,
    /// The code, in which state the loop was then, and how often it is entered before the engine is asked again.
    code: Option<(State, WordCallable<2>, u32)>,
}

impl Function {
    /// One that the engine has just been told of, so that its entry leads to its thunk; how often it was hot before in a call and in a
    /// loop, and what was counted.
    pub(crate) fn new(
        id: FunctionId,
        callable: WordCallable<2>,
        [calls, rounds]: [u32; 2],
        events: u32,
    ) -> Function {
        Function {
            id,
            thunk: callable.callable().entry().addr(),
            callable,
            calls: AtomicU32::new(calls),
            rounds: AtomicU32::new(rounds),
            waited: AtomicU32::new(0),
            recursive: AtomicBool::new(false),
            wanted: AtomicBool::new(false),
            looked_at: AtomicBool::new(false),
            events: AtomicU32::new(events),
            entries: Entries::default(),
            loop_entries: AtomicU32::new(0),
            refused: AtomicBool::new(false),
            loops: Mutex::default(),
            extents: Mutex::default(),
        }
    }

    /// Whether a running loop of it is soon over, and its code entered by the next call.
    pub(crate) fn is_called_soon(&self) -> bool {
        let (calls, rounds) = (self.calls.load(Ordering::Relaxed), self.rounds.load(Ordering::Relaxed));
        rounds < calls.saturating_mul(LONG)
    }

    /// Whether code of its loops is entered again and again: it is called often, although each call takes long.
    pub(crate) fn is_entered_in_loops(&self) -> bool {
        self.loop_entries.load(Ordering::Relaxed) >= LOOP_ENTRIES
    }

    /// Whether it is one that calls itself and was often called, or soon will be: then code of its loops is not worth it beside its own.
    pub(crate) fn calls_itself_often(&self, threshold: u32) -> bool {
        let long = self.events.load(Ordering::Relaxed) >= threshold.saturating_mul(FIRST_CALL);
        self.recursive.load(Ordering::Relaxed) && (self.calls.load(Ordering::Relaxed) > 0 || !long)
    }

    /// Whether it was asked about at all.
    pub(crate) fn is_asked_about(&self) -> bool {
        self.waited.load(Ordering::Relaxed) > 0
            || self.events.load(Ordering::Relaxed) > 0
            || self.looked_at.load(Ordering::Relaxed)
    }

    /// Code is asked for. What is compiled next, another loop of it or another version, has to be worth it by itself.
    pub(crate) fn was_requested(&self) {
        self.looked_at.store(true, Ordering::Relaxed);
        self.events.store(0, Ordering::Relaxed);
    }

    /// Where the loop with a head lies, by what is asked of it.
    fn extent<T>(&self, insts: &[Inst], header: u32, of: impl FnOnce(&Extent) -> T) -> T {
        let mut extents = self.extents.lock().unwrap_or_else(PoisonError::into_inner);
        of(extents.entry(header).or_insert_with(|| Extent::new(insts, header as usize)))
    }

    /// Another one of the loops around a loop, for whose head code was asked for, and how often that was found instead.
    pub(crate) fn other_head(&self, insts: &[Inst], header: u32) -> Option<(u32, u32)> {
        let start = self.extent(insts, header, |extent| extent.around.start);
        let mut loops = self.loops.lock().unwrap_or_else(PoisonError::into_inner);
        let known = loops.iter_mut().find(|loops| loops.start == start && loops.header != header)?;
        known.passed += 1;
        Some((known.header, known.passed))
    }

    /// The way into the code of a loop, which is in this state. The engine is asked now and then: what is entered stays.
    pub(crate) fn loop_code(
        &self,
        running: &Running,
        header: u32,
        state: Option<State>,
    ) -> Option<WordCallable<2>> {
        let mut loops = self.loops.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = loops.iter_mut().find(|loops| loops.header == header);
        if let Some(Loops { code: Some((of, callable, left @ 1..)), .. }) = &mut known
            && Some(*of) == state
        {
            *left -= 1;
            return Some(callable.clone());
        }
        let callable = running.engine.back_edge(self.id, header, 1)?;
        let callable = WordCallable::try_from(callable).ok()?;
        if let (Some(known), Some(state)) = (known, state) {
            known.code = Some((state, callable.clone(), FROM_ENGINE));
        }
        Some(callable)
    }

    pub(crate) fn note_head(&self, insts: &[Inst], header: u32) {
        let start = self.extent(insts, header, |extent| extent.around.start);
        let mut loops = self.loops.lock().unwrap_or_else(PoisonError::into_inner);
        if loops.iter().all(|loops| loops.header != header) {
            loops.push(Loops { start, header, passed: 0, code: None });
        }
    }

    /// What it is worth to compile it or one of its loops.
    pub(crate) fn worth(&self, vm: &Vm, code: &Code, header: Option<u32>) -> Worth {
        let insts = &code.function.insts;
        let range =
            header.map_or(0..insts.len(), |header| self.extent(insts, header, |extent| extent.own.clone()));
        let notes = code.native.notes().get(range.clone()).unwrap_or(&[]).iter().map(Cell::get);
        Worth::new(insts[range].iter().zip(notes), |native| vm.math_op(native).is_some())
    }

    /// Whether all of what is compiled for a loop was executed, as far as inline caches tell: code leaves where it was not.
    pub(crate) fn is_known(&self, code: &Code, header: u32) -> bool {
        let insts = &code.function.insts;
        let around = self.extent(insts, header, |extent| extent.around.clone());
        let reads = |inst: &&Inst| matches!(inst.op(), Op::GetProperty | Op::GetMethod | Op::GetGlobal);
        let caches = insts[around].iter().filter(reads).filter_map(|inst| code.caches.get(inst.c() as usize));
        let mut fresh = caches.filter(|cache| entries(cache).next().is_none() && cache.misses.get() == 0);
        fresh.next().is_none()
    }

    /// Counts what the templates' code has counted; all of that.
    pub(crate) fn count(&self, counted: u32) -> u32 {
        self.events.fetch_add(counted, Ordering::Relaxed).saturating_add(counted)
    }

    /// Whether what was counted is enough to make up for compiling.
    pub(crate) fn is_worth_compiling(&self, insts: &[Inst], header: Option<u32>, threshold: u32) -> bool {
        let parts = header.map_or(1, |header| {
            self.extent(insts, header, |extent| extent.around.len() / extent.own.len().max(1)) as u32
        });
        let events = self.events.load(Ordering::Relaxed);
        events >= threshold.saturating_mul(parts.clamp(1, MOST_PARTS))
    }

    /// Whether calls of it lead to code of its own.
    pub(crate) fn leads_to_code(&self) -> bool {
        self.callable.callable().entry().addr() != self.thunk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_entries_are_poor_and_long_ones_are_not() {
        let entries = Entries::default();
        (1..ENTRIES).for_each(|_| entries.note(100, 99));
        assert!(!entries.are_poor(), "too few to tell");
        entries.note(100, 99);
        assert!(entries.are_poor());
        // A countdown that was set anew says that there was much.
        (0..ENTRIES).for_each(|number| entries.note(100, if number == 7 { 5000 } else { 99 }));
        assert!(!entries.are_poor());
    }
}
