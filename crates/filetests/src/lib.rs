//! `.ir` files as tests: each says in its header what its functions do, and every tier has to agree.
//!
//! A file starts with a line that says what it shows, then directives, each a comment of its own:
//!
//! ```text
//! ; Adds with wrap-around.
//! ; run: @add(3, 0x10) -> 19
//! ; run: @f() throws
//! ; run: @f(1) trap 0
//! ; run: @f(1) deopt 7+12 reason 3 [i32 1, dead, _] in 2+0 [f64 nan]
//! ; run: @f(1) deopt 7+13 reason 3 [obj0] where obj0 = 24 kind 3 05 00 obj1 and obj1 = 8 kind 0
//! ; run: @f(&buf+8, @callee) -> 1, &buf, nan notes [1, 2] leaves buf 01 02
//! ; run: @forever() overflows
//! ; data: buf = 00 ff 10            ; bytes in hexadecimal, or `zeros 64`; fresh for every run
//! ; heap: 64                        ; bytes that allocations may take
//! ; interrupt: stop after 3         ; the poll after three others stops the run (or `throw`)
//! ; passes: licm, gvn               ; printed after these passes it reads as NAME.expected
//! ; declined: runtime-results       ; compiled tiers decline the module, for this reason
//! ; check-error: 4:3 message        ; every error of a file that must not be accepted
//! ```
//!
//! Every `run` is executed by every [`Tier`] in every [`Variant`] the tier asks for, and once more for each guard it
//! passes, forced to fail and gone on from its frame state. So every frame state of a file with runs names its own guard
//! (code and offset occur once in the module) and holds every value that is needed after it.
//!
//! Expectations come from hand calculation or from another implementation, never from a tier's answer.
#![forbid(unsafe_code)]

mod case;
mod compare;
mod directive;
mod errors;
mod interp;
mod jit;
mod linked;
mod passes;
mod runtime;
mod tier;

pub use case::{Case, Mistake, Run};
pub use compare::{Ending, Frame, Object, Observed, compare};
pub use directive::{
    Argument, Expected, ExpectedEnding, ExpectedFrame, ExpectedObject, ExpectedValue, Interrupt, Piece,
};
pub use interp::Interpreter;
pub use jit::Jit;
pub use linked::Linked;
pub use runtime::{Answer, RUNTIME, RuntimeEntry};
pub use tier::{Prepared, Program, Tier, Variant, tiers};

use std::path::{Path, PathBuf};

/// The folder with the test files.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ir")
}

/// Every `.ir` file below a folder, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "ir") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Checks what a file says apart from its runs: errors, text form, output of passes.
///
/// # Errors
/// What is not as the file says.
pub fn check_text(case: &Case, path: &Path, bless: bool) -> Result<(), String> {
    match &case.module {
        Err(_) => errors::check(case),
        Ok(module) => {
            if let Some(mistake) = case.mistakes.first() {
                return Err(format!("no errors found, but it says check-error: {mistake}"));
            }
            passes::reads_as_printed(module)?;
            passes::check(case, module, path, bless)
        }
    }
}

/// Executes every run of a file on one tier.
///
/// # Errors
/// Every run that went otherwise than the file says.
pub fn check_runs(case: &Case, tier: &dyn Tier) -> Result<(), String> {
    let Ok(original) = &case.module else { return Ok(()) };
    let mut wrong = String::new();
    for variant in tier.variants() {
        let program = Program::new(case, original, variant)?;
        let mut prepared = match (tier.prepare(&program), &case.declined) {
            (Ok(prepared), _) => prepared,
            (Err(error), Some(reason)) if error.starts_with(&format!("declined: {reason}:")) => continue,
            (Err(error), _) => return Err(format!("{} cannot be prepared: {error}", program.variant)),
        };
        for run in &case.runs {
            if let Err(difference) = tier::execute(&mut *prepared, run) {
                wrong += &format!("line {}, {}: {}\n  {difference}\n", run.line, program.variant, run.text);
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
