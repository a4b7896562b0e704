//! 25 Structured Data.

pub(crate) mod array_buffer;
mod atomics;
mod data_view;
mod json;
mod json_circle;
mod json_parse;
mod json_stringify;
mod shared_array_buffer;

use js_vm::{Res, Vm};

/// The objects of this clause.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    array_buffer::install(vm)?;
    shared_array_buffer::install(vm)?;
    data_view::install(vm)?;
    atomics::install(vm)?;
    json::install(vm)
}
