//! An instance: a guest with a context of its own, and the way into compiled code.

use crate::context::{ContextBlock, InterruptHandle, VmContext};
use crate::control::{Control, control};
use crate::entries::Entries;
use crate::guest::{Cx, Guest};
use crate::helpers;
use crate::outcome::{CallError, Outcome};
use crate::signature::{SignatureLayout, WordVec};
use crate::stack;
use abi::thunk::tail::{Bridge, BridgeStatus, Registers};
use abi::thunk::{EntryPointer, ThunkError};
use ir::eval::Const;
use std::any::{Any, TypeId};
use std::cell::UnsafeCell;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::thread;

/// Stack kept free for helpers and runtime functions below the deepest managed frame. Prologues compare with 64 KiB less
/// than that in hand, and functions with bigger frames are not compiled.
const STACK_RESERVE: usize = (64 + 192) << 10;

/// What a context's `store` points to. Starts with the control, which code that does not know `G` uses.
#[repr(C)]
pub(crate) struct Store<G> {
    control: Control,
    guest: UnsafeCell<G>,
}

impl<G> Store<G> {
    /// # Safety
    /// No other reference to the guest may be used during the life of the result.
    #[expect(clippy::mut_from_ref, reason = "the caller promises that the reference is the only one")]
    pub(crate) unsafe fn guest_mut(&self) -> &mut G {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.guest.get() }
    }
}

/// A function that can be called from outside of compiled code. It keeps the code, or the entry pointer that leads to
/// whatever code is current, alive.
#[derive(Clone)]
pub struct Callable {
    entries: Arc<Entries>,
    cell: Arc<EntryPointer>,
    layout: Arc<SignatureLayout>,
    bridge: Bridge<VmContext>,
    #[expect(dead_code, reason = "held for its Drop")]
    owner: Option<Arc<dyn Any + Send + Sync>>,
}

impl fmt::Debug for Callable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callable({:p}, {:?})", self.cell.get(), self.layout.signature())
    }
}

impl Callable {
    /// `cell` leads to code of this signature, which `owner` keeps alive.
    pub(crate) fn new(
        entries: &Arc<Entries>,
        cell: &Arc<EntryPointer>,
        layout: &Arc<SignatureLayout>,
        owner: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Result<Callable, ThunkError> {
        let bridge = entries.bridge(layout.shape())?;
        let (entries, cell, layout) = (Arc::clone(entries), Arc::clone(cell), Arc::clone(layout));
        Ok(Callable { entries, cell, layout, bridge, owner })
    }

    /// The signature.
    pub fn signature(&self) -> &ir::Signature {
        self.layout.signature()
    }

    pub(crate) fn layout(&self) -> &SignatureLayout {
        &self.layout
    }

    #[inline]
    pub(crate) fn entries(&self) -> &Arc<Entries> {
        &self.entries
    }

    /// Goes to the code that is current.
    ///
    /// # Safety
    /// The context must be that of a living instance for this callable's entries, with the space pinned. The registers must
    /// hold arguments of the signature where its layout says, and nobody may use a reference to guest or control meanwhile.
    #[inline]
    pub(crate) unsafe fn enter(
        &self,
        context: NonNull<VmContext>,
        registers: *mut Registers,
    ) -> BridgeStatus {
        // SAFETY: the entry pointer leads to code of this signature; the rest is the caller's promise.
        unsafe { (self.bridge)(context.as_ptr(), self.cell.get(), registers) }
    }

    /// Where callers are led now: what a guest stores in its function objects for `call_indirect`.
    pub fn entry(&self) -> *const u8 {
        self.cell.get()
    }
}

/// A guest with everything compiled code needs to run for it. Runs on one thread at a time, whichever it is.
pub struct Instance<G: Guest> {
    block: Arc<ContextBlock>,
    store: NonNull<Store<G>>,
}

// SAFETY: the store is owned and reached only through `&mut self` and calls made with it; the block is made for threads.
unsafe impl<G: Guest + Send> Send for Instance<G> {}

impl<G: Guest> fmt::Debug for Instance<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("context", &self.block.address()).finish_non_exhaustive()
    }
}

impl<G: Guest> Instance<G> {
    pub(crate) fn with_entries(entries: &Arc<Entries>, guest: G) -> Instance<G> {
        let control = Control::new(Arc::clone(entries), TypeId::of::<G>(), helpers::decide_for::<G>);
        let store = Box::into_raw(Box::new(Store { control, guest: UnsafeCell::new(guest) }));
        let store = NonNull::new(store).expect("a box is somewhere");
        // SAFETY: the store was made a line above.
        let guest = unsafe { (*store.as_ptr()).guest.get() };
        let mut context = VmContext {
            stack_limit: 0,
            interrupt_flag: AtomicU32::new(0),
            force_guard: u64::MAX,
            entry_sp: 0,
            deopt: Some(helpers::deopt::<G>),
            interrupt: Some(helpers::interrupt::<G>),
            stack_overflow: std::ptr::null(),
            trap: std::ptr::null(),
            alloc: Some(helpers::alloc::<G>),
            abort: std::ptr::null(),
            guest: guest.cast(),
            result: 0,
            store: store.as_ptr().cast(),
        };
        entries.fill(&mut context);
        Instance { block: ContextBlock::new(context), store }
    }

