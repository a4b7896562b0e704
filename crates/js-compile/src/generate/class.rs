//! Classes.

use super::function::NameHint;
use super::literal::{Key, key_text, property_key};
use super::{Gen, Source};
use crate::emit::Reg;
use crate::scope::{ClassInfo, accessor_name, address, key_name, method_name, private_method};
use crate::text::text;
use js_bytecode::{MethodFlags, Op, Text};
use oxc_ast::ast::*;

impl<'b, 'a> Gen<'b, 'a> {
    /// 15.7.14 ClassDefinitionEvaluation, into a temporary register.
    pub(super) fn class(&mut self, c: &'b Class<'a>, dst: Reg, name: Option<NameHint>) {
        let Some(info) = self.an.class_of.get(&address(c)).copied() else { return };
        let outer_floor = self.f.floor;
        let class = self.alloc_many(2);
        let saved = self.enter(info.scope);
        self.private_names(c);
        let (called, key) = match (&c.id, name) {
            (Some(id), _) => (text(id.name.as_str()), None),
            (None, Some(NameHint::Text(name))) => (name, None),
            (None, Some(NameHint::Key(key))) => (text(""), Some(key)),
            (None, None) => (text(""), None),
        };
        match c.heritage_expression() {
            Some(e) => self.expr_to(e, class),
            None => self.op(Op::LoadEmpty, class, 0, 0),
        }
        let index = self.constructor(c, info, called);
        let env = self.env();
        self.at(c.span.start);
        self.op(Op::NewClass, class, env, index);
        if let Some(key) = key {
            self.op(Op::SetFunctionName, class, key, 0);
        }
        for (index, element) in c.body.body.iter().enumerate() {
            let mark = self.f.top;
            self.class_element(index, element, class);
            self.f.top = mark;
        }
        if let Some(id) = &c.id {
            self.init_variable(id.name.as_str(), class);
        }
        self.initializers(c, info, class);
        self.f.e.mov(dst, class);
        self.leave(saved);
        self.f.floor = outer_floor;
    }

    fn private_names(&mut self, c: &Class<'a>) {
        let mut seen = rustc_hash::FxHashSet::default();
        for (index, element) in c.body.body.iter().enumerate() {
            if let ClassElement::AccessorProperty(_) = element {
                self.new_private_name(&accessor_name(index), "accessor storage");
            }
            let Some(PropertyKey::PrivateIdentifier(id)) = element.property_key() else { continue };
            let name = format!("#{}", id.name);
            if !seen.insert(name.clone()) {
                continue;
            }
            self.new_private_name(&name, &name);
        }
    }

    fn new_private_name(&mut self, variable: &str, name: &str) {
        let mark = self.f.top;
        let reg = self.lookup(variable, u32::MAX).in_place().unwrap_or_else(|| self.alloc());
        let constant = self.f.e.string(text(name));
        self.op(Op::NewPrivateName, reg, 0, constant);
        self.init_variable(variable, reg);
        self.f.top = mark;
    }

    fn constructor(&mut self, c: &'b Class<'a>, info: ClassInfo, name: Text) -> u32 {
        let span = (c.span.start, c.span.end);
        let method = c.body.body.iter().find_map(|e| match e {
            ClassElement::MethodDefinition(m) if m.kind == MethodDefinitionKind::Constructor => {
                Some(&m.value)
            }
            _ => None,
        });
        match method {
            Some(f) => {
                let id = self.an.func_of.get(&address(&**f)).copied().unwrap_or(0);
                self.enqueue(id, Source::Function(f), name, span, false)
            }
            None => self.enqueue(info.constructor.unwrap_or(0), Source::Constructor, name, span, false),
        }
    }

    /// A method, or the key of a field.
    fn class_element(&mut self, index: usize, element: &'b ClassElement<'a>, class: Reg) {
        match element {
            ClassElement::MethodDefinition(m) if m.kind != MethodDefinitionKind::Constructor => {
                if private_method(element) {
                    self.private_class_method(index, m, class);
                } else {
                    self.class_method(m, class);
                }
            }
            ClassElement::PropertyDefinition(p) if p.computed => {
                let key = property_key(&p.key, true);
                let key = self.key_register(&key);
                self.init_variable(&key_name(index), key);
            }
            ClassElement::AccessorProperty(a) => self.accessor_methods(index, a, class),
            _ => {}
        }
    }

