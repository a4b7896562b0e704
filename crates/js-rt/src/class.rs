//! Classes of objects, their flags, and attributes of properties.

use crate::Value;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident)*) => {
        /// What sort of object something is: which internal slots it has, and which payload.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Class {
            $($(#[$doc])* $name,)*
        }

        impl Class {
            const ALL: &'static [Class] = &[$(Class::$name),*];
        }
    };
}

classes! {
    /// Ordinary objects.
    Object
    /// 10.4.2; payload: the length.
    Array
    /// 10.2; payload: `Closure`.
    Function
    /// 10.3; payload: `Native`.
    NativeFunction
    /// 10.4.1; payload: `Internal`.
    BoundFunction
    /// Functions that wrap those of another realm (ShadowRealm).
    WrappedFunction
    /// Objects with `[[ErrorData]]`.
    Error
    /// Objects with `[[BooleanData]]`.
    Boolean
    /// Objects with `[[NumberData]]`.
    Number
    /// 10.4.3; payload: the string.
    String
    /// Objects with `[[SymbolData]]`.
    SymbolObject
    /// Objects with `[[BigIntData]]`.
    BigIntObject
    /// Objects with `[[DateValue]]`.
    Date
    /// Objects with `[[RegExpMatcher]]`.
    RegExp
    /// Objects with `[[MapData]]`.
    Map
    /// Objects with `[[SetData]]`.
    Set
    /// Objects with `[[WeakMapData]]`.
    WeakMap
    /// Objects with `[[WeakSetData]]`.
    WeakSet
    /// Objects with `[[WeakRefTarget]]`.
    WeakRef
    /// Objects with `[[Cells]]`.
    FinalizationRegistry
    /// 10.5.
    Proxy
    /// 10.4.4, not mapped.
    Arguments
    /// 10.4.4, mapped.
    MappedArguments
    /// 10.4.6.
    ModuleNamespace
    /// 10.4.5.
    Int8Array
    /// 10.4.5.
    Uint8Array
    /// 10.4.5.
    Uint8ClampedArray
    /// 10.4.5.
    Int16Array
    /// 10.4.5.
    Uint16Array
    /// 10.4.5.
    Int32Array
    /// 10.4.5.
    Uint32Array
    /// 10.4.5.
    BigInt64Array
    /// 10.4.5.
    BigUint64Array
    /// 10.4.5.
    Float16Array
    /// 10.4.5.
    Float32Array
    /// 10.4.5.
    Float64Array
    /// Objects with `[[DataView]]`.
    DataView
    /// Objects with `[[ArrayBufferData]]`.
    ArrayBuffer
    /// Objects with `[[ArrayBufferData]]` that is shared.
    SharedArrayBuffer
    /// Objects with `[[PromiseState]]`.
    Promise
    /// Objects with `[[GeneratorState]]`.
    Generator
    /// Objects with `[[AsyncGeneratorState]]`.
    AsyncGenerator
    /// 27.1.4.
    AsyncFromSyncIterator
    /// 23.1.5.
    ArrayIterator
    /// 24.1.5.
    MapIterator
    /// 24.2.6.
    SetIterator
    /// 22.1.5.
    StringIterator
    /// 22.2.9.
    RegExpStringIterator
    /// 14.7.5.10.
    ForInIterator
    /// 27.1.2.1.
    IteratorHelper
    /// 27.1.3.2.1.1.
    WrapForValidIterator
    /// 27.1.2, `Iterator.concat` and `Iterator.zip`.
    IteratorZip
    /// Objects with `[[DisposableState]]`.
    DisposableStack
    /// Objects with `[[AsyncDisposableState]]`.
    AsyncDisposableStack
    /// Objects with `[[IsRawJSON]]`.
    RawJson
    /// ShadowRealm.
    ShadowRealm
    /// A module record.
    Module
    /// Temporal.Duration.
    TemporalDuration
    /// Temporal.Instant.
    TemporalInstant
    /// Temporal.PlainDate.
    TemporalPlainDate
    /// Temporal.PlainDateTime.
    TemporalPlainDateTime
    /// Temporal.PlainMonthDay.
    TemporalPlainMonthDay
    /// Temporal.PlainTime.
    TemporalPlainTime
    /// Temporal.PlainYearMonth.
    TemporalPlainYearMonth
    /// Temporal.ZonedDateTime.
    TemporalZonedDateTime
    /// Objects of ECMA-402; payload: `Internal` or `Foreign`.
    Intl
    /// Objects of the host.
    Foreign
}

