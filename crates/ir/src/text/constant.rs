//! One constant by itself, as command lines and test expectations spell it.

use super::error::ParseError;
use super::line::Line;
use crate::eval::Const;
use crate::types::Type;

/// Reads a constant of this type: what stands behind the type in an instruction, and for a pair its words with a colon
/// between them.
///
/// # Errors
/// When the text is no constant of the type; the place is a column of the text.
pub fn parse_constant(text: &str, ty: Type) -> Result<Const, ParseError> {
    let mut line = Line::new(text, 1);
    let constant = match ty {
        Type::Pair => {
            let (first, second) = line.pair()?;
            Const::pair(first, second)
        }
        ty => Const::new(ty, line.constant(ty)?),
    };
    line.end()?;
    Ok(constant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_displays_behind_its_type_reads_back() {
        let constants = [
            Const::i32(-5),
            Const::i64(i64::MIN),
            Const::f64(-0.0),
            Const::f64(1e300),
            Const::f64(f64::NEG_INFINITY),
            Const::new(Type::F64, 0xfff8_0000_0000_0001),
            Const::bool(true),
            Const::ptr(u64::MAX),
            Const::boxed(7),
            Const::pair(1, 1 << 63),
        ];
        for constant in constants {
            let shown = constant.to_string();
            let (ty, text) = shown.split_once(' ').expect("type and value");
            assert_eq!(ty, constant.ty().name());
            assert_eq!(parse_constant(text, constant.ty()), Ok(constant), "{shown}");
        }
        assert_eq!(parse_constant("-1:0x10", Type::Pair), Ok(Const::pair(u64::MAX, 16)));
    }

    #[test]
    fn mistakes_have_a_column() {
        for (text, ty, column) in [
            ("5 6", Type::I32, 3),
            ("2147483648", Type::I32, 1),
            ("yes", Type::Bool, 1),
            ("1", Type::Pair, 2),
            ("1:x", Type::Pair, 3),
            ("", Type::F64, 1),
        ] {
            let error = parse_constant(text, ty).expect_err(text);
            assert_eq!(error.pos.column, column, "{text}: {error}");
        }
    }
}