    fn method_kind(m: &MethodDefinition<'a>) -> (u8, u32) {
        match m.kind {
            MethodDefinitionKind::Get => (MethodFlags::GETTER, 1),
            MethodDefinitionKind::Set => (MethodFlags::SETTER, 2),
            _ => (0, 0),
        }
    }

    /// The text of a MethodDefinition, what `toString` gives: `static` does not belong to it.
    fn definition_span(&self, m: &MethodDefinition<'a>) -> (u32, u32) {
        let text = self.source.get(m.span.start as usize..m.span.end as usize).unwrap_or("");
        match text.strip_prefix("static").filter(|_| m.r#static) {
            Some(rest) => (m.span.end - without_trivia(rest).len() as u32, m.span.end),
            None => (m.span.start, m.span.end),
        }
    }

    fn class_method(&mut self, m: &'b MethodDefinition<'a>, class: Reg) {
        let object = if m.r#static { class } else { class + 1 };
        let (flags, prefix) = Self::method_kind(m);
        let key = property_key(&m.key, m.computed);
        let name = key_text(&key);
        let key = self.key_register(&key);
        let function = self.alloc();
        self.method(&m.value, name.as_ref(), prefix, self.definition_span(m), function);
        self.home(&m.value, function, object);
        if name.is_none() {
            self.op(Op::SetFunctionName, function, key, prefix);
        }
        self.at(m.span.start);
        self.op(Op::DefineMethod, object, key, u32::from(function) | u32::from(flags) << 16);
    }

    /// Private methods are made once; those of instances wait in variables.
    fn private_class_method(&mut self, index: usize, m: &'b MethodDefinition<'a>, class: Reg) {
        let PropertyKey::PrivateIdentifier(id) = &m.key else { return };
        let (flags, prefix) = Self::method_kind(m);
        let function = self.alloc();
        let name = text(&format!("#{}", id.name));
        self.method(&m.value, Some(&name), prefix, self.definition_span(m), function);
        self.home(&m.value, function, if m.r#static { class } else { class + 1 });
        if m.r#static {
            let name = self.private_name(id);
            let flags = u32::from(flags | if flags == 0 { MethodFlags::METHOD } else { 0 });
            self.at(m.span.start);
            self.op(Op::DefinePrivate, class, name, u32::from(function) | flags << 16);
        } else {
            self.init_variable(&method_name(index), function);
        }
    }

    /// The functions that initialise fields; that of the static elements runs at once.
    fn initializers(&mut self, c: &'b Class<'a>, info: ClassInfo, class: Reg) {
        let span = (c.span.start, c.span.end);
        if let Some(id) = info.instance {
            let mark = self.f.top;
            let function = self.alloc();
            let source = Source::Elements { class: c, statics: false };
            let index = self.enqueue(id, source, text("<instance_members_initializer>"), span, false);
            self.closure(function, index);
            self.op(Op::SetHome, function, class + 1, 0);
            self.op(Op::SetFields, class, function, 0);
            self.f.top = mark;
        }
        if let Some(id) = info.statics {
            let mark = self.f.top;
            let base = self.alloc_many(2);
            let source = Source::Elements { class: c, statics: true };
            let index = self.enqueue(id, source, text("<static_initializer>"), span, false);
            self.closure(base, index);
            self.op(Op::SetHome, base, class, 0);
            self.f.e.mov(base + 1, class);
            self.op(Op::Call, base, base, 0);
            self.f.top = mark;
        }
    }

