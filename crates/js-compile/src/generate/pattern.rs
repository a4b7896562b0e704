//! Destructuring, of bindings and of assignments.

use super::Gen;
use super::assign::Target;
use super::control::Control;
use super::function::NameHint;
use super::literal::{Key, key_text, property_key};
use crate::emit::Reg;
use crate::text::text;
use js_bytecode::{ErrorKind, Op, Text};
use oxc_ast::ast::*;
use oxc_span::GetSpan;

/// What names of a binding pattern get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Their first value.
    Init,
    /// A value, as in `var x = 1`.
    Assign,
}

/// A place in a pattern that gets a value.
#[derive(Clone, Copy)]
enum Element<'b, 'a> {
    Binding(&'b BindingPattern<'a>),
    Target(&'b AssignmentTarget<'a>),
    Name(&'b IdentifierReference<'a>),
}

/// An element and its default value.
type Defaulted<'b, 'a> = (Element<'b, 'a>, Option<&'b Expression<'a>>);

fn split_binding<'b, 'a>(pattern: &'b BindingPattern<'a>) -> Defaulted<'b, 'a> {
    match pattern {
        BindingPattern::AssignmentPattern(p) => (Element::Binding(&p.left), Some(&p.right)),
        pattern => (Element::Binding(pattern), None),
    }
}

fn split_target<'b, 'a>(target: &'b AssignmentTargetMaybeDefault<'a>) -> Option<Defaulted<'b, 'a>> {
    match target {
        AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(t) => {
            Some((Element::Target(&t.binding), Some(&t.init)))
        }
        target => Some((Element::Target(target.as_assignment_target()?), None)),
    }
}

impl<'b, 'a> Element<'b, 'a> {
    /// The name that an anonymous function gets as its default value.
    fn name(self) -> Option<NameHint> {
        match self {
            Element::Binding(BindingPattern::BindingIdentifier(id)) => {
                Some(NameHint::Text(text(id.name.as_str())))
            }
            Element::Target(AssignmentTarget::AssignmentTargetIdentifier(id)) => {
                Some(NameHint::Text(text(id.name.as_str())))
            }
            Element::Name(id) => Some(NameHint::Text(text(id.name.as_str()))),
            _ => None,
        }
    }
}

