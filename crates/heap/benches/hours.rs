//! A day of a server in a minute or two, hour by hour: what is alive, how much memory there is, how long the pauses are.
//!
//! A large set stays all day. Sessions come and go with the hours; each is a ring with texts, so that reference counts would
//! never free it. Requests make garbage. `cargo bench -p heap --bench hours` prints a table, and fails when an hour takes more
//! memory than twice what is alive and [`CONSTANT`]. `HEAP_BENCH_SCALE=10` does ten times the work.

mod support;

use std::cell::Cell;
use std::f64::consts::PI;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use heap::{Config, Gc, Heap, KindInfo, Object, Stats, Tracer};
use support::tests::resident;
use support::{Random, Slots, Text, is_test, mib, scale, slots};

/// Bytes that the process may take besides twice what is alive. Its code and the tables of this program are among them, and
/// pages of free blocks, which the heap keeps for what is allocated until the next collection.
const CONSTANT: usize = 64 << 20;
/// Sessions at noon.
const SESSIONS: usize = 50_000;
/// Requests of the hour before noon.
const REQUESTS: usize = 500_000;
/// Items of a session.
const ITEMS: usize = 8;
/// Levels of the 64 trees that stay.
const DEPTH: u32 = 14;

struct Item {
    next: Cell<Option<Gc<Item>>>,
    previous: Cell<Option<Gc<Item>>>,
    text: Cell<Option<Gc<Text>>>,
}

// SAFETY: kind 1 is this type's, and all handles are reported.
unsafe impl Object for Item {
    const KIND: u8 = 1;
    const NAME: &'static str = "item";
    fn trace(&self, tracer: &mut Tracer<'_>) {
        tracer.edge_opt(self.next.get());
        tracer.edge_opt(self.previous.get());
        tracer.edge_opt(self.text.get());
    }
}

/// Bytes of an item, the header included.
const ITEM: usize = size_of::<Item>() + 8;

fn main() -> ExitCode {
    if is_test() {
        return ExitCode::SUCCESS;
    }
    let scale = scale();
    // SAFETY: handles are in local variables, roots and items.
    let heap = unsafe { Heap::new(Config::default(), &[KindInfo::of::<Item>(), KindInfo::of::<Text>()]) };
    let (base, sessions) = (slots(64), slots(SESSIONS));
    let roots = |tracer: &mut Tracer<'_>| {
        base.iter().chain(&sessions).for_each(|slot| tracer.edge_opt(slot.get()));
    };
    let start = Instant::now();
    let mut exceeded = false;
    heap.enter(&roots, || {
        let mut server = Server::new(&heap, &sessions);
        base.iter().for_each(|slot| slot.set(Some(server.tree(DEPTH))));
        println!("MiB   live at most      heap       RSS     bound");
        let mut before = server.live;
        for hour in 0..24 {
            let seen = server.hour(hour, scale);
            // What was alive an hour ago may not have been looked for since.
            let bound = 2 * seen.live.max(before) + CONSTANT;
            exceeded |= seen.heap.max(seen.resident) > bound;
            let [live, memory, resident, bound] = [seen.live, seen.heap, seen.resident, bound].map(mib);
            println!("{hour:02}:00 {live:>11.1} {memory:>9.1} {resident:>9.1} {bound:>9.1}");
            before = seen.live;
        }
    });
    summary(&heap.stats(), start.elapsed().as_secs_f64());
    if exceeded {
        eprintln!("error: more memory than the bound");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The most there was in an hour, in bytes.
struct Seen {
    live: usize,
    heap: usize,
    resident: usize,
}

struct Server<'a> {
    heap: &'a Heap,
    sessions: &'a Slots<Item>,
    /// Bytes of each session.
    sizes: Vec<usize>,
    /// Bytes of objects that stay and of sessions, as they were asked for: cells are larger.
    live: usize,
    random: Random,
}

