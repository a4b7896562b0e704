//! What compiler threads do: from a snapshot to IR, through the passes.

use dis_vm::tier::Snapshot;
use ir::passes::{self, Options};
use jit::engine::{FunctionId, Lower, Lowered, Request, check};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tiering::Decline;

/// What is to be compiled.
pub(crate) struct Work {
    pub(crate) snapshot: Snapshot,
    /// The engine's functions for what it may call, by code and where they begin.
    pub(crate) callees: HashMap<(u32, u32), FunctionId>,
    pub(crate) stepped: BTreeSet<(u32, u32)>,
    pub(crate) unanchored: BTreeSet<(u32, u32)>,
    /// Whether it is only worth it where it makes the program faster.
    pub(crate) has_to_gain: bool,
}

/// An instruction that the interpreter executes for compiled code takes 30 ns or so more than in the interpreter; one with code of
/// its own saves 8. So there have to be this many of these for one of those.
const NATIVE: usize = 4;

/// Lowers what the program's thread has left for it.
#[derive(Default)]
pub(crate) struct Compiler {
    work: Mutex<HashMap<FunctionId, Work>>,
}

impl Compiler {
    /// Leaves what is to be compiled.
    pub(crate) fn leave(&self, id: FunctionId, work: Work) {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).insert(id, work);
    }

    fn take(&self, id: FunctionId) -> Option<Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
    }
}

impl Lower for Compiler {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let id = request.function;
        let Some(work) = self.take(id) else {
            return Err((Decline::NoBody, "nothing is known of it".to_owned()));
        };
        let Work { snapshot, stepped, unanchored, .. } = &work;
        let wanted = dis_lower::Request { snapshot, stepped, unanchored };
        let lowered = dis_lower::lower(&wanted).map_err(|error| (Decline::TooLarge, error.to_string()))?;
        let [native, stepped] = lowered.counts;
        if work.has_to_gain && native < NATIVE * stepped {
            return Err((Decline::Gain, format!("{stepped} of {} instructions are steps", native + stepped)));
        }
        let (mut module, func) = (lowered.module, lowered.func);
        check(&module)?;
        // Looking after each pass takes most of the time of a debug build; who finds a fault below can have that done.
        let options = Options { verify: false, ..Options::default() };
        passes::optimize(&mut module, &options);
        check(&module)?;
        let entry = (work.snapshot.code, work.snapshot.entry);
        let own = |begin: &(u32, u32)| if *begin == entry { Some(id) } else { None };
        let functions =
            lowered.begins.iter().map(|begin| own(begin).or_else(|| work.callees.get(begin).copied()));
        let functions = functions.collect();
        Ok(Lowered { module: Arc::new(module), func, functions, assumptions: Vec::new() })
    }

    fn reason(&self, number: u16) -> String {
        dis_lower::reason(number).to_owned()
    }
}
