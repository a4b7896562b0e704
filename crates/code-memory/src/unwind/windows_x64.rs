//! UNWIND_INFO of Windows on x64 (Microsoft: "x64 exception handling", struct UNWIND_INFO).

use crate::frame::{FrameError, FrameInfo, FrameOp};

const PUSH_NONVOL: u8 = 0;
const ALLOC_LARGE: u8 = 1;
const ALLOC_SMALL: u8 = 2;
const SET_FPREG: u8 = 3;
const SAVE_NONVOL: u8 = 4;
const SAVE_NONVOL_FAR: u8 = 5;
const SAVE_XMM128: u8 = 8;
const SAVE_XMM128_FAR: u8 = 9;

const RBP: u8 = 5;

/// The unwind codes of one step, in the order they are stored.
type Codes = Vec<u16>;

/// Unwind information for a prologue.
///
/// Registers saved relative to the CFA are described relative to the lowered stack pointer, which then must not move
/// after the prologue; a frame that saves none is described by its frame pointer and may move it.
pub(crate) fn encode(frame: &FrameInfo) -> Result<Vec<u8>, FrameError> {
    let saves = |&(_, op): &(u32, FrameOp)| matches!(op, FrameOp::SaveInt { .. } | FrameOp::SaveVec { .. });
    let by_frame_pointer =
        !frame.ops.iter().any(saves) && frame.ops.iter().any(|&(_, op)| op == FrameOp::SetFrame);
    let depth = lowered(frame);
    let mut steps: Vec<(u8, Codes)> = Vec::new();
    for (index, &(offset, op)) in frame.ops.iter().enumerate() {
        let fail = |why| FrameError { index, why };
        let offset = u8::try_from(offset).map_err(|_| fail("Windows prologues end within 255 bytes"))?;
        let codes = match op {
            FrameOp::PushFrame => vec![code(offset, PUSH_NONVOL, RBP)],
            FrameOp::SetFrame if by_frame_pointer => vec![code(offset, SET_FPREG, 0)],
            FrameOp::SetFrame | FrameOp::Alloc(0) => continue,
            FrameOp::Alloc(bytes) => alloc(offset, bytes),
            FrameOp::SaveInt { reg, cfa_offset } => {
                let at =
                    slot(depth, cfa_offset).ok_or_else(|| fail("the slot lies below the allocated frame"))?;
                save(offset, [SAVE_NONVOL, SAVE_NONVOL_FAR], reg, at, 8)
            }
            FrameOp::SaveVec { reg, cfa_offset } => {
                let at =
                    slot(depth, cfa_offset).ok_or_else(|| fail("the slot lies below the allocated frame"))?;
                if at % 16 != 0 || reg > 15 {
                    return Err(fail("xmm registers are saved whole, 16-aligned"));
                }
                save(offset, [SAVE_XMM128, SAVE_XMM128_FAR], reg, at, 16)
            }
        };
        steps.push((offset, codes));
    }
    let prologue = steps.last().map_or(0, |&(offset, _)| offset);
    let codes: Vec<u16> = steps.into_iter().rev().flat_map(|(_, codes)| codes).collect();
    let count = u8::try_from(codes.len())
        .map_err(|_| FrameError { index: frame.ops.len() - 1, why: "more than 255 Windows unwind codes" })?;
    let mut out = vec![1, prologue, count, if by_frame_pointer { RBP } else { 0 }];
    out.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
    out.resize(out.len().next_multiple_of(4), 0);
    Ok(out)
}

/// How far below the CFA the stack pointer is after the prologue.
fn lowered(frame: &FrameInfo) -> i64 {
    let steps = frame.ops.iter().map(|&(_, op)| match op {
        FrameOp::PushFrame => 8,
        FrameOp::Alloc(bytes) => i64::from(bytes),
        _ => 0,
    });
    8 + steps.sum::<i64>()
}

fn slot(depth: i64, cfa_offset: i32) -> Option<u32> {
    u32::try_from(depth + i64::from(cfa_offset)).ok()
}

fn code(offset: u8, op: u8, info: u8) -> u16 {
    u16::from_le_bytes([offset, op | info << 4])
}

fn alloc(offset: u8, bytes: u32) -> Codes {
    let units = bytes / 8;
    match units {
        1..=16 => vec![code(offset, ALLOC_SMALL, (units - 1) as u8)],
        17..=0xffff => vec![code(offset, ALLOC_LARGE, 0), units as u16],
        _ => vec![code(offset, ALLOC_LARGE, 1), bytes as u16, (bytes >> 16) as u16],
    }
}

fn save(offset: u8, [near, far]: [u8; 2], reg: u8, at: u32, unit: u32) -> Codes {
    match u16::try_from(at / unit) {
        Ok(scaled) => vec![code(offset, near, reg), scaled],
        Err(_) => vec![code(offset, far, reg), at as u16, (at >> 16) as u16],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes are what clang 19 makes of the same prologue (`.seh_pushreg` and so on) for Windows.
    #[test]
    fn matches_what_clang_emits() {
        let ops = vec![
            (1, FrameOp::PushFrame),
            (4, FrameOp::SetFrame),
            (11, FrameOp::Alloc(0xb0)),
            (19, FrameOp::SaveInt { reg: 3, cfa_offset: -24 }),
            (27, FrameOp::SaveVec { reg: 6, cfa_offset: -48 }),
        ];
        let expected = [1, 27, 7, 0, 27, 0x68, 9, 0, 19, 0x34, 0x15, 0, 11, 1, 0x16, 0, 1, 0x50, 0, 0];
        assert_eq!(encode(&FrameInfo { ops }).unwrap(), expected);
    }

    #[test]
    fn frame_pointer_form_when_nothing_is_saved() {
        let ops = vec![(1, FrameOp::PushFrame), (4, FrameOp::SetFrame), (8, FrameOp::Alloc(32))];
        assert_eq!(encode(&FrameInfo { ops }).unwrap(), [1, 8, 3, 5, 8, 0x32, 4, 3, 1, 0x50, 0, 0]);
    }

    #[test]
    fn refuses_what_the_format_cannot_say() {
        let below = vec![(1, FrameOp::PushFrame), (5, FrameOp::SaveInt { reg: 3, cfa_offset: -24 })];
        assert!(encode(&FrameInfo { ops: below }).is_err());
        assert!(encode(&FrameInfo { ops: vec![(256, FrameOp::PushFrame)] }).is_err());
    }
}
