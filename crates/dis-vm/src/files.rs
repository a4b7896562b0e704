//! Open files: what they are, and descriptors for them in groups that procs share. sys-dup(2).

use crate::device::{
    Client, Connection, End, Network, Node, Note, Remote, Served, Service, Variable, WaitQueue,
};
use crate::errors::{BAD_DESCRIPTOR, NAME};
use crate::input::Input;
use crate::line::Line;
use crate::stat::Stat;
use crate::vm::Options;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::SystemTime;

/// Where a program writes to.
#[derive(Clone)]
pub struct Output(Rc<RefCell<dyn Write>>);

impl Output {
    /// To this. What is written is flushed at once.
    pub fn new(to: impl Write + 'static) -> Output {
        Output(Rc::new(RefCell::new(to)))
    }

    /// Writes what can be written: there is nobody to complain to.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let _ = self.try_write(bytes);
    }

    pub(crate) fn try_write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut to = self.0.borrow_mut();
        to.write_all(bytes).and_then(|()| to.flush())
    }
}

// How a file may be used: the low bits of a mode, where 2 is both. sys-open(2).
pub(crate) const READ: i32 = 0;
pub(crate) const WRITE: i32 = 1;
pub(crate) const TRUNCATE: i32 = 16;
pub(crate) const REMOVE: i32 = 64;
pub(crate) const EXCLUSIVE: i32 = 0x1000;

/// What reading and writing something open comes to.
pub(crate) enum Kind {
    Input(Input),
    Output(Output),
    /// Lines of the one, to the other.
    Console(Input, Output),
    File(RefCell<File>),
    /// Something of the host that one may have to wait for.
    Stream(Arc<Line>),
    /// The folders that make it; its entries, once somebody asked for them, and how many were given already.
    Folder(Vec<Node>, RefCell<Option<(Vec<Stat>, usize)>>),
    Variable(Rc<Variable>),
    Pipe(End),
    Client(Client),
    Remote(Rc<Remote>),
    Wait(Rc<WaitQueue>),
    /// Its device makes it up.
    Made,
}

impl Kind {
    pub(crate) fn folder(nodes: Vec<Node>) -> Kind {
        Kind::Folder(nodes, RefCell::new(None))
    }
}

/// Something open. Descriptors that were duplicated share it.
pub(crate) struct Open {
    pub(crate) kind: Kind,
    pub(crate) mode: i32,
    pub(crate) node: Node,
    /// Its name when it was opened.
    pub(crate) path: RefCell<String>,
    /// Where it is read and written next. Files of the host keep that themselves.
    pub(crate) offset: Cell<u64>,
    /// What goes with it when it is closed.
    pub(crate) remove: Option<PathBuf>,
    /// The connection that uses it for messages.
    pub(crate) connection: RefCell<Weak<Connection>>,
}

impl Open {
    pub(crate) fn new(kind: Kind, mode: i32, node: Node) -> Open {
        // To execute is to read.
        let mode = if mode & 3 == 3 { READ } else { mode & 3 };
        Open {
            kind,
            mode,
            node,
            path: RefCell::default(),
            offset: Cell::new(0),
            remove: None,
            connection: RefCell::default(),
        }
    }

    fn standard(kind: Kind, mode: i32) -> Option<Rc<Open>> {
        let open = Open::new(kind, mode, Node::Console(1));
        open.path.replace("/dev/cons".to_owned());
        Some(Rc::new(open))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            // It may be gone already, and nobody hears of it otherwise.
            let _ = fs::remove_file(path);
        }
    }
}

/// What parts of the machine tell its scheduler of.
#[derive(Default)]
pub(crate) struct Notices {
    /// Events that happened: who waits for one looks again.
    pub(crate) rung: RefCell<Vec<u32>>,
    /// Files of servers that were closed, with the client's number.
    pub(crate) closed: RefCell<Vec<(Rc<Served>, i32)>>,
    /// What servers are to be told that nobody waits for.
    pub(crate) notes: RefCell<Vec<(Weak<Connection>, Note)>>,
    /// Calls of the host whose answers nobody wants any more.
    pub(crate) left: RefCell<Vec<u32>>,
    last: Cell<u32>,
    /// Bytes that may still be kept for programs outside of their memory: in pipes, in the environment.
    room: Cell<usize>,
}

