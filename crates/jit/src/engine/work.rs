//! One compilation, on whichever thread it runs: lower, generate code, link, install.

use crate::control::panic_message;
use crate::engine::function::{Function, Installed};
use crate::engine::queue::Job;
use crate::engine::tiers::ExitReporter;
use crate::engine::{FunctionId, Lowered, Request, Shared};
use crate::link::{LinkError, Placed, Symbols};
use crate::unit::Unit;
use codegen::{Calls, Options};
use ir::{Entity, Func};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Instant;
use tiering::{Decline, Discard, EventKind, State};

/// A compiler thread.
pub(super) fn run(shared: &Shared) {
    while let Some(job) = shared.queue.take() {
        shared.run(job);
        shared.queue.finish(job.key);
    }
}

/// Why there is no code, for the table and for people.
type Refusal = (Decline, String);

impl Shared {
    /// Does a job. A panic in the guest's lowering or in the code generator declines the function.
    pub(super) fn run(&self, job: Job) {
        let Some(function) = self.function(job.key.function) else {
            return;
        };
        // Nothing that the closure changes outlives a panic half done: code is installed in its last step.
        let result = catch_unwind(AssertUnwindSafe(|| self.compile(&function, job)));
        let refusal = match result {
            Ok(Ok(())) => return,
            Ok(Err(refusal)) => refusal,
            Err(payload) => (Decline::Internal, format!("panic: {}", panic_message(&*payload))),
        };
        let (reason, detail) = refusal;
        function.slots().slot(job.key.osr).tier.declined(job.version, reason);
        self.event(&function, job.version, EventKind::Declined { reason, detail });
    }

    /// Whether a job's version is still the one that is wanted.
    fn is_wanted(&self, function: &Function, job: Job) -> bool {
        let mut slots = function.slots();
        !slots.gone && slots.slot(job.key.osr).tier.state() == (State::Queued { version: job.version })
    }

    fn compile(&self, function: &Function, job: Job) -> Result<(), Refusal> {
        let discard = |why| {
            self.event(function, job.version, EventKind::Discarded(why));
            Ok(())
        };
        if !self.is_wanted(function, job) {
            return discard(Discard::Superseded);
        }
        let started = Instant::now();
        let stale = Arc::new(AtomicU32::new(0));
        let request = Request {
            function: FunctionId(job.key.function),
            version: job.version,
            osr: job.key.osr,
            stale: stale.as_ptr().expose_provenance(),
        };
        let lowered = self.lower.lower(request)?;
        let body = lowered.module.functions.get(lowered.func);
        let body = body.ok_or_else(|| (Decline::Malformed, format!("no {} in the module", lowered.func)))?;
        if job.key.osr.is_none() && body.signature != *function.stub.layout.signature() {
            let detail = "lowered with another signature than it was declared with";
            return Err((Decline::Malformed, detail.to_owned()));
        }
        let options = Options { calls: calls(job, &lowered), ..self.config.options.clone() };
        let compiled = codegen::compile(&lowered.module, lowered.func, &self.target, &options)
            .map_err(|why| (Decline::from_code(why.code()).unwrap_or(Decline::Internal), why.to_string()))?;
        // A result that nobody wants any more need not be published.
        if !self.is_wanted(function, job) {
            return discard(Discard::Superseded);
        }
        let bytes = compiled.code.len();
        let charge = self.make_room(function, bytes, job.priority == u32::MAX);
        let charge = charge.map_err(|detail| (Decline::Budget, detail))?;
        let held = charge.bytes();
        let reporter =
            ExitReporter { engine: self.this.clone(), request, _charge: charge, _stale: Arc::clone(&stale) };
        let mut unit = Unit::new(original(job, &lowered), body, &compiled, Some(Arc::new(reporter)));
        unit.name.clone_from(&function.stub.name);
        let linked = self.link(job, &lowered, &compiled, &Arc::new(unit)).map_err(link_refusal)?;
        let time = started.elapsed();
        self.event(function, job.version, EventKind::Compiled { time, bytes });
        let code = Installed {
            version: job.version,
            bytes: held,
            linked,
            assumptions: lowered.assumptions.clone(),
            stale,
        };
        match self.install(function, job, code, &body.signature) {
            Ok(()) => Ok(()),
            Err(why) => discard(why),
        }
    }

    fn link(
        &self,
        job: Job,
        lowered: &Lowered,
        compiled: &codegen::Compiled,
        unit: &Arc<Unit>,
    ) -> Result<crate::link::Linked, LinkError> {
        let placed = Placed::new(self.entries.space(), compiled)?;
        let own = placed.entry();
        // Calls from the code of a loop to its own function go to the whole function, by way of its cell.
        let is_own = |func: Func| func == lowered.func && job.key.osr.is_none();
        let cell = |func: Func| {
            let id = match lowered.functions.get(func.index()) {
                _ if is_own(func) => job.key.function,
                known => known.copied().flatten()?.0,
            };
            Some(Arc::clone(&self.function(id)?.stub.cell))
        };
        let symbols = Symbols {
            module: &lowered.module,
            runtime: &self.runtime,
            entry: &|func| is_own(func).then_some(own),
            cell: &cell,
            entries: &self.entries,
        };
        placed.publish(compiled, unit, &symbols)
    }
}

/// The function that exits are reported for: the requested one, also when a version of it is entered in the middle.
fn original(job: Job, lowered: &Lowered) -> Func {
    let id = Some(FunctionId(job.key.function));
    let index = lowered.functions.iter().position(|known| *known == id).filter(|_| job.key.osr.is_some());
    index.map_or(lowered.func, Func::from_index)
}

/// Calls go through entry pointers, which can be swapped. A function may call itself directly, unless it relies on
/// something: when that breaks, the code must not be entered any more.
fn calls(job: Job, lowered: &Lowered) -> Calls {
    if job.key.osr.is_none() && lowered.assumptions.is_empty() {
        Calls::DirectOnly([lowered.func].into())
    } else {
        Calls::ThroughPointers
    }
}

fn link_refusal(error: LinkError) -> Refusal {
    let reason = match &error {
        LinkError::Unbound { .. } => Decline::Unbound,
        LinkError::Site { .. } | LinkError::Got(_) | LinkError::SavingCall => Decline::Internal,
        LinkError::Words { .. } => Decline::Malformed,
        LinkError::Alloc(_) | LinkError::Publish(_) => Decline::CodeMemory,
    };
    (reason, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegen::Declined;

    #[test]
    fn the_table_has_every_reason_of_the_code_generator() {
        let reasons = [
            Declined::TooLarge { insts: 2, max: 1 },
            Declined::TooManyLoopValues { values: 2, max: 1 },
            Declined::FrameTooLarge { bytes: 2, max: 1 },
            Declined::RuntimeResults { name: String::new(), words: 3 },
            Declined::Malformed(""),
            Declined::Backend(String::new()),
        ];
        for reason in reasons {
            assert!(Decline::from_code(reason.code()).is_some(), "`{}` is not in the table", reason.code());
        }
    }
}
