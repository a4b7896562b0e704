//! 27 Control Abstraction Objects.

mod async_iterator;
pub(crate) mod awaiting;
mod disposable_stack;
mod generator;
mod iterator;
mod iterator_consume;
mod iterator_helper;
mod iterator_lazy;
mod iterator_zip;
mod promise;
mod promise_combinators;

use js_vm::{Res, Vm};

/// %Iterator.prototype%, from which the iterators of other clauses inherit, and the other objects that are found by syntax.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    iterator::install(vm)?;
    iterator_helper::install(vm)?;
    async_iterator::install(vm)?;
    generator::install(vm)?;
    promise::install(vm)?;
    disposable_stack::install(vm)
}
