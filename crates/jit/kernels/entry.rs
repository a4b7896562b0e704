//! What it costs to enter compiled code, and to leave it for a function of the guest.

use crate::verdict;
use codegen::Options;
use ir::interp::Deopt;
use jit::{Abort, Entry, Program, Resume, RuntimeTable, SharedGuest, WordCallable};
use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant;

/// Most nanoseconds that a call may take, of those that find the code pinned.
const ENTRY_BAR: f64 = 15.0;
const CALLS: u64 = 1_000_000;

const PROGRAM: &str = "
runtime @add(i64, i64) -> i64 writes(all)
runtime @nested(i64) -> i64 writes(all)
func @empty(i64, i64) -> i64, i64 {
block0(v0: i64, v1: i64):
  return v0, v1
}
func @adds(i64, i64) -> i64, i64 {
block0(v0: i64, v1: i64):
  jump block1(v0, v1)
block1(v2: i64, v3: i64):
  v4 = call_runtime @add(v2, v3)
  v5 = iconst.i64 1
  v6 = isub.i64 v2, v5
  v7 = iconst.i64 0
  v8 = icmp.eq.i64 v6, v7
  brif v8, block2, block1(v6, v4)
block2:
  return v4, v6
}
func @nests(i64, i64) -> i64, i64 {
block0(v0: i64, v1: i64):
  v2 = call_runtime @nested(v0)
  return v2, v1
}";

/// A guest that counts, and enters a function from within.
struct Counting {
    count: Cell<u64>,
    entry: Entry<Counting>,
    empty: WordCallable<2>,
}

impl SharedGuest for Counting {
    type Data = Counting;

    fn deopt(_: &Self, _: &Deopt) -> Resume {
        Resume::Abort(Abort::Stopped)
    }
}

impl Counting {
    /// Calls the empty function so many times.
    fn enter(&self, times: u64) -> u64 {
        let call = |sum, number| {
            let words = self.entry.call(self, &self.empty, [sum, number]).expect("it returns");
            words[0] + words[1]
        };
        (0..black_box(times)).fold(0, call)
    }
}

fn add(guest: &Counting, [a, b]: [u64; 2]) -> u64 {
    guest.count.set(guest.count.get() + 1);
    a + b
}

/// The shortest time of several for a million calls, in nanoseconds per call.
fn per_call(mut run: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..9).map(time).fold(f64::INFINITY, f64::min) * 1e9 / CALLS as f64
}

/// Measures and prints all of them.
pub(crate) fn run() {
    let module = ir::text::parse(PROGRAM).expect("it parses");
    let mut table = RuntimeTable::new();
    table.bind_words::<Counting, _, _, 2>("add", add);
    table.bind_words::<Counting, _, _, 1>("nested", |guest: &Counting, [times]: [u64; 1]| guest.enter(times));
    let program = Program::load(&module, &Options::default(), &table).expect("it compiles");
    let function = |name| {
        let callable = program.function_named(name).expect("it can be entered").expect("it is there");
        WordCallable::try_from(callable).expect("it is one of words")
    };
    let guest = Counting { count: Cell::new(0), entry: program.entry(), empty: function("empty") };
    let (adds, nests) = (function("adds"), function("nests"));
    let call = |function| guest.entry.call(&guest, function, [CALLS, 0]).expect("it returns");
    let outermost = per_call(|| {
        black_box(guest.enter(CALLS));
    });
    let pinned = per_call(|| {
        black_box(guest.entry.pinned(|| guest.enter(CALLS)));
    });
    let nested = per_call(|| {
        black_box(call(&nests));
    });
    let out = per_call(|| {
        black_box(call(&adds));
    });
    println!("entry of an empty function: {outermost:.1} ns");
    println!("the same, pinned: {pinned:.1} ns{}", verdict(pinned <= ENTRY_BAR));
    println!("the same, nested: {nested:.1} ns{}", verdict(nested <= ENTRY_BAR));
    println!("runtime function of two words: {out:.1} ns");
}
