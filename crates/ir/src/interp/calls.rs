//! Activations: entering, returning, unwinding.

use crate::entity::Func;
use crate::eval::Const;
use crate::function::InstData;
use crate::interp::{Activation, Flow, Interp, Outcome, Undefined, types_match};
use std::ops::ControlFlow;

impl<'m> Interp<'m, '_> {
    /// Starts a function on arguments of its parameter types.
    pub(super) fn enter(&mut self, func: Func, args: &[Const]) -> Flow {
        if self.stack.len() >= self.limits.depth {
            return ControlFlow::Break(Outcome::StackOverflow);
        }
        let function = &self.module.functions[func];
        self.push_activation(func);
        for (param, arg) in function.blocks[function.entry()].params.iter().zip(args) {
            self.set(*param, *arg);
        }
        ControlFlow::Continue(())
    }

    /// Calls a function from the running one.
    pub(super) fn call_function(&mut self, inst: &InstData, func: Func, args: &[Const]) -> Flow {
        match self.host.call(func, args) {
            None => self.enter(func, args),
            Some(Outcome::Return(values))
                if types_match(&values, &self.module.functions[func].signature.results) =>
            {
                self.call_returned(inst, &values)
            }
            Some(Outcome::Return(_)) => {
                ControlFlow::Break(Outcome::Undefined(Undefined::ResumedResults(func)))
            }
            Some(Outcome::Throw) => self.call_threw(inst),
            Some(outcome) => ControlFlow::Break(outcome),
        }
    }

    /// An activation at the entry of a function, all values zero.
    pub(super) fn push_activation(&mut self, func: Func) {
        let function = &self.module.functions[func];
        let mut values = self.spare.pop().unwrap_or_default();
        values.clear();
        values.extend(function.values.values().map(|v| Const::zero(v.ty)));
        self.stack.push(Activation { func, values, block: function.entry(), next: 0 });
    }

    pub(super) fn pop(&mut self) -> Option<Func> {
        let done = self.stack.pop()?;
        self.spare.push(done.values);
        Some(done.func)
    }

    /// The call instruction that the running activation waits in.
    fn pending(&mut self) -> &'m InstData {
        let function = self.function();
        let top = self.top();
        &function.insts[function.blocks[top.block].insts[top.next - 1]]
    }

    /// Ends the running activation with results.
    pub(super) fn leave(&mut self, results: &[Const]) -> Flow {
        self.pop();
        if self.stack.is_empty() {
            return ControlFlow::Break(Outcome::Return(results.to_vec()));
        }
        let call = self.pending();
        self.call_returned(call, results)
    }

    /// Hands the results of a call to the running activation.
    pub(super) fn call_returned(&mut self, call: &InstData, results: &[Const]) -> Flow {
        for (value, result) in call.results.iter().zip(results) {
            self.set(*value, *result);
        }
        if let (true, Some(threw)) = (call.catches(), call.results.last()) {
            self.set(*threw, Const::bool(false));
        }
        ControlFlow::Continue(())
    }

    /// A call in the running activation threw.
    pub(super) fn call_threw(&mut self, call: &InstData) -> Flow {
        if !call.catches() {
            return self.throw();
        }
        let function = self.function();
        for value in &call.results {
            self.set(*value, Const::zero(function.ty(*value)));
        }
        if let Some(threw) = call.results.last() {
            self.set(*threw, Const::bool(true));
        }
        ControlFlow::Continue(())
    }

    /// Ends activations with an exception until a call catches it.
    pub(super) fn throw(&mut self) -> Flow {
        while let Some(func) = self.pop() {
            if !self.module.functions[func].signature.throws {
                return ControlFlow::Break(Outcome::Undefined(Undefined::UndeclaredThrow(func)));
            }
            if self.stack.is_empty() {
                break;
            }
            let call = self.pending();
            if call.catches() {
                return self.call_threw(call);
            }
        }
        ControlFlow::Break(Outcome::Throw)
    }
}
