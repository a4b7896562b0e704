//! Suspended functions: generators, and async functions that wait.

use super::{Code, Tail, Value, behind, handle, kind};
use crate::Rt;
use heap::{Gc, Object, Tracer};
use std::cell::Cell;

/// `[[GeneratorState]]` (27.5.2) and `[[AsyncGeneratorState]]` (27.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Progress {
    /// Nothing of its body ran.
    SuspendedStart,
    /// It waits in a `yield`.
    SuspendedYield,
    /// It runs, or waits in an `await`.
    Executing,
    /// An async generator that is over, with requests to be answered.
    Draining,
    /// It is over.
    Completed,
}

/// A function that can be suspended: its registers, and where it goes on. The payload of generators; async functions have one
/// without an object.
#[repr(C)]
pub struct GeneratorState {
    /// How far it is.
    pub progress: Cell<Progress>,
    /// Marks of its frame.
    pub flags: Cell<u16>,
    /// The register for what it is resumed with.
    pub input: Cell<u16>,
    /// The register for how it is resumed; 0: none.
    pub mode: Cell<u16>,
    /// The next instruction.
    pub pc: Cell<u32>,
    /// Where `return(value)` goes on; `u32::MAX`: nowhere particular.
    pub return_pc: Cell<u32>,
    /// Arguments it was called with.
    pub argc: Cell<u32>,
    count: Cell<u32>,
    code: Gc<Code>,
    new_target: Cell<Value>,
    extra: Cell<Value>,
    queue: Cell<Value>,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for GeneratorState {
    const KIND: u8 = kind::GENERATOR;
    const NAME: &'static str = "generator state";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.code);
        self.new_target.get().trace(tracer);
        self.extra.get().trace(tracer);
        self.queue.get().trace(tracer);
        self.registers().iter().for_each(|register| register.get().trace(tracer));
    }
}

impl GeneratorState {
    pub(crate) fn new(code: Gc<Code>, new_target: Value) -> GeneratorState {
        GeneratorState {
            progress: Cell::new(Progress::SuspendedStart),
            flags: Cell::new(0),
            input: Cell::new(0),
            mode: Cell::new(0),
            pc: Cell::new(0),
            return_pc: Cell::new(u32::MAX),
            argc: Cell::new(0),
            count: Cell::new(0),
            code,
            new_target: Cell::new(new_target),
            extra: Cell::new(Value::UNDEFINED),
            queue: Cell::new(Value::UNDEFINED),
        }
    }

    /// What is executed.
    pub fn code(&self) -> Gc<Code> {
        self.code
    }

    /// `new.target`.
    pub fn new_target(&self) -> Value {
        self.new_target.get()
    }

    /// The object or promise that its frame has.
    pub fn extra(&self) -> Value {
        self.extra.get()
    }

    /// Sets the object or promise that its frame has.
    pub fn set_extra(&self, rt: &Rt, extra: Value) {
        self.extra.set(extra);
        self.wrote(rt);
    }

    /// Another value of whoever executes it: the requests of an async generator.
    pub fn queue(&self) -> Value {
        self.queue.get()
    }

    /// Sets that value.
    pub fn set_queue(&self, rt: &Rt, queue: Value) {
        self.queue.set(queue);
        self.wrote(rt);
    }

    /// Its registers. Stores through [`GeneratorState::save`].
    pub fn registers(&self) -> &[Cell<Value>] {
        // SAFETY: states are made with this many values behind them.
        unsafe { behind(self, 0, self.count.get() as usize) }
    }

    /// Stores registers from the first one on.
    pub fn save(&self, rt: &Rt, registers: &[Cell<Value>]) {
        for (to, from) in self.registers().iter().zip(registers) {
            to.set(from.get());
        }
        self.wrote(rt);
    }

    fn wrote(&self, rt: &Rt) {
        // SAFETY: states are made in the heap only.
        rt.heap().wrote(unsafe { handle(self) });
    }
}

impl Tail for GeneratorState {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(size_of::<Value>())
    }

    fn set_parts(&self, parts: usize) {
        self.count.set(parts as u32);
    }
}
