//! Types with their member offsets worked out, and the way of values into memory and back.

use crate::decl::Ty;
use crate::error::ValueError;
use crate::value::Value;
use abi::layout::member_offsets;
use abi::{Abi, Layout, RecordKind, Scalar, Type, TypeError};
use std::ffi::c_void;

/// A type ready for copying values of it.
#[derive(Debug)]
pub(crate) struct Shape {
    kind: Kind,
    size: usize,
}

#[derive(Debug)]
enum Kind {
    Scalar(Scalar),
    /// Elements of an array or lanes of a vector.
    Elements {
        elem: Box<Shape>,
        len: usize,
        array: bool,
    },
    Struct(Vec<Member>),
    Union(Vec<Member>),
}

#[derive(Debug)]
struct Member {
    name: String,
    offset: usize,
    shape: Shape,
}

impl Shape {
    pub(crate) fn new(ty: &Type, abi: Abi) -> Result<Shape, TypeError> {
        let size = Layout::of(ty, abi)?.size as usize;
        let kind = match ty {
            Type::Scalar(s) => Kind::Scalar(*s),
            Type::Vector { lane, lanes } => {
                let elem = Box::new(Shape { kind: Kind::Scalar(*lane), size: lane.size() as usize });
                Kind::Elements { elem, len: *lanes as usize, array: false }
            }
            Type::Array { elem, len } => {
                Kind::Elements { elem: Box::new(Shape::new(elem, abi)?), len: *len as usize, array: true }
            }
            Type::Record(r) => {
                let offsets = member_offsets(r, abi)?;
                let member = |(f, offset): (&abi::Field, u32)| {
                    let shape = Shape::new(&f.ty, abi)?;
                    Ok(Member { name: f.name.clone(), offset: offset as usize, shape })
                };
                let members = r.fields.iter().zip(offsets).map(member).collect::<Result<_, TypeError>>()?;
                match r.kind {
                    RecordKind::Struct => Kind::Struct(members),
                    RecordKind::Union => Kind::Union(members),
                }
            }
        };
        Ok(Shape { kind, size })
    }

    /// Copies `value` to `to`. Padding keeps what it was.
    ///
    /// # Safety
    /// `to` must be valid for writes of `sizeof` bytes, all of them initialised.
    pub(crate) unsafe fn store(&self, value: &Value, to: *mut u8) -> Result<(), ValueError> {
        if let (Value::Bytes(bytes), false) = (value, matches!(self.kind, Kind::Scalar(_))) {
            self.check_length(self.size, bytes.len())?;
            // SAFETY: `to` has room for the size, which is the length.
            unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
            return Ok(());
        }
        match (&self.kind, value) {
            // SAFETY: `to` is the caller's promise.
            (Kind::Scalar(scalar), value) => unsafe { store_scalar(*scalar, value, to) },
            (Kind::Elements { elem, len, .. }, Value::Array(values)) => {
                self.check_length(*len, values.len())?;
                for (i, value) in values.iter().enumerate() {
                    // SAFETY: element `i` lies inside the array.
                    unsafe { elem.store(value, to.add(i * elem.size)) }
                        .map_err(|e| inside(format!("element {i}"), e))?;
                }
                Ok(())
            }
            (Kind::Struct(members), Value::Record(values)) => {
                self.check_length(members.len(), values.len())?;
                for (i, (member, value)) in members.iter().zip(values).enumerate() {
                    // SAFETY: the member lies inside the struct.
                    unsafe { member.shape.store(value, to.add(member.offset)) }
                        .map_err(|e| inside(member.place(i), e))?;
                }
                Ok(())
            }
            (Kind::Union(members), Value::Member(index, value)) => match members.get(*index) {
                // SAFETY: every member of a union lies inside it.
                Some(member) => unsafe { member.shape.store(value, to.add(member.offset)) }
                    .map_err(|e| inside(member.place(*index), e)),
                None => Err(ValueError::NoMember { index: *index, members: members.len() }),
            },
            (_, value) => Err(ValueError::Kind { expected: self.name(), given: value.kind() }),
        }
    }

