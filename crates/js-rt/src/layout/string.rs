//! Strings: units in a row, part of another string, or two strings that are to be one.

use super::{Str, Tail, behind, handle, kept, kind};
use heap::{Object, Tracer};
use std::cell::Cell;
use std::cmp::Ordering;

/// Which of the forms below it has.
const FORM: u32 = 3;
/// Its units are behind it.
const FLAT: u32 = 0;
/// Two strings are behind it, whose units make it up.
const ROPE: u32 = 1;
/// The address of its units is behind it, and the flat string that they belong to.
const INDIRECT: u32 = 2;
/// Units have 16 bits, not 8.
const WIDE: u32 = 4;
/// Interned, and not an array index: a property key.
const ATOM: u32 = 8;
/// It was looked at whether it is an array index.
const INDEX_KNOWN: u32 = 16;
/// It is an array index.
const IS_INDEX: u32 = 32;

/// 6.1.4 The String Type: up to [`MAX_STRING_LENGTH`](crate::MAX_STRING_LENGTH) units of 8 bits (Latin-1) or 16.
///
/// Long results of concatenation are ropes until somebody looks at their units, long substrings share the units of their
/// parent. Which of the widths a string has says nothing: one of 16 may hold Latin-1 only.
#[repr(C)]
pub struct JsString {
    len: u32,
    /// 0 until somebody asks.
    hash: Cell<u32>,
    flags: Cell<u32>,
    /// The array index, if it is known to be one.
    index: Cell<u32>,
}

