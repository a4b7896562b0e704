//! Shapes: what objects with the same properties have in common.

use super::{Obj, PropertyKey, PropertyTable, Shp, Tail, Value, behind, handle, kept, kind};
use crate::{Attrs, Class};
use heap::{Any, Gc, Liveness, Object, Tracer};
use std::cell::Cell;

/// How a shape comes from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A property more.
    Add(PropertyKey, Attrs),
    /// Other attributes of a property.
    Reconfigure(PropertyKey, Attrs),
    /// No property is configurable any more.
    Seal,
    /// No property is configurable any more, nor writable.
    Freeze,
    /// Another prototype.
    Proto(Option<Obj>),
    /// No properties can be added any more.
    PreventExtensions,
}

const DICTIONARY: u8 = 1;
const WATCHED: u8 = 2;

/// The hidden class of objects: class, prototype, extensibility, keys and attributes by slot.
///
/// Shapes form trees by [`Change`]; a shape does not keep those alive that come from it. The shape of a *dictionary* belongs to
/// one object and changes with it.
#[repr(C)]
pub struct Shape {
    table: Cell<Gc<PropertyTable>>,
    proto: Value,
    parent: Option<Shp>,
    /// 0, the weak handle of the only child, or the handle of `Transitions` plus 1.
    children: Cell<u64>,
    /// The key of the change it came by, or the prototype.
    by: u64,
    /// Slots in use: so many of the table's entries are its own.
    count: Cell<u32>,
    class: Class,
    inline: u8,
    /// Which change it came by, and the attributes.
    step: u8,
    flags: Cell<u8>,
}

// SAFETY: no other kind has this number; `trace` reports all handles but those to children, which `prune` forgets when they
// die; nothing belongs to a thread.
unsafe impl Object for Shape {
    const KIND: u8 = kind::SHAPE;
    const NAME: &'static str = "shape";
    const PRUNE: bool = true;

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.table.get());
        self.proto.trace(tracer);
        tracer.edge_opt(self.parent);
        if let Some(table) = self.transitions() {
            tracer.edge(table);
        }
    }

    fn prune(&self, alive: &Liveness<'_>) {
        if let Some(child) = self.only_child()
            && !alive.is_alive(child)
        {
            self.children.set(0);
        }
    }
}

/// How a change is kept in a shape: kind and attributes, and a word.
fn step_of(change: Change) -> (u8, u64) {
    match change {
        Change::Add(key, attrs) => (0x10 | attrs.bits(), key.bits()),
        Change::Reconfigure(key, attrs) => (0x20 | attrs.bits(), key.bits()),
        Change::Seal => (0x30, 0),
        Change::Freeze => (0x40, 0),
        Change::Proto(proto) => (0x50, Value::or_null(proto).bits()),
        Change::PreventExtensions => (0x60, 0),
    }
}

impl Shape {
    /// Offset of the handle of the table.
    pub const TABLE_OFFSET: usize = std::mem::offset_of!(Shape, table);
    /// Offset of the prototype, `null` or an object.
    pub const PROTO_OFFSET: usize = std::mem::offset_of!(Shape, proto);
    /// Offset of the number of slots, a `u32`.
    pub const COUNT_OFFSET: usize = std::mem::offset_of!(Shape, count);
    /// Offset of the class, a byte.
    pub const CLASS_OFFSET: usize = std::mem::offset_of!(Shape, class);

    /// The first shape of a tree.
    pub(crate) fn root(table: Gc<PropertyTable>, proto: Option<Obj>, class: Class, inline: u8) -> Shape {
        Shape {
            table: Cell::new(table),
            proto: Value::or_null(proto),
            parent: None,
            children: Cell::new(0),
            by: 0,
            count: Cell::new(0),
            class,
            inline,
            step: 0,
            flags: Cell::new(0),
        }
    }

    /// What comes from `parent` by a change.
    pub(crate) fn child(parent: Shp, change: Change, table: Gc<PropertyTable>, count: u32) -> Shape {
        let (step, by) = step_of(change);
        let proto = match change {
            Change::Proto(proto) => Value::or_null(proto),
            _ => parent.proto,
        };
        let shape = Shape::root(table, proto.as_object(), parent.class, parent.inline);
        shape.count.set(count);
        Shape { parent: Some(parent), by, step, ..shape }
    }

