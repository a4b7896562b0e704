//! Strings: characters of one byte each while all are below 256, of four bytes otherwise. Any is found by its index at once.
//!
//! The header's own word is the width; the first field is the number of characters, which begin at offset 8. There may be room for
//! more behind them, so that appending to a string that nobody else has takes constant time.

use crate::heap::OutOfMemory;
use crate::{Addr, Heap, NIL, types, utf8};
use std::cmp::Ordering;

const LEN: u32 = 0;
const CHARS: u32 = 8;

impl Heap {
    /// A string for so many characters of a width, all zero.
    fn blank(&mut self, len: u32, room: u32, wide: bool) -> Result<Addr, OutOfMemory> {
        let width = if wide { 4 } else { 1 };
        let size = u64::from(room) * width + u64::from(CHARS);
        let at = self.allocate(types::STRING, u32::try_from(size).map_err(|_| OutOfMemory)?)?;
        self.memory.set_u32(at + LEN, len);
        self.set_own(at, width as u32);
        Ok(at)
    }

    /// A string of these characters.
    pub fn new_string(&mut self, chars: &[u32]) -> Result<Addr, OutOfMemory> {
        let len = u32::try_from(chars.len()).map_err(|_| OutOfMemory)?;
        let at = self.blank(len, len, chars.iter().any(|c| *c > 0xff))?;
        chars.iter().enumerate().for_each(|(index, c)| self.set_char(at, index as u32, *c));
        Ok(at)
    }

    /// A string from UTF-8, or from what claims to be that.
    pub fn new_text(&mut self, bytes: &[u8]) -> Result<Addr, OutOfMemory> {
        if bytes.is_ascii() {
            let len = u32::try_from(bytes.len()).map_err(|_| OutOfMemory)?;
            let at = self.blank(len, len, false)?;
            self.memory.bytes_mut(at + CHARS, bytes.len()).copy_from_slice(bytes);
            return Ok(at);
        }
        self.new_string(&utf8::decode_all(bytes))
    }

    /// How many characters.
    #[inline]
    pub fn string_len(&self, at: Addr) -> u32 {
        if at == NIL { 0 } else { self.memory.u32(at + LEN) }
    }

    fn is_wide(&self, at: Addr) -> bool {
        self.own(at) == 4
    }

    /// A character that is there.
    #[inline]
    pub fn char(&self, at: Addr, index: u32) -> u32 {
        match self.is_wide(at) {
            true => self.memory.u32(at + CHARS + 4 * index),
            false => self.memory.byte(at + CHARS + index).into(),
        }
    }

    fn set_char(&mut self, at: Addr, index: u32, c: u32) {
        match self.is_wide(at) {
            true => self.memory.set_u32(at + CHARS + 4 * index, c),
            false => self.memory.set_byte(at + CHARS + index, c as u8),
        }
    }

