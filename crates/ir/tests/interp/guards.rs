//! Guards that leave: frames, objects made anew, forced failures, going on.

use crate::{HEAP, add, empty, run_on, signature, throwing};
use ir::eval::Const;
use ir::interp::{
    Deopt, FlatMemory, Host, Interp, Limits, MemoryFault, Outcome, ResumeError, ResumeFrame, ResumePoints,
    Resuming, RuntimeExit, Undefined,
};
use ir::{FrameValue, Func, IntCond, Module, Op, Reason, Runtime, RuntimeData, StateData, Type, VirtualData};

/// A guard whose state has a caller, two objects that refer to each other, one that both frames share, constants and
/// dead slots.
fn elaborate(module: &mut Module) -> Func {
    add(module, "f", signature(&[Type::Bool, Type::I64, Type::Pair], &[]), |_, b, p| {
        let function = b.func();
        let shared = function.virtuals.push(VirtualData {
            size: 16,
            kind: 7,
            fields: vec![(8, Type::I64, FrameValue::Value(p[1]))],
        });
        let head = function.virtuals.push(VirtualData { size: 40, kind: 1, fields: vec![] });
        let tail = function.virtuals.push(VirtualData {
            size: 16,
            kind: 2,
            fields: vec![
                (0, Type::Ptr, FrameValue::Virtual(head)),
                (8, Type::Ptr, FrameValue::Virtual(shared)),
            ],
        });
        function.virtuals[head].fields = vec![
            (0, Type::Ptr, FrameValue::Virtual(tail)),
            (8, Type::Bool, FrameValue::Value(p[0])),
            (12, Type::I32, FrameValue::Const(Type::I32, -3i64 as u64)),
            (16, Type::Pair, FrameValue::Value(p[2])),
        ];
        let parent = b.state(StateData {
            code: 100,
            offset: 5,
            values: vec![FrameValue::Virtual(shared), FrameValue::Value(p[1])],
            parent: None,
        });
        let state = b.state(StateData {
            code: 200,
            offset: 6,
            values: vec![
                FrameValue::Dead,
                FrameValue::Const(Type::F64, 1.5f64.to_bits()),
                FrameValue::Virtual(head),
                FrameValue::Virtual(head),
            ],
            parent: Some(parent),
        });
        b.guard(p[0], state, Reason(11));
        b.ret(&[]);
    })
}

#[test]
fn frames_and_objects_are_rebuilt() {
    let mut module = empty();
    let func = elaborate(&mut module);
    let mut host = FlatMemory::new();
    let args = [Const::bool(false), Const::i64(77), Const::pair(5, 6)];
    let Outcome::Deopt(deopt) = run_on(&module, &mut host, func, &args) else { panic!("the guard leaves") };
    assert_eq!((deopt.func, deopt.reason, deopt.depth), (func, Reason(11), 0));
    // In order of first mention: the inner frame's, the caller's, then what their fields mention.
    let kinds: Vec<(u32, u32)> = deopt.objects.iter().map(|o| (o.kind, o.size)).collect();
    assert_eq!(kinds, [(1, 40), (7, 16), (2, 16)]);
    let [head, shared, tail] = [0, 1, 2].map(|i| deopt.objects[i].address);
    let (inner, outer) = (&deopt.frames[0], &deopt.frames[1]);
    assert_eq!((inner.code, inner.offset, outer.code, outer.offset), (200, 6, 100, 5));
    let head_slot = Some(Const::ptr(head));
    assert_eq!(inner.slots, [None, Some(Const::f64(1.5)), head_slot, head_slot]);
    assert_eq!(outer.slots, [Some(Const::ptr(shared)), Some(Const::i64(77))]);
    let mut word = |address| host.memory.load(address, 8).expect("it is an object");
    assert_eq!([word(head), word(head + 16), word(head + 24)], [tail, 5, 6]);
    assert_eq!(word(head + 8), 0xffff_fffd_0000_0000);
    assert_eq!(word(head + 32), 0);
    assert_eq!([word(tail), word(tail + 8)], [head, shared]);
    assert_eq!([word(shared), word(shared + 8)], [0, 77]);
}

#[test]
fn a_guard_that_holds_makes_nothing() {
    let mut module = empty();
    let func = elaborate(&mut module);
    let mut host = FlatMemory::new();
    let args = [Const::bool(true), Const::i64(77), Const::pair(5, 6)];
    assert_eq!(run_on(&module, &mut host, func, &args), Outcome::Return(vec![]));
    assert_eq!(host.memory.objects().count(), 0);
}

