//! An engine: functions that get code while they run.
//!
//! Every function has one entry pointer. It leads to the function's thunk first, where the guest interprets it, and to
//! compiled code while there is some. Compiler threads take requests from a queue; a result is installed only if it is still
//! wanted. Code that is replaced or void loses its entry pointer at once and its memory when nobody is inside.

mod assume;
mod function;
mod queue;
mod room;
mod tiers;
mod work;

pub use assume::Assumption;

use crate::entries::Entries;
use crate::guest::Guest;
use crate::instance::{Callable, Instance};
use crate::program::{LoadError, check_target};
use crate::runtime::RuntimeTable;
use crate::signature::SignatureLayout;
use crate::stub::{Source, Stub};
use abi::thunk::{EntryPointer, ThunkBlock};
use assume::Assumptions;
use code_memory::{Description, ExecSpace, Near};
use codegen::{Options, Target};
use function::Function;
use ir::{Func, Module, Signature};
use queue::{Key, Queue};
use room::Room;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::thread::JoinHandle;
use tiering::{Decline, Heat, Policy, State, Trace};

/// A function of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u64);

/// What a compiler thread wants from the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The function.
    pub function: FunctionId,
    /// Number of the version, from 1.
    pub version: u32,
    /// The loop to enter in the middle, numbered by the guest; `None` for the function from its start.
    pub osr: Option<u32>,
    /// The address of a 32-bit word that is 0 until this version is void: until an assumption that it relies on is broken, or
    /// [`Engine::invalidate`] is called. It is there as long as the code of this version.
    ///
    /// Code that is void is not entered any more, but may be running. Code that relies on something therefore looks at this
    /// word wherever that may have been broken, which is after each call and each poll, and leaves by a guard.
    pub stale: usize,
}

/// A function lowered to IR, ready for the code generator.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The module.
    pub module: Arc<Module>,
    /// The function to compile.
    pub func: Func,
    /// Which of the engine's functions the module's functions are, by index; the one to compile is the requested one
    /// whatever stands there. Exits of code for a loop name the module's function that is the requested one here, not the
    /// version of it that is entered in the middle. Functions that are only in the module, for instance inlined everywhere, may be missing.
    pub functions: Vec<Option<FunctionId>>,
    /// What the code relies on without checking it. To be taken before the facts are read.
    pub assumptions: Vec<Assumption>,
}

/// Lowers functions to IR, on compiler threads.
pub trait Lower: Send + Sync + 'static {
    /// The IR for a request.
    ///
    /// # Errors
    /// Why there is none: the reason for the table, and details for people.
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)>;

    /// The name of a reason its guards leave for.
    fn reason(&self, number: u16) -> String {
        format!("reason-{number}")
    }
}

/// Verifies the functions of a module that have a body, where debug assertions are on: for guests' lowerings, in front of the passes
/// and behind them.
///
/// # Errors
/// The faults, one to a line.
pub fn check(module: &Module) -> Result<(), (Decline, String)> {
    let with_body =
        module.functions.iter().map(|(_, function)| function).filter(|each| !each.order.is_empty());
    for function in with_body.filter(|_| cfg!(debug_assertions)) {
        if let Err(faults) = ir::verify::verify_function(module, function) {
            let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
            return Err((Decline::Malformed, list.join("\n")));
        }
    }
    Ok(())
}

/// What an engine is made of.
#[derive(Clone, Debug)]
pub struct Config {
    /// When to compile.
    pub policy: Policy,
    /// Compiler threads; 0 compiles on the thread that asks.
    pub threads: usize,
    /// For the code generator. The engine decides about `calls` itself.
    pub options: Options,
    /// Bytes of address space for code.
    pub space: usize,
    /// The machine to compile for; `None` for this one with everything it has.
    pub target: Option<Target>,
}

impl Default for Config {
    /// One compiler thread, 64 MB of address space.
    fn default() -> Config {
        Config {
            policy: Policy::default(),
            threads: 1,
            options: Options::default(),
            space: 64 << 20,
            target: None,
        }
    }
}

/// What the parts of an engine share.
pub(crate) struct Shared {
    entries: Arc<Entries>,
    target: Target,
    config: Config,
    lower: Arc<dyn Lower>,
    runtime: RuntimeTable,
    trace: Arc<Trace>,
    functions: RwLock<HashMap<u64, Arc<Function>>>,
    queue: Queue,
    assumptions: Assumptions,
    next: AtomicU64,
    /// Bytes of installed code.
    code_bytes: AtomicUsize,
    /// Pieces of installed code.
    installed: AtomicUsize,
    room: Room,
    /// Itself, for stubs and observers.
    this: Weak<Shared>,
}

