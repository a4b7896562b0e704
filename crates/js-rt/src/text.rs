//! Building strings, and looking for strings in strings.

use crate::{JsString, MAX_STRING_LENGTH, Rt, Str, StrView, StringError};
use heap::OutOfMemory;

/// Units that are to be a string. It holds no handles, and no more than a string may have.
#[derive(Clone, Debug)]
pub struct StringBuilder {
    units: Units,
    too_long: bool,
}

#[derive(Clone, Debug)]
enum Units {
    Latin1(Vec<u8>),
    Utf16(Vec<u16>),
}

impl Default for StringBuilder {
    fn default() -> StringBuilder {
        StringBuilder::new()
    }
}

impl StringBuilder {
    /// No units.
    pub fn new() -> StringBuilder {
        StringBuilder { units: Units::Latin1(Vec::new()), too_long: false }
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        match &self.units {
            Units::Latin1(units) => units.len(),
            Units::Utf16(units) => units.len(),
        }
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether more was appended than a string may have.
    pub fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// The units.
    pub fn view(&self) -> StrView<'_> {
        match &self.units {
            Units::Latin1(units) => StrView::Latin1(units),
            Units::Utf16(units) => StrView::Utf16(units),
        }
    }

    /// Whether there is room for so many units more.
    fn has_room(&mut self, count: usize) -> bool {
        if self.len() + count > MAX_STRING_LENGTH {
            self.too_long = true;
        }
        !self.too_long
    }

    fn widen(&mut self) -> &mut Vec<u16> {
        if let Units::Latin1(units) = &self.units {
            self.units = Units::Utf16(units.iter().copied().map(u16::from).collect());
        }
        match &mut self.units {
            Units::Utf16(units) => units,
            Units::Latin1(_) => unreachable!("it was widened"),
        }
    }

    /// Appends units.
    pub fn push_view(&mut self, view: StrView<'_>) {
        if !self.has_room(view.len()) {
            return;
        }
        match (&mut self.units, view) {
            (Units::Latin1(to), StrView::Latin1(units)) => to.extend_from_slice(units),
            (Units::Utf16(to), units) => units.extend(to),
            (Units::Latin1(to), StrView::Utf16(units)) if units.iter().all(|unit| *unit < 256) => {
                to.extend(units.iter().map(|unit| *unit as u8));
            }
            (_, units) => units.extend(self.widen()),
        }
    }

    /// Appends a string.
    pub fn push_str(&mut self, string: Str) {
        if self.has_room(string.len()) {
            string.each_piece(&mut |piece| self.push_view(piece));
        }
    }

    /// Appends a text.
    pub fn push_utf8(&mut self, text: &str) {
        if text.is_ascii() {
            self.push_view(StrView::Latin1(text.as_bytes()));
        } else {
            text.chars().for_each(|char| self.push_code_point(char.into()));
        }
    }

    /// Appends a unit.
    #[inline]
    pub fn push_unit(&mut self, unit: u16) {
        if !self.has_room(1) {
            return;
        }
        match (&mut self.units, u8::try_from(unit)) {
            (Units::Latin1(units), Ok(unit)) => units.push(unit),
            (Units::Utf16(units), _) => units.push(unit),
            _ => self.widen().push(unit),
        }
    }

    /// Appends a code point, be it a surrogate (11.1.1 UTF16EncodeCodePoint).
    pub fn push_code_point(&mut self, code_point: u32) {
        match char::from_u32(code_point) {
            Some(char) if code_point > 0xffff => {
                char.encode_utf16(&mut [0; 2]).iter().for_each(|unit| self.push_unit(*unit));
            }
            _ => self.push_unit(code_point as u16),
        }
    }

    /// Forgets units from `len` on.
    pub fn truncate(&mut self, len: usize) {
        match &mut self.units {
            Units::Latin1(units) => units.truncate(len),
            Units::Utf16(units) => units.truncate(len),
        }
    }

