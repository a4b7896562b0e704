//! What the interpreter asks of its surroundings.

use crate::entity::{Block, Func, Runtime};
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

    /// A function is about to be called by another. `Some` says how the call ended, when the host ran it by other means;
    /// what is no `Return` or `Throw` ends the interpreted call.
    fn call(&mut self, _func: Func, _args: &[Const]) -> Option<Outcome> {
        None
    }

    /// Control came from a block to another of the running function, whose values these are by number. `Some` says how the
    /// host finished the activation from there by other means, as for [`Host::deopt`].
    fn branch(&mut self, _func: Func, _from: Block, _to: Block, _values: &[Const]) -> Option<Outcome> {
        None
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
