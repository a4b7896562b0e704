//! Devices, which everything that a name leads to belongs to. Section 3 of Inferno's manual has a page on each.
//!
//! A [`Node`] is a file that is not open: a device, and which of its files. What can be done with one is the same for all devices;
//! the functions here only say whose it is.

mod connection;
mod console;
mod descriptors;
mod environment;
mod host;
mod mount;
mod net;
mod pipe;
mod progs;
mod root;
mod service;

pub(crate) use connection::{Connection, Journal, Note, Remote};
pub(crate) use environment::{Environment, Variable};
pub(crate) use host::place as host_place;
pub(crate) use net::{Net, Network};
pub(crate) use pipe::{End, Pipe};
pub(crate) use progs::WaitQueue;
pub(crate) use service::{Client, Request, Served, Service};

use crate::errors::{ACCESS, ATTACH, BAD_SPECIFIER, NAME, NO_DEVICE, NOT_FOLDER, Outcome};
use crate::files::{Kind, Open};
use crate::stat::{Change, Stat};
use crate::vm::Vm;
use std::rc::Rc;

/// A file of a device, not open. 0 stands for a device's own folder.
#[derive(Clone)]
pub(crate) enum Node {
    /// `#/`
    Root(u8),
    /// `#c`
    Console(u8),
    /// `#U`: where it is in the tree, and whether it is a folder.
    Host(Rc<str>, bool),
    /// `#e`
    Environment(Option<Rc<str>>),
    /// `#p`: a proc, and which of its files.
    Procs(u32, u8),
    /// `#d`
    Descriptors(u32),
    /// `#|`: 1 and 2 are its ends.
    Pipe(Rc<Pipe>, u8),
    /// `#s`
    Service(Rc<Service>, Option<Rc<Served>>),
    /// `#I`
    Net(Net),
    /// `#M`: a file of a server that is mounted.
    Remote(Rc<Remote>),
}

impl PartialEq for Node {
    fn eq(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Root(a), Node::Root(b)) | (Node::Console(a), Node::Console(b)) => a == b,
            (Node::Host(a, _), Node::Host(b, _)) => a == b,
            (Node::Environment(a), Node::Environment(b)) => a == b,
            (Node::Procs(a, c), Node::Procs(b, d)) => (a, c) == (b, d),
            (Node::Descriptors(a), Node::Descriptors(b)) => a == b,
            (Node::Pipe(a, c), Node::Pipe(b, d)) => Rc::ptr_eq(a, b) && c == d,
            (Node::Remote(a), Node::Remote(b)) => a.is_same(b),
            (Node::Net(a), Node::Net(b)) => a == b,
            (Node::Service(a, c), Node::Service(b, d)) => {
                let same = match (c, d) {
                    (None, None) => true,
                    (Some(c), Some(d)) => Rc::ptr_eq(c, d),
                    _ => false,
                };
                Rc::ptr_eq(a, b) && same
            }
            _ => false,
        }
    }
}

impl Node {
    pub(crate) fn is_folder(&self) -> bool {
        match self {
            // All files there are places to bind something to.
            Node::Root(_) => true,
            Node::Console(file) => *file == 0,
            Node::Host(_, folder) => *folder,
            Node::Environment(name) => name.is_none(),
            Node::Procs(_, file) => *file == 0,
            Node::Descriptors(number) => *number == 0,
            Node::Pipe(_, end) => *end == 0,
            Node::Service(_, file) => file.is_none(),
            Node::Remote(file) => file.is_folder(),
            Node::Net(file) => file.is_folder(),
        }
    }
}

/// What a mode to open with asks for, in the permissions of a file.
pub(crate) fn needed(mode: i32) -> i32 {
    let usage = [0o4, 0o2, 0o6, 0o1][(mode & 3) as usize];
    if mode & crate::files::TRUNCATE != 0 { usage | 0o2 } else { usage }
}

