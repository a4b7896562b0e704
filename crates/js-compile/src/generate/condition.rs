//! Conditions: comparison and jump in one.

use super::Gen;
use super::expression::small_int;
use crate::emit::{Label, Reg, inverse};
use js_bytecode::Op;
use oxc_ast::ast::*;
use oxc_span::GetSpan;

impl<'b, 'a> Gen<'b, 'a> {
    /// Jumps if the truth of the condition is `sense`, else goes on.
    pub(super) fn condition(&mut self, e: &'b Expression<'a>, target: Label, sense: bool) {
        let mark = self.f.top;
        match e.without_parentheses() {
            Expression::UnaryExpression(u) if u.operator == UnaryOperator::LogicalNot => {
                self.condition(&u.argument, target, !sense);
            }
            Expression::LogicalExpression(l) if l.operator != LogicalOperator::Coalesce => {
                // The value of the left side that decides.
                let decides = l.operator == LogicalOperator::Or;
                if decides == sense {
                    self.condition(&l.left, target, sense);
                    self.condition(&l.right, target, sense);
                } else {
                    let skip = self.f.e.label();
                    self.condition(&l.left, skip, decides);
                    self.condition(&l.right, target, sense);
                    self.f.e.bind(skip);
                }
            }
            Expression::BooleanLiteral(b) => {
                if b.value == sense {
                    self.f.e.jump(Op::Jump, 0, 0, target);
                }
            }
            Expression::SequenceExpression(s) => {
                if let Some((last, others)) = s.expressions.split_last() {
                    others.iter().for_each(|e| self.expr_effect(e));
                    self.condition(last, target, sense);
                }
            }
            Expression::BinaryExpression(b) if jump_op(b.operator).is_some() => {
                self.comparison(b, target, sense)
            }
            e => {
                let value = self.expr_any(e);
                self.at(e.span().start);
                self.f.e.jump(if sense { Op::JumpIf } else { Op::JumpIfNot }, value, 0, target);
            }
        }
        self.f.top = mark;
    }

    fn comparison(&mut self, b: &'b BinaryExpression<'a>, target: Label, sense: bool) {
        let Some(op) = jump_op(b.operator) else { return };
        let (position, equality) = (self.operator_position(b), is_equality(b.operator));
        let choose = |op: Op| if sense { op } else { inverse(op).unwrap_or(op) };
        if equality && self.nullish_comparison(b, target, sense) {
            return;
        }
        let strict = matches!(b.operator, BinaryOperator::StrictEquality | BinaryOperator::StrictInequality);
        if (!equality || strict)
            && let Some(value) = small_int(&b.right).and_then(|v| i16::try_from(v).ok())
        {
            let left = self.expr_any(&b.left);
            self.at(position);
            return self.f.e.jump(choose(int_form(op)), left, value as u16, target);
        }
        if (!equality || strict)
            && let Some(value) = small_int(&b.left).and_then(|v| i16::try_from(v).ok())
        {
            let right = self.expr_any(&b.right);
            self.at(position);
            return self.f.e.jump(choose(int_form(swapped(op))), right, value as u16, target);
        }
        let left = self.expr_left(&b.left, b.right.span(), None);
        let right = self.expr_any(&b.right);
        self.at(position);
        self.f.e.jump(choose(op), left, right, target);
    }

    /// Comparisons with `null` and `undefined`.
    fn nullish_comparison(&mut self, b: &'b BinaryExpression<'a>, target: Label, sense: bool) -> bool {
        let null = b.right.without_parentheses().is_null();
        let undefined = match b.right.without_parentheses() {
            Expression::Identifier(id) => self.is_global_undefined(id.name.as_str(), id.span.start),
            e => e.is_void_0(),
        };
        let op = match b.operator {
            BinaryOperator::Equality if null || undefined => Op::JumpEqNull,
            BinaryOperator::Inequality if null || undefined => Op::JumpNeNull,
            BinaryOperator::StrictEquality if undefined => Op::JumpIfUndefined,
            BinaryOperator::StrictInequality if undefined => Op::JumpIfNotUndefined,
            _ => return false,
        };
        let value: Reg = self.expr_any(&b.left);
        let op = if sense { op } else { inverse(op).unwrap_or(op) };
        self.f.e.jump(op, value, 0, target);
        true
    }
}

fn is_equality(operator: BinaryOperator) -> bool {
    use BinaryOperator::{Equality, Inequality, StrictEquality, StrictInequality};
    matches!(operator, Equality | Inequality | StrictEquality | StrictInequality)
}

fn jump_op(operator: BinaryOperator) -> Option<Op> {
    Some(match operator {
        BinaryOperator::Equality => Op::JumpEq,
        BinaryOperator::Inequality => Op::JumpNe,
        BinaryOperator::StrictEquality => Op::JumpStrictEq,
        BinaryOperator::StrictInequality => Op::JumpStrictNe,
        BinaryOperator::LessThan => Op::JumpLt,
        BinaryOperator::LessEqualThan => Op::JumpLe,
        BinaryOperator::GreaterThan => Op::JumpGt,
        BinaryOperator::GreaterEqualThan => Op::JumpGe,
        _ => return None,
    })
}

fn int_form(op: Op) -> Op {
    match op {
        Op::JumpStrictEq => Op::JumpStrictEqInt,
        Op::JumpStrictNe => Op::JumpStrictNeInt,
        Op::JumpLt => Op::JumpLtInt,
        Op::JumpLe => Op::JumpLeInt,
        Op::JumpGt => Op::JumpGtInt,
        Op::JumpGe => Op::JumpGeInt,
        op => op,
    }
}

/// The comparison with its sides exchanged.
fn swapped(op: Op) -> Op {
    match op {
        Op::JumpLt => Op::JumpGt,
        Op::JumpLe => Op::JumpGe,
        Op::JumpGt => Op::JumpLt,
        Op::JumpGe => Op::JumpLe,
        op => op,
    }
}
