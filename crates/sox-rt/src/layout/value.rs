//! Values: a tag and a payload, 16 bytes, two registers.

use super::{
    Array, BoundMethod, BoxCell, Class, Closure, Coroutine, ErrorObject, File, Instance, Interface, Iter,
    ModuleObject, Native, Range, Str, Table,
};
use heap::{Any, Gc, Heap, Object, Tracer};
use std::fmt;

/// What a value is. The number is the first word of the value, as compiled code sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u64)]
pub enum Tag {
    /// `nil`. All bits of the value are zero.
    Nil = 0,
    /// `false`. Tags below 2 are false as conditions.
    False = 1,
    /// `true`.
    True = 2,
    /// A number: the payload is its bits.
    Number = 3,
    /// No value: an argument that was not given, a global that is not defined. Programs never see it.
    Absent = 4,
    /// A string. This and all that follow are objects: the payload is the handle.
    String = 5,
    /// An array.
    Array = 6,
    /// A table.
    Table = 7,
    /// An instance of a class.
    Instance = 8,
    /// A function of the program.
    Closure = 9,
    /// A function of the runtime.
    Native = 10,
    /// A class.
    Class = 11,
    /// A method with its receiver.
    BoundMethod = 12,
    /// An interface.
    Interface = 13,
    /// An error.
    Error = 14,
    /// A range of numbers.
    Range = 15,
    /// A coroutine.
    Coroutine = 16,
    /// An open file.
    File = 17,
    /// A position in a container; programs never see it.
    Iter = 18,
    /// A variable that functions share; programs never see it.
    Box = 19,
    /// A module's globals; programs never see it.
    Module = 20,
}

/// The first tag of an object.
const OBJECTS: u64 = Tag::String as u64;
const NUMBER: u64 = Tag::Number as u64;

/// A value of the language.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Value {
    tag: u64,
    payload: u64,
}

/// Objects that values hold.
pub trait Boxable: Object {
    /// Their tag.
    const TAG: Tag;
}

macro_rules! boxable {
    ($($object:ident)*) => {$(
        impl Boxable for $object {
            const TAG: Tag = match Self::KIND {
                5 => Tag::String,
                6 => Tag::Array,
                7 => Tag::Table,
                8 => Tag::Instance,
                9 => Tag::Closure,
                10 => Tag::Native,
                11 => Tag::Class,
                12 => Tag::BoundMethod,
                13 => Tag::Interface,
                14 => Tag::Error,
                15 => Tag::Range,
                16 => Tag::Coroutine,
                17 => Tag::File,
                18 => Tag::Iter,
                19 => Tag::Box,
                20 => Tag::Module,
                _ => panic!("kinds of objects that values hold are their tags"),
            };
        }

        impl From<Gc<$object>> for Value {
            #[inline]
            fn from(object: Gc<$object>) -> Value {
                Value { tag: $object::TAG as u64, payload: object.to_bits() }
            }
        }
    )*};
}
boxable! {
    Str Array Table Instance Closure Native Class BoundMethod Interface ErrorObject Range Coroutine File Iter BoxCell
    ModuleObject
}

impl Value {
    /// `nil`.
    pub const NIL: Value = Value { tag: Tag::Nil as u64, payload: 0 };
    /// `true`.
    pub const TRUE: Value = Value { tag: Tag::True as u64, payload: 0 };
    /// `false`.
    pub const FALSE: Value = Value { tag: Tag::False as u64, payload: 0 };
    /// No value.
    pub const ABSENT: Value = Value { tag: Tag::Absent as u64, payload: 0 };
    /// Offset of the tag.
    pub const TAG_OFFSET: usize = std::mem::offset_of!(Value, tag);
    /// Offset of the payload.
    pub const PAYLOAD_OFFSET: usize = std::mem::offset_of!(Value, payload);

    /// A number.
    #[inline]
    pub const fn number(value: f64) -> Value {
        Value { tag: Tag::Number as u64, payload: value.to_bits() }
    }

    /// A truth value.
    #[inline]
    pub const fn bool(value: bool) -> Value {
        if value { Value::TRUE } else { Value::FALSE }
    }

