//! Object formats: which one a target has, and its relocations.

use crate::Error;
use abi::Abi;
use codegen::{Arch, Os, RelocKind, Target};
use object::write::RelocationFlags;
use object::{Architecture, BinaryFormat, elf, macho, pe};

/// The format of a target's object files.
pub(crate) fn binary(target: &Target) -> BinaryFormat {
    match target.os() {
        Os::Linux => BinaryFormat::Elf,
        Os::MacOs => BinaryFormat::MachO,
        Os::Windows => BinaryFormat::Coff,
    }
}

pub(crate) fn architecture(target: &Target) -> Architecture {
    match target.arch() {
        Arch::X64 => Architecture::X86_64,
        Arch::Arm64 => Architecture::Aarch64,
    }
}

/// C's convention.
pub(crate) fn abi(target: &Target) -> Abi {
    match (target.arch(), target.os()) {
        (Arch::X64, Os::Windows) => Abi::Win64,
        (Arch::X64, Os::Linux | Os::MacOs) => Abi::SysvX64,
        (Arch::Arm64, Os::Linux) => Abi::Aapcs64,
        (Arch::Arm64, Os::MacOs) => Abi::DarwinArm64,
        (Arch::Arm64, Os::Windows) => Abi::WindowsArm64,
    }
}

/// The target with code as its linkers want it.
pub(crate) fn linkable(target: &Target) -> Target {
    match target.os() {
        Os::Linux | Os::MacOs => target.clone().position_independent(),
        Os::Windows => target.clone(),
    }
}

/// The relocation in the target's terms.
pub(crate) fn flags(target: &Target, kind: RelocKind) -> Result<RelocationFlags, Error> {
    let flags = match target.os() {
        Os::Linux => elf_type(target.arch(), kind).map(|r_type| RelocationFlags::Elf { r_type }),
        Os::MacOs => macho_flags(target.arch(), kind),
        Os::Windows => coff_type(target.arch(), kind).map(|typ| RelocationFlags::Coff { typ }),
    };
    flags.ok_or_else(|| Error::Reloc { target: target.to_string(), what: format!("{kind:?}") })
}

fn elf_type(arch: Arch, kind: RelocKind) -> Option<elf::RelocationType> {
    Some(match (arch, kind) {
        (Arch::X64, RelocKind::Abs64) => elf::R_X86_64_64,
        (Arch::X64, RelocKind::X64Rel32) => elf::R_X86_64_PLT32,
        (Arch::X64, RelocKind::X64GotRel32) => elf::R_X86_64_GOTPCREL,
        (Arch::Arm64, RelocKind::Abs64) => elf::R_AARCH64_ABS64,
        (Arch::Arm64, RelocKind::Arm64Branch26) => elf::R_AARCH64_CALL26,
        (Arch::Arm64, RelocKind::Arm64AdrPage21) => elf::R_AARCH64_ADR_PREL_PG_HI21,
        (Arch::Arm64, RelocKind::Arm64AddLo12) => elf::R_AARCH64_ADD_ABS_LO12_NC,
        (Arch::Arm64, RelocKind::Arm64GotPage21) => elf::R_AARCH64_ADR_GOT_PAGE,
        (Arch::Arm64, RelocKind::Arm64GotLo12) => elf::R_AARCH64_LD64_GOT_LO12_NC,
        _ => return None,
    })
}

fn macho_flags(arch: Arch, kind: RelocKind) -> Option<RelocationFlags> {
    let (r_type, r_pcrel, r_length) = match (arch, kind) {
        (Arch::X64, RelocKind::Abs64) => (macho::X86_64_RELOC_UNSIGNED, false, 3),
        (Arch::X64, RelocKind::X64Rel32) => (macho::X86_64_RELOC_BRANCH, true, 2),
        // A `movq` from the table, which linkers may turn into a `leaq`.
        (Arch::X64, RelocKind::X64GotRel32) => (macho::X86_64_RELOC_GOT_LOAD, true, 2),
        (Arch::Arm64, RelocKind::Abs64) => (macho::ARM64_RELOC_UNSIGNED, false, 3),
        (Arch::Arm64, RelocKind::Arm64Branch26) => (macho::ARM64_RELOC_BRANCH26, true, 2),
        (Arch::Arm64, RelocKind::Arm64AdrPage21) => (macho::ARM64_RELOC_PAGE21, true, 2),
        (Arch::Arm64, RelocKind::Arm64AddLo12) => (macho::ARM64_RELOC_PAGEOFF12, false, 2),
        (Arch::Arm64, RelocKind::Arm64GotPage21) => (macho::ARM64_RELOC_GOT_LOAD_PAGE21, true, 2),
        (Arch::Arm64, RelocKind::Arm64GotLo12) => (macho::ARM64_RELOC_GOT_LOAD_PAGEOFF12, false, 2),
        _ => return None,
    };
    Some(RelocationFlags::MachO { r_type, r_pcrel, r_length })
}

fn coff_type(arch: Arch, kind: RelocKind) -> Option<pe::RelocationType> {
    Some(match (arch, kind) {
        (Arch::X64, RelocKind::Abs64) => pe::IMAGE_REL_AMD64_ADDR64,
        (Arch::X64, RelocKind::X64Rel32) => pe::IMAGE_REL_AMD64_REL32,
        (Arch::Arm64, RelocKind::Abs64) => pe::IMAGE_REL_ARM64_ADDR64,
        (Arch::Arm64, RelocKind::Arm64Branch26) => pe::IMAGE_REL_ARM64_BRANCH26,
        (Arch::Arm64, RelocKind::Arm64AdrPage21) => pe::IMAGE_REL_ARM64_PAGEBASE_REL21,
        (Arch::Arm64, RelocKind::Arm64AddLo12) => pe::IMAGE_REL_ARM64_PAGEOFFSET_12A,
        _ => return None,
    })
}

/// The relocation of an address relative to the image, for Windows' function tables.
pub(crate) fn image_relative(arch: Arch) -> RelocationFlags {
    let typ = match arch {
        Arch::X64 => pe::IMAGE_REL_AMD64_ADDR32NB,
        Arch::Arm64 => pe::IMAGE_REL_ARM64_ADDR32NB,
    };
    RelocationFlags::Coff { typ }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_format_has_no_words_for_is_an_error_that_says_so() {
        for (arch, kind) in [
            (Arch::X64, RelocKind::X64GotRel32),
            (Arch::Arm64, RelocKind::Arm64GotPage21),
            (Arch::Arm64, RelocKind::X64Rel32),
        ] {
            let error = flags(&Target::new(arch, Os::Windows), kind).unwrap_err().to_string();
            assert!(error.contains("-windows") && error.contains(&format!("{kind:?}")), "{error}");
        }
    }
}
