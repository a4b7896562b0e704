//! Which registers an instruction reads and writes.

use sox_bytecode::{Capture, Inst, Module, Op, Operand};

/// A set of registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Regs([u64; 4]);

impl Regs {
    pub(crate) fn insert(&mut self, reg: u8) {
        self.0[usize::from(reg >> 6)] |= 1 << (reg & 63);
    }

    pub(crate) fn remove(&mut self, reg: u8) {
        self.0[usize::from(reg >> 6)] &= !(1 << (reg & 63));
    }

    pub(crate) fn contains(&self, reg: u8) -> bool {
        self.0[usize::from(reg >> 6)] & (1 << (reg & 63)) != 0
    }

    /// Adds all of another set; whether that changed anything.
    pub(crate) fn add(&mut self, other: &Regs) -> bool {
        let before = *self;
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
        *self != before
    }

    /// Its elements, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let next = |bits: &u64| Some(bits & bits.wrapping_sub(1));
            let left = std::iter::successors(Some(*bits), next).take_while(|bits| *bits != 0);
            left.map(move |bits| (word * 64) as u8 + bits.trailing_zeros() as u8)
        })
    }
}

/// What an instruction does to registers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effect {
    /// It reads these.
    pub(crate) reads: Regs,
    /// It writes these, if it goes on with the next instruction.
    pub(crate) writes: Regs,
    /// All that it writes is written on every way on.
    pub(crate) always: bool,
}

/// The register of the array that holds what has no register.
const FAR: u8 = 255;

/// What an instruction of a verified function does to registers.
pub(crate) fn effect(module: &Module, inst: Inst, op: Op) -> Effect {
    let mut effect = Effect { always: op != Op::IterNext, ..Effect::default() };
    for (kind, operand) in op.operands().into_iter().zip([inst.a(), inst.b(), inst.c()]) {
        match kind {
            Operand::Def => effect.writes.insert(operand),
            Operand::Use => effect.reads.insert(operand),
            Operand::Mod => {
                effect.reads.insert(operand);
                effect.writes.insert(operand);
            }
            Operand::Args => {
                effect.reads.insert(operand);
                effect.writes.insert(operand);
            }
            Operand::None | Operand::Num | Operand::Const => {}
        }
    }
    special(module, inst, op, &mut effect);
    effect
}

/// What the table of operands does not say.
fn special(module: &Module, inst: Inst, op: Op, effect: &mut Effect) {
    let mut reads = |first: u8, count: u8| (0..count).for_each(|at| effect.reads.insert(first + at));
    match op {
        Op::Call | Op::Invoke | Op::SuperInvoke => reads(inst.a(), 1 + inst.b()),
        Op::CallSpread | Op::InvokeSpread => reads(inst.a(), 2),
        Op::Slice => reads(inst.c(), 2),
        Op::NewArray | Op::Append => {
            if inst.c() == 0 && !(op == Op::Append && inst.a() == inst.b()) {
                effect.reads.remove(inst.b());
            }
            (0..inst.c()).for_each(|at| effect.reads.insert(inst.b() + at));
        }
        Op::Assert if inst.c() != 1 && inst.a() != inst.b() => effect.reads.remove(inst.b()),
        Op::IterStart => effect.writes.insert(inst.a() + 1),
        Op::IterNext => {
            reads(inst.a(), 2);
            effect.writes.insert(inst.a() + 1);
            (0..inst.c()).for_each(|at| effect.writes.insert(inst.b() + at));
        }
        Op::Closure => {
            let inner = module.functions.get(inst.index());
            for capture in inner.iter().flat_map(|function| &function.captures) {
                match *capture {
                    Capture::Register(register) => effect.reads.insert(register),
                    Capture::Far(_) => effect.reads.insert(FAR),
                    Capture::Up(_) => {}
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect_of(inst: Inst) -> (Vec<u8>, Vec<u8>) {
        let module = Module {
            file: "".into(),
            lines: [0].into(),
            functions: [].into(),
            globals: [].into(),
            tests: [].into(),
        };
        let effect = effect(&module, inst, inst.op().expect("it is one"));
        (effect.reads.iter().collect(), effect.writes.iter().collect())
    }

    #[test]
    fn calls_read_their_arguments_and_write_the_result() {
        assert_eq!(effect_of(Inst::new(Op::Call, 5, 2, 0, 0)), (vec![5, 6, 7], vec![5]));
        assert_eq!(effect_of(Inst::new(Op::SuperInvoke, 5, 1, 9, 0)), (vec![5, 6, 9], vec![5]));
        assert_eq!(effect_of(Inst::new(Op::CallSpread, 250, 0, 0, 0)), (vec![250, 251], vec![250]));
    }

    #[test]
    fn rows_of_registers_count_as_a_whole() {
        assert_eq!(effect_of(Inst::new(Op::NewArray, 1, 7, 0, 0)), (vec![], vec![1]));
        assert_eq!(effect_of(Inst::new(Op::NewArray, 1, 7, 3, 0)), (vec![7, 8, 9], vec![1]));
        assert_eq!(effect_of(Inst::new(Op::Append, 7, 7, 0, 0)), (vec![7], vec![]));
        assert_eq!(effect_of(Inst::new(Op::IterNext, 2, 8, 2, 0)), (vec![2, 3], vec![2, 3, 8, 9]));
        assert_eq!(effect_of(Inst::new(Op::Assert, 2, 0, 0, 0)), (vec![2], vec![]));
    }
}
