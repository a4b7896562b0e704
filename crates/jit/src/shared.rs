//! Guests that are reached by shared references, and the way into compiled code for them.

use crate::context::InterruptHandle;
use crate::control::{Control, control};
use crate::engine::{Engine, FunctionId};
use crate::entries::Entries;
use crate::guest::{Cx, Guest, Resume};
use crate::instance::{Callable, Instance, set_stack_limit};
use crate::outcome::{Abort, Broken};
use crate::program::Program;
use crate::signature::to_words;
use abi::thunk::tail::{BridgeStatus, Registers};
use ir::Signature;
use ir::eval::Const;
use ir::interp::{Deopt, Poll};
use smallvec::SmallVec;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;

/// A guest that is reached by shared references only: an interpreter with cells in it, which compiled code and the guest's
/// own functions enter in turns, however deeply nested.
///
/// Its runtime functions are bound by [`RuntimeTable::bind_words`](crate::RuntimeTable::bind_words). It has no part in
/// memory: the `alloc` op, and exits that have objects to make, find none.
///
/// A panic in a callback ends all calls that are running on the [`Entry`] with [`Abort::Panic`] and spoils that entry. The
/// guest may be used afterwards; what the callback left half done in its cells is the guest's affair.
pub trait SharedGuest: Sized + 'static {
    /// What callbacks and runtime functions get a reference to: mostly the guest itself, which may also be a mere name for it.
    type Data: 'static;

    /// A guard left: as [`Guest::deopt`].
    fn deopt(data: &Self::Data, exit: &Deopt) -> Resume;

    /// Runs a function of an engine that has no code yet, given the words of its arguments. `None` when this guest does not
    /// interpret: such functions are compiled when they are first called.
    fn interpret(_data: &Self::Data, _function: FunctionId, _args: &[u64]) -> Option<Resume> {
        None
    }

    /// A poll found that [`InterruptHandle::request`] was called.
    fn interrupt(_data: &Self::Data) -> Poll {
        Poll::Continue
    }
}

/// What the instance of an entry has in place of its guest: nothing. The guest's address is in the context while it is lent.
pub(crate) struct Borrowed<G>(PhantomData<fn(&G)>);

impl<G: SharedGuest> Borrowed<G> {
    /// The guest of the innermost call, for the length of a callback.
    #[inline]
    pub(crate) fn guest<'a>(cx: &'a Cx<'_, Self>) -> &'a G::Data {
        // SAFETY: code of an instance of this type runs, so an `Entry::call` has lent it a guest and has not returned.
        unsafe { &*(*cx.context().as_ptr()).guest.cast::<G::Data>() }
    }

    /// Asks the guest.
    ///
    /// # Errors
    /// When everything is being left, whatever the guest answered.
    fn ask<T>(cx: &Cx<'_, Self>, ask: impl FnOnce(&G::Data) -> T) -> Result<T, Abort> {
        let answer = ask(Borrowed::guest(cx));
        // SAFETY: the guest is done, and so are the calls it made; the reference ends with this statement.
        match unsafe { control(cx.context()) }.halted() {
            None => Ok(answer),
            Some(abort) => Err(abort),
        }
    }
}

impl<G: SharedGuest> Guest for Borrowed<G> {
    fn deopt(cx: &mut Cx<'_, Self>, exit: &Deopt) -> Resume {
        Borrowed::ask(cx, |guest| G::deopt(guest, exit)).unwrap_or_else(Resume::Abort)
    }

    fn interrupt(cx: &mut Cx<'_, Self>) -> Poll {
        // The reason to leave was noted by the call that was left, and stands.
        Borrowed::ask(cx, G::interrupt).unwrap_or(Poll::Stop)
    }

    fn alloc(_: &mut Cx<'_, Self>, _: u32, _: u32) -> Option<NonNull<u8>> {
        None
    }

    fn interpret(cx: &mut Cx<'_, Self>, function: u64, args: &[Const]) -> Option<Resume> {
        let mut words = SmallVec::<[u64; 8]>::new();
        to_words(args, |word| words.push(word));
        let answer = Borrowed::ask(cx, |guest| G::interpret(guest, FunctionId(function), &words));
        answer.unwrap_or_else(|abort| Some(Resume::Abort(abort)))
    }
}

/// A function of `N` words that hands back two and does not throw, to be called by [`Entry::call`].
#[derive(Clone, Debug)]
pub struct WordCallable<const N: usize>(Callable);

impl<const N: usize> WordCallable<N> {
    /// The function.
    pub fn callable(&self) -> &Callable {
        &self.0
    }
}

/// A signature is not that of a [`WordCallable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWords {
    /// The signature.
    pub signature: Signature,
    /// How many words there were to be.
    pub params: usize,
}

impl fmt::Display for NotWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotWords { signature, params } = self;
        write!(f, "{signature} does not take {params} 64-bit words to two of them, or throws")
    }
}