/// Whether the owner, which everybody is, may.
pub(crate) fn permit(permissions: i32, mode: i32) -> Result<(), String> {
    let any = (permissions | permissions >> 3 | permissions >> 6) & 7;
    if needed(mode) & !any == 0 { Ok(()) } else { Err(ACCESS.into()) }
}

/// A part of a text, as reading a file that has it gives it.
pub(crate) fn part(text: &[u8], offset: u64, count: usize) -> Vec<u8> {
    let rest = usize::try_from(offset).ok().and_then(|offset| text.get(offset..)).unwrap_or_default();
    rest[..count.min(rest.len())].to_vec()
}

impl Vm {
    /// The folder of the device that a name beginning with `#` says.
    pub(crate) fn attach(&mut self, letter: char, specifier: &str, restricted: bool) -> Result<Node, String> {
        let allowed = matches!(letter, '|' | 'e') || letter == 's' && specifier.is_empty();
        if restricted && !allowed {
            return Err(ATTACH.into());
        }
        if letter == 's' {
            return Ok(Node::Service(self.files.service(specifier), None));
        }
        let node = match letter {
            '/' => Node::Root(0),
            'c' => Node::Console(0),
            'U' => host::attach(self)?,
            'e' => Node::Environment(None),
            'p' => Node::Procs(0, 0),
            'd' => Node::Descriptors(0),
            '|' => Node::Pipe(Pipe::new(&self.files.notices), 0),
            'I' => net::attach(self)?,
            'M' => return Err(ATTACH.into()),
            _ => return Err(NO_DEVICE.into()),
        };
        if specifier.is_empty() { Ok(node) } else { Err(BAD_SPECIFIER.into()) }
    }

    /// What is called so in a folder.
    pub(crate) fn walk(&mut self, node: &Node, name: &str) -> Outcome<Node> {
        if !node.is_folder() {
            return Err(NOT_FOLDER.into());
        }
        Ok(match node {
            Node::Root(file) => root::walk(*file, name),
            Node::Console(_) => console::walk(name),
            Node::Host(path, _) => host::walk(self, path, name),
            Node::Environment(_) => environment::walk(self, name),
            Node::Procs(proc, _) => progs::walk(self, *proc, name),
            Node::Descriptors(_) => descriptors::walk(self, name),
            Node::Pipe(pipe, _) => pipe::walk(pipe, name),
            Node::Service(folder, _) => service::walk(folder, name),
            Node::Net(folder) => net::walk(self, folder, name),
            Node::Remote(folder) => return self.walk_remote(folder, name),
        }?)
    }

    /// What is known of a file that is called so.
    pub(crate) fn stat_node(&mut self, node: &Node, name: &str) -> Outcome<Stat> {
        Ok(match node {
            Node::Root(file) => Ok(root::stat(self, *file, name)),
            Node::Console(file) => Ok(console::stat(self, *file, name)),
            Node::Host(path, _) => host::stat(self, path, name),
            Node::Environment(variable) => environment::stat(self, variable.as_deref(), name),
            Node::Procs(proc, file) => progs::stat(self, *proc, *file, name),
            Node::Descriptors(number) => descriptors::stat(self, *number, name),
            Node::Pipe(pipe, end) => Ok(pipe::stat(self, pipe, *end, name)),
            Node::Service(folder, file) => Ok(service::stat(self, folder, file.as_deref(), name)),
            Node::Net(file) => Ok(net::stat(self, file, name)),
            Node::Remote(file) => return self.stat_remote(file, name),
        }?)
    }

    /// What is in a folder.
    pub(crate) fn list(&mut self, node: &Node) -> Outcome<Vec<Stat>> {
        Ok(match node {
            Node::Root(file) => Ok(root::list(self, *file)),
            Node::Console(_) => Ok(console::list(self)),
            Node::Host(path, _) => host::list(self, path),
            Node::Environment(_) => Ok(environment::list(self)),
            Node::Procs(proc, _) => Ok(progs::list(self, *proc)),
            Node::Descriptors(_) => Ok(descriptors::list(self)),
            Node::Pipe(pipe, _) => Ok(pipe::list(self, pipe)),
            Node::Service(folder, _) => Ok(service::list(self, folder)),
            Node::Net(folder) => Ok(net::list(self, folder)),
            Node::Remote(folder) => return self.list_remote(folder),
        }?)
    }

