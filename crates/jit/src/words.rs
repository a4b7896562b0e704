//! Safe runtime functions of words: the C functions that compiled code calls in their place.

use crate::context::VmContext;
use crate::control::control;
use crate::guest::Cx;
use crate::helpers::{abort, caught};
use crate::outcome::{Abort, Broken};
use crate::shared::{Borrowed, SharedGuest};
use std::any::TypeId;
use std::ptr::NonNull;

/// What a runtime function of words hands back: `u64` or `[u64; 2]`.
pub trait WordResult: Returned {}

impl WordResult for u64 {}
impl WordResult for [u64; 2] {}

/// How C returns such a result: as [`codegen::RuntimeResults`] says of one word and of two. `extern "C"` functions return a
/// struct of two words in two registers, or on x64 Windows in memory whose address is passed before the context.
pub trait Returned: Copy + 'static {
    /// How many words it has.
    const WORDS: usize;
    /// The C type.
    type C: Copy;
    /// As that.
    fn to_c(self) -> Self::C;
}

/// Two result words.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Two(u64, u64);

impl Returned for u64 {
    const WORDS: usize = 1;
    type C = u64;

    fn to_c(self) -> u64 {
        self
    }
}

impl Returned for [u64; 2] {
    const WORDS: usize = 2;
    type C = Two;

    fn to_c(self) -> Two {
        Two(self[0], self[1])
    }
}

/// A number of words that there are C functions for.
#[derive(Debug)]
pub struct Arity<const N: usize>;

/// C functions of one arity.
pub trait Trampoline<const N: usize> {
    /// The C function that calls `function`.
    fn address<G, R, F>(function: F) -> *const u8
    where
        G: SharedGuest,
        R: WordResult,
        F: Fn(&G::Data, [u64; N]) -> R + Copy + Send + Sync + 'static;
}

/// Calls a function of which nothing but the type is known.
///
/// # Safety
/// Compiled code that runs for `context` must have called the C function that calls this, for a type of which
/// [`Trampoline::address`] was given a value.
#[inline]
unsafe fn run<G, R, F, const N: usize>(context: NonNull<VmContext>, args: [u64; N]) -> R::C
where
    G: SharedGuest,
    R: WordResult,
    F: Fn(&G::Data, [u64; N]) -> R + Copy + Send + Sync + 'static,
{
    const { assert!(size_of::<F>() == 0, "a runtime function must not capture anything") };
    // SAFETY: a value without size is at every aligned address, once there is one. There is: the one that was bound, of
    // which, being `Copy`, `Send`, `Sync` and `'static`, copies may be on every thread at any time.
    let function = unsafe { NonNull::<F>::dangling().as_ref() };
    // SAFETY: the caller's promise.
    match unsafe { lent::<G, R>(context, |guest| function(guest, args)) } {
        Some(result) => result.to_c(),
        // SAFETY: compiled code called the C function, and neither this frame nor its one has anything to drop.
        None => unsafe { abort(context) },
    }
}

/// Calls a function with the guest that is lent to the innermost call; `None` when everything is to be left.
///
/// # Safety
/// As for [`run`].
#[inline]
unsafe fn lent<G: SharedGuest, R: Copy>(
    context: NonNull<VmContext>,
    function: impl FnOnce(&G::Data) -> R,
) -> Option<R> {
    // Tables and instances are brought together by whoever makes them, who may mistake the guest.
    // SAFETY: compiled code runs; the reference ends with this statement.
    if unsafe { control(context) }.guest != TypeId::of::<Borrowed<G>>() {
        // SAFETY: as above.
        unsafe { control(context) }.set_pending(Abort::Broken(Broken::ForeignGuest));
        return None;
    }
    // SAFETY: compiled code called a runtime function with this context, and its instance is one of `Borrowed<G>`.
    let result = unsafe { caught(context, |cx: &mut Cx<'_, Borrowed<G>>| function(Borrowed::guest(cx))) }?;
    // SAFETY: the function is done, and so are the calls it made; the reference ends with this statement.
    let counts = !unsafe { control(context) }.is_halted();
    counts.then_some(result)
}

macro_rules! trampolines {
    ($($count:literal: $($arg:ident)*;)*) => {$(
        impl Trampoline<$count> for Arity<$count> {
            fn address<G, R, F>(_: F) -> *const u8
            where
                G: SharedGuest,
                R: WordResult,
                F: Fn(&G::Data, [u64; $count]) -> R + Copy + Send + Sync + 'static,
            {
                unsafe extern "C" fn trampoline<G, R, F>(context: NonNull<VmContext>, $($arg: u64),*) -> R::C
                where
                    G: SharedGuest,
                    R: WordResult,
                    F: Fn(&G::Data, [u64; $count]) -> R + Copy + Send + Sync + 'static,
                {
                    // SAFETY: the linker has compiled code call this by the name that the value of `F` was bound to.
                    unsafe { run::<G, R, F, $count>(context, [$($arg),*]) }
                }
                trampoline::<G, R, F> as *const u8
            }
        }
    )*};
}

trampolines! {
    0: ;
    1: a;
    2: a b;
    3: a b c;
    4: a b c d;
    5: a b c d e;
}
