//! C types as the calling conventions see them: scalars, short vectors, arrays and records.

use std::fmt;
use std::sync::Arc;

/// A scalar C type. Width and signedness are explicit; `long` and `wchar_t` are resolved by whoever builds the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// `_Bool`: one byte, 0 or 1.
    Bool,
    /// Signed 8-bit integer.
    I8,
    /// Unsigned 8-bit integer.
    U8,
    /// Signed 16-bit integer.
    I16,
    /// Unsigned 16-bit integer.
    U16,
    /// Signed 32-bit integer.
    I32,
    /// Unsigned 32-bit integer.
    U32,
    /// Signed 64-bit integer.
    I64,
    /// Unsigned 64-bit integer.
    U64,
    /// Signed 128-bit integer.
    I128,
    /// Unsigned 128-bit integer.
    U128,
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// A data or function pointer.
    Ptr,
}

impl Scalar {
    /// Every scalar, narrow to wide within each kind.
    pub const ALL: [Scalar; 14] = [
        Scalar::Bool,
        Scalar::I8,
        Scalar::U8,
        Scalar::I16,
        Scalar::U16,
        Scalar::I32,
        Scalar::U32,
        Scalar::I64,
        Scalar::U64,
        Scalar::I128,
        Scalar::U128,
        Scalar::F32,
        Scalar::F64,
        Scalar::Ptr,
    ];

    /// Size in bytes; the natural alignment is the same number on all five conventions.
    pub const fn size(self) -> u32 {
        match self {
            Scalar::Bool | Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 | Scalar::Ptr => 8,
            Scalar::I128 | Scalar::U128 => 16,
        }
    }

    /// Whether this is `F32` or `F64`.
    pub const fn is_float(self) -> bool {
        matches!(self, Scalar::F32 | Scalar::F64)
    }

    /// Whether widening keeps the sign.
    pub const fn is_signed(self) -> bool {
        matches!(self, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 | Scalar::I128)
    }
}

/// Whether the members of a record follow one another or overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// `struct`.
    Struct,
    /// `union`.
    Union,
}

/// One member of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The member's name; empty when nobody gave one.
    pub name: String,
    /// The member's type.
    pub ty: Type,
    /// `_Alignas(n)` on the member, a power of two.
    pub align: Option<u32>,
}

impl Field {
    /// An unnamed member with its type's own alignment.
    pub fn new(ty: Type) -> Field {
        Field { name: String::new(), ty, align: None }
    }
}

/// A `struct` or `union` type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// `struct` or `union`.
    pub kind: RecordKind,
    /// The tag, when there is one.
    pub name: Option<String>,
    /// Members in declaration order.
    pub fields: Vec<Field>,
    /// Members are aligned to at most this: 1 is `__attribute__((packed))`, other values are `#pragma pack(n)`.
    /// [`crate::layout`] says how that combines with the members' own alignment.
    pub pack: Option<u32>,
    /// `__attribute__((aligned(n)))` or `__declspec(align(n))` on the record itself.
    pub align: Option<u32>,
}

/// A C type that can be a parameter, a result or a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A scalar.
    Scalar(Scalar),
    /// A short vector of 8 or 16 bytes (`__attribute__((vector_size))`, NEON and SSE types).
    Vector {
        /// Lane type: any scalar but `Bool`, `Ptr` and the 128-bit integers.
        lane: Scalar,
        /// Number of lanes.
        lanes: u32,
    },
    /// An array; only as a member, C has no array parameters by value.
    Array {
        /// Element type.
        elem: Arc<Type>,
        /// Number of elements, at least 1.
        len: u32,
    },
    /// A struct or union by value.
    Record(Arc<Record>),
}

impl From<Scalar> for Type {
    fn from(s: Scalar) -> Type {
        Type::Scalar(s)
    }
}

impl Type {
    /// A struct of the given members in order.
    pub fn structure(fields: impl IntoIterator<Item = Type>) -> Type {
        Type::record(RecordKind::Struct, fields)
    }

    /// A union of the given members.
    pub fn union(fields: impl IntoIterator<Item = Type>) -> Type {
        Type::record(RecordKind::Union, fields)
    }

    /// An array of `len` elements.
    pub fn array(elem: Type, len: u32) -> Type {
        Type::Array { elem: Arc::new(elem), len }
    }

    fn record(kind: RecordKind, fields: impl IntoIterator<Item = Type>) -> Type {
        let fields = fields.into_iter().map(Field::new).collect();
        Type::Record(Arc::new(Record { kind, name: None, fields, pack: None, align: None }))
    }

    /// The scalar, when the type is one.
    pub fn as_scalar(&self) -> Option<Scalar> {
        match self {
            Type::Scalar(s) => Some(*s),
            _ => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scalar::Bool => "bool",
            Scalar::I8 => "i8",
            Scalar::U8 => "u8",
            Scalar::I16 => "i16",
            Scalar::U16 => "u16",
            Scalar::I32 => "i32",
            Scalar::U32 => "u32",
            Scalar::I64 => "i64",
            Scalar::U64 => "u64",
            Scalar::I128 => "i128",
            Scalar::U128 => "u128",
            Scalar::F32 => "f32",
            Scalar::F64 => "f64",
            Scalar::Ptr => "ptr",
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Scalar(s) => s.fmt(f),
            Type::Vector { lane, lanes } => write!(f, "{lane}x{lanes}"),
            Type::Array { elem, len } => write!(f, "{elem}[{len}]"),
            Type::Record(r) => r.fmt(f),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        })?;
        if let Some(n) = self.pack {
            write!(f, " pack({n})")?;
        }
        if let Some(n) = self.align {
            write!(f, " align({n})")?;
        }
        f.write_str("{")?;
        for (i, field) in self.fields.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            if let Some(n) = field.align {
                write!(f, "align({n}) ")?;
            }
            field.ty.fmt(f)?;
        }
        f.write_str("}")
    }
}
