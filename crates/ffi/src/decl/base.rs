//! C's arithmetic types by name, and the width each has under a convention.

use abi::{Abi, Scalar};

/// An arithmetic type of C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// `_Bool`.
    Bool,
    /// `char`; unsigned on ARM64 Linux, signed elsewhere.
    Char,
    /// `signed char`.
    SChar,
    /// `unsigned char`.
    UChar,
    /// `short`.
    Short,
    /// `unsigned short`.
    UShort,
    /// `int`.
    Int,
    /// `unsigned int`.
    UInt,
    /// `long`: 64 bits, 32 on Windows.
    Long,
    /// `unsigned long`.
    ULong,
    /// `long long`.
    LongLong,
    /// `unsigned long long`.
    ULongLong,
    /// `__int128`.
    Int128,
    /// `unsigned __int128`.
    UInt128,
    /// `float`.
    Float,
    /// `double`.
    Double,
    /// A type that C's library headers name.
    Std(StdName),
}

/// An arithmetic type named by `<stdint.h>`, `<stddef.h>` and their like; see [`StdName::find`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StdName(u8);

/// `None` marks `wchar_t`, the only one whose width depends on the target.
const STD: [(&str, Option<Scalar>); 20] = [
    ("int8_t", Some(Scalar::I8)),
    ("int16_t", Some(Scalar::I16)),
    ("int32_t", Some(Scalar::I32)),
    ("int64_t", Some(Scalar::I64)),
    ("uint8_t", Some(Scalar::U8)),
    ("uint16_t", Some(Scalar::U16)),
    ("uint32_t", Some(Scalar::U32)),
    ("uint64_t", Some(Scalar::U64)),
    ("intptr_t", Some(Scalar::I64)),
    ("uintptr_t", Some(Scalar::U64)),
    ("intmax_t", Some(Scalar::I64)),
    ("uintmax_t", Some(Scalar::U64)),
    ("size_t", Some(Scalar::U64)),
    ("ssize_t", Some(Scalar::I64)),
    ("ptrdiff_t", Some(Scalar::I64)),
    ("time_t", Some(Scalar::I64)),
    ("char8_t", Some(Scalar::U8)),
    ("char16_t", Some(Scalar::U16)),
    ("char32_t", Some(Scalar::U32)),
    ("wchar_t", None),
];

impl StdName {
    /// The type with this name: the fixed-width and pointer-width integers, `intmax_t`, `size_t`, `ssize_t`, `ptrdiff_t`,
    /// `time_t`, `wchar_t` and the `char8_t` family.
    pub fn find(name: &str) -> Option<StdName> {
        STD.iter().position(|(n, _)| *n == name).map(|i| StdName(i as u8))
    }

    /// The name as C spells it.
    pub fn name(self) -> &'static str {
        STD[usize::from(self.0)].0
    }

    fn scalar(self, abi: Abi) -> Scalar {
        STD[usize::from(self.0)].1.unwrap_or(match abi {
            Abi::SysvX64 | Abi::DarwinArm64 => Scalar::I32,
            Abi::Aapcs64 => Scalar::U32,
            Abi::Win64 | Abi::WindowsArm64 => Scalar::U16,
        })
    }
}

impl Base {
    /// Width and signedness under `abi`.
    pub fn scalar(self, abi: Abi) -> Scalar {
        let windows = abi.microsoft_layout();
        match self {
            Base::Bool => Scalar::Bool,
            Base::Char if abi == Abi::Aapcs64 => Scalar::U8,
            Base::Char | Base::SChar => Scalar::I8,
            Base::UChar => Scalar::U8,
            Base::Short => Scalar::I16,
            Base::UShort => Scalar::U16,
            Base::Int => Scalar::I32,
            Base::UInt => Scalar::U32,
            Base::Long if windows => Scalar::I32,
            Base::ULong if windows => Scalar::U32,
            Base::Long | Base::LongLong => Scalar::I64,
            Base::ULong | Base::ULongLong => Scalar::U64,
            Base::Int128 => Scalar::I128,
            Base::UInt128 => Scalar::U128,
            Base::Float => Scalar::F32,
            Base::Double => Scalar::F64,
            Base::Std(name) => name.scalar(abi),
        }
    }

    /// The type as C spells it.
    pub fn name(self) -> &'static str {
        match self {
            Base::Bool => "_Bool",
            Base::Char => "char",
            Base::SChar => "signed char",
            Base::UChar => "unsigned char",
            Base::Short => "short",
            Base::UShort => "unsigned short",
            Base::Int => "int",
            Base::UInt => "unsigned int",
            Base::Long => "long",
            Base::ULong => "unsigned long",
            Base::LongLong => "long long",
            Base::ULongLong => "unsigned long long",
            Base::Int128 => "__int128",
            Base::UInt128 => "unsigned __int128",
            Base::Float => "float",
            Base::Double => "double",
            Base::Std(name) => name.name(),
        }
    }

    /// The type that has exactly this width and signedness under every convention; `None` for pointers.
    pub fn of_scalar(scalar: Scalar) -> Option<Base> {
        let std = |name| StdName::find(name).map(Base::Std);
        match scalar {
            Scalar::Bool => Some(Base::Bool),
            Scalar::I8 => std("int8_t"),
            Scalar::U8 => std("uint8_t"),
            Scalar::I16 => std("int16_t"),
            Scalar::U16 => std("uint16_t"),
            Scalar::I32 => std("int32_t"),
            Scalar::U32 => std("uint32_t"),
            Scalar::I64 => std("int64_t"),
            Scalar::U64 => std("uint64_t"),
            Scalar::I128 => Some(Base::Int128),
            Scalar::U128 => Some(Base::UInt128),
            Scalar::F32 => Some(Base::Float),
            Scalar::F64 => Some(Base::Double),
            Scalar::Ptr => None,
        }
    }
}
