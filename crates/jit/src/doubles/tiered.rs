//! A program whose functions are interpreted until they are hot: calls and loops of the interpreter go by way of an engine.

use super::{Double, natives};
use crate::engine::{Config, Engine, FunctionId, Lower, Lowered, Request};
use crate::outcome::{Abort, CallError, Outcome};
use crate::{Callable, Cx, Instance, LoadError, Resume};
use ir::cfg::{Cfg, Loops};
use ir::eval::Const;
use ir::interp::{self, Deopt, Host, Interp, Limits, MemoryFault, Poll, ResumePoints, RuntimeExit};
use ir::module::RuntimeData;
use ir::{Block, Entity, Func, Function, Module, Runtime, Signature, Value, osr, passes};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tiering::{Decline, Trace};

/// A program that is interpreted at first, and its instance.
pub struct Tiered {
    instance: Instance<Double>,
    tiers: Arc<Tiers>,
}

impl fmt::Debug for Tiered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiered").field("engine", &self.tiers.engine).finish_non_exhaustive()
    }
}

impl Tiered {
    /// Declares every function of the module that the guest was made for.
    ///
    /// # Errors
    /// As [`Engine::new`] and [`Engine::declare`].
    pub fn new(mut guest: Double, config: Config, trace: Arc<Trace>) -> Result<Tiered, LoadError> {
        let original = Arc::clone(&guest.original);
        let module = &original.0;
        let lower = Arc::new(Optimizing {
            original: Arc::clone(&original),
            first: OnceLock::new(),
            entered: Mutex::default(),
        });
        let source: Arc<dyn Lower> = Arc::clone(&lower) as _;
        let engine = Engine::new(config, source, natives::table(module), trace)?;
        let named: Vec<(&str, &Signature)> =
            module.functions.values().map(|function| (&function.name[..], &function.signature)).collect();
        let ids = engine.declare(&named)?;
        let mut functions = Vec::new();
        for id in &ids {
            // Nothing is removed here.
            functions.extend(engine.function(*id)?);
        }
        let first = *lower.first.get_or_init(|| ids.first().map_or(0, |id| id.0));
        let loops = module.functions.values().map(latches).collect();
        let tiers = Arc::new(Tiers { engine, functions, first, lower, loops, live: Mutex::default() });
        guest.tiers = Some(Arc::clone(&tiers));
        let instance = tiers.engine.instantiate(guest);
        Ok(Tiered { instance, tiers })
    }

    /// The guest.
    pub fn guest(&mut self) -> &mut Double {
        self.instance.guest()
    }

    /// Calls a function, in whichever tier it is.
    ///
    /// # Errors
    /// When the arguments do not fit.
    ///
    /// # Panics
    /// When the module has no such function.
    pub fn call(&mut self, func: Func, args: &[Const]) -> Result<Outcome, CallError> {
        self.instance.call(&self.tiers.functions[func.index()], args)
    }
}

/// The sources of back-edges, by header.
fn latches(function: &Function) -> HashMap<Block, Vec<Block>> {
    let found = Loops::new(function, &Cfg::new(function));
    found.list.into_iter().map(|each| (each.header, each.latches)).collect()
}

/// Values of the original; none when there is no entry.
type Passed = Option<Arc<[Value]>>;

/// What interpreters and compiler threads share.
pub(super) struct Tiers {
    engine: Engine,
    /// By index in the module.
    functions: Vec<Callable>,
    /// The engine's number of the first.
    first: u64,
    lower: Arc<Optimizing>,
    loops: Vec<HashMap<Block, Vec<Block>>>,
    /// What to pass to code for a loop, by its header.
    live: Mutex<HashMap<(Func, Block), Passed>>,
}

impl Tiers {
    fn live(&self, func: Func, header: Block) -> Passed {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let find = || Some(osr::entry(&self.lower.original.0.functions[func], header).ok()?.live.into());
        live.entry((func, header)).or_insert_with(find).clone()
    }
}

/// Optimizes single functions, on compiler threads.
struct Optimizing {
    original: Arc<(Module, ResumePoints)>,
    first: OnceLock<u64>,
    /// Which function each code for a loop came from. Their places in modules are behind the original's functions.
    entered: Mutex<Vec<Func>>,
}

impl Optimizing {
    /// The function of the original that code was made for.
    fn home(&self, func: Func) -> Func {
        let entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        let number = func.index().checked_sub(self.original.0.functions.len());
        number.and_then(|number| entered.get(number)).copied().unwrap_or(func)
    }
}

