//! A name space as a server shows it to others: messages ask for files, a proc of the machine's own does each. sys-export(2), intro(5).

use crate::errors::{ACCESS, BAD_USE, Fail, HUNG_UP, NOT_FOUND, Outcome};
use crate::files::{Kind, Open};
use crate::namespace::Found;
use crate::stat::{Change, DIRECTORY, Stat};
use crate::styx::{DATA_HEADER, Data, LARGEST, Message, NO_TAG, Packed, Qid, VERSION, Wire, decode, encode};
use crate::trap::Trap;
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Most fids of one client, and most of its requests at a time.
const MOST_FIDS: usize = 10_000;
const MOST_REQUESTS: usize = 512;
/// Messages that are taken in one turn.
const TURN: usize = 32;

/// A file that a client has a name for.
struct Fid {
    /// From the root on.
    trail: RefCell<Vec<Found>>,
    open: RefCell<Option<Rc<Open>>>,
    /// Where a folder that is open is read next.
    next: Cell<u64>,
}

/// A tree that somebody serves.
pub(crate) struct Export {
    wire: Wire,
    root: Found,
    msize: Cell<u32>,
    fids: RefCell<HashMap<u32, Rc<Fid>>>,
    /// Requests without a reply yet, with the slot of who does each.
    busy: RefCell<HashMap<u16, u32>>,
    over: Cell<bool>,
    /// Rung at the end.
    event: u32,
    /// The slot of who takes messages.
    slot: Cell<u32>,
}

/// What a proc of the machine's own does.
pub(crate) enum Task {
    /// Takes messages.
    Serve(Rc<Export>),
    /// Does what one asks for.
    Answer { export: Rc<Export>, tag: u16, message: Message, reply: Option<Vec<u8>> },
}

/// What a task came to for now.
enum Turn {
    Again,
    Waits,
    Parks(u32),
    Done,
    /// The fuel is used up.
    Stopped,
}

fn told(trap: Trap) -> Fail {
    Fail::Error(trap.text().unwrap_or(HUNG_UP).to_owned())
}

/// What is known of a file, with numbers that tell devices' files apart.
fn apart(mut stat: Stat) -> Stat {
    stat.path ^= i64::from(stat.device) << 56;
    stat
}

fn qid(stat: &Stat) -> Qid {
    let kind = if stat.mode & DIRECTORY != 0 { 0x80 } else { stat.kind as u8 & 0x7f };
    Qid { kind, version: stat.version.cast_unsigned(), path: stat.path.cast_unsigned() }
}

impl Vm {
    /// Serves the tree from a folder on through something open. The result is who serves it.
    pub(crate) fn export(&mut self, open: &Rc<Open>, folder: &str) -> Outcome<Rc<Export>> {
        let root = self.resolve(folder)?;
        let wire = Wire::new(open, &self.files.notices)?;
        let event = self.files.notices.event();
        let (fids, busy, over, msize, slot) = Default::default();
        let export = Rc::new(Export { wire, root, msize, fids, busy, over, event, slot });
        export.slot.set(self.begin_task(Task::Serve(Rc::clone(&export))));
        Ok(export)
    }

    /// Waits until nobody is served any more.
    pub(crate) fn await_export(&mut self, export: &Export) -> Outcome<()> {
        if export.over.get() { Ok(()) } else { Err(Trap::Park(export.event).into()) }
    }

    /// Who waited for the end does not any more: it is over.
    pub(crate) fn stop_export(&mut self, export: &Export) {
        if !export.over.get() {
            self.end_export(export);
            self.end_task(export.slot.get());
        }
    }

    /// A proc for a task, in the name space of the one that runs.
    fn begin_task(&mut self, task: Task) -> u32 {
        let (space, environment) = (self.cur.space.clone(), self.cur.environment.clone());
        let mut proc = self.new_poster();
        (proc.space, proc.environment) = (space, environment);
        // It has no descriptors.
        proc.files = u32::MAX;
        proc.task = Some(Box::new(task));
        let slot = proc.slot;
        self.procs[slot as usize] = Some(proc);
        self.ready.push_back(slot);
        slot
    }

