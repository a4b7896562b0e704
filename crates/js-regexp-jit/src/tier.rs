//! When programs are compiled, and what keeps their code.

use crate::compile::{Compiler, Source};
use crate::frame::signature;
use crate::run::{Patterns, Workspace};
use codegen::Options;
use jit::engine::{self, Engine, FunctionId};
use jit::{LoadError, MovableEntry, WordCallable};
use js_regexp::{Found, Program, Search, Tier};
use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::{Arc, Mutex, PoisonError};
use tiering::{Policy, State, Trace};

/// Bytes of address space for the code of an isolate's patterns.
const SPACE: usize = 32 << 20;
/// Bytes of code there may be of them; what was not used for a while makes room.
const BUDGET: usize = 8 << 20;
/// Bytes of native stack that a match takes at most.
const MAX_FRAME: u32 = 4 << 10;
/// Searches after which it is worth asking again whether code is there.
const SOON: u32 = 16;

/// How code is made.
#[derive(Clone, Debug)]
pub struct Config {
    /// Steps and characters of searches in texts of one width, after which there is to be code for these; 0: before the first one.
    pub threshold: u64,
    /// On how many threads; 0: on the program's own, which waits.
    pub threads: usize,
    /// For the code generator.
    pub options: Options,
}

/// [`Config::threshold`] unless told otherwise: what takes the interpreter about as long as a usual pattern takes to be compiled.
const THRESHOLD: u64 = 150_000;

impl Config {
    /// Patterns that are hot are compiled on a thread beside the program.
    pub fn usual() -> Config {
        // The interpreter's natives leave this much stack, and matches do not nest.
        let options = Options { stack_checks: false, max_frame: MAX_FRAME, ..Options::default() };
        Config { threshold: THRESHOLD, threads: 1, options }
    }

    /// Each pattern is compiled when it is used first, and the program waits for that.
    pub fn eager() -> Config {
        Config { threshold: 0, threads: 0, ..Config::usual() }
    }
}

/// Functions of patterns that are gone.
type Dead = Arc<Mutex<Vec<u64>>>;

/// What a pattern keeps of its code.
struct Compiled {
    id: FunctionId,
    callable: WordCallable<4>,
    thunk: usize,
    /// Searches until it is looked at again whether there is code.
    patience: Cell<u32>,
    /// It has what code reads.
    _source: Arc<Source>,
    dead: Dead,
}

impl Drop for Compiled {
    fn drop(&mut self) {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner).push(self.id.0);
    }
}

/// What there is once the first pattern is hot.
struct Running {
    /// The way in, so that it is gone before the code is.
    entry: MovableEntry<Patterns>,
    engine: Engine,
    workspace: RefCell<Workspace>,
}

/// The tier of an isolate.
pub struct Native {
    config: Config,
    trace: Arc<Trace>,
    compiler: Arc<Compiler>,
    running: OnceCell<Option<Running>>,
    dead: Dead,
    runs: Cell<u64>,
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Native").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Native {
    /// A tier whose steps are told to `trace`. It asks the system for memory and a thread when the first pattern is hot.
    pub fn new(config: Config, trace: Arc<Trace>) -> Native {
        Native {
            config,
            trace,
            compiler: Arc::default(),
            running: OnceCell::new(),
            dead: Dead::default(),
            runs: Cell::new(0),
        }
    }

    /// How many searches were made in machine code.
    pub fn runs(&self) -> u64 {
        self.runs.get()
    }

    /// Bytes of code there are.
    pub fn code_bytes(&self) -> usize {
        self.running.get().and_then(Option::as_ref).map_or(0, |running| running.engine.stats().code_bytes)
    }

    /// None where the system gives no executable memory or no thread.
    fn running(&self) -> Option<&Running> {
        self.running.get_or_init(|| self.start().ok()).as_ref()
    }

    fn start(&self) -> Result<Running, LoadError> {
        // Patterns say by themselves when they are hot.
        let policy =
            Policy { call_threshold: u32::MAX, osr_threshold: 0, code_budget: BUDGET, ..Policy::default() };
        let config = engine::Config {
            policy,
            threads: self.config.threads,
            options: self.config.options.clone(),
            space: SPACE,
            target: None,
        };
        let lower = Arc::clone(&self.compiler);
        let engine = Engine::new(config, lower, jit::RuntimeTable::new(), Arc::clone(&self.trace))?;
        Ok(Running { entry: engine.entry().movable(), engine, workspace: RefCell::default() })
    }

    /// Forgets the code of patterns that are gone.
    fn bury(&self, running: &Running) {
        let dead = std::mem::take(&mut *self.dead.lock().unwrap_or_else(PoisonError::into_inner));
        for number in dead {
            running.engine.remove(FunctionId(number));
            self.compiler.forget(number);
        }
    }

    /// Whether there is code, by its state: where calls lead to a thunk, it may have been put to rest, or made just now.
    fn look(&self, running: &Running, native: &Compiled) -> bool {
        let left = native.patience.get();
        if left > 0 {
            native.patience.set(left - 1);
            return false;
        }
        native.patience.set(SOON);
        match running.engine.state(native.id) {
            Some(State::Installed { .. }) => true,
            Some(State::Below) => {
                // It was taken away to make room.
                running.engine.request(native.id, 0);
                false
            }
            // There will be none.
            Some(State::GaveUp(_)) | None => {
                native.patience.set(u32::MAX);
                false
            }
            Some(State::Queued { .. }) => false,
        }
    }
}

impl Compiled {
    /// Whether calls lead to code.
    fn leads_to_code(&self) -> bool {
        self.callable.callable().entry().addr() != self.thunk
    }
}

impl Tier for Native {
    fn threshold(&self) -> u64 {
        self.config.threshold
    }

    fn request(&self, name: &str, program: &Arc<Program>, wide: bool) -> Option<Box<dyn Any + Send>> {
        let running = self.running()?;
        self.bury(running);
        let name = format!("{name} {}", if wide { "utf-16" } else { "latin-1" });
        let id = running.engine.declare(&[(&name, &signature())]).ok()?.into_iter().next()?;
        let callable = running.engine.function(id).ok()??;
        let thunk = callable.entry().addr();
        let callable = WordCallable::try_from(callable).ok()?;
        let source = Arc::new(Source::new(Arc::clone(program), wide));
        self.compiler.leave(id.0, Arc::clone(&source));
        let dead = Arc::clone(&self.dead);
        let compiled = Compiled { id, callable, thunk, patience: Cell::new(0), _source: source, dead };
        running.engine.request(id, 0);
        Some(Box::new(compiled))
    }

    fn is_ready(&self, native: &dyn Any) -> bool {
        native.downcast_ref::<Compiled>().is_some_and(Compiled::leads_to_code)
    }

    fn run(&self, native: &dyn Any, program: &Program, search: Search<'_>) -> Option<Found> {
        let native = native.downcast_ref::<Compiled>()?;
        let running = self.running.get()?.as_ref()?;
        if !native.leads_to_code() && !self.look(running, native) {
            return None;
        }
        // The host runs nothing that matches, but need not be relied on.
        let mut workspace = running.workspace.try_borrow_mut().ok()?;
        let found = workspace.search(&running.entry, &native.callable, program, search);
        workspace.trim();
        self.runs.set(self.runs.get() + u64::from(found.is_some()));
        found
    }
}
