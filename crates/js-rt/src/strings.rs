//! Making strings.

use crate::layout::{Hasher, JsString, StrView};
use crate::{PropertyKey, Rt, Str, Value};
use heap::{Heap, OutOfMemory, WeakTable};
use std::fmt;

/// Units of the longest string.
pub const MAX_STRING_LENGTH: usize = (1 << 29) - 24;
/// Concatenations from this length on are ropes.
const ROPE_LENGTH: usize = 24;
/// Substrings from this length on share the units of their parent.
const PART_LENGTH: usize = 24;

/// Why there is no string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringError {
    /// It would be longer than [`MAX_STRING_LENGTH`]: a RangeError "Invalid string length".
    TooLong,
    /// No memory.
    OutOfMemory,
}

impl From<OutOfMemory> for StringError {
    fn from(_: OutOfMemory) -> StringError {
        StringError::OutOfMemory
    }
}

impl fmt::Display for StringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StringError::TooLong => f.write_str("Invalid string length"),
            StringError::OutOfMemory => OutOfMemory.fmt(f),
        }
    }
}

impl std::error::Error for StringError {}

/// The table of interned strings.
#[derive(Clone, Copy)]
pub(crate) struct Atoms {
    table: WeakTable<JsString>,
}

impl Atoms {
    pub(crate) fn new(table: WeakTable<JsString>) -> Atoms {
        Atoms { table }
    }

    /// A new flat string.
    pub(crate) fn make(self, heap: &Heap, view: StrView<'_>) -> Result<Str, OutOfMemory> {
        let string = new_flat(heap, view.len(), matches!(view, StrView::Utf16(_)))?;
        string.write(0, view);
        Ok(string)
    }

    fn find(self, heap: &Heap, hash: u32, view: StrView<'_>) -> Option<Str> {
        self.table.find(heap, hash, |other| other.try_view().is_some_and(|other| other.equals(view)))
    }

    /// Makes a flat string, of which none is interned and which is no array index, an atom.
    pub(crate) fn enter(self, heap: &Heap, string: Str) -> Str {
        self.table.insert(heap, string.hash(), string);
        string.set_atom();
        string
    }

    /// The atom of a text that is no array index.
    pub(crate) fn of_text(self, heap: &Heap, text: &str) -> Result<Str, OutOfMemory> {
        debug_assert!(text.is_ascii());
        let view = StrView::Latin1(text.as_bytes());
        let mut hasher = Hasher::new();
        hasher.view(view);
        match self.find(heap, hasher.finish(), view) {
            Some(atom) => Ok(atom),
            None => Ok(self.enter(heap, self.make(heap, view)?)),
        }
    }
}

impl Rt {
    /// The empty string.
    #[inline]
    pub fn empty_str(&self) -> Str {
        self.common.empty
    }

    /// The string of one unit.
    #[inline]
    pub fn str_unit(&self, unit: u16) -> Result<Str, OutOfMemory> {
        match self.common.units.get(usize::from(unit)) {
            Some(string) => Ok(*string),
            None => self.atoms.make(self.heap(), StrView::Utf16(&[unit])),
        }
    }

    /// The string of one code point, be it a surrogate (11.1.1 UTF16EncodeCodePoint).
    pub fn str_code_point(&self, code_point: u32) -> Result<Str, OutOfMemory> {
        match char::from_u32(code_point) {
            Some(char) if code_point > 0xffff => self.str_utf16(char.encode_utf16(&mut [0; 2])),
            _ => self.str_unit(code_point as u16),
        }
    }

    /// A string with these units below 256. Longer ones than [`MAX_STRING_LENGTH`] are out of memory.
    pub fn str_latin1(&self, units: &[u8]) -> Result<Str, OutOfMemory> {
        match units {
            [] => Ok(self.common.empty),
            [unit] => self.str_unit(u16::from(*unit)),
            _ if units.len() > MAX_STRING_LENGTH => Err(OutOfMemory),
            _ => self.atoms.make(self.heap(), StrView::Latin1(units)),
        }
    }

    /// A string with these units. Longer ones than [`MAX_STRING_LENGTH`] are out of memory.
    pub fn str_utf16(&self, units: &[u16]) -> Result<Str, OutOfMemory> {
        if let [unit] = units {
            return self.str_unit(*unit);
        }
        if units.len() > MAX_STRING_LENGTH {
            return Err(OutOfMemory);
        }
        if units.iter().any(|unit| *unit > 255) {
            return self.atoms.make(self.heap(), StrView::Utf16(units));
        }
        if units.is_empty() {
            return Ok(self.common.empty);
        }
        let string = new_flat(self.heap(), units.len(), false)?;
        string.write(0, StrView::Utf16(units));
        Ok(string)
    }

