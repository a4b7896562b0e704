//! Expressions: values into wanted registers.

use super::Gen;
use crate::emit::Reg;
use js_bytecode::Op;
use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

impl<'b, 'a> Gen<'b, 'a> {
    /// The value in some register: a variable's own where possible.
    pub(super) fn expr_any(&mut self, e: &'b Expression<'a>) -> Reg {
        self.expr_hint(e, None)
    }

    /// The same; a value that needs a register gets the hinted one.
    pub(super) fn expr_hint(&mut self, e: &'b Expression<'a>, hint: Option<Reg>) -> Reg {
        let e = e.without_parentheses();
        let place = match e {
            Expression::Identifier(id) => self.name_in_place(id.name.as_str(), id.span.start),
            Expression::ThisExpression(this) => self.this_in_place(this.span.start),
            _ => None,
        };
        if let Some(reg) = place {
            return reg;
        }
        let dst = hint.unwrap_or_else(|| self.alloc());
        self.expr_to(e, dst);
        dst
    }

    /// The value of a left operand, which stays what it is while the right one is evaluated.
    pub(super) fn expr_left(&mut self, e: &'b Expression<'a>, right: Span, hint: Option<Reg>) -> Reg {
        if let Expression::Identifier(id) = e.without_parentheses()
            && self.an.assigned_in(id.name.as_str(), right.start, right.end)
        {
            let dst = hint.unwrap_or_else(|| self.alloc());
            self.load_name(id.name.as_str(), id.span.start, dst);
            return dst;
        }
        self.expr_hint(e, hint)
    }

    /// A register for an operand of an operation whose result goes to `dst`.
    pub(super) fn hint(&self, dst: Reg) -> Option<Reg> {
        self.is_temp(dst).then_some(dst)
    }

    /// The value in a fresh temporary register.
    pub(super) fn expr_new(&mut self, e: &'b Expression<'a>) -> Reg {
        let dst = self.alloc();
        self.expr_to(e, dst);
        dst
    }

