//! Dis modules: bytes as they are, and valid modules in which some numbers, operands, types, data items and links are others.
//! None makes the reader, the verifier or the disassembler panic, and what is read is written and listed as the same module.

#![no_main]

use dis_bytecode::{
    DataValue, Middle, Module, Op, Operand, WordSize, assemble, disassemble, read, samples, verify,
    word_size, write,
};
use libfuzzer_sys::fuzz_target;

const PROGRAMS: [&str; 5] = [
    include_str!("../../tests/dis/hello4.s"),
    include_str!("../../tests/dis/hello8.s"),
    include_str!("../../tests/dis/flow.s"),
    include_str!("../../tests/dis/data.s"),
    include_str!("../../tests/dis/channels.s"),
];

fuzz_target!(|bytes: &[u8]| {
    if let Ok(module) = read(bytes) {
        check(&module);
    }
    let Some((first, patches)) = bytes.split_first() else { return };
    let mut module = match PROGRAMS.get(usize::from(*first) % 6) {
        Some(text) => assemble(text).expect("the corpus is right").module,
        None => {
            let mut module = samples::every_form();
            let start = usize::from(*first) * 98 % module.code.len();
            module.code = module.code.into_iter().skip(start).take(64).collect();
            module
        }
    };
    for patch in patches.chunks_exact(6).take(64) {
        change(
            &mut module,
            patch[0],
            patch[1],
            i32::from_le_bytes([patch[2], patch[3], patch[4], patch[5]]) << 2 >> 2,
        );
    }
    check(&module);
});

/// One thing of the module is another.
fn change(module: &mut Module, what: u8, at: u8, n: i32) {
    let at = usize::from(at);
    match what % 16 {
        0 => module.entry_pc = n,
        1 => module.entry_type = n,
        2 => module.data_size = n.unsigned_abs() >> 2,
        3..=8 if !module.code.is_empty() => operand(module, what % 16, at, n),
        9 | 10 if !module.types.is_empty() => {
            let at = at % module.types.len();
            match what % 16 {
                9 => module.types[at].size = n.unsigned_abs() >> 2,
                _ => module.types[at].map = n.to_be_bytes().to_vec(),
            }
        }
        11 | 12 if !module.data.is_empty() => {
            let at = at % module.data.len();
            match (what % 16, &mut module.data[at].value) {
                (11, _) => {
                    module.data[at].offset =
                        if module.data[at].value == DataValue::Restore { 0 } else { n.unsigned_abs() >> 2 }
                }
                (_, DataValue::Words(words)) if !words.is_empty() => words[0] = n,
                (_, DataValue::Array { len, .. }) => *len = n,
                (_, DataValue::Index(index)) => *index = n,
                _ => {}
            }
        }
        13 if !module.exports.is_empty() => {
            let at = at % module.exports.len();
            module.exports[at].pc = n;
        }
        _ => {
            for handler in module.handlers.iter_mut().flatten() {
                match at % 4 {
                    0 => handler.from = n,
                    1 => handler.to = n,
                    2 => handler.offset = n,
                    _ => handler.otherwise = n,
                }
            }
        }
    }
}

fn operand(module: &mut Module, what: u8, at: usize, n: i32) {
    let at = at % module.code.len();
    let inst = &mut module.code[at];
    let small = n & 0xff;
    match what {
        3 => inst.op = Op::ALL[n.unsigned_abs() as usize % Op::ALL.len()],
        4 => inst.src = Operand::Fp(small),
        5 => inst.dst = Operand::FpInd { first: small, second: n >> 8 },
        6 => inst.mid = Middle::Imm(small),
        7 => inst.src = Operand::Imm(n),
        _ => inst.dst = Operand::Mp(small),
    }
}

fn check(module: &Module) {
    let bytes = write(module);
    let back = read(&bytes).expect("what was written can be read");
    assert!(back == *module, "it is read as something else");
    assert_eq!(write(&back), bytes);
    for word in [WordSize::Four, WordSize::Eight] {
        if let Ok(facts) = verify(module, word) {
            assert_eq!(facts.checks.len(), module.code.len());
        }
        let again = assemble(&disassemble(module, word)).expect("a listing can be assembled");
        assert!(again.module == *module, "it is assembled as something else");
    }
    let _ = word_size::find(module, None);
}
