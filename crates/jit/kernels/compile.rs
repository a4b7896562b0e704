//! What compiling costs: optimizer and code generator apart, per op, and the size of what comes out.

use crate::shapes::{self, Shape};
use crate::{ROUNDS, plain};
use codegen::{Options, Target};
use ir::{Module, passes};
use std::time::Instant;

/// Measures and prints the kernels and a synthetic function of each shape. Nothing but passes and code generator is timed.
pub(crate) fn run() {
    println!(
        "{:<12} {:>6} {:>14} {:>14} {:>12}",
        "compiled", "ops", "passes us/op", "codegen us/op", "bytes/op"
    );
    row("kernels", &plain());
    for shape in Shape::ALL {
        row(shape.name(), &shapes::module(shape, 400));
    }
}

fn row(name: &str, module: &Module) {
    let target = Target::host().expect("this machine is known");
    let options = Options { verify: false, ..Options::default() };
    let without_verifier = passes::Options { verify: false, ..passes::Options::default() };
    let (mut optimize, mut generate, mut bytes) = (f64::MAX, f64::MAX, 0);
    for _ in 0..ROUNDS {
        let mut optimized = module.clone();
        let start = Instant::now();
        passes::optimize(&mut optimized, &without_verifier);
        optimize = optimize.min(start.elapsed().as_secs_f64() * 1e6);
        let start = Instant::now();
        let compile = |func| codegen::compile(&optimized, func, &target, &options).expect("it compiles");
        bytes = optimized.functions.keys().map(|func| compile(func).code.len()).sum();
        generate = generate.min(start.elapsed().as_secs_f64() * 1e6);
    }
    let ops = shapes::ops(module);
    let per_op = |total: f64| total / ops as f64;
    println!(
        "{name:<12} {ops:>6} {:>14.2} {:>14.2} {:>12.1}",
        per_op(optimize),
        per_op(generate),
        bytes as f64 / ops as f64
    );
}
