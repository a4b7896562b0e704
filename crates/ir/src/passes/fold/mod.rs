//! Constant folding and algebraic simplification, one instruction at a time in reverse postorder.
//!
//! Folding goes through [`crate::eval`], the interpreter's own definition of every op. Algebraic rules hold for every
//! operand, NaN, -0 and wrap-around included; what holds only sometimes is not here.

mod combine;

use super::{Context, Pass, edit};
use crate::cfg::Cfg;
use crate::entity::{Inst, Value};
use crate::eval::{CANONICAL_NAN, Const, Evaluated, evaluate};
use crate::function::{Function, Imm, InstData};
use crate::ops::{Effect, Op};
use crate::types::{IntCond, Type};
use combine::Fresh;

/// The pass.
pub const PASS: Pass = Pass { name: "fold", summary: "fold constants and simplify algebra", run };

fn run(func: &mut Function, _ctx: &Context<'_>) -> bool {
    let cfg = Cfg::new(func);
    let mut renames = edit::Renames::new();
    let mut changed = false;
    for block in cfg.rpo {
        let insts = std::mem::take(&mut func.blocks[block].insts);
        let mut kept = Vec::with_capacity(insts.len());
        for inst in insts {
            for i in 0..func.insts[inst].args.len() {
                let arg = func.insts[inst].args[i];
                func.insts[inst].args[i] = renames.resolve(arg);
            }
            let action = simplify(func, inst, &mut kept);
            match action {
                Action::Keep => kept.push(inst),
                Action::Rewritten => {
                    changed = true;
                    kept.push(inst);
                }
                Action::Replace(value) => {
                    renames.add(func.insts[inst].results[0], value);
                    edit::forget(func, inst);
                }
                Action::Drop => {
                    edit::forget(func, inst);
                    changed = true;
                }
            }
        }
        func.blocks[block].insts = kept;
    }
    changed |= !renames.is_empty();
    renames.apply(func);
    changed
}

/// What becomes of an instruction.
enum Action {
    Keep,
    /// Changed in place; its results are the same values as before.
    Rewritten,
    /// Its result is this value.
    Replace(Value),
    /// It does nothing.
    Drop,
}

impl Action {
    /// What another rule does when this one does nothing.
    fn or(self, other: impl FnOnce() -> Action) -> Action {
        match self {
            Action::Keep => other(),
            action => action,
        }
    }
}

/// Rewrites of one instruction in a row, at most. Every rule goes downhill, but it need not be seen at a glance.
const STEPS: u32 = 8;

/// Simplifies an instruction as far as the rules go. New constants are appended to `new`.
fn simplify(func: &mut Function, inst: Inst, new: &mut Fresh) -> Action {
    let mut all = Action::Keep;
    for _ in 0..STEPS {
        match step(func, inst, new) {
            Action::Rewritten => all = Action::Rewritten,
            Action::Keep => break,
            action => return action,
        }
    }
    all
}

fn step(func: &mut Function, inst: Inst, new: &mut Fresh) -> Action {
    let data = &func.insts[inst];
    if Const::of_inst(data.op, data.ty, &data.imm).is_some() {
        return Action::Keep;
    }
    if let Some(action) = fold(func, inst) {
        return action;
    }
    let swapped = constants_to_the_right(func, inst);
    match rules(func, inst, new) {
        Action::Keep if swapped => Action::Rewritten,
        action => action,
    }
}

/// The algebraic rules.
fn rules(func: &mut Function, inst: Inst, new: &mut Fresh) -> Action {
    let data = &func.insts[inst];
    match data.op {
        Op::Select => select(data, func).or(|| combine::select(func, inst)),
        Op::Icmp => compare(func, inst).or(|| combine::compare(func, inst, new)),
        Op::Fcmp => combine::compare_floats(func, inst),
        Op::PairMake => combine::pair(func, data),
        Op::Bxor if data.ty == Some(Type::Bool) => bool_xor(func, inst),
        Op::PairFirst | Op::PairSecond => pair_part(func, data),
        Op::Fcanon => canonical(func, data),
        Op::Wrap | Op::Sext | Op::Zext | Op::BoxBits | Op::UnboxBits | Op::F64ToBits | Op::BitsToF64 => {
            round_trip(func, data)
        }
        Op::F64ToI32Mod
        | Op::F64ToI32Guard
        | Op::F64ToSint
        | Op::UnboxNumber
        | Op::RoundToF32
        | Op::Fneg
        | Op::Fabs
        | Op::PtrToInt
        | Op::IntToPtr
        | Op::Sext8
        | Op::Sext16 => combine::convert(func, inst),
        Op::PtrAdd => pointer(func, inst).or(|| combine::address(func, inst, new)),
        _ if data.args.len() == 2 => arithmetic(func, inst).or(|| combine::integers(func, inst, new)),
        _ => Action::Keep,
    }
}

