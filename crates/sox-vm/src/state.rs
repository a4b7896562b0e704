//! What a running program has besides objects: code, frames, modules. The heap's roots.

use crate::code::Code;
use crate::error::{Stop, Thrown};
use crate::testing::Testing;
use crate::tier::Watched;
use elsa::FrozenVec;
use heap::{Gc, Roots, Tracer};
use sox_rt::{Array, Coroutine, ErrorObject, Fiber, ModuleObject, Trace, Value};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Registers of the main program: 64 MiB.
const REGISTERS: usize = 4 << 20;
/// The same where the system has little address space.
const MIN_REGISTERS: usize = 4096;
/// Functions that the main program can be executing at a time.
const FRAMES: usize = 200_000;
/// Back edges and calls between two looks at the limits.
pub(crate) const PERIOD: i32 = 4096;

/// A module that was imported.
pub(crate) enum Imported {
    /// Its top level is being executed.
    Running,
    /// Its value.
    Done(Value),
}

pub(crate) struct State {
    pub(crate) codes: FrozenVec<Box<Code>>,
    /// What is executed outside of coroutines. Compiled code knows its address. Its countdown is that of all.
    pub(crate) main: Box<Fiber>,
    /// Coroutines being executed, the innermost last.
    pub(crate) running: RefCell<Vec<Gc<Coroutine>>>,
    pub(crate) modules: RefCell<Vec<Gc<ModuleObject>>>,
    /// By the file's canonical path.
    pub(crate) imports: RefCell<HashMap<PathBuf, Imported>>,
    /// Native functions, by number.
    pub(crate) natives: RefCell<Vec<Value>>,
    /// The value being thrown, or the last one that was.
    pub(crate) thrown: Cell<Value>,
    /// Where it was thrown, if that is known yet.
    pub(crate) trace: RefCell<Trace>,
    pub(crate) traced: Cell<bool>,
    pub(crate) no_memory: Cell<Option<Gc<ErrorObject>>>,
    /// Functions to be called by `sysExit`.
    pub(crate) at_exit: Cell<Option<Gc<Array>>>,
    pub(crate) testing: Testing,
    /// What the generator of random numbers goes on from. Programs that do not say what find the same.
    pub(crate) random: Cell<u64>,
    /// A native wants the coroutine to wait.
    pub(crate) yielding: Cell<bool>,
    /// The record of the function that compiled code was entered for last, of those that run.
    pub(crate) entered: Cell<usize>,
    /// Interpreters on the native stack.
    pub(crate) depth: Cell<u32>,
    /// What compiled code throws.
    pub(crate) pending: Cell<Option<Thrown>>,
    /// Globals that compiled code takes to stay what they are.
    pub(crate) watched: Watched,
    pub(crate) fuel: Cell<Option<u64>>,
    pub(crate) deadline: Cell<Option<Instant>>,
    pub(crate) cancel: Arc<AtomicBool>,
    main_file: RefCell<Arc<str>>,
}

/// The main program's registers and frames: fewer where address space is short.
///
/// # Panics
/// When the system has none left.
fn main_fiber() -> Fiber {
    let sizes = std::iter::successors(Some(REGISTERS), |size| Some(size / 2))
        .take_while(|size| *size >= MIN_REGISTERS);
    let fiber = sizes.into_iter().find_map(|size| Fiber::new(size, FRAMES.min(size)));
    let fiber = fiber.expect("the system has memory for the registers of one program");
    fiber.countdown.set(PERIOD);
    fiber
}

impl State {
    pub(crate) fn new() -> State {
        State {
            codes: FrozenVec::new(),
            main: Box::new(main_fiber()),
            running: RefCell::default(),
            modules: RefCell::default(),
            imports: RefCell::default(),
            natives: RefCell::default(),
            thrown: Cell::default(),
            trace: RefCell::default(),
            traced: Cell::new(false),
            no_memory: Cell::new(None),
            at_exit: Cell::new(None),
            testing: Testing::new(),
            random: Cell::new(0),
            yielding: Cell::new(false),
            entered: Cell::new(0),
            depth: Cell::new(0),
            pending: Cell::new(None),
            watched: Watched::default(),
            fuel: Cell::new(None),
            deadline: Cell::new(None),
            cancel: Arc::default(),
            main_file: RefCell::new("".into()),
        }
    }

    /// The file of the main script.
    pub(crate) fn main_file(&self) -> Arc<str> {
        self.main_file.borrow().clone()
    }

    pub(crate) fn set_main_file(&self, file: &Arc<str>) {
        self.main_file.replace(file.clone());
    }

    /// Looks at the limits, once in a while.
    #[cold]
    #[inline(never)]
    pub(crate) fn poll(&self) -> Result<(), Stop> {
        let counted = PERIOD - self.main.countdown.replace(PERIOD).min(0);
        self.still_allowed()?;
        if let Some(fuel) = self.fuel.get() {
            let counted = u64::from(counted.unsigned_abs());
            self.fuel.set(Some(fuel.saturating_sub(counted)));
            if fuel < counted {
                return Err(Stop::Fuel);
            }
        }
        Ok(())
    }

    /// Whether nobody wants the program to end and its time is not over: what is looked at where no fuel is to be taken, for
    /// time that merely passes.
    pub(crate) fn still_allowed(&self) -> Result<(), Stop> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Stop::Cancelled);
        }
        match self.deadline.get() {
            Some(deadline) if Instant::now() >= deadline => Err(Stop::Deadline),
            _ => Ok(()),
        }
    }
}

impl Roots for State {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        for number in 0..self.codes.len() {
            if let Some(code) = self.codes.get(number) {
                code.trace(tracer);
            }
        }
        self.main.trace(tracer);
        for coroutine in self.running.borrow().iter() {
            tracer.edge(*coroutine);
            // The object may be old and is not told of what its registers get.
            coroutine.fiber.trace(tracer);
        }
        self.modules.borrow().iter().for_each(|module| tracer.edge(*module));
        for import in self.imports.borrow().values() {
            if let Imported::Done(value) = import {
                value.trace(tracer);
            }
        }
        self.natives.borrow().iter().for_each(|native| native.trace(tracer));
        self.thrown.get().trace(tracer);
        tracer.edge_opt(self.no_memory.get());
        tracer.edge_opt(self.at_exit.get());
        self.testing.trace(tracer);
    }
}
