//! Test doubles: a guest that owns its memory, answers guards by interpreting, and has runtime functions by name.
//!
//! Everything here is safe to call: programs are loaded with runtime functions of the types they declare, and memory is
//! looked at only where it belongs to the guest. What compiled code does with addresses is up to the program.

mod arena;
mod natives;
mod tiered;

pub use arena::Arena;
pub use natives::PRINTERS;
pub use tiered::Tiered;

use crate::{Abort, CodeSpace, Cx, Guest, Instance, LoadError, Outcome, Program, Resume};
use codegen::{Compiled, Options};
use ir::eval::Const;
use ir::interp::{Deopt, Host, Interp, Limits, MemoryFault, Poll, ResumePoints, RuntimeExit};
use ir::module::RuntimeData;
use ir::{Func, Module, Runtime};
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

/// What runtime functions do: name, memory, arguments of the types that [`load`] checked.
pub type Handler = Box<dyn FnMut(&str, &mut Arena, &[Const]) -> Result<Vec<Const>, RuntimeExit>>;

/// A guest for tests.
pub struct Double {
    /// Its memory.
    pub memory: Arena,
    /// Guards that left.
    pub exits: u64,
    /// The first thing that a runtime function could not do in compiled code: fault, trap, throw undeclared.
    pub broken: Option<RuntimeExit>,
    handler: Handler,
    poll: Box<dyn FnMut() -> Poll>,
    original: Arc<(Module, ResumePoints)>,
    entries: Vec<u64>,
    limits: Limits,
    /// When functions are interpreted until they are hot.
    tiers: Option<Arc<tiered::Tiers>>,
    /// Interpreters that wait for one another.
    depth: usize,
}

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Double").field("exits", &self.exits).finish_non_exhaustive()
    }
}

impl Double {
    /// A guest whose guards go on in `original`. Its polls find what `poll` says.
    pub fn new(
        original: &Arc<(Module, ResumePoints)>,
        limits: Limits,
        handler: Handler,
        poll: Box<dyn FnMut() -> Poll>,
    ) -> Double {
        let memory = Arena::default();
        let original = Arc::clone(original);
        let entries = Vec::new();
        Double {
            memory,
            exits: 0,
            broken: None,
            handler,
            poll,
            original,
            entries,
            limits,
            tiers: None,
            depth: 0,
        }
    }

    fn runtime(&mut self, name: &str, args: &[Const]) -> Result<Vec<Const>, RuntimeExit> {
        (self.handler)(name, &mut self.memory, args)
    }
}

/// Loads a program whose runtime functions are those of [`Double`].
///
/// # Errors
/// As [`Program::load`]; also for runtime functions of a type that no double has.
pub fn load(module: &Module, options: &Options) -> Result<Program, LoadError> {
    Program::load(module, options, &natives::table(module))
}

/// Links what the code generator made of each function of a module, with the runtime functions of [`Double`].
///
/// # Errors
/// As [`Program::link_in`]; also for runtime functions of a type that no double has.
///
/// # Panics
/// When there is not one result per function.
pub fn link(space: &CodeSpace, module: &Module, compiled: &[Compiled]) -> Result<Program, LoadError> {
    Program::link_in(space, module, compiled, &natives::table(module))
}

/// The names of the runtime functions that programs of tests may declare; those of random programs (`rt_*`) and those that
/// print ([`PRINTERS`]) are left out.
pub fn runtime_names() -> Vec<&'static str> {
    natives::names()
}

/// An instance whose polls all ask the guest, and which knows the entries of the program's functions.
pub fn instantiate(program: &Program, functions: usize, mut guest: Double) -> Instance<Double> {
    let entry = |index| program.code(Func(index)).0.expose_provenance() as u64;
    guest.entries = (0..functions as u32).map(entry).collect();
    program.instantiate(guest)
}

/// What the reference interpreter would call the end of a run, or why there is no such word.
///
/// # Errors
/// In words.
pub fn reference(outcome: &Outcome) -> Result<ir::interp::Outcome, String> {
    match (outcome.to_reference(), outcome) {
        (Some(outcome), _) => Ok(outcome),
        (None, Outcome::Abort(abort)) => Err(abort.to_string()),
        (None, other) => Err(format!("{other:?}")),
    }
}

impl Host for Double {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        self.memory.load(address, width)
    }

    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        self.memory.store(address, width, value)
    }

    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        Host::alloc(&mut self.memory, size, kind)
    }

    fn call_runtime(
        &mut self,
        _: Runtime,
        data: &RuntimeData,
        args: &[Const],
    ) -> Result<Vec<Const>, RuntimeExit> {
        self.runtime(&data.name, args)
    }

    fn function_at(&mut self, address: u64) -> Option<Func> {
        self.entries.iter().position(|entry| *entry == address).map(|index| Func(index as u32))
    }

    fn poll(&mut self) -> Poll {
        (self.poll)()
    }
}

impl Guest for Double {
    fn deopt(cx: &mut Cx<'_, Self>, exit: &Deopt) -> Resume {
        let guest = cx.guest();
        guest.exits += 1;
        if let Some(tiers) = guest.tiers.clone() {
            return tiered::resume(cx, tiers, exit);
        }
        let (original, limits) = (Arc::clone(&guest.original), guest.limits);
        let (module, points) = &*original;
        match points.frames(module, exit) {
            Ok(frames) => Interp::new(module, guest).resume(&frames, limits).into(),
            Err(error) => {
                let undefined = ir::interp::Undefined::Resume(error);
                Resume::Abort(Abort::Reference(Box::new(ir::interp::Outcome::Undefined(undefined))))
            }
        }
    }

    fn interpret(cx: &mut Cx<'_, Self>, function: u64, args: &[Const]) -> Option<Resume> {
        let tiers = cx.guest().tiers.clone()?;
        Some(tiered::interpret(cx, tiers, function, args))
    }

    fn interrupt(cx: &mut Cx<'_, Self>) -> Poll {
        cx.ask_again();
        Host::poll(cx.guest())
    }

    fn alloc(cx: &mut Cx<'_, Self>, size: u32, kind: u32) -> Option<NonNull<u8>> {
        cx.guest().memory.alloc(size, kind)
    }
}
