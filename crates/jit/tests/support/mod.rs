//! What the tests share: a guest with real memory that answers guards by interpreting the original program.
#![allow(dead_code, reason = "every test binary uses its own part")]

use codegen::Options;
use ir::eval::Const;
use ir::interp::{Deopt, Host, Interp, Limits, MemoryFault, Poll, ResumePoints, RuntimeExit};
use ir::module::RuntimeData;
use ir::{Func, Module, Runtime, text, verify};
use jit::{Abort, Callable, Cx, Guest, Instance, Outcome, Program, Resume, RuntimeTable};
use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::Arc;

/// Parses and verifies a module.
pub(crate) fn module(text: &str) -> Module {
    let module = text::parse(text).unwrap_or_else(|errors| panic!("{}\n{text}", errors[0]));
    if let Err(faults) = verify::verify(&module) {
        panic!("{}\n{text}", faults[0]);
    }
    module
}

/// A runtime function for the reference interpreter.
pub(crate) type Reference = fn(&mut Real, &[Const]) -> Result<Vec<Const>, RuntimeExit>;

/// A guest whose memory is this process's.
pub(crate) struct Real {
    /// The program that guards go on in.
    pub(crate) original: Arc<Module>,
    points: Arc<ResumePoints>,
    /// Everything allocated, with its kind.
    pub(crate) objects: Vec<(Box<[u128]>, u32)>,
    /// Allocations that succeed.
    pub(crate) room: usize,
    /// Exits seen.
    pub(crate) exits: Vec<Deopt>,
    /// What runtime functions noted.
    pub(crate) notes: Vec<i64>,
    /// What polls find.
    pub(crate) poll: Poll,
    pub(crate) polled: u32,
    pub(crate) reference: HashMap<&'static str, Reference>,
    /// For runtime functions that call back.
    pub(crate) callable: Option<Callable>,
}

impl Real {
    pub(crate) fn new(original: &Module) -> Real {
        let original = Arc::new(original.clone());
        Real {
            points: Arc::new(ResumePoints::new(&original)),
            original,
            objects: Vec::new(),
            room: usize::MAX,
            exits: Vec::new(),
            notes: Vec::new(),
            poll: Poll::Continue,
            polled: 0,
            reference: HashMap::new(),
            callable: None,
        }
    }

    pub(crate) fn object(&mut self, size: u32, kind: u32) -> Option<NonNull<u8>> {
        self.room = self.room.checked_sub(1)?;
        let words = (size as usize).div_ceil(16).max(1);
        self.objects.push((vec![0; words].into_boxed_slice(), kind));
        NonNull::new(self.objects.last_mut()?.0.as_mut_ptr().cast())
    }
}

impl Host for Real {
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault> {
        let mut bytes = [0; 8];
        let from = std::ptr::with_exposed_provenance::<u8>(address as usize);
        // SAFETY: the programs of these tests access memory that their guest gave them.
        unsafe { from.copy_to_nonoverlapping(bytes.as_mut_ptr(), width as usize) };
        Ok(u64::from_le_bytes(bytes))
    }

    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault> {
        let bytes = value.to_le_bytes();
        let to = std::ptr::with_exposed_provenance_mut::<u8>(address as usize);
        // SAFETY: as for loads.
        unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), width as usize) };
        Ok(())
    }

    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64> {
        Some(self.object(size, kind)?.expose_provenance().get() as u64)
    }

    fn call_runtime(
        &mut self,
        _: Runtime,
        data: &RuntimeData,
        args: &[Const],
    ) -> Result<Vec<Const>, RuntimeExit> {
        match self.reference.get(data.name.as_str()).copied() {
            Some(function) => function(self, args),
            None => Err(RuntimeExit::Unbound),
        }
    }

    fn function_at(&mut self, _: u64) -> Option<Func> {
        None
    }

    fn poll(&mut self) -> Poll {
        self.polled += 1;
        self.poll
    }
}

impl Guest for Real {
    fn deopt(cx: &mut Cx<'_, Self>, exit: &Deopt) -> Resume {
        let guest = cx.guest();
        guest.exits.push(exit.clone());
        let (original, points) = (Arc::clone(&guest.original), Arc::clone(&guest.points));
        match points.frames(&original, exit) {
            Ok(frames) => Interp::new(&original, guest).resume(&frames, Limits::default()).into(),
            Err(error) => panic!("{error}: {exit:?}"),
        }
    }

    fn interrupt(cx: &mut Cx<'_, Self>) -> Poll {
        Host::poll(cx.guest())
    }

    fn alloc(cx: &mut Cx<'_, Self>, size: u32, kind: u32) -> Option<NonNull<u8>> {
        cx.guest().object(size, kind)
    }
}

/// A program loaded with an instance of [`Real`].
pub(crate) struct Loaded {
    pub(crate) program: Program,
    pub(crate) instance: Instance<Real>,
}

/// Loads a program, whose guards go on in itself.
pub(crate) fn load(text: &str, runtime: &RuntimeTable, options: &Options) -> Loaded {
    let module = module(text);
    load_module(&module, &module, runtime, options)
}

/// Loads a program whose guards go on in another one.
pub(crate) fn load_module(
    module: &Module,
    original: &Module,
    runtime: &RuntimeTable,
    options: &Options,
) -> Loaded {
    let program = Program::load(module, options, runtime).unwrap_or_else(|error| panic!("{error}\n{module}"));
    let instance = program.instantiate(Real::new(original));
    Loaded { program, instance }
}

/// Loads a program that calls nothing.
pub(crate) fn plain(text: &str) -> Loaded {
    load(text, &RuntimeTable::new(), &Options::default())
}

impl Loaded {
    pub(crate) fn function(&self, name: &str) -> Callable {
        self.program.function_named(name).unwrap().unwrap_or_else(|| panic!("there is no @{name}"))
    }

    pub(crate) fn call(&mut self, name: &str, args: &[Const]) -> Outcome {
        let function = self.function(name);
        self.instance.call(&function, args).unwrap()
    }
}

/// An outcome that is an abort.
pub(crate) fn aborted(outcome: &Outcome) -> &Abort {
    match outcome {
        Outcome::Abort(abort) => abort,
        other => panic!("not left: {other:?}"),
    }
}
