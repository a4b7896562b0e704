//! Reads values from text, guided by the C type they are meant for.

use crate::decl::{RecordKind, RecordTy, Ty};
use crate::value::Value;
use abi::{Abi, Scalar};
use std::ffi::{CString, c_void};

/// The value that `text` stands for; without a type, the one it looks like.
///
/// # Errors
/// What is wrong with the text, in words.
pub(super) fn read(text: &str, ty: Option<&Ty>, abi: Abi) -> Result<Value, String> {
    let Some(ty) = ty else { return guess(text) };
    match ty {
        // On the command line the shell has done the quoting, so the text is all there is.
        Ty::Pointer(_) if ty.is_string() && !text.starts_with('"') => match text {
            "NULL" => Ok(Value::NULL),
            text => string(text),
        },
        ty => {
            let mut reader = Reader { text, at: 0, abi };
            let value = reader.value(ty)?;
            reader.skip_blank();
            if reader.rest().is_empty() {
                Ok(value)
            } else {
                Err(format!("'{}' is left over", reader.rest()))
            }
        }
    }
}

/// An argument behind `...`: an integer, a floating-point number, quoted or plain text.
fn guess(text: &str) -> Result<Value, String> {
    if text == "NULL" {
        return Ok(Value::NULL);
    }
    if let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        return string(inner);
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | '\''));
    if let (true, Ok(n)) = (numeric, integer(text)) {
        return if let Ok(n) = i32::try_from(n) {
            Ok(Value::I32(n))
        } else if let Ok(n) = i64::try_from(n) {
            Ok(Value::I64(n))
        } else {
            u64::try_from(n).map(Value::U64).map_err(|_| "the number does not fit 64 bits".to_owned())
        };
    }
    match text.parse::<f64>() {
        Ok(x) if numeric => Ok(Value::F64(x)),
        _ => string(text),
    }
}

fn string(text: &str) -> Result<Value, String> {
    let bytes = unescape(text)?;
    CString::new(bytes).map(Value::Str).map_err(|_| "C would take the NUL inside for its end".to_owned())
}

/// Replaces C's escape sequences.
fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let (byte, len) = escape(&rest[at + 1..])?;
        out.push(byte);
        rest = &rest[at + 1 + len..];
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}

/// The byte an escape sequence stands for, and the length of the sequence without its backslash.
fn escape(text: &str) -> Result<(u8, usize), String> {
    let number = |skip: usize, radix: u32, most: usize| {
        let digits = text[skip..].chars().take(most).take_while(|c| c.is_digit(radix)).count();
        let value = u8::from_str_radix(&text[skip..skip + digits], radix);
        value.map(|byte| (byte, skip + digits)).map_err(|_| "the escape sequence is no byte".to_owned())
    };
    let byte = match text.chars().next() {
        Some('n') => b'\n',
        Some('t') => b'\t',
        Some('r') => b'\r',
        Some('a') => 7,
        Some('b') => 8,
        Some('f') => 12,
        Some('v') => 11,
        Some('e') => 27,
        Some(c @ ('\\' | '\'' | '"' | '?')) => c as u8,
        Some('x') => return number(1, 16, 2),
        Some('0'..='7') => return number(0, 8, 3),
        Some(c) => return Err(format!("unknown escape sequence '\\{c}'")),
        None => return Err("the text ends in a backslash".to_owned()),
    };
    Ok((byte, 1))
}

/// An integer in one of C's or Rust's notations, or a character in single quotes.
fn integer(text: &str) -> Result<i128, String> {
    if let Some(inner) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        return match unescape(inner)?.as_slice() {
            [byte] => Ok(i128::from(*byte)),
            _ => Err("one character of one byte belongs between the quotes".to_owned()),
        };
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        _ => (&lower[..], 10),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return Err("not an integer".to_owned());
    }
    match i128::from_str_radix(digits, radix) {
        Ok(n) => Ok(if negative { -n } else { n }),
        Err(_) if digits.chars().all(|c| c.is_digit(radix)) => {
            Err("the number does not fit 127 bits".to_owned())
        }
        Err(_) => Err("not an integer".to_owned()),
    }
}

