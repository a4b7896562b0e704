//! Types of objects for the tests, and what some of them do. Benches use it, too.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;

use heap::{Config, Finalizer, Gc, Heap, KindInfo, Object, Tracer};

/// Two handles and a number.
pub(crate) struct Node {
    pub(crate) number: u64,
    pub(crate) left: Cell<Option<Gc<Node>>>,
    pub(crate) right: Cell<Option<Gc<Node>>>,
}

impl Node {
    pub(crate) fn new(number: u64, left: Option<Gc<Node>>, right: Option<Gc<Node>>) -> Node {
        Node { number, left: Cell::new(left), right: Cell::new(right) }
    }
}

// SAFETY: kind 1 is this type's; both handles are reported.
unsafe impl Object for Node {
    const KIND: u8 = 1;
    const NAME: &'static str = "node";
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.left.get());
        tracer.edge_opt(self.right.get());
    }
}

/// Bytes behind it, without handles.
pub(crate) struct Bytes;

// SAFETY: kind 2 is this type's; there are no handles.
unsafe impl Object for Bytes {
    const KIND: u8 = 2;
    const NAME: &'static str = "bytes";
    const LEAF: bool = true;
    fn trace(&self, _: &mut Tracer<'_>) {}
}

/// Owns a buffer of handles on the ordinary heap.
pub(crate) struct Holder {
    pub(crate) nodes: RefCell<Vec<Gc<Node>>>,
}

// SAFETY: kind 3 is this type's; all handles are reported; dropping a vector of handles follows none.
unsafe impl Object for Holder {
    const KIND: u8 = 3;
    const NAME: &'static str = "holder";
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.nodes.borrow().iter().for_each(|&n| tracer.edge(n));
    }
}

/// Counts how often it was dropped. Its `Rc` is why heaps with it stay on one thread.
pub(crate) struct Mortal {
    pub(crate) external: usize,
    pub(crate) dropped: Rc<Cell<u64>>,
}

impl Drop for Mortal {
    fn drop(&mut self) {
        self.dropped.set(self.dropped.get() + 1);
    }
}

// SAFETY: kind 4 is this type's; there are no handles; the tests that use it do not move their heap.
unsafe impl Object for Mortal {
    const KIND: u8 = 4;
    const NAME: &'static str = "mortal";
    const LEAF: bool = true;
    fn trace(&self, _: &mut Tracer<'_>) {}
    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        finalizer.external_sub(self.external);
    }
}

pub(crate) fn config() -> Config {
    Config { poison: true, ..Config::default() }
}

pub(crate) fn heap(config: Config) -> Heap {
    let kinds =
        [KindInfo::of::<Node>(), KindInfo::of::<Bytes>(), KindInfo::of::<Holder>(), KindInfo::of::<Mortal>()];
    // SAFETY: the tests keep handles in local variables, objects, roots, and values being passed.
    unsafe { Heap::new(config, &kinds) }
}

/// Overwrites the part of the stack where functions called before have left handles.
#[inline(never)]
pub(crate) fn clear_stack() {
    black_box([0u64; 1024]);
}

/// Reproducible numbers (xorshift64*).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.max(1);
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }
}

/// What a small heap may take besides twice what is alive.
pub(crate) const CONSTANT: usize = 12 << 20;

/// Replaces nodes at random while twice as many become garbage: the worst for blocks that are freed only when empty. Looks at how
/// much memory that takes.
pub(crate) fn churn(live_nodes: usize, config: Config) {
    let (heap, mut random) = (heap(config), Random(3));
    let slots: Vec<Cell<Option<Gc<Node>>>> = (0..live_nodes).map(|_| Cell::new(None)).collect();
    heap.enter(&|t: &mut Tracer<'_>| slots.iter().for_each(|s| t.edge_opt(s.get())), || {
        for number in 0..3 * live_nodes as u64 + 500_000 {
            let slot = &slots[random.below(live_nodes as u64) as usize];
            slot.set(Some(heap.alloc(Node::new(number, None, None)).expect("room")));
            heap.alloc(Node::new(number, None, None)).expect("room");
        }
    });
    let (peak, live) = (heap.stats().peak, live_nodes * 32);
    assert!(peak <= 2 * live + CONSTANT, "{peak} bytes for {live}");
}

/// Resident bytes of this process, where the system tells.
pub(crate) fn resident() -> usize {
    let Ok(text) = std::fs::read_to_string("/proc/self/statm") else { return 0 };
    text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
