//! A module compiled and loaded as a whole: every function has code before the first is called.

use crate::entries::Entries;
use crate::guest::Guest;
use crate::instance::{Callable, Instance};
use crate::link::{LinkError, Linked, Placed, Symbols};
use crate::runtime::RuntimeTable;
use crate::signature::SignatureLayout;
use crate::unit::Unit;
use abi::thunk::{EntryPointer, TargetError, ThunkError};
use code_memory::{ExecSpace, Near, ReserveError};
use codegen::{Compiled, Declined, Options, Target};
use ir::{Entity, Func, Module};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Why a module cannot be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The code generator declined a function.
    Declined {
        /// Its name.
        function: String,
        /// Why.
        why: Declined,
    },
    /// A function's signature is absurdly long.
    Signature(String),
    /// The code generator does not know this machine.
    Machine,
    /// Code for the target does not run on this machine.
    Target {
        /// The target.
        target: Target,
        /// The first thing it needs that this machine has not.
        missing: String,
    },
    /// The system gives no executable memory.
    Reserve(ReserveError),
    /// The system gives no thread.
    Thread(std::io::Error),
    /// A function cannot be linked.
    Link(LinkError),
    /// The code around compiled functions cannot be made.
    Thunk(ThunkError),
    /// A function's code does not begin as an entry does.
    Entry(TargetError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Declined { function, why } => {
                write!(f, "`{function}` was not compiled: {why}")
            }
            LoadError::Signature(function) => {
                write!(f, "the signature of `{function}` is too long")
            }
            LoadError::Machine => f.write_str("this machine is none that code is generated for"),
            LoadError::Target { target, missing } => {
                write!(f, "code for {target} does not run on this machine, which is not or has not {missing}")
            }
            LoadError::Reserve(error) => write!(f, "{error}"),
            LoadError::Thread(error) => write!(f, "no compiler thread: {error}"),
            LoadError::Link(error) => write!(f, "{error}"),
            LoadError::Thunk(error) => write!(f, "{error}"),
            LoadError::Entry(error) => write!(f, "internal error in compiled code: {error}"),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Declined { why, .. } => Some(why),
            LoadError::Signature(_) | LoadError::Machine | LoadError::Target { .. } => None,
            LoadError::Reserve(error) => Some(error),
            LoadError::Thread(error) => Some(error),
            LoadError::Link(error) => Some(error),
            LoadError::Thunk(error) => Some(error),
            LoadError::Entry(error) => Some(error),
        }
    }
}

impl From<LinkError> for LoadError {
    fn from(error: LinkError) -> LoadError {
        LoadError::Link(error)
    }
}

impl From<ThunkError> for LoadError {
    fn from(error: ThunkError) -> LoadError {
        LoadError::Thunk(error)
    }
}

/// Executable memory for programs, with the code that enters and leaves them. Making one costs more than loading a small
/// program: whoever loads many gives them one.
#[derive(Clone, Debug)]
pub struct CodeSpace {
    entries: Arc<Entries>,
}

impl CodeSpace {
    /// Reserves `bytes` of address space.
    ///
    /// # Errors
    /// When the system gives no executable memory.
    pub fn reserve(bytes: usize) -> Result<CodeSpace, LoadError> {
        let near = Near::Address(Program::link as *const () as usize);
        let space = ExecSpace::reserve(bytes, near).map_err(LoadError::Reserve)?;
        Ok(CodeSpace { entries: Entries::publish(&space)? })
    }
}

/// A loaded module. Functions call one another directly.
#[derive(Clone)]
pub struct Program {
    inner: Arc<Inner>,
}

struct Inner {
    entries: Arc<Entries>,
    functions: Vec<Loaded>,
}

struct Loaded {
    name: String,
    layout: Arc<SignatureLayout>,
    cell: Arc<EntryPointer>,
    linked: Linked,
    unit: Arc<Unit>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.inner.functions.iter().map(|function| &function.name)).finish()
    }
}

impl Program {
    /// Bytes of address space reserved for one program's code.
    const SPACE: usize = 32 << 20;

    /// Compiles every function of a verified module for this machine, and loads them.
    ///
    /// # Errors
    /// When a function is declined, refers to a runtime function that `runtime` does not bind, or cannot be published.
    pub fn load(module: &Module, options: &Options, runtime: &RuntimeTable) -> Result<Program, LoadError> {
        let host = Target::host().ok_or(LoadError::Machine)?;
        Program::load_for(&host, module, options, runtime)
    }

    /// As [`Program::load`], for a machine that has less than this one.
    ///
    /// # Errors
    /// Also when code for the target does not run here.
    pub fn load_for(
        target: &Target,
        module: &Module,
        options: &Options,
        runtime: &RuntimeTable,
    ) -> Result<Program, LoadError> {
        check_target(target)?;
        let compile = |func: Func| {
            codegen::compile(module, func, target, options)
                .map_err(|why| LoadError::Declined { function: module.functions[func].name.clone(), why })
        };
        let compiled = module.functions.keys().map(compile).collect::<Result<Vec<_>, _>>()?;
        Program::link(module, &compiled, runtime)
    }

