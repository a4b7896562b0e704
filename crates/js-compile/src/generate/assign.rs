//! Assignments to variables and properties.

use super::Gen;
use super::expression::{binary_op, int_form, small_int};
use super::function::NameHint;
use super::member::static_key;
use super::name::{Found, Place};
use crate::emit::Reg;
use crate::parse::CALL_TARGET;
use crate::text::text;
use js_bytecode::{ErrorKind, Op};
use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

/// A reference, evaluated: its parts are in registers.
pub(super) enum Target<'a> {
    Name { name: &'a str, position: u32, found: Found, bound: Option<Reg> },
    Property { object: Reg, name: &'a str, position: u32 },
    Element { object: Reg, key: Reg, position: u32 },
    Private { object: Reg, name: Reg, position: u32 },
    Super { receiver: Reg, key: Reg, position: u32 },
}

impl<'b, 'a> Gen<'b, 'a> {
    pub(super) fn simple_target(&mut self, t: &'b SimpleAssignmentTarget<'a>) -> Target<'a> {
        self.target_before(t, Span::default())
    }

    /// Evaluates a reference to be used after code in a part of the source.
    pub(super) fn target_before(&mut self, t: &'b SimpleAssignmentTarget<'a>, later: Span) -> Target<'a> {
        match t {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => self.name_target(id, true),
            SimpleAssignmentTarget::StaticMemberExpression(m) => {
                let (name, position) = (m.property.name.as_str(), m.property.span.start);
                if name == CALL_TARGET {
                    return self.call_target(m);
                }
                if m.object.is_super() {
                    let receiver = self.alloc();
                    self.load_this(m.span.start, receiver);
                    let key = self.alloc();
                    let name = self.f.e.string(text(name));
                    self.op(Op::LoadConst, key, 0, name);
                    return Target::Super { receiver, key, position };
                }
                let object = self.expr_left(&m.object, later, None);
                Target::Property { object, name, position }
            }
            SimpleAssignmentTarget::ComputedMemberExpression(m) => self.element_target(m, later),
            SimpleAssignmentTarget::PrivateFieldExpression(m) => {
                let object = self.expr_left(&m.object, later, None);
                let name = self.private_name(&m.field);
                Target::Private { object, name, position: m.field.span.start }
            }
            t => {
                self.fail("Invalid left-hand side in assignment", t.span().start);
                Target::Property { object: 0, name: "", position: 0 }
            }
        }
    }

    /// A call that is assigned to: an error that only sloppy code may come to, when the call has been made.
    fn call_target(&mut self, m: &'b StaticMemberExpression<'a>) -> Target<'a> {
        const MESSAGE: &str = "Invalid left-hand side in assignment";
        let position = m.span.start;
        let call = matches!(m.object.without_parentheses(), Expression::CallExpression(_));
        if !call || self.an.func(self.f.func).strict {
            self.fail(MESSAGE, position);
        }
        let object = self.expr_new(&m.object);
        let message = self.f.e.string(text(MESSAGE));
        let dead = self.f.e.dead;
        self.at(position);
        self.op(Op::ThrowError, ErrorKind::Reference as u16, 0, message);
        self.f.e.dead = dead;
        Target::Property { object, name: "", position }
    }

    /// Such calls may not stand in patterns and logical assignments.
    pub(super) fn no_call_target(&mut self, target: &SimpleAssignmentTarget<'a>) {
        if let SimpleAssignmentTarget::StaticMemberExpression(m) = target
            && m.property.name == CALL_TARGET
        {
            self.fail("Invalid left-hand side in assignment", m.span.start);
        }
    }

    fn element_target(&mut self, m: &'b ComputedMemberExpression<'a>, later: Span) -> Target<'a> {
        let position = m.object.span().end;
        if m.object.is_super() {
            let receiver = self.alloc();
            self.load_this(m.span.start, receiver);
            let key = self.expr_new(&m.expression);
            return Target::Super { receiver, key, position: m.span.start };
        }
        let key_span = m.expression.span();
        let object = self.expr_left(&m.object, Span::new(key_span.start, key_span.end.max(later.end)), None);
        if let Some(name) = static_key(&m.expression) {
            return Target::Property { object, name, position };
        }
        let key = self.expr_left(&m.expression, later, None);
        Target::Element { object, key, position }
    }

    /// A variable to be assigned; what has to be looked up at run time is looked up now.
    pub(super) fn name_target(&mut self, id: &IdentifierReference<'a>, value_runs_code: bool) -> Target<'a> {
        let (name, position) = (id.name.as_str(), id.span.start);
        let found = self.lookup(name, position);
        let strict = self.an.func(self.f.func).strict;
        self.at(position);
        let bound = match found.place {
            Place::Dynamic(env) => {
                let reference = self.alloc_many(2);
                let name = self.f.e.string(text(name));
                self.op(Op::BindName, reference, env, name);
                Some(reference)
            }
            Place::Global if strict && value_runs_code && !self.an.declares(name) => {
                let known = self.alloc();
                let cache = self.cache(text(name));
                self.op(Op::CheckGlobal, known, 0, cache);
                Some(known)
            }
            _ => None,
        };
        Target::Name { name, position, found, bound }
    }

    /// Has the key of an element that is read and written converted once. It stays in its register while the value is computed.
    pub(super) fn settle_key(&mut self, target: &mut Target<'a>, of: &SimpleAssignmentTarget<'a>) {
        if let (
            Target::Element { object, key, position },
            SimpleAssignmentTarget::ComputedMemberExpression(m),
        ) = (target, of)
            && !m.expression.is_literal()
        {
            let settled = if self.is_temp(*key) { *key } else { self.alloc() };
            self.at(*position);
            self.op(Op::ToElementKey, settled, *key, u32::from(*object));
            *key = settled;
        }
    }

    pub(super) fn load_target(&mut self, target: &Target<'a>, dst: Reg) {
        match *target {
            Target::Name { name, position, found, bound } => match (found.place, bound) {
                (Place::Dynamic(_), Some(reference)) => {
                    let name = self.f.e.string(text(name));
                    self.at(position);
                    self.op(Op::GetBound, dst, reference, name);
                }
                _ => self.load_name(name, position, dst),
            },
            Target::Property { object, name, position } => self.get_property(object, name, position, dst),
            Target::Element { object, key, position } => {
                self.at(position);
                self.op(Op::GetElement, dst, object, u32::from(key));
            }
            Target::Private { object, name, position } => {
                self.at(position);
                self.op(Op::GetPrivate, dst, object, u32::from(name));
            }
            Target::Super { receiver, key, position } => {
                self.load_pseudo("%home", position, dst);
                self.at(position);
                self.op(Op::GetSuper, dst, key, u32::from(receiver));
            }
        }
    }

    /// Assigns; errors are where the operator stands, if there is one.
    fn store_by(&mut self, a: &AssignmentExpression<'a>, target: &Target<'a>, value: Reg) {
        let (from, to) = (a.left.span().end, a.right.span().start);
        let between = self.source.get(from as usize..to as usize).unwrap_or("");
        let skipped = between.bytes().take_while(|c| c.is_ascii_whitespace() || *c == b')').count();
        self.store_at(target, value, Some(from + skipped as u32));
    }

    pub(super) fn store_target(&mut self, target: &Target<'a>, value: Reg) {
        self.store_at(target, value, None);
    }

    fn store_at(&mut self, target: &Target<'a>, value: Reg, operator: Option<u32>) {
        match *target {
            Target::Name { name, position, found, bound } => {
                self.at(operator.unwrap_or(position));
                match (found.place, bound) {
                    (Place::Dynamic(_), Some(reference)) => {
                        let name = self.f.e.string(text(name));
                        self.op(Op::SetBound, value, reference, name);
                    }
                    (Place::Global, Some(known)) => {
                        let cache = self.cache(text(name));
                        self.op(Op::SetGlobalChecked, value, known, cache);
                    }
                    _ => self.store_found(found, name, position, value),
                }
            }
            Target::Property { object, name, position } => {
                let cache = self.cache(text(name));
                self.at(operator.unwrap_or(position));
                self.op(Op::SetProperty, object, value, cache);
            }
            Target::Element { object, key, position } => {
                self.at(operator.unwrap_or(position));
                self.op(Op::SetElement, object, key, u32::from(value));
            }
            Target::Private { object, name, position } => {
                self.at(operator.unwrap_or(position));
                self.op(Op::SetPrivate, object, name, u32::from(value));
            }
            Target::Super { receiver, key, position } => {
                let mark = self.f.top;
                let home = self.alloc_many(2);
                self.load_pseudo("%home", position, home);
                self.f.e.mov(home + 1, value);
                self.at(position);
                self.op(Op::SetSuper, home, key, u32::from(receiver));
                self.f.top = mark;
            }
        }
    }

    /// An assignment; without a destination its value is not wanted.
    pub(super) fn assignment(&mut self, a: &'b AssignmentExpression<'a>, dst: Option<Reg>) {
        let mark = self.f.top;
        match (a.operator, a.left.as_simple_assignment_target()) {
            (AssignmentOperator::Assign, Some(target)) => self.assign(a, target, dst),
            (AssignmentOperator::Assign, None) => {
                let value = self.expr_left(&a.right, a.left.span(), None);
                self.assign_pattern(&a.left, value);
                if let Some(dst) = dst {
                    self.f.e.mov(dst, value);
                }
            }
            (operator, Some(target)) => match operator.to_binary_operator() {
                Some(operator) => self.compound(a, operator, target, dst),
                None => self.logical_assignment(a, target, dst),
            },
            _ => {}
        }
        self.f.top = mark;
    }

    fn assign(
        &mut self,
        a: &'b AssignmentExpression<'a>,
        target: &'b SimpleAssignmentTarget<'a>,
        dst: Option<Reg>,
    ) {
        let SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = target else {
            let target = self.target_before(target, a.right.span());
            let value = self.expr_hint(&a.right, dst.and_then(|d| self.hint(d)));
            self.store_by(a, &target, value);
            if let Some(dst) = dst {
                self.f.e.mov(dst, value);
            }
            return;
        };
        let name = id.name.as_str();
        // A target in parentheses gives no name.
        let hint = (a.span.start == id.span.start).then(|| NameHint::Text(text(name)));
        let found = self.lookup(name, id.span.start);
        if let Some(reg) = found.in_place()
            && !found.is_read_only()
        {
            self.expr_named(&a.right, reg, hint);
            if let Some(dst) = dst {
                self.f.e.mov(dst, reg);
            }
            return;
        }
        let target = self.name_target(id, !is_quiet(&a.right));
        let value = match hint {
            Some(_) if is_anonymous(&a.right) => {
                let value = self.alloc();
                self.expr_named(&a.right, value, hint);
                value
            }
            _ => self.expr_hint(&a.right, dst.and_then(|d| self.hint(d))),
        };
        self.store_by(a, &target, value);
        if let Some(dst) = dst {
            self.f.e.mov(dst, value);
        }
    }

    fn compound(
        &mut self,
        a: &'b AssignmentExpression<'a>,
        operator: BinaryOperator,
        target: &'b SimpleAssignmentTarget<'a>,
        dst: Option<Reg>,
    ) {
        if let SimpleAssignmentTarget::AssignmentTargetIdentifier(id) = target {
            let found = self.lookup(id.name.as_str(), id.span.start);
            if let Some(reg) = found.in_place()
                && !found.is_read_only()
            {
                let mut left = reg;
                if self.an.assigned_in(id.name.as_str(), a.right.span().start, a.right.span().end) {
                    left = self.alloc();
                    self.f.e.mov(left, reg);
                }
                self.combine(operator, reg, left, &a.right, id.span.end);
                if let Some(dst) = dst {
                    self.f.e.mov(dst, reg);
                }
                return;
            }
        }
        let of = target;
        let mut target = self.target_before(of, a.right.span());
        self.settle_key(&mut target, of);
        let value = match dst {
            Some(dst) if self.is_temp(dst) => dst,
            _ => self.alloc(),
        };
        self.load_target(&target, value);
        self.combine(operator, value, value, &a.right, a.left.span().end);
        self.store_by(a, &target, value);
        if let Some(dst) = dst {
            self.f.e.mov(dst, value);
        }
    }

    fn combine(
        &mut self,
        operator: BinaryOperator,
        dst: Reg,
        left: Reg,
        right: &'b Expression<'a>,
        position: u32,
    ) {
        if let Some((op, value)) = small_int(right).and_then(|v| int_form(operator, v)) {
            self.at(position);
            return self.f.e.signed(op, dst, left, value);
        }
        let right = self.expr_any(right);
        self.at(position);
        self.op(binary_op(operator), dst, left, u32::from(right));
    }

    fn logical_assignment(
        &mut self,
        a: &'b AssignmentExpression<'a>,
        target: &'b SimpleAssignmentTarget<'a>,
        dst: Option<Reg>,
    ) {
        let hint = match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) if a.span.start == id.span.start => {
                Some(NameHint::Text(text(id.name.as_str())))
            }
            _ => None,
        };
        let of = target;
        self.no_call_target(of);
        let mut target = self.target_before(of, a.right.span());
        self.settle_key(&mut target, of);
        let value = match dst {
            Some(dst) if self.is_temp(dst) => dst,
            _ => self.alloc(),
        };
        self.load_target(&target, value);
        let end = self.f.e.label();
        let op = match a.operator {
            AssignmentOperator::LogicalAnd => Op::JumpIfNot,
            AssignmentOperator::LogicalOr => Op::JumpIf,
            _ => Op::JumpIfNotNullish,
        };
        self.f.e.jump(op, value, 0, end);
        self.expr_named(&a.right, value, hint);
        self.store_by(a, &target, value);
        self.f.e.bind(end);
        if let Some(dst) = dst {
            self.f.e.mov(dst, value);
        }
    }
}

/// Whether evaluating it runs no code that could define a global variable.
fn is_quiet(e: &Expression<'_>) -> bool {
    let e = e.without_parentheses();
    e.is_literal() || matches!(e, Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_))
}

/// IsAnonymousFunctionDefinition.
pub(super) fn is_anonymous(e: &Expression<'_>) -> bool {
    match e.without_parentheses() {
        Expression::FunctionExpression(f) => f.id.is_none(),
        Expression::ArrowFunctionExpression(_) => true,
        Expression::ClassExpression(c) => c.id.is_none(),
        _ => false,
    }
}
