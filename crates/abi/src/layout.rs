//! Sizes, alignments and member offsets of C types, by the GNU and the Microsoft rules.
//!
//! Sources: the data layout chapters of the five ABI documents; for packed and over-aligned members, GCC's and MSVC's
//! documentation of `packed`, `aligned`, `#pragma pack` and `__declspec(align)`.

use crate::convention::Abi;
use crate::types::{Field, Record, RecordKind, Scalar, Type};
use std::fmt;

/// Largest type that can be passed by value, in bytes.
pub const MAX_SIZE: u32 = 1 << 20;
/// Largest alignment a type or member may ask for, in bytes.
pub const MAX_ALIGN: u32 = 4096;
/// Deepest nesting of arrays and records.
pub const MAX_DEPTH: u32 = 64;
/// Most members of one type that are looked at, nested ones included.
pub const MAX_MEMBERS: u32 = 1 << 16;

/// Size and alignment of a type under one convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `sizeof`, in bytes; 0 for an empty struct under the GNU rules.
    pub size: u32,
    /// `_Alignof`, in bytes.
    pub align: u32,
    /// AAPCS64's natural alignment: the largest member alignment, before the record's own `aligned` attribute.
    pub natural_align: u32,
    /// Microsoft's required alignment: asked for by `align` somewhere inside, so packing cannot lower it.
    required_align: u32,
}

/// Why a type cannot be passed by value, or at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeError {
    /// The type is larger than [`MAX_SIZE`].
    TooLarge,
    /// Arrays and records are nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// The type has more than [`MAX_MEMBERS`] members.
    TooManyMembers,
    /// An alignment or pack value is not a power of two, or is over [`MAX_ALIGN`].
    BadAlignment(u32),
    /// An array of no elements.
    EmptyArray,
    /// A vector whose size is neither 8 nor 16 bytes, or whose lane type is not an integer of up to 64 bits or a float.
    BadVector {
        /// The lane type.
        lane: Scalar,
        /// The number of lanes.
        lanes: u32,
    },
    /// A union without members.
    EmptyUnion,
    /// An array as a parameter or result; C has those only as members.
    BareArray,
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeError::TooLarge => write!(f, "the type is larger than {MAX_SIZE} bytes"),
            TypeError::TooDeep => write!(f, "the type is nested deeper than {MAX_DEPTH} levels"),
            TypeError::TooManyMembers => write!(f, "the type has more than {MAX_MEMBERS} members"),
            TypeError::BadAlignment(n) => {
                write!(f, "alignment {n} is not a power of two between 1 and {MAX_ALIGN}")
            }
            TypeError::EmptyArray => f.write_str("an array needs at least one element"),
            TypeError::BadVector { lane, lanes } => {
                write!(f, "a vector of {lanes} {lane} lanes is not an 8 or 16 byte integer or float vector")
            }
            TypeError::EmptyUnion => f.write_str("a union needs at least one member"),
            TypeError::BareArray => f.write_str("an array is not a parameter or result type, only a member"),
        }
    }
}

impl std::error::Error for TypeError {}

/// A fundamental type at a byte offset, found by looking through arrays and records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Byte offset from the start of the outermost type.
    pub offset: u32,
    /// What is there.
    pub kind: LeafKind,
    /// Size in bytes.
    pub size: u32,
    /// The scalar, or the lane type of a vector.
    pub scalar: Scalar,
}

/// The register class a fundamental type belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeafKind {
    /// Integers, `bool` and pointers.
    Int,
    /// `float` and `double`.
    Float,
    /// Short vectors.
    Vector,
}

impl Leaf {
    /// The alignment the fundamental type has outside of packed records.
    pub fn natural_align(self) -> u32 {
        self.size
    }
}

impl Layout {
    /// The layout of `ty` under the rules that go with `abi`.
    pub fn of(ty: &Type, abi: Abi) -> Result<Layout, TypeError> {
        Walk::new(abi).layout(ty, 0)
    }

    const fn plain(size: u32) -> Layout {
        Layout { size, align: size, natural_align: size, required_align: 1 }
    }
}

/// Byte offsets of a record's members, in declaration order.
pub fn member_offsets(record: &Record, abi: Abi) -> Result<Vec<u32>, TypeError> {
    let mut offsets = Vec::with_capacity(record.fields.len().min(1024));
    Walk::new(abi).record(record, 0, |offset, _, _| {
        offsets.push(offset);
        Ok(())
    })?;
    Ok(offsets)
}

/// Every fundamental type inside `ty`, in order of declaration (union members overlap).
pub fn leaves(ty: &Type, abi: Abi) -> Result<Vec<Leaf>, TypeError> {
    let mut walk = Walk::new(abi);
    let mut out = Vec::new();
    walk.leaves(ty, 0, 0, &mut out)?;
    Ok(out)
}

/// One traversal of a type, with a budget so that hostile descriptions end in an error.
struct Walk {
    abi: Abi,
    visited: u32,
}

