//! A day's allocation in seconds: what it costs beside `malloc`, how much memory it takes, and how long it pauses.
//!
//! `cargo bench -p heap` prints a table. `HEAP_BENCH_SCALE=10` does ten times the work.

mod support;

use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use heap::{Collection, Config, Gc, Heap, KindInfo, Object, OutOfMemory, Stats, Tracer};
use support::tests::resident;
use support::{Random, Text, is_test, mib, scale, slots};

struct Node {
    number: u64,
    left: Cell<Option<Gc<Node>>>,
    right: Cell<Option<Gc<Node>>>,
}

// SAFETY: kind 1 is this type's, and both handles are reported.
unsafe impl Object for Node {
    const KIND: u8 = 1;
    const NAME: &'static str = "node";
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.left.get());
        tracer.edge_opt(self.right.get());
    }
}

/// The same for `malloc`: 32 bytes with the header that ours has.
struct Boxed {
    number: u64,
    _header: u64,
    left: Option<Box<Boxed>>,
    right: Option<Box<Boxed>>,
}

fn main() {
    if is_test() {
        return;
    }
    let scale = scale();
    println!("{:<34}{:>10}{:>10}{:>8}", "allocation, ns each", "heap", "malloc", "ratio");
    row("32 bytes, dropped at once", 10_000_000 * scale, drop_at_once, |n| {
        (0..n).for_each(|i| drop(black_box(boxed(i as u64))));
    });
    row("32 bytes, 1,000 alive in a ring", 10_000_000 * scale, ring, malloc_ring);
    row("16 to 512 bytes, 10,000 alive", 2_000_000 * scale, texts, malloc_texts);
    row("binary trees, depth 16", 20 * ((2 << 16) - 1) * scale, trees, malloc_trees);
    println!();
    println!(
        "{:<28}{:>9}{:>9}{:>9}{:>7}  pauses (count, p50, p99, max)",
        "memory, MiB", "live", "heap", "RSS", "ratio"
    );
    live_set("garbage beside 8 MiB", 8 << 20, 8_000_000 * scale);
    live_set("garbage beside 64 MiB", 64 << 20, 12_000_000 * scale);
    cycles("cycles, replaced at random", 400_000, 6_000_000 * scale);
    growing("a live set that doubles", if scale > 1 { 8 } else { 6 });
}

fn new_heap() -> Heap {
    // SAFETY: handles are in local variables, roots and nodes.
    unsafe { Heap::new(Config::default(), &[KindInfo::of::<Node>(), KindInfo::of::<Text>()]) }
}

fn node(heap: &Heap, number: u64, left: Option<Gc<Node>>, right: Option<Gc<Node>>) -> Gc<Node> {
    match heap.alloc(Node { number, left: Cell::new(left), right: Cell::new(right) }) {
        Ok(node) => node,
        Err(OutOfMemory) => panic!("the benchmark stays far below the cap"),
    }
}

fn boxed(number: u64) -> Box<Boxed> {
    Box::new(Boxed { number, _header: 0, left: None, right: None })
}

/// Time this thread was running, where the system tells: what other programs take does not count.
fn thread_time() -> Duration {
    #[cfg(unix)]
    {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the system writes to `time`.
        if unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) } == 0 {
            return Duration::new(time.tv_sec as u64, time.tv_nsec as u32);
        }
    }
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Best of five, in nanoseconds each.
fn best(count: usize, run: impl Fn(usize)) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = thread_time();
        run(count);
        best = best.min(thread_time() - start);
    }
    best.as_nanos() as f64 / count as f64
}

fn row(name: &str, count: usize, ours: impl Fn(usize), theirs: impl Fn(usize)) {
    let (ours, theirs) = (best(count, ours), best(count, theirs));
    println!("{name:<34}{ours:>10.2}{theirs:>10.2}{:>8.2}", ours / theirs);
}

fn drop_at_once(count: usize) {
    let heap = new_heap();
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        for i in 0..count {
            black_box(node(&heap, i as u64, None, None));
        }
    });
}

fn ring(count: usize) {
    let (heap, ring) = (new_heap(), slots(1000));
    heap.enter(&|t: &mut Tracer<'_>| ring.iter().for_each(|r| t.edge_opt(r.get())), || {
        for i in 0..count {
            ring[i % 1000].set(Some(node(&heap, i as u64, None, None)));
        }
    });
}

fn malloc_ring(count: usize) {
    let mut ring: Vec<Option<Box<Boxed>>> = (0..1000).map(|_| None).collect();
    for i in 0..count {
        ring[i % 1000] = Some(boxed(i as u64));
    }
    black_box(&ring);
}

fn texts(count: usize) {
    let (heap, ring, mut random) = (new_heap(), slots(10_000), Random(1));
    heap.enter(&|t: &mut Tracer<'_>| ring.iter().for_each(|r| t.edge_opt(r.get())), || {
        for i in 0..count {
            let text = heap.alloc_sized(Text, random.below(496)).expect("room");
            ring[i % 10_000].set(Some(text));
        }
    });
}

