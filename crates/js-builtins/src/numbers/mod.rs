//! 21 Numbers and Dates.

mod bigint;
mod date;
mod decimal;
mod grouping;
mod math;
mod number;
mod random;
mod sum;

pub use date::{system_time_zone_identifier, system_utc_epoch_milliseconds};

use js_vm::{Res, Vm};

/// %Number%, %BigInt%, %Math% and %Date%.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    number::install(vm)?;
    bigint::install(vm)?;
    math::install(vm)?;
    date::install(vm)
}
