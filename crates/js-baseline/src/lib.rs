//! The baseline tier of JavaScript: a template of machine code for each instruction, on the interpreter's own frames.
//!
//! Compiled code has no frames on the native stack. The interpreter's records of functions and their registers are its own, so it is entered
//! and left between any two instructions: loops are entered in the middle, exceptions, generators and `eval` are what they are in the
//! interpreter. One native frame per activation belongs to the stub that [`Baseline::enter`] calls. What a template does not do
//! itself it has the interpreter do, one instruction at a time ([`js_vm::Vm::execute_one`]), so that every instruction is there and
//! none can mean something else. Inline caches are data; code is not changed when it is published.
//!
//! Machine code knows the offsets in [`js_rt::offsets`], and the addresses in the context that it gets.

mod compile;
mod context;
mod masm;
mod natives;
mod runtime;
mod stubs;
mod templates;
#[cfg(test)]
mod tests;
mod upper;

pub use upper::{Ask, Ran, Upper};

use code_memory::{ExecSpace, FrameInfo, Near, PerfMode, Staged, tools_status};
use compile::{Compiler, Noting, Scratch};
use context::Context;
use heap::Gc;
use js_bytecode::Op;
use js_rt::Code;
use js_vm::{Compiled, Counters, Left, Tier, Vm};
use masm::Masm;
use natives::math_calls;
use runtime::{resume_address, set_frame};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use stubs::Stubs;
use upper::entry_or_resume;

#[cfg(target_arch = "x86_64")]
type Host = masm::x64::X64;
#[cfg(target_arch = "aarch64")]
type Host = masm::arm64::Arm64;

/// Choices.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Bytes of machine code that an isolate may have.
    pub budget: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config { budget: 32 << 20 }
    }
}

/// Why there is no tier: the system gives no executable memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// Bytes of address space for the machine code of all isolates.
const SPACE: usize = 64 << 20;

/// What isolates share.
struct Shared {
    space: ExecSpace,
    stubs: Stubs,
    frame: FrameInfo,
}

fn shared() -> Result<&'static Shared, Unavailable> {
    static SHARED: OnceLock<Result<Shared, Unavailable>> = OnceLock::new();
    SHARED
        .get_or_init(|| {
            let refused = |error: String| Unavailable(error);
            let space =
                ExecSpace::reserve(SPACE, Near::Anywhere).map_err(|error| refused(error.to_string()))?;
            let stubs = Stubs::publish(&space, &mut new_masm()).map_err(refused)?;
            let frame = stubs.frame();
            Ok(Shared { space, stubs, frame })
        })
        .as_ref()
        .map_err(Clone::clone)
}

fn new_masm() -> Host {
    let mut masm = Host::default();
    masm.set_windows(cfg!(windows));
    masm
}

/// The tier of an isolate.
pub struct Baseline {
    shared: &'static Shared,
    context: Box<Context>,
    masm: RefCell<(Host, Scratch)>,
    budget: usize,
    /// Bytes of machine code there are.
    bytes: Arc<AtomicUsize>,
    entered: Cell<u64>,
}

// SAFETY: the context's addresses are those of an isolate while it runs on this thread; every activation sets them.
unsafe impl Send for Baseline {}

/// What keeps a function's machine code.
struct Installed {
    code: code_memory::Code,
    /// Offsets of instructions, whose address the function has.
    table: Box<[u32]>,
    bytes: Arc<AtomicUsize>,
}

impl Drop for Installed {
    fn drop(&mut self) {
        self.bytes.fetch_sub(self.size(), Ordering::Relaxed);
    }
}

impl Installed {
    fn size(&self) -> usize {
        self.code.len() + size_of_val(&*self.table)
    }
}

/// Enters compiled code: the context, the address to go on at.
type Entry = unsafe extern "C" fn(*const Context, usize);

impl Baseline {
    /// A tier for an isolate.
    ///
    /// # Errors
    /// The system gives no executable memory.
    pub fn new(config: Config) -> Result<Baseline, Unavailable> {
        Baseline::below(config, None)
    }

    /// The same with a tier above it.
    ///
    /// # Errors
    /// As there.
    pub fn with_upper(config: Config, upper: Box<dyn Upper>) -> Result<Baseline, Unavailable> {
        Baseline::below(config, Some(upper))
    }

    fn below(config: Config, upper: Option<Box<dyn Upper>>) -> Result<Baseline, Unavailable> {
        let shared = shared()?;
        let context = Box::new(Context::new(upper));
        shared.stubs.note(&context.stubs);
        Ok(Baseline {
            shared,
            context,
            masm: RefCell::new((new_masm(), Scratch::default())),
            budget: config.budget,
            bytes: Arc::default(),
            entered: Cell::new(0),
        })
    }
}