impl Notices {
    /// A new event. 0 is standard input's.
    pub(crate) fn event(&self) -> u32 {
        let next = self.last.get() + 1;
        self.last.set(if next < crate::jobs::FIRST { next } else { 1 });
        self.last.get()
    }

    /// Notices of an instance that may keep so many bytes.
    pub(crate) fn with_room(room: usize) -> Rc<Notices> {
        Rc::new(Notices { room: Cell::new(room), ..Notices::default() })
    }

    /// Takes bytes of that room; they are given back with [`Notices::give`].
    pub(crate) fn take(&self, bytes: usize) -> Result<(), String> {
        let left = self.room.get().checked_sub(bytes).ok_or("out of memory: main")?;
        self.room.set(left);
        Ok(())
    }

    pub(crate) fn give(&self, bytes: usize) {
        self.room.set(self.room.get().saturating_add(bytes));
    }

    pub(crate) fn ring(&self, event: u32) {
        self.rung.borrow_mut().push(event);
    }
}

/// Descriptors of a group of procs.
#[derive(Default)]
struct Group {
    open: Vec<Option<Rc<Open>>>,
    /// Procs in it, and objects that stand for a descriptor.
    users: usize,
}

/// All groups of an instance, and what its devices have in common.
pub(crate) struct Files {
    groups: Vec<Option<Group>>,
    pub(crate) root: Option<PathBuf>,
    pub(crate) begun: SystemTime,
    pub(crate) output: Output,
    pub(crate) system_name: String,
    pub(crate) network: Network,
    pub(crate) notices: Rc<Notices>,
    services: Vec<Weak<Service>>,
    /// Files that are served, by the queues of their channels; whether that is the one for writing.
    pub(crate) served: HashMap<u32, (Rc<Served>, bool)>,
    number: i64,
    fid: i32,
    bind: i32,
}

/// Most descriptors of a group.
const MOST: usize = 5000;

impl Files {
    pub(crate) fn new(options: &mut Options) -> Files {
        let standard = vec![
            Open::standard(Kind::Console(options.input.clone(), options.output.clone()), READ),
            Open::standard(Kind::Output(options.output.clone()), WRITE),
            Open::standard(Kind::Output(options.errors.clone()), WRITE),
        ];
        Files {
            groups: vec![Some(Group { open: standard, users: 1 })],
            root: options.root.take(),
            begun: SystemTime::now(),
            output: options.output.clone(),
            system_name: "spandrel".to_owned(),
            network: Network::default(),
            notices: Notices::with_room(options.memory),
            services: Vec::new(),
            served: HashMap::new(),
            number: 0,
            fid: 0,
            bind: 0,
        }
    }

    /// The group that the first proc has.
    pub(crate) fn first(&self) -> u32 {
        0
    }

    pub(crate) fn next_number(&mut self) -> i64 {
        self.number += 1;
        self.number
    }

    pub(crate) fn next_fid(&mut self) -> i32 {
        self.fid = self.fid.checked_add(1).unwrap_or(1);
        self.fid
    }

    /// The number of the next bind.
    pub(crate) fn next_bind(&mut self) -> i32 {
        self.bind = self.bind.checked_add(1).unwrap_or(1);
        self.bind
    }

    /// The folder for served files with this specifier, a new one where there is none.
    pub(crate) fn service(&mut self, specifier: &str) -> Rc<Service> {
        self.services.retain(|service| service.strong_count() > 0);
        let mut known = self.services.iter().filter_map(Weak::upgrade);
        if let Some(known) = known.find(|service| service.specifier == specifier && !specifier.is_empty()) {
            return known;
        }
        let service = Rc::new(Service::new(specifier, self.next_number()));
        self.services.push(Rc::downgrade(&service));
        service
    }

    fn group(&mut self, group: u32) -> Result<&mut Group, String> {
        self.groups.get_mut(group as usize).and_then(Option::as_mut).ok_or_else(|| BAD_DESCRIPTOR.to_owned())
    }

    /// One more proc or object.
    pub(crate) fn share(&mut self, group: u32) {
        if let Ok(group) = self.group(group) {
            group.users += 1;
        }
    }

