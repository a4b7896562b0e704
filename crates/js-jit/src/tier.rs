//! When functions get optimized code, and how they get into it.

use crate::compile::Compiler;
use crate::function::Function;
use crate::guest::{JavaScript, table};
use crate::heat::unsuited;
use crate::watch::Watch;
use codegen::Options;
use heap::Gc;
use ir::random::Rng;
use jit::engine::{self, Engine};
use jit::{LoadError, MovableEntry, WordCallable};
use js_baseline::{Ask, Ran, Upper};
use js_lower::{Extent, runtime, signature};
use js_rt::Code;
use js_vm::Vm;
use rustc_hash::FxHashMap;
use std::cell::{OnceCell, RefCell};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use tiering::{GaveUp, Policy, State, Trace};

/// Bytes of native stack that a compiled function may take, without its return address and frame pointer.
const MAX_FRAME: u32 = (1 << 13) - ENTRY as u32;
/// These.
const ENTRY: usize = 16;
/// Calls or rounds after which it is worth asking again whether code is there.
pub(crate) const SOON: u32 = 200;
/// The same where there will hardly be any.
pub(crate) const LATER: u32 = 10_000;
/// Never, as far as programs can count.
const NEVER: u32 = u32::MAX;
/// Exits at one place of a function's code before it is compiled again, with what was learned, where everything is compiled. Else there are
/// more: an exit costs some microseconds, compiling thousands of them.
const EXITS: u32 = 4;
/// Versions that a function or loop gets.
const VERSIONS: u32 = 8;

/// How code is made.
#[derive(Clone, Debug)]
pub struct Config {
    /// Calls and rounds of loops of a function in code of templates, after which it is compiled; 1: at the first chance.
    pub threshold: u32,
    /// On how many threads; 0: on the program's own, which waits.
    pub threads: usize,
    /// For the code generator.
    pub options: Options,
    /// Is shown what is compiled.
    pub watch: Option<Watch>,
    /// Whether only what gains is compiled, and entered where that pays; otherwise all that is hot, and wherever it can be: for tests.
    pub choosy: bool,
    /// For tests: guards leave although they hold.
    pub force: Option<Force>,
}

/// Which guards leave although they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// One that is executed soon after optimized code is entered, drawn anew each time from this seed.
    Drawn(u64),
    /// Of those that are executed after optimized code is entered, the one with this number, from 0, each time.
    Nth(u64),
}

impl Config {
    /// With a threshold. At 1 the program waits for code, otherwise a thread beside it makes it.
    pub fn new(threshold: u32) -> Config {
        // How deep calls nest is bounded by the interpreter's rule for natives that call back.
        let options = Options { stack_checks: false, max_frame: MAX_FRAME, ..Options::default() };
        let threads = usize::from(threshold > 1);
        Config {
            threshold: threshold.max(1),
            threads,
            options,
            watch: None,
            choosy: threshold > 1,
            force: None,
        }
    }
}

impl Config {
    /// Exits at one place after which code is thrown away.
    fn exits_per_site(&self) -> u32 {
        if self.force.is_some() {
            // Exits that are forced say nothing.
            u32::MAX
        } else if self.is_eager() {
            EXITS
        } else {
            EXITS * js_lower::EXIT_FACTOR
        }
    }

    /// Whether everything is to be compiled, and entered wherever it can be: for tests.
    pub(crate) fn is_eager(&self) -> bool {
        !self.choosy
    }
}

/// Functions of the heap that are gone, by number.
type Dead = Arc<Mutex<Vec<u32>>>;

/// What a function of the heap keeps: tells when it is gone.
struct Life {
    number: u32,
    dead: Dead,
}

impl Drop for Life {
    fn drop(&mut self) {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner).push(self.number);
    }
}

/// What there is once the first function is hot.
pub(crate) struct Running {
    /// The way in, so that it is gone before the code is.
    entry: MovableEntry<JavaScript>,
    pub(crate) engine: Engine,
}

