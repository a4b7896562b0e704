//! When places get code, and how the interpreter gets into it.

use crate::compile::{Compiler, Work};
use crate::guest::{Dis, table};
use codegen::Options;
use dis_lower::{ANCHOR, signature};
use dis_vm::Vm;
use dis_vm::tier::{Entered, Snapshot, Tier};
use jit::engine::{self, Engine, FunctionId};
use jit::{Entry, LoadError, WordCallable};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;
use tiering::{Policy, State, Trace};

/// Bytes of native stack that a compiled function may take. Compiled functions call one another a bounded number of times before they
/// are entered anew, so that this bounds the stack.
const MAX_FRAME: u32 = 2 << 10;
/// Times to come to a place before it is worth asking again whether code is there.
const SOON: u32 = 50;
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
    callable: WordCallable<3>,
    /// Where callers are led while there is no code.
    thunk: *const u8,
    /// Instructions whose checks failed too often.
    stepped: BTreeSet<u32>,
    /// Heads of loops in front of which checks failed.
    unanchored: BTreeSet<u32>,
}

#[derive(Default)]
struct Places {
    all: HashMap<(u32, u32), Rc<RefCell<Place>>>,
}

/// The compiling tier of one [`Vm`].
pub struct Jit {
    compiler: Arc<Compiler>,
    /// The program's thread first, so that it is gone before the code is.
    entry: Entry<Dis>,
    engine: Engine,
    places: RefCell<Places>,
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
        vm.set_tier(Rc::new(Jit { compiler, entry: engine.entry(), engine, places }), threshold);
        Ok(())
    }

    /// The place at an instruction of some code.
    fn place(&self, vm: &mut Vm, code: u32, pc: u32) -> Option<Rc<RefCell<Place>>> {
        if let Some(place) = self.places.borrow().all.get(&(code, pc)) {
            return Some(Rc::clone(place));
        }
        let name = format!("{}.{pc}", vm.tier_name());
        let id = *self.engine.declare(&[(&name, &signature())]).ok()?.first()?;
        let callable = self.engine.function(id).ok()??;
        let thunk = callable.entry();
        let callable = WordCallable::try_from(callable).ok()?;
        let place = Place { id, callable, thunk, stepped: BTreeSet::new(), unanchored: BTreeSet::new() };
        let place = Rc::new(RefCell::new(place));
        self.places.borrow_mut().all.insert((code, pc), Rc::clone(&place));
        vm.tier_declare(id.0, pc);
        Some(place)
    }

    /// Has a place compiled.
    fn ask(&self, vm: &mut Vm, place: &RefCell<Place>, code: u32, pc: u32) {
        let snapshot = vm.snapshot(pc);
        let begins: Vec<u32> = callees(&snapshot);
        let mut callees = HashMap::new();
        for begin in begins {
            if let Some(callee) = self.place(vm, code, begin) {
                callees.insert(begin, callee.borrow().id);
            }
        }
        let place = place.borrow();
        let (stepped, unanchored) = (place.stepped.clone(), place.unanchored.clone());
        let work = Work { snapshot, callees, stepped, unanchored };
        self.compiler.leave(place.id, work);
        self.engine.request(place.id, 1);
    }

    /// The code of a place, if there is some now. Asks for it if there is none.
    fn ready(&self, vm: &mut Vm, code: u32, pc: u32) -> Result<WordCallable<3>, u32> {
        let place = self.place(vm, code, pc).ok_or(u32::MAX)?;
        let installed = |place: &Place| {
            let there = place.callable.callable().entry() != place.thunk;
            there.then(|| place.callable.clone())
        };
        if let Some(callable) = installed(&place.borrow()) {
            return Ok(callable);
        }
        let id = place.borrow().id;
        match self.engine.state(id) {
            Some(State::Below) => self.ask(vm, &place, code, pc),
            Some(State::GaveUp(_)) | None => return Err(u32::MAX),
            Some(_) => return Err(SOON),
        }
        let there = installed(&place.borrow());
        there.ok_or(if matches!(self.engine.state(id), Some(State::GaveUp(_))) { u32::MAX } else { SOON })
    }

    /// Learns from where checks failed.
    fn learn(&self, vm: &mut Vm, code: u32) {
        for (pc, reason) in vm.tier_notes() {
            for (_, place) in self.places.borrow().all.iter().filter(|((of, _), _)| *of == code) {
                let mut place = place.borrow_mut();
                match reason {
                    ANCHOR => place.unanchored.insert(pc),
                    _ => place.stepped.insert(pc),
                };
            }
        }
    }
}

/// Where functions begin that a function calls.
fn callees(snapshot: &Snapshot) -> Vec<u32> {
    let calls = snapshot.insts.values().filter(|inst| inst.op == dis_vm::tier::Op::Call);
    let mut begins: Vec<u32> = calls.map(|inst| inst.operands[2].first).collect();
    begins.sort_unstable();
    begins.dedup();
    begins
}

impl Tier for Jit {
    fn enter(&self, vm: &mut Vm, code: u32, pc: u32, words: [u64; 3]) -> Entered {
        let callable = match self.ready(vm, code, pc) {
            Ok(callable) => callable,
            Err(again) => return Entered::Not(again),
        };
        let result = self.entry.call_lending(vm, &callable, words);
        if vm.tier_noted() {
            self.learn(vm, code);
        }
        match result {
            Ok(result) => Entered::Ran(result),
            Err(abort) => panic!("compiled code failed: {abort}"),
        }
    }

    fn forget(&self, code: u32) {
        self.places.borrow_mut().all.retain(|(of, _), place| {
            if *of == code {
                self.engine.remove(place.borrow().id);
            }
            *of != code
        });
    }
}
