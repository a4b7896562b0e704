//! Cache files: a compiled module, kept from one run to the next.
//!
//! A file is a header of 40 bytes (magic, format version, hashes of the source and of the contents, length of the contents; all
//! little-endian) and the module in the postcard format. Nothing in it depends on where it was made. It is believed only if
//! the header fits the source, the contents fit the header, and the module passes the verifier.

use crate::function::Module;
use crate::verify::{self, Fault};
use std::fmt;

/// Changes whenever opcodes, their meaning, or the structure of functions change.
pub const VERSION: u32 = 2;

const MAGIC: [u8; 8] = *b"SoxCache";
/// Bytes in front of the module.
pub const HEADER: usize = 40;

/// Why a cache file is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is no cache file.
    NotACache,
    /// It was written by another version.
    Version(u32),
    /// It was made from another source text.
    Stale,
    /// Its contents are not what was written.
    Corrupt,
    /// Its contents are what was written, but no module.
    Malformed,
    /// The module is wrong.
    Invalid(Fault),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::NotACache => f.write_str("not a cache file"),
            Unusable::Version(version) => write!(f, "format version {version}, this is {VERSION}"),
            Unusable::Stale => f.write_str("made from another source text"),
            Unusable::Corrupt => f.write_str("damaged"),
            Unusable::Malformed => f.write_str("not a module"),
            Unusable::Invalid(fault) => write!(f, "not a valid module: {fault}"),
        }
    }
}

impl std::error::Error for Unusable {}

/// The contents of a cache file for a module that was compiled from `source`.
pub fn write(module: &Module, source: &[u8]) -> Vec<u8> {
    wrap(&postcard::to_allocvec(module).expect("a module consists of what the format can hold"), source)
}

/// A file with these bytes in place of a module, for tests of the reader.
pub fn wrap(body: &[u8], source: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER + body.len());
    file.extend(MAGIC);
    file.extend(VERSION.to_le_bytes());
    file.extend([0; 4]);
    file.extend(hash(source).to_le_bytes());
    file.extend(hash(body).to_le_bytes());
    file.extend((body.len() as u64).to_le_bytes());
    file.extend(body);
    file
}

/// The module in a cache file, if it was compiled from `source`.
///
/// # Errors
/// Why the file cannot be used. The source is to be compiled then.
pub fn read(file: &[u8], source: &[u8]) -> Result<Module, Unusable> {
    let (header, body) = file.split_at_checked(HEADER).ok_or(Unusable::NotACache)?;
    let word = |at: usize| u64::from_le_bytes(header[at..at + 8].try_into().expect("8 bytes"));
    if header[..8] != MAGIC {
        return Err(Unusable::NotACache);
    }
    // The upper half is reserved: zero in this version.
    if word(8) != u64::from(VERSION) {
        return Err(Unusable::Version(word(8) as u32));
    }
    if word(16) != hash(source) {
        return Err(Unusable::Stale);
    }
    if word(32) != body.len() as u64 || word(24) != hash(body) {
        return Err(Unusable::Corrupt);
    }
    let (module, rest) = postcard::take_from_bytes::<Module>(body).map_err(|_| Unusable::Malformed)?;
    if !rest.is_empty() {
        return Err(Unusable::Malformed);
    }
    verify::verify(&module).map_err(Unusable::Invalid)?;
    Ok(module)
}

/// FNV-1a with 64 bits: tells damage and other texts apart, not forgeries. Forged modules are what the verifier is for.
fn hash(bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    bytes.iter().fold(start, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
