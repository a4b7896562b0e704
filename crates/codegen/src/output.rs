//! What comes out: bytes, relocations, frame description, exit sites.

use ir::{Func, Inst, Reason, Runtime, State, Type};
use std::ops::Range;

/// A compiled function. Offsets count bytes from the start of `code`, which is the entry.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Compiled {
    /// Machine code, constants behind it.
    pub code: Vec<u8>,
    /// Alignment that constants in `code` need, in bytes.
    pub align: u32,
    /// Places to fill in.
    pub relocs: Vec<Reloc>,
    /// How the prologue builds the frame; each step holds from its offset on.
    pub frame: Vec<(u32, FrameStep)>,
    /// Places where guards leave, by site number.
    pub sites: Vec<Site>,
    /// Size of the largest frame buffer that the sites describe.
    pub buffer_words: u32,
    /// Calls, by ascending offset.
    pub calls: Vec<CallSite>,
    /// Loops short enough for a cache line, from their head to the end of the jump back: for [`Compiled::placement`].
    pub loops: Vec<Range<u32>>,
    /// From which instruction the code from an offset on comes, ascending.
    pub lines: Vec<(u32, Inst)>,
    /// Cranelift's input as text, when asked for.
    pub clif: Option<String>,
    /// Cranelift's machine instructions as text, when asked for.
    pub vcode: Option<String>,
    /// Sizes.
    pub stats: Stats,
}

/// Sizes of a compiled function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stats {
    /// CLIF instructions before Cranelift's own passes.
    pub clif_insts: usize,
    /// Bytes of stack, return address and frame pointer left out.
    pub frame_bytes: u32,
}

/// A place in the code to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reloc {
    /// Where.
    pub offset: u32,
    /// How.
    pub kind: RelocKind,
    /// What.
    pub target: Symbol,
    /// Added to the target's address.
    pub addend: i64,
}

/// How an address is filled in. Names of the System V and AAPCS64 ELF supplements in brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RelocKind {
    /// 8 bytes, the address (`R_X86_64_64`, `R_AARCH64_ABS64`).
    Abs64,
    /// 4 bytes, relative to their own address plus the addend, which is -4 for a call (`R_X86_64_PLT32`).
    X64Rel32,
    /// 4 bytes, relative, of the address's entry in the global offset table (`R_X86_64_GOTPCREL`).
    X64GotRel32,
    /// Branch of 26 bits times 4 (`R_AARCH64_CALL26`).
    Arm64Branch26,
    /// Page of the address, for `adrp` (`R_AARCH64_ADR_PREL_PG_HI21`).
    Arm64AdrPage21,
    /// Low 12 bits of the address, for `add` (`R_AARCH64_ADD_ABS_LO12_NC`).
    Arm64AddLo12,
    /// Page of the address's entry in the global offset table (`R_AARCH64_ADR_GOT_PAGE`).
    Arm64GotPage21,
    /// Low 12 bits of that entry, for `ldr` (`R_AARCH64_LD64_GOT_LO12_NC`).
    Arm64GotLo12,
}

/// What an address is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Symbol {
    /// The code of a function of the module.
    Function(Func),
    /// The cell with a function's entry pointer.
    EntryPointer(Func),
    /// A runtime function.
    Runtime(Runtime),
    /// A function of the C library.
    Helper(Helper),
    /// The code that [`saving_call`](crate::saving_call) makes.
    SavingCall,
    /// Whatever the installer knows this very code by: handed to `deopt`. An absolute value.
    CodeCookie,
}

/// Functions `f64 -> f64` of the C convention, for processors without an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Helper {
    /// `ceil`.
    Ceil,
    /// `floor`.
    Floor,
    /// `trunc`.
    Trunc,
    /// `roundeven`.
    Nearest,
}

/// One step of a prologue. Registers are hardware numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FrameStep {
    /// x64: `push rbp`. ARM64: `stp x29, x30, [sp, #-16]!`.
    PushFrame,
    /// The frame pointer is the stack pointer: from here on the CFA is the frame pointer plus 16.
    SetFrame,
    /// An integer register is saved at the CFA plus this.
    SaveInt {
        /// Hardware number.
        reg: u8,
        /// Negative.
        cfa_offset: i32,
    },
    /// A vector register is saved at the CFA plus this.
    SaveVec {
        /// Hardware number.
        reg: u8,
        /// Negative.
        cfa_offset: i32,
    },
    /// The stack pointer went down by this many bytes.
    Alloc(u32),
}

/// A call instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CallSite {
    /// Offset of the instruction behind the call: the return address.
    pub return_offset: u32,
}

/// A place where a guard leaves.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Site {
    /// The instruction that leaves; guards with one state and reason share a site, which names the first.
    pub inst: Inst,
    /// Its frame state.
    pub state: State,
    /// Why it leaves.
    pub reason: Reason,
    /// Guest frames: the innermost first, then the callers it was inlined into.
    pub frames: Vec<SiteFrame>,
    /// Allocations to make anew, in order of first mention.
    pub objects: Vec<SiteObject>,
}

/// A guest frame as a site describes it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SiteFrame {
    /// The guest's name of the code.
    pub code: u32,
    /// Bytecode offset to go on at.
    pub offset: u32,
    /// Where the frame's slots are.
    pub slots: Vec<Where>,
}

/// An allocation that compiled code took apart.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SiteObject {
    /// Its description in the function.
    pub object: ir::Virtual,
    /// Size in bytes.
    pub size: u32,
    /// Guest-defined kind.
    pub kind: u32,
    /// Offset, type and place of what to store; the rest is zero.
    pub fields: Vec<(u32, Type, Where)>,
}

/// Where a value is when a guard has left.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Where {
    /// From this word of the frame buffer on: one word, zero-extended, or two for a pair.
    Buffer(u32, Type),
    /// A constant of any type but `pair`, zero-extended.
    Const(Type, u64),
    /// A constant pair.
    Pair(u64, u64),
    /// This result of the call that the frame waits in.
    Result(u16),
    /// The address of this allocation of the site.
    Object(u32),
    /// Nobody will look.
    Dead,
}
