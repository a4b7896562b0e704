//! Handles to objects.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

use crate::header::Header;
use crate::object::Object;

/// An object with its header, as it lies in a cell.
#[repr(C, align(8))]
pub(crate) struct Stored<T> {
    pub(crate) header: Header,
    pub(crate) value: T,
}

/// A handle to an object of type `T` in a heap: one word, copied freely.
///
/// Where handles may live is the condition of [`Heap::new`](crate::Heap::new).
#[repr(transparent)]
pub struct Gc<T> {
    at: NonNull<Header>,
    object: PhantomData<*const T>,
}

/// A handle to an object of any type.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Any {
    at: NonNull<Header>,
}

/// Distance from a handle's address to the object's first byte.
pub const OBJECT_OFFSET: usize = 8;

const _: () = assert!(std::mem::offset_of!(Stored<u64>, value) == OBJECT_OFFSET);

impl<T: Object> Gc<T> {
    /// The handle of the object whose header is at `at`.
    ///
    /// # Safety
    /// A live object of type `T` is there.
    #[inline]
    pub unsafe fn from_header(at: NonNull<Header>) -> Gc<T> {
        Gc { at, object: PhantomData }
    }

    /// The handle of the object that `value` is.
    ///
    /// # Safety
    /// `value` is a live object in a heap, not a copy elsewhere.
    #[inline]
    pub unsafe fn from_ref(value: &T) -> Gc<T> {
        let at = (&raw const *value).expose_provenance() - OBJECT_OFFSET;
        // SAFETY: the header lies in front of the value, whose address is not zero.
        let at = unsafe { NonNull::new_unchecked(std::ptr::with_exposed_provenance_mut(at)) };
        Gc { at, object: PhantomData }
    }

    /// Where trailing bytes begin that were asked for with [`Heap::alloc_sized`](crate::Heap::alloc_sized). Aligned to 8.
    #[inline]
    pub fn trailing(self) -> NonNull<u8> {
        const { assert!(align_of::<T>() <= 8, "objects are aligned to 8 bytes") };
        // SAFETY: the cell is at least as long as header and value; the result is at most one past them.
        unsafe { self.at.byte_add(size_of::<Stored<T>>()).cast() }
    }
}

impl<T> Gc<T> {
    /// The object's header.
    #[inline]
    pub fn header(&self) -> &Header {
        // SAFETY: handles are to live objects, by the condition of `Heap::new`.
        unsafe { self.at.as_ref() }
    }

    /// The header's address.
    #[inline]
    pub fn as_ptr(self) -> NonNull<Header> {
        self.at
    }

    /// The same handle without its type.
    #[inline]
    pub fn erase(self) -> Any {
        Any { at: self.at }
    }

    /// The handle's word, for compiled code and tagged values.
    #[inline]
    pub fn to_bits(self) -> u64 {
        self.at.as_ptr().expose_provenance() as u64
    }
}

impl Any {
    /// The handle of the object whose header is at `at`.
    ///
    /// # Safety
    /// A live object is there.
    #[inline]
    pub unsafe fn from_header(at: NonNull<Header>) -> Any {
        Any { at }
    }

    /// The handle whose word this is.
    ///
    /// # Safety
    /// The word came from `to_bits` of a handle whose object is live.
    #[inline]
    pub unsafe fn from_bits(bits: u64) -> Any {
        let at = std::ptr::with_exposed_provenance_mut(bits as usize);
        // SAFETY: the word of a handle is never zero.
        Any { at: unsafe { NonNull::new_unchecked(at) } }
    }

    /// The handle's word, for compiled code and tagged values.
    #[inline]
    pub fn to_bits(self) -> u64 {
        self.at.as_ptr().expose_provenance() as u64
    }

    /// The object's header.
    #[inline]
    pub fn header(&self) -> &Header {
        // SAFETY: handles are to live objects, by the condition of `Heap::new`.
        unsafe { self.at.as_ref() }
    }

    /// The header's address.
    #[inline]
    pub fn as_ptr(self) -> NonNull<Header> {
        self.at
    }

    /// Whether the object is a `T`.
    #[inline]
    pub fn is<T: Object>(self) -> bool {
        self.header().kind() == T::KIND
    }

    /// A typed handle, if the object is a `T`.
    #[inline]
    pub fn downcast<T: Object>(self) -> Option<Gc<T>> {
        self.is::<T>().then_some(Gc { at: self.at, object: PhantomData })
    }

    /// A typed handle, without looking.
    ///
    /// # Safety
    /// The object is a `T`.
    #[inline]
    pub unsafe fn downcast_unchecked<T: Object>(self) -> Gc<T> {
        debug_assert!(self.is::<T>(), "object of kind {} taken for {}", self.header().kind(), T::NAME);
        Gc { at: self.at, object: PhantomData }
    }
}

impl<T: Object> Deref for Gc<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // A freed cell has another kind: poisoned, zero, or what lives there now.
        debug_assert!(
            self.header().kind() == T::KIND,
            "handle to a freed {}: kind {}",
            T::NAME,
            self.header().kind()
        );
        // SAFETY: handles are to live objects of their type, by the condition of `Heap::new`.
        unsafe { &self.at.cast::<Stored<T>>().as_ref().value }
    }
}

impl<T> Clone for Gc<T> {
    #[inline]
    fn clone(&self) -> Gc<T> {
        *self
    }
}

impl<T> Copy for Gc<T> {}

/// Identity.
impl<T> PartialEq for Gc<T> {
    #[inline]
    fn eq(&self, other: &Gc<T>) -> bool {
        self.at == other.at
    }
}

impl<T> Eq for Gc<T> {}

impl<T> Hash for Gc<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}

impl<T> From<Gc<T>> for Any {
    fn from(gc: Gc<T>) -> Any {
        gc.erase()
    }
}

impl<T> fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gc({:p})", self.at)
    }
}

impl fmt::Debug for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Any({:p})", self.at)
    }
}
