//! Loops. The condition stands at the end of the body as well as before it, unless it is long: one jump per round.

use super::jumps::Breakable;
use super::regs::Home;
use super::{Bytes, Compiler, bytes};
use crate::assembler::Label;
use crate::inst::Op;
use sox_syntax::ast::{BinaryOp, Binding, Expr, ExprKind, Place, Stmt, Target, Var};
use std::ops::ControlFlow;

/// Nodes of a condition that is compiled twice.
const SHORT: usize = 12;

/// `i = i + K` before `i < n`: one instruction.
struct Counting {
    op: Op,
    counter: u8,
    limit: u8,
    step: u8,
}

impl Compiler<'_> {
    pub(super) fn while_(&mut self, condition: Option<&Expr>, step: Option<&Expr>, body: &Stmt, span: Bytes) {
        let end = self.state().asm.label();
        let again = self.state().asm.label();
        let twice = condition.is_none_or(is_short);
        let top = if twice {
            self.leave_unless(condition, end);
            self.here()
        } else {
            let top = self.here();
            self.leave_unless(condition, end);
            top
        };
        self.state().breakables.push(Breakable { end, again: Some(again) });
        self.stmt(body);
        self.state().breakables.pop();
        self.state().asm.bind(again);
        self.next_round(condition.filter(|_| twice), step, top, span);
        self.state().asm.bind(end);
    }

    fn leave_unless(&mut self, condition: Option<&Expr>, end: crate::assembler::Label) {
        if let Some(condition) = condition {
            self.jump_when(condition, false, end);
        }
    }

    fn next_round(&mut self, condition: Option<&Expr>, step: Option<&Expr>, top: Label, span: Bytes) {
        if let (Some(condition), Some(step)) = (condition, step)
            && let Some(counting) = self.counting(condition, step)
        {
            let operands = [counting.counter, counting.limit, counting.step];
            return self.state().asm.jump(counting.op, operands, top, bytes(step.span));
        }
        if let Some(step) = step {
            self.effect(step);
        }
        self.loop_while(condition, top, span);
    }

    /// Recognises loops that count up to a variable.
    fn counting(&mut self, condition: &Expr, step: &Expr) -> Option<Counting> {
        let ExprKind::Assign(place, value) = &step.kind else { return None };
        let Place::Name(_, Binding::Local(var)) = **place else { return None };
        let ExprKind::Binary(BinaryOp::Add, left, right) = &value.kind else { return None };
        let ExprKind::Number(step) = right.kind else { return None };
        let ExprKind::Binary(op, compared, limit) = &condition.kind else { return None };
        let op = match op {
            BinaryOp::Lt => Op::LoopAddLt,
            BinaryOp::Le => Op::LoopAddLe,
            _ => return None,
        };
        if local(left) != Some(var) || local(compared) != Some(var) {
            return None;
        }
        let counter = self.register_of(var)?;
        let limit = self.register_of(local(limit)?)?;
        let step = u8::try_from(self.state().asm.number(step)).ok()?;
        Some(Counting { op, counter, limit, step })
    }

    /// `for v in c`. Variables are new in every round.
    pub(super) fn for_in(&mut self, vars: &[Target], container: &Expr, body: &Stmt, span: Bytes) {
        let scope = self.open_scope();
        let iterator = self.state().regs.take(2);
        self.expr_to(container, iterator);
        self.emit(Op::IterStart, iterator, iterator, 0, 0, bytes(container.span));
        let (end, again) = (self.state().asm.label(), self.state().asm.label());
        let top = self.here();
        let round = self.open_scope();
        let values = self.state().regs.take(vars.len() as u32);
        let operands = [iterator, values, vars.len() as u8];
        self.state().asm.jump(Op::IterNext, operands, end, bytes(container.span));
        for (target, value) in vars.iter().zip(values..) {
            if let Binding::Local(var) = target.binding {
                self.declare_at(var, Home::Near(value));
                if self.boxed(var) {
                    self.emit(Op::NewBox, value, value, 0, 0, bytes(target.ident.span));
                }
            }
        }
        self.state().breakables.push(Breakable { end, again: Some(again) });
        self.stmt(body);
        self.state().breakables.pop();
        self.close_scope(round);
        self.state().asm.bind(again);
        self.state().asm.jump(Op::Loop, [0; 3], top, span);
        self.state().asm.bind(end);
        self.close_scope(scope);
    }
}

/// The local variable that an expression is.
fn local(expr: &Expr) -> Option<Var> {
    match expr.kind {
        ExprKind::Name(_, Binding::Local(var)) => Some(var),
        _ => None,
    }
}

/// Whether a condition is worth its code twice. Functions inside never are.
fn is_short(condition: &Expr) -> bool {
    let mut pending = vec![condition];
    let mut nodes = 0;
    while let Some(expr) = pending.pop() {
        nodes += 1;
        let simple = match &expr.kind {
            ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Name(..)
            | ExprKind::This(_)
            | ExprKind::Unary(..)
            | ExprKind::Property(..)
            | ExprKind::Binary(..)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Index(..) => true,
            ExprKind::Call(_, args) => args.len() < SHORT,
            _ => false,
        };
        if nodes > SHORT || !simple {
            return false;
        }
        let _ = expr.each_child(&mut |child| {
            pending.push(child);
            ControlFlow::Continue(())
        });
    }
    true
}
