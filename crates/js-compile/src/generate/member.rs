//! Properties: reads, `super`, private names, optional chains.

use super::Gen;
use crate::emit::Reg;
use crate::parse::CALL_TARGET;
use crate::text::text;
use js_bytecode::Op;
use oxc_ast::ast::*;
use oxc_span::GetSpan;

impl<'b, 'a> Gen<'b, 'a> {
    /// Leaves the optional chain if the value is nullish and the link optional.
    pub(super) fn optional(&mut self, optional: bool, value: Reg) {
        if optional && let Some(label) = self.f.chain {
            self.f.e.jump(Op::JumpIfNullish, value, 0, label);
        }
    }

    pub(super) fn get_property(&mut self, object: Reg, name: &str, position: u32, dst: Reg) {
        let cache = self.cache(text(name));
        self.at(position);
        self.op(if name == "length" { Op::GetLength } else { Op::GetProperty }, dst, object, cache);
    }

    pub(super) fn static_member(&mut self, m: &'b StaticMemberExpression<'a>, dst: Reg) {
        let (name, position) = (m.property.name.as_str(), m.property.span.start);
        if name == CALL_TARGET {
            return self.fail("Invalid left-hand side in assignment", m.span.start);
        }
        if m.object.is_super() {
            return self.through_temp(dst, |this, t| {
                let receiver = this.alloc();
                this.load_this(m.span.start, receiver);
                this.super_static(name, receiver, position, t);
            });
        }
        let object = self.expr_hint(&m.object, self.hint(dst));
        self.optional(m.optional, object);
        self.get_property(object, name, position, dst);
    }

    /// `super.name` into a temporary register, with `this` in another.
    pub(super) fn super_static(&mut self, name: &str, receiver: Reg, position: u32, dst: Reg) {
        let mark = self.f.top;
        let key = self.alloc();
        let name = self.f.e.string(text(name));
        self.op(Op::LoadConst, key, 0, name);
        self.load_pseudo("%home", position, dst);
        self.at(position);
        self.op(Op::GetSuper, dst, key, u32::from(receiver));
        self.f.top = mark;
    }

    pub(super) fn super_computed(&mut self, key: &'b Expression<'a>, receiver: Reg, position: u32, dst: Reg) {
        let mark = self.f.top;
        let key = self.expr_any(key);
        self.load_pseudo("%home", position, dst);
        self.at(position);
        self.op(Op::GetSuper, dst, key, u32::from(receiver));
        self.f.top = mark;
    }

    pub(super) fn computed_member(&mut self, m: &'b ComputedMemberExpression<'a>, dst: Reg) {
        if m.object.is_super() {
            return self.through_temp(dst, |this, t| {
                let receiver = this.alloc();
                this.load_this(m.span.start, receiver);
                this.super_computed(&m.expression, receiver, m.span.start, t);
            });
        }
        let hint = self.hint(dst);
        let object = self.expr_left(&m.object, m.expression.span(), hint);
        self.optional(m.optional, object);
        if let Some(name) = static_key(&m.expression) {
            return self.get_property(object, name, m.object.span().end, dst);
        }
        let key = self.expr_hint(&m.expression, hint.filter(|&h| h != object));
        self.at(m.object.span().end);
        self.op(Op::GetElement, dst, object, u32::from(key));
    }

    pub(super) fn private_member(&mut self, m: &'b PrivateFieldExpression<'a>, dst: Reg) {
        let object = self.expr_hint(&m.object, self.hint(dst));
        self.optional(m.optional, object);
        let name = self.private_name(&m.field);
        self.at(m.field.span.start);
        self.op(Op::GetPrivate, dst, object, u32::from(name));
    }

    /// A register with a private name.
    pub(super) fn private_name(&mut self, name: &PrivateIdentifier<'a>) -> Reg {
        let text = format!("#{}", name.name);
        if let Some(reg) = self.name_in_place(&text, name.span.start) {
            return reg;
        }
        let reg = self.alloc();
        self.load_name(&text, name.span.start, reg);
        reg
    }

    pub(super) fn private_in(&mut self, p: &'b PrivateInExpression<'a>, dst: Reg) {
        let object = self.expr_hint(&p.right, self.hint(dst));
        let name = self.private_name(&p.left);
        self.at(p.left.span.end);
        self.op(Op::HasPrivate, dst, name, u32::from(object));
    }

    /// An optional chain into a temporary register.
    pub(super) fn chain(&mut self, c: &'b ChainExpression<'a>, dst: Reg) {
        let (short, end) = (self.f.e.label(), self.f.e.label());
        let outer = self.f.chain.replace(short);
        match &c.expression {
            ChainElement::CallExpression(call) => self.call(call, Some(dst)),
            ChainElement::StaticMemberExpression(m) => self.static_member(m, dst),
            ChainElement::ComputedMemberExpression(m) => self.computed_member(m, dst),
            ChainElement::PrivateFieldExpression(m) => self.private_member(m, dst),
            ChainElement::TSNonNullExpression(e) => self.fail("Unexpected token", e.span.start),
        }
        self.f.chain = outer;
        self.f.e.jump(Op::Jump, 0, 0, end);
        self.f.e.bind(short);
        self.op(Op::LoadUndefined, dst, 0, 0);
        self.f.e.bind(end);
    }
}

/// The name that a computed key always is: a string literal that is no array index.
pub(super) fn static_key<'a>(key: &Expression<'a>) -> Option<&'a str> {
    match key.without_parentheses() {
        Expression::StringLiteral(s) if !s.lone_surrogates && !is_index(s.value.as_str()) => {
            Some(s.value.as_str())
        }
        _ => None,
    }
}

/// Whether a property name is an array index: caches are for other names.
pub(super) fn is_index(name: &str) -> bool {
    name.len() <= 10
        && name.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_digit())
}
