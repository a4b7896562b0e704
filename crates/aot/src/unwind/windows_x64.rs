//! UNWIND_INFO of Windows on x64 (Microsoft: "x64 exception handling", struct UNWIND_INFO).

use codegen::FrameStep;

const PUSH_NONVOL: u8 = 0;
const ALLOC_LARGE: u8 = 1;
const ALLOC_SMALL: u8 = 2;
const SET_FPREG: u8 = 3;
const SAVE_NONVOL: u8 = 4;
const SAVE_NONVOL_FAR: u8 = 5;
const SAVE_XMM128: u8 = 8;
const SAVE_XMM128_FAR: u8 = 9;

const RBP: u8 = 5;

/// Unwind information for a prologue. Registers are described relative to the lowered stack pointer, which must not move
/// afterwards; a frame that saves none is described by its frame pointer.
pub(super) fn encode(steps: &[(u32, FrameStep)]) -> Result<Vec<u8>, String> {
    let saves =
        |(_, step): &(u32, FrameStep)| matches!(step, FrameStep::SaveInt { .. } | FrameStep::SaveVec { .. });
    let by_frame_pointer =
        !steps.iter().any(saves) && steps.iter().any(|(_, step)| *step == FrameStep::SetFrame);
    let depth = lowered(steps);
    let mut codes: Vec<Vec<u16>> = Vec::new();
    let mut last = 0;
    for &(offset, step) in steps {
        let at = u8::try_from(offset).map_err(|_| "prologues end within 255 bytes on Windows".to_owned())?;
        codes.push(match step {
            FrameStep::PushFrame => vec![code(at, PUSH_NONVOL, RBP)],
            FrameStep::SetFrame if by_frame_pointer => vec![code(at, SET_FPREG, 0)],
            FrameStep::SetFrame | FrameStep::Alloc(0) => continue,
            FrameStep::Alloc(bytes) => alloc(at, bytes)?,
            FrameStep::SaveInt { reg, cfa_offset } => {
                save(at, [SAVE_NONVOL, SAVE_NONVOL_FAR], reg, slot(depth, cfa_offset)?, 8)?
            }
            FrameStep::SaveVec { reg, cfa_offset } => {
                save(at, [SAVE_XMM128, SAVE_XMM128_FAR], reg, slot(depth, cfa_offset)?, 16)?
            }
        });
        last = at;
    }
    let codes: Vec<u16> = codes.into_iter().rev().flatten().collect();
    let count = u8::try_from(codes.len()).map_err(|_| "more than 255 unwind codes".to_owned())?;
    let mut out = vec![1, last, count, if by_frame_pointer { RBP } else { 0 }];
    out.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
    out.resize(out.len().next_multiple_of(4), 0);
    Ok(out)
}

/// How far below the CFA the stack pointer is after the prologue.
fn lowered(steps: &[(u32, FrameStep)]) -> i64 {
    let bytes = steps.iter().map(|(_, step)| match step {
        FrameStep::PushFrame => 8,
        FrameStep::Alloc(bytes) => i64::from(*bytes),
        _ => 0,
    });
    8 + bytes.sum::<i64>()
}

fn slot(depth: i64, cfa_offset: i32) -> Result<u32, String> {
    u32::try_from(depth + i64::from(cfa_offset))
        .map_err(|_| "a slot lies below the allocated frame".to_owned())
}

fn code(offset: u8, op: u8, info: u8) -> u16 {
    u16::from_le_bytes([offset, op | info << 4])
}

fn alloc(offset: u8, bytes: u32) -> Result<Vec<u16>, String> {
    if !bytes.is_multiple_of(8) {
        return Err(format!("a frame of {bytes} bytes, which is no multiple of 8"));
    }
    let units = bytes / 8;
    Ok(match units {
        0..=16 => vec![code(offset, ALLOC_SMALL, (units.max(1) - 1) as u8)],
        17..=0xffff => vec![code(offset, ALLOC_LARGE, 0), units as u16],
        _ => vec![code(offset, ALLOC_LARGE, 1), bytes as u16, (bytes >> 16) as u16],
    })
}

fn save(offset: u8, [near, far]: [u8; 2], reg: u8, at: u32, unit: u32) -> Result<Vec<u16>, String> {
    if !at.is_multiple_of(unit) || reg > 15 {
        return Err(format!("register {reg} at {at}, which is no multiple of {unit}"));
    }
    Ok(match u16::try_from(at / unit) {
        Ok(scaled) => vec![code(offset, near, reg), scaled],
        Err(_) => vec![code(offset, far, reg), at as u16, (at >> 16) as u16],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes are what clang 19 makes of the same prologue (`.seh_pushreg` and so on) for Windows.
    #[test]
    fn matches_what_clang_emits() {
        let steps = [
            (1, FrameStep::PushFrame),
            (4, FrameStep::SetFrame),
            (11, FrameStep::Alloc(0xb0)),
            (19, FrameStep::SaveInt { reg: 3, cfa_offset: -24 }),
            (27, FrameStep::SaveVec { reg: 6, cfa_offset: -48 }),
        ];
        let expected = [1, 27, 7, 0, 27, 0x68, 9, 0, 19, 0x34, 0x15, 0, 11, 1, 0x16, 0, 1, 0x50, 0, 0];
        assert_eq!(encode(&steps).unwrap(), expected);
    }

    #[test]
    fn frame_pointer_form_when_nothing_is_saved() {
        let steps = [(1, FrameStep::PushFrame), (4, FrameStep::SetFrame), (8, FrameStep::Alloc(32))];
        assert_eq!(encode(&steps).unwrap(), [1, 8, 3, 5, 8, 0x32, 4, 3, 1, 0x50, 0, 0]);
    }

    #[test]
    fn refuses_what_the_format_cannot_say() {
        let below = [(1, FrameStep::PushFrame), (5, FrameStep::SaveInt { reg: 3, cfa_offset: -24 })];
        assert!(encode(&below).is_err());
        assert!(encode(&[(256, FrameStep::PushFrame)]).is_err());
        assert!(encode(&[(1, FrameStep::Alloc(12))]).is_err());
    }
}
