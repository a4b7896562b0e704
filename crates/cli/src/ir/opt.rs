//! `spandrel ir opt`: what passes make of a file.

use super::{Failure, graph, output, source};
use clap::{Args, ValueEnum};
use ir::passes::{self, Options, Pass};
use ir::{Func, Module};
use std::path::PathBuf;

/// Run passes and print what they make of the program
#[derive(Args)]
#[command(after_help = passes_help())]
pub(super) struct OptArgs {
    /// The file; `-` is standard input
    file: PathBuf,
    /// Passes to run, in this order, instead of the whole pipeline
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "disable")]
    passes: Option<Vec<String>>,
    /// Passes of the pipeline to leave out
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    disable: Vec<String>,
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

/// The list of passes at the end of the help text.
fn passes_help() -> String {
    let lines = passes::ALL.iter().map(|pass| format!("  {:<10} {}", pass.name, pass.summary));
    let pipeline: Vec<&str> = passes::PIPELINE.iter().map(|pass| pass.name).collect();
    let list: Vec<String> = lines.collect();
    format!("Passes:\n{}\n\nThe pipeline: {}", list.join("\n"), pipeline.join(", "))
}

/// Runs the passes and prints.
pub(super) fn run(args: &OptArgs) -> Result<(), Failure> {
    let mut module = source::load(&args.file)?;
    transform(&mut module, args.passes.as_deref(), &args.disable)?;
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

/// Runs these passes on every function, or the pipeline without the disabled ones.
fn transform(module: &mut Module, names: Option<&[String]>, disabled: &[String]) -> Result<(), Failure> {
    let options = Options { verify: true, ..Options::default() };
    let Some(names) = names else {
        disabled.iter().try_for_each(|name| named(name).map(|_| ()))?;
        passes::optimize(module, &Options { disabled: disabled.iter().cloned().collect(), ..options });
        return Ok(());
    };
    for name in names.iter().filter(|name| !name.is_empty()) {
        let pass = named(name)?;
        for func in module.functions.keys() {
            passes::run_pass(module, func, pass, &options);
        }
    }
    Ok(())
}

fn named(name: &str) -> Result<&'static Pass, Failure> {
    passes::by_name(name).ok_or_else(|| {
        let known: Vec<&str> = passes::ALL.iter().map(|pass| pass.name).collect();
        Failure::usage(format!("there is no pass `{name}`; there are: {}", known.join(", ")))
    })
}
