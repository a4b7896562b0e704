//! Machines to compile for.

use crate::{Declined, OptLevel, Options};
use cranelift_codegen::isa::{self, CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use std::fmt;
use target_lexicon::Triple;

/// Cranelift's setting of the register allocator.
pub(crate) const ALLOCATOR: &str = "regalloc_algorithm";
/// Cranelift's name for what its passes do besides.
pub(crate) const OPT_LEVEL: &str = "opt_level";

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arch {
    /// x86-64.
    X64,
    /// AArch64.
    Arm64,
}

/// An operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Os {
    /// Linux: System V and AAPCS64.
    Linux,
    /// macOS: System V and Apple's ARM64 convention.
    MacOs,
    /// Windows: Microsoft's conventions.
    Windows,
}

/// A machine to compile for: instruction set, system, and which instructions beyond the least there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    arch: Arch,
    os: Os,
    features: Vec<&'static str>,
    pic: bool,
}

/// What every x64 processor since 2009 has (x86-64-v2), and Windows and macOS ask for.
const X64_V2: &[&str] = &["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt"];

impl Target {
    /// Any machine of this kind: for x64 the level x86-64-v2, for ARM64 version 8.0.
    pub fn new(arch: Arch, os: Os) -> Target {
        let features = if arch == Arch::X64 { X64_V2.to_vec() } else { Vec::new() };
        Target { arch, os, features, pic: false }
    }

    /// This machine, with the instructions it has; `None` when it is none that we compile for.
    pub fn host() -> Option<Target> {
        let arch = match std::env::consts::ARCH {
            "x86_64" => Arch::X64,
            "aarch64" => Arch::Arm64,
            _ => return None,
        };
        let os = match std::env::consts::OS {
            "linux" => Os::Linux,
            "macos" => Os::MacOs,
            "windows" => Os::Windows,
            _ => return None,
        };
        Some(Target { arch, os, features: host_features(), pic: false })
    }

    /// Addresses come from a global offset table, as in objects for linkers, instead of standing in the code.
    #[must_use]
    pub fn position_independent(mut self) -> Target {
        self.pic = true;
        self
    }

    /// Without any instruction that not every machine of the architecture has.
    #[must_use]
    pub fn without_features(mut self) -> Target {
        self.features.clear();
        self
    }

    /// What of this target another machine does not have: its instruction set, its system or some instructions, by name.
    /// `None` when code for this target runs there.
    pub fn missing_on(&self, machine: &Target) -> Option<String> {
        if (self.arch, self.os) != (machine.arch, machine.os) {
            return Some(self.to_string());
        }
        let missing = self.features.iter().find(|feature| !machine.features.contains(feature));
        missing.map(|feature| feature.trim_start_matches("has_").to_owned())
    }

    /// The instruction set.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// The operating system.
    pub fn os(&self) -> Os {
        self.os
    }

    /// The convention of C functions.
    pub(crate) fn c_convention(&self) -> CallConv {
        match (self.arch, self.os) {
            (Arch::X64, Os::Windows) => CallConv::WindowsFastcall,
            (Arch::Arm64, Os::MacOs) => CallConv::AppleAarch64,
            _ => CallConv::SystemV,
        }
    }

    fn triple(&self) -> Triple {
        let text = match (self.arch, self.os) {
            (Arch::X64, Os::Linux) => "x86_64-unknown-linux-gnu",
            (Arch::X64, Os::MacOs) => "x86_64-apple-darwin",
            (Arch::X64, Os::Windows) => "x86_64-pc-windows-gnu",
            (Arch::Arm64, Os::Linux) => "aarch64-unknown-linux-gnu",
            (Arch::Arm64, Os::MacOs) => "aarch64-apple-darwin",
            (Arch::Arm64, Os::Windows) => "aarch64-pc-windows-gnullvm",
        };
        text.parse().unwrap_or_else(|_| Triple::unknown())
    }

    /// Cranelift for this machine.
    pub(crate) fn isa(&self, options: &Options) -> Result<OwnedTargetIsa, Declined> {
        self.isa_with(&self.settings(options))
    }

