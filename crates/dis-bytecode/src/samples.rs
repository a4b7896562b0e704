//! Modules for tests and fuzz targets: every opcode with every form of operands.

use crate::{Inst, Middle, Module, Op, Operand};

/// Every opcode with every combination of address modes, numbers at the edges of operands' encodings among them.
pub fn every_form() -> Module {
    const NUMBERS: [i32; 8] = [0, 63, -64, 64, -65, 8191, -8193, (1 << 29) - 1];
    let mut count = 0;
    let mut next = || {
        count += 1;
        NUMBERS[count % NUMBERS.len()]
    };
    let mut code = Vec::new();
    for op in Op::ALL {
        for mode in 0..4 * 6 * 6 {
            let mid = match mode / 36 {
                0 => Middle::None,
                1 => Middle::Imm(next()),
                2 => Middle::Fp(next()),
                _ => Middle::Mp(next()),
            };
            let mut general = |mode| match mode {
                0 => Operand::None,
                1 => Operand::Imm(next()),
                2 => Operand::Fp(next()),
                3 => Operand::Mp(next()),
                4 => Operand::FpInd { first: next(), second: next() },
                _ => Operand::MpInd { first: next(), second: next() },
            };
            let (src, dst) = (general(mode / 6 % 6), general(mode % 6));
            code.push(Inst { op: *op, src, mid, dst });
        }
    }
    Module { name: "Every".into(), entry_pc: -1, entry_type: -1, code, ..Module::default() }
}
