//! When places get code, and how the interpreter gets into it.

use crate::compile::{Compiler, Work};
use crate::guest::{Dis, table};
use codegen::Options;
use dis_lower::{ANCHOR, signature};
use dis_vm::Vm;
use dis_vm::tier::{Entered, Note, Tier};
use jit::engine::{self, Engine, FunctionId};
use jit::{Entry, LoadError, WordCallable};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use tiering::{Policy, State, Trace};

/// Bytes of native stack that a compiled function may take. Compiled functions call one another a bounded number of times before they
/// are entered anew, so that this bounds the stack.
const MAX_FRAME: u32 = 2 << 10;
/// Calls and rounds after which a place is worth compiling, unless somebody says otherwise: compiling takes 100 us per instruction, of
/// which each execution then saves 5 ns or so. The Limbo compiler compiling itself gains nothing by less.
pub const THRESHOLD: u32 = 10_000;
/// Times to come to a place before it is worth asking again whether code is there.
const SOON: u32 = 50;
/// Instructions of a place that are worth compiling when it is hot. What has more takes longer to compile, and less of it runs each time
/// that it is come to: it has to be come to that much more often. 100 us per instruction, which then saves 5 ns or so.
const SMALL: u32 = 64;
/// Exits at one check before the place is compiled again without it.
const EXITS: u32 = 8;

/// How code is made.
#[derive(Clone, Debug)]
pub struct Config {
    /// When.
    pub policy: Policy,
    /// On how many threads; 0: on the program's own, which waits.
    pub threads: usize,
    /// For the code generator.
    pub options: Options,
}

impl Config {
    /// Compiles what was come to so often. At 1 and below everything is compiled before it runs, and the program waits for it.
    pub fn new(policy: Policy) -> Config {
        let threads = usize::from(policy.call_threshold > 1);
        let options = Options { max_frame: MAX_FRAME, stack_checks: false, ..Options::default() };
        Config { policy, threads, options }
    }
}

/// A place that may have code.
struct Place {
    id: FunctionId,
    code: u32,
    callable: WordCallable<4>,
    /// Where callers are led while there is no code.
    thunk: *const u8,
    learned: RefCell<Learned>,
    /// Whether it was found to be large, and is hot for its size now.
    waited: Cell<bool>,
}

/// What exits have taught about a place.
#[derive(Clone, Default)]
struct Learned {
    /// Instructions whose checks failed, by code: its own, or what is inlined.
    stepped: BTreeSet<(u32, u32)>,
    /// Heads of loops in front of which checks failed.
    unanchored: BTreeSet<(u32, u32)>,
}

impl Place {
    #[inline]
    fn is_installed(&self) -> bool {
        self.callable.callable().entry() != self.thunk
    }
}

/// The compiling tier of one [`Vm`].
pub struct Jit {
    compiler: Arc<Compiler>,
    /// The program's thread first, so that it is gone before the code is.
    entry: Entry<Dis>,
    engine: Engine,
    /// Calls and rounds after which a place is hot.
    threshold: u32,
    /// By the numbers that the machine keeps, which begin with 1.
    places: RefCell<Vec<Option<Rc<Place>>>>,
}

