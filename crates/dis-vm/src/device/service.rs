//! `#s`: files that programs serve through channels. srv(3), sys-file2chan(2).
//!
//! A request is a tuple that goes to one of the server's channels, with a channel of its own for the reply. The proc that reads or
//! writes such a file waits at both in turn, with [`Request`] to say how far it has come: its call is made again each time.

use super::{Node, permit};
use crate::errors::{EXISTS, HUNG_UP, IN_USE, NAME, NOT_FOUND, Outcome};
use crate::files::Notices;
use crate::stat::{Change, DIRECTORY, Stat};
use crate::trap::Trap;
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId, types};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

const EXCLUSIVE_USE: i32 = 1 << 29;
const APPEND: i32 = 1 << 30;

/// A folder of such files.
pub(crate) struct Service {
    pub(crate) specifier: String,
    number: i64,
    mode: Cell<i32>,
    files: RefCell<Vec<Rc<Served>>>,
}

/// A file that a program serves.
pub(crate) struct Served {
    number: i64,
    name: RefCell<String>,
    mode: Cell<i32>,
    length: Cell<i64>,
    opens: Cell<u32>,
    folder: Weak<Service>,
    /// The server's channels, which nobody counts here: nil when they are gone.
    read: Cell<Addr>,
    write: Cell<Addr>,
}

/// A file of this kind that is open.
pub(crate) struct Client {
    pub(crate) file: Rc<Served>,
    pub(crate) fid: i32,
    remove: bool,
    notices: Rc<Notices>,
}

/// A request on its way.
pub(crate) struct Request {
    pub(crate) file: Rc<Served>,
    /// The channel for the reply, counted.
    pub(crate) reply: Addr,
    pub(crate) sent: bool,
    /// The server is gone.
    pub(crate) hung_up: bool,
}

impl Service {
    pub(crate) fn new(specifier: &str, number: i64) -> Service {
        let (mode, files) = (Cell::new(DIRECTORY | 0o770), RefCell::default());
        Service { specifier: specifier.to_owned(), number, mode, files }
    }

    fn find(&self, name: &str) -> Option<Rc<Served>> {
        self.files.borrow().iter().find(|file| *file.name.borrow() == name).cloned()
    }

    pub(super) fn remove(&self, file: &Rc<Served>) {
        self.files.borrow_mut().retain(|other| !Rc::ptr_eq(other, file));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.file.opens.set(self.file.opens.get().saturating_sub(1));
        if self.remove
            && let Some(folder) = self.file.folder.upgrade()
        {
            folder.remove(&self.file);
        }
        self.notices.closed.borrow_mut().push((Rc::clone(&self.file), self.fid));
    }
}

pub(super) fn walk(folder: &Rc<Service>, name: &str) -> Result<Node, String> {
    let file = folder.find(name).ok_or(NOT_FOUND)?;
    Ok(Node::Service(Rc::clone(folder), Some(file)))
}

pub(super) fn stat(vm: &Vm, folder: &Service, file: Option<&Served>, name: &str) -> Stat {
    let begun = vm.files.begun;
    match file {
        None => Stat::made('s', name, folder.number, folder.mode.get(), begun),
        Some(file) => {
            Stat { length: file.length.get(), ..Stat::made('s', name, file.number, file.mode.get(), begun) }
        }
    }
}

pub(super) fn list(vm: &Vm, folder: &Service) -> Vec<Stat> {
    let files = folder.files.borrow();
    files.iter().map(|file| stat(vm, folder, Some(file), &file.name.borrow())).collect()
}

pub(super) fn open(vm: &mut Vm, file: &Rc<Served>, mode: i32) -> Result<Client, String> {
    permit(file.mode.get(), mode)?;
    if file.mode.get() & EXCLUSIVE_USE != 0 && file.opens.get() > 0 {
        return Err(IN_USE.into());
    }
    file.opens.set(file.opens.get() + 1);
    let remove = mode & crate::files::REMOVE != 0;
    let notices = Rc::clone(&vm.files.notices);
    Ok(Client { file: Rc::clone(file), fid: vm.files.next_fid(), remove, notices })
}

pub(super) fn wstat(folder: &Service, file: Option<&Served>, change: &Change) -> Result<(), String> {
    let Some(file) = file else {
        if let Some(mode) = change.mode {
            folder.mode.set(DIRECTORY | mode & 0o777);
        }
        return Ok(());
    };
    if let Some(name) = &change.name {
        if folder.find(name).is_some() {
            return Err(EXISTS.into());
        }
        file.name.replace(name.clone());
    }
    if let Some(mode) = change.mode {
        file.mode.set(mode & (EXCLUSIVE_USE | APPEND | 0o777));
    }
    if let Some(length) = change.length {
        file.length.set(length);
    }
    Ok(())
}