impl Server<'_> {
    fn new<'a>(heap: &'a Heap, sessions: &'a Slots<Item>) -> Server<'a> {
        Server { heap, sessions, sizes: vec![0; sessions.len()], live: 0, random: Random(1) }
    }

    /// Serves the requests of an hour. Each begins a session in the place of another one.
    fn hour(&mut self, hour: usize, scale: usize) -> Seen {
        let share = 0.1 + 0.9 * (PI * hour as f64 / 24.0).sin().powi(2);
        let open = (SESSIONS as f64 * share) as usize;
        (open..SESSIONS).for_each(|slot| self.end(slot));
        let mut seen = Seen { live: 0, heap: 0, resident: 0 };
        for request in 0..(REQUESTS as f64 * share) as usize * scale {
            self.garbage();
            let slot = self.random.below(open);
            self.end(slot);
            self.begin(slot);
            seen.live = seen.live.max(self.live);
            if request % 512 == 0 {
                let stats = self.heap.stats();
                seen.heap = seen.heap.max(stats.used + stats.external);
                seen.resident = seen.resident.max(resident());
            }
        }
        seen
    }

    /// What a request needs and leaves: a list, texts, now and then a long one.
    fn garbage(&mut self) {
        let mut list = None;
        for _ in 0..200 {
            list = Some(self.item(list, None, None));
        }
        for _ in 0..20 {
            let len = self.random.below(496);
            black_box(self.text(len));
        }
        if self.random.below(50) == 0 {
            let len = 8_192 + self.random.below(1 << 16);
            black_box(self.text(len));
        }
        black_box(list);
    }

    fn end(&mut self, slot: usize) {
        self.sessions[slot].set(None);
        self.live -= std::mem::take(&mut self.sizes[slot]);
    }

    /// Ties items to a ring.
    fn begin(&mut self, slot: usize) {
        let first = self.item(None, None, None);
        let (mut last, mut size) = (first, ITEMS * ITEM);
        for _ in 1..ITEMS {
            let len = 16 + self.random.below(480);
            size += len;
            let text = self.text(len);
            let item = self.item(None, Some(last), Some(text));
            self.tie(last, item);
            last = item;
        }
        self.tie(last, first);
        first.previous.set(Some(last));
        self.heap.wrote(first);
        self.sessions[slot].set(Some(first));
        self.sizes[slot] = size;
        self.live += size;
    }

    fn tie(&self, item: Gc<Item>, next: Gc<Item>) {
        item.next.set(Some(next));
        self.heap.wrote(item);
    }

    /// A tree that is counted as alive.
    fn tree(&mut self, depth: u32) -> Gc<Item> {
        self.live += ITEM;
        let mut child = || (depth > 0).then(|| self.tree(depth - 1));
        let (left, right) = (child(), child());
        self.item(left, right, None)
    }

    fn item(&self, next: Option<Gc<Item>>, previous: Option<Gc<Item>>, text: Option<Gc<Text>>) -> Gc<Item> {
        let item = Item { next: Cell::new(next), previous: Cell::new(previous), text: Cell::new(text) };
        self.heap.alloc(item).expect("the benchmark stays far below the cap")
    }

    fn text(&self, len: usize) -> Gc<Text> {
        self.heap.alloc_sized(Text, len).expect("the benchmark stays far below the cap")
    }
}

fn summary(stats: &Stats, seconds: f64) {
    let allocated = stats.allocated as f64 / f64::from(1 << 30);
    println!("\n{allocated:.1} GiB allocated in {seconds:.1} s, heap at most {:.1} MiB", mib(stats.peak));
    let history = &stats.pauses;
    let sorts = [&history.minor, &history.mark, &history.full, &history.sweep, &history.all];
    for (name, pauses) in ["minor", "mark", "full", "sweep", "all"].iter().zip(sorts) {
        let [median, most] = [50.0, 99.0].map(|percent| pauses.percentile(percent));
        let share = 100.0 * pauses.total.as_secs_f64() / seconds;
        println!(
            "{name:<6}{:>6} pauses: median {median:.1?}, 99 % {most:.1?}, longest {:.1?}; {share:.1} % of the time",
            pauses.count, pauses.max
        );
    }
}
