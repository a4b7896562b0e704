//! Running compiled code in this process: that of the fuzzing machine, or of ARM64 in a runner under an emulator.

use crate::case::{DEPTH, MAIN};
use codegen::Compiled;
use ir::Module;
use ir::eval::Const;
use ir::interp::{Interp, Limits, Poll, ResumePoints};
use ir::random::{self, BUFFER_SIZE, Config, Observation};
use jit::doubles::{self, Arena, Double};
use jit::{CodeSpace, Program};
use std::fmt::{self, Write};
use std::sync::Arc;

/// What every run of a case needs: its arguments and memory follow from the seed, its guards go on in the original.
#[derive(Debug)]
pub struct Setup {
    /// The seed.
    pub seed: u64,
    /// Its configuration.
    pub config: Config,
    /// The original, and where guards go on in it.
    pub original: Arc<(Module, ResumePoints)>,
}

/// Bytes of address space for compiled programs: many more than one takes, since memory of those that are gone comes back
/// after a while.
const SPACE: usize = 32 << 20;

/// Memory for compiled programs.
pub(crate) fn space() -> Result<CodeSpace, String> {
    CodeSpace::reserve(SPACE).map_err(|error| error.to_string())
}

impl Setup {
    /// The arguments of `main`, for a buffer at this address.
    pub(crate) fn args(&self, buffer: u64) -> Vec<Const> {
        random::arguments(self.seed, &self.config, &self.original.0.functions[MAIN].signature, buffer)
    }

    /// Links what a version of the original was compiled to.
    pub(crate) fn link(&self, space: &CodeSpace, compiled: &[Compiled]) -> Result<Program, String> {
        // Passes change neither signatures nor runtime functions, which is all that linking looks at.
        doubles::link(space, &self.original.0, compiled).map_err(|error| error.to_string())
    }

    /// Runs a linked version; `forced`: the guard to fail, counted from 0 as they are executed. Also hands back how many
    /// exits it took.
    pub(crate) fn run(&self, program: &Program, forced: Option<u64>) -> Result<(Observation, u64), String> {
        let handler =
            |name: &str, memory: &mut Arena, args: &[Const]| random::runtime_call(name, args, memory);
        let limits = Limits { fuel: 4 * self.config.steps, depth: DEPTH };
        let guest = Double::new(&self.original, limits, Box::new(handler), Box::new(|| Poll::Continue));
        let functions = self.original.0.functions.len();
        let mut instance = doubles::instantiate(program, functions, guest);
        let memory = &mut instance.guest().memory;
        let buffer = memory.map(&vec![0; BUFFER_SIZE]);
        let entry = |func| program.code(func).0.expose_provenance() as u64;
        random::prepare(self.seed, memory, buffer, None, functions, entry)
            .map_err(|fault| format!("the buffer is not mapped: {fault:?}"))?;
        instance.force_guard(forced);
        let main = program.function(MAIN).map_err(|error| error.to_string())?;
        let outcome = instance.call(&main, &self.args(buffer)).map_err(|error| error.to_string())?;
        let outcome = doubles::reference(&outcome)?;
        let guest = instance.guest();
        let seen = random::observe(&outcome, &mut guest.memory, buffer)
            .map_err(|fault| format!("the buffer is gone: {fault:?}"))?;
        Ok((seen, guest.exits))
    }

    /// How many guards the original executes with the fuel of a version: for processes that have no case.
    pub(crate) fn limits(&self) -> Limits {
        Limits { fuel: 2 * self.config.steps, depth: DEPTH }
    }

    /// Runs a version of the original in the reference interpreter.
    pub(crate) fn interpret(
        &self,
        module: &Module,
        forced: Option<u64>,
    ) -> Result<(Observation, u64), String> {
        let limits = self.limits();
        let (original, points) = &*self.original;
        let mut host = random::host(self.seed, module);
        let mut resuming = ir::interp::Resuming::new(&mut host, original, points, limits);
        let mut interp = Interp::new(module, &mut resuming);
        interp.fail_guard(forced);
        let outcome = interp.call(MAIN, &self.args(random::BUFFER), limits);
        let guards = interp.guards();
        let seen = random::observe(&outcome, &mut host, random::BUFFER)
            .map_err(|fault| format!("the buffer is gone: {fault:?}"))?;
        Ok((seen, guards))
    }
}

/// A number that two observations share when they are equal, and practically never otherwise: what a runner sends back
/// instead of kilobytes.
pub(crate) fn digest(seen: &Observation) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.add(&seen.bytes);
    // Hashing fails no more than writing to a string does.
    let _ = write!(hasher, "{:?} {:?} {:?}", seen.outcome, seen.cells, seen.objects);
    hasher.0
}

/// FNV-1a.
struct Fnv(u64);

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.add(text.as_bytes());
        Ok(())
    }
}
