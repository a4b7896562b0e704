//! Objects.

use super::slots::values_of;
use super::{Foreign, Internal, Obj, Shp, Slots, Sparse, Tail, Value, behind, handle, kept, kind};
use crate::{Class, Elements, Flags, Rt};
use heap::{Any, Gc, Header, Object, Tracer};
use std::cell::Cell;

/// How many inline slots there are: the low bits of the word of out-of-line slots.
const INLINE_MASK: u64 = 15;

/// 6.1.7 The Object Type.
///
/// The header's 32 free bits hold class and [`Flags`]. Properties by index are *elements*: [`Slots`] in which the place is the
/// index, or [`Sparse`] ones. Other properties are *slots* numbered by the shape: the first lie in the object, the rest in
/// [`Slots`] of their own. What else the object has depends on its class and is its *payload*.
#[repr(C)]
pub struct JsObject {
    shape: Cell<Shp>,
    /// The handle of the out-of-line slots, plus the number of inline ones.
    slots: Cell<u64>,
    elements: Cell<Any>,
    payload: Cell<Value>,
}

// SAFETY: no other kind has this number; `trace` reports all handles; nothing belongs to a thread.
unsafe impl Object for JsObject {
    const KIND: u8 = kind::OBJECT;
    const NAME: &'static str = "object";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.shape.get());
        tracer.edge(self.out_of_line());
        tracer.edge_any(self.elements.get());
        self.payload.get().trace(tracer);
        self.inline_slots().iter().for_each(|slot| slot.get().trace(tracer));
    }
}

impl JsObject {
    /// Offset of the handle of the shape.
    pub const SHAPE_OFFSET: usize = std::mem::offset_of!(JsObject, shape);
    /// Offset of the handle of the out-of-line slots, plus the shape's inline capacity.
    pub const SLOTS_OFFSET: usize = std::mem::offset_of!(JsObject, slots);
    /// Offset of the handle of the elements: [`Slots`], or [`Sparse`], whose capacity at the same place is 0.
    pub const ELEMENTS_OFFSET: usize = std::mem::offset_of!(JsObject, elements);
    /// Offset of the payload.
    pub const PAYLOAD_OFFSET: usize = std::mem::offset_of!(JsObject, payload);
    /// In the word of the out-of-line slots, the bits of the number of inline ones.
    pub const INLINE_MASK: u64 = INLINE_MASK;
    /// Distance from the object's first byte to its first inline slot.
    pub const INLINE_SLOTS: usize = size_of::<JsObject>();
    /// Inline slots that an object can have.
    pub const MAX_INLINE: u32 = 14;

    pub(crate) fn new(shape: Shp, empty: Gc<Slots>, payload: Value) -> JsObject {
        JsObject {
            shape: Cell::new(shape),
            slots: Cell::new(empty.to_bits()),
            elements: Cell::new(empty.erase()),
            payload: Cell::new(payload),
        }
    }

    /// Its handle.
    #[inline]
    pub fn handle(&self) -> Obj {
        // SAFETY: objects are borrowed out of the heap only.
        unsafe { handle(self) }
    }

    #[inline]
    fn header(&self) -> &Header {
        let at = (&raw const *self).addr() - heap::OBJECT_OFFSET;
        // SAFETY: every object of the heap has its header in front of it, which handles expose.
        unsafe { &*std::ptr::with_exposed_provenance::<Header>(at) }
    }

    /// The header's free bits: class and flags.
    #[inline]
    pub fn aux(&self) -> u32 {
        self.header().aux()
    }

    #[inline]
    pub(crate) fn set_aux(&self, aux: u32) {
        self.header().set_aux(aux);
    }

    /// What sort of object it is.
    #[inline]
    pub fn class(&self) -> Class {
        Class::from_byte(self.aux() as u8)
    }

    /// Its flags.
    #[inline]
    pub fn flags(&self) -> Flags {
        Flags::from_aux(self.aux())
    }

    /// Whether one of these flags is set.
    #[inline]
    pub fn has_flag(&self, flag: Flags) -> bool {
        self.aux() & flag.bits() != 0
    }

    /// Sets flags.
    #[inline]
    pub fn set_flag(&self, flag: Flags) {
        self.set_aux(self.aux() | flag.bits());
    }

