//! The machine code that all instances of one space share: bridges, abort, leave, dispatch.

use crate::context::VmContext;
use crate::control::{decide, note_stack_overflow, note_trap};
use crate::link::{Linked, Placed};
use crate::program::LoadError;
use abi::Abi;
use abi::stub::StubCode;
use abi::thunk::tail::{self, Bridge, BridgeShape};
use abi::thunk::{Targets, ThunkError};
use code_memory::{Code, ExecSpace, RelocTarget};
use std::collections::HashMap;
use std::mem::offset_of;
use std::sync::{Arc, Mutex, PoisonError};

const ENTRY_SP: u32 = offset_of!(VmContext, entry_sp) as u32;

/// The shared code of one space.
#[derive(Debug)]
pub(crate) struct Entries {
    space: ExecSpace,
    targets: Targets,
    abort: Code,
    trap: Code,
    stack_overflow: Code,
    dispatch: Code,
    saving: Linked,
    bridges: Mutex<HashMap<BridgeShape, Code>>,
}

fn publish(space: &ExecSpace, code: &StubCode, name: &str) -> Result<Code, ThunkError> {
    code.publish(space, name).map_err(ThunkError::from)
}

/// Publishes the function that calls C functions and leaves all registers as they were.
fn saving(space: &ExecSpace) -> Result<Linked, LoadError> {
    let host = codegen::Target::host().ok_or(LoadError::Machine)?;
    let compiled = codegen::saving_call(&host)
        .map_err(|why| LoadError::Declined { function: "saving call".to_owned(), why })?;
    Ok(Placed::new(space, &compiled)?.publish_alone(&compiled, "saving call")?)
}

impl Entries {
    /// Publishes what every instance needs.
    pub(crate) fn publish(space: &ExecSpace) -> Result<Arc<Entries>, LoadError> {
        let host = Abi::HOST;
        let abort = publish(space, &tail::emit_abort(host, ENTRY_SP)?, "abort")?;
        let to_abort = RelocTarget::Address(abort.entry().addr());
        let leave = |note: usize, name| {
            publish(space, &tail::emit_leave(host, &RelocTarget::Address(note), &to_abort)?, name)
        };
        let trap = leave(note_trap as *const () as usize, "trap")?;
        let stack_overflow = leave(note_stack_overflow as *const () as usize, "stack overflow")?;
        let to_decide = RelocTarget::Address(decide as *const () as usize);
        let dispatch = publish(space, &tail::emit_dispatch(host, &to_decide, &to_abort)?, "dispatch")?;
        let saving = saving(space)?;
        let mut targets = Targets::new();
        targets.allow_space(space);
        let (space, bridges) = (space.clone(), Mutex::default());
        Ok(Arc::new(Entries { space, targets, abort, trap, stack_overflow, dispatch, saving, bridges }))
    }

    #[inline]
    pub(crate) fn space(&self) -> &ExecSpace {
        &self.space
    }

    /// What entry pointers of this space may lead to.
    pub(crate) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// What thunks of functions without code jump to.
    pub(crate) fn dispatch(&self) -> *const u8 {
        self.dispatch.entry()
    }

    /// Enters the addresses that compiled code calls.
    pub(crate) fn fill(&self, context: &mut VmContext) {
        context.saving = self.saving.entry();
        context.abort = self.abort.entry();
        context.trap = self.trap.entry();
        context.stack_overflow = self.stack_overflow.entry();
    }

    /// The bridge for a shape, made when it is first asked for. It lives as long as this value.
    pub(crate) fn bridge(&self, shape: BridgeShape) -> Result<Bridge<VmContext>, ThunkError> {
        // Nothing in the critical section leaves the map half changed.
        let mut bridges = self.bridges.lock().unwrap_or_else(PoisonError::into_inner);
        let code = match bridges.entry(shape) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                let code = tail::emit_bridge(Abi::HOST, ENTRY_SP, shape)?;
                place.insert(publish(&self.space, &code, "bridge")?)
            }
        };
        // SAFETY: `emit_bridge` emits functions of this type in the host's convention.
        Ok(unsafe { std::mem::transmute::<*const u8, Bridge<VmContext>>(code.entry()) })
    }
}
