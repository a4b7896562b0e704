//! Walks the tree once and notes scopes, declarations and uses of names.

use super::closures::Closures;
use super::{
    Analysis, ArgumentsKind, Func, FuncId, Goal, Reference, Scope, ScopeId, ScopeKind, VarKind, address,
};
use js_bytecode::{EvalContext, FunctionKind};
use oxc_allocator::Allocator;
use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_span::{GetSpan, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// Finds the scopes of a program.
pub(crate) fn analyse<'a>(
    program: &Program<'a>,
    goal: Goal,
    context: EvalContext,
    alloc: &'a Allocator,
) -> Analysis<'a> {
    let mut builder = Builder {
        an: Analysis {
            goal,
            scopes: Vec::new(),
            funcs: Vec::new(),
            scope_of: FxHashMap::default(),
            func_of: FxHashMap::default(),
            class_of: FxHashMap::default(),
            accessor_of: FxHashMap::default(),
            hoisted: FxHashSet::default(),
            assigned: Vec::new(),
            declared: Vec::new(),
            free_private: Vec::new(),
            errors: Vec::new(),
            has_await: false,
            declared_names: FxHashMap::default(),
            references: Vec::new(),
            block_functions: Vec::new(),
            exported: Vec::new(),
        },
        alloc,
        scope: 0,
        func: 0,
        strict: context.strict,
        method: FunctionKind::Normal,
        imports: 0,
        context,
    };
    builder.program(program);
    builder.an.finish();
    builder.an
}

pub(super) struct Builder<'a> {
    pub(super) an: Analysis<'a>,
    pub(super) alloc: &'a Allocator,
    pub(super) scope: ScopeId,
    pub(super) func: FuncId,
    pub(super) strict: bool,
    /// What the function that is visited next is.
    pub(super) method: FunctionKind,
    pub(super) imports: u32,
    pub(super) context: EvalContext,
}

/// What a function is, for [`Builder::enter_function`].
pub(super) struct Entered {
    pub(super) scope: ScopeId,
    pub(super) func: FuncId,
    pub(super) strict: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn program(&mut self, program: &Program<'a>) {
        let (kind, scope) = match self.an.goal {
            Goal::Script | Goal::Function => (FunctionKind::Script, ScopeKind::Script),
            Goal::Module => (FunctionKind::Module, ScopeKind::Module),
            Goal::Eval { .. } => (FunctionKind::Eval, ScopeKind::Eval),
        };
        self.strict |= has_use_strict(&program.directives) || kind == FunctionKind::Module;
        let root = self.new_scope(scope, None, 0);
        self.new_func(kind, program.span, root, 0);
        for statement in &program.body {
            self.visit_statement(statement);
        }
    }

    pub(super) fn new_scope(&mut self, kind: ScopeKind, parent: Option<ScopeId>, start: u32) -> ScopeId {
        self.an.scopes.push(Scope {
            kind,
            parent,
            func: self.func,
            start,
            vars: Vec::new(),
            names: FxHashMap::default(),
            eval: false,
            grows: false,
            env: false,
            mapped: Vec::new(),
        });
        self.an.scopes.len() as ScopeId - 1
    }

    pub(super) fn new_func(&mut self, kind: FunctionKind, span: Span, root: ScopeId, created: u32) -> FuncId {
        let id = self.an.funcs.len() as FuncId;
        self.an.funcs.push(Func {
            kind,
            parent: (id != 0).then_some(self.func),
            strict: self.strict,
            generator: false,
            is_async: false,
            root,
            params: root,
            body: root,
            created,
            simple_params: true,
            has_eval: false,
            uses_this: false,
            uses_super: false,
            arguments: ArgumentsKind::None,
            params_count: 0,
            arguments_uses: (0, 0),
            has_fields: false,
            span: (span.start, span.end),
        });
        id
    }

    pub(super) fn func_mut(&mut self) -> &mut Func {
        &mut self.an.funcs[self.func as usize]
    }

