//! What compiler threads do: programs to IR.

use crate::lower::{Tables, lower};
use ir::verify;
use jit::engine::{Lower, Lowered, Request};
use js_regexp::Program;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tiering::Decline;

/// A program for texts of one width, and what its code reads.
pub(crate) struct Source {
    pub(crate) program: Arc<Program>,
    pub(crate) wide: bool,
    /// One for each version.
    tables: Mutex<Vec<Tables>>,
}

impl Source {
    pub(crate) fn new(program: Arc<Program>, wide: bool) -> Source {
        Source { program, wide, tables: Mutex::default() }
    }
}

/// Lowers programs that are to be compiled.
#[derive(Default)]
pub(crate) struct Compiler {
    sources: Mutex<HashMap<u64, Arc<Source>>>,
}

impl Compiler {
    /// Leaves a program for whoever compiles it, as often as that is wanted.
    pub(crate) fn leave(&self, number: u64, source: Arc<Source>) {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).insert(number, source);
    }

    pub(crate) fn forget(&self, number: u64) {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }
}

impl Lower for Compiler {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let source = sources.get(&request.function.0).cloned();
        drop(sources);
        let Some(source) = source else { return Err((Decline::NoBody, "the pattern is gone".to_owned())) };
        let lowered = lower(&source.program, source.wide)?;
        if cfg!(debug_assertions)
            && let Err(faults) = verify::verify(&lowered.module)
        {
            let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
            return Err((Decline::Malformed, list.join("\n")));
        }
        source.tables.lock().unwrap_or_else(PoisonError::into_inner).push(lowered.tables);
        Ok(Lowered {
            module: Arc::new(lowered.module),
            func: lowered.func,
            functions: Vec::new(),
            assumptions: Vec::new(),
        })
    }
}
