//! Value types and the comparison conditions.

use std::fmt;

/// The type of an SSA value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Type {
    /// 32-bit integer, wrap-around, no sign of its own.
    I32,
    /// 64-bit integer.
    I64,
    /// IEEE binary64.
    F64,
    /// A truth value.
    Bool,
    /// A machine address.
    Ptr,
    /// An opaque 64-bit guest value (JavaScript's NaN-boxed values).
    Boxed,
    /// Two opaque 64-bit words that travel together (Sox's tag and payload).
    Pair,
}

impl Type {
    /// Every type, in the order of the enumeration.
    pub const ALL: [Type; 7] =
        [Type::I32, Type::I64, Type::F64, Type::Bool, Type::Ptr, Type::Boxed, Type::Pair];

    /// The name in the text form.
    pub const fn name(self) -> &'static str {
        match self {
            Type::I32 => "i32",
            Type::I64 => "i64",
            Type::F64 => "f64",
            Type::Bool => "bool",
            Type::Ptr => "ptr",
            Type::Boxed => "boxed",
            Type::Pair => "pair",
        }
    }

    /// The type with this name in the text form.
    pub fn from_name(name: &str) -> Option<Type> {
        Type::ALL.into_iter().find(|t| t.name() == name)
    }

    /// Bytes the value takes in memory; `bool` is stored as one byte, 0 or 1.
    pub const fn size(self) -> u32 {
        match self {
            Type::Bool => 1,
            Type::I32 => 4,
            Type::I64 | Type::F64 | Type::Ptr | Type::Boxed => 8,
            Type::Pair => 16,
        }
    }

    /// Whether the value is an integer that arithmetic works on.
    pub const fn is_int(self) -> bool {
        matches!(self, Type::I32 | Type::I64)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! conditions {
    ($(#[$doc:meta])* $enum:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal, swap $swap:ident;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $enum { $($(#[$vdoc])* $variant,)* }

        impl $enum {
            /// Every condition.
            pub const ALL: &'static [$enum] = &[$($enum::$variant,)*];

            /// The name in the text form.
            pub const fn name(self) -> &'static str {
                match self { $($enum::$variant => $text,)* }
            }

            /// The condition with this name in the text form.
            pub fn from_name(name: &str) -> Option<$enum> {
                match name { $($text => Some($enum::$variant),)* _ => None }
            }

            /// The condition that holds for `(b, a)` exactly when this one holds for `(a, b)`.
            pub const fn swapped(self) -> $enum {
                match self { $($enum::$variant => $enum::$swap,)* }
            }
        }

        impl fmt::Display for $enum {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

conditions! {
    /// How two integers, pointers or boxed values compare.
    IntCond {
        /// Equal.
        Eq = "eq", swap Eq;
        /// Not equal.
        Ne = "ne", swap Ne;
        /// Signed less than.
        Slt = "slt", swap Sgt;
        /// Signed less than or equal.
        Sle = "sle", swap Sge;
        /// Signed greater than.
        Sgt = "sgt", swap Slt;
        /// Signed greater than or equal.
        Sge = "sge", swap Sle;
        /// Unsigned less than.
        Ult = "ult", swap Ugt;
        /// Unsigned less than or equal.
        Ule = "ule", swap Uge;
        /// Unsigned greater than.
        Ugt = "ugt", swap Ult;
        /// Unsigned greater than or equal.
        Uge = "uge", swap Ule;
    }
}

conditions! {
    /// How two floats compare. All but `Ne` are false when an operand is NaN; `Ne` is true then.
    FloatCond {
        /// Equal.
        Eq = "eq", swap Eq;
        /// Not equal or unordered.
        Ne = "ne", swap Ne;
        /// Less than.
        Lt = "lt", swap Gt;
        /// Less than or equal.
        Le = "le", swap Ge;
        /// Greater than.
        Gt = "gt", swap Lt;
        /// Greater than or equal.
        Ge = "ge", swap Le;
    }
}

impl IntCond {
    /// The condition that holds exactly when this one does not.
    pub const fn inverted(self) -> IntCond {
        match self {
            IntCond::Eq => IntCond::Ne,
            IntCond::Ne => IntCond::Eq,
            IntCond::Slt => IntCond::Sge,
            IntCond::Sle => IntCond::Sgt,
            IntCond::Sgt => IntCond::Sle,
            IntCond::Sge => IntCond::Slt,
            IntCond::Ult => IntCond::Uge,
            IntCond::Ule => IntCond::Ugt,
            IntCond::Ugt => IntCond::Ule,
            IntCond::Uge => IntCond::Ult,
        }
    }
}
