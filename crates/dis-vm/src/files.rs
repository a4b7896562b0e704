//! Open files: descriptors in groups that procs share, standard input and output, a tree of the host's files.

use crate::input::Input;
use crate::stat::Stat;
use crate::vm::Options;
use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

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
        let mut to = self.0.borrow_mut();
        let _ = to.write_all(bytes).and_then(|()| to.flush());
    }
}

// How a file may be used: the low bits of a mode, where 2 is both. sys-open(2).
const READ: i32 = 0;
const WRITE: i32 = 1;
const TRUNCATE: i32 = 16;
const REMOVE: i32 = 64;
const EXCLUSIVE: i32 = 0x1000;
const DIRECTORY: i32 = i32::MIN;

enum Kind {
    Input(Input),
    Output(Output),
    File(RefCell<File>),
    /// Its entries, once somebody asked for them, and how many were given already.
    Folder(PathBuf, RefCell<Option<(Vec<Stat>, usize)>>),
}

/// Something open. Descriptors that were duplicated share it.
pub(crate) struct Open {
    kind: Kind,
    mode: i32,
    /// Its name in the tree.
    pub(crate) path: String,
    /// What goes with it when it is closed.
    remove: Option<PathBuf>,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            // It may be gone already, and nobody hears of it otherwise.
            let _ = fs::remove_file(path);
        }
    }
}

/// Descriptors of a group of procs.
#[derive(Default)]
struct Group {
    open: Vec<Option<Rc<Open>>>,
    /// Procs in it, and objects that stand for a descriptor.
    users: usize,
}

/// All groups of an instance.
pub(crate) struct Files {
    groups: Vec<Option<Group>>,
    root: Option<PathBuf>,
    /// The folder that names without a slash begin at, as a name in the tree.
    dot: String,
}

/// Most descriptors of a group.
const MOST: usize = 5000;
const BAD: &str = "fd out of range or not open";

impl Files {
    pub(crate) fn new(options: &mut Options) -> Files {
        let open =
            |kind, mode, path: &str| Some(Rc::new(Open { kind, mode, path: path.into(), remove: None }));
        let standard = vec![
            open(Kind::Input(options.input.clone()), READ, "/dev/cons"),
            open(Kind::Output(options.output.clone()), WRITE, "/dev/cons"),
            open(Kind::Output(options.errors.clone()), WRITE, "/dev/cons"),
        ];
        let root = options.root.take();
        Files { groups: vec![Some(Group { open: standard, users: 1 })], root, dot: "/".to_owned() }
    }

    /// The group that the first proc has.
    pub(crate) fn first(&self) -> u32 {
        0
    }

