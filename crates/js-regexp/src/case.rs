//! 22.2.2.7.3 Canonicalize: which characters are the same when case does not count.

use super::set::Set;
use icu_casemap::CaseMapper;
use std::sync::OnceLock;

/// Characters whose canonical form is another, or which are that of others.
pub(super) struct Cases {
    /// A character and its canonical form, where that is another one.
    canonical: Vec<(u32, u32)>,
    /// A canonical form and a character that has it, both ways of the above, ordered by the form.
    members: Vec<(u32, u32)>,
}

/// No characters beyond this have cases.
const END: u32 = 0x1_f000;

impl Cases {
    fn new(end: u32, canonicalize: impl Fn(u32) -> u32) -> Cases {
        let canonical: Vec<(u32, u32)> =
            (0..end).map(|char| (char, canonicalize(char))).filter(|(char, form)| char != form).collect();
        let mut members: Vec<(u32, u32)> =
            canonical.iter().flat_map(|(char, form)| [(*form, *char), (*form, *form)]).collect();
        members.sort_unstable();
        members.dedup();
        Cases { canonical, members }
    }

    /// Those for patterns with a Unicode flag, or without.
    pub(super) fn get(unicode: bool) -> &'static Cases {
        static FOLDED: OnceLock<Cases> = OnceLock::new();
        static UPPER: OnceLock<Cases> = OnceLock::new();
        if unicode {
            FOLDED.get_or_init(|| Cases::new(END, simple_fold))
        } else {
            UPPER.get_or_init(|| Cases::new(0x1_0000, to_upper))
        }
    }

    /// The canonical form of a character.
    pub(super) fn canonicalize(&self, char: u32) -> u32 {
        if char < 128 {
            let is_lower = (97..123).contains(&char);
            let is_upper = (65..91).contains(&char);
            // Folding gives lower case, mapping upper case.
            let folds = self.canonical.first().is_some_and(|(first, _)| *first == 65);
            return match folds {
                true if is_upper => char + 32,
                false if is_lower => char - 32,
                _ => char,
            };
        }
        let at = self.canonical.partition_point(|(other, _)| *other < char);
        match self.canonical.get(at) {
            Some((other, form)) if *other == char => *form,
            _ => char,
        }
    }

    fn members_of(&self, form: u32) -> &[(u32, u32)] {
        let from = self.members.partition_point(|(other, _)| *other < form);
        let rest = &self.members[from..];
        &rest[..rest.partition_point(|(other, _)| *other == form)]
    }

    /// All characters with the same canonical form as one in the set.
    pub(super) fn close(&self, set: &Set) -> Set {
        let mut more = Vec::new();
        for &(from, to) in set.ranges() {
            let start = self.canonical.partition_point(|(char, _)| *char < from);
            let changed = self.canonical[start..].iter().take_while(|(char, _)| *char <= to);
            changed.for_each(|(_, form)| {
                more.extend(self.members_of(*form).iter().map(|(_, char)| (*char, *char)))
            });
            let start = self.members.partition_point(|(form, _)| *form < from);
            let forms = self.members[start..].iter().take_while(|(form, _)| *form <= to);
            more.extend(forms.map(|(_, char)| (*char, *char)));
        }
        let mut closed = set.clone();
        if !more.is_empty() {
            closed.add(more);
        }
        closed
    }
}

fn simple_fold(char: u32) -> u32 {
    char::from_u32(char).map_or(char, |char| u32::from(CaseMapper::new().simple_fold(char)))
}

/// The upper case of a code unit, if it is one code unit, and not within ASCII unless the unit is.
fn to_upper(unit: u32) -> u32 {
    let Some(char) = char::from_u32(unit) else { return unit };
    let mut upper = char.to_uppercase();
    match (upper.next().map(u32::from), upper.next()) {
        (Some(upper), None) if upper < 0x1_0000 && (unit < 128 || upper >= 128) => upper,
        _ => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::Cases;
    use crate::set::Set;

    fn closed(unicode: bool, char: char) -> Vec<(u32, u32)> {
        let set = Set::of([(u32::from(char), u32::from(char))]);
        Cases::get(unicode).close(&set).ranges().to_vec()
    }

    #[test]
    fn kelvin_and_long_s_are_the_same_as_letters_with_a_unicode_flag_only() {
        assert_eq!(closed(false, 'k'), [(0x4b, 0x4b), (0x6b, 0x6b)]);
        assert_eq!(closed(true, 'k'), [(0x4b, 0x4b), (0x6b, 0x6b), (0x212a, 0x212a)]);
        assert_eq!(closed(true, '\u{17f}'), [(0x53, 0x53), (0x73, 0x73), (0x17f, 0x17f)]);
        assert_eq!(closed(false, '\u{17f}'), [(0x17f, 0x17f)]);
        assert_eq!(closed(true, '1'), [(0x31, 0x31)]);
    }

    #[test]
    fn canonical_forms() {
        let (folded, upper) = (Cases::get(true), Cases::get(false));
        assert_eq!([folded.canonicalize(0x41), folded.canonicalize(0x61)], [0x61, 0x61]);
        assert_eq!([upper.canonicalize(0x41), upper.canonicalize(0x61)], [0x41, 0x41]);
        assert_eq!([folded.canonicalize(0x3c2), upper.canonicalize(0x3c2)], [0x3c3, 0x3a3]);
        assert_eq!(upper.canonicalize(0xdf), 0xdf);
    }
}
