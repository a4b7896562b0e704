//! What is done with files by their names. sys-open(2), sys-stat(2), sys-remove(2), sys-chdir(2).

use super::bind::CREATE;
use super::{Found, last};
use crate::device::{Node, permit};
use crate::errors::{BAD_ARGUMENT, EXISTS, Fail, IS_FOLDER, NO_CREATION, NOT_FOLDER, Outcome};
use crate::files::{EXCLUSIVE, Kind, Open, READ, REMOVE, TRUNCATE, check_name};
use crate::stat::{Change, DIRECTORY, Stat};
use crate::vm::Vm;
use std::rc::Rc;

/// To be closed when another program begins, of which there are none.
const CLOSE: i32 = 32;

fn check_mode(mode: i32) -> Result<(), String> {
    if mode & !(3 | TRUNCATE | CLOSE | REMOVE) != 0 { Err(BAD_ARGUMENT.into()) } else { Ok(()) }
}

impl Vm {
    /// Opens what is called so.
    pub(crate) fn open_name(&mut self, name: &str, mode: i32) -> Outcome<Rc<Open>> {
        check_mode(mode)?;
        let found = self.resolve(name)?;
        self.open_found(&found, mode)
    }

    pub(crate) fn open_found(&mut self, found: &Found, mode: i32) -> Outcome<Rc<Open>> {
        let nodes = self.translate(found);
        let Some(first) = nodes.first().cloned() else { return Err(crate::errors::NOT_FOUND.into()) };
        if first.is_folder() {
            if mode & !CLOSE != READ {
                return Err(IS_FOLDER.into());
            }
            permit(self.stat_node(&first, "")?.mode, READ)?;
            let open = Open::new(Kind::folder(nodes), READ, first);
            open.path.replace(found.path.clone());
            return Ok(Rc::new(open));
        }
        let open = self.open_node(&first, mode)?;
        // What comes from #d has a name already.
        if open.path.borrow().is_empty() {
            open.path.replace(found.path.clone());
        }
        Ok(open)
    }

    /// The folder that new files go to.
    fn folder_for(&mut self, parent: &Found) -> Result<Node, String> {
        if !parent.node.is_folder() {
            return Err(NOT_FOLDER.into());
        }
        let space = self.cur.space();
        let space = space.borrow();
        match space.mount(&parent.node).filter(|_| parent.mounts) {
            None => Ok(parent.node.clone()),
            Some(mount) => {
                let member = mount.members.iter().find(|member| member.flag & CREATE != 0);
                member.map(|member| member.node.clone()).ok_or_else(|| NO_CREATION.into())
            }
        }
    }

    /// Makes a file, or empties the one that is there, and opens it.
    pub(crate) fn create_name(&mut self, name: &str, mode: i32, perm: i32) -> Outcome<Rc<Open>> {
        check_mode(mode & !EXCLUSIVE)?;
        let (parent, own) = self.resolve_parent(name)?;
        if name.ends_with('/') && perm & DIRECTORY == 0 {
            return Err(format!("'{name}' create without DMDIR").into());
        }
        let there = matches!(own, "." | "..") || self.is_there(&parent, own)?;
        if there {
            if mode & EXCLUSIVE != 0 || perm & DIRECTORY != 0 {
                return Err(EXISTS.into());
            }
            return self.open_name(name, mode | TRUNCATE);
        }
        self.create_in(&parent, own, mode, perm)
    }

    /// Whether there is something called so in a folder.
    pub(crate) fn is_there(&mut self, parent: &Found, name: &str) -> Outcome<bool> {
        match self.step(parent, name) {
            Ok(_) => Ok(true),
            Err(Fail::Error(_)) => Ok(false),
            Err(fail) => Err(fail),
        }
    }

    /// Makes a file, which is not there yet, in a folder or in what is mounted there.
    pub(crate) fn create_in(&mut self, parent: &Found, own: &str, mode: i32, perm: i32) -> Outcome<Rc<Open>> {
        check_name(own)?;
        let folder = self.folder_for(parent)?;
        let open = self.create_node(&folder, own, mode, perm)?;
        open.path.replace(super::join(&parent.path, own));
        Ok(open)
    }

    pub(crate) fn remove_name(&mut self, name: &str) -> Outcome<()> {
        let found = self.resolve(name)?;
        let node = self.seen(&found);
        self.remove_node(&node)
    }

    pub(crate) fn stat_name(&mut self, name: &str) -> Outcome<Stat> {
        let found = self.resolve(name)?;
        let node = self.seen(&found);
        self.stat_node(&node, found.name())
    }

    pub(crate) fn stat_open(&mut self, open: &Open) -> Outcome<Stat> {
        let path = open.path.borrow().clone();
        self.stat_node(&open.node, last(&path))
    }

    pub(crate) fn wstat_name(&mut self, name: &str, change: &Change) -> Outcome<()> {
        let found = self.resolve(name)?;
        let node = self.seen(&found);
        self.change(&node, change)
    }

    /// Changes what is known of a file.
    pub(crate) fn change(&mut self, node: &Node, change: &Change) -> Outcome<()> {
        if let Some(name) = &change.name {
            check_name(name)?;
        }
        self.wstat_node(node, change)
    }

    pub(crate) fn chdir(&mut self, name: &str) -> Outcome<()> {
        let found = self.resolve(name)?;
        let nodes = self.translate(&found);
        if !nodes.first().is_some_and(Node::is_folder) {
            return Err(format!("{} {NOT_FOLDER}", super::quoted(name)).into());
        }
        // What is mounted there counts when names begin here, too.
        self.cur.space().borrow_mut().dot = (found.node, found.path);
        Ok(())
    }

    /// The whole of a file that has to be there without waiting, if it is not longer than this.
    pub(crate) fn read_whole(&mut self, name: &str, most: usize) -> Outcome<(Vec<u8>, String)> {
        let found = self.resolve(name)?;
        let node = self.seen(&found);
        if let Node::Host(inside, false) = &node {
            let host = crate::device::host_place(self, inside)?;
            let meta = std::fs::metadata(&host)?;
            if !meta.is_file() {
                return Err(crate::errors::ACCESS.into());
            }
            if meta.len() > most as u64 {
                return Err("implausible length".into());
            }
            let key = format!("{} {} {:?}", host.display(), meta.len(), meta.modified().ok());
            return Ok((std::fs::read(&host)?, key));
        }
        if let Node::Remote(file) = &node {
            return self.read_whole_remote(file, most);
        }
        Err(if node.is_folder() { format!("'{name}' {IS_FOLDER}") } else { crate::errors::ACCESS.to_owned() }
            .into())
    }
}