/// The optimizing tier of one [`Vm`].
pub struct Jit {
    pub(crate) config: Config,
    trace: Arc<Trace>,
    pub(crate) compiler: Arc<Compiler>,
    running: OnceCell<Option<Running>>,
    /// By number.
    functions: RefCell<FxHashMap<u32, Arc<Function>>>,
    dead: Dead,
    /// What [`Jit::force`] draws from.
    drawn: RefCell<Rng>,
}

impl std::fmt::Debug for Jit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jit").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Jit {
    /// A tier whose steps are told to `trace`. It asks the system for memory and a thread when the first function is hot.
    pub fn new(mut config: Config, trace: Arc<Trace>) -> Jit {
        config.options.force_guards |= config.force.is_some();
        Jit {
            drawn: RefCell::new(Rng::new(match config.force {
                Some(Force::Drawn(seed)) => seed,
                _ => 0,
            })),
            compiler: Arc::new(Compiler::new(&config)),
            config,
            trace,
            running: OnceCell::new(),
            functions: RefCell::default(),
            dead: Dead::default(),
        }
    }

    /// None where the system gives no executable memory or no thread.
    fn running(&self) -> Option<&Running> {
        self.running.get_or_init(|| self.start().ok()).as_ref()
    }

    fn start(&self) -> Result<Running, LoadError> {
        // The templates' code counts; the engine is asked for what is hot.
        let policy = Policy {
            call_threshold: u32::MAX,
            osr_threshold: 0,
            exits_per_site: self.config.exits_per_site(),
            max_versions: VERSIONS,
            ..Policy::default()
        };
        let config = engine::Config {
            policy,
            threads: self.config.threads,
            options: self.config.options.clone(),
            ..engine::Config::default()
        };
        let lower = Arc::clone(&self.compiler);
        let engine = Engine::new(config, lower, table(), Arc::clone(&self.trace))?;
        Ok(Running { entry: engine.entry().movable(), engine })
    }

    /// Has a guard leave, if that is wanted.
    fn force(&self, running: &Running) {
        let number = match self.config.force {
            None => return,
            Some(Force::Nth(number)) => number,
            Some(Force::Drawn(_)) => {
                let mut drawn = self.drawn.borrow_mut();
                // Mostly one of the first, sometimes one of the first thousand.
                let most = 2 << drawn.below(10);
                drawn.below(most).into()
            }
        };
        running.entry.entry().force_guard(Some(number));
    }

    /// The engine's function for one of the heap.
    pub(crate) fn function(&self, running: &Running, vm: &Vm, code: Gc<Code>) -> Option<Arc<Function>> {
        let above = &code.native.above;
        let known = self.functions.borrow().get(&above.number.get()).cloned();
        if known.is_some() {
            return known;
        }
        self.bury(running);
        let (name, place) = vm.code_label(&code);
        let name = if name.is_empty() { place } else { format!("{name} ({place})") } + " optimized";
        let id = running.engine.declare(&[(&name, &signature())]).ok()?.into_iter().next()?;
        let callable = running.engine.function(id).ok()??;
        let callable = WordCallable::try_from(callable).ok()?;
        let asked = above.asked.get();
        let events = self.step().saturating_mul(asked.iter().sum());
        let function = Arc::new(Function::new(id, callable, asked, events));
        let number = u32::try_from(id.0).ok()?;
        above.number.set(number);
        above.owner.replace(Some(Box::new(Life { number, dead: Arc::clone(&self.dead) })));
        self.functions.borrow_mut().insert(number, Arc::clone(&function));
        Some(function)
    }

    /// Forgets functions that the heap has no more.
    fn bury(&self, running: &Running) {
        let dead = std::mem::take(&mut *self.dead.lock().unwrap_or_else(PoisonError::into_inner));
        for number in dead {
            if let Some(function) = self.functions.borrow_mut().remove(&number) {
                running.engine.remove(function.id);
                self.compiler.forget(function.id);
            }
        }
    }
}

impl Upper for Jit {
    fn threshold(&self) -> u32 {
        self.step()
    }

