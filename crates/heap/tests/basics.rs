//! The heap by its interface: what lives, what dies, and what happens at the cap.

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use heap::{Collection, Config, Gc, Heap, KindInfo, Object, OutOfMemory, Tracer};
use support::{Bytes, Holder, Mortal, Node, clear_stack, config, heap};

#[test]
fn a_list_of_a_million_survives_and_its_garbage_does_not() -> Result<(), OutOfMemory> {
    let heap = heap(config());
    let head = Cell::new(None);
    heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(head.get()), || {
        for number in 0..1_000_000 {
            head.set(Some(heap.alloc(Node::new(number, head.get(), None))?));
            heap.alloc(Node::new(number, None, None))?;
        }
        heap.collect(Collection::Full);
        let mut next = head.get();
        for number in (0..1_000_000).rev() {
            let node = next.expect("the list is whole");
            assert_eq!(node.number, number);
            next = node.left.get();
        }
        assert!(next.is_none());
        let live = heap.stats().live;
        assert!((32_000_000..33_000_000).contains(&live), "{live}");
        head.set(None);
        Ok(())
    })?;
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        clear_stack();
        heap.collect(Collection::Full);
    });
    assert!(heap.stats().live < 1 << 20, "{:?}", heap.stats());
    Ok(())
}

/// A machine with registers that belong to it, and a heap next to them in one struct.
struct Machine {
    heap: Heap,
    state: State,
}

struct State {
    registers: Rc<[Cell<Option<Gc<Node>>>]>,
    globals: RefCell<Vec<Gc<Node>>>,
}

impl heap::Roots for State {
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.registers.iter().for_each(|r| tracer.edge_opt(r.get()));
        self.globals.borrow().iter().for_each(|&g| tracer.edge(g));
    }
}

impl Machine {
    fn run(&self, steps: u64) -> Result<u64, OutOfMemory> {
        self.heap.enter(&self.state, || {
            let window: &[Cell<Option<Gc<Node>>>] = &self.state.registers[2..];
            for step in 0..steps {
                // `op Cons r0, step, r0`: no borrow stands in the way of an allocation.
                let node = self.heap.alloc(Node::new(step, window[0].get(), None))?;
                window[0].set(Some(node));
                if step % 1000 == 0 {
                    self.state.globals.borrow_mut().push(node);
                    window[0].set(None);
                }
            }
            Ok(self.state.globals.borrow().iter().map(|g| g.number).sum())
        })
    }
}

#[test]
fn an_interpreter_allocates_through_a_shared_reference() {
    for stress in [false, true] {
        let machine = Machine {
            heap: heap(Config { stress, young_bytes: 1 << 16, ..config() }),
            state: State { registers: vec![Cell::new(None); 16].into(), globals: RefCell::default() },
        };
        let steps = if stress { 3_000 } else { 100_000 };
        let sum: u64 = (0..steps).step_by(1000).sum();
        assert_eq!(machine.run(steps), Ok(sum));
        assert!(machine.heap.stats().pauses.minor.count > 0);
    }
}

#[test]
fn stress_mode_collects_at_one_in_so_many_allocations_after_a_while() {
    let heap = heap(Config { stress: true, ..config() });
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        let collections = |allocations: u64| {
            let before = heap.stats().pauses.all.count;
            (0..allocations).for_each(|number| _ = heap.alloc(Node::new(number, None, None)).expect("room"));
            heap.stats().pauses.all.count - before
        };
        assert_eq!(collections(1_000), 1_000);
        collections(49_000);
        let sparse = collections(32_000);
        assert!((900..1_100).contains(&sparse), "{sparse} of 32,000");
    });
}

#[test]
fn a_value_that_is_passed_is_traced_when_its_allocation_collects() -> Result<(), OutOfMemory> {
    let heap = heap(Config { stress: true, ..config() });
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        let kept: RefCell<Vec<Gc<Node>>> = RefCell::default();
        heap.enter(&|t: &mut Tracer<'_>| kept.borrow().iter().for_each(|&k| t.edge(k)), || {
            for number in 0..100 {
                let node = heap.alloc(Node::new(number, None, None))?;
                kept.borrow_mut().push(node);
            }
            Ok(())
        })?;
        clear_stack();
        let holder = heap.alloc(Holder { nodes: RefCell::new(kept.take()) })?;
        clear_stack();
        heap.collect(Collection::Full);
        assert!(holder.nodes.borrow().iter().enumerate().all(|(i, n)| n.number == i as u64));
        Ok(())
    })
}

