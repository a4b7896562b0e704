//! 25.5.2.1 ParseJSON: text to values, and where in the text they are.

use crate::text::Builder;
use js_rt::{Gc, Internal, List, PropertyKey, Str, StrView, Value};
use js_vm::{Res, Throw, Vm};

/// A JSON Parse Record: a value, its text if it is primitive, and the records of its elements, or of its entries behind
/// their keys.
#[derive(Clone, Copy)]
pub(super) struct Record(Gc<Internal>);

const VALUE: usize = 0;
const SOURCE: usize = 1;
const PARTS: usize = 2;

impl Record {
    fn new(vm: &Vm, value: Value, source: Value, parts: Option<Gc<List>>) -> Res<Record> {
        let parts = parts.map_or(Value::EMPTY, Value::from_cell);
        Ok(Record(vm.rt.internal_from(&[value, source, parts])?))
    }

    fn of(value: Value) -> Option<Record> {
        value.cell().map(Record)
    }

    pub(super) fn value(self) -> Value {
        self.0.get(VALUE)
    }

    pub(super) fn source(self) -> Option<Str> {
        self.0.get(SOURCE).as_string()
    }

    fn parts(self) -> Option<Gc<List>> {
        self.0.get(PARTS).cell()
    }

    /// The record of an element.
    pub(super) fn element(self, index: usize) -> Option<Record> {
        self.parts().and_then(|parts| parts.get(index)).and_then(Record::of)
    }

    /// The record of the last entry with a key.
    pub(super) fn entry(self, key: Value) -> Option<Record> {
        let parts = self.parts()?;
        let found = (0..parts.len() / 2)
            .rev()
            .find(|at| parts.get(at * 2).is_some_and(|other| other.same_value(key)))?;
        parts.get(found * 2 + 1).and_then(Record::of)
    }
}

/// The value that a text stands for and, if wanted, its record.
pub(super) fn parse_text(vm: &Vm, text: Str, records: bool) -> Res<(Value, Option<Record>)> {
    match text.flat(&vm.rt)? {
        StrView::Latin1(units) => Parser { vm, text, units, at: 0, records }.parse(),
        StrView::Utf16(units) => Parser { vm, text, units, at: 0, records }.parse(),
    }
}

/// Units of either width.
trait Unit: Copy + Into<u16> {
    fn view(units: &[Self]) -> StrView<'_>;
}

impl Unit for u8 {
    fn view(units: &[u8]) -> StrView<'_> {
        StrView::Latin1(units)
    }
}

impl Unit for u16 {
    fn view(units: &[u16]) -> StrView<'_> {
        StrView::Utf16(units)
    }
}

struct Parser<'a, T> {
    vm: &'a Vm,
    text: Str,
    units: &'a [T],
    at: usize,
    records: bool,
}

type Parsed = (Value, Option<Record>);

