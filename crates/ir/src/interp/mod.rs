//! The reference interpreter: what a verified module means, and what every pass and backend is tested against.
//!
//! It keeps its own stack of activations, so interpreted recursion never uses the host's stack. Every executed
//! instruction costs one unit of fuel. What has no meaning ends in [`Outcome::Undefined`] rather than in some answer.

mod calls;
mod deopt;
mod flat;
mod handlers;
mod host;
mod outcome;
mod resume;
mod trace;

pub use flat::{FlatMemory, Handler, Memory};
pub use host::{Host, Poll, RuntimeExit};
pub use outcome::{Deopt, GuestFrame, Materialised, MemoryFault, Outcome, Undefined};
pub use resume::{ResumeError, ResumeFrame, ResumePoints, Resuming};
pub use trace::{Access, Step, Tracer};

use crate::entity::{Block, Entity, Func, Value};
use crate::eval::{Const, dispatch};
use crate::function::{Function, InstData};
use crate::module::Module;
use crate::types::Type;
use smallvec::SmallVec;
use std::ops::ControlFlow;

/// Bounds of one interpreted call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions to execute at most.
    pub fuel: u64,
    /// Nested activations at most.
    pub depth: usize,
}

impl Default for Limits {
    /// Ten million instructions, a thousand activations.
    fn default() -> Limits {
        Limits { fuel: 10_000_000, depth: 1_000 }
    }
}

/// Constants of operands, arguments or results.
type Consts = SmallVec<[Const; 4]>;

/// Whether to go on, or how the interpreted call ends.
type Flow = ControlFlow<Outcome>;

/// A running function.
#[derive(Debug)]
struct Activation {
    func: Func,
    /// By value; zero until its definition was executed.
    values: Vec<Const>,
    block: Block,
    /// Index in the block of the instruction to execute next; of an activation that called, one past the call.
    next: usize,
}

/// Interprets functions of one module.
pub struct Interp<'m, 'h> {
    module: &'m Module,
    host: &'h mut dyn Host,
    tracer: Option<&'h mut dyn Tracer>,
    fail_guard: Option<u64>,
    nan: Option<Const>,
    limits: Limits,
    /// Innermost activation last.
    stack: Vec<Activation>,
    /// Value vectors of finished activations, for reuse.
    spare: Vec<Vec<Const>>,
    guards: u64,
    steps: u64,
}

impl std::fmt::Debug for Interp<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interp")
            .field("stack", &self.stack)
            .field("guards", &self.guards)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl<'m, 'h> Interp<'m, 'h> {
    /// An interpreter of a verified module.
    pub fn new(module: &'m Module, host: &'h mut dyn Host) -> Interp<'m, 'h> {
        Interp {
            module,
            host,
            tracer: None,
            fail_guard: None,
            nan: None,
            limits: Limits::default(),
            stack: Vec::new(),
            spare: Vec::new(),
            guards: 0,
            steps: 0,
        }
    }

    /// Reports everything that runs from now on to `tracer`.
    pub fn set_tracer(&mut self, tracer: &'h mut dyn Tracer) {
        self.tracer = Some(tracer);
    }

    /// Makes guard number `index` (from 0, in order of execution, within each call from outside) leave whatever its
    /// operands are. `guard` and the checked arithmetic count; `deopt`, which always leaves, does not.
    pub fn fail_guard(&mut self, index: Option<u64>) {
        self.fail_guard = index;
    }

    /// Makes every op whose NaN results are unspecified give the NaN with these bits instead of the canonical one.
    ///
    /// # Panics
    /// When the bits are not those of a NaN.
    pub fn set_nan(&mut self, bits: u64) {
        assert!(f64::from_bits(bits).is_nan(), "{bits:#x} is not the bit pattern of a NaN");
        self.nan = Some(Const::new(Type::F64, bits));
    }

    /// Guards executed by the last call from outside.
    pub fn guards(&self) -> u64 {
        self.guards
    }

    /// Instructions executed by the last call from outside.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Calls a function.
    ///
    /// # Panics
    /// When the module has no such function, or breaks rules that the verifier checks.
    pub fn call(&mut self, func: Func, args: &[Const], limits: Limits) -> Outcome {
        self.reset(limits);
        if !types_match(args, &self.module.functions[func].signature.params) {
            return Outcome::Undefined(Undefined::Arguments(func));
        }
        match self.enter(func, args) {
            ControlFlow::Continue(()) => self.run(),
            ControlFlow::Break(outcome) => outcome,
        }
    }

    fn reset(&mut self, limits: Limits) {
        self.limits = limits;
        self.guards = 0;
        self.steps = 0;
        while self.pop().is_some() {}
    }

    fn run(&mut self) -> Outcome {
        loop {
            if let ControlFlow::Break(outcome) = self.step() {
                return outcome;
            }
        }
    }

    fn step(&mut self) -> Flow {
        let module = self.module;
        let top = self.top();
        let function = &module.functions[top.func];
        let (func, block) = (top.func, top.block);
        let Some(inst) = function.blocks[block].insts.get(top.next).copied() else {
            return ControlFlow::Break(Outcome::Undefined(Undefined::NoTerminator(func)));
        };
        top.next += 1;
        if self.steps >= self.limits.fuel {
            return ControlFlow::Break(Outcome::OutOfFuel);
        }
        self.steps += 1;
        let data = &function.insts[inst];
        if self.tracer.is_some() {
            let (args, depth) = (self.args(data), self.stack.len() - 1);
            if let Some(tracer) = &mut self.tracer {
                tracer.step(&Step { depth, func, block, inst, args: &args });
            }
        }
        dispatch(self, data)
    }

    /// The running activation.
    fn top(&mut self) -> &mut Activation {
        self.stack.last_mut().expect("an instruction is executed in an activation")
    }

    /// The running function.
    fn function(&mut self) -> &'m Function {
        let func = self.top().func;
        &self.module.functions[func]
    }

    fn get(&mut self, value: Value) -> Const {
        self.top().values[value.index()]
    }

    fn set(&mut self, value: Value, to: Const) {
        self.top().values[value.index()] = to;
    }

    fn args(&mut self, inst: &InstData) -> Consts {
        let values = &self.top().values;
        inst.args.iter().map(|v| values[v.index()]).collect()
    }

    /// The result of an instruction with one.
    fn result(&mut self, inst: &InstData, value: Const) -> Flow {
        self.set(inst.results[0], value);
        ControlFlow::Continue(())
    }
}

/// Whether each constant has its type.
fn types_match(values: &[Const], types: &[crate::Type]) -> bool {
    values.iter().map(|c| c.ty()).eq(types.iter().copied())
}
