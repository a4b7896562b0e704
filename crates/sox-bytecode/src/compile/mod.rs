//! From the resolved tree to bytecode.
//!
//! Every function gets registers as on a stack: register 0 is the callee or `this`, then parameters, then locals as they
//! are declared, then temporary values. Registers that instructions can name end at 255; locals that come late live behind
//! that, and operands that would not fit wait there ([`regs`]). A variable that functions inside capture and anyone assigns
//! to lives in a box; one that is captured but never assigned is copied into the closures.
//!
//! `defer` needs no support from frames: a function with one keeps the list of its deferred closures in a register, runs
//! them before each return, and has a handler around its body that runs them and throws on.

mod access;
mod call;
mod class;
mod condition;
mod expr;
mod function;
mod jumps;
mod literal;
mod loops;
mod regs;
mod stmt;

use crate::function::{Function, Module};
use function::State;
use sox_syntax::ast;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Slots of a module's globals. Kept from line to line in an interactive session.
#[derive(Clone, Debug, Default)]
pub struct Globals {
    names: Vec<Arc<str>>,
    slots: HashMap<Arc<str>, u32>,
}

impl Globals {
    /// The names by slot.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    fn slot(&mut self, name: &Arc<str>) -> i32 {
        let names = &mut self.names;
        let slot = *self.slots.entry(name.clone()).or_insert_with(|| {
            names.push(name.clone());
            names.len() as u32 - 1
        });
        slot as i32
    }
}

/// What is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The text, for the lines.
    pub text: &'a [u8],
    /// The file as messages name it.
    pub file: &'a str,
    /// An imported module, not the main script.
    pub imported: bool,
}

/// An expression that computes more values at a time than there are registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex {
    /// The function it is in.
    pub span: ast::Span,
}

impl std::fmt::Display for TooComplex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Expression is too complex.")
    }
}

impl std::error::Error for TooComplex {}

/// Compiles a module that has no errors.
///
/// # Errors
/// When an expression nests too many calls or operators.
pub fn compile(
    module: &ast::Module,
    source: &Source<'_>,
    globals: &mut Globals,
) -> Result<Module, TooComplex> {
    let mut compiler = Compiler {
        tree: module,
        globals,
        functions: vec![None],
        states: Vec::new(),
        tests: Vec::new(),
        early: HashSet::new(),
        too_complex: None,
    };
    compiler.top_level(source.imported);
    if let Some(error) = compiler.too_complex {
        return Err(error);
    }
    let functions: Vec<Function> = compiler.functions.into_iter().flatten().collect();
    Ok(Module {
        file: source.file.into(),
        lines: line_starts(source.text),
        functions: functions.into(),
        tests: compiler.tests.into(),
        globals: globals.names.clone().into(),
    })
}

/// Where lines start.
fn line_starts(text: &[u8]) -> Box<[u32]> {
    let behind_breaks =
        text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at as u32 + 1);
    std::iter::once(0).chain(behind_breaks).collect()
}

struct Compiler<'a> {
    tree: &'a ast::Module,
    globals: &'a mut Globals,
    /// Finished functions; `None` while their inner ones are compiled.
    functions: Vec<Option<Function>>,
    /// Functions around the one being compiled, which is the last.
    states: Vec<State>,
    tests: Vec<Arc<str>>,
    /// Variables that functions inside of their first value capture.
    early: HashSet<ast::Var>,
    too_complex: Option<TooComplex>,
}

type Bytes = (u32, u32);

/// The bytes of a node.
fn bytes(span: ast::Span) -> Bytes {
    (span.start, span.end)
}
