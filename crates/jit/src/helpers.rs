//! What compiled code calls through the context, per type of guest. Panics of the guest end here.

use crate::context::{REQUEST, STOP, VmContext};
use crate::control::{control, panic_message};
use crate::exit::{self, Rebuilt};
use crate::guest::{Cx, Guest, Resume, STATUS_ABORT, STATUS_RETURNED, STATUS_THREW};
use crate::outcome::{Abort, Broken};
use crate::signature::{SignatureLayout, to_words};
use crate::stub::Stub;
use crate::unit::Unit;
use abi::thunk::tail::{DispatchAction, Registers};
use ir::eval::Const;
use ir::interp::Poll;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::Ordering;

const RETURNED: u32 = STATUS_RETURNED as u32;
const THREW: u32 = STATUS_THREW as u32;
const ABORTED: u32 = STATUS_ABORT as u32;

/// Runs a callback. `None` when it panicked, which is noted as the reason to abort.
///
/// # Safety
/// As for [`Cx::from_raw`].
#[inline]
pub(crate) unsafe fn caught<G: Guest, T>(
    context: NonNull<VmContext>,
    callback: impl FnOnce(&mut Cx<'_, G>) -> T,
) -> Option<T> {
    // SAFETY: the caller's promise.
    let mut cx = unsafe { Cx::<G>::from_raw(context) };
    // The instance is not used again after a panic, so nothing sees what the callback left half done. Guests that are lent
    // may be: what is in their cells then is their affair.
    match catch_unwind(AssertUnwindSafe(|| callback(&mut cx))) {
        Ok(value) => Some(value),
        Err(payload) => {
            // SAFETY: the callback is over, and with it every reference it held.
            unsafe { control(context) }.set_pending(Abort::Panic(panic_message(&*payload)));
            // A payload whose drop panics must not do so here.
            std::mem::forget(payload);
            None
        }
    }
}

/// Runs a runtime function of a guest: panics become [`Abort::Panic`], and what it is to return is the status
/// [`STATUS_ABORT`].
///
/// # Safety
/// As for [`Cx::from_raw`].
pub unsafe fn runtime<G: Guest>(
    context: NonNull<VmContext>,
    body: impl FnOnce(&mut Cx<'_, G>) -> u64,
) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { caught(context, body) }.unwrap_or(STATUS_ABORT)
}

/// Checks how the guest finished an activation. The results, `None` when it threw.
///
/// # Errors
/// Why to abort.
fn settle(name: &str, signature: &ir::Signature, resume: Resume) -> Result<Option<Vec<Const>>, Abort> {
    match resume {
        Resume::Return(values) if SignatureLayout::fit(&values, &signature.results) => Ok(Some(values)),
        Resume::Return(values) => Err(Abort::Broken(Broken::Results {
            function: name.to_owned(),
            expected: signature.results.clone(),
            found: values.iter().map(|value| value.ty()).collect(),
        })),
        Resume::Throw if signature.throws => Ok(None),
        Resume::Throw => Err(Abort::Broken(Broken::Throw { function: name.to_owned() })),
        Resume::Abort(abort) => Err(abort),
    }
}

/// A guard left.
pub(crate) unsafe extern "C" fn deopt<G: Guest>(
    context: NonNull<VmContext>,
    cookie: u64,
    site: u32,
    buffer: *const u64,
    results: *mut u64,
) -> u32 {
    // SAFETY: the cookie in code is the address of its unit, which lives as long as somebody may be inside.
    let unit = unsafe { &*std::ptr::with_exposed_provenance::<Unit>(cookie as usize) };
    let leave = |cx: &mut Cx<'_, G>| {
        // SAFETY: compiled code hands over its own frame buffer, filled as the site says.
        let word = |index: u32| unsafe { buffer.add(index as usize).read() };
        let mut made = |size, kind| G::alloc_for_exit(cx, size, kind);
        match exit::rebuild(unit, site, word, &mut made) {
            Rebuilt::Exit(exit) => {
                unit.left(site);
                G::deopt(cx, &exit)
            }
            Rebuilt::OutOfMemory => Resume::Abort(Abort::OutOfMemory),
        }
    };
    // SAFETY: called by code of the context's instance.
    let Some(resume) = (unsafe { caught::<G, _>(context, leave) }) else {
        return ABORTED;
    };
    match settle(&unit.name, &unit.signature, resume) {
        Ok(Some(values)) => {
            let mut index = 0;
            to_words(&values, |word| {
                // SAFETY: compiled code has room for every result word of its signature.
                unsafe { results.add(index).write(word) };
                index += 1;
            });
            RETURNED
        }
        Ok(None) => THREW,
        Err(abort) => {
            // SAFETY: the callback is over.
            unsafe { control(context) }.set_pending(abort);
            ABORTED
        }
    }
}