/// Compiles functions while they run.
pub struct Engine {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

/// How much an engine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Functions declared and not removed.
    pub functions: usize,
    /// Compilations that wait.
    pub queued: usize,
    /// Bytes of installed code, in whole cache lines.
    pub code_bytes: usize,
    /// Bytes of memory that count against the budget: of installed code, of code that is being made, and of code that was
    /// taken away while somebody may be inside.
    pub held_bytes: usize,
    /// Pieces of code whose memory was given back so far.
    pub freed: u64,
    /// Assumptions that code relies on.
    pub assumptions: usize,
    /// The code memory.
    pub space: Description,
}

impl Engine {
    /// An engine for functions that `lower` knows.
    ///
    /// # Errors
    /// When the system gives no executable memory, or no threads, or code for the target does not run here.
    pub fn new(
        config: Config,
        lower: Arc<dyn Lower>,
        runtime: RuntimeTable,
        trace: Arc<Trace>,
    ) -> Result<Engine, LoadError> {
        let near = Near::Address(Engine::new as *const () as usize);
        let host = || Target::host().ok_or(LoadError::Machine);
        let target = config.target.clone().map_or_else(host, Ok)?;
        check_target(&target)?;
        let space = ExecSpace::reserve(config.space, near).map_err(LoadError::Reserve)?;
        let entries = Entries::publish(&space)?;
        let threads = config.threads;
        let shared = Arc::new_cyclic(|this: &Weak<Shared>| Shared {
            entries,
            target,
            config,
            lower,
            runtime,
            trace,
            functions: RwLock::default(),
            queue: Queue::default(),
            assumptions: Assumptions::default(),
            next: AtomicU64::new(1),
            code_bytes: AtomicUsize::new(0),
            installed: AtomicUsize::new(0),
            room: Room::default(),
            this: this.clone(),
        });
        let mut engine = Engine { shared, workers: Vec::new() };
        for number in 0..threads {
            let shared = Arc::clone(&engine.shared);
            let thread = std::thread::Builder::new().name(format!("compiler {number}"));
            // Lowering and register allocation recurse; half a gigabyte of IR does not come here.
            let worker = thread.stack_size(8 << 20).spawn(move || work::run(&shared));
            engine.workers.push(worker.map_err(LoadError::Thread)?);
        }
        Ok(engine)
    }

    /// Declares functions. Each can be called at once; it is interpreted until it has code.
    ///
    /// # Errors
    /// When a signature is absurdly long, or there is no room for the thunks.
    pub fn declare(&self, functions: &[(&str, &Signature)]) -> Result<Vec<FunctionId>, LoadError> {
        let mut ids = Vec::new();
        for chunk in functions.chunks(ThunkBlock::MAX) {
            ids.extend(self.shared.declare(chunk)?);
        }
        Ok(ids)
    }

    /// The function for calls from outside of compiled code; `None` when it was removed.
    ///
    /// # Errors
    /// When there is no room for the code that enters functions of its shape.
    pub fn function(&self, id: FunctionId) -> Result<Option<Callable>, LoadError> {
        let Some(function) = self.shared.function(id.0) else {
            return Ok(None);
        };
        let stub = &function.stub;
        let owner = Arc::clone(&self.shared) as Arc<_>;
        Ok(Some(Callable::new(&self.shared.entries, &stub.cell, &stub.layout, Some(owner))?))
    }

    /// Counts rounds of a loop that the guest interprets. Code for the loop, to be called with the values that live in its
    /// head, when there is some; asks for it when the loop is hot.
    pub fn back_edge(&self, id: FunctionId, entry: u32, rounds: u32) -> Option<Callable> {
        let function = self.shared.function(id.0)?;
        function.counter.count(Heat::BackEdge, rounds);
        self.shared.count_call();
        self.shared.loop_code(&function, entry)
    }

    /// Asks for code whatever the counters say. Higher priorities go first.
    pub fn request(&self, id: FunctionId, priority: u32) {
        if let Some(function) = self.shared.function(id.0) {
            self.shared.ask(&function, Key { function: id.0, osr: None }, priority);
        }
    }

    /// Compiles a function on this thread unless it has code; whether it has now.
    pub fn compile(&self, id: FunctionId) -> bool {
        self.shared.compile_now(id.0)
    }

