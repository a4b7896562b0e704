//! 22.2.2 Pattern Semantics: the backtracking machine at work.

use super::case::Cases;
use super::first::First;
use super::program::{Insn, Loop, Program};
use super::tier::PATIENCE;
use super::{Found, Host, Search, Stop, Text};

/// A register without a place: the capture of a group that did not take part.
pub const NONE: u32 = u32::MAX;

/// Entries that the stack may have: 128 MiB.
const DEEPEST: usize = 1 << 23;

/// What there is to go back to.
#[derive(Clone, Copy)]
enum Entry {
    /// Another way to go on.
    Choice { pc: u32, at: u32 },
    /// A register as it was.
    Undo { register: u32, old: u32 },
    /// A loop over a class that matched up to `at`: it may be shorter, down to `min`.
    Greedy { pc: u32, min: u32, at: u32 },
    /// A loop over a class that may take so many more.
    Lazy { pc: u32, at: u32, left: u32 },
}

struct Machine<'a, T> {
    host: &'a dyn Host,
    program: &'a Program,
    text: &'a [T],
    registers: Vec<u32>,
    stack: Vec<Entry>,
    patience: u32,
}

/// Characters that are looked at in the time of a step.
const CHARS_PER_STEP: u64 = 4;

impl Program {
    /// Looks for a match: the places of the groups' captures, two for each. How much work it was, beyond what the host was asked about.
    pub(crate) fn execute(&self, search: Search<'_>) -> (Found, u64) {
        match search.text {
            Text::Latin1(units) => Machine::new(search.host, self, units).execute(search.at, search.sticky),
            Text::Utf16(units) => Machine::new(search.host, self, units).execute(search.at, search.sticky),
        }
    }

    /// 22.2.2.7.2 BackreferenceMatcher for the reference that is instruction `pc`, given the captures so far, two places for each
    /// group: where it goes on at, if it matches.
    pub fn back_reference(&self, pc: usize, captures: Vec<u32>, text: Text<'_>, at: usize) -> Option<usize> {
        let Some(Insn::BackReference { groups, ignore_case, backward }) = self.code.get(pc) else {
            return None;
        };
        let (groups, ignore_case, backward) = (*groups, *ignore_case, *backward);
        match text {
            Text::Latin1(units) => Machine { registers: captures, ..Machine::new(&Nobody, self, units) }
                .back_reference(groups, ignore_case, backward, at),
            Text::Utf16(units) => Machine { registers: captures, ..Machine::new(&Nobody, self, units) }
                .back_reference(groups, ignore_case, backward, at),
        }
    }

    /// Where a search begins that is to begin at a place: not between the halves of a pair.
    pub fn search_start(&self, text: Text<'_>, at: usize) -> usize {
        let Text::Utf16(units) = text else { return at };
        let is = |at: usize, kind: fn(u32) -> bool| units.get(at).is_some_and(|unit| kind(u32::from(*unit)));
        let splits = self.unicode && at > 0 && is(at, is_trail) && is(at - 1, is_lead);
        if splits { at - 1 } else { at }
    }
}

/// Has nothing to say.
struct Nobody;

impl Host for Nobody {
    fn poll(&self) -> bool {
        true
    }

    fn name(&self) -> String {
        String::new()
    }
}

fn is_lead(unit: u32) -> bool {
    unit & 0xfc00 == 0xd800
}

fn is_trail(unit: u32) -> bool {
    unit & 0xfc00 == 0xdc00
}

fn join(lead: u32, trail: u32) -> u32 {
    0x1_0000 + ((lead & 0x3ff) << 10 | trail & 0x3ff)
}

