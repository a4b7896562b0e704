//! Calls that end at the callee's first test: the caller does that test, and makes no call.
//!
//! Half of the calls of many recursive functions are of this kind.

use crate::compare::ordering;
use crate::emit::Emitter;
use crate::value::{Val, as_int};
use ir::{Block, FloatCond};
use sox_bytecode::feedback::{Callee, Feedback};
use sox_bytecode::{Constant, Function, Inst, Op, Operand};

/// What a function does that starts with a test of an argument against a number, and returns if that holds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Early {
    /// The argument that is compared, by register.
    reg: u8,
    cond: FloatCond,
    number: f64,
    result: Returned,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Returned {
    /// An argument, by register.
    Argument(u8),
    Number(f64),
    Bool(bool),
    Nil,
}

/// The comparison of an argument with a number after which a function goes on, rather than to jump.
fn stays(op: Op) -> Option<FloatCond> {
    match op {
        Op::JumpNeK => Some(FloatCond::Eq),
        Op::JumpEqK => Some(FloatCond::Ne),
        _ if op.operands()[1] != Operand::Const => None,
        _ => ordering(op).and_then(|(cond, inverted)| inverted.then_some(cond)),
    }
}

fn number(function: &Function, index: usize) -> Option<f64> {
    match function.constants.get(index)? {
        Constant::Number(number) => Some(*number),
        Constant::String(_) => None,
    }
}

impl Early {
    fn of(feedback: &Feedback, code: u32) -> Option<Early> {
        let number_of = code.checked_sub(feedback.first)?;
        let function = feedback.module.functions.get(number_of as usize)?;
        let [test, then, ..] = function.code[..] else { return None };
        let is_argument = |reg: u8| (1..=function.params).contains(&u32::from(reg));
        let (reg, cond) = (test.a(), stays(test.op()?)?);
        let number = number(function, usize::from(test.b()))?;
        let result = returned(function, then, is_argument)?;
        is_argument(reg).then_some(Early { reg, cond, number, result })
    }
}

/// What the second instruction of a function returns, alone or with the third.
fn returned(function: &Function, inst: Inst, is_argument: impl Fn(u8) -> bool) -> Option<Returned> {
    let value = match inst.op()? {
        Op::Return => return is_argument(inst.a()).then(|| Returned::Argument(inst.a())),
        Op::ReturnNil => return Some(Returned::Nil),
        Op::LoadInt => Returned::Number(f64::from(inst.imm())),
        Op::LoadConst => Returned::Number(number(function, inst.index())?),
        Op::LoadTrue => Returned::Bool(true),
        Op::LoadFalse => Returned::Bool(false),
        Op::LoadNil => Returned::Nil,
        _ => return None,
    };
    let end = function.code.get(2)?;
    (end.op() == Some(Op::Return) && end.a() == inst.a()).then_some(value)
}

impl Emitter<'_> {
    /// In front of a call: does what the callee does if its first test holds, and goes on at `done` with the result. The call is
    /// counted all the same; but limits are looked at by whoever counts next with a look, which is each function and each round of a
    /// loop. Whether the frame record is complete at `done` if it is so behind the call.
    pub(crate) fn early_exit(&mut self, inst: Inst, callee: Callee, (done, number): (Block, bool)) -> bool {
        let Some(early) = Early::of(self.feedback, callee.code) else { return true };
        let x = self.reg(inst.a() + early.reg);
        let result = self.early_result(inst, early.result);
        if !x.kind().is_number() || number && !result.kind().is_number() {
            return true;
        }
        let recorded = self.is_recorded();
        let y = match (x, as_int(early.number)) {
            (Val::Int(_), Some(_)) => self.number_constant(early.number),
            _ => Val::Number(self.b().fconst(early.number)),
        };
        let holds = self.compare(early.cond, x, y);
        let (returns, calls) = (self.new_block(&[]), self.new_block(&[]));
        self.b().brif(holds, (returns, &[]), (calls, &[]));
        self.switch_to(returns);
        self.count_call();
        self.hand_on(done, number, result);
        self.switch_to(calls);
        recorded
    }

    fn early_result(&mut self, inst: Inst, result: Returned) -> Val {
        match result {
            Returned::Argument(reg) => self.reg(inst.a() + reg),
            Returned::Number(number) => self.number_constant(number),
            Returned::Bool(value) => Val::Bool(self.b().bconst(value)),
            Returned::Nil => Val::Nil,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sox_bytecode::{Globals, Source, compile};
    use sox_syntax::Mode;
    use std::sync::Arc;

    /// What is known of the first function of a program.
    fn early(text: &str) -> Option<Early> {
        let parsed = sox_syntax::parse_as(text.as_bytes(), Mode::Script);
        let source = Source { text: text.as_bytes(), file: "test.sox", imported: false };
        let module = compile(&parsed.module, &source, &mut Globals::default()).expect("it is a program");
        let number =
            module.functions.iter().position(|function| &*function.name == "f").expect("there is one");
        let feedback = Feedback {
            module: Arc::new(module),
            number,
            first: 3,
            globals: 0,
            constants: Box::default(),
            flags: Box::default(),
            targets: Box::default(),
            more_targets: Box::default(),
            caches: Box::default(),
            steady: Box::default(),
        };
        assert_eq!(Early::of(&feedback, 2), None);
        assert_eq!(Early::of(&feedback, 1000), None);
        Early::of(&feedback, number as u32 + 3)
    }

    #[test]
    fn functions_are_known_that_start_with_a_test_and_return() {
        let expect = |reg, cond, number, result| Some(Early { reg, cond, number, result });
        let argument = Returned::Argument;
        let rest = "return f(n - 1) + f(n - 2) }";
        let of = |test: &str| early(&format!("fn f(a, n) {{ {test}; {rest}"));
        assert_eq!(of("if n < 2 { return n }"), expect(2, FloatCond::Lt, 2.0, argument(2)));
        assert_eq!(of("if n <= 2.5 { return a }"), expect(2, FloatCond::Le, 2.5, argument(1)));
        assert_eq!(of("if n > 2 { return }"), expect(2, FloatCond::Gt, 2.0, Returned::Nil));
        assert_eq!(of("if a >= 2 { return 7 }"), expect(1, FloatCond::Ge, 2.0, Returned::Number(7.0)));
        assert_eq!(of("if n == 0 { return 0.5 }"), expect(2, FloatCond::Eq, 0.0, Returned::Number(0.5)));
        assert_eq!(of("if n != 0 { return true }"), expect(2, FloatCond::Ne, 0.0, Returned::Bool(true)));
    }

    #[test]
    fn others_are_not() {
        for text in [
            "fn f(n) { if n < n { return n } return f(n) }",
            "fn f(n) { if n < 2 { return n + 1 } return f(n) }",
            "fn f(n) { if n == \"\" { return n } return f(n) }",
            "fn f(n) { if n == 0 { return \"\" } return f(n) }",
            "fn f(n) { while n < 2 { n = n + 1 } return n }",
            "fn f(n) { defer () { print n } if n < 2 { return n } return f(n) }",
            "fn f(n) { if n < 2 { return f } return f(n) }",
            "fn f(n) { var g = fn () { n = n + 1 }; if n < 2 { return n } return g }",
        ] {
            assert_eq!(early(text), None, "{text}");
        }
    }
}
