//! Cases that a tree itself gives: each of its commands compiled again, each of its test modules.

use super::cases::{Case, Expect};
use std::path::Path;

/// Names of the files of a folder that end so, without that, sorted.
fn names(folder: &Path, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect();
    names.sort();
    names
}

/// The Limbo compiler, on each command that is there as source and compiled: the same bytes.
pub(super) fn commands(tree: &Path) -> Vec<Case> {
    let sources = names(&tree.join("appl/cmd"), ".b");
    let compiled = sources.into_iter().filter(|name| tree.join(format!("dis/{name}.dis")).is_file());
    let case = |name: String| {
        Case {
        name: format!("limbo: {name}").into(),
        needs: "limbo cmp",
        script: format!(
            "cd /appl/cmd; limbo -I /module -o /try/{name}.dis /appl/cmd/{name}.b; cmp /try/{name}.dis /dis/{name}.dis"
        )
        .into(),
        input: "",
        output: Expect::Text(""),
    }
    };
    compiled.map(case).collect()
}

/// The tree's test modules.
pub(super) fn tests(tree: &Path) -> Vec<Case> {
    let case = |name: String| Case {
        name: format!("tests: {name}").into(),
        needs: "",
        script: format!("/dis/tests/{name}_test.dis").into(),
        input: "",
        output: Expect::Same,
    };
    names(&tree.join("dis/tests"), "_test.dis").into_iter().map(case).collect()
}
