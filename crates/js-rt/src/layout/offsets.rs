//! Where compiled code finds what is in objects: offsets and constants that templates use.
//!
//! Offsets in objects of the heap count from the word that a handle or a value is, which is the address of the header. Offsets in
//! [`Frame`], [`Cache`] and [`CacheEntry`], which are no objects of the heap, count from their first byte.

use super::{
    Accessor, ArrayBuffer, Cache, CacheEntry, CacheKind, Closure, Code, Environment, Frame, JsObject,
    JsString, MORE, Native, Shape, Slots, TypedView, Value, kind,
};
use crate::{Class, Elements, Flags, Note};
use heap::{Header, OBJECT_OFFSET as OBJECT};
use std::mem::offset_of;

/// Header: the byte with the object's kind.
pub const HEADER_KIND: usize = Header::KIND_OFFSET;
/// Header: the byte that the write barrier compares with [`STATE_OLD`].
pub const HEADER_STATE: usize = Header::STATE_OFFSET;
/// Header: 32 bits; of objects, class in the low byte, then flags.
pub const HEADER_AUX: usize = Header::AUX_OFFSET;
/// The state in which a store of a handle has to be reported.
pub const STATE_OLD: u8 = Header::STATE_OLD;

/// The kind of strings.
pub const KIND_STRING: u8 = kind::STRING;
/// The kind of symbols.
pub const KIND_SYMBOL: u8 = kind::SYMBOL;
/// The kind of BigInts.
pub const KIND_BIGINT: u8 = kind::BIGINT;
/// The kind of JavaScript objects.
pub const KIND_OBJECT: u8 = kind::OBJECT;
/// The kind of environments.
pub const KIND_ENVIRONMENT: u8 = kind::ENVIRONMENT;
/// The kind of rows of values.
pub const KIND_SLOTS: u8 = kind::SLOTS;
/// The kind of closures.
pub const KIND_CLOSURE: u8 = kind::CLOSURE;
/// The kind of payloads of built-in functions.
pub const KIND_NATIVE: u8 = kind::NATIVE;
/// The kind of views of buffers.
pub const KIND_TYPED_VIEW: u8 = kind::TYPED_VIEW;

/// Object: its shape.
pub const OBJECT_SHAPE: usize = OBJECT + JsObject::SHAPE_OFFSET;
/// Object: the word of its out-of-line slots, plus the number of inline ones.
pub const OBJECT_SLOTS: usize = OBJECT + JsObject::SLOTS_OFFSET;
/// Object: these bits of that word are the number of inline slots.
pub const OBJECT_INLINE_MASK: u64 = JsObject::INLINE_MASK;
/// Object: its elements, [`Slots`] if the header there says so.
pub const OBJECT_ELEMENTS: usize = OBJECT + JsObject::ELEMENTS_OFFSET;
/// Object: its payload; of arrays the length, of functions the closure, of typed arrays the view.
pub const OBJECT_PAYLOAD: usize = OBJECT + JsObject::PAYLOAD_OFFSET;
/// Object: its first inline slot.
pub const OBJECT_INLINE: usize = OBJECT + JsObject::INLINE_SLOTS;

/// Row of values: how many, 64 bits. Sparse elements have 0 there.
pub const SLOTS_CAPACITY: usize = OBJECT + Slots::CAPACITY_OFFSET;
/// Row of values: the first.
pub const SLOTS_VALUES: usize = OBJECT + Slots::VALUES;
/// Rows of so many values and more are reported to the write barrier by part ([`Slots::PART`] values), or as a whole.
pub const SLOTS_LONG: usize = Slots::LONG;

/// Shape: the prototype, `null` or an object.
pub const SHAPE_PROTO: usize = OBJECT + Shape::PROTO_OFFSET;
/// Shape: the class, a byte.
pub const SHAPE_CLASS: usize = OBJECT + Shape::CLASS_OFFSET;

/// Closure: its [`Code`].
pub const CLOSURE_CODE: usize = OBJECT + Closure::CODE_OFFSET;
/// Closure: its environment, 0 without one.
pub const CLOSURE_ENV: usize = OBJECT + Closure::ENV_OFFSET;

/// Built-in function: its number, 32 bits.
pub const NATIVE_ID: usize = OBJECT + Native::ID_OFFSET;
/// Built-in function: its realm.
pub const NATIVE_REALM: usize = OBJECT + Native::REALM_OFFSET;

