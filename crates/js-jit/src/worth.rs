//! What it is worth to compile a piece of bytecode: how much of the time that it takes in code of templates goes into what optimized
//! code does for less.
//!
//! Most of what a program does in functions of the library, in new objects or in strings takes as long in any tier. Compiling takes about as
//! long for an instruction of this kind as for another one, so that it pays later or never.

use js_bytecode::{Inst, Op};
use js_rt::Note;

/// Time that instructions take, in tenths of nanoseconds: roughly, on a machine of 2020. Only what they are to one another matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Worth {
    /// Instructions.
    count: u32,
    /// In code of templates.
    templates: u32,
    /// Of this, what optimized code does without.
    saved: u32,
}

/// What an instruction saves where hotness is what the threshold says.
const USUAL: u32 = 30;
/// Thresholds are that many times higher, at most.
const MOST: u32 = 16;
/// Exits at an instruction after which it is not taken to be done by code itself.
const MOST_EXITS: u16 = 6;
/// Of the time in code of templates, the part that has to be saved, at least.
const LEAST_PART: u32 = 4;

impl Worth {
    /// That of some instructions with what was noted about them; whether a built-in function, which a note names, is done in place.
    pub(crate) fn new<'a>(
        insts: impl Iterator<Item = (&'a Inst, Note)>,
        in_place: impl Fn(u32) -> bool,
    ) -> Worth {
        insts.fold(Worth::default(), |sum, (inst, note)| {
            let known = note.native.checked_sub(1).is_some_and(&in_place);
            let (templates, saved) = times(inst.op(), note, known);
            Worth { count: sum.count + 1, templates: sum.templates + templates, saved: sum.saved + saved }
        })
    }

    /// Whether optimized code is noticeably faster.
    pub(crate) fn is_faster(self) -> bool {
        self.saved * LEAST_PART >= self.templates
    }

    /// The factor for the threshold: how many times less is saved than usual for what is compiled.
    pub(crate) fn factor(self) -> u32 {
        (self.count * USUAL / self.saved.max(1)).clamp(1, MOST)
    }
}

/// What an instruction takes in code of templates, and how much less in optimized code.
fn times(op: Op, note: Note, in_place: bool) -> (u32, u32) {
    let other = note.bits & Note::OTHER != 0;
    match op {
        Op::Call if in_place => (350, 320),
        Op::Call | Op::New if note.native != 0 => (500, 0),
        Op::Call => (120, 15),
        Op::New => (500, 100),
        Op::GetProperty | Op::GetMethod | Op::GetLength | Op::SetProperty | Op::DefineField => {
            if note.bits & Note::PRIMITIVE != 0 { (200, 0) } else { (35, 20) }
        }
        Op::GetElement | Op::SetElement | Op::GetElementMethod => match note.class {
            _ if note.bits & Note::PRIMITIVE != 0 => (300, 0),
            0 if other => (80, 20),
            0 => (40, 25),
            Note::MANY => (150, 0),
            _ => (80, 60),
        },
        Op::OuterEnv | Op::GetEnv | Op::GetEnvChecked | Op::SetEnv | Op::SetEnvChecked => (20, 12),
        Op::GetGlobal | Op::SetGlobal => (25, 15),
        Op::IteratorNext => (100, 40),
        Op::Return | Op::ReturnUndefined => (30, 15),
        // Hardly executed.
        Op::Throw | Op::Rethrow | Op::ThrowConst | Op::ThrowError => (0, 0),
        _ if is_numeric(op) && other => (300, 0),
        _ if is_numeric(op) && note.bits & Note::DOUBLE != 0 => (50, 40),
        _ if is_numeric(op) => (15, 12),
        _ if is_light(op) => (10, 8),
        _ => (300, 0),
    }
}

/// Whether optimized code executes an instruction by itself, as far as it is known, or calls a function that may be in its place.
pub(crate) fn is_in_place(op: Op, note: Note, in_place: impl Fn(u32) -> bool) -> bool {
    let known = note.native.checked_sub(1).is_some_and(in_place);
    let (templates, saved) = times(op, note, known);
    // What takes no time is hardly executed.
    saved > 0 && note.exits < MOST_EXITS || templates == 0
}

/// Whether it is done in place for numbers.
fn is_numeric(op: Op) -> bool {
    let range = |first: Op, last: Op| (first as u8..=last as u8).contains(&(op as u8));
    range(Op::Add, Op::ToNumeric)
        || range(Op::Not, Op::Not)
        || range(Op::Eq, Op::Ge)
        || range(Op::JumpEq, Op::LoopGeInt)
}

/// Whether it hardly takes any time.
fn is_light(op: Op) -> bool {
    let range = |first: Op, last: Op| (first as u8..=last as u8).contains(&(op as u8));
    range(Op::Move, Op::CoerceThis)
        || range(Op::CheckInit, Op::CheckNoThis)
        || range(Op::Jump, Op::JumpNeNull)
        || matches!(op, Op::ToElementKey | Op::CheckObject | Op::Debugger)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worth(of: &[(Op, Note)]) -> Worth {
        let insts: Vec<(Inst, Note)> = of.iter().map(|(op, note)| (Inst::new(*op, 0, 0, 0), *note)).collect();
        Worth::new(insts.iter().map(|(inst, note)| (inst, *note)), |native| native == 7)
    }

    #[test]
    fn arithmetic_is_worth_it_and_the_library_is_not() {
        let plain = Note::default();
        let text = plain.with(Note::OTHER);
        let double = plain.with(Note::DOUBLE);
        let sum = worth(&[(Op::Add, plain), (Op::Move, plain), (Op::LoopLt, plain)]);
        assert!(sum.is_faster() && sum.factor() <= 2, "{sum:?}");
        assert!(worth(&[(Op::Mul, double), (Op::Add, double)]).factor() == 1);
        let texts = worth(&[(Op::Add, text), (Op::Add, text), (Op::LoopLt, plain)]);
        assert!(texts.factor() > sum.factor(), "{texts:?}");
        let library = worth(&[(Op::GetMethod, text), (Op::Call, plain.with_native(3)), (Op::LoopLt, plain)]);
        assert!(!library.is_faster(), "{library:?}");
        assert!(worth(&[(Op::Call, plain.with_native(7))]).is_faster());
        assert_eq!(worth(&[]).factor(), 1);
    }
}
