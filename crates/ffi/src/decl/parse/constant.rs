//! Integer constant expressions: array lengths, enumerators, alignments.

use super::{Parsed, Parser};
use crate::decl::error::{DeclErrorKind, TyError};
use crate::decl::lex::Tok;
use abi::Layout;

/// Binary operators with their precedence, loosest first.
const OPERATORS: [(&str, u8); 10] =
    [("|", 1), ("^", 2), ("&", 3), ("<<", 4), (">>", 4), ("+", 5), ("-", 5), ("*", 6), ("/", 6), ("%", 6)];

impl Parser<'_, '_> {
    /// A constant expression between `min` and `max`, both at most `u32`.
    pub(super) fn constant_in(&mut self, min: i128, max: i128) -> Parsed<u32> {
        let first = self.span();
        let value = self.constant()?;
        match u32::try_from(value) {
            Ok(n) if (min..=max).contains(&value) => Ok(n),
            _ => {
                let span = self.span_since(first);
                Err(self.error(DeclErrorKind::BadConstant("the value is out of range here"), span))
            }
        }
    }

    /// A constant expression.
    pub(super) fn constant(&mut self) -> Parsed<i128> {
        self.binary(0)
    }

    fn binary(&mut self, above: u8) -> Parsed<i128> {
        let mut left = self.unary()?;
        while let Tok::Punct(op) = self.peek() {
            let Some((_, level)) = OPERATORS.iter().find(|(o, level)| *o == op && *level > above) else {
                break;
            };
            let span = self.span();
            self.advance();
            let right = self.nested(|p| p.binary(*level))?;
            left = (apply(op, left, right))
                .filter(|v| i128::from(i64::MIN) <= *v && *v <= i128::from(u64::MAX))
                .ok_or_else(|| self.error(DeclErrorKind::BadConstant("the value overflows"), span))?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<i128> {
        let value = match self.peek() {
            Tok::Punct("-") => {
                self.advance();
                return self.nested(Self::unary).map(|v| -v);
            }
            Tok::Punct("+") => {
                self.advance();
                return self.nested(Self::unary);
            }
            Tok::Punct("~") => {
                self.advance();
                return self.nested(Self::unary).map(|v| !v);
            }
            Tok::Punct("(") => {
                self.advance();
                let value = self.nested(Self::constant)?;
                return self.expect(")", "')'").map(|()| value);
            }
            Tok::Number(n) => i128::from(n),
            Tok::Ident("sizeof") => return self.nested(Self::type_measure).map(|l| i128::from(l.size)),
            Tok::Ident("_Alignof" | "alignof") => {
                return self.nested(Self::type_measure).map(|l| i128::from(l.align));
            }
            Tok::Ident(name) => match self.scope.constant(name) {
                Some(value) => value,
                None => return Err(self.here(DeclErrorKind::BadConstant("the name is no enumerator"))),
            },
            _ => return Err(self.expected("a constant")),
        };
        self.advance();
        Ok(value)
    }

    /// The operand of `sizeof` and `_Alignof`.
    fn type_measure(&mut self) -> Parsed<Layout> {
        self.advance();
        self.expect("(", "'('")?;
        let layout = self.type_layout()?;
        self.expect(")", "')'")?;
        Ok(layout)
    }

    /// The layout of the type name at the cursor.
    pub(super) fn type_layout(&mut self) -> Parsed<Layout> {
        let first = self.span();
        let specs = self.specifiers()?;
        let declarator = self.declarator()?;
        let (ty, _) = self.derive(specs.ty, specs.constant, declarator)?;
        let abi = self.scope.abi;
        let layout = ty.lower_value(abi).and_then(|ty| Layout::of(&ty, abi).map_err(TyError::Abi));
        self.typed(layout, &self.span_since(first))
    }
}

fn apply(op: &str, a: i128, b: i128) -> Option<i128> {
    let shift = u32::try_from(b).ok().filter(|n| *n < 64);
    match op {
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "&" => Some(a & b),
        "<<" => a.checked_shl(shift?).filter(|v| v >> shift.unwrap_or(0) == a),
        ">>" => Some(a >> shift?),
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" => a.checked_div(b),
        _ => a.checked_rem(b),
    }
}
