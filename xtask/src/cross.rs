//! `cargo xtask arm64` and `cargo xtask check-targets`: other machines from this one, with Debian's compiler.

use crate::run::{self, Failure, on_path, root};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const ARM64: &str = "aarch64-unknown-linux-gnu";

/// The ARM64 program loader of the package `libc6:arm64`, a complete C library of its own. The cross packages' copy in
/// another folder is of another version: a program that gets its loader there and its library here hangs when it starts
/// its first thread, so the emulator must not be given that folder.
const ARM64_LOADER: &str = "/lib/ld-linux-aarch64.so.1";

/// The emulator that runs ARM64 programs.
const ARM64_RUNNER: &str = "qemu-aarch64";

/// Packages whose tests no machine changes: they make no machine code, call none and rely on no layout in memory. The corpora run
/// them for ARM64 all the same, in `cli`; the fuzzers are programs of the development machine.
const SAME_EVERYWHERE: [&str; 9] = [
    "diagnostics",
    "fuzz-workers",
    "irfuzz",
    "js-bytecode",
    "js-compile",
    "js-fuzz",
    "js-intl",
    "sox-bytecode",
    "sox-syntax",
];

/// Targets that compile here and run elsewhere.
const CHECKED: [&str; 4] =
    ["aarch64-apple-darwin", "x86_64-apple-darwin", "x86_64-pc-windows-gnu", "aarch64-pc-windows-gnullvm"];

/// Arguments of `arm64`.
#[derive(clap::Args)]
pub(crate) struct Arm64Args {
    /// Test only this package; may be repeated
    #[arg(short, long = "package", value_name = "PKG")]
    packages: Vec<String>,
    /// Handed on to `cargo test`, for example `--release` or `-- --nocapture seed_04`
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// Arguments of `check-targets`.
#[derive(clap::Args)]
pub(crate) struct TargetsArgs {
    /// Check only this target; may be repeated
    #[arg(long = "target", value_name = "TRIPLE")]
    targets: Vec<String>,
}

/// Runs the tests for ARM64 Linux under qemu.
///
/// # Errors
/// When a needed Debian package is missing, or the build or a test fails.
pub(crate) fn arm64(args: &Arm64Args) -> Result<(), Failure> {
    let mut command = arm64_cargo()?;
    // For tests that start programs: the kernel runs no ARM64 ones by itself.
    command.env("SPANDREL_TEST_RUNNER", ARM64_RUNNER).args(["test", "--target", ARM64]);
    select(&mut command, &args.packages, &SAME_EVERYWHERE);
    run::check(command.args(&args.rest))
}

/// Builds a program of a package for ARM64 Linux, optimized or as tests are: its file, and the emulator that runs it.
///
/// # Errors
/// As for [`arm64`].
pub(crate) fn arm64_program(
    (package, name): (&str, &str),
    debug: bool,
) -> Result<(PathBuf, &'static str), Failure> {
    let mut command = arm64_cargo()?;
    command.args(["build", "--target", ARM64, "-p", package, "--bin", name]);
    let folder = run::profile(&mut command, debug);
    run::check(&mut command)?;
    Ok((run::target_dir().join(ARM64).join(folder).join(name), ARM64_RUNNER))
}

/// Cargo set up to build and run for ARM64 Linux.
fn arm64_cargo() -> Result<Command, Failure> {
    let compiler = Compiler::find()?;
    require(&[
        (compiler.has_std(ARM64), "libstd-rust-web-dev:arm64"),
        (on_path("aarch64-linux-gnu-gcc"), "gcc-aarch64-linux-gnu"),
        (Path::new("/usr/aarch64-linux-gnu/include/stdio.h").exists(), "libc6-dev-arm64-cross"),
        (Path::new(ARM64_LOADER).exists(), "libc6:arm64"),
        (on_path(ARM64_RUNNER), "qemu-user"),
    ])?;
    let mut command = compiler.cargo();
    // What the emulator executes is worth some optimization: it takes longer than the compiler otherwise.
    command
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", ARM64_RUNNER);
    Ok(command)
}

/// Compiles libraries and programs for each target, standard library included, without linking.
///
/// # Errors
/// When a needed Debian package is missing or something does not compile.
pub(crate) fn check_targets(args: &TargetsArgs) -> Result<(), Failure> {
    let compiler = Compiler::find()?;
    let library = compiler.sysroot.join("lib/rustlib/src/rust/library/Cargo.lock");
    // The standard library for x86_64-pc-windows-gnu makes import libraries with it.
    let dlltool = on_path("x86_64-w64-mingw32-dlltool");
    require(&[(library.exists(), "rust-web-src"), (dlltool, "binutils-mingw-w64-x86-64")])?;
    let mut command = compiler.cargo();
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Dwarnings").args([
        "check",
        "-Zbuild-std=std,panic_abort",
        "--lib",
        "--bins",
    ]);
    // All at once: the standard library's first crates leave one processor idle, other targets fill it.
    let all = CHECKED.map(str::to_owned);
    for target in if args.targets.is_empty() { &all[..] } else { &args.targets } {
        command.args(["--target", target]);
    }
    select(&mut command, &[], &[]);
    run::check(&mut command)
}

/// The named packages, or everything that is meant to run on more than a development machine but what is left out.
fn select(command: &mut Command, packages: &[String], left_out: &[&str]) {
    if packages.is_empty() {
        command.args(["--workspace", "--exclude", "xtask"]);
        command.args(left_out.iter().flat_map(|name| ["--exclude", name]));
    }
    for package in packages {
        command.args(["-p", package]);
    }
}

/// Fails with the packages whose probe did not succeed.
fn require(probes: &[(bool, &str)]) -> Result<(), Failure> {
    let mut missing: Vec<&str> =
        probes.iter().filter(|(found, _)| !found).map(|(_, package)| *package).collect();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let hint = "run `dpkg --add-architecture arm64 && apt-get update` before";
    Err(Failure::new(format!("missing Debian packages: apt-get install {names} ({hint})")))
}

/// Debian's Rust compiler: the one whose standard libraries for other machines are packages.
struct Compiler {
    rustc: PathBuf,
    sysroot: PathBuf,
}

impl Compiler {
    /// `SPANDREL_CROSS_RUSTC` when set, else Debian's place.
    fn find() -> Result<Compiler, Failure> {
        let rustc =
            std::env::var_os("SPANDREL_CROSS_RUSTC").map_or_else(|| "/usr/bin/rustc".into(), PathBuf::from);
        require(&[(rustc.is_file(), "rustc-web")])?;
        let sysroot = run::output(Command::new(&rustc).args(["--print", "sysroot"]))?;
        Ok(Compiler { rustc, sysroot: sysroot.trim_end().into() })
    }

    fn has_std(&self, target: &str) -> bool {
        self.sysroot.join("lib/rustlib").join(target).join("lib").is_dir()
    }

    /// Our Cargo with this compiler; documentation tests need the rustdoc that belongs to it.
    fn cargo(&self) -> Command {
        let mut command = Command::new(run::cargo());
        command.current_dir(root()).env("RUSTC", &self.rustc);
        command.env("RUSTDOC", self.rustc.with_file_name("rustdoc"));
        command
    }
}

#[cfg(test)]
mod tests {
    use super::require;

    #[test]
    fn missing_packages_are_named_once_each() {
        assert!(require(&[(true, "a"), (true, "b")]).is_ok());
        let message =
            require(&[(false, "a"), (true, "b"), (false, "c"), (false, "c")]).unwrap_err().to_string();
        assert!(message.contains("apt-get install a c ("), "{message}");
    }
}