/// Evaluates an instruction whose operands are all constants.
fn fold(func: &mut Function, inst: Inst) -> Option<Action> {
    let data = &func.insts[inst];
    if !matches!(data.op.effect(), Effect::Pure | Effect::Trap | Effect::Guard) || data.args.is_empty() {
        return None;
    }
    let args: Option<Vec<Const>> = data.args.iter().map(|v| constant(func, *v)).collect();
    match evaluate(data, &args?) {
        Evaluated::Value(value) => {
            let (op, ty, imm) = value.to_inst()?;
            edit::rewrite(func, inst, op, &[], imm);
            func.insts[inst].ty = ty;
            Some(Action::Rewritten)
        }
        Evaluated::Passes => Some(Action::Drop),
        // What traps or leaves does so where it stands.
        Evaluated::Trap(_) | Evaluated::Leaves | Evaluated::Unknown => None,
    }
}

/// The constant a value is; pairs made of constants count.
fn constant(func: &Function, value: Value) -> Option<Const> {
    let data = &func.insts[edit::defining_inst(func, value)?];
    if data.op == Op::PairMake {
        let word = |i: usize| constant(func, data.args[i]).map(Const::bits);
        return Some(Const::pair(word(0)?, word(1)?));
    }
    Const::of_inst(data.op, data.ty, &data.imm)
}

/// Puts the constant operand of a commutative op or comparison second, where the rules look for it. The answer says
/// whether they changed places.
fn constants_to_the_right(func: &mut Function, inst: Inst) -> bool {
    let data = &func.insts[inst];
    let [a, b] = data.args[..] else { return false };
    if constant(func, a).is_none() || constant(func, b).is_some() {
        return false;
    }
    match func.insts[inst].imm {
        Imm::IntCond(c) => func.insts[inst].imm = Imm::IntCond(c.swapped()),
        Imm::FloatCond(c) => func.insts[inst].imm = Imm::FloatCond(c.swapped()),
        _ if func.insts[inst].op.is_commutative() => {}
        _ => return false,
    }
    func.insts[inst].args.swap(0, 1);
    true
}

/// Rules for two operands of which the second is a constant, or both are the same.
fn arithmetic(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let (a, b) = (data.args[0], data.args[1]);
    let ty = func.ty(a);
    if a == b {
        match data.op {
            Op::Band | Op::Bor => return Action::Replace(a),
            Op::Isub | Op::Bxor | Op::IsubGuard if ty.is_int() => {
                return to_const(func, inst, Const::zero(ty));
            }
            _ => {}
        }
    }
    let Some(n) = edit::as_int(func, b) else { return float_identity(func, inst) };
    let all_ones = n == -1 || ty == Type::Bool && n == 1;
    match (func.insts[inst].op, n) {
        (
            Op::Iadd
            | Op::Isub
            | Op::IaddGuard
            | Op::IsubGuard
            | Op::Bor
            | Op::Bxor
            | Op::Ishl
            | Op::Sshr
            | Op::Ushr
            | Op::Rotl,
            0,
        ) => Action::Replace(a),
        (Op::Imul | Op::ImulGuard | Op::Sdiv | Op::Udiv, 1) => Action::Replace(a),
        (Op::Imul | Op::ImulGuard | Op::Band, 0) => Action::Replace(b),
        (Op::Band, _) if all_ones => Action::Replace(a),
        (Op::Bor, _) if all_ones => Action::Replace(b),
        (Op::Srem | Op::Urem, 1) => to_const(func, inst, Const::zero(ty)),
        _ => Action::Keep,
    }
}

/// `x * 1`, `x / 1`, `x - 0` and `x + -0` give `x` for every float, -0 included; `x + 0` does not. Of a NaN they may give any
/// NaN, so they may give `x`.
fn float_identity(func: &Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let Some(n) = edit::as_float(func, data.args[1]) else { return Action::Keep };
    let positive_zero = n == 0.0 && n.is_sign_positive();
    match data.op {
        Op::Fmul | Op::Fdiv if n == 1.0 => Action::Replace(data.args[0]),
        Op::Fsub if positive_zero => Action::Replace(data.args[0]),
        Op::Fadd if n == 0.0 && n.is_sign_negative() => Action::Replace(data.args[0]),
        _ => Action::Keep,
    }
}

fn to_const(func: &mut Function, inst: Inst, value: Const) -> Action {
    let Some((op, ty, imm)) = value.to_inst() else { return Action::Keep };
    edit::rewrite(func, inst, op, &[], imm);
    func.insts[inst].ty = ty;
    Action::Rewritten
}

