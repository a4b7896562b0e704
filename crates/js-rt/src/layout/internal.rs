//! Payloads for library code: internal slots, and whatever Rust keeps.

use super::{Tail, Value, behind, handle, kind};
use crate::Rt;
use heap::{Finalizer, Object, Tracer};
use std::any::Any;
use std::cell::Cell;

/// The two functions of an accessor property, each callable or `undefined`.
#[repr(C)]
pub struct Accessor {
    get: Cell<Value>,
    set: Cell<Value>,
}

// SAFETY: no other kind has this number; `trace` reports both values; nothing belongs to a thread.
unsafe impl Object for Accessor {
    const KIND: u8 = kind::ACCESSOR;
    const NAME: &'static str = "accessor";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.get.get().trace(tracer);
        self.set.get().trace(tracer);
    }
}

impl Accessor {
    /// Offset of the getter.
    pub const GET_OFFSET: usize = std::mem::offset_of!(Accessor, get);
    /// Offset of the setter.
    pub const SET_OFFSET: usize = std::mem::offset_of!(Accessor, set);

    pub(crate) fn new(get: Value, set: Value) -> Accessor {
        Accessor { get: Cell::new(get), set: Cell::new(set) }
    }

    /// `[[Get]]`.
    #[inline]
    pub fn get(&self) -> Value {
        self.get.get()
    }

    /// `[[Set]]`.
    #[inline]
    pub fn set(&self) -> Value {
        self.set.get()
    }
}

/// A fixed number of internal slots.
#[repr(C)]
pub struct Internal {
    count: Cell<u64>,
}

// SAFETY: no other kind has this number; `trace` reports all values; nothing belongs to a thread.
unsafe impl Object for Internal {
    const KIND: u8 = kind::INTERNAL;
    const NAME: &'static str = "internal slots";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.slots().iter().for_each(|slot| slot.get().trace(tracer));
    }
}

impl Internal {
    /// Distance from the object's first byte to its first slot.
    pub const SLOTS: usize = size_of::<Internal>();

    pub(crate) fn new() -> Internal {
        Internal { count: Cell::new(0) }
    }

    /// The slots. Stores go through [`Internal::set`].
    pub fn slots(&self) -> &[Cell<Value>] {
        // SAFETY: they are made with this many values behind them.
        unsafe { behind(self, 0, self.count.get() as usize) }
    }

    /// The value in a slot; `EMPTY` at first, and beyond the last.
    #[inline]
    pub fn get(&self, at: usize) -> Value {
        self.slots().get(at).map_or(Value::EMPTY, Cell::get)
    }

    /// Sets the value in a slot.
    #[inline]
    pub fn set(&self, rt: &Rt, at: usize, value: Value) {
        if let Some(slot) = self.slots().get(at) {
            slot.set(value);
            if value.is_cell() {
                // SAFETY: internal slots are made in the heap only.
                rt.heap().wrote(unsafe { handle(self) });
            }
        }
    }
}

impl Tail for Internal {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(size_of::<Value>())
    }

    fn set_parts(&self, parts: usize) {
        self.count.set(parts as u64);
    }
}

/// A Rust value. It holds no handles: being `Send`, it cannot.
pub struct Foreign {
    value: Box<dyn Any + Send>,
    weight: usize,
}

// SAFETY: no other kind has this number; there are no handles; the value is `Send`.
unsafe impl Object for Foreign {
    const KIND: u8 = kind::FOREIGN;
    const NAME: &'static str = "foreign value";
    const LEAF: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}

    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        finalizer.external_sub(self.weight);
    }
}

impl Foreign {
    pub(crate) fn new(value: Box<dyn Any + Send>, weight: usize) -> Foreign {
        Foreign { value, weight }
    }

    /// The value, if it is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.value.downcast_ref()
    }
}
