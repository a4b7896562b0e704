//! Functions as the heap has them: instructions, constants as values, inline caches.

use super::{Environment, JsObject, Realm, Shape};
use crate::{Note, PropertyKey, Value};
use heap::{Gc, Liveness, Object, Tracer};
use js_bytecode::{FunctionCode, FunctionKind};
use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::sync::Arc;

/// A source text with its name.
#[derive(Debug)]
pub struct Source {
    /// What messages call it: a path, or what made it.
    pub name: String,
    /// The text.
    pub text: String,
    /// Offsets in bytes of the lines' starts.
    lines: Vec<u32>,
}

impl Source {
    /// A source.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        let text = text.into();
        let mut lines = vec![0];
        for (at, c) in text.char_indices() {
            let (end, next) = (at + c.len_utf8(), text.as_bytes().get(at + c.len_utf8()));
            if matches!(c, '\n' | '\u{2028}' | '\u{2029}') || (c == '\r' && next != Some(&b'\n')) {
                lines.push(u32::try_from(end).unwrap_or(u32::MAX));
            }
        }
        Source { name: name.into(), text, lines }
    }

    /// Line and column of an offset, both from 1; columns count UTF-16 units, as JavaScript's tools do.
    pub fn place(&self, offset: u32) -> (usize, usize) {
        let line = self.lines.partition_point(|&start| start <= offset);
        let start = self.lines.get(line.wrapping_sub(1)).map_or(0, |&start| start as usize);
        let before = self.text.get(start..offset as usize).unwrap_or("");
        (line.max(1), before.encode_utf16().count() + 1)
    }

    /// The text of a line, counted from 1, without what ends it.
    pub fn line(&self, line: usize) -> &str {
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line));
        let end = self.lines.get(line).map_or(self.text.len(), |&end| end as usize);
        let text = start.and_then(|&start| self.text.get(start as usize..end)).unwrap_or_default();
        text.trim_end_matches(['\n', '\r', '\u{2028}', '\u{2029}'])
    }
}

/// What an entry of an inline cache does when the receiver has its shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum CacheKind {
    /// Nothing: the entry is unused.
    #[default]
    None,
    /// The property is slot `slot` of the receiver.
    Own,
    /// It is slot `slot` of `holder`, as long as no shape of a prototype looked through changed.
    Proto,
    /// There is none, as long as no shape of a prototype looked through changed.
    Absent,
    /// A getter or setter in slot `slot` of the receiver.
    OwnAccessor,
    /// One in slot `slot` of `holder`.
    ProtoAccessor,
    /// A store adds slot `slot`: the object gets shape `next`.
    Add,
    /// The length of an array.
    ArrayLength,
    /// A binding of the global declarative record: slot `slot` of `env`. It does not depend on a shape.
    Lexical,
}

/// One entry of an inline cache. Shapes and holders are weak.
#[derive(Debug, Default)]
#[repr(C)]
pub struct CacheEntry {
    /// The receiver's shape.
    pub shape: Cell<Option<Gc<Shape>>>,
    /// The object that has the property.
    pub holder: Cell<Option<Gc<JsObject>>>,
    /// The environment that has the binding.
    pub env: Cell<Option<Gc<Environment>>>,
    /// The shape after a store.
    pub next: Cell<Option<Gc<Shape>>>,
    /// The value of [`Rt::proto_epoch`](crate::Rt) it was made under.
    pub epoch: Cell<u64>,
    /// The slot.
    pub slot: Cell<u32>,
    /// What to do.
    pub kind: Cell<CacheKind>,
}

/// Further entries of a site that sees several shapes.
pub const MORE: usize = 3;

/// An inline cache: the place of one property access.
#[derive(Debug)]
#[repr(C)]
pub struct Cache {
    /// The first entry.
    pub first: CacheEntry,
    /// The property.
    pub key: PropertyKey,
    /// Further entries.
    pub more: OnceCell<Box<[CacheEntry; MORE]>>,
    /// Number of shapes it missed with.
    pub misses: Cell<u32>,
}

impl Cache {
    /// An empty cache for a property.
    pub fn new(key: PropertyKey) -> Cache {
        Cache { first: CacheEntry::default(), key, more: OnceCell::new(), misses: Cell::new(0) }
    }

