//! Relocations: places in staged code that hold an address, and how each is filled in or refused.

use std::{error, fmt};

/// A place in staged code to be filled in when the code is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reloc {
    /// Offset of the field (x64) or instruction (ARM64) in the code.
    pub offset: u32,
    /// What the field holds.
    pub kind: RelocKind,
    /// What it refers to.
    pub target: RelocTarget,
    /// Added to the target's address.
    pub addend: i64,
}

/// The form of a relocated field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelocKind {
    /// Eight bytes holding the address itself.
    Abs64,
    /// x64: four bytes holding the distance from the end of the field. Gets a veneer when it belongs to a branch.
    X64Rel32,
    /// ARM64: `b` or `bl`; reaches 128 MB. Gets a veneer.
    Arm64Branch26,
    /// ARM64: `adrp`; reaches 4 GB.
    Arm64AdrPage21,
    /// ARM64: `add` with the low twelve bits of the address.
    Arm64AddLo12,
    /// ARM64: 64-bit `ldr` or `str` with the low twelve bits of the address, which must be a multiple of 8.
    Arm64Ldst64Lo12,
}

impl RelocKind {
    /// Bytes of the field.
    pub const fn width(self) -> usize {
        if matches!(self, RelocKind::Abs64) { 8 } else { 4 }
    }

    /// Whether the field can occur in code of the architecture this program was compiled for.
    const fn is_native(self) -> bool {
        if cfg!(target_arch = "x86_64") {
            matches!(self, RelocKind::Abs64 | RelocKind::X64Rel32)
        } else {
            !matches!(self, RelocKind::X64Rel32)
        }
    }
}

/// What a relocation refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelocTarget {
    /// A fixed address.
    Address(usize),
    /// An offset in the same piece of code.
    Local(u32),
    /// A name nobody has resolved; publishing refuses it.
    Unresolved(String),
}

/// Why a relocation could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelocError {
    /// Offset of the field in the code.
    pub offset: u32,
    /// Its form.
    pub kind: RelocKind,
    /// What is wrong.
    pub why: RelocFault,
}

/// What is wrong with a relocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelocFault {
    /// The target is still this name.
    Unresolved(String),
    /// The field, or a local target, lies outside the code.
    OutsideCode {
        /// Length of the code.
        len: usize,
    },
    /// The field belongs to another architecture.
    ForeignArch,
    /// The bytes at the offset are not an instruction of the kind the relocation is for.
    WrongInstruction,
    /// The target is further away than the field reaches, and a veneer cannot help (the field is no branch).
    OutOfRange {
        /// Bytes from the place the field counts from to the target.
        distance: i64,
    },
    /// The target's alignment does not suit the field.
    Misaligned {
        /// The target address.
        target: usize,
    },
}

impl fmt::Display for RelocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "relocation {:?} at offset {:#x}: ", self.kind, self.offset)?;
        match &self.why {
            RelocFault::Unresolved(name) => write!(f, "`{name}` is unresolved"),
            RelocFault::OutsideCode { len } => write!(f, "points outside the {len} bytes of code"),
            RelocFault::ForeignArch => write!(f, "belongs to another architecture"),
            RelocFault::WrongInstruction => write!(f, "stands on an instruction it does not apply to"),
            RelocFault::OutOfRange { distance } => {
                write!(f, "the target is {distance} bytes away, out of range")
            }
            RelocFault::Misaligned { target } => write!(f, "the target {target:#x} is not aligned for it"),
        }
    }
}

impl error::Error for RelocError {}

/// Where the code being relocated will run, and how far its branches may go.
pub(crate) struct Site {
    /// Address of byte 0.
    pub(crate) base: usize,
    /// Distances below this are taken directly. At most what the instruction encodes; less in the short-reach double.
    pub(crate) reach: u64,
}

/// A relocation found to be in order.
pub(crate) enum Resolved {
    /// The field reaches the target.
    Direct(usize),
    /// The field is a branch that needs a veneer to the target.
    Veneer(usize),
}

