//! The IR interpreter as a tier: the file's module, after each pass, and after all.

use crate::case::Run;
use crate::compare::{Ending, Frame, Object, Observed};
use crate::directive::Argument;
use crate::runtime::{Answer, RUNTIME};
use crate::tier::{Prepared, Program, Tier, Variant};
use ir::eval::Const;
use ir::interp::{FlatMemory, Interp, Limits, Memory, Outcome, Poll, Resuming, RuntimeExit};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Bounds of a run; a file that needs more is too big.
const LIMITS: Limits = Limits { fuel: 3_000_000, depth: 1_000 };

/// The reference interpreter.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter;

impl Tier for Interpreter {
    fn name(&self) -> &'static str {
        "interp"
    }

    fn variants(&self) -> Vec<Variant> {
        let passes = ir::passes::ALL.iter().map(Variant::Pass);
        std::iter::once(Variant::Plain).chain(passes).chain([Variant::Optimized]).collect()
    }

    fn prepare<'p>(&self, program: &'p Program<'p>) -> Result<Box<dyn Prepared + 'p>, String> {
        Ok(Box::new(Interpreted { program }))
    }
}

struct Interpreted<'p> {
    program: &'p Program<'p>,
}

impl Prepared for Interpreted<'_> {
    fn run(&mut self, run: &Run, forced: Option<u64>) -> Result<Observed, String> {
        let program = self.program;
        let notes = Rc::new(RefCell::new(Vec::new()));
        let mut host = host(program, &notes);
        let data =
            program.case.data.iter().map(|(_, bytes)| host.memory.map(bytes.clone())).collect::<Vec<_>>();
        if let Some(bytes) = program.case.heap {
            host.memory.set_heap_limit(bytes);
        }
        let args: Vec<Const> = run.args.iter().map(|arg| argument(arg, &data)).collect();
        let mut resuming = Resuming::new(&mut host, program.original, &program.points, LIMITS);
        let mut interp = Interp::new(&program.module, &mut resuming);
        interp.fail_guard(forced);
        let outcome = interp.call(run.func, &args, LIMITS);
        let guards = interp.guards();
        let ending = ending(outcome, &mut host.memory);
        let contents = |(address, (_, bytes)): (&u64, &(String, Vec<u8>))| {
            (*address, host.memory.bytes(*address, bytes.len()).unwrap_or_default().to_vec())
        };
        let data = data.iter().zip(&program.case.data).map(contents).collect();
        drop(host);
        Ok(Observed { ending, notes: notes.take(), data, guards })
    }
}

fn argument(arg: &Argument, data: &[u64]) -> Const {
    match arg {
        Argument::Const(constant) => *constant,
        Argument::Data(piece, offset) => Const::ptr(data[*piece].wrapping_add(*offset)),
        Argument::Entry(func) => Const::ptr(FlatMemory::entry(*func)),
    }
}

fn host<'a>(program: &Program<'_>, notes: &Rc<RefCell<Vec<i64>>>) -> FlatMemory<'a> {
    let mut host = FlatMemory::new();
    for entry in RUNTIME {
        let notes = Rc::clone(notes);
        host.handle(entry.name, move |memory, args| {
            if args.len() != entry.params.len() {
                return Err(RuntimeExit::Unbound);
            }
            touch(entry.name, memory, args, &notes).unwrap_or_else(|| match (entry.answer)(args) {
                Answer::Return(results) => Ok(results),
                Answer::Throw => Err(RuntimeExit::Throw),
            })
        });
    }
    if let Some(interrupt) = program.case.interrupt {
        let polls = Cell::new(0);
        host.on_poll(move || match polls.replace(polls.get() + 1) == interrupt.after {
            true if interrupt.throws => Poll::Throw,
            true => Poll::Stop,
            false => Poll::Continue,
        });
    }
    host
}

/// The calls that touch what only the tier knows.
fn touch(
    name: &str,
    memory: &mut Memory,
    args: &[Const],
    notes: &RefCell<Vec<i64>>,
) -> Option<Result<Vec<Const>, RuntimeExit>> {
    Some(match name {
        "note" => {
            notes.borrow_mut().push(args[0].as_i64());
            Ok(Vec::new())
        }
        "peek" => memory
            .load(args[0].bits(), 8)
            .map(|word| vec![Const::i64(word as i64)])
            .map_err(RuntimeExit::Fault),
        "poke" => {
            let stored = memory.store(args[0].bits(), 8, args[1].bits());
            stored.map(|()| Vec::new()).map_err(RuntimeExit::Fault)
        }
        _ => return None,
    })
}

fn ending(outcome: Outcome, memory: &mut Memory) -> Ending {
    match outcome {
        Outcome::Return(values) => Ending::Return(values),
        Outcome::Throw => Ending::Throw,
        Outcome::Trap(code) => Ending::Trap(code.0),
        Outcome::StackOverflow => Ending::StackOverflow,
        Outcome::Stopped => Ending::Stopped,
        Outcome::Deopt(deopt) => {
            let frame = |frame: &ir::interp::GuestFrame| Frame {
                code: frame.code,
                offset: frame.offset,
                slots: frame.slots.clone(),
            };
            let object = |made: &ir::interp::Materialised| Object {
                address: made.address,
                size: made.size,
                kind: made.kind,
                bytes: memory.bytes(made.address, made.size as usize).unwrap_or_default().to_vec(),
            };
            let frames = deopt.frames.iter().map(frame).collect();
            Ending::Deopt(deopt.reason.0, frames, deopt.objects.iter().map(object).collect())
        }
        Outcome::MemoryFault(fault) => Ending::Other(fault.to_string()),
        Outcome::Undefined(undefined) => Ending::Other(undefined.to_string()),
        Outcome::OutOfFuel => Ending::Other("out of fuel".into()),
        Outcome::OutOfMemory => Ending::Other("out of memory".into()),
    }
}