    /// The entry to be written next: an unused one, else they take turns. The first one is the latest.
    pub fn entry(&self) -> &CacheEntry {
        let misses = self.misses.get();
        self.misses.set(misses.saturating_add(1));
        if misses == 0 {
            return &self.first;
        }
        let more = self.more.get_or_init(Box::default);
        &more[misses as usize % MORE]
    }

    fn prune(&self, alive: &Liveness<'_>) {
        self.first.prune(alive);
        if let Some(more) = self.more.get() {
            more.iter().for_each(|entry| entry.prune(alive));
        }
    }
}

impl CacheEntry {
    fn prune(&self, alive: &Liveness<'_>) {
        let dead = self.shape.get().is_some_and(|shape| !alive.is_alive(shape))
            || self.holder.get().is_some_and(|holder| !alive.is_alive(holder))
            || self.next.get().is_some_and(|next| !alive.is_alive(next))
            || self.env.get().is_some_and(|env| !alive.is_alive(env));
        if dead {
            self.shape.set(None);
            self.holder.set(None);
            self.next.set(None);
            self.env.set(None);
            self.kind.set(CacheKind::None);
        }
    }
}

/// A source's functions: each becomes [`Code`] when its first closure is made.
pub struct CodeUnit {
    /// By number; none before the first closure.
    pub codes: Box<[Cell<Option<Gc<Code>>>]>,
    /// What they are made from.
    pub functions: Box<[Cell<Option<Box<FunctionCode>>>]>,
    /// The text.
    pub source: Arc<Source>,
    /// The realm that its functions belong to.
    pub realm: Gc<Realm>,
    /// The module record or script that it is the code of, for `import`; undefined for others.
    pub host: Cell<Value>,
}

/// A function, ready to be executed.
pub struct Code {
    /// What the compiler made.
    pub function: FunctionCode,
    /// Its constants: numbers, strings (interned), bigints; undefined for others.
    pub constants: Box<[Value]>,
    /// Objects made once for a site: template objects, by number of the constant.
    pub once: Box<[Cell<Value>]>,
    /// What environments made from its scopes say about themselves.
    pub scopes: Box<[Cell<Value>]>,
    /// The shape of functions made from it.
    pub shape: Cell<Option<Gc<Shape>>>,
    /// Its inline caches.
    pub caches: Box<[Cache]>,
    /// Where its functions are.
    pub unit: Gc<CodeUnit>,
    /// Its name and length, as functions made from it begin with.
    pub name: Value,
    /// Calls and rounds of loops, counted down.
    pub heat: Cell<u32>,
    /// What compiled code needs to know of it, and its own.
    pub native: NativeCode,
}

/// What compiled code of other functions needs to know of a function that they call, and where the machine code of its own is.
#[repr(C)]
pub struct NativeCode {
    /// Machine address of the first instruction; 0: it is not compiled.
    pub(super) entry: Cell<usize>,
    /// Machine address that the table's offsets count from.
    pub(super) base: Cell<usize>,
    /// Address of a 32-bit offset for each instruction, where it can be entered.
    pub(super) table: Cell<usize>,
    /// The realm of its unit.
    pub realm: Gc<Realm>,
    /// How many registers it has.
    pub registers: u32,
    /// How many formal parameters.
    pub params: u32,
    /// Whether a call does no more than push a frame whose registers begin where the call's do, with marks 0.
    pub plain: bool,
    /// Calls and rounds of loops of the machine code, counted down, before the tier above is asked.
    pub heat: Cell<u32>,
    /// What the machine code noted, by instruction; nothing where there is no tier above.
    notes: OnceCell<Box<[Cell<Note>]>>,
    /// What the tier above has with it.
    pub above: Above,
    /// What keeps the machine code; dropped with the function.
    owner: RefCell<Option<Box<dyn Any + Send>>>,
}

/// What the optimizing tier has with a function.
#[derive(Default)]
pub struct Above {
    /// The tier's number of it; 0: none.
    pub number: Cell<u32>,
    /// How often it was asked about in a call and in a loop, before it had a number.
    pub asked: Cell<[u32; 2]>,
    /// What optimized code names, and so is to stay alive as long as the function.
    kept: RefCell<Vec<Value>>,
    /// Dropped with the function.
    pub owner: RefCell<Option<Box<dyn Any + Send>>>,
}

