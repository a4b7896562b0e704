//! 22.2.2.2 to 22.2.2.9: compiles the tree of a pattern.

use super::classes::{Contents, Meaning, Mode};
use super::first::first;
use super::program::{Class, Insn, Loop, Program};
use super::set::Set;
use super::{PatternFlags, source};
use oxc_allocator::Allocator;
use oxc_regular_expression::ast;
use oxc_regular_expression::{LiteralParser, Options};
use std::collections::HashMap;

struct Compiler {
    meaning: Meaning,
    code: Vec<Insn>,
    classes: Vec<Class>,
    class_numbers: HashMap<Vec<(u32, u32)>, u32>,
    references: Vec<Vec<u32>>,
    registers: u32,
    /// Where in the source the groups begin, in order.
    starts: Vec<u32>,
    names: Vec<(String, Vec<u32>)>,
    failed: Option<String>,
}

/// Compiles a pattern, which is a sequence of UTF-16 units.
///
/// # Errors
/// What is wrong with it.
pub fn compile(units: &[u16], flags: PatternFlags) -> Result<Program, String> {
    let text = source::to_text(units, flags.either_unicode())?;
    if let Some(wrong) = source::bad_escape(&text).filter(|_| flags.either_unicode()) {
        return Err(wrong.into());
    }
    let text =
        if text.contains("\\c") || text.contains("\\0") { source::escapes_as_hex(&text) } else { text };
    let allocator = Allocator::default();
    let mode = match (flags.unicode, flags.unicode_sets) {
        (_, true) => "v",
        (true, _) => "u",
        _ => "",
    };
    let pattern = LiteralParser::new(&allocator, &text, Some(mode), Options::default())
        .parse()
        .map_err(|error| error.message.to_string())?;
    let mut compiler = Compiler {
        meaning: Meaning { flags },
        code: Vec::new(),
        classes: Vec::new(),
        class_numbers: HashMap::new(),
        references: Vec::new(),
        registers: 0,
        starts: Vec::new(),
        names: Vec::new(),
        failed: None,
    };
    compiler.find_groups(&pattern.body);
    compiler.registers = (compiler.starts.len() as u32 + 1) * 2;
    let mode = Mode {
        ignore_case: flags.ignore_case,
        multiline: flags.multiline,
        dot_all: flags.dot_all,
        backward: false,
    };
    compiler.code.push(Insn::Save { register: 0 });
    compiler.disjunction(&pattern.body, mode);
    compiler.code.push(Insn::Save { register: 1 });
    compiler.code.push(Insn::Match);
    compiler.finish()
}

/// The number of units that a term matches at least; 0 if that is not known.
fn least(term: &ast::Term<'_>) -> u64 {
    let of = |body: &ast::Disjunction<'_>| {
        body.body
            .iter()
            .map(|alternative| alternative.body.iter().map(least).fold(0, u64::saturating_add))
            .min()
    };
    match term {
        ast::Term::BoundaryAssertion(_) | ast::Term::LookAroundAssertion(_) => 0,
        ast::Term::IndexedReference(_) | ast::Term::NamedReference(_) => 0,
        ast::Term::Quantifier(quantifier) => quantifier.min.saturating_mul(least(&quantifier.body)),
        ast::Term::CapturingGroup(group) => of(&group.body).unwrap_or(0),
        ast::Term::IgnoreGroup(group) => of(&group.body).unwrap_or(0),
        ast::Term::CharacterClass(class) => u64::from(!class.strings),
        _ => 1,
    }
}

