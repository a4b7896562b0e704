//! Literals: numbers, strings, templates, arrays, objects.

use super::Gen;
use super::assign::is_anonymous;
use super::expression::as_int;
use super::function::NameHint;
use super::member::is_index;
use crate::emit::Reg;
use crate::scope::address;
use crate::text::{literal, text};
use js_bytecode::{Constant, MethodFlags, Op, Text};
use oxc_ast::ast::*;
use oxc_span::GetSpan;

/// A property key.
pub(super) enum Key<'b, 'a> {
    Name(Text),
    /// An array index, or what may be one.
    Number(f64),
    Computed(&'b Expression<'a>),
    Private(&'b PrivateIdentifier<'a>),
}

impl<'b, 'a> Gen<'b, 'a> {
    pub(super) fn load_number(&mut self, value: f64, dst: Reg) {
        match as_int(value) {
            Some(int) => self.f.e.load_int(dst, int),
            None => {
                let constant = self.f.e.number(value);
                self.op(Op::LoadConst, dst, 0, constant);
            }
        }
    }

    pub(super) fn load_string(&mut self, value: Text, dst: Reg) {
        let constant = self.f.e.string(value);
        self.op(Op::LoadConst, dst, 0, constant);
    }

    pub(super) fn string_literal(&mut self, s: &StringLiteral<'a>, dst: Reg) {
        self.load_string(literal(s.value.as_str(), s.lone_surrogates), dst);
    }

    pub(super) fn big_int(&mut self, digits: &str, dst: Reg) {
        let constant = self.f.e.constant(Constant::BigInt(digits.into()));
        self.op(Op::LoadConst, dst, 0, constant);
    }

    pub(super) fn reg_exp(&mut self, r: &RegExpLiteral<'a>, dst: Reg) {
        let pattern = text(r.regex.pattern.text.as_str());
        let flags = text(&r.regex.flags.to_string());
        let constant = self.f.e.constant(Constant::RegExp { pattern, flags });
        self.at(r.span.start);
        self.op(Op::NewRegExp, dst, 0, constant);
    }