/// What is in a request: where, how much or what, who.
pub(crate) enum Ask<'a> {
    Read(i32),
    Write(&'a [u8]),
}

impl Vm {
    fn tuple(&mut self, name: &str, words: u32, pointers: &[u32]) -> TypeId {
        let pointers: Vec<u32> = pointers.iter().map(|word| word * self.word).collect();
        self.heap.types.intern(&Rc::from(name), 0, words * self.word, &pointers)
    }

    fn request_types(&mut self, write: bool) -> (TypeId, TypeId) {
        match write {
            false => (self.tuple("$Sys->read", 4, &[3]), self.tuple("$Sys->Rread", 2, &[0, 1])),
            true => (self.tuple("$Sys->write", 4, &[1, 3]), self.tuple("$Sys->Rwrite", 2, &[1])),
        }
    }

    /// Makes a file of a folder, and the two channels that serve it, counted.
    pub(crate) fn serve_file(&mut self, folder: &Rc<Service>, name: &str) -> Outcome<(Addr, Addr)> {
        if name.is_empty() || name.len() >= 64 || name.contains('/') || matches!(name, "." | "..") {
            return Err(NAME.into());
        }
        if folder.find(name).is_some() {
            return Err(EXISTS.into());
        }
        let ((read, _), (write, _)) = (self.request_types(false), self.request_types(true));
        let read = self.allocate_channel(read, 0)?;
        let write = self.allocate_channel(write, 0).inspect_err(|_| self.heap.release(read))?;
        let file = Rc::new(Served {
            number: self.files.next_number(),
            name: RefCell::new(name.to_owned()),
            mode: Cell::new(0o666 & folder.mode.get()),
            length: Cell::new(0),
            opens: Cell::new(0),
            folder: Rc::downgrade(folder),
            read: Cell::new(read),
            write: Cell::new(write),
        });
        for channel in [read, write] {
            // A channel that has queues is heard of when it goes.
            let queues = self.queues(channel);
            self.files.served.insert(queues, (Rc::clone(&file), channel == write));
        }
        folder.files.borrow_mut().insert(0, file);
        Ok((read, write))
    }

    /// One of a server's channels is gone; with the second, the file, and who waits for a reply hears of it.
    pub(crate) fn server_gone(&mut self, queues: u32) {
        let Some((file, write)) = self.files.served.remove(&queues) else { return };
        if write {
            file.write.set(NIL)
        } else {
            file.read.set(NIL)
        }
        if file.read.get() != NIL || file.write.get() != NIL {
            return;
        }
        if let Some(folder) = file.folder.upgrade() {
            folder.remove(&file);
        }
        for slot in 0..self.procs.len() as u32 {
            let waits = self.procs[slot as usize].as_ref().is_some_and(|proc| proc.asks(&file));
            if waits && let Some(mut proc) = self.procs[slot as usize].take() {
                proc.hang_up();
                if !proc.cases.is_empty() {
                    self.withdraw(&mut proc);
                    self.ready.push_back(slot);
                }
                self.procs[slot as usize] = Some(proc);
            }
        }
    }

    /// A tuple for a server, in a box of its own.
    fn request(&mut self, ask: &Ask<'_>, offset: u64, fid: i32, reply: Addr) -> Outcome<Addr> {
        let (ty, _) = self.request_types(matches!(ask, Ask::Write(_)));
        let array = match ask {
            Ask::Write(bytes) if reply != NIL => self.heap.new_bytes(bytes)?,
            _ => NIL,
        };
        let boxed = self.heap.new_array(ty, 1).inspect_err(|_| self.heap.release(array))?;
        let at = self.heap.slice(boxed).data;
        self.heap.memory.set_word(at, offset as i32);
        match ask {
            Ask::Read(count) => self.heap.memory.set_word(at + self.word, *count),
            Ask::Write(_) => self.heap.put(at + self.word, array),
        }
        self.heap.memory.set_word(at + 2 * self.word, fid);
        self.heap.keep(reply);
        self.heap.put(at + 3 * self.word, reply);
        Ok(boxed)
    }

