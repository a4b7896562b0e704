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
/// The frame pointer is at most this far above the base of the description: four bits, times 16.
const MAX_ROOM: u32 = 240;

/// The unwind codes of one step, in the order they are stored.
type Codes = Vec<u16>;

/// UNWIND_INFO: what Windows on x64 wants to know about a prologue.
///
/// Frames that set the frame pointer before anything but the old one is stored are described from it, so the stack pointer may
/// move: as if room for the saved registers were made before the frame pointer is set to its upper end. Unwinders cannot tell
/// that from what the code does, wherever they start. Other frames are described from the lowered stack pointer, which then
/// must not move after the prologue.
///
/// # Errors
/// Names the first step that the format cannot express.
pub fn encode(frame: &FrameInfo) -> Result<Vec<u8>, FrameError> {
    let room = room(frame);
    let base = Base { room, depth: lowered(frame) };
    let mut steps: Vec<Codes> = Vec::new();
    let mut prologue = 0;
    for (index, &(offset, op)) in frame.ops.iter().enumerate() {
        // The frame pointer says where everything is.
        if matches!(op, FrameOp::Alloc(_)) && room.is_some() || op == FrameOp::Alloc(0) {
            continue;
        }
        let fail = |why| FrameError { index, why };
        let offset = u8::try_from(offset).map_err(|_| fail("Windows prologues end within 255 bytes"))?;
        match base.step(offset, op).map_err(fail)? {
            codes if codes.is_empty() => continue,
            codes => steps.push(codes),
        }
        prologue = offset;
    }
    let codes: Vec<u16> = steps.into_iter().rev().flatten().collect();
    let last = frame.ops.len().saturating_sub(1);
    let count = u8::try_from(codes.len())
        .map_err(|_| FrameError { index: last, why: "more than 255 Windows unwind codes" })?;
    // Frame register in the low bits, its distance above the base in the high ones.
    let register = room.map_or(0, |room| RBP | (room / 16 * 16) as u8);
    let mut out = vec![1, prologue, count, register];
    out.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
    out.resize(out.len().next_multiple_of(4), 0);
    Ok(out)
}

/// What saved registers are described relative to.
struct Base {
    /// Bytes from there to the frame pointer, when that leads there.
    room: Option<u32>,
    /// Bytes from the lowered stack pointer to the CFA.
    depth: i64,
}

impl Base {
    fn step(&self, offset: u8, op: FrameOp) -> Result<Codes, &'static str> {
        Ok(match op {
            FrameOp::PushFrame => vec![code(offset, PUSH_NONVOL, RBP)],
            FrameOp::SetFrame => match self.room {
                // Stored last first.
                Some(room) => [vec![code(offset, SET_FPREG, 0)], alloc(offset, room)].concat(),
                None => Codes::new(),
            },
            FrameOp::Alloc(bytes) => alloc(offset, bytes),
            FrameOp::SaveInt { reg, .. } | FrameOp::SaveVec { reg, .. } if reg > 15 => {
                return Err("no such register");
            }
            FrameOp::SaveInt { reg, cfa_offset } => {
                save(offset, [SAVE_NONVOL, SAVE_NONVOL_FAR], reg, self.slot(cfa_offset)?, 8)
            }
            FrameOp::SaveVec { reg, cfa_offset } => {
                let at = self.slot(cfa_offset)?;
                if at % 16 != 0 {
                    return Err("xmm registers are saved whole, 16-aligned");
                }
                save(offset, [SAVE_XMM128, SAVE_XMM128_FAR], reg, at, 16)
            }
        })
    }

    fn slot(&self, cfa_offset: i32) -> Result<u32, &'static str> {
        let end = self.room.map_or(self.depth, |room| i64::from(room) + 16);
        let below = if self.room.is_some() { i64::from(cfa_offset) <= -24 } else { cfa_offset < 0 };
        let at = u32::try_from(end + i64::from(cfa_offset)).ok().filter(|at| below && at % 8 == 0);
        at.ok_or("the slot lies outside of the allocated frame")
    }
}

