//! What inline caches go through, told to whoever asks: `--trace-ic`.
//!
//! Only what makes an entry of a cache looks whether somebody does.

use crate::cache::MEGAMORPHIC;
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::Op;
use js_rt::{Cache, CacheEntry, CacheKind, Code};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

/// How many kinds of objects a cache knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CacheState {
    /// None.
    #[default]
    Uninitialised,
    /// One, which the first entry is for.
    Monomorphic,
    /// Some: further entries are looked at.
    Polymorphic,
    /// Too many: nothing is noted any more.
    Megamorphic,
}

impl fmt::Display for CacheState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            CacheState::Uninitialised => "uninitialised",
            CacheState::Monomorphic => "monomorphic",
            CacheState::Polymorphic => "polymorphic",
            CacheState::Megamorphic => "megamorphic",
        })
    }
}

impl CacheState {
    /// The state of a cache.
    fn of(cache: &Cache) -> CacheState {
        if cache.misses.get() >= MEGAMORPHIC {
            return CacheState::Megamorphic;
        }
        let used = |entry: &&CacheEntry| entry.kind.get() != CacheKind::None;
        let more = cache.more.get().map_or(&[][..], |more| &more[..]);
        match std::iter::once(&cache.first).chain(more).filter(used).count() {
            0 => CacheState::Uninitialised,
            1 => CacheState::Monomorphic,
            _ => CacheState::Polymorphic,
        }
    }
}

/// The place of a cache: function and position, what is done there, and the property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    place: String,
    operation: String,
}

/// What became of a cache.
#[derive(Clone, Copy, Debug, Default)]
struct Fate {
    state: CacheState,
    entries: u64,
}

/// Follows the inline caches of an isolate: a line for each transition, and what became of all of them as text in the end.
pub struct CacheTrace {
    lines: RefCell<Box<dyn Write + Send>>,
    sites: RefCell<BTreeMap<Site, Fate>>,
}

impl CacheTrace {
    /// Transitions are written to `lines`.
    pub fn new(lines: Box<dyn Write + Send>) -> CacheTrace {
        CacheTrace { lines: RefCell::new(lines), sites: RefCell::default() }
    }

    fn note(&self, site: Site, state: CacheState, what: &str) {
        let mut sites = self.sites.borrow_mut();
        let fate = sites.entry(site.clone()).or_default();
        let before = std::mem::replace(&mut fate.state, state);
        fate.entries += 1;
        if before != state {
            // Nobody is left to be told when it cannot be written.
            let _ = writeln!(
                self.lines.borrow_mut(),
                "[ic] {before} -> {state}: {} at {}, {what}",
                site.operation,
                site.place
            );
        }
    }
}

impl fmt::Display for CacheTrace {
    /// The sites, those with most entries first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sites = self.sites.borrow();
        let count = |state| sites.values().filter(|fate| fate.state == state).count();
        writeln!(
            f,
            "inline caches: {} monomorphic, {} polymorphic, {} megamorphic",
            count(CacheState::Monomorphic),
            count(CacheState::Polymorphic),
            count(CacheState::Megamorphic)
        )?;
        let mut rows: Vec<_> = sites.iter().collect();
        rows.sort_by(|(a, x), (b, y)| (y.state, y.entries).cmp(&(x.state, x.entries)).then(a.cmp(b)));
        for (site, fate) in rows {
            writeln!(f, "{:>8}  {:<13} {} at {}", fate.entries, fate.state, site.operation, site.place)?;
        }
        Ok(())
    }
}

impl Vm {
    /// Has inline caches followed from now on, once.
    pub fn trace_caches(&self, trace: CacheTrace) {
        let _ = self.state.cache_trace.set(Box::new(trace));
    }

    /// What follows inline caches.
    pub fn cache_trace(&self) -> Option<&CacheTrace> {
        self.state.cache_trace.get().map(|trace| &**trace)
    }

    /// Tells that the running instruction's cache got an entry, if somebody wants to know.
    #[inline]
    pub(crate) fn trace_cache(&self, cache: &Cache, kind: CacheKind) {
        if let Some(trace) = self.cache_trace() {
            self.trace_entry(trace, cache, kind);
        }
    }

    #[cold]
    fn trace_entry(&self, trace: &CacheTrace, cache: &Cache, kind: CacheKind) {
        let Some(frame) = self.state.stack.frame() else { return };
        let Some(code) = frame.code.get() else { return };
        let pc = frame.pc.get().saturating_sub(1);
        let operation = format!("{} {}", operation(code, pc), self.key_text(cache.key));
        let site = Site { place: Self::place_text(code, pc), operation };
        trace.note(site, CacheState::of(cache), found(kind));
    }
}

/// What is done at a cache.
fn operation(code: Gc<Code>, pc: u32) -> &'static str {
    match code.function.insts.get(pc as usize).map(|inst| inst.op()) {
        Some(Op::SetProperty | Op::SetGlobal | Op::SetGlobalChecked) => "set",
        Some(Op::DefineField) => "define",
        Some(Op::InitGlobal) => "initialise",
        Some(Op::GetMethod) => "call",
        Some(_) | None => "get",
    }
}

/// Where a property is by an entry.
fn found(kind: CacheKind) -> &'static str {
    match kind {
        CacheKind::None => "nowhere",
        CacheKind::Own => "own property",
        CacheKind::Proto => "in a prototype",
        CacheKind::Absent => "absent",
        CacheKind::OwnAccessor => "own accessor",
        CacheKind::ProtoAccessor => "accessor in a prototype",
        CacheKind::Add => "added",
        CacheKind::ArrayLength => "length of an array",
        CacheKind::Lexical => "declared by a script",
    }
}
