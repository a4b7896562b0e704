//! Comparisons and branches: int32 in place, other numbers and truth by stubs, the rest by helpers and steps.

use crate::compile::Compiler;
use crate::masm::*;
use crate::stubs::{helper, load_double, stub};
use js_bytecode::{Inst, Op};
use js_rt::offsets::*;
use js_rt::{Note, Value};

/// What is decided.
#[derive(Clone, Copy)]
enum Test {
    Always,
    /// ToBoolean of A.
    Truth,
    /// A word compared with that of a value.
    Is(Value),
    Nullish,
    /// The same with [[IsHTMLDDA]] objects.
    NullLike,
    Order(Cond),
    Strict,
    Loose,
}

/// What becomes of it.
#[derive(Clone, Copy)]
enum Then {
    /// To the target.
    Jump,
    /// The same, backwards.
    Loop,
    /// A truth value in A.
    Value,
}

#[derive(Clone, Copy)]
enum Right {
    Register(u16),
    Constant(i32),
}

struct Plan {
    test: Test,
    /// Whether the test is to hold.
    holds: bool,
    then: Then,
}

fn plan(op: Op) -> Option<Plan> {
    use Cond::{Ge, Gt, Le, Lt};
    use Test::{Always, Is, Loose, NullLike, Nullish, Order, Strict, Truth};
    let (test, holds, then) = match op {
        Op::Jump => (Always, true, Then::Jump),
        Op::JumpIf => (Truth, true, Then::Jump),
        Op::JumpIfNot => (Truth, false, Then::Jump),
        Op::JumpIfUndefined => (Is(Value::UNDEFINED), true, Then::Jump),
        Op::JumpIfNotUndefined => (Is(Value::UNDEFINED), false, Then::Jump),
        Op::JumpIfEmpty => (Is(Value::EMPTY), true, Then::Jump),
        Op::JumpIfNullish => (Nullish, true, Then::Jump),
        Op::JumpIfNotNullish => (Nullish, false, Then::Jump),
        Op::JumpEqNull => (NullLike, true, Then::Jump),
        Op::JumpNeNull => (NullLike, false, Then::Jump),
        Op::JumpEq => (Loose, true, Then::Jump),
        Op::JumpNe => (Loose, false, Then::Jump),
        Op::JumpStrictEq | Op::JumpStrictEqInt => (Strict, true, Then::Jump),
        Op::JumpStrictNe | Op::JumpStrictNeInt => (Strict, false, Then::Jump),
        Op::JumpLt | Op::JumpLtInt => (Order(Lt), true, Then::Jump),
        Op::JumpLe | Op::JumpLeInt => (Order(Le), true, Then::Jump),
        Op::JumpGt | Op::JumpGtInt => (Order(Gt), true, Then::Jump),
        Op::JumpGe | Op::JumpGeInt => (Order(Ge), true, Then::Jump),
        Op::JumpNotLt | Op::JumpNotLtInt => (Order(Lt), false, Then::Jump),
        Op::JumpNotLe | Op::JumpNotLeInt => (Order(Le), false, Then::Jump),
        Op::JumpNotGt | Op::JumpNotGtInt => (Order(Gt), false, Then::Jump),
        Op::JumpNotGe | Op::JumpNotGeInt => (Order(Ge), false, Then::Jump),
        Op::Loop => (Always, true, Then::Loop),
        Op::LoopIf => (Truth, true, Then::Loop),
        Op::LoopIfNot => (Truth, false, Then::Loop),
        Op::LoopLt | Op::LoopLtInt => (Order(Lt), true, Then::Loop),
        Op::LoopLe | Op::LoopLeInt => (Order(Le), true, Then::Loop),
        Op::LoopGt | Op::LoopGtInt => (Order(Gt), true, Then::Loop),
        Op::LoopGe | Op::LoopGeInt => (Order(Ge), true, Then::Loop),
        Op::Not => (Truth, false, Then::Value),
        Op::StrictEq => (Strict, true, Then::Value),
        Op::StrictNe => (Strict, false, Then::Value),
        Op::Eq => (Loose, true, Then::Value),
        Op::Ne => (Loose, false, Then::Value),
        Op::Lt => (Order(Lt), true, Then::Value),
        Op::Le => (Order(Le), true, Then::Value),
        Op::Gt => (Order(Gt), true, Then::Value),
        Op::Ge => (Order(Ge), true, Then::Value),
        _ => return None,
    };
    Some(Plan { test, holds, then })
}

pub(super) fn has_template(op: Op) -> bool {
    plan(op).is_some()
}

fn opposite(cond: Cond) -> Cond {
    match cond {
        Cond::Eq => Cond::Ne,
        Cond::Ne => Cond::Eq,
        Cond::Lt => Cond::Ge,
        Cond::Le => Cond::Gt,
        Cond::Gt => Cond::Le,
        Cond::Ge => Cond::Lt,
        Cond::Below => Cond::AboveEq,
        Cond::BelowEq => Cond::Above,
        Cond::Above => Cond::BelowEq,
        Cond::AboveEq => Cond::Below,
    }
}

