//! What calls hand back: where the result is going to be a number anyway, it is checked once, with whether there is one.

use crate::calls::is_call;
use crate::emit::Emitter;
use crate::operands::effect;
use crate::runtime::Reason;
use crate::value::Val;
use ir::{Block, IntCond, Op as Ir, Type, Value};
use sox_bytecode::feedback::{Feedback, MANY, OTHER, RESULT, Seen, Target};
use sox_bytecode::{Inst, Op};
use sox_rt::Tag;

/// No tag is beyond this one. Any mark is beyond all tags.
const LAST_TAG: u64 = 0xff;

/// Instructions behind a call that are looked at for where its result is used.
const SOON: usize = 32;

/// Whether what a call hands back is used as a number soon, and was one so far: it is checked to be one at once. Only where one
/// function is called.
pub(crate) fn hands_back_number(feedback: &Feedback, pc: usize) -> bool {
    let function = feedback.function();
    let inst = function.code[pc];
    if feedback.flags[pc] & RESULT != 0 || !has_one_callee(feedback, pc, inst) {
        return false;
    }
    for (next, after) in function.code.iter().enumerate().skip(pc + 1).take(SOON) {
        let Some(op) = after.op() else { return false };
        let effect = effect(&feedback.module, *after, op);
        if effect.reads.contains(inst.a()) {
            return takes_numbers(op) && feedback.flags[next] & OTHER == 0;
        }
        if effect.writes.contains(inst.a()) || op.ends_block() || crate::flow::jumps(op) {
            return false;
        }
    }
    false
}

/// Whether an instruction works on numbers only where nothing else was seen.
fn takes_numbers(op: Op) -> bool {
    let arithmetic = matches!(
        op,
        Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Div
            | Op::Rem
            | Op::AddK
            | Op::SubK
            | Op::MulK
            | Op::DivK
            | Op::RemK
    );
    arithmetic || matches!(op, Op::SubFrom | Op::DivFrom | Op::Neg) || crate::compare::ordering(op).is_some()
}

/// Whether an instruction calls one function in compiled code, and leaves for whatever else it may find.
fn has_one_callee(feedback: &Feedback, pc: usize, inst: Inst) -> bool {
    let seen = || feedback.caches.get(inst.index()).map_or(&[][..], |seen| seen);
    match inst.op() {
        Some(Op::Call) if feedback.flags[pc] & MANY == 0 => {
            matches!(feedback.targets_at(pc)[..], [Target::Function(callee)] if is_call(inst, callee))
        }
        Some(Op::Invoke) if feedback.flags[pc] & (MANY | OTHER) == 0 => {
            matches!(*seen(), [Seen::Method { callee, .. }] if is_call(inst, callee))
        }
        Some(Op::SuperInvoke) if feedback.flags[pc] & MANY == 0 => {
            matches!(*seen(), [Seen::Super { callee, .. }] if is_call(inst, callee))
        }
        _ => false,
    }
}

