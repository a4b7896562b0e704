//! Finds calls whose relocation was lost: their displacement is still 0.

use crate::error::PublishError;
use crate::reloc::{Reloc, RelocKind};
use std::ops::Range;

#[cfg(any(target_arch = "x86_64", test))]
mod x64;

/// Refuses code with a call to itself (ARM64 `bl #0`) or to the next instruction (x64 `call rel32 0`) that no relocation
/// covers. Both are what an assembler leaves for a linker to fill in, and neither is ever meant.
pub(crate) fn check(bytes: &[u8], relocs: &[Reloc], data: &[Range<usize>]) -> Result<(), PublishError> {
    let calls = if cfg!(target_arch = "x86_64") { x64_calls(bytes, data) } else { arm64_calls(bytes, data) };
    let field = if cfg!(target_arch = "x86_64") { 1 } else { 0 };
    let covered = |call: usize| {
        relocs.iter().any(|reloc| reloc.kind != RelocKind::Abs64 && reloc.offset as usize == call + field)
    };
    match calls.into_iter().find(|&call| !covered(call)) {
        Some(offset) => Err(PublishError::UnrelocatedCall { offset }),
        None => Ok(()),
    }
}

/// Offsets of `bl #0`.
fn arm64_calls(bytes: &[u8], data: &[Range<usize>]) -> Vec<usize> {
    let words = bytes.chunks_exact(4).enumerate().map(|(index, word)| (4 * index, word));
    let empty = words.filter(|(_, word)| *word == 0x9400_0000_u32.to_le_bytes());
    empty
        .map(|(offset, _)| offset)
        .filter(|offset| !data.iter().any(|range| range.contains(offset)))
        .collect()
}

#[cfg(any(target_arch = "x86_64", test))]
fn x64_calls(bytes: &[u8], data: &[Range<usize>]) -> Vec<usize> {
    const CALL: [u8; 5] = [0xe8, 0, 0, 0, 0];
    let mut calls = Vec::new();
    // Nearly all code has these bytes nowhere, boundary or not, and need not be decoded.
    if !bytes.windows(CALL.len()).any(|window| window == CALL) {
        return calls;
    }
    let mut at = 0;
    while at < bytes.len() {
        if let Some(range) = data.iter().find(|range| range.contains(&at)) {
            at = range.end;
            continue;
        }
        // What cannot be decoded is taken for undeclared constants, after which no boundary is certain.
        let Some(len) = x64::instruction_len(&bytes[at..]) else { break };
        if bytes[at..].starts_with(&CALL) {
            calls.push(at);
        }
        at += len;
    }
    calls
}

#[cfg(not(any(target_arch = "x86_64", test)))]
fn x64_calls(_bytes: &[u8], _data: &[Range<usize>]) -> Vec<usize> {
    Vec::new()
}
