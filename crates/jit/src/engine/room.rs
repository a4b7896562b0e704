//! Room for new code: memory is counted from before code is made until nobody is inside any more, and when the budget is
//! used up, code that was not entered for a while goes.
//!
//! Compiled code does not count its entries. Instead, callers of all code are led through the thunks once in a while: code
//! *rests* until its next call, which wakes it. While memory is short, all code is put to rest every period, and what nobody
//! wakes for a period is cold. A period is as many calls of functions without code as there are pieces of code, and no less
//! than make a function hot; nothing younger than that goes.
//! Evicted functions have to get hotter than before until their code proves to be in use ([`tiering::Counter::cool`]).

use crate::engine::function::{Function, Slots};
use crate::engine::queue::Key;
use crate::engine::{Engine, Shared};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tiering::EventKind;

const LINE: usize = codegen::CACHE_LINE as usize;

/// What is counted.
#[derive(Debug)]
pub(super) struct Room {
    ledger: Arc<Ledger>,
    /// Calls of functions without code.
    calls: AtomicU64,
    /// The number of calls at which code is put to rest again; not at all while there is plenty of room.
    next_rest: AtomicU64,
    /// Held by whoever takes code away.
    evicting: Mutex<()>,
}

impl Default for Room {
    fn default() -> Room {
        Room {
            ledger: Arc::default(),
            calls: AtomicU64::new(0),
            next_rest: AtomicU64::new(PLENTY),
            evicting: Mutex::default(),
        }
    }
}

/// No number of calls.
const PLENTY: u64 = u64::MAX;

#[derive(Debug, Default)]
struct Ledger {
    /// Bytes of code in memory: on its way, installed, or taken away while somebody may be inside.
    held: AtomicUsize,
    /// Pieces of code whose memory was given back.
    freed: AtomicU64,
}

/// Memory set aside for a piece of code. Goes with it.
#[derive(Debug)]
pub(super) struct Charge {
    ledger: Arc<Ledger>,
    bytes: usize,
}

impl Charge {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.ledger.held.fetch_sub(self.bytes, Ordering::Relaxed);
        self.ledger.freed.fetch_add(1, Ordering::Relaxed);
    }
}

