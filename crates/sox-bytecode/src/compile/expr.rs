//! Expressions.

use super::regs::Home;
use super::{Bytes, Compiler, bytes};
use crate::inst::Op;
use sox_syntax::ast::{BinaryOp, Binding, Expr, ExprKind, Place, UnaryOp};
use std::ops::ControlFlow;

impl Compiler<'_> {
    /// The value in a register: that of a variable, or a new temporary one.
    pub(super) fn expr(&mut self, expr: &Expr) -> u8 {
        if let Some(register) = self.variable(expr) {
            return register;
        }
        let temp = self.temp();
        self.expr_to(expr, temp);
        temp
    }

    /// The value in a register: that of a variable, or `scratch`, or else a new temporary one.
    fn expr_by(&mut self, expr: &Expr, scratch: Option<u8>) -> u8 {
        let Some(scratch) = scratch else { return self.expr(expr) };
        if let Some(register) = self.variable(expr) {
            return register;
        }
        self.expr_to(expr, scratch);
        scratch
    }

    /// The value in a new temporary register.
    pub(super) fn expr_temp(&mut self, expr: &Expr) -> u8 {
        let temp = self.temp();
        self.expr_to(expr, temp);
        temp
    }

    /// The register of a variable that an expression names.
    fn variable(&mut self, expr: &Expr) -> Option<u8> {
        match expr.kind {
            ExprKind::Name(_, Binding::Local(var)) | ExprKind::This(var) => self.register_of(var),
            _ => None,
        }
    }

    /// Computes an expression for its effects.
    pub(super) fn effect(&mut self, expr: &Expr) {
        let mark = self.mark();
        match &expr.kind {
            ExprKind::Assign(place, value) => self.assign(place, value, None, bytes(expr.span)),
            _ => {
                self.expr(expr);
            }
        }
        self.release(mark);
    }

    /// Puts the value of an expression into a register that is not that of a variable the expression can see: it may hold
    /// something else in between.
    pub(super) fn expr_to(&mut self, expr: &Expr, to: u8) {
        self.compute(expr, to, Some(to));
    }

    /// Puts the value of an expression into a register, and what it needs in between into `scratch`.
    fn compute(&mut self, expr: &Expr, to: u8, scratch: Option<u8>) {
        let mark = self.mark();
        let span = bytes(expr.span);
        match &expr.kind {
            ExprKind::Nil => self.emit(Op::LoadNil, to, 0, 0, 0, span),
            ExprKind::Bool(true) => self.emit(Op::LoadTrue, to, 0, 0, 0, span),
            ExprKind::Bool(false) => self.emit(Op::LoadFalse, to, 0, 0, 0, span),
            ExprKind::Number(value) => self.number(*value, to, span),
            ExprKind::String(string) => {
                let constant = self.state().asm.string(string);
                self.emit(Op::LoadConst, to, 0, 0, constant as i32, span);
            }
            ExprKind::Name(name, binding) => self.read_name(name, *binding, to, span),
            ExprKind::This(var) => self.read_var(*var, to, span),
            ExprKind::Super { this, class, name } => self.get_super(*this, *class, &name.name, to, span),
            ExprKind::Unary(op, operand) => self.unary(*op, operand, to, scratch, span),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, to, scratch, span),
            ExprKind::And(left, right) => self.short_circuit(left, right, Op::JumpIfNot, to),
            ExprKind::Or(left, right) => self.short_circuit(left, right, Op::JumpIf, to),
            ExprKind::Is(left, right) => self.with_two(Op::Is, left, right, to, scratch, span),
            ExprKind::Range(left, right) => self.with_two(Op::NewRange, left, right, to, scratch, span),
            ExprKind::Call(callee, args) => self.call(callee, args, to, span),
            ExprKind::Property(object, name) => {
                let object = self.expr_by(object, scratch);
                let cache = self.state().asm.cache(&name.name);
                self.emit(Op::GetProperty, to, object, 0, cache, span);
            }
            ExprKind::Index(object, index) => self.with_two(Op::GetIndex, object, index, to, scratch, span),
            ExprKind::Slice(object, from, behind) => {
                self.slice(object, from.as_deref(), behind.as_deref(), to, span);
            }
            ExprKind::Assign(place, value) => self.assign(place, value, Some(to), span),
            ExprKind::Array(elements) => self.array(elements, to, span),
            ExprKind::Table(entries) => self.table(entries, to, span),
            ExprKind::Function(function) => self.closure(function, None, to, span),
        }
        self.release(mark);
    }

    fn number(&mut self, value: f64, to: u8, span: Bytes) {
        let int = value as i32;
        if f64::from(int).to_bits() == value.to_bits() {
            return self.emit(Op::LoadInt, to, 0, 0, int, span);
        }
        let constant = self.state().asm.number(value);
        self.emit(Op::LoadConst, to, 0, 0, constant as i32, span);
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr, to: u8, scratch: Option<u8>, span: Bytes) {
        let operand = self.expr_by(operand, scratch);
        let op = match op {
            UnaryOp::Neg => Op::Neg,
            UnaryOp::Not => Op::Not,
        };
        self.emit(op, to, operand, 0, 0, span);
    }

    fn short_circuit(&mut self, left: &Expr, right: &Expr, op: Op, to: u8) {
        self.expr_to(left, to);
        let end = self.state().asm.label();
        self.state().asm.jump(op, [to, 0, 0], end, bytes(left.span));
        self.expr_to(right, to);
        self.state().asm.bind(end);
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, to: u8, scratch: Option<u8>, span: Bytes) {
        if let ExprKind::Number(value) = right.kind
            && let Some(op) = with_constant(op)
        {
            let left = self.expr_by(left, scratch);
            let constant = self.state().asm.number(value);
            return self.emit(op, to, left, 0, constant as i32, span);
        }
        if let (ExprKind::Number(value), Some(op)) = (&left.kind, from_constant(op)) {
            let right = self.expr_by(right, scratch);
            let constant = self.state().asm.number(*value);
            return self.emit(op, to, right, 0, constant as i32, span);
        }
        let [left, right] = self.two_by(left, right, scratch);
        let (op, b, c) = match op {
            BinaryOp::Add => (Op::Add, left, right),
            BinaryOp::Sub => (Op::Sub, left, right),
            BinaryOp::Mul => (Op::Mul, left, right),
            BinaryOp::Div => (Op::Div, left, right),
            BinaryOp::Rem => (Op::Rem, left, right),
            BinaryOp::Eq => (Op::Eq, left, right),
            BinaryOp::Ne => (Op::Ne, left, right),
            BinaryOp::Lt => (Op::Lt, left, right),
            BinaryOp::Le => (Op::Le, left, right),
            BinaryOp::Gt => (Op::Lt, right, left),
            BinaryOp::Ge => (Op::Le, right, left),
        };
        self.emit(op, to, b, c, 0, span);
    }

    fn with_two(&mut self, op: Op, left: &Expr, right: &Expr, to: u8, scratch: Option<u8>, span: Bytes) {
        let [left, right] = self.two_by(left, right, scratch);
        self.emit(op, to, left, right, 0, span);
    }

    /// Two operands, the first as it is before the second is computed.
    pub(super) fn two(&mut self, left: &Expr, right: &Expr) -> [u8; 2] {
        self.two_by(left, right, None)
    }

    fn two_by(&mut self, left: &Expr, right: &Expr, scratch: Option<u8>) -> [u8; 2] {
        let operands = self.operands(&[left, right], scratch);
        [operands[0], operands[1]]
    }

    /// Operands in registers, each as it is before those behind it are computed. The first may be put into `scratch`.
    fn operands(&mut self, exprs: &[&Expr], scratch: Option<u8>) -> Vec<u8> {
        if !self.state().regs.has_room(exprs.len() as u32) {
            return self.operands_by_far(exprs);
        }
        let mut registers = Vec::with_capacity(exprs.len());
        for (index, expr) in exprs.iter().enumerate() {
            let behind = &exprs[index + 1..];
            let settled = behind.iter().all(|later| !may_assign(later));
            let scratch = scratch.filter(|_| index == 0);
            registers.push(match scratch {
                _ if settled => self.expr_by(expr, scratch),
                Some(scratch) => {
                    self.expr_to(expr, scratch);
                    scratch
                }
                None => self.expr_temp(expr),
            });
        }
        registers
    }

    /// The same where near registers are short: each waits far away until all are there.
    fn operands_by_far(&mut self, exprs: &[&Expr]) -> Vec<u8> {
        let first = self.state().regs.take_far(exprs.len() as u32);
        for (expr, far) in exprs.iter().zip(first..) {
            let mark = self.mark();
            let value = self.expr(expr);
            self.put(Home::Far(far), value, bytes(expr.span));
            self.state().regs.release_near(mark);
        }
        let load = |(expr, far): (&&Expr, u32)| self.fetch(Home::Far(far), bytes(expr.span));
        exprs.iter().zip(first..).map(load).collect()
    }

    fn assign(&mut self, place: &Place, value: &Expr, to: Option<u8>, span: Bytes) {
        match place {
            Place::Name(ident, binding) => self.assign_name(ident, *binding, value, to, span),
            Place::Property(object, name) => {
                let [object, value] = self.two(object, value);
                let cache = self.state().asm.cache(&name.name);
                self.emit(Op::SetProperty, object, value, 0, cache, span);
                self.result(value, to, span);
            }
            Place::Index(object, index) => {
                let operands = self.operands(&[object, index, value], None);
                self.emit(Op::SetIndex, operands[0], operands[1], operands[2], 0, span);
                self.result(operands[2], to, span);
            }
        }
    }

    fn assign_name(
        &mut self,
        ident: &sox_syntax::ast::Ident,
        binding: Binding,
        value: &Expr,
        to: Option<u8>,
        span: Bytes,
    ) {
        let register = match binding {
            Binding::Local(var) => self.register_of(var),
            Binding::Global => None,
        };
        match register {
            // The instruction that computes the value writes nothing before it has read everything.
            Some(register) if is_one_step(value) => {
                self.compute(value, register, None);
                self.result(register, to, span);
            }
            _ => {
                let value = self.expr(value);
                self.write_name(&ident.name, binding, value, span);
                self.result(value, to, span);
            }
        }
    }

    fn result(&mut self, value: u8, to: Option<u8>, span: Bytes) {
        if let Some(to) = to {
            self.move_to(to, value, span);
        }
    }
}

