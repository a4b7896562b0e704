//! The runtime: a heap and what making objects in it needs.

use crate::layout::{self, Held, Owned, PropertyTable, Shape, Slots, Tail};
use crate::names::{Names, Symbols};
use crate::strings::Atoms;
use crate::{JsString, JsSymbol, PropertyKey, Str};
use heap::{Config, Gc, Heap, Object, OutOfMemory, Roots, Tracer, WeakTable};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The heap of an isolate, with what allocation needs: atoms, names, well-known symbols, first shapes.
pub struct Rt {
    heap: Heap,
    /// The strings that the runtime and the library name.
    pub names: Owned<Names>,
    /// 6.1.5.1 Well-known symbols.
    pub symbols: Owned<Symbols>,
    pub(crate) atoms: Atoms,
    pub(crate) registered: WeakTable<JsSymbol>,
    pub(crate) first_shapes: WeakTable<Shape>,
    /// Some of them that were asked for last, by their hash.
    pub(crate) recent_shapes: Owned<[Cell<Option<Gc<Shape>>>; RECENT]>,
    pub(crate) common: Owned<Common>,
    /// Counts the changes of shape of objects with [`Flags::PROTO_CACHED`](crate::Flags::PROTO_CACHED): what inline caches found
    /// out by looking through prototypes holds as long as this stays the same.
    pub proto_epoch: Cell<u64>,
    pub(crate) reclaimed: Arc<AtomicBool>,
}

/// First shapes that are found without a look at the table of all.
pub(crate) const RECENT: usize = 16;

/// Objects of which one is enough.
pub(crate) struct Common {
    pub(crate) empty: Str,
    /// The strings of one unit below 256.
    pub(crate) units: Box<[Str]>,
    pub(crate) slots: Gc<Slots>,
    pub(crate) table: Gc<PropertyTable>,
}

impl Common {
    fn new(heap: &Heap, atoms: Atoms) -> Result<Common, OutOfMemory> {
        let mut units = Vec::with_capacity(256);
        for unit in 0..=255 {
            let view = crate::StrView::Latin1(&[unit]);
            let string = atoms.make(heap, view)?;
            units.push(if unit.is_ascii_digit() { string } else { atoms.enter(heap, string) });
        }
        let empty = atoms.make(heap, crate::StrView::Latin1(&[]))?;
        Ok(Common {
            empty: atoms.enter(heap, empty),
            units: units.into_boxed_slice(),
            slots: heap.alloc(Slots::new())?,
            table: heap.alloc(PropertyTable::new())?,
        })
    }

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.empty);
        self.units.iter().for_each(|unit| tracer.edge(*unit));
        tracer.edge(self.slots);
        tracer.edge(self.table);
    }
}

impl Rt {
    /// A runtime with an empty heap.
    ///
    /// # Errors
    /// When the limit is too low for what every runtime has.
    pub fn new(config: Config) -> Result<Rt, OutOfMemory> {
        let heap = layout::heap(config);
        let atoms = Atoms::new(heap.weak_table::<JsString>());
        let common = Common::new(&heap, atoms)?;
        Ok(Rt {
            names: Owned(Names::new(&heap, atoms)?),
            symbols: Owned(Symbols::new(&heap, atoms)?),
            registered: heap.weak_table(),
            first_shapes: heap.weak_table(),
            recent_shapes: Owned([const { Cell::new(None) }; RECENT]),
            common: Owned(common),
            atoms,
            heap,
            proto_epoch: Cell::new(0),
            reclaimed: Arc::default(),
        })
    }

    /// The heap.
    #[inline]
    pub fn heap(&self) -> &Heap {
        &self.heap
    }

    /// Runs `f` with collections allowed; the runtime's own roots are known, and `roots`.
    pub fn enter<R>(&self, roots: &dyn Roots, f: impl FnOnce() -> R) -> R {
        let all = |tracer: &mut Tracer<'_>| {
            self.trace(tracer);
            roots.trace(tracer);
        };
        self.heap.enter(&all, f)
    }

    /// Reports the runtime's own roots, for who enters the heap in another way.
    pub fn trace(&self, tracer: &mut Tracer<'_>) {
        self.common.trace(tracer);
        self.names.trace(tracer);
        self.symbols.trace(tracer);
        self.recent_shapes.iter().for_each(|shape| tracer.edge_opt(shape.get()));
    }

    /// Runs `f` with `held` protected: for handles in a buffer that the heap does not know.
    pub fn protect<T: Held, R>(&self, held: &[Cell<T>], f: impl FnOnce() -> R) -> R {
        self.heap.enter(&|tracer: &mut Tracer<'_>| held.iter().for_each(|cell| cell.get().trace(tracer)), f)
    }

    /// What inline caches found out by looking through prototypes holds no more.
    #[inline]
    pub fn bump_proto_epoch(&self) {
        self.proto_epoch.set(self.proto_epoch.get() + 1);
    }

    /// The string of a key that is an atom; empty for others.
    pub fn name_str(&self, key: PropertyKey) -> Str {
        key.as_atom().unwrap_or(self.common.empty)
    }

    /// Allocates an object with parts behind it.
    pub(crate) fn alloc_tail<T: Tail>(&self, value: T, parts: usize) -> Result<Gc<T>, OutOfMemory> {
        let object = self.heap.alloc_sized(value, T::bytes(parts))?;
        object.set_parts(parts);
        Ok(object)
    }

    /// Allocates an object.
    #[inline]
    pub(crate) fn alloc<T: Object>(&self, value: T) -> Result<Gc<T>, OutOfMemory> {
        self.heap.alloc(value)
    }
}

impl std::fmt::Debug for Rt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rt").field("heap", &self.heap).finish_non_exhaustive()
    }
}