impl Reloc {
    /// Checks the relocation against the code it is for, and finds its target.
    pub(crate) fn resolve(&self, bytes: &[u8], site: &Site) -> Result<Resolved, RelocError> {
        if !self.kind.is_native() {
            return Err(self.fault(RelocFault::ForeignArch));
        }
        self.resolve_any_arch(bytes, site)
    }

    fn resolve_any_arch(&self, bytes: &[u8], site: &Site) -> Result<Resolved, RelocError> {
        let outside = || self.fault(RelocFault::OutsideCode { len: bytes.len() });
        let end = (self.offset as usize).checked_add(self.kind.width()).ok_or_else(outside)?;
        if end > bytes.len() {
            return Err(outside());
        }
        let address = match &self.target {
            RelocTarget::Address(address) => *address,
            RelocTarget::Local(offset) if *offset as usize <= bytes.len() => site.base + *offset as usize,
            RelocTarget::Local(_) => return Err(outside()),
            RelocTarget::Unresolved(name) => return Err(self.fault(RelocFault::Unresolved(name.clone()))),
        };
        let target = address.wrapping_add_signed(self.addend as isize);
        if !self.fits_instruction(bytes) {
            return Err(self.fault(RelocFault::WrongInstruction));
        }
        let distance = self.distance(site.base, target);
        let reach = match self.kind {
            RelocKind::X64Rel32 | RelocKind::Arm64Branch26 => self.max_reach().min(site.reach),
            _ => self.max_reach(),
        };
        // Symmetric: the one extra value on the negative side is not worth a case of its own.
        if distance.unsigned_abs() < reach {
            return Ok(Resolved::Direct(target));
        }
        if self.is_branch(bytes) {
            return Ok(Resolved::Veneer(target));
        }
        if distance.unsigned_abs() < self.max_reach() {
            return Ok(Resolved::Direct(target));
        }
        Err(self.fault(RelocFault::OutOfRange { distance }))
    }

    /// Writes the field so that it refers to `target`, which is in reach.
    pub(crate) fn apply(&self, bytes: &mut [u8], base: usize, target: usize) -> Result<(), RelocError> {
        let distance = self.distance(base, target);
        if distance.unsigned_abs() >= self.max_reach() {
            return Err(self.fault(RelocFault::OutOfRange { distance }));
        }
        let at = self.offset as usize;
        let misaligned = || Err(self.fault(RelocFault::Misaligned { target }));
        let low = (target & 0xfff) as u32;
        match self.kind {
            RelocKind::Abs64 => bytes[at..at + 8].copy_from_slice(&(target as u64).to_le_bytes()),
            RelocKind::X64Rel32 => bytes[at..at + 4].copy_from_slice(&(distance as i32).to_le_bytes()),
            RelocKind::Arm64Branch26 if distance % 4 != 0 => return misaligned(),
            RelocKind::Arm64Branch26 => put(bytes, at, 0x03ff_ffff, (distance >> 2) as u32),
            RelocKind::Arm64AdrPage21 => {
                let pages = (distance >> 12) as u32;
                put(bytes, at, 0x60ff_ffe0, (pages & 3) << 29 | (pages >> 2 & 0x7_ffff) << 5);
            }
            RelocKind::Arm64AddLo12 => put(bytes, at, 0xfff << 10, low << 10),
            RelocKind::Arm64Ldst64Lo12 if !low.is_multiple_of(8) => return misaligned(),
            RelocKind::Arm64Ldst64Lo12 => put(bytes, at, 0xfff << 10, (low >> 3) << 10),
        }
        Ok(())
    }

    /// From where the field counts to the target; 0 for fields that hold (parts of) the address itself.
    fn distance(&self, base: usize, target: usize) -> i64 {
        let place = base.wrapping_add(self.offset as usize);
        match self.kind {
            RelocKind::X64Rel32 => target.wrapping_sub(place.wrapping_add(4)) as i64,
            RelocKind::Arm64Branch26 => target.wrapping_sub(place) as i64,
            RelocKind::Arm64AdrPage21 => (target & !0xfff).wrapping_sub(place & !0xfff) as i64,
            _ => 0,
        }
    }

