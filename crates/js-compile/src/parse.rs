//! From source text to a checked tree.

use crate::depth::with_stack;
use crate::generate::generate;
use crate::scope::{Goal, analyse};
use crate::targets::is_mistaken;
use js_bytecode::{DynamicKind, EvalContext, SyntaxError, Unit};
use oxc_allocator::Allocator;
use oxc_ast::ast::{Program, Statement};
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::SemanticBuilder;
use oxc_span::{GetSpan, SourceType};
use std::borrow::Cow;

const USE_STRICT: &str = "\"use strict\";";

/// What is written behind a call that is assigned to, so that the parser takes it: sloppy code throws a ReferenceError when it
/// comes there (13.15.1, web-compat).
pub(crate) const CALL_TARGET: &str = "__call_as_assignment_target__";

/// How offsets in what was parsed relate to the source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offsets {
    /// What comes before the source.
    shift: u32,
    /// Where text was inserted, in order, and how much.
    inserted: Vec<(u32, u32)>,
}

impl Offsets {
    /// The offset in the source.
    pub(crate) fn map(&self, position: u32) -> u32 {
        let more: u32 = self.inserted.iter().take_while(|&&(at, _)| at < position).map(|&(_, n)| n).sum();
        position.saturating_sub(self.shift).saturating_sub(more)
    }
}

/// Compiles a source.
pub(crate) fn compile(source: &str, goal: Goal, context: EvalContext) -> Result<Unit, SyntaxError> {
    if source.len() >= 1 << 30 {
        return Err(error("The source is too large", 0));
    }
    let (text, shift) = prepare(source, goal, context);
    with_stack(&text, || compile_here(&text, shift, goal, context))
}

/// Compiles a text, after what calls that are assigned to need.
fn compile_here(text: &str, shift: u32, goal: Goal, context: EvalContext) -> Result<Unit, SyntaxError> {
    let mut offsets = Offsets { shift, inserted: Vec::new() };
    let mut text = Cow::Borrowed(text);
    loop {
        let refused = match compile_text(&text, &offsets, goal, context) {
            Ok(unit) => return Ok(unit),
            Err(refused) => refused,
        };
        match refused.call {
            Some(end) if goal != Goal::Module && offsets.inserted.len() < 64 => {
                let (before, after) = text.split_at(end);
                text = Cow::Owned(format!("{before}.{CALL_TARGET}{after}"));
                let at = offsets.inserted.partition_point(|&(at, _)| at < end as u32);
                let length = CALL_TARGET.len() as u32 + 1;
                offsets.inserted.iter_mut().skip(at).for_each(|i| i.0 += length);
                offsets.inserted.insert(at, (end as u32, length));
            }
            _ => return Err(refused.error),
        }
    }
}

/// Why a text is refused.
struct Refused {
    error: SyntaxError,
    /// The end of the call that is assigned to, if that is why.
    call: Option<usize>,
}

impl From<SyntaxError> for Refused {
    fn from(error: SyntaxError) -> Refused {
        Refused { error, call: None }
    }
}

/// The text to parse, and how much of it comes before the source.
fn prepare(source: &str, goal: Goal, context: EvalContext) -> (Cow<'_, str>, u32) {
    if !matches!(goal, Goal::Eval { .. }) || !context.strict {
        return (Cow::Borrowed(source), 0);
    }
    // A hashbang comment is one at the beginning only.
    let text = match source.strip_prefix("#!") {
        Some(rest) => format!("{USE_STRICT}//{rest}"),
        None => format!("{USE_STRICT}{source}"),
    };
    (Cow::Owned(text), USE_STRICT.len() as u32)
}

fn compile_text(text: &str, offsets: &Offsets, goal: Goal, context: EvalContext) -> Result<Unit, Refused> {
    let alloc = Allocator::default();
    let source_type = if goal == Goal::Module { SourceType::mjs() } else { SourceType::script() };
    let parsed = Parser::new(&alloc, text, source_type).with_options(options()).parse();
    if let Err(error) = check(text, parsed.diagnostics.iter(), offsets, context) {
        return Err(Refused { error, call: assigned_call(text, parsed.diagnostics.first()) });
    }
    if parsed.panicked {
        return Err(error("Unexpected token", 0).into());
    }
    semantic(text, &parsed.program, offsets, context)?;
    let analysis = analyse(&parsed.program, goal, context, &alloc);
    if let Some(&(message, position)) = analysis.errors.first() {
        return Err(error(message, offsets.map(position)).into());
    }
    if let (Some(name), false) = (analysis.free_private.first(), context.direct) {
        return Err(
            error(&format!("Private field '{name}' must be declared in an enclosing class"), 0).into()
        );
    }
    Ok(generate(&parsed.program, analysis, offsets.clone())?)
}

