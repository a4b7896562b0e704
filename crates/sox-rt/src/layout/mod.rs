//! How values and objects lie in memory: the only unsafe code of this crate.
//!
//! What holds everywhere: values are made of handles by safe code only, so the object behind a value's payload is of the type
//! its tag says, and it is alive as long as handles are kept where the heap looks for them.
#![allow(
    unsafe_code,
    reason = "objects of the heap are described to it here, and their trailing parts are reached"
)]

mod array;
mod buffer;
mod class;
mod fiber;
mod function;
mod misc;
mod string;
mod table;
mod value;

pub use array::Array;
pub use buffer::{Buffer, Index};
pub use class::{Class, Instance, Interface, Shape};
pub use fiber::{Fiber, Frame, WINDOW, Window};
pub use function::{BoundMethod, BoxCell, Closure, ClosureInfo, ModuleObject, Native};
pub use misc::{Coroutine, ErrorObject, File, Iter, Progress, Range, Trace};
pub use string::Str;
pub(crate) use string::hash_of;
pub(crate) use table::FEW;
pub use table::Table;
pub use value::{Boxable, Tag, Value};

use heap::{Config, Heap, KindInfo};

/// A heap for Sox objects.
///
/// This is where the promise is given that [`Heap::new`] asks for, on behalf of this crate and of whoever uses its objects:
/// handles and values are kept in local variables of functions that run below [`Heap::enter`], in objects, and in roots. A
/// `Vec` of values on the side is none of these. Tests run with [`Config::stress`] and [`Config::verify`], which find what
/// breaks it.
pub fn heap(config: Config) -> Heap {
    // SAFETY: see above; objects keep to their part by their `Object` implementations.
    unsafe { Heap::new(config, &kinds()) }
}

/// The types of objects, for the heap.
fn kinds() -> Vec<KindInfo> {
    vec![
        KindInfo::of::<Str>(),
        KindInfo::of::<Array>(),
        KindInfo::of::<Table>(),
        KindInfo::of::<Instance>(),
        KindInfo::of::<Closure>(),
        KindInfo::of::<Native>(),
        KindInfo::of::<Class>(),
        KindInfo::of::<BoundMethod>(),
        KindInfo::of::<Interface>(),
        KindInfo::of::<ErrorObject>(),
        KindInfo::of::<Range>(),
        KindInfo::of::<Coroutine>(),
        KindInfo::of::<File>(),
        KindInfo::of::<Iter>(),
        KindInfo::of::<BoxCell>(),
        KindInfo::of::<ModuleObject>(),
        KindInfo::of::<Buffer>(),
        KindInfo::of::<Index>(),
        KindInfo::of::<Shape>(),
    ]
}

/// An object with something behind it, made in two steps: the heap may look at the object before its memory is there, so what
/// is behind it is not to be told before.
pub(crate) trait Tail: heap::Object {
    /// Bytes behind the object for this many parts.
    fn bytes(parts: usize) -> usize;

    /// The parts are there, all bytes zero.
    fn set_parts(&self, parts: usize);
}

/// The bytes behind an object of type `T`, which was allocated with at least `count` values of type `E` there.
///
/// # Safety
/// It was, they are zero or valid, and `E` is a cell or plain data that any bytes of zero are a value of.
unsafe fn behind<T, E>(object: &T, count: usize) -> &[E] {
    let start = std::ptr::from_ref(object).addr() + size_of::<T>();
    debug_assert!(start.is_multiple_of(align_of::<E>()));
    // The reference's own provenance ends with the object; handles expose that of the whole cell.
    let start = std::ptr::with_exposed_provenance::<E>(start);
    // SAFETY: the caller's promise; the object keeps the cell alive as long as it is borrowed.
    unsafe { std::slice::from_raw_parts(start, count) }
}

/// An object that something else keeps alive longer than the handle at hand.
///
/// # Safety
/// It does, for as long as the result is used.
unsafe fn kept<'a, T: heap::Object>(handle: heap::Gc<T>) -> &'a T {
    let object: &T = &handle;
    // SAFETY: the caller's promise; the object does not move.
    unsafe { &*std::ptr::from_ref(object) }
}
