//! `NAME.ir` here, after the passes its first line names, prints as `NAME.expected`. `SPANDREL_BLESS=1` rewrites those.

use ir::passes::{self, Options};
use std::fs;
use std::path::{Path, PathBuf};

fn texts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passes");
    let entries = fs::read_dir(&folder).expect("the folder is there");
    let mut texts: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    texts.retain(|path| path.extension().is_some_and(|e| e == "ir"));
    texts.sort();
    texts
}

/// The module after the passes that the first line names.
fn optimized(path: &Path) -> String {
    let name = path.display();
    let text = fs::read_to_string(path).expect("it can be read");
    let first = text.lines().next().unwrap_or_default();
    let list = first.strip_prefix("; passes: ").unwrap_or_else(|| panic!("{name}: no `; passes: ` line"));
    let mut module = ir::text::parse(&text).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
    ir::verify::verify(&module).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
    let options = Options { verify: true, ..Options::default() };
    for pass in list.split(',').map(str::trim) {
        let pass = passes::by_name(pass).unwrap_or_else(|| panic!("{name}: no pass `{pass}`"));
        for func in module.functions.keys() {
            passes::run_pass(&mut module, func, pass, &options);
        }
    }
    ir::text::print(&module)
}

#[test]
fn texts_become_what_is_expected() {
    let bless = std::env::var_os("SPANDREL_BLESS").is_some_and(|v| v == "1");
    let mut wrong = String::new();
    let texts = texts();
    for path in &texts {
        let (expected, found) = (path.with_extension("expected"), optimized(path));
        if bless {
            fs::write(&expected, &found).expect("it can be written");
        }
        // A checkout may have turned line ends around.
        let text = fs::read_to_string(&expected).unwrap_or_default().replace("\r\n", "\n");
        if text != found {
            wrong += &format!("{}:\n{found}\n", path.display());
        }
    }
    assert!(wrong.is_empty(), "other output than expected (SPANDREL_BLESS=1 takes it):\n{wrong}");
    assert!(texts.len() >= 6, "the texts are missing");
}

/// Every pass has texts of its own.
#[test]
fn every_pass_has_texts() {
    for pass in passes::ALL {
        let only = |path: &PathBuf| {
            let text = fs::read_to_string(path).expect("it can be read");
            text.lines().next() == Some(&format!("; passes: {}", pass.name))
        };
        assert!(texts().iter().any(only), "no text runs `{}` alone", pass.name);
    }
}
