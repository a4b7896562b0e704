//! Lengths of x64 instructions (Intel SDM volume 2, appendix A), all that is needed to step from one to the next.

/// What follows an opcode.
#[derive(Clone, Copy)]
struct Form {
    modrm: bool,
    immediate: Immediate,
}

#[derive(Clone, Copy)]
enum Immediate {
    None,
    Bytes(usize),
    /// Four bytes, or two under an operand-size prefix.
    Operand,
    /// As `Operand`, but eight bytes under REX.W.
    Full,
    /// Eight bytes, or four under an address-size prefix.
    Offset,
    /// As the first one, but only when the ModRM byte's middle field is 0 or 1 (`test` among the group 3 opcodes).
    Test(usize),
    TestOperand,
}

#[derive(Default)]
struct Prefixes {
    operand16: bool,
    address32: bool,
    wide: bool,
}

/// Bytes of the instruction at the start of `code`, or nothing when it is unknown or cut short.
pub(super) fn instruction_len(code: &[u8]) -> Option<usize> {
    let (prefixes, mut at) = read_prefixes(code);
    let opcode = *code.get(at)?;
    at += 1;
    let form = match opcode {
        0x0f => {
            let second = *code.get(at)?;
            at += 1;
            match second {
                0x38 | 0x3a => {
                    at += 1;
                    let immediate = if second == 0x3a { Immediate::Bytes(1) } else { Immediate::None };
                    Form { modrm: true, immediate }
                }
                _ => two_byte(second)?,
            }
        }
        0xc4 | 0xc5 | 0x62 => {
            let map = match opcode {
                0xc5 => 1,
                0xc4 => *code.get(at)? & 0x1f,
                _ => *code.get(at)? & 7,
            };
            at += match opcode {
                0xc5 => 1,
                0xc4 => 2,
                _ => 3,
            };
            let opcode = *code.get(at)?;
            at += 1;
            vector(map, opcode)?
        }
        _ => one_byte(opcode)?,
    };
    let mut middle = 0;
    if form.modrm {
        middle = *code.get(at)? >> 3 & 7;
        at += modrm_len(&code[at..])?;
    }
    at += immediate_len(form.immediate, &prefixes, middle);
    (at <= code.len()).then_some(at)
}

fn read_prefixes(code: &[u8]) -> (Prefixes, usize) {
    let mut prefixes = Prefixes::default();
    let mut at = 0;
    while let Some(&byte) = code.get(at) {
        match byte {
            0x66 => prefixes.operand16 = true,
            0x67 => prefixes.address32 = true,
            0x26 | 0x2e | 0x36 | 0x3e | 0x64 | 0x65 | 0xf0 | 0xf2 | 0xf3 => {}
            // REX comes last.
            0x40..=0x4f => {
                prefixes.wide = byte & 8 != 0;
                return (prefixes, at + 1);
            }
            _ => break,
        }
        at += 1;
    }
    (prefixes, at)
}

fn one_byte(opcode: u8) -> Option<Form> {
    use Immediate::{Bytes, Full, None as Nothing, Offset, Operand, Test, TestOperand};
    let (modrm, immediate) = match opcode {
        0x00..=0x3f => match opcode & 7 {
            0..=3 => (true, Nothing),
            4 => (false, Bytes(1)),
            5 => (false, Operand),
            _ => return None,
        },
        0x50..=0x5f | 0x6c..=0x6f | 0x90..=0x99 | 0x9b..=0x9f | 0xa4..=0xa7 | 0xaa..=0xaf => (false, Nothing),
        0x63 | 0x84..=0x8f | 0xd0..=0xd3 | 0xd8..=0xdf | 0xfe | 0xff => (true, Nothing),
        0x68 | 0xa9 => (false, Operand),
        0x69 | 0x81 | 0xc7 => (true, Operand),
        0x6a | 0x70..=0x7f | 0xa8 | 0xb0..=0xb7 | 0xcd | 0xe0..=0xe7 | 0xeb => (false, Bytes(1)),
        0x6b | 0x80 | 0x83 | 0xc0 | 0xc1 | 0xc6 => (true, Bytes(1)),
        0xa0..=0xa3 => (false, Offset),
        0xb8..=0xbf => (false, Full),
        0xc2 | 0xca => (false, Bytes(2)),
        0xc8 => (false, Bytes(3)),
        0xe8 | 0xe9 => (false, Bytes(4)),
        0xc3 | 0xc9 | 0xcb | 0xcc | 0xcf | 0xd7 | 0xec..=0xef | 0xf1 | 0xf4 | 0xf5 | 0xf8..=0xfd => {
            (false, Nothing)
        }
        0xf6 => (true, Test(1)),
        0xf7 => (true, TestOperand),
        _ => return None,
    };
    Some(Form { modrm, immediate })
}

