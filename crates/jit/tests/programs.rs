//! Whole programs: called, answered, left.

mod support;

use codegen::Options;
use ir::eval::Const;
use ir::interp::Poll;
use ir::{TrapCode, Type};
use jit::{Abort, CallError, Cx, Outcome, RuntimeTable, STATUS_RETURNED, STATUS_THREW, VmContext};
use std::fmt::Write;
use std::ptr::NonNull;
use std::time::{Duration, Instant};
use support::{Loaded, Real, aborted, load, module, plain};

const FIB: &str = "
func @fib(i32) -> i32 {
block0(v0: i32):
  v1 = iconst.i32 2
  v2 = icmp.slt.i32 v0, v1
  brif v2, block1, block2
block1:
  return v0
block2:
  v3 = iconst.i32 1
  v4 = isub.i32 v0, v3
  v5 = isub.i32 v0, v1
  v6 = call @fib(v4)
  v7 = call @fib(v5)
  v8 = iadd.i32 v6, v7
  return v8
}";

fn returned(values: &[Const]) -> Outcome {
    Outcome::Return(values.to_vec())
}

#[test]
fn fib() {
    let mut fib = plain(FIB);
    for (n, answer) in [(0, 0), (1, 1), (10, 55), (25, 75025)] {
        assert_eq!(fib.call("fib", &[Const::i32(n)]), returned(&[Const::i32(answer)]));
    }
}

/// Types in a row: every rotation mixes integers, floats and pairs another way.
fn types(count: usize, step: usize) -> Vec<Type> {
    (0..count).map(|i| Type::ALL[(i * step + i / 7 + step) % Type::ALL.len()]).collect()
}

fn value(ty: Type, index: usize) -> Const {
    let bits = (index as u64 + 1) * 0x0123_4567_89ab_cdef;
    match ty {
        Type::Pair => Const::pair(bits, !bits),
        _ => Const::new(ty, bits),
    }
}

fn list(types: &[Type]) -> String {
    types.iter().map(|ty| ty.name()).collect::<Vec<_>>().join(", ")
}

fn names(first: usize, count: usize) -> String {
    (first..first + count).map(|i| format!("v{i}")).collect::<Vec<_>>().join(", ")
}

/// `@pass` returns its parameters, `@main` calls it in between.
fn passing(types: &[Type], throws: bool) -> String {
    let (n, list) = (types.len(), list(types));
    let arrow = if n == 0 { "" } else { " -> " };
    let throws = if throws { " throws" } else { "" };
    let params: Vec<String> = types.iter().enumerate().map(|(i, ty)| format!("v{i}: {ty}")).collect();
    let params = if n == 0 { String::new() } else { format!("({})", params.join(", ")) };
    let equals = if n == 0 { String::new() } else { format!("{} = ", names(n, n)) };
    let mut text = String::new();
    for (name, body) in [
        ("pass", format!("  return {}\n", names(0, n))),
        ("main", format!("  {equals}call @pass({})\n  return {}\n", names(0, n), names(n, n))),
    ] {
        writeln!(text, "func @{name}({list}){arrow}{list}{throws} {{\nblock0{params}:\n{body}}}").unwrap();
    }
    text
}

#[test]
fn arguments_and_results_of_every_type_and_count() {
    for count in 0..=24 {
        for step in 0..7 {
            let types = types(count, step);
            let mut loaded = plain(&passing(&types, step % 2 == 1));
            let args: Vec<Const> = types.iter().enumerate().map(|(i, ty)| value(*ty, i)).collect();
            assert_eq!(loaded.call("pass", &args), returned(&args), "{types:?}");
            assert_eq!(loaded.call("main", &args), returned(&args), "{types:?}");
        }
    }
}

#[test]
fn one_class_beyond_its_registers() {
    for ty in [Type::I64, Type::F64, Type::Pair, Type::Bool] {
        for count in [7, 8, 9, 17, 40] {
            let types = vec![ty; count];
            let mut loaded = plain(&passing(&types, true));
            let args: Vec<Const> = (0..count).map(|i| value(ty, i)).collect();
            assert_eq!(loaded.call("main", &args), returned(&args), "{count} times {ty}");
        }
    }
}

