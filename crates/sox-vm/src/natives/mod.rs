//! Functions and methods of the runtime that programs call.
//!
//! A native gets its arguments where the caller put them, in registers, and returns a value or throws. Methods of containers
//! are natives whose first argument is the receiver. Messages about wrong arguments are those of the original implementation
//! where it has the function.

mod args;
mod array;
mod builder;
mod core;
mod coroutine;
mod file;
mod math;
mod sort;
mod string;
mod system;
mod table;

pub(crate) use args::Args;
pub(crate) use system::run_exit_handlers;

use crate::error::Res;
use sox_rt::Tag;

/// A function of the runtime.
#[derive(Clone, Copy)]
pub(crate) struct Native {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Args<'_>) -> Res,
}

/// A method that values of some kind have.
#[derive(Clone, Copy)]
pub(crate) struct Method {
    pub(crate) of: Tag,
    pub(crate) native: Native,
}

const fn native(name: &'static str, run: fn(&Args<'_>) -> Res) -> Native {
    Native { name, run }
}

const fn method(of: Tag, name: &'static str, run: fn(&Args<'_>) -> Res) -> Method {
    Method { of, native: native(name, run) }
}

/// Functions that reach what is outside of the program, or wait.
const OUTSIDE: [&str; 10] = [
    "appendFile",
    "fileExists",
    "listFiles",
    "open",
    "readFile",
    "removeFile",
    "sysGetenv",
    "sysSleep",
    "usleep",
    "writeFile",
];

/// Every native function, by number.
pub(crate) fn all() -> impl Iterator<Item = Native> {
    let files = [
        core::NATIVES,
        array::NATIVES,
        table::NATIVES,
        string::NATIVES,
        math::NATIVES,
        system::NATIVES,
        file::NATIVES,
        coroutine::NATIVES,
    ];
    files.into_iter().flatten().copied()
}

/// A native as isolated programs have it: it throws if it is one of those that reach outside.
pub(crate) fn isolated(native: Native) -> Native {
    if OUTSIDE.contains(&native.name) {
        return Native { run: |args| args.fail("not allowed here"), ..native };
    }
    native
}

/// Every method, by number.
pub(crate) fn methods() -> impl Iterator<Item = Method> {
    let files =
        [core::METHODS, array::METHODS, table::METHODS, string::METHODS, file::METHODS, coroutine::METHODS];
    files.into_iter().flatten().copied()
}