impl Room {
    fn count(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn now(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(super) fn held(&self) -> usize {
        self.ledger.held.load(Ordering::Relaxed)
    }

    pub(super) fn freed(&self) -> u64 {
        self.ledger.freed.load(Ordering::Relaxed)
    }

    /// Sets memory aside if there is some.
    fn charge(&self, bytes: usize, budget: usize) -> Option<Charge> {
        let more = |held: usize| held.checked_add(bytes).filter(|sum| *sum <= budget);
        let charged = self.ledger.held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        charged.ok().map(|_| Charge { ledger: Arc::clone(&self.ledger), bytes })
    }
}

/// Code that may go.
struct Cold {
    entered: u64,
    function: Arc<Function>,
    key: Key,
    version: u32,
}

impl Engine {
    /// Bytes that code may take: the policy's budget, and no more than leave thunks and bridges an eighth of the space.
    pub fn code_budget(&self) -> usize {
        self.shared.budget()
    }
}

impl Shared {
    fn budget(&self) -> usize {
        self.config.policy.code_budget.min(self.config.space - self.config.space / 8)
    }

    /// Sets memory for new code aside, and takes cold code away when there is none. `urgent`: somebody cannot go on without
    /// this code, so even warm code goes.
    pub(super) fn make_room(
        &self,
        function: &Function,
        bytes: usize,
        urgent: bool,
    ) -> Result<Charge, String> {
        let (budget, room) = (self.budget(), &self.room);
        // Blocks are handed out in whole cache lines, with a part of one in front of the code.
        let bytes = (bytes + LINE).next_multiple_of(LINE);
        if let Some(charge) = room.charge(bytes, budget) {
            // Cold code has to be known when room is needed.
            if room.held() + budget / 8 > budget {
                self.rest();
            } else {
                room.next_rest.store(PLENTY, Ordering::Relaxed);
            }
            return Ok(charge);
        }
        if bytes <= budget {
            self.entries.space().reclaim();
            self.evict(bytes, urgent.then_some(function));
            self.entries.space().reclaim();
            if let Some(charge) = room.charge(bytes, budget) {
                return Ok(charge);
            }
        }
        let (held, installed) = (room.held(), self.code_bytes.load(Ordering::Relaxed));
        let waiting = held.saturating_sub(installed);
        if waiting >= bytes {
            // There is room as soon as running calls end.
            function.counter.reset();
        } else {
            function.counter.cool();
        }
        Err(format!(
            "{bytes} bytes more than {held} exceed {budget}; {waiting} of them are still in use or on their way"
        ))
    }

    /// Takes code away until `bytes` fit, not counting what is about to be freed, and then some, so that the next few
    /// functions find room.
    fn evict(&self, bytes: usize, urgent: Option<&Function>) {
        let now = self.room.now();
        let budget = self.budget();
        // Nothing is left half done by a panic: the lock only keeps two threads from making the same room.
        let evicting = self.room.evicting.lock().unwrap_or_else(PoisonError::into_inner);
        let installed = self.code_bytes.load(Ordering::Relaxed);
        let mut left = installed;
        if installed + bytes > budget {
            let period = self.period();
            let cold = |slots: &Slots, key: Key| match urgent {
                Some(function) => function.stub.id != key.function,
                None => is_cold(slots, key, now, period),
            };
            let mut found = self.find(&cold);
            found.sort_by_key(|cold| cold.entered);
            for candidate in &found {
                let goal = budget - if urgent.is_some() { 0 } else { budget / 8 };
                if left + bytes <= goal {
                    break;
                }
                left -= self.evict_one(candidate, &|slots, key| cold(slots, key)).min(left);
            }
        }
        drop(evicting);
        self.rest();
    }

    /// Calls after which code that nobody entered is cold.
    fn period(&self) -> u64 {
        let installed = self.installed.load(Ordering::Relaxed);
        (installed as u64).max(self.config.policy.call_threshold.into())
    }

    /// Installed code of a kind.
    fn find(&self, wanted: &dyn Fn(&Slots, Key) -> bool) -> Vec<Cold> {
        let mut found = Vec::new();
        for function in self.all_functions() {
            let slots = function.slots();
            let id = function.stub.id;
            let keys = std::iter::once(None).chain(slots.loops.keys().map(|entry| Some(*entry)));
            for key in keys.map(|osr| Key { function: id, osr }) {
                let Some(slot) = slots.get(key.osr) else { continue };
                let Some(code) = &slot.code else { continue };
                if wanted(&slots, key) {
                    let (entered, version) = (slot.entered, code.version);
                    found.push(Cold { entered, function: Arc::clone(&function), key, version });
                }
            }
        }
        found
    }

    /// Takes one piece of code away unless it was entered meanwhile; its bytes.
    fn evict_one(&self, cold: &Cold, still: &dyn Fn(&Slots, Key) -> bool) -> usize {
        let Cold { function, key, version, .. } = cold;
        let mut slots = function.slots();
        let same = |slots: &Slots| {
            let code = slots.get(key.osr).and_then(|slot| slot.code.as_ref());
            code.is_some_and(|code| code.version == *version)
        };
        if slots.gone || !same(&slots) || !still(&slots, *key) {
            return 0;
        }
        let slot = slots.slot(key.osr);
        let bytes = slot.code.as_ref().map_or(0, |code| code.bytes);
        slot.tier.evicted();
        self.take_away(function, slot, *key);
        function.counter.cool();
        drop(slots);
        self.event(function, *version, EventKind::Evicted { bytes });
        bytes
    }

    /// A function without code was called, or its loop ran.
    pub(super) fn count_call(&self) {
        if self.room.count() >= self.room.next_rest.load(Ordering::Relaxed) {
            self.rest();
        }
    }

    /// Leads the callers of all code through the thunks, once per period.
    fn rest(&self) {
        let (now, next) = (self.room.now(), self.room.next_rest.load(Ordering::Relaxed));
        let following = now.saturating_add(self.period().max(1));
        let due = next == PLENTY || next <= now;
        let relaxed = Ordering::Relaxed;
        if !due || self.room.next_rest.compare_exchange(next, following, relaxed, relaxed).is_err() {
            return;
        }
        for function in self.all_functions() {
            let mut slots = function.slots();
            let slot = &mut slots.main;
            if slot.code.is_some() && slot.resting.is_none() && !slots.gone {
                let leads = function.stub.cell.set(self.entries.targets(), function.stub.thunk());
                if leads.is_ok() {
                    slots.main.resting = Some(now);
                    function.resting.store(true, Ordering::Release);
                }
            }
        }
    }

    /// A function was called through its thunk: wakes code that rests. Whether there was any.
    pub(super) fn wake(&self, function: &Function) -> bool {
        if !function.resting.load(Ordering::Acquire) {
            return false;
        }
        let mut slots = function.slots();
        let slot = &mut slots.main;
        let Some(code) = &slot.code else { return false };
        if slot.resting.take().is_some() {
            // Checked when the code was installed.
            let _ = function.stub.cell.set(self.entries.targets(), code.linked.entry());
            slot.entered = self.room.now();
            function.resting.store(false, Ordering::Release);
            function.counter.warm();
        }
        true
    }

    fn all_functions(&self) -> Vec<Arc<Function>> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// Whether code was not entered for a period.
fn is_cold(slots: &Slots, key: Key, now: u64, period: u64) -> bool {
    let Some(slot) = slots.get(key.osr) else { return false };
    let since = match key.osr {
        None => slot.resting,
        // Nobody but the slot and its callable has the code: no guest can enter it.
        Some(_) => slot.code.as_ref().filter(|code| Arc::strong_count(code) <= 2).map(|_| slot.entered),
    };
    since.is_some_and(|since| now.saturating_sub(since) >= period)
}
