//! Random programs over a heap, held to a plain model of what is reachable.
//!
//! `HEAP_MODEL_SEEDS=FROM..TO` runs more of them.

mod support;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use heap::{Collection, Config, Gc, Heap, KindInfo, Object, OutOfMemory, Tracer, WeakTable};
use support::{Random, clear_stack};

/// Numbers of the things that were dropped.
type Log = Arc<Mutex<BTreeSet<u64>>>;

/// Two handles, and bytes behind it that repeat its number.
struct Thing {
    number: u64,
    words: usize,
    fields: [Cell<Option<Gc<Thing>>>; 2],
    dropped: Log,
}

// SAFETY: the only kind here; both handles are reported; dropping follows none.
unsafe impl Object for Thing {
    const KIND: u8 = 9;
    const NAME: &'static str = "thing";
    fn trace(&self, tracer: &mut Tracer<'_>) {
        self.fields.iter().for_each(|f| tracer.edge_opt(f.get()));
    }
}

impl Drop for Thing {
    fn drop(&mut self) {
        let fresh = self.dropped.lock().expect("no panic before").insert(self.number);
        assert!(fresh, "{} was dropped twice", self.number);
    }
}

const ROOTS: usize = 24;

struct World {
    heap: Rc<Heap>,
    roots: Rc<[Cell<Option<Gc<Thing>>>]>,
    names: WeakTable<Thing>,
    dropped: Log,
    /// The model: what each root and each field leads to.
    model_roots: Vec<Option<u64>>,
    model: BTreeMap<u64, [Option<u64>; 2]>,
    random: Random,
    next: u64,
    refused: u64,
}

impl World {
    fn new(seed: u64, config: Config) -> World {
        // SAFETY: handles are in the roots, in things, and in local variables.
        let heap = unsafe { Heap::new(config, &[KindInfo::of::<Thing>()]) };
        World {
            names: heap.weak_table(),
            heap: Rc::new(heap),
            roots: (0..ROOTS).map(|_| Cell::new(None)).collect(),
            dropped: Log::default(),
            model_roots: vec![None; ROOTS],
            model: BTreeMap::new(),
            random: Random(seed),
            next: 0,
            refused: 0,
        }
    }

    fn root(&mut self) -> usize {
        self.random.below(ROOTS as u64) as usize
    }

    #[inline(never)]
    fn step(&mut self) {
        let (a, b, field) = (self.root(), self.root(), self.random.below(2) as usize);
        match self.random.below(100) {
            0..45 => self.make(a, b),
            45..65 => self.store(a, b, field),
            65..80 => self.load(a, b, field),
            80..93 => {
                self.roots[a].set(None);
                self.model_roots[a] = None;
            }
            93..98 => _ = self.heap.collect(Collection::Minor),
            98 => _ = self.heap.collect(Collection::Full),
            _ => self.look_up(),
        }
    }

    /// A new thing in root `a`, which holds what `b` does.
    #[inline(never)]
    fn make(&mut self, a: usize, b: usize) {
        let words = match self.random.below(1000) {
            0..900 => self.random.below(12),
            900..980 => self.random.below(1000),
            980..998 => self.random.below(20_000),
            _ => self.random.below(300_000),
        } as usize;
        let number = self.next;
        let thing = Thing {
            number,
            words,
            fields: [Cell::new(self.roots[b].get()), Cell::new(None)],
            dropped: self.dropped.clone(),
        };
        match self.heap.alloc_sized(thing, words * 8) {
            Ok(thing) => {
                fill(thing);
                self.names.insert(&self.heap, hash(number), thing);
                self.roots[a].set(Some(thing));
                self.model.insert(number, [self.model_roots[b], None]);
                self.model_roots[a] = Some(number);
                self.next += 1;
            }
            Err(OutOfMemory) => {
                // The value was dropped; the number is used again.
                assert!(self.dropped.lock().expect("no panic before").remove(&number));
                self.refused += 1;
                self.let_go();
            }
        }
    }

    fn let_go(&mut self) {
        for root in 0..ROOTS {
            if self.random.below(3) > 0 {
                self.roots[root].set(None);
                self.model_roots[root] = None;
            }
        }
    }

    #[inline(never)]
    fn store(&mut self, a: usize, b: usize, field: usize) {
        if let (Some(into), Some(number)) = (self.roots[a].get(), self.model_roots[a]) {
            into.fields[field].set(self.roots[b].get());
            self.heap.wrote(into);
            self.model.get_mut(&number).expect("in the model")[field] = self.model_roots[b];
        }
    }

    #[inline(never)]
    fn load(&mut self, a: usize, b: usize, field: usize) {
        if let (Some(from), Some(number)) = (self.roots[b].get(), self.model_roots[b]) {
            self.roots[a].set(from.fields[field].get());
            self.model_roots[a] = self.model[&number][field];
        }
    }

    /// What the weak table says about any number must agree with what was dropped.
    #[inline(never)]
    fn look_up(&mut self) {
        let number = self.random.below(self.next.max(1));
        let found = self.names.find(&self.heap, hash(number), |t| t.number == number);
        let gone = number >= self.next || self.dropped.lock().expect("no panic before").contains(&number);
        assert!(found.is_none() || !gone, "thing {number} was found after it was dropped");
        // Between the end of a cycle's marking and its sweeping, what is dead is not found, and not dropped yet.
        assert!(gone || found.is_some() || !self.reachable().contains(&number), "thing {number} is gone");
    }

