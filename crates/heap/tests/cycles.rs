//! Full collections in slices, with a program that changes everything between them.

mod support;

use std::cell::{Cell, RefCell};

use heap::{Any, Collection, Config, Gc, Heap, KindInfo, Liveness, Object, Tracer, Wrong};
use support::{Node, Random, clear_stack, config};

/// Places of a row.
const LONG: usize = 600;
/// Places that are traced at once.
const PART: usize = 7;

/// Many handles in a row.
struct Row {
    places: [Cell<Option<Gc<Node>>>; LONG],
}

// SAFETY: kind 7 is this type's; the parts together are all places.
unsafe impl Object for Row {
    const KIND: u8 = 7;
    const NAME: &'static str = "row";
    const PARTS: bool = true;
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.places.iter().for_each(|place| tracer.edge_opt(place.get()));
    }
    fn trace_part(&self, part: usize, tracer: &mut Tracer<'_>) -> bool {
        let mut parts = self.places.chunks(PART).skip(part);
        parts.next().into_iter().flatten().for_each(|place| tracer.edge_opt(place.get()));
        parts.next().is_some()
    }
    fn is_long(&self) -> bool {
        true
    }
}

/// Entries with weak keys, and one weak handle.
struct Weak {
    entries: RefCell<Vec<(Gc<Node>, Gc<Node>)>>,
    target: Cell<Option<Gc<Node>>>,
}

// SAFETY: kind 8 is this type's; values are reported with their keys, what is weak is pruned; dropping follows nothing.
unsafe impl Object for Weak {
    const KIND: u8 = 8;
    const NAME: &'static str = "weak";
    const PRUNE: bool = true;
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.entries.borrow().iter().for_each(|(key, value)| tracer.ephemeron(key.erase(), value.erase()));
    }
    fn prune(&self, alive: &Liveness<'_>) {
        self.entries.borrow_mut().retain(|&(key, _)| alive.is_alive(key));
        self.target.set(self.target.get().filter(|&target| alive.is_alive(target)));
    }
}

fn heap(config: Config) -> Heap {
    // SAFETY: handles are in local variables, roots and objects.
    unsafe { Heap::new(config, &[KindInfo::of::<Node>(), KindInfo::of::<Row>(), KindInfo::of::<Weak>()]) }
}

/// Slices at every allocation, of all sizes; and those that the clock would end at once.
fn configs() -> [Config; 3] {
    let slices = Config { stress_slices: true, verify: true, young_bytes: 1 << 14, ..config() };
    let clock = Config { pause: std::time::Duration::ZERO, verify: true, young_bytes: 1 << 10, ..config() };
    [slices, Config { mark_stack: 3, ..slices }, clock]
}

#[inline(never)]
fn node(heap: &Heap, number: u64) -> Gc<Node> {
    heap.alloc(Node::new(number, None, None)).expect("room")
}

#[test]
fn what_changes_between_the_parts_of_an_object_is_seen() {
    for (seed, config) in (1..).zip(configs()) {
        let (heap, root) = (heap(config), Cell::new(None));
        heap.enter(&|t: &mut Tracer<'_>| t.edge_opt(root.get()), || {
            let places = [const { Cell::new(None) }; LONG];
            root.set(Some(heap.alloc(Row { places }).expect("room")));
            change(&heap, &root, &mut Random(seed));
        });
        let stats = heap.stats();
        let divided = stats.pauses.mark.count > 10 && stats.pauses.full.count > 3;
        assert!(divided || !config.stress_slices, "{stats:?}");
    }
}

fn change(heap: &Heap, root: &Cell<Option<Gc<Row>>>, random: &mut Random) {
    let mut model = [None; LONG];
    for number in 0..6000 {
        let row = root.get().expect("the row stays");
        let [a, b] = [0; 2].map(|_| random.below(LONG as u64) as usize);
        match random.below(4) {
            0..2 => {
                row.places[a].set(Some(node(heap, number)));
                model[a] = Some(number);
                heap.wrote_part(row, a / PART);
            }
            2 => {
                // What moves from a part that was not seen to one that was.
                row.places[a].swap(&row.places[b]);
                model.swap(a, b);
                heap.wrote_part(row, a / PART);
                heap.wrote_part(row, b / PART);
            }
            _ => {
                row.places[a].set(None);
                model[a] = None;
            }
        }
        if random.below(20) == 0 {
            let (front, back) = row.places.split_at(LONG / 2);
            front.iter().zip(back.iter().rev()).for_each(|(a, b)| a.swap(b));
            model.reverse();
            heap.wrote(row);
        }
        if number % 64 == 0 {
            assert!(row.places.iter().map(|place| place.get().map(|node| node.number)).eq(model));
        }
    }
}

