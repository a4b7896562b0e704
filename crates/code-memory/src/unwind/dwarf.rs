//! Call frame information as `.eh_frame` holds it (LSB core specification 10.6; DWARF 5 section 6.4).
//!
//! A hand-written encoder for the eight operations prologues need: smaller, and quicker to compile, than a general one.

use std::ops::Range;

use crate::frame::{FrameError, FrameInfo, FrameOp};

const DW_CFA_ADVANCE_LOC: u8 = 0x40;
const DW_CFA_ADVANCE_LOC1: u8 = 0x02;
const DW_CFA_ADVANCE_LOC2: u8 = 0x03;
const DW_CFA_ADVANCE_LOC4: u8 = 0x04;
const DW_CFA_OFFSET: u8 = 0x80;
const DW_CFA_OFFSET_EXTENDED: u8 = 0x05;
const DW_CFA_DEF_CFA: u8 = 0x0c;
const DW_CFA_DEF_CFA_OFFSET: u8 = 0x0e;

/// Factor of all saved-register offsets.
const DATA_ALIGN: i32 = -8;

/// DWARF numbers that differ between architectures.
struct Registers {
    /// Numbers of the integer registers, by hardware number.
    int: &'static [u8],
    first_vector: u8,
    stack: u8,
    frame: u8,
    return_address: u8,
    /// Bytes the call itself pushed: CFA = stack pointer + this at entry.
    pushed_by_call: u32,
    code_align: u8,
}

/// System V x64 psABI figure 3.36.
const X64: Registers = Registers {
    int: &[0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15],
    first_vector: 17,
    stack: 7,
    frame: 6,
    return_address: 16,
    pushed_by_call: 8,
    code_align: 1,
};

/// DWARF for the Arm 64-bit Architecture, section 4.1.
const ARM64: Registers = Registers {
    int: &[
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30,
    ],
    first_vector: 64,
    stack: 31,
    frame: 29,
    return_address: 30,
    pushed_by_call: 0,
    code_align: 4,
};

const HOST: &Registers = if cfg!(target_arch = "x86_64") { &X64 } else { &ARM64 };

/// A section with one CIE, one FDE for `code`, and the terminator.
pub(crate) fn encode(frame: &FrameInfo, code: Range<usize>) -> Result<Vec<u8>, FrameError> {
    let mut section = Vec::new();
    let mut cie = Vec::new();
    cie.extend_from_slice(&0_u32.to_le_bytes()); // This is a CIE.
    cie.extend_from_slice(b"\x01zR\0"); // Version 1; augmentation: pointer encoding follows.
    cie.push(HOST.code_align);
    cie.push((DATA_ALIGN & 0x7f) as u8); // SLEB128 of -8.
    cie.push(HOST.return_address);
    cie.extend_from_slice(&[1, 0]); // One byte of augmentation data: pointers are absolute.
    cie.extend_from_slice(&[DW_CFA_DEF_CFA, HOST.stack, HOST.pushed_by_call as u8]);
    if HOST.pushed_by_call > 0 {
        cie.extend_from_slice(&[DW_CFA_OFFSET | HOST.return_address, 1]);
    }
    push_entry(&mut section, cie);

    let mut fde = Vec::new();
    let back_to_cie = section.len() as u32 + 4;
    fde.extend_from_slice(&back_to_cie.to_le_bytes());
    fde.extend_from_slice(&code.start.to_le_bytes());
    fde.extend_from_slice(&code.len().to_le_bytes());
    fde.push(0); // No augmentation data.
    fde.extend(instructions(frame)?);
    push_entry(&mut section, fde);
    section.extend_from_slice(&[0; 4]);
    Ok(section)
}

/// Offset of the FDE in what [`encode`] made: behind the CIE.
pub(crate) fn fde_offset(section: &[u8]) -> usize {
    4 + u32::from_le_bytes([section[0], section[1], section[2], section[3]]) as usize
}

fn push_entry(section: &mut Vec<u8>, mut body: Vec<u8>) {
    // Padded with DW_CFA_nop so that the next entry is aligned.
    body.resize((body.len() + 4).next_multiple_of(8) - 4, 0);
    section.extend_from_slice(&(body.len() as u32).to_le_bytes());
    section.append(&mut body);
}

