//! How a runner for an architecture is started: this program itself, or its ARM64 build under qemu-user.

use crate::SetupError;
use abi::Arch;
use std::path::{Path, PathBuf};
use std::process::Command;

const TRIPLE: &str = "aarch64-unknown-linux-gnu";
const QEMU: &str = "qemu-aarch64";
/// The program loader of the ARM64 C library that the runner is started with.
const LOADER: &str = "/lib/ld-linux-aarch64.so.1";
/// Debian's own compiler, for which there is an ARM64 standard library package.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// A program to start with the runner's arguments.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    words: Vec<PathBuf>,
}

impl Target {
    /// The runner for `arch`, built first when it is not this program.
    pub(crate) fn prepare(arch: Arch) -> Result<Target, SetupError> {
        let own = std::env::current_exe().map_err(SetupError::io("the path of this program"))?;
        if arch == Arch::HOST {
            return Ok(Target { words: vec![own] });
        }
        if arch == Arch::X64 {
            let text = "x64 conventions are checked on an x64 machine; pass --abi with an ARM64 one here";
            return Err(SetupError::Usage(text.to_owned()));
        }
        if !Command::new(QEMU).arg("--version").output().is_ok_and(|o| o.status.success()) {
            return Err(SetupError::MissingProgram { what: QEMU, package: "qemu-user" });
        }
        if !Path::new(LOADER).exists() {
            return Err(SetupError::MissingProgram { what: LOADER, package: "libc6:arm64" });
        }
        let program = build(&own)?;
        Ok(Target { words: vec![QEMU.into(), program] })
    }

    /// The command, without the runner's arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }
}

/// Builds this example for ARM64 in a target directory of its own, since the compiler may be another one.
fn build(own: &Path) -> Result<PathBuf, SetupError> {
    // This program is <target directory>/<profile>/examples/abi-check.
    let outer = own.ancestors().nth(3).unwrap_or(Path::new("target"));
    let directory = outer.join("abi-check-arm64");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--quiet", "--example", "abi-check", "--target", TRIPLE, "--manifest-path"]);
    cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    cargo.arg("--target-dir").arg(&directory);
    cargo.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc");
    if !has_standard_library("rustc") {
        if !has_standard_library(DEBIAN_RUSTC) {
            return Err(SetupError::MissingProgram {
                what: "a Rust standard library for ARM64 Linux",
                package: "rustc-web libstd-rust-web-dev:arm64 (or: rustup target add aarch64-unknown-linux-gnu)",
            });
        }
        cargo.env("RUSTC", DEBIAN_RUSTC);
    }
    let output = cargo.output().map_err(SetupError::io("cargo"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let first = text.find("error").unwrap_or(0);
        return Err(SetupError::Runner(text[first..].to_owned()));
    }
    Ok(directory.join(TRIPLE).join("debug/examples/abi-check"))
}

fn has_standard_library(rustc: &str) -> bool {
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", TRIPLE]).output();
    output
        .is_ok_and(|o| o.status.success() && holds_std(Path::new(String::from_utf8_lossy(&o.stdout).trim())))
}

fn holds_std(directory: &Path) -> bool {
    let mut files = std::fs::read_dir(directory).into_iter().flatten().flatten();
    files.any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}
