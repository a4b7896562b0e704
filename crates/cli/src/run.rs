//! `spandrel run`: programs of the guests, told apart by the names of their files.

use crate::tiers::TierArgs;
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Memory for a program's objects: the same for every verb that executes one.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct MemoryArgs {
    /// Collects garbage at every allocation and verifies the heap after it
    #[arg(long)]
    gc_stress: bool,
    /// Memory for the program's objects, in megabytes; more is an error that it can catch
    #[arg(long, value_name = "MB")]
    max_memory: Option<usize>,
}

impl MemoryArgs {
    /// The heap's configuration.
    pub(crate) fn config(self) -> heap::Config {
        let default = heap::Config::default();
        let cap_bytes =
            self.max_memory.map_or(default.cap_bytes, |megabytes| megabytes.saturating_mul(1 << 20));
        heap::Config { cap_bytes, stress: self.gc_stress, verify: self.gc_stress, ..default }
    }

    /// The limit, if one was given.
    pub(crate) fn megabytes(self) -> Option<usize> {
        self.max_memory
    }

    /// Whether memory is to be checked all the time.
    pub(crate) fn stress(self) -> bool {
        self.gc_stress
    }
}

/// What is to be shown of JavaScript programs.
#[derive(Args, Clone, Default)]
pub(crate) struct ShowArgs {
    /// Shows what a JavaScript program is compiled to, with the lines that it comes from
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) emit: Option<Form>,
    /// Shows only functions of this name
    #[arg(long, value_name = "NAME", requires = "emit")]
    pub(crate) emit_func: Option<String>,
    /// Shows each function in a file of its own in this folder, instead of on standard error
    #[arg(long, value_name = "DIR", requires = "emit")]
    pub(crate) emit_to: Option<PathBuf>,
    /// Shows every step of every inline cache of a JavaScript program on standard error, and at the end what became of each
    #[arg(long)]
    pub(crate) trace_ic: bool,
    /// Shows at the end on standard error what a JavaScript program's heap holds, and how long collections took
    #[arg(long)]
    pub(crate) heap_stats: bool,
}

/// The optimizing tier of JavaScript.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct OptArgs {
    /// Compiles hot JavaScript functions anew, with what was seen of them
    #[arg(long, overrides_with = "no_opt")]
    pub(crate) opt: bool,
    /// Does not
    #[arg(long, overrides_with = "opt")]
    pub(crate) no_opt: bool,
    /// Calls and rounds of loops of a compiled JavaScript function after which that is done, with 1 at the first chance (implies --opt)
    #[arg(long, value_name = "N")]
    pub(crate) opt_threshold: Option<u32>,
    /// Shows on standard error where and why such code is left
    #[arg(long)]
    pub(crate) trace_deopt: bool,
}

impl OptArgs {
    /// The first switch that only JavaScript programs have a use for.
    fn first(self) -> Option<&'static str> {
        let given = [
            (self.opt, "--opt"),
            (self.no_opt, "--no-opt"),
            (self.opt_threshold.is_some(), "--opt-threshold"),
            (self.trace_deopt, "--trace-deopt"),
        ];
        given.into_iter().find_map(|(given, name)| given.then_some(name))
    }
}

/// What a program is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A listing of every function's instructions, without running the program.
    Bytecode,
    /// The IR of functions and loops that get optimized code while the program runs, after all passes.
    Ir,
    /// The code generator's input for these.
    Clif,
    /// Their machine code, with the IR that it comes from.
    Asm,
    /// Pictures of their control-flow graphs.
    Svg,
}

impl ShowArgs {
    /// The first switch that only JavaScript programs have a use for.
    fn first(&self) -> Option<&'static str> {
        let given = [
            (self.emit.is_some(), "--emit"),
            (self.trace_ic, "--trace-ic"),
            (self.heap_stats, "--heap-stats"),
        ];
        given.into_iter().find_map(|(given, name)| given.then_some(name))
    }
}