    /// The running proc, which has a task, goes on with it. False when the fuel is used up.
    pub(crate) fn run_task(&mut self) -> bool {
        // Channels take an instruction back that waits for them.
        self.pc = 1;
        let Some(mut task) = self.cur.task.take() else { return true };
        let turn = match &mut *task {
            Task::Serve(export) => self.take_messages(&Rc::clone(export)),
            Task::Answer { export, tag, message, reply } => self.answer(export, *tag, message, reply),
        };
        let mut proc = std::mem::take(&mut self.cur);
        let slot = proc.slot;
        let stopped = matches!(turn, Turn::Stopped);
        match turn {
            Turn::Done => {
                self.retire(&mut proc);
                return true;
            }
            Turn::Again | Turn::Stopped => self.ready.push_back(slot),
            Turn::Waits => {}
            Turn::Parks(event) => {
                proc.waits = Some(event);
                proc.journal.rewind();
                self.parked.entry(event).or_default().push(slot);
            }
        }
        proc.task = Some(task);
        self.procs[slot as usize] = Some(proc);
        self.bury();
        !stopped
    }

    fn take_messages(&mut self, export: &Rc<Export>) -> Turn {
        for _ in 0..TURN {
            let message = export.wire.receive(self).and_then(|bytes| match bytes {
                Some(bytes) => Ok(decode(&bytes).map_err(|why| why.0)?),
                None => Err(HUNG_UP.into()),
            });
            let taken = match message {
                Ok((tag, message)) => self.take_message(export, tag, message),
                Err(fail) => Err(fail),
            };
            match taken {
                Ok(()) => {}
                Err(Fail::Trap(Trap::Park(event))) => return Turn::Parks(event),
                Err(Fail::Trap(Trap::Fuel)) => return Turn::Stopped,
                Err(_) => {
                    self.end_export(export);
                    return Turn::Done;
                }
            }
        }
        Turn::Again
    }

    /// The client is gone, or says what makes no sense.
    fn end_export(&mut self, export: &Export) {
        self.end_requests(export);
        export.over.set(true);
        self.files.notices.ring(export.event);
    }

    /// Nothing that a client asked for goes on, and it has no files.
    fn end_requests(&mut self, export: &Export) {
        let slots: Vec<u32> = export.busy.borrow_mut().drain().map(|(_, slot)| slot).collect();
        slots.into_iter().for_each(|slot| self.end_task(slot));
        export.fids.borrow_mut().clear();
    }

    /// Ends a task whose proc does not run.
    fn end_task(&mut self, slot: u32) {
        if let Some(mut proc) = self.procs[slot as usize].take() {
            self.disturb(&mut proc);
            self.retire(&mut proc);
        }
    }

    fn take_message(&mut self, export: &Rc<Export>, tag: u16, message: Message) -> Outcome<()> {
        let tagged = tag != NO_TAG || matches!(message, Message::Tversion { .. });
        if !tagged || message.is_reply() {
            // To reply to replies might never end.
            return Err("no request".into());
        }
        self.spend()?;
        match message {
            Message::Tversion { .. } => self.end_requests(export),
            Message::Tflush { old } => {
                let slot = export.busy.borrow_mut().remove(&old);
                slot.into_iter().for_each(|slot| self.end_task(slot));
            }
            _ => {}
        }
        let mut busy = export.busy.borrow_mut();
        if busy.len() >= MOST_REQUESTS || busy.contains_key(&tag) {
            return Err("too many requests, or two with one tag".into());
        }
        let slot = self.begin_task(Task::Answer { export: Rc::clone(export), tag, message, reply: None });
        busy.insert(tag, slot);
        Ok(())
    }

    /// Does what is asked for and replies; both may have to wait.
    fn answer(
        &mut self,
        export: &Rc<Export>,
        tag: u16,
        message: &Message,
        reply: &mut Option<Vec<u8>>,
    ) -> Turn {
        if reply.is_none() {
            let done = match self.perform(export, message) {
                Err(Fail::Trap(Trap::Park(event))) => return Turn::Parks(event),
                Err(Fail::Trap(Trap::Switch)) => return Turn::Waits,
                Err(Fail::Trap(Trap::Memory)) if self.collect() => return Turn::Again,
                Err(Fail::Trap(trap)) => Err(told(trap)),
                other => other,
            };
            self.forget_call();
            let done = done.unwrap_or_else(|fail| Message::Rerror { why: fail.to_string() });
            *reply = Some(encode(tag, &done));
        }
        match export.wire.send(reply.as_deref().unwrap_or_default()) {
            Err(Fail::Trap(Trap::Park(event))) => Turn::Parks(event),
            // That the client is gone is heard of where messages are taken.
            _ => {
                export.busy.borrow_mut().remove(&tag);
                Turn::Done
            }
        }
    }

