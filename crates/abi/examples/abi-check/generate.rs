//! Random signatures over the whole type list, the same for the same seed and index on every machine.

use crate::rng::Rng;
use abi::layout::Layout;
use abi::{Abi, Field, Record, RecordKind, Scalar, Signature, Type};
use std::sync::Arc;

/// Largest record the generator keeps: past the 16 bytes where every convention goes to memory, small enough to be many.
const MAX_RECORD: u32 = 96;

/// What most parameters of one signature are made of, so that each register file overflows often.
#[derive(Clone, Copy)]
enum Theme {
    Mixed,
    Integers,
    Wide,
    Floats,
    Vectors,
    Homogeneous,
    SmallRecords,
    Records,
}

const THEMES: [Theme; 12] = [
    Theme::Mixed,
    Theme::Mixed,
    Theme::Mixed,
    Theme::Mixed,
    Theme::Integers,
    Theme::Wide,
    Theme::Floats,
    Theme::Vectors,
    Theme::Homogeneous,
    Theme::SmallRecords,
    Theme::Records,
    Theme::Records,
];

/// Signature number `index` of the run that `seed` names.
pub(crate) fn signature(seed: u64, index: u32) -> Signature {
    let mut rng = Rng::new(seed, u64::from(index));
    let rng = &mut rng;
    let count = match rng.range(0, 9) {
        0 => rng.range(0, 1),
        1..=4 => rng.range(2, 6),
        5..=7 => rng.range(5, 10),
        _ => rng.range(9, 14),
    };
    let theme = rng.pick(&THEMES);
    let mut params: Vec<Type> = (0..count).map(|_| param(rng, theme)).collect();
    let result = match rng.range(0, 9) {
        0 => None,
        1..=3 => Some(scalar(rng).into()),
        4 => Some(vector(rng)),
        _ => Some(record(rng)),
    };
    if !rng.chance(25) {
        return Signature::new(params, result);
    }
    let fixed = rng.range(0, count.min(5));
    params[fixed as usize..].iter_mut().for_each(|ty| *ty = promoted(ty));
    Signature::variadic(params, fixed, result)
}

/// C's default argument promotions, which unnamed arguments undergo.
fn promoted(ty: &Type) -> Type {
    match ty {
        Type::Scalar(Scalar::F32) => Scalar::F64.into(),
        Type::Scalar(s) if s.size() < 4 => Scalar::I32.into(),
        other => other.clone(),
    }
}

fn param(rng: &mut Rng, theme: Theme) -> Type {
    // One parameter in five ignores the theme, so that the odd one out comes after, before and between.
    let theme = if rng.chance(20) { Theme::Mixed } else { theme };
    match theme {
        Theme::Mixed => match rng.range(0, 9) {
            0..=4 => scalar(rng).into(),
            5 => vector(rng),
            _ => record(rng),
        },
        Theme::Integers => rng.pick(&INTEGERS).into(),
        Theme::Wide => {
            let wide = [Scalar::I64, Scalar::I128, Scalar::U128, Scalar::Ptr, Scalar::U8];
            if rng.chance(70) { rng.pick(&wide).into() } else { record_within(rng, 16) }
        }
        Theme::Floats => rng.pick(&[Scalar::F32, Scalar::F64]).into(),
        Theme::Vectors => {
            if rng.chance(60) {
                vector(rng)
            } else {
                homogeneous_vectors(rng)
            }
        }
        Theme::Homogeneous => match rng.range(0, 3) {
            0 => rng.pick(&[Scalar::F32, Scalar::F64]).into(),
            1 => homogeneous_vectors(rng),
            _ => homogeneous_floats(rng),
        },
        Theme::SmallRecords => record_within(rng, 16),
        Theme::Records => record(rng),
    }
}

const INTEGERS: [Scalar; 12] = [
    Scalar::Bool,
    Scalar::I8,
    Scalar::U8,
    Scalar::I16,
    Scalar::U16,
    Scalar::I32,
    Scalar::U32,
    Scalar::I64,
    Scalar::U64,
    Scalar::Ptr,
    Scalar::I128,
    Scalar::U128,
];

const LANES: [Scalar; 10] = [
    Scalar::I8,
    Scalar::U8,
    Scalar::I16,
    Scalar::U16,
    Scalar::I32,
    Scalar::U32,
    Scalar::I64,
    Scalar::U64,
    Scalar::F32,
    Scalar::F64,
];

fn scalar(rng: &mut Rng) -> Scalar {
    if rng.chance(30) { rng.pick(&[Scalar::F32, Scalar::F64]) } else { rng.pick(&INTEGERS) }
}

