//! What is known of one piece of compiled code while it may be running.

use codegen::{Compiled, Site};
use ir::{Func, Function, Signature};
use std::fmt;
use std::sync::Arc;

/// Told when code is left.
pub(crate) trait Observer: Send + Sync {
    /// A guard at `site` left, for the reason with this number.
    fn left(&self, site: u32, reason: u16);
}

/// The tables of one piece of code. Its address is in the code; it lives as long as somebody may be inside.
pub(crate) struct Unit {
    /// The function's name, for messages.
    pub(crate) name: String,
    /// The function in its module.
    pub(crate) func: Func,
    pub(crate) signature: Signature,
    /// Places where the code is left, by number.
    pub(crate) sites: Vec<Site>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({}, {} sites)", self.name, self.sites.len())
    }
}

impl Unit {
    pub(crate) fn new(
        func: Func,
        function: &Function,
        compiled: &Compiled,
        observer: Option<Arc<dyn Observer>>,
    ) -> Unit {
        let (name, signature) = (function.name.clone(), function.signature.clone());
        Unit { name, func, signature, sites: compiled.sites.clone(), observer }
    }

    /// The number by which compiled code names this unit.
    pub(crate) fn cookie(&self) -> u64 {
        std::ptr::from_ref(self).expose_provenance() as u64
    }

    /// Reports an exit.
    pub(crate) fn left(&self, site: u32) {
        if let Some(observer) = &self.observer {
            observer.left(site, self.sites[site as usize].reason.0);
        }
    }
}