/// Environment: its parent, 0 without one.
pub const ENV_PARENT: usize = OBJECT + Environment::PARENT_OFFSET;
/// Environment: the number of its slots, 64 bits.
pub const ENV_COUNT: usize = OBJECT + Environment::COUNT_OFFSET;
/// Environment: its first slot.
pub const ENV_SLOTS: usize = OBJECT + Environment::SLOTS;

/// String: its length in units, 32 bits.
pub const STRING_LEN: usize = OBJECT + JsString::LEN_OFFSET;
/// String: its flags, 32 bits.
pub const STRING_FLAGS: usize = OBJECT + JsString::FLAGS_OFFSET;
/// String: its first unit, if no bit of [`JsString::FORM_FLAGS`] is set.
pub const STRING_UNITS: usize = OBJECT + JsString::UNITS;

/// View: number of the first byte, 64 bits.
pub const VIEW_OFFSET: usize = OBJECT + TypedView::OFFSET_OFFSET;
/// View: number of elements, 64 bits; all ones for as many as there are.
pub const VIEW_LENGTH: usize = OBJECT + TypedView::LENGTH_OFFSET;
/// View: the buffer's payload.
pub const VIEW_DATA: usize = OBJECT + TypedView::DATA_OFFSET;
/// Buffer: address of the first byte, 0 when detached.
pub const BUFFER_DATA: usize = OBJECT + ArrayBuffer::DATA_OFFSET;
/// Buffer: bytes in use, 64 bits; of one that is shared and may grow, the block knows.
pub const BUFFER_LEN: usize = OBJECT + ArrayBuffer::LEN_OFFSET;
/// Buffer: a byte, not 0 if it cannot be written to.
pub const BUFFER_IMMUTABLE: usize = OBJECT + ArrayBuffer::IMMUTABLE_OFFSET;

/// The kind of accessor pairs.
pub const KIND_ACCESSOR: u8 = kind::ACCESSOR;
/// Accessor pair: the getter, or undefined.
pub const ACCESSOR_GET: usize = OBJECT + Accessor::GET_OFFSET;

/// Code: the machine address of its first instruction, 0 without compiled code.
pub const CODE_ENTRY: usize = OBJECT + offset_of!(Code, native.entry);
/// Code: the machine address that [`CODE_TABLE`] counts from.
pub const CODE_BASE: usize = OBJECT + offset_of!(Code, native.base);
/// Code: address of 32-bit offsets of each instruction's machine code.
pub const CODE_TABLE: usize = OBJECT + offset_of!(Code, native.table);
/// Code: the realm of its unit.
pub const CODE_REALM: usize = OBJECT + offset_of!(Code, native.realm);
/// Code: how many registers it has, 32 bits.
pub const CODE_REGISTERS: usize = OBJECT + offset_of!(Code, native.registers);
/// Code: how many formal parameters, 32 bits.
pub const CODE_PARAMS: usize = OBJECT + offset_of!(Code, native.params);
/// Code: a byte, not 0 if a call is no more than pushing a frame whose base is the call's.
pub const CODE_PLAIN: usize = OBJECT + offset_of!(Code, native.plain);
/// Note: the byte of [`Note::bits`](crate::Note).
pub const NOTE_BITS: usize = offset_of!(Note, bits);
/// Note: the byte of [`Note::class`](crate::Note).
pub const NOTE_CLASS: usize = offset_of!(Note, class);
/// Bytes of a note.
pub const NOTE_SIZE: usize = size_of::<Note>();

/// Frame: its [`Code`].
pub const FRAME_CODE: usize = offset_of!(Frame, code);
/// Frame: `new.target`.
pub const FRAME_NEW_TARGET: usize = offset_of!(Frame, new_target);
/// Frame: the generator, or what else its kind of function needs.
pub const FRAME_EXTRA: usize = offset_of!(Frame, extra);
/// Frame: number of its first register, 32 bits.
pub const FRAME_BASE: usize = offset_of!(Frame, base);
/// Frame: the next instruction, 32 bits.
pub const FRAME_PC: usize = offset_of!(Frame, pc);
/// Frame: number of the first argument, 32 bits.
pub const FRAME_ARGS: usize = offset_of!(Frame, args);
/// Frame: number of arguments, 32 bits.
pub const FRAME_ARGC: usize = offset_of!(Frame, argc);
/// Frame: the caller's register for the result, 16 bits.
pub const FRAME_DST: usize = offset_of!(Frame, dst);
/// Frame: marks, 16 bits; 0 for an ordinary call.
pub const FRAME_FLAGS: usize = offset_of!(Frame, flags);
/// Frame: the first register behind it that nobody uses, 32 bits.
pub const FRAME_TOP: usize = offset_of!(Frame, top);
/// Bytes of a frame.
pub const FRAME_SIZE: usize = size_of::<Frame>();

