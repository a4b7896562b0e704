//! What the tests share: a little machine code for both architectures, and calls that survive faults.
#![allow(dead_code, reason = "every test binary uses its own part")]

pub(crate) mod fault;

use std::sync::{Mutex, MutexGuard, PoisonError};

use code_memory::{Code, ExecSpace, FrameInfo, FrameOp, Reloc, RelocKind, RelocTarget, Staged};

/// Tests of a process run one after another where one of them looks at the whole process, at its mappings for
/// example: it must not see another's spaces.
pub(crate) fn serial() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) const X64: bool = cfg!(target_arch = "x86_64");

/// A byte of memory that holds no code.
pub(crate) const TRAP: u8 = if X64 { 0xcc } else { 0 };

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// `extern "C" fn() -> u32` that returns `value` (below 65536).
pub(crate) fn constant(value: u32) -> Vec<u8> {
    assert!(value < 1 << 16);
    if X64 {
        // endbr64; mov eax, value; ret
        [&[0xf3, 0x0f, 0x1e, 0xfa, 0xb8][..], &value.to_le_bytes(), &[0xc3]].concat()
    } else {
        // bti c; movz w0, #value; ret
        words(&[0xd503_245f, 0x5280_0000 | value << 5, 0xd65f_03c0])
    }
}

/// A function that keeps a frame and calls something: `extern "C" fn(usize) -> usize`, passing its argument through.
pub(crate) struct Caller {
    pub(crate) bytes: Vec<u8>,
    /// Offset of the field to relocate.
    pub(crate) field: u32,
    pub(crate) kind: RelocKind,
    pub(crate) frame: FrameInfo,
}

pub(crate) fn caller() -> Caller {
    if X64 {
        // endbr64; push rbp; mov rbp, rsp; call rel32; pop rbp; ret
        let bytes = vec![0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xe8, 0, 0, 0, 0, 0x5d, 0xc3];
        let ops = vec![(5, FrameOp::PushFrame), (8, FrameOp::SetFrame)];
        Caller { bytes, field: 9, kind: RelocKind::X64Rel32, frame: FrameInfo { ops } }
    } else {
        // bti c; stp x29, x30, [sp, #-16]!; mov x29, sp; bl; ldp x29, x30, [sp], #16; ret
        let bytes = words(&[0xd503_245f, 0xa9bf_7bfd, 0x9100_03fd, 0x9400_0000, 0xa8c1_7bfd, 0xd65f_03c0]);
        let ops = vec![(8, FrameOp::PushFrame), (12, FrameOp::SetFrame)];
        Caller { bytes, field: 12, kind: RelocKind::Arm64Branch26, frame: FrameInfo { ops } }
    }
}

impl Caller {
    pub(crate) fn reloc(&self, target: RelocTarget) -> Reloc {
        Reloc { offset: self.field, kind: self.kind, target, addend: 0 }
    }

    /// Stages the function with its call going to `target`.
    pub(crate) fn stage(&self, space: &ExecSpace, target: RelocTarget) -> Staged {
        let mut staged = stage(space, &self.bytes);
        staged.relocate(self.reloc(target));
        staged
    }
}

pub(crate) fn stage(space: &ExecSpace, bytes: &[u8]) -> Staged {
    let mut staged = space.alloc(bytes.len(), 16).expect("room for a few bytes");
    staged.bytes_mut().copy_from_slice(bytes);
    staged
}

pub(crate) fn publish(space: &ExecSpace, bytes: &[u8]) -> Code {
    stage(space, bytes).publish().expect("correct code")
}

/// Calls published code of type `extern "C" fn() -> u32`.
pub(crate) fn call(code: &Code) -> u32 {
    call_at(code.entry())
}

pub(crate) fn call_at(entry: *const u8) -> u32 {
    // SAFETY: tests pass entries of code made by `constant`, still published or pinned.
    let function: extern "C" fn() -> u32 = unsafe { std::mem::transmute(entry) };
    function()
}

/// Calls published code of type `extern "C" fn(usize) -> usize`.
pub(crate) fn call_with(code: &Code, argument: usize) -> usize {
    // SAFETY: tests pass code made by `caller`, which has this type.
    let function: extern "C" fn(usize) -> usize = unsafe { std::mem::transmute(code.entry()) };
    function(argument)
}

/// The next number of a small generator (splitmix64).
pub(crate) fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// One line of `/proc/self/maps`.
pub(crate) struct MapLine {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) permissions: String,
    pub(crate) name: String,
}

pub(crate) fn maps() -> Vec<MapLine> {
    let text = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
    let parse = |line: &str| {
        let mut fields = line.split_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let permissions = fields.next()?.to_string();
        let name = fields.skip(3).collect::<Vec<_>>().join(" ");
        let address = |text| usize::from_str_radix(text, 16).ok();
        Some(MapLine { start: address(start)?, end: address(end)?, permissions, name })
    };
    text.lines().filter_map(parse).collect()
}
