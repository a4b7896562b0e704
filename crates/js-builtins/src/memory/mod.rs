//! 26 Managing Memory.

mod finalization_registry;
mod weak_ref;

use js_vm::{Res, Vm};

/// The objects of this clause.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    weak_ref::install(vm)?;
    finalization_registry::install(vm)
}
