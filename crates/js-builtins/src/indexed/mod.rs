//! 23 Indexed Collections.

pub(crate) mod array;
mod array_concat;
mod array_elements;
mod array_from_async;
mod array_iterate;
mod array_iterator;
mod array_search;
mod array_sort;
mod array_text;
pub(crate) mod typed_array;
mod typed_array_construct;
mod typed_array_iterate;
mod typed_array_prototype;
mod typed_array_set;
mod typed_array_sort;
mod typed_array_text;

pub(crate) use array::relative_index;

use js_vm::{Res, Vm};

/// The objects of this clause.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    array::install(vm)?;
    array_iterator::install(vm)?;
    typed_array_construct::install(vm)
}
