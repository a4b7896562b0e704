//! Which units a match can begin with: the machine is not started at others.

use super::program::{Class, Insn};

/// How to find places where a match may begin.
pub(super) enum First {
    /// Anywhere.
    Any,
    /// Only at the very beginning.
    Start,
    /// At one of these units below 256, or at any of the others if that is said.
    Units { low: Box<[bool; 256]>, high: bool },
    /// At this unit below 256.
    Byte(u8),
}

struct Search<'a> {
    code: &'a [Insn],
    classes: &'a [Class],
    low: Box<[bool; 256]>,
    high: bool,
    seen: Vec<bool>,
}

/// What the first units of matches can be.
pub(super) fn first(code: &[Insn], classes: &[Class]) -> First {
    let starts = code.iter().find(|insn| !matches!(insn, Insn::Save { .. }));
    if matches!(starts, Some(Insn::LineStart { multiline: false })) {
        return First::Start;
    }
    let mut search =
        Search { code, classes, low: Box::new([false; 256]), high: false, seen: vec![false; code.len()] };
    if !search.from(0) {
        return First::Any;
    }
    let count = search.low.iter().filter(|unit| **unit).count();
    if count == 1
        && !search.high
        && let Some(unit) = search.low.iter().position(|unit| *unit)
    {
        return First::Byte(unit as u8);
    }
    if count == 256 && search.high {
        return First::Any;
    }
    First::Units { low: search.low, high: search.high }
}

impl Search<'_> {
    /// Adds the units that are matched first from here on; false when it may match without looking at any.
    fn from(&mut self, start: usize) -> bool {
        let mut pending = vec![start];
        while let Some(at) = pending.pop() {
            if self.seen.get(at).is_none_or(|seen| *seen) {
                continue;
            }
            self.seen[at] = true;
            match self.code[at] {
                Insn::Unit { unit, backward: false } => self.add_unit(unit),
                Insn::Class { class, backward: false } => self.add_class(class),
                Insn::ClassLoop { class, min, backward: false, .. } => {
                    self.add_class(class);
                    if min == 0 {
                        pending.push(at + 1);
                    }
                }
                Insn::Split { other } => pending.extend([other as usize, at + 1]),
                Insn::Jump { to } => pending.push(to as usize),
                Insn::LoopTest(turn) => {
                    pending.push(at + 1);
                    if turn.min == 0 {
                        pending.push(turn.exit as usize);
                    }
                }
                // A turn that matched nothing: what is behind the loop comes first.
                Insn::LoopNext { test, .. } => match self.code[test as usize] {
                    Insn::LoopTest(turn) => pending.push(turn.exit as usize),
                    _ => return false,
                },
                Insn::Save { .. }
                | Insn::LoopStart { .. }
                | Insn::LoopEnter(_)
                | Insn::Forget { .. }
                | Insn::LineStart { .. }
                | Insn::LineEnd { .. }
                | Insn::WordBoundary { .. } => pending.push(at + 1),
                Insn::Look { end, .. } => pending.push(end as usize),
                Insn::Fail => {}
                _ => return false,
            }
        }
        true
    }

    fn add_unit(&mut self, unit: u16) {
        match self.low.get_mut(usize::from(unit)) {
            Some(low) => *low = true,
            None => self.high = true,
        }
    }

    fn add_class(&mut self, class: u32) {
        if let Some(class) = self.classes.get(class as usize) {
            (0..256).filter(|char| class.contains(*char)).for_each(|char| self.low[char as usize] = true);
            self.high |= class.has_high();
        }
    }
}
