//! What an interpreter has learned about a function, as a compiler gets it: numbers and addresses, no handles.
//!
//! Whoever makes this keeps the objects at the addresses alive as long as code compiled from it may run.

use crate::function::{Function, Module};
use std::sync::Arc;

/// An instruction found operands of other kinds than it mostly has: `+` others than numbers, `[]` others than an array and
/// a number.
pub const OTHER: u8 = 1;
/// A call, or an access to a property, found more targets or shapes than are kept, or what is not kept.
pub const MANY: u8 = 2;
/// A register that loops read has other kinds of values than it was compiled for when the loop is entered.
pub const WIDE: u8 = 4;
/// A number was no integer of 32 bits.
pub const BIG: u8 = 8;
/// Beside [`OTHER`]: `[]` found a table and a string.
pub const TABLE: u8 = 16;
/// A call handed back something else than the number that it was compiled to hand back.
pub const RESULT: u8 = 32;
/// Beside [`TABLE`], or where names of entries were found: something else than the tables that code was compiled for.
pub const MIXED: u8 = 64;

/// A function of the program that a call found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callee {
    /// The number of its code, of whoever executes it.
    pub code: u32,
    /// Arguments it takes.
    pub params: u32,
    /// Whether it may get code: nobody has found yet that it does not.
    pub compiles: bool,
}

/// What a call found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// It was not executed, or not with a function of the program.
    #[default]
    Unknown,
    /// This function of the program.
    Function(Callee),
    /// The native function of this name.
    Native(&'static str, u32),
    /// The class at this address.
    Class {
        /// The class.
        class: usize,
        /// The address of the closure that is its initializer, and what that is, if it has one.
        init: Option<(usize, Callee)>,
    },
}

/// What an inline cache found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    /// Nothing, or what no code is made for.
    #[default]
    Nothing,
    /// A property of instances with the shape at this address.
    Property {
        /// The shape.
        shape: usize,
        /// Its number.
        number: u32,
        /// Properties that lie in such instances themselves.
        inline: u32,
    },
    /// A property that instances of the first shape did not have; with it they have the second.
    Added {
        /// The shape before.
        from: usize,
        /// The shape after.
        to: usize,
        /// Its number.
        number: u32,
        /// Properties that lie in such instances themselves.
        inline: u32,
    },
    /// A method of instances with the shape at this address.
    Method {
        /// The shape.
        shape: usize,
        /// The address of the method's closure.
        closure: usize,
        /// What is called.
        callee: Callee,
    },
    /// The place of the key among a table's entries.
    Entry(usize),
    /// The runtime's method of this name, of values with this tag.
    Builtin(u64, &'static str),
    /// A method that the class at this address has.
    Super {
        /// The class.
        class: usize,
        /// The address of the method's closure.
        closure: usize,
        /// What is called.
        callee: Callee,
    },
}

/// A global that holds a function or a class, and mostly goes on to do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steady {
    /// Its slot.
    pub slot: usize,
    /// The value's tag.
    pub tag: u64,
    /// The address of the object.
    pub object: usize,
    /// Of a function of the program, the number of its code; of a native, its number.
    pub number: Option<u32>,
    /// The address of 32 bits that are 0 until the global is set again.
    pub watch: usize,
}

/// What is known of a function.
#[derive(Clone, Debug)]
pub struct Feedback {
    /// The module it is of.
    pub module: Arc<Module>,
    /// Its number there.
    pub number: usize,
    /// The number of the code of the module's first function.
    pub first: u32,
    /// The address of the object with the module's globals.
    pub globals: usize,
    /// Constants: tags and payloads.
    pub constants: Box<[(u64, u64)]>,
    /// For every instruction, what it found: [`OTHER`], [`MANY`], [`WIDE`], [`BIG`], [`TABLE`], [`RESULT`],
    /// [`MIXED`].
    pub flags: Box<[u8]>,
    /// For every instruction, what it called first.
    pub targets: Box<[Target]>,
    /// What instructions called beside that, by their places.
    pub more_targets: Box<[(u32, Target)]>,
    /// For every inline cache, what it found, the latest first: each entry is about another shape or class.
    pub caches: Box<[Vec<Seen>]>,
    /// Globals that it reads and that stay what they are.
    pub steady: Box<[Steady]>,
}

impl Feedback {
    /// The number of its code.
    pub fn code(&self) -> u32 {
        self.first + self.number as u32
    }

    /// The functions of the program that it is known to call.
    pub fn callees(&self) -> Vec<Callee> {
        let targets = self.targets.iter().chain(self.more_targets.iter().map(|(_, target)| target));
        let called = targets.filter_map(|target| match target {
            Target::Function(callee) | Target::Class { init: Some((_, callee)), .. } => Some(*callee),
            _ => None,
        });
        let invoked = self.caches.iter().flatten().filter_map(|seen| match seen {
            Seen::Method { callee, .. } | Seen::Super { callee, .. } => Some(*callee),
            _ => None,
        });
        called.chain(invoked).collect()
    }

    /// The function.
    pub fn function(&self) -> &Function {
        &self.module.functions[self.number]
    }

    /// All that an instruction called, as far as it is kept.
    pub fn targets_at(&self, pc: usize) -> Vec<Target> {
        let first = self.targets.get(pc).copied().filter(|target| *target != Target::Unknown);
        let more = self.more_targets.iter().filter(|(at, _)| *at as usize == pc).map(|(_, target)| *target);
        first.into_iter().chain(more).collect()
    }
}