    /// The string.
    ///
    /// # Errors
    /// When it were too long, or there is no memory.
    pub fn finish(&self, rt: &Rt) -> Result<Str, StringError> {
        if self.too_long { Err(StringError::TooLong) } else { Ok(rt.str_view(self.view())?) }
    }
}

impl StrView<'_> {
    /// 6.1.4.1 StringIndexOf: where `needle` is first, at `from` or behind it.
    pub fn index_of(self, needle: StrView<'_>, from: usize) -> Option<usize> {
        let last = self.len().checked_sub(needle.len())?;
        if from > last {
            return None;
        }
        if needle.is_empty() {
            return Some(from);
        }
        match (self, needle) {
            (StrView::Latin1(text), StrView::Latin1(needle)) => find(text, needle, from),
            (StrView::Utf16(text), StrView::Utf16(needle)) => find(text, needle, from),
            (StrView::Utf16(text), StrView::Latin1(needle)) => {
                find(text, &needle.iter().copied().map(u16::from).collect::<Vec<u16>>(), from)
            }
            (StrView::Latin1(text), StrView::Utf16(needle)) => {
                let needle: Option<Vec<u8>> = needle.iter().map(|unit| u8::try_from(*unit).ok()).collect();
                find(text, &needle?, from)
            }
        }
    }

    /// 6.1.4.2 StringLastIndexOf: where `needle` is last, at `from` or before it.
    pub fn last_index_of(self, needle: StrView<'_>, from: usize) -> Option<usize> {
        let last = self.len().checked_sub(needle.len())?.min(from);
        (0..=last).rev().find(|at| self.slice(*at, at + needle.len()).equals(needle))
    }

    /// Whether it begins with `other`.
    pub fn starts_with(self, other: StrView<'_>) -> bool {
        self.len() >= other.len() && self.slice(0, other.len()).equals(other)
    }

    /// Whether it ends with `other`.
    pub fn ends_with(self, other: StrView<'_>) -> bool {
        self.len() >= other.len() && self.slice(self.len() - other.len(), self.len()).equals(other)
    }
}

/// Where `needle`, which is not empty, is first in `text`, at `from` or behind it: Horspool's algorithm for long needles.
fn find<T: Copy + Eq + Into<u16>>(text: &[T], needle: &[T], from: usize) -> Option<usize> {
    let (first, text) = (needle[0], &text[from..]);
    let last = text.len().checked_sub(needle.len())?;
    if needle.len() < 8 || text.len() < 256 {
        let mut at = 0;
        while at <= last {
            at += text[at..=last].iter().position(|unit| *unit == first)?;
            if text[at..at + needle.len()] == *needle {
                return Some(from + at);
            }
            at += 1;
        }
        return None;
    }
    let slot = |unit: T| usize::from(unit.into() & 255);
    let mut skips = [needle.len(); 256];
    for (at, unit) in needle[..needle.len() - 1].iter().enumerate() {
        skips[slot(*unit)] = needle.len() - 1 - at;
    }
    let mut at = 0;
    while at <= last {
        if text[at..at + needle.len()] == *needle {
            return Some(from + at);
        }
        at += skips[slot(text[at + needle.len() - 1])];
    }
    None
}

impl JsString {
    /// 6.1.4.1 StringIndexOf: where `needle` is first, at `from` or behind it.
    ///
    /// # Errors
    /// When one is a rope, and there is no memory.
    pub fn index_of(&self, rt: &Rt, needle: Str, from: usize) -> Result<Option<usize>, OutOfMemory> {
        Ok(self.flat(rt)?.index_of(needle.flat(rt)?, from))
    }

    /// 6.1.4.2 StringLastIndexOf: where `needle` is last, at `from` or before it.
    ///
    /// # Errors
    /// When one is a rope, and there is no memory.
    pub fn last_index_of(&self, rt: &Rt, needle: Str, from: usize) -> Result<Option<usize>, OutOfMemory> {
        Ok(self.flat(rt)?.last_index_of(needle.flat(rt)?, from))
    }
}
