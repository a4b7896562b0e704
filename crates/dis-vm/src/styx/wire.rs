//! What messages go through: an open file, both ways. Messages are read and written as a whole.

use super::{HEADER, LARGEST};
use crate::errors::{BAD_USE, Fail, HUNG_UP, Outcome};
use crate::files::{Kind, Notices, Open};
use crate::jobs::Answer;
use crate::trap::Trap;
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

/// Bytes that are asked for at a time.
const SOME: usize = 64 << 10;

/// An open file with what came of the next message.
pub(crate) struct Wire {
    pub(crate) open: Rc<Open>,
    came: RefCell<Vec<u8>>,
    /// The call of the host that reads. It is nobody's in particular: all who wait for a message park for it.
    job: Cell<Option<u32>>,
    /// Where a thread that writes to the host hears of what.
    writer: RefCell<Option<Sender<Vec<u8>>>>,
    notices: Weak<Notices>,
}

impl Wire {
    /// One through a pipe, or through what the host has for one.
    pub(crate) fn new(open: &Rc<Open>, notices: &Rc<Notices>) -> Result<Wire, String> {
        if open.mode != 2 || !matches!(open.kind, Kind::Pipe(_) | Kind::Stream(_)) {
            return Err(BAD_USE.into());
        }
        let (came, job, writer) = (RefCell::default(), Cell::default(), RefCell::default());
        Ok(Wire { open: Rc::clone(open), came, job, writer, notices: Rc::downgrade(notices) })
    }

    /// Sends a message, all of it or, while the pipe is full, nothing.
    pub(crate) fn send(&self, bytes: &[u8]) -> Outcome<()> {
        match &self.open.kind {
            Kind::Pipe(end) => end.write(bytes).map_err(|fail| match fail {
                // That there is nobody is no exception here.
                Fail::Raise(_) => Fail::from(HUNG_UP),
                other => other,
            }),
            Kind::Stream(line) => {
                let mut writer = self.writer.borrow_mut();
                if writer.is_none() {
                    let (line, (send, receive)) = (Arc::clone(line), channel::<Vec<u8>>());
                    let thread = std::thread::Builder::new().name("styx".into());
                    thread.spawn(move || {
                        for bytes in receive {
                            if line.write(&bytes).is_err() {
                                // Who reads hears of it.
                                line.hang_up();
                                break;
                            }
                        }
                    })?;
                    *writer = Some(send);
                }
                let sent = writer.as_ref().map(|writer| writer.send(bytes.to_vec()));
                if matches!(sent, Some(Ok(()))) { Ok(()) } else { Err(HUNG_UP.into()) }
            }
            _ => Err(BAD_USE.into()),
        }
    }

    /// The next message; `None` when there will be none.
    pub(crate) fn receive(&self, vm: &mut Vm) -> Outcome<Option<Vec<u8>>> {
        loop {
            if let Some(message) = self.whole()? {
                return Ok(Some(message));
            }
            let more = match &self.open.kind {
                Kind::Pipe(end) => end.read(SOME)?,
                Kind::Stream(_) => self.read_host(vm)?,
                _ => return Err(BAD_USE.into()),
            };
            if more.is_empty() {
                return Ok(None);
            }
            self.came.borrow_mut().extend(more);
        }
    }

    /// A message that came.
    fn whole(&self) -> Outcome<Option<Vec<u8>>> {
        let mut came = self.came.borrow_mut();
        let Some(size) = came.first_chunk() else { return Ok(None) };
        let size = u32::from_le_bytes(*size);
        if (size as usize) < HEADER || size > LARGEST {
            return Err("a message of an impossible size".into());
        }
        if came.len() < size as usize {
            return Ok(None);
        }
        let rest = came.split_off(size as usize);
        Ok(Some(std::mem::replace(&mut *came, rest)))
    }

    fn read_host(&self, vm: &mut Vm) -> Outcome<Vec<u8>> {
        let Kind::Stream(line) = &self.open.kind else { return Err(BAD_USE.into()) };
        let job = match self.job.take() {
            Some(job) => job,
            None => {
                let line = Arc::clone(line);
                vm.jobs.start(move || line.read(SOME).map(Answer::Bytes))?
            }
        };
        match vm.jobs.take(job) {
            None => {
                self.job.set(Some(job));
                Err(Trap::Park(job).into())
            }
            Some(Ok(Answer::Bytes(bytes))) => Ok(bytes),
            Some(Ok(_)) => Err(BAD_USE.into()),
            Some(Err(error)) => Err(error.into()),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let (Some(job), Some(notices)) = (self.job.get(), self.notices.upgrade()) {
            notices.left.borrow_mut().push(job);
        }
    }
}
