//! Which addresses may be jumped to: published code, and host functions that were declared.

use code_memory::ExecSpace;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The addresses that thunks and entry pointers may lead to.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    spaces: Vec<ExecSpace>,
    host: BTreeMap<usize, String>,
}

/// An address that may not be jumped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// It lies in no published code and belongs to no declared host function.
    Outside {
        /// The address.
        address: usize,
        /// What it was wanted for.
        wanted: &'static str,
    },
    /// It lies in published code, but no landing pad is there.
    NoLandingPad {
        /// The address.
        address: usize,
    },
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetError::Outside { address, wanted } => {
                write!(f, "{wanted} at {address:#x} is neither published code nor a declared host function")
            }
            TargetError::NoLandingPad { address } => {
                write!(f, "{address:#x} is inside published code but no entry: there is no landing pad")
            }
        }
    }
}

impl std::error::Error for TargetError {}

impl Targets {
    /// No address at all.
    pub fn new() -> Targets {
        Targets::default()
    }

    /// Allows the landing pads in the published code of `space`.
    pub fn allow_space(&mut self, space: &ExecSpace) -> &mut Targets {
        self.spaces.push(space.clone());
        self
    }

    /// Declares a function of this program (or a library that stays loaded) under a name for messages.
    ///
    /// # Safety
    /// The address must be that of a function, for as long as anything made with these targets may be entered.
    pub unsafe fn declare_host(&mut self, name: &str, function: *const u8) -> &mut Targets {
        self.host.insert(function.addr(), name.to_owned());
        self
    }

    /// The name a host function was declared under.
    pub fn host_name(&self, function: *const u8) -> Option<&str> {
        self.host.get(&function.addr()).map(String::as_str)
    }

    /// Checks that an address may be jumped to. `wanted` says in the error what for.
    ///
    /// # Errors
    /// The address is neither published code nor a declared host function, or no entry.
    pub fn check(&self, target: *const u8, wanted: &'static str) -> Result<(), TargetError> {
        let address = target.addr();
        if self.host.contains_key(&address) {
            return Ok(());
        }
        let last = address.saturating_add(3);
        if !self.spaces.iter().any(|space| space.is_published(address) && space.is_published(last)) {
            return Err(TargetError::Outside { address, wanted });
        }
        // SAFETY: both ends were published a moment ago, in a space that we hold: even if the code is dropped meanwhile,
        // its memory stays mapped and readable.
        let pad = unsafe { target.cast::<[u8; 4]>().read_unaligned() };
        if LANDING_PADS.contains(&pad) { Ok(()) } else { Err(TargetError::NoLandingPad { address }) }
    }
}

/// What calls may land on: `endbr64`, or `bti c` and `bti jc`.
const LANDING_PADS: &[[u8; 4]] = if cfg!(target_arch = "x86_64") {
    &[[0xf3, 0x0f, 0x1e, 0xfa]]
} else {
    &[[0x5f, 0x24, 0x03, 0xd5], [0xdf, 0x24, 0x03, 0xd5]]
};

/// Where a managed function is entered, for callers in all tiers: in turn a stub, a thunk, baseline and optimized code.
///
/// Compiled code reads it through its address with a plain load; `repr(transparent)` makes that the address of the pointer.
#[derive(Debug)]
#[repr(transparent)]
pub struct EntryPointer(AtomicPtr<u8>);

impl EntryPointer {
    /// A pointer that leads to `target`.
    ///
    /// # Errors
    /// The target is not among `targets`.
    pub fn new(targets: &Targets, target: *const u8) -> Result<EntryPointer, TargetError> {
        targets.check(target, "an entry point")?;
        Ok(EntryPointer(AtomicPtr::new(target.cast_mut())))
    }

    /// Leads future callers to `target`. Whoever owns the code behind the old one keeps it until no caller can be inside.
    ///
    /// # Errors
    /// The target is not among `targets`; the pointer is unchanged then.
    pub fn set(&self, targets: &Targets, target: *const u8) -> Result<(), TargetError> {
        targets.check(target, "an entry point")?;
        self.0.store(target.cast_mut(), Ordering::Release);
        Ok(())
    }

    /// Where callers are led now.
    pub fn get(&self) -> *const u8 {
        self.0.load(Ordering::Acquire)
    }
}
