//! Calls, `new`, `super()`, tagged templates.

use super::Gen;
use super::member::static_key;
use super::name::Place;
use crate::emit::Reg;
use crate::scope::is_direct_eval;
use crate::text::text;
use js_bytecode::{FunctionKind, Op};
use oxc_ast::ast::*;
use oxc_span::GetSpan;

impl<'b, 'a> Gen<'b, 'a> {
    /// A call; its window begins at the first free register.
    pub(super) fn call(&mut self, c: &'b CallExpression<'a>, dst: Option<Reg>) {
        if c.callee.is_super() {
            return self.super_call(c, dst);
        }
        let mark = self.f.top;
        let base = self.alloc_many(2);
        let position = self.callee(&c.callee, base);
        self.optional(c.optional, base);
        let eval = is_direct_eval(c);
        let count = self.arguments(&c.arguments);
        if eval {
            let env = self.env();
            let slot = self.alloc();
            self.f.e.mov(slot, env);
        }
        self.at(position);
        let dst = dst.unwrap_or(base);
        let span = c.callee.span();
        self.f.e.callee(span.start, span.end);
        match (count, eval) {
            (Some(count), false) => self.op(Op::Call, dst, base, count),
            (None, false) => self.op(Op::CallSpread, dst, base, 0),
            (Some(count), true) => self.op(Op::CallEval, dst, base, count),
            (None, true) => self.op(Op::CallEvalSpread, dst, base, 0),
        }
        self.f.top = mark;
    }

    /// Callee and `this` into two registers; gives the position that errors of the call have.
    pub(super) fn callee(&mut self, callee: &'b Expression<'a>, base: Reg) -> u32 {
        match callee.without_parentheses() {
            Expression::StaticMemberExpression(m) => self.static_method(m, base),
            Expression::ComputedMemberExpression(m) => self.computed_method(m, base),
            Expression::PrivateFieldExpression(m) => self.private_method(m, base),
            Expression::ChainExpression(c) => {
                let (short, end) = (self.f.e.label(), self.f.e.label());
                let outer = self.f.chain.replace(short);
                let position = match &c.expression {
                    ChainElement::StaticMemberExpression(m) => self.static_method(m, base),
                    ChainElement::ComputedMemberExpression(m) => self.computed_method(m, base),
                    ChainElement::PrivateFieldExpression(m) => self.private_method(m, base),
                    ChainElement::CallExpression(call) => {
                        self.call(call, Some(base));
                        self.op(Op::LoadUndefined, base + 1, 0, 0);
                        call.span.start
                    }
                    ChainElement::TSNonNullExpression(e) => e.span.start,
                };
                self.f.chain = outer;
                self.f.e.jump(Op::Jump, 0, 0, end);
                self.f.e.bind(short);
                self.op(Op::LoadUndefined, base, 0, 0);
                self.op(Op::LoadUndefined, base + 1, 0, 0);
                self.f.e.bind(end);
                position
            }
            Expression::Identifier(id) => {
                let name = id.name.as_str();
                match self.lookup(name, id.span.start).place {
                    Place::Dynamic(env) => {
                        let name = self.f.e.string(text(name));
                        self.at(id.span.start);
                        self.op(Op::GetNameMethod, base, env, name);
                    }
                    _ => {
                        self.load_name(name, id.span.start, base);
                        self.op(Op::LoadUndefined, base + 1, 0, 0);
                    }
                }
                id.span.start
            }
            e => {
                self.expr_to(e, base);
                self.op(Op::LoadUndefined, base + 1, 0, 0);
                e.span().start
            }
        }
    }

    fn static_method(&mut self, m: &'b StaticMemberExpression<'a>, base: Reg) -> u32 {
        let (name, position) = (m.property.name.as_str(), m.property.span.start);
        if m.object.is_super() {
            self.load_this(m.span.start, base + 1);
            self.super_static(name, base + 1, position, base);
            return position;
        }
        let object = self.expr_hint(&m.object, Some(base));
        self.optional(m.optional, object);
        let cache = self.cache(text(name));
        self.at(position);
        self.op(Op::GetMethod, base, object, cache);
        position
    }

    fn computed_method(&mut self, m: &'b ComputedMemberExpression<'a>, base: Reg) -> u32 {
        let position = m.object.span().end;
        if m.object.is_super() {
            self.load_this(m.span.start, base + 1);
            self.super_computed(&m.expression, base + 1, position, base);
            return position;
        }
        let mark = self.f.top;
        let object = self.expr_left(&m.object, m.expression.span(), Some(base));
        self.optional(m.optional, object);
        if let Some(name) = static_key(&m.expression) {
            let cache = self.cache(text(name));
            self.at(position);
            self.op(Op::GetMethod, base, object, cache);
            return position;
        }
        let key = self.expr_any(&m.expression);
        self.at(position);
        self.op(Op::GetElementMethod, base, object, u32::from(key));
        self.f.top = mark;
        position
    }

