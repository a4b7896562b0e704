//! Panics of a guest, in every callback: each ends the call and spoils the instance, and nothing unwinds through compiled
//! code.

mod support;

use codegen::Options;
use ir::eval::Const;
use ir::interp::{Deopt, Poll};
use jit::{Abort, CallError, Cx, Guest, Outcome, Program, Resume, RuntimeTable};
use std::ptr::NonNull;
use support::module;

/// A guest that panics where it is told to.
struct Fragile {
    at: &'static str,
}

impl Guest for Fragile {
    fn deopt(cx: &mut Cx<'_, Self>, _: &Deopt) -> Resume {
        assert_ne!(cx.guest().at, "deopt");
        Resume::Return(vec![Const::i64(-1)])
    }

    fn interrupt(cx: &mut Cx<'_, Self>) -> Poll {
        assert_ne!(cx.guest().at, "interrupt");
        Poll::Continue
    }

    fn alloc(cx: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        assert_ne!(cx.guest().at, "alloc");
        None
    }
}

const PROGRAM: &str = "
func @deopt(i64) -> i64 {
fs0 = state 1+1 [v0]
block0(v0: i64):
  v1 = imul_guard.i64 v0, v0, fs0, reason 0
  return v1
}
func @interrupt(i64) -> i64 throws {
block0(v0: i64):
  poll
  return v0
}
func @alloc(i64) -> i64 throws {
block0(v0: i64):
  v1 = alloc 8 kind 1
  v2 = ptr_to_int v1
  return v2
}
func @alloc_quietly(i64) -> i64 {
block0(v0: i64):
  v1 = alloc 8 kind 1
  v2 = ptr_to_int v1
  return v2
}
func @deep(i64, i64) -> i64 throws {
block0(v0: i64, v1: i64):
  v2 = iconst.i64 0
  v3 = icmp.eq.i64 v1, v2
  brif v3, block1, block2
block1:
  v4, v5 = call catch @alloc(v0)
  return v4
block2:
  v6 = iconst.i64 1
  v7 = isub.i64 v1, v6
  v8 = call @deep(v0, v7)
  return v8
}";

fn call(at: &'static str, function: &str, args: &[i64]) -> Outcome {
    let program = Program::load(&module(PROGRAM), &Options::default(), &RuntimeTable::new()).unwrap();
    let mut instance = program.instantiate(Fragile { at });
    let function = program.function_named(function).unwrap().expect("it is in the program");
    let args: Vec<Const> = args.iter().copied().map(Const::i64).collect();
    instance.interrupt_handle().request();
    let outcome = instance.call(&function, &args).unwrap();
    let again = instance.call(&function, &args);
    match &outcome {
        Outcome::Abort(Abort::Panic(message)) => {
            assert!(message.contains(at), "{message}");
            assert!(matches!(again, Err(CallError::Spoilt(_))), "{again:?}");
        }
        _ => assert!(again.is_ok(), "{again:?}"),
    }
    let mut other = program.instantiate(Fragile { at: "" });
    assert!(!matches!(other.call(&function, &args), Ok(Outcome::Abort(Abort::Panic(_)))));
    outcome
}

fn panicked(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Abort(Abort::Panic(_)))
}

#[test]
fn in_deopt() {
    assert!(panicked(&call("deopt", "deopt", &[i64::MAX])));
    assert_eq!(call("", "deopt", &[i64::MAX]), Outcome::Return(vec![Const::i64(-1)]));
}

#[test]
fn in_interrupt() {
    assert!(panicked(&call("interrupt", "interrupt", &[1])));
    assert_eq!(call("", "interrupt", &[1]), Outcome::Return(vec![Const::i64(1)]));
}

#[test]
fn in_alloc() {
    assert!(panicked(&call("alloc", "alloc", &[1])));
    assert!(panicked(&call("alloc", "alloc_quietly", &[1])));
    assert_eq!(call("", "alloc", &[1]), Outcome::Throw);
    assert_eq!(call("", "alloc_quietly", &[1]), Outcome::Abort(Abort::OutOfMemory));
}

#[test]
fn code_that_catches_exceptions_does_not_catch_panics() {
    assert!(panicked(&call("alloc", "deep", &[1, 100])));
    assert_eq!(call("", "deep", &[1, 100]), Outcome::Return(vec![Const::i64(0)]));
}
