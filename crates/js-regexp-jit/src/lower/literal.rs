//! Sequences of characters that are one unit each, or one of two that differ in a bit: compared several at a time.

use super::emit::Emitter;
use ir::{Imm, IntCond, Op, Type};
use js_regexp::program::Insn;

impl Emitter<'_> {
    /// Lowers a sequence that begins here, if it has more than one unit: the instruction behind it.
    pub(super) fn literal(&mut self, pc: usize) -> Option<usize> {
        let mut units = Vec::new();
        let mut next = pc;
        while let Some(unit) = self.fixed(next).filter(|_| next == pc || !self.is_target(next)) {
            units.push(unit);
            next += 1;
        }
        if units.len() < 2 {
            return None;
        }
        let at = self.state.at;
        let behind = self.add(at, units.len() as i64);
        let fits = self.compare(IntCond::Sle, behind, self.length);
        self.require(fits);
        let width = if self.wide { 2 } else { 1 };
        let mut done = 0;
        while done < units.len() {
            let left = (units.len() - done) * width;
            let bytes = [8, 4, 2, 1].into_iter().find(|bytes| *bytes <= left).unwrap_or(1);
            self.compare_bytes(&units[done..done + bytes / width], (done * width) as i32, bytes);
            done += bytes / width;
        }
        self.state.at = behind;
        Some(next)
    }

    fn is_target(&self, pc: usize) -> bool {
        self.shape.targets[pc] || self.starts[pc].is_some()
    }

    /// The unit that an instruction wants, and the bit in which it may differ; only one that texts of this width have.
    fn fixed(&self, pc: usize) -> Option<(u16, u16)> {
        match *self.program.code.get(pc)? {
            Insn::Unit { unit, backward: false } => {
                (u32::from(unit) <= self.last_unit()).then_some((unit, 0))
            }
            Insn::Class { class, backward: false } => self.exactly(&self.program.classes[class as usize]),
            _ => None,
        }
    }

    fn compare_bytes(&mut self, units: &[(u16, u16)], offset: i32, bytes: usize) {
        let lane = if self.wide { 16 } else { 8 };
        let packed = |of: fn((u16, u16)) -> u16| {
            units.iter().rev().fold(0_u64, |all, unit| all << lane | u64::from(of(*unit)))
        };
        let (wanted, free) = (packed(|(unit, bit)| unit | bit), packed(|(_, bit)| bit));
        let address = self.unit_address(self.state.at);
        let imm = Imm::Mem { offset, class: self.classes.text };
        let (op, ty) = match bytes {
            8 => (Op::Load, Type::I64),
            4 => (Op::Load, Type::I32),
            2 => (Op::LoadU16, Type::I32),
            _ => (Op::LoadU8, Type::I32),
        };
        let mut found = self.b().with_imm(op, Some(ty), &[address], imm);
        if free != 0 {
            let free = self.b().iconst(ty, free as i64);
            found = self.binary(Op::Bor, found, free);
        }
        let wanted = self.b().iconst(ty, wanted as i64);
        let same = self.compare(IntCond::Eq, found, wanted);
        self.require(same);
    }
}
