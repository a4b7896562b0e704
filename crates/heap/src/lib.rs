//! The tracing heap that guests share.
//!
//! ```
//! use std::cell::Cell;
//! use heap::{Config, Gc, Heap, KindInfo, Object, OutOfMemory, Tracer};
//!
//! struct Pair {
//!     number: u64,
//!     next: Cell<Option<Gc<Pair>>>,
//! }
//!
//! // SAFETY: the only kind of this heap; `trace` reports the one handle there is; nothing belongs to a thread.
//! unsafe impl Object for Pair {
//!     const KIND: u8 = 1;
//!     const NAME: &'static str = "pair";
//!     fn trace(&self, tracer: &mut Tracer<'_>) {
//!         tracer.edge_opt(self.next.get());
//!     }
//! }
//!
//! # fn main() -> Result<(), OutOfMemory> {
//! // SAFETY: handles are kept in local variables below `enter`, in pairs, and in the roots.
//! let heap = unsafe { Heap::new(Config::default(), &[KindInfo::of::<Pair>()]) };
//! let root = Cell::new(None);
//! heap.enter(&|tracer: &mut Tracer<'_>| tracer.edge_opt(root.get()), || {
//!     for number in 0..1000 {
//!         let pair = heap.alloc(Pair { number, next: Cell::new(root.get()) })?;
//!         root.set(Some(pair));
//!     }
//!     assert_eq!(root.get().map(|pair| pair.number), Some(999));
//!     Ok(())
//! })
//! # }
//! ```
//!
//! # Rules for handles
//!
//! [`Gc<T>`] is one word, copied freely, and dereferences to `&T`; objects change through cells. Nothing in its type
//! keeps the object alive. What does is its place: the list is the safety condition of [`Heap::new`], the one
//! unsafe call by which an embedder takes responsibility for it. In short:
//!
//! * Local variables are fine, also across allocations: the stack and the registers are scanned word by word.
//! * So are objects, provided `trace` reports the handle, and roots.
//! * A buffer on the ordinary heap that no object or root owns is not. While one is filled, pass it as additional roots
//!   to a nested [`Heap::enter`], or make it an object's first.
//! * A value passed to [`Heap::alloc`] is traced if the call collects, so it may own buffers full of handles.
//! * Report stores of handles into objects with [`Heap::wrote`], before or after, but before the next allocation.
//! * A handle's word may be kept shifted or tagged in objects and roots, which report what it stands for. On the stack and
//!   in registers only an address into the object counts, of its header or anything behind it.
//!
//! # How it works
//!
//! Objects never move. Up to 8 KiB they lie in blocks of 16 KiB, all of one size class; larger ones have blocks, or a
//! mapping, of their own. Blocks lie in chunks of a megabyte whose first block has a mark bit for every 16 bytes.
//!
//! *Allocation* bumps a cursor through a run of free, zeroed cells, one run for each size class ([`AllocTable`]). The next
//! run is found by sweeping: a look at the mark bits of one more block.
//!
//! *Minor collections* rely on mark bits that are not cleared: what is marked is old and neither traced nor freed. They trace
//! from the roots, the stack, and the old objects that the write barrier noted. *Full collections* clear the bits first. Where
//! that takes no longer than a pause may, they are done in one go; otherwise they are *cycles*, divided into slices.
//!
//! # Cycles
//!
//! The write barrier says which old objects were written to, and minor collections look at those again. A cycle needs no more
//! than that to mark while the program goes on (an incremental update barrier, the wave of marking going back to what was
//! written to): it *begins* behind a minor collection, when every object that lives is old; *slices* trace old objects and pass
//! over new ones; *minor collections* go on, trace what is new, and leave old objects that they meet to the slices; and the
//! *end* is a minor collection that leaves nothing. So objects are made unmarked, in a cycle as at other times, and the barrier
//! is one comparison of one byte whatever is going on:
//!
//! ```text
//! if header.state == Header::STATE_OLD { call wrote(object) }     // after or before the store
//! ```
//!
//! Compiled code that has this barrier ([`Header::STATE_OFFSET`], [`Header::STATE_OLD`]) and allocates through [`AllocTable`]
//! needs no change for cycles, and no other barrier: none for reads, none for what is overwritten. What is dead is freed in
//! slices, too: entries of weak tables, objects to finalize, blocks. The end has to look at roots and stacks, at maps some of
//! whose weak keys were not reached, and at the weak handles in objects; its length depends on these, not on the heap's size.
//!
//! *Long objects* ([`Object::PARTS`], [`Object::is_long`]) are traced part by part. A store in one is reported with its part
//! ([`Heap::wrote_part`]); the object stays in the state of old ones, and minor collections look at the parts that were written
//! to instead of at all of it. Reporting the object as a whole is right, too, and what moving handles within it takes.
//!
//! What a cycle marks stays until the next one, even if the program lets go of it meanwhile. A collection in one go, which
//! [`Heap::collect`] makes, gives up a cycle under way for that reason.
//!
//! *Pauses* keep to [`Config::pause`]. A slice takes half of it; there is one for every 256 KiB that the program allocates, so
//! that a cycle is over when a fifth or so of what is alive was allocated. Minor collections become more frequent where
//! they take longer, down to one for each mebibyte. Beside 200 MB alive (`cargo bench -p heap --bench pauses`), full collections
//! in one go took 50 to 190 ms and minor ones, after a quarter of what is alive, 14 to 30 ms where most objects survive; with
//! cycles, 99 % of all pauses are below 4.3 ms and the longest is 6 ms, and the programs are as fast. Marking in slices costs
//! about as much as in one go: new objects are told by their block, without a look at their headers, and what is already marked,
//! which most handles lead to, is decided by one bit. Dividing collections of small heaps does not pay: two minor collections
//! more, and what died meanwhile kept, made binary trees a third slower, so those that take up to 3 ms stay in one piece.
//!
//! # Blocks and words
//!
//! *Words on the stack* count as handles if they point into a cell that holds an object: a mark bit (or, while a cycle marks, the
//! one of before) says so for blocks that were not allocated in since the last collection, a header that is not zero for the
//! others. Free cells are zeroed before they get near the cursor, so stale words cannot bring them back.
//!
//! *Memory* is bounded by twice what is alive plus a constant: full collections happen when the old objects have grown by
//! half, minor ones after a quarter of that at most, and free blocks beyond what the next round needs go back to the system. A
//! cycle that falls far behind is finished in one go.
//!
//! # Where this comes from
//!
//! * Sticky mark bits: Demers, Weiser, Hayes, Boehm, Bobrow, Shenker, *Combining Generational and Conservative Garbage
//!   Collection: Framework and Implementations*, POPL 1990.
//! * Blocks of one cell size, runs of free cells found from mark bits, conservative roots and the split of liveness between
//!   marks and allocation since: JavaScriptCore's `MarkedBlock`, `FreeList` and `ConservativeRoots`; F. Pizlo, *Introducing
//!   Riptide* (2017), and H. Fernandes Saboff et al., *Understanding Garbage Collection in JavaScriptCore From Scratch*
//!   (2022), both on webkit.org/blog.
//! * Marking again what was written to, with the barrier of generations: the same *Riptide*; H.-J. Boehm, A. Demers, S. Shenker,
//!   *Mostly Parallel Garbage Collection*, PLDI 1991.
//! * Interior pointers, the byte behind an object's end, mark stack overflow: H.-J. Boehm's collector (`mark.c`).
//! * Allocation into holes between survivors: Blackburn, McKinley, *Immix*, PLDI 2008, with blocks in place of lines.
//! * Spacing of size classes by the waste at the end of a span: Go's `mksizeclasses.go`.

mod alloc;
mod chunk;
mod class;
mod collect;
mod config;
mod cycle;
mod gc;
mod header;
mod heap;
mod mark;
mod object;
mod os;
mod pace;
mod region;
mod space;
mod stack;
mod statistics;
mod stats;
mod verify;
mod weak;

pub use alloc::{AllocEntry, AllocTable};
pub use class::{CLASSES, MAX_SMALL};
pub use config::{Config, OutOfMemory};
pub use gc::{Any, Gc, OBJECT_OFFSET};
pub use header::Header;
pub use heap::Heap;
pub use mark::{Roots, Tracer};
pub use object::{Finalizer, KindInfo, Object};
pub use region::{Region, Zeroed};
pub use statistics::{KindStatistics, Statistics};
pub use stats::{Collection, History, Pauses, Stats};
pub use verify::{Fault, Wrong};
pub use weak::{Liveness, WeakTable};
