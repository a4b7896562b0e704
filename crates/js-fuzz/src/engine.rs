//! Our engine as the fuzzer runs it: every program in a realm of its own, within limits, with its output captured.

use heap::Config;
use js_baseline::Baseline;
use js_bytecode::Unit;
use js_jit::{Force, Jit};
use js_rt::Source;
use js_vm::{Compiler, Limits, Res, Throw, Vm};
use std::cell::{Cell, OnceCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tiering::Trace;

/// What every program has at hand.
pub const PRELUDE: &str = include_str!("prelude.js");

/// The functions of js-compile.
pub const COMPILER: Compiler = Compiler {
    script: js_compile::script,
    module: js_compile::module,
    eval: js_compile::eval,
    function: js_compile::function,
};

/// Native stack of threads that run programs.
const STACK: usize = 64 << 20;
/// The part of it that natives may use: all the calls that a program's fuel allows may nest. Not more, since it is looked at when
/// garbage is collected while natives call one another without end, as `get` does in a circle of proxies. Frames of builds without
/// optimization are several times as large.
const NATIVE_STACK: usize = if cfg!(debug_assertions) { 32 << 20 } else { 8 << 20 };
/// What the objects of a program may take.
const HEAP: usize = 512 << 20;
/// Programs that share an isolate, each with its own realm.
const SHARE: u32 = 64;
/// The longest that a program may take: seconds at most on a machine that has nothing else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// A way to run programs that has to make no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leg {
    /// The interpreter.
    Plain,
    /// The same, with garbage collected all the time.
    Collecting,
    /// The same, with garbage collected at every allocation.
    Stress,
    /// Every function is compiled before it is executed.
    Baseline,
    /// Functions are compiled in the midst of what they do, with garbage collected all the time.
    Warm,
    /// Every function gets optimized code before anything is known of it, and again when that was left often enough.
    Optimized,
    /// Functions get it when a little is known of them, with garbage collected all the time.
    Learned,
    /// The same, and guards leave although they hold.
    Forced,
    /// The same, and of the guards that are executed each time after optimized code is entered, the one with this number leaves.
    Turn(u32),
}

/// Calls and rounds of loops after which functions are compiled that are to have begun in the interpreter.
const WARM: u32 = 5;
/// The same for patterns, in steps of their interpreter.
const WARM_PATTERN: u64 = 20;
/// The same for optimized code of functions of which something is to be known.
const LEARNED: u32 = 12;

impl Leg {
    /// All but those that force guards in turn, the one that others are compared with first.
    pub const ALL: [Leg; 8] = [
        Leg::Plain,
        Leg::Collecting,
        Leg::Stress,
        Leg::Baseline,
        Leg::Warm,
        Leg::Optimized,
        Leg::Learned,
        Leg::Forced,
    ];

    /// What reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Leg::Plain => "plain",
            Leg::Collecting => "collecting",
            Leg::Stress => "stress",
            Leg::Baseline => "baseline",
            Leg::Warm => "warm",
            Leg::Optimized => "optimized",
            Leg::Learned => "learned",
            Leg::Forced => "forced",
            Leg::Turn(_) => "in turn",
        }
    }

    fn heap(self) -> Config {
        let config = Config { cap_bytes: HEAP, ..Config::default() };
        match self {
            Leg::Plain | Leg::Baseline | Leg::Optimized => config,
            Leg::Collecting | Leg::Warm | Leg::Learned | Leg::Forced | Leg::Turn(_) => {
                Config { young_bytes: 64 << 10, poison: true, ..config }
            }
            Leg::Stress => Config { stress: true, ..config },
        }
    }

    /// After how many calls and rounds of loops functions are compiled, if they are.
    fn threshold(self) -> Option<u32> {
        match self {
            Leg::Plain | Leg::Collecting | Leg::Stress => None,
            Leg::Baseline | Leg::Optimized | Leg::Learned | Leg::Forced | Leg::Turn(_) => Some(1),
            Leg::Warm => Some(WARM),
        }
    }

    /// The tiers above the interpreter.
    fn tier(self, trace: &Arc<Trace>) -> Result<Baseline, js_baseline::Unavailable> {
        let config = js_baseline::Config::default();
        let threshold = match self {
            Leg::Optimized => 1,
            Leg::Learned | Leg::Forced | Leg::Turn(_) => LEARNED,
            _ => return Baseline::new(config),
        };
        // Compiled while the program waits, so that a program does the same each time.
        let force = match self {
            Leg::Forced => Some(Force::Drawn(1)),
            Leg::Turn(number) => Some(Force::Nth(number.into())),
            _ => None,
        };
        let above = js_jit::Config { threads: 0, choosy: false, force, ..js_jit::Config::new(threshold) };
        Baseline::with_upper(config, Box::new(Jit::new(above, Arc::clone(trace))))
    }
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With this output.
    Output(String),
    /// It took too long, or too much.
    Stopped(String),
    /// By a fault of the engine.
    Panic(String),
}