#[test]
fn objects_that_do_not_fit_into_memory_are_reported() {
    let mut module = empty();
    let func = elaborate(&mut module);
    let mut host = FlatMemory::new();
    host.memory.set_heap_limit(60);
    let args = [Const::bool(false), Const::i64(77), Const::pair(5, 6)];
    assert_eq!(run_on(&module, &mut host, func, &args), Outcome::OutOfMemory);
}

/// Sums `n` down to 1 with checked arithmetic and a guard per round, storing each sum.
fn checked_sum(module: &mut Module) -> Func {
    add(module, "sum", signature(&[Type::I32, Type::Ptr], &[Type::I32]), |_, b, p| {
        let header = b.add_block(&[Type::I32, Type::I32]);
        let exit = b.add_block(&[]);
        let zero = b.iconst(Type::I32, 0);
        b.jump(header, &[p[0], zero]);
        b.switch_to(header);
        let (n, sum) = (b.block_params(header)[0], b.block_params(header)[1]);
        let mut point = 0;
        let mut state = |b: &mut ir::Builder<'_>, values: &[ir::Value]| {
            point += 1;
            let values = values.iter().map(|v| FrameValue::Value(*v)).collect();
            b.state(StateData { code: 0, offset: point, values, parent: None })
        };
        let before = state(b, &[p[1], zero, n, sum]);
        let next = b.checked(Op::IaddGuard, sum, n, before, Reason(1));
        b.store(next, p[1], 0, HEAP);
        let one = b.iconst(Type::I32, 1);
        let left = b.binary(Op::Isub, n, one);
        let more = b.icmp(IntCond::Sgt, left, zero);
        let sane = b.icmp(IntCond::Sge, left, zero);
        let after = state(b, &[p[1], zero, next, left, more, sane]);
        b.guard(sane, after, Reason(2));
        b.brif(more, (header, &[left, next]), (exit, &[]));
        b.switch_to(exit);
        b.ret(&[next]);
    })
}

fn sum_host() -> (FlatMemory<'static>, u64) {
    let mut host = FlatMemory::new();
    let cell = host.memory.map(vec![0; 4]);
    (host, cell)
}

#[test]
fn guards_are_counted_and_any_of_them_can_be_made_to_fail() {
    let mut module = empty();
    let func = checked_sum(&mut module);
    let (mut host, cell) = sum_host();
    let args = [Const::i32(4), Const::ptr(cell)];
    let mut interp = Interp::new(&module, &mut host);
    assert_eq!(interp.call(func, &args, Limits::default()), Outcome::Return(vec![Const::i32(10)]));
    assert_eq!(interp.guards(), 8);
    interp.fail_guard(Some(3));
    let Outcome::Deopt(deopt) = interp.call(func, &args, Limits::default()) else { panic!("it leaves") };
    // The second round's guard: 4 + 3 are summed up, 2 is next.
    assert_eq!((deopt.reason, interp.guards()), (Reason(2), 4));
    let ints = [7, 2].map(|n| Some(Const::i32(n)));
    assert_eq!(deopt.frames[0].slots[2..4], ints);
    interp.fail_guard(Some(2));
    let Outcome::Deopt(deopt) = interp.call(func, &args, Limits::default()) else { panic!("it leaves") };
    // Before the second addition: 3 is to be added to 4, and nothing but the first sum was stored.
    assert_eq!((deopt.reason, deopt.frames[0].slots[2]), (Reason(1), Some(Const::i32(3))));
    assert_eq!(host.memory.load(cell, 4), Ok(4));
}

#[test]
fn going_on_after_each_guard_gives_the_same_answer() {
    let mut module = empty();
    let func = checked_sum(&mut module);
    let points = ResumePoints::new(&module);
    for k in 0..8 {
        let (mut host, cell) = sum_host();
        let mut resuming = Resuming::new(&mut host, &module, &points, Limits::default());
        let mut interp = Interp::new(&module, &mut resuming);
        interp.fail_guard(Some(k));
        let outcome = interp.call(func, &[Const::i32(4), Const::ptr(cell)], Limits::default());
        assert_eq!(outcome, Outcome::Return(vec![Const::i32(10)]), "guard {k}");
        assert_eq!(resuming.resumed(), 1);
        assert_eq!(host.memory.load(cell, 4), Ok(10));
    }
}

