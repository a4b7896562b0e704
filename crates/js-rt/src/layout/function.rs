//! Payloads of functions.

use super::{Code, Env, Realm, Tail, Value, behind, handle, kind};
use crate::Rt;
use heap::{Gc, Object, Tracer};
use std::cell::Cell;

/// What a new [`Closure`] has.
#[derive(Clone, Copy, Debug)]
pub struct ClosureInit {
    /// What is executed. Its unit has the realm.
    pub code: Gc<Code>,
    /// Bits of whoever executes it: kind of constructor, mode of `this`, ...
    pub flags: u32,
    /// `[[Environment]]`.
    pub env: Option<Env>,
    /// `[[HomeObject]]`, or `EMPTY`.
    pub home: Value,
}

/// 10.2 ECMAScript Function Objects: the payload of class `Function`.
#[repr(C)]
pub struct Closure {
    code: Gc<Code>,
    flags: Cell<u32>,
    /// Another number of whoever executes it.
    pub number: Cell<u32>,
    env: Cell<Option<Env>>,
    home: Cell<Value>,
    fields: Cell<Value>,
    extra: Cell<Value>,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for Closure {
    const KIND: u8 = kind::CLOSURE;
    const NAME: &'static str = "closure";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.code);
        tracer.edge_opt(self.env.get());
        self.home.get().trace(tracer);
        self.fields.get().trace(tracer);
        self.extra.get().trace(tracer);
    }
}

impl Closure {
    /// Offset of the handle of its code.
    pub const CODE_OFFSET: usize = std::mem::offset_of!(Closure, code);
    /// Offset of the flags, a `u32`.
    pub const FLAGS_OFFSET: usize = std::mem::offset_of!(Closure, flags);
    /// Offset of the handle of the environment, 0 without one.
    pub const ENV_OFFSET: usize = std::mem::offset_of!(Closure, env);

    pub(crate) fn new(init: ClosureInit) -> Closure {
        Closure {
            code: init.code,
            flags: Cell::new(init.flags),
            number: Cell::new(0),
            env: Cell::new(init.env),
            home: Cell::new(init.home),
            fields: Cell::new(Value::EMPTY),
            extra: Cell::new(Value::EMPTY),
        }
    }

    /// Its code.
    #[inline]
    pub fn code(&self) -> Gc<Code> {
        self.code
    }

    /// Bits of whoever executes it.
    #[inline]
    pub fn flags(&self) -> u32 {
        self.flags.get()
    }

    /// Sets bits of whoever executes it.
    pub fn set_flags(&self, flags: u32) {
        self.flags.set(flags);
    }

    /// `[[Environment]]`.
    #[inline]
    pub fn env(&self) -> Option<Env> {
        self.env.get()
    }

    /// `[[HomeObject]]`, or `EMPTY`.
    #[inline]
    pub fn home(&self) -> Value {
        self.home.get()
    }

    /// Sets `[[HomeObject]]` (10.2.7 MakeMethod).
    pub fn set_home(&self, rt: &Rt, home: Value) {
        self.home.set(home);
        self.wrote(rt);
    }

    /// What initialises the fields of a class's instances, or `EMPTY`.
    #[inline]
    pub fn fields(&self) -> Value {
        self.fields.get()
    }

    /// Sets what initialises the fields of a class's instances.
    pub fn set_fields(&self, rt: &Rt, fields: Value) {
        self.fields.set(fields);
        self.wrote(rt);
    }

    /// Another value of whoever executes it, `EMPTY` at first.
    #[inline]
    pub fn extra(&self) -> Value {
        self.extra.get()
    }

    /// Sets another value of whoever executes it.
    pub fn set_extra(&self, rt: &Rt, extra: Value) {
        self.extra.set(extra);
        self.wrote(rt);
    }

    fn wrote(&self, rt: &Rt) {
        // SAFETY: closures are made in the heap only.
        rt.heap().wrote(unsafe { handle(self) });
    }
}

/// The number of a native function in the table of whoever executes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct NativeId(pub u32);

/// 10.3 Built-in Function Objects: the payload of class `NativeFunction`, with captured values.
#[repr(C)]
pub struct Native {
    id: NativeId,
    realm: Gc<Realm>,
    flags: Cell<u32>,
    count: Cell<u32>,
}

// SAFETY: no other kind has this number; `trace` reports all values; nothing belongs to a thread.
unsafe impl Object for Native {
    const KIND: u8 = kind::NATIVE;
    const NAME: &'static str = "native";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.realm);
        self.slots().iter().for_each(|slot| slot.get().trace(tracer));
    }
}

impl Native {
    /// Offset of its number, a `u32`.
    pub const ID_OFFSET: usize = std::mem::offset_of!(Native, id);
    /// Offset of the handle of its realm.
    pub const REALM_OFFSET: usize = std::mem::offset_of!(Native, realm);

    pub(crate) fn new(id: NativeId, realm: Gc<Realm>, flags: u32) -> Native {
        Native { id, realm, flags: Cell::new(flags), count: Cell::new(0) }
    }

    /// Its number.
    #[inline]
    pub fn id(&self) -> NativeId {
        self.id
    }

    /// `[[Realm]]`.
    #[inline]
    pub fn realm(&self) -> Gc<Realm> {
        self.realm
    }

    /// Bits of whoever executes it.
    #[inline]
    pub fn flags(&self) -> u32 {
        self.flags.get()
    }

    /// The captured values. Stores go through [`Native::set`].
    pub fn slots(&self) -> &[Cell<Value>] {
        // SAFETY: natives are made with this many values behind them.
        unsafe { behind(self, 0, self.count.get() as usize) }
    }

    /// A captured value, `EMPTY` beyond the last.
    #[inline]
    pub fn slot(&self, at: usize) -> Value {
        self.slots().get(at).map_or(Value::EMPTY, Cell::get)
    }

    /// Sets a captured value.
    pub fn set(&self, rt: &Rt, at: usize, value: Value) {
        if let Some(slot) = self.slots().get(at) {
            slot.set(value);
            // SAFETY: natives are made in the heap only.
            rt.heap().wrote(unsafe { handle(self) });
        }
    }
}

impl Tail for Native {
    fn bytes(parts: usize) -> usize {
        parts.saturating_mul(size_of::<Value>())
    }

    fn set_parts(&self, parts: usize) {
        self.count.set(parts as u32);
    }
}