impl Emitter<'_> {
    /// A block that results of a call are handed to.
    pub(crate) fn result_block(&mut self, number: bool) -> Block {
        self.new_block(if number { &[Type::F64] } else { &[Type::I64; 2] })
    }

    /// Ends the block: hands a result on that is what it is to be.
    pub(crate) fn hand_on(&mut self, done: Block, number: bool, value: Val) {
        if number {
            let value = self.float(value);
            return self.b().jump(done, &[value]);
        }
        let (tag, payload) = self.boxed(value);
        self.b().jump(done, &[tag, payload]);
    }

    /// Ends the block: hands on what a call came back with, unless it threw.
    pub(crate) fn check_result(&mut self, done: Block, number: bool, (tag, payload): (Value, Value)) {
        if !number {
            // A mark that is not handed back need not be kept in a register.
            let out = self.threw_if_mark(tag);
            self.throws_in(out);
            return self.b().jump(done, &[tag, payload]);
        }
        let holds = self.is_tag(tag, Tag::Number);
        let (on, other) = (self.new_block(&[]), self.cold_block());
        self.b().brif(holds, (on, &[]), (other, &[]));
        self.switch_to(on);
        let value = self.b().unary(Ir::BitsToF64, payload);
        self.b().jump(done, &[value]);
        self.switch_to(other);
        let out = self.threw_if_mark(tag);
        self.throws_in(out);
        self.apart(|this| {
            let a = this.feedback.function().code[this.pc].a();
            this.set(a, Val::Any(tag, payload));
            this.count = None;
            this.deopt(this.pc + 1, Reason::Result);
        });
    }

    /// Goes on unless a tag is a mark; where to go if it is.
    fn threw_if_mark(&mut self, tag: Value) -> Block {
        let last = self.int(LAST_TAG);
        let threw = self.b().icmp(IntCond::Ugt, tag, last);
        self.unlikely(threw)
    }

    /// What was handed to a block for results.
    pub(crate) fn result(&mut self, done: Block, number: bool) -> Val {
        self.switch_to(done);
        let results = self.params(done);
        if number { Val::Number(results[0]) } else { Val::Any(results[0], results[1]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sox_bytecode::feedback::Callee;
    use sox_bytecode::{Globals, Source, compile};
    use sox_syntax::Mode;
    use std::sync::Arc;

    /// Which calls of a program's first function are taken to hand back numbers, when all call one function, with these flags on
    /// calls and on what follows.
    fn numbers(body: &str, (on_calls, on_others): (u8, u8)) -> Vec<bool> {
        let text = format!("fn f(a, b) {{ {body} }}");
        let parsed = sox_syntax::parse_as(text.as_bytes(), Mode::Script);
        let source = Source { text: text.as_bytes(), file: "test.sox", imported: false };
        let module = compile(&parsed.module, &source, &mut Globals::default()).expect("it is a program");
        let number =
            module.functions.iter().position(|function| &*function.name == "f").expect("there is one");
        let code = module.functions[number].code.clone();
        let is_call = |inst: &Inst| inst.op() == Some(Op::Call);
        let target =
            |inst: &Inst| Target::Function(Callee { code: 0, params: u32::from(inst.b()), compiles: true });
        let feedback = Feedback {
            module: Arc::new(module),
            number,
            first: 0,
            globals: 0,
            constants: Box::default(),
            flags: code.iter().map(|inst| if is_call(inst) { on_calls } else { on_others }).collect(),
            targets: code.iter().map(target).collect(),
            more_targets: Box::default(),
            caches: Box::default(),
            steady: Box::default(),
        };
        let calls = (0..code.len()).filter(|pc| is_call(&code[*pc]));
        calls.map(|pc| hands_back_number(&feedback, pc)).collect()
    }

    #[test]
    fn results_that_are_calculated_with_are_numbers() {
        assert_eq!(numbers("return f(a, b) + f(b, a)", (0, 0)), [true, true]);
        assert_eq!(numbers("return f(a, b) * 2 < f(b, a)", (0, 0)), [true, true]);
        assert_eq!(numbers("return -f(f(a, b), a)", (0, 0)), [false, true]);
        assert_eq!(numbers("return f(a, b)", (0, 0)), [false]);
        assert_eq!(numbers("f(a, b); return [f(a, b)]", (0, 0)), [false, false]);
    }

    #[test]
    fn what_was_seen_to_be_others_is_not() {
        assert_eq!(numbers("return f(a, b) + f(b, a)", (RESULT, 0)), [false, false]);
        assert_eq!(numbers("return f(a, b) + f(b, a)", (MANY, 0)), [false, false]);
        assert_eq!(numbers("return f(a, b) + f(b, a)", (0, OTHER)), [false, false]);
        let far = "b = a; ".repeat(40);
        assert_eq!(numbers(&format!("var x = f(a, b); {far} return x + 1"), (0, 0)), [false]);
    }
}