    /// Visits inside a new scope of a node.
    pub(super) fn in_scope<T>(
        &mut self,
        kind: ScopeKind,
        node: &T,
        start: u32,
        visit: impl FnOnce(&mut Self),
    ) {
        let scope = self.new_scope(kind, Some(self.scope), start);
        self.an.scope_of.insert(address(node), scope);
        let outer = std::mem::replace(&mut self.scope, scope);
        visit(self);
        self.scope = outer;
    }

    pub(super) fn reference(&mut self, name: &'a str, position: u32) {
        self.an.references.push(Reference { name, scope: self.scope, position });
    }

    pub(super) fn enter_function(&mut self, kind: FunctionKind, span: Span, created: u32) -> Entered {
        let saved = Entered { scope: self.scope, func: self.func, strict: self.strict };
        let id = self.new_func(kind, span, 0, created);
        self.func = id;
        saved
    }

    pub(super) fn leave_function(&mut self, saved: Entered) {
        (self.scope, self.func, self.strict) = (saved.scope, saved.func, saved.strict);
    }

    /// A function with parameters and a body.
    pub(super) fn function(
        &mut self,
        node: usize,
        kind: FunctionKind,
        (span, created): (Span, u32),
        name: Option<&BindingIdentifier<'a>>,
        params: &FormalParameters<'a>,
        body: Body<'_, 'a>,
    ) -> FuncId {
        let strict = self.strict || body.is_strict();
        let saved = self.enter_function(kind, span, created);
        self.strict = strict;
        let id = self.func;
        self.an.func_of.insert(node, id);
        let closures = Closures::among(params);
        let mut parent = saved.scope;
        let mut root = None;
        if name.is_some() || closures {
            parent = self.new_scope(ScopeKind::Outer, Some(parent), span.start);
            root = Some(parent);
            if let Some(name) = name {
                self.declare(parent, name.name.as_str(), VarKind::FunctionName, 0);
            }
        }
        let kind = if closures { ScopeKind::Params } else { ScopeKind::Function };
        let params_scope = self.new_scope(kind, Some(parent), span.start);
        self.scope = params_scope;
        {
            let func = self.func_mut();
            func.root = root.unwrap_or(params_scope);
            (func.params, func.body, func.strict) = (params_scope, params_scope, strict);
            func.simple_params = params.rest.is_none()
                && params.items.iter().all(|p| p.initializer.is_none() && p.pattern.is_binding_identifier());
            func.params_count = params.items.len() as u32;
        }
        self.parameters(params);
        if closures {
            let scope = self.new_scope(ScopeKind::Function, Some(params_scope), params.span.end);
            self.scope = scope;
            self.func_mut().body = scope;
        }
        match body {
            Body::Block(body) => {
                for statement in &body.statements {
                    self.visit_statement(statement);
                }
            }
            Body::Expression(e) => self.visit_expression(e),
        }
        self.leave_function(saved);
        id
    }

    pub(super) fn parameters(&mut self, params: &FormalParameters<'a>) {
        let simple = self.an.func(self.func).simple_params;
        for item in &params.items {
            match (simple, &item.initializer) {
                (true, _) => self.declare_pattern(&item.pattern, VarKind::Param, 0),
                (false, Some(_)) => self.declare_pattern(&item.pattern, VarKind::Param, item.span.end),
                (false, None) => self.declare_elements(&item.pattern, item.span.end),
            }
            self.visit_binding_pattern(&item.pattern);
            if let Some(e) = &item.initializer {
                self.visit_expression(e);
            }
        }
        if let Some(rest) = &params.rest {
            self.declare_elements(&rest.rest.argument, rest.span.end);
            self.visit_binding_pattern(&rest.rest.argument);
        }
    }

