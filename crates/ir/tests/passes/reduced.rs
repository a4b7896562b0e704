//! Programs that a pass once got wrong, reduced.

use ir::eval::Const;
use ir::interp::{Interp, Limits, Outcome};
use ir::passes::{self, Options};
use ir::{Func, Module};

fn parse(text: &str) -> Module {
    let module = ir::text::parse(text).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"));
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{text}\n{faults:#?}"));
    module
}

/// What the first function returns.
fn run(module: &Module, args: &[Const]) -> Outcome {
    let mut host = ir::interp::FlatMemory::default();
    Interp::new(module, &mut host).call(Func(0), args, Limits { fuel: 10_000, depth: 10 })
}

/// Runs the pass on every function; whether it says that it changed something.
fn apply(module: &mut Module, pass: &str) -> bool {
    let options = Options { verify: true, ..Options::default() };
    let pass = passes::by_name(pass).expect("there is such a pass");
    let mut changed = false;
    for func in module.functions.keys() {
        changed |= passes::run_pass(module, func, pass, &options);
    }
    changed
}

/// Only the first result of a call got an interval, and only when it was an integer: the others stayed empty, as if
/// they were never computed, and what depended on them was taken for unreachable.
#[test]
fn every_result_of_a_call_has_a_range() {
    let mut module = parse(
        "\
func @main() -> i64 {
block0:
  v0, v1 = call @two()
  v2 = iconst.i64 0
  v3 = iconst.i64 1
  jump block1(v2)
block1(v4: i64):
  v5 = iadd.i64 v4, v3
  v6 = icmp.slt.i64 v5, v1
  brif v6, block1(v5), block2
block2:
  return v5
}
func @two() -> f64, i64 {
block0:
  v0 = fconst 1.0
  v1 = iconst.i64 5
  return v0, v1
}
",
    );
    let plain = run(&module, &[]);
    assert_eq!(plain, Outcome::Return(vec![Const::i64(5)]));
    apply(&mut module, "range");
    assert_eq!(run(&module, &[]), plain, "{module}");
}

/// Changes made in place went unreported: the constant moves to the right, and nothing else happens.
#[test]
fn moving_a_constant_is_a_change() {
    let mut module = parse(
        "\
func @main(i32) -> i32 {
block0(v0: i32):
  v1 = iconst.i32 5
  v2 = imul.i32 v1, v0
  return v2
}
",
    );
    assert!(apply(&mut module, "fold"));
    assert!(!apply(&mut module, "fold"));
}

/// Following empty blocks that jump to one another never came to an end.
#[test]
fn a_cycle_of_empty_blocks_is_left_alone() {
    let mut module = parse(
        "\
func @main(bool) -> bool {
block0(v0: bool):
  brif v0, block1, block4
block1:
  brif v0, block2, block3
block2:
  jump block3
block3:
  jump block2
block4:
  return v0
}
",
    );
    apply(&mut module, "cleanup");
    assert_eq!(run(&module, &[Const::bool(true)]), Outcome::OutOfFuel);
    assert_eq!(run(&module, &[Const::bool(false)]), Outcome::Return(vec![Const::bool(false)]));
}