    /// Evaluates for effect.
    pub(super) fn expr_effect(&mut self, e: &'b Expression<'a>) {
        let mark = self.f.top;
        match e.without_parentheses() {
            Expression::AssignmentExpression(a) => self.assignment(a, None),
            Expression::UpdateExpression(u) => self.update(u, None),
            Expression::SequenceExpression(s) => s.expressions.iter().for_each(|e| self.expr_effect(e)),
            Expression::UnaryExpression(u)
                if matches!(u.operator, UnaryOperator::Void | UnaryOperator::LogicalNot) =>
            {
                self.expr_effect(&u.argument);
            }
            Expression::LogicalExpression(l) => {
                let end = self.f.e.label();
                match l.operator {
                    LogicalOperator::And => self.condition(&l.left, end, false),
                    LogicalOperator::Or => self.condition(&l.left, end, true),
                    LogicalOperator::Coalesce => {
                        let value = self.expr_any(&l.left);
                        self.f.e.jump(Op::JumpIfNotNullish, value, 0, end);
                    }
                }
                self.expr_effect(&l.right);
                self.f.e.bind(end);
            }
            Expression::ConditionalExpression(c) => {
                let (other, end) = (self.f.e.label(), self.f.e.label());
                self.condition(&c.test, other, false);
                self.expr_effect(&c.consequent);
                self.f.e.jump(Op::Jump, 0, 0, end);
                self.f.e.bind(other);
                self.expr_effect(&c.alternate);
                self.f.e.bind(end);
            }
            Expression::CallExpression(c) => self.call(c, None),
            Expression::StringLiteral(_)
            | Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_) => {}
            e => {
                self.expr_any(e);
            }
        }
        self.f.top = mark;
    }

    /// The value into a register. A variable's register is written last.
    pub(super) fn expr_to(&mut self, e: &'b Expression<'a>, dst: Reg) {
        let mark = self.f.top;
        self.expr_into(e.without_parentheses(), dst);
        self.f.top = mark;
    }

    fn expr_into(&mut self, e: &'b Expression<'a>, dst: Reg) {
        match e {
            Expression::BooleanLiteral(b) => {
                self.op(if b.value { Op::LoadTrue } else { Op::LoadFalse }, dst, 0, 0);
            }
            Expression::NullLiteral(_) => self.op(Op::LoadNull, dst, 0, 0),
            Expression::NumericLiteral(n) => self.load_number(n.value, dst),
            Expression::BigIntLiteral(n) => self.big_int(&n.value, dst),
            Expression::RegExpLiteral(r) => self.reg_exp(r, dst),
            Expression::StringLiteral(s) => self.string_literal(s, dst),
            Expression::TemplateLiteral(t) => self.through_temp(dst, |this, t1| this.template(t, t1)),
            Expression::Identifier(id) => self.load_name(id.name.as_str(), id.span.start, dst),
            Expression::ThisExpression(t) => self.load_this(t.span.start, dst),
            Expression::ArrayExpression(a) => self.through_temp(dst, |this, t| this.array(a, t)),
            Expression::ObjectExpression(o) => self.through_temp(dst, |this, t| this.object(o, t)),
            Expression::FunctionExpression(f) => self.function_expression(f, dst, None),
            Expression::ArrowFunctionExpression(f) => self.arrow(f, dst, None),
            Expression::ClassExpression(c) => self.through_temp(dst, |this, t| this.class(c, t, None)),
            Expression::AssignmentExpression(a) => self.assignment(a, Some(dst)),
            Expression::UpdateExpression(u) => self.update(u, Some(dst)),
            Expression::UnaryExpression(u) => self.unary(u, dst),
            Expression::BinaryExpression(b) => self.binary(b, dst),
            Expression::LogicalExpression(l) => match l.left.without_parentheses() {
                // `x = x || y`
                Expression::Identifier(id)
                    if self.lookup(id.name.as_str(), id.span.start).in_place() == Some(dst) =>
                {
                    self.logical(l, dst);
                }
                _ => self.through_temp(dst, |this, t| this.logical(l, t)),
            },
            Expression::ConditionalExpression(c) => self.conditional(c, dst),
            Expression::SequenceExpression(s) => {
                if let Some((last, others)) = s.expressions.split_last() {
                    others.iter().for_each(|e| self.expr_effect(e));
                    self.expr_to(last, dst);
                }
            }
            Expression::CallExpression(c) => self.call(c, Some(dst)),
            Expression::NewExpression(n) => self.new_expression(n, dst),
            Expression::ChainExpression(c) => self.through_temp(dst, |this, t| this.chain(c, t)),
            Expression::StaticMemberExpression(m) => self.static_member(m, dst),
            Expression::ComputedMemberExpression(m) => self.computed_member(m, dst),
            Expression::PrivateFieldExpression(m) => self.private_member(m, dst),
            Expression::PrivateInExpression(p) => self.private_in(p, dst),
            Expression::TaggedTemplateExpression(t) => self.tagged_template(t, dst),
            Expression::YieldExpression(y) => self.through_temp(dst, |this, t| this.yield_expression(y, t)),
            Expression::AwaitExpression(a) => self.through_temp(dst, |this, t| {
                this.expr_to(&a.argument, t);
                this.at(a.span.start);
                this.op(Op::Await, t, 0, 0);
            }),
            Expression::ImportExpression(i) => self.import_expression(i, dst),
            Expression::ImportMeta(m) => {
                self.at(m.span.start);
                self.op(Op::ImportMeta, dst, 0, 0);
            }
            Expression::NewTarget(n) => self.load_pseudo("%new.target", n.span.start, dst),
            e => self.fail("Unexpected expression", e.span().start),
        }
    }

    fn logical(&mut self, l: &'b LogicalExpression<'a>, dst: Reg) {
        let end = self.f.e.label();
        self.expr_to(&l.left, dst);
        let op = match l.operator {
            LogicalOperator::And => Op::JumpIfNot,
            LogicalOperator::Or => Op::JumpIf,
            LogicalOperator::Coalesce => Op::JumpIfNotNullish,
        };
        self.f.e.jump(op, dst, 0, end);
        self.expr_to(&l.right, dst);
        self.f.e.bind(end);
    }

    fn conditional(&mut self, c: &'b ConditionalExpression<'a>, dst: Reg) {
        let (other, end) = (self.f.e.label(), self.f.e.label());
        self.condition(&c.test, other, false);
        self.expr_to(&c.consequent, dst);
        self.f.e.jump(Op::Jump, 0, 0, end);
        self.f.e.bind(other);
        self.expr_to(&c.alternate, dst);
        self.f.e.bind(end);
    }

    pub(super) fn binary(&mut self, b: &'b BinaryExpression<'a>, dst: Reg) {
        if let Some(value) = constant(b.operator, &b.left, &b.right) {
            return self.load_number(value, dst);
        }
        let hint = self.hint(dst);
        let left = self.expr_left(&b.left, b.right.span(), hint);
        if let Some(value) = small_int(&b.right)
            && let Some((op, value)) = int_form(b.operator, value)
        {
            self.at(self.operator_position(b));
            return self.f.e.signed(op, dst, left, value);
        }
        let hint = hint.filter(|&h| h != left);
        let right = self.expr_hint(&b.right, hint);
        self.at(self.operator_position(b));
        self.op(binary_op(b.operator), dst, left, u32::from(right));
    }

    /// Where the operator stands.
    pub(super) fn operator_position(&self, b: &BinaryExpression<'_>) -> u32 {
        let (from, to) = (b.left.span().end, b.right.span().start);
        let between = self.source.get(from as usize..to as usize).unwrap_or("");
        let skipped = between.bytes().take_while(|c| c.is_ascii_whitespace() || *c == b')').count();
        from + skipped as u32
    }
}