impl Class {
    const BY_BYTE: [Class; 256] = {
        let mut all = [Class::Object; 256];
        let mut at = 0;
        while at < Class::ALL.len() {
            all[at] = Class::ALL[at];
            at += 1;
        }
        all
    };

    /// The class with this number; that of ordinary objects when there is none.
    #[inline]
    pub const fn from_byte(byte: u8) -> Class {
        Class::BY_BYTE[byte as usize]
    }

    /// Whether it is one of the typed arrays (10.4.5).
    #[inline]
    pub const fn is_typed_array(self) -> bool {
        self as u8 >= Class::Int8Array as u8 && self as u8 <= Class::Float64Array as u8
    }

    /// Whether its objects are exotic: some internal method is not an ordinary object's. Arrays do not count: what operates on
    /// own properties knows them.
    pub const fn is_exotic(self) -> bool {
        matches!(self, Class::String | Class::Proxy | Class::MappedArguments | Class::ModuleNamespace)
            || self.is_typed_array()
    }
}

/// Flags of objects, in the header's free bits above the class.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// `[[Extensible]]`.
    pub const EXTENSIBLE: Flags = Flags(1 << 8);
    /// Has `[[Call]]`.
    pub const CALLABLE: Flags = Flags(1 << 9);
    /// Has `[[Construct]]`.
    pub const CONSTRUCTOR: Flags = Flags(1 << 10);
    /// Has `[[IsHTMLDDA]]`.
    pub const HTMLDDA: Flags = Flags(1 << 11);
    /// An inline cache looked through it: changes of its shape count in [`Rt::proto_epoch`](crate::Rt::proto_epoch).
    pub const PROTO_CACHED: Flags = Flags(1 << 12);
    /// Internal methods other than an ordinary object's for some keys.
    pub const EXOTIC: Flags = Flags(1 << 13);
    /// The array's `length` is not writable.
    pub const LENGTH_READONLY: Flags = Flags(1 << 14);
    /// Has been the prototype of another object.
    pub const PROTOTYPE: Flags = Flags(1 << 15);
    /// `[[SetPrototypeOf]]` is that of 10.4.7.
    pub const IMMUTABLE_PROTO: Flags = Flags(1 << 20);
    /// The first of eight flags whose meaning is up to each class, or to whoever runs code.
    pub const USER: Flags = Flags(1 << 24);

    /// The bits.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn from_aux(aux: u32) -> Flags {
        Flags(aux & !0xff)
    }

    /// Both together.
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// The flag of number 0 to 7 among those whose meaning is up to each class.
    pub const fn user(number: u32) -> Flags {
        Flags(1 << (24 + number % 8))
    }

    /// Whether one of these flags is set.
    #[inline]
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        self.with(other)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#x})", self.0)
    }
}

/// How elements are kept: what is in them, and whether holes may be among them. It only ever gets wider.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Elements(u32);

impl Elements {
    /// Among the flags: a number that is no int32 may be there.
    pub const DOUBLE: u32 = 1 << 16;
    /// Among the flags: something else than a number may be there.
    pub const VALUE: u32 = 1 << 17;
    /// Among the flags: holes may be there.
    pub const HOLEY: u32 = 1 << 18;
    /// Among the flags: they are not in a row.
    pub const SPARSE: u32 = 1 << 19;
    /// All of them.
    pub const MASK: u32 = 15 << 16;

    #[inline]
    pub(crate) const fn from_aux(aux: u32) -> Elements {
        Elements(aux & Elements::MASK)
    }

    /// The flag that a value needs.
    #[inline]
    pub(crate) fn needed(value: Value) -> u32 {
        if value.is_int() {
            0
        } else if value.is_number() {
            Elements::DOUBLE
        } else if value.is_empty() {
            Elements::HOLEY
        } else {
            Elements::VALUE
        }
    }

    /// Whether all are int32s.
    #[inline]
    pub const fn is_int(self) -> bool {
        self.0 & (Elements::DOUBLE | Elements::VALUE) == 0
    }

    /// Whether all are numbers.
    #[inline]
    pub const fn is_number(self) -> bool {
        self.0 & Elements::VALUE == 0
    }

