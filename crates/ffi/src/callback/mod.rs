//! Rust closures as C function pointers.
//!
//! What can go wrong has a defined outcome. C always gets a result, zero in every byte when there is no other, and the Rust
//! side hears of it: the innermost call of this library around the callback returns the fault as its error. Where there
//! is no such call (C called from a thread of its own, or from a main loop entered by other means) the callback keeps its
//! first fault for [`Callback::take_fault`].
//!
//! * A panic in the closure is caught before it reaches C. Until C returns, further callbacks inside the same call are
//!   not run.
//! * On another thread than the one that made it, a [`Callback`] does not run; a [`SyncCallback`] does.
//! * After the `Callback` is dropped, its function pointer stays callable and reports [`CallbackFault::Dropped`], until
//!   [`KEPT`] more callbacks have been dropped. From then on the pointer dangles; calling it is as undefined as in C.

mod block;
mod graveyard;
mod typed;

pub use graveyard::KEPT;
pub use typed::CallbackFn;

use crate::code::{self, Route};
use crate::context;
use crate::decl::Prototype;
use crate::error::{BindError, CallbackFault, ValueError};
use crate::shape::Shape;
use crate::typed::{Args, Return, checked_plan};
use crate::value::Value;
use abi::slow::StaticClosure;
use abi::stub::emit_closure;
use abi::{Arch, Plan, PlanError};
use block::{Block, Body, Head};
use code_memory::Code;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

/// A Rust closure as a C function pointer, for the thread that made it.
///
/// The closure may borrow for `'a`; C must not call the pointer later than that, which dropping the callback sees to.
#[derive(Debug)]
pub struct Callback<'a> {
    /// `None` only while dropping.
    grave: Option<graveyard::Grave>,
    address: *const c_void,
    closure: PhantomData<&'a ()>,
}

/// A thread-safe Rust closure as a C function pointer, for all threads.
#[derive(Debug)]
pub struct SyncCallback<'a>(Callback<'a>);

// SAFETY: the closure is `Send + Sync`, the block it lives in counts calls atomically, and the entry is only code.
unsafe impl Send for SyncCallback<'_> {}
// SAFETY: as for Send.
unsafe impl Sync for SyncCallback<'_> {}

/// What C calls: code, and what must live as long as it.
#[derive(Debug)]
enum Entry {
    Code { closure: Code, _adaptor: Arc<Code> },
    Static(StaticClosure),
}

impl<'a> Callback<'a> {
    /// A callback with the given prototype, called with the arguments as [`Value`]s.
    ///
    /// # Errors
    /// A variadic prototype, types that cannot be passed, another architecture's convention, no entry left.
    pub fn new(
        prototype: &Prototype,
        closure: impl Fn(&[Value]) -> Value + 'a,
    ) -> Result<Callback<'a>, BindError> {
        Callback::new_with(prototype, Route::Auto, closure)
    }

    /// As [`Callback::new`], with a choice of how it is made.
    ///
    /// # Errors
    /// As [`Callback::new`], and [`BindError::NoCode`] for [`Route::Stub`].
    pub fn new_with(
        prototype: &Prototype,
        route: Route,
        closure: impl Fn(&[Value]) -> Value + 'a,
    ) -> Result<Callback<'a>, BindError> {
        let (plan, body) = dynamic(prototype, closure)?;
        make(plan, route, context::thread_id(), body)
    }

    /// A callback from a closure with Rust types, such as `|a: i32, b: i32| a + b`.
    ///
    /// # Errors
    /// Types that cannot be passed, no entry left.
    pub fn typed<A: Args + 'a, R: Return + 'a>(
        closure: impl CallbackFn<A, R> + 'a,
    ) -> Result<Callback<'a>, BindError> {
        Callback::typed_with(Route::Auto, closure)
    }

    /// As [`Callback::typed`], with a choice of how it is made.
    ///
    /// # Errors
    /// As [`Callback::typed`], and [`BindError::NoCode`] for [`Route::Stub`].
    pub fn typed_with<A: Args + 'a, R: Return + 'a>(
        route: Route,
        closure: impl CallbackFn<A, R> + 'a,
    ) -> Result<Callback<'a>, BindError> {
        make(checked_plan::<A, R>()?, route, context::thread_id(), typed::Typed::new(closure))
    }

    /// The C function pointer.
    pub fn as_ptr(&self) -> *const c_void {
        self.address
    }

    /// The C function pointer as a Rust function pointer type.
    ///
    /// # Safety
    /// `F` must be an `extern "C"` function pointer type of the callback's signature.
    pub unsafe fn as_fn<F: Copy>(&self) -> F {
        const { assert!(size_of::<F>() == size_of::<*const c_void>(), "F must be a function pointer type") };
        // SAFETY: the size is right, and the type is the caller's promise.
        unsafe { std::mem::transmute_copy(&self.address) }
    }

    /// The first fault that there was no call to report to.
    pub fn take_fault(&self) -> Option<CallbackFault> {
        self.grave.as_ref().and_then(|grave| grave.head().take_fault())
    }
}

