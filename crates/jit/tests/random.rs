//! Random programs: compiled code does what the reference interpreter does, plain and optimized, whichever guard fails.
//!
//! `JIT_RANDOM_SEEDS=FROM..TO` runs others than the few of every day.

use codegen::{Calls, OptLevel, Options};
use ir::eval::Const;
use ir::interp::{Interp, Limits, Poll, ResumePoints, Resuming};
use ir::random::{self, BUFFER, BUFFER_SIZE, Config, Observation};
use ir::{Func, Module, passes};
use jit::doubles::{self, Arena, Double};
use std::sync::Arc;

const MAIN: Func = Func(0);
/// Guards forced to fail per program and variant, evenly spread.
const FORCED: u64 = 3;

struct Case {
    seed: u64,
    config: Config,
    original: Arc<(Module, ResumePoints)>,
    expected: Observation,
    guards: u64,
}

impl Case {
    fn new(seed: u64) -> Case {
        let config = if seed.is_multiple_of(2) { Config::default() } else { Config::varied(seed) };
        // The context of compiled code holds what this process put there.
        let config = Config { context: false, ..config };
        let module = random::module(seed, &config);
        let points = ResumePoints::new(&module);
        let args = random::arguments(seed, &config, &module.functions[MAIN].signature, BUFFER);
        let mut host = random::host(seed, &module);
        let limits = Limits { fuel: config.steps, depth: 200 };
        let mut resuming = Resuming::new(&mut host, &module, &points, limits);
        let mut interp = Interp::new(&module, &mut resuming);
        let outcome = interp.call(MAIN, &args, limits);
        let guards = interp.guards();
        let expected = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
        Case { seed, config, original: Arc::new((module, points)), expected, guards }
    }

    /// Loads and runs `module`, a version of the original.
    fn check(&self, module: &Module, what: &str, options: &Options) {
        let program = doubles::load(module, options)
            .unwrap_or_else(|error| panic!("seed {}, {what}: {error}", self.seed));
        let stride = (self.guards / FORCED).max(1);
        let forced: Vec<Option<u64>> = match options.force_guards {
            true => (self.seed % stride..self.guards).step_by(stride as usize).map(Some).collect(),
            false => vec![None],
        };
        for guard in forced {
            let seen = self.run(&program, module, guard);
            assert!(
                seen == self.expected,
                "seed {}, {what}, forced guard {guard:?}:\n{seen:?}\nis not\n{:?}",
                self.seed,
                self.expected
            );
        }
    }

    fn run(&self, program: &jit::Program, module: &Module, forced: Option<u64>) -> Observation {
        let handler =
            |name: &str, memory: &mut Arena, args: &[Const]| random::runtime_call(name, args, memory);
        let limits = Limits { fuel: 4 * self.config.steps, depth: 200 };
        let guest = Double::new(&self.original, limits, Box::new(handler), Box::new(|| Poll::Continue));
        let functions = module.functions.len();
        let mut instance = doubles::instantiate(program, functions, guest);
        let memory = &mut instance.guest().memory;
        let buffer = memory.map(&vec![0; BUFFER_SIZE]);
        let entry = |func| program.code(func).0.expose_provenance() as u64;
        random::prepare(self.seed, memory, buffer, None, functions, entry).expect("the buffer is mapped");
        let signature = &module.functions[MAIN].signature;
        let args = random::arguments(self.seed, &self.config, signature, buffer);
        instance.force_guard(forced);
        let main = program.function(MAIN).expect("it can be entered");
        let outcome = instance.call(&main, &args).expect("the arguments fit");
        let outcome = doubles::reference(&outcome).unwrap_or_else(|why| panic!("seed {}: {why}", self.seed));
        random::observe(&outcome, &mut instance.guest().memory, buffer).expect("the buffer is there")
    }

    fn check_all(&self) {
        let original = &self.original.0;
        let mut optimized = original.clone();
        passes::optimize(&mut optimized, &passes::Options::default());
        // In turns: every combination for every seed would take longer than it finds.
        let opt = if self.seed % 4 < 2 { OptLevel::Speed } else { OptLevel::None };
        let calls = if self.seed % 8 < 4 { Calls::Direct } else { Calls::ThroughPointers };
        for force_guards in [false, true] {
            let options = Options { opt, calls: calls.clone(), force_guards, ..Options::default() };
            self.check(original, "plain", &options);
            self.check(&optimized, "optimized", &options);
        }
    }
}

/// Had a constant that looks like a call which nobody relocated.
#[test]
fn constants_are_not_taken_for_calls() {
    Case::new(5662).check_all();
}

#[test]
fn compiled_programs_do_what_the_reference_does() {
    let (mut returned, mut guards) = (0, 0);
    let seeds = random::seeds("JIT_RANDOM_SEEDS", 0..40);
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let case = Case::new(seed);
        case.check_all();
        returned += u64::from(format!("{:?}", case.expected).contains("Return"));
        guards += case.guards;
    }
    // Programs that all end at once would show nothing.
    assert!(returned * 4 >= count && guards > count, "{returned} of {count} returned, {guards} guards");
}
