//! Windows' unwind information read back as its unwinder does: every register comes from where the prologue stored it.

use super::{windows_arm64, windows_x64};
use crate::frame::{FrameInfo, FrameOp};
use std::collections::BTreeMap;

const CFA: i64 = 1 << 20;

/// Where each register is found: integer ones by number, vector ones from 100 on.
type Found = BTreeMap<u8, i64>;

/// Where the prologue stored them. `frame` and `link` are saved by `PushFrame`.
fn stored(frame: &FrameInfo, frame_pointer: u8, link: Option<u8>) -> Found {
    let mut found = Found::new();
    for (_, op) in &frame.ops {
        match op {
            FrameOp::PushFrame => {
                found.insert(frame_pointer, CFA - 16);
                found.extend(link.map(|link| (link, CFA - 8)));
            }
            FrameOp::SaveInt { reg, cfa_offset } => {
                found.insert(*reg, CFA + i64::from(*cfa_offset));
            }
            FrameOp::SaveVec { reg, cfa_offset } => {
                found.insert(100 + reg, CFA + i64::from(*cfa_offset));
            }
            FrameOp::SetFrame | FrameOp::Alloc(_) => {}
        }
    }
    found
}

/// Undoes a prologue of x64. The stack pointer is wrong where the frame pointer has to do.
fn unwind_x64(info: &[u8], mut rsp: i64) -> (Found, i64) {
    let rbp = CFA - 16;
    let base = if info[3] == 0 { rsp } else { rbp - i64::from(info[3] >> 4) * 16 };
    let words: Vec<u16> = info[4..].chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let mut codes = words[..usize::from(info[2])].iter().copied();
    let mut found = Found::new();
    while let Some(code) = codes.next() {
        let [offset, op] = code.to_le_bytes();
        assert!(offset <= info[1], "a step behind the end of the prologue");
        let (op, data) = (op & 15, op >> 4);
        let mut next = || i64::from(codes.next().expect("the code has operands"));
        match op {
            0 => {
                found.insert(data, rsp);
                rsp += 8;
            }
            1 if data == 0 => rsp += next() * 8,
            1 => rsp += next() | next() << 16,
            2 => rsp += i64::from(data) * 8 + 8,
            3 => rsp = base,
            4 => drop(found.insert(data, base + next() * 8)),
            5 => drop(found.insert(data, base + (next() | next() << 16))),
            8 => drop(found.insert(100 + data, base + next() * 16)),
            9 => drop(found.insert(100 + data, base + (next() | next() << 16))),
            other => panic!("unwind code {other}"),
        }
    }
    (found, rsp + 8)
}

/// Undoes a prologue of ARM64.
fn unwind_arm64(info: &[u8], mut sp: i64) -> (Found, i64) {
    let header = u32::from_le_bytes(info[..4].try_into().unwrap());
    let mut codes = info[if header >> 27 == 0 { 8 } else { 4 }..].iter().copied();
    let mut found = Found::new();
    loop {
        let code = codes.next().expect("there is an end");
        let mut next = || i64::from(codes.next().expect("the code has operands"));
        match code {
            0..=0x1f => sp += i64::from(code) * 16,
            0xc0..=0xc7 => sp += (i64::from(code & 7) << 8 | next()) * 16,
            0xe0 => sp += (next() << 16 | next() << 8 | next()) * 16,
            0x81 => {
                found.extend([(29, sp), (30, sp + 8)]);
                sp += 16;
            }
            0xe1 => sp = CFA - 16,
            0xd0..=0xd3 | 0xdc | 0xdd => {
                let word = i64::from(code) << 8 | next();
                let first = if code >= 0xdc { 108 } else { 19 };
                let mask = if code >= 0xdc { 7 } else { 15 };
                found.insert(first + (word >> 6 & mask) as u8, sp + (word & 63) * 8);
            }
            0xe4 => return (found, sp),
            other => panic!("unwind code {other:#x}"),
        }
    }
}

/// Prologues that store some registers: before or after the rest of the frame is made.
fn prologues(ints: &[u8], vecs: &[u8], vec_size: i32, step: u32) -> Vec<(FrameInfo, i64)> {
    let mut all = Vec::new();
    for saved in 0..=ints.len() + vecs.len() {
        for local in [0, 16, 64, 512, 4096, 1 << 20] {
            let mut at = -16;
            let (some, rest) = (saved.min(ints.len()), saved.saturating_sub(ints.len()));
            let mut saves: Vec<FrameOp> = Vec::new();
            for reg in &ints[..some] {
                at -= 8;
                saves.push(FrameOp::SaveInt { reg: *reg, cfa_offset: at });
            }
            for reg in &vecs[..rest] {
                at = (at - vec_size) & -vec_size;
                saves.push(FrameOp::SaveVec { reg: *reg, cfa_offset: at });
            }
            let room = ((-16 - at) as u32).next_multiple_of(16);
            let whole = FrameOp::Alloc(room + local);
            let mut first = vec![FrameOp::PushFrame, FrameOp::SetFrame];
            let mut second = first.clone();
            first.extend(&saves);
            first.push(FrameOp::Alloc(local));
            second.push(whole);
            second.extend(&saves);
            for ops in [first, second] {
                let ops = ops.into_iter().zip(1_u32..).map(|(op, number)| (number * step, op)).collect();
                all.push((FrameInfo { ops }, CFA - 16 - i64::from(room + local)));
            }
        }
    }
    all
}

#[test]
fn x64_frames_are_undone_wherever_the_stack_pointer_is() {
    let frames = prologues(&[3, 6, 7, 12, 13, 14, 15], &[6, 7, 8, 9, 10, 11, 12, 13, 14], 16, 4);
    let mut undone = 0;
    for (frame, sp) in &frames {
        let info = windows_x64::encode(frame).unwrap_or_else(|error| panic!("{error}: {frame:?}"));
        for moved in [0, -4096] {
            assert_eq!(unwind_x64(&info, sp + moved), (stored(frame, 5, None), CFA), "{frame:?}");
            undone += 1;
        }
        // The same without frame pointer, whose description needs the stack pointer. Stores come behind the allocation.
        let ops: Vec<_> = frame.ops.iter().copied().filter(|(_, op)| *op != FrameOp::SetFrame).collect();
        if matches!(ops[1].1, FrameOp::Alloc(_)) {
            let bare = FrameInfo { ops };
            let info = windows_x64::encode(&bare).unwrap_or_else(|error| panic!("{error}: {bare:?}"));
            assert_eq!(unwind_x64(&info, *sp), (stored(&bare, 5, None), CFA), "{bare:?}");
        }
    }
    assert!(undone > 200);
}

#[test]
fn arm64_frames_are_undone_in_either_order() {
    let frames = prologues(&[19, 20, 21, 22, 23, 24, 25, 26, 27, 28], &[8, 9, 10, 11, 12, 13, 14, 15], 8, 4);
    for (frame, sp) in &frames {
        // Slots have six bits: frames made whole before anything is stored are limited by that.
        match windows_arm64::encode(frame, 400) {
            Ok(info) => {
                assert_eq!(unwind_arm64(&info, *sp), (stored(frame, 29, Some(30)), CFA), "{frame:?}");
            }
            Err(error) => {
                assert!(matches!(frame.ops[2].1, FrameOp::Alloc(512..)), "{error}: {frame:?}");
            }
        }
    }
}
