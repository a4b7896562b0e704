//! When functions and loops are worth optimized code, and which ones wait for others.

use crate::function::Function;
use crate::snapshot::snapshot;
use crate::targets::Way;
use crate::tier::{Jit, LATER, Running, SOON};
use crate::watch::Label;
use heap::Gc;
use js_baseline::Ask;
use js_rt::{Above, Code};
use js_vm::Vm;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tiering::State;

/// Times that a function that calls others is asked about before it is compiled: until then these may have code, which calls need.
const PATIENCE: u32 = 8;
/// Of a function's calls before it is compiled, the part that says that there will be more.
const WARM: u32 = 8;
/// Rounds of loops in a call that make up for what it costs to enter optimized code from code of templates, roughly.
const ROUNDS_PER_CALL: u32 = 4;

/// How many times hotter loops have to be of which parts were not executed yet.
const UNKNOWN: u32 = 32;

/// Calls and rounds that the templates' code counts before it asks, at most.
const STEP: u32 = 1_000;
/// Times that a loop's head is passed over for another one around it.
const MOST_PASSED: u32 = 64;
/// Rounds until the next look then: the other head may be close.
const CLOSE: u32 = 25;

impl Jit {
    /// Whether calls from code of templates are to be led to optimized code, which costs more than such a call does: only loops and recursion
    /// make up for that, unless they turned out to be short. Optimized code calls optimized code for less, whatever this says.
    pub(crate) fn is_worth_entering(&self, function: &Function) -> bool {
        let (calls, rounds) =
            (function.calls.load(Ordering::Relaxed), function.rounds.load(Ordering::Relaxed));
        let (recursive, poor) = (function.recursive.load(Ordering::Relaxed), function.entries.are_poor());
        let pays = recursive || rounds >= calls.saturating_mul(ROUNDS_PER_CALL);
        self.config.is_eager() || pays && !poor
    }

    /// Whether anybody would enter the code of a function. What it calls itself is found out when that is asked the first time.
    pub(crate) fn is_of_use(&self, function: &Function) -> bool {
        self.is_worth_entering(function)
            || function.wanted.load(Ordering::Relaxed)
            || !function.looked_at.swap(true, Ordering::Relaxed)
    }

    /// Where the code stands of a function or loop.
    pub(crate) fn state(running: &Running, function: &Function, header: Option<u32>) -> Option<State> {
        match header {
            None => running.engine.state(function.id),
            Some(header) => running.engine.loop_state(function.id, header),
        }
    }

    /// Calls and rounds between two looks at a function.
    pub(crate) fn step(&self) -> u32 {
        self.config.threshold.min(STEP)
    }

    /// Notes that a function was asked about that the engine has not been told of, and whether that is too early: most functions never get
    /// hot, and most programs end before one does, which then have no use for an engine, its memory and its thread.
    pub(crate) fn is_early(&self, above: &Above, header: Option<u32>) -> bool {
        if self.config.is_eager() || above.number.get() != 0 {
            return false;
        }
        let mut asked = above.asked.get();
        let before = asked.iter().sum::<u32>();
        if self.step().saturating_mul(before + 1) >= self.config.threshold {
            return false;
        }
        asked[usize::from(header.is_some())] += 1;
        above.asked.set(asked);
        true
    }

    /// Whether a function was called so often that it is going to be compiled, too.
    pub(crate) fn is_warm(&self, callee: &Code) -> bool {
        let left = callee.native.heat.get();
        callee.native.is_compiled() && left < self.step() - self.step() / WARM
    }

