//! Conditions: jumps that compare, instead of booleans that are tested.

use super::{Bytes, Compiler, bytes};
use crate::assembler::Label;
use crate::inst::Op;
use sox_syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

impl Compiler<'_> {
    /// Jumps forward to `to` when the truth of the condition is `sense`, and goes on otherwise.
    pub(super) fn jump_when(&mut self, condition: &Expr, sense: bool, to: Label) {
        let mark = self.mark();
        match &condition.kind {
            ExprKind::Unary(UnaryOp::Not, operand) => self.jump_when(operand, !sense, to),
            ExprKind::And(left, right) => self.jump_both(left, right, true, sense, to),
            ExprKind::Or(left, right) => self.jump_both(left, right, false, sense, to),
            ExprKind::Binary(op, left, right) if is_comparison(*op) => {
                self.jump_compared(*op, left, right, sense, to, bytes(condition.span));
            }
            ExprKind::Bool(value) if *value != sense => {}
            ExprKind::Nil if sense => {}
            ExprKind::Bool(_) | ExprKind::Nil => {
                self.state().asm.jump(Op::Jump, [0; 3], to, bytes(condition.span))
            }
            _ => {
                let value = self.expr(condition);
                let op = if sense { Op::JumpIf } else { Op::JumpIfNot };
                self.state().asm.jump(op, [value, 0, 0], to, bytes(condition.span));
            }
        }
        self.release(mark);
    }

    /// `and` (or, when `all` is false, `or`) of two conditions.
    fn jump_both(&mut self, left: &Expr, right: &Expr, all: bool, sense: bool, to: Label) {
        if sense == all {
            let stay = self.state().asm.label();
            self.jump_when(left, !sense, stay);
            self.jump_when(right, sense, to);
            self.state().asm.bind(stay);
        } else {
            self.jump_when(left, sense, to);
            self.jump_when(right, sense, to);
        }
    }

    fn jump_compared(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        sense: bool,
        to: Label,
        span: Bytes,
    ) {
        if let Some((operand, op, constant)) = self.with_literal(op, left, right, sense) {
            let operand = self.expr(operand);
            return self.state().asm.jump(op, [operand, constant, 0], to, span);
        }
        let [left, right] = self.two(left, right);
        let (op, a, b) = match op {
            BinaryOp::Eq => (if sense { Op::JumpEq } else { Op::JumpNe }, left, right),
            BinaryOp::Ne => (if sense { Op::JumpNe } else { Op::JumpEq }, left, right),
            BinaryOp::Lt => (if sense { Op::JumpLt } else { Op::JumpNotLt }, left, right),
            BinaryOp::Le => (if sense { Op::JumpLe } else { Op::JumpNotLe }, left, right),
            BinaryOp::Gt => (if sense { Op::JumpLt } else { Op::JumpNotLt }, right, left),
            _ => (if sense { Op::JumpLe } else { Op::JumpNotLe }, right, left),
        };
        self.state().asm.jump(op, [a, b, 0], to, span);
    }

    /// A comparison with a literal, as long as its constant has a number that fits: the other operand, the instruction, and
    /// the constant.
    fn with_literal<'e>(
        &mut self,
        op: BinaryOp,
        left: &'e Expr,
        right: &'e Expr,
        sense: bool,
    ) -> Option<(&'e Expr, Op, u8)> {
        let (operand, literal, op) = match (&left.kind, &right.kind) {
            (_, ExprKind::Number(_)) => (left, right, op),
            (ExprKind::Number(_), _) => (right, left, mirrored(op)),
            (_, ExprKind::String(_)) if matches!(op, BinaryOp::Eq | BinaryOp::Ne) => (left, right, op),
            _ => return None,
        };
        let constant = match &literal.kind {
            ExprKind::Number(value) => self.state().asm.number(*value),
            ExprKind::String(string) => self.state().asm.string(string),
            _ => return None,
        };
        let op = match (op, sense) {
            (BinaryOp::Eq, true) | (BinaryOp::Ne, false) => Op::JumpEqK,
            (BinaryOp::Ne, true) | (BinaryOp::Eq, false) => Op::JumpNeK,
            (BinaryOp::Lt, true) => Op::JumpLtK,
            (BinaryOp::Lt, false) => Op::JumpNotLtK,
            (BinaryOp::Le, true) => Op::JumpLeK,
            (BinaryOp::Le, false) => Op::JumpNotLeK,
            (BinaryOp::Gt, true) => Op::JumpGtK,
            (BinaryOp::Gt, false) => Op::JumpNotGtK,
            (_, true) => Op::JumpGeK,
            (_, false) => Op::JumpNotGeK,
        };
        Some((operand, op, u8::try_from(constant).ok()?))
    }

    /// Jumps back to `to` while the condition holds.
    pub(super) fn loop_while(&mut self, condition: Option<&Expr>, to: Label, span: Bytes) {
        let Some(condition) = condition else {
            return self.state().asm.jump(Op::Loop, [0; 3], to, span);
        };
        let mark = self.mark();
        let span = bytes(condition.span);
        match &condition.kind {
            ExprKind::Binary(op, left, right) if is_order(*op) => {
                let literal = self.with_literal(*op, left, right, true);
                let (op, a, b) = match literal {
                    Some((operand, op, constant)) => (looping(op), self.expr(operand), constant),
                    None => {
                        let [l, r] = self.two(left, right);
                        match op {
                            BinaryOp::Lt => (Op::LoopLt, l, r),
                            BinaryOp::Le => (Op::LoopLe, l, r),
                            BinaryOp::Gt => (Op::LoopLt, r, l),
                            _ => (Op::LoopLe, r, l),
                        }
                    }
                };
                self.state().asm.jump(op, [a, b, 0], to, span);
            }
            ExprKind::Unary(UnaryOp::Not, operand) => {
                let value = self.expr(operand);
                self.state().asm.jump(Op::LoopIfNot, [value, 0, 0], to, span);
            }
            _ => {
                let value = self.expr(condition);
                self.state().asm.jump(Op::LoopIf, [value, 0, 0], to, span);
            }
        }
        self.release(mark);
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    is_order(op) || matches!(op, BinaryOp::Eq | BinaryOp::Ne)
}

pub(super) fn is_order(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge)
}

/// The comparison with its operands exchanged.
fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}

/// The jump back that makes the same comparison.
fn looping(op: Op) -> Op {
    match op {
        Op::JumpLtK => Op::LoopLtK,
        Op::JumpLeK => Op::LoopLeK,
        Op::JumpGtK => Op::LoopGtK,
        _ => Op::LoopGeK,
    }
}
