//! What loads and stores do to bits. Memory is little-endian; a pair is two words, the first at the lower address.

use crate::eval::{CANONICAL_NAN_F32, Const, canonical};
use crate::ops::Op;
use crate::types::Type;

/// Bytes a load or store with this controlling type touches; `None` for other ops.
pub const fn access_width(op: Op, ty: Option<Type>) -> Option<u32> {
    match op {
        Op::Load | Op::Store => match ty {
            Some(ty) => Some(ty.size()),
            None => None,
        },
        Op::LoadS8 | Op::LoadU8 | Op::Store8 => Some(1),
        Op::LoadS16 | Op::LoadU16 | Op::Store16 => Some(2),
        Op::LoadF32 | Op::StoreF32 => Some(4),
        _ => None,
    }
}

/// What a load makes of the bytes it found, zero-extended to words. `None` when they are not a value of the type (a
/// `bool` other than 0 and 1) or the op is no load.
pub fn loaded(op: Op, ty: Option<Type>, words: [u64; 2]) -> Option<Const> {
    let [bits, second] = words;
    match (op, ty) {
        (Op::Load, Some(Type::Pair)) => Some(Const::pair(bits, second)),
        (Op::Load, Some(Type::Bool)) => (bits <= 1).then_some(Const::new(Type::Bool, bits)),
        (Op::Load | Op::LoadU8 | Op::LoadU16, Some(ty)) => Some(Const::new(ty, bits)),
        (Op::LoadS8, Some(ty)) => Some(Const::new(ty, bits as i8 as u64)),
        (Op::LoadS16, Some(ty)) => Some(Const::new(ty, bits as i16 as u64)),
        (Op::LoadF32, _) => Some(canonical(f64::from(f32::from_bits(bits as u32)))),
        _ => None,
    }
}

/// What a store writes, zero-extended to words. `None` when the op is no store.
pub fn stored(op: Op, value: Const) -> Option<[u64; 2]> {
    match op {
        Op::Store => Some(value.words()),
        Op::Store8 => Some([value.bits() & 0xff, 0]),
        Op::Store16 => Some([value.bits() & 0xffff, 0]),
        Op::StoreF32 => {
            let single = value.as_f64() as f32;
            let bits = if single.is_nan() { CANONICAL_NAN_F32 } else { single.to_bits() };
            Some([u64::from(bits), 0])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_loads_extend() {
        assert_eq!(loaded(Op::LoadS8, Some(Type::I32), [0x80, 0]), Some(Const::i32(-128)));
        assert_eq!(loaded(Op::LoadU8, Some(Type::I64), [0x80, 0]), Some(Const::i64(128)));
        assert_eq!(loaded(Op::LoadS16, Some(Type::I64), [0xffff, 0]), Some(Const::i64(-1)));
        assert_eq!(loaded(Op::LoadU16, Some(Type::I32), [0xffff, 0]), Some(Const::i32(0xffff)));
        assert_eq!(loaded(Op::Load, Some(Type::Bool), [2, 0]), None);
        assert_eq!(loaded(Op::Load, Some(Type::Pair), [1, 2]), Some(Const::pair(1, 2)));
        let signalling = u64::from(0x7f80_0001u32);
        assert_eq!(loaded(Op::LoadF32, None, [signalling, 0]), Some(canonical(f64::NAN)));
    }

    #[test]
    fn stores_cut_off_and_round() {
        assert_eq!(stored(Op::Store8, Const::i64(-1)), Some([0xff, 0]));
        assert_eq!(stored(Op::Store16, Const::i32(-2)), Some([0xfffe, 0]));
        assert_eq!(stored(Op::Store, Const::i32(-1)), Some([0xffff_ffff, 0]));
        assert_eq!(stored(Op::StoreF32, Const::f64(1.0 + 1e-9)), Some([0x3f80_0000, 0]));
        assert_eq!(stored(Op::StoreF32, Const::f64(-f64::NAN)), Some([u64::from(CANONICAL_NAN_F32), 0]));
        assert_eq!(stored(Op::StoreF32, Const::f64(1e300)), Some([0x7f80_0000, 0]));
    }

    #[test]
    fn exactly_the_memory_ops_have_a_width() {
        for op in Op::ALL {
            let ty = op.types().first().copied();
            let is_memory = op.imm() == crate::ImmKind::Mem;
            assert_eq!(access_width(*op, ty).is_some(), is_memory, "{}", op.name());
            assert_eq!(
                loaded(*op, ty, [0, 0]).is_some(),
                is_memory && op.effect() == crate::Effect::Read,
                "{}",
                op.name()
            );
        }
    }
}
