//! Instructions of the backtracking machine.

use super::first::{First, Units, units_at};
use super::set::Set;

/// A program with what it refers to.
pub struct Program {
    /// The instructions, the first one at 0.
    pub code: Vec<Insn>,
    /// Classes, by number.
    pub classes: Vec<Class>,
    /// Groups of back references.
    pub references: Vec<Vec<u32>>,
    /// Registers: two for each group, then those of loops and lookarounds.
    pub registers: usize,
    /// Number of groups, the whole match included.
    pub groups: usize,
    /// Names of groups in order, with the groups that have them.
    pub names: Vec<(String, Vec<u32>)>,
    /// Whether characters are code points.
    pub unicode: bool,
    /// Where matches may begin.
    pub first: First,
}

impl Program {
    /// The units of which one has to be at the place where it goes on at instruction `pc`; `None`: there may be any, or none at all.
    pub fn units_at(&self, pc: usize) -> Option<Units> {
        units_at(&self.code, &self.classes, pc)
    }
}

/// A set of characters, ready to be looked at.
pub struct Class {
    /// Which of the first 256 are in it.
    low: [u64; 4],
    /// Ranges of the others, in order.
    high: Box<[(u32, u32)]>,
}

impl Class {
    pub(crate) fn new(set: &Set) -> Class {
        let mut low = [0; 4];
        for char in 0..256 {
            if set.contains(char) {
                low[(char / 64) as usize] |= 1 << (char % 64);
            }
        }
        let high = set
            .ranges()
            .iter()
            .filter(|range| range.1 > 255)
            .map(|range| (range.0.max(256), range.1))
            .collect();
        Class { low, high }
    }

    /// Whether a character is in it.
    #[inline]
    pub fn contains(&self, char: u32) -> bool {
        if char < 256 {
            return self.low[(char / 64) as usize] >> (char % 64) & 1 != 0;
        }
        self.contains_high(char)
    }

    fn contains_high(&self, char: u32) -> bool {
        match &*self.high {
            [] => false,
            [range] => range.0 <= char && char <= range.1,
            ranges => {
                let at = ranges.partition_point(|range| range.1 < char);
                ranges.get(at).is_some_and(|range| range.0 <= char)
            }
        }
    }

    /// Its ranges, in order; they do not touch.
    pub fn ranges(&self) -> Vec<(u32, u32)> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        let low = (0..256).filter(|char| self.contains(*char)).map(|char| (char, char));
        for (from, to) in low.chain(self.high.iter().copied()) {
            match ranges.last_mut() {
                Some(last) if last.1 + 1 == from => last.1 = to,
                _ => ranges.push((from, to)),
            }
        }
        ranges
    }

    /// Whether characters beyond the first 256 are in it.
    pub fn has_high(&self) -> bool {
        !self.high.is_empty()
    }
}

/// A counted loop.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    /// The register that counts; the next one has where the turn began.
    pub register: u32,
    /// Turns at least.
    pub min: u32,
    /// Turns at most; `u32::MAX`: without end.
    pub max: u32,
    /// Whether more turns are wanted, or fewer.
    pub greedy: bool,
    /// Groups whose captures each turn forgets: from the first up to the second.
    pub groups: (u32, u32),
    /// Where it goes on behind the loop.
    pub exit: u32,
}

/// An instruction. Backward ones are for lookbehinds: they go from the right to the left.
#[derive(Clone, Copy, Debug)]
pub enum Insn {
    /// One unit.
    Unit {
        /// The unit.
        unit: u16,
        /// Whether it is in front of the place.
        backward: bool,
    },
    /// A character of a class.
    Class {
        /// The class, by number.
        class: u32,
        /// Whether it is in front of the place.
        backward: bool,
    },
    /// As many characters of a class as are wanted.
    ClassLoop {
        /// The class, by number.
        class: u32,
        /// How many there are at least.
        min: u32,
        /// How many at most; `u32::MAX`: without end.
        max: u32,
        /// Whether more are wanted, or fewer.
        greedy: bool,
        /// Whether they are in front of the place.
        backward: bool,
    },
    /// Goes on behind this, or else there.
    Split {
        /// The other instruction.
        other: u32,
    },
    /// Goes on there.
    Jump {
        /// The instruction.
        to: u32,
    },
    /// Notes the place in a register.
    Save {
        /// The register.
        register: u32,
    },
    /// Begins a counted loop.
    LoopStart {
        /// [`Loop::register`]
        register: u32,
    },
    /// Another turn, or out: the next instruction begins a turn.
    LoopTest(Loop),
    /// A turn begins.
    LoopEnter(Loop),
    /// Forgets the captures of groups, from the first up to the second.
    Forget {
        /// The first group.
        from: u32,
        /// The group behind the last.
        to: u32,
    },
    /// A turn ends.
    LoopNext {
        /// The loop's [`Insn::LoopTest`].
        test: u32,
        /// [`Loop::register`]
        register: u32,
        /// [`Loop::min`]
        min: u32,
    },
    /// `^`
    LineStart {
        /// Whether each line has one.
        multiline: bool,
    },
    /// `$`
    LineEnd {
        /// Whether each line has one.
        multiline: bool,
    },
    /// `\b`, `\B`
    WordBoundary {
        /// Whether there is to be none.
        negative: bool,
        /// The word characters.
        class: u32,
    },
    /// What a group captured, once more.
    BackReference {
        /// The groups of that name, by the number of their list in [`Program::references`].
        groups: u32,
        /// Whether cases count for nothing.
        ignore_case: bool,
        /// Whether it is in front of the place.
        backward: bool,
    },
    /// Begins a lookaround.
    Look {
        /// A register for the height of the stack; the next one is for the place.
        register: u32,
        /// Whether it is not to match.
        negative: bool,
        /// The instruction behind the lookaround.
        end: u32,
    },
    /// The lookaround has matched.
    LookEnd {
        /// [`Insn::Look`]'s register.
        register: u32,
        /// Whether it was not to.
        negative: bool,
    },
    /// Nothing matches.
    Fail,
    /// The match is complete.
    Match,
}
