//! How much memory the heap takes for what is alive. One test: it looks at the whole process.

mod support;

use std::cell::Cell;

use heap::{Collection, Gc, Heap, Tracer};
use support::{Bytes, CONSTANT, Node, churn, clear_stack, config, heap, resident};

#[test]
fn memory_follows_what_is_alive() {
    let before = resident();
    for live_nodes in [1_000, 100_000, 1_000_000] {
        churn(live_nodes, config());
    }
    sizes_change();
    let after = resident();
    assert!(after < before + (24 << 20), "{before} bytes before, {after} after all heaps are gone");
    give_back(before);
}

/// The live set stays as large, but its objects change from one size to another.
fn sizes_change() {
    let (heap, live) = (heap(config()), 16 << 20);
    let slots: Vec<Cell<Option<Gc<Bytes>>>> = (0..live / 100).map(|_| Cell::new(None)).collect();
    heap.enter(&|t: &mut Tracer<'_>| slots.iter().for_each(|s| t.edge_opt(s.get())), || {
        for size in [100, 1000, 30_000, 200, 2_000_000, 50] {
            slots.iter().for_each(|s| s.set(None));
            for slot in slots.iter().take(live / size) {
                slot.set(Some(heap.alloc_sized(Bytes, size).expect("room")));
            }
        }
    });
    let peak = heap.stats().peak;
    // Rounding up to cells and blocks: at most a fifth.
    assert!(peak <= 2 * (live + live / 5) + CONSTANT, "{peak} bytes for {live}");
}

fn give_back(before: usize) {
    let heap = heap(config());
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        make_garbage(&heap);
        for _ in 0..2 {
            clear_stack();
            heap.collect(Collection::Full);
        }
        let (stats, after) = (heap.stats(), resident());
        assert!(stats.peak > 60 << 20, "{stats:?}");
        assert!(stats.used + stats.kept < 8 << 20, "{stats:?}");
        assert!(after < before + (24 << 20), "{before} bytes before, {after} after");
    });
}

/// 64 MiB in small and large objects, all alive for a moment.
#[inline(never)]
fn make_garbage(heap: &Heap) {
    let head = Cell::new(None);
    heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(head.get()), || {
        for number in 0..1 << 20 {
            head.set(Some(heap.alloc(Node::new(number, head.get(), None)).expect("room")));
        }
        let bytes: Vec<Gc<Bytes>> = Vec::new();
        let large = Cell::new(bytes);
        let roots = |t: &mut Tracer<'_>| {
            let kept = large.take();
            kept.iter().for_each(|&b| t.edge(b));
            large.set(kept);
        };
        heap.enter(&roots, || {
            for size in [20_000, 300_000, 3 << 20].into_iter().cycle().take(30) {
                let more = heap.alloc_sized(Bytes, size).expect("room");
                let mut kept = large.take();
                kept.push(more);
                large.set(kept);
            }
        });
    });
}