    /// Takes a function's code away, and voids the code that is being made for it.
    pub fn invalidate(&self, id: FunctionId) {
        if let Some(function) = self.shared.function(id.0) {
            self.shared.void(&function, Key { function: id.0, osr: None }, None);
            let loops: Vec<u32> = function.slots().loops.keys().copied().collect();
            for entry in loops {
                self.shared.void(&function, Key { function: id.0, osr: Some(entry) }, None);
            }
        }
    }

    /// Breaks an assumption: code that relies on it is taken away.
    pub fn break_assumption(&self, assumption: &Assumption) {
        for (key, version) in self.shared.assumptions.break_(assumption) {
            if let Some(function) = self.shared.function(key.function) {
                self.shared.void(&function, key, Some(version));
            }
        }
    }

    /// Forgets a function that nothing refers to any more: no code calls it or has its entry, and no [`Callable`] of it
    /// is used again. Its code and thunk are freed when nobody is inside.
    pub fn remove(&self, id: FunctionId) {
        self.shared.remove(id.0);
    }

    /// Where a function stands; `None` when it was removed.
    pub fn state(&self, id: FunctionId) -> Option<State> {
        self.shared.function(id.0).map(|function| function.slots().main.tier.state())
    }

    /// The same for one of its loops.
    pub fn loop_state(&self, id: FunctionId, entry: u32) -> Option<State> {
        let function = self.shared.function(id.0)?;
        let slots = function.slots();
        Some(slots.get(Some(entry)).map_or(State::Below, |slot| slot.tier.state()))
    }

    pub(crate) fn entries(&self) -> &Arc<Entries> {
        &self.shared.entries
    }

    /// An instance that can call this engine's functions.
    pub fn instantiate<G: Guest>(&self, guest: G) -> Instance<G> {
        Instance::with_entries(&self.shared.entries, guest)
    }

    /// Waits until everything that was asked for is compiled or declined.
    pub fn wait_idle(&self) {
        self.shared.queue.wait_idle();
    }

    /// Makes memory of code that nobody is inside of available again. Happens by itself in the long run.
    pub fn reclaim(&self) {
        self.shared.entries.space().reclaim();
    }

    /// How much it has.
    pub fn stats(&self) -> Stats {
        let shared = &self.shared;
        Stats {
            functions: shared.functions.read().unwrap_or_else(PoisonError::into_inner).len(),
            queued: shared.queue.len(),
            code_bytes: shared.code_bytes.load(Ordering::Relaxed),
            held_bytes: shared.room.held(),
            freed: shared.room.freed(),
            assumptions: shared.assumptions.len(),
            space: shared.entries.space().describe(),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let left = self.shared.queue.close();
        self.shared.discard_all(&left);
        for worker in self.workers.drain(..) {
            // A worker's panic was reported when it happened, and must not become ours.
            let _ = worker.join();
        }
    }
}

impl Shared {
    fn function(&self, id: u64) -> Option<Arc<Function>> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn declare(&self, functions: &[(&str, &Signature)]) -> Result<Vec<FunctionId>, LoadError> {
        let entries = &self.entries;
        let first = self.next.fetch_add(functions.len() as u64, Ordering::Relaxed);
        let mut stubs = Vec::new();
        for (index, (name, signature)) in functions.iter().enumerate() {
            let layout = SignatureLayout::new(signature);
            let layout = Arc::new(layout.ok_or_else(|| LoadError::Signature((*name).to_owned()))?);
            let cell = EntryPointer::new(entries.targets(), entries.dispatch()).map_err(LoadError::Entry)?;
            let source: Weak<dyn Source> = self.this.clone();
            let id = first + index as u64;
            stubs.push(Arc::new(Stub::new(id, name, layout, Arc::new(cell), source)));
        }
        let identities: Vec<u64> = stubs.iter().map(|stub| stub.identity()).collect();
        let kept = Box::new(stubs.clone());
        let block = ThunkBlock::publish_keeping(
            entries.space(),
            entries.targets(),
            entries.dispatch(),
            &identities,
            kept,
        )?;
        let block = Arc::new(block);
        let mut table = self.functions.write().unwrap_or_else(PoisonError::into_inner);
        for (index, stub) in stubs.into_iter().enumerate() {
            let thunk = block.entry(index).expect("the block has a thunk per stub");
            stub.set_thunk(thunk);
            stub.cell.set(entries.targets(), thunk).map_err(LoadError::Entry)?;
            table.insert(stub.id, Arc::new(Function::new(stub, &block)));
        }
        Ok((0..functions.len() as u64).map(|index| FunctionId(first + index)).collect())
    }
}
