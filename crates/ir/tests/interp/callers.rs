//! Frames of callers: a guard that left in inlined code goes on in all of them.

use crate::{add, empty, run_on, signature};
use ir::eval::Const;
use ir::interp::{FlatMemory, Interp, Limits, Outcome, ResumeError, ResumePoints, Resuming};
use ir::{Func, Function, Module, Type};

/// `@outer(n) = 10 * callee(n) + 100 * threw`. `@f` is that with a call, and a guard where the
/// call's frame goes on; `@g` with the callee's body in place of the call.
const TEXT: &str = "\
func @inner(i32) -> i32 throws {
fs0 = state 1+0 [v0, v1, v2]
block0(v0: i32):
  v1 = iconst.i32 0
  v2 = icmp.sgt.i32 v0, v1
  guard v2, fs0, reason 1
  v3 = iconst.i32 7
  v4 = icmp.eq.i32 v0, v3
  brif v4, block1, block2
block1:
  throw
block2:
  return v0
}
func @f(i32, i32) -> i32 {
fs0 = state 2+5 [v1, result 0, dead, result 1]
fs1 = state 2+5 [v1, v2, v3, v9]
block0(v0: i32, v1: i32):
  v2, v3 = call catch @inner(v0), fs0
  v9 = icmp.eq.i32 v1, v1
  guard v9, fs1, reason 2
  v4 = imul.i32 v2, v1
  v5 = bool_to_i32 v3
  v6 = iconst.i32 100
  v7 = imul.i32 v5, v6
  v8 = iadd.i32 v4, v7
  return v8
}
func @g(i32, i32) -> i32 {
fs0 = state 2+5 [v1, result 0, dead, result 1]
fs1 = state 1+0 [v0, v2, v3] in fs0
block0(v0: i32, v1: i32):
  v2 = iconst.i32 0
  v3 = icmp.sgt.i32 v0, v2
  guard v3, fs1, reason 1
  v4 = imul.i32 v0, v1
  return v4
}
";

/// `@g` stands where `@f` is, as after inlining.
fn modules() -> (Module, Module, Func) {
    let original = ir::text::parse(TEXT).expect("it parses");
    ir::verify::verify(&original).expect("it is sound");
    let f = original.function_named("f").expect("it is there");
    let g = original.function_named("g").expect("it is there");
    let mut inlined = original.clone();
    inlined.functions[f] = Function { name: "f".to_owned(), ..inlined.functions[g].clone() };
    (original, inlined, f)
}

#[test]
fn the_caller_gets_the_results_of_the_frame_on_top() {
    let (original, inlined, f) = modules();
    let points = ResumePoints::new(&original);
    for (n, expected) in [(3, 30), (7, 100), (-2, -20)] {
        let args = [Const::i32(n), Const::i32(10)];
        let mut host = FlatMemory::new();
        let mut resuming = Resuming::new(&mut host, &original, &points, Limits::default());
        let mut interp = Interp::new(&inlined, &mut resuming);
        interp.fail_guard(Some(0));
        let outcome = interp.call(f, &args, Limits::default());
        // The callee's guard leaves for good where it does not hold: that activation ends, and the caller goes on.
        let expected = if n < 0 { None } else { Some(Outcome::Return(vec![Const::i32(expected)])) };
        match expected {
            Some(expected) => assert_eq!(outcome, expected, "{n}"),
            None => assert!(matches!(outcome, Outcome::Deopt(ref d) if d.frames.len() == 1), "{outcome:?}"),
        }
        assert_eq!(resuming.resumed(), 1);
    }
}

#[test]
fn slots_that_wait_are_told_apart_from_dead_ones() {
    let (_, inlined, f) = modules();
    let mut host = FlatMemory::new();
    let args = [Const::i32(-1), Const::i32(10)];
    let Outcome::Deopt(deopt) = run_on(&inlined, &mut host, f, &args) else { panic!("the guard leaves") };
    let caller = &deopt.frames[1];
    assert_eq!((caller.code, caller.offset), (2, 5));
    assert_eq!(caller.slots, [Some(Const::i32(10)), None, None, None]);
    assert_eq!(caller.results, [(1, 0), (3, 1)]);
    assert_eq!(deopt.frames[0].results, []);
}

#[test]
fn frames_that_are_no_chain_of_calls_are_refused() {
    let (original, inlined, f) = modules();
    let points = ResumePoints::new(&original);
    let mut host = FlatMemory::new();
    let args = [Const::i32(-1), Const::i32(10)];
    let Outcome::Deopt(good) = run_on(&inlined, &mut host, f, &args) else { panic!("the guard leaves") };
    assert_eq!(points.frames(&original, &good).map(|frames| frames.len()), Ok(2));
    let mut bad = good.clone();
    // A caller alone is taken for the guard at its place, whose slots are others.
    bad.frames.remove(0);
    assert_eq!(points.frames(&original, &bad), Err(ResumeError::Slot(1)));
    // The activation that left is the caller's, not the callee's.
    bad.frames = vec![good.frames[0].clone()];
    assert_eq!(points.frames(&original, &bad), Err(ResumeError::Frames { expected: 2, found: 1 }));
    // A guard is no place to wait in.
    bad.frames = vec![good.frames[0].clone(), good.frames[0].clone()];
    assert_eq!(points.frames(&original, &bad), Err(ResumeError::Frames { expected: 1, found: 2 }));
}

/// A pair can be a constant of a frame.
#[test]
fn constant_pairs_are_rebuilt() {
    let mut module = empty();
    let func = add(&mut module, "f", signature(&[Type::Bool], &[]), |_, b, p| {
        let values = vec![ir::FrameValue::Pair(3, u64::MAX), Const::pair(1, 2).to_frame_value()];
        let state = b.state(ir::StateData { code: 0, offset: 0, values, parent: None });
        b.guard(p[0], state, ir::Reason(0));
        b.ret(&[]);
    });
    let text = ir::text::print(&module);
    assert!(text.contains("[pair 0x3:0xffffffffffffffff, pair 0x1:0x2]"), "{text}");
    assert_eq!(ir::text::print(&ir::text::parse(&text).expect("it parses")), text);
    let outcome = run_on(&module, &mut FlatMemory::new(), func, &[Const::bool(false)]);
    let Outcome::Deopt(deopt) = outcome else { panic!("the guard leaves") };
    assert_eq!(deopt.frames[0].slots, [Some(Const::pair(3, u64::MAX)), Some(Const::pair(1, 2))]);
}