    /// Asks a server, and waits for its reply: a tuple in a box, counted.
    pub(crate) fn ask(&mut self, client: &Client, ask: &Ask<'_>, offset: u64) -> Outcome<Addr> {
        let mut request = match self.cur.take_request() {
            Some(request) => request,
            None => self.new_request(client, ask)?,
        };
        let sent = request.sent || self.cur.received.take().is_some();
        if !sent {
            let boxed = self.request(ask, offset, client.fid, request.reply);
            let channel =
                if matches!(ask, Ask::Write(_)) { client.file.write.get() } else { client.file.read.get() };
            let passed = match boxed {
                Ok(boxed) if !request.hung_up && channel != NIL => self.pass_on(channel, boxed),
                Ok(boxed) => {
                    self.heap.release(boxed);
                    Err(HUNG_UP.into())
                }
                Err(fail) => Err(fail),
            };
            if let Err(fail) = passed {
                self.cur.put_request(request);
                return Err(fail);
            }
        }
        request.sent = true;
        let (reply, hung_up) = (request.reply, request.hung_up);
        self.cur.put_request(request);
        self.reply(reply, hung_up)
    }

    fn new_request(&mut self, client: &Client, ask: &Ask<'_>) -> Outcome<Request> {
        let (_, ty) = self.request_types(matches!(ask, Ask::Write(_)));
        let reply = self.allocate_channel(ty, 1)?;
        Ok(Request { file: Rc::clone(&client.file), reply, sent: false, hung_up: false })
    }

    /// Sends what is in a box, whose count is taken over; the proc waits where it has to.
    fn pass_on(&mut self, channel: Addr, boxed: Addr) -> Outcome<()> {
        let place = self.heap.slice(boxed).data;
        let result = match self.can_send(channel) {
            true => self.send_now(channel, place),
            false => self.wait_to_send(channel, place),
        };
        self.heap.release(boxed);
        Ok(result?)
    }

    fn reply(&mut self, channel: Addr, hung_up: bool) -> Outcome<Addr> {
        if let Some(received) = self.cur.received.take() {
            return Ok(received.value);
        }
        let ty = self.heap.memory.u32(channel + dis_rt::channel::TYPE);
        let boxed = self.heap.new_array(ty, 1)?;
        let place = self.heap.slice(boxed).data;
        if self.can_receive(channel) {
            self.receive_now(channel, place)?;
            return Ok(boxed);
        }
        self.heap.release(boxed);
        if hung_up {
            return Err(HUNG_UP.into());
        }
        Err(self.wait_to_receive(channel).err().unwrap_or(Trap::Type).into())
    }

    /// The error in a reply, nil in which is none.
    fn reply_error(&self, boxed: Addr) -> Result<(), String> {
        let error = self.heap.memory.pointer(self.heap.slice(boxed).data + self.word);
        if error == NIL || self.heap.type_of(error) != types::STRING {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&self.heap.text(error)).into_owned())
    }

    pub(crate) fn read_served(&mut self, client: &Client, offset: u64, count: usize) -> Outcome<Vec<u8>> {
        let boxed = self.ask(client, &Ask::Read(i32::try_from(count).unwrap_or(i32::MAX)), offset)?;
        let array = self.heap.memory.pointer(self.heap.slice(boxed).data);
        let is_array = array != NIL && self.heap.type_of(array) == types::ARRAY;
        let bytes = if is_array { self.heap.array_bytes(array) } else { &[] };
        let bytes = bytes[..bytes.len().min(count)].to_vec();
        let result = self.reply_error(boxed);
        self.heap.release(boxed);
        Ok(result.map(|()| bytes)?)
    }

    pub(crate) fn write_served(&mut self, client: &Client, offset: u64, bytes: &[u8]) -> Outcome<usize> {
        let boxed = self.ask(client, &Ask::Write(bytes), offset)?;
        let count = self.heap.memory.word(self.heap.slice(boxed).data);
        let result = self.reply_error(boxed);
        self.heap.release(boxed);
        Ok(result.map(|()| usize::try_from(count).unwrap_or(0))?)
    }

    /// Tells servers of clients that are gone: requests without a channel for the reply, which nobody waits for.
    pub(crate) fn tell_servers(&mut self) {
        let closed = std::mem::take(&mut *self.files.notices.closed.borrow_mut());
        for (file, fid) in closed {
            for (channel, ask) in [(file.read.get(), Ask::Read(0)), (file.write.get(), Ask::Write(&[]))] {
                // Without memory for it, a server does not hear of it.
                if channel != NIL
                    && let Ok(boxed) = self.request(&ask, 0, fid, NIL)
                {
                    self.post(channel, boxed);
                }
            }
        }
    }
}
