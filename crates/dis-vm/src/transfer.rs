//! Reading and writing what is open, whatever it is. sys-read(2), sys-seek(2).
//!
//! A call that has to wait leaves with [`Trap::Park`] or [`Trap::Switch`] and is made again later. It has changed nothing then but what
//! the proc notes of it.

use crate::errors::{BAD_USE, Fail, IS_FOLDER, NEGATIVE, Outcome, STREAM};
use crate::files::{Kind, Open, READ, WRITE};
use crate::input::retry;
use crate::jobs::Answer;
use crate::proc::Exchange;
use crate::stat::Stat;
use crate::trap::Trap;
use crate::vm::Vm;
use dis_rt::Addr;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::rc::Rc;
use std::sync::Arc;

/// Most bytes that one call moves between here and the host.
const BLOCK: usize = 1 << 20;

/// Bytes that Inferno moves in one message, which is what files of servers and of the host have for a unit.
const UNIT: i32 = 8192;

impl Vm {
    /// Has the host do something that may take long: the proc is parked until it is done.
    pub(crate) fn call_host(
        &mut self,
        call: impl FnOnce() -> io::Result<Answer> + Send + 'static,
    ) -> Outcome<Answer> {
        let number = match self.cur.exchange.take() {
            Some(Exchange::Job(number)) => number,
            other => {
                self.cur.exchange = other;
                self.jobs.start(call)?
            }
        };
        match self.jobs.take(number) {
            Some(answer) => Ok(answer?),
            None => {
                self.cur.exchange = Some(Exchange::Job(number));
                Err(Trap::Park(number).into())
            }
        }
    }

    /// Reads; where a file is, or at another place of it, which then stays where it is.
    pub(crate) fn read_open(&mut self, open: &Rc<Open>, count: usize, at: Option<u64>) -> Outcome<Vec<u8>> {
        if open.mode == WRITE {
            return Err(BAD_USE.into());
        }
        let count = count.min(BLOCK);
        let offset = at.unwrap_or(open.offset.get());
        let bytes = match &open.kind {
            Kind::Input(input) => waited(input.read(count, false, &self.canceller.bell))?,
            Kind::Console(input, _) => waited(input.read(count, true, &self.canceller.bell))?,
            Kind::Output(_) => return Err(BAD_USE.into()),
            Kind::File(_) => {
                let mut buffer = vec![0; count];
                let read = read_file(open, &mut buffer, at)?;
                buffer.truncate(read);
                buffer
            }
            Kind::Stream(file) => {
                let file = Arc::clone(file);
                let answer = self.call_host(move || file.read(count).map(Answer::Bytes))?;
                let Answer::Bytes(bytes) = answer else { return Err(BAD_USE.into()) };
                bytes
            }
            Kind::Folder(..) => self.packed_entries(open, count)?,
            Kind::Variable(variable) => variable.read(offset, count),
            Kind::Pipe(end) => end.read(count)?,
            Kind::Client(client) => self.read_served(client, offset, count)?,
            Kind::Remote(file) => self.read_remote(file, offset, count)?,
            Kind::Wait(queue) => queue.read(count)?,
            Kind::Made => self.read_node(&open.node, offset, count)?,
        };
        if at.is_none() {
            open.offset.set(offset.saturating_add(bytes.len() as u64));
        }
        Ok(bytes)
    }

