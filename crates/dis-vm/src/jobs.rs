//! Calls of the host that may take as long as they like: each has a thread of its own while the proc that made it is parked.

use crate::bell::Bell;
use crate::line::Line;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Most calls at a time. Abandoned ones count until the host answers.
const MOST: usize = 256;
/// Events of calls begin here. What is below is the machine's own.
pub(crate) const FIRST: u32 = 1 << 31;

/// What a call came to.
pub(crate) enum Answer {
    Opened(File),
    Bytes(Vec<u8>),
    Line(Line),
    Done,
}

#[derive(Default)]
struct Shared {
    done: HashMap<u32, io::Result<Answer>>,
    /// Events of answers that nobody has heard of yet.
    news: Vec<u32>,
    abandoned: Vec<u32>,
    running: usize,
}

/// All such calls of a machine.
pub(crate) struct Jobs {
    shared: Arc<Mutex<Shared>>,
    bell: Arc<Bell>,
    next: u32,
}

impl Jobs {
    pub(crate) fn new(bell: Arc<Bell>) -> Jobs {
        Jobs { shared: Arc::default(), bell, next: FIRST }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Shared) -> T) -> T {
        act(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Begins a call. The result is the event to wait for.
    pub(crate) fn start(
        &mut self,
        call: impl FnOnce() -> io::Result<Answer> + Send + 'static,
    ) -> Result<u32, String> {
        let full = self.with(|shared| {
            let full = shared.running >= MOST;
            shared.running += usize::from(!full);
            full
        });
        if full {
            return Err(format!("too many calls wait for the host: {MOST}"));
        }
        let number = self.next;
        self.next = self.next.checked_add(1).unwrap_or(FIRST);
        let (shared, bell) = (Arc::clone(&self.shared), Arc::clone(&self.bell));
        let started = std::thread::Builder::new().name("host call".into()).spawn(move || {
            let answer = call();
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.running -= 1;
            match shared.abandoned.iter().position(|other| *other == number) {
                Some(at) => drop(shared.abandoned.swap_remove(at)),
                None => {
                    shared.done.insert(number, answer);
                    shared.news.push(number);
                }
            }
            drop(shared);
            bell.ring();
        });
        if let Err(error) = started {
            self.with(|shared| shared.running -= 1);
            return Err(error.to_string());
        }
        Ok(number)
    }

    /// What a call came to, if it is done.
    pub(crate) fn take(&self, number: u32) -> Option<io::Result<Answer>> {
        self.with(|shared| shared.done.remove(&number))
    }

    /// Nobody wants to know any more.
    pub(crate) fn abandon(&self, number: u32) {
        self.with(|shared| {
            if shared.done.remove(&number).is_none() {
                shared.abandoned.push(number);
            }
        });
    }

    /// Events of calls that are done, each once.
    pub(crate) fn news(&self) -> Vec<u32> {
        self.with(|shared| std::mem::take(&mut shared.news))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_rings_when_it_is_done_unless_it_was_abandoned() {
        let bell = Arc::new(Bell::default());
        let mut jobs = Jobs::new(Arc::clone(&bell));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let left = jobs.start(move || wait.recv().map(|()| Answer::Done).map_err(io::Error::other));
        let left = left.expect("a thread");
        jobs.abandon(left);
        go.send(()).expect("it waits");
        while jobs.with(|shared| shared.running) > 0 {
            bell.wait(None);
        }
        assert!(jobs.news().is_empty() && jobs.take(left).is_none());
        let number = jobs.start(|| Ok(Answer::Bytes(vec![7]))).expect("a thread");
        while jobs.news() != [number] {
            bell.wait(None);
        }
        assert!(matches!(jobs.take(number), Some(Ok(Answer::Bytes(bytes))) if bytes == [7]));
    }
}
