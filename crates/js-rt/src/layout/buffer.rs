//! Array buffers: bytes of an isolate's own, or shared between isolates.

use super::{SharedBlock, Tail, behind, handle, kept, kind};
use crate::Rt;
use heap::{Finalizer, Gc, Object, OutOfMemory, Tracer};
use std::cell::Cell;
use std::sync::Arc;

/// Bytes in a row, zero at first.
#[repr(C)]
pub struct Bytes {
    capacity: Cell<u64>,
}

// SAFETY: no other kind has this number; there are no handles; nothing belongs to a thread.
unsafe impl Object for Bytes {
    const KIND: u8 = kind::BYTES;
    const NAME: &'static str = "bytes";
    const LEAF: bool = true;

    fn trace(&self, _: &mut Tracer<'_>) {}
}

impl Bytes {
    fn new() -> Bytes {
        Bytes { capacity: Cell::new(0) }
    }

    /// The bytes.
    pub fn cells(&self) -> &[Cell<u8>] {
        // SAFETY: they are made with this many bytes behind them.
        unsafe { behind(self, 0, self.capacity.get() as usize) }
    }
}

impl Tail for Bytes {
    fn bytes(parts: usize) -> usize {
        parts
    }

    fn set_parts(&self, parts: usize) {
        self.capacity.set(parts as u64);
    }
}

/// No maximum: the length is fixed.
const FIXED: u64 = u64::MAX;

/// `[[ArrayBufferData]]` with its lengths: the payload of classes `ArrayBuffer` and `SharedArrayBuffer`.
///
/// The bytes of an own one lie in the heap: whoever has a slice of them keeps them alive, also when the buffer is detached.
#[repr(C)]
pub struct ArrayBuffer {
    /// The address of the first byte; 0 when detached.
    data: Cell<u64>,
    /// Bytes in use; of a shared one that may grow, look at the block.
    len: Cell<u64>,
    max: u64,
    bytes: Cell<Option<Gc<Bytes>>>,
    shared: Option<Arc<SharedBlock>>,
    immutable: Cell<bool>,
}

// SAFETY: no other kind has this number; `trace` reports the one handle; blocks are for several threads.
unsafe impl Object for ArrayBuffer {
    const KIND: u8 = kind::ARRAY_BUFFER;
    const NAME: &'static str = "array buffer";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.bytes.get());
    }

    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        if let Some(block) = &self.shared {
            finalizer.external_sub(block.capacity());
        }
    }
}

impl Rt {
    /// 25.1.3.1 AllocateArrayBuffer: `len` bytes that are zero, `max` if it is resizable.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_array_buffer(&self, len: usize, max: Option<usize>) -> Result<Gc<ArrayBuffer>, OutOfMemory> {
        let bytes = self.alloc_tail(Bytes::new(), len)?;
        self.alloc(ArrayBuffer {
            data: Cell::new(address(bytes)),
            len: Cell::new(len as u64),
            max: max.map_or(FIXED, |max| max as u64),
            bytes: Cell::new(Some(bytes)),
            shared: None,
            immutable: Cell::new(false),
        })
    }

    /// 25.2.2.1 AllocateSharedArrayBuffer: a buffer for a block that others may have, too.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new_shared_buffer(&self, block: Arc<SharedBlock>) -> Result<Gc<ArrayBuffer>, OutOfMemory> {
        let weight = block.capacity();
        self.heap().external_add(weight)?;
        self.alloc(ArrayBuffer {
            data: Cell::new(block.address() as u64),
            len: Cell::new(block.len() as u64),
            max: if block.is_growable() { block.capacity() as u64 } else { FIXED },
            bytes: Cell::new(None),
            shared: Some(block),
            immutable: Cell::new(false),
        })
        .inspect_err(|_| self.heap().external_sub(weight))
    }
}

fn address(bytes: Gc<Bytes>) -> u64 {
    bytes.cells().as_ptr().addr() as u64
}

impl ArrayBuffer {
    /// Offset of the address of the first byte, 0 when detached, a `u64`.
    pub const DATA_OFFSET: usize = std::mem::offset_of!(ArrayBuffer, data);
    /// Offset of the number of bytes, a `u64`; not for shared ones that may grow.
    pub const LEN_OFFSET: usize = std::mem::offset_of!(ArrayBuffer, len);
    /// Offset of the byte that is not 0 when the buffer cannot be written to.
    pub const IMMUTABLE_OFFSET: usize = std::mem::offset_of!(ArrayBuffer, immutable);

