//! A host with a simulated address space.

use crate::entity::{Entity, Func, Runtime};
use crate::eval::Const;
use crate::interp::{Host, MemoryFault, Poll, RuntimeExit};
use crate::module::RuntimeData;
use std::collections::HashMap;
use std::fmt;

/// Where `map` and `alloc` hand out addresses from.
const HEAP: u64 = 0x1000_0000;
/// Address of function 0's entry; the others follow at this distance.
const ENTRIES: u64 = 0x7000_0000;
const ENTRY_SIZE: u64 = 16;
/// Alignment of fresh memory, and bytes between two pieces that belong to neither: running over an end faults.
const ALIGN: u64 = 16;

#[derive(Clone, Debug)]
struct Region {
    base: u64,
    bytes: Vec<u8>,
    writable: bool,
    /// Kind, when the region is an allocated object.
    kind: Option<u32>,
}

/// Regions of bytes at simulated addresses; every access is checked against them.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Ascending by base, not overlapping.
    regions: Vec<Region>,
    /// Region of the last access.
    recent: usize,
    next: u64,
    /// Bytes that may still be allocated.
    left: u64,
}

impl Default for Memory {
    /// No region yet; allocations up to 64 MiB.
    fn default() -> Memory {
        Memory { regions: Vec::new(), recent: 0, next: HEAP, left: 64 << 20 }
    }
}

impl Memory {
    /// Maps bytes at a fresh 16-byte aligned address, which is handed back.
    pub fn map(&mut self, bytes: Vec<u8>) -> u64 {
        let base = self.next;
        self.next = (base + bytes.len() as u64 + ALIGN).next_multiple_of(ALIGN);
        self.insert(Region { base, bytes, writable: true, kind: None });
        base
    }

    /// Maps bytes at a chosen address. `false`, and nothing mapped, when they would overlap others or lie in the range
    /// from 0x1000_0000 on that fresh addresses come from.
    pub fn map_at(&mut self, base: u64, bytes: Vec<u8>) -> bool {
        let end = base.checked_add(bytes.len() as u64);
        let free = |end: u64| {
            end <= HEAP && self.regions.iter().all(|r| end <= r.base || r.base + r.bytes.len() as u64 <= base)
        };
        let fits = end.is_some_and(free);
        if fits {
            self.insert(Region { base, bytes, writable: true, kind: None });
        }
        fits
    }

    fn insert(&mut self, region: Region) {
        let at = self.regions.partition_point(|r| r.base < region.base);
        self.regions.insert(at, region);
    }

    /// Makes the region that holds `address` read-only; `false` when there is none.
    pub fn protect(&mut self, address: u64) -> bool {
        match self.region(address, 1) {
            Some((index, _)) => {
                self.regions[index].writable = false;
                true
            }
            None => false,
        }
    }

    /// Bytes that allocations may take from now on.
    pub fn set_heap_limit(&mut self, bytes: u64) {
        self.left = bytes;
    }

    /// Fresh zeroed memory; `None` when the heap limit is reached.
    pub fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        self.left = self.left.checked_sub(u64::from(size))?;
        let base = self.next;
        self.next = (base + u64::from(size) + ALIGN).next_multiple_of(ALIGN);
        self.insert(Region { base, bytes: vec![0; size as usize], writable: true, kind: Some(kind) });
        Some(base)
    }

    /// Address, size and kind of every allocated object, in order of allocation.
    pub fn objects(&self) -> impl Iterator<Item = (u64, u32, u32)> + '_ {
        self.regions.iter().filter_map(|r| Some((r.base, r.bytes.len() as u32, r.kind?)))
    }

    /// Region and offset of `len` bytes at `address`.
    fn region(&mut self, address: u64, len: u64) -> Option<(usize, usize)> {
        let inside = |r: &Region| {
            let offset = address.checked_sub(r.base)?;
            (offset.checked_add(len)? <= r.bytes.len() as u64).then_some(offset as usize)
        };
        if let Some(offset) = self.regions.get(self.recent).and_then(inside) {
            return Some((self.recent, offset));
        }
        let index = self.regions.partition_point(|r| r.base <= address).checked_sub(1)?;
        let offset = inside(&self.regions[index])?;
        self.recent = index;
        Some((index, offset))
    }

    /// The bytes at `address`; `None` when they are not all there.
    pub fn bytes(&mut self, address: u64, len: usize) -> Option<&[u8]> {
        let (index, offset) = self.region(address, len as u64)?;
        Some(&self.regions[index].bytes[offset..offset + len])
    }

    /// Loads as [`Host::load`].
    ///
    /// # Errors
    /// When the bytes are not all there.
    pub fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        let fault = MemoryFault { address, width, write: false };
        let bytes = self.bytes(address, width as usize).ok_or(fault)?;
        let mut word = [0; 8];
        word.get_mut(..bytes.len()).ok_or(fault)?.copy_from_slice(bytes);
        Ok(u64::from_le_bytes(word))
    }

    /// Stores as [`Host::store`].
    ///
    /// # Errors
    /// When the bytes are not all there, or read-only.
    pub fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        let fault = MemoryFault { address, width, write: true };
        let (index, offset) = self.region(address, u64::from(width)).ok_or(fault)?;
        let region = &mut self.regions[index];
        let word = value.to_le_bytes();
        let from = word.get(..width as usize).filter(|_| region.writable).ok_or(fault)?;
        region.bytes[offset..offset + from.len()].copy_from_slice(from);
        Ok(())
    }
}

