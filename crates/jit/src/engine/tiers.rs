//! What an engine does about what it is told: counting, asking, installing, taking away.

use crate::engine::function::{Function, Installed, Slot};
use crate::engine::queue::{Job, Key};
use crate::engine::room::Charge;
use crate::engine::{Request, Shared};
use crate::instance::Callable;
use crate::signature::SignatureLayout;
use crate::stub::Source;
use crate::unit::Observer;
use ir::Signature;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Instant;
use tiering::{Advice, Discard, Event, EventKind, Exit, FunctionRef, GaveUp, Heat, State};

impl Shared {
    pub(super) fn event(&self, function: &Function, version: u32, kind: EventKind) {
        let stub = &function.stub;
        let function = FunctionRef { name: stub.name.clone(), id: stub.id, version };
        self.trace.event(&Event { function, kind });
    }

    /// Asks for code unless it is there, on its way, or hopeless.
    pub(super) fn ask(&self, function: &Function, key: Key, priority: u32) {
        let Some(version) = self.wanted(function, key) else {
            return;
        };
        let job = Job { key, version, priority, asked: Instant::now() };
        self.event(function, version, EventKind::Queued { priority });
        if self.config.threads == 0 {
            self.run(job);
        } else if !self.queue.push(job) {
            self.event(function, version, EventKind::Discarded(Discard::Shutdown));
        }
    }

    /// The version to compile now, if any.
    fn wanted(&self, function: &Function, key: Key) -> Option<u32> {
        let mut slots = function.slots();
        if slots.gone {
            return None;
        }
        let tier = &mut slots.slot(key.osr).tier;
        let before = tier.state();
        let advice = tier.hot(&self.config.policy);
        let after = tier.state();
        drop(slots);
        if let (State::Below, State::GaveUp(why)) = (before, after) {
            let GaveUp::Versions(version) = why else {
                return None;
            };
            self.event(function, version, EventKind::GaveUp(why));
        }
        match advice {
            Advice::Compile { version } => Some(version),
            _ => None,
        }
    }

    /// Code for a hot loop.
    pub(super) fn loop_code(&self, function: &Function, entry: u32) -> Option<Callable> {
        let key = Key { function: function.stub.id, osr: Some(entry) };
        if !self.config.policy.wants_osr(&function.counter) {
            return None;
        }
        self.ask(function, key, function.counter.get(Heat::BackEdge));
        let mut slots = function.slots();
        let slot = slots.slot(key.osr);
        let (callable, code) = (slot.callable.clone()?, slot.code.as_ref()?);
        slot.entered = self.room.now();
        let version = code.version;
        drop(slots);
        self.event(function, version, EventKind::OsrEntered { entry });
        Some(callable)
    }

    /// Installs a result if it is still wanted; otherwise why not.
    pub(super) fn install(
        &self,
        function: &Function,
        job: Job,
        code: Installed,
        signature: &Signature,
    ) -> Result<(), Discard> {
        let mut slots = function.slots();
        if slots.gone {
            return Err(Discard::Gone);
        }
        let slot = slots.slot(job.key.osr);
        if slot.tier.state() != (State::Queued { version: job.version }) {
            return Err(Discard::Superseded);
        }
        if !self.assumptions.rely(job.key, job.version, &code.assumptions) {
            slot.tier.invalidated();
            return Err(Discard::Invalidated);
        }
        let code = Arc::new(code);
        if !self.lead_to(function, slot, job.key, &code, signature) {
            self.assumptions.forget(job.key, job.version, &code.assumptions);
            slot.tier.invalidated();
            return Err(Discard::Invalidated);
        }
        slot.tier.installed(job.version);
        self.code_bytes.fetch_add(code.bytes, Ordering::Relaxed);
        self.installed.fetch_add(1, Ordering::Relaxed);
        slot.code = Some(code);
        slot.entered = self.room.now();
        drop(slots);
        self.event(function, job.version, EventKind::Installed { latency: job.asked.elapsed() });
        Ok(())
    }

    /// Leads callers to new code.
    fn lead_to(
        &self,
        function: &Function,
        slot: &mut Slot,
        key: Key,
        code: &Arc<Installed>,
        signature: &Signature,
    ) -> bool {
        let targets = self.entries.targets();
        if key.osr.is_none() {
            return function.stub.cell.set(targets, code.linked.entry()).is_ok();
        }
        // Whoever got the way into a loop's code keeps the code: nothing else could take its place in the middle.
        let owner = Arc::clone(code) as Arc<_>;
        let cell = abi::thunk::EntryPointer::new(targets, code.linked.entry()).map(Arc::new);
        let layout = SignatureLayout::new(signature).map(Arc::new);
        slot.callable = match (cell, layout) {
            (Ok(cell), Some(layout)) => Callable::new(&self.entries, &cell, &layout, Some(owner)).ok(),
            _ => None,
        };
        slot.callable.is_some()
    }

