//! A proc: its stack, its registers while it does not run, and what it waits for.
//!
//! Frames lie in parts of a stack, which are objects of the heap and never move. Who called whom is not in the frames, where programs
//! might get at it, but in [`Record`]s beside them.

use crate::channel::{Case, Received};
use crate::code::Code;
use crate::device::{Environment, Journal, Request, Served, WaitQueue};
use crate::export::{Export, Task};
use crate::namespace::Space;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, Heap, NIL, TypeId, types};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// No record.
pub(crate) const NOBODY: u32 = u32::MAX;
/// Bytes of the first part of a stack, and most that a part has of its own accord.
const FIRST: u32 = 480;
/// The same for the proc that a program begins with. Calls across the end of a part are slow; there is one such proc, and it often is
/// the only one.
const MAIN: u32 = 16 << 10;
const LARGE: u32 = 64 << 10;

/// A frame: one that is being filled, or one whose function runs or waits for a callee. Compiled code makes such, too:
/// `tier.rs` has the offsets.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Record {
    pub(crate) fp: Addr,
    pub(crate) ty: TypeId,
    /// Where the caller goes on.
    pub(crate) pc: u32,
    /// Whether it is being filled: 0 or 1.
    pub(crate) pending: u32,
    /// Where the caller's record is: so many further, which is below 0; 0 without a caller.
    pub(crate) caller: i32,
    /// The caller's module, counted, when that is another one.
    pub(crate) module: Addr,
}

impl Record {
    /// The number of the caller's record, when this one has that number.
    pub(crate) fn caller(&self, own: u32) -> Option<u32> {
        if self.caller == 0 { None } else { own.checked_add_signed(self.caller) }
    }
}

/// Records, the innermost last. Behind them is room in which compiled code makes others.
#[derive(Default)]
pub(crate) struct Records {
    room: Vec<Record>,
    len: usize,
}

impl Records {
    pub(crate) fn push(&mut self, record: Record) {
        if self.len == self.room.len() {
            let room = (2 * self.len).max(4);
            self.room.resize(room, NOTHING);
        }
        self.room[self.len] = record;
        self.len += 1;
    }

