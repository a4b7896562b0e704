//! Reads signatures in the notation that `Display` writes, so that a reported mismatch can be run again alone.

use abi::{Field, Record, RecordKind, Scalar, Signature, Type};
use std::fmt;
use std::sync::Arc;

/// Where and why a signature text is not one.
#[derive(Debug)]
pub(crate) struct ParseError {
    at: usize,
    expected: &'static str,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the signature has no {} at byte {}", self.expected, self.at)
    }
}

impl std::error::Error for ParseError {}

/// Parses `RESULT (PARAM, ... PARAM)`.
pub(crate) fn signature(text: &str) -> Result<Signature, ParseError> {
    let mut p = Parser { text, at: 0 };
    let result = if p.eat("void") { None } else { Some(p.ty()?) };
    p.need("(", "opening parenthesis")?;
    let (mut params, mut fixed) = (Vec::new(), None);
    while !p.eat(")") {
        if !params.is_empty() && !p.rest().starts_with("...") {
            p.need(",", "comma or closing parenthesis")?;
        }
        if p.eat("...") {
            fixed = Some(params.len() as u32);
            if p.eat(")") {
                break;
            }
        }
        params.push(p.ty()?);
    }
    if p.rest().is_empty() { Ok(Signature { params, result, fixed }) } else { Err(p.fail("end of the text")) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn need(&mut self, token: &str, what: &'static str) -> Result<(), ParseError> {
        if self.eat(token) { Ok(()) } else { Err(self.fail(what)) }
    }

    fn fail(&mut self, expected: &'static str) -> ParseError {
        self.rest();
        ParseError { at: self.at, expected }
    }

    fn number(&mut self) -> Result<u32, ParseError> {
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let value = rest[..digits].parse().map_err(|_| self.fail("number"))?;
        self.at += digits;
        Ok(value)
    }

    /// `name(n)`, when the attribute is there.
    fn attribute(&mut self, name: &str) -> Result<Option<u32>, ParseError> {
        if !self.eat(name) {
            return Ok(None);
        }
        let value = self.number()?;
        self.need(")", "closing parenthesis")?;
        Ok(Some(value))
    }

    fn ty(&mut self) -> Result<Type, ParseError> {
        let mut ty = if self.eat("struct") {
            self.record(RecordKind::Struct)?
        } else if self.eat("union") {
            self.record(RecordKind::Union)?
        } else {
            self.scalar_or_vector()?
        };
        while self.eat("[") {
            ty = Type::array(ty, self.number()?);
            self.need("]", "closing bracket")?;
        }
        Ok(ty)
    }

    fn scalar_or_vector(&mut self) -> Result<Type, ParseError> {
        // Longest name first, so that "i128" is not "i1".
        let mut names: Vec<(String, Scalar)> = Scalar::ALL.iter().map(|s| (s.to_string(), *s)).collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let Some((_, scalar)) = names.into_iter().find(|(name, _)| self.eat(name)) else {
            return Err(self.fail("type"));
        };
        if self.text[self.at..].starts_with('x') {
            self.at += 1;
            return Ok(Type::Vector { lane: scalar, lanes: self.number()? });
        }
        Ok(scalar.into())
    }

    fn record(&mut self, kind: RecordKind) -> Result<Type, ParseError> {
        let pack = self.attribute("pack(")?;
        let align = self.attribute("align(")?;
        self.need("{", "opening brace")?;
        let mut fields = Vec::new();
        while !self.eat("}") {
            if !fields.is_empty() {
                self.need(",", "comma or closing brace")?;
            }
            let align = self.attribute("align(")?;
            let ty = self.ty()?;
            fields.push(Field { name: String::new(), ty, align });
        }
        Ok(Type::Record(Arc::new(Record { kind, name: None, fields, pack, align })))
    }
}
