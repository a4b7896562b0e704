//! Running other programs, and the one error type of this program.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Why a command of this program did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// A failure with exit status 1.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), code: 1 }
    }

    /// A file that could not be read or written.
    pub(crate) fn io(path: impl AsRef<Path>, error: std::io::Error) -> Failure {
        Failure::new(format!("{}: {error}", path.as_ref().display()))
    }

    /// A program that ran and failed; its exit status becomes ours.
    fn exit(what: &str, status: ExitStatus) -> Failure {
        let code = status.code().and_then(|c| u8::try_from(c).ok()).filter(|c| *c != 0).unwrap_or(1);
        Failure { message: format!("{what}: {status}"), code }
    }

    /// The exit status that reports this failure.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// The Cargo that started this program, or the one on the path.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Where Cargo puts what it builds for this repository.
pub(crate) fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// Has Cargo build optimized, or as tests are built; the folder of that profile.
pub(crate) fn profile(build: &mut Command, debug: bool) -> &'static str {
    if debug {
        return "debug";
    }
    build.arg("--release");
    "release"
}

/// Builds a program of a package of the same name: its file.
///
/// # Errors
/// When the build fails.
pub(crate) fn program(name: &str, debug: bool) -> Result<PathBuf, Failure> {
    let mut build = Command::new(cargo());
    build.current_dir(root()).args(["build", "-p", name, "--bin", name]);
    let folder = profile(&mut build, debug);
    check(&mut build)?;
    Ok(target_dir().join(folder).join(name))
}

/// Runs to the end with our own standard streams.
///
/// # Errors
/// When the program cannot be started or exits with anything but 0.
pub(crate) fn check(command: &mut Command) -> Result<(), Failure> {
    let name = name(command);
    let status = command.status().map_err(|e| Failure::new(format!("cannot run {name}: {e}")))?;
    if status.success() { Ok(()) } else { Err(Failure::exit(&name, status)) }
}

/// Runs to the end and returns standard output.
///
/// # Errors
/// When the program cannot be started, exits with anything but 0, or prints something that is not UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let name = name(command);
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().map_err(|e| Failure::new(format!("cannot run {name}: {e}")))?;
    if !output.status.success() {
        return Err(Failure::exit(&name, output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure::new(format!("{name}: output is not UTF-8")))
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    // Cargo's verb tells more than its name; an option of another program does not.
    let verb = command.get_args().next().map(|a| a.to_string_lossy()).filter(|a| !a.starts_with('-'));
    [program.to_string_lossy()].into_iter().chain(verb).collect::<Vec<_>>().join(" ")
}

/// Whether a program of this name is on the path.
pub(crate) fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
