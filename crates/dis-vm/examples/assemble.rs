//! A program written as those of `tests/dis/run` are, as a file for words of 8 bytes: `cargo run -p dis-vm --example assemble -- FROM TO`.

#[path = "../tests/expand/mod.rs"]
mod expand;

use dis_bytecode::{WordSize, assemble, verify, write};
use std::path::Path;
use std::process::ExitCode;

fn convert(from: &str, to: &str) -> Result<(), String> {
    let source = std::fs::read_to_string(from).map_err(|error| format!("{from}: {error}"))?;
    let name = Path::new(from).file_stem().unwrap_or_default().to_string_lossy();
    let text = expand::expand(&name, &source, 8);
    let assembled = assemble(&text).map_err(|findings| {
        let line = text.lines().nth(findings[0].line.max(1) as usize - 1).unwrap_or_default();
        format!("{from}: {}: {line}", findings[0].message)
    })?;
    verify(&assembled.module, WordSize::Eight).map_err(|faults| format!("{from}: {}", faults[0]))?;
    std::fs::write(to, write(&assembled.module)).map_err(|error| format!("{to}: {error}"))
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    for pair in args.chunks(2) {
        let done = match pair {
            [from, to] => convert(from, to),
            _ => Err("pairs of files are wanted".to_owned()),
        };
        if let Err(why) = done {
            eprintln!("error: {why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