/// A program that is run in several ways, and compiled to bytecode once: that takes as long as running it.
pub struct Program<'a> {
    text: &'a str,
    unit: OnceCell<Result<Unit, &'static str>>,
}

impl<'a> Program<'a> {
    /// The program of a text.
    pub fn new(text: &'a str) -> Program<'a> {
        Program { text, unit: OnceCell::new() }
    }

    /// Its bytecode, which the verifier accepts, or what is printed instead.
    fn unit(&self) -> &Result<Unit, &'static str> {
        self.unit.get_or_init(|| {
            let unit = js_compile::script(self.text).map_err(|error| match error.reference {
                true => "! ReferenceError",
                false => "! SyntaxError",
            })?;
            if let Err(error) = js_bytecode::verify(&unit) {
                panic!("verifier: {error}");
            }
            Ok(unit)
        })
    }
}

/// Runs programs in one way.
pub struct Engine {
    leg: Leg,
    prelude: (Unit, Arc<Source>),
    vm: Option<Vm>,
    runs: u32,
    /// The longest that a program may take.
    pub patience: Duration,
    /// The most that a program may do, as the interpreter counts.
    fuel: Option<u64>,
    /// What became of functions of the optimizing tier.
    trace: Arc<Trace>,
}

impl Engine {
    /// An engine.
    ///
    /// # Panics
    /// The prelude is refused.
    pub fn new(leg: Leg) -> Engine {
        let unit =
            js_compile::script(PRELUDE).unwrap_or_else(|error| panic!("the prelude: {}", error.message));
        Engine {
            leg,
            prelude: (unit, Arc::new(Source::new("prelude.js", PRELUDE))),
            vm: None,
            runs: 0,
            patience: PATIENCE,
            fuel: None,
            trace: Arc::default(),
        }
    }

    /// An engine whose programs are bounded by what they do, not by how fast the machine is.
    #[cfg(test)]
    pub(crate) fn with_fuel(leg: Leg, fuel: u64) -> Engine {
        Engine { patience: Duration::MAX, fuel: Some(fuel), ..Engine::new(leg) }
    }

    /// How often optimized code was left so far.
    pub(crate) fn exits(&self) -> u64 {
        self.trace.totals().exits.values().sum()
    }

