//! Environments: the variables that closures share.

use super::{Env, Tail, Value, behind, handle, kind};
use crate::Rt;
use heap::{Object, Tracer};
use std::cell::Cell;

/// 9.1 Environment Records. Which binding has which slot is known to whoever made its code; what the slots of an environment
/// mean (for `eval` and debuggers) is in [`Environment::info`]. Object environments (`with`, the global object, variables that
/// `eval` declares) have an object.
#[repr(C)]
pub struct Environment {
    parent: Option<Env>,
    info: Cell<Value>,
    object: Cell<Value>,
    count: Cell<u64>,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for Environment {
    const KIND: u8 = kind::ENVIRONMENT;
    const NAME: &'static str = "environment";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.parent);
        self.info.get().trace(tracer);
        self.object.get().trace(tracer);
        self.slots().iter().for_each(|slot| slot.get().trace(tracer));
    }
}

impl Environment {
    /// Offset of the handle of the parent, 0 without one.
    pub const PARENT_OFFSET: usize = std::mem::offset_of!(Environment, parent);
    /// Offset of what the slots mean.
    pub const INFO_OFFSET: usize = std::mem::offset_of!(Environment, info);
    /// Offset of the object.
    pub const OBJECT_OFFSET: usize = std::mem::offset_of!(Environment, object);
    /// Offset of the number of slots, a `u64`.
    pub const COUNT_OFFSET: usize = std::mem::offset_of!(Environment, count);
    /// Distance from the object's first byte to its first slot.
    pub const SLOTS: usize = size_of::<Environment>();

    pub(crate) fn new(parent: Option<Env>, info: Value) -> Environment {
        Environment { parent, info: Cell::new(info), object: Cell::new(Value::EMPTY), count: Cell::new(0) }
    }

    /// `[[OuterEnv]]`.
    #[inline]
    pub fn parent(&self) -> Option<Env> {
        self.parent
    }

    /// The environment so many steps out.
    #[inline]
    pub fn ancestor(&self, steps: usize) -> Option<Env> {
        // SAFETY: environments are made in the heap only.
        let mut env = unsafe { handle(self) };
        for _ in 0..steps {
            env = env.parent?;
        }
        Some(env)
    }

    /// What its slots mean, of whoever made it: `EMPTY`, a number, an internal object.
    #[inline]
    pub fn info(&self) -> Value {
        self.info.get()
    }

    /// Sets what its slots mean.
    pub fn set_info(&self, rt: &Rt, info: Value) {
        self.info.set(info);
        self.wrote(rt, info);
    }

    /// The binding object, or `EMPTY`.
    #[inline]
    pub fn object(&self) -> Value {
        self.object.get()
    }

    /// Sets the binding object.
    pub fn set_object(&self, rt: &Rt, object: Value) {
        self.object.set(object);
        self.wrote(rt, object);
    }

    /// The slots. Stores go through [`Environment::set`].
    #[inline]
    pub fn slots(&self) -> &[Cell<Value>] {
        // SAFETY: environments are made with this many values behind them.
        unsafe { behind(self, 0, self.count.get() as usize) }
    }

    /// Number of slots.
    #[inline]
    pub fn len(&self) -> usize {
        self.count.get() as usize
    }

    /// Whether it has no slots.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value in a slot; `EMPTY` while its binding is not initialised, and beyond the last.
    #[inline]
    pub fn get(&self, at: usize) -> Value {
        self.slots().get(at).map_or(Value::EMPTY, Cell::get)
    }

    /// Sets the value in a slot.
    #[inline]
    pub fn set(&self, rt: &Rt, at: usize, value: Value) {
        if let Some(slot) = self.slots().get(at) {
            slot.set(value);
            self.wrote(rt, value);
        }
    }

    #[inline]
    fn wrote(&self, rt: &Rt, value: Value) {
        if value.is_cell() {
            // SAFETY: environments are made in the heap only.
            rt.heap().wrote(unsafe { handle(self) });
        }
    }
}

impl Tail for Environment {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(size_of::<Value>())
    }

    fn set_parts(&self, parts: usize) {
        self.count.set(parts as u64);
    }
}