    /// Makes room for so many.
    pub(crate) fn reserve(&mut self, count: usize) {
        if count > self.room.len() {
            self.room.resize(count.next_power_of_two(), NOTHING);
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Record> {
        self.len = self.len.checked_sub(1)?;
        Some(self.room[self.len])
    }

    /// Where they are in the host's memory, how many, and how many there is room for.
    pub(crate) fn host(&mut self) -> [u64; 3] {
        let at = self.room.as_mut_ptr().expose_provenance() as u64;
        [at, self.len as u64, self.room.len() as u64]
    }

    /// So many there are now: compiled code has made or dropped some.
    pub(crate) fn set_len(&mut self, len: usize) {
        self.len = len.min(self.room.len());
    }

    /// All that there is room for, among them such as compiled code has made and not told of.
    pub(crate) fn beyond(&self) -> &[Record] {
        &self.room
    }

    /// Makes a record where compiled code has found that there is room.
    pub(crate) fn set(&mut self, number: usize, record: Record) {
        if let Some(place) = self.room.get_mut(number) {
            *place = record;
        }
    }

    /// The record that was dropped last.
    pub(crate) fn dropped(&self) -> Option<&Record> {
        self.room.get(self.len)
    }
}

/// A frame of no type, being filled.
pub(crate) const NOTHING: Record = Record { fp: NIL, ty: 0, pc: 0, pending: 1, caller: 0, module: NIL };

impl std::ops::Deref for Records {
    type Target = [Record];

    #[inline]
    fn deref(&self) -> &[Record] {
        &self.room[..self.len]
    }
}

impl std::ops::DerefMut for Records {
    #[inline]
    fn deref_mut(&mut self) -> &mut [Record] {
        &mut self.room[..self.len]
    }
}

/// Bytes that a frame of a type of this size takes.
pub(crate) fn frame_size(size: u32, word: u32) -> u32 {
    size.max(5 * word).next_multiple_of(8)
}

/// Part of a stack.
#[derive(Clone, Copy, Default)]
pub(crate) struct Extent {
    start: Addr,
    end: Addr,
    /// The number of the record of its first frame.
    first: u32,
}

/// A proc.
#[derive(Default)]
pub(crate) struct Proc {
    pub(crate) pid: u32,
    pub(crate) group: u32,
    pub(crate) files: u32,
    pub(crate) slot: u32,
    pub(crate) records: Records,
    extents: Vec<Extent>,
    /// A part that was used before and may be again.
    spare: Option<Extent>,
    top: Addr,
    /// The record of the function that runs.
    pub(crate) active: u32,
    /// The module that runs, counted.
    pub(crate) module: Addr,
    // Registers while it does not run.
    pub(crate) fp: Addr,
    pub(crate) mp: Addr,
    pub(crate) pc: u32,
    pub(crate) code: Option<Rc<Code>>,
    /// `%r`.
    pub(crate) error: String,
    /// What it offers to channels while it waits.
    pub(crate) cases: Vec<Case>,
    /// What came of that, until its instruction goes on.
    pub(crate) received: Option<Received>,
    /// An exception from elsewhere, to be raised when it runs again.
    pub(crate) kill: Option<String>,
    pub(crate) space: Option<Rc<RefCell<Space>>>,
    pub(crate) environment: Option<Rc<RefCell<Environment>>>,
    /// The event that it is parked for.
    pub(crate) waits: Option<u32>,
    pub(crate) sleeps: bool,
    /// How far the built-in function has come that waits.
    pub(crate) call: Option<Box<Call>>,
    /// How far the transfer has come that this function waits for.
    pub(crate) exchange: Option<Exchange>,
    /// What servers of files replied to this function so far.
    pub(crate) journal: Journal,
    /// It runs no program: it only waits for somebody to take what it sends, or has a task.
    pub(crate) posts: bool,
    /// What the machine has it do.
    pub(crate) task: Option<Box<Task>>,
    /// Somebody ended it.
    pub(crate) killed: bool,
    /// Who hears of the end of its children, and of its own.
    pub(crate) children: Option<Weak<WaitQueue>>,
    pub(crate) parent: Option<Weak<WaitQueue>>,
    pub(crate) spread: Spread,
    /// The last exception, for who debugs it.
    pub(crate) exception: String,
}

/// What a built-in function that waits has done so far.
#[derive(Default)]
pub(crate) struct Call {
    /// What was read and not written yet.
    pub(crate) bytes: Vec<u8>,
    pub(crate) total: usize,
    /// Whether it is writing.
    pub(crate) writes: bool,
}

/// What a proc waits for in the middle of a transfer.
pub(crate) enum Exchange {
    /// A call of the host.
    Job(u32),
    /// A program that serves a file.
    Served(Request),
    /// The client of a tree that it serves.
    Export(Rc<Export>),
}

/// Whom an exception concerns that nobody in a group handles, as the group's leader said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Spread {
    #[default]
    Nobody,
    All,
    Leader,
}

impl Proc {
    /// Every reference that its frames and it have.
    pub(crate) fn roots(&self, heap: &Heap, roots: &mut Vec<Addr>) {
        for record in self.records.iter() {
            roots.push(record.module);
            let pointers = &heap.types[record.ty].pointers;
            roots.extend(pointers.iter().map(|offset| heap.memory.pointer(record.fp + offset)));
        }
        roots.push(self.module);
        roots.extend(self.extents.iter().chain(&self.spare).map(|extent| extent.start));
        roots.extend(self.cases.iter().map(|case| case.value));
        roots.extend(self.received.iter().map(|received| received.value));
        roots.extend(self.request().map(|request| request.reply));
    }

    /// Bytes of its stack.
    pub(crate) fn bytes(&self, heap: &Heap) -> u32 {
        let stack: u32 = self.extents.iter().map(|extent| extent.end - extent.start).sum();
        stack + if self.mp == NIL { 0 } else { heap.size_of(self.mp) }
    }

    /// Its name space. One that never runs has an empty one.
    pub(crate) fn space(&self) -> Rc<RefCell<Space>> {
        self.space.clone().unwrap_or_default()
    }

    pub(crate) fn set_space(&mut self, space: Space) {
        self.space = Some(Rc::new(RefCell::new(space)));
    }

    pub(crate) fn environment(&self) -> Rc<RefCell<Environment>> {
        self.environment.clone().unwrap_or_default()
    }

    pub(crate) fn set_environment(&mut self, environment: Environment) {
        self.environment = Some(Rc::new(RefCell::new(environment)));
    }

    pub(crate) fn request(&self) -> Option<&Request> {
        match &self.exchange {
            Some(Exchange::Served(request)) => Some(request),
            _ => None,
        }
    }

