//! Compiled IR against gcc: the kernels of `kernels.ir` and of `kernels.c`, in one run.
//!
//! Both get the same memory and take turns; the ratio is that of the median times. gcc compiles with -O2 and without
//! vectorization; the IR goes through the whole optimizer. Everything gcc does to a kernel counts, inlining of recursive calls
//! included, but for the rows about calls. Run with `cargo bench -p codegen`; words after `--` select kernels, `calls`,
//! `entry`, `compile` or `latency`; `growth` (and shapes) measures how compile time grows with size, which takes a while.

mod calls;
mod compile;
mod entry;
mod growth;
mod latency;
mod shapes;

use codegen::{Calls, Options};
use ffi::{Library, Safe, TypedFunction};
use ir::eval::Const;
use ir::interp::Deopt;
use ir::{Module, passes};
use jit::{Abort, Callable, Cx, Guest, Instance, Outcome, Program, Resume, RuntimeTable};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr::NonNull;
use std::time::Instant;

/// Most times a kernel may take of gcc's, on average and each.
const MEAN_BAR: f64 = 1.25;
const EACH_BAR: f64 = 1.6;
/// Measurements per variant.
const ROUNDS: usize = 15;

struct NoGuest;

impl Guest for NoGuest {
    fn deopt(_: &mut Cx<'_, Self>, _: &Deopt) -> Resume {
        Resume::Abort(Abort::Stopped)
    }

    fn alloc(_: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        None
    }
}

/// Compiles the C kernels into a library in Cargo's folder for such things.
fn c_kernels() -> Option<Library> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jit/kernels/kernels.c");
    let out: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernels.so");
    let flags = ["-O2", "-fno-tree-vectorize", "-fno-math-errno", "-shared", "-fPIC", "-o"];
    let status = Command::new("gcc").args(flags).arg(&out).arg(here).arg("-lm").status().ok()?;
    // SAFETY: the library is what was just compiled; it has no initialisers.
    status.success().then(|| unsafe { Library::open(&out) }.ok()).flatten()
}

fn plain() -> Module {
    let module = ir::text::parse(include_str!("kernels.ir")).expect("the kernels parse");
    ir::verify::verify(&module).expect("the kernels verify");
    module
}

fn module(options: &passes::Options) -> Module {
    let mut module = plain();
    passes::optimize(&mut module, &passes::Options { verify: false, ..options.clone() });
    module
}

struct Compiled {
    program: Program,
    instance: Instance<NoGuest>,
}

impl Compiled {
    fn new(module: &Module, calls: Calls) -> Compiled {
        let options = Options { calls, verify: false, ..Options::default() };
        let program = Program::load(module, &options, &RuntimeTable::new()).expect("the kernels compile");
        let instance = program.instantiate(NoGuest);
        Compiled { program, instance }
    }

    fn function(&self, name: &str) -> Callable {
        self.program.function_named(name).expect("it can be entered").expect("it is there")
    }

    fn call(&mut self, function: &Callable, args: &[Const]) -> u64 {
        match self.instance.call(function, args) {
            Ok(Outcome::Return(values)) => values.first().map_or(0, |value| value.bits()),
            other => panic!("a kernel ended with {other:?}"),
        }
    }
}

/// Milliseconds: medians of both, measured in turns.
fn measure(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS + 2 {
        for (which, times) in times.iter_mut().enumerate() {
            let start = Instant::now();
            if which == 0 {
                ours()
            } else {
                theirs()
            }
            if round >= 2 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    let [ours, theirs] = times.map(|mut list| {
        list.sort_by(f64::total_cmp);
        list[list.len() / 2]
    });
    (ours, theirs)
}

fn verdict(holds: bool) -> &'static str {
    if holds { "" } else { "  OVER" }
}

/// One kernel: how each side runs it, on memory of its own.
struct Kernel<'a> {
    name: &'static str,
    ours: Box<dyn FnMut() -> u64 + 'a>,
    theirs: Box<dyn FnMut() -> u64 + 'a>,
}

/// A buffer and its address as an argument.
struct Buffer(Vec<u64>);

impl Buffer {
    fn new(words: usize, fill: impl Fn(usize) -> u64) -> Buffer {
        Buffer((0..words).map(fill).collect())
    }

