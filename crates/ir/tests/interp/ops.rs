//! Every op by itself, with the outcome it must have.

use crate::{HEAP, add, declare, define, empty, run, run_on, signature, throwing};
use ir::eval::{CANONICAL_NAN, Const};
use ir::interp::{FlatMemory, Outcome};
use ir::{
    Builder, ClassSet, FloatCond, Func, Imm, IntCond, Module, Op, Reason, RuntimeData, StateData, TrapCode,
    Type,
};
use std::collections::BTreeMap;
use std::f64::consts::PI;

/// How often each op was tried.
type Tried = BTreeMap<Op, u32>;

fn i(value: i32) -> Const {
    Const::i32(value)
}

fn l(value: i64) -> Const {
    Const::i64(value)
}

fn f(value: f64) -> Const {
    Const::f64(value)
}

fn b(value: bool) -> Const {
    Const::bool(value)
}

fn nan() -> Const {
    Const::new(Type::F64, CANONICAL_NAN)
}

/// A function that applies the op to its parameters and returns the result.
fn apply(op: Op, ty: Option<Type>, args: &[Const], imm: impl FnOnce(&mut Builder<'_>) -> Imm) -> Outcome {
    let types: Vec<Type> = args.iter().map(|arg| arg.ty()).collect();
    let results: Vec<Type> = match op.results() {
        Some([ir::Slot::Controlling]) => vec![ty.expect("there is a controlling type")],
        Some([ir::Slot::Fixed(ty)]) => vec![*ty],
        _ => Vec::new(),
    };
    let mut module = empty();
    let func = add(&mut module, "f", signature(&types, &results), |_, builder, params| {
        let imm = imm(builder);
        let inst = builder.op(op, ty, params, imm);
        let values = builder.func().insts[inst].results.to_vec();
        builder.ret(&values);
    });
    run(&module, func, args)
}

fn returns(value: Const) -> Outcome {
    Outcome::Return(vec![value])
}

/// Ops without immediate on these operands.
const fn no_imm(_: &mut Builder<'_>) -> Imm {
    Imm::None
}

fn check(tried: &mut Tried, op: Op, ty: Option<Type>, args: &[Const], want: Outcome) {
    assert_eq!(apply(op, ty, args, no_imm), want, "{} {args:?}", op.name());
    *tried.entry(op).or_default() += 1;
}

fn int_ops(tried: &mut Tried) {
    let (i32s, i64s) = (Some(Type::I32), Some(Type::I64));
    let binary: &[(Op, i64, i64, i64, i64)] = &[
        // Op, operands, result as i32, result as i64.
        (Op::Iadd, 0x7fff_ffff, 1, -0x8000_0000, 0x8000_0000),
        (Op::Isub, -0x8000_0000, 1, 0x7fff_ffff, -0x8000_0001),
        (Op::Imul, 0x10000, 0x10001, 0x10000, 0x1_0001_0000),
        (Op::Sdiv, -7, 2, -3, -3),
        (Op::Udiv, -7, 2, 0x7fff_fffc, 0x7fff_ffff_ffff_fffc),
        (Op::Srem, -7, 2, -1, -1),
        (Op::Urem, -7, 4, 1, 1),
        (Op::Band, 0b1100, 0b1010, 0b1000, 0b1000),
        (Op::Bor, 0b1100, 0b1010, 0b1110, 0b1110),
        (Op::Bxor, 0b1100, 0b1010, 0b0110, 0b0110),
        (Op::Ishl, 3, 33, 6, 3 << 33),
        (Op::Sshr, -8, 33, -4, -1),
        (Op::Ushr, -8, 33, 0x7fff_fffc, 0x7fff_ffff),
        (Op::Rotl, 1, 33, 2, 1 << 33),
    ];
    for (op, x, y, narrow, wide) in binary {
        check(tried, *op, i32s, &[i(*x as i32), i(*y as i32)], returns(i(*narrow as i32)));
        check(tried, *op, i64s, &[l(*x), l(*y)], returns(l(*wide)));
    }
    for op in [Op::Sdiv, Op::Udiv, Op::Srem, Op::Urem] {
        check(tried, op, i32s, &[i(1), i(0)], Outcome::Trap(TrapCode::DIVISION_BY_ZERO));
        check(tried, op, i64s, &[l(1), l(0)], Outcome::Trap(TrapCode::DIVISION_BY_ZERO));
    }
    for (op, narrow, wide) in
        [(Op::Clz, 27, 59), (Op::Ctz, 4, 4), (Op::Popcnt, 1, 1), (Op::Sext8, 16, 16), (Op::Sext16, 16, 16)]
    {
        check(tried, op, i32s, &[i(16)], returns(i(narrow)));
        check(tried, op, i64s, &[l(16)], returns(l(wide)));
    }
    check(tried, Op::Sext8, i32s, &[i(0xff)], returns(i(-1)));
    check(tried, Op::Sext16, i64s, &[l(0x8000)], returns(l(-0x8000)));
    for op in [Op::Band, Op::Bor, Op::Bxor] {
        let want = b(op == Op::Bor || op == Op::Bxor);
        check(tried, op, Some(Type::Bool), &[b(true), b(false)], returns(want));
    }
}

fn float_ops(tried: &mut Tried) {
    for (op, x, y, want) in [
        (Op::Fadd, 0.1, 0.2, 0.30000000000000004),
        (Op::Fsub, 1.0, f64::INFINITY, f64::NEG_INFINITY),
        (Op::Fmul, -0.0, 5.0, -0.0),
        (Op::Fdiv, 1.0, -0.0, f64::NEG_INFINITY),
        (Op::Fmin, 0.0, -0.0, -0.0),
        (Op::Fmax, -0.0, 0.0, 0.0),
    ] {
        check(tried, op, None, &[f(x), f(y)], returns(f(want)));
        check(tried, op, None, &[f(-f64::NAN), f(y)], returns(nan()));
    }
    for (op, x, want) in [
        (Op::Fsqrt, 2.25, 1.5),
        (Op::Ffloor, -0.5, -1.0),
        (Op::Fceil, -0.5, -0.0),
        (Op::Ftrunc, -1.5, -1.0),
        (Op::Fnearest, 2.5, 2.0),
        (Op::Fcanon, -0.0, -0.0),
        (Op::RoundToF32, PI, 3.1415927410125732),
    ] {
        check(tried, op, None, &[f(x)], returns(f(want)));
        check(tried, op, None, &[f(-f64::NAN)], returns(nan()));
    }
    // Only the sign bit changes, of NaNs too.
    let payload = |sign: u64| Const::new(Type::F64, sign << 63 | 0x7ff4_0000_0000_0001);
    check(tried, Op::Fneg, None, &[f(0.0)], returns(f(-0.0)));
    check(tried, Op::Fneg, None, &[payload(0)], returns(payload(1)));
    check(tried, Op::Fabs, None, &[f(-2.0)], returns(f(2.0)));
    check(tried, Op::Fabs, None, &[payload(1)], returns(payload(0)));
}

fn conversions(tried: &mut Tried) {
    let (i32s, i64s) = (Some(Type::I32), Some(Type::I64));
    check(tried, Op::Sext, None, &[i(-1)], returns(l(-1)));
    check(tried, Op::Zext, None, &[i(-1)], returns(l(0xffff_ffff)));
    check(tried, Op::Wrap, None, &[l(0x1_8000_0000)], returns(i(i32::MIN)));
    check(tried, Op::BoolToI32, None, &[b(true)], returns(i(1)));
    check(tried, Op::SintToF64, i32s, &[i(-1)], returns(f(-1.0)));
    check(tried, Op::SintToF64, i64s, &[l(i64::MIN)], returns(f(-9_223_372_036_854_775_808.0)));
    check(tried, Op::UintToF64, i32s, &[i(-1)], returns(f(4_294_967_295.0)));
    check(tried, Op::UintToF64, i64s, &[l(-1)], returns(f(18_446_744_073_709_551_616.0)));
    check(tried, Op::F64ToSint, i32s, &[f(1e10)], returns(i(i32::MAX)));
    check(tried, Op::F64ToSint, i64s, &[f(-1.9)], returns(l(-1)));
    check(tried, Op::F64ToUint, i32s, &[f(4e9)], returns(i(4_000_000_000u32 as i32)));
    check(tried, Op::F64ToUint, i64s, &[f(f64::NAN)], returns(l(0)));
    check(tried, Op::F64ToI32Mod, None, &[f(4_294_967_298.5)], returns(i(2)));
    check(tried, Op::F64ToBits, None, &[f(1.0)], returns(l(0x3ff0_0000_0000_0000)));
    // Moving bits keeps the payload of a NaN.
    check(
        tried,
        Op::BitsToF64,
        None,
        &[l(0x7ff4_0000_0000_0001)],
        returns(Const::new(Type::F64, 0x7ff4_0000_0000_0001)),
    );
    check(tried, Op::BoxNumber, None, &[f(-3.0)], returns(l(-(1 << 49) | 0xffff_fffd)));
    check(tried, Op::BoxNumber, None, &[f(-0.0)], returns(l(i64::MIN + (2 << 48))));
    check(tried, Op::BoxNumber, None, &[f(-f64::NAN)], returns(l(0x7ffa_0000_0000_0000)));
    check(tried, Op::BoxBits, None, &[l(-5)], returns(Const::boxed(-5i64 as u64)));
    check(tried, Op::UnboxBits, None, &[Const::boxed(7)], returns(l(7)));
    check(tried, Op::PtrToInt, None, &[Const::ptr(64)], returns(l(64)));
    check(tried, Op::IntToPtr, None, &[l(-1)], returns(Const::ptr(u64::MAX)));
    check(tried, Op::PtrAdd, None, &[Const::ptr(64), l(-65)], returns(Const::ptr(u64::MAX)));
    check(tried, Op::PairMake, None, &[l(1), l(-1)], returns(Const::pair(1, u64::MAX)));
    check(tried, Op::PairFirst, None, &[Const::pair(1, 2)], returns(l(1)));
    check(tried, Op::PairSecond, None, &[Const::pair(1, 2)], returns(l(2)));
}

fn constants_and_comparisons(tried: &mut Tried) {
    let mut with = |op: Op, ty: Option<Type>, args: &[Const], imm: Imm, want: Const| {
        assert_eq!(apply(op, ty, args, |_| imm), returns(want), "{} {args:?}", op.name());
        *tried.entry(op).or_default() += 1;
    };
    with(Op::Iconst, Some(Type::I32), &[], Imm::Int(-2), i(-2));
    with(Op::Iconst, Some(Type::I64), &[], Imm::Int(i64::MIN), l(i64::MIN));
    with(Op::Fconst, None, &[], Imm::Float(1.5f64.to_bits()), f(1.5));
    with(Op::Bconst, None, &[], Imm::Int(1), b(true));
    with(Op::Pconst, None, &[], Imm::Int(0x1000), Const::ptr(0x1000));
    with(Op::Xconst, None, &[], Imm::Int(-1), Const::boxed(u64::MAX));
    for (cond, want) in [
        (IntCond::Eq, false),
        (IntCond::Ne, true),
        (IntCond::Slt, true),
        (IntCond::Sle, true),
        (IntCond::Sgt, false),
        (IntCond::Sge, false),
        (IntCond::Ult, false),
        (IntCond::Ule, false),
        (IntCond::Ugt, true),
        (IntCond::Uge, true),
    ] {
        let imm = || Imm::IntCond(cond);
        with(Op::Icmp, Some(Type::I32), &[i(-1), i(1)], imm(), b(want));
        with(Op::Icmp, Some(Type::I64), &[l(-1), l(1)], imm(), b(want));
        with(Op::Icmp, Some(Type::Ptr), &[Const::ptr(u64::MAX), Const::ptr(1)], imm(), b(want));
        with(Op::Icmp, Some(Type::Boxed), &[Const::boxed(u64::MAX), Const::boxed(1)], imm(), b(want));
    }
    with(Op::Icmp, Some(Type::Bool), &[b(false), b(true)], Imm::IntCond(IntCond::Slt), b(true));
    for (cond, want) in [
        (FloatCond::Eq, false),
        (FloatCond::Ne, true),
        (FloatCond::Lt, true),
        (FloatCond::Le, true),
        (FloatCond::Gt, false),
        (FloatCond::Ge, false),
    ] {
        with(Op::Fcmp, None, &[f(1.0), f(2.0)], Imm::FloatCond(cond), b(want));
        with(Op::Fcmp, None, &[f(1.0), nan()], Imm::FloatCond(cond), b(cond == FloatCond::Ne));
    }
    let payload = Const::new(Type::F64, 0xfff0_0000_0000_0001);
    for value in [i(1), l(2), payload, b(true), Const::ptr(3), Const::boxed(4), Const::pair(5, 6)] {
        let zero = Const::zero(value.ty());
        let select = Op::Select;
        with(select, Some(value.ty()), &[b(true), value, zero], Imm::None, value);
        with(select, Some(value.ty()), &[b(false), zero, value], Imm::None, value);
    }
}

/// What a guard on these operands does: `Some` result or leaving.
fn guards(tried: &mut Tried) {
    let mut with = |op: Op, ty: Option<Type>, args: &[Const], want: Option<Vec<Const>>| {
        let outcome = apply(op, ty, args, |builder| {
            let values = builder.params().iter().map(|v| ir::FrameValue::Value(*v)).collect();
            let state = builder.state(StateData { code: 3, offset: 14, values, parent: None });
            Imm::Guard { state, reason: Reason(15) }
        });
        match (want, outcome) {
            (Some(values), outcome) => assert_eq!(outcome, Outcome::Return(values)),
            (None, Outcome::Deopt(deopt)) => {
                let slots: Vec<Option<Const>> = args.iter().copied().map(Some).collect();
                assert_eq!((deopt.reason, deopt.frames.len()), (Reason(15), 1));
                let frame = &deopt.frames[0];
                assert_eq!((frame.code, frame.offset, &frame.slots), (3, 14, &slots));
            }
            (None, outcome) => panic!("{} {args:?}: {outcome:?}", op.name()),
        }
        *tried.entry(op).or_default() += 1;
    };
    let (i32s, i64s) = (Some(Type::I32), Some(Type::I64));
    with(Op::IaddGuard, i32s, &[i(i32::MAX), i(-1)], Some(vec![i(i32::MAX - 1)]));
    with(Op::IaddGuard, i32s, &[i(i32::MAX), i(1)], None);
    with(Op::IaddGuard, i64s, &[l(i64::MAX), l(1)], None);
    with(Op::IsubGuard, i32s, &[i(-2), i(i32::MAX)], None);
    with(Op::IsubGuard, i64s, &[l(i64::MIN), l(0)], Some(vec![l(i64::MIN)]));
    with(Op::ImulGuard, i32s, &[i(0x10000), i(0x8000)], None);
    with(Op::ImulGuard, i64s, &[l(0x10000), l(0x8000)], Some(vec![l(0x8000_0000)]));
    with(Op::F64ToI32Guard, None, &[f(-3.0)], Some(vec![i(-3)]));
    for x in [-0.0, 0.5, f64::NAN, 2_147_483_648.0] {
        with(Op::F64ToI32Guard, None, &[f(x)], None);
    }
    with(Op::UnboxNumber, None, &[l(-3)], Some(vec![f(-3.0)]));
    with(Op::UnboxNumber, None, &[l((2.5_f64.to_bits() as i64) + (2 << 48))], Some(vec![f(2.5)]));
    with(Op::UnboxNumber, None, &[l(0x1_ffff_ffff_ffff)], None);
    with(Op::Guard, None, &[b(true)], Some(vec![]));
    with(Op::Guard, None, &[b(false)], None);
    with(Op::Anchor, None, &[], Some(vec![]));
}

/// Stores each value with an op, loads it with another, and says what came out.
fn memory(tried: &mut Tried) {
    let (i32s, i64s) = (Some(Type::I32), Some(Type::I64));
    let mut cases = vec![
        (Op::Store8, i32s, i(0x1ff), Op::LoadU8, i32s, i(0xff)),
        (Op::Store8, i64s, l(0x80), Op::LoadS8, i64s, l(-128)),
        (Op::Store8, i64s, l(0x80), Op::LoadS8, i32s, i(-128)),
        (Op::Store16, i32s, i(0x1_8000), Op::LoadS16, i32s, i(-0x8000)),
        (Op::Store16, i64s, l(-1), Op::LoadU16, i64s, l(0xffff)),
        (Op::StoreF32, None, f(PI), Op::LoadF32, None, f(3.1415927410125732)),
        (Op::StoreF32, None, f(1e300), Op::LoadF32, None, f(f64::INFINITY)),
        (Op::Store, i64s, l(0x1122_3344_5566_7788), Op::LoadU8, i32s, i(0x88)),
        (Op::Store, Some(Type::F64), f(1.0), Op::Load, i64s, l(0x3ff0_0000_0000_0000)),
        (Op::Store, Some(Type::Pair), Const::pair(7, 9), Op::Load, i64s, l(7)),
    ];
    let payload = Const::new(Type::F64, 0xfff0_0000_0000_0001);
    for value in [i(-1), l(-2), payload, b(true), Const::ptr(3), Const::boxed(4), Const::pair(5, 6)] {
        cases.push((Op::Store, Some(value.ty()), value, Op::Load, Some(value.ty()), value));
    }
    for (store, store_ty, value, load, load_ty, want) in cases {
        let mut module = empty();
        let sig = signature(&[Type::Ptr, value.ty()], &[want.ty()]);
        let func = add(&mut module, "f", sig, |_, builder, params| {
            let at = |offset| Imm::Mem { offset, class: HEAP };
            builder.op(store, store_ty, &[params[1], params[0]], at(-24));
            let loaded = builder.with_imm(load, load_ty, &[params[0]], at(-24));
            builder.ret(&[loaded]);
        });
        let mut host = FlatMemory::new();
        let end = host.memory.map(vec![0xaa; 32]) + 32;
        assert_eq!(run_on(&module, &mut host, func, &[Const::ptr(end), value]), returns(want), "{value}");
        // The bytes around are as they were.
        let width = ir::eval::access_width(store, store_ty).expect("a store") as usize;
        let bytes = host.memory.bytes(end - 32, 32).expect("it is mapped");
        assert!(bytes[..8].iter().chain(&bytes[8 + width..]).all(|byte| *byte == 0xaa));
        *tried.entry(store).or_default() += 1;
        *tried.entry(load).or_default() += 1;
    }
}

fn alloc_context_poll(tried: &mut Tried) {
    let mut module = empty();
    let func =
        add(&mut module, "f", throwing(&[], &[Type::Ptr, Type::Ptr, Type::I64, Type::Ptr]), |_, b, _| {
            let one = b.with_imm(Op::Alloc, None, &[], Imm::Alloc { size: 24, kind: 3 });
            let two = b.with_imm(Op::Alloc, None, &[], Imm::Alloc { size: 8, kind: 4 });
            b.op(Op::Poll, None, &[], Imm::None);
            let word = b.load(Type::I64, one, 16, HEAP);
            let context = b.with_imm(Op::Context, None, &[], Imm::None);
            b.ret(&[one, two, word, context]);
        });
    let mut host = FlatMemory::new();
    host.context = 0x5000;
    let Outcome::Return(values) = run_on(&module, &mut host, func, &[]) else { panic!("it returns") };
    assert_eq!(values[2..], [l(0), Const::ptr(0x5000)]);
    let objects: Vec<_> = host.memory.objects().collect();
    assert_eq!(objects, [(values[0].bits(), 24, 3), (values[1].bits(), 8, 4)]);
    for op in [Op::Alloc, Op::Context, Op::Poll] {
        *tried.entry(op).or_default() += 1;
    }
}

/// `main(x) = twice(x)` by each kind of call.
fn calls(tried: &mut Tried) {
    for op in [Op::Call, Op::CallIndirect, Op::CallRuntime] {
        let mut module = empty();
        let one = signature(&[Type::I32], &[Type::I32, Type::Bool]);
        let runtime = module.runtimes.push(RuntimeData {
            name: "twice".to_owned(),
            signature: one.clone(),
            allocates: false,
            reads: ClassSet::Empty,
            writes: ClassSet::Empty,
        });
        let callee = add(&mut module, "twice", one.clone(), |_, builder, params| {
            let sum = builder.binary(Op::Iadd, params[0], params[0]);
            let odd = builder.bconst(false);
            builder.ret(&[sum, odd]);
        });
        let sig = module.signature(&one);
        let main = add(
            &mut module,
            "main",
            signature(&[Type::I32, Type::Ptr], &one.results),
            |m, builder, params| {
                let args = &params[..1];
                let results = match op {
                    Op::Call => builder.call(m, callee, args, false),
                    Op::CallIndirect => builder.call_indirect(m, sig, params[1], args, false),
                    _ => builder.call_runtime(m, runtime, args, false),
                };
                builder.ret(&results);
            },
        );
        let mut host = FlatMemory::new();
        host.handle("twice", |_, args| Ok(vec![Const::i32(args[0].as_i32() * 2), Const::bool(false)]));
        let args = [i(21), Const::ptr(FlatMemory::entry(callee))];
        assert_eq!(
            run_on(&module, &mut host, main, &args),
            Outcome::Return(vec![i(42), b(false)]),
            "{}",
            op.name()
        );
        *tried.entry(op).or_default() += 1;
    }
}

/// Sums 1 to n, swapping two carried values on the way: parameters are assigned all at once.
fn jump_and_brif(module: &mut Module) -> Func {
    let types = [Type::I32, Type::I32, Type::I32];
    add(module, "loops", signature(&[Type::I32], &types), |_, builder, params| {
        let block = builder.add_block(&[Type::I32, Type::I32, Type::I32, Type::I32]);
        let done = builder.add_block(&types);
        let [zero, ten, twenty] = [0, 10, 20].map(|n| builder.iconst(Type::I32, n));
        builder.jump(block, &[params[0], zero, ten, twenty]);
        builder.switch_to(block);
        let [n, sum, x, y] = [0, 1, 2, 3].map(|i| builder.block_params(block)[i]);
        let sum = builder.binary(Op::Iadd, sum, n);
        let one = builder.iconst(Type::I32, 1);
        let n = builder.binary(Op::Isub, n, one);
        let more = builder.icmp(IntCond::Sgt, n, zero);
        builder.brif(more, (block, &[n, sum, y, x]), (done, &[sum, x, y]));
        builder.switch_to(done);
        let results = builder.block_params(done).to_vec();
        builder.ret(&results);
    })
}

fn control(tried: &mut Tried) {
    let mut module = empty();
    let loops = jump_and_brif(&mut module);
    let switch = add(&mut module, "switch", signature(&[Type::I32], &[Type::I32]), |_, builder, params| {
        let target = builder.add_block(&[Type::I32]);
        let trap = builder.add_block(&[]);
        let [a, c] = [100, 200].map(|n| builder.iconst(Type::I32, n));
        builder.switch(params[0], &[(-1, target, &[a]), (7, target, &[c])], (trap, &[]));
        builder.switch_to(target);
        let value = builder.block_params(target)[0];
        builder.ret(&[value]);
        builder.switch_to(trap);
        builder.trap(TrapCode(17));
    });
    let throw = add(&mut module, "throw", throwing(&[], &[]), |_, builder, _| {
        builder.op(Op::Throw, None, &[], Imm::None);
    });
    let deopt = declare(&mut module, "deopt", signature(&[Type::I64], &[]));
    define(&mut module, deopt, |_, builder, params| {
        let values = vec![ir::FrameValue::Value(params[0]), ir::FrameValue::Dead];
        let state = builder.state(StateData { code: 1, offset: 2, values, parent: None });
        builder.op(Op::Deopt, None, &[], Imm::Guard { state, reason: Reason(3) });
    });
    let returned = |values: &[i32]| Outcome::Return(values.iter().map(|n| i(*n)).collect());
    assert_eq!(run(&module, loops, &[i(4)]), returned(&[10, 20, 10]));
    assert_eq!(run(&module, loops, &[i(1)]), returned(&[1, 10, 20]));
    assert_eq!(run(&module, switch, &[i(-1)]), returned(&[100]));
    assert_eq!(run(&module, switch, &[i(7)]), returned(&[200]));
    assert_eq!(run(&module, switch, &[i(0)]), Outcome::Trap(TrapCode(17)));
    assert_eq!(run(&module, throw, &[]), Outcome::Throw);
    match run(&module, deopt, &[l(5)]) {
        Outcome::Deopt(left) => {
            assert_eq!((left.func, left.reason, left.depth), (deopt, Reason(3), 0));
            assert_eq!(left.frames[0].slots, [Some(l(5)), None]);
        }
        other => panic!("{other:?}"),
    }
    for op in [Op::Jump, Op::Brif, Op::Switch, Op::Return, Op::Throw, Op::Trap, Op::Deopt] {
        *tried.entry(op).or_default() += 1;
    }
}

#[test]
fn every_op_does_what_the_table_says() {
    let mut tried = Tried::new();
    int_ops(&mut tried);
    float_ops(&mut tried);
    conversions(&mut tried);
    constants_and_comparisons(&mut tried);
    guards(&mut tried);
    memory(&mut tried);
    alloc_context_poll(&mut tried);
    calls(&mut tried);
    control(&mut tried);
    let missing: Vec<&str> =
        Op::ALL.iter().filter(|op| !tried.contains_key(op)).map(|op| op.name()).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