fn two_byte(opcode: u8) -> Option<Form> {
    use Immediate::{Bytes, None as Nothing};
    let (modrm, immediate) = match opcode {
        0x05..=0x09 | 0x0b | 0x0e | 0x30..=0x35 | 0x37 | 0x77 | 0xa0..=0xa2 | 0xa8..=0xaa | 0xc8..=0xcf => {
            (false, Nothing)
        }
        0x04 | 0x0a | 0x0c | 0x24..=0x27 | 0x36 | 0x39 | 0x3b..=0x3f => return None,
        0x80..=0x8f => (false, Bytes(4)),
        0x0f | 0x70..=0x73 | 0xa4 | 0xac | 0xba | 0xc2 | 0xc4..=0xc6 => (true, Bytes(1)),
        _ => (true, Nothing),
    };
    Some(Form { modrm, immediate })
}

/// VEX and EVEX opcodes: the maps of the 0F, 0F38 and 0F3A escapes.
fn vector(map: u8, opcode: u8) -> Option<Form> {
    match map {
        1 if opcode == 0x77 => Some(Form { modrm: false, immediate: Immediate::None }),
        1 if matches!(opcode, 0x70..=0x73 | 0xc2 | 0xc4..=0xc6) => {
            Some(Form { modrm: true, immediate: Immediate::Bytes(1) })
        }
        1 | 2 | 5 | 6 => Some(Form { modrm: true, immediate: Immediate::None }),
        3 => Some(Form { modrm: true, immediate: Immediate::Bytes(1) }),
        _ => None,
    }
}

/// Bytes of ModRM, SIB and displacement.
fn modrm_len(code: &[u8]) -> Option<usize> {
    let modrm = *code.first()?;
    let (mode, rm) = (modrm >> 6, modrm & 7);
    if mode == 3 {
        return Some(1);
    }
    let sib = if rm == 4 { Some(*code.get(1)?) } else { None };
    let displacement = match mode {
        0 if rm == 5 || sib.is_some_and(|sib| sib & 7 == 5) => 4,
        0 => 0,
        1 => 1,
        _ => 4,
    };
    Some(1 + usize::from(sib.is_some()) + displacement)
}