    /// The value at `from`.
    ///
    /// # Safety
    /// `from` must be valid for reads of `sizeof` bytes, all of them initialised.
    pub(crate) unsafe fn load(&self, from: *const u8) -> Value {
        match &self.kind {
            // SAFETY: `from` is the caller's promise.
            Kind::Scalar(scalar) => unsafe { load_scalar(*scalar, from) },
            Kind::Elements { elem, len, .. } => {
                // SAFETY: element `i` lies inside the array.
                Value::Array((0..*len).map(|i| unsafe { elem.load(from.add(i * elem.size)) }).collect())
            }
            Kind::Struct(members) => {
                // SAFETY: the member lies inside the struct.
                let load = |m: &Member| unsafe { m.shape.load(from.add(m.offset)) };
                Value::Record(members.iter().map(load).collect())
            }
            // SAFETY: `from` is the caller's promise.
            Kind::Union(_) => Value::Bytes(unsafe { std::slice::from_raw_parts(from, self.size) }.to_vec()),
        }
    }

    fn check_length(&self, expected: usize, given: usize) -> Result<(), ValueError> {
        if expected == given { Ok(()) } else { Err(ValueError::Length { ty: self.name(), expected, given }) }
    }

    /// The type in words short enough for an error message.
    fn name(&self) -> String {
        match &self.kind {
            Kind::Scalar(scalar) => scalar_name(*scalar).to_owned(),
            Kind::Elements { elem, len, array: true } => format!("{}[{len}]", elem.name()),
            Kind::Elements { elem, len, array: false } => format!("vector of {len} {}", elem.name()),
            Kind::Struct(members) => format!("struct of {} members", members.len()),
            Kind::Union(members) => format!("union of {} members", members.len()),
        }
    }
}

impl Member {
    fn place(&self, index: usize) -> String {
        if self.name.is_empty() { format!("member {index}") } else { format!("member '{}'", self.name) }
    }
}

fn inside(place: String, error: ValueError) -> ValueError {
    ValueError::Inside { place, error: Box::new(error) }
}

/// C's name for a scalar.
pub(crate) fn scalar_name(scalar: Scalar) -> &'static str {
    match Ty::from_abi(&scalar.into()) {
        Ok(Ty::Base(base)) => base.name(),
        _ => "pointer",
    }
}

/// # Safety
/// `to` must be valid for writes of the scalar's size.
unsafe fn store_scalar(scalar: Scalar, value: &Value, to: *mut u8) -> Result<(), ValueError> {
    macro_rules! put {
        ($value:expr => $ty:ty) => {{
            let value: $ty = $value;
            // SAFETY: the value has the scalar's size, for which `to` is valid.
            unsafe { to.cast::<$ty>().write_unaligned(value) }
        }};
    }
    macro_rules! int {
        ($ty:ty) => {
            put!(integer(scalar, value)? => $ty)
        };
    }
    match scalar {
        Scalar::Bool => match value.as_int() {
            Some(v @ 0..=1) => put!(v as u8 => u8),
            Some(v) => return Err(out_of_range(v.to_string(), scalar)),
            None => return Err(wrong_kind(scalar, value)),
        },
        Scalar::I8 => int!(i8),
        Scalar::U8 => int!(u8),
        Scalar::I16 => int!(i16),
        Scalar::U16 => int!(u16),
        Scalar::I32 => int!(i32),
        Scalar::U32 => int!(u32),
        Scalar::I64 => int!(i64),
        Scalar::U64 => int!(u64),
        Scalar::I128 => int!(i128),
        Scalar::U128 => int!(u128),
        Scalar::F32 => match value {
            Value::F32(v) => put!(*v => f32),
            // As in C the nearest float is passed, but a finite number must not become infinite.
            Value::F64(v) if v.is_finite() && (*v as f32).is_infinite() => {
                return Err(out_of_range(v.to_string(), scalar));
            }
            Value::F64(v) => put!(*v as f32 => f32),
            _ => return Err(wrong_kind(scalar, value)),
        },
        Scalar::F64 => put!(value.as_float().ok_or_else(|| wrong_kind(scalar, value))? => f64),
        Scalar::Ptr => match value {
            Value::Ptr(p) => put!(*p => *mut c_void),
            Value::Str(text) => put!(text.as_ptr().cast_mut().cast() => *mut c_void),
            _ => return Err(wrong_kind(scalar, value)),
        },
    }
    Ok(())
}

