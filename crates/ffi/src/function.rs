//! Functions whose types are known at run time.

use crate::buffer::Buffer;
use crate::code::{Engine, Route};
use crate::context;
use crate::decl::Prototype;
use crate::errno;
use crate::error::{BindError, CallError};
use crate::library::Target;
use crate::shape::{Shape, promote, promoted_type};
use crate::value::Value;
use abi::{Arch, Plan, PlanError, Signature, Type};
use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

/// Most signatures a variadic function keeps ready.
const VARIADIC_CACHE: usize = 64;

/// A C function with a prototype, ready to be called with [`Value`]s.
///
/// Binding a function is safe: an address and a prototype do nothing yet. Calling it is `unsafe`, because nobody but the
/// caller knows whether the prototype is the function's and whether the pointers among the arguments are good. Whoever can
/// promise both once and for all says so with [`Function::assume_safe`] and gets safe calls.
#[derive(Debug)]
pub struct Function {
    target: Target,
    prototype: Prototype,
    route: Route,
    /// For calls without unnamed arguments.
    call: Prepared,
    /// By the types of the unnamed arguments.
    variadic: Mutex<HashMap<Vec<Type>, Arc<Prepared>>>,
}

/// Everything that depends only on the types of a call.
#[derive(Debug)]
struct Prepared {
    engine: Engine,
    params: Vec<Shape>,
    result: Option<Shape>,
}

/// Why a call could not be prepared.
enum PrepareError {
    Plan(PlanError),
    NoCode(String),
}

impl Function {
    /// A function at an address.
    ///
    /// # Errors
    /// A null address, types that cannot be passed, a convention of another architecture.
    pub fn from_ptr(address: *const c_void, prototype: Prototype) -> Result<Function, BindError> {
        Function::from_ptr_with(address, prototype, Route::Auto)
    }

    /// A function at an address, with a choice of how to call it.
    ///
    /// # Errors
    /// As [`Function::from_ptr`], and [`BindError::NoCode`] for [`Route::Stub`].
    pub fn from_ptr_with(
        address: *const c_void,
        prototype: Prototype,
        route: Route,
    ) -> Result<Function, BindError> {
        Function::new(Target::new(address, None)?, prototype, route)
    }

    pub(crate) fn new(target: Target, prototype: Prototype, route: Route) -> Result<Function, BindError> {
        if prototype.abi().arch() != Arch::HOST {
            return Err(BindError::Architecture(prototype.abi()));
        }
        let call = prepare(&prototype, prototype.signature(), route).map_err(|e| match e {
            PrepareError::Plan(error) => BindError::Plan(error),
            PrepareError::NoCode(why) => BindError::NoCode(why),
        })?;
        Ok(Function { target, prototype, route, call, variadic: Mutex::default() })
    }

    /// The prototype; it prints as C.
    pub fn prototype(&self) -> &Prototype {
        &self.prototype
    }

    /// The binding plan of calls without unnamed arguments.
    pub fn plan(&self) -> &Plan {
        self.call.engine.plan()
    }

    /// Calls the function. Arguments behind `...` have the C types their values suggest, after C's promotions.
    ///
    /// # Errors
    /// Nothing is called when the library is closed or an argument does not fit. When a callback failed while C was
    /// running, its fault is returned instead of the result.
    ///
    /// # Safety
    /// The prototype must be the function's, and the function must be sound to call with these arguments on this thread.
    pub unsafe fn call(&self, args: &[Value]) -> Result<Value, CallError> {
        // SAFETY: the caller's promise.
        unsafe { self.call_variadic(args, &[]) }
    }

    /// Calls a variadic function with `unnamed` as the types of the arguments behind `...`, as far as they go; the types
    /// of the others are taken from their values. Types are promoted as C does it.
    ///
    /// # Errors
    /// As [`Function::call`].
    ///
    /// # Safety
    /// As [`Function::call`].
    pub unsafe fn call_variadic(&self, args: &[Value], unnamed: &[Type]) -> Result<Value, CallError> {
        // SAFETY: the caller's promise.
        unsafe { self.dispatch(args, unnamed, false) }.map(|(value, _)| value)
    }

    /// Calls the function with `errno` 0 and returns what `errno` is directly afterwards.
    ///
    /// # Errors
    /// As [`Function::call`].
    ///
    /// # Safety
    /// As [`Function::call`].
    pub unsafe fn call_with_errno(&self, args: &[Value]) -> Result<(Value, i32), CallError> {
        // SAFETY: the caller's promise.
        unsafe { self.dispatch(args, &[], true) }
    }

    /// Promises that every call is sound, whatever arguments fit the prototype; with [`Safe`] calls need no `unsafe`.
    ///
    /// # Safety
    /// What [`Function::call`] asks must hold for all arguments that will be passed, from all threads.
    pub unsafe fn assume_safe(self) -> Safe<Function> {
        Safe(self)
    }

