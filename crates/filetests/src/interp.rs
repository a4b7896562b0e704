//! The IR interpreter as a tier: the file's module, after each pass, and after all.

use crate::case::Run;
use crate::compare::{Ending, Frame, Object, Observed};
use crate::directive::Argument;
use crate::runtime::{self, RUNTIME};
use crate::tier::{Prepared, Program, Tier, Variant};
use ir::eval::Const;
use ir::interp::{FlatMemory, Interp, Limits, Memory, MemoryFault, Outcome, Resuming};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Bounds of a run; a file that needs more is too big.
pub(crate) const LIMITS: Limits = Limits { fuel: 3_000_000, depth: 1_000 };

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
        let memory = &mut host.memory;
        let ending = ending(outcome, &mut |address, len| memory.bytes(address, len).map(<[u8]>::to_vec));
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
        host.handle(entry.name, move |memory, args| runtime::perform(entry.name, memory, args, &notes));
    }
    if let Some(interrupt) = program.case.interrupt {
        let polls = Cell::new(0);
        host.on_poll(move || interrupt.at(polls.replace(polls.get() + 1)));
    }
    host
}

impl runtime::Words for Memory {
    fn load(&mut self, address: u64) -> Result<u64, MemoryFault> {
        Memory::load(self, address, 8)
    }

    fn store(&mut self, address: u64, word: u64) -> Result<(), MemoryFault> {
        Memory::store(self, address, 8, word)
    }
}

/// How many guards that can be forced a run passes.
pub(crate) fn guards(program: &Program<'_>, run: &Run) -> u64 {
    Interpreted { program }.run(run, None).map_or(0, |observed| observed.guards)
}

/// How a run ended; `bytes` reads the memory that it left.
pub(crate) fn ending(outcome: Outcome, bytes: &mut dyn FnMut(u64, usize) -> Option<Vec<u8>>) -> Ending {
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
            let mut object = |made: &ir::interp::Materialised| Object {
                address: made.address,
                size: made.size,
                kind: made.kind,
                bytes: bytes(made.address, made.size as usize).unwrap_or_default(),
            };
            let frames = deopt.frames.iter().map(frame).collect();
            Ending::Deopt(deopt.reason.0, frames, deopt.objects.iter().map(&mut object).collect())
        }
        Outcome::MemoryFault(fault) => Ending::Other(fault.to_string()),
        Outcome::Undefined(undefined) => Ending::Other(undefined.to_string()),
        Outcome::OutOfFuel => Ending::Other("out of fuel".into()),
        Outcome::OutOfMemory => Ending::Other("out of memory".into()),
    }
}