/// A runtime call's implementation.
pub type Handler<'a> = Box<dyn FnMut(&mut Memory, &[Const]) -> Result<Vec<Const>, RuntimeExit> + 'a>;

/// A host with a simulated address space, allocation without collection, and closures for runtime calls.
#[derive(Default)]
pub struct FlatMemory<'a> {
    /// The address space.
    pub memory: Memory,
    /// The address of the VM context.
    pub context: u64,
    handlers: HashMap<String, Handler<'a>>,
    poll: Option<Box<dyn FnMut() -> Poll + 'a>>,
}

impl fmt::Debug for FlatMemory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlatMemory")
            .field("memory", &self.memory)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

impl<'a> FlatMemory<'a> {
    /// An empty address space without handlers.
    pub fn new() -> FlatMemory<'a> {
        FlatMemory::default()
    }

    /// Implements the runtime call with this name.
    pub fn handle(
        &mut self,
        name: &str,
        handler: impl FnMut(&mut Memory, &[Const]) -> Result<Vec<Const>, RuntimeExit> + 'a,
    ) {
        self.handlers.insert(name.to_owned(), Box::new(handler));
    }

    /// Decides what polls find; without this they find nothing.
    pub fn on_poll(&mut self, poll: impl FnMut() -> Poll + 'a) {
        self.poll = Some(Box::new(poll));
    }

    /// The entry pointer of a function.
    pub fn entry(func: Func) -> u64 {
        ENTRIES + ENTRY_SIZE * func.index() as u64
    }
}

impl Host for FlatMemory<'_> {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        self.memory.load(address, width)
    }

    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        self.memory.store(address, width, value)
    }

    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        self.memory.alloc(size, kind)
    }

    fn call_runtime(
        &mut self,
        _: Runtime,
        data: &RuntimeData,
        args: &[Const],
    ) -> Result<Vec<Const>, RuntimeExit> {
        match self.handlers.get_mut(&data.name) {
            Some(handler) => handler(&mut self.memory, args),
            None => Err(RuntimeExit::Unbound),
        }
    }

    fn function_at(&mut self, address: u64) -> Option<Func> {
        let offset = address.checked_sub(ENTRIES)?;
        let index = u32::try_from(offset / ENTRY_SIZE).ok()?;
        (offset % ENTRY_SIZE == 0).then_some(Func(index))
    }

    fn poll(&mut self) -> Poll {
        self.poll.as_mut().map_or(Poll::Continue, |poll| poll())
    }

    fn context(&mut self) -> u64 {
        self.context
    }
}

/// Memory alone is a host without functions and runtime calls: what handlers of runtime calls work on.
impl Host for Memory {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        Memory::load(self, address, width)
    }

    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        Memory::store(self, address, width, value)
    }

    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        Memory::alloc(self, size, kind)
    }

    fn call_runtime(&mut self, _: Runtime, _: &RuntimeData, _: &[Const]) -> Result<Vec<Const>, RuntimeExit> {
        Err(RuntimeExit::Unbound)
    }

    fn function_at(&mut self, _: u64) -> Option<Func> {
        None
    }
}
