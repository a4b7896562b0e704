//! Pauses beside 200 MB that are alive: a splay tree whose nodes are replaced one by one, sessions of a server with caches in
//! large arrays, and a heap that only grows. `cargo bench -p heap --bench pauses` prints a table.
//!
//! `HEAP_BENCH_SCALE=10` does ten times the work. It fails when 99 % of the pauses are not below [`BOUND`].

mod support;

use std::cell::Cell;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use heap::{Config, Gc, Heap, KindInfo, Object, Pauses, Tracer};
use support::{Random, Text, is_test, mib, scale, slots};

/// What 99 % of all pauses have to keep to.
const BOUND: Duration = Duration::from_millis(5);
/// Bytes alive in each pattern.
const LIVE: usize = 200 << 20;

/// A node of the tree: a key, two children, what is stored under the key.
struct Node {
    key: u64,
    left: Cell<Option<Gc<Node>>>,
    right: Cell<Option<Gc<Node>>>,
    value: Cell<Option<Gc<Node>>>,
    text: Cell<Option<Gc<Text>>>,
}

// SAFETY: kind 1 is this type's, and all handles are reported.
unsafe impl Object for Node {
    const KIND: u8 = 1;
    const NAME: &'static str = "node";
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.left.get());
        tracer.edge_opt(self.right.get());
        tracer.edge_opt(self.value.get());
        tracer.edge_opt(self.text.get());
    }
}

