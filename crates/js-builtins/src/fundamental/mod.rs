//! 20 Fundamental Objects.

mod boolean;
mod dynamic;
mod function;
mod object;
mod object_properties;
mod object_prototype;
mod symbol;

pub(crate) use function::bound_length;

use js_vm::{Build, Intrinsic, Res, Vm};

/// %Object%, %Function%, %Boolean%, %Symbol%, and the constructors of other kinds of functions.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    function::install_prototype(vm)?;
    // Prototypes that objects of several folders inherit from; each is filled by its own one.
    for (prototype, parent) in [
        (Intrinsic::IteratorPrototype, Intrinsic::ObjectPrototype),
        (Intrinsic::AsyncIteratorPrototype, Intrinsic::ObjectPrototype),
    ] {
        Build::object(vm, prototype, prototype.name(), parent).finish()?;
    }
    object::install(vm)?;
    function::install(vm)?;
    dynamic::install(vm)?;
    boolean::install(vm)?;
    symbol::install(vm)
}

/// What refers to the prototypes of generators.
pub(crate) fn link(vm: &Vm) -> Res<()> {
    dynamic::link(vm)
}
