//! Names of runtime functions bound to addresses.

use crate::shared::SharedGuest;
use crate::words::{Arity, Trampoline, WordResult};
use std::collections::HashMap;

/// The guest's runtime functions.
#[derive(Clone, Debug, Default)]
pub struct RuntimeTable {
    functions: HashMap<String, Bound>,
}

/// What a name is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) address: usize,
    /// The words it takes and hands back, where that is known: modules have to declare it so.
    pub(crate) words: Option<(usize, usize)>,
}

impl RuntimeTable {
    /// No function at all.
    pub fn new() -> RuntimeTable {
        RuntimeTable::default()
    }

    /// Binds a name of modules' runtime-call tables to a function.
    ///
    /// It is called in the platform's C convention with the context and the arguments (`bool` as a byte, a pair as two
    /// words). Result words and, when it throws, the status ([`STATUS_RETURNED`](crate::STATUS_RETURNED) and so on) come
    /// back as [`codegen::RuntimeResults`] says: as a C result, as a struct of two words, or by way of one more parameter.
    /// It must not unwind, see [`runtime`](crate::runtime).
    ///
    /// # Safety
    /// The address must be that of such a function, for every signature under which a module declares the name, for as
    /// long as code linked with this table may run.
    pub unsafe fn bind(&mut self, name: &str, function: *const u8) -> &mut RuntimeTable {
        self.insert(name, Bound { address: function.expose_provenance(), words: None })
    }

    /// Binds a name of modules' runtime-call tables to a function of at most five words, for code that an
    /// [`Entry`](crate::Entry) of `G` runs.
    ///
    /// `function` is the name of a function, or a closure that captures nothing. Modules declare it with parameters of the
    /// types `i64`, `ptr` and `boxed`, a word each, or `pair`, which is two words; with results of the same kind, one word or
    /// two in all; and without `throws`. Other declarations are refused when code is linked.
    ///
    /// A panic ends all calls that are running on the entry, as does [`Entry::call`](crate::Entry::call) that was left.
    pub fn bind_words<G, R, F, const N: usize>(&mut self, name: &str, function: F) -> &mut RuntimeTable
    where
        G: SharedGuest,
        R: WordResult,
        F: Fn(&G::Data, [u64; N]) -> R + Copy + Send + Sync + 'static,
        Arity<N>: Trampoline<N>,
    {
        let address = Arity::<N>::address::<G, R, F>(function).expose_provenance();
        self.insert(name, Bound { address, words: Some((N, R::WORDS)) })
    }

    fn insert(&mut self, name: &str, bound: Bound) -> &mut RuntimeTable {
        self.functions.insert(name.to_owned(), bound);
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<Bound> {
        self.functions.get(name).copied()
    }
}
