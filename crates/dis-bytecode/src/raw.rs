//! Instructions as programs see them through `$Loader`: opcode, address modes, and a number per operand. `module/loader.m`.

use crate::write::address_modes;
use crate::{Inst, Middle, Op, Operand};

/// An instruction in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawInst {
    /// The opcode.
    pub op: u8,
    /// The modes of middle, source and destination, as in a `.dis` file.
    pub addr: u8,
    /// The source; of operands with two numbers the first is in the lower half, the second in the upper.
    pub src: i32,
    /// The middle operand.
    pub mid: i32,
    /// The destination, like the source.
    pub dst: i32,
}

impl RawInst {
    /// An instruction in numbers; `None` when an operand has two that do not fit 16 bits.
    pub fn of(inst: &Inst) -> Option<RawInst> {
        let mid = match inst.mid {
            Middle::None => 0,
            Middle::Imm(n) | Middle::Fp(n) | Middle::Mp(n) => n,
        };
        let (src, dst) = (packed(inst.src)?, packed(inst.dst)?);
        Some(RawInst { op: inst.op as u8, addr: address_modes(inst), src, mid, dst })
    }

    /// The instruction; `None` when there is no such opcode or mode.
    pub fn inst(self) -> Option<Inst> {
        let mid = match self.addr >> 6 {
            0 => Middle::None,
            1 => Middle::Imm(self.mid),
            2 => Middle::Fp(self.mid),
            _ => Middle::Mp(self.mid),
        };
        let (src, dst) = (unpacked(self.addr >> 3 & 7, self.src)?, unpacked(self.addr & 7, self.dst)?);
        Some(Inst { op: Op::from_number(self.op)?, src, mid, dst })
    }
}

fn packed(operand: Operand) -> Option<i32> {
    Some(match operand {
        Operand::None => 0,
        Operand::Imm(n) | Operand::Mp(n) | Operand::Fp(n) => n,
        Operand::MpInd { first, second } | Operand::FpInd { first, second } => {
            let (first, second) = (u16::try_from(first).ok()?, u16::try_from(second).ok()?);
            i32::from(second) << 16 | i32::from(first)
        }
    })
}

fn unpacked(mode: u8, n: i32) -> Option<Operand> {
    let (first, second) = (n & 0xffff, n >> 16 & 0xffff);
    Some(match mode {
        0 => Operand::Mp(n),
        1 => Operand::Fp(n),
        2 => Operand::Imm(n),
        3 => Operand::None,
        4 => Operand::MpInd { first, second },
        5 => Operand::FpInd { first, second },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::RawInst;
    use crate::{Inst, Middle, Op, Operand};

    #[test]
    fn every_form_of_an_operand_comes_back() {
        let far = 40_000;
        let generals = [
            Operand::None,
            Operand::Imm(-5),
            Operand::Mp(1 << 20),
            Operand::Fp(64),
            Operand::MpInd { first: far, second: 65_535 },
            Operand::FpInd { first: 8, second: far },
        ];
        for src in generals {
            for dst in generals {
                for mid in [Middle::None, Middle::Imm(-1), Middle::Fp(40), Middle::Mp(8)] {
                    let inst = Inst { op: Op::Addw, src, mid, dst };
                    assert_eq!(RawInst::of(&inst).and_then(RawInst::inst), Some(inst));
                }
            }
        }
    }

    #[test]
    fn modes_are_those_of_files() {
        let inst = Inst { op: Op::Movw, src: Operand::Imm(5), mid: Middle::None, dst: Operand::Fp(64) };
        let raw = RawInst { op: Op::Movw as u8, addr: 0o21, src: 5, mid: 0, dst: 64 };
        assert_eq!(RawInst::of(&inst), Some(raw));
    }

    #[test]
    fn what_is_no_instruction_is_none() {
        let raw = RawInst { op: 0, addr: 0o33, ..RawInst::default() };
        assert!(raw.inst().is_some());
        assert_eq!(RawInst { op: 175, ..raw }.inst(), None);
        assert_eq!(RawInst { addr: 0o63, ..raw }.inst(), None);
        assert_eq!(RawInst { addr: 0o37, ..raw }.inst(), None);
        let wide = Operand::FpInd { first: 1 << 16, second: 0 };
        assert_eq!(
            RawInst::of(&Inst { op: Op::Nop, src: wide, mid: Middle::None, dst: Operand::None }),
            None
        );
    }
}