    fn perform(&mut self, export: &Export, message: &Message) -> Outcome<Message> {
        Ok(match message {
            Message::Tversion { msize, version } => {
                let msize = (*msize).min(LARGEST);
                let known = version.starts_with(VERSION) && msize > 2 * DATA_HEADER;
                export.msize.set(if known { msize } else { 0 });
                Message::Rversion { msize, version: if known { VERSION } else { "unknown" }.to_owned() }
            }
            _ if export.msize.get() == 0 => return Err("the version was not agreed on".into()),
            Message::Tauth { .. } => return Err("authentication not required".into()),
            Message::Tflush { .. } => Message::Rflush {},
            Message::Tattach { fid, .. } => {
                let qid = qid(&self.known(&export.root)?);
                export.enter(*fid, vec![export.root.clone()])?;
                Message::Rattach { qid }
            }
            Message::Twalk { fid, new, names } => self.walk_fid(export, *fid, *new, names)?,
            Message::Topen { fid, mode } => self.open_fid(export, *fid, i32::from(*mode))?,
            Message::Tcreate { fid, name, perm, mode } => {
                let perm = perm.cast_signed();
                self.create_fid(export, *fid, name, i32::from(*mode), perm)?
            }
            Message::Tread { fid, offset, count } => {
                let count = (*count).min(export.msize.get() - DATA_HEADER) as usize;
                Message::Rread { data: Data(self.read_fid(export, *fid, *offset, count)?) }
            }
            Message::Twrite { fid, offset, data } => {
                let open = export.fid(*fid)?.opened()?;
                let count = self.write_open(&open, &data.0, Some(*offset))? as u32;
                Message::Rwrite { count }
            }
            Message::Tclunk { fid } => {
                export.fids.borrow_mut().remove(fid).ok_or(BAD_FID)?;
                Message::Rclunk {}
            }
            Message::Tremove { fid } => self.remove_fid(export, *fid)?,
            Message::Tstat { fid } => {
                let found = export.fid(*fid)?.found()?;
                Message::Rstat { stat: Packed(self.known(&found)?.pack()) }
            }
            Message::Twstat { fid, stat } => {
                let found = export.fid(*fid)?.found()?;
                let mut change = Change::unpack(&stat.0).map_err(|why| why.0)?;
                change.name = change.name.filter(|name| name != found.name());
                let node = self.seen(&found);
                self.change(&node, &change)?;
                Message::Rwstat {}
            }
            _ => return Err(BAD_USE.into()),
        })
    }

    fn known(&mut self, found: &Found) -> Outcome<Stat> {
        let node = self.seen(found);
        self.stat_node(&node, found.name()).map(apart)
    }

    fn walk_fid(&mut self, export: &Export, fid: u32, new: u32, names: &[String]) -> Outcome<Message> {
        let from = export.fid(fid)?;
        if from.open.borrow().is_some() {
            return Err(BAD_USE.into());
        }
        if new != fid && export.fids.borrow().contains_key(&new) {
            return Err(FID_IN_USE.into());
        }
        let (mut trail, mut qids) = (from.trail.borrow().clone(), Vec::new());
        for name in names {
            // Nothing leads out of what is served.
            let stays = name == ".." && trail.len() == 1;
            let step = if stays { Ok(()) } else { self.follow_one(&mut trail, name) };
            let known = step.and_then(|()| self.known(trail.last().unwrap_or(&export.root)));
            match known {
                Ok(stat) => qids.push(qid(&stat)),
                Err(Fail::Error(_)) if !qids.is_empty() => return Ok(Message::Rwalk { qids }),
                Err(fail) => return Err(fail),
            }
        }
        match new == fid {
            true => drop(from.trail.replace(trail)),
            false => export.enter(new, trail)?,
        }
        Ok(Message::Rwalk { qids })
    }

