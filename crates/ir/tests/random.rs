//! Random programs: the same everywhere, ending, covering the op table, and able to go on after any guard.

use ir::eval::Const;
use ir::interp::{Access, Interp, Limits, Outcome, ResumePoints, Resuming, Step, Tracer};
use ir::random::{self, BUFFER, Config, Observation};
use ir::{AliasClass, Func, Module, Op};
use std::collections::{HashMap, HashSet};

const MAIN: Func = Func(0);

fn arguments(seed: u64, config: &Config, module: &Module) -> Vec<Const> {
    random::arguments(seed, config, &module.functions[MAIN].signature, BUFFER)
}

fn limits(config: &Config) -> Limits {
    Limits { fuel: config.steps, depth: 200 }
}

/// A plain run.
fn run(seed: u64, config: &Config, module: &Module) -> (Outcome, Observation, u64) {
    let mut host = random::host(seed, module);
    let mut interp = Interp::new(module, &mut host);
    let outcome = interp.call(MAIN, &arguments(seed, config, module), limits(config));
    let guards = interp.guards();
    let seen = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
    (outcome, seen, guards)
}

/// Sees which ops run and which class each byte belongs to.
#[derive(Default)]
struct Watch {
    ran: HashMap<(Func, ir::Inst), u64>,
    classes: HashMap<u64, AliasClass>,
    overlaps: bool,
}

impl Tracer for Watch {
    fn step(&mut self, step: &Step<'_>) {
        *self.ran.entry((step.func, step.inst)).or_default() += 1;
    }

    fn access(&mut self, access: &Access) {
        for i in 0..u64::from(access.width) {
            let class = *self.classes.entry(access.address + i).or_insert(access.class);
            assert_eq!(class, access.class, "byte {:#x} in two alias classes", access.address + i);
        }
        self.overlaps |= !access.address.is_multiple_of(u64::from(access.width));
    }
}

#[test]
fn programs_end_within_their_budget_and_mean_something() {
    let mut ends = HashMap::new();
    for seed in 0..500 {
        let config = if seed % 2 == 0 { Config::default() } else { Config::varied(seed) };
        let module = random::module(seed, &config);
        let (outcome, ..) = run(seed, &config, &module);
        let kind = match &outcome {
            Outcome::Return(_) => "return",
            Outcome::Throw => "throw",
            Outcome::Deopt(_) => "deopt",
            Outcome::Trap(_) => "trap",
            other => panic!("seed {seed}: {other:?}"),
        };
        *ends.entry(kind).or_insert(0) += 1;
    }
    for kind in ["return", "throw", "deopt", "trap"] {
        assert!(ends.get(kind).is_some_and(|n| *n >= 3), "{ends:?}");
    }
    // Most runs get to their end: else they would test little.
    assert!(ends["return"] > 330, "{ends:?}");
}

#[test]
fn programs_pass_the_verifier() {
    for seed in 0..500 {
        let config = if seed % 2 == 0 { Config::default() } else { Config::varied(seed) };
        let module = random::module(seed, &config);
        if let Err(faults) = ir::verify::verify(&module) {
            panic!("seed {seed}: {faults:#?}\n{}", ir::text::print(&module));
        }
    }
}