    /// One less. With the last, everything in the group is closed.
    pub(crate) fn leave(&mut self, group: u32) {
        let Ok(found) = self.group(group) else { return };
        found.users -= 1;
        if found.users == 0 {
            self.groups[group as usize] = None;
        }
    }

    /// A group with the descriptors of another that `keep` wants.
    pub(crate) fn fork(&mut self, group: u32, keep: impl Fn(i32) -> bool) -> u32 {
        let old = self.group(group).map(|group| group.open.clone()).unwrap_or_default();
        let open = (0..).zip(old).map(|(n, open)| open.filter(|_| keep(n))).collect();
        let new = Some(Group { open, users: 1 });
        let free = self.groups.iter().position(Option::is_none).unwrap_or(self.groups.len());
        if free == self.groups.len() {
            self.groups.push(None);
        }
        self.groups[free] = new;
        free as u32
    }

    /// A descriptor for something open: the lowest that is free.
    pub(crate) fn enter(&mut self, group: u32, open: Rc<Open>) -> Result<i32, String> {
        let group = self.group(group)?;
        let free = group.open.iter().position(Option::is_none).unwrap_or(group.open.len());
        if free >= MOST {
            return Err("no free file descriptors".into());
        }
        if free == group.open.len() {
            group.open.push(None);
        }
        group.open[free] = Some(open);
        Ok(free as i32)
    }

    pub(crate) fn get(&mut self, group: u32, number: i32) -> Result<Rc<Open>, String> {
        let open = usize::try_from(number).ok().and_then(|n| self.group(group).ok()?.open.get(n)?.clone());
        open.ok_or_else(|| BAD_DESCRIPTOR.to_owned())
    }

    /// The descriptors of a group that are open.
    pub(crate) fn numbers(&mut self, group: u32) -> Vec<i32> {
        let open = self.group(group).map(|group| group.open.as_slice()).unwrap_or_default();
        (0..).zip(open).filter(|(_, open)| open.is_some()).map(|(number, _)| number).collect()
    }

    /// Closes a descriptor, whatever objects stand for it.
    pub(crate) fn drop_descriptor(&mut self, group: u32, number: i32) {
        if let Ok(found) = self.group(group)
            && let Some(open) = usize::try_from(number).ok().and_then(|n| found.open.get_mut(n))
        {
            *open = None;
        }
    }

    /// An object that stood for a descriptor is gone.
    pub(crate) fn close(&mut self, group: u32, number: i32) {
        self.drop_descriptor(group, number);
        self.leave(group);
    }

    /// A second descriptor, a free one or this, which is closed first.
    pub(crate) fn dup(&mut self, group: u32, old: i32, new: i32) -> Result<i32, String> {
        let open = self.get(group, old)?;
        if new == -1 {
            return self.enter(group, open);
        }
        let at = usize::try_from(new).ok().filter(|n| *n < MOST).ok_or_else(|| BAD_DESCRIPTOR.to_owned())?;
        let group = self.group(group)?;
        if group.open.len() <= at {
            group.open.resize(at + 1, None);
        }
        group.open[at] = Some(open);
        Ok(new)
    }
}

/// Names of files may have any characters but these.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains('/') || matches!(name, "." | "..") {
        return Err(NAME.to_owned());
    }
    if name.chars().any(|c| c.is_ascii_control()) {
        Err(crate::errors::BAD_CHARACTER.to_owned())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_the_lowest_that_are_free_and_close_with_their_objects() {
        let mut files = Files::new(&mut Options::default());
        let open = |files: &mut Files| {
            files.enter(0, Rc::new(Open::new(Kind::Made, READ, Node::Console(12)))).expect("a descriptor")
        };
        let (first, second) = (open(&mut files), open(&mut files));
        assert_eq!((first, second), (3, 4));
        files.share(0);
        files.close(0, first);
        assert_eq!(
            (open(&mut files), files.dup(0, second, 1), files.dup(0, 99, -1)),
            (3, Ok(1), Err(BAD_DESCRIPTOR.into()))
        );
        let group = files.fork(0, |number| number == 4);
        assert!(files.get(group, 4).is_ok() && files.get(group, 3).is_err());
        files.leave(group);
        assert!(files.get(group, 4).is_err());
    }
}
