//! `sox`: the command line of the original implementation. The program has it when it is called by that name.

use super::repl::repl_of_sox;
use super::{BenchArgs, TestArgs, bench, build, complain, on_a_large_stack, run, say, test};
use crate::run::{MemoryArgs, RunArgs};
use crate::tiers::TierArgs;
use clap::{CommandFactory, Parser};
use sox_vm::Vm;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The command of the original Sox, with its flags
///
/// Runs a script. With flags but no script, reads what is to be executed from the terminal or the standard input.
#[derive(clap::Args)]
pub(crate) struct AliasArgs {
    /// Prints the version
    #[arg(short, long)]
    version: bool,
    /// Runs the tests of a file, or of the files *_test.sox of a folder
    #[arg(short, long, value_name = "PATH", num_args = 0..=1, default_missing_value = ".")]
    test: Option<PathBuf>,
    /// Keeps the script's bytecode beside it, as FILE.sbc
    #[arg(long)]
    serialise: bool,
    /// Drops what `print` prints
    #[arg(long)]
    suppress_print: bool,
    /// Measures the functions named Benchmark*
    #[arg(long)]
    bench: bool,
    /// How long to measure each
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = super::bench::seconds)]
    bench_time: f64,
    /// Only benchmarks with this in their names
    #[arg(long, value_name = "SUBSTRING")]
    bench_filter: Option<String>,
    /// The script
    file: Option<PathBuf>,
    /// The script's own arguments; those that begin with a dash behind `--`
    #[arg(value_name = "ARGS")]
    args: Vec<OsString>,
}

/// The command line as the verb `sox` of the command, if it is that or the program is called so.
pub(crate) fn called_as_sox(words: &[OsString]) -> Option<Vec<OsString>> {
    let program = words.first().and_then(|word| Path::new(word).file_stem());
    if program == Some(OsStr::new("sox")) {
        let verb = ["spandrel", "sox"].map(OsString::from).into_iter();
        return Some(verb.chain(words[1..].iter().cloned()).collect());
    }
    (words.get(1).is_some_and(|word| word == "sox")).then(|| words.to_vec())
}

/// Complains about flags of the original that there is nothing for; the exit status then.
pub(crate) fn unavailable(words: &[OsString]) -> Result<(), u8> {
    let flags = words.iter().skip(2).take_while(|word| *word != "--").filter_map(|word| word.to_str());
    for flag in flags {
        let name = flag.split('=').next().unwrap_or(flag);
        if name.starts_with("--native") || ["--wasm", "--wat", "--custom-linker"].contains(&name) {
            complain(&format!(
                "error: {name} is not available in this version: programs are run, not compiled to files"
            ));
            return Err(64);
        }
    }
    Ok(())
}

/// Does what the flags say.
pub(crate) fn alias(args: AliasArgs) -> ExitCode {
    if args.version {
        say(concat!("Sox (spandrel ", env!("CARGO_PKG_VERSION"), ")"));
        return ExitCode::SUCCESS;
    }
    if let Some(path) = args.test {
        return test(&TestArgs::of(path));
    }
    match args.file {
        Some(file) if args.bench => bench(&BenchArgs {
            filter: args.bench_filter,
            time: args.bench_time,
            suppress_print: args.suppress_print,
            memory: MemoryArgs::default(),
            tiers: TierArgs::default(),
            file,
        }),
        Some(file) => script(&file, args.serialise, args.suppress_print, &args.args),
        None if args.bench || args.serialise => {
            complain("error: --bench and --serialise need a script: sox FILE --bench");
            ExitCode::from(64)
        }
        None if args.suppress_print => repl_of_sox(true),
        None => help(),
    }
}

fn script(file: &Path, serialise: bool, suppress_print: bool, args: &[OsString]) -> ExitCode {
    /// Whatever flags there are for running programs, with their defaults.
    #[derive(Parser)]
    struct Run {
        #[command(flatten)]
        args: RunArgs,
    }
    let words = ["run"].into_iter().chain(suppress_print.then_some("--suppress-print")).chain(["--"]);
    let words = words.map(OsString::from).chain([file.into()]).chain(args.iter().cloned());
    let run = match Run::try_parse_from(words) {
        Ok(run) => run.args,
        Err(error) => error.exit(),
    };
    on_a_large_stack(|| {
        let cache = Vm::cache_file(file);
        let kept = if serialise && !cache.exists() { build::write(file, false, &cache) } else { Ok(()) };
        let done = kept.and_then(|()| run::execute(&run));
        done.map_or_else(
            |status| status,
            |()| {
                say("Exiting sox ...");
                0
            },
        )
    })
}

/// What the original says when it is called without arguments.
fn help() -> ExitCode {
    let mut command = crate::Args::command();
    if let Some(sox) = command.find_subcommand_mut("sox") {
        // A closed pipe is no reason to fail.
        let _ = sox.print_help();
    }
    ExitCode::SUCCESS
}
