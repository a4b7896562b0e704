//! Files with tests, and the tests in them.

use super::super::{complain, message, read};
use sox_bytecode::Module;
use sox_vm::Vm;
use std::path::{Component, Path, PathBuf};

/// What names of files with tests end in.
const ENDING: &str = "_test.sox";

/// A file with tests.
pub(super) struct Suite {
    pub(super) path: PathBuf,
    pub(super) source: Vec<u8>,
    /// What there is to say when it does not compile.
    pub(super) module: Result<Module, Vec<u8>>,
    /// The names of its tests, in order.
    tests: Vec<String>,
}

/// A test.
pub(super) struct Case<'a> {
    /// As it is printed.
    pub(super) name: String,
    /// The name of the function.
    pub(super) test: &'a str,
    pub(super) suite: &'a Suite,
    /// It is the first one of its file that is run.
    pub(super) first: bool,
}

/// The file itself, or the test files of a folder in the order of their names; or the exit status after saying what is wrong.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, u8> {
    let unreadable = |error: std::io::Error| {
        complain(&format!("error: {}: {error}", path.display()));
        74
    };
    if !path.metadata().map_err(unreadable)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let is_test = entry.file_name().as_encoded_bytes().ends_with(ENDING.as_bytes());
        let file = entry.path();
        if is_test && file.is_file() {
            files.push(file.components().filter(|part| *part != Component::CurDir).collect());
        }
    }
    files.sort();
    Ok(files)
}

impl Suite {
    /// Reads and compiles a file.
    pub(super) fn read(path: &Path) -> Result<Suite, u8> {
        let source = read(path)?;
        let module = Vm::compile(&path.display().to_string(), &source);
        let module = module.map_err(|error| message(&error, &source, false));
        let tests = match &module {
            Ok(module) => module.tests.iter().map(|name| name.to_string()).collect(),
            // As far as they could be read.
            Err(_) => tests_of(&source),
        };
        Ok(Suite { path: path.to_owned(), source, module, tests })
    }

    /// Its tests; if it is wrong and none could be found, one that stands for all.
    pub(super) fn cases(&self) -> Vec<Case<'_>> {
        let file = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = file.strip_suffix(ENDING).or(file.strip_suffix(".sox")).unwrap_or(&file);
        if self.module.is_err() && self.tests.is_empty() {
            return vec![Case { name: format!("sox/{file}"), test: "", suite: self, first: true }];
        }
        let name = |test: &String| format!("sox/{file}/{test}");
        let case = |test| Case { name: name(test), test, suite: self, first: false };
        self.tests.iter().map(case).collect()
    }
}

/// Finds out which cases are the first of their files.
pub(super) fn note_first(cases: &mut [Case<'_>]) {
    let mut last: Option<&Suite> = None;
    for case in cases {
        case.first = !last.is_some_and(|last| std::ptr::eq(last, case.suite));
        last = Some(case.suite);
    }
}

/// The tests of a text with errors, as far as they can be told without reading it: `#[test] fn NAME`.
fn tests_of(source: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(source);
    let behind = |text: &'_ str, part| text.trim_start().strip_prefix(part).map(str::len);
    let test = |attribute: &str| {
        let mut rest = attribute;
        for part in ["[", "test", "]", "fn"] {
            rest = &rest[rest.len() - behind(rest, part)?..];
        }
        let name = rest.trim_start();
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let name = &name[..end.unwrap_or(name.len())];
        (rest.starts_with(char::is_whitespace) && !name.is_empty()).then(|| name.to_owned())
    };
    text.split('#').skip(1).filter_map(test).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_wrong_texts_are_found() {
        let text = b"#[test] fn A(t) {} # [ test ]\nfn b_1() #[test] fnC() #[other] fn D() #[test] fn";
        assert_eq!(tests_of(text), ["A", "b_1"]);
    }
}
