//! `spandrel ir run`: call a function of a file.

use super::tiered::TierArgs;
use super::{Failure, output, source};
use clap::Args;
use ir::eval::Const;
use ir::interp::{Deopt, FlatMemory, Interp, Limits, Outcome, Poll, ResumePoints, RuntimeExit, Undefined};
use ir::{Func, Module, Type};
use jit::doubles::{self, Arena, Double};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Call a function
///
/// Arguments are constants of the parameter types as the text form spells them; a pair is two numbers with a colon, and
/// zeros:N for a ptr is the address of N fresh bytes. Every result is printed on a line of its own, with its type.
///
/// Programs may declare the runtime functions @print_bool, @print_i32, @print_i64, @print_f64 and @print_char(i32), without
/// results and with writes(all): the optimizer drops calls that are said to do nothing.
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
    #[arg(long, conflicts_with = "jit")]
    interp: bool,
    /// Optimize, compile and run on this machine; where a guard leaves, the interpreter goes on with the program as it
    /// is written, with as much fuel as is given
    #[arg(long)]
    jit: bool,
    #[command(flatten)]
    tiers: TierArgs,
    /// Instructions to interpret at most
    #[arg(long, value_name = "N", default_value_t = 1_000_000_000)]
    fuel: u64,
}

/// Makes the call.
pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let module = source::load(&args.file)?;
    let func = source::function(&module, args.func.as_deref())?;
    let limits = Limits { fuel: args.fuel, ..Limits::default() };
    let outcome = if args.tiers.wanted() {
        let values = |map: &mut dyn FnMut(Vec<u8>) -> u64| arguments(&args.args, &module, func, map);
        args.tiers.run(&module, func, limits, &values)?
    } else if args.jit {
        compiled(args, &module, func, limits)?
    } else {
        interpreted(args, &module, func, limits)?
    };
    match outcome {
        Outcome::Return(values) => {
            let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
            output(None, lines.as_bytes())
        }
        other => Err(Failure::program(describe(&other, &module))),
    }
}

fn interpreted(args: &RunArgs, module: &Module, func: Func, limits: Limits) -> Result<Outcome, Failure> {
    let mut host = FlatMemory::new();
    for name in doubles::PRINTERS {
        host.handle(name, move |_, args| print(name, args));
    }
    let mut map = |bytes| host.memory.map(bytes);
    let values = arguments(&args.args, module, func, &mut map)?;
    Ok(Interp::new(module, &mut host).call(func, &values, limits))
}

fn compiled(args: &RunArgs, module: &Module, func: Func, limits: Limits) -> Result<Outcome, Failure> {
    let mut optimized = module.clone();
    ir::passes::optimize(&mut optimized, &ir::passes::Options::default());
    let program = doubles::load(&optimized, &codegen::Options::default()).map_err(Failure::program)?;
    let original = Arc::new((module.clone(), ResumePoints::new(module)));
    let guest = guest(&original, limits);
    let mut instance = doubles::instantiate(&program, module.functions.len(), guest);
    let memory = &mut instance.guest().memory;
    let values = arguments(&args.args, module, func, &mut |bytes| memory.map(&bytes))?;
    let callable = program.function(func).map_err(Failure::program)?;
    let outcome = instance.call(&callable, &values).map_err(Failure::program)?;
    doubles::reference(&outcome).map_err(Failure::program)
}

/// A guest that can print.
pub(super) fn guest(original: &Arc<(Module, ResumePoints)>, limits: Limits) -> Double {
    let handler = |name: &str, _: &mut Arena, args: &[Const]| print(name, args);
    Double::new(original, limits, Box::new(handler), Box::new(|| Poll::Continue))
}

/// Does what a runtime function of this command does.
fn print(name: &str, args: &[Const]) -> Result<Vec<Const>, RuntimeExit> {
    let text = match (name, args) {
        ("print_bool", [value]) => format!("{}\n", value.as_bool()),
        ("print_i32", [value]) => format!("{}\n", value.as_i32()),
        ("print_i64", [value]) => format!("{}\n", value.as_i64()),
        ("print_f64", [value]) => format!("{:?}\n", value.as_f64()),
        ("print_char", [value]) => {
            char::from_u32(value.as_i32() as u32).unwrap_or(char::REPLACEMENT_CHARACTER).to_string()
        }
        _ => return Err(RuntimeExit::Unbound),
    };
    // A closed pipe is no reason to fail, as in `output`.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Vec::new())
}

fn arguments(
    texts: &[String],
    module: &Module,
    func: Func,
    map: &mut dyn FnMut(Vec<u8>) -> u64,
) -> Result<Vec<Const>, Failure> {
    let function = &module.functions[func];
    let types = &function.signature.params;
    if texts.len() != types.len() {
        let message = format!("{} arguments, @{} takes {}", texts.len(), function.name, function.signature);
        return Err(Failure::usage(message));
    }
    texts.iter().zip(types).map(|(text, ty)| argument(text, *ty, map)).collect()
}

fn argument(text: &str, ty: Type, map: &mut dyn FnMut(Vec<u8>) -> u64) -> Result<Const, Failure> {
    if let (Type::Ptr, Some(count)) = (ty, text.strip_prefix("zeros:")) {
        let count: u32 =
            count.parse().map_err(|_| Failure::usage(format!("`{text}`: no number of bytes")))?;
        return Ok(Const::ptr(map(vec![0; count as usize])));
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
