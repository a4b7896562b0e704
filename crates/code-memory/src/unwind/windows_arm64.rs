//! `.xdata` of Windows on ARM64 (Microsoft: "ARM64 exception handling").

use crate::frame::{FrameError, FrameInfo, FrameOp};

const SAVE_FPLR_X_16: u8 = 0x81;
const SET_FP: u8 = 0xe1;
const END: u8 = 0xe4;
/// Fills the last word.
const NOP: u8 = 0xe3;

/// Unwind information for code of `len` bytes. Registers saved relative to the CFA are described relative to the stack
/// pointer at that step, which then must not move after the prologue.
pub(crate) fn encode(frame: &FrameInfo, len: usize) -> Result<Vec<u8>, FrameError> {
    let mut depth: i64 = 0;
    let mut steps: Vec<Vec<u8>> = Vec::new();
    for (index, &(_, op)) in frame.ops.iter().enumerate() {
        let fail = |why| FrameError { index, why };
        steps.push(match op {
            FrameOp::PushFrame => {
                depth += 16;
                vec![SAVE_FPLR_X_16]
            }
            FrameOp::SetFrame => vec![SET_FP],
            FrameOp::Alloc(0) => continue,
            FrameOp::Alloc(bytes) => {
                depth += i64::from(bytes);
                alloc(bytes).ok_or_else(|| fail("not a multiple of 16 below 256 MB"))?
            }
            FrameOp::SaveInt { reg, cfa_offset } if (19..=30).contains(&reg) => {
                save(0xd000, reg - 19, depth + i64::from(cfa_offset))
                    .ok_or_else(|| fail("slot out of range"))?
            }
            FrameOp::SaveVec { reg, cfa_offset } if (8..=15).contains(&reg) => {
                save(0xdc00, reg - 8, depth + i64::from(cfa_offset))
                    .ok_or_else(|| fail("slot out of range"))?
            }
            FrameOp::SaveInt { .. } | FrameOp::SaveVec { .. } => {
                return Err(fail("only callee-saved registers can be described"));
            }
        });
    }
    let last =
        FrameError { index: frame.ops.len().saturating_sub(1), why: "code or prologue too long for .xdata" };
    let mut codes: Vec<u8> = steps.into_iter().rev().flatten().collect();
    codes.push(END);
    codes.resize(codes.len().next_multiple_of(4), NOP);
    let (words, length) = (codes.len() / 4, len.div_ceil(4));
    if words > 31 || length >= 1 << 18 {
        return Err(last);
    }
    // Version 0, no handler, no epilogue scopes.
    let header = (words as u32) << 27 | length as u32;
    let mut out = header.to_le_bytes().to_vec();
    out.append(&mut codes);
    Ok(out)
}

fn alloc(bytes: u32) -> Option<Vec<u8>> {
    let units = bytes / 16;
    match units {
        _ if !bytes.is_multiple_of(16) => None,
        0..=0x1f => Some(vec![units as u8]),
        0x20..=0x7ff => Some(vec![0xc0 | (units >> 8) as u8, units as u8]),
        0x800..=0xff_ffff => Some(vec![0xe0, (units >> 16) as u8, (units >> 8) as u8, units as u8]),
        _ => None,
    }
}

/// `save_reg` and `save_freg`: four (three) bits of register, six bits of slot.
fn save(op: u16, reg: u8, at: i64) -> Option<Vec<u8>> {
    let slot = u16::try_from(at / 8).ok().filter(|&slot| slot < 64 && at >= 0)?;
    Some((op | u16::from(reg) << 6 | slot).to_be_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes are what clang 19 makes of the same prologue (`.seh_save_fplr_x` and so on) for Windows.
    #[test]
    fn matches_what_clang_emits() {
        let ops = vec![
            (4, FrameOp::PushFrame),
            (8, FrameOp::SetFrame),
            (12, FrameOp::Alloc(64)),
            (16, FrameOp::SaveInt { reg: 19, cfa_offset: -24 }),
            (20, FrameOp::SaveInt { reg: 25, cfa_offset: -32 }),
            (24, FrameOp::SaveVec { reg: 9, cfa_offset: -40 }),
        ];
        let codes = [0xdc, 0x45, 0xd1, 0x86, 0xd0, 0x07, 0x04, 0xe1, 0x81, 0xe4];
        let made = encode(&FrameInfo { ops }, 40).unwrap();
        assert_eq!(made[..4], (3 << 27 | 10_u32).to_le_bytes());
        assert_eq!(made[4..14], codes);
        assert_eq!(made.len(), 16);
    }

    #[test]
    fn refuses_what_the_format_cannot_say() {
        for op in [FrameOp::SaveInt { reg: 3, cfa_offset: -8 }, FrameOp::Alloc(8)] {
            assert!(encode(&FrameInfo { ops: vec![(4, FrameOp::PushFrame), (8, op)] }, 40).is_err());
        }
    }
}
