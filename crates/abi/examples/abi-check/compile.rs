//! From emitted C to a shared object of the right convention, for every pair of compiler and convention there is one.

use crate::{Batch, Optimise, SetupError};
use abi::{Abi, Arch, Layout, Signature, Type};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A C compiler that serves as oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// Debian's clang: every convention.
    Clang,
    /// gcc and the cross gcc: the Linux conventions, and Win64 by `ms_abi` where records are laid out alike.
    Gcc,
    /// The clang inside the `ziglang` package, which is some versions newer: settles what the others disagree on.
    Zig,
}

impl Compiler {
    /// Every compiler, by default the first two run.
    pub(crate) const ALL: [Compiler; 3] = [Compiler::Clang, Compiler::Gcc, Compiler::Zig];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Compiler::Clang => "clang",
            Compiler::Gcc => "gcc",
            Compiler::Zig => "zig",
        }
    }

    /// Whether there are objects of `abi` from this compiler.
    pub(crate) fn targets(self, abi: Abi) -> bool {
        self != Compiler::Gcc || matches!(abi, Abi::SysvX64 | Abi::Win64 | Abi::Aapcs64)
    }

    /// Why this compiler cannot be asked about a signature, when it cannot.
    pub(crate) fn declines(self, abi: Abi, signature: &Signature) -> Option<&'static str> {
        if self != Compiler::Gcc {
            return None;
        }
        if signature.fixed == Some(0) {
            return Some("gcc 12 wants a named parameter before '...'");
        }
        if abi != Abi::Win64 {
            return None;
        }
        let mut types = signature.params.iter().chain(&signature.result);
        if types.any(|ty| !same_layout(ty)) {
            return Some("gcc lays records out by the GNU rules, ms_abi or not");
        }
        let unnamed = (0..signature.params.len()).filter(|&i| signature.is_unnamed(i));
        if unnamed.into_iter().any(|i| signature.params[i].as_scalar().is_none_or(|s| s.size() > 8)) {
            return Some("gcc's va_arg of what ms_abi passes by reference is wrong");
        }
        None
    }
}

fn same_layout(ty: &Type) -> bool {
    let layouts = [Abi::SysvX64, Abi::Win64].map(|abi| {
        let whole = Layout::of(ty, abi).map(|l| (l.size, l.align)).ok();
        (whole, abi::layout::leaves(ty, abi).ok())
    });
    layouts[0] == layouts[1] && !has_empty(ty)
}

/// An empty struct is 0 bytes for gcc and 4 for Windows, also where padding hides that.
fn has_empty(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) | Type::Vector { .. } => false,
        Type::Array { elem, .. } => has_empty(elem),
        Type::Record(r) => r.fields.is_empty() || r.fields.iter().any(|f| has_empty(&f.ty)),
    }
}

/// The programs one run uses, looked up once.
pub(crate) struct Toolchain {
    clang: Option<Vec<String>>,
    zig: Option<Vec<String>>,
}

/// The cross compiler of Debian, which is also the linker for ARM64 objects.
const CROSS_GCC: &str = "aarch64-linux-gnu-gcc";

impl Toolchain {
    /// Looks for everything that the given pairs need.
    pub(crate) fn find(wanted: &[(Abi, Compiler)]) -> Result<Toolchain, SetupError> {
        let uses = |f: &dyn Fn(Abi, Compiler) -> bool| wanted.iter().any(|&(abi, compiler)| f(abi, compiler));
        let mut tools = Toolchain { clang: None, zig: None };
        if uses(&|_, c| c == Compiler::Clang) {
            tools.clang = Some(first(&[&["clang-19"], &["clang"]], "clang", "clang-19")?);
        }
        if uses(&|_, c| c == Compiler::Zig) {
            let python: &[&str] = &["python3", "-m", "ziglang", "clang"];
            tools.zig =
                Some(first(&[&["zig", "clang"], python], "zig", "python3-pip, then: pip install ziglang")?);
        }
        if uses(&|abi, _| abi.arch() == Arch::X64) {
            first(&[&["gcc"]], "gcc", "gcc")?;
        }
        if uses(&|abi, _| abi.arch() == Arch::Arm64) {
            first(&[&[CROSS_GCC]], CROSS_GCC, "gcc-aarch64-linux-gnu")?;
        }
        Ok(tools)
    }

