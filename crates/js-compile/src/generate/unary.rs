//! Unary operators, `typeof`, `delete`, increments.

use super::Gen;
use super::expression::literal_number;
use super::name::Place;
use crate::emit::Reg;
use crate::text::text;
use js_bytecode::{ErrorKind, Op};
use oxc_ast::ast::*;
use oxc_span::GetSpan;

impl<'b, 'a> Gen<'b, 'a> {
    pub(super) fn unary(&mut self, u: &'b UnaryExpression<'a>, dst: Reg) {
        let op = match u.operator {
            UnaryOperator::UnaryPlus => Op::ToNumber,
            UnaryOperator::UnaryNegation => {
                if let Some(value) = literal_number(&u.argument) {
                    return self.load_number(-value, dst);
                }
                Op::Neg
            }
            UnaryOperator::LogicalNot => Op::Not,
            UnaryOperator::BitwiseNot => Op::BitNot,
            UnaryOperator::Typeof => return self.type_of(u, dst),
            UnaryOperator::Void => {
                self.expr_effect(&u.argument);
                return self.op(Op::LoadUndefined, dst, 0, 0);
            }
            UnaryOperator::Delete => return self.delete(&u.argument, u.span.start, dst),
        };
        let value = self.expr_hint(&u.argument, self.hint(dst));
        self.at(u.span.start);
        self.op(op, dst, value, 0);
    }

    fn type_of(&mut self, u: &'b UnaryExpression<'a>, dst: Reg) {
        let value = match u.argument.without_parentheses() {
            Expression::Identifier(id) => {
                let name = id.name.as_str();
                let found = self.lookup(name, id.span.start);
                self.at(id.span.start);
                match found.place {
                    Place::Global => {
                        let cache = self.cache(text(name));
                        self.op(Op::GetGlobalTypeof, dst, 0, cache);
                        dst
                    }
                    Place::Dynamic(env) => {
                        let name = self.f.e.string(text(name));
                        self.op(Op::GetNameTypeof, dst, env, name);
                        dst
                    }
                    _ => self.expr_hint(&u.argument, self.hint(dst)),
                }
            }
            e => self.expr_hint(e, self.hint(dst)),
        };
        self.op(Op::TypeOf, dst, value, 0);
    }

    fn delete(&mut self, e: &'b Expression<'a>, position: u32, dst: Reg) {
        match e.without_parentheses() {
            Expression::Identifier(id) => {
                let name = id.name.as_str();
                let found = self.lookup(name, id.span.start);
                self.at(position);
                match found.place {
                    Place::Dynamic(_) | Place::Global => {
                        let env = self.env();
                        let name = self.f.e.string(text(name));
                        self.op(Op::DeleteName, dst, env, name);
                    }
                    _ => self.op(Op::LoadFalse, dst, 0, 0),
                }
            }
            Expression::ChainExpression(c) => {
                self.through_temp(dst, |this, t| this.delete_chain(c, position, t))
            }
            Expression::StaticMemberExpression(m) => self.delete_static(m, position, dst),
            Expression::ComputedMemberExpression(m) => self.delete_computed(m, position, dst),
            e => {
                self.expr_effect(e);
                self.op(Op::LoadTrue, dst, 0, 0);
            }
        }
    }

    fn delete_chain(&mut self, c: &'b ChainExpression<'a>, position: u32, dst: Reg) {
        let (short, end) = (self.f.e.label(), self.f.e.label());
        let outer = self.f.chain.replace(short);
        match &c.expression {
            ChainElement::StaticMemberExpression(m) => self.delete_static(m, position, dst),
            ChainElement::ComputedMemberExpression(m) => self.delete_computed(m, position, dst),
            ChainElement::CallExpression(call) => {
                self.call(call, None);
                self.op(Op::LoadTrue, dst, 0, 0);
            }
            _ => self.fail("Private fields can not be deleted", position),
        }
        self.f.chain = outer;
        self.f.e.jump(Op::Jump, 0, 0, end);
        self.f.e.bind(short);
        self.op(Op::LoadTrue, dst, 0, 0);
        self.f.e.bind(end);
    }

    /// `delete super.x` is a ReferenceError, after `this` has been looked at.
    fn delete_super(&mut self, key: Option<&'b Expression<'a>>, position: u32, dst: Reg) {
        self.load_this(position, dst);
        if let Some(key) = key {
            self.expr_effect(key);
        }
        let message = self.f.e.string(text("Unsupported reference to 'super'"));
        let dead = self.f.e.dead;
        self.at(position);
        self.op(Op::ThrowError, ErrorKind::Reference as u16, 0, message);
        self.f.e.dead = dead;
        self.op(Op::LoadUndefined, dst, 0, 0);
    }

    fn delete_static(&mut self, m: &'b StaticMemberExpression<'a>, position: u32, dst: Reg) {
        if m.object.is_super() {
            return self.through_temp(dst, |this, t| this.delete_super(None, position, t));
        }
        let object = self.expr_hint(&m.object, self.hint(dst));
        self.optional(m.optional, object);
        let name = self.f.e.string(text(m.property.name.as_str()));
        self.at(position);
        self.op(Op::DeleteProperty, dst, object, name);
    }

    fn delete_computed(&mut self, m: &'b ComputedMemberExpression<'a>, position: u32, dst: Reg) {
        if m.object.is_super() {
            return self.through_temp(dst, |this, t| this.delete_super(Some(&m.expression), position, t));
        }
        let object = self.expr_left(&m.object, m.expression.span(), self.hint(dst));
        self.optional(m.optional, object);
        let key = self.expr_any(&m.expression);
        self.at(position);
        self.op(Op::DeleteElement, dst, object, u32::from(key));
    }

    /// `++` and `--`; without a destination the value is not wanted.
    pub(super) fn update(&mut self, u: &'b UpdateExpression<'a>, dst: Option<Reg>) {
        let op = if u.operator == UpdateOperator::Increment { Op::Inc } else { Op::Dec };
        let mark = self.f.top;
        if let SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = &u.argument
            && let Some(reg) = self.lookup(id.name.as_str(), id.span.start).in_place()
            && !self.lookup(id.name.as_str(), id.span.start).is_read_only()
        {
            self.at(u.span.start);
            match dst {
                Some(dst) if !u.prefix && dst != reg => {
                    self.op(Op::ToNumeric, dst, reg, 0);
                    self.op(op, reg, dst, 0);
                }
                Some(dst) if !u.prefix => {
                    // `x = x++`
                    let old = self.alloc();
                    self.op(Op::ToNumeric, old, reg, 0);
                    self.op(op, reg, old, 0);
                    self.f.e.mov(dst, old);
                }
                _ => {
                    self.op(op, reg, reg, 0);
                    if let Some(dst) = dst {
                        self.f.e.mov(dst, reg);
                    }
                }
            }
        } else {
            let mut target = self.simple_target(&u.argument);
            self.settle_key(&mut target, &u.argument);
            let value = self.alloc();
            self.load_target(&target, value);
            self.at(u.span.start);
            match dst {
                Some(dst) if !u.prefix => {
                    let old = self.alloc();
                    self.op(Op::ToNumeric, old, value, 0);
                    self.op(op, value, old, 0);
                    self.store_target(&target, value);
                    self.f.e.mov(dst, old);
                }
                _ => {
                    self.op(op, value, value, 0);
                    self.store_target(&target, value);
                    if let Some(dst) = dst {
                        self.f.e.mov(dst, value);
                    }
                }
            }
        }
        self.f.top = mark;
    }
}