    /// A string with these units.
    pub fn str_view(&self, view: StrView<'_>) -> Result<Str, OutOfMemory> {
        match view {
            StrView::Latin1(units) => self.str_latin1(units),
            StrView::Utf16(units) => self.str_utf16(units),
        }
    }

    /// A string with this text. Longer ones than [`MAX_STRING_LENGTH`] are out of memory.
    pub fn str_from_utf8(&self, text: &str) -> Result<Str, OutOfMemory> {
        if text.is_ascii() {
            return self.str_latin1(text.as_bytes());
        }
        if text.chars().all(|char| u32::from(char) < 256) {
            return self.str_latin1(&text.chars().map(|char| char as u8).collect::<Vec<u8>>());
        }
        self.str_utf16(&text.encode_utf16().collect::<Vec<u16>>())
    }

    /// The units of one string and then those of another. Takes constant time for long results.
    ///
    /// # Errors
    /// When the result were too long, or there is no memory.
    pub fn concat(&self, left: Str, right: Str) -> Result<Str, StringError> {
        let len = left.len() + right.len();
        if left.is_empty() || right.is_empty() {
            return Ok(if left.is_empty() { right } else { left });
        }
        if len > MAX_STRING_LENGTH {
            return Err(StringError::TooLong);
        }
        let wide = left.is_wide() || right.is_wide();
        if len >= ROPE_LENGTH {
            let rope = self.heap().alloc_sized(JsString::new(len, wide), JsString::HALVES)?;
            rope.set_rope(left, right);
            return Ok(rope);
        }
        let flat = new_flat(self.heap(), len, wide)?;
        let mut at = 0;
        for half in [left, right] {
            match half.try_view() {
                Some(view) => at = flat.write(at, view),
                None => half.each_piece(&mut |piece| at = flat.write(at, piece)),
            }
        }
        Ok(flat)
    }

