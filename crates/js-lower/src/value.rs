//! What registers hold while code runs.

use ir::Value;
use js_rt::offsets::NUMBER_TAG;

/// What is known of a register's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing was written to it yet, or nobody will look.
    #[default]
    None,
    Bool,
    /// An int32.
    Int,
    /// A number.
    Number,
    Any,
}

impl Kind {
    /// What is known of a value that is one of two.
    pub(crate) fn join(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::None, kind) | (kind, Kind::None) => kind,
            (Kind::Int, Kind::Number) | (Kind::Number, Kind::Int) => Kind::Number,
            (a, b) if a == b => a,
            _ => Kind::Any,
        }
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Kind::Int | Kind::Number)
    }
}

/// The same number modulo 2^32, where a sum of int32s is likely to be used as such. Exact as long as the sum is: the depth is bounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wrapped {
    pub(crate) value: Value,
    /// How many additions it is made of.
    pub(crate) depth: u8,
}

/// Sums of more int32s may not be exact as doubles, with room to spare.
pub(crate) const MOST_SUMMANDS: u8 = 16;

/// A register's value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Val {
    #[default]
    None,
    /// The word of a constant that is no number.
    Constant(u64),
    /// Of type `bool`.
    Bool(Value),
    /// Of type `i32`.
    Int(Value),
    /// Of type `f64`.
    Number(Value, Option<Wrapped>),
    /// The word of a value, an `i64`.
    Any(Value),
}

impl Val {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Val::None => Kind::None,
            Val::Bool(_) => Kind::Bool,
            Val::Int(_) => Kind::Int,
            Val::Number(..) => Kind::Number,
            Val::Constant(_) | Val::Any(_) => Kind::Any,
        }
    }

    /// Whether it may be a number.
    pub(crate) fn may_be_number(self) -> bool {
        matches!(self, Val::Int(_) | Val::Number(..) | Val::Any(_))
    }

    /// Whether storing it may make one object refer to another.
    pub(crate) fn may_be_cell(self) -> bool {
        match self {
            Val::Any(_) => true,
            Val::Constant(bits) => is_cell(bits),
            _ => false,
        }
    }
}

/// Whether a word is that of a cell.
pub(crate) fn is_cell(bits: u64) -> bool {
    bits.wrapping_sub(CELL_FIRST) < CELL_COUNT
}

/// Words of cells: from here on..
pub(crate) const CELL_FIRST: u64 = 16;
/// ..so many.
pub(crate) const CELL_COUNT: u64 = 1 << 48;

/// What a constant's word is, if it is a number.
pub(crate) fn number_of(bits: u64) -> Option<Constant> {
    if bits >= NUMBER_TAG {
        return Some(Constant::Int(bits as u32 as i32));
    }
    (bits & NUMBER_TAG != 0).then(|| Constant::Double(f64::from_bits(bits.wrapping_add(NUMBER_TAG))))
}

/// A number that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Constant {
    Int(i32),
    Double(f64),
}

#[cfg(test)]
mod tests {
    use super::*;
    use js_rt::Value as Word;

    #[test]
    fn words_are_told_apart() {
        for word in [Word::NULL, Word::UNDEFINED, Word::TRUE, Word::FALSE, Word::EMPTY] {
            assert!(!is_cell(word.bits()) && number_of(word.bits()).is_none());
        }
        for number in [0.0, -0.0, 1.5, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY, 5e-324] {
            let bits = Word::double(number).bits();
            assert!(!is_cell(bits));
            assert!(
                matches!(number_of(bits), Some(Constant::Double(same)) if same.to_bits() == number.to_bits())
            );
        }
        assert_eq!(number_of(Word::int(-5).bits()), Some(Constant::Int(-5)));
        assert!(!is_cell(Word::int(16).bits()) && !is_cell(Word::NAN.bits()));
        assert!(is_cell(0x7fff_dead_bee0));
    }

    #[test]
    fn what_is_one_of_two_is_known_as_far_as_both_agree() {
        assert_eq!(Kind::Int.join(Kind::Number), Kind::Number);
        assert_eq!(Kind::None.join(Kind::Bool), Kind::Bool);
        assert_eq!(Kind::Bool.join(Kind::Int), Kind::Any);
    }
}
