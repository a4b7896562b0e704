//! Classes and interfaces.

use super::{Bytes, Compiler, bytes};
use crate::function::InterfaceInfo;
use crate::inst::Op;
use sox_syntax::ast::{Class, Ident, Target};

impl Compiler<'_> {
    pub(super) fn class(&mut self, class: &Class) {
        let name_span = bytes(class.target.ident.span);
        // The name is bound before methods are made: those of a local class capture it.
        self.bind_with(&class.target, name_span, |compiler, to| {
            let name = compiler.state().asm.name(&class.target.ident.name);
            compiler.emit(Op::Class, to, 0, 0, name as i32, name_span);
        });
        let inner = self.open_scope();
        let register = self.temp();
        self.read_name(&class.target.ident.name, class.target.binding, register, name_span);
        self.superclass(class, register);
        for method in &class.methods {
            self.method(method, register);
        }
        for (interface, binding) in &class.interfaces {
            let mark = self.mark();
            let value = self.temp();
            self.read_name(&interface.name, *binding, value, bytes(interface.span));
            self.emit(Op::Implements, register, value, 0, 0, bytes(interface.span));
            self.release(mark);
        }
        self.close_scope(inner);
    }

    /// Inherits, and keeps the superclass for the methods to capture.
    fn superclass(&mut self, class: &Class, register: u8) {
        let Some((name, binding)) = &class.superclass else { return };
        let span = bytes(name.span);
        match class.super_var {
            Some(var) => {
                let slot = self.declare(var);
                let mark = self.mark();
                let value = self.near(slot.home);
                self.read_name(&name.name, *binding, value, span);
                self.emit(Op::Inherit, register, value, 0, 0, span);
                self.put(slot.home, value, span);
                self.release(mark);
            }
            None => {
                let mark = self.mark();
                let value = self.temp();
                self.read_name(&name.name, *binding, value, span);
                self.emit(Op::Inherit, register, value, 0, 0, span);
                self.release(mark);
            }
        }
    }

    fn method(&mut self, method: &sox_syntax::ast::Function, class: u8) {
        let mark = self.mark();
        let span = bytes(method.span);
        let closure = self.temp();
        self.closure(method, None, closure, span);
        let name = method.name.as_ref().map_or("", |ident| &ident.name);
        let name = self.state().asm.name(name);
        self.emit(Op::Method, class, closure, 0, name as i32, span);
        self.release(mark);
    }

    pub(super) fn interface(&mut self, target: &Target, methods: &[(Ident, u32)], span: Bytes) {
        let methods = methods.iter().map(|(name, params)| (name.name.clone(), *params)).collect();
        let name = target.ident.name.clone();
        self.state().interfaces.push(InterfaceInfo { name, methods });
        let number = self.state().interfaces.len() as i32 - 1;
        self.bind_with(target, span, |compiler, to| compiler.emit(Op::Interface, to, 0, 0, number, span));
    }
}