fn main() -> ExitCode {
    if is_test() {
        return ExitCode::SUCCESS;
    }
    let scale = scale();
    let kept = [splay(1_000_000 * scale), sessions(500_000 * scale), growing()];
    if kept.contains(&false) {
        eprintln!("error: pauses longer than {BOUND:?}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn new_heap() -> Heap {
    // SAFETY: handles are in local variables, roots and objects.
    unsafe { Heap::new(Config::default(), &[KindInfo::of::<Node>(), KindInfo::of::<Text>()]) }
}

fn node(heap: &Heap, key: u64) -> Gc<Node> {
    let empty = || Cell::new(None);
    let node = Node { key, left: empty(), right: empty(), value: empty(), text: Cell::new(None) };
    heap.alloc(node).expect("the benchmark stays far below the cap")
}

fn text(heap: &Heap, len: usize) -> Gc<Text> {
    heap.alloc_sized(Text, len).expect("the benchmark stays far below the cap")
}

fn set(heap: &Heap, holder: Gc<Node>, field: &Cell<Option<Gc<Node>>>, to: Option<Gc<Node>>) {
    field.set(to);
    heap.wrote(holder);
}

/// Bytes under a key: a tree of seven nodes and eight texts.
const PAYLOAD: usize = 7 * 48 + 8 * 32;

fn payload(heap: &Heap, depth: u32, key: u64) -> Gc<Node> {
    let top = node(heap, key);
    if depth > 0 {
        set(heap, top, &top.left, Some(payload(heap, depth - 1, key)));
        set(heap, top, &top.right, Some(payload(heap, depth - 1, key)));
    } else {
        top.text.set(Some(text(heap, 12)));
        let other = text(heap, 12);
        heap.wrote(top);
        black_box(other);
    }
    top
}

/// Brings the node with a key, or a neighbour of it, to the top (Sleator and Tarjan, top down).
fn splayed(heap: &Heap, root: Gc<Node>, key: u64) -> Gc<Node> {
    let dummy = node(heap, 0);
    let (mut left, mut right, mut current) = (dummy, dummy, root);
    loop {
        if key < current.key {
            let Some(mut child) = current.left.get() else { break };
            if key < child.key {
                set(heap, current, &current.left, child.right.get());
                set(heap, child, &child.right, Some(current));
                current = child;
                match current.left.get() {
                    Some(next) => child = next,
                    None => break,
                }
            }
            set(heap, right, &right.left, Some(current));
            right = current;
            current = child;
        } else if key > current.key {
            let Some(mut child) = current.right.get() else { break };
            if key > child.key {
                set(heap, current, &current.right, child.left.get());
                set(heap, child, &child.left, Some(current));
                current = child;
                match current.right.get() {
                    Some(next) => child = next,
                    None => break,
                }
            }
            set(heap, left, &left.right, Some(current));
            left = current;
            current = child;
        } else {
            break;
        }
    }
    set(heap, left, &left.right, current.left.get());
    set(heap, right, &right.left, current.right.get());
    set(heap, current, &current.left, dummy.right.get());
    set(heap, current, &current.right, dummy.left.get());
    current
}

fn insert(heap: &Heap, root: &Cell<Option<Gc<Node>>>, key: u64) -> bool {
    let fresh = node(heap, key);
    fresh.value.set(Some(payload(heap, 2, key)));
    heap.wrote(fresh);
    let Some(top) = root.get() else {
        root.set(Some(fresh));
        return true;
    };
    let top = splayed(heap, top, key);
    root.set(Some(top));
    if top.key == key {
        return false;
    }
    let (upper, lower) =
        if key > top.key { (&fresh.left, &fresh.right) } else { (&fresh.right, &fresh.left) };
    let other = if key > top.key { &top.right } else { &top.left };
    upper.set(Some(top));
    lower.set(other.get());
    heap.wrote(fresh);
    set(heap, top, other, None);
    root.set(Some(fresh));
    true
}

/// Removes the greatest node below a key.
fn remove_before(heap: &Heap, root: &Cell<Option<Gc<Node>>>, key: u64) {
    let Some(top) = root.get() else { return };
    let top = splayed(heap, top, key);
    root.set(Some(top));
    let Some(left) = top.left.get() else { return };
    let below = splayed(heap, left, key);
    set(heap, top, &top.left, below.left.get());
}

fn splay(steps: usize) -> bool {
    let (heap, root, mut random) = (new_heap(), Cell::new(None), Random(49_734_321));
    let count = LIVE / (PAYLOAD + 48);
    let run = || {
        let mut alive = 0;
        while alive < count {
            alive += usize::from(insert(&heap, &root, random.next()));
        }
        let start = Instant::now();
        for _ in 0..steps {
            let key = random.next();
            insert(&heap, &root, key);
            remove_before(&heap, &root, key);
        }
        start.elapsed()
    };
    let took = heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(root.get()), run);
    report("splay", &heap, steps, took)
}

/// A session: a ring of items with texts; what a request made before is replaced.
fn session(heap: &Heap, random: &mut Random) -> Gc<Node> {
    let first = node(heap, 0);
    let mut last = first;
    for key in 1..8 {
        let item = node(heap, key);
        item.text.set(Some(text(heap, 16 + random.next() as usize % 200)));
        item.value.set(Some(last));
        heap.wrote(item);
        set(heap, last, &last.right, Some(item));
        last = item;
    }
    set(heap, last, &last.right, Some(first));
    first
}

fn sessions(requests: usize) -> bool {
    let count = LIVE / (8 * 48 + 7 * 132);
    let (heap, open, mut random) = (new_heap(), slots(count), Random(7));
    let run = || {
        open.iter().for_each(|slot| slot.set(Some(session(&heap, &mut random))));
        let start = Instant::now();
        for request in 0..requests {
            let mut list = None;
            for key in 0..60 {
                let item = node(&heap, key);
                item.left.set(list.replace(item));
                item.text.set(Some(text(&heap, 24)));
                heap.wrote(item);
            }
            let slot = &open[random.next() as usize % count];
            slot.set(Some(session(&heap, &mut random)));
            if request % 64 == 0 {
                black_box(text(&heap, 20_000 + random.next() as usize % 100_000));
            }
            black_box(list);
        }
        start.elapsed()
    };
    let roots = |t: &mut Tracer<'_>| t.edge_opt(open[0].get());
    // The table of sessions is an object, as in a guest: minor collections do not look at it when nothing was stored.
    let table = |t: &mut Tracer<'_>| open.iter().for_each(|slot| t.edge_opt(slot.get()));
    let took = heap.enter(&roots, || heap.enter(&table, run));
    report("sessions", &heap, requests, took)
}

/// A list that becomes longer and longer: nothing dies.
fn growing() -> bool {
    let (heap, head) = (new_heap(), Cell::new(None));
    let count = LIVE / 48;
    let run = || {
        let start = Instant::now();
        for key in 0..count {
            let fresh = node(&heap, key as u64);
            fresh.left.set(head.replace(Some(fresh)));
        }
        start.elapsed()
    };
    let took = heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(head.get()), run);
    report("growing", &heap, count, took)
}

fn report(name: &str, heap: &Heap, steps: usize, took: Duration) -> bool {
    let stats = heap.stats();
    println!(
        "{name:<10}{:>9.0} steps/s, live {:.0} MiB, heap at most {:.0} MiB, allocated {:.0} MiB",
        steps as f64 / took.as_secs_f64(),
        mib(stats.live),
        mib(stats.peak),
        stats.allocated as f64 / f64::from(1 << 20)
    );
    let pauses = &stats.pauses;
    let sorts = [&pauses.minor, &pauses.mark, &pauses.full, &pauses.sweep, &pauses.all];
    for (name, sort) in ["  minor", "  mark", "  end", "  sweep", "  all"].iter().zip(sorts) {
        line(name, sort);
    }
    pauses.all.percentile(99.0) < BOUND
}

fn line(name: &str, pauses: &Pauses) {
    let [median, most] = [50.0, 99.0].map(|percent| pauses.percentile(percent));
    println!(
        "{name:<10}{:>9} pauses: median {median:.1?}, 99 % {most:.1?}, longest {:.1?}, together {:.1?}",
        pauses.count, pauses.max, pauses.total
    );
}
