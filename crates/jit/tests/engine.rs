//! An engine at work: functions get code while they run, lose it again, and always give the same answers.

mod support;

use ir::eval::Const;
use ir::interp::{Interp, Limits};
use ir::{Block, Entity, Func, Module, Signature, passes};
use jit::engine::{Assumption, Config, Engine, FunctionId, Lower, Lowered, Request};
use jit::{Abort, Callable, Cx, Guest, Instance, Outcome, Resume, RuntimeTable};
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use support::{Real, module};
use tiering::{Decline, GaveUp, Policy, State, Trace};

/// A guest that interprets functions of a module by the reference interpreter.
struct Interpreting {
    real: Real,
    functions: Arc<HashMap<u64, Func>>,
    interpreted: u64,
}

impl Guest for Interpreting {
    fn deopt(cx: &mut Cx<'_, Self>, exit: &ir::interp::Deopt) -> Resume {
        let guest = cx.guest();
        guest.real.exits.push(exit.clone());
        let original = Arc::clone(&guest.real.original);
        let points = ir::interp::ResumePoints::new(&original);
        // Exits of code for loops name the original, too.
        assert!(exit.func.index() < original.functions.len(), "{exit:?}");
        let frames = points.frames(&original, exit).expect("the frames are those of the original");
        Interp::new(&original, &mut guest.real).resume(&frames, Limits::default()).into()
    }

    fn alloc(cx: &mut Cx<'_, Self>, size: u32, kind: u32) -> Option<NonNull<u8>> {
        cx.guest().real.object(size, kind)
    }

    fn interpret(cx: &mut Cx<'_, Self>, function: u64, args: &[Const]) -> Option<Resume> {
        let guest = cx.guest();
        guest.interpreted += 1;
        let func = guest.functions[&function];
        let original = Arc::clone(&guest.real.original);
        Some(Interp::new(&original, &mut guest.real).call(func, args, Limits::default()).into())
    }
}

/// Lowers functions of a module, when it is let.
struct FromModule {
    module: Arc<Module>,
    original: Module,
    /// Engine's number to function.
    functions: Mutex<HashMap<u64, Func>>,
    assumptions: Mutex<HashMap<u64, Vec<Assumption>>>,
    /// Closed while a test wants compilations to wait.
    gate: (Mutex<bool>, Condvar),
    lowered: AtomicU32,
}

impl FromModule {
    fn new(module: &Module) -> Arc<FromModule> {
        let mut optimized = module.clone();
        passes::optimize(&mut optimized, &passes::Options::default());
        Arc::new(FromModule {
            module: Arc::new(optimized),
            original: module.clone(),
            functions: Mutex::default(),
            assumptions: Mutex::default(),
            gate: (Mutex::new(true), Condvar::new()),
            lowered: AtomicU32::new(0),
        })
    }

    fn open(&self, open: bool) {
        *self.gate.0.lock().unwrap() = open;
        self.gate.1.notify_all();
    }
}

impl Lower for FromModule {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let assumptions =
            self.assumptions.lock().unwrap().get(&request.function.0).cloned().unwrap_or_default();
        let mut open = self.gate.0.lock().unwrap();
        while !*open {
            open = self.gate.1.wait(open).unwrap();
        }
        drop(open);
        self.lowered.fetch_add(1, Ordering::Relaxed);
        let functions = self.functions.lock().unwrap();
        let Some(func) = functions.get(&request.function.0).copied() else {
            return Err((Decline::NoBody, "unknown".to_owned()));
        };
        if self.module.functions[func].name == "panics" {
            panic!("lowering this one is a mistake");
        }
        let mut ids = vec![None; self.module.functions.len()];
        for (id, func) in functions.iter() {
            ids[func.0 as usize] = Some(FunctionId(*id));
        }
        let Some(header) = request.osr else {
            return Ok(Lowered { module: Arc::clone(&self.module), func, functions: ids, assumptions });
        };
        let mut module = self.original.clone();
        let entry = ir::osr::entry(&module.functions[func], Block(header));
        let entry = entry.map_err(|error| (Decline::Malformed, error.to_string()))?;
        let func = module.functions.push(entry.function);
        Ok(Lowered { module: Arc::new(module), func, functions: ids, assumptions })
    }

    fn reason(&self, number: u16) -> String {
        ["zero", "overflow"].get(usize::from(number)).map_or("other", |name| name).to_owned()
    }
}

