//! What compiled code shares with whoever runs it: the runtime function, kinds of memory, reasons.

use ir::{AliasClass, AliasClassData, ClassSet, Module, Runtime, RuntimeData, Signature, Type};

/// `step(pc, quantum) -> place, quantum`: the interpreter executes one instruction.
pub const STEP: &str = "dis.step";

/// `turn(quantum) -> quantum`: it comes to its end; with another turn's, if that follows at once.
pub const TURN: &str = "dis.turn";

/// `release(module) -> module`: the last reference to a module goes.
pub const RELEASE: &str = "dis.release";

/// A reason to leave: a check failed.
pub const CHECK: u16 = 0;
/// The same, of a check that had been moved in front of a loop.
pub const ANCHOR: u16 = 1;

/// A reason's name.
pub fn reason(number: u16) -> &'static str {
    match number {
        ANCHOR => "anchor",
        _ => "check",
    }
}

/// The kinds of memory that compiled code accesses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classes {
    /// Frames.
    pub(crate) frames: AliasClass,
    /// Elements of arrays.
    pub(crate) elements: AliasClass,
    /// Module data and objects.
    pub(crate) data: AliasClass,
    /// What headers and arrays say of themselves. An object that a reference leads to keeps it.
    pub(crate) headers: AliasClass,
    /// Characters and lengths of strings, which may grow.
    pub(crate) strings: AliasClass,
    /// Counts of references.
    pub(crate) counts: AliasClass,
    /// What is shared with the machine.
    pub(crate) shared: AliasClass,
    /// How many objects went away: only the interpreter's steps free any.
    pub(crate) freed: AliasClass,
    /// The module's data, which stays the same until the code is left.
    pub(crate) steady: AliasClass,
    /// Records of frames.
    pub(crate) records: AliasClass,
}

/// Declares the kinds of memory.
pub(crate) fn classes(module: &mut Module) -> Classes {
    let mut class =
        |name: &str, immutable| module.classes.push(AliasClassData { name: name.to_owned(), immutable });
    Classes {
        frames: class("frames", false),
        elements: class("elements", false),
        data: class("data", false),
        headers: class("headers", true),
        strings: class("strings", false),
        counts: class("counts", false),
        shared: class("shared", false),
        freed: class("freed", false),
        steady: class("steady", true),
        records: class("records", false),
    }
}

/// The runtime functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Functions {
    pub(crate) step: Runtime,
    pub(crate) turn: Runtime,
    pub(crate) release: Runtime,
}

/// Declares the runtime functions.
pub(crate) fn functions(module: &mut Module, classes: &Classes) -> Functions {
    let mut function = |name: &str, words, allocates, classes: ClassSet| {
        let signature =
            Signature { params: vec![Type::I64; words], results: vec![Type::I64; words], throws: false };
        let (reads, writes) = (classes.clone(), classes);
        module.runtimes.push(RuntimeData { name: name.to_owned(), signature, allocates, reads, writes })
    };
    Functions {
        step: function(STEP, 2, true, ClassSet::All),
        release: function(RELEASE, 1, true, ClassSet::All),
        turn: function(TURN, 1, false, ClassSet::Some(vec![classes.shared])),
    }
}
