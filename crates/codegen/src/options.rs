//! What a caller may choose.

use ir::Func;
use std::collections::BTreeSet;

/// How much work goes into the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OptLevel {
    /// Cranelift's rewriting passes and, but for functions on which it would take too long, its backtracking register
    /// allocator.
    #[default]
    Speed,
    /// No rewriting, registers allocated in one pass: about half the compile time.
    None,
}

/// How functions of the module are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Calls {
    /// By their symbol: the callee's code cannot be replaced while the caller's lives.
    #[default]
    Direct,
    /// Through their entry pointers, which may be swapped at any time.
    ThroughPointers,
    /// These by their symbol, the others through their entry pointers.
    DirectOnly(BTreeSet<Func>),
}

impl Calls {
    /// Whether calls of the function go to its symbol.
    pub fn is_direct(&self, callee: Func) -> bool {
        match self {
            Calls::Direct => true,
            Calls::ThroughPointers => false,
            Calls::DirectOnly(functions) => functions.contains(&callee),
        }
    }
}

/// What a caller may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// How much work goes into the code.
    pub opt: OptLevel,
    /// Whether Cranelift's verifier checks what it is given.
    pub verify: bool,
    /// Largest function, in CLIF instructions: up to it, compile time grows as size does (`cargo bench -p codegen -- growth`).
    pub max_insts: usize,
    /// Most values that one loop may carry around, in machine words: as above.
    pub max_loop_values: usize,
    /// Largest stack frame in bytes. The limit in the VM context leaves at least this much room.
    pub max_frame: u32,
    /// Whether functions that call others look at the limit of the stack. Not where the guest bounds by itself how deep calls are
    /// nested, so that frames of at most `max_frame` bytes fit.
    pub stack_checks: bool,
    /// How functions of the module are called.
    pub calls: Calls,
    /// Whether calls in cold blocks go through [`Symbol::SavingCall`](crate::Symbol::SavingCall), so that the rest of the function
    /// may keep values in registers across them.
    pub cold_calls_save: bool,
    /// For tests: every guard that is executed counts the context's `force_guard` down and leaves when it reaches 0.
    pub force_guards: bool,
    /// Whether [`Compiled::clif`](crate::Compiled::clif) and [`Compiled::vcode`](crate::Compiled::vcode) are filled in.
    pub listing: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            opt: OptLevel::Speed,
            verify: cfg!(debug_assertions),
            max_insts: 30_000,
            max_loop_values: 200,
            max_frame: 32 << 10,
            stack_checks: true,
            calls: Calls::Direct,
            cold_calls_save: true,
            force_guards: false,
            listing: false,
        }
    }
}