impl<'a> SyncCallback<'a> {
    /// As [`Callback::new`], for all threads.
    ///
    /// # Errors
    /// As [`Callback::new`].
    pub fn new(
        prototype: &Prototype,
        closure: impl Fn(&[Value]) -> Value + Send + Sync + 'a,
    ) -> Result<SyncCallback<'a>, BindError> {
        SyncCallback::new_with(prototype, Route::Auto, closure)
    }

    /// As [`Callback::new_with`], for all threads.
    ///
    /// # Errors
    /// As [`Callback::new_with`].
    pub fn new_with(
        prototype: &Prototype,
        route: Route,
        closure: impl Fn(&[Value]) -> Value + Send + Sync + 'a,
    ) -> Result<SyncCallback<'a>, BindError> {
        let (plan, body) = dynamic(prototype, closure)?;
        make(plan, route, block::ANY_THREAD, body).map(SyncCallback)
    }

    /// As [`Callback::typed`], for all threads.
    ///
    /// # Errors
    /// As [`Callback::typed`].
    pub fn typed<A: Args + 'a, R: Return + 'a>(
        closure: impl CallbackFn<A, R> + Send + Sync + 'a,
    ) -> Result<SyncCallback<'a>, BindError> {
        SyncCallback::typed_with(Route::Auto, closure)
    }

    /// As [`Callback::typed_with`], for all threads.
    ///
    /// # Errors
    /// As [`Callback::typed_with`].
    pub fn typed_with<A: Args + 'a, R: Return + 'a>(
        route: Route,
        closure: impl CallbackFn<A, R> + Send + Sync + 'a,
    ) -> Result<SyncCallback<'a>, BindError> {
        make(checked_plan::<A, R>()?, route, block::ANY_THREAD, typed::Typed::new(closure)).map(SyncCallback)
    }
}

impl<'a> Deref for SyncCallback<'a> {
    type Target = Callback<'a>;

    fn deref(&self) -> &Callback<'a> {
        &self.0
    }
}

impl Drop for Callback<'_> {
    fn drop(&mut self) {
        if let Some(grave) = self.grave.take() {
            grave.head().retire();
            graveyard::bury(grave);
        }
    }
}

impl From<&Callback<'_>> for Value {
    fn from(callback: &Callback<'_>) -> Value {
        Value::from(callback.as_ptr())
    }
}

impl From<&SyncCallback<'_>> for Value {
    fn from(callback: &SyncCallback<'_>) -> Value {
        Value::from(callback.as_ptr())
    }
}

/// A closure over [`Value`]s with the shapes of its arguments and result.
struct Dynamic<F> {
    params: Vec<(usize, Shape)>,
    result: Option<Shape>,
    closure: F,
}

