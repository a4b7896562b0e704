//! What the interpreter asks of its surroundings.

use crate::entity::{Func, Runtime};
use crate::eval::Const;
use crate::interp::{Deopt, MemoryFault, Outcome};
use crate::module::RuntimeData;

/// Memory and runtime of an interpreted program.
pub trait Host {
    /// The `width` bytes (1, 2, 4 or 8) at `address`, little-endian, zero-extended.
    ///
    /// # Errors
    /// When they are not all there.
    fn load(&mut self, address: u64, width: u32) -> Result<u64, MemoryFault>;

    /// Stores the low `width` bytes (1, 2, 4 or 8) of `value` at `address`, little-endian.
    ///
    /// # Errors
    /// When they are not all there and writable; nothing is stored then.
    fn store(&mut self, address: u64, width: u32, value: u64) -> Result<(), MemoryFault>;

    /// The address of `size` fresh zeroed bytes; `None` when memory is out, which makes `alloc` throw.
    fn alloc(&mut self, size: u32, kind: u32) -> Option<u64>;

    /// Makes a runtime call; the results as the table declares them.
    ///
    /// # Errors
    /// What the call does instead of returning.
    fn call_runtime(
        &mut self,
        runtime: Runtime,
        data: &RuntimeData,
        args: &[Const],
    ) -> Result<Vec<Const>, RuntimeExit>;

    /// The function whose entry pointer this is.
    fn function_at(&mut self, address: u64) -> Option<Func>;

    /// What an interrupt poll finds.
    fn poll(&mut self) -> Poll {
        Poll::Continue
    }

    /// The address of the VM context.
    fn context(&mut self) -> u64 {
        0
    }

    /// A guard left. `None` ends the interpreted call with [`Outcome::Deopt`]. `Some` says how the guest's interpreter
    /// finished the activation that left: after `Return` and `Throw` its caller goes on accordingly, anything else ends
    /// the interpreted call.
    fn deopt(&mut self, _deopt: &Deopt) -> Option<Outcome> {
        None
    }
}

/// What an interrupt poll finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Nothing: go on.
    Continue,
    /// The function leaves with an exception.
    Throw,
    /// The whole interpreted call ends.
    Stop,
}

/// What a runtime call does instead of returning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeExit {
    /// It throws.
    Throw,
    /// It traps.
    Trap(crate::TrapCode),
    /// It touched memory that is not there.
    Fault(MemoryFault),
    /// Nobody implements it.
    Unbound,
}

impl From<MemoryFault> for RuntimeExit {
    fn from(fault: MemoryFault) -> RuntimeExit {
        RuntimeExit::Fault(fault)
    }
}