impl Walk {
    fn new(abi: Abi) -> Walk {
        Walk { abi, visited: 0 }
    }

    fn visit(&mut self, depth: u32) -> Result<(), TypeError> {
        self.visited += 1;
        if depth > MAX_DEPTH {
            Err(TypeError::TooDeep)
        } else if self.visited > MAX_MEMBERS {
            Err(TypeError::TooManyMembers)
        } else {
            Ok(())
        }
    }

    fn layout(&mut self, ty: &Type, depth: u32) -> Result<Layout, TypeError> {
        self.visit(depth)?;
        match ty {
            Type::Scalar(s) => Ok(Layout::plain(s.size())),
            Type::Vector { lane, lanes } => vector_size(*lane, *lanes).map(Layout::plain),
            Type::Array { elem, len } => {
                if *len == 0 {
                    return Err(TypeError::EmptyArray);
                }
                let elem = self.layout(elem, depth + 1)?;
                Ok(Layout { size: sized(u64::from(elem.size) * u64::from(*len))?, ..elem })
            }
            Type::Record(r) => self.record(r, depth, |_, _, _| Ok(())),
        }
    }

    /// Lays a record out, calling `each` with the offset, index and walk of every member.
    fn record(
        &mut self,
        record: &Record,
        depth: u32,
        mut each: impl FnMut(u32, usize, &mut Walk) -> Result<(), TypeError>,
    ) -> Result<Layout, TypeError> {
        let microsoft = self.abi.microsoft_layout();
        check_align(record.pack)?;
        check_align(record.align)?;
        if record.kind == RecordKind::Union && record.fields.is_empty() {
            return Err(TypeError::EmptyUnion);
        }
        let (mut end, mut size) = (0u64, 0u64);
        let (mut natural, mut required) = (1u32, 1u32);
        for (i, field) in record.fields.iter().enumerate() {
            let member = self.layout(&field.ty, depth + 1)?;
            let align = field_align(field, member, record.pack, microsoft)?;
            natural = natural.max(align);
            required = required.max(member.required_align).max(field.align.unwrap_or(1));
            let offset = match record.kind {
                RecordKind::Struct => end.next_multiple_of(u64::from(align)),
                RecordKind::Union => 0,
            };
            each(sized(offset)?, i, self)?;
            end = offset + u64::from(member.size);
            size = size.max(end);
            sized(size)?;
        }
        let own = record.align.unwrap_or(1);
        let align = natural.max(own);
        if microsoft && size == 0 {
            // clang's rule for C on Windows targets; MSVC itself has no empty structs in C.
            size = 4;
        }
        let size = sized(size.next_multiple_of(u64::from(align)))?;
        // A record that asks for an alignment itself is required to have the one it ended up with.
        let required_align = if record.align.is_some() { align } else { required };
        Ok(Layout { size, align, natural_align: natural, required_align })
    }

    fn leaves(&mut self, ty: &Type, base: u32, depth: u32, out: &mut Vec<Leaf>) -> Result<(), TypeError> {
        self.visit(depth)?;
        let mut leaf = |kind, size, scalar| out.push(Leaf { offset: base, kind, size, scalar });
        match ty {
            Type::Scalar(s) if s.is_float() => leaf(LeafKind::Float, s.size(), *s),
            Type::Scalar(s) => leaf(LeafKind::Int, s.size(), *s),
            Type::Vector { lane, lanes } => leaf(LeafKind::Vector, vector_size(*lane, *lanes)?, *lane),
            Type::Array { elem, len } => {
                let size = self.layout(elem, depth + 1)?.size;
                // Elements of size 0 hold nothing, however many there are.
                for i in 0..if size == 0 { 0 } else { *len } {
                    self.leaves(elem, base + i * size, depth + 1, out)?;
                }
            }
            Type::Record(r) => {
                self.record(r, depth, |offset, i, walk| {
                    walk.leaves(&r.fields[i].ty, base + offset, depth + 1, out)
                })?;
            }
        }
        Ok(())
    }
}

/// Alignment of one member.
///
/// GNU: its own `align` wins over `packed`, and is capped by `#pragma pack(n)`. Microsoft: it wins over both, and so does
/// one given anywhere inside the member's type.
fn field_align(field: &Field, member: Layout, pack: Option<u32>, microsoft: bool) -> Result<u32, TypeError> {
    check_align(field.align)?;
    let own = field.align.unwrap_or(1);
    Ok(match pack {
        None => member.align.max(own),
        Some(n) if microsoft => member.align.min(n).max(own).max(member.required_align),
        Some(1) => own,
        Some(n) => member.align.max(own).min(n),
    })
}

fn vector_size(lane: Scalar, lanes: u32) -> Result<u32, TypeError> {
    let lane_ok = !matches!(lane, Scalar::Bool | Scalar::Ptr | Scalar::I128 | Scalar::U128);
    match lanes.checked_mul(lane.size()) {
        Some(size @ (8 | 16)) if lane_ok => Ok(size),
        _ => Err(TypeError::BadVector { lane, lanes }),
    }
}

