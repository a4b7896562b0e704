//! Compiled code in this process as a tier: on whatever machine the tests run.

use crate::case::Run;
use crate::compare::Observed;
use crate::directive::Argument;
use crate::interp::{self, LIMITS};
use crate::runtime;
use crate::tier::{Prepared, Program, Tier, Variant};
use codegen::Options;
use ir::eval::Const;
use ir::interp::{Poll, ResumePoints};
use jit::doubles::{self, Arena, Double};
use jit::{Callable, Instance};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// The just-in-time compiler.
#[derive(Clone, Copy, Debug)]
pub struct Jit;

impl Tier for Jit {
    fn name(&self) -> &'static str {
        "jit"
    }

    fn variants(&self) -> Vec<Variant> {
        vec![Variant::Plain, Variant::Optimized]
    }

    fn prepare<'p>(&self, program: &'p Program<'p>) -> Result<Box<dyn Prepared + 'p>, String> {
        let load = |force_guards| {
            let options = Options { verify: true, force_guards, ..Options::default() };
            doubles::load(&program.module, &options)
        };
        let loaded = load(false).and_then(|plain| Ok((plain, load(true)?)));
        let (plain, forcing) = loaded.map_err(|error| match &error {
            jit::LoadError::Declined { why, .. } => format!("declined: {}: {why}", why.code()),
            _ => error.to_string(),
        })?;
        let original = Arc::new((program.original.clone(), ResumePoints::new(program.original)));
        Ok(Box::new(Compiled { program, plain, forcing, original }))
    }
}

struct Compiled<'p> {
    program: &'p Program<'p>,
    plain: jit::Program,
    /// The same, with guards that count.
    forcing: jit::Program,
    original: Arc<(ir::Module, ResumePoints)>,
}

impl Prepared for Compiled<'_> {
    fn run(&mut self, run: &Run, forced: Option<u64>) -> Result<Observed, String> {
        let loaded = if forced.is_some() { &self.forcing } else { &self.plain };
        let notes = Rc::new(RefCell::new(Vec::new()));
        let mut instance = self.instance(loaded, &notes);
        let case = self.program.case;
        let memory = &mut instance.guest().memory;
        let data: Vec<u64> = case.data.iter().map(|(_, bytes)| memory.map(bytes)).collect();
        if let Some(bytes) = case.heap {
            memory.set_heap_limit(bytes);
        }
        let entry = |func| loaded.code(func).0.expose_provenance() as u64;
        let args: Vec<Const> = run.args.iter().map(|arg| argument(arg, &data, &entry)).collect();
        let callable: Callable = loaded.function(run.func).map_err(|e| e.to_string())?;
        instance.force_guard(forced);
        instance.cx().ask_again();
        let outcome = instance.call(&callable, &args).map_err(|e| e.to_string())?;
        let outcome = doubles::reference(&outcome)?;
        let guest = instance.into_guest();
        if let Some(broken) = guest.broken {
            return Err(format!("a runtime call ended with {broken:?}"));
        }
        let ending = interp::ending(outcome, &mut |address, len| guest.memory.bytes(address, len));
        let contents = |(address, (_, bytes)): (&u64, &(String, Vec<u8>))| {
            (*address, guest.memory.bytes(*address, bytes.len()).unwrap_or_default())
        };
        let data = data.iter().zip(&case.data).map(contents).collect();
        // Compiled code does not say how many guards it passed.
        let guards = if forced.is_none() { interp::guards(self.program, run) } else { 0 };
        Ok(Observed { ending, notes: notes.take(), data, guards })
    }
}

impl Compiled<'_> {
    fn instance(&self, loaded: &jit::Program, notes: &Rc<RefCell<Vec<i64>>>) -> Instance<Double> {
        let notes = Rc::clone(notes);
        let handler = move |name: &str, memory: &mut Arena, args: &[Const]| {
            runtime::perform(name, &mut Shared(memory), args, &notes)
        };
        let interrupt = self.program.case.interrupt;
        let polls = Cell::new(0);
        let poll = move || match interrupt {
            Some(interrupt) => interrupt.at(polls.replace(polls.get() + 1)),
            None => Poll::Continue,
        };
        let guest = Double::new(&self.original, LIMITS, Box::new(handler), Box::new(poll));
        doubles::instantiate(loaded, self.program.module.functions.len(), guest)
    }
}

struct Shared<'a>(&'a mut Arena);

impl runtime::Words for Shared<'_> {
    fn load(&mut self, address: u64) -> Result<u64, ir::interp::MemoryFault> {
        self.0.load(address, 8)
    }

    fn store(&mut self, address: u64, word: u64) -> Result<(), ir::interp::MemoryFault> {
        self.0.store(address, 8, word)
    }
}

fn argument(arg: &Argument, data: &[u64], entry: &dyn Fn(ir::Func) -> u64) -> Const {
    match arg {
        Argument::Const(constant) => *constant,
        Argument::Data(piece, offset) => Const::ptr(data[*piece].wrapping_add(*offset)),
        Argument::Entry(func) => Const::ptr(entry(*func)),
    }
}