#[test]
fn wrong_arguments_and_foreign_programs_are_refused() {
    let mut fib = plain(FIB);
    let function = fib.function("fib");
    assert!(matches!(fib.instance.call(&function, &[]), Err(CallError::Arguments { .. })));
    assert!(matches!(fib.instance.call(&function, &[Const::i64(1)]), Err(CallError::Arguments { .. })));
    let other = plain(FIB).function("fib");
    assert_eq!(fib.instance.call(&other, &[Const::i32(1)]), Err(CallError::ForeignCode));
    assert!(fib.program.function_named("nothing").unwrap().is_none());
}

const DEEP: &str = "
func @deep(i32, f64) -> i32 {
block0(v0: i32, v9: f64):
  v1 = iconst.i32 0
  v2 = icmp.eq.i32 v0, v1
  brif v2, block1, block2
block1:
  trap 300
block2:
  v3 = iconst.i32 1
  v4 = isub.i32 v0, v3
  v5 = call @deep(v4, v9)
  v6 = iadd.i32 v5, v0
  return v6
}
func @divide(i32, i32) -> i32 {
block0(v0: i32, v1: i32):
  v2 = sdiv.i32 v0, v1
  return v2
}
func @forever(i32) -> i32 {
block0(v0: i32):
  v1 = iconst.i32 1
  v2 = iadd.i32 v0, v1
  v3 = call @forever(v2)
  v4 = iadd.i32 v3, v2
  return v4
}";

#[test]
fn traps_leave_deep_stacks_and_nothing_is_wrong_afterwards() {
    let mut deep = plain(DEEP);
    for depth in [0, 1, 1000] {
        let outcome = deep.call("deep", &[Const::i32(depth), Const::f64(1.5)]);
        assert_eq!(aborted(&outcome), &Abort::Trap(TrapCode(300)));
    }
    let outcome = deep.call("divide", &[Const::i32(1), Const::i32(0)]);
    assert_eq!(aborted(&outcome), &Abort::Trap(TrapCode::DIVISION_BY_ZERO));
    assert_eq!(deep.call("divide", &[Const::i32(6), Const::i32(-3)]), returned(&[Const::i32(-2)]));
}

#[test]
fn endless_recursion_ends_at_the_limit_on_every_thread() {
    let mut deep = plain(DEEP);
    assert_eq!(aborted(&deep.call("forever", &[Const::i32(0)])), &Abort::StackOverflow);
    let small = std::thread::Builder::new().stack_size(600 << 10);
    let thread = small.spawn(move || {
        let first = deep.call("forever", &[Const::i32(0)]);
        (deep.call("divide", &[Const::i32(8), Const::i32(2)]), first)
    });
    let (after, first) = thread.unwrap().join().unwrap();
    assert_eq!((aborted(&first), after), (&Abort::StackOverflow, returned(&[Const::i32(4)])));
}

const LOOPS: &str = "
func @spin(i64) -> i64 throws {
block0(v0: i64):
  v1 = iconst.i64 0
  jump block1(v1)
block1(v2: i64):
  poll
  v3 = iconst.i64 1
  v4 = iadd.i64 v2, v3
  v5 = icmp.slt.i64 v4, v0
  brif v5, block1(v4), block2
block2:
  return v4
}";

#[test]
fn another_thread_stops_a_loop() {
    let mut loops = plain(LOOPS);
    let handle = loops.instance.interrupt_handle();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        handle.stop();
    });
    let started = Instant::now();
    let outcome = loops.call("spin", &[Const::i64(i64::MAX)]);
    stopper.join().unwrap();
    assert_eq!(aborted(&outcome), &Abort::Stopped);
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(loops.call("spin", &[Const::i64(10)]), returned(&[Const::i64(10)]), "one stop, one call");
}

