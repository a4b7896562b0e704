//! Which units a match can begin with: the machine is not started at others.

use super::program::{Class, Insn};

/// How to find places where a match may begin.
pub enum First {
    /// Anywhere.
    Any,
    /// Only at the very beginning.
    Start,
    /// At one of these units.
    Units(Units),
    /// At this unit below 256.
    Byte(u8),
}

/// A set of units.
pub struct Units {
    /// Which of the first 256 are in it.
    pub low: Box<[bool; 256]>,
    /// Whether all others are.
    pub high: bool,
}

impl Units {
    fn none() -> Units {
        Units { low: Box::new([false; 256]), high: false }
    }

    fn add_unit(&mut self, unit: u16) {
        match self.low.get_mut(usize::from(unit)) {
            Some(low) => *low = true,
            None => self.high = true,
        }
    }

    fn add_class(&mut self, class: &Class) {
        (0..256).filter(|char| class.contains(*char)).for_each(|char| self.low[char as usize] = true);
        self.high |= class.has_high();
    }
}

/// What the first units of matches can be.
pub(crate) fn first(code: &[Insn], classes: &[Class]) -> First {
    let starts = code.iter().find(|insn| !matches!(insn, Insn::Save { .. }));
    if matches!(starts, Some(Insn::LineStart { multiline: false })) {
        return First::Start;
    }
    let Some(units) = units_at(code, classes, 0) else { return First::Any };
    let count = units.low.iter().filter(|unit| **unit).count();
    if count == 1
        && !units.high
        && let Some(unit) = units.low.iter().position(|unit| *unit)
    {
        return First::Byte(unit as u8);
    }
    if count == 256 && units.high {
        return First::Any;
    }
    First::Units(units)
}

/// The units of which one has to be at the place where it goes on at an instruction; `None`: there may be any, or none at all.
pub(crate) fn units_at(code: &[Insn], classes: &[Class], start: usize) -> Option<Units> {
    let mut search = Search { code, classes, units: Units::none(), seen: vec![false; code.len()] };
    search.from(start).then_some(search.units)
}

struct Search<'a> {
    code: &'a [Insn],
    classes: &'a [Class],
    units: Units,
    seen: Vec<bool>,
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
                Insn::Unit { unit, backward: false } => self.units.add_unit(unit),
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
                // A turn that matched nothing since here: another one comes first, or what is behind the loop.
                Insn::LoopNext { test, .. } => match self.code[test as usize] {
                    Insn::LoopTest(turn) => pending.extend([turn.exit as usize, test as usize]),
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

    fn add_class(&mut self, class: u32) {
        if let Some(class) = self.classes.get(class as usize) {
            self.units.add_class(class);
        }
    }
}