struct World {
    engine: Engine,
    lower: Arc<FromModule>,
    trace: Arc<Trace>,
    instance: Instance<Interpreting>,
    ids: HashMap<String, FunctionId>,
}

const PROGRAM: &str = "
func @count(i64) -> i64 {
fs0 = state 1+1 [v0, v2, v3]
block0(v0: i64):
  v1 = iconst.i64 0
  jump block1(v1, v1)
block1(v2: i64, v3: i64):
  v4 = iadd_guard.i64 v3, v2, fs0, reason 1
  v5 = iconst.i64 1
  v6 = iadd.i64 v2, v5
  v7 = icmp.slt.i64 v6, v0
  brif v7, block1(v6, v4), block2
block2:
  return v4
}
func @twice(i64) -> i64 {
block0(v0: i64):
  v1 = call @count(v0)
  v2 = iadd.i64 v1, v1
  return v2
}
func @picky(i64) -> i64 {
fs0 = state 2+1 [v0, v1]
block0(v0: i64):
  v1 = iconst.i64 10
  v2 = iadd_guard.i64 v0, v1, fs0, reason 1
  return v2
}
func @panics() {
block0:
  return
}
func @fact(i64) -> i64 {
block0(v0: i64):
  v1 = iconst.i64 2
  v2 = icmp.slt.i64 v0, v1
  brif v2, block1, block2
block1:
  v3 = iconst.i64 1
  return v3
block2:
  v4 = iconst.i64 1
  v5 = isub.i64 v0, v4
  v6 = call @fact(v5)
  v7 = imul.i64 v6, v0
  return v7
}";

fn world(policy: Policy, threads: usize) -> World {
    let module = module(PROGRAM);
    let lower = FromModule::new(&module);
    let trace = Arc::new(Trace::new());
    let config = Config { policy, threads, space: 8 << 20, ..Config::default() };
    let engine =
        Engine::new(config, Arc::clone(&lower) as Arc<_>, RuntimeTable::new(), Arc::clone(&trace)).unwrap();
    let list: Vec<(&str, &Signature)> =
        module.functions.values().map(|f| (f.name.as_str(), &f.signature)).collect();
    let declared = engine.declare(&list).unwrap();
    let funcs = declared.iter().zip(module.functions.keys()).map(|(id, func)| (id.0, func));
    let functions: HashMap<u64, Func> = funcs.collect();
    *lower.functions.lock().unwrap() = functions.clone();
    let guest = Interpreting { real: Real::new(&module), functions: Arc::new(functions), interpreted: 0 };
    let instance = engine.instantiate(guest);
    let ids = list.iter().zip(declared).map(|((name, _), id)| ((*name).to_owned(), id)).collect();
    World { engine, lower, trace, instance, ids }
}

impl World {
    fn function(&self, name: &str) -> Callable {
        self.engine.function(self.ids[name]).unwrap().expect("it is declared")
    }

    fn call(&mut self, name: &str, argument: i64) -> i64 {
        let function = self.function(name);
        match self.instance.call(&function, &[Const::i64(argument)]).unwrap() {
            Outcome::Return(values) => values[0].as_i64(),
            other => panic!("{other:?}"),
        }
    }

    fn state(&self, name: &str) -> Option<State> {
        self.engine.state(self.ids[name])
    }

    fn events(&self, kind: &str) -> u64 {
        self.trace.totals().events.get(kind).copied().unwrap_or(0)
    }
}

fn threshold(calls: u32) -> Policy {
    Policy { exits_per_site: 3, max_versions: 3, ..Policy::default().with_threshold(calls) }
}

#[test]
fn hot_functions_get_code_in_the_background() {
    let mut world = world(threshold(5), 1);
    world.lower.open(false);
    for call in 0..5 {
        assert_eq!(world.call("count", 10), 45, "call {call}");
    }
    world.lower.open(true);
    world.engine.wait_idle();
    assert_eq!(world.state("count"), Some(State::Installed { version: 1 }));
    let interpreted = world.instance.guest().interpreted;
    assert_eq!(interpreted, 5);
    assert_eq!(world.call("count", 10), 45);
    assert_eq!(world.call("twice", 4), 12);
    assert_eq!(world.instance.guest().interpreted, interpreted + 1, "only @twice is interpreted");
    assert!(world.engine.stats().code_bytes > 0);
    assert_eq!((world.events("queued"), world.events("installed")), (1, 1));
}

