//! Names of runtime functions bound to addresses.

use std::collections::HashMap;

/// The guest's runtime functions.
#[derive(Clone, Debug, Default)]
pub struct RuntimeTable {
    addresses: HashMap<String, usize>,
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
        self.addresses.insert(name.to_owned(), function.expose_provenance());
        self
    }

    pub(crate) fn address(&self, name: &str) -> Option<usize> {
        self.addresses.get(name).copied()
    }
}