    fn group(&mut self, group: u32) -> Result<&mut Group, String> {
        self.groups.get_mut(group as usize).and_then(Option::as_mut).ok_or_else(|| BAD.to_owned())
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
    fn enter(&mut self, group: u32, open: Rc<Open>) -> Result<i32, String> {
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
        open.ok_or_else(|| BAD.to_owned())
    }

    /// An object that stood for a descriptor is gone.
    pub(crate) fn close(&mut self, group: u32, number: i32) {
        if let Ok(found) = self.group(group)
            && let Some(open) = usize::try_from(number).ok().and_then(|n| found.open.get_mut(n))
        {
            *open = None;
        }
        self.leave(group);
    }

    /// A second descriptor, a free one or this, which is closed first.
    pub(crate) fn dup(&mut self, group: u32, old: i32, new: i32) -> Result<i32, String> {
        let open = self.get(group, old)?;
        if new == -1 {
            return self.enter(group, open);
        }
        let at = usize::try_from(new).ok().filter(|n| *n < MOST).ok_or_else(|| BAD.to_owned())?;
        let group = self.group(group)?;
        if group.open.len() <= at {
            group.open.resize(at + 1, None);
        }
        group.open[at] = Some(open);
        Ok(new)
    }

    /// Where a name of the tree is on the host. Nothing leads out of the tree but what links of the host do.
    fn host(&self, path: &str) -> Result<PathBuf, String> {
        let root = self.root.as_ref().ok_or("there is no file tree: --root names one")?;
        if path.is_empty() || path.contains('\0') {
            return Err("empty file name".into());
        }
        let begin = if path.starts_with('/') { "" } else { self.dot.as_str() };
        let mut inside = Vec::new();
        for part in Path::new(begin).components().chain(Path::new(path).components()) {
            match part {
                Component::Normal(name) => inside.push(name),
                Component::ParentDir => drop(inside.pop()),
                Component::Prefix(_) => return Err("file name syntax".into()),
                Component::RootDir | Component::CurDir => {}
            }
        }
        Ok(root.join(inside.into_iter().collect::<PathBuf>()))
    }

    pub(crate) fn open(&mut self, group: u32, path: &str, mode: i32) -> Result<i32, String> {
        let host = self.host(path)?;
        let usage = mode & 3;
        if usage == 3 || mode & !(3 | TRUNCATE | REMOVE | EXCLUSIVE) != 0 {
            return Err("bad arg in system call".into());
        }
        let meta = fs::metadata(&host).map_err(|error| told(path, &error))?;
        let kind = match meta.is_dir() {
            true if mode != READ => return Err(format!("'{path}' permission denied")),
            true => Kind::Folder(host.clone(), RefCell::new(None)),
            false => {
                let mut options = OpenOptions::new();
                options
                    .read(usage != WRITE)
                    .write(usage != READ)
                    .truncate(mode & TRUNCATE != 0 && usage != READ);
                Kind::File(RefCell::new(options.open(&host).map_err(|error| told(path, &error))?))
            }
        };
        let remove = (mode & REMOVE != 0).then_some(host);
        self.enter(group, Rc::new(Open { kind, mode: usage, path: path.into(), remove }))
    }

    pub(crate) fn create(&mut self, group: u32, path: &str, mode: i32, perm: i32) -> Result<i32, String> {
        let host = self.host(path)?;
        let usage = mode & 3;
        if usage == 3 {
            return Err("bad arg in system call".into());
        }
        if perm & DIRECTORY != 0 {
            fs::create_dir(&host).map_err(|error| told(path, &error))?;
            return self.open(group, path, READ);
        }
        let mut options = OpenOptions::new();
        options.read(usage != WRITE).write(true);
        match mode & EXCLUSIVE != 0 {
            true => options.create_new(true),
            false => options.create(true).truncate(true),
        };
        let file = options.open(&host).map_err(|error| told(path, &error))?;
        let remove = (mode & REMOVE != 0).then_some(host);
        let kind = Kind::File(RefCell::new(file));
        self.enter(group, Rc::new(Open { kind, mode: usage, path: path.into(), remove }))
    }

    pub(crate) fn remove(&mut self, path: &str) -> Result<(), String> {
        let host = self.host(path)?;
        let meta = fs::symlink_metadata(&host).map_err(|error| told(path, &error))?;
        let removed = if meta.is_dir() { fs::remove_dir(&host) } else { fs::remove_file(&host) };
        removed.map_err(|error| told(path, &error))
    }

    /// Reads, and waits as long as that takes.
    pub(crate) fn read(&mut self, group: u32, number: i32, buffer: &mut [u8]) -> Result<usize, String> {
        loop {
            if let Some(count) = self.read_some(group, number, buffer)? {
                return Ok(count);
            }
            if let Kind::Input(input) = &self.get(group, number)?.kind {
                input.wait(None);
            }
        }
    }

    /// Reads what is there; `None` when one has to wait for it.
    pub(crate) fn read_some(
        &mut self,
        group: u32,
        number: i32,
        buffer: &mut [u8],
    ) -> Result<Option<usize>, String> {
        let open = self.get(group, number)?;
        if open.mode == WRITE {
            return Err("inappropriate use of fd".into());
        }
        let read = match &open.kind {
            Kind::Input(input) => input.read(buffer),
            Kind::File(file) => retry(|| file.borrow_mut().read(buffer)).map(Some),
            Kind::Output(_) => return Err("inappropriate use of fd".into()),
            Kind::Folder(..) => return Err("reading a directory as bytes is not there yet".into()),
        };
        read.map_err(|error| told(&open.path, &error))
    }

    pub(crate) fn write(&mut self, group: u32, number: i32, bytes: &[u8]) -> Result<(), String> {
        let open = self.get(group, number)?;
        if open.mode == READ {
            return Err("inappropriate use of fd".into());
        }
        let written = match &open.kind {
            Kind::Output(output) => {
                let mut to = output.0.borrow_mut();
                to.write_all(bytes).and_then(|()| to.flush())
            }
            Kind::File(file) => file.borrow_mut().write_all(bytes),
            Kind::Input(_) | Kind::Folder(..) => return Err("inappropriate use of fd".into()),
        };
        written.map_err(|error| told(&open.path, &error))
    }

    pub(crate) fn seek(&mut self, group: u32, number: i32, to: SeekFrom) -> Result<u64, String> {
        let open = self.get(group, number)?;
        match &open.kind {
            Kind::File(file) => file.borrow_mut().seek(to).map_err(|error| told(&open.path, &error)),
            _ => Err("seek on a stream".into()),
        }
    }

    /// There is one name space, so there is one such folder, too.
    pub(crate) fn chdir(&mut self, path: &str) -> Result<(), String> {
        let host = self.host(path)?;
        if !fs::metadata(&host).map_err(|error| told(path, &error))?.is_dir() {
            return Err(format!("'{path}' not a directory"));
        }
        let inside = self.root.as_ref().and_then(|root| host.strip_prefix(root).ok());
        self.dot =
            format!("/{}", inside.map_or(String::new(), |inside| inside.to_string_lossy().into_owned()));
        Ok(())
    }

    pub(crate) fn stat(&self, path: &str) -> Result<Stat, String> {
        let host = self.host(path)?;
        let meta = fs::metadata(&host).map_err(|error| told(path, &error))?;
        let last = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Stat::of(&last.unwrap_or_else(|| "/".to_owned()), &host, &meta))
    }

