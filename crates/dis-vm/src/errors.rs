//! What goes wrong with files, in Inferno's words; and what a call on files comes to when it does not succeed.

use crate::trap::Trap;
use std::io;

pub(crate) const ACCESS: &str = "permission denied";
pub(crate) const ATTACH: &str = "mount/attach disallowed";
pub(crate) const BAD_ARGUMENT: &str = "bad arg in system call";
pub(crate) const BAD_CHARACTER: &str = "bad character in file name";
pub(crate) const BAD_CONTROL: &str = "bad process or channel control request";
pub(crate) const BAD_DESCRIPTOR: &str = "fd out of range or not open";
pub(crate) const BAD_SPECIFIER: &str = "bad attach specifier";
pub(crate) const BAD_USE: &str = "inappropriate use of fd";
pub(crate) const EXISTS: &str = "file already exists";
pub(crate) const HUNG_UP: &str = "i/o on hungup channel";
pub(crate) const IN_USE: &str = "device or object already in use";
pub(crate) const IS_FOLDER: &str = "file is a directory";
pub(crate) const MOUNT: &str = "inconsistent mount";
pub(crate) const NAME: &str = "file name syntax";
pub(crate) const NEGATIVE: &str = "negative i/o offset";
pub(crate) const NO_CREATION: &str = "mounted directory forbids creation";
pub(crate) const NO_DEVICE: &str = "unknown device in # filename";
pub(crate) const NOT_FOLDER: &str = "not a directory";
pub(crate) const NOT_FOUND: &str = "file does not exist";
pub(crate) const NOT_IN_UNION: &str = "not in union";
pub(crate) const NOT_MOUNTED: &str = "not mounted";
pub(crate) const STREAM: &str = "seek on a stream";
pub(crate) const THREAD: &str = "thread exited";
pub(crate) const TOO_LARGE: &str = "read or write too large";
pub(crate) const NO_CONTROL: &str = "unknown control request";
pub(crate) const CONTROL_ARGUMENTS: &str = "wrong #args in control message";

/// Why a call on files did not come to a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fail {
    /// The call fails, and this goes into `%r`.
    Error(String),
    /// It raises an exception.
    Raise(&'static str),
    /// Something else happens first: the proc waits, there is no memory.
    Trap(Trap),
}

/// What a call on files comes to.
pub(crate) type Outcome<T> = Result<T, Fail>;

impl std::fmt::Display for Fail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fail::Error(why) => f.write_str(why),
            Fail::Raise(text) => f.write_str(text),
            Fail::Trap(trap) => f.write_str(trap.text().unwrap_or("it has to wait")),
        }
    }
}

impl From<String> for Fail {
    fn from(why: String) -> Fail {
        Fail::Error(why)
    }
}

impl From<&str> for Fail {
    fn from(why: &str) -> Fail {
        Fail::Error(why.to_owned())
    }
}

impl From<Trap> for Fail {
    fn from(trap: Trap) -> Fail {
        Fail::Trap(trap)
    }
}

impl From<dis_rt::OutOfMemory> for Fail {
    fn from(error: dis_rt::OutOfMemory) -> Fail {
        Fail::Trap(error.into())
    }
}

impl From<io::Error> for Fail {
    fn from(error: io::Error) -> Fail {
        Fail::Error(told(&error))
    }
}

/// A host's error.
pub(crate) fn told(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => NOT_FOUND,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ACCESS,
        io::ErrorKind::AlreadyExists => EXISTS,
        io::ErrorKind::NotADirectory => NOT_FOLDER,
        io::ErrorKind::IsADirectory => IS_FOLDER,
        io::ErrorKind::DirectoryNotEmpty => "directory not empty",
        io::ErrorKind::StorageFull => "file system full",
        io::ErrorKind::BrokenPipe => "write on closed pipe",
        _ => return error.to_string(),
    }
    .to_owned()
}
