//! `spandrel ir compile`: what the code generator makes of a file, for any machine.

use super::passes::{self, PassArgs};
use super::{Failure, graph, listing, output, source};
use clap::{Args, ValueEnum};
use codegen::{Arch, Compiled, OptLevel, Options, Os, Target};
use ir::{Func, Module};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::str::FromStr;

/// Optimize, compile and show the result
///
/// A function that the code generator declines is an error that says why.
#[derive(Args)]
#[command(after_help = passes::help())]
pub(super) struct CompileArgs {
    /// The file; `-` is standard input
    file: PathBuf,
    #[command(flatten)]
    passes: PassArgs,
    /// What to show
    #[arg(long, value_enum, default_value_t = Form::Asm)]
    emit: Form,
    /// Machine to compile for: x64 or arm64, a dash, linux, macos or windows; without it this one
    #[arg(long, value_name = "ARCH-OS")]
    target: Option<Machine>,
    /// Compile faster: no rewriting in the code generator, registers allocated in one pass
    #[arg(long)]
    fast: bool,
    /// Only this function
    #[arg(long, value_name = "NAME")]
    func: Option<String>,
    /// Where to, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The text form after the passes.
    Ir,
    /// Cranelift's input.
    Clif,
    /// Machine instructions, with the IR they come from.
    Asm,
    /// An object file of all functions, for linkers: ELF, Mach-O or COFF, by the target's system.
    Obj,
    /// A picture of the control-flow graph after the passes.
    Svg,
}

/// A machine's name.
#[derive(Clone, Copy, Debug)]
struct Machine(Arch, Os);

impl FromStr for Machine {
    type Err = String;

    fn from_str(name: &str) -> Result<Machine, String> {
        let all = [Arch::X64, Arch::Arm64]
            .into_iter()
            .flat_map(|arch| [Os::Linux, Os::MacOs, Os::Windows].map(|os| Machine(arch, os)));
        let names = all.clone().map(|Machine(arch, os)| Target::new(arch, os).to_string());
        all.zip(names.clone())
            .find_map(|(machine, known)| (known == name).then_some(machine))
            .ok_or_else(|| format!("there are: {}", names.collect::<Vec<_>>().join(", ")))
    }
}

/// Compiles and shows.
pub(super) fn run(args: &CompileArgs) -> Result<(), Failure> {
    let mut module = source::load(&args.file)?;
    args.passes.apply(&mut module)?;
    let only = args.func.as_deref().map(|name| source::function(&module, Some(name))).transpose()?;
    let functions: Vec<Func> = only.map_or_else(|| module.functions.keys().collect(), |func| vec![func]);
    let text = match args.emit {
        Form::Ir => functions.iter().map(|func| ir::text::print_function(&module, *func)).collect(),
        Form::Svg => graph::svg(&module, &functions),
        Form::Obj => return object(args, &module),
        Form::Clif | Form::Asm => {
            let target = target(args)?;
            let mut text = String::new();
            for func in functions {
                let compiled = compile(args, &module, func, &target)?;
                text += &match args.emit {
                    Form::Clif => compiled.clif.unwrap_or_default(),
                    _ => listing::text(&module, func, &target, &compiled, &|_| None),
                };
                text.push('\n');
            }
            text
        }
    };
    output(args.output.as_deref(), text.as_bytes())
}

fn object(args: &CompileArgs, module: &Module) -> Result<(), Failure> {
    if args.output.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::usage("an object file is not for terminals: say where to with -o"));
    }
    if args.func.is_some() {
        return Err(Failure::usage("an object file has all functions of a module: leave out --func"));
    }
    let options = aot::Options { codegen: options(args), ..aot::Options::default() };
    let bytes = aot::object(module, &target(args)?, &options).map_err(Failure::program)?;
    output(args.output.as_deref(), &bytes)
}

fn options(args: &CompileArgs) -> Options {
    let opt = if args.fast { OptLevel::None } else { OptLevel::Speed };
    Options { opt, listing: true, verify: true, ..Options::default() }
}

fn target(args: &CompileArgs) -> Result<Target, Failure> {
    match args.target {
        Some(Machine(arch, os)) => Ok(Target::new(arch, os)),
        None => {
            Target::host().ok_or_else(|| Failure::usage("no code is made for this machine: say --target"))
        }
    }
}

fn compile(args: &CompileArgs, module: &Module, func: Func, target: &Target) -> Result<Compiled, Failure> {
    codegen::compile(module, func, target, &options(args)).map_err(|why| {
        Failure::program(format!("@{} for {target} was declined: {why}", module.functions[func].name))
    })
}
