//! How values and objects lie in memory: the only unsafe code of this crate.
//!
//! What holds everywhere: values and keys are made of handles by safe code only, so what a word leads to is an object of the
//! heap, whose header tells its type, and it is alive as long as values are kept where the heap looks for them.
#![allow(
    unsafe_code,
    reason = "objects of the heap are described to it here, and their trailing parts are reached"
)]

mod buffer;
mod code;
mod collections;
mod environment;
mod function;
mod generator;
mod internal;
mod key;
mod object;
pub mod offsets;
mod realm;
mod registry;
mod root;
mod shape;
mod shared;
mod slots;
mod sparse;
mod stack;
mod string;
mod symbol;
mod table;
mod value;
mod view;
mod weak;

pub use buffer::{ArrayBuffer, Bytes};
pub use code::{Above, Cache, CacheEntry, CacheKind, Code, CodeUnit, MORE, NativeCode, Source};
pub use collections::{Cursor, OrderedTable};
pub use environment::Environment;
pub use function::{Closure, ClosureInit, Native, NativeId};
pub use generator::{GeneratorState, Progress};
pub use internal::{Accessor, Foreign, Internal};
pub use key::PropertyKey;
pub use object::JsObject;
pub use realm::{Lexical, Realm};
pub use registry::Registry;
pub use root::Owned;
pub use root::{Held, Root};
pub(crate) use shape::new_transitions;
pub use shape::{Change, Shape};
pub use shared::{AtomicOp, SharedBlock, Ticket};
pub use slots::{List, Slots};
pub use sparse::Sparse;
pub use stack::{Frame, Stack, StackAddresses, WINDOW, Window};
pub(crate) use string::Hasher;
pub use string::{JsString, StrView};
pub use symbol::{JsBigInt, JsSymbol};
pub use table::PropertyTable;
pub use value::{Value, is_strictly_equal, same_value, same_value_zero};
pub use view::TypedView;
pub use weak::{WeakCell, WeakMapTable};

use heap::{Config, Gc, Heap, KindInfo, Object};

/// A handle of a string.
pub type Str = Gc<JsString>;
/// A handle of a symbol.
pub type Sym = Gc<JsSymbol>;
/// A handle of a BigInt.
pub type Big = Gc<JsBigInt>;
/// A handle of an object.
pub type Obj = Gc<JsObject>;
/// A handle of an environment.
pub type Env = Gc<Environment>;
/// A handle of a shape.
pub type Shp = Gc<Shape>;

/// A heap for JavaScript objects.
///
/// This is where the promise is given that [`Heap::new`] asks for, on behalf of this crate and of whoever uses its objects:
/// handles, values and keys are kept in local variables of functions that run below [`Heap::enter`], in objects, and in
/// roots. A `Vec` of values on the side is none of these. Tests run with [`Config::stress`] and [`Config::verify`], which find
/// what breaks it.
pub(crate) fn heap(config: Config) -> Heap {
    // SAFETY: see above; objects keep to their part by their `Object` implementations.
    unsafe { Heap::new(config, &kinds()) }
}

/// The numbers of the types of objects; those that values of the language lead to come first.
pub(crate) mod kind {
    pub(crate) const STRING: u8 = 1;
    pub(crate) const SYMBOL: u8 = 2;
    pub(crate) const BIGINT: u8 = 3;
    pub(crate) const OBJECT: u8 = 4;
    pub(crate) const ENVIRONMENT: u8 = 5;
    pub(crate) const SHAPE: u8 = 6;
    pub(crate) const PROPERTY_TABLE: u8 = 7;
    pub(crate) const TRANSITIONS: u8 = 8;
    pub(crate) const SLOTS: u8 = 9;
    pub(crate) const SPARSE: u8 = 10;
    pub(crate) const LIST: u8 = 11;
    pub(crate) const ACCESSOR: u8 = 12;
    pub(crate) const INTERNAL: u8 = 13;
    pub(crate) const FOREIGN: u8 = 14;
    pub(crate) const CLOSURE: u8 = 15;
    pub(crate) const NATIVE: u8 = 16;
    pub(crate) const ORDERED_TABLE: u8 = 17;
    pub(crate) const ORDERED_INDEX: u8 = 18;
    pub(crate) const WEAK_MAP: u8 = 19;
    pub(crate) const WEAK_CELL: u8 = 20;
    pub(crate) const REGISTRY: u8 = 21;
    pub(crate) const BYTES: u8 = 22;
    pub(crate) const ARRAY_BUFFER: u8 = 23;
    pub(crate) const TYPED_VIEW: u8 = 24;
    pub(crate) const GENERATOR: u8 = 25;
    pub(crate) const CODE_UNIT: u8 = 26;
    pub(crate) const CODE: u8 = 27;
    pub(crate) const REALM: u8 = 28;
}

