//! `spandrel ir opt`: what passes make of a file.

use super::passes::{self, PassArgs};
use super::{Failure, graph, output, source};
use clap::{Args, ValueEnum};
use ir::Func;
use std::path::PathBuf;

/// Run passes and print what they make of the program
#[derive(Args)]
#[command(after_help = passes::help())]
pub(super) struct OptArgs {
    /// The file; `-` is standard input
    file: PathBuf,
    #[command(flatten)]
    passes: PassArgs,
    /// What to print: the text form, or control-flow graphs
    #[arg(long, value_enum, default_value_t = Form::Ir)]
    emit: Form,
    /// Only this function
    #[arg(long, value_name = "NAME")]
    func: Option<String>,
    /// Where to, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The text form.
    Ir,
    /// A picture of the control-flow graph.
    Svg,
}

/// Runs the passes and prints.
pub(super) fn run(args: &OptArgs) -> Result<(), Failure> {
    let mut module = source::load(&args.file)?;
    args.passes.apply(&mut module)?;
    let only = args.func.as_deref().map(|name| source::function(&module, Some(name))).transpose()?;
    let functions: Vec<Func> = only.map_or_else(|| module.functions.keys().collect(), |func| vec![func]);
    let text = match args.emit {
        Form::Svg => graph::svg(&module, &functions),
        Form::Ir if only.is_some() => {
            functions.iter().map(|f| ir::text::print_function(&module, *f)).collect()
        }
        Form::Ir => ir::text::print(&module),
    };
    output(args.output.as_deref(), text.as_bytes())
}