#[test]
fn a_store_that_a_cycle_would_miss_is_found() {
    let heap = heap(Config { stress_slices: true, young_bytes: 1 << 14, ..config() });
    let roots: Vec<Gc<Node>> = (0..400).map(|number| node(&heap, number)).collect();
    let mut random = Random(3);
    heap.enter(&|t: &mut Tracer<'_>| roots.iter().for_each(|&root| t.edge(root)), || {
        for &root in &roots {
            root.left.set(Some(node(&heap, 1000)));
            heap.wrote(root);
        }
        let missed = (0..10_000).find_map(|number| {
            node(&heap, number);
            let [from, to] = [0; 2].map(|_| roots[random.below(400) as usize]);
            to.right.set(from.left.take());
            heap.verify().err()
        });
        assert_eq!(missed.expect("most stores are behind the cycle").wrong, Wrong::Missed);
    });
}

type Kept = RefCell<Vec<Any>>;

#[test]
fn weak_things_are_right_whenever_a_cycle_ends() {
    for (seed, config) in (1..).zip(configs()) {
        let (heap, kept) = (heap(config), Kept::default());
        heap.enter(&|t: &mut Tracer<'_>| kept.borrow().iter().for_each(|&any| t.edge_any(any)), || {
            let empty = Weak { entries: RefCell::default(), target: Cell::new(None) };
            kept.borrow_mut().push(heap.alloc(empty).expect("room").erase());
            weakly(&heap, &kept, &mut Random(seed));
            kept.borrow_mut().truncate(1);
            for _ in 0..2 {
                clear_stack();
                heap.collect(Collection::Full);
            }
            let weak = kept.borrow()[0].downcast::<Weak>().expect("the first");
            assert!(weak.entries.borrow().len() < 10, "{}", weak.entries.borrow().len());
        });
    }
}

/// Keys come and go; each entry's value has the number after that of its key, and is a key itself now and then.
fn weakly(heap: &Heap, kept: &Kept, random: &mut Random) {
    let weak = kept.borrow()[0].downcast::<Weak>().expect("the first");
    for number in 0..3000 {
        let key = match random.below(3) {
            // The value of another entry: alive through that one's key.
            0 => weak.entries.borrow().last().map(|entry| entry.1).filter(|value| value.number < 1 << 40),
            _ => None,
        };
        let key = key.unwrap_or_else(|| node(heap, number * 1000));
        let value = node(heap, key.number + 1);
        weak.entries.borrow_mut().push((key, value));
        heap.wrote(weak);
        if random.below(2) == 0 {
            kept.borrow_mut().push(key.erase());
            weak.target.set(Some(key));
            heap.wrote(weak);
        }
        if kept.borrow().len() > 40 {
            let at = 1 + random.below(39) as usize;
            kept.borrow_mut().swap_remove(at);
        }
        assert!(weak.entries.borrow().iter().all(|(key, value)| key.number + 1 == value.number));
        assert!(weak.target.get().is_none_or(|target| target.number < 1 << 40));
        let entries = weak.entries.borrow();
        let missed = kept.borrow()[1..].iter().filter_map(|any| any.downcast::<Node>()).find(|kept| {
            // Every key that is kept has an entry.
            !entries.iter().any(|entry| entry.0 == *kept)
        });
        assert!(missed.is_none(), "the entry of {:?} is gone", missed.map(|node| node.number));
    }
}

/// A large heap, at its own pace: cycles begin and end, and pauses have their sorts.
#[test]
fn a_large_heap_is_collected_in_slices() {
    let config = Config { pause: std::time::Duration::from_micros(200), young_bytes: 1 << 20, ..config() };
    let heap = heap(config);
    let slots: Vec<Cell<Option<Gc<Node>>>> = (0..200_000).map(|_| Cell::new(None)).collect();
    heap.enter(&|t: &mut Tracer<'_>| slots.iter().for_each(|slot| t.edge_opt(slot.get())), || {
        let mut random = Random(5);
        for number in 0..1_500_000 {
            let slot = &slots[random.below(slots.len() as u64) as usize];
            let fresh = heap.alloc(Node::new(number, slot.get(), None)).expect("room");
            // Chains of two: the second goes with the next one.
            slot.get().inspect(|old| old.left.set(None));
            slot.set(Some(fresh));
        }
        assert!(slots.iter().flat_map(Cell::get).all(|node| node.number < 1_500_000));
    });
    let stats = heap.stats();
    assert!(stats.pauses.mark.count > stats.pauses.full.count && stats.pauses.full.count > 0, "{stats:?}");
    assert!(stats.pauses.sweep.count > 0, "{stats:?}");
    let parts = [&stats.pauses.minor, &stats.pauses.mark, &stats.pauses.full, &stats.pauses.sweep];
    assert_eq!(parts.iter().map(|pauses| pauses.count).sum::<u64>(), stats.pauses.all.count);
}
