//! Strings that are put together piece by piece.

use js_rt::{MAX_STRING_LENGTH, Str, StrView};
use js_vm::{Res, Throw, Vm};

/// Units of a string to be: 8 bits each as long as that is enough.
#[derive(Default)]
pub(crate) struct Builder {
    narrow: Vec<u8>,
    wide: Vec<u16>,
    is_wide: bool,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder::default()
    }

    pub(crate) fn len(&self) -> usize {
        if self.is_wide { self.wide.len() } else { self.narrow.len() }
    }

    /// Fails when so many units more would be too many.
    #[inline]
    fn room_for(&mut self, units: usize) -> Res<()> {
        if self.len() + units > MAX_STRING_LENGTH {
            return Err(Throw::StringLength);
        }
        let reserved =
            if self.is_wide { self.wide.try_reserve(units) } else { self.narrow.try_reserve(units) };
        reserved.map_err(|_| Throw::Memory)
    }

    #[cold]
    fn widen(&mut self) -> Res<()> {
        self.wide.try_reserve(self.narrow.len() + 16).map_err(|_| Throw::Memory)?;
        self.wide.extend(self.narrow.iter().copied().map(u16::from));
        self.narrow = Vec::new();
        self.is_wide = true;
        Ok(())
    }

    /// Appends a string.
    pub(crate) fn push(&mut self, vm: &Vm, string: Str) -> Res<()> {
        self.push_view(string.flat(&vm.rt)?)
    }

    /// Appends units `from` up to `to` of a string.
    pub(crate) fn push_part(&mut self, vm: &Vm, string: Str, from: usize, to: usize) -> Res<()> {
        self.push_view(string.flat(&vm.rt)?.slice(from, to))
    }

    /// Appends units.
    pub(crate) fn push_view(&mut self, view: StrView<'_>) -> Res<()> {
        if let StrView::Utf16(units) = view
            && !self.is_wide
            && units.iter().any(|unit| *unit > 255)
        {
            self.widen()?;
        }
        self.room_for(view.len())?;
        match view {
            StrView::Latin1(units) if self.is_wide => self.wide.extend(units.iter().copied().map(u16::from)),
            StrView::Latin1(units) => self.narrow.extend_from_slice(units),
            StrView::Utf16(units) if self.is_wide => self.wide.extend_from_slice(units),
            StrView::Utf16(units) => self.narrow.extend(units.iter().map(|unit| *unit as u8)),
        }
        Ok(())
    }

    /// Appends a unit.
    #[inline]
    pub(crate) fn push_unit(&mut self, unit: u16) -> Res<()> {
        if !self.is_wide && unit > 255 {
            self.widen()?;
        }
        self.room_for(1)?;
        if self.is_wide {
            self.wide.push(unit)
        } else {
            self.narrow.push(unit as u8)
        }
        Ok(())
    }

    /// Appends a code point.
    pub(crate) fn push_code_point(&mut self, code_point: u32) -> Res<()> {
        match char::from_u32(code_point) {
            Some(char) if code_point > 0xffff => {
                self.push_view(StrView::Utf16(char.encode_utf16(&mut [0; 2])))
            }
            _ => self.push_unit(code_point as u16),
        }
    }

    /// Appends a text without characters beyond ASCII.
    pub(crate) fn push_ascii(&mut self, text: &str) -> Res<()> {
        self.push_view(StrView::Latin1(text.as_bytes()))
    }

    /// The string.
    pub(crate) fn finish(self, vm: &Vm) -> Res<Str> {
        Ok(if self.is_wide { vm.rt.str_utf16(&self.wide)? } else { vm.rt.str_latin1(&self.narrow)? })
    }
}

/// Where `needle` is in `hay`, at `from` or behind (6.1.4.1 StringIndexOf).
pub(super) fn find(hay: StrView<'_>, needle: StrView<'_>, from: usize) -> Option<usize> {
    if needle.is_empty() {
        return (from <= hay.len()).then_some(from);
    }
    if from + needle.len() > hay.len() {
        return None;
    }
    match (hay, needle) {
        (StrView::Latin1(hay), StrView::Latin1(needle)) => {
            memchr::memmem::find(&hay[from..], needle).map(|at| from + at)
        }
        (StrView::Utf16(hay), StrView::Utf16(needle)) => find_units(hay, needle, from),
        (StrView::Utf16(hay), StrView::Latin1(needle)) => {
            let needle: Vec<u16> = needle.iter().copied().map(u16::from).collect();
            find_units(hay, &needle, from)
        }
        (StrView::Latin1(hay), StrView::Utf16(needle)) => {
            let narrow: Option<Vec<u8>> = needle.iter().map(|unit| u8::try_from(*unit).ok()).collect();
            memchr::memmem::find(&hay[from..], &narrow?).map(|at| from + at)
        }
    }
}

fn find_units(hay: &[u16], needle: &[u16], from: usize) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let last = hay.len() - needle.len();
    let mut at = from;
    while at <= last {
        at += hay[at..=last].iter().position(|unit| unit == first)?;
        if hay[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Where `needle` is in `hay`, at `from` or before (6.1.4.2 StringLastIndexOf).
pub(super) fn find_last(hay: StrView<'_>, needle: StrView<'_>, from: usize) -> Option<usize> {
    let last = hay.len().checked_sub(needle.len())?;
    if let (StrView::Latin1(hay), StrView::Latin1(needle)) = (hay, needle) {
        return memchr::memmem::rfind(&hay[..from.min(last) + needle.len()], needle);
    }
    (0..=from.min(last)).rev().find(|at| hay.slice(*at, at + needle.len()).equals(needle))
}

#[cfg(test)]
mod tests {
    use super::{find, find_last};
    use js_rt::StrView::{Latin1, Utf16};

    #[test]
    fn strings_are_found_whatever_their_width() {
        let wide: Vec<u16> = "abcabc".encode_utf16().collect();
        let needle: Vec<u16> = "ca".encode_utf16().collect();
        for hay in [Latin1(b"abcabc"), Utf16(&wide)] {
            for needle in [Latin1(b"ca"), Utf16(&needle)] {
                assert_eq!(find(hay, needle, 0), Some(2));
                assert_eq!(find(hay, needle, 3), None);
                assert_eq!(find_last(hay, needle, 6), Some(2));
            }
            assert_eq!(find(hay, Latin1(b""), 6), Some(6));
            assert_eq!(find(hay, Latin1(b""), 7), None);
            assert_eq!(find(hay, Utf16(&[0x3b1]), 0), None);
            assert_eq!(find_last(hay, Latin1(b"abc"), 2), Some(0));
        }
    }
}