    fn max_reach(&self) -> u64 {
        match self.kind {
            RelocKind::X64Rel32 => 1 << 31,
            RelocKind::Arm64Branch26 => 1 << 27,
            RelocKind::Arm64AdrPage21 => 1 << 32,
            _ => u64::MAX,
        }
    }

    fn fits_instruction(&self, bytes: &[u8]) -> bool {
        let aligned_word = || self.offset.is_multiple_of(4).then(|| word(bytes, self.offset as usize));
        let is = |mask, value| aligned_word().is_some_and(|word| word & mask == value);
        match self.kind {
            RelocKind::Abs64 | RelocKind::X64Rel32 => true,
            RelocKind::Arm64Branch26 => is(0x7c00_0000, 0x1400_0000),
            RelocKind::Arm64AdrPage21 => is(0x9f00_0000, 0x9000_0000),
            RelocKind::Arm64AddLo12 => is(0xffc0_0000, 0x9100_0000),
            RelocKind::Arm64Ldst64Lo12 => is(0xfb00_0000, 0xf900_0000),
        }
    }

    /// Whether the field belongs to a direct branch, which may go through a veneer. An x64 memory operand relative to
    /// rip has the ModRM byte 00_reg_101 before the field, never one of the opcodes looked for here.
    fn is_branch(&self, bytes: &[u8]) -> bool {
        match self.kind {
            RelocKind::Arm64Branch26 => true,
            RelocKind::X64Rel32 => {
                let before = &bytes[..self.offset as usize];
                matches!(before, [.., 0xe8 | 0xe9] | [.., 0x0f, 0x80..=0x8f])
            }
            _ => false,
        }
    }

