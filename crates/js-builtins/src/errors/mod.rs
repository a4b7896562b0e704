//! 20.5 Error Objects.

mod aggregate;
mod error;
mod native;
mod stack;
mod suppressed;

use js_vm::{Res, Vm};

/// %Error% and what inherits from it.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    error::install(vm)?;
    native::install(vm)?;
    aggregate::install(vm)?;
    suppressed::install(vm)
}
