//! From the code generator's output to code in executable memory.

use crate::entries::Entries;
use crate::exit;
use crate::runtime::RuntimeTable;
use crate::shared::WordSignature;
use crate::unit::Unit;
use abi::thunk::EntryPointer;
use code_memory::{
    AllocError, Code, ExecSpace, FrameInfo, FrameOp, PublishError, Reloc, RelocKind, RelocTarget, Staged,
};
use codegen::{CACHE_LINE, Compiled, FrameStep, Helper, Symbol};
use ir::{Func, Module, Runtime, Signature};
use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Why a function cannot be loaded.
#[derive(Debug)]
pub enum LinkError {
    /// A symbol that nobody binds to an address.
    Unbound {
        /// The function that refers to it.
        function: String,
        /// What it is called.
        symbol: String,
    },
    /// A module declares a runtime function of words with a signature that the function does not have.
    Words {
        /// The function that calls it.
        function: String,
        /// What it is called.
        symbol: String,
        /// As the module declares it.
        declared: Signature,
        /// The words it takes.
        params: usize,
        /// The words it hands back.
        results: usize,
    },
    /// The code generator's tables contradict themselves.
    Site {
        /// The function.
        function: String,
        /// Number of the site.
        site: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// The code was made for a linked program: it looks addresses up in a table.
    Got(String),
    /// The code that calls C functions and leaves all registers as they were cannot be made: a bug.
    SavingCall,
    /// No room for the code.
    Alloc(AllocError),
    /// The code cannot be made executable.
    Publish(PublishError),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::Unbound { function, symbol } => {
                write!(f, "`{function}` refers to {symbol}, which is not bound to anything")
            }
            LinkError::Words { function, symbol, declared, params, results } => write!(
                f,
                "`{function}` calls runtime function @{symbol}{declared}, \
                 which takes {params} 64-bit words to {results} and does not throw"
            ),
            LinkError::Site { function, site, why } => {
                write!(f, "internal error, site {site} of `{function}` names {why}")
            }
            LinkError::Got(function) => {
                write!(f, "`{function}` was compiled to be linked into a program, not to be loaded")
            }
            LinkError::SavingCall => f.write_str("internal error, no code for calls that save all registers"),
            LinkError::Alloc(error) => write!(f, "no room for code: {error}"),
            LinkError::Publish(error) => write!(f, "code cannot be published: {error}"),
        }
    }
}

impl std::error::Error for LinkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LinkError::Alloc(error) => Some(error),
            LinkError::Publish(error) => Some(error),
            LinkError::Unbound { .. }
            | LinkError::Words { .. }
            | LinkError::Site { .. }
            | LinkError::SavingCall
            | LinkError::Got(_) => None,
        }
    }
}

/// A place for one function's code, address known.
pub(crate) struct Placed {
    staged: Staged,
    /// Where the function's own code starts.
    start: u32,
}

/// What functions of a module refer to.
pub(crate) struct Symbols<'a> {
    pub(crate) module: &'a Module,
    pub(crate) runtime: &'a RuntimeTable,
    /// Addresses of functions that are called directly.
    pub(crate) entry: &'a dyn Fn(Func) -> Option<usize>,
    /// Cells through which functions are called.
    pub(crate) cell: &'a dyn Fn(Func) -> Option<Arc<EntryPointer>>,
    /// What all code of the space shares.
    pub(crate) entries: &'a Entries,
}

/// What every entry begins with on this machine: the landing pad that [`abi::thunk::Targets`] looks for.
const LANDING_PAD: [u8; 4] =
    if cfg!(target_arch = "x86_64") { [0xf3, 0x0f, 0x1e, 0xfa] } else { [0x5f, 0x24, 0x03, 0xd5] };

/// A filler instruction of one byte (x64) or four.
const FILLER: &[u8] = if cfg!(target_arch = "x86_64") { &[0x90] } else { &[0x1f, 0x20, 0x03, 0xd5] };

impl Placed {
    /// Sets memory aside. Code without a landing pad gets one in front, without disturbing its alignment.
    pub(crate) fn new(space: &ExecSpace, compiled: &Compiled) -> Result<Placed, LinkError> {
        let (start, align) = layout(compiled);
        let mut staged = space.alloc(start + compiled.code.len(), align).map_err(LinkError::Alloc)?;
        let (front, body) = staged.bytes_mut().split_at_mut(start);
        body.copy_from_slice(&compiled.code);
        if let Some(filler) = front.len().checked_sub(LANDING_PAD.len()) {
            front[..filler].chunks_mut(FILLER.len()).for_each(|at| at.copy_from_slice(FILLER));
            front[filler..].copy_from_slice(&LANDING_PAD);
        }
        Ok(Placed { staged, start: start as u32 })
    }