impl std::error::Error for NotWords {}

impl<const N: usize> TryFrom<Callable> for WordCallable<N> {
    type Error = NotWords;

    fn try_from(callable: Callable) -> Result<WordCallable<N>, NotWords> {
        const { assert!(N <= 4, "more words than every machine has argument registers left") };
        let layout = callable.layout();
        if callable.signature().is_words(N, 2) && layout.is_in_leading_registers() {
            Ok(WordCallable(callable))
        } else {
            Err(NotWords { signature: callable.signature().clone(), params: N })
        }
    }
}

/// Whether signatures are made of whole words.
pub(crate) trait WordSignature {
    /// Whether it takes `params` 64-bit integers or pointers to `results` of them, and does not throw. A pair is two.
    fn is_words(&self, params: usize, results: usize) -> bool;
}

impl WordSignature for Signature {
    fn is_words(&self, params: usize, results: usize) -> bool {
        let count = crate::signature::whole_words;
        !self.throws && count(&self.params) == Some(params) && count(&self.results) == Some(results)
    }
}

/// The way into compiled code for a guest that is reached by shared references, on the thread that made it. Any number of
/// calls may be nested.
pub struct Entry<G: SharedGuest> {
    instance: Instance<Borrowed<G>>,
    entries: Arc<Entries>,
    /// Calls of [`Entry::pinned`] that have not returned.
    pinned: Cell<usize>,
    /// Calls take the entry by a shared reference, which must not be on two threads; and the stack limit is this thread's.
    _thread: PhantomData<*const ()>,
}

impl<G: SharedGuest> fmt::Debug for Entry<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.instance).finish()
    }
}

impl Engine {
    /// The way into this engine's functions on this thread.
    pub fn entry<G: SharedGuest>(&self) -> Entry<G> {
        Entry::new(self.entries())
    }
}

impl Program {
    /// The way into this program's functions on this thread.
    pub fn entry<G: SharedGuest>(&self) -> Entry<G> {
        Entry::new(self.entries())
    }
}

/// An [`Entry`] that may move to another thread between calls, with the guest that it is for.
pub struct MovableEntry<G: SharedGuest>(Entry<G>);

// SAFETY: what an entry has is its own and not a thread's, but for the stack limit, which `entry` sets. The reference that `entry`
// gives stays on the thread that asked for it, since neither it nor this type can be shared, and this cannot move while it is there.
unsafe impl<G: SharedGuest> Send for MovableEntry<G> {}

impl<G: SharedGuest> fmt::Debug for MovableEntry<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MovableEntry").field(&self.0).finish()
    }
}

impl<G: SharedGuest> MovableEntry<G> {
    /// The entry, for calls on this thread.
    #[inline]
    pub fn entry(&self) -> &Entry<G> {
        // SAFETY: the reference ends with this statement. While calls run, this stays on their thread.
        if unsafe { self.0.control() }.depth == 0 {
            // SAFETY: the context is alive, and nobody has a reference to it or the control.
            unsafe { set_stack_limit(self.0.instance.context()) };
        }
        &self.0
    }
}

impl<G: SharedGuest> Entry<G> {
    /// The same, for a guest that may move to another thread between calls.
    pub fn movable(self) -> MovableEntry<G> {
        MovableEntry(self)
    }

    fn new(entries: &Arc<Entries>) -> Entry<G> {
        let instance = Instance::with_entries(entries, Borrowed(PhantomData));
        let context = instance.context();
        // SAFETY: the instance has just been made, and nothing runs. No guest is lent yet.
        unsafe {
            (*context.as_ptr()).guest = std::ptr::null_mut();
            set_stack_limit(context);
        }
        Entry { instance, entries: Arc::clone(entries), pinned: Cell::new(0), _thread: PhantomData }
    }