#[test]
fn compiled_code_calls_functions_in_every_tier() {
    let mut world = world(threshold(1000), 0);
    assert!(world.engine.compile(world.ids["twice"]));
    assert_eq!(world.call("twice", 4), 12);
    assert_eq!(world.instance.guest().interpreted, 1, "@count is interpreted for compiled @twice");
    assert!(world.engine.compile(world.ids["count"]));
    assert_eq!(world.call("twice", 4), 12);
    assert_eq!(world.instance.guest().interpreted, 1);
    world.engine.invalidate(world.ids["count"]);
    assert_eq!(world.call("twice", 4), 12);
    assert_eq!(world.instance.guest().interpreted, 2);
    assert!(world.engine.compile(world.ids["fact"]));
    assert_eq!(world.call("fact", 10), 3_628_800);
    assert_eq!(world.instance.guest().interpreted, 2, "a function calls its own code");
}

#[test]
fn without_compiling_everything_is_interpreted() {
    let mut world = world(Policy { enabled: false, ..threshold(0) }, 1);
    for _ in 0..20 {
        assert_eq!(world.call("count", 3), 3);
    }
    assert!(!world.engine.compile(world.ids["count"]));
    assert_eq!((world.instance.guest().interpreted, world.events("queued")), (20, 0));
}

#[test]
fn a_threshold_of_zero_compiles_before_the_first_call() {
    let mut world = world(threshold(0), 0);
    assert_eq!(world.call("count", 10), 45);
    assert_eq!(world.instance.guest().interpreted, 0);
}

#[test]
fn code_that_is_left_too_often_is_dropped_made_again_and_given_up() {
    let mut world = world(threshold(1), 0);
    for version in 1..=3 {
        assert_eq!(world.call("picky", 5), 15);
        assert_eq!(world.state("picky"), Some(State::Installed { version }));
        for _ in 0..3 {
            let function = world.function("picky");
            let outcome = world.instance.call(&function, &[Const::i64(i64::MAX)]).unwrap();
            assert!(matches!(outcome, Outcome::Abort(Abort::Reference(_))), "the original fails as well");
        }
    }
    assert_eq!(world.state("picky"), Some(State::GaveUp(GaveUp::Versions(3))));
    assert_eq!(world.call("picky", 5), 15);
    let totals = world.trace.totals();
    assert_eq!((totals.exits["overflow"], totals.events["dropped"]), (9, 2));
    assert_eq!(totals.events["gave-up"], 1);
    assert_eq!(world.instance.guest().real.exits.len(), 9);
    assert_eq!(world.engine.stats().code_bytes, 0);
}

#[test]
fn requests_are_folded_and_void_results_thrown_away() {
    let mut world = world(threshold(1000), 1);
    world.lower.open(false);
    let count = world.ids["count"];
    // The compiler thread holds the first one at the gate.
    world.engine.request(count, 1);
    while world.engine.stats().queued > 0 {
        std::thread::yield_now();
    }
    for _ in 0..10 {
        world.engine.request(count, 5);
    }
    assert_eq!(world.engine.stats().queued, 0, "it is on its way");
    world.engine.invalidate(count);
    assert_eq!(world.state("count"), Some(State::Below));
    world.engine.request(count, 7);
    world.lower.open(true);
    world.engine.wait_idle();
    assert_eq!(world.state("count"), Some(State::Installed { version: 2 }));
    assert_eq!(world.call("count", 10), 45);
    assert_eq!(world.trace.totals().discarded.get("superseded"), Some(&1));
    assert_eq!(world.lower.lowered.load(Ordering::Relaxed), 2);
}

