//! Functions and what they refer to.

use super::{Buffer, Str, Tail, Value, behind};
use heap::{Gc, Object, Tracer};
use std::cell::Cell;

/// What a closure is of, as far as the runtime cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosureInfo {
    /// The number of its code, of whoever executes it.
    pub code: u32,
    /// Arguments it needs.
    pub required: u8,
    /// Arguments it takes.
    pub params: u8,
}

/// A function of the program, with the variables it has captured behind it: their values, or the boxes that hold them.
#[repr(C)]
pub struct Closure {
    module: Gc<ModuleObject>,
    name: Gc<Str>,
    info: ClosureInfo,
    captures: Cell<u32>,
    _room: u32,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for Closure {
    const KIND: u8 = 9;
    const NAME: &'static str = "closure";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.module);
        tracer.edge(self.name);
        self.captures().iter().for_each(|slot| slot.get().trace(tracer));
    }
}

impl Closure {
    /// Offset of the number of its code, a `u32`.
    pub const CODE_OFFSET: usize =
        std::mem::offset_of!(Closure, info) + std::mem::offset_of!(ClosureInfo, code);
    /// Offset of the first captured variable.
    pub const CAPTURES_OFFSET: usize = size_of::<Closure>();

    pub(crate) fn new(module: Gc<ModuleObject>, name: Gc<Str>, info: ClosureInfo) -> Closure {
        Closure { module, name, info, captures: Cell::new(0), _room: 0 }
    }

    /// What it is of.
    #[inline]
    pub fn info(&self) -> ClosureInfo {
        self.info
    }

    /// Its name; empty when it has none.
    pub fn name(&self) -> Gc<Str> {
        self.name
    }

    /// The module it was made in.
    #[inline]
    pub fn module(&self) -> Gc<ModuleObject> {
        self.module
    }

    /// The captured variables.
    #[inline]
    pub fn captures(&self) -> &[Cell<Value>] {
        // SAFETY: closures are made by the runtime alone, with this many values behind them.
        unsafe { behind(self, self.captures.get() as usize) }
    }
}

impl Tail for Closure {
    fn bytes(parts: usize) -> usize {
        parts * size_of::<Value>()
    }

    fn set_parts(&self, parts: usize) {
        self.captures.set(parts as u32);
    }
}

/// A function of the runtime.
pub struct Native {
    /// Its name.
    pub name: Gc<Str>,
    /// Its number, of whoever executes it.
    pub number: u32,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; nothing belongs to a thread.
unsafe impl Object for Native {
    const KIND: u8 = 10;
    const NAME: &'static str = "native";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.name);
    }
}

impl Native {
    /// Offset of the number, 32 bits.
    pub const NUMBER_OFFSET: usize = std::mem::offset_of!(Native, number);
}

/// A method with the receiver it was taken from.
pub struct BoundMethod {
    /// The receiver.
    pub receiver: Value,
    /// The closure.
    pub method: Gc<Closure>,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for BoundMethod {
    const KIND: u8 = 12;
    const NAME: &'static str = "bound method";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.receiver.trace(tracer);
        tracer.edge(self.method);
    }
}

/// A variable that several functions share.
#[repr(C)]
pub struct BoxCell {
    value: Cell<Value>,
}

// SAFETY: no other kind has this number; `trace` reports the one value; nothing belongs to a thread.
unsafe impl Object for BoxCell {
    const KIND: u8 = 19;
    const NAME: &'static str = "box";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.value.get().trace(tracer);
    }
}

impl BoxCell {
    /// Offset of the value.
    pub const VALUE_OFFSET: usize = std::mem::offset_of!(BoxCell, value);

    pub(crate) fn new(value: Value) -> BoxCell {
        BoxCell { value: Cell::new(value) }
    }

    /// Its value.
    #[inline]
    pub fn get(&self) -> Value {
        self.value.get()
    }

    /// Sets its value. The caller reports the write to the heap.
    #[inline]
    pub fn set(&self, value: Value) {
        self.value.set(value);
    }
}

/// The globals of a module.
#[repr(C)]
pub struct ModuleObject {
    globals: Cell<Gc<Buffer>>,
    /// Its number, of whoever executes it.
    number: u32,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; nothing belongs to a thread.
unsafe impl Object for ModuleObject {
    const KIND: u8 = 20;
    const NAME: &'static str = "module";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.globals.get());
    }
}

impl ModuleObject {
    /// Offset of the handle of the buffer with the globals.
    pub const GLOBALS_OFFSET: usize = std::mem::offset_of!(ModuleObject, globals);

    pub(crate) fn new(number: u32, globals: Gc<Buffer>) -> ModuleObject {
        ModuleObject { globals: Cell::new(globals), number }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The buffer with the globals, by slot; those that are not defined are absent.
    #[inline]
    pub fn globals(&self) -> Gc<Buffer> {
        self.globals.get()
    }

    pub(crate) fn set_globals(&self, globals: Gc<Buffer>) {
        self.globals.set(globals);
    }
}
