//! Views of array buffers: typed arrays and DataViews.

use super::{ArrayBuffer, Obj, Value, kind};
use crate::{Class, ElementType, Rt};
use heap::{Gc, Object, OutOfMemory, Tracer};

/// The length goes with the buffer's.
const TRACKING: u64 = u64::MAX;

/// What typed arrays (10.4.5) and DataViews (25.3) have: the payload of their classes.
#[repr(C)]
pub struct TypedView {
    /// `[[ByteOffset]]`.
    offset: u64,
    /// `[[ArrayLength]]` of typed arrays, `[[ByteLength]]` of DataViews; `u64::MAX` for `auto`.
    length: u64,
    /// The payload of the buffer.
    data: Gc<ArrayBuffer>,
    /// `[[ViewedArrayBuffer]]`.
    buffer: Obj,
    element: ElementType,
}

// SAFETY: no other kind has this number; `trace` reports both handles; nothing belongs to a thread.
unsafe impl Object for TypedView {
    const KIND: u8 = kind::TYPED_VIEW;
    const NAME: &'static str = "view of a buffer";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge(self.data);
        tracer.edge(self.buffer);
    }
}

impl Rt {
    /// A view of a buffer, whose payload is an [`ArrayBuffer`]: `length` elements from byte `offset` on, or as many as there are.
    /// A DataView has elements of one byte.
    ///
    /// # Errors
    /// When there is no memory, or `buffer` is none.
    pub fn new_typed_view(
        &self,
        buffer: Obj,
        offset: usize,
        length: Option<usize>,
        element: ElementType,
    ) -> Result<Gc<TypedView>, OutOfMemory> {
        let data = buffer.payload_as::<ArrayBuffer>().ok_or(OutOfMemory)?;
        let length = length.map_or(TRACKING, |length| length as u64);
        self.alloc(TypedView { offset: offset as u64, length, data, buffer, element })
    }
}

impl TypedView {
    /// Offset of the number of the first byte, a `u64`.
    pub const OFFSET_OFFSET: usize = std::mem::offset_of!(TypedView, offset);
    /// Offset of the number of elements, `u64::MAX` for as many as there are.
    pub const LENGTH_OFFSET: usize = std::mem::offset_of!(TypedView, length);
    /// Offset of the handle of the buffer's payload.
    pub const DATA_OFFSET: usize = std::mem::offset_of!(TypedView, data);

    /// `[[ViewedArrayBuffer]]`.
    pub fn buffer(&self) -> Obj {
        self.buffer
    }

    /// Its payload.
    #[inline]
    pub fn data(&self) -> Gc<ArrayBuffer> {
        self.data
    }

    /// `[[ByteOffset]]`, also when it is out of bounds.
    #[inline]
    pub fn raw_offset(&self) -> usize {
        self.offset as usize
    }

    /// `[[ArrayLength]]` or, for a DataView, `[[ByteLength]]`; `None` for `auto`.
    #[inline]
    pub fn fixed_length(&self) -> Option<usize> {
        (self.length != TRACKING).then_some(self.length as usize)
    }

    /// The type of its elements.
    #[inline]
    pub fn element(&self) -> ElementType {
        self.element
    }

    /// 10.4.5.14 TypedArrayLength; `None` when it is out of bounds (10.4.5.13), or the buffer is detached.
    #[inline]
    pub fn length(&self) -> Option<usize> {
        let available = self.data.len().checked_sub(self.offset as usize)? / self.element.size();
        match self.fixed_length() {
            _ if self.data.is_detached() => None,
            None => Some(available),
            Some(length) => (length <= available).then_some(length),
        }
    }

    /// 10.4.5.13 IsTypedArrayOutOfBounds, 25.3.1.4 IsViewOutOfBounds; also true for a detached buffer.
    pub fn is_out_of_bounds(&self) -> bool {
        self.length().is_none()
    }

    /// 10.4.5.12 TypedArrayByteLength; 0 when it is out of bounds.
    pub fn byte_length(&self) -> usize {
        self.length().unwrap_or(0) * self.element.size()
    }

    /// `[[ByteOffset]]`; 0 when it is out of bounds.
    pub fn byte_offset(&self) -> usize {
        if self.is_out_of_bounds() { 0 } else { self.offset as usize }
    }

    /// The first byte of an element; `None` when there is none.
    #[inline]
    fn place(&self, index: usize) -> Option<usize> {
        (index < self.length()?).then(|| self.offset as usize + index * self.element.size())
    }

    /// The bits of an element (10.4.5.15 TypedArrayGetElement); `None` when there is none.
    #[inline]
    pub fn get_bits(&self, index: usize) -> Option<u64> {
        self.element.read(&self.data, self.place(index)?)
    }

    /// An element; `None` when there is none.
    ///
    /// # Errors
    /// When there is no memory for a BigInt.
    #[inline]
    pub fn get(&self, rt: &Rt, index: usize) -> Result<Option<Value>, OutOfMemory> {
        self.get_bits(index).map(|bits| self.element.decode(rt, bits)).transpose()
    }

    /// Sets the bits of an element (10.4.5.16 TypedArraySetElement from step 3 on); whether there is one.
    #[inline]
    pub fn set_bits(&self, index: usize, bits: u64) -> bool {
        self.place(index).is_some_and(|at| self.element.write(&self.data, at, bits))
    }
}

impl ElementType {
    /// The type of the elements of a class of typed arrays.
    pub fn of_class(class: Class) -> Option<ElementType> {
        ElementType::ALL.into_iter().find(|element| element.class() == class)
    }
}
