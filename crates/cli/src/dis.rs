//! The verbs for Inferno programs: `spandrel dump` shows what is in a `.dis` file; `run` is in a file of its own.

mod profile;
mod run;

pub(crate) use run::run;

use crate::run::Guest;
use clap::Args;
use dis_bytecode::{Module, WordSize, disassemble, read, verify, word_size};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Show what is in an Inferno program: header, types, data, links, imports, handlers and code
///
/// The listing is assembler text. What was found out about the file stands before it in comments. Exit status: 0 when the
/// file passes the verifier, 1 when it does not, 2 when it cannot be read.
#[derive(Args)]
#[command(after_help = "Examples:
  spandrel dump sh.dis
  spandrel dump --word-size 4 old.dis")]
pub(crate) struct DumpArgs {
    /// The file
    file: PathBuf,
    /// Bytes of a word, which files do not say: 4 in classic Inferno, 8 in 64-bit Inferno
    #[arg(long, value_parser = word)]
    word_size: Option<WordSize>,
}

/// The command line with `-c0` to `-c9` in front of an Inferno program, the switches of Inferno's emu, as words of ours. Behind
/// the program a `-c` is its own.
pub(crate) fn switches(mut words: Vec<OsString>) -> Vec<OsString> {
    let guest = |word: &OsString| Guest::of(Path::new(word));
    let Some(program) = words.iter().position(|word| guest(word).is_some()) else { return words };
    if guest(&words[program]) != Some(Guest::Inferno) {
        return words;
    }
    for word in words.iter_mut().take(program).skip(1) {
        if let Some(&[b'-', b'c', digit @ b'0'..=b'9']) = word.to_str().map(str::as_bytes) {
            *word = format!("--emu-c={}", char::from(digit)).into();
        }
    }
    words
}

/// A word size in bytes.
pub(crate) fn word(text: &str) -> Result<WordSize, String> {
    match text {
        "4" => Ok(WordSize::Four),
        "8" => Ok(WordSize::Eight),
        _ => Err("4 or 8".into()),
    }
}

/// Runs the verb.
pub(crate) fn dump(args: &DumpArgs) -> ExitCode {
    let path = args.file.display();
    let module = match std::fs::read(&args.file) {
        Err(error) => Err(format!("cannot read {path}: {error}")),
        Ok(bytes) => read(&bytes).map_err(|error| format!("{path} is no Dis file: {error}")),
    };
    let module = match module {
        Ok(module) => module,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    let found = word_size::find(&module, args.word_size);
    let mut out = header(&args.file, &module, &found);
    let faults = match verify(&module, found.word) {
        Ok(facts) => {
            let _ = writeln!(
                out,
                "# verified: {} functions, {} tables",
                facts.functions.len(),
                facts.tables.len()
            );
            Vec::new()
        }
        Err(faults) => faults,
    };
    out.push_str(&disassemble(&module, found.word));
    // A closed pipe is the reader's decision.
    let _ = std::io::stdout().write_all(out.as_bytes());
    for fault in &faults {
        eprintln!("error: {path}: {fault}");
    }
    ExitCode::from(u8::from(!faults.is_empty()))
}

fn header(path: &Path, module: &Module, found: &word_size::Finding) -> String {
    let imports: usize = module.imports.iter().flatten().map(Vec::len).sum();
    let handlers = module.handlers.as_ref().map_or(0, Vec::len);
    let mut out = String::new();
    let _ = writeln!(out, "# {}", path.display());
    let _ = writeln!(
        out,
        "# {} instructions, {} types, {} bytes of data, {} links, {imports} imports, {handlers} handlers",
        module.code.len(),
        module.types.len(),
        module.data_size,
        module.exports.len(),
    );
    // The evidence may name functions, and names may have line ends in them.
    let _ = writeln!(out, "# word size {}", found.to_string().replace(['\n', '\r'], " "));
    out
}
