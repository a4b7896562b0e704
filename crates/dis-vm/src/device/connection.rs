//! Connections to 9P servers: requests, the replies to them, and who waits for which. intro(5); `styx/` has the messages.
//!
//! A function of the machine that needs replies sends a request, and parks; it is made again when something came. What was replied
//! so far stands in its proc's [`Journal`], so that asking again for the same gives the same at once. All procs that wait for a connection
//! read from it: whoever is first hands out what came by its tag.

use crate::errors::{Fail, HUNG_UP, Outcome};
use crate::files::{Notices, Open};
use crate::styx::{Data, Message, NO_FID, NO_TAG, Qid, VERSION, Wire, decode, encode};
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

/// The bit of a qid's kind that says that a file is a folder.
const KIND_FOLDER: u8 = 0x80;

/// A request by its tag.
enum Pending {
    Waits,
    Came(Message),
    /// Nobody waits any more. A fid that the reply makes is forgotten.
    Left(Option<u32>),
    /// The reply to the flush of that one, whose tag is free then.
    Flush(u16),
}

/// What a server is told without anybody who waits for its reply.
pub(crate) enum Note {
    Clunk(u32),
    Flush(u16),
}

/// A server, as who mounted it sees it.
pub(crate) struct Connection {
    wire: Wire,
    /// Tells its files from those of others.
    pub(super) number: i64,
    /// Largest message, 0 until that is agreed.
    pub(super) msize: Cell<u32>,
    pending: RefCell<HashMap<u16, Pending>>,
    tag: Cell<u16>,
    fid: Cell<u32>,
    dead: Cell<bool>,
    notices: Weak<Notices>,
}

/// A file of a server: a fid of ours.
pub(crate) struct Remote {
    pub(super) connection: Rc<Connection>,
    pub(super) fid: u32,
    pub(super) qid: Cell<Qid>,
    /// What one message may read or write, when it is open.
    pub(super) unit: Cell<u32>,
    /// The server has forgotten it already.
    pub(super) gone: Cell<bool>,
}

impl Drop for Remote {
    fn drop(&mut self) {
        if !self.gone.get() {
            self.connection.note(Note::Clunk(self.fid));
        }
    }
}

impl Remote {
    pub(crate) fn is_same(&self, other: &Remote) -> bool {
        Rc::ptr_eq(&self.connection, &other.connection)
            && (self.qid.get().path, self.qid.get().kind) == (other.qid.get().path, other.qid.get().kind)
    }

    pub(crate) fn is_folder(&self) -> bool {
        self.qid.get().kind & KIND_FOLDER != 0
    }

    pub(crate) fn unit(&self) -> i32 {
        self.unit.get().cast_signed()
    }
}

/// What a step of a function came to.
#[derive(Clone)]
enum Reply {
    Message(Message),
    File(Rc<Remote>),
}

/// A step of a function.
struct Asked {
    connection: Rc<Connection>,
    key: Vec<u8>,
    fid: u32,
    /// The tag that is waited for, or what came.
    state: Result<Result<Reply, String>, u16>,
}

/// What servers replied to the built-in function that waits.
#[derive(Default)]
pub(crate) struct Journal {
    steps: Vec<Asked>,
    next: usize,
}

impl Journal {
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The function is made again from its begin.
    pub(crate) fn rewind(&mut self) {
        self.next = 0;
    }

    /// The function is over.
    pub(crate) fn clear(&mut self) {
        self.cut(0);
    }

    fn cut(&mut self, at: usize) {
        for step in self.steps.drain(at.min(self.steps.len())..) {
            if let Err(tag) = step.state {
                step.connection.leave(tag, step.fid);
            }
        }
        self.next = self.next.min(at);
    }
}

impl Connection {
    fn note(self: &Rc<Connection>, note: Note) {
        if let Some(notices) = self.notices.upgrade().filter(|_| !self.dead.get()) {
            notices.notes.borrow_mut().push((Rc::downgrade(self), note));
        }
    }

    fn next_fid(&self) -> u32 {
        let fid = self.fid.get();
        self.fid.set(if fid + 1 < NO_FID { fid + 1 } else { 1 });
        fid
    }

    /// A tag that nothing has.
    fn next_tag(&self) -> Result<u16, String> {
        let pending = self.pending.borrow();
        let mut tag = self.tag.get();
        for _ in 0..NO_TAG {
            tag = if tag + 1 < NO_TAG { tag + 1 } else { 0 };
            if !pending.contains_key(&tag) {
                self.tag.set(tag);
                return Ok(tag);
            }
        }
        Err("too many requests wait for a server".into())
    }