    /// Reads into a place of the heap, of which so many bytes are there.
    pub(crate) fn read_into(
        &mut self,
        open: &Rc<Open>,
        place: Addr,
        count: usize,
        at: Option<u64>,
    ) -> Outcome<usize> {
        if open.mode != WRITE
            && let Kind::File(_) = &open.kind
        {
            return Ok(read_file(open, self.heap.memory.bytes_mut(place, count), at)?);
        }
        let bytes = self.read_open(open, count, at)?;
        self.heap.memory.bytes_mut(place, bytes.len()).copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    /// Writes all of it.
    pub(crate) fn write_open(&mut self, open: &Rc<Open>, bytes: &[u8], at: Option<u64>) -> Outcome<usize> {
        if open.mode == READ {
            return Err(BAD_USE.into());
        }
        let offset = at.unwrap_or(open.offset.get());
        let mut count = bytes.len();
        match &open.kind {
            Kind::Output(output) | Kind::Console(_, output) => output.try_write(bytes)?,
            Kind::File(_) => write_file(open, bytes, at)?,
            Kind::Stream(file) => {
                let (file, bytes) = (Arc::clone(file), bytes.to_vec());
                self.call_host(move || file.write(&bytes).map(|()| Answer::Done))?;
            }
            Kind::Variable(variable) => variable.write(offset, bytes)?,
            Kind::Pipe(end) => end.write(bytes)?,
            Kind::Client(client) => count = self.write_served(client, offset, bytes)?.min(count),
            Kind::Remote(file) => count = self.write_remote(file, offset, bytes)?,
            Kind::Made => self.write_node(&open.node, bytes)?,
            Kind::Input(_) | Kind::Folder(..) | Kind::Wait(_) => return Err(BAD_USE.into()),
        }
        if at.is_none() {
            open.offset.set(offset.saturating_add(count as u64));
        }
        Ok(count)
    }

    /// Where a file goes on, counted from its begin, from where it is, or from its end: 0, 1, 2.
    pub(crate) fn seek_open(&mut self, open: &Rc<Open>, offset: i64, from: i32) -> Outcome<u64> {
        if let Kind::Folder(_, entries) = &open.kind {
            if (offset, from) != (0, 0) {
                return Err(IS_FOLDER.into());
            }
            *entries.borrow_mut() = None;
            return Ok(0);
        }
        if matches!(
            open.kind,
            Kind::Pipe(_) | Kind::Stream(_) | Kind::Input(_) | Kind::Output(_) | Kind::Console(..)
        ) {
            return Err(STREAM.into());
        }
        let base = match from {
            0 => Some(0),
            1 => i64::try_from(open.place()).ok(),
            2 => Some(self.stat_node(&open.node, "")?.length),
            _ => return Err(crate::errors::BAD_ARGUMENT.into()),
        };
        let to = base.and_then(|base| base.checked_add(offset)).and_then(|to| u64::try_from(to).ok());
        let to = to.ok_or(NEGATIVE)?;
        if let Kind::File(file) = &open.kind {
            file.borrow_mut().seek(SeekFrom::Start(to))?;
        }
        open.offset.set(to);
        Ok(to)
    }

    /// Bytes that one message to the server of a file takes, 0 where that says nothing.
    pub(crate) fn unit(&self, open: &Open) -> i32 {
        match &open.kind {
            Kind::File(_) | Kind::Client(_) | Kind::Folder(..) => UNIT,
            Kind::Remote(file) => file.unit(),
            _ => 0,
        }
    }

    /// Some more entries of an open folder, none at its end. They stay until they are passed.
    pub(crate) fn read_entries(&mut self, open: &Rc<Open>) -> Outcome<Vec<Stat>> {
        const SOME: usize = 64;
        let Kind::Folder(nodes, entries) = &open.kind else { return Err(crate::errors::NOT_FOLDER.into()) };
        if entries.borrow().is_none() {
            let mut all = Vec::new();
            let single = nodes.len() == 1;
            for node in nodes {
                match self.list(node) {
                    Ok(some) => all.extend(some),
                    // What cannot be read is no part of a union.
                    Err(Fail::Error(_)) if !single => {}
                    Err(fail) => return Err(fail),
                }
            }
            *entries.borrow_mut() = Some((all, 0));
        }
        let entries = entries.borrow();
        let (all, given) = entries.as_ref().map_or((&[][..], 0), |(all, given)| (all.as_slice(), *given));
        Ok(all[given.min(all.len())..].iter().take(SOME).cloned().collect())
    }

    /// Entries that were looked at are not looked at again.
    pub(crate) fn pass(open: &Open, count: usize) {
        if let Kind::Folder(_, entries) = &open.kind
            && let Some((_, given)) = &mut *entries.borrow_mut()
        {
            *given += count;
        }
    }

    /// Entries as bytes, whole ones only.
    fn packed_entries(&mut self, open: &Rc<Open>, count: usize) -> Outcome<Vec<u8>> {
        let (mut bytes, mut passed) = (Vec::new(), 0);
        for stat in self.read_entries(open)? {
            let packed = stat.pack();
            if bytes.len() + packed.len() > count {
                break;
            }
            bytes.extend(packed);
            passed += 1;
        }
        Vm::pass(open, passed);
        Ok(bytes)
    }
}

impl Open {
    /// Where it is read and written next.
    pub(crate) fn place(&self) -> u64 {
        match &self.kind {
            Kind::File(file) => file.borrow_mut().stream_position().unwrap_or(0),
            _ => self.offset.get(),
        }
    }
}

/// What standard input has to say; an event to wait for if there is nothing yet.
fn waited(read: io::Result<Option<Vec<u8>>>) -> Outcome<Vec<u8>> {
    read?.ok_or(Fail::Trap(Trap::Park(0)))
}

/// Does something at another place of a file, which stays where it is.
fn at_place<T>(open: &Open, at: Option<u64>, act: impl Fn(&std::fs::File) -> io::Result<T>) -> io::Result<T> {
    let Kind::File(file) = &open.kind else { return Err(io::ErrorKind::InvalidInput.into()) };
    let mut file = file.borrow_mut();
    let Some(at) = at else { return act(&file) };
    let here = file.stream_position()?;
    file.seek(SeekFrom::Start(at))?;
    let result = act(&file);
    file.seek(SeekFrom::Start(here))?;
    result
}

fn read_file(open: &Open, buffer: &mut [u8], at: Option<u64>) -> io::Result<usize> {
    let buffer = std::cell::RefCell::new(buffer);
    at_place(open, at, |mut file| retry(|| file.read(&mut buffer.borrow_mut())))
}

fn write_file(open: &Open, bytes: &[u8], at: Option<u64>) -> io::Result<()> {
    at_place(open, at, |mut file| file.write_all(bytes))
}
