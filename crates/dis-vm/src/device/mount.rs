//! `#M`: files of servers, asked for in messages. mnt(3), sys-bind(2).

use super::Node;
use super::connection::{Remote, odd};
use crate::errors::{Fail, NOT_FOUND, Outcome};
use crate::files::{Kind, Open, READ};
use crate::stat::{Change, Stat};
use crate::styx::{DATA_HEADER, Data, LARGEST, Message, NO_FID, Packed, VERSION};
use crate::vm::Vm;
use std::rc::Rc;

/// Most bytes of a folder's entries.
const MOST_ENTRIES: usize = 16 << 20;

impl Vm {
    /// Mounts what is served behind something open. The result is the number of this bind.
    pub(crate) fn mount(
        &mut self,
        open: &Rc<Open>,
        own: Option<&Open>,
        on: &str,
        flag: i32,
        tree: &str,
    ) -> Outcome<i32> {
        let afid = match own.map(|own| &own.kind) {
            None => NO_FID,
            Some(Kind::Remote(file)) => file.fid,
            Some(_) => return Err(crate::errors::BAD_USE.into()),
        };
        let connection = self.connection(open, LARGEST)?;
        let user = crate::stat::OWNER;
        let attach = |fid| Message::Tattach { fid, afid, user: user.into(), tree: tree.into() };
        let root = self.ask_file(&connection, attach, |reply| match reply {
            Message::Rattach { qid } => Ok(*qid),
            _ => Err(odd()),
        })?;
        self.bind_node(Node::Remote(root), &format!("#M{}", connection.number), on, flag)
    }

    /// A file of a server to authenticate by.
    pub(crate) fn open_authentication(&mut self, open: &Rc<Open>, tree: &str) -> Outcome<Rc<Open>> {
        let connection = self.connection(open, LARGEST)?;
        let user = crate::stat::OWNER;
        let question = |afid| Message::Tauth { afid, user: user.into(), tree: tree.into() };
        let file = self.ask_file(&connection, question, |reply| match reply {
            Message::Rauth { qid } => Ok(*qid),
            _ => Err(odd()),
        })?;
        file.unit.set(connection.msize.get() - DATA_HEADER);
        let node = Node::Remote(Rc::clone(&file));
        Ok(Rc::new(Open::new(Kind::Remote(file), 2, node)))
    }

    /// Agrees on the version with who serves behind something open: the largest message, and the version.
    pub(crate) fn agree(&mut self, open: &Rc<Open>, most: i32, version: &str) -> Outcome<(i32, String)> {
        if !version.is_empty() && !version.starts_with(VERSION) || most < 0 {
            return Err("bad 9P version specification".into());
        }
        let most = if most == 0 { LARGEST } else { most.cast_unsigned().min(LARGEST) };
        let connection = self.connection(open, most)?;
        Ok((connection.msize.get().cast_signed(), VERSION.to_owned()))
    }

    pub(super) fn walk_remote(&mut self, folder: &Rc<Remote>, name: &str) -> Outcome<Node> {
        let walk = |new| Message::Twalk { fid: folder.fid, new, names: vec![name.to_owned()] };
        let file = self.ask_file(&folder.connection, walk, |reply| match reply {
            Message::Rwalk { qids } => qids.first().copied().ok_or_else(|| NOT_FOUND.to_owned()),
            _ => Err(odd()),
        })?;
        Ok(Node::Remote(file))
    }

    /// A fid of its own for a file, which may be opened.
    fn copy_remote(&mut self, file: &Rc<Remote>) -> Outcome<Rc<Remote>> {
        let walk = |new| Message::Twalk { fid: file.fid, new, names: Vec::new() };
        self.ask_file(&file.connection, walk, |reply| match reply {
            Message::Rwalk { .. } => Ok(file.qid.get()),
            _ => Err(odd()),
        })
    }

    pub(super) fn stat_remote(&mut self, file: &Rc<Remote>, name: &str) -> Outcome<Stat> {
        let Message::Rstat { stat } = self.ask_message(&file.connection, Message::Tstat { fid: file.fid })?
        else {
            return Err(odd().into());
        };
        let (mut stat, _) = Stat::unpack(&stat.0).map_err(|why| why.0)?;
        stat.device = 'M' as i32;
        if stat.name == "/" && !name.is_empty() {
            stat.name = name.to_owned();
        }
        Ok(stat)
    }

    /// Opens a copy of a fid by a message, for this mode.
    fn opened(
        &mut self,
        file: &Rc<Remote>,
        question: impl Fn(u32) -> Message,
        mode: i32,
    ) -> Outcome<Rc<Open>> {
        let opened = self.copy_remote(file)?;
        let (qid, unit) = match self.ask_message(&file.connection, question(opened.fid))? {
            Message::Ropen { qid, unit } | Message::Rcreate { qid, unit } => (qid, unit),
            _ => return Err(odd().into()),
        };
        let most = file.connection.msize.get() - DATA_HEADER;
        opened.unit.set(if unit == 0 { most } else { unit.min(most) });
        opened.qid.set(qid);
        let node = Node::Remote(Rc::clone(&opened));
        let kind = if opened.is_folder() { Kind::folder(vec![node.clone()]) } else { Kind::Remote(opened) };
        Ok(Rc::new(Open::new(kind, mode, node)))
    }