impl Lower for Optimizing {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let (original, first) = (&self.original.0, self.first.get().copied().unwrap_or(0));
        let mut module = original.clone();
        let mut func = Func::from_index((request.function.0 - first) as usize);
        if let Some(header) = request.osr {
            let entry = osr::entry(&original.functions[func], Block(header));
            let entry = entry.map_err(|error| (Decline::Malformed, error.to_string()))?;
            let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
            // An index of its own, by which an exit tells where it comes from.
            for _ in 0..entered.len() {
                module.functions.push(Function::default());
            }
            entered.push(func);
            func = module.functions.push(entry.function);
        }
        let options = passes::Options { verify: false, ..passes::Options::default() };
        for pass in passes::PIPELINE {
            passes::run_pass(&mut module, func, pass, &options);
        }
        let count = original.functions.len() as u64;
        let functions = (0..count).map(|index| Some(FunctionId(first + index))).collect();
        Ok(Lowered { module: Arc::new(module), func, functions, assumptions: Vec::new() })
    }
}

/// Interprets a function from its start.
pub(super) fn interpret(cx: &mut Cx<'_, Double>, tiers: Arc<Tiers>, function: u64, args: &[Const]) -> Resume {
    let func = Func::from_index((function - tiers.first) as usize);
    interpreted(cx, tiers, |interp, limits| interp.call(func, args, limits))
}

/// Goes on where a guard left.
pub(super) fn resume(cx: &mut Cx<'_, Double>, tiers: Arc<Tiers>, exit: &Deopt) -> Resume {
    let original = Arc::clone(&cx.guest().original);
    let exit = Deopt { func: tiers.lower.home(exit.func), ..exit.clone() };
    match original.1.frames(&original.0, &exit) {
        Ok(frames) => interpreted(cx, tiers, |interp, limits| interp.resume(&frames, limits)),
        Err(error) => {
            let undefined = interp::Undefined::Resume(error);
            Resume::Abort(Abort::Reference(Box::new(interp::Outcome::Undefined(undefined))))
        }
    }
}

/// Interprets with what is left of the guest's fuel and depth.
fn interpreted(
    cx: &mut Cx<'_, Double>,
    tiers: Arc<Tiers>,
    run: impl FnOnce(&mut Interp<'_, '_>, Limits) -> interp::Outcome,
) -> Resume {
    let guest = cx.guest();
    let limits = guest.limits;
    if guest.depth >= limits.depth {
        return Resume::Abort(Abort::StackOverflow);
    }
    guest.depth += 1;
    let original = Arc::clone(&guest.original);
    let mut host = Within { cx, tiers, abort: None };
    let mut interp = Interp::new(&original.0, &mut host);
    let outcome = run(&mut interp, limits);
    let steps = interp.steps();
    let abort = host.abort.take();
    let guest = cx.guest();
    guest.depth -= 1;
    guest.limits.fuel = guest.limits.fuel.saturating_sub(steps);
    abort.map_or_else(|| outcome.into(), Resume::Abort)
}

/// A guest's interpreter, inside of a callback.
struct Within<'a, 'b> {
    cx: &'a mut Cx<'b, Double>,
    tiers: Arc<Tiers>,
    /// What a nested call ended in that the interpreter has no word for.
    abort: Option<Abort>,
}

impl Within<'_, '_> {
    fn enter(&mut self, callable: &Callable, args: &[Const]) -> interp::Outcome {
        let abort = match self.cx.call(callable, args) {
            Ok(outcome) => match (outcome.to_reference(), outcome) {
                (Some(known), _) => return known,
                (None, Outcome::Abort(abort)) => abort,
                (None, _) => Abort::Stopped,
            },
            // The instance was spoilt before; whoever did it has said so.
            Err(_) => Abort::Stopped,
        };
        self.abort.get_or_insert(abort);
        interp::Outcome::Stopped
    }
}

impl Host for Within<'_, '_> {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        self.cx.guest().memory.load(address, width)
    }

    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        self.cx.guest().memory.store(address, width, value)
    }

    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        Host::alloc(self.cx.guest(), size, kind)
    }

    fn call_runtime(
        &mut self,
        runtime: Runtime,
        data: &RuntimeData,
        args: &[Const],
    ) -> Result<Vec<Const>, RuntimeExit> {
        self.cx.guest().call_runtime(runtime, data, args)
    }

    fn function_at(&mut self, address: u64) -> Option<Func> {
        let is_here = |callable: &Callable| callable.entry().addr() as u64 == address;
        self.tiers.functions.iter().position(is_here).map(Func::from_index)
    }

    fn poll(&mut self) -> Poll {
        Host::poll(self.cx.guest())
    }

    fn call(&mut self, func: Func, args: &[Const]) -> Option<interp::Outcome> {
        let callable = self.tiers.functions[func.index()].clone();
        Some(self.enter(&callable, args))
    }

    fn branch(&mut self, func: Func, from: Block, to: Block, values: &[Const]) -> Option<interp::Outcome> {
        if !self.tiers.loops[func.index()].get(&to)?.contains(&from) {
            return None;
        }
        let id = FunctionId(self.tiers.first + func.index() as u64);
        let callable = self.tiers.engine.back_edge(id, to.index() as u32, 1)?;
        let live = self.tiers.live(func, to)?;
        let args: Vec<Const> = live.iter().map(|value| values[value.index()]).collect();
        Some(self.enter(&callable, &args))
    }
}