/// Units of a string, in a row.
#[derive(Clone, Copy, Debug)]
pub enum StrView<'a> {
    /// Units below 256.
    Latin1(&'a [u8]),
    /// Any units.
    Utf16(&'a [u16]),
}

// SAFETY: no other kind has this number; `trace` reports what ropes and parts refer to, the only handles; nothing belongs to a
// thread.
unsafe impl Object for JsString {
    const KIND: u8 = kind::STRING;
    const NAME: &'static str = "string";

    fn trace(&self, tracer: &mut Tracer<'_>) {
        match self.form() {
            ROPE => self.halves().iter().for_each(|half| tracer.edge_opt(half.get())),
            INDIRECT => tracer.edge_opt(self.halves()[1].get()),
            _ => {}
        }
    }
}

impl JsString {
    /// Offset of the length, a `u32`.
    pub const LEN_OFFSET: usize = std::mem::offset_of!(JsString, len);
    /// Offset of the flags, a `u32`.
    pub const FLAGS_OFFSET: usize = std::mem::offset_of!(JsString, flags);
    /// Distance from the object's first byte to its units, if it is flat.
    pub const UNITS: usize = size_of::<JsString>();
    /// None of these flags is set in a flat string.
    pub const FORM_FLAGS: u32 = FORM;
    /// The flag of strings whose units have 16 bits.
    pub const WIDE_FLAG: u32 = WIDE;
    /// The flag of property keys.
    pub const ATOM_FLAG: u32 = ATOM;

    /// Bytes behind a rope or a part.
    pub(crate) const HALVES: usize = 16;

    /// A string whose `len` units are to be put behind it; or that is to be made a rope or a part.
    pub(crate) fn new(len: usize, wide: bool) -> JsString {
        JsString {
            len: len as u32,
            hash: Cell::new(0),
            flags: Cell::new(if wide { WIDE } else { 0 }),
            index: Cell::new(0),
        }
    }

    /// Number of units.
    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether it has no units.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether units have 16 bits.
    #[inline]
    pub fn is_wide(&self) -> bool {
        self.has(WIDE)
    }

    /// Whether it is interned and not an array index: equal atoms are one object.
    #[inline]
    pub fn is_atom(&self) -> bool {
        self.has(ATOM)
    }

    /// Whether its units lie behind it.
    #[inline]
    pub(crate) fn is_flat(&self) -> bool {
        self.form() == FLAT
    }

    /// Whether its units lie in several places.
    #[inline]
    pub fn is_rope(&self) -> bool {
        self.form() == ROPE
    }

    #[inline]
    fn has(&self, flag: u32) -> bool {
        self.flags.get() & flag != 0
    }

    #[inline]
    fn form(&self) -> u32 {
        self.flags.get() & FORM
    }

    pub(crate) fn set_atom(&self) {
        self.flags.set(self.flags.get() | ATOM);
    }

    fn halves(&self) -> &[Cell<Option<Str>>; 2] {
        // SAFETY: asked of ropes and parts only, which have two words behind them. The first word of a part is an address
        // into a string that the second keeps alive, and no handle; nobody takes it for one.
        unsafe { &behind::<_, [Cell<Option<Str>>; 2]>(self, 0, 1)[0] }
    }

    fn words(&self) -> &[Cell<usize>; 2] {
        // SAFETY: as above, as numbers.
        unsafe { &behind::<_, [Cell<usize>; 2]>(self, 0, 1)[0] }
    }

    /// The halves of a rope.
    #[inline]
    pub(crate) fn as_rope(&self) -> Option<[Str; 2]> {
        if !self.is_rope() {
            return None;
        }
        let [left, right] = self.halves();
        Some([left.get()?, right.get()?])
    }

    /// The flat string that the units of a part belong to.
    pub(crate) fn owner(&self) -> Option<Str> {
        if self.form() == INDIRECT { self.halves()[1].get() } else { None }
    }

    /// Where the units of a part begin in their owner.
    pub(crate) fn offset_in(&self, owner: &JsString) -> usize {
        let start = std::ptr::from_ref(owner).addr() + Self::UNITS;
        self.words()[0].get().wrapping_sub(start) / if self.is_wide() { 2 } else { 1 }
    }

    /// Makes a new string, with room for two words behind it, a rope.
    pub(crate) fn set_rope(&self, left: Str, right: Str) {
        self.halves()[0].set(Some(left));
        self.halves()[1].set(Some(right));
        self.flags.set(self.flags.get() & !FORM | ROPE);
    }

    /// Makes a rope, or a new string with room for two words behind it, the part of a flat string that begins at `from`. Both
    /// have the same width, and `flat` is long enough.
    pub(crate) fn set_part(&self, flat: Str, from: usize) {
        debug_assert!(flat.is_flat() && from + self.len() <= flat.len() && flat.is_wide() == self.is_wide());
        let start = std::ptr::from_ref::<JsString>(&flat).expose_provenance();
        let width = if self.is_wide() { 2 } else { 1 };
        self.words()[0].set(start + Self::UNITS + from * width);
        self.halves()[1].set(Some(flat));
        self.flags.set(self.flags.get() & !FORM | INDIRECT);
    }

    /// The units, unless it is a rope.
    #[inline]
    pub fn try_view(&self) -> Option<StrView<'_>> {
        let start = match self.form() {
            FLAT => std::ptr::from_ref(self).addr() + Self::UNITS,
            INDIRECT => self.words()[0].get(),
            _ => return None,
        };
        // SAFETY: flat strings have so many units behind them, and parts lie within flat strings that they keep alive. Units
        // never change once a string can be borrowed. Handles expose the provenance of whole cells.
        Some(unsafe {
            if self.is_wide() {
                StrView::Utf16(std::slice::from_raw_parts(
                    std::ptr::with_exposed_provenance(start),
                    self.len(),
                ))
            } else {
                StrView::Latin1(std::slice::from_raw_parts(
                    std::ptr::with_exposed_provenance(start),
                    self.len(),
                ))
            }
        })
    }

    /// Puts units into a new flat string that nobody has borrowed, from a place on, as many as there is room for; where the next
    /// ones go. A string of 8 bits takes the lower ones.
    pub(crate) fn write(&self, at: usize, view: StrView<'_>) -> usize {
        debug_assert!(self.is_flat() && self.flags.get() & ATOM == 0);
        let at = at.min(self.len());
        let count = view.len().min(self.len() - at);
        let start = std::ptr::from_ref(self).addr() + Self::UNITS;
        let (narrow, wide) = (start + at, start + 2 * at);
        // SAFETY: flat strings have so many units behind them; the source is another string, or none. Handles expose the
        // provenance of whole cells.
        unsafe {
            let narrow = std::ptr::with_exposed_provenance_mut::<u8>(narrow);
            let wide = std::ptr::with_exposed_provenance_mut::<u16>(wide);
            match (view, self.is_wide()) {
                (StrView::Latin1(units), false) => {
                    std::ptr::copy_nonoverlapping(units.as_ptr(), narrow, count)
                }
                (StrView::Utf16(units), true) => std::ptr::copy_nonoverlapping(units.as_ptr(), wide, count),
                (StrView::Latin1(units), true) => {
                    units
                        .iter()
                        .take(count)
                        .enumerate()
                        .for_each(|(i, unit)| wide.add(i).write(u16::from(*unit)));
                }
                (StrView::Utf16(units), false) => {
                    units
                        .iter()
                        .take(count)
                        .enumerate()
                        .for_each(|(i, unit)| narrow.add(i).write(*unit as u8));
                }
            }
        }
        at + count
    }

    /// Its handle.
    pub(crate) fn handle(&self) -> Str {
        // SAFETY: strings are made in the heap only, and the heap's own look at them before does not come here.
        unsafe { handle(self) }
    }

    /// Calls `each` with the units, piece by piece from left to right, until it answers false; whether it never did. Needs no
    /// memory of the heap, and no stack that grows with the depth of ropes.
    pub fn try_each_piece(&self, each: &mut dyn FnMut(StrView<'_>) -> bool) -> bool {
        if let Some(view) = self.try_view() {
            return each(view);
        }
        let Some([left, right]) = self.as_rope() else { return true };
        // This string keeps them alive, whatever `each` does.
        let mut pending = vec![right, left];
        while let Some(next) = pending.pop() {
            if let Some([left, right]) = next.as_rope() {
                pending.extend([right, left]);
            } else if let Some(view) = next.try_view()
                && !each(view)
            {
                return false;
            }
        }
        true
    }

    /// Calls `each` with the units, piece by piece from left to right.
    pub fn each_piece(&self, each: &mut dyn FnMut(StrView<'_>)) {
        self.try_each_piece(&mut |piece| {
            each(piece);
            true
        });
    }

    /// The unit at a place, 0 beyond the end. Takes time in the depth of a rope.
    #[inline]
    pub fn unit_at(&self, at: usize) -> u16 {
        match self.try_view() {
            Some(view) => view.at(at),
            None => self.unit_of_rope(at),
        }
    }

    fn unit_of_rope(&self, mut at: usize) -> u16 {
        let mut string = self.handle();
        while let Some([left, right]) = string.as_rope() {
            string = if at < left.len() {
                left
            } else {
                at -= left.len();
                right
            };
        }
        // SAFETY: a word on the stack keeps it alive, and so does this string.
        unsafe { kept(string) }.try_view().map_or(0, |view| view.at(at))
    }

    /// A hash of the units, whatever the form; never 0.
    #[inline]
    pub fn hash(&self) -> u32 {
        match self.hash.get() {
            0 => self.make_hash(),
            hash => hash,
        }
    }

    fn make_hash(&self) -> u32 {
        let mut hasher = Hasher::new();
        self.each_piece(&mut |piece| hasher.view(piece));
        self.hash.set(hasher.finish());
        self.hash.get()
    }

    /// Whether both have the same units.
    pub fn equals(&self, other: &JsString) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        if self.len != other.len || self.is_atom() && other.is_atom() {
            return false;
        }
        let hashes = (self.hash.get(), other.hash.get());
        if hashes.0 != hashes.1 && hashes.0 != 0 && hashes.1 != 0 {
            return false;
        }
        match (self.try_view(), other.try_view()) {
            (Some(a), Some(b)) => a.equals(b),
            _ => self.compare(other) == Ordering::Equal,
        }
    }

    /// The order of the units, as 7.2.12 IsLessThan has it.
    pub fn compare(&self, other: &JsString) -> Ordering {
        if let (Some(a), Some(b)) = (self.try_view(), other.try_view()) {
            return a.compare(b);
        }
        let (mut a, mut b) = (Pieces::new(self), Pieces::new(other));
        loop {
            let (Some(left), Some(right)) = (a.current(), b.current()) else {
                return self.len().cmp(&other.len());
            };
            let common = left.len().min(right.len());
            let order = left.slice(0, common).compare(right.slice(0, common));
            if order != Ordering::Equal {
                return order;
            }
            a.skip(common);
            b.skip(common);
        }
    }

    /// The array index that it is: 0 to 2^32 - 2, in decimal, without leading zeros.
    #[inline]
    pub fn as_index(&self) -> Option<u32> {
        if self.has(ATOM) || self.len == 0 || self.len > 10 {
            return None;
        }
        if !self.has(INDEX_KNOWN) {
            let index = self.parse_index();
            self.index.set(index.unwrap_or(0));
            let found = if index.is_some() { IS_INDEX } else { 0 };
            self.flags.set(self.flags.get() | INDEX_KNOWN | found);
        }
        self.has(IS_INDEX).then(|| self.index.get())
    }

    fn parse_index(&self) -> Option<u32> {
        if self.unit_at(0) == u16::from(b'0') {
            return (self.len == 1).then_some(0);
        }
        let mut number = 0u64;
        for at in 0..self.len() {
            let digit = self.unit_at(at).wrapping_sub(u16::from(b'0'));
            if digit > 9 {
                return None;
            }
            number = number * 10 + u64::from(digit);
        }
        u32::try_from(number).ok().filter(|index| *index != u32::MAX)
    }

    /// A copy of the units.
    pub fn to_wtf16(&self) -> Vec<u16> {
        let mut units = Vec::with_capacity(self.len());
        self.each_piece(&mut |piece| piece.extend(&mut units));
        units
    }

    /// The text, with U+FFFD for every surrogate without partner.
    pub fn to_std(&self) -> String {
        match self.try_view() {
            Some(StrView::Latin1(units)) if units.is_ascii() => {
                units.iter().map(|unit| char::from(*unit)).collect()
            }
            _ => String::from_utf16_lossy(&self.to_wtf16()),
        }
    }

    /// The code point at a place and its number of units (11.1.4 CodePointAt): a surrogate without partner counts as one.
    pub fn code_point_at(&self, at: usize) -> (u32, usize) {
        let first = self.unit_at(at);
        if first & 0xfc00 == 0xd800 && at + 1 < self.len() {
            let second = self.unit_at(at + 1);
            if second & 0xfc00 == 0xdc00 {
                let pair = u32::from(first & 0x3ff) << 10 | u32::from(second & 0x3ff);
                return (0x1_0000 + pair, 2);
            }
        }
        (u32::from(first), 1)
    }
}

/// The pieces of a string that may be a rope, from left to right.
struct Pieces {
    pending: Vec<Str>,
    current: Option<Str>,
    /// Units of the current piece that were passed.
    passed: usize,
}

impl Pieces {
    fn new(string: &JsString) -> Pieces {
        let mut pieces = Pieces { pending: vec![string.handle()], current: None, passed: 0 };
        pieces.advance();
        pieces
    }

    fn advance(&mut self) {
        self.passed = 0;
        self.current = None;
        while let Some(next) = self.pending.pop() {
            if let Some([left, right]) = next.as_rope() {
                self.pending.extend([right, left]);
            } else if !next.is_empty() {
                self.current = Some(next);
                return;
            }
        }
    }

    fn current(&self) -> Option<StrView<'_>> {
        let view = self.current.as_ref()?.try_view()?;
        Some(view.slice(self.passed, view.len()))
    }

    fn skip(&mut self, units: usize) {
        self.passed += units;
        if self.current.is_some_and(|piece| self.passed >= piece.len()) {
            self.advance();
        }
    }
}