    /// Counts the arguments and makes the call with what is prepared for their types.
    ///
    /// # Safety
    /// As [`Function::call`].
    unsafe fn dispatch(
        &self,
        args: &[Value],
        unnamed: &[Type],
        capture: bool,
    ) -> Result<(Value, i32), CallError> {
        self.target.check_open()?;
        let (expected, variadic) = (self.call.params.len(), self.prototype.is_variadic());
        let most = if variadic { args.len() } else { expected };
        if args.len() < expected || args.len() > most || unnamed.len() > args.len() - expected {
            return Err(CallError::Count { expected, variadic, given: args.len() });
        }
        if args.len() == expected {
            // SAFETY: the caller's promise.
            return unsafe { self.make(&self.call, args, capture) };
        }
        let mut types: Vec<Type> = unnamed.iter().map(promote).collect();
        for (index, value) in args.iter().enumerate().skip(expected + unnamed.len()) {
            types.push(promoted_type(value).map_err(|error| CallError::Argument { index, error })?);
        }
        let prepared = self.variadic(types)?;
        // SAFETY: the caller's promise.
        unsafe { self.make(&prepared, args, capture) }
    }

    /// What calls with these types behind `...` need.
    fn variadic(&self, types: Vec<Type>) -> Result<Arc<Prepared>, CallError> {
        let mut cache = self.variadic.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = cache.get(&types) {
            return Ok(Arc::clone(prepared));
        }
        let signature = self.prototype.variadic_signature(types.iter().cloned());
        let prepared = prepare(&self.prototype, &signature, self.route).map_err(|e| match e {
            PrepareError::Plan(error) => CallError::Plan(error),
            PrepareError::NoCode(why) => CallError::NoCode(why),
        })?;
        let prepared = Arc::new(prepared);
        if cache.len() >= VARIADIC_CACHE {
            cache.clear();
        }
        cache.insert(types, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// Makes the call. With `capture`, `errno` is cleared and read right around it, before anything can disturb it.
    ///
    /// # Safety
    /// As [`Function::call`], and `prepared` is for these arguments.
    unsafe fn make(
        &self,
        prepared: &Prepared,
        args: &[Value],
        capture: bool,
    ) -> Result<(Value, i32), CallError> {
        let plan = prepared.engine.plan();
        let mut frame = Buffer::new(plan.frame_size as usize, plan.frame_align as usize);
        let frame = frame.as_mut_ptr();
        for (index, ((shape, slot), value)) in prepared.params.iter().zip(&plan.slots).zip(args).enumerate() {
            // SAFETY: the slot lies in the frame and has the size of its type.
            unsafe { shape.store(value, frame.add(slot.offset as usize)) }
                .map_err(|error| CallError::Argument { index, error })?;
        }
        let (size, align) = plan.result_slot.map_or((0, 16), |s| (s.size as usize, s.align.max(16) as usize));
        let mut result = Buffer::new(size.next_multiple_of(16), align);
        let result = result.as_mut_ptr();
        let errno = context::enclose(|| {
            if capture {
                errno::set(0);
            }
            // SAFETY: frame and result are as the plan wants them; the rest is the caller's promise.
            unsafe { prepared.engine.call(self.target.address(), frame, result) };
            if capture { errno::get() } else { 0 }
        })?;
        // SAFETY: the result has its type's size, and the buffer was zeroed before the call.
        let value = prepared.result.as_ref().map_or(Value::Void, |shape| unsafe { shape.load(result) });
        Ok((value, errno))
    }
}

fn prepare(prototype: &Prototype, signature: &Signature, route: Route) -> Result<Prepared, PrepareError> {
    let abi = prototype.abi();
    let plan = Arc::new(Plan::new(abi, signature).map_err(PrepareError::Plan)?);
    let param = |(index, ty)| {
        Shape::new(ty, abi).map_err(|error| PrepareError::Plan(PlanError::Param { index, error }))
    };
    let params = signature.params.iter().enumerate().map(param).collect::<Result<_, _>>()?;
    let result = signature.result.as_ref().map(|ty| Shape::new(ty, abi)).transpose();
    let result = result.map_err(|error| PrepareError::Plan(PlanError::Result(error)))?;
    let engine = Engine::new(plan, route).map_err(PrepareError::NoCode)?;
    Ok(Prepared { engine, params, result })
}

/// A function of which somebody has promised that every call is sound; see [`Function::assume_safe`] and
/// [`crate::TypedFunction::assume_safe`].
#[derive(Debug)]
pub struct Safe<F>(pub(crate) F);

impl Safe<Function> {
    /// As [`Function::call`].
    ///
    /// # Errors
    /// As [`Function::call`].
    pub fn call(&self, args: &[Value]) -> Result<Value, CallError> {
        // SAFETY: promised when the value was made.
        unsafe { self.0.call(args) }
    }

    /// As [`Function::call_with_errno`].
    ///
    /// # Errors
    /// As [`Function::call`].
    pub fn call_with_errno(&self, args: &[Value]) -> Result<(Value, i32), CallError> {
        // SAFETY: promised when the value was made.
        unsafe { self.0.call_with_errno(args) }
    }
}

impl<F> Safe<F> {
    /// The function without the promise.
    pub fn into_inner(self) -> F {
        self.0
    }
}
