//! How compile time grows: synthetic functions of doubling size, optimizer and code generator apart.

use crate::shapes::{self, Shape};
use codegen::{OptLevel, Options, Target};
use ir::{Func, Module, passes};
use std::collections::BTreeMap;
use std::time::Instant;

/// Most times that twice the size may take.
const BAR: f64 = 2.3;
/// From the smallest size, doubled so often.
const SMALLEST: usize = 100;
const DOUBLINGS: u32 = 7;
/// Measurements of each; small functions are measured more often.
const RUNS: usize = 5;

/// Milliseconds for one function.
struct Times {
    passes: f64,
    codegen: f64,
    /// Instructions that the code generator makes of it.
    insts: usize,
    by_pass: BTreeMap<&'static str, f64>,
    /// Why there is no code.
    declined: Option<String>,
}

/// Measures the named shapes, or all; with the word `fast`, the code generator's quick mode.
pub(crate) fn run(wanted: &[String]) {
    let (fast, wanted): (Vec<&str>, Vec<&str>) =
        wanted.iter().map(String::as_str).partition(|word| *word == "fast");
    let opt = if fast.is_empty() { OptLevel::Speed } else { OptLevel::None };
    println!(
        "{:<10} {:>7} {:>11} {:>6} {:>7} {:>11} {:>6}",
        "shape", "ops", "passes ms", "step", "insts", "codegen ms", "step"
    );
    for shape in Shape::ALL {
        if wanted.is_empty() || wanted.contains(&shape.name()) {
            grow(shape, opt);
        }
    }
}

fn grow(shape: Shape, opt: OptLevel) {
    let mut before: Option<Times> = None;
    for doubling in 0..=DOUBLINGS {
        let module = shapes::module(shape, SMALLEST << doubling);
        let times = measure(&module, opt, RUNS.max(40 >> doubling));
        let step = |now: f64, then: Option<f64>| then.map_or(0.0, |then| now / then);
        let passes = step(times.passes, before.as_ref().map(|t| t.passes));
        let codegen = step(times.codegen, before.as_ref().map(|t| t.codegen));
        print!(
            "{:<10} {:>7} {:>11.3} {:>6} {:>7} {:>11.3} {:>6}",
            shape.name(),
            shapes::ops(&module),
            times.passes,
            shown(passes),
            times.insts,
            times.codegen,
            shown(codegen)
        );
        println!(
            "{}{}",
            over(&times, before.as_ref(), passes, codegen),
            times.declined.as_deref().unwrap_or("")
        );
        before = Some(times);
    }
}

fn shown(step: f64) -> String {
    if step > 0.0 { format!("{step:.2}") } else { String::new() }
}

/// The mark of a step that takes too long, with the passes that do.
fn over(now: &Times, before: Option<&Times>, passes: f64, codegen: f64) -> String {
    let mut text = String::new();
    let beyond = now.insts > Options::default().max_insts;
    if beyond {
        text += "  (declined in everyday use: too large)";
    }
    if passes > BAR || codegen > BAR && !beyond {
        text += "  OVER";
    }
    if let (true, Some(before)) = (passes > BAR, before) {
        let mut slow: Vec<(&str, f64, f64)> = now
            .by_pass
            .iter()
            .map(|(name, time)| (*name, *time, time / before.by_pass.get(name).unwrap_or(time)))
            .filter(|(_, time, step)| *step > BAR && *time > now.passes / 20.0)
            .collect();
        slow.sort_by(|a, b| b.1.total_cmp(&a.1));
        for (name, time, step) in slow {
            text += &format!(" {name} {time:.1} ms x{step:.1}");
        }
    }
    text
}

/// Medians of several runs.
fn measure(module: &Module, opt: OptLevel, runs: usize) -> Times {
    let target = Target::host().expect("this machine is known");
    // Beyond the budget of everyday use, to see whether time would stay linear there.
    let options =
        Options { opt, verify: false, max_insts: usize::MAX, max_frame: u32::MAX, ..Options::default() };
    let (mut passes, mut codegen, mut by_pass) = (Vec::new(), Vec::new(), BTreeMap::<&str, Vec<f64>>::new());
    let (mut declined, mut insts) = (None, 0);
    for _ in 0..runs {
        let mut optimized = module.clone();
        passes.push(optimize(&mut optimized, &mut by_pass));
        let start = Instant::now();
        let compiled = codegen::compile(&optimized, Func(0), &target, &options);
        codegen.push(start.elapsed().as_secs_f64() * 1e3);
        insts = compiled.as_ref().map_or(0, |compiled| compiled.stats.clif_insts);
        declined = compiled.err().map(|why| format!("  declined: {why}"));
    }
    Times {
        passes: median(passes),
        codegen: median(codegen),
        insts,
        by_pass: by_pass.into_iter().map(|(name, times)| (name, median(times))).collect(),
        declined,
    }
}

/// What `passes::optimize` does, with the time of each pass.
fn optimize(module: &mut Module, by_pass: &mut BTreeMap<&'static str, Vec<f64>>) -> f64 {
    let options = passes::Options { verify: false, ..passes::Options::default() };
    let mut sums = BTreeMap::<&str, f64>::new();
    let start = Instant::now();
    for func in passes::inline::callees_first(module) {
        for pass in passes::PIPELINE {
            let start = Instant::now();
            passes::run_pass(module, func, pass, &options);
            *sums.entry(pass.name).or_default() += start.elapsed().as_secs_f64() * 1e3;
        }
    }
    let total = start.elapsed().as_secs_f64() * 1e3;
    sums.into_iter().for_each(|(name, time)| by_pass.entry(name).or_default().push(time));
    total
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}