    /// Takes the code of a slot away. Its memory is given back when nobody is inside.
    pub(super) fn take_away(&self, function: &Function, slot: &mut Slot, key: Key) -> Option<Arc<Installed>> {
        if key.osr.is_none() {
            slot.resting = None;
            function.resting.store(false, Ordering::Release);
            // The thunk was checked when the function was declared, and lives as long as it.
            let _ = function.stub.cell.set(self.entries.targets(), function.stub.thunk());
        }
        slot.callable = None;
        let code = slot.code.take()?;
        self.assumptions.forget(key, code.version, &code.assumptions);
        self.code_bytes.fetch_sub(code.bytes, Ordering::Relaxed);
        self.installed.fetch_sub(1, Ordering::Relaxed);
        Some(code)
    }

    /// Takes code away that must not run any further: whoever is inside leaves at its next check.
    fn take_away_void(&self, function: &Function, slot: &mut Slot, key: Key) {
        if let Some(code) = self.take_away(function, slot, key) {
            code.stale.store(1, Ordering::Release);
        }
    }

    /// Code, installed or being made, is void: the given version, or whichever there is.
    pub(super) fn void(&self, function: &Function, key: Key, version: Option<u32>) {
        let mut slots = function.slots();
        let slot = slots.slot(key.osr);
        let current = match slot.tier.state() {
            State::Queued { version } | State::Installed { version } => version,
            State::Below | State::GaveUp(_) => return,
        };
        if version.is_some_and(|version| version != current) {
            return;
        }
        slot.tier.invalidated();
        self.take_away_void(function, slot, key);
        drop(slots);
        self.event(function, current, EventKind::Invalidated);
    }

    pub(super) fn remove(&self, id: u64) {
        let removed = self.functions.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        let Some(function) = removed else { return };
        let mut slots = function.slots();
        slots.gone = true;
        let mut main = std::mem::take(&mut slots.main);
        let loops = std::mem::take(&mut slots.loops);
        drop(slots);
        self.take_away_void(&function, &mut main, Key { function: id, osr: None });
        for (entry, mut slot) in loops {
            self.take_away_void(&function, &mut slot, Key { function: id, osr: Some(entry) });
        }
    }

    /// Compiled code was left.
    fn left(&self, request: Request, site: u32, reason: u16) {
        let Some(function) = self.function(request.function.0) else {
            return;
        };
        let key = Key { function: request.function.0, osr: request.osr };
        let mut slots = function.slots();
        let slot = slots.slot(key.osr);
        let advice = slot.tier.exited(&self.config.policy, Exit { version: request.version, site });
        let count = slot.tier.exits_at(site);
        if matches!(advice, Advice::Drop { .. } | Advice::GiveUp { .. }) {
            self.take_away(&function, slot, key);
            // The tier below collects feedback until the function is hot once more.
            function.counter.reset();
        }
        drop(slots);
        let reason = self.lower.reason(reason);
        self.event(&function, request.version, EventKind::Exited { site, reason, count });
        match advice {
            Advice::Drop { version } => self.event(&function, version, EventKind::Dropped),
            Advice::GiveUp { version } => {
                self.event(&function, version, EventKind::GaveUp(GaveUp::Versions(version)));
            }
            Advice::Stay | Advice::Compile { .. } => {}
        }
    }

    /// Jobs that nobody will do.
    pub(super) fn discard_all(&self, jobs: &[Job]) {
        for job in jobs {
            if let Some(function) = self.function(job.key.function) {
                self.event(&function, job.version, EventKind::Discarded(Discard::Shutdown));
            }
        }
    }
}

impl Source for Shared {
    fn called(&self, id: u64) {
        let Some(function) = self.function(id) else {
            return;
        };
        if self.wake(&function) {
            return;
        }
        self.count_call();
        let calls = function.counter.count(Heat::Call, 1);
        if self.config.policy.is_hot(&function.counter) {
            self.ask(&function, Key { function: id, osr: None }, calls);
        }
    }

    fn compile_now(&self, id: u64) -> bool {
        let Some(function) = self.function(id) else {
            return false;
        };
        let key = Key { function: id, osr: None };
        loop {
            if let Some(version) = self.wanted(&function, key) {
                self.event(&function, version, EventKind::Queued { priority: u32::MAX });
                self.run(Job { key, version, priority: u32::MAX, asked: Instant::now() });
            }
            let state = function.slots().main.tier.state();
            match state {
                State::Installed { .. } => return true,
                State::GaveUp(_) => return false,
                State::Queued { .. } => match self.queue.take_this(key) {
                    Some(job) => {
                        self.run(job);
                        self.queue.finish(key);
                    }
                    None => self.queue.wait_for(key),
                },
                // Declined for want of memory, switched off, or void again: the caller has to do without.
                State::Below => return false,
            }
        }
    }
}

/// Reports the exits of one version to its engine.
pub(super) struct ExitReporter {
    pub(super) engine: Weak<Shared>,
    pub(super) request: Request,
    /// Gone with the code.
    pub(super) _charge: Charge,
    /// What `request` says where it is.
    pub(super) _stale: Arc<AtomicU32>,
}

impl Observer for ExitReporter {
    fn left(&self, site: u32, reason: u16) {
        if let Some(engine) = self.engine.upgrade() {
            engine.left(self.request, site, reason);
        }
    }
}