fn select(data: &InstData, func: &Function) -> Action {
    let (cond, then, other) = (data.args[0], data.args[1], data.args[2]);
    if then == other {
        return Action::Replace(then);
    }
    match edit::as_int(func, cond) {
        Some(0) => Action::Replace(other),
        Some(_) => Action::Replace(then),
        None if data.ty == Some(Type::Bool) => {
            let (t, o) = (edit::as_int(func, then), edit::as_int(func, other));
            if t == Some(1) && o == Some(0) { Action::Replace(cond) } else { Action::Keep }
        }
        None => Action::Keep,
    }
}

fn compare(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let Imm::IntCond(cond) = data.imm else { return Action::Keep };
    let (a, b) = (data.args[0], data.args[1]);
    if a == b {
        let truth = matches!(cond, IntCond::Eq | IntCond::Sle | IntCond::Sge | IntCond::Ule | IntCond::Uge);
        return to_const(func, inst, Const::bool(truth));
    }
    let Some(n) = edit::as_int(func, b) else { return Action::Keep };
    let source = edit::defining_inst(func, a).map(|i| &func.insts[i]);
    match (source.map(|s| s.op), cond, n) {
        // A truth value compared with a constant is the truth value or its negation.
        (_, IntCond::Ne, 0) | (_, IntCond::Eq, 1) if func.ty(a) == Type::Bool => Action::Replace(a),
        (Some(Op::BoolToI32), IntCond::Ne, 0) | (Some(Op::BoolToI32), IntCond::Eq, 1) => {
            source.map_or(Action::Keep, |s| Action::Replace(s.args[0]))
        }
        (_, IntCond::Ult, 0) => to_const(func, inst, Const::bool(false)),
        (_, IntCond::Uge, 0) => to_const(func, inst, Const::bool(true)),
        _ => Action::Keep,
    }
}

/// The negation of a comparison of integers is the inverted comparison.
fn bool_xor(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    let (a, b) = (data.args[0], data.args[1]);
    if a == b {
        return to_const(func, inst, Const::bool(false));
    }
    match edit::as_int(func, b) {
        Some(0) => Action::Replace(a),
        Some(_) => {
            let Some(source) = edit::defining_inst(func, a).map(|i| func.insts[i].clone()) else {
                return Action::Keep;
            };
            match (source.op, source.imm) {
                (Op::Icmp, Imm::IntCond(c)) => {
                    edit::rewrite(func, inst, Op::Icmp, &source.args, Imm::IntCond(c.inverted()));
                    func.insts[inst].ty = source.ty;
                    Action::Rewritten
                }
                (Op::Bxor, _) if edit::as_int(func, source.args[1]) == Some(1) => {
                    Action::Replace(source.args[0])
                }
                _ => Action::Keep,
            }
        }
        None => Action::Keep,
    }
}

fn pair_part(func: &Function, data: &InstData) -> Action {
    let Some(source) = edit::defining_inst(func, data.args[0]) else { return Action::Keep };
    let made = &func.insts[source];
    match (made.op, data.op) {
        (Op::PairMake, Op::PairFirst) => Action::Replace(made.args[0]),
        (Op::PairMake, _) => Action::Replace(made.args[1]),
        _ => Action::Keep,
    }
}

/// A conversion that undoes the one before it.
fn round_trip(func: &Function, data: &InstData) -> Action {
    let Some(source) = edit::defining_inst(func, data.args[0]).map(|i| &func.insts[i]) else {
        return Action::Keep;
    };
    match (data.op, source.op) {
        (Op::Wrap, Op::Sext | Op::Zext)
        | (Op::BoxBits, Op::UnboxBits)
        | (Op::UnboxBits, Op::BoxBits)
        | (Op::F64ToBits, Op::BitsToF64)
        | (Op::BitsToF64, Op::F64ToBits) => Action::Replace(source.args[0]),
        _ => Action::Keep,
    }
}

/// What is canonical already, or never a NaN.
fn canonical(func: &Function, data: &InstData) -> Action {
    let fine = is_canonical(func, data.args[0], 4);
    if fine { Action::Replace(data.args[0]) } else { Action::Keep }
}

fn is_canonical(func: &Function, value: Value, depth: u32) -> bool {
    let Some(data) = edit::defining_inst(func, value).map(|i| &func.insts[i]) else { return false };
    match (data.op, &data.imm) {
        (Op::Fcanon | Op::SintToF64 | Op::UintToF64, _) => true,
        (Op::Fconst, Imm::Float(bits)) => !f64::from_bits(*bits).is_nan() || *bits == CANONICAL_NAN,
        (Op::Select, _) if depth > 0 => data.args[1..].iter().all(|arm| is_canonical(func, *arm, depth - 1)),
        _ => false,
    }
}

fn pointer(func: &mut Function, inst: Inst) -> Action {
    let data = &func.insts[inst];
    match edit::as_int(func, data.args[1]) {
        Some(0) => Action::Replace(data.args[0]),
        _ => Action::Keep,
    }
}
