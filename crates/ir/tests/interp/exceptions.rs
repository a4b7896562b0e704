//! Exceptions: propagation through calls, catching, and what the host does wrong.

use crate::{add, declare, define, empty, run, run_on, signature, throwing};
use ir::eval::Const;
use ir::interp::{FlatMemory, Interp, Limits, Outcome, Poll, RuntimeExit, Undefined};
use ir::{ClassSet, Func, Imm, Module, Op, Runtime, RuntimeData, Type};

/// A function that throws when its argument is 0 and returns the argument and a float otherwise.
fn thrower(module: &mut Module) -> Func {
    let sig = throwing(&[Type::I32], &[Type::I32, Type::F64]);
    add(module, "thrower", sig, |_, b, params| {
        let (bad, good) = (b.add_block(&[]), b.add_block(&[]));
        let zero = b.iconst(Type::I32, 0);
        let is_zero = b.icmp(ir::IntCond::Eq, params[0], zero);
        b.brif(is_zero, (bad, &[]), (good, &[]));
        b.switch_to(bad);
        b.op(Op::Throw, None, &[], Imm::None);
        b.switch_to(good);
        let half = b.fconst(0.5);
        b.ret(&[params[0], half]);
    })
}

/// A function that calls another with its argument and hands back what it hands back.
fn caller(module: &mut Module, name: &str, callee: Func, catches: bool) -> Func {
    let mut sig = module.functions[callee].signature.clone();
    if catches {
        sig.throws = false;
        sig.results.push(Type::Bool);
    }
    add(module, name, sig, |m, b, params| {
        let results = b.call(m, callee, params, catches);
        b.ret(&results);
    })
}

#[test]
fn an_exception_goes_through_callers_until_it_is_caught() {
    let mut module = empty();
    let thrower = thrower(&mut module);
    let through = caller(&mut module, "through", thrower, false);
    let further = caller(&mut module, "further", through, false);
    let catcher = caller(&mut module, "catcher", further, true);
    let outside = caller(&mut module, "outside", catcher, false);
    let good = [Const::i32(7), Const::f64(0.5)];
    assert_eq!(run(&module, further, &[Const::i32(7)]), Outcome::Return(good.to_vec()));
    assert_eq!(run(&module, further, &[Const::i32(0)]), Outcome::Throw);
    let with = |values: [Const; 2], threw| Outcome::Return([&values[..], &[Const::bool(threw)]].concat());
    assert_eq!(run(&module, outside, &[Const::i32(7)]), with(good, false));
    assert_eq!(run(&module, outside, &[Const::i32(0)]), with([Const::i32(0), Const::f64(0.0)], true));
}

fn helper(module: &mut Module, throws: bool) -> Runtime {
    let signature =
        ir::Signature { throws, ..signature(&[Type::I64, Type::Boxed], &[Type::Boxed, Type::I64]) };
    module.runtimes.push(RuntimeData {
        name: "helper".to_owned(),
        signature,
        allocates: false,
        reads: ClassSet::Empty,
        writes: ClassSet::All,
    })
}

#[test]
fn runtime_calls_return_throw_and_write_memory() {
    let mut module = empty();
    let helper = helper(&mut module, true);
    let params = [Type::I64, Type::Boxed];
    let caught =
        add(&mut module, "caught", signature(&params, &[Type::Boxed, Type::I64, Type::Bool]), |m, b, p| {
            let results = b.call_runtime(m, helper, p, true);
            b.ret(&results);
        });
    let passed = add(&mut module, "passed", throwing(&params, &[]), |m, b, p| {
        b.call_runtime(m, helper, p, false);
        b.ret(&[]);
    });
    let mut host = FlatMemory::new();
    let cell = host.memory.map(vec![0; 8]);
    host.handle("helper", move |memory, args| {
        memory.store(cell, 8, args[0].bits())?;
        if args[0].as_i64() < 0 { Err(RuntimeExit::Throw) } else { Ok(vec![args[1], args[0]]) }
    });
    let args = |n: i64| [Const::i64(n), Const::boxed(9)];
    let want = vec![Const::boxed(9), Const::i64(3), Const::bool(false)];
    assert_eq!(run_on(&module, &mut host, caught, &args(3)), Outcome::Return(want));
    assert_eq!(host.memory.load(cell, 8), Ok(3));
    let want = vec![Const::boxed(0), Const::i64(0), Const::bool(true)];
    assert_eq!(run_on(&module, &mut host, caught, &args(-1)), Outcome::Return(want));
    assert_eq!(host.memory.load(cell, 8), Ok(u64::MAX));
    assert_eq!(run_on(&module, &mut host, passed, &args(-1)), Outcome::Throw);
}

