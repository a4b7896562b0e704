//! Calls.

use super::{Bytes, Compiler, bytes};
use crate::inst::Op;
use sox_syntax::ast::{Expr, ExprKind, Ident, Name, Var};

impl Compiler<'_> {
    pub(super) fn call(&mut self, callee: &Expr, args: &[Expr], to: u8, span: Bytes) {
        if !self.state().regs.has_room(args.len() as u32 + 2) {
            return self.call_spread(callee, args, to, span);
        }
        // The window of the callee starts where its result is wanted, when nothing is above that.
        let top = self.state().regs.next() == u32::from(to) + 1;
        let base = if top { to } else { self.temp() };
        let count = args.len() as u8;
        match &callee.kind {
            ExprKind::Property(receiver, name) => {
                self.expr_to(receiver, base);
                self.args(args);
                let cache = self.state().asm.cache(&name.name);
                self.emit(Op::Invoke, base, count, 0, cache, span);
            }
            ExprKind::Super { this, class, name } => {
                self.read_var(*this, base, bytes(callee.span));
                self.args(args);
                self.super_invoke(*class, name, base, count, span);
            }
            _ => {
                self.expr_to(callee, base);
                self.args(args);
                self.emit(Op::Call, base, count, 0, 0, span);
            }
        }
        self.move_to(to, base, span);
    }

    /// Computes arguments into the registers that come next.
    fn args(&mut self, args: &[Expr]) {
        for arg in args {
            self.expr_temp(arg);
        }
    }

    fn super_invoke(&mut self, class: Var, name: &Ident, base: u8, count: u8, span: Bytes) {
        let superclass = match self.register_of(class) {
            Some(register) => register,
            None => {
                let temp = self.temp();
                self.read_var(class, temp, span);
                temp
            }
        };
        let cache = self.state().asm.cache(&name.name);
        self.emit(Op::SuperInvoke, base, count, superclass, cache, span);
    }

    /// A call where registers for the arguments are short: they go into an array. A method of a superclass is fetched like
    /// any property.
    fn call_spread(&mut self, callee: &Expr, args: &[Expr], to: u8, span: Bytes) {
        let base = self.state().regs.take(2);
        if let ExprKind::Property(receiver, name) = &callee.kind {
            self.expr_to(receiver, base);
            self.array(args, base + 1, span);
            let cache = self.state().asm.cache(&name.name);
            self.emit(Op::InvokeSpread, base, 0, 0, cache, span);
        } else {
            self.expr_to(callee, base);
            self.array(args, base + 1, span);
            self.emit(Op::CallSpread, base, 0, 0, 0, span);
        }
        self.move_to(to, base, span);
    }

    pub(super) fn get_super(&mut self, this: Var, class: Var, name: &Name, to: u8, span: Bytes) {
        let [this, class] = [this, class].map(|var| match self.register_of(var) {
            Some(register) => register,
            None => {
                let temp = self.temp();
                self.read_var(var, temp, span);
                temp
            }
        });
        let cache = self.state().asm.cache(name);
        self.emit(Op::GetSuper, to, this, class, cache, span);
    }
}