/// The registers that are compared: the left one, and the other operand.
fn operands(inst: Inst, then: Then) -> (u16, Right) {
    use js_bytecode::Operand;
    match then {
        Then::Value if inst.op() == Op::Not => (inst.b(), Right::Register(0)),
        Then::Value => (inst.b(), Right::Register(inst.cr())),
        _ if inst.op().operands()[1] == Operand::Int => (inst.a(), Right::Constant(inst.bs().into())),
        _ => (inst.a(), Right::Register(inst.b())),
    }
}

pub(super) fn hot<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let Some(plan) = plan(inst.op()) else { return };
    match (plan.test, plan.then) {
        (Test::Always, Then::Jump) => {
            let target = c.target(inst);
            c.m.jump(target);
        }
        (Test::Order(cond), Then::Value) => order_value(c, inst, cond),
        (_, Then::Jump) => {
            let target = c.target(inst);
            branch(c, inst, &plan, plan.holds, target);
        }
        (test, Then::Loop) => {
            if !matches!(test, Test::Always) {
                let next = c.next();
                branch(c, inst, &plan, !plan.holds, next);
            }
            // Says nothing of what is compared.
            let zero = c.stepped();
            c.count(zero);
            c.loop_back(inst);
        }
        (_, Then::Value) => {
            let (yes, done) = (c.m.label(), c.m.label());
            branch(c, inst, &plan, true, yes);
            c.set_value(inst.a(), Value::bool(!plan.holds));
            c.m.jump(done);
            c.m.bind(yes);
            c.set_value(inst.a(), Value::bool(plan.holds));
            c.m.bind(done);
        }
    }
}

/// Goes to a label if the test comes out as wanted. The cold part decides what is not decided here.
fn branch<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, plan: &Plan, wanted: bool, to: Label) {
    let (left, right) = operands(inst, plan.then);
    let equal = if wanted { Cond::Eq } else { Cond::Ne };
    match plan.test {
        Test::Always => {}
        Test::Is(value) => {
            c.get(T0, left);
            c.m.branch_constant(B64, equal, T0, value.bits() as i32, to);
        }
        Test::Nullish => {
            c.get(T0, left);
            c.m.alu_constant(Alu::And, B64, T1, T0, !8);
            c.m.branch_constant(B64, equal, T1, Value::NULL.bits() as i32, to);
        }
        Test::NullLike => null_like(c, left, wanted, to),
        Test::Truth => {
            let cold = c.cold();
            let (first, second) =
                if wanted { (Value::TRUE, Value::FALSE) } else { (Value::FALSE, Value::TRUE) };
            c.get(T0, left);
            c.m.branch_constant(B64, Cond::Eq, T0, first.bits() as i32, to);
            c.m.branch_constant(B64, Cond::Ne, T0, second.bits() as i32, cold);
        }
        Test::Order(cond) => compare(c, left, right, if wanted { cond } else { opposite(cond) }, to),
        Test::Strict | Test::Loose => compare(c, left, right, equal, to),
    }
}

fn null_like<M: Masm>(c: &mut Compiler<'_, M>, left: u16, wanted: bool, to: Label) {
    let other = c.m.label();
    let (yes, no) = if wanted { (to, other) } else { (other, to) };
    c.get(T0, left);
    c.m.alu_constant(Alu::And, B64, T1, T0, !8);
    c.m.branch_constant(B64, Cond::Eq, T1, Value::NULL.bits() as i32, yes);
    c.check_object(T0, no);
    c.m.load(B32, T1, at(T0, HEADER_AUX));
    c.m.branch_bits_constant(!wanted, T1, FLAG_HTMLDDA as i32, to);
    c.m.bind(other);
}

/// Compares int32s, else goes to the cold part.
fn compare<M: Masm>(c: &mut Compiler<'_, M>, left: u16, right: Right, cond: Cond, to: Label) {
    let cold = c.cold();
    ints(c, left, right, cold);
    match right {
        Right::Register(_) => c.m.branch(B32, cond, T0, T1, to),
        Right::Constant(value) => c.m.branch_constant(B32, cond, T0, value, to),
    }
}

fn ints<M: Masm>(c: &mut Compiler<'_, M>, left: u16, right: Right, other: Label) {
    c.get(T0, left);
    match right {
        Right::Register(number) => {
            c.get(T1, number);
            c.m.alu(Alu::And, B64, T2, T0, T1);
            c.m.branch(B64, Cond::Below, T2, TAG, other);
        }
        Right::Constant(_) => c.m.branch(B64, Cond::Below, T0, TAG, other),
    }
}

/// An order as a truth value: no branch for int32s.
fn order_value<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst, cond: Cond) {
    let cold = c.cold();
    ints(c, inst.b(), Right::Register(inst.cr()), cold);
    c.m.compare(B32, cond, T2, T0, T1);
    c.m.alu_constant(Alu::Or, B32, T2, T2, Value::FALSE.bits() as i32);
    c.set(inst.a(), T2);
}