    /// Loads what the code generator made of each function of a module, in order.
    ///
    /// # Errors
    /// As for [`Program::load`].
    ///
    /// # Panics
    /// When there is not one result per function.
    pub fn link(
        module: &Module,
        compiled: &[Compiled],
        runtime: &RuntimeTable,
    ) -> Result<Program, LoadError> {
        Program::link_in(&CodeSpace::reserve(Self::SPACE)?, module, compiled, runtime)
    }

    /// As [`Program::link`], into memory that programs share. What a program takes there is free again some time after it
    /// was dropped.
    ///
    /// # Errors
    /// As for [`Program::load`].
    ///
    /// # Panics
    /// When there is not one result per function.
    pub fn link_in(
        space: &CodeSpace,
        module: &Module,
        compiled: &[Compiled],
        runtime: &RuntimeTable,
    ) -> Result<Program, LoadError> {
        assert_eq!(compiled.len(), module.functions.len(), "one result per function of the module");
        let entries = Arc::clone(&space.entries);
        let placed =
            compiled.iter().map(|c| Placed::new(entries.space(), c)).collect::<Result<Vec<_>, _>>()?;
        let addresses: Vec<usize> = placed.iter().map(Placed::entry).collect();
        // Cells are filled in when there is code; until then they lead to the dispatch entry, which nobody calls.
        let cell = |_| EntryPointer::new(entries.targets(), entries.dispatch()).map(Arc::new);
        let cells: Vec<_> = placed.iter().map(cell).collect::<Result<_, _>>().map_err(LoadError::Entry)?;
        let symbols = Symbols {
            module,
            runtime,
            entry: &|func: Func| addresses.get(func.index()).copied(),
            cell: &|func: Func| cells.get(func.index()).cloned(),
            entries: &entries,
        };
        let mut functions = Vec::new();
        for ((placed, compiled), (func, function)) in
            placed.into_iter().zip(compiled).zip(module.functions.iter())
        {
            let layout = SignatureLayout::new(&function.signature)
                .ok_or_else(|| LoadError::Signature(function.name.clone()))?;
            let unit = Arc::new(Unit::new(func, function, compiled, None));
            let linked = placed.publish(compiled, &unit, &symbols)?;
            let cell = Arc::clone(&cells[func.index()]);
            cell.set(entries.targets(), linked.entry()).map_err(LoadError::Entry)?;
            let name = function.name.clone();
            functions.push(Loaded { name, layout: Arc::new(layout), cell, linked, unit });
        }
        Ok(Program { inner: Arc::new(Inner { entries, functions }) })
    }

    /// A function by its place in the module.
    ///
    /// # Errors
    /// When there is no room for the code that enters functions of its shape.
    ///
    /// # Panics
    /// When the module has no such function.
    pub fn function(&self, func: Func) -> Result<Callable, LoadError> {
        let function = &self.inner.functions[func.index()];
        let owner: Arc<dyn Any + Send + Sync> = Arc::clone(&self.inner) as _;
        let callable = Callable::new(&self.inner.entries, &function.cell, &function.layout, Some(owner));
        Ok(callable?)
    }

    /// A function by name; `None` when the module has none of this name.
    ///
    /// # Errors
    /// As for [`Program::function`].
    pub fn function_named(&self, name: &str) -> Result<Option<Callable>, LoadError> {
        let index = self.inner.functions.iter().position(|function| function.name == name);
        index.map(|index| self.function(Func::from_index(index))).transpose()
    }

    pub(crate) fn entries(&self) -> &Arc<Entries> {
        &self.inner.entries
    }

    /// An instance that can call the functions of this program.
    pub fn instantiate<G: Guest>(&self, guest: G) -> Instance<G> {
        Instance::with_entries(&self.inner.entries, guest)
    }

    /// Where a function's code is, and how many bytes it has.
    ///
    /// # Panics
    /// When the module has no such function.
    pub fn code(&self, func: Func) -> (*const u8, usize) {
        let function = &self.inner.functions[func.index()];
        (function.linked.entry(), function.linked.len())
    }

    /// The function whose code an entry address leads to: what `call_indirect` operands name.
    pub fn function_at(&self, entry: u64) -> Option<Func> {
        let found = |function: &Loaded| function.linked.entry().addr() as u64 == entry;
        self.inner.functions.iter().position(found).map(Func::from_index)
    }

    /// How many places a function's code can be left at.
    ///
    /// # Panics
    /// When the module has no such function.
    pub fn exits(&self, func: Func) -> usize {
        self.inner.functions[func.index()].unit.sites.len()
    }
}

/// Whether code for a target runs here.
pub(crate) fn check_target(target: &Target) -> Result<(), LoadError> {
    let host = Target::host().ok_or(LoadError::Machine)?;
    match target.missing_on(&host) {
        None => Ok(()),
        Some(missing) => Err(LoadError::Target { target: target.clone(), missing }),
    }
}
