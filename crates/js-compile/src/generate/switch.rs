//! `switch`.

use super::Gen;
use super::control::Control;
use super::expression::small_int;
use crate::scope::address;
use js_bytecode::Op;
use oxc_ast::ast::*;
use oxc_span::GetSpan;

impl<'b, 'a> Gen<'b, 'a> {
    pub(super) fn switch(&mut self, s: &'b SwitchStatement<'a>) {
        // The tests come before any statement; where they are plain, a variable stays what it is.
        let plain = s.cases.iter().filter_map(|c| c.test.as_ref()).all(Expression::is_literal);
        let value = if plain { self.expr_any(&s.discriminant) } else { self.expr_new(&s.discriminant) };
        self.no_completion();
        let floor = self.pin();
        let Some((_, saved)) = self.enter_node(address(s)) else { return };
        for case in &s.cases {
            self.hoist_functions(&case.consequent);
        }
        let end = self.f.e.label();
        let labels = std::mem::take(&mut self.f.labels);
        let mut default = end;
        let mut targets = Vec::with_capacity(s.cases.len());
        for case in &s.cases {
            let target = self.f.e.label();
            targets.push(target);
            let Some(test) = &case.test else {
                default = target;
                continue;
            };
            let mark = self.f.top;
            match small_int(test).and_then(|v| i16::try_from(v).ok()) {
                Some(int) => self.f.e.jump(Op::JumpStrictEqInt, value, int as u16, target),
                None => {
                    let test_value = self.expr_any(test);
                    self.at(test.span().start);
                    self.f.e.jump(Op::JumpStrictEq, value, test_value, target);
                }
            }
            self.f.top = mark;
        }
        self.f.e.jump(Op::Jump, 0, 0, default);
        self.f.control.push(Control::Target { labels, end: Some(end), next: None, plain: true });
        for (case, target) in s.cases.iter().zip(targets) {
            self.f.e.bind(target);
            self.statements(&case.consequent);
        }
        self.pop_target();
        self.f.e.bind(end);
        self.leave(saved);
        self.f.floor = floor;
    }
}