    /// Tag and payload.
    #[inline]
    pub const fn words(self) -> (u64, u64) {
        (self.tag, self.payload)
    }

    /// The value with a tag and a payload; `None` when there is no such value: an object's handle must be that of a live object of
    /// the heap, and of its kind.
    pub(crate) fn from_words(heap: &Heap, tag: u64, payload: u64) -> Option<Value> {
        match tag {
            NUMBER => Some(Value { tag, payload }),
            0..OBJECTS => Some(Value { tag, payload: 0 }),
            // Kinds of objects that values hold are their tags.
            _ if tag <= Tag::Module as u64 => {
                let object = heap.object_at(payload)?;
                (u64::from(object.header().kind()) == tag).then_some(Value { tag, payload })
            }
            _ => None,
        }
    }

    /// What it is.
    #[inline]
    pub fn tag(self) -> Tag {
        const TAGS: [Tag; 21] = [
            Tag::Nil,
            Tag::False,
            Tag::True,
            Tag::Number,
            Tag::Absent,
            Tag::String,
            Tag::Array,
            Tag::Table,
            Tag::Instance,
            Tag::Closure,
            Tag::Native,
            Tag::Class,
            Tag::BoundMethod,
            Tag::Interface,
            Tag::Error,
            Tag::Range,
            Tag::Coroutine,
            Tag::File,
            Tag::Iter,
            Tag::Box,
            Tag::Module,
        ];
        TAGS[self.tag as usize]
    }

    /// Whether it counts as true: everything but `nil` and `false`.
    #[inline]
    pub const fn is_truthy(self) -> bool {
        self.tag >= Tag::True as u64
    }

    /// Whether it is `nil`.
    #[inline]
    pub const fn is_nil(self) -> bool {
        self.tag == Tag::Nil as u64
    }

    /// Whether there is no value.
    #[inline]
    pub const fn is_absent(self) -> bool {
        self.tag == Tag::Absent as u64
    }

    /// Whether it is an object.
    #[inline]
    pub const fn is_object(self) -> bool {
        self.tag >= OBJECTS
    }

    /// The number it is.
    #[inline]
    pub const fn as_number(self) -> Option<f64> {
        if self.tag == Tag::Number as u64 { Some(f64::from_bits(self.payload)) } else { None }
    }

    /// The object it is, if that is a `T`.
    #[inline]
    pub fn get<T: Boxable>(self) -> Option<Gc<T>> {
        if self.tag != T::TAG as u64 {
            return None;
        }
        // SAFETY: values with this tag are made of handles to objects of this type only, and are kept where handles may be.
        Some(unsafe { Any::from_bits(self.payload).downcast_unchecked() })
    }

    /// The object it is.
    #[inline]
    pub fn object(self) -> Option<Any> {
        // SAFETY: payloads of these tags are words of handles, and values are kept where handles may be.
        self.is_object().then(|| unsafe { Any::from_bits(self.payload) })
    }

    /// Reports the object it is.
    #[inline]
    pub fn trace(self, tracer: &mut Tracer<'_>) {
        if let Some(object) = self.object() {
            tracer.edge_any(object);
        }
    }

    /// Whether both are the same number or the very same object. Strings with equal contents may be two objects.
    #[inline]
    pub fn is_identical(self, other: Value) -> bool {
        self.tag == other.tag
            && if self.tag == Tag::Number as u64 {
                f64::from_bits(self.payload) == f64::from_bits(other.payload)
            } else {
                self.payload == other.payload
            }
    }

    /// `==`: numbers as IEEE has it, strings by content, everything else by identity.
    #[inline]
    pub fn equals(self, other: Value) -> bool {
        self.is_identical(other)
            || match (self.get::<Str>(), other.get::<Str>()) {
                (Some(a), Some(b)) => a.content_equals(&b),
                _ => false,
            }
    }
}

impl Default for Value {
    fn default() -> Value {
        Value::NIL
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::number(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::bool(value)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_number() {
            Some(number) => write!(f, "{number}"),
            None => write!(f, "{:?}({:#x})", self.tag(), self.payload),
        }
    }
}

const _: () = assert!(size_of::<Value>() == 16);
