//! Objects with internal slots that the library keeps as one Rust value: those of Temporal and of ECMA-402.

use js_rt::{Class, Obj, Value};
use js_vm::{Args, Intrinsic, Res, Vm};
use std::any::Any;

/// What objects of such a class keep.
pub trait Kind: Any + Send + Clone {
    /// The class of the objects.
    const CLASS: Class;
    /// Their prototype.
    const PROTOTYPE: Intrinsic;
    /// The name of the constructor.
    const NAME: &'static str;
}

/// An object for `value`, its prototype that of `new_target`.
///
/// # Errors
/// What the lookup of the prototype throws.
pub fn create<T: Kind>(vm: &Vm, value: T, new_target: Option<Obj>) -> Res<Value> {
    let o = allocate::<T>(vm, new_target)?;
    fill(vm, o, value)
}

/// The object alone, for constructors that look up the prototype before they know what it keeps.
///
/// # Errors
/// What the lookup of the prototype throws.
pub fn allocate<T: Kind>(vm: &Vm, new_target: Option<Obj>) -> Res<Obj> {
    match new_target {
        Some(target) => vm.ordinary_create_from_constructor(target, T::PROTOTYPE, T::CLASS),
        None => vm.object_create(Some(vm.intrinsic(T::PROTOTYPE)), T::CLASS),
    }
}

/// Has an object from [`allocate`] keep `value`.
///
/// # Errors
/// Memory is out.
pub fn fill<T: Kind>(vm: &Vm, o: Obj, value: T) -> Res<Value> {
    let payload = vm.rt.new_foreign(value, size_of::<T>())?;
    o.set_payload(&vm.rt, Value::from_cell(payload));
    Ok(o.into())
}

/// What an object keeps, if it is of this class.
#[must_use]
pub fn slot<T: Kind>(value: Value) -> Option<T> {
    let o = value.as_object().filter(|o| o.class() == T::CLASS)?;
    o.foreign::<T>().cloned()
}

/// RequireInternalSlot of the value of `this`.
///
/// # Errors
/// TypeError when it is of another class.
pub fn this<T: Kind>(vm: &Vm, args: &Args<'_>) -> Res<T> {
    slot(args.this).ok_or_else(|| {
        let what = vm.describe_value(args.this);
        vm.type_error(format_args!("Receiver {what} is not a {}", T::NAME))
    })
}

/// NewTarget of a constructor.
///
/// # Errors
/// TypeError when the constructor was called without `new`.
pub fn new_target<T: Kind>(vm: &Vm, args: &Args<'_>) -> Res<Obj> {
    args.new_target.ok_or_else(|| vm.type_error(format_args!("Constructor {} requires 'new'", T::NAME)))
}
