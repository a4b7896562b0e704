//! Random programs before and after passes.

use ir::eval::Const;
use ir::interp::{Interp, Limits, Outcome, ResumePoints, Resuming};
use ir::passes::{self, Options, Pass, Report};
use ir::random::{self, BUFFER, Config, Observation};
use ir::{Func, Module};
use std::cell::Cell;
use std::collections::BTreeMap;

const MAIN: Func = Func(0);
/// Guards forced to fail per program and pass, evenly spread.
const FORCED: u64 = 3;

/// With the verifier; every second program is inlined as far as it goes.
fn options(seed: u64) -> Options {
    let usual = Options { verify: true, ..Options::default() };
    if seed.is_multiple_of(2) {
        return usual;
    }
    Options { inline_size: 400, inline_budget: 4000, ..usual }
}

struct Program {
    seed: u64,
    config: Config,
    module: Module,
    points: ResumePoints,
    args: Vec<Const>,
    plain: Observation,
    /// Guards to force to fail, evenly spread.
    forced: u64,
    /// Guards that left code inlined into another function, so far.
    callers: Cell<u32>,
}

impl Program {
    fn new(seed: u64) -> Program {
        let config = if seed.is_multiple_of(2) { Config::default() } else { Config::varied(seed) };
        Program::with(seed, config, FORCED)
    }

    fn with(seed: u64, config: Config, forced: u64) -> Program {
        let module = random::module(seed, &config);
        let points = ResumePoints::new(&module);
        let args = random::arguments(seed, &config, &module.functions[MAIN].signature, BUFFER);
        let mut host = random::host(seed, &module);
        // Guards that fail of themselves go on too: a pass may drop or move none, but it may leave at an equal one.
        let limits = Limits { fuel: config.steps, depth: 200 };
        let mut resuming = Resuming::new(&mut host, &module, &points, limits);
        let outcome = Interp::new(&module, &mut resuming).call(MAIN, &args, limits);
        let plain = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
        Program { seed, config, module, points, args, plain, forced, callers: Cell::new(0) }
    }

    /// Runs an optimized version; `fail`: the guard to force. Hands back the number of guards, too.
    fn run(&self, module: &Module, fail: Option<u64>) -> (Observation, Outcome, u64) {
        // A pass may make a program longer: edges get blocks of their own.
        let limits = Limits { fuel: 2 * self.config.steps, depth: 200 };
        let mut host = random::host(self.seed, module);
        let mut resuming = Resuming::new(&mut host, &self.module, &self.points, limits);
        let mut interp = Interp::new(module, &mut resuming);
        interp.fail_guard(fail);
        let outcome = interp.call(MAIN, &self.args, limits);
        let guards = interp.guards();
        let inlined = resuming.inlined();
        self.callers.set(self.callers.get() + inlined as u32);
        let seen = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
        (seen, outcome, guards)
    }

    fn compare(&self, module: &Module, what: &str) {
        let check = |fail: Option<u64>| {
            let (seen, outcome, guards) = self.run(module, fail);
            assert!(
                seen == self.plain,
                "seed {}, {what}, forced guard {fail:?} of {guards}: {outcome:?}\n{seen:?}\nis not\n{:?}",
                self.seed,
                self.plain
            );
            guards
        };
        let guards = check(None);
        let stride = (guards / self.forced).max(1);
        for k in (self.seed % stride..guards).step_by(stride as usize) {
            check(Some(k));
        }
    }

    fn pass(&self, pass: &Pass) -> bool {
        let options = options(self.seed);
        let mut module = self.module.clone();
        let mut changed = false;
        for func in module.functions.keys() {
            changed |= passes::run_pass(&mut module, func, pass, &options);
        }
        let before = ir::text::print(&self.module);
        let after = ir::text::print(&module);
        assert_eq!(changed, before != after, "seed {}: `{}` says {changed}", self.seed, pass.name);
        if changed {
            self.compare(&module, pass.name);
        }
        changed
    }

    fn pipeline(&self, options: &Options) -> Report {
        let mut module = self.module.clone();
        let report = passes::optimize(&mut module, options);
        self.compare(&module, "the pipeline");
        // Once more: what passes leave behind is input of passes, too.
        passes::optimize(&mut module, options);
        self.compare(&module, "the pipeline, twice");
        report
    }
}

#[test]
fn every_pass_alone_changes_nothing_that_is_seen() {
    let mut changes = vec![0; passes::ALL.len()];
    let seeds = random::seeds("IR_PASSES_SEEDS", 0..60);
    for seed in seeds.clone() {
        let program = Program::new(seed);
        for (pass, count) in passes::ALL.iter().zip(&mut changes) {
            *count += u32::from(program.pass(pass));
        }
    }
    // A pass that hardly ever does something is not tested here.
    let least = (seeds.end - seeds.start) / 5;
    for (pass, count) in passes::ALL.iter().zip(changes) {
        assert!(u64::from(count) >= least, "`{}` changed {count} programs", pass.name);
    }
}

#[test]
fn the_pipeline_changes_nothing_that_is_seen() {
    for seed in random::seeds("IR_PASSES_SEEDS", 1000..1080) {
        Program::new(seed).pipeline(&options(seed));
    }
}

/// Small functions, which are inlined whole, and many of their guards forced to fail.
#[test]
fn inlined_code_can_be_left_anywhere() {
    let mut counts = BTreeMap::new();
    let (mut programs, mut callers) = (0, 0);
    for seed in random::seeds("IR_PASSES_SEEDS", 3000..3080) {
        let config = Config { statements: 12, loop_depth: 1, calls_foremost: true, ..Config::default() };
        let program = Program::with(seed, config, 12);
        // Other passes prove most of the guards of random programs superfluous.
        let mut options = options(seed);
        options.disabled.extend(["range", "fold", "gvn"].map(str::to_owned));
        let report = program.pipeline(&options);
        programs += 1;
        callers += program.callers.get();
        for (what, number) in report.counts {
            *counts.entry(what).or_insert(0) += number;
        }
    }
    // What hardly ever happens is not tested here.
    for (what, least) in [("calls inlined", programs / 2), ("allocations removed", programs / 4)] {
        let number = counts.get(what).copied().unwrap_or(0);
        assert!(number >= least, "{what}: {number} in {programs} programs, {counts:?}");
    }
    assert!(callers >= programs / 2, "{callers} guards left inlined code");
}

#[test]
fn disabled_passes_stay_out() {
    let mut options = Options { verify: true, ..Options::default() };
    let mut module = random::module(4, &Config::default());
    let report = passes::optimize(&mut module.clone(), &options);
    assert_eq!(report.passes.len(), passes::ALL.len());
    let functions = module.functions.len() as u32;
    let planned = |name: &str| passes::PIPELINE.iter().filter(|pass| pass.name == name).count() as u32;
    for pass in passes::ALL {
        let count = report.of(pass.name).expect("it ran");
        assert_eq!(count.runs, functions * planned(pass.name), "{}", pass.name);
        assert_eq!(passes::by_name(pass.name).map(|found| found.name), Some(pass.name));
    }
    options.disabled = passes::ALL.iter().map(|pass| pass.name.to_owned()).collect();
    let before = ir::text::print(&module);
    assert_eq!(passes::optimize(&mut module, &options).passes, []);
    assert_eq!(ir::text::print(&module), before);
    assert!(passes::by_name("none").is_none());
}