/// What only Inferno programs have a use for.
#[derive(Args, Clone, Default)]
pub(crate) struct InfernoArgs {
    /// The folder that an Inferno program sees as `/`, and in which the program itself is
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Bytes of a word of an Inferno program, 4 or 8, which its file does not say
    #[arg(long, value_parser = crate::dis::word)]
    pub(crate) word_size: Option<dis_bytecode::WordSize>,
    /// What `-cN` before the program becomes: compiled (1 to 9, the default) or interpreted (0), as by Inferno's emu
    #[arg(long = "emu-c", hide = true, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=9))]
    pub(crate) compile: Option<u8>,
    /// Shows each instruction of an Inferno program on standard error when it is executed: proc, module, number. Nothing is compiled
    #[arg(long)]
    pub(crate) trace: bool,
    /// Shows at the end on standard error where an Inferno program's time went: by function, and by line where there are symbol files
    #[arg(long)]
    pub(crate) profile: bool,
}

impl InfernoArgs {
    /// The first switch that only Inferno programs have a use for.
    fn first(&self) -> Option<&'static str> {
        let given = [
            (self.root.is_some(), "--root"),
            (self.word_size.is_some(), "--word-size"),
            (self.trace, "--trace"),
            (self.profile, "--profile"),
        ];
        given.into_iter().find_map(|(given, name)| given.then_some(name))
    }
}

/// Runs a program: a Sox script (.sox), a JavaScript program (.js, .cjs) or module (.mjs), an Inferno program (.dis)
#[derive(Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) memory: MemoryArgs,
    #[command(flatten)]
    pub(crate) tiers: TierArgs,
    #[command(flatten)]
    pub(crate) opt: OptArgs,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
    #[command(flatten)]
    pub(crate) inferno: InfernoArgs,
    /// Ends the program after so many calls and rounds of loops
    #[arg(long, value_name = "N")]
    pub(crate) fuel: Option<u64>,
    /// Ends the program after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<f64>,
    /// Drops what the program prints
    #[arg(long)]
    pub(crate) suppress_print: bool,
    /// The program
    pub(crate) file: PathBuf,
    /// The program's own arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

/// A time that a clock can have.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..1e9).contains(&seconds) => Ok(seconds),
        _ => Err("it is to be a number from 0 to a billion".to_owned()),
    }
}

/// Whose programs there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guest {
    Sox,
    JavaScript,
    Inferno,
}

impl Guest {
    /// Told from the end of a file's name.
    pub(crate) fn of(file: &Path) -> Option<Guest> {
        match file.extension()?.to_str()? {
            "sox" | "sbc" => Some(Guest::Sox),
            "js" | "cjs" | "mjs" => Some(Guest::JavaScript),
            "dis" => Some(Guest::Inferno),
            _ => None,
        }
    }
}

pub(crate) fn run(args: &RunArgs) -> ExitCode {
    let guest = Guest::of(&args.file);
    if guest != Some(Guest::JavaScript)
        && let Some(name) = args.show.first().or(args.opt.first())
    {
        return misplaced(name, "JavaScript");
    }
    if guest != Some(Guest::Inferno)
        && let Some(name) = args.inferno.first()
    {
        return misplaced(name, "Inferno");
    }
    match guest {
        Some(Guest::Sox) => crate::sox::run(args),
        Some(Guest::JavaScript) => crate::js::run(args),
        Some(Guest::Inferno) => crate::dis::run(args),
        None => {
            let file = args.file.display();
            eprintln!(
                "error: {file}: neither a Sox script (.sox) nor a JavaScript program (.js, .cjs, .mjs) nor an Inferno program (.dis)"
            );
            ExitCode::from(64)
        }
    }
}

/// A switch was given to a program of another guest.
fn misplaced(name: &str, guest: &str) -> ExitCode {
    eprintln!("error: {name} is for {guest} programs");
    ExitCode::from(64)
}