fn vector(rng: &mut Rng) -> Type {
    // Fewer short ones: some compilers get them wrong, which hides whatever else is in the signature.
    let size = if rng.chance(25) { 8 } else { 16 };
    vector_of(rng, size)
}

fn vector_of(rng: &mut Rng, size: u32) -> Type {
    let lane = rng.pick(&LANES);
    Type::Vector { lane, lanes: size / lane.size() }
}

/// A record of at most `limit` bytes.
fn record_within(rng: &mut Rng, limit: u32) -> Type {
    loop {
        let ty = any_record(rng, 0);
        // The layout differs between conventions only where packing or emptiness meets Microsoft's rules, which add bytes.
        if Layout::of(&ty, Abi::Win64).is_ok_and(|l| l.size <= limit) {
            return ty;
        }
    }
}

fn record(rng: &mut Rng) -> Type {
    let limit = if rng.chance(60) { 40 } else { MAX_RECORD };
    record_within(rng, limit)
}

fn any_record(rng: &mut Rng, depth: u32) -> Type {
    match rng.range(0, 15) {
        0 | 1 => plain(rng, 5),
        2 => {
            let len = rng.range(1, 40);
            Type::structure([Type::array(rng.pick(&[Scalar::U8, Scalar::I16, Scalar::Bool]).into(), len)])
        }
        3 | 4 => homogeneous_floats(rng),
        5 => homogeneous_vectors(rng),
        6 => almost_homogeneous(rng),
        7 => union(rng, depth),
        8 => eightbytes(rng),
        9 => packed(rng, depth),
        10 => aligned_members(rng, depth),
        11 => aligned_record(rng, depth),
        12 => with_empties(rng),
        _ if depth < 2 => nested(rng, depth),
        _ => plain(rng, 3),
    }
}

fn build(kind: RecordKind, fields: Vec<Type>, pack: Option<u32>, align: Option<u32>) -> Type {
    let fields = fields.into_iter().map(Field::new).collect();
    Type::Record(Arc::new(Record { kind, name: None, fields, pack, align }))
}

/// Scalars, now and then a vector or a short array.
fn plain(rng: &mut Rng, most: u32) -> Type {
    let count = rng.range(1, most);
    Type::structure((0..count).map(|_| member(rng)).collect::<Vec<_>>())
}

fn member(rng: &mut Rng) -> Type {
    match rng.range(0, 9) {
        0 => vector(rng),
        1 => {
            let len = rng.range(1, 4);
            Type::array(scalar(rng).into(), len)
        }
        _ => scalar(rng).into(),
    }
}

/// `count` members of one type: one after the other, as an array, or hidden in nested structs.
fn homogeneous(rng: &mut Rng, count: u32, mut base: impl FnMut(&mut Rng) -> Type) -> Type {
    match rng.range(0, 3) {
        0 => {
            let one = base(rng);
            Type::structure([Type::array(one, count)])
        }
        1 if count > 1 => {
            let first = rng.range(1, count - 1);
            let inner = Type::structure((0..first).map(|_| base(rng)).collect::<Vec<_>>());
            let rest = (first..count).map(|_| base(rng)).collect::<Vec<_>>();
            Type::structure(std::iter::once(inner).chain(rest))
        }
        2 if count.is_multiple_of(2) => {
            let pair = Type::structure([base(rng), base(rng)]);
            Type::structure([Type::array(pair, count / 2)])
        }
        _ => Type::structure((0..count).map(|_| base(rng)).collect::<Vec<_>>()),
    }
}

fn homogeneous_floats(rng: &mut Rng) -> Type {
    let base = rng.pick(&[Scalar::F32, Scalar::F64]);
    let count = rng.range(1, 5);
    homogeneous(rng, count, |_| base.into())
}

fn homogeneous_vectors(rng: &mut Rng) -> Type {
    let size = rng.pick(&[8, 16]);
    let count = rng.range(1, 5);
    let one = vector_of(rng, size);
    // Lanes may differ: what makes vectors one base type is their size.
    let mixed = rng.chance(25);
    homogeneous(rng, count, |rng| if mixed { vector_of(rng, size) } else { one.clone() })
}

/// Looks like a homogeneous aggregate and has one member too many of another kind.
fn almost_homogeneous(rng: &mut Rng) -> Type {
    let base: Type = match rng.range(0, 2) {
        0 => Scalar::F32.into(),
        1 => Scalar::F64.into(),
        _ => vector(rng),
    };
    let count = rng.range(1, 3);
    let mut fields = vec![base; count as usize];
    let at = rng.range(0, count) as usize;
    let odd = match rng.range(0, 3) {
        0 => Scalar::F32.into(),
        1 => Scalar::F64.into(),
        2 => Type::structure([]),
        _ => scalar(rng).into(),
    };
    fields.insert(at, odd);
    Type::structure(fields)
}

