//! Random well-typed programs that end, for testing passes and backends against the interpreter.
//!
//! The same seed and configuration give the same module on every machine. A generated program
//!
//! * passes the verifier and ends: its loops count, its call graph has no cycles but for one bounded self-call per
//!   function, and the worst case stays below [`Config::steps`] executed instructions;
//! * touches only memory that [`prepare`] sets up (or that it allocated), each alias class in a place of its own;
//! * never lets a number depend on an address, so that runs with different addresses can be compared: [`observe`] shows
//!   what a run did without them;
//! * does not show the bits of a NaN that are unspecified: what stores floats where they can be read as integers, or hands
//!   them to the runtime, goes through `fcanon`, and [`observe`] does not tell NaNs apart;
//! * has frame states that name their own guard or call (the function as code, a number per guard and call as offset) and
//!   contain every live value, so that [`Resuming`](crate::interp::Resuming) can go on after any guard.

mod body;
mod calls;
mod constants;
mod control;
mod exits;
mod expr;
mod keeps;
mod layout;
mod live;
mod memory;
mod observe;
mod program;
mod rng;
mod runtime;

pub use constants::{arguments, constant};
pub use layout::{BUFFER, BUFFER_SIZE, CONTEXT_SIZE, MAX_FUNCTIONS, host, prepare};
pub use observe::{Observation, Seen, SeenFrame, SeenOutcome, observe};
pub use program::module;
pub use rng::Rng;
pub use runtime::runtime_call;

use std::ops::Range;

/// What programs to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Functions at most, `main` included; more than [`MAX_FUNCTIONS`] are not made.
    pub functions: u32,
    /// Statements of a function at most; a statement is a handful of instructions, or a loop or branch.
    pub statements: u32,
    /// Instructions that a call of `main` executes at most, callees included.
    pub steps: u64,
    /// Nesting of loops at most.
    pub loop_depth: u32,
    /// Guards and checked arithmetic.
    pub guards: bool,
    /// Guards that may fail without being forced, and `deopt`.
    pub failing_guards: bool,
    /// Direct calls.
    pub calls: bool,
    /// Frame states on direct calls, where there are guards.
    pub call_states: bool,
    /// Many more direct calls, guards and uses of objects than anything else.
    pub calls_foremost: bool,
    /// Indirect calls.
    pub indirect_calls: bool,
    /// Runtime calls.
    pub runtime_calls: bool,
    /// Allocations; only functions that throw have them.
    pub allocs: bool,
    /// Functions and runtime calls that throw; without them there are no allocations and polls either.
    pub exceptions: bool,
    /// Divisions by what may be zero, and `trap`.
    pub traps: bool,
    /// Loads from the VM context.
    pub context: bool,
    /// Values of type `pair`.
    pub pairs: bool,
    /// NaNs other than the canonical one.
    pub nan_payloads: bool,
    /// Loops that are entered in two places.
    pub irreducible: bool,
}

impl Default for Config {
    /// Everything evenly, in programs of up to five functions and 20,000 executed instructions.
    fn default() -> Config {
        Config {
            functions: 5,
            statements: 36,
            steps: 20_000,
            loop_depth: 3,
            guards: true,
            failing_guards: true,
            calls: true,
            call_states: true,
            calls_foremost: false,
            indirect_calls: true,
            runtime_calls: true,
            allocs: true,
            exceptions: true,
            traps: true,
            context: true,
            pairs: true,
            nan_payloads: true,
            irreducible: true,
        }
    }
}

impl Config {
    /// A configuration that differs from program to program: sizes and features drawn from the seed.
    pub fn varied(seed: u64) -> Config {
        let mut rng = Rng::new(seed ^ 0x5eed_c0f1);
        let mut often = || rng.chance(85);
        let config = Config {
            guards: often(),
            failing_guards: often(),
            calls: often(),
            call_states: often(),
            indirect_calls: often(),
            runtime_calls: often(),
            allocs: often(),
            exceptions: often(),
            traps: often(),
            context: often(),
            pairs: often(),
            irreducible: often(),
            ..Config::default()
        };
        Config {
            functions: rng.range(1, 6),
            statements: rng.range(2, 60),
            loop_depth: rng.range(0, 3),
            ..config
        }
    }
}

/// The seeds of a test: a few, or others that an environment variable gives as `FROM..TO`.
///
/// # Panics
/// When the variable says something else.
pub fn seeds(variable: &str, few: Range<u64>) -> Range<u64> {
    let Ok(asked) = std::env::var(variable) else { return few };
    let bounds = asked.split_once("..").map(|(from, to)| (from.parse(), to.parse()));
    match bounds {
        Some((Ok(from), Ok(to))) => from..to,
        _ => panic!("{variable} is {asked:?}, not FROM..TO"),
    }
}