    fn open_fid(&mut self, export: &Export, fid: u32, mode: i32) -> Outcome<Message> {
        let fid = export.fid(fid)?;
        if fid.open.borrow().is_some() {
            return Err(BAD_USE.into());
        }
        let found = fid.found()?;
        let qid = qid(&self.known(&found)?);
        let open = self.open_found(&found, mode)?;
        fid.open.replace(Some(open));
        Ok(Message::Ropen { qid, unit: 0 })
    }

    fn create_fid(
        &mut self,
        export: &Export,
        fid: u32,
        name: &str,
        mode: i32,
        perm: i32,
    ) -> Outcome<Message> {
        let fid = export.fid(fid)?;
        let parent = fid.found()?;
        if fid.open.borrow().is_some() || !parent.node.is_folder() {
            return Err(ACCESS.into());
        }
        if matches!(name, "." | "..") || self.is_there(&parent, name)? {
            return Err(crate::errors::EXISTS.into());
        }
        let open = self.create_in(&parent, name, mode, perm)?;
        let found = Found { node: open.node.clone(), path: format!("{}/{name}", parent.path), ..parent };
        let stat = self.known(&found);
        // It was made: whatever comes now must not make it again.
        let qid = stat.map(|stat| qid(&stat)).unwrap_or_default();
        fid.trail.borrow_mut().push(found);
        fid.open.replace(Some(open));
        Ok(Message::Rcreate { qid, unit: 0 })
    }

    fn read_fid(&mut self, export: &Export, fid: u32, offset: u64, count: usize) -> Outcome<Vec<u8>> {
        let fid = export.fid(fid)?;
        let open = fid.opened()?;
        if !matches!(open.kind, Kind::Folder(..)) {
            return self.read_open(&open, count, Some(offset));
        }
        match offset {
            0 => drop(self.seek_open(&open, 0, 0)?),
            _ if offset == fid.next.get() => {}
            _ => return Err("a folder is read from its begin, or from where it was read last".into()),
        }
        let (mut bytes, mut passed) = (Vec::new(), 0);
        for stat in self.read_entries(&open)? {
            let packed = apart(stat).pack();
            if bytes.len() + packed.len() > count {
                break;
            }
            bytes.extend(packed);
            passed += 1;
        }
        Vm::pass(&open, passed);
        fid.next.set(offset + bytes.len() as u64);
        Ok(bytes)
    }

    fn remove_fid(&mut self, export: &Export, number: u32) -> Outcome<Message> {
        let fid = export.fid(number)?;
        let node = fid.found().map(|found| self.seen(&found))?;
        let removed = self.remove_node(&node);
        if !matches!(removed, Err(Fail::Trap(_))) {
            // Whatever came of it, the fid is forgotten.
            export.fids.borrow_mut().remove(&number);
        }
        removed.map(|()| Message::Rremove {})
    }
}

const BAD_FID: &str = "fid unknown or out of range";
const FID_IN_USE: &str = "duplicate fid";

impl Export {
    fn fid(&self, number: u32) -> Result<Rc<Fid>, String> {
        self.fids.borrow().get(&number).cloned().ok_or_else(|| BAD_FID.to_owned())
    }

    fn enter(&self, number: u32, trail: Vec<Found>) -> Result<(), String> {
        let mut fids = self.fids.borrow_mut();
        if fids.contains_key(&number) {
            return Err(FID_IN_USE.to_owned());
        }
        if fids.len() >= MOST_FIDS {
            return Err("too many fids".to_owned());
        }
        let fid = Fid { trail: RefCell::new(trail), open: RefCell::default(), next: Cell::new(0) };
        fids.insert(number, Rc::new(fid));
        Ok(())
    }
}

impl Fid {
    fn found(&self) -> Result<Found, String> {
        self.trail.borrow().last().cloned().ok_or_else(|| NOT_FOUND.to_owned())
    }

    fn opened(&self) -> Result<Rc<Open>, String> {
        self.open.borrow().clone().ok_or_else(|| BAD_USE.to_owned())
    }
}
