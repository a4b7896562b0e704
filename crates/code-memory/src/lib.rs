//! Executable memory under W^X: reserve, stage, publish, retire.
//!
//! ```
//! use code_memory::{ExecSpace, Near};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let space = ExecSpace::reserve(1 << 20, Near::Anywhere)?;
//! # #[cfg(target_arch = "x86_64")]
//! let answer = [0xf3, 0x0f, 0x1e, 0xfa, 0xb8, 42, 0, 0, 0, 0xc3]; // endbr64; mov eax, 42; ret
//! # #[cfg(target_arch = "aarch64")]
//! # let answer = [0x5f, 0x24, 0x03, 0xd5, 0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6];
//! let mut staged = space.alloc(answer.len(), 16)?;
//! staged.bytes_mut().copy_from_slice(&answer);
//! let code = staged.publish()?;
//! // SAFETY: the published bytes are a complete function of this type, and `code` outlives the call.
//! let function: extern "C" fn() -> i32 = unsafe { std::mem::transmute(code.entry()) };
//! assert_eq!(function(), 42);
//! # Ok(()) }
//! ```
//!
//! No address is ever writable and executable. Bytes are prepared in ordinary memory ([`Staged`]), checked and copied
//! once by [`Staged::publish`], and given back by dropping [`Code`], after every [`Pin`] taken before that is gone.

mod arch;
mod backend;
mod cache;
pub mod doubles;
mod epoch;
mod error;
mod frame;
mod free_list;
mod host;
mod region;
mod reloc;
mod scan;
mod space;
mod staged;
mod tools;
mod unwind;
mod veneer;
mod write_scope;

pub use cache::{CacheLines, PipelineSync, prepare};
pub use epoch::Pin;
pub use error::{AllocError, Attempt, OsError, PublishError, ReserveError};
pub use frame::{FrameError, FrameInfo, FrameOp};
pub use host::{Capabilities, Description, Protection};
pub use reloc::{Reloc, RelocError, RelocFault, RelocKind, RelocTarget};
pub use space::{ExecSpace, Near};
pub use staged::{Code, Staged};
pub use tools::{PerfMode, ToolsStatus, set_gdb, set_perf, tools_status};
pub use unwind::windows_arm64::encode as windows_arm64_unwind_info;
pub use unwind::windows_x64::encode as windows_x64_unwind_info;
