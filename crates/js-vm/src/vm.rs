//! An isolate: everything that JavaScript code runs on.

use crate::cache_trace::CacheTrace;
use crate::call::NativeFn;
use crate::error::{Res, Stop, Throw};
use crate::job::Jobs;
use crate::module::Modules;
use crate::operations::Ops;
use crate::optimized::{ExitWatch, Outcome};
use crate::tier::{Tally, Tier, TierWatch};
use heap::{Config, OutOfMemory, Roots, Tracer};
use js_bytecode::{DynamicKind, EvalContext, SyntaxError, Unit};
use js_rt::{Names, Realm, Rt, Source, Stack, Symbols, Value};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What turns source text into bytecode: given by whoever makes the isolate, so that this crate does not depend on a parser.
#[derive(Clone, Copy)]
pub struct Compiler {
    /// A script.
    pub script: fn(&str) -> Result<Unit, SyntaxError>,
    /// A module.
    pub module: fn(&str) -> Result<Unit, SyntaxError>,
    /// The argument of eval.
    pub eval: fn(&str, EvalContext) -> Result<Unit, SyntaxError>,
    /// Parameters and body of a function. Places refer to [`DynamicKind::source`].
    pub function: fn(&str, &str, DynamicKind) -> Result<Unit, SyntaxError>,
}

/// Limits of an isolate.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The heap's choices, its cap among them.
    pub heap: Config,
    /// Registers of all functions being executed.
    pub registers: usize,
    /// Functions being executed.
    pub frames: usize,
    /// Bytes of the native stack that nested natives may use.
    pub native_stack: usize,
    /// Calls and rounds of loops after which a function is compiled, if there is a tier; 1: before it is executed.
    pub threshold: u32,
}

/// [`Limits::threshold`] unless told otherwise.
const THRESHOLD: u32 = 100;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            heap: Config::default(),
            registers: 1 << 20,
            frames: 10_000,
            native_stack: 3 << 20,
            threshold: THRESHOLD,
        }
    }
}

/// Turns of loops and calls between two looks at deadline and cancellation.
const POLL: u32 = 10_000;

/// The place for which a source text was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Source, line and column, as the error's stack begins with.
    pub place: String,
    /// The line's text.
    pub text: String,
    /// The column, from 1, in UTF-16 units.
    pub column: usize,
}

/// An isolate.
pub struct Vm {
    /// The heap and what allocation needs.
    pub rt: Rt,
    pub(crate) ops: Ops,
    pub(crate) state: State,
}

/// What makes the object of a regular expression literal: pattern and flags.
pub type RegExpCreate = fn(&Vm, Value, Value) -> Res<Value>;

/// What an isolate has besides the heap.
pub(crate) struct State {
    pub(crate) stack: Stack,
    /// What the handler that is about to run has caught.
    pub(crate) caught: Cell<Value>,
    /// The realm of the running code.
    pub(crate) realm: Cell<Option<heap::Gc<Realm>>>,
    pub(crate) natives: RefCell<Vec<NativeFn>>,
    pub(crate) native_ids: RefCell<std::collections::HashMap<usize, u32>>,
    /// Those of them that compiled code does itself, by number.
    pub(crate) math_ops: RefCell<Vec<(u32, js_rt::MathOp)>>,
    pub(crate) jobs: Jobs,
    pub(crate) modules: Modules,
    /// What the host keeps with the isolate.
    pub(crate) host: std::cell::OnceCell<Box<dyn std::any::Any + Send>>,
    /// What the library keeps with it.
    pub(crate) library: std::cell::OnceCell<Box<dyn std::any::Any + Send>>,
    pub(crate) compiler: Compiler,
    pub(crate) limits: Limits,
    /// Counted down by loops and calls.
    pub(crate) countdown: Cell<u32>,
    /// What it began with.
    pub(crate) granted: Cell<u32>,
    /// Turns and calls that are left behind these, if they are limited.
    pub(crate) fuel: Cell<Option<u64>>,
    /// Instructions that were executed, by opcode.
    #[cfg(debug_assertions)]
    pub(crate) executed: RefCell<std::collections::HashSet<js_bytecode::Op>>,
    pub(crate) deadline: Cell<Option<Instant>>,
    pub(crate) cancel: Arc<AtomicBool>,
    /// The place for which the last source text was refused.
    pub(crate) refused: RefCell<Option<Refused>>,
    pub(crate) cache_trace: std::cell::OnceCell<Box<CacheTrace>>,
    pub(crate) tier: std::cell::OnceCell<Box<dyn Tier>>,
    pub(crate) tier_watch: std::cell::OnceCell<TierWatch>,
    pub(crate) tier_tally: RefCell<Tally>,
    pub(crate) exit_watch: std::cell::OnceCell<ExitWatch>,
    /// How many functions that optimized code calls there is native stack for.
    pub(crate) native_room: Cell<u32>,
    /// What a frame of optimized code came to, on its way to whoever entered that.
    pub(crate) outcome: Cell<Option<Outcome>>,
    /// What an instruction threw that optimized code had done.
    pub(crate) lean_thrown: Cell<Option<Throw>>,
    /// Instructions that optimized code had the interpreter execute, by opcode.
    pub(crate) steps_above: Box<[Cell<u64>]>,
    /// Makes the object of a regular expression literal: pattern and flags.
    pub(crate) reg_exp_create: Cell<RegExpCreate>,
    /// The lowest address that natives may reach.
    pub(crate) native_limit: Cell<usize>,
}