    /// Clears flags.
    #[inline]
    pub fn clear_flag(&self, flag: Flags) {
        self.set_aux(self.aux() & !flag.bits());
    }

    /// Whether it has `[[Call]]`.
    #[inline]
    pub fn is_callable(&self) -> bool {
        self.has_flag(Flags::CALLABLE)
    }

    /// Whether it has `[[Construct]]`.
    #[inline]
    pub fn is_constructor(&self) -> bool {
        self.has_flag(Flags::CONSTRUCTOR)
    }

    /// Whether it has `[[IsHTMLDDA]]` (B.3.6).
    #[inline]
    pub fn is_html_dda(&self) -> bool {
        self.has_flag(Flags::HTMLDDA)
    }

    /// `[[Extensible]]`; not for proxies.
    #[inline]
    pub fn is_extensible(&self) -> bool {
        self.has_flag(Flags::EXTENSIBLE)
    }

    /// Whether some internal method is not an ordinary object's.
    #[inline]
    pub fn is_exotic(&self) -> bool {
        self.has_flag(Flags::EXOTIC)
    }

    /// Whether it is an Array exotic object.
    #[inline]
    pub fn is_array(&self) -> bool {
        self.class() == Class::Array
    }

    /// Its shape.
    #[inline]
    pub fn shape(&self) -> Shp {
        self.shape.get()
    }

    /// `[[Prototype]]`; not for proxies.
    #[inline]
    pub fn proto(&self) -> Option<Obj> {
        self.shape.get().proto()
    }

    /// Gives it another shape with as many slots or fewer, or with one more for which [`JsObject::has_room`].
    #[inline]
    pub(crate) fn set_shape(&self, rt: &Rt, shape: Shp) {
        if self.has_flag(Flags::PROTO_CACHED) {
            rt.bump_proto_epoch();
        }
        self.shape.set(shape);
        rt.heap().wrote(self.handle());
    }

    /// How many slots are in the object itself; the others are in a row.
    #[inline]
    pub fn inline_count(&self) -> usize {
        (self.slots.get() & INLINE_MASK) as usize
    }

    #[inline]
    fn inline_slots(&self) -> &[Cell<Value>] {
        // SAFETY: objects are made with so many values behind them.
        unsafe { behind(self, 0, self.inline_count()) }
    }

    #[inline]
    pub(crate) fn out_of_line(&self) -> Gc<Slots> {
        let word = self.slots.get() & !INLINE_MASK;
        // SAFETY: the word is that of a handle of slots, plus the number.
        unsafe { Any::from_bits(word).downcast_unchecked() }
    }

    pub(crate) fn set_out_of_line(&self, rt: &Rt, slots: Gc<Slots>) {
        self.slots.set(slots.to_bits() | self.slots.get() & INLINE_MASK);
        rt.heap().wrote(self.handle());
    }

