//! Modules to compile, and tools to run on the result.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use aot::Options;
use codegen::{Arch, Calls, Os, Target};
use ir::Module;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Calls, runtime calls, throws, traps, guards, recursion, many arguments, names that C cannot spell.
pub(crate) const PROGRAM: &str = include_str!("program.ir");

pub(crate) fn module(text: &str) -> Module {
    let module = ir::text::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{faults:?}"));
    module
}

pub(crate) fn targets() -> Vec<Target> {
    let all = [Arch::X64, Arch::Arm64].into_iter();
    all.flat_map(|arch| [Os::Linux, Os::MacOs, Os::Windows].map(|os| Target::new(arch, os))).collect()
}

pub(crate) fn through_pointers() -> Options {
    let codegen = codegen::Options { calls: Calls::ThroughPointers, ..codegen::Options::default() };
    Options { codegen, ..Options::default() }
}

/// A folder that goes away with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("spandrel-aot-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, contents).unwrap();
        path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind in the temporary folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn exists(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

pub(crate) fn succeed(command: &mut Command) -> String {
    let output = run(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}\n{errors}", output.status);
    text
}

/// The C compiler of a Linux machine, and what runs its programs here.
pub(crate) fn compiler(arch: Arch) -> (&'static str, Option<&'static str>) {
    let native = matches!((arch, std::env::consts::ARCH), (Arch::X64, "x86_64") | (Arch::Arm64, "aarch64"));
    match arch {
        // Under the emulator, programs of the machine below still start by themselves.
        Arch::X64 if exists("x86_64-linux-gnu-gcc") => ("x86_64-linux-gnu-gcc", None),
        Arch::X64 => ("gcc", None),
        Arch::Arm64 if exists("aarch64-linux-gnu-gcc") => ("aarch64-linux-gnu-gcc", Some("qemu-aarch64")),
        Arch::Arm64 if native => ("gcc", None),
        Arch::Arm64 => panic!("aarch64-linux-gnu-gcc is missing: apt-get install gcc-aarch64-linux-gnu"),
    }
}

/// Links with the C compiler, as an executable that can be loaded anywhere, and runs it.
pub(crate) fn link_and_run(
    arch: Arch,
    folder: &Folder,
    name: &str,
    inputs: &[&Path],
    flags: &[&str],
) -> Output {
    let (cc, runner) = compiler(arch);
    let program = folder.path(name);
    let mut link = Command::new(cc);
    link.args(["-std=c11", "-Wall", "-Werror", "-O1", "-fasynchronous-unwind-tables", "-fPIE", "-pie"]);
    succeed(link.args(flags).args(inputs).arg("-o").arg(&program));
    match runner {
        Some(runner) => run(Command::new(runner).arg(&program)),
        None => run(&mut Command::new(&program)),
    }
}
