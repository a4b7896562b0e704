//! What is to be compiled, the most urgent first, each function once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What code is made for: a function, or one of its loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The engine's number of the function.
    pub(crate) function: u64,
    /// The loop, for code that is entered in the middle.
    pub(crate) osr: Option<u32>,
}

/// One compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) key: Key,
    pub(crate) version: u32,
    pub(crate) priority: u32,
    pub(crate) asked: Instant,
}

/// Higher priority first, then older first: the order of the map is ascending.
type Place = (std::cmp::Reverse<u32>, u64);

#[derive(Debug, Default)]
struct Inner {
    order: BTreeMap<Place, Job>,
    places: HashMap<Key, Place>,
    /// Jobs that were taken and are not done.
    running: Vec<Key>,
    next: u64,
    closed: bool,
}

/// Jobs that wait.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    /// Something to do, or closed.
    work: Condvar,
    /// A job is done.
    done: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The critical sections below do not panic between changes that belong together.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job. One for the same key that waits already is replaced, and keeps the higher of the two priorities.
    /// Whether the queue takes jobs at all.
    pub(crate) fn push(&self, mut job: Job) -> bool {
        let mut inner = self.lock();
        if inner.closed {
            return false;
        }
        let mut number = inner.next;
        inner.next += 1;
        if let Some(place) = inner.places.remove(&job.key)
            && let Some(old) = inner.order.remove(&place)
        {
            job.priority = job.priority.max(old.priority);
            if job.priority == old.priority {
                number = place.1;
            }
        }
        let place = (std::cmp::Reverse(job.priority), number);
        inner.places.insert(job.key, place);
        inner.order.insert(place, job);
        drop(inner);
        self.work.notify_one();
        true
    }

    /// Waits for the most urgent job; `None` when the queue is closed.
    pub(crate) fn take(&self) -> Option<Job> {
        let mut inner = self.lock();
        loop {
            if inner.closed {
                return None;
            }
            if let Some((_, job)) = inner.order.pop_first() {
                inner.places.remove(&job.key);
                inner.running.push(job.key);
                return Some(job);
            }
            inner = self.work.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes a waiting job for this key, to be done by the caller.
    pub(crate) fn take_this(&self, key: Key) -> Option<Job> {
        let mut inner = self.lock();
        let place = inner.places.remove(&key)?;
        let job = inner.order.remove(&place)?;
        inner.running.push(key);
        Some(job)
    }

    /// A job that was taken is done.
    pub(crate) fn finish(&self, key: Key) {
        let mut inner = self.lock();
        if let Some(at) = inner.running.iter().position(|running| *running == key) {
            inner.running.swap_remove(at);
        }
        drop(inner);
        self.done.notify_all();
    }

    /// Waits until nobody works on this key.
    pub(crate) fn wait_for(&self, key: Key) {
        let mut inner = self.lock();
        while inner.running.contains(&key) {
            inner = self.done.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until nothing waits and nobody works.
    pub(crate) fn wait_idle(&self) {
        let mut inner = self.lock();
        while !(inner.closed || inner.order.is_empty() && inner.running.is_empty()) {
            inner = self.done.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no more jobs, and gives back the ones that waited.
    pub(crate) fn close(&self) -> Vec<Job> {
        let mut inner = self.lock();
        inner.closed = true;
        inner.places.clear();
        let left = std::mem::take(&mut inner.order).into_values().collect();
        drop(inner);
        self.work.notify_all();
        self.done.notify_all();
        left
    }

    /// Jobs that wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(function: u64, version: u32, priority: u32) -> Job {
        Job { key: Key { function, osr: None }, version, priority, asked: Instant::now() }
    }

    fn drain(queue: &Queue) -> Vec<(u64, u32)> {
        let mut order = Vec::new();
        while queue.len() > 0 {
            let job = queue.take().expect("the queue is open");
            order.push((job.key.function, job.version));
            queue.finish(job.key);
        }
        order
    }

    #[test]
    fn urgent_jobs_go_first_and_equals_in_order() {
        let queue = Queue::default();
        for (function, priority) in [(1, 5), (2, 9), (3, 5), (4, 9)] {
            assert!(queue.push(job(function, 1, priority)));
        }
        assert_eq!(drain(&queue), [(2, 1), (4, 1), (1, 1), (3, 1)]);
    }

    #[test]
    fn duplicates_are_folded_and_only_gain() {
        let queue = Queue::default();
        queue.push(job(1, 1, 1));
        queue.push(job(2, 1, 5));
        queue.push(job(1, 2, 9));
        queue.push(job(2, 2, 1));
        assert_eq!(queue.len(), 2);
        assert_eq!(drain(&queue), [(1, 2), (2, 2)]);
        let osr = Key { function: 1, osr: Some(0) };
        queue.push(job(1, 3, 1));
        queue.push(Job { key: osr, ..job(1, 1, 1) });
        assert_eq!(queue.len(), 2, "a loop is compiled apart from its function");
    }

    #[test]
    fn a_caller_may_take_a_job_over() {
        let queue = Queue::default();
        queue.push(job(1, 1, 1));
        let key = Key { function: 1, osr: None };
        assert!(queue.take_this(key).is_some());
        assert!(queue.take_this(key).is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.wait_for(key));
            queue.finish(key);
            waiting.join().unwrap();
            queue.wait_idle();
        });
    }

    #[test]
    fn closing_wakes_workers_and_hands_back_what_waits() {
        let queue = Queue::default();
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let first = queue.take().expect("there is one job");
                queue.finish(first.key);
                queue.take()
            });
            queue.push(job(1, 1, 1));
            queue.wait_for(Key { function: 1, osr: None });
            while queue.len() > 0 {
                std::thread::yield_now();
            }
            queue.close();
            assert_eq!(worker.join().unwrap(), None);
        });
        assert!(!queue.push(job(2, 1, 1)));
        let queue = Queue::default();
        queue.push(job(2, 1, 1));
        assert_eq!(queue.close().len(), 1);
        assert_eq!(queue.take(), None);
    }
}
