//! What counts as a handle where the heap does not know types: stacks, registers, ranges, buffers.

mod support;

use std::cell::Cell;
use std::hint::black_box;
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use heap::{Collection, Config, Gc, Header, Heap, OBJECT_OFFSET, Object, OutOfMemory, Tracer};
use support::{Bytes, Node, clear_stack, config, heap};

const NO_ROOTS: &dyn heap::Roots = &|_: &mut Tracer<'_>| {};

/// Bytes of objects that a full collection leaves.
#[inline(never)]
fn live(heap: &Heap) -> usize {
    clear_stack();
    heap.collect(Collection::Full);
    heap.stats().live
}

/// Addresses of many dead nodes, disguised so that they keep nothing.
#[inline(never)]
fn dead_nodes(heap: &Heap, count: u64) -> Vec<usize> {
    (0..count).map(|n| !heap.alloc(Node::new(n, None, None)).expect("room").as_ptr().addr().get()).collect()
}

#[test]
fn stale_words_bring_nothing_back() {
    let heap = heap(config());
    let words = heap.enter(NO_ROOTS, || dead_nodes(&heap, 10_000));
    let report = Cell::new(false);
    let roots = |t: &mut Tracer<'_>| {
        if report.get() {
            words.iter().for_each(|w| t.conservative(&[!w, !w + 8, !w + 31]));
        }
    };
    heap.enter(&roots, || {
        assert!(live(&heap) <= 10 * 32);
        report.set(true);
        let before = heap.stats().live;
        assert!(live(&heap) <= before, "free cells in blocks not swept");
        // Sweeps some of these blocks and takes a few cells of them.
        for number in 0..100 {
            black_box(heap.alloc(Node::new(number, None, None)).expect("room"));
        }
        heap.collect(Collection::Minor);
        assert!(heap.stats().live <= before + 110 * 32, "only new objects lie where old words point");
        heap.verify().expect("a sound heap");
    });
}

#[test]
fn any_address_inside_keeps_an_object() -> Result<(), OutOfMemory> {
    // Among others the end of the bytes, where a cell or a block would end with them.
    let cases = [
        (100, vec![0, 8, 57, 108]),
        (120, vec![128]),
        (8184, vec![8192]),
        (16_376, vec![16_384]),
        (50_000, vec![0, 16_390, 50_008]),
        (5 << 20, vec![0, 3 << 20, 5 << 20]),
    ];
    for (size, offset) in cases.iter().flat_map(|(size, offsets)| offsets.iter().map(move |&o| (*size, o))) {
        let (heap, word) = (heap(config()), Cell::new(!0));
        heap.enter(&|t: &mut Tracer<'_>| t.conservative(&[!word.get()]), || {
            word.set(!(disguised(&heap, size)? + offset));
            for _ in 0..3 {
                assert!(live(&heap) >= size, "{size} at {offset}");
                heap.collect(Collection::Minor);
            }
            word.set(!0);
            // Without optimization, old stack frames are full of copies.
            assert!(live(&heap) < size || cfg!(debug_assertions), "{size} at {offset}");
            Ok(())
        })?;
    }
    Ok(())
}

#[inline(never)]
fn disguised(heap: &Heap, size: usize) -> Result<usize, OutOfMemory> {
    Ok(heap.alloc_sized(Bytes, size)?.as_ptr().addr().get())
}

#[test]
fn local_variables_keep_objects_in_optimized_code_too() -> Result<(), OutOfMemory> {
    let heap = heap(Config { stress: true, ..config() });
    heap.enter(NO_ROOTS, || {
        assert_eq!(sum(&heap, 60)?, 60 * 61 / 2);
        Ok(())
    })
}

/// Needs its node after calls that collect; many registers are in use.
#[inline(never)]
fn sum(heap: &Heap, depth: u64) -> Result<u64, OutOfMemory> {
    if depth == 0 {
        return Ok(0);
    }
    let here = heap.alloc(Node::new(depth, None, None))?;
    let pair = heap.alloc(Node::new(depth, Some(here), None))?;
    let rest = sum(heap, depth - 1)?;
    let other = heap.alloc(Node::new(depth, Some(pair), Some(here)))?;
    assert_eq!(other.left.get().and_then(|p| p.left.get()), Some(here));
    Ok(rest + here.number)
}

#[test]
fn ranges_are_scanned_until_they_are_removed() -> Result<(), OutOfMemory> {
    let heap = heap(config());
    let mut words = vec![0usize; 1000].into_boxed_slice();
    heap.enter(NO_ROOTS, || {
        // SAFETY: the buffer outlives the range, which is removed below.
        let range = unsafe { heap.add_range(words.as_ptr(), words.len()) };
        fill(&heap, &mut words)?;
        assert!(live(&heap) >= 1000 * 32);
        heap.remove_range(range);
        assert!(live(&heap) < 100 * 32);
        Ok(())
    })
}

