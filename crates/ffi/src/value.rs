//! Values of C types when the types are known only at run time.

use std::ffi::{CStr, CString, NulError, c_void};

/// An argument or result of a dynamic call.
///
/// Integers may be given in any width: what counts is that the number fits the parameter. Results come back in the
/// width of the declared type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value: the result of a `void` function.
    Void,
    /// `_Bool`.
    Bool(bool),
    /// A signed 8-bit integer.
    I8(i8),
    /// An unsigned 8-bit integer.
    U8(u8),
    /// A signed 16-bit integer.
    I16(i16),
    /// An unsigned 16-bit integer.
    U16(u16),
    /// A signed 32-bit integer.
    I32(i32),
    /// An unsigned 32-bit integer.
    U32(u32),
    /// A signed 64-bit integer.
    I64(i64),
    /// An unsigned 64-bit integer.
    U64(u64),
    /// A signed 128-bit integer.
    I128(i128),
    /// An unsigned 128-bit integer.
    U128(u128),
    /// `float`.
    F32(f32),
    /// `double`.
    F64(f64),
    /// A pointer to data or to a function.
    Ptr(*mut c_void),
    /// Text for a pointer parameter, valid during the call.
    Str(CString),
    /// A struct: its members in order.
    Record(Vec<Value>),
    /// A union: one member by index, and its value.
    Member(usize, Box<Value>),
    /// An array in a struct, or a short vector.
    Array(Vec<Value>),
    /// A struct, union, array or vector byte by byte. Unions come back like this.
    Bytes(Vec<u8>),
}

impl Value {
    /// The null pointer.
    pub const NULL: Value = Value::Ptr(std::ptr::null_mut());

    /// Text for a `char *` parameter.
    ///
    /// # Errors
    /// Text with a NUL inside, which C would take for its end.
    pub fn string(text: impl Into<Vec<u8>>) -> Result<Value, NulError> {
        CString::new(text).map(Value::Str)
    }

    /// A pointer to `place`, for C to read or write. `place` must stay where it is as long as C uses it.
    pub fn pointer_to<T>(place: &mut T) -> Value {
        Value::Ptr(std::ptr::from_mut(place).cast())
    }

    /// What the value is, for error messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Void => "nothing",
            Value::Bool(_) => "a bool",
            Value::F32(_) | Value::F64(_) => "a floating-point number",
            Value::Ptr(_) => "a pointer",
            Value::Str(_) => "text",
            Value::Record(_) => "a struct",
            Value::Member(..) => "a union member",
            Value::Array(_) => "an array",
            Value::Bytes(_) => "bytes",
            _ => "an integer",
        }
    }

    /// The number, when the value is an integer of up to 127 bits; also what a `bool` counts as.
    pub fn as_int(&self) -> Option<i128> {
        Some(match self {
            Value::Bool(v) => (*v).into(),
            Value::I8(v) => (*v).into(),
            Value::U8(v) => (*v).into(),
            Value::I16(v) => (*v).into(),
            Value::U16(v) => (*v).into(),
            Value::I32(v) => (*v).into(),
            Value::U32(v) => (*v).into(),
            Value::I64(v) => (*v).into(),
            Value::U64(v) => (*v).into(),
            Value::I128(v) => *v,
            Value::U128(v) => i128::try_from(*v).ok()?,
            _ => return None,
        })
    }

    /// The number, when the value is a `float` or `double`.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::F32(v) => Some((*v).into()),
            Value::F64(v) => Some(*v),
            _ => None,
        }
    }

    /// The pointer, when the value is one.
    pub fn as_ptr(&self) -> Option<*mut c_void> {
        match self {
            Value::Ptr(p) => Some(*p),
            _ => None,
        }
    }

    /// The text a `char *` result points to; `None` when the value is no pointer, or null.
    ///
    /// # Safety
    /// The pointer must be null or point to a NUL-terminated string that stays unchanged for `'a`.
    pub unsafe fn as_c_str<'a>(&self) -> Option<&'a CStr> {
        let p = self.as_ptr().filter(|p| !p.is_null())?;
        // SAFETY: not null, and otherwise the caller's promise.
        Some(unsafe { CStr::from_ptr(p.cast()) })
    }
}

macro_rules! from {
    ($($ty:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$ty> for Value {
            fn from(v: $ty) -> Value {
                Value::$variant(v)
            }
        })+
    };
}

from! {
    bool => Bool, i8 => I8, u8 => U8, i16 => I16, u16 => U16, i32 => I32, u32 => U32, i64 => I64, u64 => U64,
    i128 => I128, u128 => U128, f32 => F32, f64 => F64, CString => Str,
}

impl From<usize> for Value {
    fn from(v: usize) -> Value {
        Value::U64(v as u64)
    }
}

impl From<isize> for Value {
    fn from(v: isize) -> Value {
        Value::I64(v as i64)
    }
}

impl From<&CStr> for Value {
    fn from(v: &CStr) -> Value {
        Value::Str(v.to_owned())
    }
}

impl<T> From<*mut T> for Value {
    fn from(v: *mut T) -> Value {
        Value::Ptr(v.cast())
    }
}

impl<T> From<*const T> for Value {
    fn from(v: *const T) -> Value {
        Value::Ptr(v.cast_mut().cast())
    }
}

impl From<()> for Value {
    fn from((): ()) -> Value {
        Value::Void
    }
}
