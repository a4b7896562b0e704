//! Random programs before and after passes.

use ir::eval::Const;
use ir::interp::{Interp, Limits, Outcome, ResumePoints, Resuming};
use ir::passes::{self, Options, Pass};
use ir::random::{self, BUFFER, Config, Observation};
use ir::{Func, Module};
use std::ops::Range;

const MAIN: Func = Func(0);
/// Guards forced to fail per program and pass, evenly spread.
const FORCED: u64 = 3;

struct Program {
    seed: u64,
    config: Config,
    module: Module,
    points: ResumePoints,
    args: Vec<Const>,
    plain: Observation,
}

impl Program {
    fn new(seed: u64) -> Program {
        let config = if seed.is_multiple_of(2) { Config::default() } else { Config::varied(seed) };
        let module = random::module(seed, &config);
        let points = ResumePoints::new(&module);
        let args = random::arguments(seed, &config, &module.functions[MAIN].signature, BUFFER);
        let mut host = random::host(seed, &module);
        // Guards that fail of themselves go on too: a pass may drop or move none, but it may leave at an equal one.
        let limits = Limits { fuel: config.steps, depth: 200 };
        let mut resuming = Resuming::new(&mut host, &module, &points, limits);
        let outcome = Interp::new(&module, &mut resuming).call(MAIN, &args, limits);
        let plain = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
        Program { seed, config, module, points, args, plain }
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
        let stride = (guards / FORCED).max(1);
        for k in (self.seed % stride..guards).step_by(stride as usize) {
            check(Some(k));
        }
    }

    fn pass(&self, pass: &Pass) -> bool {
        let options = Options { verify: true, ..Options::default() };
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

    fn pipeline(&self) {
        let options = Options { verify: true, ..Options::default() };
        let mut module = self.module.clone();
        passes::optimize(&mut module, &options);
        self.compare(&module, "the pipeline");
        // Once more: what passes leave behind is input of passes, too.
        passes::optimize(&mut module, &options);
        self.compare(&module, "the pipeline, twice");
    }
}

fn seeds(few: Range<u64>) -> Range<u64> {
    let Ok(asked) = std::env::var("IR_PASSES_SEEDS") else { return few };
    let bounds = asked.split_once("..").map(|(from, to)| (from.parse(), to.parse()));
    match bounds {
        Some((Ok(from), Ok(to))) => from..to,
        _ => panic!("IR_PASSES_SEEDS is {asked:?}, not FROM..TO"),
    }
}

#[test]
fn every_pass_alone_changes_nothing_that_is_seen() {
    let mut changes = vec![0; passes::ALL.len()];
    let seeds = seeds(0..60);
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
    for seed in seeds(1000..1080) {
        Program::new(seed).pipeline();
    }
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
