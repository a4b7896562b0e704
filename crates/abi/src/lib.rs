//! Calling conventions as data: C types, signatures, binding plans, and the stubs and thunks made from them.

pub mod classify;
pub mod convention;
pub mod handshake;
pub mod layout;
pub mod plan;
pub mod plan_check;
pub mod signature;
pub mod slow;
pub mod stub;
pub mod thunk;
pub mod types;

pub use classify::PlanError;
pub use convention::{Abi, Arch, UnknownAbi};
pub use layout::{Layout, TypeError};
pub use plan::{Extend, Move, Place, Plan, ResultPlan, Slot};
pub use signature::Signature;
pub use types::{Field, Record, RecordKind, Scalar, Type};