    /// Number of bytes (25.1.3.4 ArrayBufferByteLength); 0 when detached.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.shared {
            Some(block) => block.len(),
            None => self.len.get() as usize,
        }
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `[[ArrayBufferMaxByteLength]]`.
    pub fn max(&self) -> Option<usize> {
        (self.max != FIXED).then_some(self.max as usize)
    }

    /// 25.1.3.9 IsFixedLengthArrayBuffer.
    #[inline]
    pub fn is_fixed_length(&self) -> bool {
        self.max == FIXED
    }

    /// 25.1.3.3 IsDetachedBuffer.
    #[inline]
    pub fn is_detached(&self) -> bool {
        self.shared.is_none() && self.bytes.get().is_none()
    }

    /// 25.2.2.2 IsSharedArrayBuffer.
    #[inline]
    pub fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// The block that others may have, too.
    pub fn shared(&self) -> Option<&Arc<SharedBlock>> {
        self.shared.as_ref()
    }

    /// Whether its bytes may not be changed (25.1.3.8 IsImmutableBuffer).
    #[inline]
    pub fn is_immutable(&self) -> bool {
        self.immutable.get()
    }

    /// Its bytes may not be changed from now on. Whoever changes them asks.
    pub fn set_immutable(&self) {
        self.immutable.set(true);
    }

    /// 25.1.3.5 DetachArrayBuffer from step 5 on.
    pub fn detach(&self) {
        self.bytes.set(None);
        self.data.set(0);
        self.len.set(0);
    }

    /// Takes the bytes of another buffer, which is detached then (25.1.3.2 ArrayBufferCopyAndDetach for the same length).
    pub fn take(&self, rt: &Rt, other: &ArrayBuffer) {
        self.bytes.set(other.bytes.get());
        self.data.set(other.data.get());
        self.len.set(other.len.get());
        other.detach();
        self.wrote(rt);
    }

    /// Changes the number of bytes of an own buffer, or has a shared one grow, up to the maximum; whether it may. New bytes are
    /// zero.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn resize(&self, rt: &Rt, len: usize) -> Result<bool, OutOfMemory> {
        if len as u64 > self.max || self.max == FIXED || self.is_detached() {
            return Ok(false);
        }
        if let Some(block) = &self.shared {
            return Ok(block.grow(len));
        }
        let capacity = self.storage().len();
        if len > capacity {
            let room = usize::try_from(self.max).unwrap_or(len).min((capacity * 2).max(len));
            let bytes = rt.alloc_tail(Bytes::new(), room)?;
            bytes.cells().iter().zip(self.cells()).for_each(|(to, from)| to.set(from.get()));
            self.bytes.set(Some(bytes));
            self.data.set(address(bytes));
            self.wrote(rt);
        } else if let Some(rest) = self.storage().get(len..self.len()) {
            rest.iter().for_each(|byte| byte.set(0));
        }
        self.len.set(len as u64);
        Ok(true)
    }

    fn wrote(&self, rt: &Rt) {
        // SAFETY: buffers are made in the heap only.
        rt.heap().wrote(unsafe { handle(self) });
    }

    fn storage(&self) -> &[Cell<u8>] {
        match self.bytes.get() {
            // SAFETY: this buffer keeps them alive, or the word on the stack that the result is does.
            Some(bytes) => unsafe { kept(bytes) }.cells(),
            None => &[],
        }
    }

    /// The bytes of an own buffer; none of a shared one.
    #[inline]
    pub fn cells(&self) -> &[Cell<u8>] {
        let storage = self.storage();
        storage.get(..self.len.get() as usize).unwrap_or(storage)
    }

    /// Bytes from `at` on; `None` when they are not all there. Not torn when shared, if aligned, and 1, 2, 4 or 8.
    #[inline]
    pub fn get<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        if let Some(block) = &self.shared {
            return block.get(at);
        }
        let cells = self.cells().get(at..)?.first_chunk::<N>()?;
        Some(std::array::from_fn(|i| cells[i].get()))
    }

    /// Sets bytes from `at` on; whether they are all there. Not torn when shared, if aligned, and 1, 2, 4 or 8.
    #[inline]
    pub fn set<const N: usize>(&self, at: usize, bytes: [u8; N]) -> bool {
        if let Some(block) = &self.shared {
            return block.set(at, bytes);
        }
        let Some(cells) = self.cells().get(at..).and_then(|cells| cells.first_chunk::<N>()) else {
            return false;
        };
        cells.iter().zip(bytes).for_each(|(cell, byte)| cell.set(byte));
        true
    }

    /// 25.1.3.x CopyDataBlockBytes: `count` bytes from one place to another, as many as there are in both; they may overlap.
    pub fn copy_from(&self, at: usize, other: &ArrayBuffer, from: usize, count: usize) {
        let count = count.min(self.len().saturating_sub(at)).min(other.len().saturating_sub(from));
        let (to_cells, from_cells) = (self.cells(), other.cells());
        if let (Some(to), Some(from)) = (to_cells.get(at..at + count), from_cells.get(from..from + count))
            && count > 0
        {
            copy_cells(to, from);
            return;
        }
        let copy = |i: usize| {
            if let Some(byte) = other.get::<1>(from + i) {
                self.set(at + i, byte);
            }
        };
        if at <= from { (0..count).for_each(copy) } else { (0..count).rev().for_each(copy) }
    }

    /// Sets `count` bytes to one value, as many as there are.
    pub fn fill(&self, at: usize, count: usize, byte: u8) {
        let end = at.saturating_add(count).min(self.len());
        if self.is_shared() {
            (at..end).for_each(|at| {
                self.set(at, [byte]);
            });
        } else if let Some(cells) = self.cells().get(at..end) {
            cells.iter().for_each(|cell| cell.set(byte));
        }
    }

    /// A copy of the bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        (0..self.len()).map_while(|at| self.get::<1>(at)).map(|[byte]| byte).collect()
    }
}

/// Copies as many bytes as there are in both; they may overlap.
fn copy_cells(to: &[Cell<u8>], from: &[Cell<u8>]) {
    let count = to.len().min(from.len());
    // SAFETY: both are so long, cells have the layout of what they hold, and nobody else writes them meanwhile.
    unsafe { std::ptr::copy(from.as_ptr(), to.as_ptr().cast_mut(), count) };
}
