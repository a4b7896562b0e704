//! Element types of typed arrays (23.2, table 73): numbers as bits.

use crate::number::{bigint_low_bits, to_int32, to_uint8_clamp};
use crate::{ArrayBuffer, Class, Rt, Value};
use heap::OutOfMemory;
use num_bigint::BigInt;

/// An element type. The value of an element as bits has zeros above the element's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are those of the specification")]
pub enum ElementType {
    Int8,
    Uint8,
    Uint8Clamped,
    Int16,
    Uint16,
    Int32,
    Uint32,
    BigInt64,
    BigUint64,
    Float16,
    Float32,
    Float64,
}

impl ElementType {
    /// All of them.
    pub const ALL: [ElementType; 12] = [
        ElementType::Int8,
        ElementType::Uint8,
        ElementType::Uint8Clamped,
        ElementType::Int16,
        ElementType::Uint16,
        ElementType::Int32,
        ElementType::Uint32,
        ElementType::BigInt64,
        ElementType::BigUint64,
        ElementType::Float16,
        ElementType::Float32,
        ElementType::Float64,
    ];

    /// Element Size.
    #[inline]
    pub const fn size(self) -> usize {
        match self {
            ElementType::Int8 | ElementType::Uint8 | ElementType::Uint8Clamped => 1,
            ElementType::Int16 | ElementType::Uint16 | ElementType::Float16 => 2,
            ElementType::Int32 | ElementType::Uint32 | ElementType::Float32 => 4,
            ElementType::BigInt64 | ElementType::BigUint64 | ElementType::Float64 => 8,
        }
    }

    /// Whether elements are BigInts (23.2: `[[ContentType]]`).
    #[inline]
    pub const fn is_bigint(self) -> bool {
        matches!(self, ElementType::BigInt64 | ElementType::BigUint64)
    }

    /// Whether elements are floating-point numbers.
    pub const fn is_float(self) -> bool {
        matches!(self, ElementType::Float16 | ElementType::Float32 | ElementType::Float64)
    }

    /// The class of typed arrays with these elements.
    pub const fn class(self) -> Class {
        match self {
            ElementType::Int8 => Class::Int8Array,
            ElementType::Uint8 => Class::Uint8Array,
            ElementType::Uint8Clamped => Class::Uint8ClampedArray,
            ElementType::Int16 => Class::Int16Array,
            ElementType::Uint16 => Class::Uint16Array,
            ElementType::Int32 => Class::Int32Array,
            ElementType::Uint32 => Class::Uint32Array,
            ElementType::BigInt64 => Class::BigInt64Array,
            ElementType::BigUint64 => Class::BigUint64Array,
            ElementType::Float16 => Class::Float16Array,
            ElementType::Float32 => Class::Float32Array,
            ElementType::Float64 => Class::Float64Array,
        }
    }