impl Compiler {
    fn finish(self) -> Result<Program, String> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let first = first(&self.code, &self.classes);
        Ok(Program {
            first,
            code: self.code,
            classes: self.classes,
            references: self.references,
            registers: self.registers as usize,
            groups: self.starts.len() + 1,
            names: self.names,
            unicode: self.meaning.flags.either_unicode(),
        })
    }

    /// Numbers the groups.
    fn find_groups(&mut self, body: &ast::Disjunction<'_>) {
        for alternative in &body.body {
            for term in &alternative.body {
                self.find_in_term(term);
            }
        }
    }

    fn find_in_term(&mut self, term: &ast::Term<'_>) {
        match term {
            ast::Term::LookAroundAssertion(look) => self.find_groups(&look.body),
            ast::Term::Quantifier(quantifier) => self.find_in_term(&quantifier.body),
            ast::Term::IgnoreGroup(group) => self.find_groups(&group.body),
            ast::Term::CapturingGroup(group) => {
                self.starts.push(group.span.start);
                let number = self.starts.len() as u32;
                if let Some(name) = &group.name {
                    let name = source::group_name(name.as_str());
                    match self.names.iter_mut().find(|(other, _)| *other == name) {
                        Some((_, groups)) => groups.push(number),
                        None => self.names.push((name, vec![number])),
                    }
                }
                self.find_groups(&group.body);
            }
            _ => {}
        }
    }

    /// The number of the first group at this place of the source or behind it.
    fn group_at(&self, place: u32) -> u32 {
        self.starts.partition_point(|start| *start < place) as u32 + 1
    }

    fn here(&self) -> u32 {
        self.code.len() as u32
    }

    fn new_registers(&mut self) -> u32 {
        self.registers += 2;
        self.registers - 2
    }

    fn disjunction(&mut self, body: &ast::Disjunction<'_>, mode: Mode) {
        let mut jumps = Vec::new();
        let count = body.body.len();
        for (number, alternative) in body.body.iter().enumerate() {
            let split = self.code.len();
            if number + 1 < count {
                self.code.push(Insn::Split { other: 0 });
            }
            self.alternative(alternative, mode);
            if number + 1 < count {
                jumps.push(self.code.len());
                self.code.push(Insn::Jump { to: 0 });
                self.code[split] = Insn::Split { other: self.here() };
            }
        }
        self.land(&jumps);
    }

    /// Jumps that lead here.
    fn land(&mut self, jumps: &[usize]) {
        let to = self.here();
        jumps.iter().for_each(|jump| self.code[*jump] = Insn::Jump { to });
    }

    fn alternative(&mut self, alternative: &ast::Alternative<'_>, mode: Mode) {
        if mode.backward {
            alternative.body.iter().rev().for_each(|term| self.term(term, mode));
        } else {
            alternative.body.iter().for_each(|term| self.term(term, mode));
        }
    }

    fn term(&mut self, term: &ast::Term<'_>, mode: Mode) {
        match term {
            ast::Term::BoundaryAssertion(assertion) => self.boundary(assertion.kind, mode),
            ast::Term::LookAroundAssertion(look) => self.look(look, mode),
            ast::Term::Quantifier(quantifier) => self.quantifier(quantifier, mode),
            ast::Term::Character(char) => self.char(char.value, mode),
            ast::Term::CapturingGroup(group) => {
                let register = self.group_at(group.span.start) * 2;
                self.code.push(Insn::Save { register: register + u32::from(mode.backward) });
                self.disjunction(&group.body, mode);
                self.code.push(Insn::Save { register: register + u32::from(!mode.backward) });
            }
            ast::Term::IgnoreGroup(group) => {
                let mut inner = mode;
                if let Some(modifiers) = &group.modifiers {
                    let flag = |before: bool, flag: ast::Modifier| {
                        (before || modifiers.enabling.contains(flag)) && !modifiers.disabling.contains(flag)
                    };
                    inner.ignore_case = flag(mode.ignore_case, ast::Modifier::I);
                    inner.multiline = flag(mode.multiline, ast::Modifier::M);
                    inner.dot_all = flag(mode.dot_all, ast::Modifier::S);
                }
                self.disjunction(&group.body, inner);
            }
            ast::Term::IndexedReference(reference) => self.reference(vec![reference.index], mode),
            ast::Term::NamedReference(reference) => {
                let wanted = source::group_name(reference.name.as_str());
                let named = self.names.iter().find(|(name, _)| *name == wanted);
                let groups = named.map(|(_, groups)| groups.clone()).unwrap_or_default();
                self.reference(groups, mode);
            }
            _ => {
                let contents = self.meaning.contents(term, mode);
                self.class(contents, mode);
            }
        }
    }

    fn reference(&mut self, groups: Vec<u32>, mode: Mode) {
        self.references.push(groups);
        let groups = self.references.len() as u32 - 1;
        self.code.push(Insn::BackReference {
            groups,
            ignore_case: mode.ignore_case,
            backward: mode.backward,
        });
    }

    fn boundary(&mut self, kind: ast::BoundaryAssertionKind, mode: Mode) {
        let multiline = mode.multiline;
        let insn = match kind {
            ast::BoundaryAssertionKind::Start => Insn::LineStart { multiline },
            ast::BoundaryAssertionKind::End => Insn::LineEnd { multiline },
            _ => {
                let words = self.meaning.word_characters(mode);
                let negative = kind == ast::BoundaryAssertionKind::NegativeBoundary;
                Insn::WordBoundary { negative, class: self.class_number(&words) }
            }
        };
        self.code.push(insn);
    }

    fn look(&mut self, look: &ast::LookAroundAssertion<'_>, mode: Mode) {
        use ast::LookAroundAssertionKind as Kind;
        let negative = matches!(look.kind, Kind::NegativeLookahead | Kind::NegativeLookbehind);
        let backward = matches!(look.kind, Kind::Lookbehind | Kind::NegativeLookbehind);
        let register = self.new_registers();
        let start = self.code.len();
        self.code.push(Insn::Fail);
        self.disjunction(&look.body, Mode { backward, ..mode });
        self.code.push(Insn::LookEnd { register, negative });
        self.code[start] = Insn::Look { register, negative, end: self.here() };
    }

    fn quantifier(&mut self, quantifier: &ast::Quantifier<'_>, mode: Mode) {
        let limit = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let (min, max) = (limit(quantifier.min).min(u32::MAX - 1), quantifier.max.map_or(u32::MAX, limit));
        if max == 0 {
            return;
        }
        if let Some(chars) = self.meaning.single(&quantifier.body, mode) {
            let class = self.class_number(&chars);
            let (greedy, backward) = (quantifier.greedy, mode.backward);
            self.code.push(Insn::ClassLoop { class, min, max, greedy, backward });
            return;
        }
        if (min, max) == (1, 1) {
            return self.term(&quantifier.body, mode);
        }
        let groups = (self.group_at(quantifier.span.start), self.group_at(quantifier.span.end));
        let simple = least(&quantifier.body) > 0;
        match (min, max) {
            (0, 1) if simple => self.optional(quantifier, mode, groups),
            (0 | 1, u32::MAX) if simple => self.simple_loop(quantifier, mode, groups, min == 0),
            _ => self.counted_loop(
                quantifier,
                mode,
                Loop { register: 0, min, max, greedy: quantifier.greedy, groups, exit: 0 },
            ),
        }
    }

    fn body(&mut self, quantifier: &ast::Quantifier<'_>, mode: Mode, (from, to): (u32, u32)) {
        if from < to {
            self.code.push(Insn::Forget { from, to });
        }
        self.term(&quantifier.body, mode);
    }

    /// `x?`, where `x` does not match nothing.
    fn optional(&mut self, quantifier: &ast::Quantifier<'_>, mode: Mode, groups: (u32, u32)) {
        let split = self.code.len();
        self.code.push(Insn::Split { other: self.here() + 2 });
        if !quantifier.greedy {
            self.code.push(Insn::Jump { to: 0 });
        }
        self.body(quantifier, mode, groups);
        if quantifier.greedy {
            self.code[split] = Insn::Split { other: self.here() };
        } else {
            self.land(&[split + 1]);
        }
    }

    /// `x*` or `x+`, where `x` does not match nothing.
    fn simple_loop(
        &mut self,
        quantifier: &ast::Quantifier<'_>,
        mode: Mode,
        groups: (u32, u32),
        may_skip: bool,
    ) {
        let start = self.code.len();
        match (quantifier.greedy, may_skip) {
            (true, true) => {
                self.code.push(Insn::Fail);
                self.body(quantifier, mode, groups);
                self.code.push(Insn::Jump { to: start as u32 });
                self.code[start] = Insn::Split { other: self.here() };
            }
            (true, false) => {
                self.body(quantifier, mode, groups);
                self.code.push(Insn::Split { other: self.here() + 2 });
                self.code.push(Insn::Jump { to: start as u32 });
            }
            (false, true) => {
                self.code.push(Insn::Fail);
                self.body(quantifier, mode, groups);
                self.land(&[start]);
                self.code.push(Insn::Split { other: start as u32 + 1 });
            }
            (false, false) => {
                self.body(quantifier, mode, groups);
                self.code.push(Insn::Split { other: start as u32 });
            }
        }
    }

    fn counted_loop(&mut self, quantifier: &ast::Quantifier<'_>, mode: Mode, turn: Loop) {
        let register = self.new_registers();
        self.code.push(Insn::LoopStart { register });
        let test = self.code.len();
        self.code.extend([Insn::Fail, Insn::Fail]);
        self.term(&quantifier.body, mode);
        self.code.push(Insn::LoopNext { test: test as u32, register, min: turn.min });
        let turn = Loop { register, exit: self.here(), ..turn };
        self.code[test] = Insn::LoopTest(turn);
        self.code[test + 1] = Insn::LoopEnter(turn);
    }

    fn class_number(&mut self, set: &Set) -> u32 {
        if let Some(number) = self.class_numbers.get(set.ranges()) {
            return *number;
        }
        self.classes.push(Class::new(set));
        let number = self.classes.len() as u32 - 1;
        self.class_numbers.insert(set.ranges().to_vec(), number);
        number
    }

    fn chars(&mut self, set: &Set, mode: Mode) {
        if set.is_empty() {
            self.code.push(Insn::Fail);
            return;
        }
        let class = self.class_number(set);
        self.code.push(Insn::Class { class, backward: mode.backward });
    }

    /// One character.
    fn char(&mut self, char: u32, mode: Mode) {
        let set = self.meaning.closed(Set::of([(char, char)]), mode);
        let is_surrogate = (0xd800..0xe000).contains(&char);
        if set.ranges() != [(char, char)] || self.meaning.flags.either_unicode() && is_surrogate {
            return self.chars(&set, mode);
        }
        let backward = mode.backward;
        match u16::try_from(char) {
            Ok(unit) => self.code.push(Insn::Unit { unit, backward }),
            Err(_) => {
                let char = char - 0x1_0000;
                let mut units = [0xd800 | (char >> 10) as u16, 0xdc00 | (char & 0x3ff) as u16];
                if backward {
                    units.reverse();
                }
                self.code.extend(units.map(|unit| Insn::Unit { unit, backward }));
            }
        }
    }

    /// A class: the longest sequences first.
    fn class(&mut self, contents: Contents, mode: Mode) {
        if contents.strings.is_empty() {
            return self.chars(&contents.chars, mode);
        }
        let mut strings: Vec<Vec<u32>> = contents.strings.into_iter().collect();
        strings.sort_by_key(|string| std::cmp::Reverse(string.len()));
        let has_empty = strings.last().is_some_and(Vec::is_empty);
        if has_empty {
            strings.pop();
        }
        let mut jumps = Vec::new();
        let mut split = |compiler: &mut Compiler, each: &mut dyn FnMut(&mut Compiler)| {
            let at = compiler.code.len();
            compiler.code.push(Insn::Fail);
            each(compiler);
            jumps.push(compiler.code.len());
            compiler.code.push(Insn::Jump { to: 0 });
            compiler.code[at] = Insn::Split { other: compiler.here() };
        };
        for string in &strings {
            split(&mut *self, &mut |compiler| {
                let mut chars = string.clone();
                if mode.backward {
                    chars.reverse();
                }
                chars.iter().for_each(|char| compiler.char(*char, mode));
            });
        }
        if has_empty {
            split(&mut *self, &mut |compiler| compiler.chars(&contents.chars, mode));
        } else {
            self.chars(&contents.chars, mode);
        }
        self.land(&jumps);
    }
}
