//! When functions get code, and how the interpreter gets into it.

use crate::compile::{Compiler, id_of};
use crate::guest::{Sox, table};
use codegen::Options;
use elsa::FrozenVec;
use jit::engine::{self, Engine};
use jit::{Entry, LoadError, WordCallable};
use sox_bytecode::feedback::Feedback;
use sox_lower::{Fiber, THREW, signature};
use sox_vm::{Entered, LEFT, Tier, Vm};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use tiering::{Policy, State, Trace};

/// Bytes of native stack that a compiled function may take: what the interpreter counts with, but for where it goes back to.
const MAX_FRAME: u32 = (1 << 10) - 16;
/// Calls or rounds after which it is worth asking again whether code is there.
const SOON: u32 = 200;
/// The same where there may never be any.
const LATER: u32 = 10_000;
/// Functions that may be inlined into one, at most.
const CALLEES: usize = 12;
/// Instructions of a function that may be inlined.
const SMALL: usize = 40;
/// Exits at one place of a function's code before it is compiled again, with what was learned.
const EXITS: u32 = 4;

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
    /// Compiles after so many calls or rounds of a loop. At 1 and below everything is compiled before it runs, and the program
    /// waits for it.
    pub fn new(policy: Policy) -> Config {
        let threads = usize::from(policy.call_threshold > 1);
        // How far registers may reach bounds how deep calls are nested: as deep as the stack has room for such frames.
        let options = Options { max_frame: MAX_FRAME, stack_checks: false, ..Options::default() };
        Config { policy, threads, options }
    }
}

/// A function that can have code.
struct Function {
    callable: WordCallable<3>,
    /// Where callers are led while there is no code.
    thunk: *const u8,
}

/// Code for a loop.
#[derive(Default)]
struct Loop {
    callable: Option<WordCallable<3>>,
    /// Times that the engine was asked in vain.
    asked: Cell<u32>,
}

/// The compiling tier of one [`Vm`].
pub struct Jit {
    compiler: Arc<Compiler>,
    /// The program's thread first, so that it is gone before the code is.
    entry: Entry<Sox>,
    engine: Engine,
    functions: FrozenVec<Box<Function>>,
    loops: RefCell<HashMap<(u32, u32), Loop>>,
    threshold: u32,
    stack_lowest: usize,
}

impl std::fmt::Debug for Jit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jit").field("engine", &self.engine).finish_non_exhaustive()
    }
}

