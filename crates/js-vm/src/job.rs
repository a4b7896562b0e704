//! 9.5 Jobs and Host Operations to Enqueue Jobs.
//!
//! A job is a function of this crate, or of the library's, and a few values. Microtasks run in the order in which they were
//! enqueued; what a host enqueues for later turns of its loop is its own matter.

use crate::error::Res;
use crate::vm::Vm;
use crate::waits::Waits;
use heap::{Gc, Tracer};
use js_rt::{List, Obj, Realm, Registry, Value, WeakCell};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};

/// What a job does with its values.
pub type JobFn = fn(&Vm, &[Value; Job::VALUES]) -> Res<()>;

/// 9.5.1 JobCallback Records and what else a job is about
#[derive(Clone, Copy)]
pub struct Job {
    run: JobFn,
    values: [Value; Job::VALUES],
    realm: Option<Gc<Realm>>,
}

impl Job {
    /// Values that a job can have.
    pub const VALUES: usize = 4;

    /// A job of the running realm.
    pub fn new(run: JobFn, values: [Value; Job::VALUES]) -> Job {
        Job { run, values, realm: None }
    }

    /// The same for a realm, which is the running one when the job runs.
    pub fn in_realm(self, realm: Gc<Realm>) -> Job {
        Job { realm: Some(realm), ..self }
    }

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.values.iter().for_each(|value| value.trace(tracer));
        tracer.edge_opt(self.realm);
    }
}

/// Operations of HostPromiseRejectionTracker (27.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectionOperation {
    /// A promise was rejected that has no handler.
    Reject,
    /// A handler was added to one that was rejected before.
    Handle,
}

/// Promises in the order in which they were rejected; those that got a handler leave.
#[derive(Default)]
struct Rejected {
    order: Vec<Option<Obj>>,
    /// By address: where they are in that order.
    places: HashMap<u64, usize>,
}

impl Rejected {
    fn add(&mut self, promise: Obj) {
        self.places.insert(promise.to_bits(), self.order.len());
        self.order.push(Some(promise));
    }

    fn remove(&mut self, promise: Obj) {
        if let Some(place) = self.places.remove(&promise.to_bits())
            && let Some(place) = self.order.get_mut(place)
        {
            *place = None;
        }
        if self.places.is_empty() {
            self.order.clear();
        }
    }
}

/// What waits to be run in an isolate.
#[derive(Default)]
pub(crate) struct Jobs {
    queue: RefCell<VecDeque<Job>>,
    /// Promises that were rejected and have no handler yet.
    rejected: RefCell<Rejected>,
    running: Cell<bool>,
    /// What WeakRefs gave away since the last microtask, by word.
    kept: RefCell<HashMap<u64, Value>>,
    /// The finalization registries, weakly.
    registries: RefCell<Vec<Gc<WeakCell>>>,
    /// Promises of Atomics.waitAsync.
    pub(crate) waits: Waits,
}

impl Jobs {
    /// Reports the handles. Nobody holds a borrow across an allocation.
    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        if let Ok(queue) = self.queue.try_borrow() {
            queue.iter().for_each(|job| job.trace(tracer));
        }
        if let Ok(rejected) = self.rejected.try_borrow() {
            rejected.order.iter().for_each(|promise| tracer.edge_opt(*promise));
        }
        if let Ok(kept) = self.kept.try_borrow() {
            kept.values().for_each(|value| value.trace(tracer));
        }
        if let Ok(registries) = self.registries.try_borrow() {
            registries.iter().for_each(|weak| tracer.edge(*weak));
        }
        self.waits.trace(tracer);
    }
}

impl Vm {
    /// 9.5.5 HostEnqueuePromiseJob, also for other microtasks
    pub fn enqueue_job(&self, job: Job) {
        let job = Job { realm: job.realm.or(self.state.realm.get()), ..job };
        self.state.jobs.queue.borrow_mut().push_back(job);
    }

    /// Whether no microtask waits.
    pub fn no_jobs(&self) -> bool {
        self.state.jobs.queue.borrow().is_empty()
    }

