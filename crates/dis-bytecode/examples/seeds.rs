//! Assembles files for the seeds of a fuzz target: `seeds FOLDER FILE.s ...`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(folder) = args.next() else { return ExitCode::from(2) };
    for file in args {
        match seed(&folder, &file) {
            Ok(()) => {}
            Err(message) => {
                eprintln!("{}: {message}", file.display());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn seed(folder: &Path, file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let assembled = dis_bytecode::assemble(&text).map_err(|findings| format!("{findings:?}"))?;
    let name = file.with_extension("dis");
    let name = name.file_name().ok_or("it has no name")?;
    std::fs::write(folder.join(name), dis_bytecode::write(&assembled.module))
        .map_err(|error| error.to_string())
}