    fn fault(&self, why: RelocFault) -> RelocError {
        RelocError { offset: self.offset, kind: self.kind, why }
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn put(bytes: &mut [u8], at: usize, mask: u32, value: u32) {
    let patched = word(bytes, at) & !mask | value & mask;
    bytes[at..at + 4].copy_from_slice(&patched.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: usize = 0x10_0000_0000;

    /// Applies one relocation to `bytes` at `BASE`; returns them, or `None` when a veneer is asked for.
    fn link(
        bytes: &[u8],
        offset: u32,
        kind: RelocKind,
        target: usize,
    ) -> Result<Option<Vec<u8>>, RelocFault> {
        let reloc = Reloc { offset, kind, target: RelocTarget::Address(target), addend: 0 };
        let site = Site { base: BASE, reach: u64::MAX };
        match reloc.resolve_any_arch(bytes, &site).map_err(|error| error.why)? {
            Resolved::Veneer(to) => {
                assert_eq!(to, target);
                Ok(None)
            }
            Resolved::Direct(to) => {
                let mut bytes = bytes.to_vec();
                reloc.apply(&mut bytes, BASE, to).map_err(|error| error.why)?;
                Ok(Some(bytes))
            }
        }
    }

    fn link_word(instruction: u32, kind: RelocKind, target: usize) -> Result<Option<u32>, RelocFault> {
        link(&instruction.to_le_bytes(), 0, kind, target).map(|bytes| bytes.map(|bytes| word(&bytes, 0)))
    }

    #[test]
    fn x64_fields_count_from_their_end() {
        let call = [0xe8, 0, 0, 0, 0];
        let linked = link(&call, 1, RelocKind::X64Rel32, BASE + 5 + 0x1234).unwrap().unwrap();
        assert_eq!(linked, [0xe8, 0x34, 0x12, 0, 0]);
        let linked = link(&call, 1, RelocKind::X64Rel32, BASE).unwrap().unwrap();
        assert_eq!(linked, [0xe8, 0xfb, 0xff, 0xff, 0xff]);
    }

    #[test]
    fn x64_branches_get_veneers_and_memory_operands_do_not() {
        let limit = BASE + 5 + (1 << 31);
        let call = [0xe8, 0, 0, 0, 0];
        assert!(link(&call, 1, RelocKind::X64Rel32, limit - 1).unwrap().is_some());
        assert!(link(&call, 1, RelocKind::X64Rel32, limit).unwrap().is_none());
        assert!(link(&[0x0f, 0x84, 0, 0, 0, 0], 2, RelocKind::X64Rel32, limit + 9).unwrap().is_none());
        for lea in
            [[0x48, 0x8d, 0x05, 0, 0, 0, 0], [0x48, 0x8d, 0x0d, 0, 0, 0, 0], [0xff, 0xff, 0x15, 0, 0, 0, 0]]
        {
            let fault = link(&lea, 3, RelocKind::X64Rel32, limit + 9).unwrap_err();
            assert!(matches!(fault, RelocFault::OutOfRange { .. }));
        }
    }

    #[test]
    fn arm64_branches_reach_128_megabytes() {
        let reach = 1 << 27;
        let bl = |target| link_word(0x9400_0000, RelocKind::Arm64Branch26, target);
        assert_eq!(bl(BASE + 8), Ok(Some(0x9400_0002)));
        assert_eq!(bl(BASE - 4), Ok(Some(0x97ff_ffff)));
        assert_eq!(bl(BASE + reach - 4), Ok(Some(0x95ff_ffff)));
        assert_eq!(bl(BASE + reach), Ok(None));
        assert_eq!(bl(BASE - reach), Ok(None));
        assert_eq!(bl(BASE + 2), Err(RelocFault::Misaligned { target: BASE + 2 }));
        assert_eq!(link_word(0x1400_0000, RelocKind::Arm64Branch26, BASE + 4), Ok(Some(0x1400_0001)));
        assert_eq!(link_word(0xd65f_03c0, RelocKind::Arm64Branch26, BASE), Err(RelocFault::WrongInstruction));
    }

    #[test]
    fn arm64_pages_and_low_bits() {
        let target = BASE + 0x1234_5678;
        // adrp x3; add x3, x3; ldr x4, [x3]
        assert_eq!(link_word(0x9000_0003, RelocKind::Arm64AdrPage21, target), Ok(Some(0xb009_1a23)));
        assert_eq!(link_word(0x9100_0063, RelocKind::Arm64AddLo12, target), Ok(Some(0x9119_e063)));
        assert_eq!(link_word(0xf940_0064, RelocKind::Arm64Ldst64Lo12, target), Ok(Some(0xf943_3c64)));
        let odd = link_word(0xf940_0064, RelocKind::Arm64Ldst64Lo12, target + 4);
        assert_eq!(odd, Err(RelocFault::Misaligned { target: target + 4 }));
        let far = link_word(0x9000_0003, RelocKind::Arm64AdrPage21, BASE + (1 << 32));
        assert!(matches!(far, Err(RelocFault::OutOfRange { .. })));
        assert_eq!(link_word(0x9000_0003, RelocKind::Arm64AdrPage21, BASE - 1), Ok(Some(0xf0ff_ffe3)));
    }

    #[test]
    fn fields_and_local_targets_lie_in_the_code() {
        let site = Site { base: BASE, reach: u64::MAX };
        let at = |offset, local| Reloc {
            offset,
            kind: RelocKind::Abs64,
            target: RelocTarget::Local(local),
            addend: 4,
        };
        let bytes = [0; 16];
        assert!(
            matches!(at(8, 16).resolve(&bytes, &site), Ok(Resolved::Direct(target)) if target == BASE + 20)
        );
        for (offset, local) in [(9, 0), (u32::MAX, 0), (0, 17)] {
            let fault = at(offset, local).resolve(&bytes, &site).err().map(|error| error.why);
            assert_eq!(fault, Some(RelocFault::OutsideCode { len: 16 }));
        }
        let foreign =
            if cfg!(target_arch = "x86_64") { RelocKind::Arm64Branch26 } else { RelocKind::X64Rel32 };
        let reloc = Reloc { kind: foreign, ..at(0, 0) };
        assert_eq!(reloc.resolve(&bytes, &site).err().map(|error| error.why), Some(RelocFault::ForeignArch));
    }
}