/// The instruction for a number as right operand.
fn with_constant(op: BinaryOp) -> Option<Op> {
    Some(match op {
        BinaryOp::Add => Op::AddK,
        BinaryOp::Sub => Op::SubK,
        BinaryOp::Mul => Op::MulK,
        BinaryOp::Div => Op::DivK,
        BinaryOp::Rem => Op::RemK,
        _ => return None,
    })
}

/// The instruction for a number as left operand.
fn from_constant(op: BinaryOp) -> Option<Op> {
    match op {
        BinaryOp::Sub => Some(Op::SubFrom),
        BinaryOp::Div => Some(Op::DivFrom),
        // Not addition: the right operand may be a string.
        _ => None,
    }
}

/// Whether the value is computed by one instruction at the end, whatever comes before.
fn is_one_step(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Nil
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Name(..)
            | ExprKind::This(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Property(..)
            | ExprKind::Index(..)
    )
}

/// Nodes that [`may_assign`] looks at.
const LOOKED_AT: usize = 32;

/// Whether computing an expression may assign to a variable of the same function. Functions inside cannot: what they assign
/// to is in a box. Looks at a few nodes and says yes when there are more.
fn may_assign(expr: &Expr) -> bool {
    let mut pending = vec![expr];
    let mut nodes = 0;
    while let Some(expr) = pending.pop() {
        nodes += 1;
        if nodes >= LOOKED_AT || matches!(expr.kind, ExprKind::Assign(..)) {
            return true;
        }
        let all = expr.each_child(&mut |child| {
            pending.push(child);
            if pending.len() < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if all.is_break() {
            return true;
        }
    }
    false
}
