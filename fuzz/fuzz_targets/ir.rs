//! The IR from arbitrary bytes: text never makes parser, verifier, passes or code generator panic, and what parses prints as
//! itself; seeds become random programs that do the same before and after every pass, after any guard, and compile.

#![no_main]

use codegen::{Arch, Declined, Os, Target};
use ir::Module;
use ir::interp::{Interp, Limits, ResumePoints, Resuming};
use ir::passes::{self, Options, Pass};
use ir::random::{self, BUFFER, Config, Observation};
use libfuzzer_sys::fuzz_target;

/// Steps of a program from a seed: enough for its loops, little enough for many programs.
const STEPS: u64 = 4_000;

fuzz_target!(|bytes: &[u8]| {
    match bytes.split_first() {
        // A byte that no text begins with.
        Some((0xff, rest)) => seed(rest),
        _ => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                check_text(text);
            }
        }
    }
});

/// Whatever it is, there is an answer, and what is printed reads as what was printed.
fn check_text(text: &str) {
    match ir::text::parse_with_map(text) {
        Ok((mut module, map)) => {
            let printed = ir::text::print(&module);
            let again = ir::text::parse(&printed).unwrap_or_else(|e| panic!("{}\n{printed}", e[0]));
            assert_eq!(ir::text::print(&again), printed);
            match ir::verify::verify_with_map(&module, &map) {
                Ok(()) => {
                    compile(&module);
                    // What is right stays right.
                    passes::optimize(&mut module, &Options { verify: true, ..Options::default() });
                    compile(&module);
                }
                Err(faults) => faults.iter().for_each(|fault| {
                    assert!(!fault.to_string().is_empty());
                    assert!(fault.pos.is_none_or(|pos| pos.line >= 1 && pos.column >= 1), "{fault}");
                }),
            }
        }
        Err(errors) => {
            assert!(errors.windows(2).all(|pair| pair[0].pos <= pair[1].pos), "errors are in order");
            let lines = text.split('\n').count() as u32;
            for error in errors {
                assert!((1..=lines).contains(&error.pos.line) && error.pos.column >= 1, "{error}");
            }
        }
    }
}

/// Code for both architectures, or a reason why not: a fault of the back end's own verifier is none.
fn compile(module: &Module) {
    for arch in [Arch::X64, Arch::Arm64] {
        let target = Target::new(arch, Os::Linux);
        for func in module.functions.keys() {
            // Large functions take their time, and are no different.
            let options = codegen::Options { verify: true, max_insts: 2_000, ..codegen::Options::default() };
            match codegen::compile(module, func, &target, &options) {
                Ok(compiled) => assert!(!compiled.code.is_empty()),
                Err(why @ (Declined::Backend(_) | Declined::Malformed(_))) => {
                    panic!("{target}: {why}\n{module}")
                }
                Err(why) => assert!(!why.to_string().is_empty()),
            }
        }
    }
}

/// The first bytes are the program's seed, the next chooses a pass or all, the next a guard.
fn seed(bytes: &[u8]) {
    let Some((number, choice)) = bytes.split_at_checked(8) else { return };
    let seed = u64::from_le_bytes(number.try_into().expect("eight bytes"));
    let config = Config { steps: STEPS, ..Config::varied(seed) };
    let module = random::module(seed, &config);
    let (pass, guard) = (choice.first().copied(), choice.get(1).copied());
    let optimized = transformed(&module, pass);
    compile(&optimized);
    let program = Program { seed, config, points: ResumePoints::new(&module), module };
    let (plain, _) = program.run(&program.module, None);
    let (seen, guards) = program.run(&optimized, None);
    assert_eq!(seen, plain, "seed {seed}, pass {pass:?}\n{optimized}");
    if let (Some(guard), 1..) = (guard, guards) {
        let (seen, _) = program.run(&optimized, Some(u64::from(guard) % guards));
        assert_eq!(seen, plain, "seed {seed}, pass {pass:?}, guard {guard}\n{optimized}");
    }
}

fn transformed(module: &Module, choice: Option<u8>) -> Module {
    let mut module = module.clone();
    let options = Options { verify: true, ..Options::default() };
    let pass: Option<&Pass> = choice.and_then(|index| passes::ALL.get(usize::from(index)));
    match pass {
        None => {
            passes::optimize(&mut module, &options);
        }
        Some(pass) => {
            for func in module.functions.keys() {
                passes::run_pass(&mut module, func, pass, &options);
            }
        }
    }
    module
}

struct Program {
    seed: u64,
    config: Config,
    points: ResumePoints,
    module: Module,
}

impl Program {
    /// What a version of the program does, and how many guards it passes.
    fn run(&self, module: &Module, fail: Option<u64>) -> (Observation, u64) {
        // Passes may make a program a little longer.
        let limits = Limits { fuel: 2 * STEPS, depth: 200 };
        let mut host = random::host(self.seed, module);
        let main = ir::Func(0);
        let args = random::arguments(self.seed, &self.config, &module.functions[main].signature, BUFFER);
        let mut resuming = Resuming::new(&mut host, &self.module, &self.points, limits);
        let mut interp = Interp::new(module, &mut resuming);
        interp.fail_guard(fail);
        let outcome = interp.call(main, &args, limits);
        let guards = interp.guards();
        let seen = random::observe(&outcome, &mut host, BUFFER).expect("the buffer is there");
        (seen, guards)
    }
}