impl Baseline {
    /// Says what a function's code is called and how to unwind through it, where somebody wants to know: on Windows everybody may, elsewhere
    /// profilers and debuggers. No exception of ours passes through, and the frame pointer leads on.
    fn describe(&self, vm: &Vm, code: &Code, staged: &mut Staged) {
        let tools = tools_status();
        let wanted = tools.gdb || tools.perf != PerfMode::Off;
        if wanted {
            let (name, place) = vm.code_label(code);
            staged.set_name(&format!("js:{name}:{place}"));
        }
        if wanted || cfg!(windows) {
            staged.set_frame(self.shared.frame.clone());
        }
    }
}

impl Baseline {
    /// Runs machine code for the innermost frame, which is executed `anew` if it is at its start, until it is left.
    fn activation(&self, vm: &Vm, floor: usize, anew: bool) -> Left {
        let context = &*self.context;
        let left = context.activate(vm, floor, || {
            let (frame, code) = vm.begin_frame()?;
            let pc = frame.pc.get();
            let address = if anew { entry_or_resume(&code, pc)? } else { resume_address(&code, pc)? };
            if anew && pc == 0 && self.leads_above(&code) {
                context.wanted.set(1);
                return None;
            }
            set_frame(context, frame);
            // SAFETY: the stub is published code of this type.
            let entry: Entry = unsafe { std::mem::transmute(self.shared.stubs.entry()) };
            // SAFETY: the address is that of an instruction in the code of the innermost frame, or of its entry, which the context says;
            // the isolate is borrowed for as long as this runs.
            unsafe { entry(context, address) };
            match context.result.replace(0) {
                0 => context.left.take(),
                word => Some(Left::Done(Ok(runtime::value(word)))),
            }
        });
        if let Some(panic) = context.panic.take() {
            resume_unwind(panic);
        }
        left.unwrap_or(Left::Frame)
    }
}

impl Tier for Baseline {
    fn compile(&self, vm: &Vm, code: Gc<Code>) -> Result<Compiled, &'static str> {
        let mut borrowed = self.masm.borrow_mut();
        let (masm, scratch) = &mut *borrowed;
        let upper = self.context.upper.as_ref();
        let noting = upper.map(|_| Noting::of(&code));
        let math = math_calls(vm, code);
        for call in &math {
            code.native.note(call.pc as usize, |note| note.with_native(call.native));
        }
        Compiler::new(masm, &code, scratch, (noting, &math)).run()?;
        let length = masm.position();
        let table: Box<[u32]> = scratch.offsets.as_slice().into();
        let size = length + size_of_val(&*table);
        if self.bytes.load(Ordering::Relaxed) + size > self.budget {
            return Err("code-budget");
        }
        let mut staged = self.shared.space.alloc(length, 16).map_err(|_| "code-memory")?;
        staged.bytes_mut().copy_from_slice(&masm.buffer().bytes);
        self.describe(vm, &code, &mut staged);
        let published = staged.publish().map_err(|_| "code-memory")?;
        let base = published.entry().addr();
        let address = table.as_ptr().expose_provenance();
        self.bytes.fetch_add(size, Ordering::Relaxed);
        let installed = Installed { code: published, table, bytes: self.bytes.clone() };
        // SAFETY: the compiler has noted an offset for each instruction of this function, and the code was just published; both are in
        // what keeps them.
        unsafe { code.native.install(base, base, address, Box::new(installed)) };
        code.native.heat.set(upper.map_or(u32::MAX, |upper| upper.threshold().max(1)));
        Ok(Compiled { bytes: length })
    }

    fn enter(&self, vm: &Vm, floor: usize) -> Left {
        self.entered.set(self.entered.get() + 1);
        let mut anew = true;
        loop {
            let left = self.activation(vm, floor, anew);
            let header = match self.context.wanted.take() {
                0 => return left,
                1 => None,
                number => Some(number - 2),
            };
            if let Some(left) = self.run_above(vm, floor, header) {
                return left;
            }
            // What optimized code left is to get on here before it is entered again.
            anew = false;
        }
    }

    fn counters(&self) -> Counters {
        let steps = Op::ALL.iter().zip(&self.context.steps).map(|(&op, count)| (op, count.get()));
        Counters {
            entered: self.entered.get(),
            steps: steps.filter(|&(_, count)| count > 0).collect(),
            bytes: self.bytes.load(Ordering::Relaxed),
            declined_above: self.context.upper.as_ref().map_or_else(Vec::new, |upper| upper.declined()),
        }
    }
}