    /// The guest.
    pub fn guest(&mut self) -> &mut G {
        // SAFETY: nothing runs while `self` is borrowed mutably here.
        unsafe { (*self.store.as_ptr()).guest_mut() }
    }

    /// The address of the context: what the IR's `context` op gives.
    pub fn context(&self) -> NonNull<VmContext> {
        self.block.address()
    }

    /// What the context's `guest` pointer holds; to begin with, the address of the guest.
    pub fn set_guest_data(&mut self, data: NonNull<u8>) {
        // SAFETY: nothing runs while `self` is borrowed mutably here.
        unsafe { (*self.block.address().as_ptr()).guest = data.as_ptr().cast() };
    }

    /// Lets the `index`-th guard from now on fail, counting from 0, in code compiled with `force_guards`.
    pub fn force_guard(&mut self, index: Option<u64>) {
        let count = index.map_or(u64::MAX, |index| index.saturating_add(1));
        // SAFETY: nothing runs while `self` is borrowed mutably here.
        unsafe { (*self.block.address().as_ptr()).force_guard = count };
    }

    /// A handle that reaches this instance while it runs.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle(Arc::clone(&self.block))
    }

    /// A callback's view, from outside.
    pub fn cx(&mut self) -> Cx<'_, G> {
        // SAFETY: the borrow of `self` lasts as long as the result.
        unsafe { Cx::from_raw(self.block.address()) }
    }

    /// Calls a function.
    ///
    /// # Errors
    /// When the arguments do not fit, or the instance is spoilt. Nothing was called then.
    pub fn call(&mut self, callable: &Callable, args: &[Const]) -> Result<Outcome, CallError> {
        self.cx().call(callable, args)
    }

    /// The guest, when the instance is no longer needed.
    pub fn into_guest(self) -> G {
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: `this` is not used again, so block and store are taken out once each. The store came from a box.
        unsafe {
            drop(std::ptr::read(&this.block));
            Box::from_raw(this.store.as_ptr()).guest.into_inner()
        }
    }
}

impl<G: Guest> Drop for Instance<G> {
    fn drop(&mut self) {
        // SAFETY: the store came from a box, and nothing runs any more. Handles keep the block, but only use its flag.
        drop(unsafe { Box::from_raw(self.store.as_ptr()) });
    }
}

/// Enters compiled code.
///
/// # Safety
/// The context must be that of a living instance, entered by nobody but the caller of this function, and no reference to
/// its guest or control may be used meanwhile.
pub(crate) unsafe fn enter(
    context: NonNull<VmContext>,
    callable: &Callable,
    args: &[Const],
) -> Result<Outcome, CallError> {
    let layout = &callable.layout;
    let params = &layout.signature().params;
    if !SignatureLayout::fit(args, params) {
        let found = args.iter().map(|arg| arg.ty()).collect();
        return Err(CallError::Arguments { expected: params.clone(), found });
    }
    let outermost = {
        // SAFETY: the caller's promise; the reference ends with this block.
        let control = unsafe { control(context) };
        if let Some(fatal) = control.spoilt() {
            return Err(CallError::Spoilt(fatal.to_string()));
        }
        if !Arc::ptr_eq(&control.entries, &callable.entries) {
            return Err(CallError::ForeignCode);
        }
        control.depth += 1;
        control.depth == 1
    };
    // Code that is replaced meanwhile stays where it is while somebody may be inside.
    let _pin = outermost.then(|| callable.entries.space().pin());
    if outermost {
        // SAFETY: as above.
        unsafe { set_stack_limit(context) };
    }
    let mut registers = Registers::default();
    let (mut stack, mut area) = (WordVec::new(), WordVec::new());
    area.resize(layout.area_words(), 0);
    layout.pack_args(args, &mut registers, &mut stack, area.as_mut_ptr().expose_provenance() as u64);
    registers.stack = stack.as_ptr();
    registers.stack_size = stack.len() as u64;
    // SAFETY: the pin keeps the code where it is; the registers hold arguments of its types, and stack and return area are
    // as long as its layout says.
    let status = unsafe { callable.enter(context, &mut registers) };
    // SAFETY: as above.
    let control = unsafe { control(context) };
    control.depth -= 1;
    if status == BridgeStatus::Aborted {
        return Ok(Outcome::Abort(control.take_pending()));
    }
    if control.spoilt().is_some() {
        return Ok(Outcome::Abort(control.take_pending()));
    }
    let (values, status) = layout.unpack_results(&registers, &area);
    Ok(if status == 0 { Outcome::Return(values) } else { Outcome::Throw })
}

/// Computes the limit for the current thread's stack.
///
/// # Safety
/// As for [`enter`].
pub(crate) unsafe fn set_stack_limit(context: NonNull<VmContext>) {
    let thread = thread::current().id();
    // SAFETY: the caller's promise; the references end with this function.
    let (control, context) = unsafe { (control(context), context.as_ptr()) };
    let lowest = match control.thread {
        Some((known, lowest)) if known == thread => lowest,
        _ => {
            // Where the system does not tell, assume half a megabyte, the least that threads get by default anywhere.
            let here = std::ptr::from_ref(&thread).addr();
            let lowest = stack::lowest().unwrap_or(here.saturating_sub(512 << 10));
            control.thread = Some((thread, lowest));
            lowest
        }
    };
    // SAFETY: the context is alive.
    unsafe { (*context).stack_limit = lowest.saturating_add(STACK_RESERVE) };
}
