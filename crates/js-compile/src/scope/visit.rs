//! The walk over the tree.

use super::build::{Body, Builder, bound_names};
use super::closures::{arguments_member, is_arguments, is_direct_eval};
use super::{Goal, ScopeKind, VarKind, address};
use crate::patterns::has_bad_escape;
use js_bytecode::FunctionKind;
use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::scope::ScopeFlags;

impl<'a> Visit<'a> for Builder<'a> {
    fn visit_function(&mut self, it: &Function<'a>, _: ScopeFlags) {
        let kind = std::mem::replace(&mut self.method, FunctionKind::Normal);
        let declaration = it.is_function_declaration();
        let created = if declaration { self.an.scope(self.scope).start } else { it.span.start };
        if declaration && let Some(id) = &it.id {
            self.declare_function(it, id.name.as_str());
        }
        let unbound = declaration || (self.an.goal == Goal::Function && self.an.funcs.len() == 1);
        let name = if unbound { None } else { it.id.as_ref() };
        let Some(body) = &it.body else { return };
        let id = self.function(address(it), kind, (it.span, created), name, &it.params, Body::Block(body));
        let func = &mut self.an.funcs[id as usize];
        (func.generator, func.is_async) = (it.generator, it.r#async);
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let body = match &it.body {
            ArrowFunctionBody::FunctionBody(body) => Body::Block(body),
            body => match body.as_expression() {
                Some(e) => Body::Expression(e),
                None => return,
            },
        };
        let place = (it.span, it.span.start);
        let id = self.function(address(it), FunctionKind::Arrow, place, None, &it.params, body);
        self.an.funcs[id as usize].is_async = it.r#async;
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        if it.is_declaration()
            && let Some(id) = &it.id
        {
            self.declare_lexical(id.name.as_str(), VarKind::Class, it.span.end);
        }
        self.class(it);
    }

    fn visit_reg_exp_literal(&mut self, it: &RegExpLiteral<'a>) {
        if has_bad_escape(it) {
            self.error("Invalid regular expression: Invalid escape", it.span.start);
        }
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if it.computed {
            self.visit_property_key(&it.key);
        }
        if (it.method || it.kind != PropertyKind::Init)
            && let Expression::FunctionExpression(function) = &it.value
        {
            self.method = FunctionKind::Method;
            self.visit_function(function, ScopeFlags::Function);
        } else {
            self.visit_expression(&it.value);
        }
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        self.in_scope(ScopeKind::Block, it, it.span.start, |this| walk::walk_statements(this, &it.body));
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        self.in_scope(ScopeKind::Loop, it, it.span.start, |this| walk::walk_for_statement(this, it));
    }

    fn visit_for_in_statement(&mut self, it: &ForInStatement<'a>) {
        self.in_scope(ScopeKind::Loop, it, it.span.start, |this| {
            this.loop_head(&it.left, &it.right);
            this.visit_statement(&it.body);
        });
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        self.an.has_await |= it.r#await && self.func == 0;
        self.in_scope(ScopeKind::Loop, it, it.span.start, |this| {
            this.loop_head(&it.left, &it.right);
            this.visit_statement(&it.body);
        });
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.visit_expression(&it.test);
        for branch in std::iter::once(&it.consequent).chain(&it.alternate) {
            // B.3.3: a function there is in a block of its own.
            match branch {
                Statement::FunctionDeclaration(f) => {
                    self.in_scope(ScopeKind::Block, &**f, f.span.start, |this| this.visit_statement(branch));
                }
                _ => self.visit_statement(branch),
            }
        }
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.visit_expression(&it.discriminant);
        self.in_scope(ScopeKind::Switch, it, it.span.start, |this| {
            for case in &it.cases {
                this.visit_switch_case(case);
            }
        });
    }

    fn visit_with_statement(&mut self, it: &WithStatement<'a>) {
        self.visit_expression(&it.object);
        self.in_scope(ScopeKind::With, it, it.span.start, |this| this.visit_statement(&it.body));
    }

    fn visit_catch_clause(&mut self, it: &CatchClause<'a>) {
        self.in_scope(ScopeKind::Catch, it, it.span.start, |this| {
            if let Some(param) = &it.param {
                let simple = param.pattern.is_binding_identifier();
                let kind = if simple { VarKind::Catch } else { VarKind::Let };
                this.declare_pattern(&param.pattern, kind, if simple { 0 } else { param.span.end });
                this.visit_binding_pattern(&param.pattern);
            }
            this.visit_block_statement(&it.body);
        });
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        self.declaration(it, None, false);
    }

    fn visit_binding_identifier(&mut self, _: &BindingIdentifier<'a>) {}

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        let name = it.name.as_str();
        if name == "arguments" {
            self.count_arguments(1, 0);
            if self.context.in_field && self.in_eval() {
                self.error(
                    "'arguments' is not allowed in class field initializer or static initialization block",
                    it.span.start,
                );
            }
        }
        self.reference(name, it.span.start);
    }

    fn visit_simple_assignment_target(&mut self, it: &SimpleAssignmentTarget<'a>) {
        match it {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(id) => {
                self.an.assigned.push((id.span.start, id.name.as_str()));
            }
            SimpleAssignmentTarget::ComputedMemberExpression(m) if is_arguments(&m.object) => {
                self.count_arguments(0, -1);
            }
            SimpleAssignmentTarget::StaticMemberExpression(m)
                if is_arguments(&m.object) && m.property.name == "length" =>
            {
                self.count_arguments(0, -1);
            }
            _ => {}
        }
        walk::walk_simple_assignment_target(self, it);
    }

    fn visit_assignment_target_property_identifier(&mut self, it: &AssignmentTargetPropertyIdentifier<'a>) {
        self.an.assigned.push((it.binding.span.start, it.binding.name.as_str()));
        walk::walk_assignment_target_property_identifier(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if is_arguments(&it.object) && it.property.name == "length" {
            self.count_arguments(0, 1);
        }
        self.visit_expression(&it.object);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        if is_arguments(&it.object) {
            self.count_arguments(0, 1);
        }
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_private_field_expression(&mut self, it: &PrivateFieldExpression<'a>) {
        self.visit_expression(&it.object);
        self.private(&it.field);
    }

    fn visit_private_in_expression(&mut self, it: &PrivateInExpression<'a>) {
        self.private(&it.left);
        self.visit_expression(&it.right);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if arguments_member(&it.callee) {
            self.count_arguments(0, -1);
        }
        if let Expression::Super(s) = &it.callee {
            self.check_super(true, s.span.start);
            let holder = self.an.this_func(self.func);
            self.an.funcs[holder as usize].uses_this = true;
            for name in ["%this", "%new.target", "%function"] {
                self.use_pseudo(name, s.span.start);
            }
        }
        if !it.callee.is_super() {
            self.visit_expression(&it.callee);
        }
        self.visit_arguments(&it.arguments);
        if is_direct_eval(it) {
            self.direct_eval();
        }
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        if arguments_member(&it.tag) {
            self.count_arguments(0, -1);
        }
        walk::walk_tagged_template_expression(self, it);
    }

    fn visit_unary_expression(&mut self, it: &UnaryExpression<'a>) {
        if it.operator == UnaryOperator::Delete && arguments_member(&it.argument) {
            self.count_arguments(0, -1);
        }
        walk::walk_unary_expression(self, it);
    }

    fn visit_super(&mut self, it: &Super) {
        self.check_super(false, it.span.start);
        self.use_this(it.span.start);
        self.use_pseudo("%home", it.span.start);
    }

    fn visit_this_expression(&mut self, it: &ThisExpression) {
        self.use_this(it.span.start);
    }

    fn visit_new_target(&mut self, it: &NewTarget) {
        if self.in_eval() && !self.context.new_target {
            self.error("new.target expression is not allowed here", it.span.start);
        }
        self.use_pseudo("%new.target", it.span.start);
    }

    fn visit_await_expression(&mut self, it: &AwaitExpression<'a>) {
        self.an.has_await |= self.func == 0;
        walk::walk_await_expression(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        for specifier in it.specifiers.iter().flatten() {
            let local = specifier.local();
            self.declare(self.scope, local.name.as_str(), VarKind::Import(self.imports), 0);
            self.imports += 1;
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for specifier in &it.specifiers {
            if let Some(name) = specifier.local.identifier_name() {
                self.an.exported.push(name.as_str());
            }
        }
    }

    fn visit_export_from_declaration(&mut self, _: &ExportFromDeclaration<'a>) {}

    fn visit_export_declaration(&mut self, it: &ExportDeclaration<'a>) {
        match &it.declaration {
            Declaration::VariableDeclaration(declaration) => {
                let mut names = Vec::new();
                for declarator in &declaration.declarations {
                    bound_names(&declarator.id, &mut names);
                }
                self.an.exported.extend(names.into_iter().map(|(name, _)| name));
            }
            declaration => self.an.exported.extend(declaration.id().map(|id| id.name.as_str())),
        }
        walk::walk_export_declaration(self, it);
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        let id = match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(f) => f.id.as_ref(),
            ExportDefaultDeclarationKind::ClassDeclaration(c) => c.id.as_ref(),
            _ => None,
        };
        match (id, &it.declaration) {
            (Some(id), _) => self.an.exported.push(id.name.as_str()),
            (None, ExportDefaultDeclarationKind::FunctionDeclaration(_)) => {
                self.declare(self.scope, "*default*", VarKind::Function, 0);
                self.an.exported.push("*default*");
            }
            (None, _) => {
                self.declare(self.scope, "*default*", VarKind::Let, it.span.end);
                self.an.exported.push("*default*");
            }
        }
        walk::walk_export_default_declaration(self, it);
    }
}
