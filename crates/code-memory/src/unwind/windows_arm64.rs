//! `.xdata` of Windows on ARM64 (Microsoft: "ARM64 exception handling").

use crate::frame::{FrameError, FrameInfo, FrameOp};

const SAVE_FPLR_X_16: u8 = 0x81;
const SET_FP: u8 = 0xe1;
const END: u8 = 0xe4;
/// Fills the last word.
const NOP: u8 = 0xe3;

/// `.xdata` for code of `len` bytes: what Windows on ARM64 wants to know about a prologue.
///
/// Registers saved relative to the CFA are described relative to the stack pointer at that step, which then must not move
/// after the prologue. Where they are stored below everything that was allocated so far, as code generators do who make room
/// with the store itself, room for all of them is described as allocated before the first. Unwinders that start behind the
/// prologue, as at every call, cannot tell the difference.
///
/// # Errors
/// Names the first step that the format cannot express.
pub fn encode(frame: &FrameInfo, len: usize) -> Result<Vec<u8>, FrameError> {
    let mut depth: i64 = 0;
    let mut steps: Vec<Vec<u8>> = Vec::new();
    for (index, &(_, op)) in frame.ops.iter().enumerate() {
        let fail = |why| FrameError { index, why };
        let bad_size = || fail("not a multiple of 16 below 256 MB");
        if let Some(room) = room_for(&frame.ops[index..], depth) {
            depth += i64::from(room);
            steps.push(alloc(room).ok_or_else(bad_size)?);
        }
        steps.push(match op {
            FrameOp::PushFrame => {
                depth += 16;
                vec![SAVE_FPLR_X_16]
            }
            FrameOp::SetFrame => vec![SET_FP],
            FrameOp::Alloc(0) => continue,
            FrameOp::Alloc(bytes) => {
                depth += i64::from(bytes);
                alloc(bytes).ok_or_else(bad_size)?
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
    let last = frame.ops.len().saturating_sub(1);
    let mut codes: Vec<u8> = steps.into_iter().rev().flatten().collect();
    codes.push(END);
    codes.resize(codes.len().next_multiple_of(4), NOP);
    let mut out = header(len, codes.len() / 4).map_err(|why| FrameError { index: last, why })?;
    out.append(&mut codes);
    Ok(out)
}

/// Bytes to allocate for a run of stores that begins here, when its first lies below what there is.
fn room_for(ops: &[(u32, FrameOp)], depth: i64) -> Option<u32> {
    let saves = ops.iter().map_while(|(_, op)| match op {
        FrameOp::SaveInt { cfa_offset, .. } | FrameOp::SaveVec { cfa_offset, .. } => Some(*cfa_offset),
        _ => None,
    });
    let missing = -i64::from(saves.min()?) - depth;
    u32::try_from(missing).ok().filter(|missing| *missing > 0).map(|missing| missing.next_multiple_of(16))
}

/// Version 0, no handler, no epilogues: those restore what was stored, and nothing is called from them.
fn header(len: usize, words: usize) -> Result<Vec<u8>, &'static str> {
    let length = len.div_ceil(4);
    if length >= 1 << 18 {
        return Err("more code than one entry can cover");
    }
    if words <= 31 {
        return Ok(((words as u32) << 27 | length as u32).to_le_bytes().to_vec());
    }
    // Five bits do not hold the number of words: it goes into a second header word.
    let words = u8::try_from(words).map_err(|_| "more than 1020 bytes of unwind codes")?;
    Ok([(length as u32).to_le_bytes(), (u32::from(words) << 16).to_le_bytes()].concat())
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

    /// What clang makes of `.seh_save_fplr_x 16`, `.seh_set_fp`, `.seh_stackalloc 32`, `.seh_save_reg x19, 24`,
    /// `.seh_save_reg x25, 16`, `.seh_save_freg d9, 8`, `.seh_stackalloc 64`.
    #[test]
    fn stores_below_the_frame_get_room_first() {
        let ops = vec![
            (8, FrameOp::PushFrame),
            (12, FrameOp::SetFrame),
            (16, FrameOp::SaveInt { reg: 19, cfa_offset: -24 }),
            (20, FrameOp::SaveInt { reg: 25, cfa_offset: -32 }),
            (24, FrameOp::SaveVec { reg: 9, cfa_offset: -40 }),
            (28, FrameOp::Alloc(64)),
        ];
        let codes = [0x04, 0xdc, 0x41, 0xd1, 0x82, 0xd0, 0x03, 0x02, 0xe1, 0x81, 0xe4, 0xe3];
        let made = encode(&FrameInfo { ops }, 40).unwrap();
        assert_eq!(made[..4], (3 << 27 | 10_u32).to_le_bytes());
        assert_eq!(made[4..], codes);
    }

    #[test]
    fn many_codes_get_a_second_header_word() {
        let saves = (0..64).map(|slot| (4, FrameOp::SaveInt { reg: 19, cfa_offset: -24 - 8 * (slot % 4) }));
        let made = encode(&FrameInfo { ops: saves.collect() }, 40).unwrap();
        assert_eq!(made[..4], 10_u32.to_le_bytes());
        assert_eq!(u32::from(made[6]) as usize * 4 + 8, made.len());
        assert!(encode(&FrameInfo::default(), 1 << 20).is_err());
    }

    #[test]
    fn refuses_what_the_format_cannot_say() {
        for op in [FrameOp::SaveInt { reg: 3, cfa_offset: -8 }, FrameOp::Alloc(8)] {
            assert!(encode(&FrameInfo { ops: vec![(4, FrameOp::PushFrame), (8, op)] }, 40).is_err());
        }
    }
}