/// The types of objects, for the heap.
fn kinds() -> Vec<KindInfo> {
    vec![
        KindInfo::of::<JsString>(),
        KindInfo::of::<JsSymbol>(),
        KindInfo::of::<JsBigInt>(),
        KindInfo::of::<JsObject>(),
        KindInfo::of::<Environment>(),
        KindInfo::of::<Shape>(),
        KindInfo::of::<PropertyTable>(),
        KindInfo::of::<shape::Transitions>(),
        KindInfo::of::<Slots>(),
        KindInfo::of::<Sparse>(),
        KindInfo::of::<List>(),
        KindInfo::of::<Accessor>(),
        KindInfo::of::<Internal>(),
        KindInfo::of::<Foreign>(),
        KindInfo::of::<Closure>(),
        KindInfo::of::<Native>(),
        KindInfo::of::<OrderedTable>(),
        KindInfo::of::<collections::Index>(),
        KindInfo::of::<WeakMapTable>(),
        KindInfo::of::<WeakCell>(),
        KindInfo::of::<Registry>(),
        KindInfo::of::<Bytes>(),
        KindInfo::of::<ArrayBuffer>(),
        KindInfo::of::<TypedView>(),
        KindInfo::of::<GeneratorState>(),
        KindInfo::of::<CodeUnit>(),
        KindInfo::of::<Code>(),
        KindInfo::of::<Realm>(),
    ]
}

/// An object with something behind it, made in two steps: the heap may look at the object before its memory is there, so what
/// is behind it is not to be told before.
pub(crate) trait Tail: Object {
    /// Bytes behind the object for this many parts.
    fn bytes(parts: usize) -> usize;

    /// The parts are there, all bytes zero.
    fn set_parts(&self, parts: usize);
}

/// The bytes behind an object of type `T`, which was allocated with at least `count` values of type `E` there, `skip` bytes
/// after its end.
///
/// # Safety
/// It was, they are zero or valid, and `E` is a cell or plain data that any bytes of zero are a value of.
#[inline(always)]
unsafe fn behind<T, E>(object: &T, skip: usize, count: usize) -> &[E] {
    let start = std::ptr::from_ref(object).addr() + size_of::<T>() + skip;
    debug_assert!(start.is_multiple_of(align_of::<E>()));
    // The reference's own provenance ends with the object; handles expose that of the whole cell.
    let start = std::ptr::with_exposed_provenance::<E>(start);
    // SAFETY: the caller's promise; the object keeps the cell alive as long as it is borrowed.
    unsafe { std::slice::from_raw_parts(start, count) }
}

/// An object that something else keeps alive longer than the handle at hand: another object that is borrowed as long, or the
/// word on the stack that a reference to it is.
///
/// # Safety
/// It does, for as long as the result is used.
#[inline(always)]
unsafe fn kept<'a, T: Object>(handle: Gc<T>) -> &'a T {
    let object: &T = &handle;
    // SAFETY: the caller's promise; the object does not move.
    unsafe { &*std::ptr::from_ref(object) }
}

/// The handle of an object that is borrowed out of the heap: all references to these types that safe code can get hold of
/// are, but for those that the heap passes to `trace` while it makes an object.
///
/// # Safety
/// The object lies in the heap.
#[inline(always)]
unsafe fn handle<T: Object>(object: &T) -> Gc<T> {
    // SAFETY: the caller's promise.
    unsafe { Gc::from_ref(object) }
}