    /// The body of such a function.
    pub(super) fn class_elements(&mut self, class: &'b Class<'a>, statics: bool) {
        let elements = || class.body.body.iter().enumerate().filter(|(_, e)| e.r#static() == statics);
        if !statics {
            for (index, element) in elements() {
                let mark = self.f.top;
                match element {
                    ClassElement::MethodDefinition(m) if private_method(element) => {
                        self.define_private_method(index, m)
                    }
                    ClassElement::AccessorProperty(a) => self.define_private_accessor(index, a),
                    _ => {}
                }
                self.f.top = mark;
            }
        }
        for (index, element) in class.body.body.iter().enumerate() {
            let mark = self.f.top;
            match element {
                ClassElement::PropertyDefinition(p) if p.r#static == statics => self.define_field(index, p),
                ClassElement::AccessorProperty(a) if a.r#static == statics => {
                    self.define_accessor_storage(index, a)
                }
                ClassElement::StaticBlock(b) if statics => {
                    if let Some((_, saved)) = self.enter_node(address(&**b)) {
                        self.hoist_functions(&b.body);
                        self.with_disposal(&b.body, |this| this.statements(&b.body));
                        self.leave(saved);
                    }
                }
                _ => {}
            }
            self.f.top = mark;
        }
    }

    fn define_private_method(&mut self, index: usize, m: &'b MethodDefinition<'a>) {
        let PropertyKey::PrivateIdentifier(id) = &m.key else { return };
        let (flags, _) = Self::method_kind(m);
        let name = self.private_name(id);
        let function = self.alloc();
        self.load_name(&method_name(index), u32::MAX, function);
        let flags = u32::from(flags | if flags == 0 { MethodFlags::METHOD } else { 0 });
        self.at(m.span.start);
        self.op(Op::DefinePrivate, 1, name, u32::from(function) | flags << 16);
    }

    fn define_field(&mut self, index: usize, p: &'b PropertyDefinition<'a>) {
        let key = property_key(&p.key, p.computed);
        let computed = p.computed && key_text(&key).is_none();
        let key_reg = if computed || p.computed {
            let reg = self.alloc();
            self.load_name(&key_name(index), u32::MAX, reg);
            Some(reg)
        } else {
            None
        };
        let hint = match (key_text(&key), key_reg) {
            (Some(name), _) => NameHint::Text(name),
            (None, Some(reg)) => NameHint::Key(reg),
            (None, None) => NameHint::Text(text("")),
        };
        let value = self.alloc();
        match &p.value {
            Some(e) => self.expr_named(e, value, Some(hint)),
            None => self.op(Op::LoadUndefined, value, 0, 0),
        }
        self.at(p.span.start);
        match (&key, key_reg) {
            (Key::Private(id), _) => {
                let name = self.private_name(id);
                self.at(p.span.start);
                self.op(Op::DefinePrivate, 1, name, u32::from(value));
            }
            (Key::Name(name), None) => {
                let cache = self.cache(name.clone());
                self.op(Op::DefineField, 1, value, cache);
            }
            (_, Some(reg)) => self.op(Op::DefineElement, 1, reg, u32::from(value)),
            (key, None) => {
                let reg = self.key_register(key);
                self.op(Op::DefineElement, 1, reg, u32::from(value));
            }
        }
    }

    /// The default export, if it is a class or expression without a name.
    pub(super) fn export_default(&mut self, e: &'b ExportDefaultDeclaration<'a>) {
        let value = self.alloc();
        match &e.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(_) => return,
            ExportDefaultDeclarationKind::ClassDeclaration(c) => {
                let name = c.id.is_none().then(|| NameHint::Text(text("default")));
                self.class(c, value, name);
                let name = c.id.as_ref().map_or("*default*", |id| id.name.as_str());
                return self.init_variable(name, value);
            }
            declaration => {
                if let Some(e) = declaration.as_expression() {
                    self.expr_named(e, value, Some(NameHint::Text(text("default"))));
                }
            }
        }
        self.init_variable("*default*", value);
    }
}

/// Text without the white space and comments that it begins with.
fn without_trivia(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let comment = match rest.get(..2) {
            Some("/*") => rest.get(2..).and_then(|body| body.split_once("*/")),
            Some("//") => rest.split_once(['\n', '\r', '\u{2028}', '\u{2029}']),
            _ => None,
        };
        match comment {
            Some((_, behind)) => rest = behind,
            None => return rest,
        }
    }
}
