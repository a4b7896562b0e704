//! Memory of this process that belongs to a test's guest: every access from Rust is checked.

use ir::eval::Const;
use ir::interp::{Host, MemoryFault, RuntimeExit};
use ir::module::RuntimeData;
use ir::{Func, Runtime};
use std::ptr::NonNull;

/// A piece of memory, 16-byte aligned.
#[derive(Debug)]
struct Block {
    memory: NonNull<[u128]>,
    /// Bytes that count; the last 16-byte unit may have more.
    len: usize,
}

impl Block {
    fn new(len: usize) -> Block {
        let units = vec![0u128; len.div_ceil(16).max(1)].into_boxed_slice();
        let memory = NonNull::new(Box::into_raw(units)).expect("a box is somewhere");
        memory.cast::<u8>().expose_provenance();
        Block { memory, len }
    }

    fn start(&self) -> u64 {
        self.memory.cast::<u8>().addr().get() as u64
    }

    /// `len` bytes at `address`, when they are all here.
    fn at(&self, address: u64, len: usize) -> Option<NonNull<u8>> {
        let offset = usize::try_from(address.checked_sub(self.start())?).ok()?;
        let inside = offset.checked_add(len)? <= self.len;
        // SAFETY: offset and length were compared with those of the block.
        inside.then(|| unsafe { self.memory.cast::<u8>().add(offset) })
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the memory came from a box, and whoever has the block does not use it any more.
        drop(unsafe { Box::from_raw(self.memory.as_ptr()) });
    }
}

/// Memory that compiled code and Rust share.
#[derive(Debug)]
pub struct Arena {
    blocks: Vec<Block>,
    /// Bytes that allocations may still take.
    left: u64,
}

impl Default for Arena {
    /// Nothing yet; allocations up to 64 MiB.
    fn default() -> Arena {
        Arena { blocks: Vec::new(), left: 64 << 20 }
    }
}

impl Arena {
    /// Bytes that allocations may take from now on.
    pub fn set_heap_limit(&mut self, bytes: u64) {
        self.left = bytes;
    }

    /// Memory with these contents; its address.
    pub fn map(&mut self, bytes: &[u8]) -> u64 {
        let block = Block::new(bytes.len());
        // SAFETY: the block is at least that long, and nobody else knows it yet.
        unsafe {
            block.memory.cast::<u8>().copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len())
        };
        let start = block.start();
        self.blocks.push(block);
        start
    }

    /// Zeroed memory, unless the limit is reached.
    pub fn alloc(&mut self, size: u32, _kind: u32) -> Option<NonNull<u8>> {
        self.left = self.left.checked_sub(u64::from(size))?;
        let block = Block::new(size as usize);
        let start = block.memory.cast();
        self.blocks.push(block);
        Some(start)
    }

    fn find(&self, address: u64, len: usize) -> Option<NonNull<u8>> {
        // Programs of tests have few objects, and the one in question is most likely young.
        self.blocks.iter().rev().find_map(|block| block.at(address, len))
    }

    /// The bytes at an address; `None` when they do not all belong to one piece.
    pub fn bytes(&self, address: u64, len: usize) -> Option<Vec<u8>> {
        let from = self.find(address, len)?;
        let mut bytes = vec![0; len];
        // SAFETY: so many bytes are there; compiled code is not running while Rust has the arena.
        unsafe { from.copy_to_nonoverlapping(NonNull::from(&mut bytes[..]).cast(), len) };
        Some(bytes)
    }

    /// As [`Host::load`](ir::interp::Host::load).
    ///
    /// # Errors
    /// When the bytes are not all there.
    pub fn load(&self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        let fault = MemoryFault { address, width, write: false };
        let bytes = self.bytes(address, width as usize).ok_or(fault)?;
        let mut word = [0; 8];
        word.get_mut(..bytes.len()).ok_or(fault)?.copy_from_slice(&bytes);
        Ok(u64::from_le_bytes(word))
    }

    /// As [`Host::store`](ir::interp::Host::store).
    ///
    /// # Errors
    /// When the bytes are not all there.
    pub fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        let fault = MemoryFault { address, width, write: true };
        let word = value.to_le_bytes();
        let from = word.get(..width as usize).ok_or(fault)?;
        let to = self.find(address, from.len()).ok_or(fault)?;
        // SAFETY: so many bytes are there; compiled code is not running while Rust has the arena.
        unsafe { to.copy_from_nonoverlapping(NonNull::from(from).cast(), from.len()) };
        Ok(())
    }
}

/// Memory alone, as the helpers of random programs see it: no runtime functions, and no code.
impl Host for Arena {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        Arena::load(self, address, width)
    }

    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        Arena::store(self, address, width, value)
    }

    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        Some(Arena::alloc(self, size, kind)?.expose_provenance().get() as u64)
    }

    fn call_runtime(&mut self, _: Runtime, _: &RuntimeData, _: &[Const]) -> Result<Vec<Const>, RuntimeExit> {
        Err(RuntimeExit::Unbound)
    }

    fn function_at(&mut self, _: u64) -> Option<Func> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accesses_outside_of_pieces_are_faults() {
        let mut arena = Arena::default();
        let piece = arena.map(&[1, 2, 3, 4, 5]);
        assert_eq!(arena.load(piece, 4), Ok(0x0403_0201));
        assert!(arena.load(piece + 2, 4).is_err() && arena.load(piece - 1, 1).is_err());
        assert!(arena.store(piece + 5, 1, 0).is_err() && arena.store(u64::MAX, 8, 0).is_err());
        assert_eq!(arena.store(piece + 4, 1, 0x1ff), Ok(()));
        assert_eq!(arena.bytes(piece, 5), Some(vec![1, 2, 3, 4, 0xff]));
        arena.set_heap_limit(8);
        assert!(arena.alloc(16, 0).is_none());
        let object = arena.alloc(8, 0).expect("there is room").addr().get() as u64;
        assert_eq!((arena.load(object, 8), object % 16), (Ok(0), 0));
        assert!(arena.alloc(1, 0).is_none());
    }
}
