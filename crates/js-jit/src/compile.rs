//! What compiler threads do: snapshots to IR, through the passes.

use crate::tier::Config;
use crate::watch::{Label, Made, Watch};
use ir::passes::{self, Options};
use jit::engine::{FunctionId, Lower, Lowered, Request, check};
use js_lower::{Reason, Snapshot};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tiering::Decline;

/// Passes that find nothing to do: modules have one body each, which allocates by runtime functions. Calls in tail position are frames
/// in traces, too.
const LEFT_OUT: [&str; 3] = ["tail", "inline", "scalar"];
/// Passes that work on loops, or find little elsewhere for the time they take.
const FOR_LOOPS: [&str; 6] = ["rotate", "licm", "unroll", "bounds", "range", "thread"];

/// A function, or one of its loops by the instruction at its head.
type Place = (u64, Option<u32>);

/// A function to be compiled, and what it is called if anybody watches.
type Left = (Snapshot, Option<Label>);

/// Lowers functions of which the program's thread has left snapshots.
#[derive(Default)]
pub(crate) struct Compiler {
    snapshots: Mutex<HashMap<Place, Left>>,
    /// How often functions were declined by lowering, by reason.
    declined: Mutex<BTreeMap<&'static str, u64>>,
    /// Who is shown what it makes, and what the code generator is told.
    watch: Option<(Watch, codegen::Options)>,
}

impl Compiler {
    /// One for these.
    pub(crate) fn new(config: &Config) -> Compiler {
        let watch = config.watch.clone().map(|watch| (watch, config.options.clone()));
        Compiler { watch, ..Compiler::default() }
    }

    /// Leaves what is known of a function for whoever compiles it or one of its loops. What it is called is asked for if anybody watches.
    pub(crate) fn leave(
        &self,
        id: FunctionId,
        header: Option<u32>,
        snapshot: Snapshot,
        label: impl FnOnce() -> Label,
    ) {
        let label = self.watch.is_some().then(label);
        let mut all = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((id.0, header), (snapshot, label));
    }

    fn take(&self, id: FunctionId, header: Option<u32>) -> Option<Left> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner).remove(&(id.0, header))
    }

    /// Drops what was left of a function that is gone.
    pub(crate) fn forget(&self, id: FunctionId) {
        let mut all = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(known, _), _| *known != id.0);
    }

    /// Counts a function that is not compiled.
    pub(crate) fn decline(&self, reason: &'static str) {
        *self.declined.lock().unwrap_or_else(PoisonError::into_inner).entry(reason).or_default() += 1;
    }

    /// What was declined so far, by reason.
    pub(crate) fn declined(&self) -> Vec<(&'static str, u64)> {
        let declined = self.declined.lock().unwrap_or_else(PoisonError::into_inner);
        declined.iter().map(|(reason, count)| (*reason, *count)).collect()
    }
}

impl Lower for Compiler {
    fn lower(&self, request: Request) -> Result<Lowered, (Decline, String)> {
        let Some((snapshot, label)) = self.take(request.function, request.osr) else {
            // It was taken away between two looks: whoever asks again leaves another one.
            return Err((Decline::Budget, "nothing is known of it".to_owned()));
        };
        let lowered = js_lower::lower(&snapshot, request.osr).map_err(|declined| {
            self.decline(declined.reason);
            let reason = Decline::from_code(declined.reason).unwrap_or(Decline::Unsupported);
            (reason, declined.to_string())
        })?;
        let (mut module, func) = (lowered.module, lowered.func);
        check(&module)?;
        let loops = snapshot.has_loops();
        let disabled = LEFT_OUT.iter().chain(FOR_LOOPS.iter().filter(|_| !loops));
        let disabled = disabled.map(|name| (*name).to_owned()).collect();
        // Looking after each pass takes most of the time of a debug build; who finds a fault below can have that done.
        let options = Options { disabled, verify: false, ..Options::default() };
        passes::optimize(&mut module, &options);
        check(&module)?;
        if let (Some((watch, options)), Some(label)) = (&self.watch, &label) {
            watch.show(&Made { label, header: request.osr, module: &module, func, options });
        }
        let named = |number: &u32| (*number != u32::MAX).then(|| FunctionId(u64::from(*number)));
        let functions = lowered.numbers.iter().map(named).collect();
        Ok(Lowered { module: Arc::new(module), func, functions, assumptions: Vec::new() })
    }

    fn reason(&self, number: u16) -> String {
        Reason::name(number).to_owned()
    }
}