    fn reachable(&self) -> BTreeSet<u64> {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<u64> = self.model_roots.iter().copied().flatten().collect();
        while let Some(number) = waiting.pop() {
            if seen.insert(number) {
                waiting.extend(self.model[&number].into_iter().flatten());
            }
        }
        seen
    }

    /// Walks both graphs side by side.
    #[inline(never)]
    fn compare(&mut self) {
        let reachable = self.reachable();
        let dropped = self.dropped.lock().expect("no panic before");
        assert!(reachable.is_disjoint(&dropped), "something reachable was dropped");
        drop(dropped);
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<(Gc<Thing>, u64)> = Vec::new();
        for (root, number) in self.roots.iter().zip(&self.model_roots) {
            assert_eq!(root.get().map(|t| t.number), *number);
            waiting.extend(root.get().zip(*number));
        }
        while let Some((thing, number)) = waiting.pop() {
            if !seen.insert(number) {
                continue;
            }
            check(thing, number);
            for (field, model) in thing.fields.iter().zip(self.model[&number]) {
                assert_eq!(field.get().map(|t| t.number), model, "field of {number}");
                waiting.extend(field.get().zip(model));
            }
        }
        self.model.retain(|number, _| reachable.contains(number));
    }
}

fn hash(number: u64) -> u32 {
    // Few values: entries collide.
    (number % 61) as u32
}

fn words(thing: Gc<Thing>) -> *mut u64 {
    thing.trailing().as_ptr().cast()
}

fn fill(thing: Gc<Thing>) {
    for i in 0..thing.words {
        // SAFETY: so many words were asked for.
        unsafe {
            assert_eq!(words(thing).add(i).read(), 0, "trailing bytes begin as zero");
            words(thing).add(i).write(thing.number);
        }
    }
}

fn check(thing: Gc<Thing>, number: u64) {
    assert_eq!(thing.number, number);
    for i in 0..thing.words {
        // SAFETY: so many words were asked for.
        assert_eq!(unsafe { words(thing).add(i).read() }, number, "{number} was overwritten");
    }
}

/// Numbers that are unreachable and not dropped, after two full collections.
#[inline(never)]
fn leftovers(world: &World) -> usize {
    for _ in 0..2 {
        clear_stack();
        world.heap.collect(Collection::Full);
    }
    let (reachable, dropped) = (world.reachable(), world.dropped.lock().expect("no panic before"));
    (0..world.next).filter(|n| !reachable.contains(n) && !dropped.contains(n)).count()
}

/// Runs a random program; returns how often the cap was hit.
fn run(seed: u64, steps: usize, config: Config) -> u64 {
    let mut world = World::new(seed, config);
    let (heap, roots) = (world.heap.clone(), world.roots.clone());
    heap.enter(&|t: &mut Tracer<'_>| roots.iter().for_each(|r| t.edge_opt(r.get())), || {
        for step in 0..steps {
            world.step();
            if step % 64 == 0 {
                world.compare();
            }
            if step % 512 == 0 {
                heap.verify().unwrap_or_else(|fault| panic!("seed {seed}, step {step}: {fault}"));
                let left = leftovers(&world);
                // Words that happen to lie on the stack keep a few.
                assert!(left <= 40, "seed {seed}, step {step}: {left} unreachable things survive");
            }
        }
        world.compare();
    });
    let (next, dropped) = (world.next, world.dropped.clone());
    let refused = world.refused;
    drop((heap, roots, world));
    assert_eq!(
        dropped.lock().expect("no panic before").len() as u64,
        next,
        "everything is dropped in the end"
    );
    refused
}

fn seeds(default: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("HEAP_MODEL_SEEDS") else { return default };
    let (from, to) = text.split_once("..").expect("HEAP_MODEL_SEEDS=FROM..TO");
    from.parse().expect("a number")..to.parse().expect("a number")
}

fn config() -> Config {
    Config { verify: true, poison: true, young_bytes: 1 << 18, ..Config::default() }
}

#[test]
fn what_is_reachable_lives_and_the_rest_dies() {
    seeds(0..12).for_each(|seed| _ = run(seed, 4000, config()));
}

#[test]
fn a_mark_stack_that_overflows_loses_nothing() {
    seeds(100..106).for_each(|seed| _ = run(seed, 2000, Config { mark_stack: 2, ..config() }));
}

#[test]
fn the_cap_holds_and_is_survived() {
    let refused: u64 =
        seeds(200..212).map(|seed| run(seed, 4000, Config { cap_bytes: 3 << 19, ..config() })).sum();
    assert!(refused > 0, "the cap was never reached");
}

#[test]
fn collecting_at_every_allocation_changes_nothing() {
    seeds(300..304).for_each(|seed| _ = run(seed, 1500, Config { stress: true, ..config() }));
}

#[test]
fn the_program_may_do_anything_between_slices() {
    seeds(400..412).for_each(|seed| _ = run(seed, 4000, Config { stress_slices: true, ..config() }));
    let hurried = Config { stress_slices: true, mark_stack: 2, young_bytes: 1 << 16, ..config() };
    seeds(420..426).for_each(|seed| _ = run(seed, 2000, hurried));
}

#[test]
fn slices_end_where_the_time_does() {
    let config = Config { pause: Duration::ZERO, young_bytes: 1 << 14, ..config() };
    seeds(500..506).for_each(|seed| _ = run(seed, 4000, config));
    seeds(510..516).for_each(|seed| _ = run(seed, 4000, Config { cap_bytes: 3 << 19, ..config }));
    seeds(520..524).for_each(|seed| _ = run(seed, 2000, Config { pause: Duration::MAX, ..config }));
}