    /// The name of the constructor.
    pub const fn name(self) -> &'static str {
        match self {
            ElementType::Int8 => "Int8Array",
            ElementType::Uint8 => "Uint8Array",
            ElementType::Uint8Clamped => "Uint8ClampedArray",
            ElementType::Int16 => "Int16Array",
            ElementType::Uint16 => "Uint16Array",
            ElementType::Int32 => "Int32Array",
            ElementType::Uint32 => "Uint32Array",
            ElementType::BigInt64 => "BigInt64Array",
            ElementType::BigUint64 => "BigUint64Array",
            ElementType::Float16 => "Float16Array",
            ElementType::Float32 => "Float32Array",
            ElementType::Float64 => "Float64Array",
        }
    }

    /// 25.1.3.16 NumericToRawBytes of a number.
    #[inline]
    pub fn encode(self, number: f64) -> u64 {
        match self {
            ElementType::Int8 | ElementType::Uint8 => u64::from(to_int32(number) as u8),
            ElementType::Uint8Clamped => u64::from(to_uint8_clamp(number)),
            ElementType::Int16 | ElementType::Uint16 => u64::from(to_int32(number) as u16),
            ElementType::Int32 | ElementType::Uint32 => u64::from(to_int32(number) as u32),
            ElementType::BigInt64 | ElementType::BigUint64 => 0,
            ElementType::Float16 => u64::from(to_half(number)),
            ElementType::Float32 => u64::from((number as f32).to_bits()),
            ElementType::Float64 => number.to_bits(),
        }
    }

    /// 25.1.3.16 NumericToRawBytes of a BigInt.
    #[inline]
    pub fn encode_bigint(self, big: &BigInt) -> u64 {
        bigint_low_bits(big)
    }

    /// 25.1.3.14 RawBytesToNumeric.
    ///
    /// # Errors
    /// When there is no memory for a BigInt.
    #[inline]
    pub fn decode(self, rt: &Rt, bits: u64) -> Result<Value, OutOfMemory> {
        Ok(match self {
            ElementType::Int8 => Value::int(i32::from(bits as i8)),
            ElementType::Uint8 | ElementType::Uint8Clamped => Value::int(i32::from(bits as u8)),
            ElementType::Int16 => Value::int(i32::from(bits as i16)),
            ElementType::Uint16 => Value::int(i32::from(bits as u16)),
            ElementType::Int32 => Value::int(bits as i32),
            ElementType::Uint32 => Value::from(bits as u32),
            ElementType::BigInt64 => rt.new_bigint(bits as i64)?.into(),
            ElementType::BigUint64 => rt.new_bigint(bits)?.into(),
            ElementType::Float16 => Value::number(from_half(bits as u16)),
            ElementType::Float32 => Value::number(f64::from(f32::from_bits(bits as u32))),
            ElementType::Float64 => Value::number(f64::from_bits(bits)),
        })
    }

    /// The bits of an element at a byte of a buffer; `None` when it is not all there.
    #[inline]
    pub fn read(self, buffer: &ArrayBuffer, at: usize) -> Option<u64> {
        Some(match self.size() {
            1 => u64::from(u8::from_le_bytes(buffer.get(at)?)),
            2 => u64::from(u16::from_le_bytes(buffer.get(at)?)),
            4 => u64::from(u32::from_le_bytes(buffer.get(at)?)),
            _ => u64::from_le_bytes(buffer.get(at)?),
        })
    }

    /// Sets the bits of an element at a byte of a buffer; whether it is all there.
    #[inline]
    pub fn write(self, buffer: &ArrayBuffer, at: usize, bits: u64) -> bool {
        match self.size() {
            1 => buffer.set(at, (bits as u8).to_le_bytes()),
            2 => buffer.set(at, (bits as u16).to_le_bytes()),
            4 => buffer.set(at, (bits as u32).to_le_bytes()),
            _ => buffer.set(at, bits.to_le_bytes()),
        }
    }

    /// The bits with their bytes the other way round: for big-endian access.
    pub const fn swap_bytes(self, bits: u64) -> u64 {
        bits.swap_bytes() >> (64 - 8 * self.size())
    }
}

/// The IEEE 754-2019 binary16 nearest to a number, ties to even.
pub fn to_half(number: f64) -> u16 {
    let bits = number.to_bits();
    let sign = (bits >> 48 & 0x8000) as u16;
    if number.is_nan() {
        return 0x7e00;
    }
    let magnitude = number.abs();
    // From half an ulp above the largest on.
    if magnitude >= 65520.0 {
        return sign | 0x7c00;
    }
    // Below the least normal number, halves are multiples of 2^-24. Multiplying by a power of two is exact here.
    if magnitude < 6.103_515_625e-5 {
        return sign | (magnitude * 16_777_216.0).round_ties_even() as u16;
    }
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1023;
    let scaled = (magnitude * 2f64.powi(10 - exponent as i32)).round_ties_even() as i64;
    // A mantissa that was rounded up to 2^11 carries over into the exponent.
    sign | ((exponent + 14) * 1024 + scaled) as u16
}

/// The value of an IEEE 754-2019 binary16.
pub fn from_half(bits: u16) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 0x1f, f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction / 16_777_216.0,
        31 if fraction == 0.0 => f64::INFINITY,
        31 => return f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(i32::from(exponent) - 15),
    };
    if bits & 0x8000 != 0 { -magnitude } else { magnitude }
}
