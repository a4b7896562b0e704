//! Functions whose types are Rust types: everything that can be checked is checked when binding.

use crate::code::{Engine, Route};
use crate::context;
use crate::ctype::CValue;
use crate::decl::Prototype;
use crate::errno;
use crate::error::{BindError, CallError};
use crate::function::Safe;
use crate::library::Target;
use abi::{Abi, Plan, Signature, Slot, Type};
use std::ffi::c_void;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// A C function with Rust types, such as `TypedFunction<(f64,), f64>` for `double cos(double)`.
///
/// As with [`crate::Function`], binding is safe and calling is not, until [`TypedFunction::assume_safe`].
#[derive(Debug)]
pub struct TypedFunction<A, R> {
    target: Target,
    /// `None` when Rust itself can make the call.
    engine: Option<Engine>,
    types: PhantomData<fn(A) -> R>,
}

impl<A: Args, R: Return> TypedFunction<A, R> {
    /// A function at an address.
    ///
    /// # Errors
    /// A null address, or types that cannot be passed.
    pub fn from_ptr(address: *const c_void) -> Result<TypedFunction<A, R>, BindError> {
        TypedFunction::from_ptr_with(address, Route::Auto)
    }

    /// A function at an address, with a choice of how to call it.
    ///
    /// # Errors
    /// As [`TypedFunction::from_ptr`], and [`BindError::NoCode`] for [`Route::Stub`].
    pub fn from_ptr_with(address: *const c_void, route: Route) -> Result<TypedFunction<A, R>, BindError> {
        TypedFunction::new(Target::new(address, None)?, route)
    }

    pub(crate) fn new(target: Target, route: Route) -> Result<TypedFunction<A, R>, BindError> {
        // Types are checked on every route, so that a program fails in the same place everywhere.
        let plan = checked_plan::<A, R>()?;
        let direct = route == Route::Auto && A::DIRECT && R::DIRECT;
        let engine = match direct {
            true => None,
            false => Some(Engine::new(Arc::new(plan), route).map_err(BindError::NoCode)?),
        };
        Ok(TypedFunction { target, engine, types: PhantomData })
    }

    /// The function's type as C.
    ///
    /// # Errors
    /// Types that are nested too deeply or too large to write down.
    pub fn prototype(&self) -> Result<Prototype, BindError> {
        Ok(Prototype::from_signature(&signature::<A, R>(), Abi::HOST)?)
    }

    /// Calls the function.
    ///
    /// # Errors
    /// Nothing is called when the library is closed. When a callback failed while C was running, its fault is returned
    /// instead of the result.
    ///
    /// # Safety
    /// The types must be the function's, and the function must be sound to call with these arguments on this thread.
    #[inline]
    pub unsafe fn call(&self, args: A) -> Result<R, CallError> {
        self.target.check_open()?;
        // SAFETY: the caller's promise.
        context::enclose(|| unsafe { self.make(args) })
    }

    /// Calls the function with `errno` 0 and returns what `errno` is directly afterwards.
    ///
    /// # Errors
    /// As [`TypedFunction::call`].
    ///
    /// # Safety
    /// As [`TypedFunction::call`].
    pub unsafe fn call_with_errno(&self, args: A) -> Result<(R, i32), CallError> {
        self.target.check_open()?;
        let call = || {
            errno::set(0);
            // SAFETY: the caller's promise.
            let result = unsafe { self.make(args) };
            (result, errno::get())
        };
        context::enclose(call)
    }

    /// Promises that every call is sound, whatever the arguments; with [`Safe`] calls need no `unsafe`.
    ///
    /// # Safety
    /// What [`TypedFunction::call`] asks must hold for all arguments that will be passed, from all threads.
    pub unsafe fn assume_safe(self) -> Safe<TypedFunction<A, R>> {
        Safe(self)
    }

    /// # Safety
    /// As [`TypedFunction::call`].
    #[inline(always)]
    unsafe fn make(&self, args: A) -> R {
        let Some(engine) = &self.engine else {
            // SAFETY: both sides pass these types alike, or there would be an engine; the rest is the caller's promise.
            return unsafe { args.call_direct(self.target.address()) };
        };
        let mut frame = MaybeUninit::<A::Frame>::uninit();
        let mut result = MaybeUninit::<Padded<R>>::uninit();
        let start = frame.as_mut_ptr().cast::<u8>();
        // SAFETY: binding checked that the frame has the plan's size, alignment and slots, and the result buffer the result's
        // size and alignment; the rest is the caller's promise.
        unsafe {
            args.store(start);
            engine.call(self.target.address(), start, result.as_mut_ptr().cast());
            R::load_result(result.as_ptr().cast())
        }
    }
}

