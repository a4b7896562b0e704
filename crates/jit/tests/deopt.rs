//! Guards that leave: frames, callers and objects as the reference interpreter rebuilds them, and programs that go on from
//! there with the right answer.

mod support;

use codegen::Options;
use ir::eval::Const;
use ir::interp::{Deopt, Interp, Limits};
use ir::{Module, Type, passes};
use jit::{Abort, Outcome, RuntimeTable};
use support::{Real, aborted, load_module, module};

/// A slot with what it leads to: addresses of objects become their numbers.
#[derive(Debug, PartialEq)]
enum Content {
    Nothing,
    Value(Const),
    Object(usize),
}

/// Code, offset, slots, and slots that wait for results.
type Frame = (u32, u32, Vec<Content>, Vec<(u32, u16)>);

#[derive(Debug, PartialEq)]
struct Shape {
    reason: u16,
    frames: Vec<Frame>,
    objects: Vec<(u32, u32, Vec<Content>)>,
}

/// An exit without addresses, so that two runs can be compared.
fn shape(exit: &Deopt) -> Shape {
    let content = |value: Const| {
        let object = exit.objects.iter().position(|o| value.ty() == Type::Ptr && o.address == value.bits());
        object.map_or(Content::Value(value), Content::Object)
    };
    let slot = |slot: &Option<Const>| slot.map_or(Content::Nothing, content);
    let frames = exit.frames.iter().map(|frame| {
        (frame.code, frame.offset, frame.slots.iter().map(slot).collect(), frame.results.clone())
    });
    let objects = exit.objects.iter().map(|object| {
        let words = (0..object.size / 8).map(|index| {
            let at = std::ptr::with_exposed_provenance::<u64>(object.address as usize);
            // SAFETY: the guest of the run made the object and still has it.
            content(Const::ptr(unsafe { at.add(index as usize).read() }))
        });
        (object.size, object.kind, words.collect())
    });
    Shape { reason: exit.reason.0, frames: frames.collect(), objects: objects.collect() }
}

const FRAMES: &str = "
func @add(i32, i64, f64, bool, pair, boxed) -> i32 {
fs0 = state 7+12 [v0, v1, v2, v3, v4, v5, i32 -5, i64 77, f64 0x1.8p+3, bool true, dead, boxed 9] in fs1
fs1 = state 6+3 [v5, result 0, v1, obj0] in fs2
fs2 = state 5+1 [obj1, result 1, obj0, dead]
obj0 = virtual 48 kind 3 {0: i64 v1, 8: f64 v2, 16: pair v4, 32: ptr obj1}
obj1 = virtual 32 kind 4 {8: ptr obj0, 16: i32 v0, 24: ptr obj1}
block0(v0: i32, v1: i64, v2: f64, v3: bool, v4: pair, v5: boxed):
  v6 = iadd_guard.i32 v0, v0, fs0, reason 9
  return v6
}
func @plain(i64) -> i64 {
fs0 = state 1+1 [v0]
fs1 = state 1+2 [v0, v1]
fs2 = state 1+3 []
block0(v0: i64):
  v1 = imul_guard.i64 v0, v0, fs0, reason 1
  v2 = iconst.i64 100
  v3 = icmp.slt.i64 v1, v2
  guard v3, fs1, reason 2
  v4 = iconst.i64 50
  v5 = icmp.slt.i64 v1, v4
  brif v5, block1, block2
block1:
  return v1
block2:
  deopt fs2, reason 3
}";

/// What the reference interpreter hands to a guest.
fn reference(module: &Module, name: &str, args: &[Const]) -> (Option<Deopt>, Real) {
    let mut host = Real::new(module);
    let func = module.function_named(name).unwrap();
    let outcome = Interp::new(module, &mut host).call(func, args, Limits::default());
    match outcome {
        ir::interp::Outcome::Deopt(exit) => (Some(*exit), host),
        _ => (None, host),
    }
}

fn check_exit(name: &str, args: &[Const]) {
    let module = module(FRAMES);
    let mut loaded = load_module(&module, &module, &RuntimeTable::new(), &Options::default());
    let outcome = loaded.call(name, args);
    let (expected, _host) = reference(&module, name, args);
    let expected = expected.unwrap_or_else(|| panic!("no exit of @{name} with {args:?}"));
    let exits = std::mem::take(&mut loaded.instance.guest().exits);
    assert_eq!(exits.iter().map(shape).collect::<Vec<_>>(), [shape(&expected)]);
    assert_eq!((exits[0].func, exits[0].inst), (expected.func, expected.inst));
    // The original fails the same guard again, which the reference interpreter reports as its outcome.
    assert!(matches!(aborted(&outcome), Abort::Reference(_)), "{outcome:?}");
}