    /// Calls a function, with `guest` as what its callbacks and runtime functions get.
    ///
    /// # Errors
    /// Why the call was left. The function that made this call is going to be left, too, as soon as it hands back control
    /// to compiled code, whatever it answers: all calls on this entry end for the same reason, down to the outermost one.
    /// [`Entry::recover`] prevents that. Calls made meanwhile are refused with this reason.
    ///
    /// An entry that was spoilt, by a panic for instance, refuses calls with the reason for that.
    #[inline]
    pub fn call<const N: usize>(
        &self,
        guest: &G::Data,
        callable: &WordCallable<N>,
        args: [u64; N],
    ) -> Result<[u64; 2], Abort> {
        let (context, callable) = (self.instance.context(), &callable.0);
        let pins = self.admit(callable)?;
        // Code that is replaced meanwhile stays where it is while somebody may be inside.
        let _pin = pins.then(|| self.entries.space().pin());
        let lent = std::ptr::from_ref(guest).cast_mut().cast();
        // A bridge looks at the registers of its shape only, so the others need no value.
        let mut registers = MaybeUninit::<Registers>::uninit();
        let words = registers.as_mut_ptr().cast::<u64>();
        // SAFETY: the context is alive, and nobody has a reference to it. The entry pointer leads to code of this
        // signature, which a pin keeps where it is; `Registers` begins with its integer registers, of which the
        // signature's parameters take the first N and its results the first two, as was checked when the callable was
        // made. The guest is lent as long as this frame borrows it: nothing unwinds, and abort ends in the bridge.
        let status = unsafe {
            self.control().depth += 1;
            let before = std::mem::replace(&mut (*context.as_ptr()).guest, lent);
            // Volatile, which keeps them apart: a load of two words that were just stored one by one has to wait.
            args.iter().enumerate().for_each(|(index, word)| words.add(index).write_volatile(*word));
            let status = callable.enter(context, registers.as_mut_ptr());
            (*context.as_ptr()).guest = before;
            self.control().depth -= 1;
            status
        };
        // SAFETY: the call is over; the reference ends with this statement.
        if status == BridgeStatus::Aborted || unsafe { self.control() }.is_halted() {
            return Err(self.left());
        }
        // SAFETY: a bridge that returns has stored the results. Volatile as above.
        Ok(unsafe { [words.read_volatile(), words.add(1).read_volatile()] })
    }

    /// Runs something during which the outermost of nested calls cost as little as those inside of it, a third. Code that is
    /// replaced meanwhile stays in memory, and counts against the engine's budget, until this returns: not for a whole
    /// program.
    pub fn pinned<T>(&self, body: impl FnOnce() -> T) -> T {
        struct Count<'a>(&'a Cell<usize>);
        impl Drop for Count<'_> {
            fn drop(&mut self) {
                self.0.set(self.0.get() - 1);
            }
        }
        // Calls inside of the body end before it does, so none of them outlives the pin.
        let _pin = self.entries.space().pin();
        self.pinned.set(self.pinned.get() + 1);
        let _count = Count(&self.pinned);
        body()
    }

    /// Has everything left: the function that calls this as soon as it hands back control to compiled code, and so on as for
    /// [`Entry::call`]'s errors. Does nothing when no call is running, or when everything is being left already.
    pub fn leave(&self, abort: Abort) {
        // SAFETY: whoever calls this is no compiled code, and has no reference to the control.
        let control = unsafe { self.control() };
        if control.depth > 0 && !control.is_halted() {
            control.set_pending(abort);
            control.halt();
        }
    }

    /// After [`Entry::call`] was left, or after [`Entry::leave`]: takes back that everything is to be left. The function
    /// that calls this goes on, and so does the compiled code it returns to. Whether that is possible: an entry that is
    /// spoilt stays so.
    pub fn recover(&self) -> bool {
        // SAFETY: as in `leave`.
        unsafe { self.control() }.recover()
    }

    /// A handle that reaches this entry while it runs, from any thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.instance.interrupt_handle()
    }

    /// Lets the `index`-th guard from now on fail, counting from 0, in code compiled with `force_guards`.
    pub fn force_guard(&self, index: Option<u64>) {
        let count = index.map_or(u64::MAX, |index| index.saturating_add(1));
        // SAFETY: the context is alive, and nobody has a reference to it. Compiled code looks at the field anew each time.
        unsafe { (*self.instance.context().as_ptr()).force_guard = count };
    }

    /// # Safety
    /// The result must not be used while compiled code runs or another result of this is.
    #[expect(clippy::mut_from_ref, reason = "the caller promises that the reference is the only one")]
    unsafe fn control(&self) -> &mut Control {
        // SAFETY: the instance is alive; the rest is the caller's promise.
        unsafe { control(self.instance.context()) }
    }

    /// Whether a call may be made, and has to pin the code.
    #[inline]
    fn admit(&self, callable: &Callable) -> Result<bool, Abort> {
        // SAFETY: as in `leave`.
        let control = unsafe { self.control() };
        if !control.is_halted() && Arc::ptr_eq(&self.entries, callable.entries()) {
            return Ok(control.depth == 0 && self.pinned.get() == 0);
        }
        Err(self.refusal())
    }

    #[cold]
    fn refusal(&self) -> Abort {
        // SAFETY: as in `leave`.
        let control = unsafe { self.control() };
        if !control.is_halted() {
            control.set_pending(Abort::Broken(Broken::ForeignCode));
        }
        self.left()
    }

    /// Why a call was left, which is also why those around it are going to be.
    #[cold]
    fn left(&self) -> Abort {
        // SAFETY: as in `leave`.
        let control = unsafe { self.control() };
        let abort = control.take_pending();
        if control.depth > 0 {
            control.set_pending(abort.clone());
            control.halt();
        } else {
            control.recover();
        }
        abort
    }
}