#[test]
fn old_objects_that_were_written_to_keep_new_ones() -> Result<(), OutOfMemory> {
    let heap = heap(config());
    let root = Cell::new(None);
    heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(root.get()), || {
        root.set(Some(heap.alloc(Node::new(1, None, None))?));
        heap.collect(Collection::Minor);
        store(&heap, root.get().expect("set"))?;
        for _ in 0..3 {
            clear_stack();
            heap.collect(Collection::Minor);
            heap.verify().expect("a sound heap");
        }
        let child = root.get().and_then(|r| r.left.get()).expect("stored");
        assert_eq!(child.number, 2);
        Ok(())
    })
}

#[test]
fn what_an_old_object_was_told_dies_with_it() -> Result<(), OutOfMemory> {
    let heap = heap(config());
    let nodes: Vec<Cell<Option<Gc<Node>>>> = (0..1000).map(|_| Cell::new(None)).collect();
    heap.enter(&|t: &mut Tracer<'_>| nodes.iter().for_each(|n| t.edge_opt(n.get())), || {
        tell_old_nodes(&heap, &nodes)?;
        clear_stack();
        heap.collect(Collection::Full);
        let live = heap.stats().live;
        assert!(live < 100 * 32, "{live}");
        Ok(())
    })
}

/// Stores something new in many old nodes, and lets go of them.
#[inline(never)]
fn tell_old_nodes(heap: &Heap, nodes: &[Cell<Option<Gc<Node>>>]) -> Result<(), OutOfMemory> {
    for node in nodes {
        node.set(Some(heap.alloc(Node::new(1, None, None))?));
    }
    heap.collect(Collection::Minor);
    for node in nodes {
        node.take().map_or(Ok(()), |old| store(heap, old))?;
    }
    Ok(())
}

#[test]
fn live_bytes_are_the_same_after_minor_and_full_collections() -> Result<(), OutOfMemory> {
    let heap = heap(config());
    let root = Cell::new(None);
    heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(root.get()), || {
        for round in 1..=20 {
            for number in 0..700 {
                root.set(Some(heap.alloc(Node::new(number, root.get(), None))?));
            }
            heap.collect(Collection::Minor);
            assert_eq!(heap.stats().live, round * 700 * 32);
        }
        heap.collect(Collection::Full);
        assert_eq!(heap.stats().live, 14_000 * 32);
        Ok(())
    })
}

#[test]
fn external_bytes_bring_the_next_collection_nearer() -> Result<(), OutOfMemory> {
    let heap = heap(Config { young_bytes: 1 << 20, ..config() });
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        for round in 1..=5 {
            heap.alloc(Node::new(0, None, None))?;
            heap.external_add(2 << 20)?;
            heap.alloc(Node::new(0, None, None))?;
            let stats = heap.stats();
            assert_eq!(stats.pauses.minor.count + stats.pauses.full.count, round);
            heap.external_sub(2 << 20);
        }
        Ok(())
    })
}

#[inline(never)]
fn store(heap: &Heap, into: Gc<Node>) -> Result<(), OutOfMemory> {
    let child = heap.alloc(Node::new(2, None, None))?;
    into.left.set(Some(child));
    heap.wrote(into);
    Ok(())
}

#[test]
fn a_store_without_the_barrier_is_found() -> Result<(), OutOfMemory> {
    let heap = heap(Config { verify: false, ..config() });
    let root = Cell::new(None);
    heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(root.get()), || {
        let old = heap.alloc(Node::new(1, None, None))?;
        root.set(Some(old));
        heap.collect(Collection::Minor);
        let child = heap.alloc(Node::new(2, None, None))?;
        old.left.set(Some(child));
        let fault = heap.verify().expect_err("the store was not reported");
        assert!(fault.to_string().contains("node at"), "{fault}");
        heap.wrote(old);
        heap.verify().expect("now it was");
        Ok(())
    })
}

#[test]
fn the_cap_is_an_error_and_letting_go_mends_it() {
    let heap = heap(Config { cap_bytes: 8 << 20, ..config() });
    let head: Cell<Option<Gc<Node>>> = Cell::new(None);
    heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(head.get()), || {
        for round in 0..3 {
            let count = fill(&heap, &head);
            assert!(count > 200_000, "round {round}: {count}");
            assert!(heap.stats().used <= 8 << 20);
            head.set(None);
            clear_stack();
            heap.alloc(Node::new(0, None, None)).expect("the list is garbage now");
        }
        for size in [1 << 20, 7 << 20] {
            discard(&heap, size);
            clear_stack();
        }
        heap.alloc_sized(Bytes, 9 << 20).expect_err("does not fit");
        heap.alloc_sized(Bytes, usize::MAX).expect_err("no such size");
        heap.alloc_sized(Bytes, usize::MAX - 4096).expect_err("no such size");
    });
}