#[test]
fn polls_ask_the_guest_when_requested() {
    let mut loops = plain(LOOPS);
    let handle = loops.instance.interrupt_handle();
    handle.request();
    assert_eq!(loops.call("spin", &[Const::i64(100)]), returned(&[Const::i64(100)]));
    assert_eq!(loops.instance.guest().polled, 1);
    for (poll, outcome) in [(Poll::Throw, Outcome::Throw), (Poll::Stop, Outcome::Abort(Abort::Stopped))] {
        loops.instance.guest().poll = poll;
        handle.request();
        assert_eq!(loops.call("spin", &[Const::i64(100)]), outcome);
    }
    handle.stop();
    handle.clear();
    assert_eq!(loops.call("spin", &[Const::i64(100)]), returned(&[Const::i64(100)]));
}

const ALLOCATING: &str = "
class heap
func @cell(i64) -> i64 {
block0(v0: i64):
  v1 = alloc 24 kind 5
  store.i64 heap v0, [v1 + 16]
  v2 = load.i64 heap [v1 + 16]
  v3 = load.i64 heap [v1 + 8]
  v4 = iadd.i64 v2, v3
  return v4
}
func @cell_or_throw(i64) -> i64 throws {
block0(v0: i64):
  v1 = alloc 24 kind 5
  store.i64 heap v0, [v1 + 16]
  v2 = load.i64 heap [v1 + 16]
  return v2
}";

#[test]
fn memory_comes_from_the_guest_and_may_run_out() {
    let mut cells = plain(ALLOCATING);
    assert_eq!(cells.call("cell", &[Const::i64(77)]), returned(&[Const::i64(77)]));
    assert_eq!(cells.call("cell_or_throw", &[Const::i64(78)]), returned(&[Const::i64(78)]));
    let kinds: Vec<u32> = cells.instance.guest().objects.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds, [5, 5]);
    cells.instance.guest().room = 0;
    assert_eq!(aborted(&cells.call("cell", &[Const::i64(1)])), &Abort::OutOfMemory);
    assert_eq!(cells.call("cell_or_throw", &[Const::i64(1)]), Outcome::Throw);
}

#[repr(C)]
struct Words(u64, u64);

unsafe extern "C" fn note(context: NonNull<VmContext>, value: i64) {
    // SAFETY: compiled code of an instance of `Real` calls this.
    unsafe { Cx::<Real>::from_raw(context) }.guest().notes.push(value);
}

unsafe extern "C" fn half(_: NonNull<VmContext>, value: f64) -> f64 {
    value / 2.0
}

/// Both words of a pair, exchanged.
unsafe extern "C" fn swap(_: NonNull<VmContext>, first: u64, second: u64) -> Words {
    Words(second, first)
}

/// Throws on negative numbers.
unsafe extern "C" fn check(_: NonNull<VmContext>, value: i64) -> Words {
    if value < 0 { Words(0, STATUS_THREW) } else { Words(value as u64 + 1, STATUS_RETURNED) }
}

/// Calls the guest's callable with the number, and passes on how that ends.
unsafe extern "C" fn again(context: NonNull<VmContext>, value: i64) -> Words {
    let mut result = 0;
    // SAFETY: compiled code of an instance of `Real` calls this.
    let status = unsafe {
        jit::runtime::<Real>(context, |cx| {
            if value == 13 {
                panic!("unlucky");
            }
            let callable = cx.guest().callable.clone().expect("the test set it");
            match cx.call(&callable, &[Const::i64(value)]).expect("one number") {
                Outcome::Return(values) => {
                    result = values[0].bits();
                    STATUS_RETURNED
                }
                Outcome::Throw => STATUS_THREW,
                Outcome::Abort(abort) => cx.abort(abort),
            }
        })
    };
    Words(result, status)
}

fn runtime() -> RuntimeTable {
    let mut table = RuntimeTable::new();
    // SAFETY: the functions have the signatures that the modules of this file declare.
    unsafe {
        table.bind("note", note as *const u8);
        table.bind("half", half as *const u8);
        table.bind("swap", swap as *const u8);
        table.bind("check", check as *const u8);
        table.bind("again", again as *const u8);
    }
    table
}

