//! Weak tables, weak handles, maps with weak keys.

mod support;

use std::cell::{Cell, RefCell};

use heap::{
    Any, Collection, Config, Gc, Heap, KindInfo, Liveness, Object, OutOfMemory, Roots, Tracer, WeakTable,
};
use support::{Node, clear_stack, config};

/// Holds its target only as long as somebody else does.
struct Weak {
    target: Cell<Option<Gc<Node>>>,
}

// SAFETY: kind 5 is this type's; the weak handle is not reported, and pruned.
unsafe impl Object for Weak {
    const KIND: u8 = 5;
    const NAME: &'static str = "weak";
    const PRUNE: bool = true;
    fn trace(&self, _: &mut Tracer<'_>) {}
    fn prune(&self, alive: &Liveness<'_>) {
        self.target.set(self.target.get().filter(|&t| alive.is_alive(t)));
    }
}

/// A map whose entries live as long as their keys.
struct Map {
    entries: RefCell<Vec<(Gc<Node>, Gc<Node>)>>,
}

// SAFETY: kind 6 is this type's; keys are weak and pruned, values are reported with them; dropping follows nothing.
unsafe impl Object for Map {
    const KIND: u8 = 6;
    const NAME: &'static str = "map";
    const PRUNE: bool = true;
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.entries.borrow().iter().for_each(|(key, value)| tracer.ephemeron(key.erase(), value.erase()));
    }
    fn prune(&self, alive: &Liveness<'_>) {
        self.entries.borrow_mut().retain(|&(key, _)| alive.is_alive(key));
    }
}

fn heap(config: Config) -> Heap {
    // SAFETY: handles are in local variables, roots and objects.
    unsafe { Heap::new(config, &[KindInfo::of::<Node>(), KindInfo::of::<Weak>(), KindInfo::of::<Map>()]) }
}

/// Roots of any type.
#[derive(Default)]
struct Kept(RefCell<Vec<Any>>);

impl Kept {
    fn push(&self, object: impl Into<Any>) {
        self.0.borrow_mut().push(object.into());
    }
}

impl Roots for Kept {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.0.borrow().iter().for_each(|&o| tracer.edge_any(o));
    }
}

#[inline(never)]
fn node(heap: &Heap, number: u64) -> Gc<Node> {
    heap.alloc(Node::new(number, None, None)).expect("room")
}

#[inline(never)]
fn weak(heap: &Heap, kept: &Kept, target: Gc<Node>) {
    kept.push(heap.alloc(Weak { target: Cell::new(Some(target)) }).expect("room"));
}

fn targets(kept: &Kept) -> Vec<u64> {
    let weak = |any: &Any| any.downcast::<Weak>();
    kept.0.borrow().iter().filter_map(weak).filter_map(|w| w.target.get()).map(|t| t.number).collect()
}

#[test]
fn weak_handles_are_cleared_with_their_targets() {
    for kind in [Collection::Minor, Collection::Full] {
        let (heap, kept) = (heap(config()), Kept::default());
        heap.enter(&kept, || {
            half_kept(&heap, &kept);
            clear_stack();
            heap.collect(kind);
            let left = targets(&kept);
            assert!(left.iter().filter(|n| *n % 2 == 0).count() == 50, "{kind:?}: {left:?}");
            assert!(left.len() <= 53, "{kind:?}: {left:?}");
        });
    }
}

/// A hundred weak handles, every other target of which is kept.
#[inline(never)]
fn half_kept(heap: &Heap, kept: &Kept) {
    for number in 0..100 {
        let target = node(heap, number);
        if number % 2 == 0 {
            kept.push(target);
        }
        weak(heap, kept, target);
    }
}

#[test]
fn entries_live_as_long_as_their_keys_in_any_order() -> Result<(), OutOfMemory> {
    for mark_stack in [1, 1 << 20] {
        let (heap, kept) = (heap(Config { mark_stack, ..config() }), Kept::default());
        heap.enter(&kept, || {
            chain(&heap, &kept);
            let map = kept.0.borrow()[0].downcast::<Map>().expect("the map");
            clear_stack();
            heap.collect(Collection::Full);
            assert_eq!(map.entries.borrow().len() as u64, CHAIN);
            assert!(map.entries.borrow().iter().all(|(k, v)| k.number + 1 == v.number));
            // Without the first key nothing keeps the chain: each key is only the value of the one before.
            kept.0.borrow_mut().truncate(1);
            clear_stack();
            heap.collect(Collection::Full);
            let left = map.entries.borrow().len();
            assert!(left < 10, "{left}");
        });
    }
    Ok(())
}

/// So many that a pass over all of them for each would be noticed.
const CHAIN: u64 = 30_000;

/// A map that leads from the first of many nodes to the next, and so on; the last entry comes first.
#[inline(never)]
fn chain(heap: &Heap, kept: &Kept) {
    let map = heap.alloc(Map { entries: RefCell::default() }).expect("room");
    kept.push(map);
    let mut next = node(heap, CHAIN);
    for number in (0..CHAIN).rev() {
        let key = node(heap, number);
        map.entries.borrow_mut().push((key, next));
        heap.wrote(map);
        next = key;
    }
    kept.push(next);
}

#[test]
fn a_value_that_holds_its_key_does_not_keep_the_entry() {
    let (heap, kept) = (heap(config()), Kept::default());
    heap.enter(&kept, || {
        self_holding(&heap, &kept);
        clear_stack();
        heap.collect(Collection::Full);
        let map = kept.0.borrow()[0].downcast::<Map>().expect("the map");
        assert!(map.entries.borrow().len() <= 3, "{}", map.entries.borrow().len());
    });
}

#[inline(never)]
fn self_holding(heap: &Heap, kept: &Kept) {
    let map = heap.alloc(Map { entries: RefCell::default() }).expect("room");
    kept.push(map);
    for number in 0..100 {
        let key = node(heap, number);
        let value = heap.alloc(Node::new(number, Some(key), None)).expect("room");
        map.entries.borrow_mut().push((key, value));
    }
}

#[test]
fn an_intern_table_finds_what_lives_and_shrinks_with_what_dies() {
    let (heap, kept) = (heap(Config { young_bytes: 1 << 18, ..config() }), Kept::default());
    let table = heap.weak_table::<Node>();
    heap.enter(&kept, || {
        for number in 0..200_000 {
            intern(&heap, table, &kept, number);
        }
        clear_stack();
        heap.collect(Collection::Full);
        for number in (0..200_000).step_by(1000) {
            let found = table.find(&heap, number as u32, |n| n.number == number);
            assert_eq!(found.map(|n| n.number), Some(number));
        }
        assert!(table.len(&heap) < 210, "{}", table.len(&heap));
    });
}

#[inline(never)]
fn intern(heap: &Heap, table: WeakTable<Node>, kept: &Kept, number: u64) {
    let node = node(heap, number);
    table.insert(heap, number as u32, node);
    if number.is_multiple_of(1000) {
        kept.push(node);
    }
}

#[test]
#[should_panic(expected = "weak table of another heap")]
fn tables_belong_to_one_heap() {
    let (one, other) = (heap(config()), heap(config()));
    let table = one.weak_table::<Node>();
    let _ = table.len(&other);
}
