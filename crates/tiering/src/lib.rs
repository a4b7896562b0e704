//! When to compile what, and what became of it: counters, policy, feedback, reasons, and a log of all of it.
//!
//! Nothing here compiles or runs anything. An engine reports what happens to functions ([`Tier`]), is told what to do
//! next ([`Advice`]), and hands every step to a [`Trace`].
#![forbid(unsafe_code)]

mod counter;
mod event;
mod feedback;
mod flags;
mod policy;
mod reason;
mod tally;
mod tier;
mod trace;

pub use counter::{Counter, Heat};
pub use event::{Event, EventKind, FunctionRef};
pub use feedback::{
    BranchCounts, KindSet, Observed, Slot, SlotSnapshot, TargetCache, Vector, VectorSnapshot,
};
pub use flags::{FlagError, Flags};
pub use policy::Policy;
pub use reason::{Decline, DeoptTable, Discard, TrapKind};
pub use tally::{Tally, Totals};
pub use tier::{Advice, Exit, GaveUp, State, Tier};
pub use trace::Trace;