impl<'a> StrView<'a> {
    /// Number of units.
    #[inline]
    pub fn len(self) -> usize {
        match self {
            StrView::Latin1(units) => units.len(),
            StrView::Utf16(units) => units.len(),
        }
    }

    /// Whether there are no units.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The unit at a place, 0 beyond the end.
    #[inline]
    pub fn at(self, at: usize) -> u16 {
        match self {
            StrView::Latin1(units) => units.get(at).copied().map_or(0, u16::from),
            StrView::Utf16(units) => units.get(at).copied().unwrap_or(0),
        }
    }

    /// Units `from` up to `to`, as many of them as there are.
    #[inline]
    pub fn slice(self, from: usize, to: usize) -> StrView<'a> {
        let to = to.min(self.len());
        let from = from.min(to);
        match self {
            StrView::Latin1(units) => StrView::Latin1(&units[from..to]),
            StrView::Utf16(units) => StrView::Utf16(&units[from..to]),
        }
    }

    /// The units.
    pub fn units(self) -> impl DoubleEndedIterator<Item = u16> + ExactSizeIterator + Clone + 'a {
        (0..self.len()).map(move |at| self.at(at))
    }

    /// Appends the units to `to`.
    pub fn extend(self, to: &mut Vec<u16>) {
        match self {
            StrView::Latin1(units) => to.extend(units.iter().copied().map(u16::from)),
            StrView::Utf16(units) => to.extend_from_slice(units),
        }
    }

    /// Whether both have the same units.
    pub fn equals(self, other: StrView<'_>) -> bool {
        match (self, other) {
            (StrView::Latin1(a), StrView::Latin1(b)) => a == b,
            (StrView::Utf16(a), StrView::Utf16(b)) => a == b,
            (StrView::Latin1(a), StrView::Utf16(b)) | (StrView::Utf16(b), StrView::Latin1(a)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| u16::from(*a) == *b)
            }
        }
    }

    /// The order of the units.
    pub fn compare(self, other: StrView<'_>) -> Ordering {
        match (self, other) {
            (StrView::Latin1(a), StrView::Latin1(b)) => a.cmp(b),
            (StrView::Utf16(a), StrView::Utf16(b)) => a.cmp(b),
            (StrView::Latin1(a), StrView::Utf16(b)) => a.iter().map(|a| u16::from(*a)).cmp(b.iter().copied()),
            (StrView::Utf16(a), StrView::Latin1(b)) => a.iter().copied().cmp(b.iter().map(|b| u16::from(*b))),
        }
    }
}