impl Jit {
    /// A tier for a machine, to be set before it runs anything, on the thread that it will run on.
    ///
    /// # Errors
    /// When the system gives no executable memory or no thread.
    pub fn new(vm: &Vm, config: Config, trace: Arc<Trace>) -> Result<Jit, LoadError> {
        let addresses = vm.main_fiber_addresses();
        let fiber = Fiber { reach: addresses.reach as u64, countdown: addresses.countdown as u64 };
        let compiler = Arc::new(Compiler::new(fiber));
        let threshold = config.policy.call_threshold.max(1);
        // The interpreter counts; the engine is asked for what it has found hot.
        let policy = Policy {
            call_threshold: u32::MAX,
            osr_threshold: 0,
            exits_per_site: EXITS,
            max_versions: 8,
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
        Ok(Jit {
            compiler,
            entry: engine.entry(),
            engine,
            functions: FrozenVec::new(),
            loops: RefCell::default(),
            threshold,
            stack_lowest: jit::stack_lowest(),
        })
    }

    /// For tests: lets the guard with this number leave, counted from 0 as they are executed, in code made with `force_guards`.
    pub fn force_guard(&self, number: u64) {
        self.entry.force_guard(Some(number));
    }

    /// Declares functions up to this one, and what they may call.
    fn declare(&self, vm: &Vm) -> Result<(), LoadError> {
        let known = self.functions.len();
        let count = vm.code_count();
        if known >= count {
            return Ok(());
        }
        let names: Vec<String> = (known..count).map(|code| vm.code_name(code as u32)).collect();
        let signature = signature();
        let list: Vec<_> = names.iter().map(|name| (&name[..], &signature)).collect();
        for id in self.engine.declare(&list)? {
            let Some(callable) = self.engine.function(id)? else { continue };
            let thunk = callable.entry();
            // Its signature is that of compiled functions.
            let Ok(callable) = WordCallable::try_from(callable) else { continue };
            self.functions.push(Box::new(Function { callable, thunk }));
        }
        Ok(())
    }

    /// Whether a function has code now. Asks for it if it has not.
    fn ready(&self, vm: &Vm, code: u32) -> Result<&WordCallable<3>, u32> {
        if let Some(callable) = self.installed(code) {
            return Ok(callable);
        }
        if self.declare(vm).is_err() {
            return Err(LATER);
        }
        match self.engine.state(id_of(code)) {
            Some(State::Below) => {}
            Some(State::Queued { .. }) => return Err(SOON),
            Some(State::GaveUp(_)) => {
                vm.tier_give_up(code);
                return Err(u32::MAX);
            }
            _ => return Err(SOON),
        }
        self.compiler.leave(code, None, known(vm, code));
        self.engine.request(id_of(code), self.threshold);
        self.installed(code).ok_or(SOON)
    }

    fn installed(&self, code: u32) -> Option<&WordCallable<3>> {
        let function = self.functions.get(code as usize)?;
        (function.callable.callable().entry() != function.thunk).then_some(&function.callable)
    }

    /// Code for a loop, if there is some now. Asks for it if there is none.
    fn loop_ready(&self, vm: &Vm, code: u32, header: u32) -> Result<WordCallable<3>, u32> {
        if self.declare(vm).is_err() {
            return Err(LATER);
        }
        let mut loops = self.loops.borrow_mut();
        let each = loops.entry((code, header)).or_default();
        self.compiler.leave(code, Some(header), known(vm, code));
        let found = self.engine.back_edge(id_of(code), header, 1);
        if let Some(callable) = found.and_then(|callable| WordCallable::try_from(callable).ok()) {
            each.asked.set(0);
            each.callable = Some(callable.clone());
            return Ok(callable);
        }
        let asked = each.asked.get().saturating_add(1);
        each.asked.set(asked);
        // Without an answer for a while there is none to come.
        Err(if asked < 50 { SOON } else { LATER })
    }
}

/// What is known of a function, and behind it of small ones that it calls, directly or by way of others.
fn known(vm: &Vm, code: u32) -> Vec<Feedback> {
    let mut all = vec![vm.feedback(code)];
    let mut next = 0;
    while let Some(callees) = all.get(next).map(Feedback::callees) {
        next += 1;
        for callee in callees {
            let known = all.iter().any(|feedback| feedback.code() == callee.code);
            if all.len() < CALLEES && !known && callee.compiles && vm.code_size(callee.code) <= SMALL {
                all.push(vm.feedback(callee.code));
            }
        }
    }
    all
}

impl Tier for Jit {
    fn enter(&self, vm: &Vm, code: u32, header: Option<u32>, words: [u64; 3]) -> Entered {
        let entered = match header {
            None => self.ready(vm, code).map(|callable| self.entry.call(vm, callable, words)),
            Some(header) => {
                self.loop_ready(vm, code, header).map(|callable| self.entry.call(vm, &callable, words))
            }
        };
        let result = match entered {
            Ok(result) => result,
            Err(again) => return Entered::Not(again),
        };
        match result {
            Ok([THREW, _]) => Entered::Threw,
            Ok([LEFT, _]) => Entered::Left,
            Ok(result) => {
                vm.tier_returned(words[1], result);
                Entered::Returned
            }
            Err(abort) => panic!("compiled code failed: {abort}"),
        }
    }

    fn threshold(&self) -> u32 {
        self.threshold
    }

    fn stack_lowest(&self) -> usize {
        self.stack_lowest
    }
}