fn dynamic<F>(prototype: &Prototype, closure: F) -> Result<(Plan, Dynamic<F>), BindError> {
    let abi = prototype.abi();
    if abi.arch() != Arch::HOST {
        return Err(BindError::Architecture(abi));
    }
    if prototype.is_variadic() {
        return Err(BindError::Variadic);
    }
    let plan = Plan::new(abi, prototype.signature())?;
    let param = |(index, ty)| {
        let shape = Shape::new(ty, abi).map_err(|error| PlanError::Param { index, error })?;
        Ok((plan.slots[index].offset as usize, shape))
    };
    let params = plan.signature.params.iter().enumerate().map(param).collect::<Result<_, PlanError>>()?;
    let result = plan.signature.result.as_ref().map(|ty| Shape::new(ty, abi)).transpose();
    let result = result.map_err(PlanError::Result)?;
    Ok((plan, Dynamic { params, result, closure }))
}

// SAFETY: the shapes and offsets are those of the plan the callback is made for.
unsafe impl<F: Fn(&[Value]) -> Value> Body for Dynamic<F> {
    unsafe fn run(&self, frame: *mut u8, result: *mut u8) -> Result<(), ValueError> {
        // SAFETY: the slots lie in the frame, filled by C.
        let load = |(offset, shape): &(usize, Shape)| unsafe { shape.load(frame.add(*offset)) };
        let args: Vec<Value> = self.params.iter().map(load).collect();
        let value = (self.closure)(&args);
        match &self.result {
            // Text would be freed before C can look at it.
            Some(_) if matches!(value, Value::Str(_)) => Err(ValueError::Kind {
                expected: "a pointer that outlives the callback".to_owned(),
                given: "text",
            }),
            // SAFETY: the result has room for its type, and was cleared.
            Some(shape) => unsafe { shape.store(&value, result) },
            None if value == Value::Void => Ok(()),
            None => Err(ValueError::Kind { expected: "void".to_owned(), given: value.kind() }),
        }
    }
}

/// Puts a closure into a block of its own and makes an entry for it.
fn make<'a, B: Body + 'a>(plan: Plan, route: Route, owner: u64, body: B) -> Result<Callback<'a>, BindError> {
    let result_size = plan.result_slot.map_or(0, |slot| slot.size as usize);
    let head = Block::allocate(owner, result_size, body);
    match entry(plan, route, head) {
        Ok(entry) => {
            let address = match &entry {
                Entry::Code { closure, .. } => closure.entry(),
                Entry::Static(closure) => closure.entry(),
            };
            let grave = graveyard::Grave::new(entry, head);
            Ok(Callback { grave: Some(grave), address: address.cast(), closure: PhantomData })
        }
        Err(error) => {
            // SAFETY: no entry leads to the block.
            unsafe { Head::free(head) };
            Err(error)
        }
    }
}

fn entry(plan: Plan, route: Route, head: NonNull<Head>) -> Result<Entry, BindError> {
    if route != Route::Slow {
        match published(&plan, head) {
            Ok(entry) => return Ok(entry),
            Err(why) if route == Route::Stub => return Err(BindError::NoCode(why)),
            Err(_) => {}
        }
    }
    let plan = Arc::new(plan);
    let handler = Head::data(head).handler;
    let user = head.as_ptr().cast();
    let attempt = || {
        // SAFETY: the plan is one of this architecture, and the handler takes the block, which outlives the entry: both go to
        // the graveyard together.
        unsafe { StaticClosure::new(Arc::clone(&plan), handler, user) }
    };
    let closure = attempt().or_else(|_| {
        graveyard::free_static_entries();
        attempt()
    });
    closure.map(Entry::Static).map_err(|_| BindError::NoEntry)
}

fn published(plan: &Plan, head: NonNull<Head>) -> Result<Entry, String> {
    let adaptor = code::adaptor(plan)?;
    let space = code::space()?;
    let closure = emit_closure(Arch::HOST, adaptor.entry(), Head::data(head))
        .publish(space, "ffi callback entry")
        .map_err(|e| e.to_string())?;
    Ok(Entry::Code { closure, _adaptor: adaptor })
}