#[test]
fn broken_assumptions_take_code_away_wherever_it_is() {
    let mut world = world(threshold(1000), 1);
    let (shape, other) = (Assumption::new(), Assumption::new());
    let count = world.ids["count"];
    world.lower.assumptions.lock().unwrap().insert(count.0, vec![shape.clone(), other.clone()]);
    assert!(world.engine.compile(count));
    assert_eq!(world.engine.stats().assumptions, 2);
    world.engine.break_assumption(&shape);
    assert_eq!((world.state("count"), world.engine.stats().assumptions), (Some(State::Below), 0));
    assert_eq!(world.call("count", 10), 45);
    // Broken while the code is being made.
    world.lower.assumptions.lock().unwrap().insert(count.0, vec![other.clone()]);
    world.lower.open(false);
    world.engine.request(count, 1);
    while world.engine.stats().queued > 0 {
        std::thread::yield_now();
    }
    world.engine.break_assumption(&other);
    world.lower.open(true);
    world.engine.wait_idle();
    assert_eq!(world.state("count"), Some(State::Below));
    assert_eq!(world.trace.totals().discarded.get("invalidated"), Some(&1));
    // Broken before: nothing is installed either.
    assert!(!world.engine.compile(count));
}

#[test]
fn declined_functions_stay_below() {
    let mut world = world(threshold(1), 1);
    let panics = world.function("panics");
    for _ in 0..3 {
        assert_eq!(world.instance.call(&panics, &[]).unwrap(), Outcome::Return(Vec::new()));
        world.engine.wait_idle();
    }
    let gave_up = State::GaveUp(GaveUp::Declined(Decline::Internal));
    assert_eq!(world.state("panics"), Some(gave_up));
    assert_eq!(world.trace.totals().declined["internal"], 1, "a panic of the lowering stays on its thread");
}

#[test]
fn the_code_budget_is_kept() {
    let mut world = world(Policy { code_budget: 16, ..threshold(1) }, 0);
    assert_eq!(world.call("count", 10), 45);
    assert_eq!(world.state("count"), Some(State::Below));
    assert!(world.trace.totals().declined["code-budget"] >= 1);
    assert_eq!(world.engine.stats().code_bytes, 0);
}

#[test]
fn an_engine_shuts_down_with_work_left() {
    let world = world(threshold(1000), 2);
    world.lower.open(false);
    for id in world.ids.values() {
        world.engine.request(*id, 1);
    }
    world.lower.open(true);
    let count = world.function("count");
    let World { engine, trace, mut instance, lower, .. } = world;
    drop(engine);
    let events = trace.totals().events;
    let ended = ["installed", "discarded", "declined"].map(|kind| events.get(kind).copied().unwrap_or(0));
    assert_eq!(ended.iter().sum::<u64>(), 5, "every request came to an end: {events:?}");
    // What was callable still is.
    let outcome = instance.call(&count, &[Const::i64(10)]);
    assert_eq!(outcome, Ok(Outcome::Return(vec![Const::i64(45)])));
    drop((instance, count));
    assert_eq!(Arc::strong_count(&lower), 1, "nothing of the engine is left");
}

#[test]
fn hot_loops_are_entered_in_the_middle() {
    let mut world = world(threshold(10), 0);
    let count = world.ids["count"];
    assert!(world.engine.back_edge(count, 1, 199).is_none(), "not hot yet");
    let entry = world.engine.back_edge(count, 1, 1).expect("it is hot now");
    // The loop's own values, then what else lives in it: index, sum, bound.
    let run = |world: &mut World, values: [i64; 3]| {
        let args = values.map(Const::i64);
        let entry = world.engine.back_edge(count, 1, 1).expect("there is code");
        world.instance.call(&entry, &args).unwrap()
    };
    assert_eq!(run(&mut world, [5, 10, 10]), Outcome::Return(vec![Const::i64(45)]));
    assert_eq!(world.instance.guest().interpreted, 0);
    assert_eq!(world.state("count"), Some(State::Below), "the function itself has no code");
    // What was handed out can be called even when its code is void.
    world.engine.invalidate(count);
    let args = [7, 21, 10].map(Const::i64);
    assert_eq!(world.instance.call(&entry, &args), Ok(Outcome::Return(vec![Const::i64(45)])));
    drop(entry);
    assert_eq!(world.engine.stats().code_bytes, 0);
    // The next version, left until it is dropped: exits of loops count like others.
    for _ in 0..3 {
        let outcome = run(&mut world, [5, i64::MAX, 10]);
        assert!(matches!(outcome, Outcome::Abort(Abort::Reference(_))), "{outcome:?}");
    }
    let totals = world.trace.totals();
    assert_eq!((totals.exits["overflow"], totals.events["dropped"]), (3, 1));
    assert_eq!(totals.events["osr-entered"], 5);
}
