//! What registers hold while code runs.

use ir::Value;
use sox_rt::Tag;

/// What is known of a register's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing was written to it yet, or nobody will look.
    #[default]
    None,
    Nil,
    Bool,
    /// A number that is an integer of 32 bits and not -0.
    Int,
    Number,
    /// An object.
    Object(Tag),
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

/// A register's value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Val {
    #[default]
    None,
    Nil,
    /// Of type `bool`.
    Bool(Value),
    /// Of type `i32`.
    Int(Value),
    /// Of type `f64`.
    Number(Value),
    /// Its handle, an `i64`.
    Object(Tag, Value),
    /// Tag and payload, both `i64`.
    Any(Value, Value),
}

impl Val {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Val::None => Kind::None,
            Val::Nil => Kind::Nil,
            Val::Bool(_) => Kind::Bool,
            Val::Int(_) => Kind::Int,
            Val::Number(_) => Kind::Number,
            Val::Object(tag, _) => Kind::Object(tag),
            Val::Any(..) => Kind::Any,
        }
    }
}

/// The 32-bit integer that a number is.
pub(crate) fn as_int(number: f64) -> Option<i32> {
    let int = number as i32;
    (f64::from(int).to_bits() == number.to_bits()).then_some(int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_zero_is_no_integer() {
        assert_eq!(as_int(0.0), Some(0));
        assert_eq!(as_int(-0.0), None);
        assert_eq!(as_int(f64::from(i32::MIN)), Some(i32::MIN));
        assert_eq!(as_int(2_147_483_648.0), None);
        assert_eq!(as_int(0.5), None);
        assert_eq!(as_int(f64::NAN), None);
    }

    #[test]
    fn what_is_one_of_two_is_known_as_far_as_both_agree() {
        assert_eq!(Kind::Int.join(Kind::Number), Kind::Number);
        assert_eq!(Kind::None.join(Kind::Nil), Kind::Nil);
        assert_eq!(Kind::Nil.join(Kind::Bool), Kind::Any);
        assert_eq!(Kind::Object(Tag::Array).join(Kind::Object(Tag::Table)), Kind::Any);
    }
}
