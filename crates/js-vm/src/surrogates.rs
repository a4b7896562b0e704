//! Source text with lone surrogates: the compiler takes UTF-8, which has none.
//!
//! Each is replaced by a private character that the text does not use otherwise; in the strings that the compiler made of them,
//! the surrogates take their place again.

use js_bytecode::{Constant, Text, Unit};
use js_rt::Str;

/// The first of the characters that stand for the lone surrogates U+D800 to U+DFFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StandIns(u32);

/// How many surrogates there are.
const COUNT: u32 = 0x800;
/// The second private plane.
const PLANE: std::ops::Range<u32> = 0x10_0000..0x10_f800;

/// A string as source text, and what stands for lone surrogates in it, if it has any.
pub(crate) fn source_text(string: Str) -> (String, Option<StandIns>) {
    let units = string.to_wtf16();
    if let Ok(text) = String::from_utf16(&units) {
        return (text, None);
    }
    let used = |base: u32| {
        char::decode_utf16(units.iter().copied())
            .flatten()
            .any(|c| (base..base + COUNT).contains(&u32::from(c)))
    };
    let Some(base) = PLANE.step_by(COUNT as usize).find(|base| !used(*base)) else {
        return (string.to_std(), None);
    };
    let stand_in =
        |unit: u16| char::from_u32(base + u32::from(unit) - 0xd800).unwrap_or(char::REPLACEMENT_CHARACTER);
    let chars = char::decode_utf16(units.iter().copied());
    let text = chars.map(|c| c.unwrap_or_else(|lone| stand_in(lone.unpaired_surrogate()))).collect();
    (text, Some(StandIns(base)))
}

impl StandIns {
    /// Puts the surrogates back into the strings of a unit.
    pub(crate) fn restore(self, unit: &mut Unit) {
        for constant in unit.functions.iter_mut().flat_map(|function| function.constants.iter_mut()) {
            match constant {
                Constant::String(text) => self.restore_text(text),
                Constant::RegExp { pattern, .. } => self.restore_text(pattern),
                Constant::Template { cooked, raw } => {
                    cooked.iter_mut().flatten().for_each(|text| self.restore_text(text));
                    raw.iter_mut().for_each(|text| self.restore_text(text));
                }
                Constant::Number(_) | Constant::BigInt(_) => {}
            }
        }
    }

    fn restore_text(self, text: &mut Text) {
        let Text::Utf16(units) = text else { return };
        let chars = char::decode_utf16(units.iter().copied());
        let mut restored = Vec::with_capacity(units.len());
        for c in chars {
            match c {
                Ok(c) if (self.0..self.0 + COUNT).contains(&u32::from(c)) => {
                    restored.push((u32::from(c) - self.0 + 0xd800) as u16);
                }
                Ok(c) => restored.extend_from_slice(c.encode_utf16(&mut [0; 2])),
                // Made by an escape.
                Err(lone) => restored.push(lone.unpaired_surrogate()),
            }
        }
        *units = restored.into();
    }
}