#[test]
fn a_host_that_breaks_its_promises_is_reported() {
    let mut module = empty();
    let helper = helper(&mut module, false);
    let main = add(&mut module, "main", signature(&[Type::I64, Type::Boxed], &[]), |m, b, p| {
        b.call_runtime(m, helper, p, false);
        b.ret(&[]);
    });
    let args = [Const::i64(1), Const::boxed(2)];
    let undefined = |what| Outcome::Undefined(what);
    assert_eq!(run(&module, main, &args), undefined(Undefined::UnboundRuntime(helper)));
    let mut host = FlatMemory::new();
    host.handle("helper", |_, args| Ok(args.to_vec()));
    assert_eq!(run_on(&module, &mut host, main, &args), undefined(Undefined::RuntimeResults(helper)));
    host.handle("helper", |_, _| Err(RuntimeExit::Throw));
    assert_eq!(run_on(&module, &mut host, main, &args), undefined(Undefined::RuntimeThrow(helper)));
    host.handle("helper", |_, _| Err(RuntimeExit::Trap(ir::TrapCode(4))));
    assert_eq!(run_on(&module, &mut host, main, &args), Outcome::Trap(ir::TrapCode(4)));
    assert_eq!(run(&module, main, &args[..1]), undefined(Undefined::Arguments(main)));
}

#[test]
fn an_indirect_call_needs_an_entry_of_its_signature() {
    let mut module = empty();
    let none = signature(&[], &[]);
    let callee = add(&mut module, "callee", none.clone(), |_, b, _| b.ret(&[]));
    let other = add(&mut module, "other", throwing(&[], &[]), |_, b, _| b.ret(&[]));
    let sig = module.signature(&none);
    let main = add(&mut module, "main", signature(&[Type::Ptr], &[]), |m, b, p| {
        b.call_indirect(m, sig, p[0], &[], false);
        b.ret(&[]);
    });
    let go = |address| run(&module, main, &[Const::ptr(address)]);
    assert_eq!(go(FlatMemory::entry(callee)), Outcome::Return(vec![]));
    for wrong in [0, FlatMemory::entry(callee) + 1, FlatMemory::entry(other), FlatMemory::entry(Func(99))] {
        assert_eq!(go(wrong), Outcome::Undefined(Undefined::IndirectTarget(wrong)));
    }
}

#[test]
fn polls_and_allocations_throw_when_the_host_says_so() {
    let mut module = empty();
    let polls = add(&mut module, "polls", throwing(&[], &[]), |_, b, _| {
        b.op(Op::Poll, None, &[], Imm::None);
        b.with_imm(Op::Alloc, None, &[], Imm::Alloc { size: 100, kind: 0 });
        b.ret(&[]);
    });
    let main = caller(&mut module, "main", polls, true);
    let answer = std::cell::Cell::new(Poll::Continue);
    let mut host = FlatMemory::new();
    host.on_poll(|| answer.get());
    let caught = |threw| Outcome::Return(vec![Const::bool(threw)]);
    assert_eq!(run_on(&module, &mut host, main, &[]), caught(false));
    answer.set(Poll::Throw);
    assert_eq!(run_on(&module, &mut host, main, &[]), caught(true));
    assert_eq!(run_on(&module, &mut host, polls, &[]), Outcome::Throw);
    answer.set(Poll::Stop);
    assert_eq!(run_on(&module, &mut host, main, &[]), Outcome::Stopped);
    answer.set(Poll::Continue);
    host.memory.set_heap_limit(150);
    assert_eq!(run_on(&module, &mut host, main, &[]), caught(false));
    assert_eq!(run_on(&module, &mut host, main, &[]), caught(true));
}

#[test]
fn an_exception_out_of_a_function_that_may_not_throw_has_no_meaning() {
    // The verifier rejects this; the interpreter is asked all the same.
    let mut module = empty();
    let liar = declare(&mut module, "liar", signature(&[], &[]));
    define(&mut module, liar, |_, b, _| {
        b.op(Op::Throw, None, &[], Imm::None);
    });
    assert!(ir::verify::verify(&module).is_err());
    let outcome = Interp::new(&module, &mut FlatMemory::new()).call(liar, &[], Limits::default());
    assert_eq!(outcome, Outcome::Undefined(Undefined::UndeclaredThrow(liar)));
}
