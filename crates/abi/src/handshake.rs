//! A handshake for places where two binaries meet: compiler and runtime archive, executable and plug-in.
//!
//! Each side carries a [`Stamp`], a few bytes with a fixed layout that can be read before anything else is trusted. They
//! agree when interface version and build id do; what the build id covers is up to the component (layouts, tables of runtime
//! calls, feature flags: whatever the other side has compiled in).
//!
//! ```
//! use abi::handshake::{Mismatch, Stamp, build_id};
//! static RUNTIME: Stamp = Stamp::new("runtime", 3, build_id(&["value=16 bytes", "calls=112"]));
//! const WANTED: Stamp = Stamp::new("runtime", 3, build_id(&["value=16 bytes", "calls=113"]));
//! let found = Stamp::read(&RUNTIME.to_bytes())?;
//! assert!(matches!(WANTED.check(&found), Err(Mismatch::Build { .. })));
//! # Ok::<(), Mismatch>(())
//! ```

use std::fmt;

/// First bytes of every stamp.
const MAGIC: [u8; 8] = *b"spandrel";
/// Version of the stamp's own layout.
const LAYOUT: u32 = 1;
/// Bytes for the component's name.
const NAME: usize = 16;

/// What a component says about itself. Little endian, no padding.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    magic: [u8; 8],
    layout: u32,
    interface: u32,
    name: [u8; NAME],
    build: BuildId,
}

/// A digest of everything about a build that the other side depends on.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BuildId(pub [u8; 16]);

impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildId({self})")
    }
}

/// A build id from facts as text, for use in constants. FNV-1a with 128 bits: it tells builds apart, it is no signature.
pub const fn build_id(facts: &[&str]) -> BuildId {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut fact = 0;
    while fact < facts.len() {
        let bytes = facts[fact].as_bytes();
        let mut at = 0;
        // One round more than there are bytes: a terminator keeps "ab","c" and "a","bc" apart.
        while at <= bytes.len() {
            let byte = if at < bytes.len() { bytes[at] } else { 0xff };
            hash = (hash ^ byte as u128).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
            at += 1;
        }
        fact += 1;
    }
    BuildId(hash.to_be_bytes())
}

/// Why two binaries do not belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// There are fewer bytes than a stamp has.
    Truncated {
        /// Number of bytes.
        len: usize,
    },
    /// The bytes are not a stamp, or one whose layout this build does not know.
    NotAStamp {
        /// The layout version that was found; `None` when not even the magic bytes are right.
        layout: Option<u32>,
    },
    /// The stamp is another component's.
    Component {
        /// The name looked for.
        wanted: String,
        /// The name found.
        found: String,
    },
    /// The interface has changed between the two.
    Interface {
        /// The component.
        component: String,
        /// The version this side was built against.
        wanted: u32,
        /// The version the other side has.
        found: u32,
    },
    /// Same interface, different builds: one of the two is stale.
    Build {
        /// The component.
        component: String,
        /// The build id this side was built against.
        wanted: BuildId,
        /// The build id the other side has.
        found: BuildId,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Truncated { len } => {
                write!(f, "{len} bytes cannot hold a component stamp of {} bytes", Stamp::SIZE)
            }
            Mismatch::NotAStamp { layout: None } => {
                f.write_str("no component stamp here: wrong file, or not built by us")
            }
            Mismatch::NotAStamp { layout: Some(found) } => {
                write!(
                    f,
                    "component stamp of layout {found}, this build reads layout {LAYOUT}: rebuild the older one"
                )
            }
            Mismatch::Component { wanted, found } => {
                write!(f, "found component '{found}' where '{wanted}' belongs")
            }
            Mismatch::Interface { component, wanted, found } => {
                write!(
                    f,
                    "component '{component}' has interface version {found}, this side was built for {wanted}: rebuild the older one"
                )
            }
            Mismatch::Build { component, wanted, found } => {
                write!(
                    f,
                    "component '{component}' is from build {found}, this side was built against {wanted}: one of them is stale"
                )
            }
        }
    }
}

impl std::error::Error for Mismatch {}

impl Stamp {
    /// Bytes of a stamp.
    pub const SIZE: usize = size_of::<Stamp>();

    /// The stamp of a component.
    ///
    /// # Panics
    /// When `name` has more than 16 bytes; at compile time when the stamp is a constant.
    pub const fn new(name: &str, interface: u32, build: BuildId) -> Stamp {
        let mut padded = [0; NAME];
        assert!(name.len() <= NAME, "a component's name has at most 16 bytes");
        padded.split_at_mut(name.len()).0.copy_from_slice(name.as_bytes());
        Stamp { magic: MAGIC, layout: LAYOUT, interface, name: padded, build }
    }

    /// The stamp as it lies in a file.
    pub fn to_bytes(&self) -> [u8; Stamp::SIZE] {
        let mut bytes = [0; Stamp::SIZE];
        bytes[..8].copy_from_slice(&self.magic);
        bytes[8..12].copy_from_slice(&self.layout.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.interface.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.name);
        bytes[32..].copy_from_slice(&self.build.0);
        bytes
    }

    /// Reads a stamp from the start of `bytes`, which may be anything.
    ///
    /// # Errors
    /// [`Mismatch::Truncated`] or [`Mismatch::NotAStamp`].
    pub fn read(bytes: &[u8]) -> Result<Stamp, Mismatch> {
        let Some(bytes) = bytes.first_chunk::<{ Stamp::SIZE }>() else {
            return Err(Mismatch::Truncated { len: bytes.len() });
        };
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if bytes[..8] != MAGIC {
            return Err(Mismatch::NotAStamp { layout: None });
        }
        if word(8) != LAYOUT {
            return Err(Mismatch::NotAStamp { layout: Some(word(8)) });
        }
        let (mut name, mut build) = ([0; NAME], [0; 16]);
        name.copy_from_slice(&bytes[16..32]);
        build.copy_from_slice(&bytes[32..]);
        Ok(Stamp { magic: MAGIC, layout: LAYOUT, interface: word(12), name, build: BuildId(build) })
    }

    /// The component's name.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&self.name).trim_end_matches('\0').to_owned()
    }

    /// Checks that the component found is the one this stamp asks for.
    ///
    /// # Errors
    /// Component, interface version or build id differ; the first of these that does is named.
    pub fn check(&self, found: &Stamp) -> Result<(), Mismatch> {
        if self.name != found.name {
            return Err(Mismatch::Component { wanted: self.name(), found: found.name() });
        }
        let component = self.name();
        if self.interface != found.interface {
            return Err(Mismatch::Interface { component, wanted: self.interface, found: found.interface });
        }
        if self.build != found.build {
            return Err(Mismatch::Build { component, wanted: self.build, found: found.build });
        }
        Ok(())
    }
}