fn immediate_len(immediate: Immediate, prefixes: &Prefixes, middle: u8) -> usize {
    let operand = if prefixes.operand16 && !prefixes.wide { 2 } else { 4 };
    match immediate {
        Immediate::None => 0,
        Immediate::Bytes(count) => count,
        Immediate::Operand => operand,
        Immediate::Full if prefixes.wide => 8,
        Immediate::Full => operand,
        Immediate::Offset => {
            if prefixes.address32 {
                4
            } else {
                8
            }
        }
        Immediate::Test(count) if middle < 2 => count,
        Immediate::TestOperand if middle < 2 => operand,
        Immediate::Test(_) | Immediate::TestOperand => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::instruction_len;

    /// One instruction per form, as GNU `as` encodes it.
    const INSTRUCTIONS: &[&[u8]] = &[
        &[0x90],
        &[0xc3],
        &[0xf3, 0x0f, 0x1e, 0xfa],                   // endbr64
        &[0x55],                                     // push rbp
        &[0x48, 0x89, 0xe5],                         // mov rbp, rsp
        &[0x48, 0x81, 0xec, 0, 1, 0, 0],             // sub rsp, 256
        &[0x66, 0x81, 0xc1, 0x34, 0x12],             // add cx, 0x1234
        &[0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8],       // movabs rax, imm64
        &[0xb8, 0xe8, 0, 0, 0],                      // mov eax, 0xe8
        &[0x66, 0xb8, 0xe8, 0],                      // mov ax, 0xe8
        &[0x48, 0xc7, 0x44, 0x24, 0x08, 1, 0, 0, 0], // mov qword [rsp + 8], 1
        &[0x8b, 0x04, 0x25, 0, 0, 1, 0],             // mov eax, [0x10000]
        &[0x48, 0x8b, 0x05, 1, 0, 0, 0],             // mov rax, [rip + 1]
        &[0x42, 0x8b, 0x84, 0x8b, 0, 1, 0, 0],       // mov eax, [rbx + r9 * 4 + 256]
        &[0xf6, 0xc1, 0x01],                         // test cl, 1
        &[0xf6, 0xd1],                               // not cl
        &[0xf7, 0xc1, 1, 0, 0, 0],                   // test ecx, 1
        &[0xf7, 0xd9],                               // neg ecx
        &[0xe8, 0, 0, 0, 0],                         // call
        &[0x0f, 0x84, 0, 0, 0, 0],                   // je
        &[0xeb, 0xfe],                               // jmp short
        &[0xff, 0x25, 0, 0, 0, 0],                   // jmp [rip]
        &[0x41, 0xff, 0xd3],                         // call r11
        &[0x0f, 0x0b],                               // ud2
        &[0x0f, 0xb6, 0xc0],                         // movzx eax, al
        &[0xf2, 0x0f, 0x10, 0x04, 0x24],             // movsd xmm0, [rsp]
        &[0x66, 0x0f, 0x70, 0xc0, 0x1b],             // pshufd xmm0, xmm0, 27
        &[0x66, 0x0f, 0x38, 0x00, 0xc1],             // pshufb xmm0, xmm1
        &[0x66, 0x0f, 0x3a, 0x0f, 0xc1, 0x04],       // palignr xmm0, xmm1, 4
        &[0xc5, 0xf8, 0x77],                         // vzeroupper
        &[0xc5, 0xfc, 0x28, 0x47, 0x20],             // vmovaps ymm0, [rdi + 32]
        &[0xc4, 0xe3, 0x7d, 0x19, 0xc1, 0x01],       // vextractf128 xmm1, ymm0, 1
        &[0x62, 0xf1, 0x7c, 0x48, 0x28, 0x47, 0x01], // vmovaps zmm0, [rdi + 64]
        &[0xf0, 0x48, 0x0f, 0xb1, 0x0f],             // lock cmpxchg [rdi], rcx
        &[0xc8, 0x10, 0x00, 0x00],                   // enter 16, 0
        &[0x48, 0x0f, 0xc8],                         // bswap rax
    ];

    #[test]
    fn steps_from_one_instruction_to_the_next() {
        for instruction in INSTRUCTIONS {
            let followed = [instruction, &[0xe8; 16][..]].concat();
            assert_eq!(instruction_len(&followed), Some(instruction.len()), "{instruction:02x?}");
            for cut in 0..instruction.len() {
                let len = instruction_len(&instruction[..cut]);
                assert_eq!(len, None, "{:02x?} is cut short", &instruction[..cut]);
            }
        }
    }

    #[test]
    fn a_zero_call_is_found_at_instruction_boundaries_only() {
        use super::super::x64_calls;
        let constant = [0x48, 0xb8, 0xe8, 0, 0, 0, 0, 0, 0, 0]; // movabs rax, 0xe8
        let call = [0xe8, 0, 0, 0, 0];
        assert_eq!(x64_calls(&[&constant[..], &call].concat(), &[]), [10]);
        assert!(x64_calls(&constant, &[]).is_empty());
        assert!(x64_calls(&call, std::slice::from_ref(&(0..5))).is_empty(), "declared as data");
        assert_eq!(x64_calls(&[&[0x0f], &call[..], &call].concat(), std::slice::from_ref(&(0..1))), [1, 6]);
    }
}
