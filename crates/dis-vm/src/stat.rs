//! What is known of a file of the host, as Inferno says it. sys-stat(2).

use std::fs::Metadata;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The bit of a mode, and of a kind, that folders have.
const DIRECTORY: i32 = i32::MIN;
const KIND_OF_FOLDERS: i32 = 0x80;

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) name: String,
    /// Tells files apart.
    pub(crate) path: i64,
    /// Changes with the file.
    pub(crate) version: i32,
    pub(crate) kind: i32,
    pub(crate) mode: i32,
    pub(crate) read: i32,
    pub(crate) written: i32,
    pub(crate) length: i64,
}

fn seconds(time: std::io::Result<SystemTime>) -> i32 {
    let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_secs() as i32)
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
        let written = seconds(meta.modified());
        Stat {
            name: name.to_owned(),
            path,
            version: written,
            kind: if folder { KIND_OF_FOLDERS } else { 0 },
            mode: mode | if folder { DIRECTORY } else { 0 },
            read: seconds(meta.accessed()),
            written,
            length: if folder { 0 } else { i64::try_from(meta.len()).unwrap_or(i64::MAX) },
        }
    }

    /// That of the console.
    pub(crate) fn console() -> Stat {
        Stat { name: "cons".to_owned(), mode: 0o666, ..Stat::default() }
    }
}