fn integer<T: TryFrom<i128> + TryFrom<u128>>(scalar: Scalar, value: &Value) -> Result<T, ValueError> {
    match value {
        Value::U128(v) => T::try_from(*v).map_err(|_| out_of_range(v.to_string(), scalar)),
        _ => {
            let v = value.as_int().ok_or_else(|| wrong_kind(scalar, value))?;
            T::try_from(v).map_err(|_| out_of_range(v.to_string(), scalar))
        }
    }
}

fn out_of_range(value: String, scalar: Scalar) -> ValueError {
    ValueError::Range { value, ty: scalar_name(scalar) }
}

fn wrong_kind(scalar: Scalar, value: &Value) -> ValueError {
    ValueError::Kind { expected: scalar_name(scalar).to_owned(), given: value.kind() }
}

/// # Safety
/// `from` must be valid for reads of the scalar's size.
unsafe fn load_scalar(scalar: Scalar, from: *const u8) -> Value {
    macro_rules! get {
        ($ty:ty) => {
            // SAFETY: the type has the scalar's size, for which `from` is valid, and every bit pattern is a value.
            unsafe { from.cast::<$ty>().read_unaligned() }
        };
    }
    match scalar {
        Scalar::Bool => Value::Bool(get!(u8) != 0),
        Scalar::I8 => Value::I8(get!(i8)),
        Scalar::U8 => Value::U8(get!(u8)),
        Scalar::I16 => Value::I16(get!(i16)),
        Scalar::U16 => Value::U16(get!(u16)),
        Scalar::I32 => Value::I32(get!(i32)),
        Scalar::U32 => Value::U32(get!(u32)),
        Scalar::I64 => Value::I64(get!(i64)),
        Scalar::U64 => Value::U64(get!(u64)),
        Scalar::I128 => Value::I128(get!(i128)),
        Scalar::U128 => Value::U128(get!(u128)),
        Scalar::F32 => Value::F32(get!(f32)),
        Scalar::F64 => Value::F64(get!(f64)),
        Scalar::Ptr => Value::Ptr(get!(*mut c_void)),
    }
}

/// The type of an argument behind `...`, after C's default promotions, as its value suggests it.
pub(crate) fn promoted_type(value: &Value) -> Result<Type, ValueError> {
    Ok(match value {
        Value::Bool(_) | Value::I8(_) | Value::U8(_) | Value::I16(_) | Value::U16(_) | Value::I32(_) => {
            Scalar::I32
        }
        Value::U32(_) => Scalar::U32,
        Value::I64(_) => Scalar::I64,
        Value::U64(_) => Scalar::U64,
        Value::I128(_) => Scalar::I128,
        Value::U128(_) => Scalar::U128,
        Value::F32(_) | Value::F64(_) => Scalar::F64,
        Value::Ptr(_) | Value::Str(_) => Scalar::Ptr,
        _ => return Err(ValueError::Untyped { given: value.kind() }),
    }
    .into())
}

/// A type given for an argument behind `...`, after C's default promotions.
pub(crate) fn promote(ty: &Type) -> Type {
    match ty.as_scalar() {
        Some(Scalar::F32) => Scalar::F64.into(),
        Some(s) if s.size() < 4 => Scalar::I32.into(),
        _ => ty.clone(),
    }
}
