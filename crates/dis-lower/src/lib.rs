//! Functions of Dis modules lowered to the shared IR.
//!
//! A function, from an instruction of it on, becomes `fn(frame, quantum, record, room) -> (place, quantum)`. Slots of the frame that are
//! only accessed directly are SSA values; references are written through, numbers when somebody may look: where the
//! interpreter goes on, where it executes an instruction in between, and around calls. Types are static, so nothing is
//! guessed, but which type of object an operand was found right for is taken from the interpreter and checked.
//!
//! The quantum goes down as in the interpreter. It is looked at where the function is entered, at heads of loops, and
//! after anything that takes an unknown part of it, for the longest way to the next such place: what is left of a quantum that is too
//! short for it, the interpreter executes.

#![forbid(unsafe_code)]

mod arrays;
mod bits;
mod blank;
mod calls;
mod emit;
mod flow;
mod frames;
mod links;
mod numbers;
mod place;
mod references;
mod results;
mod runtime;
mod slots;
mod tables;

pub use runtime::{ANCHOR, CHECK, RELEASE, STEP, TURN, reason};

use dis_vm::tier::Snapshot;
use emit::Emitter;
use flow::Flow;
use ir::{Entity, Func, Function, Module, Signature, Type};
use slots::Slots;
use std::collections::BTreeSet;
use std::fmt;

/// Instructions of a function that is compiled, at most.
const MOST: usize = 3000;

/// What is to be lowered, and how.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The function.
    pub snapshot: &'a Snapshot,
    /// Instructions, by code, whose checks failed again and again: the interpreter executes them.
    pub stepped: &'a BTreeSet<(u32, u32)>,
    /// Heads of loops in front of which checks failed that need not have been made.
    pub unanchored: &'a BTreeSet<(u32, u32)>,
}

/// A function as IR.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The module. Only the function to compile has a body.
    pub module: Module,
    /// The function to compile.
    pub func: Func,
    /// The code and the instructions that the module's functions begin with.
    pub begins: Vec<(u32, u32)>,
    /// Instructions that have code of their own, and those that the interpreter executes.
    pub counts: [usize; 2],
}

/// A function is too large to be compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge(pub usize);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} instructions of {MOST}", self.0)
    }
}

/// The signature of compiled functions.
pub fn signature() -> Signature {
    Signature { params: vec![Type::I64; 4], results: vec![Type::I64; 2], throws: false }
}

/// Lowers a function.
///
/// # Errors
/// When it is too large.
pub fn lower(request: &Request<'_>) -> Result<Lowered, TooLarge> {
    let snapshot = request.snapshot;
    if snapshot.too_large || snapshot.insts.len() > MOST {
        return Err(TooLarge(snapshot.insts.len()));
    }
    let flow = Flow::new(snapshot);
    let slots = Slots::new(snapshot, &flow, snapshot);
    let mut module = Module::default();
    let classes = runtime::classes(&mut module);
    let functions = runtime::functions(&mut module, &classes);
    let name = format!("{}.{}", snapshot.name, snapshot.entry);
    module.functions.push(Function { name, signature: signature(), ..Function::default() });
    let emitter = Emitter::new(request, flow, slots, module, (classes, functions));
    let (module, begins, counts) = emitter.function();
    Ok(Lowered { module, func: Func::from_index(0), begins, counts })
}