impl<A: Args, R: Return> Safe<TypedFunction<A, R>> {
    /// As [`TypedFunction::call`].
    ///
    /// # Errors
    /// As [`TypedFunction::call`].
    #[inline]
    pub fn call(&self, args: A) -> Result<R, CallError> {
        // SAFETY: promised when the value was made.
        unsafe { self.0.call(args) }
    }

    /// As [`TypedFunction::call_with_errno`].
    ///
    /// # Errors
    /// As [`TypedFunction::call`].
    pub fn call_with_errno(&self, args: A) -> Result<(R, i32), CallError> {
        // SAFETY: promised when the value was made.
        unsafe { self.0.call_with_errno(args) }
    }
}

/// A value in a buffer that is a multiple of 16 bytes long and aligned to 16 at least.
#[repr(C, align(16))]
pub(crate) struct Padded<T>(T);

/// The signature the Rust types stand for.
pub(crate) fn signature<A: Args, R: Return>() -> Signature {
    Signature::new(A::types(), R::ty())
}

/// The plan for the Rust types, with their layouts checked against it.
pub(crate) fn checked_plan<A: Args, R: Return>() -> Result<Plan, BindError> {
    let plan = Plan::new(Abi::HOST, &signature::<A, R>())?;
    let layouts = A::layouts();
    for (param, (slot, (offset, size, align))) in plan.slots.iter().zip(layouts).enumerate() {
        if *slot != (Slot { offset: offset as u32, size: size as u32, align: align as u32 }) {
            return Err(BindError::Layout { param: Some(param) });
        }
    }
    let frame_fits = plan.frame_size as usize <= size_of::<A::Frame>();
    if !frame_fits || plan.frame_align as usize > align_of::<A::Frame>() {
        return Err(BindError::Layout { param: Some(0) });
    }
    let (size, align) = plan.result_slot.map_or((0, 1), |s| (s.size as usize, s.align as usize));
    if (size, align) != (size_of::<R>(), align_of::<R>()) {
        return Err(BindError::Layout { param: None });
    }
    Ok(plan)
}

/// Compares Rust types with declared ones; names do not count.
pub(crate) fn check_types<A: Args, R: Return>(prototype: &Prototype) -> Result<(), BindError> {
    if prototype.is_variadic() {
        return Err(BindError::Variadic);
    }
    let (declared, rust) = (prototype.signature(), signature::<A, R>());
    if declared.params.len() != rust.params.len() {
        return Err(BindError::Count { declared: declared.params.len(), rust: rust.params.len() });
    }
    let name = |ty: Option<&Type>| ty.map_or_else(|| "void".to_owned(), c_name);
    // Types print without names and with everything that matters to a call.
    let differ =
        |a: Option<&Type>, b: Option<&Type>| a.map(ToString::to_string) != b.map(ToString::to_string);
    let params = declared.params.iter().zip(&rust.params).enumerate();
    let params = params.map(|(i, (declared, rust))| (Some(i), Some(declared), Some(rust)));
    for (param, declared, rust) in params.chain([(None, declared.result.as_ref(), rust.result.as_ref())]) {
        if differ(declared, rust) {
            return Err(BindError::Mismatch { param, declared: name(declared), rust: name(rust) });
        }
    }
    Ok(())
}

fn c_name(ty: &Type) -> String {
    crate::decl::Ty::from_abi(ty).map_or_else(|_| ty.to_string(), |ty| ty.to_string())
}

/// A result type: `()` for `void`, or any [`CValue`].
pub trait Return: sealed::Return {}

impl<T: sealed::Return> Return for T {}

/// Argument types: tuples of up to twelve [`CValue`]s.
pub trait Args: sealed::Args {}

impl<T: sealed::Args> Args for T {}

pub(crate) mod sealed {
    use super::*;

    /// # Safety
    /// `ty` and `DIRECT` must describe the type.
    pub unsafe trait Return: Copy {
        const DIRECT: bool;
        fn ty() -> Option<Type>;
        /// # Safety
        /// `from` must be valid for reads of the type.
        unsafe fn load_result(from: *const u8) -> Self;
    }

    // SAFETY: `()` is what Rust's `extern "C"` functions return for `void`.
    unsafe impl Return for () {
        const DIRECT: bool = true;

        fn ty() -> Option<Type> {
            None
        }

        #[inline(always)]
        unsafe fn load_result(_: *const u8) {}
    }

    // SAFETY: by the promise of the trait it is implemented for.
    unsafe impl<T: CValue> Return for T {
        const DIRECT: bool = <T as crate::CType>::DIRECT;

        fn ty() -> Option<Type> {
            Some(T::c_type())
        }