impl<'b, 'a> Gen<'b, 'a> {
    /// Binds the names of a pattern.
    pub(super) fn bind_pattern(&mut self, pattern: &'b BindingPattern<'a>, value: Reg, mode: Mode) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                self.at(id.span.start);
                match mode {
                    Mode::Init => self.init_variable(id.name.as_str(), value),
                    Mode::Assign => self.store_name(id.name.as_str(), id.span.start, value),
                }
            }
            BindingPattern::ObjectPattern(p) => {
                let properties: Vec<_> = p
                    .properties
                    .iter()
                    .map(|p| (property_key(&p.key, p.computed), split_binding(&p.value)))
                    .collect();
                let rest = p.rest.as_ref().map(|r| Element::Binding(&r.argument));
                self.object_pattern(properties, rest, value, (mode, p.span.start));
            }
            BindingPattern::ArrayPattern(p) => {
                let elements: Vec<_> = p.elements.iter().map(|e| e.as_ref().map(split_binding)).collect();
                let rest = p.rest.as_ref().map(|r| Element::Binding(&r.argument));
                self.array_pattern(elements, rest, value, (mode, p.span.start));
            }
            BindingPattern::AssignmentPattern(_) => {
                let mark = self.f.top;
                let copy = self.alloc();
                self.f.e.mov(copy, value);
                let (element, default) = split_binding(pattern);
                self.finish_element(element, None, copy, default, mode);
                self.f.top = mark;
            }
        }
    }

    /// Assigns to a pattern, or a simple target.
    pub(super) fn assign_pattern(&mut self, target: &'b AssignmentTarget<'a>, value: Reg) {
        match target {
            AssignmentTarget::ArrayAssignmentTarget(p) => {
                let elements: Vec<_> = p.elements.iter().map(|e| e.as_ref().and_then(split_target)).collect();
                let rest = p.rest.as_ref().map(|r| Element::Target(&r.target));
                self.array_pattern(elements, rest, value, (Mode::Assign, p.span.start));
            }
            AssignmentTarget::ObjectAssignmentTarget(p) => {
                let properties = p.properties.iter().filter_map(|p| match p {
                    AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(p) => {
                        let key = Key::Name(text(p.binding.name.as_str()));
                        Some((key, (Element::Name(&p.binding), p.init.as_ref())))
                    }
                    AssignmentTargetProperty::AssignmentTargetPropertyProperty(p) => {
                        Some((property_key(&p.name, p.computed), split_target(&p.binding)?))
                    }
                });
                let rest = p.rest.as_ref().map(|r| Element::Target(&r.target));
                self.object_pattern(properties.collect(), rest, value, (Mode::Assign, p.span.start));
            }
            target => {
                if let Some(simple) = target.as_simple_assignment_target() {
                    let mark = self.f.top;
                    let target = self.simple_target(simple);
                    self.store_target(&target, value);
                    self.f.top = mark;
                }
            }
        }
    }

    /// Evaluates the reference of an element, which comes before its value.
    fn begin_element(&mut self, element: Element<'b, 'a>, mode: Mode) -> Option<Target<'a>> {
        match element {
            Element::Target(target) => target.as_simple_assignment_target().map(|t| {
                self.no_call_target(t);
                self.simple_target(t)
            }),
            Element::Name(id) => Some(self.name_target(id, true)),
            Element::Binding(BindingPattern::BindingIdentifier(id)) if mode == Mode::Assign => {
                self.var_target(id)
            }
            Element::Binding(_) => None,
        }
    }

    /// The reference of a `var` name, if it must be looked up before its value is known.
    pub(super) fn var_target(&mut self, id: &BindingIdentifier<'a>) -> Option<Target<'a>> {
        let (name, position) = (id.name.as_str(), id.span.start);
        let found = self.lookup(name, position);
        let super::name::Place::Dynamic(env) = found.place else { return None };
        let reference = self.alloc_many(2);
        let constant = self.f.e.string(text(name));
        self.at(position);
        self.op(Op::BindName, reference, env, constant);
        Some(Target::Name { name, position, found, bound: Some(reference) })
    }

    /// Gives an element its value, which is in a temporary register, or the default.
    fn finish_element(
        &mut self,
        element: Element<'b, 'a>,
        target: Option<Target<'a>>,
        value: Reg,
        default: Option<&'b Expression<'a>>,
        mode: Mode,
    ) {
        if let Some(default) = default {
            let given = self.f.e.label();
            self.f.e.jump(Op::JumpIfNotUndefined, value, 0, given);
            self.expr_named(default, value, element.name());
            self.f.e.bind(given);
        }
        match (target, element) {
            (Some(target), _) => self.store_target(&target, value),
            (None, Element::Binding(pattern)) => self.bind_pattern(pattern, value, mode),
            (None, Element::Target(target)) => self.assign_pattern(target, value),
            (None, Element::Name(id)) => self.store_name(id.name.as_str(), id.span.start, value),
        }
    }

    fn require_object_coercible(&mut self, value: Reg, position: u32) {
        let fine = self.f.e.label();
        self.f.e.jump(Op::JumpIfNotNullish, value, 0, fine);
        let message = self.f.e.string(text("Cannot destructure 'undefined' or 'null'"));
        self.at(position);
        self.op(Op::ThrowError, ErrorKind::Type as u16, 0, message);
        self.f.e.bind(fine);
    }

    fn object_pattern(
        &mut self,
        properties: Vec<(Key<'b, 'a>, Defaulted<'b, 'a>)>,
        rest: Option<Element<'b, 'a>>,
        value: Reg,
        (mode, position): (Mode, u32),
    ) {
        let mark = self.f.top;
        let plain = |e: &Element<'_, '_>| matches!(e, Element::Binding(_) | Element::Name(_));
        let safe = matches!(properties.first(), Some((Key::Name(_), (e, _))) if plain(e));
        if !safe {
            self.require_object_coercible(value, position);
        }
        // The object that gets the rest, and the keys that it does not.
        let keys = rest.is_some().then(|| self.alloc_many(1 + properties.len() as u32));
        let count = properties.len() as u32;
        for (index, (key, (element, default))) in properties.into_iter().enumerate() {
            let inner = self.f.top;
            let place = keys.map(|k| k.saturating_add(1 + index as u16));
            self.object_element(&key, (element, default), (place, value, position), mode);
            self.f.top = inner;
        }
        if let (Some(rest), Some(object)) = (rest, keys) {
            let target = self.begin_element(rest, mode);
            self.at(position);
            self.op(Op::NewObject, object, 0, 0);
            self.op(Op::CopyDataProperties, object, value, count);
            self.finish_element(rest, target, object, None, mode);
        }
        self.f.top = mark;
    }

    fn object_element(
        &mut self,
        key: &Key<'b, 'a>,
        (element, default): Defaulted<'b, 'a>,
        (place, value, position): (Option<Reg>, Reg, u32),
        mode: Mode,
    ) {
        let name: Option<Text> = matches!(key, Key::Name(_)).then(|| key_text(key)).flatten();
        let key_reg = match (place, &name) {
            (None, Some(_)) => None,
            (place, _) => {
                let reg = self.key_register(key);
                place.inspect(|&place| self.f.e.mov(place, reg)).or(Some(reg))
            }
        };
        let target = self.begin_element(element, mode);
        let direct = match element {
            // Straight into the variable's register, unless that may be seen half done.
            Element::Binding(BindingPattern::BindingIdentifier(id))
                if target.is_none() && mode == Mode::Init && default.is_none() =>
            {
                self.lookup(id.name.as_str(), u32::MAX).in_place()
            }
            _ => None,
        };
        let to = direct.unwrap_or_else(|| self.alloc());
        let at = match element {
            Element::Binding(pattern) => pattern.span().start,
            Element::Name(id) => id.span.start,
            Element::Target(_) => position,
        };
        match (name, key_reg) {
            (Some(name), _) => {
                let cache = self.cache(name);
                self.at(at);
                self.op(Op::GetProperty, to, value, cache);
            }
            (None, Some(key)) => {
                self.at(at);
                self.op(Op::GetElement, to, value, u32::from(key));
            }
            (None, None) => {}
        }
        if direct.is_none() {
            self.finish_element(element, target, to, default, mode);
        }
    }

    fn array_pattern(
        &mut self,
        elements: Vec<Option<Defaulted<'b, 'a>>>,
        rest: Option<Element<'b, 'a>>,
        value: Reg,
        (mode, position): (Mode, u32),
    ) {
        let mark = self.f.top;
        let iterator = self.alloc_many(3);
        self.at(position);
        self.op(Op::GetIterator, iterator, value, 0);
        let floor = self.pin();
        let region = self.f.e.open();
        self.f.control.push(Control::Iterator { iterator, asynchronous: false, region });
        for element in elements {
            let inner = self.f.top;
            let target = element.and_then(|(element, _)| self.begin_element(element, mode));
            let to = self.alloc();
            self.at(position);
            self.op(Op::IteratorNext, to, iterator, 0);
            if let Some((element, default)) = element {
                self.finish_element(element, target, to, default, mode);
            }
            self.f.top = inner;
        }
        if let Some(rest) = rest {
            self.array_rest(rest, iterator, (mode, position));
        }
        self.f.floor = floor;
        self.end_iterator(position);
        self.f.top = mark;
    }

    fn array_rest(&mut self, rest: Element<'b, 'a>, iterator: Reg, (mode, position): (Mode, u32)) {
        let target = self.begin_element(rest, mode);
        let array = self.alloc();
        let item = self.alloc();
        self.op(Op::NewArray, array, 0, 0);
        let (top, done) = (self.f.e.label(), self.f.e.label());
        self.f.e.bind(top);
        self.at(position);
        self.f.e.jump(Op::IteratorNext, item, iterator, done);
        self.op(Op::ArrayPush, array, item, 0);
        self.f.e.jump(Op::Jump, 0, 0, top);
        self.f.e.bind(done);
        self.finish_element(rest, target, array, None, mode);
    }
}
