//! Compiled functions and modules: what the compiler makes, cache files hold, and every tier reads.

use crate::inst::Inst;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A constant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Constant {
    /// A number.
    Number(f64),
    /// A string: any bytes.
    String(Arc<[u8]>),
}

/// Where a closure takes a captured variable from when it is made: its value, or the box that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Capture {
    /// A register of the function around it.
    Register(u8),
    /// An element of its far array.
    Far(u32),
    /// A captured variable of the function around it.
    Up(u32),
}

/// A part of the code whose errors go to a handler. The first that contains the instruction takes the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// First instruction.
    pub start: u32,
    /// Behind the last one.
    pub end: u32,
    /// Where it goes on.
    pub target: u32,
    /// The register that gets the error.
    pub register: u8,
}

impl Handler {
    /// Moves it behind an instruction put before all others.
    pub(crate) fn shift(&mut self) {
        self.start += 1;
        self.end += 1;
        self.target += 1;
    }
}

/// What kind of code a function is: decides about `this`, the result, and the form of its line in traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The top level of the main script.
    Script,
    /// The top level of an imported module.
    Module,
    /// `fn`.
    Function,
    /// A method.
    Method,
    /// `init`: hands back `this`.
    Initializer,
    /// The body of a `defer`.
    Defer,
}

/// What an `interface` asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceInfo {
    /// Its name.
    pub name: Arc<str>,
    /// Names of methods, with their numbers of parameters.
    pub methods: Vec<(Arc<str>, u32)>,
}

/// A named variable and the registers and instructions where it lives, for debuggers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// Its register, or its index in the far array.
    pub register: u32,
    /// It is in the far array.
    pub far: bool,
    /// The register holds a box with the value.
    pub boxed: bool,
    /// First instruction.
    pub start: u32,
    /// Behind the last one.
    pub end: u32,
}

impl Variable {
    /// Moves it behind an instruction put before all others.
    pub(crate) fn shift(&mut self) {
        self.start += 1;
        self.end = self.end.saturating_add(1);
    }
}

/// A function. Immutable: feedback and inline caches live beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Its name in messages; empty when it has none.
    pub name: Arc<str>,
    /// What kind.
    pub kind: Kind,
    /// Arguments it needs.
    pub required: u32,
    /// Arguments it takes.
    pub params: u32,
    /// Registers of a frame, register 0 included; 256 at most.
    pub registers: u32,
    /// The code.
    pub code: Box<[Inst]>,
    /// For every instruction, the source bytes it was made from, start and end. Its line in traces is that of the last one.
    pub spans: Box<[(u32, u32)]>,
    /// Constants, no two of them equal.
    pub constants: Box<[Constant]>,
    /// Captured variables.
    pub captures: Box<[Capture]>,
    /// Handlers, inner ones before outer ones.
    pub handlers: Box<[Handler]>,
    /// The property each inline cache is about: indices of string constants.
    pub caches: Box<[u32]>,
    /// Interfaces it declares.
    pub interfaces: Box<[InterfaceInfo]>,
    /// Its named variables.
    pub variables: Box<[Variable]>,
}

/// A compiled module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// The file, as messages name it.
    pub file: Arc<str>,
    /// Byte offsets at which lines start, the first one 0, to turn spans into lines without the source.
    pub lines: Box<[u32]>,
    /// Its functions. The first is its top level.
    pub functions: Box<[Function]>,
    /// Names of its globals by slot: those it declares, assigns to or uses.
    pub globals: Box<[Arc<str>]>,
    /// Names of functions with `#[test]`, in the order of the text.
    pub tests: Box<[Arc<str>]>,
}

impl Module {
    /// The line, from 1, that a byte of the source is in.
    pub fn line(&self, offset: u32) -> u32 {
        self.lines.partition_point(|start| *start <= offset).max(1) as u32
    }

    /// The line that a trace gives for an instruction: that of the last byte it was made from.
    pub fn line_of(&self, function: &Function, pc: usize) -> u32 {
        let (start, end) = function.spans.get(pc).copied().unwrap_or_default();
        self.line(end.saturating_sub(1).max(start))
    }
}
