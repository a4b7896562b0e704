//! What was found once: every file in `findings` runs right in every leg of this machine. So do a few new programs.

use irfuzz::finding::Finding;
use irfuzz::{Checker, Leg, worker};
use std::path::Path;

#[test]
fn findings_stay_fixed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("findings");
    let mut checker = Checker::new(None, None);
    for file in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = file.expect("it is listed").path();
        if path.extension().is_none_or(|extension| extension != "ir") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let finding = Finding::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for leg in Leg::all() {
            worker::check_leg(&finding.case, leg, &mut checker)
                .unwrap_or_else(|mismatch| panic!("{}: {mismatch}", path.display()));
        }
    }
}

#[test]
fn some_programs_run_right() {
    let mut checker = Checker::new(None, None);
    for seed in 0..40 {
        worker::check(seed, &mut checker).unwrap_or_else(|mismatch| panic!("seed {seed}: {mismatch}"));
    }
    // A run that forces nothing and compiles nothing shows nothing.
    let count = |what: &str| checker.coverage.counts.get(what).copied().unwrap_or(0);
    for what in ["guards forced in the interpreter", "guards forced on the host", "exits on the host"] {
        assert!(count(what) >= 10, "{what}: {:?}", checker.coverage);
    }
}
