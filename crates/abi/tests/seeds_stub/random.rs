//! Random types and signatures, and which bytes of them carry meaning.

use super::harness::Rng;
use abi::layout::leaves;
use abi::{Abi, Field, Layout, Record, RecordKind, Scalar, Signature, Type};
use std::sync::Arc;

/// Any scalar.
pub(crate) fn scalar(rng: &mut Rng) -> Scalar {
    Scalar::ALL[rng.below(Scalar::ALL.len() as u64) as usize]
}

/// A type that can be passed by value.
pub(crate) fn value(rng: &mut Rng, depth: u32) -> Type {
    match rng.below(if depth == 0 { 12 } else { 20 }) {
        0 => vector(rng),
        1..=11 => scalar(rng).into(),
        12 => Type::structure([]),
        13 => homogeneous(rng),
        14 => Type::structure([Type::array(Scalar::U8.into(), 1 + rng.below(40) as u32)]),
        15 if depth > 1 => Type::structure([Type::array(Scalar::I16.into(), 1 + rng.below(4000) as u32)]),
        _ => record(rng, depth),
    }
}

fn vector(rng: &mut Rng) -> Type {
    let lane =
        [Scalar::I8, Scalar::U16, Scalar::I32, Scalar::F32, Scalar::F64, Scalar::U64][rng.below(6) as usize];
    let bytes = if rng.below(2) == 0 { 8 } else { 16 };
    Type::Vector { lane, lanes: bytes / lane.size() }
}

fn homogeneous(rng: &mut Rng) -> Type {
    let member = if rng.below(4) == 0 {
        vector(rng)
    } else {
        [Scalar::F32, Scalar::F64][rng.below(2) as usize].into()
    };
    Type::structure(vec![member; 1 + rng.below(5) as usize])
}

fn record(rng: &mut Rng, depth: u32) -> Type {
    let field = |rng: &mut Rng| {
        let ty = value(rng, depth - 1);
        let ty = if rng.below(6) == 0 { Type::array(ty, 1 + rng.below(3) as u32) } else { ty };
        let align = (rng.below(12) == 0).then(|| 1 << rng.below(6));
        Field { align, ..Field::new(ty) }
    };
    let kind = if rng.below(5) == 0 { RecordKind::Union } else { RecordKind::Struct };
    // C has empty structs (as an extension), but no empty unions.
    let members = rng.below(5).max((kind == RecordKind::Union).into());
    Type::Record(Arc::new(Record {
        kind,
        name: None,
        fields: (0..members).map(|_| field(rng)).collect(),
        pack: (rng.below(8) == 0).then(|| 1 << rng.below(3)),
        align: (rng.below(10) == 0).then(|| 1 << rng.below(7)),
    }))
}

/// A signature of up to 20 parameters, sometimes variadic.
pub(crate) fn signature(rng: &mut Rng) -> Signature {
    let params: Vec<Type> = (0..rng.below(21)).map(|_| value(rng, 2)).collect();
    let result = (rng.below(8) != 0).then(|| value(rng, 2));
    if rng.below(4) != 0 {
        return Signature::new(params, result);
    }
    let fixed = rng.below(params.len() as u64 + 1) as u32;
    let promote = |(i, ty): (usize, Type)| match ty.as_scalar() {
        Some(Scalar::F32) if i >= fixed as usize => Scalar::F64.into(),
        Some(s) if s.size() < 4 && i >= fixed as usize => Scalar::I32.into(),
        _ => ty,
    };
    Signature::variadic(params.into_iter().enumerate().map(promote), fixed, result)
}

/// The bytes of a value of the type that arrive on the other side: `None` for padding.
/// Scalars in a slot arrive as 8 bytes, extended.
pub(crate) fn arriving(ty: &Type, abi: Abi, bytes: &[u8]) -> Vec<Option<u8>> {
    if let Some(s) = ty.as_scalar().filter(|s| s.size() < 8 && !s.is_float()) {
        return extended(s, bytes).to_le_bytes().map(Some).to_vec();
    }
    let layout = Layout::of(ty, abi).expect("a valid type");
    let size = layout.size as usize;
    if size > 64 {
        return bytes[..size].iter().copied().map(Some).collect();
    }
    let mut out = vec![None; size];
    for leaf in leaves(ty, abi).expect("a valid type") {
        for i in leaf.offset as usize..(leaf.offset + leaf.size) as usize {
            out[i] = Some(bytes[i]);
        }
    }
    out
}

/// A scalar of up to 8 bytes extended by its signedness.
pub(crate) fn extended(scalar: Scalar, bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    let size = scalar.size() as usize;
    word[..size].copy_from_slice(&bytes[..size]);
    let unused = 64 - 8 * size as u32;
    let value = u64::from_le_bytes(word) << unused;
    if scalar.is_signed() { (value as i64 >> unused) as u64 } else { value >> unused }
}

/// Whether the bytes agree wherever something is expected.
pub(crate) fn agree(expected: &[Option<u8>], seen: &[u8]) -> bool {
    expected.iter().zip(seen).all(|(e, s)| e.is_none_or(|e| e == *s))
}