impl Above {
    /// Has values stay alive. The write barrier is the caller's: they are the function's from now on.
    pub fn keep(&self, values: impl IntoIterator<Item = Value>) {
        let mut kept = self.kept.borrow_mut();
        let mut known: HashSet<Value> = kept.iter().copied().collect();
        kept.extend(values.into_iter().filter(|value| known.insert(*value)));
    }

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.kept.borrow().iter().for_each(|value| value.trace(tracer));
    }
}

impl NativeCode {
    /// Of a function that is not compiled.
    pub fn new(function: &FunctionCode, realm: Gc<Realm>) -> NativeCode {
        let class = matches!(function.kind, FunctionKind::BaseConstructor | FunctionKind::DerivedConstructor);
        let async_function = function.flags.is_async && !function.flags.generator;
        NativeCode {
            entry: Cell::new(0),
            base: Cell::new(0),
            table: Cell::new(0),
            realm,
            registers: function.registers,
            params: u32::from(function.params),
            plain: !class && !async_function && !function.flags.all_arguments,
            heat: Cell::new(u32::MAX),
            notes: OnceCell::new(),
            above: Above::default(),
            owner: RefCell::new(None),
        }
    }

    /// Room for what is noted about so many instructions.
    pub fn make_notes(&self, count: usize) -> &[Cell<Note>] {
        self.notes.get_or_init(|| (0..count).map(|_| Cell::default()).collect())
    }

    /// What is noted, by instruction.
    pub fn notes(&self) -> &[Cell<Note>] {
        self.notes.get().map_or(&[], |notes| notes)
    }

    /// Changes what is noted about an instruction, where anything is noted.
    #[inline]
    pub fn note(&self, pc: usize, change: impl FnOnce(Note) -> Note) {
        if let Some(note) = self.notes().get(pc) {
            note.set(change(note.get()));
        }
    }

    /// Machine address of what calls enter; 0: it is not compiled.
    #[inline]
    pub fn entry(&self) -> usize {
        self.entry.get()
    }

    /// Has calls enter other machine code from now on.
    ///
    /// # Safety
    /// As for `entry` of [`NativeCode::install`]; it stays until others are led elsewhere, or the function is gone.
    pub unsafe fn lead(&self, entry: usize) {
        debug_assert!(self.is_compiled());
        self.entry.set(entry);
    }

    /// Whether there is compiled code.
    #[inline]
    pub fn is_compiled(&self) -> bool {
        self.entry.get() != 0
    }

    /// Machine address and table of compiled code, if there is any.
    #[inline]
    pub fn entries(&self) -> Option<(usize, usize)> {
        self.is_compiled().then(|| (self.base.get(), self.table.get()))
    }

    /// Notes compiled code, once and for as long as the function lives: others may be in it.
    ///
    /// # Safety
    /// `entry` is machine code that executes this function when it is entered as `js-baseline` enters functions; at `table` are as
    /// many 32-bit offsets as the function has instructions, each of which leads from `base` to where the machine code goes on at
    /// that instruction. `owner` keeps all of that until it is dropped.
    pub unsafe fn install(&self, entry: usize, base: usize, table: usize, owner: Box<dyn Any + Send>) {
        debug_assert!(!self.is_compiled());
        self.owner.replace(Some(owner));
        self.base.set(base);
        self.table.set(table);
        self.entry.set(entry);
    }
}

// SAFETY: no other object has these kinds; `trace` reports the handles of units and codes, but those of inline caches, which
// are weak: `prune` clears them. Nothing belongs to a thread.
unsafe impl Object for CodeUnit {
    const KIND: u8 = super::kind::CODE_UNIT;
    const NAME: &'static str = "unit";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        for code in &self.codes {
            tracer.edge_opt(code.get());
        }
        tracer.edge(self.realm);
        self.host.get().trace(tracer);
    }
}

// SAFETY: as above.
unsafe impl Object for Code {
    const KIND: u8 = super::kind::CODE;
    const NAME: &'static str = "code";
    const PRUNE: bool = true;

    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.constants.iter().for_each(|value| value.trace(tracer));
        self.once.iter().for_each(|value| value.get().trace(tracer));
        self.scopes.iter().for_each(|value| value.get().trace(tracer));
        self.caches.iter().for_each(|cache| cache.key.trace(tracer));
        tracer.edge_opt(self.shape.get());
        self.name.trace(tracer);
        self.native.above.trace(tracer);
        tracer.edge(self.unit);
    }

    fn prune(&self, alive: &Liveness<'_>) {
        self.caches.iter().for_each(|cache| cache.prune(alive));
    }
}