/// The operation of an operator.
pub(super) const fn binary_op(operator: BinaryOperator) -> Op {
    match operator {
        BinaryOperator::Equality => Op::Eq,
        BinaryOperator::Inequality => Op::Ne,
        BinaryOperator::StrictEquality => Op::StrictEq,
        BinaryOperator::StrictInequality => Op::StrictNe,
        BinaryOperator::LessThan => Op::Lt,
        BinaryOperator::LessEqualThan => Op::Le,
        BinaryOperator::GreaterThan => Op::Gt,
        BinaryOperator::GreaterEqualThan => Op::Ge,
        BinaryOperator::Addition => Op::Add,
        BinaryOperator::Subtraction => Op::Sub,
        BinaryOperator::Multiplication => Op::Mul,
        BinaryOperator::Division => Op::Div,
        BinaryOperator::Remainder => Op::Rem,
        BinaryOperator::Exponential => Op::Exp,
        BinaryOperator::ShiftLeft => Op::Shl,
        BinaryOperator::ShiftRight => Op::Shr,
        BinaryOperator::ShiftRightZeroFill => Op::Ushr,
        BinaryOperator::BitwiseOR => Op::BitOr,
        BinaryOperator::BitwiseXOR => Op::BitXor,
        BinaryOperator::BitwiseAnd => Op::BitAnd,
        BinaryOperator::In => Op::In,
        BinaryOperator::Instanceof => Op::InstanceOf,
    }
}

/// The form of an operation that takes a small constant, with the constant.
pub(super) fn int_form(operator: BinaryOperator, value: i32) -> Option<(Op, i32)> {
    if !(-(1 << 23)..1 << 23).contains(&value) {
        return None;
    }
    let op = match operator {
        BinaryOperator::Addition => Op::AddInt,
        BinaryOperator::Subtraction => Op::SubInt,
        BinaryOperator::Multiplication => Op::MulInt,
        BinaryOperator::Remainder => Op::RemInt,
        BinaryOperator::BitwiseAnd => Op::BitAndInt,
        BinaryOperator::BitwiseOR => Op::BitOrInt,
        BinaryOperator::ShiftLeft => Op::ShlInt,
        BinaryOperator::ShiftRight => Op::ShrInt,
        BinaryOperator::ShiftRightZeroFill => Op::UshrInt,
        _ => return None,
    };
    Some((op, value))
}

/// The value of a numeric literal, perhaps with a sign.
pub(super) fn literal_number(e: &Expression<'_>) -> Option<f64> {
    match e.without_parentheses() {
        Expression::NumericLiteral(n) => Some(n.value),
        Expression::UnaryExpression(u) if u.operator == UnaryOperator::UnaryNegation => {
            match u.argument.without_parentheses() {
                Expression::NumericLiteral(n) => Some(-n.value),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The value as int32, unless it is no integer or minus zero.
pub(super) fn as_int(value: f64) -> Option<i32> {
    let int = value as i32;
    (f64::from(int) == value && (int != 0 || value.is_sign_positive())).then_some(int)
}

/// The value of a literal that is an int32.
pub(super) fn small_int(e: &Expression<'_>) -> Option<i32> {
    literal_number(e).and_then(as_int)
}

/// Arithmetic on two literals.
fn constant(operator: BinaryOperator, left: &Expression<'_>, right: &Expression<'_>) -> Option<f64> {
    let (a, b) = (literal_number(left)?, literal_number(right)?);
    Some(match operator {
        BinaryOperator::Addition => a + b,
        BinaryOperator::Subtraction => a - b,
        BinaryOperator::Multiplication => a * b,
        BinaryOperator::Division => a / b,
        BinaryOperator::ShiftLeft => f64::from(as_int(a)?.wrapping_shl(as_int(b)? as u32 & 31)),
        BinaryOperator::BitwiseOR => f64::from(as_int(a)? | as_int(b)?),
        BinaryOperator::BitwiseAnd => f64::from(as_int(a)? & as_int(b)?),
        _ => return None,
    })
}