#[test]
fn frames_that_do_not_fit_are_refused() {
    let mut module = empty();
    let func = checked_sum(&mut module);
    let points = ResumePoints::new(&module);
    let (mut host, cell) = sum_host();
    let mut interp = Interp::new(&module, &mut host);
    interp.fail_guard(Some(0));
    let outcome = interp.call(func, &[Const::i32(4), Const::ptr(cell)], Limits::default());
    let Outcome::Deopt(good) = outcome else { panic!("it leaves") };
    assert!(points.frames(&module, &good).is_ok());
    let refused = |change: &dyn Fn(&mut Deopt)| {
        let mut bad = good.clone();
        change(&mut bad);
        points.frames(&module, &bad).expect_err("it does not fit")
    };
    assert_eq!(refused(&|d| d.frames[0].offset = 9), ResumeError::UnknownPoint { code: 0, offset: 9 });
    assert_eq!(refused(&|d| d.frames[0].slots[1] = None), ResumeError::Slot(1));
    assert_eq!(refused(&|d| d.frames[0].slots[2] = Some(Const::i64(4))), ResumeError::Slot(2));
    assert_eq!(refused(&|d| d.frames[0].slots.truncate(3)), ResumeError::Slots { expected: 4, found: 3 });
    assert_eq!(
        refused(&|d| d.frames.push(d.frames[0].clone())),
        ResumeError::Frames { expected: 1, found: 2 }
    );
}

/// `inner` leaves unless its argument is positive; `outer` catches and adds one.
fn nested(module: &mut Module) -> (Func, Func) {
    let inner = add(module, "inner", throwing(&[Type::I32], &[Type::I32]), |_, b, p| {
        let zero = b.iconst(Type::I32, 0);
        let positive = b.icmp(IntCond::Sgt, p[0], zero);
        let state =
            b.state(StateData { code: 1, offset: 0, values: vec![FrameValue::Value(p[0])], parent: None });
        b.guard(positive, state, Reason(0));
        b.ret(&[p[0]]);
    });
    let outer = add(module, "outer", signature(&[Type::I32], &[Type::I32, Type::Bool]), |m, b, p| {
        let results = b.call(m, inner, p, true);
        let one = b.iconst(Type::I32, 1);
        let sum = b.binary(Op::Iadd, results[0], one);
        b.ret(&[sum, results[1]]);
    });
    (inner, outer)
}

/// A host that finishes activations that left in a way chosen beforehand.
struct Finishing(Option<Outcome>, Vec<usize>);

impl Host for Finishing {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        Err(MemoryFault { address, width, write: false })
    }

    fn store(&mut self, address: u64, width: u32, _: u64) -> Result<(), MemoryFault> {
        Err(MemoryFault { address, width, write: true })
    }

    fn alloc(&mut self, _: u32, _: u32) -> Option<u64> {
        None
    }

    fn call_runtime(&mut self, _: Runtime, _: &RuntimeData, _: &[Const]) -> Result<Vec<Const>, RuntimeExit> {
        Err(RuntimeExit::Unbound)
    }

    fn function_at(&mut self, _: u64) -> Option<Func> {
        None
    }

    fn deopt(&mut self, deopt: &Deopt) -> Option<Outcome> {
        self.1.push(deopt.depth);
        self.0.clone()
    }
}

#[test]
fn the_host_finishes_an_activation_that_left() {
    let mut module = empty();
    let (inner, outer) = nested(&mut module);
    let go = |finish: Option<Outcome>| {
        let mut host = Finishing(finish, Vec::new());
        let outcome = run_on(&module, &mut host, outer, &[Const::i32(-5)]);
        assert_eq!(host.1, [1]);
        outcome
    };
    let returned = |n, threw| Outcome::Return(vec![Const::i32(n), Const::bool(threw)]);
    assert!(matches!(go(None), Outcome::Deopt(deopt) if deopt.func == inner && deopt.depth == 1));
    assert_eq!(go(Some(Outcome::Return(vec![Const::i32(40)]))), returned(41, false));
    assert_eq!(go(Some(Outcome::Throw)), returned(1, true));
    assert_eq!(go(Some(Outcome::Stopped)), Outcome::Stopped);
    let wrong = Some(Outcome::Return(vec![]));
    assert_eq!(go(wrong), Outcome::Undefined(Undefined::ResumedResults(inner)));
}

#[test]
fn a_run_can_start_in_the_middle_of_two_functions() {
    let mut module = empty();
    let (inner, outer) = nested(&mut module);
    let call = module.functions[outer].blocks[module.functions[outer].entry()].insts[0];
    let last = module.functions[inner].terminator(module.functions[inner].entry());
    let param = |func: Func| module.functions[func].blocks[module.functions[func].entry()].params[0];
    let frames = [
        ResumeFrame { func: outer, inst: call, values: vec![(param(outer), Const::i32(0))] },
        ResumeFrame { func: inner, inst: last, values: vec![(param(inner), Const::i32(6))] },
    ];
    let mut host = FlatMemory::new();
    let outcome = Interp::new(&module, &mut host).resume(&frames, Limits::default());
    assert_eq!(outcome, Outcome::Return(vec![Const::i32(7), Const::bool(false)]));
}