    /// Nobody waits for a reply any more.
    fn leave(self: &Rc<Connection>, tag: u16, fid: u32) {
        let mut pending = self.pending.borrow_mut();
        match pending.get(&tag) {
            Some(Pending::Came(message)) => {
                self.forget(message, fid);
                pending.remove(&tag);
            }
            Some(_) => {
                pending.insert(tag, Pending::Left(Some(fid)));
                self.note(Note::Flush(tag));
            }
            None => {}
        }
    }

    /// Nobody wants the fid that a reply may have made.
    fn forget(self: &Rc<Connection>, reply: &Message, fid: u32) {
        if matches!(reply, Message::Rwalk { .. } | Message::Rattach { .. } | Message::Rauth { .. }) {
            self.note(Note::Clunk(fid));
        }
    }

    /// What a message that came is the reply to. What nobody asked for is dropped.
    fn hand_out(self: &Rc<Connection>, tag: u16, message: Message) {
        let mut pending = self.pending.borrow_mut();
        match pending.get(&tag) {
            Some(Pending::Waits) => {
                pending.insert(tag, Pending::Came(message));
            }
            Some(Pending::Left(fid)) => {
                fid.iter().for_each(|fid| self.forget(&message, *fid));
                pending.remove(&tag);
            }
            Some(Pending::Flush(old)) => {
                let old = *old;
                pending.remove(&tag);
                if matches!(pending.get(&old), Some(Pending::Left(_))) {
                    pending.remove(&old);
                }
            }
            Some(Pending::Came(_)) | None => {}
        }
    }

    /// The reply to a request, when it came.
    fn poll(self: &Rc<Connection>, tag: u16, vm: &mut Vm) -> Outcome<Message> {
        loop {
            if matches!(self.pending.borrow().get(&tag), Some(Pending::Came(_)))
                && let Some(Pending::Came(message)) = self.pending.borrow_mut().remove(&tag)
            {
                return Ok(message);
            }
            let message = match self.wire.receive(vm) {
                Ok(Some(bytes)) if !self.dead.get() => decode(&bytes).map_err(|why| Fail::from(why.0)),
                Ok(_) => Err(HUNG_UP.into()),
                Err(fail) => Err(fail),
            };
            match message {
                Ok((tag, message)) => self.hand_out(tag, message),
                Err(Fail::Trap(trap)) => return Err(trap.into()),
                Err(_) => {
                    self.dead.set(true);
                    self.pending.borrow_mut().remove(&tag);
                    return Err(HUNG_UP.into());
                }
            }
        }
    }
}

impl Vm {
    /// Asks a server, or finds what it replied when this was asked for before. What is asked may have a new fid in it; the key
    /// is the same question with none.
    fn ask_server(
        &mut self,
        connection: &Rc<Connection>,
        question: impl Fn(u32) -> Message,
        finish: impl FnOnce(Message, u32) -> Result<Reply, String>,
    ) -> Outcome<Reply> {
        let key = key(&question(NO_FID));
        let at = self.cur.journal.next;
        let known = self.cur.journal.steps.get(at);
        if known.is_none_or(|step| step.key != key || !Rc::ptr_eq(&step.connection, connection)) {
            self.cur.journal.cut(at);
            let (state, fid) = self.send_request(connection, &question)?;
            let connection = Rc::clone(connection);
            self.cur.journal.steps.push(Asked { connection, key, fid, state: Err(state) });
        }
        let (tag, fid) = match &self.cur.journal.steps[at] {
            Asked { state: Ok(reply), .. } => {
                let reply = reply.clone();
                self.cur.journal.next += 1;
                return Ok(reply?);
            }
            Asked { state: Err(tag), fid, .. } => (*tag, *fid),
        };
        let reply = match connection.poll(tag, self) {
            Ok(Message::Rerror { why }) => Err(why),
            Ok(message) => finish(message, fid),
            Err(Fail::Trap(trap)) => return Err(trap.into()),
            Err(fail) => Err(fail.to_string()),
        };
        self.cur.journal.steps[at].state = Ok(reply.clone());
        self.cur.journal.next += 1;
        Ok(reply?)
    }