fn union(rng: &mut Rng, depth: u32) -> Type {
    let count = rng.range(1, 3);
    let base = rng.pick(&[Scalar::F32, Scalar::F64]);
    let floats_only = rng.chance(30);
    let members = (0..count).map(|_| match rng.range(0, 3) {
        // Unions of homogeneous aggregates are themselves homogeneous.
        _ if floats_only => {
            let count = rng.range(1, 4);
            homogeneous(rng, count, |_| base.into())
        }
        0 if depth < 2 => any_record(rng, depth + 1),
        1 => plain(rng, 3),
        _ => member(rng),
    });
    let members = members.collect::<Vec<_>>();
    Type::union(members)
}

/// One or two eightbytes, each filled with integers, floats or both: the System V classes in all pairs.
fn eightbytes(rng: &mut Rng) -> Type {
    let mut fields: Vec<Type> = Vec::new();
    for _ in 0..rng.range(1, 2) {
        fields.extend(match rng.range(0, 5) {
            0 => vec![Scalar::F64.into()],
            1 => vec![Scalar::F32.into(), Scalar::F32.into()],
            2 => vec![Scalar::I32.into(), Scalar::F32.into()],
            3 => vec![Scalar::F32.into(), Scalar::U16.into()],
            4 => vec![Scalar::I64.into()],
            _ => vec![Scalar::Ptr.into()],
        });
    }
    if rng.chance(20) {
        fields.push(Scalar::I8.into());
    }
    Type::structure(fields)
}

fn packed(rng: &mut Rng, depth: u32) -> Type {
    let pack = rng.pick(&[1, 1, 2, 4, 8]);
    let align = if rng.chance(20) { Some(rng.pick(&[2, 4, 16])) } else { None };
    let count = rng.range(1, 4);
    let fields = (0..count)
        .map(|_| if depth < 2 && rng.chance(20) { any_record(rng, depth + 1) } else { member(rng) })
        .collect::<Vec<_>>();
    let kind = if rng.chance(10) { RecordKind::Union } else { RecordKind::Struct };
    build(kind, fields, Some(pack), align)
}

fn aligned_members(rng: &mut Rng, depth: u32) -> Type {
    let inner = if depth < 2 && rng.chance(20) { any_record(rng, depth + 1) } else { plain(rng, 3) };
    let Type::Record(inner) = inner else { return inner };
    let mut record = Record::clone(&inner);
    if record.pack.is_none() && rng.chance(15) {
        record.pack = Some(rng.pick(&[1, 2, 4]));
    }
    for field in &mut record.fields {
        // C refuses an alignment below the type's own.
        let least = Layout::of(&field.ty, Abi::Win64).map_or(64, |l| l.align);
        let align = rng.pick(&[2, 4, 8, 8, 16, 16, 16, 32]);
        if align >= least && rng.chance(60) {
            field.align = Some(align);
        }
    }
    Type::Record(Arc::new(record))
}

fn aligned_record(rng: &mut Rng, depth: u32) -> Type {
    let inner = if depth < 2 && rng.chance(40) { any_record(rng, depth + 1) } else { plain(rng, 3) };
    let Type::Record(inner) = inner else { return inner };
    let mut record = Record::clone(&inner);
    record.align = Some(rng.pick(&[2, 4, 8, 16, 16, 32]));
    Type::Record(Arc::new(record))
}

/// Nothing at all, or nothing next to something.
fn with_empties(rng: &mut Rng) -> Type {
    let empty = Type::structure([]);
    let empty = if rng.chance(30) { Type::structure([empty]) } else { empty };
    let other = if rng.chance(50) { Scalar::F32 } else { scalar(rng) };
    match rng.range(0, 4) {
        0 => Type::structure([other.into(), empty]),
        1 => Type::structure([empty, other.into()]),
        2 => Type::structure([other.into(), Type::array(empty, 2), other.into()]),
        3 => Type::union([empty, other.into()]),
        _ => empty,
    }
}

fn nested(rng: &mut Rng, depth: u32) -> Type {
    let count = rng.range(1, 3);
    let fields = (0..count)
        .map(|_| match rng.range(0, 4) {
            0 => member(rng),
            1 => {
                let len = rng.range(1, 3);
                Type::array(any_record(rng, depth + 1), len)
            }
            _ => any_record(rng, depth + 1),
        })
        .collect::<Vec<_>>();
    Type::structure(fields)
}
