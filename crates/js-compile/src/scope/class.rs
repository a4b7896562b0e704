//! Scopes of classes: their names, and the functions that initialise their elements.

use super::build::{Builder, Entered};
use super::{ClassInfo, FuncId, ScopeId, ScopeKind, VarKind, address};
use js_bytecode::FunctionKind;
use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_syntax::scope::ScopeFlags;

impl<'a> Builder<'a> {
    pub(super) fn class_function(&mut self, class: &Class<'a>, scope: ScopeId) -> FuncId {
        let saved = self.enter_function(FunctionKind::Initializer, class.span, class.span.start);
        let root = self.new_scope(ScopeKind::Function, Some(scope), class.span.start);
        let id = self.func;
        let func = self.func_mut();
        (func.root, func.params, func.body) = (root, root, root);
        self.leave_function(saved);
        id
    }

    /// Visits what a function that initialises elements of a class does.
    pub(super) fn in_initializer(&mut self, func: FuncId, visit: impl FnOnce(&mut Self)) {
        let saved = Entered { scope: self.scope, func: self.func, strict: self.strict };
        self.func = func;
        self.scope = self.an.func(func).body;
        visit(self);
        self.leave_function(saved);
    }

    pub(super) fn class_names(&mut self, class: &Class<'a>, scope: ScopeId) {
        if let Some(id) = &class.id {
            self.declare(scope, id.name.as_str(), VarKind::Const, class.span.end);
        }
        for (index, element) in class.body.body.iter().enumerate() {
            if let Some(PropertyKey::PrivateIdentifier(name)) = element.property_key() {
                let text = self.alloc.alloc_str(&format!("#{}", name.name));
                self.declare(scope, text, VarKind::Internal, 0);
                if private_method(element) && !element.r#static() {
                    let text = self.alloc.alloc_str(&method_name(index));
                    self.declare(scope, text, VarKind::Internal, 0);
                }
            }
            if let ClassElement::AccessorProperty(a) = element {
                let [getter, setter] = accessor_parts(index);
                let names = [Some(accessor_name(index)), Some(getter), Some(setter)];
                let count = if a.key.is_private_identifier() && !a.r#static { 3 } else { 1 };
                for name in names.into_iter().flatten().take(count) {
                    let text = self.alloc.alloc_str(&name);
                    self.declare(scope, text, VarKind::Internal, 0);
                }
            } else if element.computed() && element.is_property() {
                let text = self.alloc.alloc_str(&key_name(index));
                self.declare(scope, text, VarKind::Internal, 0);
            }
        }
    }

    pub(super) fn class(&mut self, class: &Class<'a>) {
        if let Some(decorator) = decorators(class).next() {
            // Not part of ECMAScript 2026; leaving them out would run another program.
            self.error("Decorators are not supported", decorator.span.start);
        }
        let strict = std::mem::replace(&mut self.strict, true);
        let scope = self.new_scope(ScopeKind::Class, Some(self.scope), class.span.start);
        let outer = std::mem::replace(&mut self.scope, scope);
        self.class_names(class, scope);
        if let Some(heritage) = class.heritage_expression() {
            self.visit_expression(heritage);
        }
        let mut info = ClassInfo { scope, ..ClassInfo::default() };
        for (index, element) in class.body.body.iter().enumerate() {
            self.class_member(class, index, element, &mut info);
        }
        let derived = class.heritage.is_some();
        let constructor = class.body.body.iter().find_map(|e| match e {
            ClassElement::MethodDefinition(m) if m.kind == MethodDefinitionKind::Constructor => {
                Some(&m.value)
            }
            _ => None,
        });
        let id = match constructor {
            Some(function) => self.an.func_of.get(&address(&**function)).copied(),
            None => {
                let kind =
                    if derived { FunctionKind::DerivedConstructor } else { FunctionKind::BaseConstructor };
                let saved = self.enter_function(kind, class.span, class.span.start);
                let root = self.new_scope(ScopeKind::Function, Some(scope), class.span.start);
                let id = self.func;
                let func = self.func_mut();
                (func.root, func.params, func.body) = (root, root, root);
                self.leave_function(saved);
                info.constructor = Some(id);
                Some(id)
            }
        };
        if let Some(id) = id {
            self.an.funcs[id as usize].has_fields = info.instance.is_some();
        }
        self.an.class_of.insert(address(class), info);
        self.scope = outer;
        self.strict = strict;
    }

    pub(super) fn class_member(
        &mut self,
        class: &Class<'a>,
        index: usize,
        element: &ClassElement<'a>,
        info: &mut ClassInfo,
    ) {
        let scope = info.scope;
        match element {
            ClassElement::StaticBlock(block) => {
                let func = *info.statics.get_or_insert_with(|| self.class_function(class, scope));
                self.in_initializer(func, |this| {
                    this.in_scope(ScopeKind::StaticBlock, &**block, block.span.start, |this| {
                        for statement in &block.body {
                            this.visit_statement(statement);
                        }
                    });
                });
            }
            ClassElement::MethodDefinition(method) => {
                if method.computed {
                    self.visit_property_key(&method.key);
                }
                self.method = match method.kind {
                    MethodDefinitionKind::Constructor if class.heritage.is_some() => {
                        FunctionKind::DerivedConstructor
                    }
                    MethodDefinitionKind::Constructor => FunctionKind::BaseConstructor,
                    _ => FunctionKind::Method,
                };
                self.visit_function(&method.value, ScopeFlags::Function);
                if private_method(element) {
                    if let PropertyKey::PrivateIdentifier(name) = &method.key {
                        self.private(name);
                    }
                    if !method.r#static {
                        let func = *info.instance.get_or_insert_with(|| self.class_function(class, scope));
                        let text = self.alloc.alloc_str(&method_name(index));
                        self.in_initializer(func, |this| {
                            if let PropertyKey::PrivateIdentifier(name) = &method.key {
                                this.private(name);
                            }
                            this.reference(text, method.span.start);
                        });
                    }
                }
            }
            ClassElement::PropertyDefinition(field) => self.field(class, index, field, info),
            ClassElement::AccessorProperty(accessor) => self.accessor(class, index, accessor, info),
            ClassElement::TSIndexSignature(_) => {}
        }
    }

    /// An `accessor` field: a private one, with a getter and a setter that are not in the source.
    pub(super) fn accessor(
        &mut self,
        class: &Class<'a>,
        index: usize,
        a: &AccessorProperty<'a>,
        info: &mut ClassInfo,
    ) {
        if a.computed {
            self.visit_property_key(&a.key);
        }
        let scope = info.scope;
        let storage: &'a str = self.alloc.alloc_str(&accessor_name(index));
        let functions = [(); 2].map(|()| {
            let id = self.class_function(class, scope);
            let func = &mut self.an.funcs[id as usize];
            (func.kind, func.params_count) = (FunctionKind::Method, 0);
            self.in_initializer(id, |this| this.reference(storage, a.span.start));
            id
        });
        self.an.accessor_of.insert(address(a), (functions[0], functions[1]));
        let place = if a.r#static { &mut info.statics } else { &mut info.instance };
        let func = *place.get_or_insert_with(|| self.class_function(class, scope));
        let parts = accessor_parts(index).map(|name| self.alloc.alloc_str(&name));
        self.in_initializer(func, |this| {
            this.reference(storage, a.span.start);
            if let PropertyKey::PrivateIdentifier(name) = &a.key {
                this.private(name);
                parts.into_iter().for_each(|name| this.reference(name, a.span.start));
            }
            if let Some(value) = &a.value {
                this.visit_expression(value);
            }
        });
    }

    pub(super) fn field(
        &mut self,
        class: &Class<'a>,
        index: usize,
        field: &PropertyDefinition<'a>,
        info: &mut ClassInfo,
    ) {
        if field.computed {
            self.visit_property_key(&field.key);
        }
        let scope = info.scope;
        let place = if field.r#static { &mut info.statics } else { &mut info.instance };
        let func = *place.get_or_insert_with(|| self.class_function(class, scope));
        let key = field.computed.then(|| self.alloc.alloc_str(&key_name(index)));
        self.in_initializer(func, |this| {
            if let Some(key) = key {
                this.reference(key, field.span.start);
            }
            if let PropertyKey::PrivateIdentifier(name) = &field.key {
                this.private(name);
            }
            if let Some(value) = &field.value {
                this.visit_expression(value);
            }
        });
    }
}