    /// Runs a program.
    pub fn run(&mut self, program: &Program<'_>) -> End {
        // Which guards leave depends on all that ran before; what is found is to be found again.
        let share = if self.leg == Leg::Forced { 1 } else { SHARE };
        if self.runs >= share {
            self.vm = None;
        }
        self.runs += 1;
        let vm = match self.vm.take() {
            Some(vm) => vm,
            None => match self.isolate() {
                Ok(vm) => vm,
                Err(error) => return End::Stopped(error),
            },
        };
        match catch_unwind(AssertUnwindSafe(|| self.run_on(&vm, program))) {
            Ok(end) => {
                self.vm = Some(vm);
                end
            }
            Err(panic) => {
                // Nothing can be said about what is left of it, not even that it can be dropped.
                std::mem::forget(vm);
                let text = panic.downcast_ref::<String>().map(String::as_str);
                End::Panic(text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?").to_owned())
            }
        }
    }

    fn isolate(&mut self) -> Result<Vm, String> {
        self.runs = 0;
        let mut limits = Limits { heap: self.leg.heap(), native_stack: NATIVE_STACK, ..Limits::default() };
        limits.threshold = self.leg.threshold().unwrap_or(limits.threshold);
        let vm = Vm::new(limits, COMPILER).map_err(|error| error.to_string())?;
        if self.leg.threshold().is_some() {
            let tier = self.leg.tier(&self.trace).map_err(|error| error.to_string())?;
            vm.set_tier(Box::new(tier));
            // Compiled while the program waits, as functions are; in some legs in the midst of a match.
            let threshold = if self.leg.threshold() == Some(1) { 0 } else { WARM_PATTERN };
            let config = js_regexp_jit::Config { threshold, ..js_regexp_jit::Config::eager() };
            let patterns = js_regexp_jit::Native::new(config, Arc::clone(&self.trace));
            js_builtins::set_pattern_tier(&vm, Box::new(patterns));
        }
        Ok(vm)
    }

    fn run_on(&self, vm: &Vm, program: &Program<'_>) -> End {
        vm.set_deadline(Instant::now().checked_add(self.patience));
        vm.set_fuel(self.fuel);
        let failed = Cell::new("");
        let end = vm.enter(|| {
            let realm = vm.new_realm(js_builtins::install)?;
            vm.in_realm(realm, || self.in_realm(vm, program, &failed))
        });
        vm.drop_jobs();
        match end {
            Ok(output) => End::Output(output),
            Err(Throw::Stop(stop)) => End::Stopped(stop.to_string()),
            Err(_) => End::Stopped(format!("no output {}", failed.get())),
        }
    }

    fn in_realm(&self, vm: &Vm, program: &Program<'_>, failed: &Cell<&'static str>) -> Res<String> {
        let (prelude, source) = &self.prelude;
        failed.set("of the prelude");
        vm.run_unit(prelude.clone(), source.clone())?;
        let unit = match program.unit() {
            Ok(unit) => unit.clone(),
            Err(error) => return Ok((*error).to_owned()),
        };
        let source = Arc::new(Source::new("program.js", program.text));
        let ended = vm.run_unit(unit, source).and_then(|_| vm.run_jobs());
        failed.set("after the program");
        if let Err(thrown) = ended {
            let error = vm.catch(thrown)?;
            self.call(vm, "$fail", &[error])?;
        }
        let output = self.call(vm, "$end", &[])?;
        Ok(vm.to_string(output)?.to_std())
    }

    fn call(&self, vm: &Vm, name: &str, args: &[js_rt::Value]) -> Res<js_rt::Value> {
        let function = vm.get(vm.global(), vm.rt.key_from_utf8(name)?)?;
        vm.call(function, js_rt::Value::UNDEFINED, args)
    }
}

/// Runs `f` on a thread with the stack that engines need.
///
/// # Errors
/// There is no such thread.
pub fn on_large_stack<T: Send>(f: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, f)?;
        thread.join().map_err(|_| std::io::Error::other("the thread panicked"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing in it is ever odd.
    const STEADY: &str = "var o = { a: 1, b: 2.5 }, t = 0;\n\
        function f(o) { var s = 0; for (var i = 0; i < 300; i++) s += o.a + i * o.b; return s; }\n\
        for (var n = 0; n < 200; n++) t += f(o);\n\
        $p(t);\n";

    #[test]
    fn guards_leave_where_they_are_forced_to_and_nowhere_else() {
        let exits = |leg| {
            let mut engine = Engine::new(leg);
            let end = engine.run(&Program::new(STEADY));
            assert_eq!(end, Engine::new(Leg::Plain).run(&Program::new(STEADY)));
            engine.trace.totals().exits.values().sum::<u64>()
        };
        let counts = on_large_stack(|| (exits(Leg::Learned), exits(Leg::Forced)));
        assert!(counts.as_ref().is_ok_and(|&(learned, forced)| learned < 4 && forced > 4), "{counts:?}");
    }
}
