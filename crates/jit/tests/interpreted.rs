//! Functions without code: thunks, dispatch and the guest's interpreter, entered and left in every way there is.

use ir::eval::Const;
use ir::interp::{Deopt, Poll};
use ir::{Signature, Type};
use jit::engine::{Config, Engine, FunctionId, Lower, Lowered, Request};
use jit::{Abort, Broken, CallError, Callable, Cx, Guest, Instance, Outcome, Resume, RuntimeTable};
use std::ptr::NonNull;
use std::sync::Arc;
use tiering::{Decline, Trace};

/// Lowers nothing.
struct Nothing;

impl Lower for Nothing {
    fn lower(&self, _: Request) -> Result<Lowered, (Decline, String)> {
        Err((Decline::NoBody, "nothing to compile here".to_owned()))
    }
}

type Body = Box<dyn Fn(&mut Cx<'_, Script>, u64, &[Const]) -> Option<Resume> + Send>;

/// A guest whose functions are one closure.
struct Script {
    body: Option<Body>,
    calls: u64,
}

impl Guest for Script {
    fn deopt(_: &mut Cx<'_, Self>, _: &Deopt) -> Resume {
        unreachable!("nothing is compiled here")
    }

    fn alloc(_: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        None
    }

    fn interrupt(_: &mut Cx<'_, Self>) -> Poll {
        Poll::Continue
    }

    fn interpret(cx: &mut Cx<'_, Self>, function: u64, args: &[Const]) -> Option<Resume> {
        cx.guest().calls += 1;
        // Taken out so that the body may use the guest, also through calls of itself.
        let body = cx.guest().body.take().expect("the body is there between calls");
        let result = body(cx, function, args);
        cx.guest().body = Some(body);
        result
    }
}

fn engine() -> Engine {
    let config = Config { threads: 0, ..Config::default() };
    Engine::new(config, Arc::new(Nothing), RuntimeTable::new(), Arc::new(Trace::new())).unwrap()
}

fn signature(params: &[Type], results: &[Type], throws: bool) -> Signature {
    Signature { params: params.to_vec(), results: results.to_vec(), throws }
}

fn declare(engine: &Engine, signature: &Signature) -> (FunctionId, Callable) {
    let id = engine.declare(&[("f", signature)]).unwrap()[0];
    (id, engine.function(id).unwrap().expect("it was declared a line above"))
}

fn run(
    signature: &Signature,
    args: &[Const],
    body: impl Fn(&mut Cx<'_, Script>, u64, &[Const]) -> Option<Resume> + Send + 'static,
) -> (Result<Outcome, CallError>, Instance<Script>, Engine, Callable) {
    let engine = engine();
    let (_, callable) = declare(&engine, signature);
    let mut instance = engine.instantiate(Script { body: Some(Box::new(body)), calls: 0 });
    let outcome = instance.call(&callable, args);
    (outcome, instance, engine, callable)
}

fn value(ty: Type, index: usize) -> Const {
    let bits = (index as u64 + 1) * 0x0123_4567_89ab_cdef;
    match ty {
        Type::Pair => Const::pair(bits, !bits),
        _ => Const::new(ty, bits),
    }
}

fn values(types: &[Type]) -> Vec<Const> {
    types.iter().enumerate().map(|(index, ty)| value(*ty, index)).collect()
}

#[test]
fn arguments_and_results_of_every_type_and_count() {
    for count in 0..=20 {
        for rotate in 0..Type::ALL.len() {
            let types = |offset: usize| -> Vec<Type> {
                (0..count).map(|i| Type::ALL[(i * (rotate + 1) + offset) % Type::ALL.len()]).collect()
            };
            for throws in [false, true] {
                let signature = signature(&types(rotate), &types(rotate + 3), throws);
                let (args, results) = (values(&signature.params), values(&signature.results));
                let (expected, answer) = (args.clone(), results.clone());
                let (outcome, ..) = run(&signature, &args, move |_, _, args| {
                    assert_eq!(args, expected);
                    Some(Resume::Return(answer.clone()))
                });
                assert_eq!(outcome, Ok(Outcome::Return(results)), "{signature:?}");
            }
        }
    }
}

#[test]
fn exceptions_come_back_as_such() {
    let throwing = signature(&[Type::I32], &[Type::Pair, Type::F64], true);
    let (outcome, ..) = run(&throwing, &[Const::i32(1)], |_, _, _| Some(Resume::Throw));
    assert_eq!(outcome, Ok(Outcome::Throw));
}

#[test]
fn a_guest_that_breaks_a_rule_spoils_its_instance() {
    let plain = signature(&[], &[Type::I32], false);
    let (outcome, mut instance, _, callable) = run(&plain, &[], |_, _, _| Some(Resume::Throw));
    let broken = Broken::Throw { function: "f".to_owned() };
    assert_eq!(outcome, Ok(Outcome::Abort(Abort::Broken(broken))));
    assert!(matches!(instance.call(&callable, &[]), Err(CallError::Spoilt(_))));
    let (outcome, ..) = run(&plain, &[], |_, _, _| Some(Resume::Return(vec![Const::i64(1)])));
    assert!(matches!(outcome, Ok(Outcome::Abort(Abort::Broken(Broken::Results { .. })))), "{outcome:?}");
    let (outcome, ..) = run(&plain, &[], |_, _, _| None);
    assert!(matches!(outcome, Ok(Outcome::Abort(Abort::Broken(Broken::NotInterpreted { .. })))));
}

#[test]
fn a_panic_of_the_guest_ends_its_instance_and_no_other() {
    let plain = signature(&[Type::I32], &[Type::I32], false);
    let (outcome, mut instance, engine, callable) =
        run(&plain, &[Const::i32(3)], |_, _, args| panic!("no {} today", args[0].as_i32()));
    assert_eq!(outcome, Ok(Outcome::Abort(Abort::Panic("no 3 today".to_owned()))));
    let error = instance.call(&callable, &[Const::i32(1)]).unwrap_err();
    assert!(error.to_string().contains("no 3 today"), "{error}");
    let body: Body = Box::new(|_, _, args| Some(Resume::Return(args.to_vec())));
    let mut other = engine.instantiate(Script { body: Some(body), calls: 0 });
    assert_eq!(other.call(&callable, &[Const::i32(1)]), Ok(Outcome::Return(vec![Const::i32(1)])));
}

#[test]
fn wrong_arguments_and_foreign_code_are_refused() {
    let plain = signature(&[Type::I32], &[], false);
    let (outcome, mut instance, _, _) = run(&plain, &[Const::i64(3)], |_, _, _| None);
    assert!(matches!(outcome, Err(CallError::Arguments { .. })), "{outcome:?}");
    let elsewhere = engine();
    let (_, foreign) = declare(&elsewhere, &plain);
    assert_eq!(instance.call(&foreign, &[Const::i32(3)]), Err(CallError::ForeignCode));
}

/// Counts down by calling itself through compiled entries, then does `at_the_end`.
struct Recursive {
    callable: Option<Callable>,
    at_the_end: Resume,
    catch_at: Option<i32>,
    seen: Vec<i32>,
}

impl Guest for Recursive {
    fn deopt(_: &mut Cx<'_, Self>, _: &Deopt) -> Resume {
        unreachable!("nothing is compiled here")
    }

    fn alloc(_: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        None
    }

    fn interpret(cx: &mut Cx<'_, Self>, _: u64, args: &[Const]) -> Option<Resume> {
        let depth = args[0].as_i32();
        if depth == 0 {
            return Some(cx.guest().at_the_end.clone());
        }
        let callable = cx.guest().callable.clone().expect("it was set");
        let outcome = cx.call(&callable, &[Const::i32(depth - 1)]).expect("the arguments fit");
        cx.guest().seen.push(depth);
        if cx.guest().catch_at == Some(depth) {
            return Some(Resume::Return(vec![Const::i32(depth)]));
        }
        Some(outcome.into())
    }
}

fn dive(depth: i32, at_the_end: Resume, catch_at: Option<i32>) -> (Outcome, Vec<i32>) {
    let engine = engine();
    let (_, callable) = declare(&engine, &signature(&[Type::I32], &[Type::I32], true));
    let guest = Recursive { callable: Some(callable.clone()), at_the_end, catch_at, seen: Vec::new() };
    let mut instance = engine.instantiate(guest);
    let outcome = instance.call(&callable, &[Const::i32(depth)]).unwrap();
    (outcome, instance.into_guest().seen)
}

#[test]
fn nested_entries_return_throw_and_abort_one_by_one() {
    let order: Vec<i32> = (1..=50).collect();
    let answer = Resume::Return(vec![Const::i32(7)]);
    assert_eq!(dive(50, answer, None), (Outcome::Return(vec![Const::i32(7)]), order.clone()));
    assert_eq!(dive(50, Resume::Throw, None), (Outcome::Throw, order.clone()));
    let stop = Resume::Abort(Abort::Stopped);
    assert_eq!(dive(50, stop.clone(), None), (Outcome::Abort(Abort::Stopped), order.clone()));
    assert_eq!(dive(50, stop, Some(20)), (Outcome::Return(vec![Const::i32(20)]), order));
}

#[test]
fn removed_functions_leave_nothing_behind() {
    let engine = engine();
    let signature = signature(&[Type::I32], &[Type::I32], false);
    let round = || {
        let names: Vec<(&str, &Signature)> = (0..64).map(|_| ("f", &signature)).collect();
        for id in engine.declare(&names).unwrap() {
            engine.remove(id);
        }
        engine.reclaim();
        let space = engine.stats().space;
        (space.live, space.free_bytes, engine.stats().functions)
    };
    let first = round();
    for _ in 0..20 {
        assert_eq!(round(), first);
    }
    assert_eq!(first.2, 0);
}
