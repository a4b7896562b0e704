//! 25.4.16 Atomics.waitAsync: promises that wait for a notification.
//!
//! Nobody is blocked, so somebody has to look: the host, between turns of its loop. What is notified by the isolate itself is
//! found then, too.

use crate::error::Res;
use crate::vm::Vm;
use heap::Tracer;
use js_rt::{Obj, Ticket, Value};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// How long nobody looks whether another thread has notified.
const LOOK: Duration = Duration::from_millis(1);

/// A promise that is fulfilled by a notification, or when its time is over.
struct Wait {
    ticket: Ticket,
    end: Option<Instant>,
    promise: Obj,
}

/// Those of an isolate.
#[derive(Default)]
pub(crate) struct Waits {
    list: RefCell<Vec<Wait>>,
    /// Whether the agent must not be blocked.
    never_blocks: Cell<bool>,
}

impl Waits {
    /// Reports the handles. Nobody holds a borrow across an allocation.
    pub(crate) fn trace(&self, tracer: &mut Tracer<'_>) {
        if let Ok(waits) = self.list.try_borrow() {
            waits.iter().for_each(|wait| tracer.edge(wait.promise));
        }
    }

    pub(crate) fn clear(&self) {
        self.list.borrow_mut().clear();
    }
}

impl Vm {
    /// 9.7.2 AgentCanSuspend: whether Atomics.wait may block the thread
    pub fn can_suspend(&self) -> bool {
        !self.state.jobs.waits.never_blocks.get()
    }

    /// Whether Atomics.wait may block the thread; it may unless the host says no.
    pub fn set_can_suspend(&self, can: bool) {
        self.state.jobs.waits.never_blocks.set(!can);
    }

    /// Has `promise` be fulfilled with `"ok"` when `ticket` is notified, or with `"timed-out"` at a time.
    pub fn add_async_wait(&self, ticket: Ticket, end: Option<Instant>, promise: Obj) {
        self.state.jobs.waits.list.borrow_mut().push(Wait { ticket, end, promise });
    }

    /// Fulfils the promises that are due. For hosts, between turns of their loop; whether there were any.
    ///
    /// # Errors
    /// Memory is out.
    pub fn settle_async_waits(&self) -> Res<bool> {
        let mut any = false;
        loop {
            let due = self.take_due_wait();
            let Some((promise, notified)) = due else { return Ok(any) };
            any = true;
            let text = self.rt.str_from_utf8(if notified { "ok" } else { "timed-out" })?;
            self.resolve_promise(promise, Value::from(text))?;
        }
    }

    fn take_due_wait(&self) -> Option<(Obj, bool)> {
        let mut waits = self.state.jobs.waits.list.borrow_mut();
        let now = Instant::now();
        let is_due = |wait: &Wait| wait.ticket.is_notified() || wait.end.is_some_and(|end| end <= now);
        let at = waits.iter().position(is_due)?;
        let wait = waits.remove(at);
        Some((wait.promise, wait.ticket.is_notified()))
    }

    /// When [`Vm::settle_async_waits`] is to be called next; `None` when nothing waits.
    pub fn next_async_wait(&self) -> Option<Instant> {
        let waits = self.state.jobs.waits.list.borrow();
        let look = Instant::now() + LOOK;
        waits.iter().map(|wait| wait.end.map_or(look, |end| end.min(look))).min()
    }
}