    /// All characters.
    pub fn chars(&self, at: Addr) -> impl ExactSizeIterator<Item = u32> + '_ {
        (0..self.string_len(at)).map(move |index| self.char(at, index))
    }

    /// The string in UTF-8; nothing for nil.
    pub fn text(&self, at: Addr) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.string_len(at) as usize);
        self.chars(at).for_each(|c| utf8::encode(c, &mut out));
        out
    }

    /// Compares by characters; nil is empty.
    pub fn compare(&self, a: Addr, b: Addr) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        if a != NIL && b != NIL && !self.is_wide(a) && !self.is_wide(b) {
            return self.narrow(a).cmp(self.narrow(b));
        }
        self.chars(a).cmp(self.chars(b))
    }

    fn narrow(&self, at: Addr) -> &[u8] {
        self.memory.bytes(at + CHARS, self.string_len(at) as usize)
    }

    /// How many characters of its width a string has room for.
    fn room(&self, at: Addr) -> u32 {
        (self.size_of(at) - CHARS) / self.own(at)
    }

    /// Copies characters from one string into another, at `to` of it.
    fn copy_chars(&mut self, from: Addr, first: u32, count: u32, into: Addr, to: u32) {
        match (self.is_wide(from), self.is_wide(into)) {
            (false, false) => {
                self.memory.copy(from + CHARS + first, into + CHARS + to, count as usize);
            }
            (true, true) => {
                let (from, into) = (from + CHARS + 4 * first, into + CHARS + 4 * to);
                self.memory.copy(from, into, 4 * count as usize);
            }
            _ => (0..count).for_each(|index| {
                let c = self.char(from, first + index);
                self.set_char(into, to + index, c);
            }),
        }
    }

    /// Characters `from` up to `to`, which have to be there; nil when that is none.
    pub fn substring(&mut self, at: Addr, from: u32, to: u32) -> Result<Addr, OutOfMemory> {
        if from == to {
            return Ok(NIL);
        }
        let wide = self.is_wide(at) && (from..to).any(|index| self.char(at, index) > 0xff);
        let new = self.blank(to - from, to - from, wide)?;
        self.copy_chars(at, from, to - from, new, 0);
        Ok(new)
    }

    /// Both strings one after the other, as a new reference. With `append`, `a` is about to be replaced by the result: it grows in
    /// its place if nobody else has it, and what does not fit there gets room for more of that.
    pub fn concatenate(&mut self, a: Addr, b: Addr, append: bool) -> Result<Addr, OutOfMemory> {
        let (first, second) = (self.string_len(a), self.string_len(b));
        if b == NIL || a == NIL {
            let whole = if a == NIL { b } else { a };
            self.keep(whole);
            return Ok(whole);
        }
        let len = first.checked_add(second).ok_or(OutOfMemory)?;
        let wide = self.is_wide(a) || self.is_wide(b);
        if append && self.references(a) == 1 && wide == self.is_wide(a) && len <= self.room(a) {
            self.copy_chars(b, 0, second, a, first);
            self.memory.set_u32(a + LEN, len);
            self.keep(a);
            return Ok(a);
        }
        let room = if append { len.saturating_add(len / 4) } else { len };
        let new = self.blank(len, room, wide)?;
        self.copy_chars(a, 0, first, new, 0);
        self.copy_chars(b, 0, second, new, first);
        Ok(new)
    }

    /// The string with a character replaced, or one more at its end, as a new reference. `None` when the index is farther out.
    pub fn insert(&mut self, at: Addr, index: u32, c: u32) -> Result<Option<Addr>, OutOfMemory> {
        let len = self.string_len(at);
        if index > len {
            return Ok(None);
        }
        let new_len = len.max(index + 1);
        let wide = c > 0xff || at != NIL && self.is_wide(at);
        let fits =
            at != NIL && self.references(at) == 1 && wide == self.is_wide(at) && new_len <= self.room(at);
        let target = match fits {
            true => {
                self.keep(at);
                at
            }
            false => {
                let room = if index == len { new_len.saturating_add(len / 4 + 8) } else { new_len };
                let new = self.blank(new_len, room, wide)?;
                if at != NIL {
                    self.copy_chars(at, 0, len, new, 0);
                }
                new
            }
        };
        self.memory.set_u32(target + LEN, new_len);
        self.set_char(target, index, c);
        Ok(Some(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heap() -> Heap {
        Heap::new(false, 1 << 22)
    }

    #[test]
    fn characters_have_an_index_whatever_their_width() {
        let mut heap = heap();
        let s = heap.new_text("aé€😀".as_bytes()).unwrap();
        assert_eq!(heap.chars(s).collect::<Vec<_>>(), [0x61, 0xe9, 0x20ac, 0x1f600]);
        assert_eq!((heap.char(s, 3), heap.text(s)), (0x1f600, "aé€😀".as_bytes().to_vec()));
        let part = heap.substring(s, 0, 2).unwrap();
        assert_eq!((heap.own(part), heap.text(part)), (1, "aé".as_bytes().to_vec()));
        assert_eq!(heap.new_text(b"\xff").map(|s| heap.char(s, 0)), Ok(utf8::ERROR));
    }

    #[test]
    fn appending_to_what_nobody_else_has_stays_in_its_place() {
        let mut heap = heap();
        let (mut s, x) = (heap.new_text(b"").unwrap(), heap.new_text(b"x").unwrap());
        let mut moved = 0;
        for _ in 0..10_000 {
            let new = heap.concatenate(s, x, true).unwrap();
            heap.release(s);
            moved += u32::from(new != s);
            s = new;
        }
        assert!(moved < 60 && heap.string_len(s) == 10_000, "{moved}");
        heap.keep(s);
        let other = heap.concatenate(s, x, true).unwrap();
        assert_eq!((heap.string_len(s), heap.string_len(other)), (10_000, 10_001));
    }

    #[test]
    fn inserting_widens() {
        let mut heap = heap();
        let s = heap.new_text(b"ab").unwrap();
        let wide = heap.insert(s, 1, 0x20ac).unwrap().unwrap();
        assert_eq!((heap.text(wide), heap.text(s)), ("a€".as_bytes().to_vec(), b"ab".to_vec()));
        assert_eq!(heap.insert(s, 3, 65), Ok(None));
        let more = heap.insert(NIL, 0, 65).unwrap().unwrap();
        assert_eq!(heap.text(more), b"A");
        assert_eq!(heap.compare(NIL, more), Ordering::Less);
        assert_eq!(heap.compare(wide, s), Ordering::Greater);
    }
}