/// Bytes from the lowest saved register to the frame pointer, which is 16 below the CFA, when the frame can be described from
/// there.
fn room(frame: &FrameInfo) -> Option<u32> {
    let set = frame.ops.iter().position(|(_, op)| *op == FrameOp::SetFrame)?;
    let before = frame.ops[..set].iter().all(|(_, op)| *op == FrameOp::PushFrame);
    let lowest = frame.ops.iter().map(|(_, op)| match op {
        FrameOp::SaveInt { cfa_offset, .. } | FrameOp::SaveVec { cfa_offset, .. } => *cfa_offset,
        _ => 0,
    });
    let room = lowest.min().map_or(0, |lowest| (-16_i32).saturating_sub(lowest).max(0) as u32);
    let room = room.next_multiple_of(16);
    (before && set == 1 && room <= MAX_ROOM).then_some(room)
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

fn code(offset: u8, op: u8, info: u8) -> u16 {
    u16::from_le_bytes([offset, op | info << 4])
}

fn alloc(offset: u8, bytes: u32) -> Codes {
    let units = bytes / 8;
    match units {
        0 => Codes::new(),
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

    /// The expected bytes are what clang 19 makes of `.seh_pushreg rbp`, `.seh_stackalloc 32`, `.seh_setframe rbp, 32`,
    /// `.seh_savereg rbx, 24`, `.seh_savexmm xmm6, 0` at these offsets for Windows.
    #[test]
    fn matches_what_clang_emits() {
        let ops = vec![
            (1, FrameOp::PushFrame),
            (4, FrameOp::SetFrame),
            (11, FrameOp::Alloc(0xb0)),
            (19, FrameOp::SaveInt { reg: 3, cfa_offset: -24 }),
            (27, FrameOp::SaveVec { reg: 6, cfa_offset: -48 }),
        ];
        let expected = [1, 27, 7, 0x25, 27, 0x68, 0, 0, 19, 0x34, 3, 0, 4, 3, 4, 0x32, 1, 0x50, 0, 0];
        assert_eq!(encode(&FrameInfo { ops }).unwrap(), expected);
    }

    /// What clang 19 makes of the same prologue without `.seh_setframe`.
    #[test]
    fn frames_without_a_frame_pointer_are_described_from_the_stack_pointer() {
        let ops = vec![
            (1, FrameOp::PushFrame),
            (11, FrameOp::Alloc(0xb0)),
            (19, FrameOp::SaveInt { reg: 3, cfa_offset: -24 }),
            (27, FrameOp::SaveVec { reg: 6, cfa_offset: -48 }),
        ];
        let expected = [1, 27, 7, 0, 27, 0x68, 9, 0, 19, 0x34, 0x15, 0, 11, 1, 0x16, 0, 1, 0x50, 0, 0];
        assert_eq!(encode(&FrameInfo { ops }).unwrap(), expected);
    }

    #[test]
    fn frames_that_save_nothing_need_the_frame_pointer_alone() {
        let ops = vec![(1, FrameOp::PushFrame), (4, FrameOp::SetFrame), (300, FrameOp::Alloc(32))];
        assert_eq!(encode(&FrameInfo { ops }).unwrap(), [1, 4, 2, 5, 4, 3, 1, 0x50]);
    }

    #[test]
    fn refuses_what_the_format_cannot_say() {
        let framed = [(1, FrameOp::PushFrame), (4, FrameOp::SetFrame)];
        let with = |step| encode(&FrameInfo { ops: [&framed[..], &[step]].concat() });
        assert!(with((9, FrameOp::SaveInt { reg: 3, cfa_offset: -300 })).is_err());
        assert!(with((9, FrameOp::SaveInt { reg: 3, cfa_offset: -8 })).is_err());
        assert!(with((256, FrameOp::SaveInt { reg: 3, cfa_offset: -24 })).is_err());
        assert!(with((9, FrameOp::SaveVec { reg: 6, cfa_offset: -40 })).is_err());
        assert!(with((9, FrameOp::SaveInt { reg: 16, cfa_offset: -24 })).is_err());
        let below = vec![(1, FrameOp::PushFrame), (5, FrameOp::SaveInt { reg: 3, cfa_offset: -24 })];
        assert!(encode(&FrameInfo { ops: below }).is_err());
        assert!(encode(&FrameInfo { ops: vec![(256, FrameOp::PushFrame)] }).is_err());
    }
}
