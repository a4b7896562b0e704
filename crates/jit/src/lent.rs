//! Guests that are changed through exclusive references: lent to compiled code for a call, and by it to each callback.

use crate::outcome::Abort;
use crate::shared::{Entry, SharedGuest, WordCallable};
use std::cell::Cell;
use std::ptr::NonNull;

/// A guest that callbacks get exclusively, while the call that it was lent for is running.
#[derive(Debug)]
pub struct Lent<T>(Cell<Option<NonNull<T>>>);

impl<T> Lent<T> {
    /// Hands the guest to `body`. `None` when somebody has it already: a callback of this very call that has not returned.
    #[inline]
    pub fn with<R>(&self, body: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut guest = self.0.take()?;
        // SAFETY: the pointer comes from the exclusive reference that the call holds, which is alive as long as this value is
        // shared; it was taken out, so nobody else makes a reference of it meanwhile. After a panic it stays out.
        let result = body(unsafe { guest.as_mut() });
        self.0.set(Some(guest));
        Some(result)
    }
}

impl<G: SharedGuest<Data = Lent<T>>, T: 'static> Entry<G> {
    /// Calls a function, lending `guest` to its callbacks and runtime functions. One of those may call again with the guest it got.
    ///
    /// # Errors
    /// As for [`Entry::call`].
    #[inline]
    pub fn call_lending<const N: usize>(
        &self,
        guest: &mut T,
        callable: &WordCallable<N>,
        args: [u64; N],
    ) -> Result<[u64; 2], Abort> {
        let lent = Lent(Cell::new(Some(NonNull::from(guest))));
        self.call(&lent, callable, args)
    }
}