    /// Whether there are no holes below the length.
    #[inline]
    pub const fn is_packed(self) -> bool {
        self.0 & (Elements::HOLEY | Elements::SPARSE) == 0
    }

    /// Whether they are not in a row.
    #[inline]
    pub const fn is_sparse(self) -> bool {
        self.0 & Elements::SPARSE != 0
    }
}

impl fmt::Debug for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_int() {
            "int"
        } else if self.is_number() {
            "double"
        } else {
            "value"
        };
        let how = if self.is_sparse() {
            "sparse"
        } else if self.is_packed() {
            "packed"
        } else {
            "holey"
        };
        write!(f, "{how} {what}")
    }
}

/// Attributes of a property (6.1.7.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attrs(u8);

impl Attrs {
    /// No attribute.
    pub const NONE: Attrs = Attrs(0);
    /// `[[Writable]]`.
    pub const WRITABLE: Attrs = Attrs(1);
    /// `[[Enumerable]]`.
    pub const ENUMERABLE: Attrs = Attrs(2);
    /// `[[Configurable]]`.
    pub const CONFIGURABLE: Attrs = Attrs(4);
    /// An accessor property; never with `WRITABLE`.
    pub const ACCESSOR: Attrs = Attrs(8);
    /// Those of assignments and literals.
    pub const ALL: Attrs = Attrs(7);
    /// Those of methods of the library (clause 18).
    pub const METHOD: Attrs = Attrs(5);
    /// Those of `name` and `length` of functions.
    pub const CONFIGURABLE_ONLY: Attrs = Attrs(4);

    /// The attributes with these bits.
    #[inline]
    pub const fn from_bits(bits: u8) -> Attrs {
        Attrs(bits & 15)
    }

    /// The bits.
    #[inline]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Those of a data property.
    pub const fn data(writable: bool, enumerable: bool, configurable: bool) -> Attrs {
        Attrs(writable as u8 | (enumerable as u8) << 1 | (configurable as u8) << 2)
    }

    /// Those of an accessor property.
    pub const fn accessor(enumerable: bool, configurable: bool) -> Attrs {
        Attrs(8 | (enumerable as u8) << 1 | (configurable as u8) << 2)
    }

    /// Both together.
    pub const fn with(self, other: Attrs) -> Attrs {
        Attrs(self.0 | other.0)
    }

    /// These without others.
    pub const fn without(self, other: Attrs) -> Attrs {
        Attrs(self.0 & !other.0)
    }

    /// Both together.
    pub const fn union(self, other: Attrs) -> Attrs {
        self.with(other)
    }

    /// Whether all of these are set.
    #[inline]
    pub const fn contains(self, other: Attrs) -> bool {
        self.0 & other.0 == other.0
    }

    /// `[[Writable]]`; false for accessors.
    #[inline]
    pub const fn is_writable(self) -> bool {
        self.0 & 1 != 0
    }

    /// `[[Enumerable]]`.
    #[inline]
    pub const fn is_enumerable(self) -> bool {
        self.0 & 2 != 0
    }

    /// `[[Configurable]]`.
    #[inline]
    pub const fn is_configurable(self) -> bool {
        self.0 & 4 != 0
    }

    /// Whether it is an accessor property.
    #[inline]
    pub const fn is_accessor(self) -> bool {
        self.0 & 8 != 0
    }

    /// What 7.3.16 SetIntegrityLevel makes of them.
    pub const fn sealed(self) -> Attrs {
        self.without(Attrs::CONFIGURABLE)
    }

    /// What 7.3.16 SetIntegrityLevel makes of them.
    pub const fn frozen(self) -> Attrs {
        self.without(Attrs::CONFIGURABLE).without(Attrs::WRITABLE)
    }
}

impl BitOr for Attrs {
    type Output = Attrs;

    fn bitor(self, other: Attrs) -> Attrs {
        self.with(other)
    }
}

impl BitOrAssign for Attrs {
    fn bitor_assign(&mut self, other: Attrs) {
        *self = self.with(other);
    }
}

impl fmt::Debug for Attrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |bit: u8, letter: char| if self.0 & bit != 0 { letter } else { '-' };
        write!(f, "{}{}{}{}", letter(1, 'w'), letter(2, 'e'), letter(4, 'c'), letter(8, 'a'))
    }
}