    pub(super) fn open_remote(&mut self, file: &Rc<Remote>, mode: i32) -> Outcome<Rc<Open>> {
        self.opened(file, |fid| Message::Topen { fid, mode: mode as u8 }, mode)
    }

    pub(super) fn create_remote(
        &mut self,
        folder: &Rc<Remote>,
        name: &str,
        mode: i32,
        perm: i32,
    ) -> Outcome<Rc<Open>> {
        let perm = perm.cast_unsigned();
        self.opened(
            folder,
            |fid| Message::Tcreate { fid, name: name.to_owned(), perm, mode: mode as u8 },
            mode,
        )
    }

    pub(super) fn remove_remote(&mut self, file: &Rc<Remote>) -> Outcome<()> {
        let copy = self.copy_remote(file)?;
        let reply = self.ask_message(&file.connection, Message::Tremove { fid: copy.fid });
        if !matches!(reply, Err(Fail::Trap(_))) {
            // Whatever came of it, the fid is forgotten.
            copy.gone.set(true);
        }
        reply.map(drop)
    }

    pub(super) fn wstat_remote(&mut self, file: &Rc<Remote>, change: &Change) -> Outcome<()> {
        let stat = Packed(change.pack());
        self.ask_message(&file.connection, Message::Twstat { fid: file.fid, stat }).map(drop)
    }

    /// One message's worth of what is open.
    pub(crate) fn read_remote(&mut self, file: &Rc<Remote>, offset: u64, count: usize) -> Outcome<Vec<u8>> {
        let count = count.min(file.unit.get() as usize) as u32;
        let question = Message::Tread { fid: file.fid, offset, count };
        match self.ask_message(&file.connection, question)? {
            Message::Rread { data } if data.0.len() <= count as usize => Ok(data.0),
            _ => Err(odd().into()),
        }
    }

    /// All of it, in as many messages as that takes.
    pub(crate) fn write_remote(&mut self, file: &Rc<Remote>, offset: u64, bytes: &[u8]) -> Outcome<usize> {
        let mut done = 0;
        let parts = bytes.chunks(file.unit.get().max(1) as usize);
        // Nothing is a message, too.
        for part in parts.chain(if bytes.is_empty() { Some(&[][..]) } else { None }) {
            let (offset, data) = (offset.saturating_add(done as u64), Data(part.to_vec()));
            let question = Message::Twrite { fid: file.fid, offset, data };
            let Message::Rwrite { count } = self.ask_message(&file.connection, question)? else {
                return Err(odd().into());
            };
            done += (count as usize).min(part.len());
            if (count as usize) < part.len() {
                break;
            }
        }
        Ok(done)
    }

    pub(super) fn list_remote(&mut self, folder: &Rc<Remote>) -> Outcome<Vec<Stat>> {
        let open = self.open_remote(folder, READ)?;
        let Node::Remote(file) = &open.node else { return Err(odd().into()) };
        let bytes = self.read_to_end(file, MOST_ENTRIES)?.ok_or("the folder is too large".to_owned())?;
        let (mut at, mut stats) = (0, Vec::new());
        while at < bytes.len() {
            let (mut stat, size) = Stat::unpack(&bytes[at..]).map_err(|why| why.0)?;
            stat.device = 'M' as i32;
            stats.push(stat);
            at += size;
        }
        Ok(stats)
    }

    /// The whole of a file, and what tells it from others and from what it was before.
    pub(crate) fn read_whole_remote(&mut self, file: &Rc<Remote>, most: usize) -> Outcome<(Vec<u8>, String)> {
        let open = self.open_remote(file, READ)?;
        let Kind::Remote(opened) = &open.kind else { return Err(crate::errors::IS_FOLDER.into()) };
        let bytes = self.read_to_end(opened, most)?.ok_or("implausible length".to_owned())?;
        let (number, qid) = (file.connection.number, opened.qid.get());
        let key = format!("#M{number} {} {} {}", qid.path, qid.version, bytes.len());
        Ok((bytes, key))
    }

    /// All of what is open, if it is not longer than this.
    fn read_to_end(&mut self, file: &Rc<Remote>, most: usize) -> Outcome<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        while bytes.len() <= most {
            let more = self.read_remote(file, bytes.len() as u64, file.unit.get() as usize)?;
            if more.is_empty() {
                return Ok(Some(bytes));
            }
            bytes.extend(more);
        }
        Ok(None)
    }
}