    /// Compiles `source` to a shared object next to it. The error is what the compiler said.
    pub(crate) fn build(&self, source: &Path, batch: &Batch) -> Result<PathBuf, BuildError> {
        let (abi, compiler) = (batch.abi, batch.compiler);
        let object = source.with_extension("o");
        let windows_arm64 = abi == Abi::WindowsArm64;
        let mut compile = self.compiler(abi, compiler)?;
        compile.arg(match batch.optimise {
            Optimise::O1 => "-O1",
            Optimise::O2 => "-O2",
        });
        // gcc 12's own va_arg of homogeneous vector aggregates breaks the aliasing rules.
        compile.args([
            "-fno-strict-aliasing",
            "-ffreestanding",
            "-fno-builtin",
            "-fno-stack-protector",
            "-w",
        ]);
        compile.args(["-fno-asynchronous-unwind-tables", "-fno-unwind-tables"]);
        if windows_arm64 {
            // clang has no ELF for this target, so it writes assembly, which an ELF assembler takes after a little editing.
            let assembly = source.with_extension("s");
            run(compile.args(["-S", "-o"]).arg(&assembly).arg(source))?;
            let text = fs::read_to_string(&assembly)?;
            let elf = source.with_extension("elf.s");
            fs::write(&elf, elf_assembly(&text))?;
            run(Command::new(CROSS_GCC).args(["-c", "-o"]).arg(&object).arg(&elf))?;
        } else {
            run(compile.args(["-c", "-o"]).arg(&object).arg(source))?;
        }
        let shared = source.with_extension("so");
        let exports = source.with_extension("map");
        fs::write(&exports, "{ global: abi_check_*; callee_*; caller_*; layout_*; local: *; };\n")?;
        let mut link = Command::new(if abi.arch() == Arch::X64 { "gcc" } else { CROSS_GCC });
        link.args(["-shared", "-nostdlib", "-Wl,-Bsymbolic", "-Wl,-z,noexecstack"]);
        link.arg(format!("-Wl,--version-script={}", exports.display()));
        run(link.arg("-o").arg(&shared).arg(&object))?;
        Ok(shared)
    }

    fn compiler(&self, abi: Abi, compiler: Compiler) -> Result<Command, BuildError> {
        let words = match compiler {
            Compiler::Gcc => {
                let mut gcc = Command::new(if abi.arch() == Arch::X64 { "gcc" } else { CROSS_GCC });
                gcc.args(["-std=gnu2x", "-fPIC", "-fno-tree-loop-distribute-patterns"]);
                return Ok(gcc);
            }
            Compiler::Clang => &self.clang,
            Compiler::Zig => &self.zig,
        };
        let Some((program, first)) = words.as_deref().and_then(|words| words.split_first()) else {
            return Err(BuildError(format!("{} was not looked up", compiler.name())));
        };
        let mut clang = Command::new(program);
        let (target, pic) = match abi {
            Abi::SysvX64 => ("x86_64-linux-gnu", Some("-fPIC")),
            Abi::Win64 => ("x86_64-pc-windows-msvc-elf", None),
            Abi::Aapcs64 => ("aarch64-linux-gnu", Some("-fPIC")),
            Abi::DarwinArm64 => ("arm64-apple-macos-elf", None),
            Abi::WindowsArm64 => ("aarch64-pc-windows-msvc", None),
        };
        clang.args(first).arg(format!("--target={target}")).arg("-std=gnu2x").args(pic);
        Ok(clang)
    }
}

/// Turns the assembly clang writes for COFF into what an ELF assembler takes: the instructions stay as they are.
fn elf_assembly(coff: &str) -> String {
    const DROPPED: [&str; 7] = [".def", ".scl", ".type", ".endef", ".addrsig", ".file", ".seh_"];
    let mut out = String::with_capacity(coff.len());
    for line in coff.lines() {
        let directive = line.trim_start();
        if DROPPED.iter().any(|d| directive.starts_with(d)) || line.contains("@feat.00") {
            continue;
        }
        // Read-only data and the compiler's name in debug form: the flags are COFF's, the contents are plain.
        let data = directive.starts_with(".section") && directive.contains("\"dr\"");
        out.push_str(if data { ".section .rodata" } else { line });
        out.push('\n');
    }
    out
}

/// A compiler or linker that did not take its input.
#[derive(Debug)]
pub(crate) struct BuildError(pub(crate) String);

impl From<std::io::Error> for BuildError {
    fn from(error: std::io::Error) -> BuildError {
        BuildError(error.to_string())
    }
}

fn run(command: &mut Command) -> Result<(), BuildError> {
    let Output { status, stderr, .. } = command.output()?;
    if status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&stderr);
    let line = text.lines().find(|l| l.contains("error")).or(text.lines().next()).unwrap_or("no message");
    let program = command.get_program().to_string_lossy();
    Err(BuildError(format!("{program} ({status}): {line}")))
}

/// The first of several ways to call a program that answers to `--version`.
fn first(ways: &[&[&str]], what: &'static str, package: &'static str) -> Result<Vec<String>, SetupError> {
    let answers = |words: &&&[&str]| {
        let output = Command::new(words[0]).args(&words[1..]).arg("--version").output();
        output.is_ok_and(|o| o.status.success())
    };
    let found = ways.iter().find(answers).ok_or(SetupError::MissingProgram { what, package })?;
    Ok(found.iter().map(|&w| w.to_owned()).collect())
}
