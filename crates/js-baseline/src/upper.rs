//! The tier above: when it is asked, and how its code is entered.
//!
//! Machine code of templates counts entries and rounds of loops down in [`js_rt::NativeCode::heat`] and asks at 0. Where there is
//! optimized code, the activation is left, and [`crate::Baseline`] has the tier above run it for the innermost frame. Calls of a function
//! that has some enter a stub that does so at once.

use crate::Baseline;
use crate::runtime::resume_address;
use heap::Gc;
use js_rt::{Code, Value};
use js_vm::{Left, Next, Vm};

/// What has optimized code for functions that the templates' code finds hot.
pub trait Upper: Send {
    /// Calls and rounds of loops before it is asked about a function the first time.
    fn threshold(&self) -> u32;

    /// A function is hot, or one of its loops, whose head is the instruction `header`. What that finds in its registers is in the
    /// innermost frame.
    fn ask(&self, vm: &Vm, code: Gc<Code>, header: Option<u32>) -> Ask;

    /// Whether there is code for calls of a function that was asked about in a loop: most counts may end there.
    fn has_code_for_calls(&self, code: Gc<Code>) -> bool;

    /// Runs optimized code for the innermost frame, which is at the function's start or at the head of a loop. This was ready when
    /// it was asked last.
    fn run(&self, vm: &Vm, code: Gc<Code>, header: Option<u32>) -> Ran;

    /// Functions and loops that it did not make code for, by reason.
    fn declined(&self) -> Vec<(&'static str, u64)>;
}

/// What is to be done about a hot function or loop.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    /// It is to go on in optimized code. Whoever leaves that asks again after so many calls and rounds.
    Ready(u32),
    /// There is none yet: ask again after so many.
    Again(u32),
}

/// What running optimized code came to.
#[derive(Clone, Copy, Debug)]
pub enum Ran {
    /// The function returned; its frame is there.
    Returned(Value),
    /// The frame is gone: see [`Vm::take_outcome`].
    Gone,
    /// The innermost frame goes on at its `pc`.
    Left,
    /// Nothing was run: the code is gone. Ask again after so many calls and rounds.
    Not(u32),
}

impl Baseline {
    /// Has the innermost frame executed by optimized code. `None`: the innermost frame goes on in code of templates.
    pub(crate) fn run_above(&self, vm: &Vm, floor: usize, header: Option<u32>) -> Option<Left> {
        let upper = self.context.upper.as_ref()?;
        let (_, code) = vm.begin_frame()?;
        let next = match upper.run(vm, code, header) {
            Ran::Returned(value) => vm.return_value(floor, value),
            Ran::Left => Next::Frame,
            Ran::Not(again) => {
                if header.is_none() {
                    self.lead(code, false);
                }
                code.native.heat.set(again.max(1));
                Next::Frame
            }
            Ran::Gone => match vm.take_outcome().map(|outcome| (outcome.dst, outcome.result)) {
                Some((dst, Ok(value))) => vm.give_to_caller(floor, dst, value),
                Some((_, Err(thrown))) => vm.throw_in(floor, thrown),
                None => Next::Frame,
            },
        };
        std::hint::black_box(code);
        match next {
            Next::Next | Next::Frame => None,
            Next::Done(result) => Some(Left::Done(result)),
        }
    }

    /// Whether calls of a function are led to the tier above.
    pub(crate) fn leads_above(&self, code: &Code) -> bool {
        code.native.entry() == self.context.stubs.above.get()
    }

    /// Leads calls of a function to the tier above, or to the code of its templates.
    pub(crate) fn lead(&self, code: Gc<Code>, above: bool) {
        lead(&self.context, &code, above);
    }
}

/// As [`Baseline::lead`].
pub(crate) fn lead(context: &crate::context::Context, code: &Code, above: bool) {
    let base = code.native.entries().map(|(base, _)| base);
    let Some(base) = base else { return };
    let entry = if above { context.stubs.above.get() } else { base };
    // SAFETY: the stub, which lives as long as the process, leaves the activation for optimized code of the innermost function, as
    // whoever entered the activation does it; the other is the start of the function's own code, which it was installed with.
    unsafe { code.native.lead(entry) };
}

/// Where the innermost frame goes on, of a function that has code: at its entry, if it was called, which counts.
pub(crate) fn entry_or_resume(code: &Code, pc: u32) -> Option<usize> {
    match pc {
        0 if code.native.is_compiled() => Some(code.native.entry()),
        _ => resume_address(code, pc),
    }
}
