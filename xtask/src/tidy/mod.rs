//! `cargo xtask tidy`: rules of this repository that the compiler and clippy do not check.

mod layers;
mod manifest;
mod metadata;
mod scan;
mod source;
mod text;

use crate::run::{Failure, root};
use metadata::{Member, Metadata};

/// One thing that is wrong in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Line counted from 1; 0 when the finding is about no line.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) message: String,
}

impl Finding {
    fn new(line: usize, message: impl Into<String>) -> Finding {
        Finding { line, message: message.into() }
    }
}

/// Checks the whole repository and prints what it finds.
///
/// # Errors
/// When anything was found, or when the repository could not be read.
pub(crate) fn run() -> Result<(), Failure> {
    let root = root();
    let metadata = Metadata::load(root)?;
    let files = metadata::files(root)?;
    let mut report = Report::default();
    report.add("Cargo.toml", layers::check(&metadata.graph));
    for member in &metadata.members {
        report.add("Cargo.toml", check_folder(member));
        for path in &member.roots {
            let source = std::fs::read_to_string(root.join(path)).map_err(|e| Failure::io(path, e))?;
            report.add(path, check_root(&member.name, &source, &files));
        }
    }
    let [readme, script] = ["README.md", ".ci/run"]
        .map(|path| std::fs::read_to_string(root.join(path)).map_err(|e| Failure::io(path, e)));
    report.add("README.md", text::check_test_command(&readme?, &script?));
    for path in &files {
        match std::fs::read(root.join(path)) {
            Ok(bytes) => report.add(path, check_file(path, &bytes)),
            // Deleted in the work tree, not yet in the index.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(Failure::io(path, e)),
        }
    }
    report.finish(files.len())
}

/// Crates lie at `crates/<name>`; the rules below find a file's crate by its path.
fn check_folder(member: &Member) -> Vec<Finding> {
    let Member { name, folder, .. } = member;
    if *folder == format!("crates/{name}") || folder == "xtask" {
        return Vec::new();
    }
    vec![Finding::new(0, format!("crate `{name}` lies in `{folder}`, expected `crates/{name}`"))]
}

/// The root of a crate without `unsafe` forbids it; a guest with fenced modules denies it.
fn check_root(name: &str, source: &str, files: &[String]) -> Vec<Finding> {
    if layers::find(name).is_none_or(|c| c.may_be_unsafe) {
        return Vec::new();
    }
    let fenced = files.iter().any(|f| f.starts_with(&format!("crates/{name}/")) && in_fenced_module(f));
    let levels: &[&str] = if fenced { &["forbid", "deny"] } else { &["forbid"] };
    if source::has_unsafe_code_lint(source, levels) {
        return Vec::new();
    }
    vec![Finding::new(
        0,
        format!("crate root of `{name}` without `#![{}(unsafe_code)]`", levels.join("` or `")),
    )]
}

/// All rules that apply to one file; `path` is relative to the repository.
fn check_file(path: &str, bytes: &[u8]) -> Vec<Finding> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let is_rust = path.ends_with(".rs");
    let mut findings = text::check(text, is_rust);
    if is_rust {
        findings.extend(source::check(text, may_be_unsafe(path)));
    }
    if path == "Cargo.toml" {
        findings.extend(manifest::check_workspace(text));
    } else if path == "xtask/Cargo.toml" || path.starts_with("crates/") && path.ends_with("/Cargo.toml") {
        findings.extend(manifest::check_member(text));
    }
    findings
}

/// Whether the file may contain `unsafe` code.
fn may_be_unsafe(path: &str) -> bool {
    let mut parts = path.split('/');
    match (parts.next(), parts.next()) {
        (Some("crates"), Some(name)) => {
            layers::find(name).is_some_and(|c| c.may_be_unsafe) || in_fenced_module(path)
        }
        // Fuzz targets drive the crates that may be unsafe and stand outside the workspace.
        (Some("fuzz"), _) => true,
        _ => false,
    }
}