    pub(crate) fn fstat(&mut self, group: u32, number: i32) -> Result<Stat, String> {
        let open = self.get(group, number)?;
        match &open.kind {
            Kind::Input(_) | Kind::Output(_) => Ok(Stat::console()),
            Kind::File(_) | Kind::Folder(..) => self.stat(&open.path),
        }
    }

    /// Entries that were looked at are not looked at again.
    pub(crate) fn pass(&mut self, group: u32, number: i32, count: usize) {
        if let Ok(open) = self.get(group, number)
            && let Kind::Folder(_, entries) = &open.kind
            && let Some((_, given)) = &mut *entries.borrow_mut()
        {
            *given += count;
        }
    }

    /// Some more entries of an open folder, none at its end. They stay until they are passed.
    pub(crate) fn entries(&mut self, group: u32, number: i32) -> Result<Vec<Stat>, String> {
        const SOME: usize = 64;
        let open = self.get(group, number)?;
        let Kind::Folder(host, entries) = &open.kind else { return Err("not a directory".into()) };
        let mut entries = entries.borrow_mut();
        let (all, given) = match &mut *entries {
            Some(entries) => entries,
            None => entries.insert((listed(host).map_err(|error| told(&open.path, &error))?, 0)),
        };
        Ok(all[(*given).min(all.len())..].iter().take(SOME).cloned().collect())
    }

    /// The bytes of a module's file, with a key that changes when the file does.
    pub(crate) fn read_module(&mut self, path: &str, most: usize) -> Result<(Vec<u8>, String), String> {
        let host = self.host(path)?;
        let meta = fs::metadata(&host).map_err(|error| told(path, &error))?;
        if meta.is_dir() {
            return Err(format!("'{path}' is a directory"));
        }
        if meta.len() > most as u64 {
            return Err("implausible length".into());
        }
        let key = format!("{} {} {:?}", host.display(), meta.len(), meta.modified().ok());
        let bytes = fs::read(&host).map_err(|error| told(path, &error))?;
        Ok((bytes, key))
    }
}

/// What is in a folder of the host, by name. What goes away meanwhile is not in it.
fn listed(host: &Path) -> io::Result<Vec<Stat>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(host)? {
        let entry = entry?;
        if let Ok(meta) = fs::metadata(entry.path()).or_else(|_| entry.metadata()) {
            entries.push(Stat::of(&entry.file_name().to_string_lossy(), &entry.path(), &meta));
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

pub(crate) fn retry(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// A host's error in Inferno's words.
fn told(path: &str, error: &io::Error) -> String {
    let what = match error.kind() {
        io::ErrorKind::NotFound => "file does not exist",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "permission denied",
        io::ErrorKind::AlreadyExists => "file already exists",
        io::ErrorKind::NotADirectory => "not a directory",
        io::ErrorKind::IsADirectory => "file is a directory",
        io::ErrorKind::DirectoryNotEmpty => "directory not empty",
        io::ErrorKind::StorageFull => "file system full",
        io::ErrorKind::BrokenPipe => return "write on closed pipe".into(),
        _ => return format!("'{path}' {error}"),
    };
    format!("'{path}' {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(name: &str) -> Files {
        let root = std::env::temp_dir().join(format!("dis-vm-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("inner")).expect("a folder");
        fs::write(root.join("inner/file"), "text").expect("room");
        Files::new(&mut Options { root: Some(root), ..Options::default() })
    }

    #[test]
    fn names_stay_in_the_tree_and_begin_where_chdir_says() {
        let mut files = files("names");
        assert!(files.stat("file").is_err());
        files.chdir("inner/../inner/.").expect("it is there");
        assert_eq!(files.dot, "/inner");
        assert_eq!(files.stat("file").map(|stat| stat.length), Ok(4));
        assert_eq!(files.stat("../../../inner/file").map(|stat| stat.name), Ok("file".to_owned()));
        assert_eq!(files.chdir("file"), Err("'file' not a directory".to_owned()));
        assert_eq!(files.host("/../../etc/passwd"), files.host("/etc/passwd"));
        fs::remove_dir_all(files.root.take().expect("it has one")).expect("it goes");
    }

    #[test]
    fn descriptors_are_the_lowest_that_are_free_and_close_with_their_objects() {
        let mut files = files("descriptors");
        let open = |files: &mut Files| files.open(0, "/inner/file", READ).expect("it opens");
        let (first, second) = (open(&mut files), open(&mut files));
        assert_eq!((first, second), (3, 4));
        files.share(0);
        files.close(0, first);
        assert_eq!(
            (open(&mut files), files.dup(0, second, 1), files.dup(0, 99, -1)),
            (3, Ok(1), Err(BAD.into()))
        );
        let group = files.fork(0, |number| number == 4);
        assert!(files.get(group, 4).is_ok() && files.get(group, 3).is_err());
        files.leave(group);
        assert!(files.get(group, 4).is_err());
        fs::remove_dir_all(files.root.take().expect("it has one")).expect("it goes");
    }
}