pub(super) fn cold<M: Masm>(c: &mut Compiler<'_, M>, inst: Inst) {
    let Some(plan) = plan(inst.op()) else { return };
    let slow = c.m.label();
    let (done, other) = match plan.then {
        Then::Jump => (c.target(inst), c.next()),
        Then::Loop => (c.m.label(), c.next()),
        Then::Value => (c.m.label(), c.m.label()),
    };
    let (yes, no) = if plan.holds { (done, other) } else { (other, done) };
    let (left, right) = operands(inst, plan.then);
    match plan.test {
        Test::Always | Test::Is(_) | Test::Nullish | Test::NullLike => c.m.jump(slow),
        Test::Truth => {
            c.get(T0, left);
            note_numbers(c, &[T0]);
            decide_by(c, stub!(truth), helper!(truth), 1, yes, no);
        }
        Test::Order(cond) => {
            // Of two registers both were loaded.
            if let Right::Constant(_) = right {
                values(c, left, right);
            }
            doubles(c, right, cond, [yes, no, slow]);
        }
        Test::Strict => {
            values(c, left, right);
            note_numbers(c, &[T0, T1]);
            decide_by(c, stub!(strict_equal), helper!(strict_equal), 2, yes, no);
        }
        Test::Loose => {
            values(c, left, right);
            loosely_equal(c, yes, no, slow);
        }
    }
    match plan.then {
        Then::Jump => {}
        Then::Loop => {
            c.m.bind(done);
            c.count(slow);
            c.loop_back(inst);
        }
        Then::Value => {
            for (label, value) in [(done, Value::TRUE), (other, Value::FALSE)] {
                c.m.bind(label);
                c.set_value(inst.a(), value);
                c.jump_next();
            }
        }
    }
    c.m.bind(slow);
    c.step_and_next();
}

/// Decides by T0 and T1 when they are numbers, else goes to the last label.
fn doubles<M: Masm>(c: &mut Compiler<'_, M>, right: Right, cond: Cond, labels: [Label; 3]) {
    let [yes, no, other] = labels;
    let left = load_double(c.m, F0, T0, other);
    let right = match right {
        Right::Register(_) => Some(load_double(c.m, F1, T1, other)),
        Right::Constant(value) => {
            c.double(F1, value);
            None
        }
    };
    c.note(Note::DOUBLE);
    c.m.branch_f64(cond, F0, F1, yes, no);
    c.m.jump(no);
    [Some(left), right].into_iter().flatten().for_each(|int| int.emit(c.m));
}

fn values<M: Masm>(c: &mut Compiler<'_, M>, left: u16, right: Right) {
    c.get(T0, left);
    match right {
        Right::Register(number) => c.get(T1, number),
        Right::Constant(value) => c.m.constant(T1, Value::int(value).bits()),
    }
}

/// Notes whether all are numbers.
fn note_numbers<M: Masm>(c: &mut Compiler<'_, M>, values: &[Reg]) {
    if c.note_address().is_none() {
        return;
    }
    let (other, done) = (c.m.label(), c.m.label());
    values.iter().for_each(|&value| c.m.branch_bits(B64, true, value, TAG, other));
    c.note(Note::DOUBLE);
    c.m.jump(done);
    c.m.bind(other);
    c.note(Note::OTHER);
    c.m.bind(done);
}

/// Asks a stub, which may say that a helper knows.
fn decide_by<M: Masm>(
    c: &mut Compiler<'_, M>,
    stub: usize,
    helper: usize,
    operands: usize,
    yes: Label,
    no: Label,
) {
    let ask = c.m.label();
    c.m.call_stub(stub);
    c.m.branch_constant(B32, Cond::Eq, T2, 2, ask);
    c.m.branch_constant(B32, Cond::Ne, T2, 0, yes);
    c.m.jump(no);
    c.m.bind(ask);
    for (index, operand) in [T0, T1].into_iter().enumerate().take(operands) {
        c.m.argument(index + 1, operand);
    }
    c.m.call_c(helper);
    c.m.branch_constant(B32, Cond::Ne, T0, 0, yes);
    c.m.jump(no);
}

/// Two numbers, or two objects; what equality may convert is for a step.
fn loosely_equal<M: Masm>(c: &mut Compiler<'_, M>, yes: Label, no: Label, slow: Label) {
    let others = c.m.label();
    c.m.call_stub(stub!(compare));
    c.m.branch_constant(B32, Cond::Eq, T2, 0, others);
    c.note(Note::DOUBLE);
    c.m.branch_bits_constant(false, T2, order::EQUAL, yes);
    c.m.jump(no);
    c.m.bind(others);
    c.note(Note::OTHER);
    c.check_object(T0, slow);
    c.check_object(T1, slow);
    c.m.branch(B64, Cond::Eq, T0, T1, yes);
    c.m.jump(no);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opposite_s_opposite_is_itself() {
        for cond in [Cond::Eq, Cond::Lt, Cond::Le, Cond::Below, Cond::BelowEq] {
            assert_eq!(opposite(opposite(cond)), cond);
        }
    }
}