    /// Runs microtasks until none is left; does nothing in a microtask. 9.10.3 ClearKeptObjects follows.
    ///
    /// # Errors
    /// The first error that escaped from one: those of promises never do, except when the program is ended. The rest stays queued.
    pub fn run_jobs(&self) -> Res<()> {
        if self.state.jobs.running.replace(true) {
            return Ok(());
        }
        let result = self.drain_jobs();
        self.state.jobs.running.set(false);
        result
    }

    fn drain_jobs(&self) -> Res<()> {
        loop {
            let job = self.state.jobs.queue.borrow_mut().pop_front();
            let Some(job) = job else {
                self.clear_kept_objects();
                return Ok(());
            };
            let before = self.state.realm.replace(job.realm);
            let result = (job.run)(self, &job.values);
            self.state.realm.set(before);
            result?;
        }
    }

    /// 9.10.1 ClearKeptObjects
    fn clear_kept_objects(&self) {
        self.state.jobs.kept.borrow_mut().clear();
    }

    /// 9.10.2 AddToKeptObjects
    pub fn add_to_kept_objects(&self, value: Value) {
        self.state.jobs.kept.borrow_mut().insert(value.bits(), value);
    }

    /// Has the callback of a FinalizationRegistry be called when its targets are dead. Internal slots of `registry`: its
    /// [`Registry`] and the callback.
    pub fn track_registry(&self, registry: Obj) -> Res<()> {
        let weak = self.rt.new_weak_cell(registry.into())?;
        self.state.jobs.registries.borrow_mut().push(weak);
        Ok(())
    }

    /// 9.10.4.1 HostEnqueueFinalizationRegistryCleanupJob: calls what is due. For hosts, between turns of their loop; whether
    /// anything was called.
    ///
    /// # Errors
    /// What a callback throws; the rest is left for the next time.
    pub fn run_cleanup_jobs(&self) -> Res<bool> {
        if !self.rt.reclaimed() {
            return Ok(false);
        }
        let mut called = false;
        let mut at = 0;
        loop {
            let weak = self.state.jobs.registries.borrow().get(at).copied();
            let Some(weak) = weak else {
                return Ok(called);
            };
            match weak.target().as_object() {
                Some(registry) => {
                    called |= self.cleanup_finalization_registry(registry, Value::UNDEFINED)?;
                    at += 1;
                }
                None => {
                    self.state.jobs.registries.borrow_mut().swap_remove(at);
                }
            }
        }
    }

    /// 9.13 CleanupFinalizationRegistry; `callback` instead of the registry's own unless undefined
    pub fn cleanup_finalization_registry(&self, registry: Obj, callback: Value) -> Res<bool> {
        let Some(cells) = registry.internal(0).cell::<Registry>() else {
            return Ok(false);
        };
        let callback = if callback.is_undefined() { registry.internal(1) } else { callback };
        let mut called = false;
        while let Some(held) = cells.take_ready() {
            called = true;
            self.call(callback, Value::UNDEFINED, &[held])?;
        }
        Ok(called)
    }

    /// Forgets all microtasks: the program was ended.
    pub fn drop_jobs(&self) {
        self.state.jobs.queue.borrow_mut().clear();
        *self.state.jobs.rejected.borrow_mut() = Rejected::default();
        self.state.jobs.waits.clear();
    }

    /// 27.2.1.9 HostPromiseRejectionTracker
    pub(crate) fn track_rejection(&self, promise: Obj, operation: RejectionOperation) {
        let mut rejected = self.state.jobs.rejected.borrow_mut();
        match operation {
            RejectionOperation::Reject => rejected.add(promise),
            RejectionOperation::Handle => rejected.remove(promise),
        }
    }

    /// The promises that were rejected since the last call and have no handler by now. For hosts, when no microtask is left.
    pub fn take_unhandled_rejections(&self) -> Res<Gc<List>> {
        let list = self.rt.new_list()?;
        let mut at = 0;
        loop {
            // Nothing is borrowed while the list grows.
            let promise = self.state.jobs.rejected.borrow().order.get(at).copied();
            let Some(promise) = promise else {
                *self.state.jobs.rejected.borrow_mut() = Rejected::default();
                return Ok(list);
            };
            if let Some(promise) = promise {
                list.push(&self.rt, promise.into())?;
            }
            at += 1;
        }
    }
}