    /// Has the units of a string lie in a row.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn flatten(&self, string: Str) -> Result<(), OutOfMemory> {
        if string.is_rope() {
            let flat = new_flat(self.heap(), string.len(), string.is_wide())?;
            let mut at = 0;
            string.each_piece(&mut |piece| at = flat.write(at, piece));
            string.set_part(flat, 0);
            self.heap().wrote(string);
        }
        Ok(())
    }

    /// Units `from` up to `to`, as many of them as there are.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn substring(&self, string: Str, from: usize, to: usize) -> Result<Str, OutOfMemory> {
        let to = to.min(string.len());
        let from = from.min(to);
        let len = to - from;
        match len {
            0 => return Ok(self.common.empty),
            1 => return self.str_unit(string.unit_at(from)),
            _ if len == string.len() => return Ok(string),
            _ => self.flatten(string)?,
        }
        let Some(view) = string.try_view() else { return Err(OutOfMemory) };
        if len < PART_LENGTH {
            return self.str_view(view.slice(from, to));
        }
        let part = self.heap().alloc_sized(JsString::new(len, string.is_wide()), JsString::HALVES)?;
        let (owner, start) = string.origin();
        part.set_part(owner, start + from);
        Ok(part)
    }

    /// The interned string with the same units. One that is an array index comes back as it is: it is no atom.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn intern(&self, string: Str) -> Result<Str, OutOfMemory> {
        if string.is_atom() || string.as_index().is_some() {
            return Ok(string);
        }
        self.flatten(string)?;
        let Some(view) = string.try_view() else { return Err(OutOfMemory) };
        let atom = match self.atoms.find(self.heap(), string.hash(), view) {
            Some(atom) => return Ok(atom),
            None if string.is_flat() => string,
            None => self.atoms.make(self.heap(), view)?,
        };
        Ok(self.atoms.enter(self.heap(), atom))
    }

    /// The property key that a string is.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn key_from_str(&self, string: Str) -> Result<PropertyKey, OutOfMemory> {
        if let Some(key) = PropertyKey::atom(string) {
            return Ok(key);
        }
        if let Some(index) = string.as_index() {
            return Ok(PropertyKey::index(index));
        }
        PropertyKey::atom(self.intern(string)?).ok_or(OutOfMemory)
    }

    /// The property key that a text is.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn key_from_utf8(&self, text: &str) -> Result<PropertyKey, OutOfMemory> {
        self.key_from_str(self.str_from_utf8(text)?)
    }

    /// The property key of an integer.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn key_from_u64(&self, index: u64) -> Result<PropertyKey, OutOfMemory> {
        match u32::try_from(index) {
            Ok(index) if index <= PropertyKey::MAX_INDEX => Ok(PropertyKey::index(index)),
            _ => self.key_from_str(self.number_to_str(index as f64)?),
        }
    }

    /// The property key of an integer that is not negative.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn key_from_number(&self, number: f64) -> Result<PropertyKey, OutOfMemory> {
        let index = number as u32;
        if f64::from(index) == number && index <= PropertyKey::MAX_INDEX {
            return Ok(PropertyKey::index(index));
        }
        self.key_from_str(self.number_to_str(number)?)
    }

    /// 7.1.19 ToPropertyKey, as far as it runs no code: `None` for objects.
    ///
    /// # Errors
    /// When there is no memory.
    #[inline]
    pub fn key_from_value(&self, value: Value) -> Result<Option<PropertyKey>, OutOfMemory> {
        if let Some(index) = value.as_int().and_then(|int| u32::try_from(int).ok()) {
            return Ok(Some(PropertyKey::index(index)));
        }
        if let Some(string) = value.as_string() {
            return self.key_from_str(string).map(Some);
        }
        if let Some(symbol) = value.as_symbol() {
            return Ok(Some(symbol.into()));
        }
        match self.primitive_to_str(value)? {
            Some(string) => self.key_from_str(string).map(Some),
            None => Ok(None),
        }
    }

    /// 7.1.17 ToString, as far as it runs no code and throws nothing: `None` for objects and symbols.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn primitive_to_str(&self, value: Value) -> Result<Option<Str>, OutOfMemory> {
        if let Some(string) = value.as_string() {
            return Ok(Some(string));
        }
        if let Some(number) = value.as_number() {
            return self.number_to_str(number).map(Some);
        }
        if let Some(big) = value.as_bigint() {
            return self.str_latin1(big.value().to_string().as_bytes()).map(Some);
        }
        Ok(match value {
            Value::UNDEFINED => Some(self.name_str(self.names.undefined)),
            Value::NULL => Some(self.name_str(self.names.null)),
            Value::TRUE => Some(self.name_str(self.names.true_)),
            Value::FALSE => Some(self.name_str(self.names.false_)),
            _ => None,
        })
    }

    /// The string or symbol that a property key is. A private name gives its symbol, which is not for programs.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn key_to_value(&self, key: PropertyKey) -> Result<Value, OutOfMemory> {
        if let Some(symbol) = key.as_symbol() {
            return Ok(symbol.into());
        }
        self.key_to_str(key).map(Value::from)
    }

    /// The string that a property key is, the description for symbols: for messages and names of functions.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn key_to_str(&self, key: PropertyKey) -> Result<Str, OutOfMemory> {
        if let Some(index) = key.as_index() {
            return self.number_to_str(f64::from(index));
        }
        let description = key.as_symbol().and_then(|symbol| symbol.description());
        Ok(key.as_atom().or(description).unwrap_or(self.common.empty))
    }
}

impl PropertyKey {
    /// The string or symbol that it is.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn to_value(self, rt: &Rt) -> Result<Value, OutOfMemory> {
        rt.key_to_value(self)
    }
}

/// A flat string whose units are to be written.
#[inline]
fn new_flat(heap: &Heap, len: usize, wide: bool) -> Result<Str, OutOfMemory> {
    heap.alloc_sized(JsString::new(len, wide), if wide { len * 2 } else { len })
}

impl JsString {
    /// The units in a row.
    ///
    /// # Errors
    /// When it is a rope, and there is no memory.
    #[inline]
    pub fn flat(&self, rt: &Rt) -> Result<StrView<'_>, OutOfMemory> {
        if self.is_rope() {
            rt.flatten(self.handle())?;
        }
        self.try_view().ok_or(OutOfMemory)
    }

    /// The flat string that its units belong to, and where they begin there. It is not a rope.
    fn origin(&self) -> (Str, usize) {
        match self.owner() {
            None => (self.handle(), 0),
            Some(owner) => (owner, self.offset_in(&owner)),
        }
    }
}