/// Reads a literal from left to right. Nesting is bounded by that of the type.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    abi: Abi,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, c: char) -> bool {
        self.skip_blank();
        let found = self.rest().starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.eat(c) {
            return Ok(());
        }
        let found = self.rest().chars().next().map_or("the end".to_owned(), |c| format!("'{c}'"));
        Err(format!("expected '{c}', found {found}"))
    }

    /// A number, name or character: up to the next separator.
    fn word(&mut self) -> &'a str {
        self.skip_blank();
        let rest = self.rest();
        let len = match rest.strip_prefix('\'') {
            // A character may be a separator itself.
            Some(inner) => {
                inner.char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(rest.len(), |(i, _)| i + 2)
            }
            None => rest.find([',', '}', '{']).unwrap_or(rest.len()),
        };
        self.at += len;
        rest[..len].trim_end()
    }

    fn value(&mut self, ty: &Ty) -> Result<Value, String> {
        match ty {
            Ty::Base(base) => self.number(base.scalar(self.abi)),
            Ty::Pointer(_) => self.pointer(),
            Ty::Vector(base, bytes) => {
                let lane = base.scalar(self.abi);
                self.elements(bytes / lane.size(), |reader| reader.number(lane))
            }
            Ty::Array(array) => {
                self.elements(array.length().unwrap_or(0), |reader| reader.value(array.elem()))
            }
            Ty::Record(record) if record.kind() == RecordKind::Union => self.union(record),
            Ty::Record(record) => self.structure(record),
            Ty::Void | Ty::Function(_) | Ty::Opaque(_) => Err("the type has no values".to_owned()),
        }
    }

    fn number(&mut self, scalar: Scalar) -> Result<Value, String> {
        let word = self.word();
        match (scalar, word) {
            (Scalar::Bool, "true") => Ok(Value::Bool(true)),
            (Scalar::Bool, "false") => Ok(Value::Bool(false)),
            (Scalar::F32 | Scalar::F64, _) => match word.parse::<f64>() {
                Ok(x) => Ok(Value::F64(x)),
                Err(_) => integer(word).map(|n| Value::F64(n as f64)).map_err(|_| "not a number".to_owned()),
            },
            (Scalar::U128, _) => match word.parse::<u128>() {
                Ok(n) => Ok(Value::U128(n)),
                Err(_) => integer(word).map(Value::I128),
            },
            _ => integer(word).map(Value::I128),
        }
    }

    fn pointer(&mut self) -> Result<Value, String> {
        if self.eat('"') {
            let rest = self.rest();
            let mut escaped = false;
            let end = rest.find(|c| {
                let closing = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closing
            });
            let end = end.ok_or("the text has no closing quote")?;
            self.at += end + 1;
            return string(&rest[..end]);
        }
        match self.word() {
            "NULL" => Ok(Value::NULL),
            word => match integer(word) {
                Ok(n) => {
                    let address = usize::try_from(n).map_err(|_| "not an address".to_owned())?;
                    Ok(Value::Ptr(std::ptr::with_exposed_provenance_mut::<c_void>(address)))
                }
                Err(_) => string(word),
            },
        }
    }

    /// `{a, b, ...}`, as many as there are; a comma may follow the last.
    fn elements(
        &mut self,
        len: u32,
        mut each: impl FnMut(&mut Self) -> Result<Value, String>,
    ) -> Result<Value, String> {
        self.expect('{')?;
        let mut values = Vec::new();
        while !self.eat('}') {
            if values.len() == len as usize {
                return Err(format!("more than {len} elements"));
            }
            values.push(each(self)?);
            if !self.eat(',') {
                self.expect('}')?;
                break;
            }
        }
        if values.len() < len as usize {
            return Err(format!("{} of {len} elements", values.len()));
        }
        Ok(Value::Array(values))
    }

    /// `{a, b}` or `{.x = a, .y = b}`, every member in order.
    fn structure(&mut self, record: &RecordTy) -> Result<Value, String> {
        self.expect('{')?;
        let mut values = Vec::new();
        for (i, field) in record.fields().iter().enumerate() {
            if i > 0 {
                self.expect(',')?;
            }
            if self.eat('.') {
                let name = self.name()?;
                if field.name.as_deref() != Some(name) {
                    let expected = field.name.as_deref().unwrap_or("a value without name");
                    return Err(format!("expected '.{expected}', found '.{name}'; members come in order"));
                }
            }
            values.push(self.value(&field.ty)?);
        }
        self.eat(',');
        self.expect('}')?;
        Ok(Value::Record(values))
    }

    /// `{value}` of the first member, or `{.name = value}`.
    fn union(&mut self, record: &RecordTy) -> Result<Value, String> {
        self.expect('{')?;
        let mut index = 0;
        if self.eat('.') {
            let name = self.name()?;
            let found = record.fields().iter().position(|f| f.name.as_deref() == Some(name));
            index = found.ok_or_else(|| format!("the union has no member '{name}'"))?;
        }
        let field = record.fields().get(index).ok_or("the union has no members")?;
        let value = self.value(&field.ty)?;
        self.eat(',');
        self.expect('}')?;
        Ok(Value::Member(index, Box::new(value)))
    }

    /// `name =`.
    fn name(&mut self) -> Result<&'a str, String> {
        let rest = self.rest();
        let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += len;
        self.expect('=')?;
        Ok(&rest[..len])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decl::Prototype;

    fn value(ty: &str, text: &str) -> Result<Value, String> {
        let prototype = Prototype::parse_for(&format!("void f({ty})"), Abi::SysvX64).unwrap();
        read(text, prototype.ty().params().first().map(|p| &p.ty), Abi::SysvX64)
    }

    #[test]
    fn numbers() {
        for (text, n) in
            [("5", 5), ("-0x1F", -31), ("+7", 7), ("0b101", 5), ("0o17", 15), ("'a'", 97), ("'\\n'", 10)]
        {
            assert_eq!(value("int", text), Ok(Value::I128(n)), "{text}");
        }
        assert_eq!(value("double", "-1e3"), Ok(Value::F64(-1000.0)));
        assert_eq!(value("float", "0x10"), Ok(Value::F64(16.0)));
        assert_eq!(value("bool", "true"), Ok(Value::Bool(true)));
        assert_eq!(value("unsigned __int128", &u128::MAX.to_string()), Ok(Value::U128(u128::MAX)));
        for text in ["", "-", "0x", "1.5", "--1", "5 apples", "'ab'", "0x-1", "1_0"] {
            assert!(value("int", text).is_err(), "{text}");
        }
    }

    #[test]
    fn text_and_pointers() {
        let string = |t: &[u8]| Ok(Value::Str(CString::new(t).unwrap()));
        assert_eq!(value("const char *", r"a\tb\x41\101\\"), string(b"a\tbAA\\"));
        assert_eq!(value("char *", "{1, \"2\"}"), string(b"{1, \"2\"}"));
        assert_eq!(value("char *", "\"NULL\""), string(b"NULL"));
        assert_eq!(value("char *", "NULL"), Ok(Value::NULL));
        assert_eq!(value("void *", "0x10"), Ok(Value::Ptr(std::ptr::without_provenance_mut(16))));
        assert_eq!(value("const void *", "bytes"), string(b"bytes"));
        for text in [r"\q", r"a\", r"\xzz", r"\777", r"\0", r"\é"] {
            assert!(value("char *", text).is_err(), "{text}");
        }
    }

    #[test]
    fn records() {
        let ty = "struct { int a; struct { char *s; double d[2]; } b; }";
        let inner = Value::Record(vec![
            Value::Str(c"x, \"}".to_owned()),
            Value::Array(vec![Value::F64(1.0), Value::F64(2.5)]),
        ]);
        let expected = Value::Record(vec![Value::I128(1), inner]);
        assert_eq!(value(ty, r#"{1, {"x, \"}", {1, 2.5}}}"#), Ok(expected.clone()));
        assert_eq!(value(ty, r#" { .a = 1 , .b = {.s="x, \"}", .d={1,2.5,},}, } "#), Ok(expected));
        assert_eq!(
            value("union {int i; float f;}", "{.f = 2}"),
            Ok(Value::Member(1, Box::new(Value::F64(2.0))))
        );
        assert_eq!(value("union {int i; float f;}", "{2}"), Ok(Value::Member(0, Box::new(Value::I128(2)))));
        for text in
            ["", "1", "{1", "{1}", "{1, {x, {1, 2}}} y", "{1, {x, {1}}}", "{1, {x, {1,2,3}}}", "{.b = 1}"]
        {
            assert!(value(ty, text).is_err(), "{text}");
        }
        assert!(value("union {int i; float f;}", "{.g = 2}").is_err());
    }

    #[test]
    fn guesses() {
        let guess = |text| read(text, None, Abi::SysvX64);
        assert_eq!(guess("5"), Ok(Value::I32(5)));
        assert_eq!(guess("-5000000000"), Ok(Value::I64(-5_000_000_000)));
        assert_eq!(guess("0xffffffffffffffff"), Ok(Value::U64(u64::MAX)));
        assert_eq!(guess("5.0"), Ok(Value::F64(5.0)));
        assert_eq!(guess(".5e1"), Ok(Value::F64(5.0)));
        assert_eq!(guess("hello"), Ok(Value::Str(c"hello".to_owned())));
        assert_eq!(guess("infinity"), Ok(Value::Str(c"infinity".to_owned())));
        assert_eq!(guess("\"5\""), Ok(Value::Str(c"5".to_owned())));
        assert_eq!(guess("5 apples"), Ok(Value::Str(c"5 apples".to_owned())));
        assert!(guess("99999999999999999999999").is_err());
    }
}