#[test]
fn frames_callers_and_objects_are_those_of_the_reference() {
    let args = |first: i32| {
        [
            Const::i32(first),
            Const::i64(-2),
            Const::f64(-0.0),
            Const::bool(true),
            Const::pair(3, u64::MAX),
            Const::boxed(0xfff8_0000_0000_0001),
        ]
    };
    check_exit("add", &args(i32::MAX));
    check_exit("add", &args(i32::MIN));
    let module = module(FRAMES);
    let mut loaded = load_module(&module, &module, &RuntimeTable::new(), &Options::default());
    assert_eq!(loaded.call("add", &args(4)), Outcome::Return(vec![Const::i32(8)]));
    assert!(loaded.instance.guest().exits.is_empty());
}

#[test]
fn every_kind_of_exit_has_its_own_frame() {
    check_exit("plain", &[Const::i64(i64::MAX)]);
    check_exit("plain", &[Const::i64(30)]);
    check_exit("plain", &[Const::i64(8)]);
}

#[test]
fn objects_that_cannot_be_made_end_the_call() {
    let module = module(FRAMES);
    let mut loaded = load_module(&module, &module, &RuntimeTable::new(), &Options::default());
    loaded.instance.guest().room = 1;
    let args = [
        Const::i32(i32::MAX),
        Const::i64(0),
        Const::f64(0.0),
        Const::bool(false),
        Const::pair(0, 0),
        Const::boxed(0),
    ];
    assert_eq!(aborted(&loaded.call("add", &args)), &Abort::OutOfMemory);
    assert!(loaded.instance.guest().exits.is_empty());
}

const PROGRAM: &str = "
class heap
func @square(i64) -> i64 {
fs0 = state 1+1 [v0]
block0(v0: i64):
  v1 = imul_guard.i64 v0, v0, fs0, reason 1
  return v1
}
func @norm(i64, i64) -> i64 {
fs0 = state 2+1 [v0, v1, result 0]
fs1 = state 2+2 [v0, v1, v2, result 0]
fs2 = state 2+3 [v2, v3]
block0(v0: i64, v1: i64):
  v2 = call @square(v0), fs0
  v3 = call @square(v1), fs1
  v4 = iadd_guard.i64 v2, v3, fs2, reason 2
  return v4
}
func @sum(i64) -> i64, f64 {
fs0 = state 3+1 [v0, v1, v2, v3, v4, v5, v6]
fs1 = state 3+2 [v0, v1, v2, v3, v4, v5, result 0]
fs2 = state 3+3 [v0, v1, v2, v3, v4, v5, v7]
fs3 = state 3+4 [v0, v1, v2, v3, v4, v5, v7, v8, v9]
block0(v0: i64):
  v1 = iconst.i64 0
  v20 = fconst 0x1p-1
  v21 = alloc 32 kind 1
  jump block1(v1, v1, v20, v21)
block1(v2: i64, v3: i64, v4: f64, v5: ptr):
  v6 = icmp.sge.i64 v2, v1
  guard v6, fs0, reason 3
  v7 = call @norm(v2, v3), fs1
  v8 = iadd_guard.i64 v3, v7, fs2, reason 4
  store.i64 heap v8, [v5 + 8]
  v9 = iconst.i64 1
  v10 = iadd_guard.i64 v2, v9, fs3, reason 5
  v11 = load.i64 heap [v5 + 8]
  v12 = iconst.i64 1000003
  v13 = srem.i64 v11, v12
  v14 = sint_to_f64.i64 v13
  v15 = fadd v4, v14
  v16 = icmp.slt.i64 v10, v0
  brif v16, block1(v10, v13, v15, v5), block2
block2:
  return v13, v15
}";

/// Runs `@sum` with every guard in turn made to fail; the answer must not change.
fn force_all(module: &Module, original: &Module) -> usize {
    let args = [Const::i64(6)];
    let mut host = Real::new(original);
    let func = original.function_named("sum").unwrap();
    let expected = Interp::new(original, &mut host).call(func, &args, Limits::default());
    let options = Options { force_guards: true, ..Options::default() };
    let mut loaded = load_module(module, original, &RuntimeTable::new(), &options);
    for index in 0.. {
        loaded.instance.force_guard(Some(index));
        let outcome = loaded.call("sum", &args);
        assert_eq!(outcome.to_reference(), Some(expected.clone()), "guard {index} forced");
        let exits = std::mem::take(&mut loaded.instance.guest().exits);
        if exits.is_empty() {
            return index as usize;
        }
        assert_eq!(exits.len(), 1, "only guard {index} is forced");
    }
    unreachable!("there are less than 2^64 guards")
}

#[test]
fn every_guard_may_fail_at_any_time() {
    let original = module(PROGRAM);
    // Per round: one guard, two squares, and three additions.
    assert_eq!(force_all(&original, &original), 36);
}

#[test]
fn every_guard_of_the_optimized_program_may_fail_at_any_time() {
    let original = module(PROGRAM);
    let mut optimized = original.clone();
    passes::optimize(&mut optimized, &passes::Options::default());
    let forced = force_all(&optimized, &original);
    assert!((6..=36).contains(&forced), "{forced} guards");
}
