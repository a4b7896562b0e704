//! What tests write at the same time, printed test by test.
//!
//! Tests have numbers, and turns in the order of these. The one whose turn it is prints what it writes, the others keep it. Who has
//! kept too much waits for its turn: tests are begun in order, so the one before all others is never among those that wait.

use std::collections::BTreeMap;
use std::io::{self, Write, stderr, stdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes that a test keeps.
const MOST: usize = 1 << 20;

/// Where something is to be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// Whose turn it is.
#[derive(Default)]
pub(super) struct Board {
    turns: Mutex<Turns>,
    moved: Condvar,
}

#[derive(Default)]
struct Turns {
    now: usize,
    /// What those have kept that ended before their turn.
    ended: BTreeMap<usize, Kept>,
}

/// What was written, in order.
#[derive(Default)]
struct Kept {
    parts: Vec<(Stream, Vec<u8>)>,
    size: usize,
}

impl Kept {
    fn push(&mut self, stream: Stream, bytes: &[u8]) {
        self.size += bytes.len();
        match self.parts.last_mut() {
            Some((last, part)) if *last == stream => part.extend_from_slice(bytes),
            _ => self.parts.push((stream, bytes.to_vec())),
        }
    }

    fn print(&mut self) {
        for (stream, bytes) in self.parts.drain(..) {
            // A closed pipe is no reason to fail: the exit status still tells.
            let _ = match stream {
                Stream::Out => stdout().write_all(&bytes).and_then(|()| stdout().flush()),
                Stream::Err => stderr().write_all(&bytes),
            };
        }
        self.size = 0;
    }
}

/// A test's place. Its turn is over when it is dropped, also by a panic.
pub(super) struct Slot {
    board: Arc<Board>,
    number: usize,
    kept: Mutex<Kept>,
}

/// A panic elsewhere is reported there; the lists are whole at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    pub(super) fn new(board: Arc<Board>, number: usize) -> Slot {
        Slot { board, number, kept: Mutex::default() }
    }

    /// Prints it, or keeps it.
    pub(super) fn write(&self, stream: Stream, bytes: &[u8]) {
        let mut kept = lock(&self.kept);
        kept.push(stream, bytes);
        let mut turns = lock(&self.board.turns);
        while turns.now != self.number && kept.size > MOST {
            turns = self.board.moved.wait(turns).unwrap_or_else(PoisonError::into_inner);
        }
        if turns.now == self.number {
            drop(turns);
            kept.print();
        }
    }

    /// One of its streams.
    pub(super) fn stream(self: &Arc<Slot>, stream: Stream) -> impl Write + Send + use<> {
        Writer { slot: Arc::clone(self), stream }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let kept = std::mem::take(&mut *lock(&self.kept));
        let mut turns = lock(&self.board.turns);
        turns.ended.insert(self.number, kept);
        loop {
            let now = turns.now;
            let Some(mut kept) = turns.ended.remove(&now) else { break };
            kept.print();
            turns.now += 1;
        }
        self.board.moved.notify_all();
    }
}

struct Writer {
    slot: Arc<Slot>,
    stream: Stream,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.slot.write(self.stream, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_go_in_order_and_nobody_is_left_behind() {
        let board = Arc::new(Board::default());
        let slots: Vec<Slot> = (0..3).map(|number| Slot::new(Arc::clone(&board), number)).collect();
        let [first, second, third] = slots.try_into().unwrap_or_else(|_| panic!("three"));
        third.write(Stream::Out, b"");
        drop(third);
        assert_eq!(lock(&board.turns).now, 0);
        drop(first);
        assert_eq!(lock(&board.turns).now, 1);
        drop(second);
        let turns = lock(&board.turns);
        assert_eq!((turns.now, turns.ended.len()), (3, 0));
    }

    #[test]
    fn who_has_kept_too_much_waits_for_its_turn() {
        let board = Arc::new(Board::default());
        let (first, second) = (Slot::new(Arc::clone(&board), 0), Slot::new(Arc::clone(&board), 1));
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut kept = lock(&second.kept);
                kept.size = MOST;
                drop(kept);
                second.write(Stream::Out, b" ");
                lock(&second.board.turns).now
            });
            drop(first);
            assert!(writer.join().is_ok_and(|now| now == 1));
        });
    }
}
