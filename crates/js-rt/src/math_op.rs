//! Functions of `Math` that compiled code does itself.

/// A function of the Math object (21.3.2), by its name there. Arguments that are missing, or no numbers, are for the function itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the specification")]
pub enum MathOp {
    Abs,
    Ceil,
    Clz32,
    Floor,
    Fround,
    Imul,
    Max,
    Min,
    Round,
    Sqrt,
    Trunc,
}

impl MathOp {
    /// That of a name, if compiled code knows it.
    pub fn named(name: &str) -> Option<MathOp> {
        Some(match name {
            "abs" => MathOp::Abs,
            "ceil" => MathOp::Ceil,
            "clz32" => MathOp::Clz32,
            "floor" => MathOp::Floor,
            "fround" => MathOp::Fround,
            "imul" => MathOp::Imul,
            "max" => MathOp::Max,
            "min" => MathOp::Min,
            "round" => MathOp::Round,
            "sqrt" => MathOp::Sqrt,
            "trunc" => MathOp::Trunc,
            _ => return None,
        })
    }

    /// How many arguments it takes in compiled code.
    pub const fn arguments(self) -> u32 {
        match self {
            MathOp::Imul | MathOp::Max | MathOp::Min => 2,
            _ => 1,
        }
    }
}