    /// The same with some settings changed.
    pub(crate) fn isa_changed(
        &self,
        options: &Options,
        changes: &[(&str, &'static str)],
    ) -> Result<OwnedTargetIsa, Declined> {
        let mut settings = self.settings(options);
        for (name, value) in &mut settings {
            if let Some((_, changed)) = changes.iter().find(|(changed, _)| changed == name) {
                *value = changed;
            }
        }
        self.isa_with(&settings)
    }

    /// Cranelift for functions of the platform's C convention beside compiled code: nothing is pinned, and addresses are
    /// found as objects of the system find them.
    ///
    /// # Errors
    /// When Cranelift has no such machine: a bug.
    pub fn c_isa(&self, verify: bool) -> Result<OwnedTargetIsa, Declined> {
        let on = |flag: bool| if flag { "true" } else { "false" };
        self.isa_with(&[
            ("opt_level", "speed"),
            ("enable_verifier", on(verify)),
            ("preserve_frame_pointers", "true"),
            ("unwind_info", "true"),
            ("is_pic", on(self.os != Os::Windows)),
            ("enable_probestack", "true"),
            ("probestack_strategy", "inline"),
        ])
    }

    fn isa_with(&self, settings: &[(&str, &str)]) -> Result<OwnedTargetIsa, Declined> {
        let backend = |error: &dyn fmt::Display| Declined::Backend(error.to_string());
        let mut flags = settings::builder();
        for (name, value) in settings {
            flags.set(name, value).map_err(|e| backend(&e))?;
        }
        let mut builder = isa::lookup(self.triple()).map_err(|e| backend(&e))?;
        for feature in &self.features {
            builder.enable(feature).map_err(|e| backend(&e))?;
        }
        if self.arch == Arch::Arm64 {
            builder.enable("use_bti").map_err(|e| backend(&e))?;
        }
        builder.finish(settings::Flags::new(flags)).map_err(|e| backend(&e))
    }

    fn settings(&self, options: &Options) -> [(&'static str, &'static str); 11] {
        let on = |flag: bool| if flag { "true" } else { "false" };
        let (opt, allocator) = match options.opt {
            OptLevel::Speed => ("speed", "backtracking"),
            OptLevel::None => ("none", "single_pass"),
        };
        [
            (OPT_LEVEL, opt),
            (ALLOCATOR, allocator),
            ("enable_verifier", on(options.verify)),
            ("enable_pinned_reg", "true"),
            ("preserve_frame_pointers", "true"),
            ("unwind_info", "true"),
            // Results that do not fit the registers go to an area of the caller's.
            ("enable_multi_ret_implicit_sret", "true"),
            // Where blocks are, among which loops are found.
            ("machine_code_cfg_info", "true"),
            ("is_pic", on(self.pic)),
            // Frames beyond a page touch each of their pages, in order.
            ("enable_probestack", "true"),
            ("probestack_strategy", "inline"),
        ]
    }
}

#[cfg(target_arch = "x86_64")]
fn host_features() -> Vec<&'static str> {
    let known = [
        ("has_sse3", is_x86_feature_detected!("sse3")),
        ("has_ssse3", is_x86_feature_detected!("ssse3")),
        ("has_sse41", is_x86_feature_detected!("sse4.1")),
        ("has_sse42", is_x86_feature_detected!("sse4.2")),
        ("has_popcnt", is_x86_feature_detected!("popcnt")),
        ("has_avx", is_x86_feature_detected!("avx")),
        ("has_avx2", is_x86_feature_detected!("avx2")),
        ("has_fma", is_x86_feature_detected!("fma")),
        ("has_bmi1", is_x86_feature_detected!("bmi1")),
        ("has_bmi2", is_x86_feature_detected!("bmi2")),
        ("has_lzcnt", is_x86_feature_detected!("lzcnt")),
    ];
    known.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn host_features() -> Vec<&'static str> {
    // Nothing that Cranelift can use beyond version 8.0 helps scalar code.
    Vec::new()
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arch = match self.arch {
            Arch::X64 => "x64",
            Arch::Arm64 => "arm64",
        };
        let os = match self.os {
            Os::Linux => "linux",
            Os::MacOs => "macos",
            Os::Windows => "windows",
        };
        write!(f, "{arch}-{os}")
    }
}
