//! 22.2.2.9 Runtime Semantics of character class escapes: what `\d`, `\s`, `\w` and `\p{...}` stand for.

use super::set::Set;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup, Script};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData, PropertyParser};

/// `\d`
pub(super) fn digits() -> Set {
    Set::of([(0x30, 0x39)])
}

/// `\s`: WhiteSpace and LineTerminator
pub(super) fn spaces() -> Set {
    Set::of([
        (9, 13),
        (0x20, 0x20),
        (0xa0, 0xa0),
        (0x1680, 0x1680),
        (0x2000, 0x200a),
        (0x2028, 0x2029),
        (0x202f, 0x202f),
        (0x205f, 0x205f),
        (0x3000, 0x3000),
        (0xfeff, 0xfeff),
    ])
}

/// 22.2.2.9.3 WordCharacters, without what case folding adds
pub(super) fn word_characters() -> Set {
    Set::of([(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)])
}

/// What `.` does not match unless the flag `s` is there.
pub(super) fn line_terminators() -> Set {
    Set::of([(10, 10), (13, 13), (0x2028, 0x2029)])
}

/// The code points with a property; `None` if it is not known.
pub(super) fn code_points(name: &str, value: Option<&str>) -> Option<Set> {
    match (name, value) {
        ("General_Category" | "gc", Some(value)) => general_category(value),
        ("Script" | "sc", Some(value)) => {
            let script = PropertyParser::<Script>::new().get_strict(value)?;
            let map = CodePointMapData::<Script>::new();
            Some(Set::of(map.iter_ranges_for_value(script).map(|range| (*range.start(), *range.end()))))
        }
        ("Script_Extensions" | "scx", Some(value)) => {
            let script = PropertyParser::<Script>::new().get_strict(value)?;
            let ranges = ScriptWithExtensions::new();
            Some(Set::of(
                ranges.get_script_extensions_ranges(script).map(|range| (*range.start(), *range.end())),
            ))
        }
        (_, Some(_)) => None,
        ("ASCII", None) => Some(Set::of([(0, 0x7f)])),
        ("Any", None) => Some(Set::of([(0, super::set::LAST)])),
        ("Assigned", None) => general_category("Unassigned").map(|set| set.complement()),
        (name, None) => match CodePointSetData::new_for_ecma262(name.as_bytes()) {
            Some(set) => Some(Set::of(set.iter_ranges().map(|range| (*range.start(), *range.end())))),
            None => general_category(name),
        },
    }
}

fn general_category(value: &str) -> Option<Set> {
    let group = PropertyParser::<GeneralCategoryGroup>::new().get_strict(value)?;
    let map = CodePointMapData::<GeneralCategory>::new();
    Some(Set::of(map.iter_ranges_for_group(group).map(|range| (*range.start(), *range.end()))))
}

/// The sequences with a property of strings (table 68 of ECMA-262), single code points among them.
pub(super) fn strings(name: &str) -> Option<Vec<Vec<u32>>> {
    let wanted: fn(&[u32]) -> bool = match name {
        "Basic_Emoji" => is_basic,
        "Emoji_Keycap_Sequence" => is_keycap,
        "RGI_Modifier_Sequence" => is_modified,
        "RGI_Flag_Sequence" => is_flag,
        "RGI_Emoji_Modifier_Sequence" => is_modified,
        "RGI_Emoji_Flag_Sequence" => is_flag,
        "RGI_Emoji_Tag_Sequence" | "RGI_Tag_Sequence" => is_tagged,
        "RGI_Emoji_ZWJ_Sequence" | "RGI_ZWJ_Sequence" => is_joined,
        "RGI_Emoji" => |_| true,
        _ => return None,
    };
    let all = emojis::iter().flat_map(|emoji| {
        let tones: Vec<_> = emoji.skin_tones().map(Iterator::collect).unwrap_or_else(|| vec![emoji]);
        tones
    });
    let components =
        [0x1_f3fb, 0x1_f3fc, 0x1_f3fd, 0x1_f3fe, 0x1_f3ff, 0x1_f9b0, 0x1_f9b1, 0x1_f9b2, 0x1_f9b3];
    let mut sequences: Vec<Vec<u32>> = all
        .map(|emoji| emoji.as_str().chars().map(u32::from).collect())
        .chain(components.map(|component| vec![component]))
        .filter(|sequence: &Vec<u32>| wanted(sequence))
        .collect();
    sequences.sort_unstable();
    sequences.dedup();
    Some(sequences)
}

fn is_joined(sequence: &[u32]) -> bool {
    sequence.contains(&0x200d)
}

fn is_tagged(sequence: &[u32]) -> bool {
    sequence.last() == Some(&0xe_007f)
}

fn is_flag(sequence: &[u32]) -> bool {
    sequence.len() == 2 && sequence.iter().all(|char| (0x1_f1e6..=0x1_f1ff).contains(char))
}

fn is_keycap(sequence: &[u32]) -> bool {
    sequence.last() == Some(&0x20e3)
}

fn is_modified(sequence: &[u32]) -> bool {
    sequence.len() == 2 && sequence.last().is_some_and(|char| (0x1_f3fb..=0x1_f3ff).contains(char))
}

fn is_basic(sequence: &[u32]) -> bool {
    !is_joined(sequence)
        && !is_tagged(sequence)
        && !is_flag(sequence)
        && !is_keycap(sequence)
        && !is_modified(sequence)
}