    pub(crate) fn take_request(&mut self) -> Option<Request> {
        match self.exchange.take() {
            Some(Exchange::Served(request)) => Some(request),
            other => {
                self.exchange = other;
                None
            }
        }
    }

    pub(crate) fn put_request(&mut self, request: Request) {
        self.exchange = Some(Exchange::Served(request));
    }

    /// Whether it waits for who serves this file.
    pub(crate) fn asks(&self, file: &Rc<Served>) -> bool {
        self.request().is_some_and(|request| Rc::ptr_eq(&request.file, file))
    }

    /// Who serves the file that it waits for is gone. The result is whether there is such a file.
    pub(crate) fn hang_up(&mut self) -> bool {
        match &mut self.exchange {
            Some(Exchange::Served(request)) => {
                request.hung_up = true;
                true
            }
            _ => false,
        }
    }

    fn room(&mut self, size: u32, heap: &mut Heap) -> Result<Addr, Trap> {
        let end = self.extents.last().map_or(0, |extent| extent.end);
        if self.top + size <= end && !self.extents.is_empty() {
            self.top += size;
            return Ok(self.top - size);
        }
        let extent = match self.spare.take() {
            Some(extent) if extent.end - extent.start >= size => extent,
            other => {
                other.into_iter().for_each(|extent| heap.release(extent.start));
                // A proc that is deep may go deeper: calls across the end of a part cost more than others.
                let factor = if self.extents.len() < 2 { 2 } else { 8 };
                let first = if self.pid == 1 { MAIN } else { FIRST };
                let grown = self.extents.last().map_or(first, |last| (last.end - last.start) * factor);
                let bytes = size.max(grown.min(LARGE));
                let start = heap.allocate(types::STACK, bytes)?;
                Extent { start, end: start + bytes, first: 0 }
            }
        };
        self.extents.push(Extent { first: self.records.len() as u32, ..extent });
        self.top = extent.start + size;
        Ok(extent.start)
    }

    /// Where the stack's top is, where its last part ends, and where that begins if there is another one before it.
    pub(crate) fn stack(&self) -> ([u64; 2], Option<u64>) {
        let last = self.extents.last().copied().unwrap_or_default();
        let start = if self.extents.len() > 1 { Some(last.start.into()) } else { None };
        ([self.top.into(), last.end.into()], start)
    }

    /// How far its last part may be used, where that ends aside, before there are records up to a limit: each frame has so many bytes at
    /// least. Those that count begin with one of this number.
    pub(crate) fn near(&self, begin: u32, limit: u64, word: u32) -> u64 {
        let last = self.extents.last().copied().unwrap_or_default();
        let first = begin.max(last.first);
        let frame = self.records.get(first as usize).map_or(0, |record| record.fp);
        let bytes = limit.saturating_sub(first.into()) * u64::from(frame_size(0, word));
        u64::from(frame) + bytes
    }

    /// Makes room for the records of what its last part has room for, up to a limit.
    pub(crate) fn reserve(&mut self, limit: u64, word: u32) {
        let ([top, end], _) = self.stack();
        let frames = end.saturating_sub(top) / u64::from(frame_size(0, word)) + 1;
        self.records.reserve((self.records.len() as u64 + frames).min(limit) as usize);
    }

    /// The top is there now: compiled code has made or dropped frames in the last part.
    pub(crate) fn set_top(&mut self, top: Addr) {
        self.top = top;
    }

    /// A new frame at the top, to be filled.
    pub(crate) fn push(&mut self, ty: TypeId, heap: &mut Heap) -> Result<Addr, Trap> {
        let size = frame_size(heap.types[ty].size, heap.word_bytes());
        let fp = self.room(size, heap)?;
        heap.memory.bytes_mut(fp, size as usize).fill(0);
        heap.clear(fp, ty);
        // Nobody said where the result goes.
        heap.memory.set_pointer(fp + 4 * heap.word_bytes(), NIL);
        self.records.push(Record { fp, ty, ..NOTHING });
        Ok(fp)
    }

    /// Drops the frame at the top and what it refers to.
    pub(crate) fn pop(&mut self, heap: &mut Heap) {
        let Some(record) = self.records.pop() else { return };
        heap.release_all(record.fp, record.ty);
        self.top = record.fp;
        if self.extents.len() > 1 && self.extents.last().is_some_and(|extent| extent.start == record.fp) {
            let left = self.extents.pop();
            if let Some(old) = std::mem::replace(&mut self.spare, left) {
                heap.release(old.start);
            }
            // The frame below ends where the next one would begin.
            self.top = self
                .records
                .last()
                .map_or(0, |below| below.fp + frame_size(heap.types[below.ty].size, heap.word_bytes()));
        }
    }

