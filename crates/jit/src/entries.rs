//! The machine code that all instances of one space share: bridges, abort, leave, dispatch.

use crate::context::VmContext;
use crate::control::{decide, note_stack_overflow, note_trap};
use crate::link::{LinkError, Linked, Placed};
use abi::Abi;
use abi::stub::StubCode;
use abi::thunk::tail::{self, Bridge, BridgeShape};
use abi::thunk::{Targets, ThunkError};
use code_memory::{Code, ExecSpace, RelocTarget};
use std::collections::HashMap;
use std::mem::offset_of;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
    /// Made when code first refers to it: on the compiler's thread, where there is one.
    saving: OnceLock<Linked>,
    bridges: Mutex<HashMap<BridgeShape, Code>>,
}

fn publish(space: &ExecSpace, code: &StubCode, name: &str) -> Result<Code, ThunkError> {
    code.publish(space, name).map_err(ThunkError::from)
}

impl Entries {
    /// Publishes what every instance needs.
    pub(crate) fn publish(space: &ExecSpace) -> Result<Arc<Entries>, ThunkError> {
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
        let mut targets = Targets::new();
        targets.allow_space(space);
        let (space, saving, bridges) = (space.clone(), OnceLock::new(), Mutex::default());
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

    /// The address of the code that [`codegen::saving_call`] makes.
    pub(crate) fn saving_call(&self) -> Result<usize, LinkError> {
        if let Some(known) = self.saving.get() {
            return Ok(known.entry().addr());
        }
        let host = codegen::Target::host();
        let compiled = host.as_ref().map(codegen::saving_call).and_then(Result::ok);
        let compiled = compiled.ok_or(LinkError::SavingCall)?;
        let made = Placed::new(&self.space, &compiled)?.publish_alone(&compiled, "saving call")?;
        // Another thread may have been faster; ours is freed then.
        Ok(self.saving.get_or_init(|| made).entry().addr())
    }

    /// Enters the addresses that compiled code calls.
    pub(crate) fn fill(&self, context: &mut VmContext) {
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
