//! What calls cost: without inlining, directly and through an entry pointer.

use crate::{Buffer, Compiled, c, measure, module, verdict};
use codegen::Calls;
use ffi::Library;
use ir::eval::Const;
use ir::passes::Options;
use std::hint::black_box;

/// Most times a call may take of one in C.
const DIRECT_BAR: f64 = 1.1;
const INDIRECT_BAR: f64 = 1.3;

/// Measures and prints both kinds. Whatever would do away with calls is off, as it is for gcc; the rest of the optimizer
/// works on the loops around them, as gcc's does.
pub(crate) fn run(library: &Library) {
    let disabled = ["inline", "tail"].map(str::to_owned).into();
    let plain = module(&Options { disabled, ..Options::default() });
    let mut jit = Compiled::new(&plain, Calls::Direct);
    direct(library, &mut jit);
    indirect(library, &mut jit);
}

fn report(what: &str, (ours, theirs): (f64, f64), calls: f64, bar: f64) {
    let ratio = ours / theirs;
    let ns = |ms: f64| ms * 1e6 / calls;
    println!(
        "{what}: {ratio:.2} x gcc, {:.2} against {:.2} ns{}",
        ns(ours),
        ns(theirs),
        verdict(ratio <= bar)
    );
}

fn direct(library: &Library, jit: &mut Compiled) {
    let (f, g) = (jit.function("fib"), c::<(i32,), i32>(library, "called"));
    let n = black_box(27);
    let times = measure(
        || {
            black_box(jit.call(&f, &[Const::i32(n)]));
        },
        || {
            black_box(g.call((n,)).expect("open"));
        },
    );
    // fib(n) makes 2 fib(n + 1) - 1 calls.
    report("direct call, not inlined (fib)", times, 635_621.0, DIRECT_BAR);
}

/// Each side's loop calls its own side's function, whose address it loads from a cell for every call.
fn indirect(library: &Library, jit: &mut Compiled) {
    let increment = jit.function("increment").entry().expose_provenance() as u64;
    let target = library.symbol("increment").expect("it is exported").expose_provenance() as u64;
    let (mut a, mut b) = (Buffer::new(1, |_| increment), Buffer::new(1, |_| target));
    let (f, g) = (jit.function("indirect"), c::<(i32, u64), i32>(library, "indirect"));
    let n = black_box(1_000_000);
    let times = measure(
        || {
            black_box(jit.call(&f, &[Const::i32(n), Const::ptr(a.address())]));
        },
        || {
            black_box(g.call((n, b.address())).expect("open"));
        },
    );
    report("indirect call through a cell", times, f64::from(n), INDIRECT_BAR);
}
