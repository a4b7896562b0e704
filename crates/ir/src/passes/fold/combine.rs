//! Rules that look through two operations, some of which take a new constant.

use super::{Action, constant};
use crate::entity::{Inst, Value};
use crate::eval::Const;
use crate::eval::word::INT;
use crate::function::{Function, Imm, InstData, Values};
use crate::ops::Op;
use crate::passes::edit;
use crate::types::{FloatCond, IntCond, Type};

/// Instructions to put in front of the one being simplified.
pub(super) type Fresh = Vec<Inst>;

/// The instruction that defines a value.
fn source(func: &Function, value: Value) -> Option<&InstData> {
    edit::defining_inst(func, value).map(|inst| &func.insts[inst])
}

/// A new constant in front of the instruction; of any type but `pair`.
fn fresh(func: &mut Function, new: &mut Fresh, value: Const) -> Option<Value> {
    let (op, ty, imm) = value.to_inst()?;
    let inst = func.make_inst(op, ty, Values::new(), imm, &[value.ty()]);
    new.push(inst);
    Some(func.insts[inst].results[0])
}

/// Turns the instruction into `op a, n`.
fn with_constant(func: &mut Function, inst: Inst, new: &mut Fresh, op: Op, a: Value, n: i64) -> Action {
    let ty = func.insts[inst].ty.unwrap_or(Type::I64);
    let Some(b) = fresh(func, new, Const::new(ty, n as u64)) else { return Action::Keep };
    edit::rewrite(func, inst, op, &[a, b], Imm::None);
    Action::Rewritten
}

/// Rules for two integers.
pub(super) fn integers(func: &mut Function, inst: Inst, new: &mut Fresh) -> Action {
    let data = &func.insts[inst];
    let [a, b] = data.args[..] else { return Action::Keep };
    match edit::as_int(func, b) {
        Some(n) => by_constant(func, inst, new, n),
        None => cancels(func, data.op, a, b).map_or(Action::Keep, Action::Replace),
    }
}

/// `(x - y) + y`, `(x + y) - y`, `(x ^ y) ^ y`, and what they are with operands exchanged.
fn cancels(func: &Function, op: Op, a: Value, b: Value) -> Option<Value> {
    let of = |value: Value, wanted: Op| {
        source(func, value).filter(|s| s.op == wanted).map(|s| (s.args[0], s.args[1]))
    };
    let other = |pair: (Value, Value), known: Value| match pair {
        (x, y) if y == known => Some(x),
        (x, y) if x == known => Some(y),
        _ => None,
    };
    match op {
        Op::Iadd => {
            let one = of(a, Op::Isub).and_then(|(x, y)| (y == b).then_some(x));
            one.or_else(|| of(b, Op::Isub).and_then(|(x, y)| (y == a).then_some(x)))
        }
        Op::Isub => {
            let sum = of(a, Op::Iadd).and_then(|pair| other(pair, b));
            sum.or_else(|| of(b, Op::Isub).and_then(|(x, y)| (x == a).then_some(y)))
        }
        Op::Bxor => {
            let one = of(a, Op::Bxor).and_then(|pair| other(pair, b));
            one.or_else(|| of(b, Op::Bxor).and_then(|pair| other(pair, a)))
        }
        _ => None,
    }
}