/// A poll found the flag set.
pub(crate) unsafe extern "C" fn interrupt<G: Guest>(context: NonNull<VmContext>) -> u32 {
    // SAFETY: the context is alive, and the field is only used atomically.
    let flag = unsafe { &(*context.as_ptr()).interrupt_flag };
    let bits = flag.swap(0, Ordering::Acquire);
    let poll = match bits {
        _ if bits & STOP != 0 => Some(Poll::Stop),
        // SAFETY: called by code of the context's instance.
        _ if bits & REQUEST != 0 => unsafe { caught(context, G::interrupt) },
        _ => Some(Poll::Continue),
    };
    match poll {
        Some(Poll::Continue) => RETURNED,
        Some(Poll::Throw) => THREW,
        Some(Poll::Stop) => {
            // SAFETY: the callback is over.
            unsafe { control(context) }.set_pending(Abort::Stopped);
            ABORTED
        }
        None => ABORTED,
    }
}

/// The `alloc` op.
pub(crate) unsafe extern "C" fn alloc<G: Guest>(
    context: NonNull<VmContext>,
    size: u32,
    kind: u32,
) -> *mut u8 {
    // SAFETY: called by code of the context's instance.
    match unsafe { caught(context, |cx| G::alloc(cx, size, kind)) } {
        Some(Some(memory)) => memory.as_ptr(),
        Some(None) => std::ptr::null_mut(),
        // SAFETY: called by code of the context's instance; this frame has nothing to drop.
        None => unsafe { abort(context) },
    }
}

/// Leaves everything down to the innermost entry.
///
/// # Safety
/// The context must be what compiled code called the caller with, from which nothing but frames without anything to drop
/// may be on the stack.
pub(crate) unsafe fn abort(context: NonNull<VmContext>) -> ! {
    // SAFETY: `abort` is machine code of this type; the rest is the caller's promise.
    unsafe {
        let abort: unsafe extern "C" fn(NonNull<VmContext>) -> ! =
            std::mem::transmute((*context.as_ptr()).abort);
        abort(context)
    }
}

/// A function without code was called: the guest's part of [`decide`](crate::control::decide).
///
/// # Safety
/// Called for a context of an instance of `G` with the identity of a living stub, by its dispatch entry.
pub(crate) unsafe fn decide_for<G: Guest>(
    context: NonNull<VmContext>,
    identity: u64,
    registers: &mut Registers,
) -> DispatchAction {
    // SAFETY: identities are addresses of stubs, which live as long as their thunks.
    let stub = unsafe { &*std::ptr::with_exposed_provenance::<Stub>(identity as usize) };
    if let Some(target) = stub.called() {
        registers.target = target;
        return DispatchAction::Jump;
    }
    let layout = &stub.layout;
    // SAFETY: the caller pushed as many stack arguments as the signature has.
    let stack = unsafe { stack_args(layout, registers) };
    let args = layout.unpack_args(registers, stack);
    // SAFETY: called by code of the context's instance.
    let answer = unsafe { caught(context, |cx| G::interpret(cx, stub.id, &args)) };
    let settled = match answer {
        None => return DispatchAction::Abort,
        Some(Some(resume)) => settle(&stub.name, layout.signature(), resume),
        Some(None) => match stub.compile_now() {
            Some(target) => {
                registers.target = target;
                return DispatchAction::Jump;
            }
            None => Err(Abort::Broken(Broken::NotInterpreted { function: stub.name.clone() })),
        },
    };
    match settled {
        Ok(values) => {
            // SAFETY: the caller made room for the results that do not fit the registers.
            let area = unsafe { return_area(layout, registers) };
            layout.pack_results(values.as_deref(), registers, area);
            registers.stack_size = u64::from(layout.stack_bytes());
            DispatchAction::Return
        }
        Err(abort) => {
            // SAFETY: the callback is over.
            unsafe { control(context) }.set_pending(abort);
            DispatchAction::Abort
        }
    }
}

/// # Safety
/// The registers must be those of a dispatch entry called with this layout.
unsafe fn stack_args<'a>(layout: &SignatureLayout, registers: &Registers) -> &'a [u64] {
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(registers.stack, layout.stack_bytes() as usize / 8) }
}

/// # Safety
/// As for [`stack_args`], before results were put into the registers.
unsafe fn return_area<'a>(layout: &SignatureLayout, registers: &Registers) -> &'a mut [u64] {
    match layout.area_of(registers) {
        Some(address) => {
            let area = std::ptr::with_exposed_provenance_mut(address as usize);
            // SAFETY: the caller's promise.
            unsafe { std::slice::from_raw_parts_mut(area, layout.area_words()) }
        }
        None => &mut [],
    }
}