/// Zeroed as ours, by `calloc`.
fn malloc_texts(count: usize) {
    let mut random = Random(1);
    let mut ring: Vec<Vec<u64>> = (0..10_000).map(|_| Vec::new()).collect();
    for i in 0..count {
        ring[i % 10_000] = vec![0; (random.below(496) + 16) / 8];
    }
    black_box(&ring);
}

fn tree(heap: &Heap, depth: u32) -> Gc<Node> {
    if depth == 0 {
        return node(heap, 1, None, None);
    }
    let left = tree(heap, depth - 1);
    let right = tree(heap, depth - 1);
    node(heap, 1, Some(left), Some(right))
}

fn count(tree: Gc<Node>) -> u64 {
    tree.number + tree.left.get().map_or(0, count) + tree.right.get().map_or(0, count)
}

fn trees(nodes: usize) {
    let heap = new_heap();
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        for _ in 0..nodes / ((2 << 16) - 1) {
            assert_eq!(count(tree(&heap, 16)), (2 << 16) - 1);
        }
    });
}

fn boxed_tree(depth: u32) -> Box<Boxed> {
    let child = |_| boxed_tree(depth - 1);
    let [left, right] = if depth == 0 { [None, None] } else { [0, 1].map(child).map(Some) };
    Box::new(Boxed { number: 1, _header: 0, left, right })
}

fn count_boxed(tree: &Boxed) -> u64 {
    tree.number + [&tree.left, &tree.right].into_iter().flatten().map(|t| count_boxed(t)).sum::<u64>()
}

fn malloc_trees(nodes: usize) {
    for _ in 0..nodes / ((2 << 16) - 1) {
        assert_eq!(count_boxed(&boxed_tree(16)), (2 << 16) - 1);
    }
}

fn report(name: &str, live: usize, stats: &Stats, resident: usize) {
    let memory = stats.peak.max(resident);
    print!("{name:<28}{:>9.1}{:>9.1}{:>9.1}", mib(live), mib(stats.peak), mib(resident));
    print!("{:>7.2}", memory as f64 / live as f64);
    for (name, pauses) in [("minor", &stats.pauses.minor), ("full", &stats.pauses.full)] {
        let [p50, p99] = [50.0, 99.0].map(|p| pauses.percentile(p));
        print!("  {name} {} {p50:.1?} {p99:.1?} {:.1?}", pauses.count, pauses.max);
    }
    println!();
}

/// A tree of `bytes` bytes stays; garbage is made, and now and then a part of the tree is replaced.
fn live_set(name: &str, bytes: usize, garbage: usize) {
    let (heap, roots, before) = (new_heap(), slots(64), resident());
    let depth = (bytes / 64 / 32).ilog2() - 1;
    let live = 64 * ((2 << depth) - 1) * 32;
    let mut peak = 0;
    heap.enter(&|t: &mut Tracer<'_>| roots.iter().for_each(|r| t.edge_opt(r.get())), || {
        roots.iter().for_each(|root| root.set(Some(tree(&heap, depth))));
        for i in 0..garbage {
            black_box(node(&heap, i as u64, None, None));
            if i % (garbage / 200) == 0 {
                roots[i / (garbage / 200) % 64].set(None);
                roots[i / (garbage / 200) % 64].set(Some(tree(&heap, depth)));
                peak = peak.max(resident().saturating_sub(before));
            }
        }
    });
    report(name, live, &heap.stats(), peak);
}

/// Nodes that form one tangle of cycles; each step replaces one and ties the new one in.
fn cycles(name: &str, alive: usize, steps: usize) {
    let (heap, roots, before) = (new_heap(), slots(alive), resident());
    let (mut random, mut peak) = (Random(7), 0);
    heap.enter(&|t: &mut Tracer<'_>| roots.iter().for_each(|r| t.edge_opt(r.get())), || {
        roots.iter().for_each(|root| root.set(Some(node(&heap, 0, None, None))));
        for i in 0..steps {
            let fresh = node(&heap, i as u64, None, None);
            // A cycle with itself and a neighbour: what is replaced is held by cycles only.
            fresh.left.set(Some(fresh));
            let slot = random.below(alive);
            if let Some(old) = roots[slot ^ 1].get() {
                old.right.set(Some(fresh));
                heap.wrote(old);
                old.left.set(Some(old));
            }
            roots[slot].set(Some(fresh));
            if i % 100_000 == 0 {
                peak = peak.max(resident().saturating_sub(before));
            }
        }
    });
    let stats = heap.stats();
    let roots: &dyn heap::Roots = &|t: &mut Tracer<'_>| roots.iter().for_each(|r| t.edge_opt(r.get()));
    heap.enter(roots, || heap.collect(Collection::Full));
    report(name, heap.stats().live, &stats, peak);
}

/// Doubles what is alive, with as much garbage.
fn growing(name: &str, doublings: u32) {
    let (heap, roots, before) = (new_heap(), slots(1 << doublings), resident());
    let mut peak = 0;
    heap.enter(&|t: &mut Tracer<'_>| roots.iter().for_each(|r| t.edge_opt(r.get())), || {
        for root in &roots {
            root.set(Some(tree(&heap, 14)));
            black_box(tree(&heap, 14));
            peak = peak.max(resident().saturating_sub(before));
        }
    });
    report(name, roots.len() * ((2 << 14) - 1) * 32, &heap.stats(), peak);
}