/// The decorators of a class and its elements.
fn decorators<'b, 'a>(class: &'b Class<'a>) -> impl Iterator<Item = &'b Decorator<'a>> {
    let elements = class.body.body.iter().flat_map(|element| match element {
        ClassElement::MethodDefinition(m) => m.decorators.iter(),
        ClassElement::PropertyDefinition(p) => p.decorators.iter(),
        ClassElement::AccessorProperty(a) => a.decorators.iter(),
        ClassElement::StaticBlock(_) | ClassElement::TSIndexSignature(_) => [].iter(),
    });
    class.decorators.iter().chain(elements)
}

/// Whether an element is a private method or accessor.
pub(crate) fn private_method(element: &ClassElement<'_>) -> bool {
    matches!(element, ClassElement::MethodDefinition(m) if m.key.is_private_identifier())
}

/// The variable that holds the key of a computed field.
pub(crate) fn key_name(index: usize) -> String {
    format!("%key{index}")
}

/// The variable that holds the private name of an `accessor` field.
pub(crate) fn accessor_name(index: usize) -> String {
    format!("%accessor{index}")
}

/// The variables that hold the getter and setter of a private one.
pub(crate) fn accessor_parts(index: usize) -> [String; 2] {
    [format!("%getter{index}"), format!("%setter{index}")]
}

/// The variable that holds a private method.
pub(crate) fn method_name(index: usize) -> String {
    format!("%method{index}")
}
