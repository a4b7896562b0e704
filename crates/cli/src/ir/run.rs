//! `spandrel ir run`: call a function of a file.

use super::{Failure, output, source};
use clap::Args;
use ir::eval::Const;
use ir::interp::{Deopt, FlatMemory, Interp, Limits, Memory, Outcome, Undefined};
use ir::{Func, Module, Type};
use std::path::PathBuf;

/// Call a function
///
/// Arguments are constants of the parameter types as the text form spells them; a pair is two numbers with a colon, and
/// zeros:N for a ptr is the address of N fresh bytes. Every result is printed on a line of its own, with its type.
#[derive(Args)]
pub(super) struct RunArgs {
    /// The file; `-` is standard input
    file: PathBuf,
    /// One constant per parameter
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    /// The function to call; without it @main, or the only one
    #[arg(long, value_name = "NAME")]
    func: Option<String>,
    /// Interpret, which is the default
    #[arg(long)]
    interp: bool,
    /// Instructions to execute at most
    #[arg(long, value_name = "N", default_value_t = 1_000_000_000)]
    fuel: u64,
}

/// Makes the call.
pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let module = source::load(&args.file)?;
    let func = source::function(&module, args.func.as_deref())?;
    let mut host = FlatMemory::new();
    let values = arguments(&args.args, &module, func, &mut host.memory)?;
    let limits = Limits { fuel: args.fuel, ..Limits::default() };
    let outcome = Interp::new(&module, &mut host).call(func, &values, limits);
    match outcome {
        Outcome::Return(values) => {
            let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
            output(None, lines.as_bytes())
        }
        other => Err(Failure::program(describe(&other, &module))),
    }
}

fn arguments(
    texts: &[String],
    module: &Module,
    func: Func,
    memory: &mut Memory,
) -> Result<Vec<Const>, Failure> {
    let function = &module.functions[func];
    let types = &function.signature.params;
    if texts.len() != types.len() {
        let message = format!("{} arguments, @{} takes {}", texts.len(), function.name, function.signature);
        return Err(Failure::usage(message));
    }
    texts.iter().zip(types).map(|(text, ty)| argument(text, *ty, memory)).collect()
}

fn argument(text: &str, ty: Type, memory: &mut Memory) -> Result<Const, Failure> {
    if let (Type::Ptr, Some(count)) = (ty, text.strip_prefix("zeros:")) {
        let count: u32 =
            count.parse().map_err(|_| Failure::usage(format!("`{text}`: no number of bytes")))?;
        return Ok(Const::ptr(memory.map(vec![0; count as usize])));
    }
    ir::text::parse_constant(text, ty).map_err(|e| Failure::usage(format!("`{text}`, an {ty}: {}", e.kind)))
}

/// How a program ended that did not return.
fn describe(outcome: &Outcome, module: &Module) -> String {
    match outcome {
        Outcome::Return(_) => "returned".into(),
        Outcome::Throw => "ended with an exception".into(),
        Outcome::Trap(code) => format!("trapped with code {}", code.0),
        Outcome::OutOfFuel => "ran out of fuel: --fuel sets the limit".into(),
        Outcome::StackOverflow => "overflowed the stack".into(),
        Outcome::MemoryFault(fault) => fault.to_string(),
        Outcome::OutOfMemory => "ran out of memory while a guard left".into(),
        Outcome::Stopped => "stopped by a poll".into(),
        Outcome::Undefined(Undefined::UnboundRuntime(runtime)) => {
            format!(
                "called runtime entry @{}, which this command does not have",
                module.runtimes[*runtime].name
            )
        }
        Outcome::Undefined(undefined) => format!("did what has no meaning: {undefined}"),
        Outcome::Deopt(deopt) => left(deopt, module),
    }
}

fn left(deopt: &Deopt, module: &Module) -> String {
    let name = &module.functions[deopt.func].name;
    let mut text = format!("left @{name} through {}, reason {}", deopt.state, deopt.reason.0);
    for frame in &deopt.frames {
        let slots: Vec<String> =
            frame.slots.iter().map(|slot| slot.map_or("dead".into(), |value| value.to_string())).collect();
        text += &format!("\n  frame {}+{} [{}]", frame.code, frame.offset, slots.join(", "));
    }
    text
}
