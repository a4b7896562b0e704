//! Every file of `tests/ir` on every tier: one test per file and tier, and one for what the file says as text.
//!
//! `SPANDREL_BLESS=1` rewrites the expected output of passes beside the files.

use filetests::{Case, Tier, check_runs, check_text, files, folder, tiers};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match files(&folder()) {
        Ok(paths) => trials(&paths),
        Err(error) => {
            eprintln!("error: {}: {error}", folder().display());
            return ExitCode::FAILURE;
        }
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(paths: &[PathBuf]) -> Vec<Trial> {
    let bless = std::env::var_os("SPANDREL_BLESS").is_some_and(|v| v == "1");
    let mut trials = vec![Trial::test("the_files_are_there", {
        let count = paths.len();
        move || if count >= 350 { Ok(()) } else { Err(format!("only {count} files").into()) }
    })];
    let tiers: Vec<Arc<dyn Tier>> = tiers().into_iter().map(Arc::from).collect();
    for path in paths {
        let name = name(path);
        let file = path.clone();
        let text = move || check_text(&Case::read(&file)?, &file, bless);
        trials.push(Trial::test(format!("text/{name}"), move || text().map_err(Failed::from)));
        for tier in &tiers {
            let (file, tier) = (path.clone(), Arc::clone(tier));
            let title = format!("{}/{name}", tier.name());
            let runs = move || check_runs(&Case::read(&file)?, &*tier);
            trials.push(Trial::test(title, move || runs().map_err(Failed::from)));
        }
    }
    trials
}

/// The path below the folder, without its ending, with `/` on every system.
fn name(path: &Path) -> String {
    let below = path.strip_prefix(folder()).unwrap_or(path).with_extension("");
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
