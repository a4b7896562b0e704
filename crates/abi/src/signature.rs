//! A C function's signature: what a binding plan is made from.

use crate::types::Type;
use std::fmt;

/// Parameter and result types of one C function, or of one call of a variadic C function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Argument types in order; for a variadic call the unnamed ones too, already promoted.
    pub params: Vec<Type>,
    /// Result type; `None` is `void`.
    pub result: Option<Type>,
    /// For a variadic function, how many of `params` are named (may be 0, as C23 allows).
    pub fixed: Option<u32>,
}

impl Signature {
    /// A signature with a fixed number of parameters.
    pub fn new(params: impl IntoIterator<Item = Type>, result: Option<Type>) -> Signature {
        Signature { params: params.into_iter().collect(), result, fixed: None }
    }

    /// One call of a variadic function whose first `fixed` parameters are named.
    pub fn variadic(params: impl IntoIterator<Item = Type>, fixed: u32, result: Option<Type>) -> Signature {
        Signature { params: params.into_iter().collect(), result, fixed: Some(fixed) }
    }

    /// Whether the function is variadic.
    pub fn is_variadic(&self) -> bool {
        self.fixed.is_some()
    }

    /// Whether parameter `index` is covered by the `...` of a variadic function.
    pub fn is_unnamed(&self, index: usize) -> bool {
        self.fixed.is_some_and(|fixed| index >= fixed as usize)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Some(ty) => write!(f, "{ty}")?,
            None => f.write_str("void")?,
        }
        f.write_str(" (")?;
        for (i, ty) in self.params.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            if self.fixed == Some(i as u32) {
                f.write_str("... ")?;
            }
            ty.fmt(f)?;
        }
        if self.fixed == Some(self.params.len() as u32) {
            f.write_str(" ...")?;
        }
        f.write_str(")")
    }
}
