//! `accessor` fields: a private field, a getter and a setter.

use super::function::NameHint;
use super::literal::{Key, key_text, property_key};
use super::{Gen, Source};
use crate::emit::Reg;
use crate::scope::{accessor_name, accessor_parts, address};
use crate::text::{prefixed, text};
use js_bytecode::{MethodFlags, Op, Text};
use oxc_ast::ast::*;

impl<'b, 'a> Gen<'b, 'a> {
    /// The body of the getter or setter.
    pub(super) fn accessor_body(&mut self, index: usize, setter: bool) {
        let name = self.alloc();
        self.load_name(&accessor_name(index), u32::MAX, name);
        if setter {
            return self.op(Op::SetPrivate, 1, name, 2);
        }
        self.op(Op::GetPrivate, name, 1, u32::from(name));
        self.op(Op::Return, name, 0, 0);
    }

    /// Makes getter and setter; those of a private field of instances wait in variables.
    pub(super) fn accessor_methods(&mut self, index: usize, a: &'b AccessorProperty<'a>, class: Reg) {
        let object = if a.r#static { class } else { class + 1 };
        let key = property_key(&a.key, a.computed);
        let name = key_text(&key);
        let waits = matches!(key, Key::Private(_)) && !a.r#static;
        let key_reg = if waits { 0 } else { self.key_register(&key) };
        let Some(&(getter, setter)) = self.an.accessor_of.get(&address(a)) else { return };
        let parts = accessor_parts(index);
        for (setter, id, part) in [(false, getter, &parts[0]), (true, setter, &parts[1])] {
            let mark = self.f.top;
            let function = self.alloc();
            let prefix = if setter { "set " } else { "get " };
            let called: Text = name.as_ref().map_or_else(|| text(""), |n| prefixed(prefix, n));
            let span = (a.span.start, a.span.end);
            let made = self.enqueue(id, Source::Accessor { index, setter }, called, span, true);
            self.closure(function, made);
            if name.is_none() {
                self.op(Op::SetFunctionName, function, key_reg, 1 + u32::from(setter));
            }
            let flags = if setter { MethodFlags::SETTER } else { MethodFlags::GETTER };
            let operand = u32::from(function) | u32::from(flags) << 16;
            self.at(a.span.start);
            match (waits, &key) {
                (true, _) => self.init_variable(part, function),
                (false, Key::Private(_)) => self.op(Op::DefinePrivate, object, key_reg, operand),
                _ => self.op(Op::DefineMethod, object, key_reg, operand),
            }
            self.f.top = mark;
        }
    }

    /// Gives an instance its private accessor.
    pub(super) fn define_private_accessor(&mut self, index: usize, a: &'b AccessorProperty<'a>) {
        let PropertyKey::PrivateIdentifier(id) = &a.key else { return };
        let name = self.private_name(id);
        for (part, flag) in accessor_parts(index).iter().zip([MethodFlags::GETTER, MethodFlags::SETTER]) {
            let function = self.alloc();
            self.load_name(part, u32::MAX, function);
            self.at(a.span.start);
            self.op(Op::DefinePrivate, 1, name, u32::from(function) | u32::from(flag) << 16);
        }
    }

    /// Gives an object the field behind it.
    pub(super) fn define_accessor_storage(&mut self, index: usize, a: &'b AccessorProperty<'a>) {
        let hint = key_text(&property_key(&a.key, a.computed)).map(NameHint::Text);
        let value = self.alloc();
        match &a.value {
            Some(e) => self.expr_named(e, value, hint),
            None => self.op(Op::LoadUndefined, value, 0, 0),
        }
        let name = self.alloc();
        self.load_name(&accessor_name(index), u32::MAX, name);
        self.at(a.span.start);
        self.op(Op::DefinePrivate, 1, name, u32::from(value));
    }
}