    /// Sends a request. The results are its tag and its new fid.
    fn send_request(
        &mut self,
        connection: &Rc<Connection>,
        question: &impl Fn(u32) -> Message,
    ) -> Outcome<(u16, u32)> {
        if connection.dead.get() {
            return Err(HUNG_UP.into());
        }
        let fid = connection.next_fid();
        let message = question(fid);
        let tag = match message {
            Message::Tversion { .. } if connection.pending.borrow().contains_key(&NO_TAG) => {
                return Err(crate::errors::IN_USE.into());
            }
            Message::Tversion { .. } => NO_TAG,
            _ => connection.next_tag()?,
        };
        connection.wire.send(&encode(tag, &message))?;
        connection.pending.borrow_mut().insert(tag, Pending::Waits);
        Ok((tag, fid))
    }

    /// The same for what has just a message for a reply.
    pub(super) fn ask_message(&mut self, connection: &Rc<Connection>, question: Message) -> Outcome<Message> {
        let reply =
            self.ask_server(connection, |_| question.clone(), |message, _| Ok(Reply::Message(message)))?;
        match reply {
            Reply::Message(message) => Ok(message),
            Reply::File(_) => Err(odd().into()),
        }
    }

    /// The same for what makes a file of a new fid.
    pub(super) fn ask_file(
        &mut self,
        connection: &Rc<Connection>,
        question: impl Fn(u32) -> Message,
        qid: impl FnOnce(&Message) -> Result<Qid, String>,
    ) -> Outcome<Rc<Remote>> {
        let finish = |message: Message, fid| {
            let (connection, qid) = (Rc::clone(connection), Cell::new(qid(&message)?));
            let (unit, gone) = (Cell::new(0), Cell::new(false));
            Ok(Reply::File(Rc::new(Remote { connection, fid, qid, unit, gone })))
        };
        match self.ask_server(connection, question, finish)? {
            Reply::File(file) => Ok(file),
            Reply::Message(_) => Err(odd().into()),
        }
    }

    /// Tells servers what nobody waits for. What finds no room in a pipe is told later.
    pub(crate) fn send_notes(&mut self) {
        let left = std::mem::take(&mut *self.files.notices.left.borrow_mut());
        left.into_iter().for_each(|job| self.jobs.abandon(job));
        let notes = std::mem::take(&mut *self.files.notices.notes.borrow_mut());
        for (connection, note) in notes {
            let Some(connection) = connection.upgrade().filter(|connection| !connection.dead.get()) else {
                continue;
            };
            let Ok(tag) = connection.next_tag() else { continue };
            let (message, pending) = match note {
                Note::Clunk(fid) => (Message::Tclunk { fid }, Pending::Left(None)),
                Note::Flush(old) => (Message::Tflush { old }, Pending::Flush(old)),
            };
            match connection.wire.send(&encode(tag, &message)) {
                Ok(()) => drop(connection.pending.borrow_mut().insert(tag, pending)),
                Err(Fail::Trap(_)) => connection.note(note),
                Err(_) => connection.dead.set(true),
            }
        }
    }

    /// What is served behind something open, with messages of no more bytes than this if that is not agreed yet.
    pub(super) fn connection(&mut self, open: &Rc<Open>, most: u32) -> Outcome<Rc<Connection>> {
        let known = open.connection.borrow().upgrade();
        let connection = match known {
            Some(connection) => connection,
            None => {
                let wire = Wire::new(open, &self.files.notices)?;
                let notices = Rc::downgrade(&self.files.notices);
                let (pending, tag, fid, dead) = Default::default();
                let number = self.files.next_number();
                let msize = Cell::new(0);
                let connection = Connection { wire, number, msize, pending, tag, fid, dead, notices };
                let connection = Rc::new(connection);
                open.connection.replace(Rc::downgrade(&connection));
                connection
            }
        };
        if connection.msize.get() == 0 {
            let question = Message::Tversion { msize: most, version: VERSION.to_owned() };
            let Message::Rversion { msize, version } = self.ask_message(&connection, question)? else {
                return Err(odd().into());
            };
            if version != VERSION || !(256..=most).contains(&msize) {
                return Err(format!("the server speaks {version} with messages of {msize} bytes").into());
            }
            connection.msize.set(msize);
            // This is not asked again when the function is made again.
            self.cur.journal.clear();
        }
        Ok(connection)
    }
}

/// What tells a question from others: what is written is told by where, not by what it is.
fn key(question: &Message) -> Vec<u8> {
    match question {
        Message::Twrite { fid, offset, .. } => {
            encode(NO_TAG, &Message::Twrite { fid: *fid, offset: *offset, data: Data(Vec::new()) })
        }
        _ => encode(NO_TAG, question),
    }
}

/// What a server says that replies to another question than was asked.
pub(super) fn odd() -> String {
    "an odd reply of the server".to_owned()
}
