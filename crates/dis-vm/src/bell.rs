//! What wakes a machine that waits: answers of the host, and whoever wants it to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Rung by other threads, heard by the machine's.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Waits until it is rung, or was since the last time, no longer than this.
    pub(crate) fn wait(&self, time: Option<Duration>) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rung = match time {
            None => self.changed.wait_while(rung, |rung| !*rung).unwrap_or_else(PoisonError::into_inner),
            Some(time) => {
                let waited = self.changed.wait_timeout_while(rung, time, |rung| !*rung);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        *rung = false;
    }
}

/// Stops a machine from another thread, also while it waits.
#[derive(Clone, Debug, Default)]
pub struct Canceller {
    wanted: Arc<AtomicBool>,
    pub(crate) bell: Arc<Bell>,
}

impl Canceller {
    /// Has the machine stop before the next turn of a proc.
    pub fn cancel(&self) {
        self.wanted.store(true, Ordering::Release);
        self.bell.ring();
    }

    pub(crate) fn wanted(&self) -> bool {
        self.wanted.load(Ordering::Acquire)
    }
}
