//! The optimizing tier of JavaScript: functions and loops that the templates' code finds hot become optimized code.
//!
//! [`Jit`] is what [`js_baseline::Baseline`] asks ([`js_baseline::Upper`]). It takes a copy of what is known of a function, has it
//! lowered ([`js_lower`]) and compiled on a thread beside the program, and runs the code when it is there. What optimized code does not
//! do itself it has the interpreter do, on the frame that all tiers share.

#![forbid(unsafe_code)]

mod compile;
mod function;
mod guest;
mod heat;
mod snapshot;
mod targets;
mod tier;
mod watch;
mod worth;

pub use tier::{Config, Force, Jit};
pub use watch::{Label, Made, Watch};
