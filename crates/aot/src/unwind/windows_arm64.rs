//! `.xdata` of Windows on ARM64 (Microsoft: "ARM64 exception handling").
//!
//! Codes here describe a prologue of another shape with the same outcome: frame pointer and return address pushed, frame
//! pointer set, room made for all registers at once, registers stored, the rest of the frame made. Unwinders that start
//! behind the prologue, as at every call, cannot tell the difference.

use codegen::FrameStep;

const SAVE_FPLR_X_16: u8 = 0x81;
const SET_FP: u8 = 0xe1;
const END: u8 = 0xe4;
/// Fills the last word.
const NOP: u8 = 0xe3;

/// Unwind information for code of `len` bytes.
pub(super) fn encode(steps: &[(u32, FrameStep)], len: u64) -> Result<Vec<u8>, String> {
    // Saved registers lie right below the frame pointer, which is 16 below the CFA.
    let lowest = steps.iter().map(|(_, step)| match step {
        FrameStep::SaveInt { cfa_offset, .. } | FrameStep::SaveVec { cfa_offset, .. } => *cfa_offset,
        _ => 0,
    });
    let room = lowest.min().map_or(0, |lowest| (-16 - lowest).max(0) as u32).next_multiple_of(16);
    let mut forward: Vec<Vec<u8>> = Vec::new();
    let mut saves: Vec<Vec<u8>> = Vec::new();
    let mut allocated: u32 = 0;
    for &(_, step) in steps {
        match step {
            FrameStep::PushFrame => forward.push(vec![SAVE_FPLR_X_16]),
            FrameStep::SetFrame => forward.push(vec![SET_FP]),
            FrameStep::Alloc(bytes) => allocated = allocated.saturating_add(bytes),
            FrameStep::SaveInt { reg, cfa_offset } if (19..=30).contains(&reg) => {
                saves.push(save(0xd000, reg - 19, room, cfa_offset)?);
            }
            FrameStep::SaveVec { reg, cfa_offset } if (8..=15).contains(&reg) => {
                saves.push(save(0xdc00, reg - 8, room, cfa_offset)?);
            }
            FrameStep::SaveInt { reg, .. } | FrameStep::SaveVec { reg, .. } => {
                return Err(format!("register {reg} is not one that callees save"));
            }
        }
    }
    forward.extend(alloc(room)?);
    forward.append(&mut saves);
    forward.extend(alloc(allocated)?);
    let mut codes: Vec<u8> = forward.into_iter().rev().flatten().collect();
    codes.push(END);
    codes.resize(codes.len().next_multiple_of(4), NOP);
    header(len, codes)
}

/// Version 0, no handler, no epilogues: those restore what was stored, and nothing is called from them.
fn header(len: u64, codes: Vec<u8>) -> Result<Vec<u8>, String> {
    let (words, length) = (codes.len() / 4, len.div_ceil(4));
    if length >= 1 << 18 {
        return Err(format!("{len} bytes of code are more than one entry can cover"));
    }
    let mut out = Vec::new();
    if words > 31 {
        // Five bits do not hold the number of words: it goes into a second header word.
        let words = u8::try_from(words).map_err(|_| "more than 1020 bytes of unwind codes".to_owned())?;
        out.extend((length as u32).to_le_bytes());
        out.extend((u32::from(words) << 16).to_le_bytes());
    } else {
        out.extend(((words as u32) << 27 | length as u32).to_le_bytes());
    }
    out.extend(codes);
    Ok(out)
}

fn alloc(bytes: u32) -> Result<Option<Vec<u8>>, String> {
    let units = bytes / 16;
    Ok(match units {
        _ if !bytes.is_multiple_of(16) => {
            return Err(format!("a frame of {bytes} bytes, which is no multiple of 16"));
        }
        0 => None,
        1..=0x1f => Some(vec![units as u8]),
        0x20..=0x7ff => Some(vec![0xc0 | (units >> 8) as u8, units as u8]),
        0x800..=0xff_ffff => Some(vec![0xe0, (units >> 16) as u8, (units >> 8) as u8, units as u8]),
        _ => return Err(format!("a frame of {bytes} bytes")),
    })
}

/// `save_reg` and `save_freg`: four (three) bits of register, six bits of slot, counted from the bottom of the room.
fn save(op: u16, reg: u8, room: u32, cfa_offset: i32) -> Result<Vec<u8>, String> {
    let at = i64::from(room) + 16 + i64::from(cfa_offset);
    let slot = u16::try_from(at / 8).ok().filter(|slot| *slot < 64 && at >= 0 && at % 8 == 0);
    let slot = slot.ok_or_else(|| format!("a saved register at CFA{cfa_offset:+}"))?;
    Ok((op | u16::from(reg) << 6 | slot).to_be_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes are what clang 19 makes of `.seh_save_fplr_x 16`, `.seh_set_fp`, `.seh_stackalloc 32`,
    /// `.seh_save_reg x19, 24`, `.seh_save_reg x25, 16`, `.seh_save_freg d9, 8`, `.seh_stackalloc 64` for Windows.
    #[test]
    fn describes_the_outcome_of_the_prologue() {
        let steps = [
            (8, FrameStep::PushFrame),
            (12, FrameStep::SetFrame),
            (16, FrameStep::SaveInt { reg: 19, cfa_offset: -24 }),
            (20, FrameStep::SaveInt { reg: 25, cfa_offset: -32 }),
            (24, FrameStep::SaveVec { reg: 9, cfa_offset: -40 }),
            (28, FrameStep::Alloc(64)),
        ];
        let codes = [0x04, 0xdc, 0x41, 0xd1, 0x82, 0xd0, 0x03, 0x02, 0xe1, 0x81, 0xe4, 0xe3];
        let made = encode(&steps, 40).unwrap();
        assert_eq!(made[..4], (3 << 27 | 10_u32).to_le_bytes());
        assert_eq!(made[4..], codes);
    }

    #[test]
    fn many_codes_get_a_second_header_word() {
        let saves = (0..64).map(|slot| (4, FrameStep::SaveInt { reg: 19, cfa_offset: -24 - 8 * (slot % 4) }));
        let made = encode(&saves.collect::<Vec<_>>(), 40).unwrap();
        assert_eq!(made[..4], 10_u32.to_le_bytes());
        assert_eq!(u32::from(made[6]) as usize * 4 + 8, made.len());
    }

    #[test]
    fn refuses_what_the_format_cannot_say() {
        for step in [FrameStep::SaveInt { reg: 3, cfa_offset: -24 }, FrameStep::Alloc(8)] {
            assert!(encode(&[(4, FrameStep::PushFrame), (8, step)], 40).is_err());
        }
        assert!(encode(&[], 1 << 20).is_err());
    }
}