impl std::fmt::Debug for Jit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jit").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Jit {
    /// Adds a tier to a machine, on the thread that it will run on, before it loads anything.
    ///
    /// # Errors
    /// When the system gives no executable memory or no thread.
    pub fn attach(vm: &mut Vm, config: Config, trace: Arc<Trace>) -> Result<(), LoadError> {
        let threshold = config.policy.call_threshold.max(1);
        let compiler = Arc::new(Compiler::default());
        // The interpreter counts; the engine is asked for what it has found hot.
        let policy = Policy {
            call_threshold: u32::MAX,
            osr_threshold: u32::MAX,
            exits_per_site: EXITS,
            max_versions: 40,
            ..config.policy
        };
        let config = engine::Config {
            policy,
            threads: config.threads,
            options: config.options,
            ..engine::Config::default()
        };
        let lower = Arc::clone(&compiler);
        let engine = Engine::new(config, lower, table(), trace)?;
        let places = RefCell::default();
        vm.set_tier(Rc::new(Jit { compiler, entry: engine.entry(), engine, threshold, places }), threshold);
        Ok(())
    }

    /// The place at an instruction of the code that runs.
    #[inline]
    fn place(&self, vm: &mut Vm, code: u32, pc: u32) -> Option<Rc<Place>> {
        self.numbered(vm.tier_place(pc)).unwrap_or_else(|| self.declare(vm, code, pc))
    }

    /// The place with the number that the machine keeps; `None` when it has none yet.
    #[inline]
    fn numbered(&self, number: u32) -> Option<Option<Rc<Place>>> {
        let index = (number as usize).checked_sub(1)?;
        Some(self.places.borrow().get(index).cloned().flatten())
    }

    /// The same for code that need not run.
    fn place_in(&self, vm: &mut Vm, (code, pc): (u32, u32)) -> Option<Rc<Place>> {
        self.numbered(vm.tier_place_in(code, pc)).unwrap_or_else(|| self.declare(vm, code, pc))
    }

    #[cold]
    fn declare(&self, vm: &mut Vm, code: u32, pc: u32) -> Option<Rc<Place>> {
        let name = format!("{}.{pc}", vm.tier_name(code)?);
        let id = *self.engine.declare(&[(&name, &signature())]).ok()?.first()?;
        let callable = self.engine.function(id).ok()??;
        let thunk = callable.entry();
        let callable = WordCallable::try_from(callable).ok()?;
        let place = Rc::new(Place {
            id,
            code,
            callable,
            thunk,
            learned: RefCell::default(),
            waited: Cell::new(false),
        });
        let mut places = self.places.borrow_mut();
        places.push(Some(Rc::clone(&place)));
        vm.tier_declare(id.0, code, pc, places.len() as u32);
        Some(place)
    }

    /// Has a place compiled, unless it is large and was not come to often enough for that: then the result is how often it is to be
    /// come to.
    fn ask(&self, vm: &mut Vm, place: &Place, pc: u32) -> Result<(), u32> {
        let snapshot = vm.snapshot(pc);
        let larger = u32::try_from(snapshot.insts.len()).unwrap_or(u32::MAX) / SMALL;
        if larger > 1 && self.threshold > 1 && !place.waited.replace(true) {
            return Err(self.threshold.saturating_mul(larger - 1));
        }
        let begins = snapshot.calls().into_keys();
        let callees = begins.filter_map(|begin| Some((begin, self.place_in(vm, begin)?.id))).collect();
        let Learned { stepped, unanchored } = place.learned.borrow().clone();
        self.compiler.leave(
            place.id,
            Work { snapshot, callees, stepped, unanchored, has_to_gain: self.threshold > 1 },
        );
        self.engine.request(place.id, 1);
        Ok(())
    }

    /// Asks for the code of a place. How often it is to be come to before it is worth asking again, if there is none now.
    #[cold]
    fn wanted(&self, vm: &mut Vm, place: &Place, pc: u32) -> Result<(), u32> {
        if let Some(State::Below) = self.engine.state(place.id) {
            self.ask(vm, place, pc)?;
        }
        match self.engine.state(place.id) {
            _ if place.is_installed() => Ok(()),
            Some(State::GaveUp(_)) | None => Err(u32::MAX),
            Some(_) => Err(SOON),
        }
    }

    /// Learns from where checks failed.
    fn learn(&self, vm: &mut Vm) {
        for Note { code, pc, reason } in vm.tier_notes() {
            // Others may have it inlined.
            for place in self.places.borrow().iter().flatten() {
                let mut learned = place.learned.borrow_mut();
                match reason {
                    ANCHOR => learned.unanchored.insert((code, pc)),
                    _ => learned.stepped.insert((code, pc)),
                };
            }
        }
    }
}

impl Tier for Jit {
    fn enter(&self, vm: &mut Vm, code: u32, pc: u32, words: [u64; 4]) -> Entered {
        let Some(place) = self.place(vm, code, pc) else { return Entered::Not(u32::MAX) };
        if !place.is_installed()
            && let Err(again) = self.wanted(vm, &place, pc)
        {
            return Entered::Not(again);
        }
        let result = self.entry.call_lending(vm, &place.callable, words);
        if vm.tier_noted() {
            self.learn(vm);
        }
        match result {
            Ok(result) => Entered::Ran(result),
            Err(abort) => panic!("compiled code failed: {abort}"),
        }
    }

    fn forget(&self, code: u32) {
        for slot in self.places.borrow_mut().iter_mut() {
            if let Some(place) = slot.take_if(|place| place.code == code) {
                self.engine.remove(place.id);
            }
        }
    }
}
