//! UNWIND_INFO of Windows on x64 (Microsoft: "x64 exception handling", struct UNWIND_INFO).
//!
//! Frames are described from their frame pointer, so the stack pointer may move: as if room for the saved registers were made
//! before the frame pointer is set to its upper end. Unwinders cannot tell that from what the code does, wherever they start.

use codegen::FrameStep;

const PUSH_NONVOL: u8 = 0;
const ALLOC_LARGE: u8 = 1;
const ALLOC_SMALL: u8 = 2;
const SET_FPREG: u8 = 3;
const SAVE_NONVOL: u8 = 4;
const SAVE_XMM128: u8 = 8;

const RBP: u8 = 5;
/// The frame pointer is at most this far above the base of the description: four bits, times 16.
const MAX_ROOM: u32 = 240;

/// Unwind information for a prologue.
pub(super) fn encode(steps: &[(u32, FrameStep)]) -> Result<Vec<u8>, String> {
    let room = room(steps)?;
    let mut codes: Vec<Vec<u16>> = Vec::new();
    let (mut last, mut framed) = (0, false);
    for &(offset, step) in steps {
        let at = u8::try_from(offset);
        let at = || at.map_err(|_| "registers are saved within 255 bytes on Windows".to_owned());
        match step {
            FrameStep::PushFrame => codes.push(vec![code(at()?, PUSH_NONVOL, RBP)]),
            FrameStep::SetFrame => {
                framed = true;
                codes.extend(alloc(at()?, room));
                codes.push(vec![code(at()?, SET_FPREG, 0)]);
            }
            // The frame pointer says where everything is.
            FrameStep::Alloc(_) if framed => continue,
            FrameStep::SaveInt { reg, cfa_offset } if framed => {
                codes.push(save(at()?, SAVE_NONVOL, reg, slot(room, cfa_offset)?, 8)?);
            }
            FrameStep::SaveVec { reg, cfa_offset } if framed => {
                codes.push(save(at()?, SAVE_XMM128, reg, slot(room, cfa_offset)?, 16)?);
            }
            FrameStep::Alloc(_) | FrameStep::SaveInt { .. } | FrameStep::SaveVec { .. } => {
                return Err("registers or room before there is a frame pointer".into());
            }
        }
        last = at()?;
    }
    let codes: Vec<u16> = codes.into_iter().rev().flatten().collect();
    let count = u8::try_from(codes.len()).map_err(|_| "more than 255 unwind codes".to_owned())?;
    // Frame register in the low bits, its distance above the base in the high ones.
    let frame = if framed { RBP | ((room / 16) as u8 * 16) } else { 0 };
    let mut out = vec![1, last, count, frame];
    out.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
    out.resize(out.len().next_multiple_of(4), 0);
    Ok(out)
}

/// Bytes from the lowest saved register to the frame pointer, which is 16 below the CFA.
fn room(steps: &[(u32, FrameStep)]) -> Result<u32, String> {
    let lowest = steps.iter().map(|(_, step)| match step {
        FrameStep::SaveInt { cfa_offset, .. } | FrameStep::SaveVec { cfa_offset, .. } => *cfa_offset,
        _ => 0,
    });
    let room = lowest.min().map_or(0, |lowest| (-16 - lowest).max(0) as u32).next_multiple_of(16);
    if room > MAX_ROOM {
        return Err(format!("{room} bytes of saved registers, {MAX_ROOM} can be described"));
    }
    Ok(room)
}

fn slot(room: u32, cfa_offset: i32) -> Result<u16, String> {
    let at = i64::from(room) + 16 + i64::from(cfa_offset);
    u16::try_from(at)
        .ok()
        .filter(|at| u32::from(*at) < room)
        .ok_or_else(|| format!("a saved register at CFA{cfa_offset:+}"))
}

fn code(offset: u8, op: u8, info: u8) -> u16 {
    u16::from_le_bytes([offset, op | info << 4])
}

/// `bytes` is a multiple of 16 and at most [`MAX_ROOM`].
fn alloc(offset: u8, bytes: u32) -> Option<Vec<u16>> {
    match bytes / 8 {
        0 => None,
        units @ 1..=16 => Some(vec![code(offset, ALLOC_SMALL, (units - 1) as u8)]),
        units => Some(vec![code(offset, ALLOC_LARGE, 0), units as u16]),
    }
}

fn save(offset: u8, op: u8, reg: u8, at: u16, unit: u16) -> Result<Vec<u16>, String> {
    if !at.is_multiple_of(unit) || reg > 15 {
        return Err(format!("register {reg} at {at}, which is no multiple of {unit}"));
    }
    Ok(vec![code(offset, op, reg), at / unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes are what clang 19 makes of `.seh_pushreg rbp`, `.seh_stackalloc 32`, `.seh_setframe rbp, 32`,
    /// `.seh_savereg rbx, 24`, `.seh_savexmm xmm6, 0` at these offsets for Windows.
    #[test]
    fn matches_what_clang_emits() {
        let steps = [
            (1, FrameStep::PushFrame),
            (4, FrameStep::SetFrame),
            (11, FrameStep::Alloc(0xb0)),
            (19, FrameStep::SaveInt { reg: 3, cfa_offset: -24 }),
            (27, FrameStep::SaveVec { reg: 6, cfa_offset: -48 }),
        ];
        let expected = [1, 27, 7, 0x25, 27, 0x68, 0, 0, 19, 0x34, 3, 0, 4, 3, 4, 0x32, 1, 0x50, 0, 0];
        assert_eq!(encode(&steps).unwrap(), expected);
    }

    #[test]
    fn frames_that_save_nothing_need_the_frame_pointer_alone() {
        let steps = [(1, FrameStep::PushFrame), (4, FrameStep::SetFrame), (300, FrameStep::Alloc(32))];
        assert_eq!(encode(&steps).unwrap(), [1, 4, 2, 5, 4, 3, 1, 0x50]);
    }

    #[test]
    fn refuses_what_the_format_cannot_say() {
        let frame = [(1, FrameStep::PushFrame), (4, FrameStep::SetFrame)];
        let with = |step| encode(&[&frame[..], &[step]].concat());
        assert!(with((9, FrameStep::SaveInt { reg: 3, cfa_offset: -300 })).is_err());
        assert!(with((9, FrameStep::SaveInt { reg: 3, cfa_offset: 8 })).is_err());
        assert!(with((256, FrameStep::SaveInt { reg: 3, cfa_offset: -24 })).is_err());
        assert!(with((9, FrameStep::SaveVec { reg: 6, cfa_offset: -40 })).is_err());
        assert!(encode(&[(256, FrameStep::PushFrame)]).is_err());
        assert!(encode(&[(1, FrameStep::Alloc(16))]).is_err());
    }
}
