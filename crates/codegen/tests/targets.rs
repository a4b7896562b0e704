//! Everything lowers for every machine.

use codegen::{
    Arch, Calls, Compiled, Declined, FrameStep, OptLevel, Options, Os, RelocKind, Symbol, Target, compile,
};
use ir::random::{self, Config};
use ir::{Func, Module};

fn targets() -> Vec<Target> {
    let mut all = Vec::new();
    for arch in [Arch::X64, Arch::Arm64] {
        for os in [Os::Linux, Os::MacOs, Os::Windows] {
            all.push(Target::new(arch, os));
        }
    }
    all.push(Target::new(Arch::X64, Os::Linux).without_features());
    all.push(Target::new(Arch::X64, Os::Linux).position_independent());
    all.push(Target::new(Arch::Arm64, Os::MacOs).position_independent());
    all
}

fn options() -> Options {
    Options { verify: true, ..Options::default() }
}

fn module(text: &str) -> Module {
    let module = ir::text::parse(text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    module
}

fn compile_all(module: &Module, target: &Target, options: &Options) -> Vec<Result<Compiled, Declined>> {
    module.functions.keys().map(|func| compile(module, func, target, options)).collect()
}

#[test]
fn every_op_lowers_everywhere() {
    let module = module(include_str!("../../ir/tests/samples/all_ops.ir"));
    for target in targets() {
        for opt in [OptLevel::Speed, OptLevel::None] {
            for force_guards in [false, true] {
                let options = Options { opt, force_guards, listing: true, ..options() };
                for (func, result) in module.functions.keys().zip(compile_all(&module, &target, &options)) {
                    let name = &module.functions[func].name;
                    match result {
                        Ok(compiled) => check(&compiled, &target),
                        Err(other) => panic!("{target} @{name}: {other}"),
                    }
                }
            }
        }
    }
}

/// What holds for any compiled function.
fn check(compiled: &Compiled, target: &Target) {
    assert!(!compiled.code.is_empty());
    let end = compiled.code.len() as u32;
    for reloc in &compiled.relocs {
        let width = if matches!(reloc.kind, RelocKind::Abs64) { 8 } else { 4 };
        assert!(reloc.offset + width <= end, "{reloc:?}");
        let arm = !matches!(reloc.kind, RelocKind::Abs64 | RelocKind::X64Rel32 | RelocKind::X64GotRel32);
        assert!(reloc.kind == RelocKind::Abs64 || arm == (target.arch() == Arch::Arm64), "{reloc:?}");
    }
    assert_eq!(compiled.frame.first().map(|step| step.1), Some(FrameStep::PushFrame));
    assert_eq!(compiled.frame.get(1).map(|step| step.1), Some(FrameStep::SetFrame));
    assert!(compiled.frame.is_sorted_by_key(|(offset, _)| *offset));
    assert!(compiled.lines.is_sorted_by_key(|(offset, _)| *offset));
    assert!(compiled.calls.is_sorted_by_key(|call| call.return_offset));
    if target.arch() == Arch::Arm64 {
        assert_eq!(compiled.code[..4], [0x5f, 0x24, 0x03, 0xd5], "bti c");
    }
}

#[test]
fn random_programs_lower_everywhere() {
    for seed in 0..24 {
        let config = if seed % 2 == 0 { Config::default() } else { Config::varied(seed) };
        let module = random::module(seed, &config);
        let all = targets();
        let target = &all[seed as usize % all.len()];
        let calls = if seed % 3 == 0 { Calls::ThroughPointers } else { Calls::Direct };
        for result in compile_all(&module, target, &Options { calls, ..options() }) {
            match result {
                Ok(compiled) => check(&compiled, target),
                Err(other) => panic!("seed {seed}, {target}: {other}"),
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let module = random::module(5, &Config::default());
    for target in targets() {
        for func in module.functions.keys() {
            let once = compile(&module, func, &target, &options());
            let twice = compile(&module, func, &target, &options());
            assert_eq!(once.map(|c| (c.code, c.relocs)).ok(), twice.map(|c| (c.code, c.relocs)).ok());
        }
    }
}

#[test]
fn calls_name_what_they_go_to() {
    let text = "runtime @r(i64) -> i64\nfunc @f(i64) -> i64 {\nblock0(v0: i64):\n  v1 = call_runtime @r(v0)\n  v2 = call @g(v1)\n  return v2\n}\nfunc @g(i64) -> i64 {\nblock0(v0: i64):\n  return v0\n}\n";
    let module = module(text);
    let symbols = |calls: Calls, target: &Target| -> Vec<Symbol> {
        let options = Options { calls, ..options() };
        let compiled = compile(&module, Func(0), target, &options).unwrap();
        compiled.relocs.iter().map(|reloc| reloc.target).collect()
    };
    for target in targets() {
        let direct = symbols(Calls::Direct, &target);
        assert!(direct.contains(&Symbol::Function(Func(1))), "{target}: {direct:?}");
        assert!(direct.contains(&Symbol::Runtime(ir::Runtime(0))), "{target}: {direct:?}");
        let through = symbols(Calls::ThroughPointers, &target);
        assert!(through.contains(&Symbol::EntryPointer(Func(1))), "{target}: {through:?}");
        assert!(!through.contains(&Symbol::Function(Func(1))), "{target}: {through:?}");
    }
}

#[test]
fn budgets_decline_with_what_and_how_much() {
    let target = Target::new(Arch::X64, Os::Linux);
    let loop_text = "func @f(i32, i32) -> i32 {\nblock0(v0: i32, v1: i32):\n  jump block1(v0, v1)\nblock1(v2: i32, v3: i32):\n  v4 = icmp.slt.i32 v2, v3\n  brif v4, block1(v3, v2), block2\nblock2:\n  return v2\n}\n";
    let module = module(loop_text);
    let with = |options: Options| compile(&module, Func(0), &target, &options).unwrap_err();
    assert_eq!(
        with(Options { max_loop_values: 1, ..options() }),
        Declined::TooManyLoopValues { values: 2, max: 1 }
    );
    let large = with(Options { max_insts: 2, ..options() });
    assert!(matches!(large, Declined::TooLarge { insts: 4.., max: 2 }), "{large:?}");
    assert_eq!(large.code(), "too-large");
    let missing = compile(&module, Func(9), &target, &options()).unwrap_err();
    assert_eq!(missing.code(), "malformed");
}

#[test]
fn runtime_calls_hand_back_64_words_at_most() {
    let module_of = |count: usize| {
        let types = vec!["pair"; count].join(", ");
        let values: Vec<String> = (0..count).map(|i| format!("v{i}")).collect();
        let values = values.join(", ");
        module(&format!(
            "runtime @r() -> {types} throws\nfunc @f() -> {types} throws {{\nblock0:\n  {values} = call_runtime @r()\n  return {values}\n}}\n"
        ))
    };
    for target in targets() {
        for count in [1, 2, 31] {
            let compiled = compile(&module_of(count), Func(0), &target, &options());
            check(&compiled.unwrap_or_else(|why| panic!("{target}, {count} pairs: {why}")), &target);
        }
        let declined = compile(&module_of(32), Func(0), &target, &options()).unwrap_err();
        assert_eq!(declined, Declined::RuntimeResults { name: "r".into(), words: 65 });
    }
}

#[test]
fn a_frame_beyond_the_limit_is_declined() {
    let mut text = String::from("class heap\nfunc @f(ptr) -> i64 {\nblock0(v0: ptr):\n");
    // Everything is loaded before a call that may overwrite it and needed after it, so it lives in the frame.
    for i in 1..200 {
        text += &format!("  v{i} = load.i64 heap [v0 + {}]\n", 8 * i);
    }
    text += "  v200 = call @f(v0)\n";
    for i in 1..200 {
        text += &format!("  v{} = bxor.i64 v{}, v{i}\n", 200 + i, 199 + i);
    }
    text += "  return v399\n}\n";
    let module = module(&text);
    for arch in [Arch::X64, Arch::Arm64] {
        let target = Target::new(arch, Os::Linux);
        let declined = compile(&module, Func(0), &target, &Options { max_frame: 1000, ..options() });
        assert!(
            matches!(declined, Err(Declined::FrameTooLarge { bytes: 1001.., max: 1000 })),
            "{declined:?}"
        );
        assert!(compile(&module, Func(0), &target, &options()).is_ok());
    }
}

#[test]
fn who_bounds_calls_needs_no_look_at_the_stack() {
    let module = module("func @f() {\nblock0:\n  call @f()\n  return\n}\n");
    for target in targets() {
        for stack_checks in [true, false] {
            let options = Options { stack_checks, listing: true, ..options() };
            let clif = compile(&module, Func(0), &target, &options).unwrap().clif.unwrap();
            assert_eq!(clif.contains("get_stack_pointer"), stack_checks, "{target}: {clif}");
        }
    }
}

#[test]
fn processors_without_rounding_call_the_library() {
    let text = "func @f(f64) -> f64 {\nblock0(v0: f64):\n  v1 = ffloor v0\n  return v1\n}\n";
    let module = module(text);
    let relocs = |target: Target| compile(&module, Func(0), &target, &options()).unwrap().relocs.len();
    assert_eq!(relocs(Target::new(Arch::X64, Os::Linux)), 0);
    assert_eq!(relocs(Target::new(Arch::X64, Os::Linux).without_features()), 1);
}