    /// The shape of a dictionary, with a table of its own.
    pub(crate) fn dictionary(like: Shp, proto: Option<Obj>, table: Gc<PropertyTable>) -> Shape {
        let shape = Shape::root(table, proto, like.class, like.inline);
        shape.count.set(table.used());
        shape.flags.set(DICTIONARY);
        shape
    }

    /// The slot and the attributes of a property.
    #[inline]
    pub fn lookup(&self, key: PropertyKey) -> Option<(u32, Attrs)> {
        self.table_ref().find(key, self.count.get())
    }

    /// The property in a slot; `None` when it is deleted.
    #[inline]
    pub fn entry(&self, slot: u32) -> Option<(PropertyKey, Attrs)> {
        if slot < self.count.get() { self.table_ref().entry(slot) } else { None }
    }

    /// Its properties in the order of their creation, with their slots.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (u32, PropertyKey, Attrs)> + '_ {
        (0..self.count.get()).filter_map(|slot| self.entry(slot).map(|(key, attrs)| (slot, key, attrs)))
    }

    #[inline]
    fn table_ref(&self) -> &PropertyTable {
        // SAFETY: this shape keeps the table alive, or the word on the stack that the result is does.
        unsafe { kept(self.table.get()) }
    }

    pub(crate) fn table(&self) -> Gc<PropertyTable> {
        self.table.get()
    }

    /// Slots in use, those of deleted properties included.
    #[inline]
    pub fn len(&self) -> u32 {
        self.count.get()
    }

    /// Whether it has no properties.
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    /// The prototype.
    #[inline]
    pub fn proto(&self) -> Option<Obj> {
        self.proto.as_object()
    }

    /// The class of its objects.
    #[inline]
    pub fn class(&self) -> Class {
        self.class
    }

    /// How many slots lie in the objects themselves.
    #[inline]
    pub fn inline_capacity(&self) -> u32 {
        u32::from(self.inline)
    }

    /// Whether it belongs to one object, and changes when properties are added.
    #[inline]
    pub fn is_dictionary(&self) -> bool {
        self.flags.get() & DICTIONARY != 0
    }

    /// An inline cache relies on slots and attributes of this shape. When they change for a property that is there, a
    /// dictionary gets another shape from then on. That a key is *absent* from a dictionary may not be relied on.
    #[inline]
    pub fn watch(&self) {
        self.flags.set(self.flags.get() | WATCHED);
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.flags.get() & WATCHED != 0
    }

    /// Has the shape of a dictionary follow its table.
    pub(crate) fn set_table(&self, table: Gc<PropertyTable>) {
        self.table.set(table);
        self.count.set(table.used());
    }

    /// What comes from it by adding a property, if that has been made.
    #[inline]
    pub fn transition(&self, key: PropertyKey, attrs: Attrs) -> Option<Shp> {
        self.find_child(Change::Add(key, attrs))
    }

    /// What comes from it by a change, if that has been made.
    #[inline]
    pub fn find_child(&self, change: Change) -> Option<Shp> {
        let (step, by) = step_of(change);
        match self.only_child() {
            Some(child) => (child.step == step && child.by == by).then_some(child),
            None => self.transitions()?.find(step, by),
        }
    }

    #[inline]
    fn only_child(&self) -> Option<Shp> {
        let word = self.children.get();
        // SAFETY: these words are handles of shapes, which `prune` clears when they die.
        (word != 0 && word & 1 == 0).then(|| unsafe { Any::from_bits(word).downcast_unchecked() })
    }

    #[inline]
    pub(crate) fn transitions(&self) -> Option<Gc<Transitions>> {
        let word = self.children.get();
        // SAFETY: these words are handles of tables plus one.
        (word & 1 != 0).then(|| unsafe { Any::from_bits(word - 1).downcast_unchecked() })
    }

    /// Whether another child needs a larger table first: that of this size.
    pub(crate) fn needs_transitions(&self) -> Option<usize> {
        match (self.only_child(), self.transitions()) {
            (Some(_), _) => Some(8),
            (None, None) => None,
            (_, Some(table)) => table.needs(),
        }
    }

    /// Moves its children to a new table.
    pub(crate) fn set_transitions(&self, table: Gc<Transitions>) {
        if let Some(child) = self.only_child() {
            table.insert(child);
        }
        if let Some(old) = self.transitions() {
            old.children().for_each(|child| table.insert(child));
        }
        self.children.set(table.to_bits() | 1);
    }

    /// Notes what comes from it; there is room.
    pub(crate) fn add_child(&self, child: Shp) {
        match self.transitions() {
            Some(table) => table.insert(child),
            None => self.children.set(child.to_bits()),
        }
    }

    /// The shape that it comes from by adding the property `key`, the last it has.
    pub(crate) fn before(&self, key: PropertyKey) -> Option<Shp> {
        if self.step & 0xf0 == 0x10 && self.by == key.bits() { self.parent } else { None }
    }

    /// Its handle.
    pub fn handle(&self) -> Shp {
        // SAFETY: shapes are borrowed out of the heap only.
        unsafe { handle(self) }
    }
}