const CALLING: &str = "
runtime @note(i64) writes(all)
runtime @half(f64) -> f64
runtime @swap(pair) -> pair
runtime @check(i64) -> i64 throws
runtime @again(i64) -> i64 throws
func @mixed(f64, pair) -> f64, pair {
block0(v0: f64, v1: pair):
  v2 = call_runtime @half(v0)
  v3 = call_runtime @swap(v1)
  v4 = pair_first v3
  call_runtime @note(v4)
  return v2, v3
}
func @checked(i64) -> i64 throws {
block0(v0: i64):
  v1 = call_runtime @check(v0)
  return v1
}
func @caught(i64) -> i64, bool {
block0(v0: i64):
  v1, v2 = call catch @checked(v0)
  return v1, v2
}
func @around(i64) -> i64 throws {
block0(v0: i64):
  v1 = iconst.i64 1
  v2 = isub.i64 v0, v1
  v3 = iconst.i64 0
  v4 = icmp.eq.i64 v0, v3
  brif v4, block1, block2
block1:
  trap 301
block2:
  v5 = iconst.i64 -1
  v6 = icmp.eq.i64 v0, v5
  brif v6, block3, block4
block3:
  throw
block4:
  v7 = iconst.i64 1000
  v8 = icmp.sge.i64 v0, v7
  brif v8, block5, block6
block5:
  return v0
block6:
  v9 = call_runtime @again(v2)
  call_runtime @note(v0)
  return v9
}";

fn calling() -> Loaded {
    let mut loaded = load(CALLING, &runtime(), &Options::default());
    let around = loaded.function("around");
    loaded.instance.guest().callable = Some(around);
    loaded
}

#[test]
fn runtime_calls_pass_and_return_every_way() {
    let mut calling = calling();
    let outcome = calling.call("mixed", &[Const::f64(3.0), Const::pair(1, 2)]);
    assert_eq!(outcome, returned(&[Const::f64(1.5), Const::pair(2, 1)]));
    assert_eq!(calling.instance.guest().notes, [2]);
    assert_eq!(calling.call("checked", &[Const::i64(4)]), returned(&[Const::i64(5)]));
    assert_eq!(calling.call("checked", &[Const::i64(-4)]), Outcome::Throw);
    assert_eq!(calling.call("caught", &[Const::i64(4)]), returned(&[Const::i64(5), Const::bool(false)]));
    assert_eq!(calling.call("caught", &[Const::i64(-4)]), returned(&[Const::i64(0), Const::bool(true)]));
}

#[test]
fn unbound_runtime_functions_are_named() {
    let module = module(CALLING);
    let error = jit::Program::load(&module, &Options::default(), &RuntimeTable::new()).unwrap_err();
    assert!(error.to_string().contains("@half") || error.to_string().contains("@swap"), "{error}");
}

#[test]
fn traps_leave_nested_entries_one_by_one() {
    let mut calling = calling();
    let outcome = calling.call("around", &[Const::i64(12)]);
    assert_eq!(aborted(&outcome), &Abort::Trap(TrapCode(301)));
    assert_eq!(calling.instance.guest().notes, [0_i64; 0], "nobody went on after the trap");
    assert_eq!(calling.call("around", &[Const::i64(1000)]), returned(&[Const::i64(1000)]));
}

#[test]
fn a_panic_in_a_runtime_function_ends_the_instance() {
    let mut calling = calling();
    let outcome = calling.call("around", &[Const::i64(20)]);
    assert_eq!(aborted(&outcome), &Abort::Panic("unlucky".to_owned()));
    let function = calling.function("around");
    let error = calling.instance.call(&function, &[Const::i64(1)]).unwrap_err();
    assert!(matches!(error, CallError::Spoilt(_)), "{error}");
    let mut fresh = calling.program.instantiate(Real::new(&module(CALLING)));
    assert_eq!(fresh.call(&function, &[Const::i64(1000)]), Ok(returned(&[Const::i64(1000)])));
}
