//! What a fuzzer and its runner say to each other: messages in the postcard format, each behind its length.

use codegen::Compiled;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;
use std::io::{self, Read, Write};

/// Both sides have to be built from the same sources: this tells when they are not, before anything is misread.
pub(crate) const GREETING: &str = concat!("irfuzz runner ", env!("IRFUZZ_SOURCES"));

/// Longest message.
const LIMIT: u32 = 256 << 20;

/// A program to run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The seed: its memory and arguments.
    pub(crate) seed: u64,
    /// The original's text, when it is not what the seed generates.
    pub(crate) text: Option<String>,
    /// What a version of it was compiled to.
    pub(crate) compiled: Vec<Compiled>,
    /// One run for each: the guard to fail.
    pub(crate) guards: Vec<Option<u64>>,
    /// Send observations, not digests.
    pub(crate) in_full: bool,
}

/// What one run did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Seen {
    /// The observation's digest.
    Digest {
        /// See [`digest`](crate::native::digest).
        digest: u64,
        /// Guards that left.
        exits: u64,
    },
    /// The observation.
    Full(String),
    /// There is none.
    Failed(String),
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seen::Digest { digest, .. } => write!(f, "{digest:016x}"),
            Seen::Full(text) | Seen::Failed(text) => f.write_str(text),
        }
    }
}

pub(crate) fn send<T: Serialize>(to: &mut impl Write, message: &T) -> io::Result<()> {
    let bytes = postcard::to_allocvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&bytes)?;
    to.flush()
}

/// The next message; `None` at the end.
pub(crate) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > LIMIT {
        return Err(io::Error::other("a message of absurd length"));
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
}