    fn ask(&self, vm: &Vm, code: Gc<Code>, header: Option<u32>) -> Ask {
        if let Some(reason) = unsuited(&code) {
            let insts = &code.function.insts;
            if !Extent::any(insts) {
                self.compiler.decline(reason);
                return Ask::Again(NEVER);
            }
            let Some(head) = header.map(|head| head as usize) else { return Ask::Again(self.step()) };
            if Extent::new(insts, head).own.is_empty() {
                return Ask::Again(self.step());
            }
        }
        if self.is_early(&code.native.above, header) {
            return Ask::Again(self.step());
        }
        let Some(running) = self.running() else { return Ask::Again(NEVER) };
        let Some(function) = self.function(running, vm, code) else { return Ask::Again(LATER) };
        let whole = header.is_some() && unsuited(&code).is_none();
        let counter = if header.is_some() { &function.rounds } else { &function.calls };
        counter.fetch_add(1, Ordering::Relaxed);
        match Jit::state(running, &function, header) {
            Some(State::Below) => {
                if let Some(later) = self.wait(running, (vm, &code), &function, header, self.step()) {
                    return later;
                }
                self.request(running, (vm, code), &function, header);
            }
            // Its calls are hardly ever what is asked about where most of what is counted are rounds.
            Some(State::Installed { .. }) if whole && function.is_entered_in_loops() => {
                let ready = Jit::state(running, &function, None) == Some(State::Below)
                    && self.wait(running, (vm, &code), &function, None, self.step().min(SOON)).is_none();
                if ready {
                    self.request(running, (vm, code), &function, None);
                }
            }
            _ => {}
        }
        match Jit::state(running, &function, header) {
            Some(State::Installed { .. }) if header.is_none() && !self.is_worth_entering(&function) => {
                Ask::Again(self.step())
            }
            Some(State::Installed { .. }) => Ask::Ready(self.step().min(SOON)),
            Some(State::GaveUp(GaveUp::Declined(_))) => Ask::Again(NEVER),
            Some(State::GaveUp(GaveUp::Versions(_))) => Ask::Again(LATER),
            _ => Ask::Again(SOON),
        }
    }

    fn has_code_for_calls(&self, code: Gc<Code>) -> bool {
        let functions = self.functions.borrow();
        let function = functions.get(&code.native.above.number.get());
        function.is_some_and(|function| function.leads_to_code() && self.is_worth_entering(function))
    }

    fn run(&self, vm: &Vm, code: Gc<Code>, header: Option<u32>) -> Ran {
        let again = Ran::Not(self.step());
        let Some(running) = self.running() else { return again };
        let known = self.functions.borrow().get(&code.native.above.number.get()).cloned();
        let Some(function) = known else { return again };
        // Mostly it is plain that there is code.
        let leads = header.is_none() && function.leads_to_code();
        let state = if leads { None } else { Jit::state(running, &function, header) };
        if !leads && !matches!(state, Some(State::Installed { .. })) {
            return again;
        }
        if header.is_none() && !self.is_worth_entering(&function) || !vm.has_native_stack() {
            return again;
        }
        let Some(frame) = vm.innermost_addresses() else { return again };
        let loops;
        let callable = match header {
            None => &function.callable,
            Some(header) => {
                loops = function.loop_code(running, header, state);
                let Some(callable) = &loops else { return again };
                function.loop_entries.fetch_add(1, Ordering::Relaxed);
                callable
            }
        };
        self.force(running);
        let room = vm.set_native_room(MAX_FRAME as usize + ENTRY);
        let before = vm.countdown();
        let result = running.entry.entry().call(vm, callable, frame);
        if header.is_none() {
            function.entries.note(before, vm.countdown());
        }
        vm.restore_native_room(room);
        match result {
            Ok([runtime::RETURNED, word]) => Ran::Returned(vm.value_of(word)),
            Ok([runtime::THREW, _]) => Ran::Gone,
            Ok(_) => Ran::Left,
            Err(abort) => panic!("optimized code failed: {abort}"),
        }
    }

    fn declined(&self) -> Vec<(&'static str, u64)> {
        self.compiler.declined()
    }
}