impl<T: Unit> Parser<'_, T> {
    fn parse(mut self) -> Res<Parsed> {
        let parsed = self.value()?;
        // A number cannot go on behind a zero.
        if self.peek().is_ascii_digit() {
            return Err(self.fault("Unexpected number"));
        }
        self.skip_blanks();
        if self.at < self.units.len() {
            Err(self.fault("Unexpected non-whitespace character after JSON"))
        } else {
            Ok(parsed)
        }
    }

    /// The unit here, if it is in ASCII; 0 at the end.
    #[inline]
    fn peek(&self) -> u8 {
        self.units.get(self.at).map_or(0, |unit| u8::try_from((*unit).into()).unwrap_or(0xff))
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// What is wrong here, in V8's words.
    #[cold]
    fn fault(&self, what: &str) -> Throw {
        self.vm.syntax_error(format_args!("{what} in JSON at position {}", self.at))
    }

    #[cold]
    fn unexpected(&self) -> Throw {
        let length = self.units.len();
        let whole = if length <= 15 { self.text.to_std() } else { String::new() };
        if matches!(whole.as_str(), "NaN" | "Infinity" | "undefined" | "[object Object]") {
            return self.vm.syntax_error(format_args!("\"{whole}\" is not valid JSON"));
        }
        if self.at >= length {
            return self.vm.syntax_error("Unexpected end of JSON input");
        }
        let part = |from: usize, to: usize| {
            let units: Vec<u16> = self.units[from..to].iter().map(|unit| (*unit).into()).collect();
            String::from_utf16_lossy(&units)
        };
        let token = part(self.at, self.at + 1);
        const AROUND: usize = 10;
        let (from, to) = (self.at.saturating_sub(AROUND), (self.at + AROUND).min(length));
        let excerpt = if length <= AROUND * 4 {
            format!("\"{}\"", part(0, length))
        } else {
            let before = if from > 0 { "..." } else { "" };
            let behind = if to < length { "..." } else { "" };
            format!("{before}\"{}\"{behind}", part(from, to))
        };
        self.vm.syntax_error(format_args!("Unexpected token '{token}', {excerpt} is not valid JSON"))
    }

    fn value(&mut self) -> Res<Parsed> {
        self.skip_blanks();
        let start = self.at;
        let value = match self.peek() {
            b'{' => return self.object(),
            b'[' => return self.array(),
            b'"' => self.string()?.into(),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true", Value::TRUE)?,
            b'f' => self.word("false", Value::FALSE)?,
            b'n' => self.word("null", Value::NULL)?,
            _ => return Err(self.unexpected()),
        };
        let record = if self.records {
            let source = self.vm.rt.substring(self.text, start, self.at)?;
            Some(Record::new(self.vm, value, source.into(), None)?)
        } else {
            None
        };
        Ok((value, record))
    }

    fn word(&mut self, word: &str, value: Value) -> Res<Value> {
        for byte in word.bytes() {
            if self.peek() != byte {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn array(&mut self) -> Res<Parsed> {
        self.vm.check_stack()?;
        let vm = self.vm;
        let array = vm.new_array(&[])?;
        let parts = if self.records { Some(vm.rt.new_list()?) } else { None };
        self.at += 1;
        self.skip_blanks();
        if self.peek() == b']' {
            self.at += 1;
        } else {
            loop {
                vm.poll()?;
                let (value, record) = self.value()?;
                vm.rt.array_append(array, value)?;
                if let (Some(parts), Some(record)) = (parts, record) {
                    parts.push(&vm.rt, Value::from_cell(record.0))?;
                }
                self.skip_blanks();
                match self.peek() {
                    b',' => self.at += 1,
                    b']' => break self.at += 1,
                    _ => return Err(self.fault("Expected ',' or ']' after array element")),
                }
            }
        }
        self.composite(array.into(), parts)
    }

    fn composite(&self, value: Value, parts: Option<Gc<List>>) -> Res<Parsed> {
        match parts {
            Some(_) => Ok((value, Some(Record::new(self.vm, value, Value::EMPTY, parts)?))),
            None => Ok((value, None)),
        }
    }

    fn object(&mut self) -> Res<Parsed> {
        self.vm.check_stack()?;
        let vm = self.vm;
        let o = vm.new_object()?;
        let parts = if self.records { Some(vm.rt.new_list()?) } else { None };
        self.at += 1;
        self.skip_blanks();
        if self.peek() == b'}' {
            self.at += 1;
        } else {
            let mut first = true;
            loop {
                vm.poll()?;
                self.skip_blanks();
                if self.peek() != b'"' {
                    return Err(self.fault(if std::mem::take(&mut first) {
                        "Expected property name or '}'"
                    } else {
                        "Expected double-quoted property name"
                    }));
                }
                first = false;
                let name = self.string()?;
                let key: PropertyKey = vm.rt.key_from_str(name)?;
                self.skip_blanks();
                if self.peek() != b':' {
                    return Err(self.fault("Expected ':' after property name"));
                }
                self.at += 1;
                let (value, record) = self.value()?;
                vm.rt.put_own(o, key, value)?;
                if let (Some(parts), Some(record)) = (parts, record) {
                    parts.push(&vm.rt, name.into())?;
                    parts.push(&vm.rt, Value::from_cell(record.0))?;
                }
                self.skip_blanks();
                match self.peek() {
                    b',' => self.at += 1,
                    b'}' => break self.at += 1,
                    _ => return Err(self.fault("Expected ',' or '}' after property value")),
                }
            }
        }
        self.composite(o.into(), parts)
    }

    /// A string, its first quote being here.
    fn string(&mut self) -> Res<Str> {
        self.at += 1;
        let start = self.at;
        loop {
            let Some(unit) = self.units.get(self.at) else { return Err(self.fault("Unterminated string")) };
            match (*unit).into() {
                0x22 => break,
                0x5c => return self.escaped_string(start),
                unit if unit < 0x20 => return Err(self.bad_control()),
                _ => self.at += 1,
            }
        }
        let text = self.vm.rt.str_view(T::view(&self.units[start..self.at]))?;
        self.at += 1;
        Ok(text)
    }

    #[cold]
    fn bad_control(&self) -> Throw {
        self.fault("Bad control character in string literal")
    }

    fn escaped_string(&mut self, start: usize) -> Res<Str> {
        let mut text = Builder::new();
        text.push_view(T::view(&self.units[start..self.at]))?;
        loop {
            let Some(unit) = self.units.get(self.at) else { return Err(self.fault("Unterminated string")) };
            let unit = (*unit).into();
            match unit {
                0x22 => {
                    self.at += 1;
                    return text.finish(self.vm);
                }
                0x5c => text.push_unit(self.escape()?)?,
                _ if unit < 0x20 => return Err(self.bad_control()),
                _ => {
                    self.at += 1;
                    text.push_unit(unit)?;
                }
            }
        }
    }

    fn escape(&mut self) -> Res<u16> {
        self.at += 1;
        let unit = match self.peek() {
            byte @ (b'"' | b'\\' | b'/') => byte.into(),
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => {
                let mut unit = 0;
                for _ in 0..4 {
                    self.at += 1;
                    let Some(digit) = char::from(self.peek()).to_digit(16).filter(|_| self.peek() < 128)
                    else {
                        return Err(self.fault("Bad Unicode escape"));
                    };
                    unit = unit << 4 | digit as u16;
                }
                unit
            }
            _ => return Err(self.fault("Bad escaped character")),
        };
        self.at += 1;
        Ok(unit)
    }

    /// Digits; without any, `fault` is what is wrong.
    fn digits(&mut self, fault: &str) -> Res<()> {
        if !self.peek().is_ascii_digit() {
            return Err(self.fault(fault));
        }
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Res<Value> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits("No number after minus sign")?;
        }
        let is_integer = !matches!(self.peek(), b'.' | b'e' | b'E');
        if self.peek() == b'.' {
            self.at += 1;
            self.digits("Unterminated fractional number")?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits("Exponent part is missing a number")?;
        }
        let text = &self.units[start..self.at];
        if is_integer && text.len() < 10 && self.units[start].into() != u16::from(b'-') {
            let int = text.iter().fold(0, |int, digit| int * 10 + i32::from((*digit).into()) - 48);
            return Ok(Value::int(int));
        }
        let text: String = text.iter().filter_map(|unit| char::from_u32(u32::from((*unit).into()))).collect();
        Ok(Value::number(text.parse::<f64>().unwrap_or(f64::NAN)))
    }
}
