//! What the parser takes for assignments to `eval` and `arguments` and is none.

use oxc_ast::ast::{
    AssignmentTargetPropertyIdentifier, IdentifierReference, Program, SimpleAssignmentTarget,
};
use oxc_ast_visit::{Visit, walk};
use oxc_diagnostics::OxcDiagnostic;

/// Whether a diagnostic says that one of them is assigned to in strict mode code, but means one that is only read within a pattern
/// or an update expression, in an initializer or a key: `[a = eval("1")] = []`.
pub(crate) fn is_mistaken(program: &Program<'_>, diagnostic: &OxcDiagnostic) -> bool {
    let message: &str = &diagnostic.message;
    if !matches!(
        message,
        "Cannot assign to 'eval' in strict mode" | "Cannot assign to 'arguments' in strict mode"
    ) {
        return false;
    }
    let Some(label) = diagnostic.labels.first() else { return false };
    let mut reads = Reads { at: label.offset(), found: false };
    reads.visit_program(program);
    reads.found
}

/// Looks for an identifier at a place that is neither declared nor assigned to there.
struct Reads {
    at: u32,
    found: bool,
}

impl<'a> Visit<'a> for Reads {
    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'a>) {
        self.found |= name.span.start == self.at;
    }

    fn visit_simple_assignment_target(&mut self, target: &SimpleAssignmentTarget<'a>) {
        if !matches!(target, SimpleAssignmentTarget::AssignmentTargetIdentifier(_)) {
            walk::walk_simple_assignment_target(self, target);
        }
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        target: &AssignmentTargetPropertyIdentifier<'a>,
    ) {
        if let Some(initializer) = &target.init {
            self.visit_expression(initializer);
        }
    }
}