        #[inline(always)]
        unsafe fn load_result(from: *const u8) -> T {
            // SAFETY: the caller's promise.
            unsafe { T::load(from) }
        }
    }

    /// # Safety
    /// `store`, `load` and `layouts` must agree with one another and stay inside `Frame`.
    pub unsafe trait Args: Sized {
        /// Room for all arguments.
        type Frame;
        const DIRECT: bool;
        fn types() -> Vec<Type>;
        /// Offset, size and alignment of every argument.
        fn layouts() -> Vec<(usize, usize, usize)>;
        /// # Safety
        /// `frame` must be valid for writes of a `Frame`, and aligned.
        unsafe fn store(self, frame: *mut u8);
        /// # Safety
        /// `frame` must be valid for reads of a `Frame` whose slots C has filled.
        unsafe fn load(frame: *const u8) -> Self;
        /// # Safety
        /// `function` must be a C function of these types, sound to call with these arguments.
        unsafe fn call_direct<R: Return>(self, function: *const u8) -> R;
    }
}

/// Where a slot of this size and alignment starts when `end` bytes of the frame are taken; `abi::Plan` does the same, and
/// binding compares.
const fn slot_offset(end: usize, size: usize, align: usize) -> usize {
    let least = if size > 8 { 16 } else { 8 };
    let align = if align > least { align } else { least };
    end.next_multiple_of(align)
}

macro_rules! args {
    ($frame:ident: $($name:ident $index:tt)*) => {
        /// Room for the arguments: every slot is padded at least as much as the plan's.
        #[repr(C)]
        pub struct $frame<$($name),*>($(Padded<$name>,)* Padded<()>);

        // SAFETY: all three functions use `OFFSETS`, which are at most those of `Frame`'s fields, as those are padded more.
        unsafe impl<$($name: CValue),*> sealed::Args for ($($name,)*) {
            type Frame = $frame<$($name),*>;

            const DIRECT: bool = true $(&& <$name as crate::CType>::DIRECT)*;

            fn types() -> Vec<Type> {
                vec![$($name::c_type()),*]
            }

            fn layouts() -> Vec<(usize, usize, usize)> {
                let offsets = offsets(&[$((size_of::<$name>(), align_of::<$name>())),*]);
                let _ = &offsets;
                vec![$((offsets[$index], size_of::<$name>(), align_of::<$name>())),*]
            }

            #[inline(always)]
            #[allow(unused_variables, clippy::unused_unit, reason = "nothing to store without arguments")]
            unsafe fn store(self, frame: *mut u8) {
                let offsets = const { offsets(&[$((size_of::<$name>(), align_of::<$name>())),*]) };
                $(
                    // SAFETY: the slot lies in the frame, and its offset is a multiple of the type's alignment.
                    unsafe { frame.add(offsets[$index]).cast::<$name>().write(self.$index) };
                )*
            }

            #[inline(always)]
            #[allow(unused_variables, clippy::unused_unit, reason = "nothing to load without arguments")]
            unsafe fn load(frame: *const u8) -> Self {
                let offsets = const { offsets(&[$((size_of::<$name>(), align_of::<$name>())),*]) };
                // SAFETY: the slots lie in the frame, filled by C.
                ($(unsafe { $name::load(frame.add(offsets[$index])) },)*)
            }

            #[inline(always)]
            unsafe fn call_direct<R: sealed::Return>(self, function: *const u8) -> R {
                // SAFETY: the caller promises that the function has this type.
                unsafe {
                    let function: unsafe extern "C" fn($($name),*) -> R = std::mem::transmute(function);
                    function($(self.$index),*)
                }
            }
        }
    };
}

/// The slots' offsets in order.
const fn offsets<const N: usize>(layouts: &[(usize, usize); N]) -> [usize; N] {
    let mut out = [0; N];
    let (mut i, mut end) = (0, 0usize);
    while i < N {
        let (size, align) = layouts[i];
        out[i] = slot_offset(end, size, align);
        end = out[i] + size.next_multiple_of(8);
        i += 1;
    }
    out
}

args!(Frame0: );
args!(Frame1: A 0);
args!(Frame2: A 0 B 1);
args!(Frame3: A 0 B 1 C 2);
args!(Frame4: A 0 B 1 C 2 D 3);
args!(Frame5: A 0 B 1 C 2 D 3 E 4);
args!(Frame6: A 0 B 1 C 2 D 3 E 4 F 5);
args!(Frame7: A 0 B 1 C 2 D 3 E 4 F 5 G 6);
args!(Frame8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
args!(Frame9: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
args!(Frame10: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);
args!(Frame11: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10);
args!(Frame12: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11);