/// The text form keeps everything that a run depends on.
#[test]
fn programs_survive_the_text_form() {
    for seed in 0..120 {
        let config = Config::varied(seed);
        let module = random::module(seed, &config);
        let text = ir::text::print(&module);
        let parsed =
            ir::text::parse(&text).unwrap_or_else(|errors| panic!("seed {seed}: {errors:#?}\n{text}"));
        assert_eq!(ir::text::print(&parsed), text, "seed {seed}");
        assert_eq!(run(seed, &config, &parsed).1, run(seed, &config, &module).1, "seed {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_program() {
    for seed in 0..50 {
        let config = Config::varied(seed);
        let (a, b) = (random::module(seed, &config), random::module(seed, &config));
        assert_eq!(format!("{a:?}"), format!("{b:?}"));
        assert_eq!(run(seed, &config, &a).1, run(seed, &config, &b).1);
    }
    let config = Config::default();
    assert_ne!(format!("{:?}", random::module(1, &config)), format!("{:?}", random::module(2, &config)));
}

#[test]
fn every_op_occurs_and_runs() {
    let config = Config::default();
    let mut ran: HashSet<Op> = HashSet::new();
    let mut overlaps = false;
    for seed in 0..600 {
        let module = random::module(seed, &config);
        let (mut host, mut watch) = (random::host(seed, &module), Watch::default());
        let mut interp = Interp::new(&module, &mut host);
        interp.set_tracer(&mut watch);
        interp.call(MAIN, &arguments(seed, &config, &module), limits(&config));
        overlaps |= watch.overlaps;
        ran.extend(watch.ran.keys().map(|(func, inst)| module.functions[*func].insts[*inst].op));
    }
    let missing: Vec<&str> = Op::ALL.iter().filter(|op| !ran.contains(op)).map(|op| op.name()).collect();
    // An address out of nowhere is of no use to a program whose memory lies somewhere else each time.
    assert_eq!(missing, ["pconst"]);
    assert!(overlaps);
}

#[test]
fn switches_turn_features_off() {
    let config = Config {
        guards: false,
        indirect_calls: false,
        runtime_calls: false,
        allocs: false,
        exceptions: false,
        context: false,
        pairs: false,
        ..Config::default()
    };
    for seed in 0..100 {
        let module = random::module(seed, &config);
        assert!(module.runtimes.values().all(|data| !data.signature.throws && !data.allocates));
        for function in module.functions.values() {
            assert!(function.values.values().all(|value| value.ty != ir::Type::Pair), "seed {seed}");
            for inst in function.order.iter().flat_map(|block| &function.blocks[*block].insts) {
                let op = function.insts[*inst].op;
                assert!(
                    !matches!(op, Op::Alloc | Op::Context | Op::CallIndirect | Op::CallRuntime | Op::Throw),
                    "seed {seed}: {}",
                    op.name()
                );
                assert!(op.effect() != ir::Effect::Guard, "seed {seed}: {}", op.name());
            }
        }
        run(seed, &config, &module);
    }
}

/// Forces guards to fail, one per run, and goes on from the frames: nothing may change.
#[test]
fn a_program_can_go_on_after_any_guard() {
    let mut resumed = 0;
    for seed in 0..150 {
        let config = if seed % 2 == 0 { Config::default() } else { Config::varied(seed) };
        let module = random::module(seed, &config);
        let points = ResumePoints::new(&module);
        let (_, plain, guards) = run(seed, &config, &module);
        let stride = (guards / 8).max(1);
        for k in (0..guards).step_by(stride as usize) {
            let mut host = random::host(seed, &module);
            let mut resuming = Resuming::new(&mut host, &module, &points, limits(&config));
            let mut interp = Interp::new(&module, &mut resuming);
            interp.fail_guard(Some(k));
            let outcome = interp.call(MAIN, &arguments(seed, &config, &module), limits(&config));
            assert!(resuming.resumed() >= 1);
            resumed += 1;
            let seen = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
            assert_eq!(seen, plain, "seed {seed}, guard {k} of {guards}");
        }
    }
    assert!(resumed > 200, "{resumed}");
}

/// Which NaN the arithmetic hands back is unspecified, so nothing that is seen of a run may depend on it.
#[test]
fn what_is_seen_does_not_depend_on_nans() {
    for seed in 0..120 {
        let config = Config::default();
        let module = random::module(seed, &config);
        let (_, plain, _) = run(seed, &config, &module);
        let mut host = random::host(seed, &module);
        let mut interp = Interp::new(&module, &mut host);
        interp.set_nan(0xfff8_0000_dead_beef);
        let outcome = interp.call(MAIN, &arguments(seed, &config, &module), limits(&config));
        let seen = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
        assert_eq!(seen, plain, "seed {seed}");
    }
}

/// Nothing that is seen of a run depends on where the buffer and objects lie.
#[test]
fn what_is_seen_does_not_depend_on_addresses() {
    for seed in 0..120 {
        let config = Config::default();
        let module = random::module(seed, &config);
        let (_, plain, _) = run(seed, &config, &module);
        let mut host = random::host(seed, &module);
        // Objects move; the buffer is set up elsewhere.
        host.memory.map(vec![0; 12_345]);
        let buffer = host.memory.map(vec![0; random::BUFFER_SIZE]);
        let entry = ir::interp::FlatMemory::entry;
        random::prepare(seed, &mut host, buffer, None, module.functions.len(), entry).expect("it is mapped");
        let args = random::arguments(seed, &config, &module.functions[MAIN].signature, buffer);
        let outcome = Interp::new(&module, &mut host).call(MAIN, &args, limits(&config));
        let seen = random::observe(&outcome, &mut host, buffer).expect("the buffer is there");
        assert_eq!(seen, plain, "seed {seed}");
    }
}