    fn private_method(&mut self, m: &'b PrivateFieldExpression<'a>, base: Reg) -> u32 {
        let position = m.field.span.start;
        let mark = self.f.top;
        self.expr_to(&m.object, base + 1);
        self.optional(m.optional, base + 1);
        let name = self.private_name(&m.field);
        self.at(position);
        self.op(Op::GetPrivate, base, base + 1, u32::from(name));
        self.f.top = mark;
        position
    }

    /// Arguments into the next registers: their number, or `None` for an array of all of them.
    pub(super) fn arguments(&mut self, arguments: &'b [Argument<'a>]) -> Option<u32> {
        // The links of a chain around are no concern of the arguments.
        let chain = self.f.chain.take();
        let spread = arguments.iter().any(Argument::is_spread);
        if spread {
            let array = self.alloc();
            self.op(Op::NewArray, array, 0, arguments.len() as u32);
            for argument in arguments {
                let mark = self.f.top;
                match argument {
                    Argument::SpreadElement(s) => self.spread_into(array, s),
                    argument => {
                        if let Some(e) = argument.as_expression() {
                            let value = self.expr_any(e);
                            self.op(Op::ArrayPush, array, value, 0);
                        }
                    }
                }
                self.f.top = mark;
            }
        } else {
            for e in arguments.iter().filter_map(Argument::as_expression) {
                self.expr_new(e);
            }
        }
        self.f.chain = chain;
        (!spread).then_some(arguments.len() as u32)
    }

    pub(super) fn spread_into(&mut self, array: Reg, spread: &'b SpreadElement<'a>) {
        let value = self.expr_any(&spread.argument);
        self.at(spread.argument.span().start);
        self.op(Op::ArraySpread, array, value, 0);
    }

    pub(super) fn new_expression(&mut self, n: &'b NewExpression<'a>, dst: Reg) {
        let mark = self.f.top;
        let base = self.alloc_many(2);
        self.expr_to(&n.callee, base);
        self.f.e.mov(base + 1, base);
        let count = self.arguments(&n.arguments);
        self.at(n.span.start);
        let span = n.callee.span();
        self.f.e.callee(span.start, span.end);
        match count {
            Some(count) => self.op(Op::New, dst, base, count),
            None => self.op(Op::NewSpread, dst, base, 0),
        }
        self.f.top = mark;
    }

    /// 13.3.7.1 SuperCall.
    fn super_call(&mut self, c: &'b CallExpression<'a>, dst: Option<Reg>) {
        let mark = self.f.top;
        let function = self.alloc();
        self.load_pseudo("%function", c.span.start, function);
        let base = self.alloc_many(2);
        self.at(c.span.start);
        self.op(Op::SuperConstructor, base, function, 0);
        self.load_pseudo("%new.target", c.span.start, base + 1);
        let count = self.arguments(&c.arguments);
        self.at(c.span.start);
        match count {
            Some(count) => self.op(Op::New, base, base, count),
            None => self.op(Op::NewSpread, base, base, 0),
        }
        self.bind_this(base, c.span.start);
        if self.may_have_fields() {
            self.op(Op::InitFields, base, function, 0);
        }
        if let Some(dst) = dst {
            self.f.e.mov(dst, base);
        }
        self.f.top = mark;
    }

    /// Whether the constructor that a `super()` belongs to may have fields to initialise.
    fn may_have_fields(&self) -> bool {
        let func = self.an.func(self.an.this_func(self.f.func));
        func.kind != FunctionKind::DerivedConstructor || func.has_fields
    }

    /// 9.1.1.3.1 BindThisValue of a derived constructor.
    pub(super) fn bind_this(&mut self, value: Reg, position: u32) {
        self.at(position);
        let func = self.an.func(self.f.func).kind;
        if func == FunctionKind::DerivedConstructor && self.this_slot().is_none() {
            self.op(Op::CheckNoThis, 1, 0, 0);
            return self.f.e.mov(1, value);
        }
        let place = match self.this_slot() {
            Some((env, slot)) if func == FunctionKind::DerivedConstructor => Place::Env(env, slot),
            _ => self.lookup("%this", position).place,
        };
        match place {
            Place::Env(env, slot) => {
                let mark = self.f.top;
                let old = self.alloc();
                self.op(Op::GetEnv, old, env, slot);
                self.op(Op::CheckNoThis, old, 0, 0);
                self.op(Op::SetEnv, value, env, slot);
                self.f.top = mark;
            }
            _ => {
                let env = self.env();
                let name = self.f.e.string(text("%this"));
                self.op(Op::InitName, value, env, name);
            }
        }
    }

    pub(super) fn tagged_template(&mut self, t: &'b TaggedTemplateExpression<'a>, dst: Reg) {
        let mark = self.f.top;
        let base = self.alloc_many(2);
        let position = self.callee(&t.tag, base);
        let object = self.alloc();
        self.template_object(&t.quasi, object);
        let chain = self.f.chain.take();
        for e in &t.quasi.expressions {
            self.expr_new(e);
        }
        self.f.chain = chain;
        self.at(position);
        self.op(Op::Call, dst, base, 1 + t.quasi.expressions.len() as u32);
        self.f.top = mark;
    }
}
