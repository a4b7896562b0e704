//! What is known of a program before it is lowered: where control comes to, which loops never give back, what needs no undoing.

use js_regexp::Program;
use js_regexp::program::{Class, Insn};

/// Facts about a program.
pub(crate) struct Shape {
    /// Instructions that others lead to.
    pub(crate) targets: Vec<bool>,
    /// Instructions in front of this one are executed once in each attempt, and nothing is pushed by then.
    pub(crate) prefix: usize,
    /// Lookarounds, by their first instruction, whose bodies push nothing.
    pub(crate) plain_looks: Vec<bool>,
}

impl Shape {
    pub(crate) fn new(program: &Program) -> Shape {
        let code = &program.code;
        let mut targets = vec![false; code.len() + 1];
        for (pc, insn) in code.iter().enumerate() {
            match *insn {
                Insn::Split { other } => [pc + 1, other as usize].iter().for_each(|to| targets[*to] = true),
                Insn::Jump { to } => targets[to as usize] = true,
                Insn::LoopTest(turn) => {
                    [pc + 1, turn.exit as usize].iter().for_each(|to| targets[*to] = true);
                }
                Insn::LoopNext { test, .. } => targets[test as usize] = true,
                Insn::Look { end, .. } => targets[end as usize] = true,
                _ => {}
            }
        }
        let prefix = (0..code.len())
            .find(|pc| !is_plain(program, *pc, true) || *pc > 0 && targets[*pc])
            .unwrap_or(code.len());
        let plain_looks = (0..code.len()).map(|pc| is_plain_look(program, &targets, pc)).collect();
        Shape { targets, prefix, plain_looks }
    }
}

/// Whether an instruction only goes on or fails, and pushes nothing. A register that is saved without a trace counts if that is said.
fn is_plain(program: &Program, pc: usize, saves: bool) -> bool {
    match program.code[pc] {
        Insn::Unit { .. }
        | Insn::Class { .. }
        | Insn::LineStart { .. }
        | Insn::LineEnd { .. }
        | Insn::WordBoundary { .. } => true,
        Insn::ClassLoop { .. } => gives_nothing_back(program, pc),
        // A reference in front of its group has to find that it was not there yet.
        Insn::Save { register } => {
            saves && !program.references.iter().any(|groups| groups.contains(&(register / 2)))
        }
        _ => false,
    }
}

fn is_plain_look(program: &Program, targets: &[bool], pc: usize) -> bool {
    let Insn::Look { end, .. } = program.code[pc] else { return false };
    let end = end as usize - 1;
    (pc + 1..end).all(|pc| is_plain(program, pc, false) && !targets[pc]) && !targets[end]
}

/// The instruction behind one, but for those that only note places.
pub(crate) fn follower(code: &[Insn], pc: usize) -> usize {
    let mut next = pc + 1;
    loop {
        match code.get(next) {
            Some(Insn::Save { .. }) => next += 1,
            Some(Insn::Jump { to }) if *to as usize > next => next = *to as usize,
            _ => return next,
        }
    }
}

/// Whether a loop over a class is at its only end at once: with fewer characters, or more if it is lazy, what follows it cannot match.
pub(crate) fn gives_nothing_back(program: &Program, pc: usize) -> bool {
    let Insn::ClassLoop { class, min, max, greedy, backward } = program.code[pc] else { return false };
    let class = &program.classes[class as usize];
    let next = program.code.get(follower(&program.code, pc));
    if min == max || matches!(program.code.get(pc + 1), Some(Insn::LookEnd { .. })) {
        return true;
    }
    if !greedy || backward {
        return false;
    }
    match next {
        Some(Insn::Match | Insn::LineEnd { multiline: false }) => true,
        Some(Insn::LineEnd { multiline: true }) => {
            [10, 13, 0x2028, 0x2029].iter().all(|unit| !class.contains(*unit))
        }
        // Code points are compared with code points; half of a pair may be in front of another one.
        Some(Insn::Unit { unit, backward: false }) => {
            !(class.contains(u32::from(*unit)) || program.unicode && (0xd800..0xe000).contains(unit))
        }
        Some(Insn::Class { class: other, backward: false }) => {
            is_disjoint(class, &program.classes[*other as usize])
        }
        Some(Insn::ClassLoop { class: other, min: 1.., backward: false, .. }) => {
            is_disjoint(class, &program.classes[*other as usize])
        }
        // Between two characters of words there is none.
        Some(Insn::WordBoundary { negative: false, class: words }) => {
            min > 0 && is_within(class, &program.classes[*words as usize])
        }
        _ => false,
    }
}

fn is_disjoint(a: &Class, b: &Class) -> bool {
    let (a, b) = (a.ranges(), b.ranges());
    let mut others = b.iter().peekable();
    a.iter().all(|range| {
        while others.peek().is_some_and(|other| other.1 < range.0) {
            others.next();
        }
        others.peek().is_none_or(|other| other.0 > range.1)
    })
}

fn is_within(a: &Class, b: &Class) -> bool {
    let b = b.ranges();
    a.ranges().iter().all(|range| b.iter().any(|other| other.0 <= range.0 && range.1 <= other.1))
}
