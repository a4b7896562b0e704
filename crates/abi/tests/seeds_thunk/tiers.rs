//! Seeds 18 and 20: template stubs against the interpreter. Any mismatch fails, and broken templates are found.

use crate::machine::space;
use crate::programs::*;
use crate::templates::{Fault, compile};
use code_memory::ExecSpace;

/// Runs a program in both tiers from the same state; an error says how they differ.
fn agree(space: &ExecSpace, program: &[Op], locals: [i64; LOCALS], fault: Fault) -> Result<i64, String> {
    let mut interpreted = State::new(locals);
    let expected = interpret(program, &mut interpreted);
    let mut state = State::new(locals);
    let code = compile(space, program, fault);
    // SAFETY: the templates emit a function of this type; the code outlives the call.
    let compiled: extern "C" fn(*mut State) -> i64 = unsafe { std::mem::transmute(code.entry()) };
    let found = compiled(&mut state);
    if found != expected {
        return Err(format!("compiled: {found:#x}, interpreted: {expected:#x}"));
    }
    match state == interpreted {
        true => Ok(found),
        false => Err(format!("compiled: {state:?}, interpreted: {interpreted:?}")),
    }
}

const LOCAL_VALUES: [i64; LOCALS] = [6, 3, 5, 12, -1, 1 << 40, 0, i64::MIN];

/// Expressions whose value depends on precedence, with the value that C gives them.
const EXPRESSIONS: &[(&str, i64)] = &[
    ("a & b == b", 0),
    ("(a & b) == b", 0),
    ("a & 3 == 3", 0),
    ("(a & 2) == 2", 1),
    ("1 | 2 ^ 3 & 4", 3),
    ("1 ^ 3 | 4 & 12", 6),
    ("1 << 2 + 3", 32),
    ("(1 << 2) + 3", 7),
    ("16 >> 1 + 1 << 3", 32),
    ("2 + 3 * 4 - 1", 13),
    ("7 & 3 < 4", 1),
    ("a | b & c ^ d", 15),
    ("a < b == 0", 1),
    ("20 - 5 - 3", 12),
    ("f >> 38 | 1", 5),
    ("h >> 63", -1),
    ("e & f + 1", (1 << 40) + 1),
    ("e == 0 - 1 & 1 | 2", 3),
];

/// Every precedence program has the value C gives it, in both tiers.
#[test]
fn seed_18_bitwise_precedence_in_every_tier() {
    let space = space();
    for (text, value) in EXPRESSIONS {
        let program = compile_expression(text);
        assert_eq!(agree(&space, &program, LOCAL_VALUES, Fault::None).as_ref(), Ok(value), "{text}");
    }
}

/// A switch that stores and returns a different number per case; built from the branch at its start.
fn switch(cases: usize, branch: impl Fn(&dyn Fn(usize) -> usize) -> Op) -> Vec<Op> {
    // Load, branch, then two operations per case; the last is the default.
    let mut program = vec![Op::Load(0), branch(&|case| 2 + 3 * case)];
    for case in 0..=cases {
        program.extend([Op::Const(1000 + case as i64), Op::Store(2), Op::Return]);
    }
    program
}

/// Dense switches around their bounds and sparse ones around their keys: every case and the default, in both tiers.
#[test]
fn seed_18_dense_and_sparse_switches_in_every_tier() {
    let space = space();
    for (low, len) in [(0, 1), (0, 5), (-3, 8), (i64::MAX - 3, 4), (i64::MIN, 4), (100, 64)] {
        let program = switch(len, |start| Op::Dense {
            low,
            targets: (0..len).map(start).collect(),
            default: start(len),
        });
        let inside = (0..len as i64).map(|case| (low.wrapping_add(case), case));
        let outside = [low.wrapping_sub(1), low.wrapping_add(len as i64), low ^ i64::MIN, low ^ 1 << 32];
        for (value, case) in inside.chain(outside.map(|value| (value, len as i64))) {
            let mut locals = LOCAL_VALUES;
            locals[0] = value;
            assert_eq!(agree(&space, &program, locals, Fault::None), Ok(1000 + case), "{value} from {low}");
        }
    }
    let keys = [0, 1, -1, 1 << 32, 1 << 40, i64::MIN, i64::MAX, 0x1234_5678_9abc_def0];
    let program = switch(keys.len(), |start| Op::Sparse {
        cases: keys.iter().enumerate().map(|(case, &key)| (key, start(case))).collect(),
        default: start(keys.len()),
    });
    let hits = keys.iter().enumerate().map(|(case, &key)| (key, case as i64));
    let misses = [2, 1 << 33, (1 << 32) + 1, i64::MIN + 1].map(|value| (value, keys.len() as i64));
    for (value, case) in hits.chain(misses) {
        let mut locals = LOCAL_VALUES;
        locals[0] = value;
        assert_eq!(agree(&space, &program, locals, Fault::None), Ok(1000 + case), "{value}");
    }
}

/// 300 random programs of every kind of operation: not one mismatch, in results or in what is left of the state.
#[test]
fn seed_18_random_programs_agree_in_every_tier() {
    let space = space();
    let mut random = Random(18);
    for index in 0..300 {
        let program = random_program(&mut random);
        let locals = [0; LOCALS].map(|_| (random.next() as i64) >> random.below(64));
        if let Err(difference) = agree(&space, &program, locals, Fault::None) {
            panic!("program {index}: {difference}\n{program:?}");
        }
    }
}

/// The comparison can fail: templates with one mistake each are found by the programs above.
#[test]
fn seed_18_wrong_templates_are_found() {
    let space = space();
    let mut random = Random(18);
    let programs: Vec<Vec<Op>> = (0..60).map(|_| random_program(&mut random)).collect();
    for fault in [Fault::SwappedOperands, Fault::SwitchOffByOne, Fault::StaleAccumulator] {
        let found = programs.iter().filter(|program| agree(&space, program, LOCAL_VALUES, fault).is_err());
        assert!(found.count() > 0, "{fault:?} is not noticed");
    }
}

/// The accumulator is cached in a register across operations. The helper changes it, and compiled code sees that.
#[test]
fn seed_20_cached_register_is_reloaded_after_a_helper() {
    let space = space();
    let program = [
        Op::Const(5),
        Op::Helper,
        Op::Push,
        Op::Load(1),
        Op::Helper,
        Op::Helper,
        Op::Bin(BinOp::Sub),
        Op::Store(3),
        Op::Helper,
        Op::Return,
    ];
    let expected = interpret(&program, &mut State::new(LOCAL_VALUES));
    assert_eq!(agree(&space, &program, LOCAL_VALUES, Fault::None), Ok(expected));
    let stale = agree(&space, &program, LOCAL_VALUES, Fault::StaleAccumulator);
    assert!(stale.is_err(), "without the reload both tiers agree: the helper does not matter");
}
