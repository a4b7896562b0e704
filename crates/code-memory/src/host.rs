//! What this host is like, as far as executable memory is concerned: the facts `spandrel doctor` prints.

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
pub(crate) fn has_bti() -> bool {
    // SAFETY: the call touches no memory of ours.
    unsafe { libc::getauxval(libc::AT_HWCAP2) >> 17 & 1 == 1 }
}

/// What a space stands on and how full it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The backend in use.
    pub backend: &'static str,
    /// What the backend does differently on this host, and why.
    pub remarks: Vec<String>,
    /// Backends that were tried first, each with the reason it is not in use.
    pub fallbacks: Vec<String>,
    /// Executable address of byte 0.
    pub base: usize,
    /// Bytes reserved.
    pub len: usize,
    /// Blocks start at and span multiples of this many bytes.
    pub granule: usize,
    /// Published pieces of code.
    pub live: usize,
    /// Pieces of dropped code that threads may still be inside.
    pub quarantined: usize,
    /// Free blocks; neighbours are always merged.
    pub free_blocks: usize,
    /// Bytes in them.
    pub free_bytes: usize,
    /// Bytes the system would not let us erase, never to be used again.
    pub lost_bytes: usize,
}
