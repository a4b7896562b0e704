//! 22.2.2.9 CompileToCharSet: the characters and sequences that classes stand for.

use super::case::Cases;
use super::set::Set;
use super::{PatternFlags, property};
use oxc_regular_expression::ast;
use std::collections::BTreeSet;

/// What an element of a pattern is compiled under.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) dot_all: bool,
    pub(super) backward: bool,
}

/// Characters and, with the flag `v`, sequences that a class has.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) chars: Set,
    /// None of them is a single character.
    pub(super) strings: BTreeSet<Vec<u32>>,
}

/// What a class means depends on the flags of the pattern.
pub(super) struct Meaning {
    pub(super) flags: PatternFlags,
}

impl Meaning {
    /// The characters that a term matches one of, if it is of that kind.
    pub(super) fn single(&self, term: &ast::Term<'_>, mode: Mode) -> Option<Set> {
        match term {
            ast::Term::Character(char) => Some(self.closed(Set::of([(char.value, char.value)]), mode)),
            ast::Term::CharacterClass(class) if class.strings => None,
            ast::Term::UnicodePropertyEscape(escape) if escape.strings => None,
            ast::Term::Dot(_)
            | ast::Term::CharacterClassEscape(_)
            | ast::Term::UnicodePropertyEscape(_)
            | ast::Term::CharacterClass(_) => {
                let contents = self.contents(term, mode);
                contents.strings.is_empty().then_some(contents.chars)
            }
            _ => None,
        }
    }

    /// With all that is the same when case does not count, if it does not.
    pub(super) fn closed(&self, set: Set, mode: Mode) -> Set {
        if mode.ignore_case { Cases::get(self.flags.either_unicode()).close(&set) } else { set }
    }

    pub(super) fn word_characters(&self, mode: Mode) -> Set {
        let words = property::word_characters();
        if self.flags.either_unicode() { self.closed(words, mode) } else { words }
    }

    fn escape(&self, kind: ast::CharacterClassEscapeKind, mode: Mode) -> Set {
        use ast::CharacterClassEscapeKind as Kind;
        match kind {
            Kind::D => property::digits(),
            Kind::NegativeD => property::digits().complement(),
            Kind::S => property::spaces(),
            Kind::NegativeS => property::spaces().complement(),
            Kind::W => self.word_characters(mode),
            Kind::NegativeW => self.word_characters(mode).complement(),
        }
    }

    /// 22.2.2.9 of an atom that is a class of characters
    pub(super) fn contents(&self, term: &ast::Term<'_>, mode: Mode) -> Contents {
        let of = |chars: Set| Contents { chars, strings: BTreeSet::new() };
        match term {
            ast::Term::Dot(_) => of(match mode.dot_all {
                true => Set::of([(0, super::set::LAST)]),
                false => property::line_terminators().complement(),
            }),
            ast::Term::CharacterClassEscape(escape) => of(self.closed(self.escape(escape.kind, mode), mode)),
            ast::Term::UnicodePropertyEscape(escape) => {
                let contents = self.property(escape, mode);
                Contents { chars: self.closed(contents.chars, mode), ..contents }
            }
            ast::Term::CharacterClass(class) => self.character_class(class, mode),
            _ => Contents::default(),
        }
    }

    fn property(&self, escape: &ast::UnicodePropertyEscape<'_>, mode: Mode) -> Contents {
        let (name, value) = (escape.name.as_str(), escape.value.as_ref().map(|value| value.as_str()));
        if escape.strings
            && let Some(sequences) = property::strings(name)
        {
            let mut contents = Contents::default();
            let mut chars = Vec::new();
            for sequence in sequences {
                match sequence[..] {
                    [char] => chars.push((char, char)),
                    _ => _ = contents.strings.insert(self.folded(sequence, mode)),
                }
            }
            contents.chars = self.folded_set(Set::of(chars), mode);
            return contents;
        }
        let set = property::code_points(name, value).unwrap_or_default();
        let set = self.folded_set(set, mode);
        Contents { chars: if escape.negative { set.complement() } else { set }, strings: BTreeSet::new() }
    }

    /// 22.2.2.9.5 MaybeSimpleCaseFolding: sets have all characters with the same folding instead
    fn folded_set(&self, set: Set, mode: Mode) -> Set {
        if self.flags.unicode_sets { self.closed(set, mode) } else { set }
    }

    fn folded(&self, sequence: Vec<u32>, mode: Mode) -> Vec<u32> {
        if self.flags.unicode_sets && mode.ignore_case {
            let cases = Cases::get(true);
            return sequence.into_iter().map(|char| cases.canonicalize(char)).collect();
        }
        sequence
    }

    fn character_class(&self, class: &ast::CharacterClass<'_>, mode: Mode) -> Contents {
        let mut contents = self.class_contents(class, mode);
        // With the flag `v`, everything in it is closed already.
        contents.chars = self.closed(contents.chars, mode);
        if class.negative {
            contents.chars = contents.chars.complement();
        }
        contents
    }

    fn class_contents(&self, class: &ast::CharacterClass<'_>, mode: Mode) -> Contents {
        let mut items = class.body.iter().map(|item| self.class_item(item, mode));
        if class.kind == ast::CharacterClassContentsKind::Union {
            let mut all = Contents::default();
            let mut ranges = Vec::new();
            for item in items {
                ranges.extend_from_slice(item.chars.ranges());
                all.strings.extend(item.strings);
            }
            all.chars = Set::of(ranges);
            return all;
        }
        let Some(mut all) = items.next() else { return Contents::default() };
        for item in items {
            if class.kind == ast::CharacterClassContentsKind::Intersection {
                all.chars = all.chars.intersection(&item.chars);
                all.strings.retain(|string| item.strings.contains(string));
            } else {
                all.chars = all.chars.difference(&item.chars);
                all.strings.retain(|string| !item.strings.contains(string));
            }
        }
        all
    }

    fn class_item(&self, item: &ast::CharacterClassContents<'_>, mode: Mode) -> Contents {
        let of = |chars: Set| Contents { chars: self.folded_set(chars, mode), strings: BTreeSet::new() };
        match item {
            ast::CharacterClassContents::CharacterClassRange(range) => {
                of(Set::of([(range.min.value, range.max.value)]))
            }
            ast::CharacterClassContents::Character(char) => of(Set::of([(char.value, char.value)])),
            ast::CharacterClassContents::CharacterClassEscape(escape) => of(self.escape(escape.kind, mode)),
            ast::CharacterClassContents::UnicodePropertyEscape(escape) => self.property(escape, mode),
            ast::CharacterClassContents::NestedCharacterClass(class) => self.character_class(class, mode),
            ast::CharacterClassContents::ClassStringDisjunction(strings) => {
                let mut contents = Contents::default();
                let mut chars = Vec::new();
                for string in &strings.body {
                    let sequence: Vec<u32> = string.body.iter().map(|char| char.value).collect();
                    match sequence[..] {
                        [char] => chars.push((char, char)),
                        _ => _ = contents.strings.insert(self.folded(sequence, mode)),
                    }
                }
                contents.chars = self.folded_set(Set::of(chars), mode);
                contents
            }
        }
    }
}