impl<'a, T: Copy + Into<u16>> Machine<'a, T> {
    fn new(host: &'a dyn Host, program: &'a Program, text: &'a [T]) -> Machine<'a, T> {
        let registers = vec![NONE; program.registers];
        Machine { host, program, text, registers, stack: Vec::new(), patience: PATIENCE }
    }

    #[inline]
    fn unit(&self, at: usize) -> Option<u32> {
        self.text.get(at).map(|unit| u32::from((*unit).into()))
    }

    /// The character at a place, and where the next one is.
    #[inline]
    fn next(&self, at: usize) -> Option<(u32, usize)> {
        let unit = self.unit(at)?;
        if self.program.unicode
            && is_lead(unit)
            && let Some(trail) = self.unit(at + 1)
            && is_trail(trail)
        {
            return Some((join(unit, trail), at + 2));
        }
        Some((unit, at + 1))
    }

    /// The character in front of a place, and where it is; it does not begin before `low`.
    #[inline]
    fn previous(&self, at: usize, low: usize) -> Option<(u32, usize)> {
        let unit = self.unit(at.checked_sub(1)?)?;
        if self.program.unicode
            && is_trail(unit)
            && at >= low + 2
            && let Some(lead) = self.unit(at - 2)
            && is_lead(lead)
        {
            return Some((join(lead, unit), at - 2));
        }
        Some((unit, at - 1))
    }

    #[inline]
    fn step(&self, at: usize, backward: bool) -> Option<(u32, usize)> {
        if backward { self.previous(at, 0) } else { self.next(at) }
    }

    fn splits_pair(&self, at: usize) -> bool {
        let is = |at: Option<usize>, kind: fn(u32) -> bool| at.and_then(|at| self.unit(at)).is_some_and(kind);
        self.program.unicode && is(Some(at), is_trail) && is(at.checked_sub(1), is_lead)
    }

    fn execute(mut self, start: usize, sticky: bool) -> (Found, u64) {
        let mut end = start;
        let found = self.search(start, sticky, &mut end);
        let chars = end.saturating_sub(start) as u64;
        (found, 1 + u64::from(PATIENCE - self.patience) + chars / CHARS_PER_STEP)
    }

    fn search(&mut self, start: usize, sticky: bool, reached: &mut usize) -> Found {
        let mut at = start;
        if self.splits_pair(at) {
            at -= 1;
        }
        loop {
            if !sticky {
                match self.candidate(at) {
                    Some(candidate) => at = candidate,
                    None => {
                        *reached = self.text.len();
                        return Ok(None);
                    }
                }
                if at > start && self.splits_pair(at) {
                    at += 1;
                    continue;
                }
            }
            *reached = at;
            if self.run(at)? {
                self.registers.truncate(self.program.groups * 2);
                return Ok(Some(std::mem::take(&mut self.registers)));
            }
            if sticky || at >= self.text.len() {
                return Ok(None);
            }
            at = self.next(at).map_or(at + 1, |(_, next)| next);
            self.be_patient()?;
        }
    }

    /// The next place where a match may begin.
    fn candidate(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        match &self.program.first {
            First::Any => Some(at),
            First::Start => (at == 0).then_some(0),
            First::Byte(byte) => {
                let unit = u16::from(*byte);
                rest.iter().position(|other| (*other).into() == unit).map(|found| at + found)
            }
            First::Units(units) => {
                let fits = |unit: u16| units.low.get(usize::from(unit)).copied().unwrap_or(units.high);
                rest.iter().position(|unit| fits((*unit).into())).map(|found| at + found)
            }
        }
    }

    #[inline]
    fn be_patient(&mut self) -> Result<(), Stop> {
        self.patience -= 1;
        if self.patience == 0 {
            self.patience = PATIENCE;
            if !self.host.poll() {
                return Err(Stop::Host);
            }
            if self.stack.len() > DEEPEST {
                return Err(Stop::TooDeep);
            }
        }
        Ok(())
    }

    #[inline]
    fn set(&mut self, register: u32, value: u32) {
        if let Some(cell) = self.registers.get_mut(register as usize) {
            let old = std::mem::replace(cell, value);
            self.stack.push(Entry::Undo { register, old });
            if self.stack.len() > DEEPEST {
                // The next look at the clock is one at the stack, too.
                self.patience = 1;
            }
        }
    }

    #[inline]
    fn get(&self, register: u32) -> u32 {
        self.registers.get(register as usize).copied().unwrap_or(NONE)
    }

    fn restore(&mut self, register: u32, old: u32) {
        if let Some(cell) = self.registers.get_mut(register as usize) {
            *cell = old;
        }
    }

    /// Whether there is a match that begins here.
    fn run(&mut self, start: usize) -> Result<bool, Stop> {
        self.registers.fill(NONE);
        self.stack.clear();
        let (mut pc, mut at) = (0, start);
        let program = self.program;
        loop {
            let Some(insn) = program.code.get(pc) else { return Ok(false) };
            let next = match *insn {
                Insn::Unit { unit, backward: false } if self.unit(at) == Some(unit.into()) => {
                    Some((pc + 1, at + 1))
                }
                Insn::Unit { unit, backward: true } if at > 0 && self.unit(at - 1) == Some(unit.into()) => {
                    Some((pc + 1, at - 1))
                }
                Insn::Class { class, backward } => match self.step(at, backward) {
                    Some((char, next)) if program.classes[class as usize].contains(char) => {
                        Some((pc + 1, next))
                    }
                    _ => None,
                },
                Insn::ClassLoop { .. } => {
                    self.be_patient()?;
                    self.class_loop(*insn, pc, at).map(|next| (pc + 1, next))
                }
                Insn::Split { other } => {
                    self.be_patient()?;
                    self.stack.push(Entry::Choice { pc: other, at: at as u32 });
                    Some((pc + 1, at))
                }
                Insn::Jump { to } => Some((to as usize, at)),
                Insn::Save { register } => {
                    self.set(register, at as u32);
                    Some((pc + 1, at))
                }
                Insn::Forget { from, to } => {
                    self.forget(from, to);
                    Some((pc + 1, at))
                }
                Insn::LoopStart { register } => {
                    self.set(register, 0);
                    Some((pc + 1, at))
                }
                Insn::LoopTest(turn) => {
                    self.be_patient()?;
                    Some((self.loop_test(turn, pc, at), at))
                }
                Insn::LoopEnter(turn) => {
                    self.set(turn.register + 1, at as u32);
                    self.forget(turn.groups.0, turn.groups.1);
                    Some((pc + 1, at))
                }
                Insn::LoopNext { test, register, min } => {
                    let count = self.get(register);
                    // Once there were turns enough, one that matches nothing fails.
                    if count >= min && self.get(register + 1) == at as u32 {
                        None
                    } else {
                        self.set(register, count.saturating_add(1).min(NONE - 1));
                        Some((test as usize, at))
                    }
                }
                Insn::Look { register, negative, end } => {
                    let height = self.stack.len() as u32;
                    self.restore(register, height);
                    self.restore(register + 1, at as u32);
                    if negative {
                        self.stack.push(Entry::Choice { pc: end, at: at as u32 });
                    }
                    Some((pc + 1, at))
                }
                Insn::LookEnd { register, negative } => {
                    self.look_end(register, negative).map(|at| (pc + 1, at))
                }
                Insn::BackReference { groups, ignore_case, backward } => {
                    self.back_reference(groups, ignore_case, backward, at).map(|at| (pc + 1, at))
                }
                Insn::Match => {
                    return Ok(true);
                }
                _ => self.assertion(*insn, at).then_some((pc + 1, at)),
            };
            match next {
                Some(next) => (pc, at) = next,
                None => {
                    self.be_patient()?;
                    match self.backtrack() {
                        Some(next) => (pc, at) = next,
                        None => return Ok(false),
                    }
                }
            }
        }
    }

    /// Assertions about a place; other instructions that come here have failed.
    fn assertion(&self, insn: Insn, at: usize) -> bool {
        let ends_line = |unit: Option<u32>| matches!(unit, Some(10 | 13 | 0x2028 | 0x2029));
        match insn {
            Insn::LineStart { multiline } => at == 0 || multiline && ends_line(self.unit(at - 1)),
            Insn::LineEnd { multiline } => at >= self.text.len() || multiline && ends_line(self.unit(at)),
            Insn::WordBoundary { negative, class } => {
                let class = &self.program.classes[class as usize];
                let before = self.previous(at, 0).is_some_and(|(char, _)| class.contains(char));
                let behind = self.next(at).is_some_and(|(char, _)| class.contains(char));
                (before != behind) != negative
            }
            _ => false,
        }
    }

    fn forget(&mut self, from: u32, to: u32) {
        for register in from * 2..to * 2 {
            if self.get(register) != NONE {
                self.set(register, NONE);
            }
        }
    }

    fn loop_test(&mut self, turn: Loop, pc: usize, at: usize) -> usize {
        let count = self.get(turn.register);
        if count < turn.min {
            return pc + 1;
        }
        if count >= turn.max {
            return turn.exit as usize;
        }
        let (now, later) =
            if turn.greedy { (pc + 1, turn.exit as usize) } else { (turn.exit as usize, pc + 1) };
        self.stack.push(Entry::Choice { pc: later as u32, at: at as u32 });
        now
    }

    /// Runs a loop over a class: where it ends.
    fn class_loop(&mut self, insn: Insn, pc: usize, start: usize) -> Option<usize> {
        let Insn::ClassLoop { class, min, max, greedy, backward } = insn else { return None };
        let class = &self.program.classes[class as usize];
        let mut at = start;
        for _ in 0..min {
            match self.step(at, backward) {
                Some((char, next)) if class.contains(char) => at = next,
                _ => return None,
            }
        }
        let (least, mut left) = (at, max.saturating_sub(min));
        if max == u32::MAX {
            left = u32::MAX;
        }
        let pc = pc as u32;
        if !greedy {
            if left > 0 {
                self.stack.push(Entry::Lazy { pc, at: at as u32, left });
            }
            return Some(at);
        }
        while left > 0 {
            match self.step(at, backward) {
                Some((char, next)) if class.contains(char) => at = next,
                _ => break,
            }
            left -= 1;
        }
        if at != least {
            self.stack.push(Entry::Greedy { pc, min: least as u32, at: at as u32 });
        }
        Some(at)
    }

    /// The lookaround whose registers these are has matched: where it goes on, unless that is a failure.
    fn look_end(&mut self, register: u32, negative: bool) -> Option<usize> {
        let height = self.get(register) as usize;
        if negative {
            while self.stack.len() > height {
                if let Some(Entry::Undo { register, old }) = self.stack.pop() {
                    self.restore(register, old);
                }
            }
            return None;
        }
        // There is no other way to match it; its captures are undone when something before it goes another way.
        let mut kept = height;
        for at in height..self.stack.len() {
            if matches!(self.stack[at], Entry::Undo { .. }) {
                self.stack[kept] = self.stack[at];
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        Some(self.get(register + 1) as usize)
    }

    fn back_reference(&self, groups: u32, ignore_case: bool, backward: bool, at: usize) -> Option<usize> {
        let groups = &self.program.references[groups as usize];
        let capture = groups.iter().find_map(|group| {
            let (from, to) = (self.get(group * 2), self.get(group * 2 + 1));
            (from != NONE && to != NONE).then_some((from as usize, to as usize))
        });
        let Some((from, to)) = capture else { return Some(at) };
        let length = to.saturating_sub(from);
        let (start, end) = if backward { (at.checked_sub(length)?, at) } else { (at, at + length) };
        if end > self.text.len() {
            return None;
        }
        let mut done = 0;
        if !ignore_case {
            while done < length {
                if self.unit(from + done) != self.unit(start + done) {
                    return None;
                }
                done += 1;
            }
        } else {
            let cases = Cases::get(self.program.unicode);
            while done < length {
                let ((a, next), (b, _)) = (self.next(from + done)?, self.next(start + done)?);
                if a != b && cases.canonicalize(a) != cases.canonicalize(b) {
                    return None;
                }
                done = next - from;
            }
        }
        // Neither half of a pair is a character.
        let reached = if backward { start } else { end };
        if self.splits_pair(reached) && length > 0 { None } else { Some(reached) }
    }

    /// The next way to go on.
    fn backtrack(&mut self) -> Option<(usize, usize)> {
        loop {
            match self.stack.pop()? {
                Entry::Choice { pc, at } => return Some((pc as usize, at as usize)),
                Entry::Undo { register, old } => self.restore(register, old),
                Entry::Greedy { pc, min, at } => {
                    if let Some(next) = self.shorter(pc as usize, min as usize, at as usize) {
                        return Some(next);
                    }
                }
                Entry::Lazy { pc, at, left } => {
                    if let Some(next) = self.longer(pc as usize, at as usize, left) {
                        return Some(next);
                    }
                }
            }
        }
    }

    /// A greedy loop takes fewer characters: as many fewer as make what follows possible, if that is one unit.
    fn shorter(&mut self, pc: usize, min: usize, mut at: usize) -> Option<(usize, usize)> {
        let Insn::ClassLoop { backward, .. } = self.program.code[pc] else { return None };
        if backward {
            let (_, next) = self.next(at)?;
            // A pair that the loop's end splits is taken as a whole only if it fits.
            let next = if next > min { at + 1 } else { next };
            if next < min {
                self.stack.push(Entry::Greedy { pc: pc as u32, min: min as u32, at: next as u32 });
            }
            return Some((pc + 1, next));
        }
        let wanted = match self.program.code.get(pc + 1) {
            Some(Insn::Unit { unit, backward: false }) => Some(u32::from(*unit)),
            _ => None,
        };
        while at > min {
            (_, at) = self.previous(at, min)?;
            if wanted.is_none_or(|wanted| self.unit(at) == Some(wanted)) {
                if at > min {
                    self.stack.push(Entry::Greedy { pc: pc as u32, min: min as u32, at: at as u32 });
                }
                return Some((pc + 1, at));
            }
        }
        None
    }

    /// A lazy loop takes one more character.
    fn longer(&mut self, pc: usize, at: usize, left: u32) -> Option<(usize, usize)> {
        let Insn::ClassLoop { class, backward, .. } = self.program.code[pc] else { return None };
        let (char, next) = self.step(at, backward)?;
        if !self.program.classes[class as usize].contains(char) {
            return None;
        }
        let left = if left == u32::MAX { left } else { left - 1 };
        if left > 0 {
            self.stack.push(Entry::Lazy { pc: pc as u32, at: next as u32, left });
        }
        Some((pc + 1, next))
    }
}