    /// Declares the names of a pattern whose value is there already: each is initialised where its element ends.
    pub(super) fn declare_elements(&mut self, pattern: &BindingPattern<'a>, end: u32) {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                self.declare(self.scope, id.name.as_str(), VarKind::Param, end);
            }
            BindingPattern::AssignmentPattern(p) => self.declare_pattern(pattern, VarKind::Param, p.span.end),
            BindingPattern::ObjectPattern(p) => {
                p.properties.iter().for_each(|p| self.declare_elements(&p.value, p.span.end));
                if let Some(rest) = &p.rest {
                    self.declare_elements(&rest.argument, rest.span.end);
                }
            }
            BindingPattern::ArrayPattern(p) => {
                p.elements.iter().flatten().for_each(|e| self.declare_elements(e, e.span().end));
                if let Some(rest) = &p.rest {
                    self.declare_elements(&rest.argument, rest.span.end);
                }
            }
        }
    }

    /// Declares the names of a pattern in the current scope.
    pub(super) fn declare_pattern(&mut self, pattern: &BindingPattern<'a>, kind: VarKind, init: u32) {
        let mut names = Vec::new();
        bound_names(pattern, &mut names);
        for (name, _) in names {
            self.declare(self.scope, name, kind, init);
        }
    }

    pub(super) fn loop_head(&mut self, left: &ForStatementLeft<'a>, right: &Expression<'a>) {
        match left {
            ForStatementLeft::VariableDeclaration(declaration) => {
                let init = declaration.kind.is_lexical().then_some(right.span().end);
                self.declaration(declaration, init, true);
            }
            target => {
                // The parser looks at other assignments only.
                if let ForStatementLeft::AssignmentTargetIdentifier(name) = target
                    && self.strict
                    && matches!(name.name.as_str(), "eval" | "arguments")
                {
                    self.error("Unexpected eval or arguments in strict mode", name.span.start);
                }
                self.visit_for_statement_left(target);
            }
        }
        self.visit_expression(right);
    }

    /// A declaration; `init` says where names count as initialised if that is not the end of their declarator.
    pub(super) fn declaration(&mut self, it: &VariableDeclaration<'a>, init: Option<u32>, assigns: bool) {
        for declarator in &it.declarations {
            let mut names = Vec::new();
            bound_names(&declarator.id, &mut names);
            let end = init.unwrap_or(declarator.span.end);
            for (name, position) in names {
                match it.kind {
                    VariableDeclarationKind::Var => {
                        let assigns = assigns || declarator.init.is_some();
                        self.declare_var(name, position, assigns);
                    }
                    VariableDeclarationKind::Let => self.declare_lexical(name, VarKind::Let, end),
                    _ => self.declare_lexical(name, VarKind::Const, end),
                }
                self.reference(name, end.max(position));
            }
            if it.kind == VariableDeclarationKind::AwaitUsing && self.func == 0 {
                self.an.has_await = true;
            }
            self.visit_binding_pattern(&declarator.id);
            if let Some(e) = &declarator.init {
                self.visit_expression(e);
            }
        }
    }
}

/// The body of a function.
pub(super) enum Body<'b, 'a> {
    Block(&'b FunctionBody<'a>),
    Expression(&'b Expression<'a>),
}

impl Body<'_, '_> {
    pub(super) fn is_strict(&self) -> bool {
        matches!(self, Body::Block(body) if has_use_strict(&body.directives))
    }
}

/// Whether a directive prologue makes code strict.
pub(super) fn has_use_strict(directives: &[Directive<'_>]) -> bool {
    directives.iter().any(|d| d.directive == "use strict")
}

/// The names that a pattern binds, with their positions.
pub(crate) fn bound_names<'a>(pattern: &BindingPattern<'a>, names: &mut Vec<(&'a str, u32)>) {
    match pattern {
        BindingPattern::BindingIdentifier(id) => names.push((id.name.as_str(), id.span.start)),
        BindingPattern::AssignmentPattern(p) => bound_names(&p.left, names),
        BindingPattern::ObjectPattern(p) => {
            for property in &p.properties {
                bound_names(&property.value, names);
            }
            if let Some(rest) = &p.rest {
                bound_names(&rest.argument, names);
            }
        }
        BindingPattern::ArrayPattern(p) => {
            for element in p.elements.iter().flatten() {
                bound_names(element, names);
            }
            if let Some(rest) = &p.rest {
                bound_names(&rest.argument, names);
            }
        }
    }
}
