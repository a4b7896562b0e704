//! Callbacks whose types are Rust types.

use super::block::Body;
use crate::ctype::CValue;
use crate::error::ValueError;
use crate::typed::{Args, Return};
use std::marker::PhantomData;

/// Closures that take the argument types `A` (a tuple) and return `R`: every `Fn` of up to twelve [`CValue`]s.
pub trait CallbackFn<A, R> {
    /// Calls the closure.
    fn call(&self, args: A) -> R;
}

macro_rules! callback_fn {
    ($($name:ident)*) => {
        impl<Func: Fn($($name),*) -> R, R: Return, $($name: CValue),*> CallbackFn<($($name,)*), R> for Func {
            #[inline(always)]
            #[allow(non_snake_case, reason = "the values are named as their types")]
            fn call(&self, ($($name,)*): ($($name,)*)) -> R {
                self($($name),*)
            }
        }
    };
}

callback_fn!();
callback_fn!(A);
callback_fn!(A B);
callback_fn!(A B C);
callback_fn!(A B C D);
callback_fn!(A B C D E);
callback_fn!(A B C D E F);
callback_fn!(A B C D E F G);
callback_fn!(A B C D E F G H);
callback_fn!(A B C D E F G H I);
callback_fn!(A B C D E F G H I J);
callback_fn!(A B C D E F G H I J K);
callback_fn!(A B C D E F G H I J K L);

/// A closure with its types.
pub(super) struct Typed<F, A, R> {
    closure: F,
    types: PhantomData<fn(A) -> R>,
}

impl<F: CallbackFn<A, R>, A: Args, R: Return> Typed<F, A, R> {
    pub(super) fn new(closure: F) -> Typed<F, A, R> {
        Typed { closure, types: PhantomData }
    }
}

// SAFETY: callbacks with this body are made for `checked_plan::<A, R>()`, whose slots and result are those of the types.
unsafe impl<F: CallbackFn<A, R>, A: Args, R: Return> Body for Typed<F, A, R> {
    #[inline(always)]
    unsafe fn run(&self, frame: *mut u8, result: *mut u8) -> Result<(), ValueError> {
        // SAFETY: the frame has been filled as the plan says.
        let args = unsafe { A::load(frame) };
        let value = self.closure.call(args);
        if size_of::<R>() > 0 {
            // SAFETY: there is room for the result, which may be C's own memory.
            unsafe { result.cast::<R>().write_unaligned(value) };
        }
        Ok(())
    }
}