/// Rules for a constant on the right.
fn by_constant(func: &mut Function, inst: Inst, new: &mut Fresh, n: i64) -> Action {
    let data = &func.insts[inst];
    let (op, a, ty) = (data.op, data.args[0], data.ty.unwrap_or(Type::I64));
    let unsigned = Const::new(ty, n as u64).bits();
    match op {
        // Division by a power of two cannot trap any more, and its result has an obvious range.
        Op::Udiv if unsigned.is_power_of_two() => {
            return with_constant(func, inst, new, Op::Ushr, a, i64::from(unsigned.trailing_zeros()));
        }
        Op::Urem if unsigned.is_power_of_two() => {
            return with_constant(func, inst, new, Op::Band, a, (unsigned - 1) as i64);
        }
        Op::Band if fits_mask(func, a, unsigned) => return Action::Replace(a),
        _ => {}
    }
    let Some(inner) = source(func, a) else { return Action::Keep };
    let (inner_op, x) = (inner.op, inner.args.first().copied());
    let m = inner.args.get(1).and_then(|m| edit::as_int(func, *m));
    let (Some(x), Some(m)) = (x, m) else { return Action::Keep };
    let (op, sum) = match (op, inner_op) {
        (Op::Iadd, Op::Iadd) => (Op::Iadd, m.wrapping_add(n)),
        (Op::Iadd, Op::Isub) => (Op::Iadd, n.wrapping_sub(m)),
        (Op::Isub, Op::Iadd) => (Op::Iadd, m.wrapping_sub(n)),
        (Op::Isub, Op::Isub) => (Op::Isub, m.wrapping_add(n)),
        (Op::Imul, Op::Imul) => (Op::Imul, m.wrapping_mul(n)),
        (Op::Band, Op::Band) => (Op::Band, m & n),
        (Op::Bor, Op::Bor) => (Op::Bor, m | n),
        (Op::Bxor, Op::Bxor) => (Op::Bxor, m ^ n),
        (Op::Ishl | Op::Ushr | Op::Sshr, same) if same == op => match both_shifts(ty, m, n) {
            Some(sum) => (op, sum),
            None => return Action::Keep,
        },
        _ => return Action::Keep,
    };
    with_constant(func, inst, new, op, x, sum)
}

/// One shift for two in the same direction, while they shift less than everything out.
fn both_shifts(ty: Type, m: i64, n: i64) -> Option<i64> {
    let width = i64::from(ty.size()) * 8;
    let sum = (m & (width - 1)) + (n & (width - 1));
    (sum < width).then_some(sum)
}

/// Whether a value has no bits outside of the mask, as its definition tells.
fn fits_mask(func: &Function, value: Value, mask: u64) -> bool {
    let most = match source(func, value).map(|s| s.op) {
        Some(Op::LoadU8) => 0xff,
        Some(Op::LoadU16) => 0xffff,
        Some(Op::BoolToI32) => 1,
        Some(Op::Zext) => u64::from(u32::MAX),
        _ => return false,
    };
    most & !mask == 0
}

/// Rules for `icmp` with a constant on the right, or between two conversions of one kind.
pub(super) fn compare(func: &mut Function, inst: Inst, new: &mut Fresh) -> Action {
    let Imm::IntCond(cond) = func.insts[inst].imm else { return Action::Keep };
    match edit::as_int(func, func.insts[inst].args[1]) {
        Some(n) => compare_constant(func, inst, new, cond, n),
        None => compare_conversions(func, inst, cond),
    }
}

fn is_equality(cond: IntCond) -> bool {
    matches!(cond, IntCond::Eq | IntCond::Ne)
}

fn is_signed(cond: IntCond) -> bool {
    matches!(cond, IntCond::Slt | IntCond::Sle | IntCond::Sgt | IntCond::Sge)
}

fn compare_constant(func: &mut Function, inst: Inst, new: &mut Fresh, cond: IntCond, n: i64) -> Action {
    let data = &func.insts[inst];
    let (a, ty, equality) = (data.args[0], data.ty.unwrap_or(Type::I64), is_equality(cond));
    let left = source(func, a);
    let (op, x) = (left.map(|s| s.op), left.and_then(|s| s.args.first().copied()));
    let m = left.and_then(|s| s.args.get(1)).and_then(|m| edit::as_int(func, *m));
    // Compared for being false: the negation. The other way round was simplified already.
    let truth = match op {
        Some(Op::BoolToI32) if n == 0 || n == 1 => x,
        _ => (ty == Type::Bool).then_some(a),
    };
    if let Some(truth) = truth.filter(|_| equality) {
        let Some(one) = fresh(func, new, Const::bool(true)) else { return Action::Keep };
        edit::rewrite(func, inst, Op::Bxor, &[truth, one], Imm::None);
        func.insts[inst].ty = Some(Type::Bool);
        return Action::Rewritten;
    }
    let Some(x) = x else { return Action::Keep };
    match (op, m) {
        // Sums and differences wrap around one to one.
        (Some(Op::Iadd), Some(m)) if equality => compare_with(func, inst, new, x, ty, n.wrapping_sub(m)),
        (Some(Op::Isub), Some(m)) if equality => compare_with(func, inst, new, x, ty, n.wrapping_add(m)),
        (Some(Op::Bxor), Some(m)) if equality && ty.is_int() => compare_with(func, inst, new, x, ty, n ^ m),
        // An extension compares as what it extends, when the constant is an extension as well.
        (Some(Op::Sext), _) if i64::from(n as i32) == n && (equality || is_signed(cond)) => {
            compare_with(func, inst, new, x, Type::I32, n)
        }
        (Some(Op::Zext), _) if u64::from(n as u32) == n as u64 && !is_signed(cond) => {
            compare_with(func, inst, new, x, Type::I32, i64::from(n as i32))
        }
        _ => Action::Keep,
    }
}