/// Cache: its first entry.
pub const CACHE_FIRST: usize = offset_of!(Cache, first);
/// Cache: address of its further entries, 0 without any.
pub const CACHE_MORE: usize = offset_of!(Cache, more);
const _: () = assert!(size_of::<std::cell::OnceCell<Box<[CacheEntry; MORE]>>>() == size_of::<usize>());
/// How many further entries there are, if any.
pub const CACHE_MORE_COUNT: usize = MORE;
/// Bytes of a cache's entry.
pub const ENTRY_SIZE: usize = size_of::<CacheEntry>();
/// Kind of entries for slots of the receiver.
pub const ENTRY_OWN: u8 = CacheKind::Own as u8;
/// Kind of entries for slots of a prototype.
pub const ENTRY_PROTO: u8 = CacheKind::Proto as u8;
/// Kind of entries for accessors in slots of the receiver.
pub const ENTRY_OWN_ACCESSOR: u8 = CacheKind::OwnAccessor as u8;
/// Kind of entries for accessors in slots of a prototype.
pub const ENTRY_PROTO_ACCESSOR: u8 = CacheKind::ProtoAccessor as u8;
/// Kind of entries for bindings of the global declarative record.
pub const ENTRY_LEXICAL: u8 = CacheKind::Lexical as u8;
/// Kind of entries for stores that add a slot.
pub const ENTRY_ADD: u8 = CacheKind::Add as u8;
/// Bytes of a cache.
pub const CACHE_SIZE: usize = size_of::<Cache>();
/// Cache entry: the receiver's shape.
pub const ENTRY_SHAPE: usize = offset_of!(CacheEntry, shape);
/// Cache entry: the object that has the property.
pub const ENTRY_HOLDER: usize = offset_of!(CacheEntry, holder);
/// Cache entry: the environment that has the binding.
pub const ENTRY_ENV: usize = offset_of!(CacheEntry, env);
/// Cache entry: the shape after a store.
pub const ENTRY_NEXT: usize = offset_of!(CacheEntry, next);
/// Cache entry: the epoch of prototypes, 64 bits.
pub const ENTRY_EPOCH: usize = offset_of!(CacheEntry, epoch);
/// Cache entry: the slot, 32 bits.
pub const ENTRY_SLOT: usize = offset_of!(CacheEntry, slot);
/// Cache entry: the kind, a byte.
pub const ENTRY_KIND: usize = offset_of!(CacheEntry, kind);

/// All set in an int32, some in any number.
pub const NUMBER_TAG: u64 = Value::NUMBER_TAG;
/// Added to the bits of doubles.
pub const DOUBLE_OFFSET: u64 = Value::DOUBLE_OFFSET;
/// None set in a cell.
pub const NOT_CELL: u64 = Value::NOT_CELL;

/// Class byte of arrays.
pub const CLASS_ARRAY: u8 = Class::Array as u8;
/// Class byte of closures.
pub const CLASS_FUNCTION: u8 = Class::Function as u8;
/// Class byte of built-in functions.
pub const CLASS_NATIVE: u8 = Class::NativeFunction as u8;
/// Class byte of the first typed arrays; they are in the order of [`ElementType`](crate::ElementType).
pub const CLASS_TYPED_FIRST: u8 = Class::Int8Array as u8;
/// Class byte of the last typed arrays.
pub const CLASS_TYPED_LAST: u8 = Class::Float64Array as u8;
/// Flag of objects some of whose internal methods are not an ordinary object's.
pub const FLAG_EXOTIC: u32 = Flags::EXOTIC.bits();
/// Flag of objects that are undefined to `typeof` and false.
pub const FLAG_HTMLDDA: u32 = Flags::HTMLDDA.bits();
/// Flag of objects whose shape caches looked through.
pub const FLAG_PROTO_CACHED: u32 = Flags::PROTO_CACHED.bits();
/// Flag of arrays whose length cannot be written.
pub const FLAG_LENGTH_READONLY: u32 = Flags::LENGTH_READONLY.bits();
/// Flag of elements among which are doubles.
pub const ELEMENTS_DOUBLE: u32 = Elements::DOUBLE;
/// Flag of elements among which is something else than numbers.
pub const ELEMENTS_VALUE: u32 = Elements::VALUE;
/// Flag of elements among which are holes.
pub const ELEMENTS_HOLEY: u32 = Elements::HOLEY;
