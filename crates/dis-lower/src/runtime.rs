//! What compiled code shares with whoever runs it: the runtime function, kinds of memory, reasons.

use ir::{AliasClass, AliasClassData, ClassSet, Module, Runtime, RuntimeData, Signature, Type};

/// `step(pc, quantum) -> place, quantum`: the interpreter executes one instruction.
pub const STEP: &str = "dis.step";

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
        steady: class("steady", true),
        records: class("records", false),
    }
}

/// Declares the runtime function.
pub(crate) fn step(module: &mut Module) -> Runtime {
    let signature = Signature { params: vec![Type::I64; 2], results: vec![Type::I64; 2], throws: false };
    let (reads, writes) = (ClassSet::All, ClassSet::All);
    module.runtimes.push(RuntimeData { name: STEP.to_owned(), signature, allocates: true, reads, writes })
}