    fn refill(&mut self, fill: impl Fn(usize) -> u64) {
        self.0.iter_mut().enumerate().for_each(|(i, word)| *word = fill(i));
    }

    fn address(&mut self) -> u64 {
        self.0.as_mut_ptr().expose_provenance() as u64
    }
}

type C<A, R> = Safe<TypedFunction<A, R>>;

fn c<A: ffi::Args, R: ffi::Return>(library: &Library, name: &str) -> C<A, R> {
    let function = library.typed(name).expect("it is exported");
    // SAFETY: kernels only touch what their arguments lead to, which outlives the measurements.
    unsafe { function.assume_safe() }
}

/// A pseudo-random sequence, the same on both sides.
fn random(seed: usize) -> u64 {
    let mixed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn integers<'a>(library: &'a Library, jit: &'a std::cell::RefCell<Compiled>) -> Vec<Kernel<'a>> {
    let mut kernels = Vec::new();
    for (name, n) in [("fib", 30), ("sum", 3_000_000), ("mandelbrot", 120)] {
        let (f, g) = (jit.borrow().function(name), c::<(i32,), i32>(library, name));
        kernels.push(Kernel {
            name,
            ours: Box::new(move || jit.borrow_mut().call(&f, &[Const::i32(black_box(n))])),
            theirs: Box::new(move || u64::from(g.call((black_box(n),)).expect("open") as u32)),
        });
    }
    let (mut a, mut b) = (Buffer::new(1 << 15, |_| 0), Buffer::new(1 << 15, |_| 0));
    let (f, g) = (jit.borrow().function("sieve"), c::<(u64, i32), i32>(library, "sieve"));
    let n = 1 << 18;
    kernels.push(Kernel {
        name: "sieve",
        ours: Box::new(move || jit.borrow_mut().call(&f, &[Const::ptr(a.address()), Const::i32(n)])),
        theirs: Box::new(move || u64::from(g.call((b.address(), n)).expect("open") as u32)),
    });
    let (f, g) = (jit.borrow().function("hash"), c::<(u64, i64), i32>(library, "hash"));
    let (mut a, mut b) = (Buffer::new(1 << 17, random), Buffer::new(1 << 17, random));
    let n = 1 << 20;
    kernels.push(Kernel {
        name: "hash",
        ours: Box::new(move || jit.borrow_mut().call(&f, &[Const::ptr(a.address()), Const::i64(n)])),
        theirs: Box::new(move || u64::from(g.call((b.address(), n)).expect("open") as u32)),
    });
    kernels.push(quicksort(library, jit));
    kernels.push(chase(library, jit));
    kernels
}

fn quicksort<'a>(library: &'a Library, jit: &'a std::cell::RefCell<Compiled>) -> Kernel<'a> {
    const WORDS: usize = 1 << 16;
    let (f, g) = (jit.borrow().function("quicksort"), c::<(u64, i64, i64), ()>(library, "quicksort"));
    let (mut a, mut b) = (Buffer::new(WORDS, random), Buffer::new(WORDS, random));
    let last = 2 * WORDS as i64 - 1;
    let check = |buffer: &Buffer| buffer.0[WORDS / 2] ^ buffer.0[7];
    Kernel {
        name: "quicksort",
        ours: Box::new(move || {
            a.refill(random);
            let args = [Const::ptr(a.address()), Const::i64(0), Const::i64(last)];
            jit.borrow_mut().call(&f, &args);
            check(&a)
        }),
        theirs: Box::new(move || {
            b.refill(random);
            g.call((b.address(), 0, last)).expect("open");
            check(&b)
        }),
    }
}

/// A ring of nodes in random order, larger than the first cache and smaller than the last.
fn ring() -> Buffer {
    const NODES: usize = 1 << 12;
    let mut order: Vec<usize> = (0..NODES).collect();
    for i in (1..NODES).rev() {
        order.swap(i, random(i) as usize % (i + 1));
    }
    let mut buffer = Buffer::new(2 * NODES, |i| i as u64);
    let base = buffer.address();
    for (from, to) in order.iter().zip(order.iter().cycle().skip(1)) {
        buffer.0[2 * from] = base + 16 * *to as u64;
    }
    buffer
}

fn chase<'a>(library: &'a Library, jit: &'a std::cell::RefCell<Compiled>) -> Kernel<'a> {
    let (f, g) = (jit.borrow().function("chase"), c::<(u64, i64), i64>(library, "chase"));
    let (mut a, mut b) = (ring(), ring());
    let n = 1_000_000;
    Kernel {
        name: "chase",
        ours: Box::new(move || jit.borrow_mut().call(&f, &[Const::ptr(a.address()), Const::i64(n)])),
        theirs: Box::new(move || g.call((b.address(), n)).expect("open") as u64),
    }
}

fn floats<'a>(library: &'a Library, jit: &'a std::cell::RefCell<Compiled>) -> Vec<Kernel<'a>> {
    let number = |i: usize| ((i % 97) as f64 * 0.25 - 7.0).to_bits();
    let mut kernels = Vec::new();
    for (name, n) in [("matmul", 120usize), ("spectral", 100)] {
        let (f, g) = (jit.borrow().function(name), c::<(u64, u64, u64, i64), f64>(library, name));
        let words = if name == "matmul" { n * n } else { n };
        let make = || [0, 1, 2].map(|_| Buffer::new(words, number));
        let (mut a, mut b) = (make(), make());
        let n = n as i64;
        kernels.push(Kernel {
            name,
            ours: Box::new(move || {
                let [x, y, z] = a.each_mut().map(|buffer| Const::ptr(buffer.address()));
                jit.borrow_mut().call(&f, &[x, y, z, Const::i64(n)])
            }),
            theirs: Box::new(move || {
                let [x, y, z] = b.each_mut().map(|buffer| buffer.address());
                g.call((x, y, z, n)).expect("open").to_bits()
            }),
        });
    }
    let (f, g) = (jit.borrow().function("nbody"), c::<(u64, i64, i64), f64>(library, "nbody"));
    let body = |i: usize| ((i * 37 % 41) as f64 * 0.5 + 1.0).to_bits();
    let (mut a, mut b) = (Buffer::new(35, body), Buffer::new(35, body));
    let steps = 20_000;
    kernels.push(Kernel {
        name: "nbody",
        ours: Box::new(move || {
            a.refill(body);
            jit.borrow_mut().call(&f, &[Const::ptr(a.address()), Const::i64(5), Const::i64(steps)])
        }),
        theirs: Box::new(move || {
            b.refill(body);
            g.call((b.address(), 5, steps)).expect("open").to_bits()
        }),
    });
    kernels
}

/// Measures and prints every kernel; the ratios.
fn run_kernels(kernels: Vec<Kernel<'_>>) -> Vec<f64> {
    if !kernels.is_empty() {
        println!("{:<12} {:>10} {:>10} {:>8}", "kernel", "ours ms", "gcc ms", "x gcc");
    }
    let mut ratios = Vec::new();
    for mut kernel in kernels {
        assert_eq!((kernel.ours)(), (kernel.theirs)(), "{}: the results differ", kernel.name);
        let (ours, theirs) = measure(
            || {
                black_box((kernel.ours)());
            },
            || {
                black_box((kernel.theirs)());
            },
        );
        let ratio = ours / theirs;
        println!(
            "{:<12} {ours:>10.3} {theirs:>10.3} {ratio:>8.2}{}",
            kernel.name,
            verdict(ratio <= EACH_BAR)
        );
        ratios.push(ratio);
    }
    ratios
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    if wanted.first().is_some_and(|word| word == "growth") {
        return growth::run(&wanted[1..]);
    }
    if let Some(library) = c_kernels() {
        let jit = std::cell::RefCell::new(Compiled::new(&module(&passes::Options::default()), Calls::Direct));
        let mut kernels = integers(&library, &jit);
        kernels.extend(floats(&library, &jit));
        kernels.retain(|kernel| wants(kernel.name));
        let ratios = run_kernels(kernels);
        if wanted.is_empty() {
            let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
            println!("geometric mean {mean:.2} x gcc{}", verdict(mean <= MEAN_BAR));
        }
        if wants("calls") {
            calls::run(&library);
        }
    } else {
        println!("no gcc here: nothing to compare with");
    }
    if wants("entry") {
        entry::run();
    }
    if wants("compile") {
        compile::run();
    }
    if wants("latency") {
        latency::run();
    }
}
