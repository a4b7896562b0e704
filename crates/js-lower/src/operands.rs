//! Which registers an instruction reads and writes.

use js_bytecode::{Inst, Op, Operand};

/// A set of registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Regs(Vec<u64>);

impl Regs {
    /// An empty one with room for so many.
    pub(crate) fn new(registers: usize) -> Regs {
        Regs(vec![0; registers.div_ceil(64)])
    }

    pub(crate) fn insert(&mut self, reg: u16) {
        if let Some(word) = self.0.get_mut(usize::from(reg >> 6)) {
            *word |= 1 << (reg & 63);
        }
    }

    pub(crate) fn remove(&mut self, reg: u16) {
        if let Some(word) = self.0.get_mut(usize::from(reg >> 6)) {
            *word &= !(1 << (reg & 63));
        }
    }

    pub(crate) fn contains(&self, reg: u16) -> bool {
        self.0.get(usize::from(reg >> 6)).is_some_and(|word| word & (1 << (reg & 63)) != 0)
    }

    /// Adds all of another set; whether that changed anything.
    pub(crate) fn add(&mut self, other: &Regs) -> bool {
        let mut changed = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= theirs & !*mine != 0;
            *mine |= theirs;
        }
        changed
    }

    /// Its elements, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            let next = |bits: &u64| Some(bits & bits.wrapping_sub(1));
            let left = std::iter::successors(Some(*bits), next).take_while(|bits| *bits != 0);
            left.map(move |bits| (word * 64) as u16 + bits.trailing_zeros() as u16)
        })
    }
}

/// Registers that an instruction reads and writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    pub(crate) reads: Vec<u16>,
    pub(crate) writes: Vec<u16>,
}

/// What an instruction of a verified function does to registers.
pub(crate) fn effect(inst: Inst) -> Effect {
    let mut effect = Effect::default();
    let [a, b, c] = inst.op().operands();
    for (kind, reg) in [(a, inst.a()), (b, inst.b()), (c, inst.cr())] {
        match kind {
            Operand::Def => effect.writes.push(reg),
            Operand::Def2 => effect.writes.extend([reg, reg + 1]),
            Operand::Def3 => effect.writes.extend([reg, reg + 1, reg + 2]),
            Operand::Use | Operand::UseFlags => effect.reads.push(reg),
            Operand::Mod => {
                effect.reads.push(reg);
                effect.writes.push(reg);
            }
            _ => {}
        }
    }
    special(inst, &mut effect);
    effect
}

/// What the table of operands does not say.
fn special(inst: Inst, effect: &mut Effect) {
    let (a, b) = (inst.a(), inst.b());
    match inst.op() {
        Op::Call | Op::New => effect.reads.extend(b..b + 2 + inst.c() as u16),
        Op::CallSpread | Op::NewSpread => effect.reads.extend(b..b + 3),
        Op::CallEval => effect.reads.extend(b..b + 3 + inst.c() as u16),
        Op::CallEvalSpread => effect.reads.extend(b..b + 4),
        Op::SetSuper => effect.reads.extend([a, a + 1]),
        Op::NewClass => {
            effect.reads.push(a);
            effect.writes.extend([a, a + 1]);
        }
        Op::IteratorNext => {
            effect.reads.extend([b + 1, b + 2]);
            effect.writes.extend([b, b + 1, b + 2]);
        }
        Op::IteratorClose => effect.reads.extend([a + 1, a + 2]),
        Op::CopyDataProperties => effect.reads.extend(a + 1..a + 1 + inst.c() as u16),
        Op::GetBound | Op::SetBound => effect.reads.push(b + 1),
        Op::DisposeNext => effect.writes.push(a + 1),
        Op::YieldRaw => effect.writes.push(b),
        // These look at the function's own.
        Op::HomeObject | Op::OuterEnv => effect.reads.push(0),
        Op::Arguments | Op::MappedArguments => effect.reads.push(0),
        // A constructor may come to `this`.
        Op::Return | Op::ReturnUndefined => effect.reads.push(1),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(inst: Inst) -> (Vec<u16>, Vec<u16>) {
        let effect = effect(inst);
        (effect.reads, effect.writes)
    }

    #[test]
    fn calls_read_callee_this_and_arguments() {
        assert_eq!(of(Inst::new(Op::Call, 9, 5, 2)), (vec![5, 6, 7, 8], vec![9]));
        assert_eq!(of(Inst::new(Op::NewSpread, 9, 5, 0)), (vec![5, 6, 7], vec![9]));
    }

    #[test]
    fn iterators_take_three_registers() {
        assert_eq!(of(Inst::new(Op::GetIterator, 4, 2, 0)), (vec![2], vec![4, 5, 6]));
        assert_eq!(of(Inst::signed(Op::IteratorNext, 1, 4, 7)), (vec![4, 5, 6], vec![1, 4, 5, 6]));
    }

    #[test]
    fn sets_of_registers() {
        let mut set = Regs::new(200);
        for reg in [3, 64, 199] {
            set.insert(reg);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 64, 199]);
        set.remove(64);
        assert!(set.contains(199) && !set.contains(64));
        let mut other = Regs::new(200);
        assert!(other.add(&set) && !other.add(&set));
    }
}