#[inline(never)]
fn fill(heap: &Heap, words: &mut [usize]) -> Result<(), OutOfMemory> {
    for word in words {
        *word = heap.alloc(Node::new(1, None, None))?.as_ptr().addr().get();
    }
    Ok(())
}

#[test]
fn a_panic_in_a_trace_leaves_a_heap_that_gives_nothing_more() {
    let heap = heap(config());
    let (fail, kept) = (Cell::new(false), Cell::new(None));
    let roots = |t: &mut Tracer<'_>| {
        assert!(!fail.get(), "told to");
        t.edge_opt(kept.get());
    };
    heap.enter(&roots, || {
        let node = heap.alloc(Node::new(5, None, None)).expect("room");
        kept.set(Some(node));
        fail.set(true);
        let result = catch_unwind(AssertUnwindSafe(|| heap.collect(Collection::Full)));
        assert!(result.is_err());
        fail.set(false);
        assert_eq!(heap.alloc(Node::new(6, None, None)), Err(OutOfMemory));
        assert!(!heap.collect(Collection::Full));
        assert_eq!(node.number, 5);
    });
}

#[test]
fn using_the_heap_from_a_trace_is_refused() {
    let heap = heap(config());
    let roots = |_: &mut Tracer<'_>| {
        let _ = heap.alloc(Node::new(0, None, None));
    };
    let result = catch_unwind(AssertUnwindSafe(|| heap.enter(&roots, || heap.collect(Collection::Full))));
    assert!(result.is_err());
    let mut never = false;
    heap.enter(NO_ROOTS, || never = heap.collect(Collection::Full));
    assert!(!never);
}

/// What compiled code does, in Rust: a cell from the table, a header, fields.
#[inline(never)]
fn compiled_alloc(heap: &Heap, number: u64) -> Option<Gc<Node>> {
    let (class, size) = Heap::class_of(OBJECT_OFFSET + size_of::<Node>())?;
    // SAFETY: the table lives as long as the heap; the cell is zeroed, large enough, and becomes a node.
    unsafe {
        let entry = &heap.table().as_ref().entries[class];
        let cell = entry.cursor.get();
        if entry.limit.get().addr() - cell.addr() < size {
            return None;
        }
        entry.cursor.set(cell.add(size));
        cell.cast::<u64>().write(u64::from(Node::KIND) | 77 << (8 * Header::AUX_OFFSET));
        cell.add(OBJECT_OFFSET + offset_of!(Node, number)).cast::<u64>().write(number);
        Some(Gc::from_header(NonNull::new(cell)?.cast()))
    }
}

#[test]
fn compiled_code_can_allocate_through_the_table() {
    let heap = heap(config());
    heap.enter(NO_ROOTS, || {
        let mut inline = 0;
        for number in 0..100_000 {
            let node = match compiled_alloc(&heap, number) {
                Some(node) => {
                    inline += 1;
                    node
                }
                None => heap.alloc(Node::new(number, None, None)).expect("room"),
            };
            assert_eq!((node.number, node.left.get(), node.right.get()), (number, None, None));
        }
        assert!(inline > 99_000, "{inline}");
    });
}

#[test]
fn an_object_finds_its_own_handle() {
    let heap = heap(config());
    heap.enter(NO_ROOTS, || {
        let node = heap.alloc(Node::new(3, None, None)).expect("room");
        // SAFETY: the reference is to the object in the heap.
        let same = unsafe { Gc::from_ref(&*node) };
        assert_eq!(same, node);
        assert_eq!(same.header().kind(), Node::KIND);
        node.header().set_aux(9);
        assert_eq!((same.header().aux(), same.number), (9, 3));
    });
}

#[test]
fn only_the_stack_up_to_its_base_is_scanned() {
    let heap = heap(config());
    heap.enter(NO_ROOTS, || {
        let mut outer = [None; 1000];
        outer.fill_with(|| Some(heap.alloc(Node::new(1, None, None)).expect("room")));
        let outer = black_box(outer);
        assert!(live(&heap) >= 1000 * 32);
        assert!(below_a_new_base(&heap) < 100 * 32);
        // These handles lead nowhere now.
        black_box(outer);
    });
}

#[inline(never)]
fn below_a_new_base(heap: &Heap) -> usize {
    let here = 0usize;
    let address = (&raw const *black_box(&here)).addr();
    // SAFETY: the address is in the running stack, above what is called from here.
    let base = unsafe { heap.set_stack_base(address) };
    let live = live(heap);
    // SAFETY: the base that `enter` noted.
    unsafe { heap.set_stack_base(base) };
    live
}
