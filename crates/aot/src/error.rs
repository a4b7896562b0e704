//! Why there is no object file.

use codegen::Declined;
use ir::Func;
use ir::verify::Fault;
use std::fmt;

/// Why there is no object file.
#[derive(Debug)]
pub enum Error {
    /// The module does not verify: whoever made it broke a rule of the IR.
    Malformed(Vec<Fault>),
    /// A function is to be exported that the module does not have.
    NoSuchFunction(Func),
    /// Functions that the code generator does not compile, by name. There is no interpreter to leave them to.
    Declined(Vec<(String, Declined)>),
    /// There is no C entry for a function.
    Entry {
        /// The function.
        function: String,
        /// What is in the way.
        why: String,
    },
    /// The shared code could not be emitted: a mistake of `abi`.
    Support(String),
    /// The target's unwind format cannot describe a frame.
    Unwind {
        /// Symbol of the code.
        symbol: String,
        /// What is in the way.
        why: String,
    },
    /// The target's object format has no relocation for what the code needs.
    Reloc {
        /// The target.
        target: String,
        /// What was needed.
        what: String,
    },
    /// The object format refuses what was to be written.
    Write(object::write::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Malformed(faults) => {
                let first = faults.first().map(ToString::to_string).unwrap_or_default();
                write!(f, "the module does not verify, {} faults, the first: {first}", faults.len())
            }
            Error::NoSuchFunction(func) => write!(f, "{func} is to be exported, but is not in the module"),
            Error::Declined(list) => {
                f.write_str("functions that cannot be compiled ahead of time:")?;
                list.iter().try_for_each(|(name, why)| write!(f, " @{name}: {why};"))
            }
            Error::Entry { function, why } => write!(f, "no C entry for @{function}: {why}"),
            Error::Support(why) => write!(f, "internal error, shared code was not emitted: {why}"),
            Error::Unwind { symbol, why } => write!(f, "no unwind table for `{symbol}`: {why}"),
            Error::Reloc { target, what } => write!(f, "object files for {target} have no relocation {what}"),
            Error::Write(error) => write!(f, "the object file cannot be written: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Write(error) => Some(error),
            Error::Declined(list) => list.first().map(|(_, why)| why as _),
            _ => None,
        }
    }
}

impl From<object::write::Error> for Error {
    fn from(error: object::write::Error) -> Error {
        Error::Write(error)
    }
}