fn check_align(align: Option<u32>) -> Result<(), TypeError> {
    match align {
        Some(n) if !n.is_power_of_two() || n > MAX_ALIGN => Err(TypeError::BadAlignment(n)),
        _ => Ok(()),
    }
}

fn sized(size: u64) -> Result<u32, TypeError> {
    if size > u64::from(MAX_SIZE) { Err(TypeError::TooLarge) } else { Ok(size as u32) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn rec(f: impl FnOnce(&mut Record)) -> Type {
        let mut r = Record { kind: RecordKind::Struct, name: None, fields: vec![], pack: None, align: None };
        f(&mut r);
        Type::Record(Arc::new(r))
    }

    fn size_align(ty: &Type, abi: Abi) -> (u32, u32) {
        let l = Layout::of(ty, abi).unwrap();
        (l.size, l.align)
    }

    #[test]
    fn members_are_padded_to_their_alignment() {
        let ty = Type::structure([Scalar::I8.into(), Scalar::F64.into(), Scalar::I16.into()]);
        assert_eq!(size_align(&ty, Abi::SysvX64), (24, 8));
        let Type::Record(r) = &ty else { unreachable!() };
        assert_eq!(member_offsets(r, Abi::SysvX64).unwrap(), [0, 8, 16]);
    }

    #[test]
    fn an_empty_struct_has_no_size_except_on_windows() {
        let ty = Type::structure([]);
        assert_eq!(size_align(&ty, Abi::Aapcs64), (0, 1));
        assert_eq!(size_align(&ty, Abi::Win64), (4, 1));
    }

    #[test]
    fn packing_lowers_a_nested_alignment_only_under_the_gnu_rules() {
        let inner = rec(|r| {
            r.fields.push(Field::new(Scalar::I32.into()));
            r.align = Some(16);
        });
        let outer = rec(|r| {
            r.fields = vec![Field::new(Scalar::I8.into()), Field::new(inner)];
            r.pack = Some(1);
        });
        assert_eq!(size_align(&outer, Abi::SysvX64), (17, 1));
        assert_eq!(size_align(&outer, Abi::Win64), (32, 16));
    }

    #[test]
    fn a_members_own_alignment_under_packing() {
        let with_pack = |n| {
            rec(|r| {
                let wide = Field { name: String::new(), ty: Scalar::I16.into(), align: Some(8) };
                r.fields = vec![Field::new(Scalar::I8.into()), wide];
                r.pack = Some(n);
            })
        };
        assert_eq!(size_align(&with_pack(1), Abi::SysvX64), (16, 8));
        assert_eq!(size_align(&with_pack(2), Abi::SysvX64), (4, 2));
        assert_eq!(size_align(&with_pack(2), Abi::Win64), (16, 8));
    }

    #[test]
    fn microsoft_requires_the_whole_alignment_of_a_record_that_asks_for_one() {
        let inner = rec(|r| {
            r.fields = vec![Field::new(Scalar::I64.into())];
            r.align = Some(2);
        });
        let outer = rec(|r| {
            r.fields = vec![Field::new(Scalar::U8.into()), Field::new(inner)];
            r.pack = Some(2);
        });
        assert_eq!(size_align(&outer, Abi::Win64), (16, 8));
        assert_eq!(size_align(&outer, Abi::SysvX64), (10, 2));
    }

    #[test]
    fn natural_alignment_leaves_the_records_own_attribute_out() {
        let ty = rec(|r| {
            r.fields.push(Field::new(Scalar::I64.into()));
            r.align = Some(16);
        });
        let l = Layout::of(&ty, Abi::Aapcs64).unwrap();
        assert_eq!((l.size, l.align, l.natural_align), (16, 16, 8));
    }

    #[test]
    fn hostile_types_end_in_an_error() {
        let mut wide = Type::structure([]);
        for _ in 0..40 {
            wide = Type::structure([wide.clone(), wide]);
        }
        assert_eq!(Layout::of(&wide, Abi::SysvX64), Err(TypeError::TooManyMembers));
        let mut deep: Type = Scalar::I8.into();
        for _ in 0..70 {
            deep = Type::structure([deep]);
        }
        assert_eq!(Layout::of(&deep, Abi::SysvX64), Err(TypeError::TooDeep));
        let big = Type::array(Type::array(Scalar::I64.into(), u32::MAX), u32::MAX);
        assert_eq!(Layout::of(&big, Abi::SysvX64), Err(TypeError::TooLarge));
        assert_eq!(Layout::of(&Type::array(Scalar::I8.into(), 0), Abi::Win64), Err(TypeError::EmptyArray));
        let odd = Type::Vector { lane: Scalar::F32, lanes: 3 };
        assert!(matches!(Layout::of(&odd, Abi::Win64), Err(TypeError::BadVector { .. })));
    }
}
