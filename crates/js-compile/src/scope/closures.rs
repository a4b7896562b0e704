//! Whether code makes functions that could see the scope it is in.

use oxc_ast::ast::*;
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::scope::ScopeFlags;

/// Looks for code in parameters that tells their scope from that of the body: functions, classes, direct evals, names.
#[derive(Default)]
pub(super) struct Closures {
    /// Some name is used, which might be that of a variable of the body.
    names: bool,
    found: bool,
}

/// Whether evaluating an expression makes functions, or runs a direct eval, that could see the scope it is in.
pub(crate) fn makes_closures(e: &Expression<'_>) -> bool {
    let mut this = Closures::default();
    this.visit_expression(e);
    this.found
}

impl Closures {
    pub(super) fn among(params: &FormalParameters<'_>) -> bool {
        let mut this = Closures::default();
        for item in &params.items {
            this.visit_binding_pattern(&item.pattern);
            if let Some(e) = &item.initializer {
                this.visit_expression(e);
            }
        }
        if let Some(rest) = &params.rest {
            this.visit_binding_pattern(&rest.rest.argument);
        }
        this.found || this.names
    }
}

impl<'a> Visit<'a> for Closures {
    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {
        self.found = true;
    }

    fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {
        self.found = true;
    }

    fn visit_identifier_reference(&mut self, _: &IdentifierReference<'a>) {
        self.names = true;
    }

    fn visit_class(&mut self, _: &Class<'a>) {
        self.found = true;
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.found |= is_direct_eval(it);
        walk::walk_call_expression(self, it);
    }
}

/// Whether a call is a direct eval if the callee is %eval%.
pub(crate) fn is_direct_eval(call: &CallExpression<'_>) -> bool {
    !call.optional
        && matches!(call.callee.without_parentheses(), Expression::Identifier(id) if id.name == "eval")
}

pub(super) fn is_arguments(e: &Expression<'_>) -> bool {
    matches!(e, Expression::Identifier(id) if id.name == "arguments")
}

/// A read of an element or the length of `arguments`, if it stands where nothing else can happen to it.
pub(super) fn arguments_member(e: &Expression<'_>) -> bool {
    match e.without_parentheses() {
        Expression::ComputedMemberExpression(m) => is_arguments(&m.object),
        Expression::StaticMemberExpression(m) => is_arguments(&m.object) && m.property.name == "length",
        _ => false,
    }
}