fn instructions(frame: &FrameInfo) -> Result<Vec<u8>, FrameError> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut depth = HOST.pushed_by_call;
    let mut on_frame_pointer = false;
    for (index, &(offset, op)) in frame.ops.iter().enumerate() {
        let fail = |why| FrameError { index, why };
        let mut rows = Vec::new();
        match op {
            FrameOp::PushFrame => {
                depth += 16 - HOST.pushed_by_call;
                if !on_frame_pointer {
                    def_cfa_offset(&mut rows, depth);
                }
                saved(&mut rows, HOST.frame, -16);
                if HOST.pushed_by_call == 0 {
                    saved(&mut rows, HOST.return_address, -8);
                }
            }
            FrameOp::SetFrame => {
                rows.extend_from_slice(&[DW_CFA_DEF_CFA, HOST.frame, 16]);
                on_frame_pointer = true;
            }
            FrameOp::SaveInt { reg, cfa_offset } => {
                let number =
                    *HOST.int.get(usize::from(reg)).ok_or_else(|| fail("no such integer register"))?;
                saved(&mut rows, number, cfa_offset);
            }
            FrameOp::SaveVec { reg, cfa_offset } => saved(&mut rows, HOST.first_vector + reg, cfa_offset),
            FrameOp::Alloc(bytes) => {
                depth = depth.checked_add(bytes).ok_or_else(|| fail("the frame exceeds 4 GB"))?;
                if !on_frame_pointer {
                    def_cfa_offset(&mut rows, depth);
                }
            }
        }
        if !rows.is_empty() {
            if offset % u32::from(HOST.code_align) != 0 {
                return Err(fail("its offset is not at an instruction"));
            }
            advance(&mut out, (offset - at) / u32::from(HOST.code_align));
            at = offset;
            out.append(&mut rows);
        }
    }
    Ok(out)
}

fn advance(out: &mut Vec<u8>, units: u32) {
    match units {
        0 => {}
        1..=0x3f => out.push(DW_CFA_ADVANCE_LOC | units as u8),
        0x40..=0xff => out.extend_from_slice(&[DW_CFA_ADVANCE_LOC1, units as u8]),
        0x100..=0xffff => {
            out.push(DW_CFA_ADVANCE_LOC2);
            out.extend_from_slice(&(units as u16).to_le_bytes());
        }
        _ => {
            out.push(DW_CFA_ADVANCE_LOC4);
            out.extend_from_slice(&units.to_le_bytes());
        }
    }
}

fn def_cfa_offset(out: &mut Vec<u8>, bytes: u32) {
    out.push(DW_CFA_DEF_CFA_OFFSET);
    uleb(out, bytes);
}

/// `register` is stored at CFA + `cfa_offset`, a negative multiple of 8.
fn saved(out: &mut Vec<u8>, register: u8, cfa_offset: i32) {
    let slot = (cfa_offset / DATA_ALIGN) as u32;
    if register < 0x40 {
        out.push(DW_CFA_OFFSET | register);
    } else {
        out.push(DW_CFA_OFFSET_EXTENDED);
        uleb(out, register.into());
    }
    uleb(out, slot);
}

fn uleb(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_any_size_are_advanced_over() {
        for (units, bytes) in [
            (0, vec![]),
            (0x3f, vec![0x7f]),
            (0x40, vec![2, 0x40]),
            (0x100, vec![3, 0, 1]),
            (0x1_0000, vec![4, 0, 0, 1, 0]),
        ] {
            let mut out = Vec::new();
            advance(&mut out, units);
            assert_eq!(out, bytes);
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn matches_what_clang_emits() {
        // .cfi_def_cfa_offset 16; .cfi_offset rbp, -16; .cfi_def_cfa rbp, 16; .cfi_offset rbx, -24; r15, -32
        let ops = vec![
            (1, FrameOp::PushFrame),
            (4, FrameOp::SetFrame),
            (8, FrameOp::Alloc(16)),
            (12, FrameOp::SaveInt { reg: 3, cfa_offset: -24 }),
            (16, FrameOp::SaveInt { reg: 15, cfa_offset: -32 }),
            (20, FrameOp::SaveVec { reg: 6, cfa_offset: -48 }),
        ];
        let expected = [
            0x41, 0x0e, 16, 0x86, 2, // after 1
            0x43, 0x0c, 6, 16, // after 4
            0x48, 0x83, 3, // after 12
            0x44, 0x8f, 4, // after 16
            0x44, 0x97, 6, // after 20
        ];
        assert_eq!(instructions(&FrameInfo { ops }).unwrap(), expected);
    }

    #[test]
    fn sections_are_terminated_and_aligned() {
        let section = encode(&FrameInfo::default(), 0x1000..0x1040).unwrap();
        assert_eq!(section.len() % 4, 0);
        assert_eq!(section[section.len() - 4..], [0; 4]);
        let fde = fde_offset(&section);
        let back = u32::from_le_bytes(section[fde + 4..fde + 8].try_into().unwrap()) as usize;
        assert_eq!(fde + 4 - back, 0, "the FDE points back at the CIE");
        assert_eq!(section[fde + 8..fde + 16], 0x1000_u64.to_le_bytes());
        assert_eq!(section[fde + 16..fde + 24], 0x40_u64.to_le_bytes());
    }
}