struct VmRoots<'a>(&'a Vm);

impl Roots for VmRoots<'_> {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        let state = &self.0.state;
        state.stack.trace(tracer);
        state.caught.get().trace(tracer);
        self.0.ops.trace(tracer);
        tracer.edge_opt(state.realm.get());
        state.jobs.trace(tracer);
        state.modules.trace(tracer);
    }
}

impl Vm {
    /// An isolate without realms.
    ///
    /// # Errors
    /// The system has no memory for its stack, or the heap's cap is too small for what every isolate has.
    pub fn new(limits: Limits, compiler: Compiler) -> Result<Vm, OutOfMemory> {
        let rt = Rt::new(limits.heap)?;
        let state = State {
            stack: Stack::new(limits.registers, limits.frames).ok_or(OutOfMemory)?,
            caught: Cell::new(Value::UNDEFINED),
            realm: Cell::new(None),
            natives: RefCell::default(),
            native_ids: RefCell::default(),
            math_ops: RefCell::default(),
            jobs: Jobs::default(),
            modules: Modules::default(),
            host: std::cell::OnceCell::new(),
            library: std::cell::OnceCell::new(),
            compiler,
            limits,
            countdown: Cell::new(POLL),
            granted: Cell::new(POLL),
            fuel: Cell::new(None),
            #[cfg(debug_assertions)]
            executed: RefCell::default(),
            deadline: Cell::new(None),
            cancel: Arc::default(),
            refused: RefCell::default(),
            cache_trace: std::cell::OnceCell::new(),
            tier: std::cell::OnceCell::new(),
            tier_watch: std::cell::OnceCell::new(),
            tier_tally: RefCell::default(),
            exit_watch: std::cell::OnceCell::new(),
            native_room: Cell::new(0),
            outcome: Cell::new(None),
            lean_thrown: Cell::new(None),
            steps_above: js_bytecode::Op::ALL.iter().map(|_| Cell::new(0)).collect(),
            reg_exp_create: Cell::new(|vm, _, _| Err(vm.type_error("there are no regular expressions"))),
            native_limit: Cell::new(0),
        };
        let ops = Ops::new(&rt)?;
        Ok(Vm { rt, ops, state })
    }

