//! What the heap must know about the types of objects.

use std::ptr::NonNull;

use crate::gc::Stored;
use crate::header::Header;
use crate::mark::{Part, Tracer};
use crate::weak::Liveness;

/// A type whose values live in a heap.
///
/// # Safety
/// * Within one heap no other type has the same `KIND`.
/// * `trace` reports every handle in the value, however deep in what the value owns, and follows no handle to
///   another object. It can be called at any time between two calls of the heap.
/// * `drop` and `finalize` follow no handle: what it leads to may be gone already.
/// * The value may be dropped and used by another thread than the one that made it (it holds no `Rc`, no thread's handle),
///   handles aside.
/// * After a handle was stored in the object, [`Heap::wrote`](crate::Heap::wrote) is called before the next allocation. The
///   initial value needs no call.
pub unsafe trait Object: Sized + 'static {
    /// Number of the type: 1 to 255.
    const KIND: u8;

    /// Name in messages.
    const NAME: &'static str;

    /// Whether [`Object::finalize`] and `drop` are to be run when the object dies.
    const FINALIZE: bool = std::mem::needs_drop::<Self>();

    /// Whether values hold no handles: `trace` is not called.
    const LEAF: bool = false;

    /// Whether [`Object::prune`] is to be called.
    const PRUNE: bool = false;

    /// Whether values may hold so many handles that reporting all of them at once takes long: then cycles call
    /// [`Object::trace_part`] instead of `trace`, and the program goes on in between.
    const PARTS: bool = false;

    /// Reports every handle of the value.
    fn trace(&self, tracer: &mut Tracer<'_>);

    /// Reports the handles of part number `part` of the value, which is as long as the type likes: some cache lines. False if
    /// there are no more parts. Whoever moves a handle from one part to another calls [`Heap::wrote`](crate::Heap::wrote).
    fn trace_part(&self, part: usize, tracer: &mut Tracer<'_>) -> bool {
        let _ = part;
        self.trace(tracer);
        false
    }

    /// Whether the value has so many parts that minor collections should look only at those that were written to
    /// ([`Heap::wrote_part`](crate::Heap::wrote_part)).
    fn is_long(&self) -> bool {
        false
    }

    /// Called once, before the value is dropped, after it became unreachable or when the heap goes away.
    fn finalize(&self, finalizer: &mut Finalizer<'_>) {
        let _ = finalizer;
    }

    /// Called after marking, when the object is alive and was traced: removes the weak handles (those that `trace` did not
    /// report) to objects that are not alive. Storing a weak handle is reported with [`Heap::wrote`](crate::Heap::wrote)
    /// like storing any other.
    fn prune(&self, alive: &Liveness<'_>) {
        let _ = alive;
    }
}

/// What a finalizer may do with the heap.
pub struct Finalizer<'h> {
    pub(crate) external: &'h std::cell::Cell<usize>,
}

impl Finalizer<'_> {
    /// The object gives back this many bytes of those it reported with [`Heap::external_add`](crate::Heap::external_add).
    pub fn external_sub(&mut self, bytes: usize) {
        self.external.set(self.external.get().saturating_sub(bytes));
    }
}

/// A type of objects as the heap's tables have it.
#[derive(Clone, Copy)]
pub struct KindInfo {
    pub(crate) kind: u8,
    pub(crate) name: &'static str,
    pub(crate) trace: Option<unsafe fn(NonNull<Header>, &mut Tracer<'_>)>,
    pub(crate) part: Option<Part>,
    pub(crate) finalize: Option<unsafe fn(NonNull<Header>, &mut Finalizer<'_>)>,
    pub(crate) prune: Option<unsafe fn(NonNull<Header>, &Liveness<'_>)>,
}

impl KindInfo {
    /// The entry of type `T`.
    pub const fn of<T: Object>() -> KindInfo {
        const { assert!(T::KIND != 0, "kind 0 marks free cells") };
        const { assert!(align_of::<T>() <= 8, "objects are aligned to 8 bytes") };
        KindInfo {
            kind: T::KIND,
            name: T::NAME,
            trace: if T::LEAF { None } else { Some(trace::<T>) },
            part: if T::PARTS { Some(trace_part::<T>) } else { None },
            finalize: if T::FINALIZE { Some(finalize::<T>) } else { None },
            prune: if T::PRUNE { Some(prune::<T>) } else { None },
        }
    }

    /// The type's name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// # Safety
/// A live `T` is at `at`.
unsafe fn trace<T: Object>(at: NonNull<Header>, tracer: &mut Tracer<'_>) {
    // SAFETY: the caller's promise.
    unsafe { at.cast::<Stored<T>>().as_ref() }.value.trace(tracer);
}

/// # Safety
/// A live `T` is at `at`.
unsafe fn trace_part<T: Object>(at: NonNull<Header>, part: usize, tracer: &mut Tracer<'_>) -> bool {
    // SAFETY: the caller's promise.
    unsafe { at.cast::<Stored<T>>().as_ref() }.value.trace_part(part, tracer)
}

/// # Safety
/// A `T` is at `at` which nobody uses again.
unsafe fn finalize<T: Object>(at: NonNull<Header>, finalizer: &mut Finalizer<'_>) {
    let stored = at.cast::<Stored<T>>();
    // SAFETY: the caller's promise; the value is dropped once, here.
    unsafe {
        stored.as_ref().value.finalize(finalizer);
        std::ptr::drop_in_place(&raw mut (*stored.as_ptr()).value);
    }
}

/// # Safety
/// A live `T` is at `at`.
unsafe fn prune<T: Object>(at: NonNull<Header>, alive: &Liveness<'_>) {
    // SAFETY: the caller's promise.
    unsafe { at.cast::<Stored<T>>().as_ref() }.value.prune(alive);
}

/// The types of one heap, by kind.
pub(crate) struct Kinds {
    infos: Box<[Option<KindInfo>; 256]>,
}

impl Kinds {
    /// # Panics
    /// When two types have the same kind: the embedder's mistake, seen by its first test.
    pub(crate) fn new(kinds: &[KindInfo]) -> Kinds {
        let mut infos = Box::new([None; 256]);
        for info in kinds {
            let slot = &mut infos[usize::from(info.kind)];
            if let Some(other) = slot.replace(*info) {
                panic!("{} and {} both have kind {}", other.name, info.name, info.kind);
            }
        }
        Kinds { infos }
    }

    #[inline]
    pub(crate) fn get(&self, kind: u8) -> Option<&KindInfo> {
        self.infos[usize::from(kind)].as_ref()
    }
}
