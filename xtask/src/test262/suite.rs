//! The tests of a checkout, and how each is to be run.

use super::metadata::Metadata;
use crate::run::Failure;
use std::fs;
use std::path::{Path, PathBuf};

/// A test.
pub(crate) struct Test {
    /// Its path below `test`, with `/` on every system.
    pub(crate) path: String,
    /// What it says about itself.
    pub(crate) metadata: Metadata,
}

/// The tests, sorted by path.
pub(crate) struct Suite {
    pub(crate) tests: Vec<Test>,
}

impl Suite {
    /// Reads the metadata of all tests.
    pub(crate) fn read(folder: &Path) -> Result<Suite, Failure> {
        let start = folder.join("test");
        if !start.is_dir() {
            return Err(Failure::new(format!("{} has no folder `test`", folder.display())));
        }
        let mut tests = Vec::new();
        let mut folders = vec![start.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(|e| Failure::io(&folder, e))? {
                let entry = entry.map_err(|e| Failure::io(&folder, e))?;
                let path = entry.path();
                if entry.file_type().map_err(|e| Failure::io(&path, e))?.is_dir() {
                    folders.push(path);
                } else if is_test(&path) {
                    tests.push(Test::read(&start, &path)?);
                }
            }
        }
        tests.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Suite { tests })
    }
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".js") && !name.contains("_FIXTURE") && !name.starts_with('.')
}

impl Test {
    fn read(start: &Path, path: &PathBuf) -> Result<Test, Failure> {
        let bytes = fs::read(path).map_err(|e| Failure::io(path, e))?;
        let below = path.strip_prefix(start).unwrap_or(path);
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Ok(Test { path: parts.join("/"), metadata: Metadata::parse(&String::from_utf8_lossy(&bytes)) })
    }

    /// The modes it is to be run in.
    pub(crate) fn modes(&self) -> &'static [&'static str] {
        let has = |flag| self.metadata.has(flag);
        match () {
            () if has("module") => &["module"],
            () if has("raw") => &["raw"],
            () if has("onlyStrict") => &["strict"],
            () if has("noStrict") => &["sloppy"],
            () => &["sloppy", "strict"],
        }
    }

    /// The line that asks a worker to run it.
    pub(crate) fn request(&self, mode: &str) -> String {
        let flags: Vec<_> =
            ["async", "raw", "CanBlockIsFalse"].into_iter().filter(|flag| self.metadata.has(flag)).collect();
        let negative = match &self.metadata.negative {
            Some((phase, name)) => format!("{phase}:{name}"),
            None => String::new(),
        };
        format!(
            "{mode}\t{}\t{negative}\t{}\t{}\n",
            flags.join(","),
            self.metadata.includes.join(","),
            self.path
        )
    }
}