    /// Offset of the entry: the landing pad.
    fn entry_offset(&self) -> u32 {
        self.start.saturating_sub(LANDING_PAD.len() as u32)
    }

    /// The address callers go to, once this is published.
    pub(crate) fn entry(&self) -> usize {
        self.staged.base() + self.entry_offset() as usize
    }

    /// Fills in addresses and publishes. The code keeps the unit and the cells it refers to alive.
    pub(crate) fn publish(
        mut self,
        compiled: &Compiled,
        unit: &Arc<Unit>,
        symbols: &Symbols<'_>,
    ) -> Result<Linked, LinkError> {
        check_sites(compiled, unit)?;
        let mut kept = Kept { _unit: Arc::clone(unit), cells: Vec::new() };
        for reloc in &compiled.relocs {
            let target = resolve(reloc.target, unit, symbols, &mut kept.cells)?;
            let (kind, bias) = kind(reloc.kind).ok_or_else(|| LinkError::Got(unit.name.clone()))?;
            let offset = reloc.offset + self.start;
            self.staged.relocate(Reloc { offset, kind, target, addend: reloc.addend + bias });
        }
        self.staged.keep(Box::new(kept) as Box<dyn Any + Send + Sync>);
        self.publish_alone(compiled, &unit.name)
    }

    /// Publishes code in which nothing is to be filled in any more.
    pub(crate) fn publish_alone(mut self, compiled: &Compiled, name: &str) -> Result<Linked, LinkError> {
        for range in between_calls(compiled) {
            self.staged.mark_data(range.start + self.start as usize..range.end + self.start as usize);
        }
        self.staged.set_name(name);
        self.staged.set_frame(frame(&compiled.frame, self.start));
        let offset = self.entry_offset() as usize;
        let code = self.staged.publish().map_err(LinkError::Publish)?;
        Ok(Linked { code, offset })
    }
}

/// Where in a block code starts, and how the block is aligned: so that its constants are, with room for a landing pad, and
/// where the code generator wants it in a cache line. The pad counts as a part of the entry: at the end of a line it costs a
/// fourth of a call through a pointer (1.67 against 1.34 ns for an empty one, `cargo bench -p codegen -- calls`).
fn layout(compiled: &Compiled) -> (usize, usize) {
    let align = (compiled.align as usize).max(LANDING_PAD.len());
    let pad = if compiled.code.starts_with(&LANDING_PAD) { 0 } else { LANDING_PAD.len() };
    let start = compiled.placement(pad as u32, align as u32) as usize;
    // Without loops, it is only the entry that has a place in its line.
    (start, align.max(if compiled.loops.is_empty() { CACHE_LINE / 2 } else { CACHE_LINE } as usize))
}

/// Bytes of a `call` or `bl` instruction with its target in it.
const DIRECT_CALL: usize = if cfg!(target_arch = "x86_64") { 5 } else { 4 };

/// Everything but direct calls. The code generator says where calls are, while publishing, which looks for calls that nobody
/// relocated, cannot tell instructions from the constants and jump tables among them.
fn between_calls(compiled: &Compiled) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    for call in &compiled.calls {
        let end = call.return_offset as usize;
        let start = end.saturating_sub(DIRECT_CALL);
        let direct = match compiled.code.get(start..end) {
            Some([0xe8, ..]) => cfg!(target_arch = "x86_64"),
            Some([.., 0x94..=0x97]) => cfg!(target_arch = "aarch64"),
            _ => false,
        };
        if direct && start >= from {
            ranges.push(from..start);
            from = end;
        }
    }
    ranges.push(from..compiled.code.len());
    ranges
}

/// Published code of one function.
#[derive(Debug)]
pub(crate) struct Linked {
    code: Code,
    offset: usize,
}

impl Linked {
    /// Where callers enter.
    pub(crate) fn entry(&self) -> *const u8 {
        self.code.entry().wrapping_add(self.offset)
    }

    /// Bytes from there to the end.
    pub(crate) fn len(&self) -> usize {
        self.code.len() - self.offset
    }
}

/// What code refers to by address.
struct Kept {
    _unit: Arc<Unit>,
    cells: Vec<Arc<EntryPointer>>,
}

fn check_sites(compiled: &Compiled, unit: &Unit) -> Result<(), LinkError> {
    for (number, site) in unit.sites.iter().enumerate() {
        let buffer = compiled.buffer_words;
        exit::check(site, buffer).map_err(|why| LinkError::Site {
            function: unit.name.clone(),
            site: number,
            why,
        })?;
    }
    Ok(())
}

