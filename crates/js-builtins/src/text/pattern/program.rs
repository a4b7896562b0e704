//! Instructions of the backtracking machine.

use super::first::First;
use super::set::Set;

/// A program with what it refers to.
pub(in crate::text) struct Program {
    pub(super) code: Vec<Insn>,
    pub(super) classes: Vec<Class>,
    /// Groups of back references.
    pub(super) references: Vec<Vec<u32>>,
    /// Registers: two for each group, then those of loops and lookarounds.
    pub(super) registers: usize,
    /// Number of groups, the whole match included.
    pub(in crate::text) groups: usize,
    /// Names of groups in order, with the groups that have them.
    pub(in crate::text) names: Vec<(String, Vec<u32>)>,
    pub(super) unicode: bool,
    pub(super) first: First,
}

/// A set of characters, ready to be looked at.
pub(super) struct Class {
    /// Which of the first 256 are in it.
    low: [u64; 4],
    /// Ranges of the others, in order.
    high: Box<[(u32, u32)]>,
}

impl Class {
    pub(super) fn new(set: &Set) -> Class {
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

    #[inline]
    pub(super) fn contains(&self, char: u32) -> bool {
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

    /// Whether characters beyond the first 256 are in it.
    pub(super) fn has_high(&self) -> bool {
        !self.high.is_empty()
    }
}

/// A counted loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    /// The register that counts; the next one has where the turn began.
    pub(super) register: u32,
    pub(super) min: u32,
    /// `u32::MAX`: without end.
    pub(super) max: u32,
    pub(super) greedy: bool,
    /// Groups whose captures each turn forgets: from the first up to the second.
    pub(super) groups: (u32, u32),
    /// Where it goes on behind the loop.
    pub(super) exit: u32,
}

/// An instruction. Backward ones are for lookbehinds: they go from the right to the left.
#[derive(Clone, Copy, Debug)]
pub(super) enum Insn {
    /// One unit.
    Unit {
        unit: u16,
        backward: bool,
    },
    /// A character of a class.
    Class {
        class: u32,
        backward: bool,
    },
    /// As many characters of a class as are wanted.
    ClassLoop {
        class: u32,
        min: u32,
        max: u32,
        greedy: bool,
        backward: bool,
    },
    /// Goes on here, or there.
    Split {
        other: u32,
    },
    Jump {
        to: u32,
    },
    /// Notes the place in a register.
    Save {
        register: u32,
    },
    LoopStart {
        register: u32,
    },
    /// Another turn, or out: the next instruction begins a turn.
    LoopTest(Loop),
    LoopEnter(Loop),
    /// Forgets the captures of groups, from the first up to the second.
    Forget {
        from: u32,
        to: u32,
    },
    /// A turn ends.
    LoopNext {
        test: u32,
        register: u32,
        min: u32,
    },
    LineStart {
        multiline: bool,
    },
    LineEnd {
        multiline: bool,
    },
    /// `\b`, `\B`; the class has the word characters.
    WordBoundary {
        negative: bool,
        class: u32,
    },
    BackReference {
        groups: u32,
        ignore_case: bool,
        backward: bool,
    },
    /// Begins a lookaround: the register gets the height of the stack, the next one the place.
    Look {
        register: u32,
        negative: bool,
        end: u32,
    },
    /// The lookaround has matched.
    LookEnd {
        register: u32,
        negative: bool,
    },
    Fail,
    Match,
}