    /// When to ask again about a function or loop that has no code, after so many calls and rounds; None: it is to be compiled now.
    pub(crate) fn wait(
        &self,
        running: &Running,
        (vm, code): (&Vm, &Code),
        function: &Function,
        header: Option<u32>,
        counted: u32,
    ) -> Option<Ask> {
        if self.config.is_eager() {
            return None;
        }
        let insts = &code.function.insts;
        if let Some((other, passed)) = header.and_then(|header| function.other_head(insts, header)) {
            match Jit::state(running, function, Some(other)) {
                Some(State::Installed { .. }) if passed % MOST_PASSED != 0 => return Some(Ask::Again(CLOSE)),
                // Control does not come there any more.
                Some(State::Installed { .. } | State::Below) | None => {}
                Some(State::Queued { .. }) => return Some(Ask::Again(SOON)),
                // Both would be declined for the same reason.
                Some(State::GaveUp(_)) => return Some(Ask::Again(LATER)),
            }
        }
        let later = Some(Ask::Again(self.step()));
        // What it is worth is only looked at where it is hot: that goes through all of its instructions.
        let plain = self.config.threshold;
        if function.count(counted) < plain
            || header.is_some() && (function.is_called_soon() || function.calls_itself_often(plain))
        {
            return later;
        }
        let worth = function.worth(vm, code, header);
        let known = header.is_none_or(|header| function.is_known(code, header));
        let factor = worth.factor() * if known { 1 } else { UNKNOWN };
        if !function.is_worth_compiling(insts, header, plain.saturating_mul(factor))
            || header.is_none() && !self.is_of_use(function)
        {
            return later;
        }
        // What optimized code calls has to be optimized code, though.
        let gains = worth.is_faster() || function.wanted.load(Ordering::Relaxed);
        if !gains && !function.refused.swap(true, Ordering::Relaxed) {
            self.compiler.decline("gain");
        }
        (!gains).then_some(Ask::Again(LATER))
    }

    /// Has a function or loop compiled, unless it is better to wait for the functions that it calls.
    ///
    /// Getting from here to other tiers and back costs more than calls among these do: functions are compiled from the bottom up, and
    /// those that call what is not compiled are left to the other tiers. Functions that wait for one another are taken as compiled.
    pub(crate) fn request(
        &self,
        running: &Running,
        (vm, code): (&Vm, Gc<Code>),
        function: &Function,
        header: Option<u32>,
    ) {
        let number = code.native.above.number.get();
        let waited = function.waited.load(Ordering::Relaxed);
        let missing = Cell::new(false);
        let callees = RefCell::new(Vec::new());
        let way_to = |callee: Gc<Code>| {
            let Some(called) = self.function(running, vm, callee) else { return Way::Unknown };
            let straight = Way::Straight(called.id.0 as u32);
            if self.config.is_eager() {
                return straight;
            }
            if callee == code {
                function.recursive.store(true, Ordering::Relaxed);
                return straight;
            }
            callees.borrow_mut().push(Arc::clone(&called));
            match Jit::state(running, &called, None) {
                Some(State::Installed { .. }) => straight,
                Some(State::GaveUp(_)) | None => Way::Unknown,
                _ if unsuited(&callee).is_some() => Way::Unknown,
                _ if waited < PATIENCE => {
                    missing.set(true);
                    straight
                }
                _ if called.is_asked_about() || self.is_warm(&callee) => straight,
                Some(State::Queued { .. }) => straight,
                _ => Way::Interpreter,
            }
        };
        let snapshot = snapshot(vm, code, (number, !self.config.is_eager()), &way_to);
        // That it calls itself may just have been found.
        let later = !self.config.is_eager() && function.calls_itself_often(self.config.threshold);
        if header.is_none() && !self.is_of_use(function) || header.is_some() && later {
            return;
        }
        callees.borrow().iter().for_each(|called| called.wanted.store(true, Ordering::Relaxed));
        if missing.get() && waited < PATIENCE {
            function.waited.store(waited + 1, Ordering::Relaxed);
            return;
        }
        function.was_requested();
        self.compiler.leave(function.id, header, snapshot, || Label::new(vm, &code));
        match header {
            None => running.engine.request(function.id, self.config.threshold),
            Some(header) => {
                function.note_head(&code.function.insts, header);
                let _ = running.engine.back_edge(function.id, header, 1);
            }
        }
    }
}

/// Why functions of a kind have no optimized code but for loops that are not suspended: their frames return in ways of their own.
pub(crate) fn unsuited(code: &Code) -> Option<&'static str> {
    let flags = &code.function.flags;
    if flags.generator {
        Some("generator")
    } else if flags.is_async {
        Some("async")
    } else {
        None
    }
}