    /// 13.2.8.6 TemplateLiteral evaluation, into a temporary register.
    pub(super) fn template(&mut self, t: &'b TemplateLiteral<'a>, dst: Reg) {
        let cooked = |quasi: &TemplateElement<'a>| {
            literal(quasi.value.cooked.map_or("", |c| c.as_str()), quasi.lone_surrogates)
        };
        let is_empty = |quasi: &TemplateElement<'a>| quasi.value.cooked.is_none_or(|c| c.is_empty());
        let Some((first, others)) = t.quasis.split_first() else { return };
        let mut begun = !is_empty(first) || t.expressions.is_empty();
        if begun {
            self.load_string(cooked(first), dst);
        }
        for (e, quasi) in t.expressions.iter().zip(others) {
            let mark = self.f.top;
            let part = if begun { self.alloc() } else { dst };
            let value = self.expr_hint(e, Some(part));
            self.at(e.span().start);
            self.op(Op::ToStr, part, value, 0);
            if begun {
                self.op(Op::Add, dst, dst, u32::from(part));
            }
            begun = true;
            if !is_empty(quasi) {
                let part = self.alloc();
                self.load_string(cooked(quasi), part);
                self.op(Op::Add, dst, dst, u32::from(part));
            }
            self.f.top = mark;
        }
    }

    pub(super) fn template_object(&mut self, t: &TemplateLiteral<'a>, dst: Reg) {
        let cooked = t.quasis.iter().map(|q| q.value.cooked.map(|c| literal(c.as_str(), q.lone_surrogates)));
        let raw =
            t.quasis.iter().map(|q| text(&q.value.raw.as_str().replace("\r\n", "\n").replace('\r', "\n")));
        let constant = Constant::Template { cooked: cooked.collect(), raw: raw.collect() };
        let constant = self.f.e.constant(constant);
        self.op(Op::TemplateObject, dst, 0, constant);
    }

    pub(super) fn array(&mut self, a: &'b ArrayExpression<'a>, dst: Reg) {
        self.op(Op::NewArray, dst, 0, (a.elements.len() as u32).min(0xff_ffff));
        for element in &a.elements {
            let mark = self.f.top;
            match element {
                ArrayExpressionElement::SpreadElement(s) => self.spread_into(dst, s),
                ArrayExpressionElement::Elision(_) => {
                    let hole = self.alloc();
                    self.op(Op::LoadEmpty, hole, 0, 0);
                    self.op(Op::ArrayPush, dst, hole, 0);
                }
                element => {
                    if let Some(e) = element.as_expression() {
                        let value = self.expr_any(e);
                        self.op(Op::ArrayPush, dst, value, 0);
                    }
                }
            }
            self.f.top = mark;
        }
    }

    pub(super) fn object(&mut self, o: &'b ObjectExpression<'a>, dst: Reg) {
        self.at(o.span.start);
        self.op(Op::NewObject, dst, 0, (o.properties.len() as u32).min(0xff_ffff));
        for property in &o.properties {
            let mark = self.f.top;
            match property {
                ObjectPropertyKind::SpreadProperty(s) => {
                    let source = self.expr_any(&s.argument);
                    self.at(s.span.start);
                    self.op(Op::CopyDataProperties, dst, source, 0);
                }
                ObjectPropertyKind::ObjectProperty(p) => self.object_property(p, dst),
            }
            self.f.top = mark;
        }
    }

    fn object_property(&mut self, p: &'b ObjectProperty<'a>, object: Reg) {
        let is_method = p.method || p.kind != PropertyKind::Init;
        if !is_method && !p.computed && !p.shorthand && p.key.static_name().is_some_and(|n| n == "__proto__")
        {
            let value = self.expr_any(&p.value);
            return self.op(Op::SetPrototype, object, value, 0);
        }
        let key = property_key(&p.key, p.computed);
        if let (true, Expression::FunctionExpression(f)) = (is_method, &p.value) {
            return self.object_method(p, f, &key, object);
        }
        match key {
            Key::Name(name) => {
                let value = if is_anonymous(&p.value) {
                    let value = self.alloc();
                    self.expr_named(&p.value, value, Some(NameHint::Text(name.clone())));
                    value
                } else {
                    self.expr_any(&p.value)
                };
                let cache = self.cache(name);
                self.at(p.span.start);
                self.op(Op::DefineField, object, value, cache);
            }
            key => {
                let key = self.key_register(&key);
                let value = if is_anonymous(&p.value) {
                    let value = self.alloc();
                    self.expr_named(&p.value, value, Some(NameHint::Key(key)));
                    value
                } else {
                    self.expr_any(&p.value)
                };
                self.at(p.span.start);
                self.op(Op::DefineElement, object, key, u32::from(value));
            }
        }
    }

    /// A property key in a register.
    pub(super) fn key_register(&mut self, key: &Key<'b, 'a>) -> Reg {
        let reg = self.alloc();
        match key {
            Key::Name(name) => self.load_string(name.clone(), reg),
            Key::Number(value) => self.load_number(*value, reg),
            Key::Computed(e) => {
                let value = self.expr_hint(e, Some(reg));
                self.at(e.span().start);
                self.op(Op::ToPropertyKey, reg, value, 0);
            }
            Key::Private(name) => {
                let value = self.private_name(name);
                self.f.e.mov(reg, value);
            }
        }
        reg
    }

    fn object_method(
        &mut self,
        p: &'b ObjectProperty<'a>,
        f: &'b Function<'a>,
        key: &Key<'b, 'a>,
        object: Reg,
    ) {
        let (flags, prefix) = match p.kind {
            PropertyKind::Get => (MethodFlags::GETTER, 1),
            PropertyKind::Set => (MethodFlags::SETTER, 2),
            PropertyKind::Init => (0, 0),
        };
        let span = (p.span.start, p.span.end);
        if let (Key::Name(name), 0) = (key, flags) {
            let function = self.alloc();
            self.method(f, Some(name), prefix, span, function);
            self.home(f, function, object);
            let cache = self.cache(name.clone());
            self.at(p.span.start);
            return self.op(Op::DefineField, object, function, cache);
        }
        let name = key_text(key);
        let key_reg = self.key_register(key);
        let function = self.alloc();
        self.method(f, name.as_ref(), prefix, span, function);
        self.home(f, function, object);
        if name.is_none() {
            self.op(Op::SetFunctionName, function, key_reg, prefix);
        }
        self.at(p.span.start);
        let flags = u32::from(flags | MethodFlags::ENUMERABLE) << 16;
        self.op(Op::DefineMethod, object, key_reg, u32::from(function) | flags);
    }

    /// Gives a method its home object if it has any use for it.
    pub(super) fn home(&mut self, f: &'b Function<'a>, function: Reg, object: Reg) {
        if let Some(&id) = self.an.func_of.get(&address(f))
            && (self.an.func(id).uses_super || self.an.func(id).has_eval)
        {
            self.op(Op::SetHome, function, object, 0);
        }
    }
}

/// What a key is called, if that is known before it runs.
pub(super) fn key_text(key: &Key<'_, '_>) -> Option<Text> {
    match key {
        Key::Name(name) => Some(name.clone()),
        Key::Number(value) => Some(text(ryu_js::Buffer::new().format(*value))),
        Key::Private(name) => Some(text(&format!("#{}", name.name))),
        Key::Computed(_) => None,
    }
}

pub(super) fn property_key<'b, 'a>(key: &'b PropertyKey<'a>, computed: bool) -> Key<'b, 'a> {
    match key {
        PropertyKey::StaticIdentifier(id) => Key::Name(text(id.name.as_str())),
        PropertyKey::PrivateIdentifier(id) => Key::Private(id),
        key => match key.as_expression().map(Expression::without_parentheses) {
            Some(Expression::StringLiteral(s)) => {
                string_key(literal(s.value.as_str(), s.lone_surrogates), &s.value)
            }
            Some(Expression::NumericLiteral(n)) => number_key(n.value),
            Some(Expression::BigIntLiteral(n)) if !computed => string_key(text(&n.value), &n.value),
            Some(e) => Key::Computed(e),
            None => Key::Name(text("")),
        },
    }
}

fn string_key<'b, 'a>(name: Text, value: &str) -> Key<'b, 'a> {
    match value.parse::<f64>() {
        Ok(number) if is_index(value) && (value == "0" || !value.starts_with('0')) => Key::Number(number),
        _ => Key::Name(name),
    }
}

fn number_key<'b, 'a>(value: f64) -> Key<'b, 'a> {
    if (0.0..4_294_967_295.0).contains(&value) && value.fract() == 0.0 {
        return Key::Number(value);
    }
    Key::Name(text(ryu_js::Buffer::new().format(value)))
}