    /// Opens a file that is no folder.
    pub(crate) fn open_node(&mut self, node: &Node, mode: i32) -> Outcome<Rc<Open>> {
        let kind = match node {
            Node::Host(path, _) => return host::open(self, node, path, mode),
            Node::Descriptors(number) => return descriptors::open(self, node, *number, mode),
            Node::Root(_) => return Err(ACCESS.into()),
            Node::Net(file) => return net::open(self, file, mode),
            Node::Remote(file) => return self.open_remote(file, mode),
            Node::Console(file) => console::open(self, *file, mode)?,
            Node::Environment(variable) => environment::open(self, variable.as_deref(), mode)?,
            Node::Procs(proc, file) => progs::open(self, *proc, *file, mode)?,
            Node::Pipe(pipe, end) => Kind::Pipe(End::open(pipe, usize::from(*end == 2))),
            Node::Service(_, Some(file)) => Kind::Client(service::open(self, file, mode)?),
            Node::Service(_, None) => return Err(ACCESS.into()),
        };
        Ok(Rc::new(Open::new(kind, mode, node.clone())))
    }

    /// Makes a file, which is not there yet, and opens it.
    pub(crate) fn create_node(&mut self, node: &Node, name: &str, mode: i32, perm: i32) -> Outcome<Rc<Open>> {
        if matches!(name, "" | "." | "..") {
            return Err(NAME.into());
        }
        match node {
            Node::Host(path, _) => host::create(self, path, name, mode, perm),
            Node::Environment(_) => environment::create(self, name, mode, perm),
            Node::Remote(folder) => self.create_remote(folder, name, mode, perm),
            _ => Err(ACCESS.into()),
        }
    }

    pub(crate) fn remove_node(&mut self, node: &Node) -> Outcome<()> {
        Ok(match node {
            Node::Host(path, _) => host::remove(self, path),
            Node::Environment(Some(variable)) => environment::remove(self, variable),
            Node::Service(folder, Some(file)) => {
                folder.remove(file);
                Ok(())
            }
            Node::Remote(file) => return self.remove_remote(file),
            _ => Err(ACCESS.into()),
        }?)
    }

    pub(crate) fn wstat_node(&mut self, node: &Node, change: &Change) -> Outcome<()> {
        Ok(match node {
            Node::Host(path, folder) => host::wstat(self, path, *folder, change),
            Node::Service(folder, file) => service::wstat(folder, file.as_deref(), change),
            Node::Remote(file) => return self.wstat_remote(file, change),
            _ => Err(ACCESS.into()),
        }?)
    }

    /// Reads a file whose contents are made up as they are read.
    pub(crate) fn read_node(&mut self, node: &Node, offset: u64, count: usize) -> Outcome<Vec<u8>> {
        match node {
            Node::Console(file) => console::read(self, *file, offset, count),
            Node::Procs(proc, file) => Ok(progs::read(self, *proc, *file, offset, count)?),
            Node::Net(file) => net::read(file, offset, count),
            Node::Descriptors(number) => {
                let text = descriptors::control(self, *number)?;
                Ok(part(text.as_bytes(), offset, count))
            }
            _ => Err(ACCESS.into()),
        }
    }

    /// Writes to such a file.
    pub(crate) fn write_node(&mut self, node: &Node, bytes: &[u8]) -> Outcome<()> {
        match node {
            Node::Console(file) => Ok(console::write(self, *file, bytes)?),
            Node::Procs(proc, file) => progs::write(self, *proc, *file, bytes),
            Node::Net(file) => net::write(self, file, bytes),
            _ => Err(ACCESS.into()),
        }
    }
}
