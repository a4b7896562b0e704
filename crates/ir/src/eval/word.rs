//! Words that stand for numbers: `box_number` and `unbox_number`.
//!
//! From [`INT`] on, a word stands for the int32 in its low half. Below that, if any of [`INT`]'s bits is set, it stands for the double whose
//! bits are [`INT`] more, modulo 2^64: no canonical double gets a word outside of that range. Others stand for no number.

use super::{CANONICAL_NAN, Const};
use crate::types::Type;

/// The least word of an int32; all bits of it are set in such words, and one of them in those of doubles.
pub const INT: u64 = 0xfffe_0000_0000_0000;

/// Bits of a double that are clear if it is an int32.
pub const FRACTION: u64 = (1 << 22) - 1;

/// `box_number`.
pub fn box_number(a: Const) -> Const {
    let (number, bits) = (a.as_f64(), a.bits());
    let int = number as i32;
    let word = if f64::from(int).to_bits() == bits {
        INT | u64::from(int as u32)
    } else if number.is_nan() && bits & FRACTION == 0 {
        CANONICAL_NAN.wrapping_sub(INT)
    } else {
        bits.wrapping_sub(INT)
    };
    Const::new(Type::I64, word)
}

/// `unbox_number`: `None` when the word stands for no number.
pub fn unbox_number(a: Const) -> Option<Const> {
    let word = a.bits();
    if word >= INT {
        return Some(Const::f64(f64::from(word as u32 as i32)));
    }
    (word & INT != 0).then(|| super::canonical(f64::from_bits(word.wrapping_add(INT))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(number: f64) -> u64 {
        box_number(Const::f64(number)).bits()
    }

    #[test]
    fn numbers_come_back() {
        let mut numbers = vec![
            0.0,
            -0.0,
            1.0,
            -1.0,
            0.5,
            2_147_483_647.0,
            2_147_483_648.0,
            -2_147_483_648.0,
            -2_147_483_649.0,
        ];
        numbers.extend([
            f64::MIN,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ]);
        for number in numbers {
            let back = unbox_number(box_number(Const::f64(number))).expect("it stands for a number");
            assert_eq!(back.bits(), number.to_bits(), "{number}");
            let is_int = f64::from(number as i32).to_bits() == number.to_bits();
            assert_eq!(word(number) >= INT, is_int, "{number}");
        }
        assert_eq!(word(-f64::NAN), word(f64::NAN));
        assert_eq!((word(7.0), word(-1.0)), (INT | 7, INT | 0xffff_ffff));
    }

    #[test]
    fn other_words_are_no_numbers() {
        for word in [0, 2, 10, 0x7fff_dead_bee0, INT.wrapping_neg() - 1] {
            assert_eq!(unbox_number(Const::new(Type::I64, word)), None, "{word:x}");
        }
    }
}
