//! A module: functions, signatures, the runtime-call table and the alias classes they share.

use crate::entity::{AliasClass, Func, Runtime, Sig, Table};
use crate::function::Function;
use crate::types::Type;

/// Parameter and result types of a function, and whether a call of it may end in an exception.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Signature {
    /// Parameter types.
    pub params: Vec<Type>,
    /// Result types.
    pub results: Vec<Type>,
    /// Whether a call may throw. A throwing function hands back a status besides its results.
    pub throws: bool,
}

/// A kind of memory: accesses of different classes never overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasClassData {
    /// Name in the text form.
    pub name: String,
    /// Written only while the object is made, before anything can read it: loads may move over every store and call.
    pub immutable: bool,
}

/// A set of alias classes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum ClassSet {
    /// No class.
    #[default]
    Empty,
    /// These classes, ascending.
    Some(Vec<AliasClass>),
    /// Every class.
    All,
}

impl ClassSet {
    /// Whether the set has `class`.
    pub fn contains(&self, class: AliasClass) -> bool {
        match self {
            ClassSet::Empty => false,
            ClassSet::Some(classes) => classes.contains(&class),
            ClassSet::All => true,
        }
    }

    /// Whether the set has no class at all.
    pub fn is_empty(&self) -> bool {
        matches!(self, ClassSet::Empty) || matches!(self, ClassSet::Some(c) if c.is_empty())
    }
}

/// An entry of the runtime-call table: what the optimizer may assume about a helper of the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeData {
    /// Name in the text form; the embedder binds it to an address.
    pub name: String,
    /// Types; `throws` says whether it may throw.
    pub signature: Signature,
    /// Whether it may allocate, and so collect garbage.
    pub allocates: bool,
    /// Classes it may read.
    pub reads: ClassSet,
    /// Classes it may write.
    pub writes: ClassSet,
}

impl RuntimeData {
    /// Whether two calls with the same operands can be one, and an unused call none.
    pub fn is_pure(&self) -> bool {
        !self.signature.throws && !self.allocates && self.reads.is_empty() && self.writes.is_empty()
    }
}

/// A unit of compilation.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Functions, in order of declaration.
    pub functions: Table<Func, Function>,
    /// Signatures of indirect calls.
    pub signatures: Table<Sig, Signature>,
    /// The runtime-call table.
    pub runtimes: Table<Runtime, RuntimeData>,
    /// Alias classes.
    pub classes: Table<AliasClass, AliasClassData>,
}

impl Module {
    /// The function with this name.
    pub fn function_named(&self, name: &str) -> Option<Func> {
        self.functions.iter().find(|(_, f)| f.name == name).map(|(key, _)| key)
    }

    /// The runtime entry with this name.
    pub fn runtime_named(&self, name: &str) -> Option<Runtime> {
        self.runtimes.iter().find(|(_, r)| r.name == name).map(|(key, _)| key)
    }

    /// The alias class with this name.
    pub fn class_named(&self, name: &str) -> Option<AliasClass> {
        self.classes.iter().find(|(_, c)| c.name == name).map(|(key, _)| key)
    }

    /// The index of a signature, added when it is new.
    pub fn signature(&mut self, signature: &Signature) -> Sig {
        let known = self.signatures.iter().find(|(_, s)| *s == signature).map(|(key, _)| key);
        known.unwrap_or_else(|| self.signatures.push(signature.clone()))
    }
}