/// The end of a call that the diagnostic says is assigned to.
fn assigned_call(text: &str, diagnostic: Option<&oxc_diagnostics::OxcDiagnostic>) -> Option<usize> {
    let diagnostic = diagnostic.filter(|d| d.message == "Cannot assign to this expression")?;
    let label = diagnostic.labels.first()?;
    let end = label.offset() as usize + label.len() as usize;
    text.get(..end).filter(|t| t.ends_with(')')).map(str::len)
}

fn options() -> ParseOptions {
    ParseOptions { parse_regular_expression: true, ..ParseOptions::default() }
}

fn semantic(
    text: &str,
    program: &Program<'_>,
    offsets: &Offsets,
    context: EvalContext,
) -> Result<(), SyntaxError> {
    let checked = SemanticBuilder::new().with_check_syntax_error(true).build(program);
    let wrong = checked.diagnostics.iter().filter(|diagnostic| !is_mistaken(program, diagnostic));
    check(text, wrong, offsets, context)
}

/// The first diagnostic that is an error, given what is around the source.
fn check<'d>(
    text: &str,
    diagnostics: impl Iterator<Item = &'d oxc_diagnostics::OxcDiagnostic>,
    offsets: &Offsets,
    context: EvalContext,
) -> Result<(), SyntaxError> {
    for diagnostic in diagnostics {
        if diagnostic.severity != oxc_diagnostics::Severity::Error || allowed(&diagnostic.message, context) {
            continue;
        }
        // Of a name that is declared twice, the second place.
        let twice = diagnostic.message.ends_with("has already been declared");
        let label = if twice { diagnostic.labels.last() } else { diagnostic.labels.first() };
        let offset = label.map_or(0, |l| l.offset());
        return Err(error(&crate::words::worded(&diagnostic.message, text, offset), offsets.map(offset)));
    }
    Ok(())
}

/// What is an error in a script, but perhaps not in a direct eval; our own checks decide.
fn allowed(message: &str, context: EvalContext) -> bool {
    context.direct
        && (message.starts_with("'super' can only be referenced")
            || message.starts_with("Super calls are not permitted")
            || message == "Unexpected new.target expression"
            || message.starts_with("Private identifier '#")
            || message.starts_with("Private field '#"))
}

fn error(message: &str, offset: u32) -> SyntaxError {
    SyntaxError { message: message.into(), offset, reference: false }
}

/// Compiles a function from the texts of its parameters and body.
pub(crate) fn function(parameters: &str, body: &str, kind: DynamicKind) -> Result<Unit, SyntaxError> {
    // Each has to be complete in itself.
    is_function(&kind.source(parameters, ""), |text| text.rfind('{'))?;
    is_function(&kind.source("", body), |text| text.find('{'))?;
    let text = format!("({})", kind.source(parameters, body));
    with_stack(&text, || compile_here(&text, 1, Goal::Function, EvalContext::default()))
}

/// Whether a text is one function declaration whose body begins at a place.
fn is_function(text: &str, body: impl Fn(&str) -> Option<usize> + Send + Sync) -> Result<(), SyntaxError> {
    with_stack(text, || {
        let alloc = Allocator::default();
        let parsed = Parser::new(&alloc, text, SourceType::script()).with_options(options()).parse();
        check(text, parsed.diagnostics.iter(), &Offsets::default(), EvalContext::default())?;
        let complete = match &parsed.program.body[..] {
            [Statement::FunctionDeclaration(f)] => {
                let begin = f.body.as_ref().map(|b| b.span().start as usize);
                f.span.end as usize == text.len() && begin == body(text)
            }
            _ => false,
        };
        if complete { Ok(()) } else { Err(error("Unexpected token", 0)) }
    })
}
