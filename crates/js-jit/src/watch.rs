//! Showing what functions become, while they are compiled.

use codegen::Options;
use ir::{Func, Module};
use js_rt::Code;
use js_vm::Vm;
use std::fmt;
use std::sync::Arc;

/// A function or one of its loops, optimized.
#[derive(Debug)]
pub struct Made<'a> {
    /// Its name, and file and line.
    pub label: &'a Label,
    /// The instruction at the head of the loop, when it is one.
    pub header: Option<u32>,
    /// The module after all passes. Instructions have the bytecode's as positions.
    pub module: &'a Module,
    /// The function in it.
    pub func: Func,
    /// What the code generator is told.
    pub options: &'a Options,
}

/// What a function is called where people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its name; empty when it has none.
    pub name: String,
    /// File and line.
    pub place: String,
    /// From which instruction on it comes from which line, ascending.
    pub lines: Box<[(u32, u32)]>,
}

impl Label {
    pub(crate) fn new(vm: &Vm, code: &Code) -> Label {
        let (name, place) = vm.code_label(code);
        let source = &code.unit.source;
        let lines = code.function.positions.iter().map(|at| (at.inst, source.place(at.offset).0 as u32));
        Label { name, place, lines: lines.collect() }
    }

    /// The line that an instruction comes from.
    pub fn line(&self, pc: u32) -> Option<u32> {
        let behind = self.lines.partition_point(|(from, _)| *from <= pc);
        Some(self.lines[behind.checked_sub(1)?].1)
    }
}

/// Is shown every function that gets code, on the thread that compiles it.
#[derive(Clone)]
pub struct Watch(Arc<dyn Fn(&Made<'_>) + Send + Sync>);

impl Watch {
    /// A function that is shown them. It must not panic.
    pub fn new(show: impl Fn(&Made<'_>) + Send + Sync + 'static) -> Watch {
        Watch(Arc::new(show))
    }

    pub(crate) fn show(&self, made: &Made<'_>) {
        (self.0)(made);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