/// Extensions keep the order, sign extension that of unsigned numbers, too; other conversions keep only equality.
fn compare_conversions(func: &mut Function, inst: Inst, cond: IntCond) -> Action {
    let data = &func.insts[inst];
    let (Some(left), Some(right)) = (source(func, data.args[0]), source(func, data.args[1])) else {
        return Action::Keep;
    };
    let (Some(x), Some(y)) = (left.args.first().copied(), right.args.first().copied()) else {
        return Action::Keep;
    };
    if left.op != right.op {
        return Action::Keep;
    }
    let ty = match left.op {
        Op::Sext => Type::I32,
        Op::Zext if !is_signed(cond) => Type::I32,
        Op::BoxBits | Op::IntToPtr if is_equality(cond) => Type::I64,
        Op::UnboxBits if is_equality(cond) => Type::Boxed,
        Op::PtrToInt if is_equality(cond) => Type::Ptr,
        _ => return Action::Keep,
    };
    edit::rewrite(func, inst, Op::Icmp, &[x, y], Imm::IntCond(cond));
    func.insts[inst].ty = Some(ty);
    Action::Rewritten
}

fn compare_with(func: &mut Function, inst: Inst, new: &mut Fresh, a: Value, ty: Type, n: i64) -> Action {
    let Imm::IntCond(cond) = func.insts[inst].imm else { return Action::Keep };
    let Some(b) = fresh(func, new, Const::new(ty, n as u64)) else { return Action::Keep };
    edit::rewrite(func, inst, Op::Icmp, &[a, b], Imm::IntCond(cond));
    func.insts[inst].ty = Some(ty);
    Action::Rewritten
}

/// Rules for `fcmp`: integers of 32 bits compare as floats the way they compare themselves.
pub(super) fn compare_floats(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let Imm::FloatCond(cond) = data.imm else { return Action::Keep };
    let cond = match cond {
        FloatCond::Eq => IntCond::Eq,
        FloatCond::Ne => IntCond::Ne,
        FloatCond::Lt => IntCond::Slt,
        FloatCond::Le => IntCond::Sle,
        FloatCond::Gt => IntCond::Sgt,
        FloatCond::Ge => IntCond::Sge,
    };
    let of = |value: Value| {
        let data = source(func, value)?;
        (data.op == Op::SintToF64 && data.ty == Some(Type::I32)).then(|| data.args[0])
    };
    let (Some(a), Some(b)) = (of(data.args[0]), of(data.args[1])) else { return Action::Keep };
    edit::rewrite(func, inst, Op::Icmp, &[a, b], Imm::IntCond(cond));
    func.insts[inst].ty = Some(Type::I32);
    Action::Rewritten
}

/// Rules for `select` whose condition is not known.
pub(super) fn select(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let (cond, then, other, ty) = (data.args[0], data.args[1], data.args[2], data.ty);
    let Some(test) = source(func, cond) else { return logic(func, inst) };
    match (test.op, &test.imm) {
        // The other way round.
        (Op::Bxor, _) if edit::as_int(func, test.args[1]) == Some(1) => {
            let positive = test.args[0];
            edit::rewrite(func, inst, Op::Select, &[positive, other, then], Imm::None);
            func.insts[inst].ty = ty;
            return Action::Rewritten;
        }
        // One of two equal things, or of two that are compared for just that.
        (Op::Icmp, Imm::IntCond(cond @ (IntCond::Eq | IntCond::Ne))) => {
            let (x, y) = (test.args[0], test.args[1]);
            if (x, y) == (then, other) || (x, y) == (other, then) {
                return Action::Replace(if *cond == IntCond::Eq { other } else { then });
            }
        }
        _ => {}
    }
    logic(func, inst)
}

