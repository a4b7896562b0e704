//! How long a function waits for its code: from the call that makes it hot to the first call that runs compiled code.

use crate::shapes::{self, Shape};
use ir::eval::Const;
use ir::interp::Deopt;
use ir::{Func, Module, Type, passes};
use jit::engine::{Config, Engine, FunctionId, Lower, Lowered, Request};
use jit::{Abort, Callable, Cx, Guest, Instance, Outcome, Resume, RuntimeTable};
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tiering::{Decline, Policy, Trace};

/// Functions of each measurement, of sizes from the first on in equal steps to the last.
const FUNCTIONS: usize = 200;
const SIZES: [usize; 2] = [10, 600];
/// Calls that make a function hot.
const THRESHOLD: u32 = 3;

/// Answers calls of functions without code at once, so that the next call can see whether there is some.
struct Waiting {
    interpreted: u64,
}

impl Guest for Waiting {
    fn deopt(_: &mut Cx<'_, Self>, _: &Deopt) -> Resume {
        Resume::Abort(Abort::Stopped)
    }

    fn alloc(_: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        None
    }

    fn interpret(cx: &mut Cx<'_, Self>, _: u64, _: &[Const]) -> Option<Resume> {
        cx.guest().interpreted += 1;
        Some(Resume::Return(vec![Const::i64(0)]))
    }
}

/// Optimizes on the compiler's thread, as a guest does that lowers there.
struct Optimizing {
    modules: Vec<Module>,
    first: OnceLock<u64>,
}

impl Lower for Optimizing {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let index = request.function.0 - self.first.get().copied().unwrap_or(0);
        let mut module = self.modules[index as usize].clone();
        passes::optimize(&mut module, &passes::Options { verify: false, ..passes::Options::default() });
        let functions = vec![Some(request.function)];
        Ok(Lowered { module: Arc::new(module), func: Func(0), functions, assumptions: Vec::new() })
    }
}

struct World {
    engine: Engine,
    instance: Instance<Waiting>,
    functions: Vec<(FunctionId, Callable, Vec<Const>)>,
    ops: usize,
    memory: Vec<u64>,
}

fn world() -> World {
    // Shapes that run to their end at once, whatever the arguments.
    let shapes = [Shape::Straight, Shape::Blocks, Shape::Wide];
    let size = |index: usize| SIZES[0] + (SIZES[1] - SIZES[0]) * index / (FUNCTIONS - 1);
    let modules: Vec<Module> = (0..FUNCTIONS).map(|i| shapes::module(shapes[i % 3], size(i))).collect();
    let ops = modules.iter().map(shapes::ops).sum();
    let signatures: Vec<_> =
        modules.iter().map(|module| module.functions[Func(0)].signature.clone()).collect();
    let lower = Arc::new(Optimizing { modules, first: OnceLock::new() });
    let policy = Policy::default().with_threshold(THRESHOLD);
    let options = codegen::Options { verify: false, ..codegen::Options::default() };
    let config = Config { policy, options, ..Config::default() };
    let source: Arc<dyn Lower> = Arc::clone(&lower) as _;
    let engine = Engine::new(config, source, RuntimeTable::new(), Arc::new(Trace::new())).expect("it starts");
    let named: Vec<(&str, &ir::Signature)> = signatures.iter().map(|signature| ("f", signature)).collect();
    let ids = engine.declare(&named).expect("there is room for the thunks");
    lower.first.set(ids[0].0).expect("it is set once");
    let mut memory = vec![1_u64; SIZES[1]];
    let address = memory.as_mut_ptr().expose_provenance() as u64;
    let argument = |ty: &Type| if *ty == Type::Ptr { Const::ptr(address) } else { Const::i64(3) };
    let functions = ids.iter().zip(&signatures).map(|(id, signature)| {
        let callable = engine.function(*id).expect("it can be entered").expect("it is declared");
        (*id, callable, signature.params.iter().map(argument).collect())
    });
    let functions = functions.collect();
    let instance = engine.instantiate(Waiting { interpreted: 0 });
    World { engine, instance, functions, ops, memory }
}

impl World {
    /// Calls a function once; whether that was compiled code.
    fn call(&mut self, index: usize) -> bool {
        let before = self.instance.guest().interpreted;
        let (_, callable, args) = &self.functions[index];
        match self.instance.call(callable, args) {
            Ok(Outcome::Return(_)) => self.instance.guest().interpreted == before,
            other => panic!("a function ended with {other:?}"),
        }
    }

    /// Calls a function until it is hot; when the last of these calls began.
    fn heat(&mut self, index: usize) -> Instant {
        (1..THRESHOLD).for_each(|_| assert!(!self.call(index), "it is cold"));
        let start = Instant::now();
        self.call(index);
        start
    }

    /// One function after the other.
    fn alone(&mut self) -> Vec<Duration> {
        let each = |index| {
            let start = self.heat(index);
            while !self.call(index) {
                std::hint::spin_loop();
            }
            start.elapsed()
        };
        (0..FUNCTIONS).map(each).collect()
    }

    /// All functions get hot before any is waited for.
    fn together(&mut self) -> Vec<Duration> {
        let starts: Vec<Instant> = (0..FUNCTIONS).map(|index| self.heat(index)).collect();
        let mut waiting: Vec<usize> = (0..FUNCTIONS).collect();
        let mut times = Vec::new();
        while !waiting.is_empty() {
            waiting.retain(|index| {
                let compiled = self.call(*index);
                times.extend(compiled.then(|| starts[*index].elapsed()));
                !compiled
            });
        }
        times
    }
}

fn report(what: &str, world: &World, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    let bytes = world.engine.stats().code_bytes;
    println!(
        "tier-up latency, {what}: {FUNCTIONS} functions of {} to {} ops, median {:.0?}, 90 % within {:.0?}, most {:.0?}; \
         {bytes} bytes for {} ops",
        SIZES[0],
        SIZES[1],
        at(50),
        at(90),
        at(100),
        world.ops,
    );
}

/// Measures and prints both ways of getting hot, with one compiler thread.
pub(crate) fn run() {
    let mut one = world();
    let times = one.alone();
    report("one at a time", &one, times);
    let mut all = world();
    let times = all.together();
    report("all at once", &all, times);
    assert!(one.memory.len() == all.memory.len(), "the functions' memory lives until here");
}
