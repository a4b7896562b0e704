//! JavaScript source text to bytecode.
#![forbid(unsafe_code)]

mod depth;
mod emit;
mod generate;
mod parse;
mod patterns;
mod scope;
mod targets;
mod text;
mod words;

use js_bytecode::{DynamicKind, EvalContext, SyntaxError, Unit};
use scope::Goal;

/// Compiles a script (16.1).
pub fn script(source: &str) -> Result<Unit, SyntaxError> {
    parse::compile(source, Goal::Script, EvalContext::default())
}

/// Compiles a module (16.2).
pub fn module(source: &str) -> Result<Unit, SyntaxError> {
    parse::compile(source, Goal::Module, EvalContext::default())
}

/// Compiles the argument of eval (19.2.1.1 PerformEval).
pub fn eval(source: &str, context: EvalContext) -> Result<Unit, SyntaxError> {
    let direct = context.direct;
    let context = if direct { context } else { EvalContext::default() };
    parse::compile(source, Goal::Eval { direct }, context)
}

/// Compiles what `Function` and its like are given (20.2.1.1.1 CreateDynamicFunction): a script whose completion value is the
/// function. Positions refer to [`DynamicKind::source`].
pub fn function(parameters: &str, body: &str, kind: DynamicKind) -> Result<Unit, SyntaxError> {
    parse::function(parameters, body, kind)
}