fn resolve(
    symbol: Symbol,
    unit: &Arc<Unit>,
    symbols: &Symbols<'_>,
    cells: &mut Vec<Arc<EntryPointer>>,
) -> Result<RelocTarget, LinkError> {
    let module = symbols.module;
    let name = |func: Func| module.functions.get(func).map_or("?", |f| f.name.as_str());
    let unbound = |symbol: String| LinkError::Unbound { function: unit.name.clone(), symbol };
    let address = match symbol {
        Symbol::Function(func) => {
            (symbols.entry)(func).ok_or_else(|| unbound(format!("function @{}", name(func))))?
        }
        Symbol::EntryPointer(func) => {
            let cell = (symbols.cell)(func)
                .ok_or_else(|| unbound(format!("the entry pointer of @{}", name(func))))?;
            let address = Arc::as_ptr(&cell).expose_provenance();
            cells.push(cell);
            address
        }
        Symbol::Runtime(runtime) => runtime_function(runtime, unit, symbols)?,
        Symbol::Helper(helper) => library_function(helper),
        Symbol::SavingCall => symbols.entries.saving_call()?,
        Symbol::CodeCookie => unit.cookie() as usize,
    };
    Ok(RelocTarget::Address(address))
}

/// The address of a runtime function, which has to be bound for what the module declares.
fn runtime_function(runtime: Runtime, unit: &Unit, symbols: &Symbols<'_>) -> Result<usize, LinkError> {
    let data = symbols.module.runtimes.get(runtime);
    let bound = data.and_then(|data| Some((data, symbols.runtime.get(&data.name)?)));
    let Some((data, bound)) = bound else {
        let name = data.map_or("?", |data| data.name.as_str());
        let symbol = format!("runtime function @{name}");
        return Err(LinkError::Unbound { function: unit.name.clone(), symbol });
    };
    match bound.words {
        Some((params, results)) if !data.signature.is_words(params, results) => Err(LinkError::Words {
            function: unit.name.clone(),
            symbol: data.name.clone(),
            declared: data.signature.clone(),
            params,
            results,
        }),
        _ => Ok(bound.address),
    }
}

/// The kind in code memory's terms, and what its addend has more: there, relative fields count from their end. `None` for
/// fields that refer to a table which only linked programs have.
fn kind(kind: codegen::RelocKind) -> Option<(RelocKind, i64)> {
    Some(match kind {
        codegen::RelocKind::Abs64 => (RelocKind::Abs64, 0),
        codegen::RelocKind::X64Rel32 => (RelocKind::X64Rel32, 4),
        codegen::RelocKind::Arm64Branch26 => (RelocKind::Arm64Branch26, 0),
        codegen::RelocKind::Arm64AdrPage21 => (RelocKind::Arm64AdrPage21, 0),
        codegen::RelocKind::Arm64AddLo12 => (RelocKind::Arm64AddLo12, 0),
        codegen::RelocKind::X64GotRel32
        | codegen::RelocKind::Arm64GotPage21
        | codegen::RelocKind::Arm64GotLo12 => return None,
    })
}

/// The frame description of code that starts at `start`.
fn frame(steps: &[(u32, FrameStep)], start: u32) -> FrameInfo {
    let op = |step: FrameStep| match step {
        FrameStep::PushFrame => FrameOp::PushFrame,
        FrameStep::SetFrame => FrameOp::SetFrame,
        FrameStep::SaveInt { reg, cfa_offset } => FrameOp::SaveInt { reg, cfa_offset },
        FrameStep::SaveVec { reg, cfa_offset } => FrameOp::SaveVec { reg, cfa_offset },
        FrameStep::Alloc(bytes) => FrameOp::Alloc(bytes),
    };
    FrameInfo { ops: steps.iter().map(|(offset, step)| (offset + start, op(*step))).collect() }
}

/// What processors without an instruction for it call.
fn library_function(helper: Helper) -> usize {
    extern "C" fn ceil(x: f64) -> f64 {
        x.ceil()
    }
    extern "C" fn floor(x: f64) -> f64 {
        x.floor()
    }
    extern "C" fn trunc(x: f64) -> f64 {
        x.trunc()
    }
    extern "C" fn nearest(x: f64) -> f64 {
        x.round_ties_even()
    }
    let function: extern "C" fn(f64) -> f64 = match helper {
        Helper::Ceil => ceil,
        Helper::Floor => floor,
        Helper::Trunc => trunc,
        Helper::Nearest => nearest,
    };
    function as usize
}