/// `select` between truth values, or between 1 and 0.
fn logic(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let (cond, then, other) = (data.args[0], data.args[1], data.args[2]);
    let known = (edit::as_int(func, then), edit::as_int(func, other));
    let (op, args) = match (data.ty, known) {
        (Some(Type::Bool), (Some(1), _)) => (Op::Bor, vec![cond, other]),
        (Some(Type::Bool), (_, Some(0))) => (Op::Band, vec![cond, then]),
        (Some(Type::Bool), (Some(0), Some(1))) => (Op::Bxor, vec![cond, other]),
        (Some(Type::I32), (Some(1), Some(0))) => (Op::BoolToI32, vec![cond]),
        _ => return Action::Keep,
    };
    edit::rewrite(func, inst, op, &args, Imm::None);
    Action::Rewritten
}

/// A pair made of the words of a pair.
pub(super) fn pair(func: &Function, data: &InstData) -> Action {
    let (Some(a), Some(b)) = (source(func, data.args[0]), source(func, data.args[1])) else {
        return Action::Keep;
    };
    match (a.op, b.op) {
        (Op::PairFirst, Op::PairSecond) if a.args[0] == b.args[0] => Action::Replace(a.args[0]),
        _ => Action::Keep,
    }
}

/// The number of an int32's word.
fn boxed_int(func: &mut Function, inst: Inst, low: Value, tag: Value) -> Action {
    let int = source(func, low).filter(|low| low.op == Op::Zext).map(|low| low.args[0]);
    let Some(int) = int.filter(|_| edit::as_int(func, tag) == Some(INT as i64)) else { return Action::Keep };
    edit::rewrite(func, inst, Op::SintToF64, &[int], Imm::None);
    func.insts[inst].ty = Some(Type::I32);
    Action::Rewritten
}

/// Conversions that come back to where they started, and sign changes of sign changes.
pub(super) fn convert(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let (op, ty) = (data.op, data.ty);
    let Some(inner) = source(func, data.args[0]) else { return Action::Keep };
    let from = inner.args.first().copied();
    let Some(x) = from else { return Action::Keep };
    match (op, inner.op) {
        // Every i32 is a float, and no -0 among them.
        (Op::F64ToI32Mod | Op::F64ToI32Guard, Op::SintToF64) if inner.ty == Some(Type::I32) => {
            Action::Replace(x)
        }
        // A NaN may come back as any.
        (Op::UnboxNumber, Op::BoxNumber) => Action::Replace(x),
        (Op::UnboxNumber, Op::Bor) => boxed_int(func, inst, x, inner.args[1]),
        (Op::F64ToSint, Op::SintToF64) if ty == Some(Type::I32) && inner.ty == ty => Action::Replace(x),
        (Op::RoundToF32, Op::RoundToF32 | Op::LoadF32) | (Op::Fabs, Op::Fabs) => {
            Action::Replace(data.args[0])
        }
        (Op::Fneg, Op::Fneg) | (Op::PtrToInt, Op::IntToPtr) | (Op::IntToPtr, Op::PtrToInt) => {
            Action::Replace(x)
        }
        (Op::Fabs, Op::Fneg) => {
            edit::rewrite(func, inst, Op::Fabs, &[x], Imm::None);
            Action::Rewritten
        }
        (Op::Sext8, Op::Sext8) | (Op::Sext16, Op::Sext8 | Op::Sext16) if inner.ty == ty => {
            Action::Replace(data.args[0])
        }
        (Op::Sext8, Op::LoadS8) | (Op::Sext16, Op::LoadS8 | Op::LoadS16 | Op::LoadU8) if inner.ty == ty => {
            Action::Replace(data.args[0])
        }
        _ => Action::Keep,
    }
}

/// Two constant steps from an address are one.
pub(super) fn address(func: &mut Function, inst: Inst, new: &mut Fresh) -> Action {
    let data = &func.insts[inst];
    let Some(inner) = source(func, data.args[0]).filter(|s| s.op == Op::PtrAdd) else { return Action::Keep };
    let base = inner.args[0];
    let steps = (constant(func, inner.args[1]), constant(func, data.args[1]));
    let (Some(first), Some(second)) = steps else { return Action::Keep };
    let sum = first.as_i64().wrapping_add(second.as_i64());
    let Some(step) = fresh(func, new, Const::i64(sum)) else { return Action::Keep };
    edit::rewrite(func, inst, Op::PtrAdd, &[base, step], Imm::None);
    Action::Rewritten
}