    /// Gives the stack back.
    pub(crate) fn clear(&mut self, heap: &mut Heap) {
        while !self.records.is_empty() {
            let module = self.records.last().map_or(NIL, |record| record.module);
            self.pop(heap);
            heap.release(module);
        }
        self.extents.drain(..).chain(self.spare.take()).for_each(|extent| heap.release(extent.start));
        heap.release(std::mem::replace(&mut self.module, NIL));
        self.cases.drain(..).for_each(|case| heap.release(case.value));
        self.received.take().into_iter().for_each(|received| heap.release(received.value));
    }
}

impl Vm {
    /// A proc of this module with a frame on its stack, or nothing.
    pub(crate) fn new_proc(&mut self, module: Addr, group: u32, files: u32) -> Result<Box<Proc>, Trap> {
        if self.live >= self.options.procs {
            self.message = format!("no procs: there are {} already", self.live);
            return Err(Trap::Text);
        }
        let pid = self.next_pid();
        self.heap.keep(module);
        self.files.share(files);
        let slot = self.slot();
        let mp = self.heap.memory.pointer(module + dis_rt::module::DATA);
        let error = self.cur.error.clone();
        Ok(Box::new(Proc {
            pid,
            group,
            files,
            slot,
            module,
            mp,
            error,
            space: self.cur.space.clone(),
            environment: self.cur.environment.clone(),
            parent: self.cur.children.clone(),
            ..Proc::default()
        }))
    }

    fn next_pid(&mut self) -> u32 {
        let pid = self.next_pid;
        self.next_pid = self.next_pid.checked_add(1).filter(|pid| *pid < 1 << 31).unwrap_or(1);
        pid
    }

    fn slot(&mut self) -> u32 {
        self.live += 1;
        self.vacant.pop().unwrap_or_else(|| {
            self.procs.push(None);
            self.procs.len() as u32 - 1
        })
    }

    /// A proc without a program, which waits until somebody takes what it sends.
    pub(crate) fn new_poster(&mut self) -> Box<Proc> {
        let (pid, slot) = (self.next_pid(), self.slot());
        Box::new(Proc { pid, slot, posts: true, fp: NIL, mp: NIL, module: NIL, ..Proc::default() })
    }

    /// Makes it ready to run its function from `pc` in its first frame.
    pub(crate) fn enlist(&mut self, mut proc: Box<Proc>, pc: u32, code: Rc<Code>) {
        proc.fp = proc.records[0].fp;
        proc.records[0].pending = 0;
        (proc.pc, proc.code, proc.active) = (pc, Some(code), 0);
        let slot = proc.slot;
        self.procs[slot as usize] = Some(proc);
        self.ready.push_back(slot);
    }

    /// Lets go of a proc that is done. It is not in any queue.
    pub(crate) fn retire(&mut self, proc: &mut Proc) {
        self.forget(proc);
        proc.clear(&mut self.heap);
        if !proc.posts {
            self.files.leave(proc.files);
        }
        self.vacant.push(proc.slot);
        self.live -= 1;
        self.bury();
    }

    /// Lets go of what a built-in function that waited has done so far.
    pub(crate) fn forget(&mut self, proc: &mut Proc) {
        proc.call = None;
        proc.journal.clear();
        match proc.exchange.take() {
            None => {}
            Some(Exchange::Job(number)) => self.jobs.abandon(number),
            Some(Exchange::Served(request)) => self.heap.release(request.reply),
            Some(Exchange::Export(export)) => self.stop_export(&export),
        }
    }

    /// The same for the running proc.
    #[inline]
    pub(crate) fn forget_call(&mut self) {
        if self.cur.call.is_some() || self.cur.exchange.is_some() || !self.cur.journal.is_empty() {
            let mut proc = std::mem::take(&mut self.cur);
            self.forget(&mut proc);
            self.cur = proc;
        }
    }

    /// Moves the frame that is being filled at the top of the running proc's stack to a proc of its own.
    pub(crate) fn detach(&mut self, to: &mut Proc) -> Step {
        let Some(record) = self.cur.records.last().copied() else { return Err(Trap::Type) };
        let fp = to.push(record.ty, &mut self.heap)?;
        self.heap.copy_record(record.fp, fp, record.ty);
        self.cur.pop(&mut self.heap);
        Ok(())
    }
}
