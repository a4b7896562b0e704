//! `#U`: the tree of the host's files. Nothing leads out of it but what links of the host do.

use super::Node;
use crate::errors::{EXISTS, Fail, NAME, NOT_FOUND, Outcome, told};
use crate::files::{EXCLUSIVE, Kind, Open, READ, REMOVE, TRUNCATE, WRITE};
use crate::jobs::Answer;
use crate::line::Line;
use crate::stat::{Change, DIRECTORY, Stat};
use crate::vm::Vm;
use std::cell::RefCell;
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// Where a file is on the host.
pub(crate) fn place(vm: &Vm, inside: &str) -> Result<PathBuf, String> {
    let root = vm.files.root.as_ref().ok_or("there is no file tree: --root names one")?;
    Ok(if inside.is_empty() { root.clone() } else { root.join(inside) })
}

fn below(folder: &str, name: &str) -> Result<String, String> {
    // What is one name here may be several on another system.
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(only)), None) if only == name => {}
        _ => return Err(NAME.into()),
    }
    Ok(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") })
}

pub(super) fn attach(vm: &Vm) -> Result<Node, String> {
    place(vm, "").map(|_| Node::Host("".into(), true))
}

pub(super) fn walk(vm: &Vm, folder: &str, name: &str) -> Result<Node, String> {
    let path = below(folder, name)?;
    let meta = fs::metadata(place(vm, &path)?).map_err(|error| told(&error))?;
    Ok(Node::Host(path.into(), meta.is_dir()))
}

pub(super) fn stat(vm: &Vm, path: &str, name: &str) -> Result<Stat, String> {
    let host = place(vm, path)?;
    let meta = fs::metadata(&host).map_err(|error| told(&error))?;
    Ok(Stat::of(name, &host, &meta))
}

/// By name. What goes away meanwhile is not in it.
pub(super) fn list(vm: &Vm, path: &str) -> Result<Vec<Stat>, String> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(place(vm, path)?).map_err(|error| told(&error))? {
        let entry = entry.map_err(|error| told(&error))?;
        if let Ok(meta) = fs::metadata(entry.path()).or_else(|_| entry.metadata()) {
            entries.push(Stat::of(&entry.file_name().to_string_lossy(), &entry.path(), &meta));
        }
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn options(mode: i32) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(mode & 3 != WRITE).write(mode & 3 == WRITE || mode & 3 == 2);
    if mode & TRUNCATE != 0 {
        options.write(true).truncate(true);
    }
    options
}

pub(super) fn open(vm: &mut Vm, node: &Node, path: &str, mode: i32) -> Outcome<Rc<Open>> {
    let host = place(vm, path)?;
    let regular = fs::metadata(&host)?.is_file();
    let kind = match regular {
        true => Kind::File(RefCell::new(options(mode).open(&host)?)),
        // Whoever opens a pipe of the host waits for its other end.
        false => {
            let path = host.clone();
            let answer = vm.call_host(move || options(mode & 3).open(path).map(Answer::Opened))?;
            let Answer::Opened(file) = answer else { return Err(NOT_FOUND.into()) };
            Kind::Stream(Arc::new(Line::File(file)))
        }
    };
    let mut open = Open::new(kind, mode, node.clone());
    open.remove = (mode & REMOVE != 0).then_some(host);
    Ok(Rc::new(open))
}

#[cfg(unix)]
fn with_permissions(options: &mut OpenOptions, perm: i32) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode((perm & 0o777).cast_unsigned());
}

#[cfg(not(unix))]
fn with_permissions(_: &mut OpenOptions, _: i32) {}

pub(super) fn create(vm: &mut Vm, folder: &str, name: &str, mode: i32, perm: i32) -> Outcome<Rc<Open>> {
    let path = below(folder, name)?;
    let host = place(vm, &path)?;
    if perm & DIRECTORY != 0 {
        if mode & 3 != READ {
            return Err(crate::errors::IS_FOLDER.into());
        }
        fs::create_dir(&host)?;
        let node = Node::Host(path.into(), true);
        return Ok(Rc::new(Open::new(Kind::folder(vec![node.clone()]), READ, node)));
    }
    let mut options = OpenOptions::new();
    options.read(mode & 3 != WRITE).write(true);
    with_permissions(&mut options, perm);
    match mode & EXCLUSIVE != 0 {
        true => options.create_new(true),
        false => options.create(true).truncate(true),
    };
    let file = options.open(&host)?;
    let mut open = Open::new(Kind::File(RefCell::new(file)), mode, Node::Host(path.into(), false));
    open.remove = (mode & REMOVE != 0).then_some(host);
    Ok(Rc::new(open))
}

pub(super) fn remove(vm: &Vm, path: &str) -> Result<(), String> {
    let host = place(vm, path)?;
    let removed = match fs::symlink_metadata(&host) {
        Ok(meta) if meta.is_dir() => fs::remove_dir(&host),
        _ => fs::remove_file(&host),
    };
    removed.map_err(|error| told(&error))
}

#[cfg(unix)]
fn permissions(_: &Path, mode: i32) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::Permissions::from_mode((mode & 0o777).cast_unsigned()))
}

#[cfg(not(unix))]
fn permissions(host: &Path, mode: i32) -> io::Result<fs::Permissions> {
    let mut permissions = fs::metadata(host)?.permissions();
    permissions.set_readonly(mode & 0o222 == 0);
    Ok(permissions)
}

fn times(change: &Change) -> Option<FileTimes> {
    let time = |seconds: i32| UNIX_EPOCH + Duration::from_secs(seconds.cast_unsigned().into());
    let mut times = FileTimes::new();
    if let Some(seconds) = change.read {
        times = times.set_accessed(time(seconds));
    }
    if let Some(seconds) = change.written {
        times = times.set_modified(time(seconds));
    }
    (change.read.is_some() || change.written.is_some()).then_some(times)
}

pub(super) fn wstat(vm: &Vm, path: &str, folder: bool, change: &Change) -> Result<(), String> {
    let host = place(vm, path)?;
    let to = match &change.name {
        Some(name) => Some(place(vm, &below(path.rsplit_once('/').map_or("", |(parent, _)| parent), name)?)?),
        None => None,
    };
    // What cannot be done is found out before anything is done.
    if to.as_ref().is_some_and(|to| *to != host && fs::symlink_metadata(to).is_ok()) {
        return Err(EXISTS.into());
    }
    let apply = || -> Result<(), Fail> {
        if let Some(length) = change.length.filter(|_| !folder) {
            let length = u64::try_from(length).map_err(|_| Fail::from(crate::errors::NEGATIVE))?;
            OpenOptions::new().write(true).open(&host)?.set_len(length)?;
        }
        if let Some(mode) = change.mode {
            fs::set_permissions(&host, permissions(&host, mode)?)?;
        }
        if let Some(times) = times(change) {
            File::open(&host)?.set_times(times)?;
        }
        if let Some(to) = &to {
            fs::rename(&host, to)?;
        }
        Ok(())
    };
    apply().map_err(|fail| match fail {
        Fail::Error(why) => why,
        _ => NOT_FOUND.to_owned(),
    })
}
