//! The JavaScript library, by clause of ECMA-262.
//!
//! Each folder is a clause, or a part of one; each file an object of the library with its prototype; each function says which
//! algorithm of the specification it is. [`install`] fills a realm.
#![forbid(unsafe_code)]

mod control;
mod errors;
mod fundamental;
mod global;
mod indexed;
mod keyed;
mod memory;
mod numbers;
pub mod options;
mod reflection;
pub mod slots;
mod structured;
mod temporal;
mod text;
mod units;

pub use numbers::{system_time_zone_identifier, system_utc_epoch_milliseconds};
pub use temporal::to_duration;
pub use text::set_pattern_tier;

use js_vm::{Res, Vm};

/// 9.3.1 InitializeHostDefinedRealm: the intrinsic objects and the properties of the global object.
///
/// # Errors
/// Memory is out.
pub fn install(vm: &Vm) -> Res<()> {
    // First what everything else inherits from.
    fundamental::install(vm)?;
    errors::install(vm)?;
    control::install(vm)?;
    global::install(vm)?;
    numbers::install(vm)?;
    reflection::install(vm)?;
    indexed::install(vm)?;
    keyed::install(vm)?;
    memory::install(vm)?;
    structured::install(vm)?;
    text::install(vm)?;
    temporal::install(vm)?;
    // Last what refers to objects of several folders.
    fundamental::link(vm)
}