    /// How many slots it has room for.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.inline_count() + self.out_of_line().capacity()
    }

    /// The value in a slot, `EMPTY` where there is none.
    #[inline]
    pub fn slot(&self, at: u32) -> Value {
        let (at, inline) = (at as usize, self.inline_slots());
        match inline.get(at) {
            Some(slot) => slot.get(),
            None => {
                values_of(self, self.out_of_line()).get(at - inline.len()).map_or(Value::EMPTY, Cell::get)
            }
        }
    }

    /// Sets the value in a slot that there is.
    #[inline]
    pub fn set_slot(&self, rt: &Rt, at: u32, value: Value) {
        let (at, inline) = (at as usize, self.inline_slots());
        if let Some(slot) = inline.get(at) {
            slot.set(value);
            if value.is_cell() {
                rt.heap().wrote(self.handle());
            }
            return;
        }
        let slots = self.out_of_line();
        if let Some(slot) = slots.values().get(at - inline.len()) {
            slot.set(value);
            if value.is_cell() {
                rt.heap().wrote(slots);
            }
        }
    }

    /// What its class keeps in it.
    #[inline]
    pub fn payload(&self) -> Value {
        self.payload.get()
    }

    /// The payload, if it is a `T`.
    #[inline]
    pub fn payload_as<T: Object>(&self) -> Option<Gc<T>> {
        self.payload.get().cell()
    }

    /// Sets what its class keeps in it.
    #[inline]
    pub fn set_payload(&self, rt: &Rt, payload: Value) {
        self.payload.set(payload);
        if payload.is_cell() {
            rt.heap().wrote(self.handle());
        }
    }

    /// An internal slot of an object whose payload is [`Internal`]; `EMPTY` for others, and beyond the last.
    #[inline]
    pub fn internal(&self, at: usize) -> Value {
        self.payload_as::<Internal>().map_or(Value::EMPTY, |internal| internal.get(at))
    }

    /// How many internal slots there are.
    pub fn internal_len(&self) -> usize {
        self.payload_as::<Internal>().map_or(0, |internal| internal.slots().len())
    }

    /// Sets an internal slot of an object whose payload is [`Internal`].
    #[inline]
    pub fn set_internal(&self, rt: &Rt, at: usize, value: Value) {
        if let Some(internal) = self.payload_as::<Internal>() {
            internal.set(rt, at, value);
        }
    }

    /// What a library keeps in an object whose payload is [`Foreign`], if it is a `T`.
    pub fn foreign<T: std::any::Any>(&self) -> Option<&T> {
        let foreign = self.payload_as::<Foreign>()?;
        // SAFETY: this object keeps it alive, or the word on the stack that the result is does.
        unsafe { kept(foreign) }.get()
    }

    /// How its elements are kept.
    #[inline]
    pub fn elements_kind(&self) -> Elements {
        Elements::from_aux(self.aux())
    }

    /// Its elements in a row, the place being the index, `EMPTY` for holes; none in the sparse mode. Stores go through
    /// [`Rt::put_element`] or [`JsObject::store_dense`].
    #[inline]
    pub fn dense(&self) -> &[Cell<Value>] {
        match self.elements.get().downcast() {
            Some(slots) => values_of(self, slots),
            None => &[],
        }
    }

    /// Its elements in the sparse mode.
    #[inline]
    pub fn sparse(&self) -> Option<&Sparse> {
        // SAFETY: this object keeps them alive, or the word on the stack that the result is does.
        self.elements.get().downcast().map(|sparse| unsafe { kept(sparse) })
    }

    /// The element at an index if it is kept in a row, else `EMPTY`.
    #[inline]
    pub fn element(&self, index: u32) -> Value {
        self.dense().get(index as usize).map_or(Value::EMPTY, Cell::get)
    }

    /// The element at an index, if it is kept in a row and no hole.
    #[inline]
    pub fn dense_element(&self, index: u32) -> Option<Value> {
        self.dense().get(index as usize).map(Cell::get).filter(|value| !value.is_empty())
    }

    /// Overwrites an element that is not a hole; whether there was one kept in a row.
    #[inline]
    pub fn store_dense(&self, rt: &Rt, index: u32, value: Value) -> bool {
        let Some(slots) = self.elements.get().downcast::<Slots>() else { return false };
        let Some(slot) = slots.values().get(index as usize).filter(|slot| !slot.get().is_empty()) else {
            return false;
        };
        slot.set(value);
        self.note_element(value);
        if value.is_cell() {
            Slots::wrote(slots, rt, index as usize);
        }
        true
    }

    /// Has the kind of its elements include a value.
    #[inline]
    pub(crate) fn note_element(&self, value: Value) {
        let aux = self.aux();
        let wider = aux | Elements::needed(value);
        if wider != aux {
            self.set_aux(wider);
        }
    }

    pub(crate) fn elements_cell(&self) -> Any {
        self.elements.get()
    }

    pub(crate) fn set_elements<T: Object>(&self, rt: &Rt, elements: Gc<T>) {
        debug_assert!(elements.erase().is::<Slots>() || elements.erase().is::<Sparse>());
        self.elements.set(elements.erase());
        rt.heap().wrote(self.handle());
    }
}

impl Tail for JsObject {
    fn bytes(parts: usize) -> usize {
        parts * size_of::<Value>()
    }

    fn set_parts(&self, parts: usize) {
        self.slots.set(self.slots.get() & !INLINE_MASK | parts as u64);
    }
}
