//! `#|`: pipes, whose two ends are cross-connected. pipe(3).

use super::Node;
use crate::errors::{Fail, HUNG_UP, NOT_FOUND, Outcome};
use crate::files::Notices;
use crate::stat::{DIRECTORY, Stat};
use crate::trap::Trap;
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// Bytes on their way from which on writers wait, until there are half as many.
const LIMIT: usize = 32 << 10;
/// Most bytes that one read gives; larger writes are several.
const BLOCK: usize = 128 << 10;
/// How often the end is said to be there before it is an error to ask.
const ENDS: u32 = 3;

/// What is on its way to one end.
#[derive(Default)]
struct Queue {
    blocks: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Nobody writes any more.
    closed: bool,
    /// How often its reader heard of that.
    ends: u32,
}

/// A pipe. It is there as long as a name or a descriptor leads to it.
pub(crate) struct Pipe {
    /// By the end that reads them.
    queues: [RefCell<Queue>; 2],
    /// How many times each end is open.
    open: [Cell<usize>; 2],
    /// Rung when those who wait should look again.
    event: u32,
    notices: Rc<Notices>,
}

/// An end that is open.
pub(crate) struct End {
    pipe: Rc<Pipe>,
    side: usize,
}

impl Pipe {
    pub(crate) fn new(notices: &Rc<Notices>) -> Rc<Pipe> {
        Rc::new(Pipe {
            queues: Default::default(),
            open: Default::default(),
            event: notices.event(),
            notices: Rc::clone(notices),
        })
    }

    fn waiting(&self, side: usize) -> usize {
        self.queues[side].borrow().bytes
    }
}

impl End {
    pub(crate) fn open(pipe: &Rc<Pipe>, side: usize) -> End {
        pipe.open[side].set(pipe.open[side].get() + 1);
        End { pipe: Rc::clone(pipe), side }
    }

    pub(crate) fn read(&self, count: usize) -> Outcome<Vec<u8>> {
        let mut queue = self.pipe.queues[self.side].borrow_mut();
        let Some(mut block) = queue.blocks.pop_front() else {
            if !queue.closed {
                return Err(Trap::Park(self.pipe.event).into());
            }
            queue.ends += 1;
            return if queue.ends > ENDS { Err(HUNG_UP.into()) } else { Ok(Vec::new()) };
        };
        let before = queue.bytes;
        if block.len() > count {
            let rest = block.split_off(count);
            queue.blocks.push_front(rest);
        }
        queue.bytes -= block.len();
        self.pipe.notices.give(block.len());
        if before >= LIMIT / 2 && queue.bytes < LIMIT / 2 {
            self.pipe.notices.ring(self.pipe.event);
        }
        Ok(block)
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Outcome<()> {
        let mut queue = self.pipe.queues[1 - self.side].borrow_mut();
        if self.pipe.queues[self.side].borrow().closed {
            return Err(Fail::Raise("write on closed pipe"));
        }
        // Blocks without bytes count, too.
        if queue.bytes + queue.blocks.len() >= LIMIT {
            return Err(Trap::Park(self.pipe.event).into());
        }
        self.pipe.notices.take(bytes.len())?;
        queue.bytes += bytes.len();
        if bytes.is_empty() {
            queue.blocks.push_back(Vec::new());
        }
        queue.blocks.extend(bytes.chunks(BLOCK).map(<[u8]>::to_vec));
        self.pipe.notices.ring(self.pipe.event);
        Ok(())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let open = &self.pipe.open;
        open[self.side].set(open[self.side].get() - 1);
        if open[self.side].get() == 0 {
            self.pipe.queues[1 - self.side].borrow_mut().closed = true;
            self.pipe.notices.ring(self.pipe.event);
        }
        if open.iter().all(|open| open.get() == 0) {
            self.pipe.queues.iter().for_each(|queue| self.pipe.notices.give(queue.take().bytes));
        }
    }
}

pub(super) fn walk(pipe: &Rc<Pipe>, name: &str) -> Result<Node, String> {
    match name {
        "data" => Ok(Node::Pipe(Rc::clone(pipe), 1)),
        "data1" => Ok(Node::Pipe(Rc::clone(pipe), 2)),
        _ => Err(NOT_FOUND.into()),
    }
}

pub(super) fn stat(vm: &Vm, pipe: &Pipe, end: u8, name: &str) -> Stat {
    let path = 4 * i64::from(pipe.event) + i64::from(end);
    let mode = if end == 0 { DIRECTORY | 0o555 } else { 0o600 };
    let length = if end == 0 { 0 } else { pipe.waiting(usize::from(end == 2)) as i64 };
    Stat { length, ..Stat::made('|', name, path, mode, vm.files.begun) }
}

pub(super) fn list(vm: &Vm, pipe: &Pipe) -> Vec<Stat> {
    vec![stat(vm, pipe, 1, "data"), stat(vm, pipe, 2, "data1")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> (End, End) {
        let pipe = Pipe::new(&Notices::with_room(1 << 20));
        (End::open(&pipe, 0), End::open(&pipe, 1))
    }

    #[test]
    fn what_is_written_at_one_end_is_read_at_the_other_block_by_block() {
        let (a, b) = ends();
        assert!(matches!(b.read(9), Err(Fail::Trap(Trap::Park(_)))));
        a.write(b"first").and_then(|()| a.write(b"")).and_then(|()| a.write(b"second")).expect("room");
        let read = |count| b.read(count).expect("bytes");
        assert_eq!(
            (read(3), read(9), read(9), read(9)),
            (b"fir".into(), b"st".into(), vec![], b"second".into())
        );
        b.write(b"back").expect("room");
        assert_eq!(a.read(9), Ok(b"back".to_vec()));
    }

    #[test]
    fn writers_wait_while_there_is_much_and_closed_ends_are_heard_of() {
        let (a, b) = ends();
        a.write(&[1; LIMIT]).expect("room");
        assert!(matches!(a.write(b"x"), Err(Fail::Trap(Trap::Park(_)))));
        drop(a);
        assert_eq!(b.read(LIMIT).map(|bytes| bytes.len()), Ok(LIMIT));
        assert_eq!((0..4).map(|_| b.read(1)).collect::<Vec<_>>()[2..], [Ok(vec![]), Err(HUNG_UP.into())]);
        assert_eq!(b.write(b"x"), Err(Fail::Raise("write on closed pipe")));
    }
}