/// Allocates bytes and lets go of them.
#[inline(never)]
fn discard(heap: &Heap, size: usize) {
    heap.alloc_sized(Bytes, size).expect("fits");
}

/// Makes a list until there is no room.
#[inline(never)]
fn fill(heap: &Heap, head: &Cell<Option<Gc<Node>>>) -> u64 {
    let mut count = 0;
    while let Ok(node) = heap.alloc(Node::new(count, head.get(), None)) {
        head.set(Some(node));
        count += 1;
    }
    count
}

#[test]
fn external_bytes_count_and_come_back_with_finalizers() {
    let heap = heap(Config { cap_bytes: 16 << 20, ..config() });
    let dropped = Rc::new(Cell::new(0));
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        for _ in 0..1000 {
            heap.external_add(1 << 20).expect("garbage gives its bytes back");
            heap.alloc(Mortal { external: 1 << 20, dropped: dropped.clone() }).expect("room");
        }
        heap.external_add(17 << 20).expect_err("more than the cap");
        clear_stack();
        heap.collect(Collection::Full);
        assert!(heap.stats().external <= 16 << 20);
    });
    assert!(dropped.get() > 900, "{}", dropped.get());
    drop(heap);
    assert_eq!(dropped.get(), 1000, "each once");
}

#[test]
fn heaps_move_between_threads() {
    let heap = heap(config());
    let table = heap.weak_table::<Node>();
    let heap = std::thread::spawn(move || {
        heap.enter(&|_: &mut Tracer<'_>| {}, || {
            for number in 0..100_000 {
                let node = heap.alloc(Node::new(number, None, None)).expect("room");
                if number % 1000 == 0 {
                    table.insert(&heap, number as u32, node);
                }
            }
        });
        heap
    })
    .join()
    .expect("the thread ends well");
    heap.enter(&|_: &mut Tracer<'_>| {}, || {
        heap.alloc(Node::new(1, None, None)).expect("room");
        heap.collect(Collection::Full);
    });
    assert!(table.len(&heap) < 3);
}

#[test]
fn outside_of_enter_nothing_is_collected() {
    let heap = heap(Config { stress: true, cap_bytes: 1 << 20, ..config() });
    let node = heap.alloc(Node::new(7, None, None)).expect("room");
    assert!(!heap.collect(Collection::Full));
    while heap.alloc(Node::new(0, None, None)).is_ok() {}
    assert_eq!(node.number, 7);
}

#[test]
#[should_panic(expected = "both have kind")]
fn kinds_are_unique() {
    struct Other;
    // SAFETY: breaks the rule on purpose; the heap refuses.
    unsafe impl Object for Other {
        const KIND: u8 = <Node as Object>::KIND;
        const NAME: &'static str = "other";
        fn trace(&self, _: &mut Tracer<'_>) {}
    }
    // SAFETY: never comes into being.
    let _ = unsafe { Heap::new(config(), &[KindInfo::of::<Node>(), KindInfo::of::<Other>()]) };
}

#[test]
fn statistics_count_what_lives() -> Result<(), OutOfMemory> {
    let heap = heap(config());
    let roots = RefCell::new(Vec::new());
    heap.enter(&|t: &mut Tracer<'_>| roots.borrow().iter().for_each(|&n| t.edge(n)), || {
        for number in 0..1000 {
            roots.borrow_mut().push(heap.alloc(Node::new(number, None, None))?);
        }
        let long = heap.alloc_sized(Bytes, 100_000)?;
        heap.collect(Collection::Full);
        let statistics = heap.statistics();
        let count = |name| statistics.kinds.iter().find(|kind| kind.name == name).map(|kind| kind.objects);
        assert_eq!(count("node"), Some(1000));
        assert_eq!((count("bytes"), statistics.large), (Some(1), 1));
        assert!(statistics.large_bytes >= 100_000 && statistics.kinds[0].bytes == statistics.large_bytes);
        assert!(statistics.bytes() <= statistics.stats.used && statistics.stats.used <= statistics.mapped);
        let text = statistics.to_string();
        assert!(text.contains("1 large objects") && text.contains("node               1000"), "{text}");
        assert_eq!(long.header().kind(), Bytes::KIND);
        Ok(())
    })
}