    /// Runs `f` with this isolate's heap entered: everything that uses its values happens below this.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        let marker = 0_u8;
        let here = std::ptr::from_ref(&marker).addr();
        let before = self.state.native_limit.get();
        if before == 0 {
            self.state.native_limit.set(here.saturating_sub(self.state.limits.native_stack));
        }
        let result = self.rt.enter(&VmRoots(self), f);
        self.state.native_limit.set(before);
        result
    }

    /// The common names.
    #[inline]
    pub fn names(&self) -> &Names {
        &self.rt.names
    }

    /// The well-known symbols.
    #[inline]
    pub fn symbols(&self) -> &Symbols {
        &self.rt.symbols
    }

    /// Sets what makes the objects of regular expression literals: the library does.
    pub fn set_reg_exp_create(&self, create: RegExpCreate) {
        self.state.reg_exp_create.set(create);
    }

    /// Has the isolate keep what its host needs to know, once. It holds no handles.
    pub fn set_host<T: std::any::Any + Send>(&self, host: T) {
        let _ = self.state.host.set(Box::new(host));
    }

    /// What the host keeps with the isolate.
    pub fn host<T: std::any::Any>(&self) -> Option<&T> {
        self.state.host.get()?.downcast_ref()
    }

    /// Has the isolate keep what its library needs to know, once. It holds no handles.
    pub fn set_library<T: std::any::Any + Send>(&self, library: T) {
        let _ = self.state.library.set(Box::new(library));
    }

    /// What the library keeps with the isolate.
    #[inline]
    pub fn library<T: std::any::Any>(&self) -> Option<&T> {
        self.state.library.get()?.downcast_ref()
    }

    /// What the isolate was made with.
    pub fn limits(&self) -> &Limits {
        &self.state.limits
    }

    /// The place for which the last source text was refused.
    pub fn refused_at(&self) -> Option<Refused> {
        self.state.refused.borrow().clone()
    }

    /// Notes for which place a source text is refused; the place as text.
    pub(crate) fn note_refused(&self, source: &Source, offset: u32) -> String {
        let (line, column) = source.place(offset);
        let place = format!("{}:{line}:{column}", source.name);
        let text = source.line(line).to_owned();
        self.state.refused.replace(Some(Refused { place: place.clone(), text, column }));
        place
    }

    /// Has everything that runs end at this time; `None`: no more.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        self.state.deadline.set(deadline);
    }

    /// What ends the running program from another thread when it is set.
    pub fn canceller(&self) -> Arc<AtomicBool> {
        self.state.cancel.clone()
    }

    /// Fails with a RangeError when little native stack is left. For operations that recurse through user objects.
    #[inline]
    pub fn check_stack(&self) -> Res<()> {
        if self.has_room() { Ok(()) } else { Err(self.stack_overflow()) }
    }

    /// Whether more than a little native stack is left.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        let marker = 0_u8;
        std::ptr::from_ref(&marker).addr() >= self.state.native_limit.get()
    }

    #[cold]
    pub(crate) fn stack_overflow(&self) -> Throw {
        self.range_error("Maximum call stack size exceeded")
    }

    /// Counts one turn; looks at fuel, deadline and cancellation now and then.
    #[inline]
    pub fn poll(&self) -> Res<()> {
        let left = self.state.countdown.get();
        if left == 0 {
            return self.poll_slow();
        }
        self.state.countdown.set(left - 1);
        Ok(())
    }

    /// Has everything that runs end after so many turns of loops and calls; `None`: no more.
    pub fn set_fuel(&self, fuel: Option<u64>) {
        self.state.fuel.set(fuel);
        self.state.granted.set(0);
        self.state.countdown.set(0);
    }

    /// Begins another countdown with the fuel that is left; `false`: there is none.
    fn refuel(&self) -> bool {
        let Some(fuel) = self.state.fuel.get() else {
            self.state.granted.set(POLL);
            self.state.countdown.set(POLL);
            return true;
        };
        let unused = self.state.countdown.get();
        let left = fuel.saturating_sub(u64::from(self.state.granted.get().saturating_sub(unused)));
        self.state.fuel.set(Some(left));
        let next = u32::try_from(left).map_or(POLL, |left| left.min(POLL));
        self.state.granted.set(next);
        self.state.countdown.set(next);
        next > 0
    }

    /// Whether an instruction with this opcode was executed; only builds for tests know.
    #[cfg(debug_assertions)]
    pub fn has_executed(&self, op: js_bytecode::Op) -> bool {
        self.state.executed.borrow().contains(&op)
    }

    /// Looks at deadline and cancellation now. For natives that wait.
    #[cold]
    pub fn poll_slow(&self) -> Res<()> {
        if !self.refuel() {
            return Err(Throw::Stop(Stop::Fuel));
        }
        if self.state.cancel.load(Ordering::Relaxed) {
            return Err(Throw::Stop(Stop::Cancelled));
        }
        if self.state.deadline.get().is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Throw::Stop(Stop::Deadline));
        }
        Ok(())
    }
}