/// A removed child in [`Transitions`].
const REMOVED: u64 = 1;

/// The children of a shape that has several: a hash table of weak handles.
#[repr(C)]
pub(crate) struct Transitions {
    capacity: Cell<u32>,
    /// Places that are not zero.
    taken: Cell<u32>,
    live: Cell<u32>,
    _room: u32,
}

// SAFETY: no other kind has this number; the handles are weak, and `prune` forgets them; nothing belongs to a thread.
unsafe impl Object for Transitions {
    const KIND: u8 = kind::TRANSITIONS;
    const NAME: &'static str = "transitions";
    const PRUNE: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}

    fn prune(&self, alive: &Liveness<'_>) {
        for place in self.places() {
            if let Some(child) = child_of(place.get())
                && !alive.is_alive(child)
            {
                place.set(REMOVED);
                self.live.set(self.live.get() - 1);
            }
        }
    }
}

fn child_of(word: u64) -> Option<Shp> {
    // SAFETY: words above 1 are handles of shapes, which `prune` removes when they die.
    (word > REMOVED).then(|| unsafe { Any::from_bits(word).downcast_unchecked() })
}

fn hash_step(step: u8, by: u64) -> usize {
    super::key::hash_bits(by ^ u64::from(step) << 40) as usize
}

impl Transitions {
    fn new() -> Transitions {
        Transitions { capacity: Cell::new(0), taken: Cell::new(0), live: Cell::new(0), _room: 0 }
    }

    fn places(&self) -> &[Cell<u64>] {
        // SAFETY: they are made with this many words behind them.
        unsafe { behind(self, 0, self.capacity.get() as usize) }
    }

    fn children(&self) -> impl Iterator<Item = Shp> + '_ {
        self.places().iter().filter_map(|place| child_of(place.get()))
    }

    fn needs(&self) -> Option<usize> {
        let full = (self.taken.get() + 1) * 4 > self.capacity.get() * 3;
        full.then(|| (self.live.get() as usize * 2 + 2).next_power_of_two().max(8))
    }

    fn find(&self, step: u8, by: u64) -> Option<Shp> {
        let places = self.places();
        let mask = places.len().wrapping_sub(1);
        let mut at = hash_step(step, by) & mask;
        // There is always a place that is zero.
        loop {
            match places.get(at)?.get() {
                0 => return None,
                word => {
                    if let Some(child) = child_of(word)
                        && child.step == step
                        && child.by == by
                    {
                        return Some(child);
                    }
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn insert(&self, child: Shp) {
        let places = self.places();
        let mask = places.len().wrapping_sub(1);
        let mut at = hash_step(child.step, child.by) & mask;
        while places[at].get() > REMOVED {
            at = (at + 1) & mask;
        }
        let before = places[at].replace(child.to_bits());
        self.taken.set(self.taken.get() + u32::from(before == 0));
        self.live.set(self.live.get() + 1);
    }
}

/// An empty table of children.
pub(crate) fn new_transitions() -> Transitions {
    Transitions::new()
}

impl Tail for Transitions {
    fn bytes(parts: usize) -> usize {
        parts * 8
    }

    fn set_parts(&self, parts: usize) {
        self.capacity.set(parts as u32);
    }
}