/// Hashes units, four at a time, the same for both widths.
pub(crate) struct Hasher {
    state: u64,
    pending: u64,
    count: u32,
}

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Hasher {
    pub(crate) fn new() -> Hasher {
        Hasher { state: 0, pending: 0, count: 0 }
    }

    #[inline]
    fn unit(&mut self, unit: u16) {
        self.pending |= u64::from(unit) << (self.count % 4 * 16);
        self.count += 1;
        if self.count.is_multiple_of(4) {
            self.word();
        }
    }

    #[inline]
    fn word(&mut self) {
        self.state = (self.state.rotate_left(23) ^ self.pending).wrapping_mul(FACTOR);
        self.pending = 0;
    }

    pub(crate) fn view(&mut self, view: StrView<'_>) {
        match view {
            StrView::Latin1(units) => units.iter().for_each(|unit| self.unit(u16::from(*unit))),
            StrView::Utf16(units) => units.iter().for_each(|unit| self.unit(*unit)),
        }
    }

    pub(crate) fn finish(mut self) -> u32 {
        if !self.count.is_multiple_of(4) {
            self.word();
        }
        let mixed = (self.state ^ u64::from(self.count)).wrapping_mul(FACTOR);
        ((mixed ^ mixed >> 29).wrapping_mul(FACTOR) >> 32).max(1) as u32
    }
}

impl Tail for JsString {
    fn bytes(parts: usize) -> usize {
        parts
    }

    fn set_parts(&self, _: usize) {}
}
