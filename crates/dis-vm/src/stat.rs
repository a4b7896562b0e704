//! What is known of a file, as Inferno says it. sys-stat(2), stat(5).

use crate::styx::{Field, Malformed, Qid, Reader};
use std::fs::Metadata;
use std::path::Path;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The bit of a mode that folders have, and that of their kind.
pub(crate) const DIRECTORY: i32 = i32::MIN;
pub(crate) const KIND_OF_FOLDERS: i32 = 0x80;
/// Who owns everything: the host's users are not those of the tree.
pub(crate) const OWNER: &str = "inferno";

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) name: String,
    /// Tells files of a device apart.
    pub(crate) path: i64,
    /// Changes with the file.
    pub(crate) version: i32,
    pub(crate) kind: i32,
    pub(crate) mode: i32,
    pub(crate) read: i32,
    pub(crate) written: i32,
    pub(crate) length: i64,
    /// The device by its letter.
    pub(crate) device: i32,
    /// Owner, group and who changed it last, where a server says so.
    pub(crate) people: Option<Rc<[String; 3]>>,
}

/// What wstat is to change: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    pub(crate) mode: Option<i32>,
    pub(crate) read: Option<i32>,
    pub(crate) written: Option<i32>,
    pub(crate) length: Option<i64>,
}

impl Change {
    /// As bytes: what stays is all ones, or nothing.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let nobody = || Some(Rc::new([const { String::new() }; 3]));
        let stat = Stat {
            name: self.name.clone().unwrap_or_default(),
            path: -1,
            version: -1,
            kind: -1,
            mode: self.mode.unwrap_or(-1),
            read: self.read.unwrap_or(-1),
            written: self.written.unwrap_or(-1),
            length: self.length.unwrap_or(-1),
            device: -1,
            people: nobody(),
        };
        let mut packed = stat.pack();
        // The number of the device, which is 0 otherwise.
        packed[4..8].fill(0xff);
        packed
    }

    /// What such bytes ask for.
    pub(crate) fn unpack(bytes: &[u8]) -> Result<Change, Malformed> {
        let (stat, _) = Stat::unpack(bytes)?;
        let given = |value: i32| Some(value).filter(|value| *value != -1);
        Ok(Change {
            name: Some(stat.name).filter(|name| !name.is_empty()),
            mode: given(stat.mode),
            read: given(stat.read),
            written: given(stat.written),
            length: Some(stat.length).filter(|length| *length != -1),
        })
    }
}

pub(crate) fn seconds(time: SystemTime) -> i32 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i32)
}

#[cfg(unix)]
fn identity(meta: &Metadata, _: &Path) -> (i64, i32) {
    use std::os::unix::fs::MetadataExt;
    (meta.ino().cast_signed(), (meta.mode() & 0o777).cast_signed())
}

#[cfg(not(unix))]
fn identity(meta: &Metadata, host: &Path) -> (i64, i32) {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    host.hash(&mut hasher);
    (hasher.finish().cast_signed(), if meta.permissions().readonly() { 0o555 } else { 0o777 })
}

impl Stat {
    /// That of a file at a place on the host.
    pub(crate) fn of(name: &str, host: &Path, meta: &Metadata) -> Stat {
        let (path, mode) = identity(meta, host);
        let folder = meta.is_dir();
        let written = meta.modified().map_or(0, seconds);
        Stat {
            name: name.to_owned(),
            path,
            version: written,
            kind: if folder { KIND_OF_FOLDERS } else { 0 },
            mode: mode | if folder { DIRECTORY } else { 0 },
            read: meta.accessed().map_or(0, seconds),
            written,
            length: if folder { 0 } else { i64::try_from(meta.len()).unwrap_or(i64::MAX) },
            device: 'U' as i32,
            people: None,
        }
    }

    /// That of a file of a device. The mode says whether it is a folder.
    pub(crate) fn made(device: char, name: &str, path: i64, mode: i32, time: SystemTime) -> Stat {
        let time = seconds(time);
        Stat {
            name: name.to_owned(),
            path,
            kind: if mode & DIRECTORY != 0 { KIND_OF_FOLDERS } else { 0 },
            mode,
            read: time,
            written: time,
            device: device as i32,
            ..Stat::default()
        }
    }

    /// Its name, owner, group and who changed it last.
    pub(crate) fn texts(&self) -> [&str; 4] {
        match self.people.as_deref() {
            Some([owner, group, last]) => [&self.name, owner, group, last],
            None => [&self.name, OWNER, OWNER, OWNER],
        }
    }

    /// From bytes, with how many those were. stat(5).
    pub(crate) fn unpack(bytes: &[u8]) -> Result<(Stat, usize), Malformed> {
        let mut from = Reader::new(bytes);
        let size = usize::from(u16::get(&mut from)?);
        let mut from = Reader::new(from.take(size)?);
        let (device, _) = (u16::get(&mut from)?, u32::get(&mut from)?);
        let qid = Qid::get(&mut from)?;
        let mut number = || u32::get(&mut from).map(u32::cast_signed);
        let (mode, read, written) = (number()?, number()?, number()?);
        let length = u64::get(&mut from)?.cast_signed();
        let mut text = || String::get(&mut from);
        let (name, people) = (text()?, [text()?, text()?, text()?]);
        let (kind, version) = (qid.kind.into(), qid.version.cast_signed());
        let (path, device, people) = (qid.path.cast_signed(), device.into(), Some(Rc::new(people)));
        Ok((Stat { name, path, version, kind, mode, read, written, length, device, people }, size + 2))
    }

    /// As bytes, which is how folders read. stat(5).
    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend((self.device as u16).to_le_bytes());
        body.extend(0u32.to_le_bytes());
        body.push(self.kind as u8);
        body.extend(self.version.to_le_bytes());
        body.extend(self.path.to_le_bytes());
        body.extend(self.mode.to_le_bytes());
        body.extend(self.read.to_le_bytes());
        body.extend(self.written.to_le_bytes());
        body.extend(self.length.to_le_bytes());
        for text in self.texts() {
            let text = &text.as_bytes()[..text.len().min(u16::MAX as usize)];
            body.extend((text.len() as u16).to_le_bytes());
            body.extend(text);
        }
        let mut packed = (body.len() as u16).to_le_bytes().to_vec();
        packed.extend(body);
        packed
    }
}
