//! What compiler threads do: feedback to IR, through the passes.

use ir::passes::{self, Options};
use jit::engine::{FunctionId, Lower, Lowered, Request, check};
use sox_bytecode::feedback::Feedback;
use sox_lower::Fiber;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tiering::Decline;

/// Calls in tail position are frames in traces, too.
const LEFT_OUT: &str = "tail";

/// Largest callee that is inlined, in instructions without constants. A call of Sox is dear enough for more than the default:
/// `fib` of `benches/sox` takes three quarters of the time when it is inlined into itself once.
const INLINED: u32 = 100;

/// The engine's number of a function. Functions are declared in the order of their code.
pub(crate) fn id_of(code: u32) -> FunctionId {
    FunctionId(u64::from(code) + 1)
}

/// The number of the code of one of the engine's functions.
pub(crate) fn code_of(id: FunctionId) -> u32 {
    (id.0 - 1) as u32
}

/// A function by its code, or one of its loops.
type Place = (u32, Option<u32>);

/// Lowers functions of which the program's thread has left feedback.
pub(crate) struct Compiler {
    fiber: Fiber,
    feedback: Mutex<HashMap<Place, Vec<Feedback>>>,
}

impl Compiler {
    pub(crate) fn new(fiber: Fiber) -> Compiler {
        Compiler { fiber, feedback: Mutex::default() }
    }

    /// Leaves what is known of a function, and behind it of some that it calls, for whoever compiles it or one of its loops.
    pub(crate) fn leave(&self, code: u32, header: Option<u32>, feedback: Vec<Feedback>) {
        let mut all = self.feedback.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((code, header), feedback);
    }

    fn take(&self, code: u32, header: Option<u32>) -> Option<Vec<Feedback>> {
        self.feedback.lock().unwrap_or_else(PoisonError::into_inner).remove(&(code, header))
    }
}

impl Lower for Compiler {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let code = code_of(request.function);
        let feedback = self.take(code, request.osr).unwrap_or_default();
        let Some(own) = feedback.first() else {
            return Err((Decline::NoBody, format!("nothing is known of code {code}")));
        };
        let lowered = sox_lower::lower(own, request.osr, &self.fiber, &feedback)
            .map_err(|error| (Decline::TooLarge, error.to_string()))?;
        let (mut module, func) = (lowered.module, lowered.func);
        check(&module)?;
        let disabled = [LEFT_OUT.to_owned()].into();
        // Looking after each pass takes most of the time of a debug build; who finds a fault below can have that done.
        let options = Options { disabled, inline_size: INLINED, verify: false, ..Options::default() };
        passes::optimize(&mut module, &options);
        check(&module)?;
        let functions = lowered.codes.iter().map(|code| (*code != u32::MAX).then(|| id_of(*code))).collect();
        Ok(Lowered { module: Arc::new(module), func, functions, assumptions: Vec::new() })
    }

    fn reason(&self, number: u16) -> String {
        sox_lower::Reason::name(number).to_owned()
    }
}