/// Guests keep their unsafe code in modules called `layout` and `heap`.
fn in_fenced_module(path: &str) -> bool {
    let Some((name, file)) = path.strip_prefix("crates/").and_then(|p| p.split_once("/src/")) else {
        return false;
    };
    let module = file.split('/').next().unwrap_or(file);
    let is_guest = layers::find(name).is_some_and(|c| c.guest.is_some());
    is_guest && matches!(module, "layout" | "heap" | "layout.rs" | "heap.rs")
}

#[derive(Default)]
struct Report {
    lines: Vec<String>,
}

impl Report {
    fn add(&mut self, path: &str, findings: Vec<Finding>) {
        for Finding { line, message } in findings {
            let place = if line == 0 { path.to_owned() } else { format!("{path}:{line}") };
            self.lines.push(format!("{place}: {message}"));
        }
    }

    fn finish(self, files: usize) -> Result<(), Failure> {
        for line in &self.lines {
            eprintln!("{line}");
        }
        match self.lines.len() {
            0 => {
                println!("tidy: {files} files, no findings");
                Ok(())
            }
            n => Err(Failure::new(format!("tidy: {n} finding{}", if n == 1 { "" } else { "s" }))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Member, check_file, check_folder, check_root, may_be_unsafe};

    #[test]
    fn unsafe_is_for_some_crates_and_fenced_modules() {
        for path in
            ["crates/abi/src/a.rs", "crates/ffi/tests/t.rs", "crates/sox-rt/src/heap/a.rs", "fuzz/x.rs"]
        {
            assert!(may_be_unsafe(path), "{path}");
        }
        for path in [
            "crates/cli/src/main.rs",
            "xtask/src/main.rs",
            "crates/sox-rt/src/lib.rs",
            "crates/ir/src/heap.rs",
        ] {
            assert!(!may_be_unsafe(path), "{path}");
        }
    }

    #[test]
    fn crate_roots_must_forbid_unsafe_code() {
        let plain = "//! X.\n#![deny(unsafe_code)]\n";
        assert_eq!(check_root("cli", plain, &[]).len(), 1);
        assert_eq!(check_root("cli", "//! X.\n#![forbid(unsafe_code)]\n", &[]), []);
        assert_eq!(check_root("abi", "//! X.\n", &[]), []);
        assert_eq!(check_root("sox-rt", plain, &["crates/sox-rt/src/value.rs".to_owned()]).len(), 1);
        assert_eq!(check_root("sox-rt", plain, &["crates/sox-rt/src/layout.rs".to_owned()]), []);
    }

    #[test]
    fn crates_lie_where_their_name_says() {
        let member =
            |name: &str, folder: &str| Member { name: name.into(), folder: folder.into(), roots: Vec::new() };
        assert_eq!(check_folder(&member("abi", "crates/abi")), []);
        assert_eq!(check_folder(&member("xtask", "xtask")), []);
        assert_eq!(check_folder(&member("abi", "crates/calling")).len(), 1);
    }

    #[test]
    fn each_kind_of_file_gets_its_rules() {
        let fires = |path: &str, text: &str| check_file(path, text.as_bytes()).len();
        assert_eq!(fires("crates/cli/src/a.rs", "//! X.\nunsafe fn f() {}\n"), 1);
        assert_eq!(fires("crates/abi/src/a.rs", "//! X.\nunsafe fn f() {}\n"), 0);
        assert_eq!(fires("crates/abi/README.md", "unsafe fn f() {}\n"), 0);
        assert_eq!(fires("crates/abi/Cargo.toml", "[dependencies]\nlibc = \"0.2\"\n"), 1);
        assert_eq!(fires("fuzz/Cargo.toml", "[dependencies]\nlibc = \"0.2\"\n"), 0);
        assert_eq!(fires("Cargo.toml", "[workspace.dependencies]\nlibc = \"0.2\"\n"), 1);
        assert_eq!(fires("docs/x.md", concat!("in /ho", "me/me/x\n")), 1);
        assert_eq!(check_file("x.rs", b"\xff\xfe"), []);
    }
}
