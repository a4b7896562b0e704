//! Runs a compiled batch in this process: every signature through every check, one line of text per event.
//!
//! Wrong plans crash, and so may anything here. The driver therefore runs this in a process of its own, learns from the
//! last `at` line what was being tried, and starts another one after that point.

use crate::emit::records;
use crate::library::Library;
use crate::memory::Guarded;
use crate::rng::{Rng, hash};
use crate::values::{Values, buffer_offsets};
use crate::{Batch, SetupError};
use abi::layout::member_offsets;
use abi::slow::StaticClosure;
use abi::slow::image::{CallImage, ResultImage, call_image_canary};
use abi::stub::{ClosureData, emit_call, emit_callback, emit_closure};
use abi::{Abi, Arch, Layout, Plan, Signature};
use code_memory::{Code, ExecSpace, Near};
use std::ffi::c_void;
use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// What is tried with each signature, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// `sizeof`, `_Alignof`, `offsetof`.
    Layout,
    /// [`abi::slow::call`] to C.
    CallSlow,
    /// The call stub to C.
    CallStub,
    /// C to a closure made of machine code.
    Closure,
    /// C to a closure of the precompiled pool.
    StaticClosure,
}

impl Check {
    pub(crate) const ALL: [Check; 5] =
        [Check::Layout, Check::CallSlow, Check::CallStub, Check::Closure, Check::StaticClosure];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Check::Layout => "layout",
            Check::CallSlow => "call-slow",
            Check::CallStub => "call-stub",
            Check::Closure => "closure",
            Check::StaticClosure => "static-closure",
        }
    }
}

/// Runs the checks of `batch` from the given position on: (position in the batch, position in [`Check::ALL`]).
pub(crate) fn run(batch: &Batch, object: &Path, from: (usize, usize)) -> Result<(), SetupError> {
    let library = Library::open(object)?;
    let space = ExecSpace::reserve(16 << 20, Near::Anywhere).map_err(|e| SetupError::Load(e.to_string()))?;
    let mut out = std::io::stdout().lock();
    let mut event = |line: std::fmt::Arguments<'_>| -> Result<(), SetupError> {
        // A driver that is gone wants no more of this.
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|e| SetupError::Load(e.to_string()))
    };
    for (position, (index, signature)) in batch.signatures().enumerate().skip(from.0) {
        let case = Case::new(batch, index, signature, &library, &space)?;
        let first = if position == from.0 { from.1 } else { 0 };
        for (number, check) in Check::ALL.into_iter().enumerate().skip(first) {
            event(format_args!("at {position} {number}"))?;
            if let Err(Mismatch(text)) = case.check(check) {
                event(format_args!("bad {position} {number} {text}"))?;
            }
        }
    }
    event(format_args!("done"))
}

/// What differs from what was expected.
struct Mismatch(String);

impl<E: Display> From<E> for Mismatch {
    fn from(error: E) -> Mismatch {
        Mismatch(error.to_string())
    }
}

/// One signature with its values and its C functions.
struct Case<'a> {
    abi: Abi,
    plan_abi: Abi,
    index: u32,
    signature: Signature,
    values: Values,
    offsets: Vec<usize>,
    buffer_size: usize,
    library: &'a Library,
    space: &'a ExecSpace,
}

impl<'a> Case<'a> {
    fn new(
        batch: &Batch,
        index: u32,
        signature: Signature,
        library: &'a Library,
        space: &'a ExecSpace,
    ) -> Result<Case<'a>, SetupError> {
        let mut rng = Rng::new(batch.seed, hash(&signature.to_string()));
        let unusable = |e: abi::TypeError| SetupError::Load(format!("signature {index}: {e}"));
        let values = Values::new(&signature, batch.abi, &mut rng).map_err(unusable)?;
        let (offsets, buffer_size) = buffer_offsets(&signature, batch.abi).map_err(unusable)?;
        let (abi, plan_abi) = (batch.abi, batch.plan);
        Ok(Case { abi, plan_abi, index, signature, values, offsets, buffer_size, library, space })
    }

    fn check(&self, check: Check) -> Result<(), Mismatch> {
        match check {
            Check::Layout => self.layout(),
            Check::CallSlow => self.call(|plan, host| {
                // SAFETY: `host` promises what `slow::call` wants: target, frame and result belong to the plan.
                let call = |target, frame, result| unsafe { abi::slow::call(plan, target, frame, result) };
                let context = SlowCall { call: &call, target: host.target };
                host.run(slow_entry as *const u8, (&raw const context).cast())
            }),
            Check::CallStub => self.call(|plan, host| {
                let code = emit_call(plan, Abi::HOST)?.publish(self.space, "abi-check call")?;
                host.run(code.entry(), host.target)
            }),
            Check::Closure => self.callback(|plan, data| {
                let adaptor = emit_callback(&plan, Abi::HOST)?.publish(self.space, "abi-check adaptor")?;
                let closure = emit_closure(Arch::HOST, adaptor.entry(), data);
                Ok(Entry::Code(Box::new([closure.publish(self.space, "abi-check closure")?, adaptor])))
            }),
            Check::StaticClosure => self.callback(|plan, data| {
                // SAFETY: `callback` keeps `data` and what it points to alive and in place for as long as the entry exists, and
                // calls it from this thread only.
                let entry = unsafe { StaticClosure::new(plan, (*data).handler, (*data).user)? };
                Ok(Entry::Static(entry))
            }),
        }
    }

    /// Compares every record's size, alignment and member offsets with what the compiler says.
    fn layout(&self) -> Result<(), Mismatch> {
        let table: *const u32 = self.library.symbol(&format!("layout_{}", self.index))?.cast();
        let mut next = 1;
        let mut word = || {
            // SAFETY: the emitted table holds a leading 0 and then as many words as this function asks for, since it walks
            // the same records in the same order as the emitter.
            let value = unsafe { table.add(next).read() };
            next += 1;
            value
        };
        let mut first = None;
        for record in records(&self.signature) {
            let ty = abi::Type::Record(record.clone());
            let ours = Layout::of(&ty, self.plan_abi)?;
            let mut compare = |what: String, ours: u32, theirs: u32| {
                if ours != theirs && first.is_none() {
                    first = Some(format!("{what} of {record}: ours {ours}, the compiler's {theirs}"));
                }
            };
            compare("sizeof".to_owned(), ours.size, word());
            compare("_Alignof".to_owned(), ours.align, word());
            for (i, offset) in member_offsets(&record, self.plan_abi)?.into_iter().enumerate() {
                compare(format!("offset of member {i}"), offset, word());
            }
        }
        first.map_or(Ok(()), |text| Err(Mismatch(text)))
    }

    /// Call direction: our plan calls the C callee, which shows its arguments and returns the preset result.
    fn call(&self, make: impl FnOnce(&Plan, &mut HostCall) -> Result<(), Mismatch>) -> Result<(), Mismatch> {
        let plan = Plan::new(self.plan_abi, &self.signature)?;
        let mut frame = Guarded::new(plan.frame_size as usize, plan.frame_align as usize);
        for (slot, value) in plan.slots.iter().zip(&self.values.params) {
            // Under a foreign plan (`--plan`) sizes may differ.
            let size = value.bytes.len().min(slot.size as usize);
            let at = slot.offset as usize;
            frame.bytes_mut()[at..at + size].copy_from_slice(&value.bytes[..size]);
        }
        let slot = plan.result_slot.map_or((0, 16), |s| (s.size.next_multiple_of(16), s.align.max(16)));
        let mut result = Guarded::new(slot.0 as usize, slot.1 as usize);
        let mut seen = Guarded::new(self.buffer_size, 64);
        let preset = self.values.result.as_ref().map_or(&[][..], |v| &v.bytes[..]);
        self.state(seen.as_mut_ptr(), preset.as_ptr())?;
        let target = self.library.symbol(&format!("callee_{}", self.index))?;
        let mut host = HostCall { target, frame: frame.as_mut_ptr(), result: result.as_mut_ptr() };
        make(&plan, &mut host)?;
        self.compare_seen(&seen)?;
        if let Some(value) = &self.values.result {
            differs("result", value.first_difference(result.bytes()))?;
        }
        for (what, buffer) in [("frame", &frame), ("result buffer", &result), ("parameters' copy", &seen)] {
            guards(what, buffer)?;
        }
        Ok(())
    }

    fn compare_seen(&self, seen: &Guarded) -> Result<(), Mismatch> {
        for (i, (value, ty)) in self.values.params.iter().zip(&self.signature.params).enumerate() {
            let found = &seen.bytes()[self.offsets[i]..];
            differs(&format!("parameter {i}"), value.widened(ty).first_difference(found))?;
        }
        Ok(())
    }

    /// Tells the C side where to put the parameters it sees and where the result lies that it returns.
    fn state(&self, seen: *mut u8, preset: *const u8) -> Result<(), Mismatch> {
        let function = self.library.symbol("abi_check_state")?;
        c_call(function, self.abi, [seen.cast_const(), preset, std::ptr::null()])
    }

    /// Callback direction: the C caller passes the values to our entry, whose handler notes them and gives the result.
    fn callback(
        &self,
        make: impl FnOnce(Arc<Plan>, *const ClosureData) -> Result<Entry, Mismatch>,
    ) -> Result<(), Mismatch> {
        let plan = Arc::new(Plan::new(self.plan_abi, &self.signature)?);
        let mut received = Received {
            frame: vec![0; plan.frame_size as usize],
            align: plan.frame_align as usize,
            result: self.values.result.as_ref().map_or(Vec::new(), |v| v.bytes.clone()),
            calls: 0,
            misaligned: None,
        };
        received.result.truncate(plan.result_slot.map_or(0, |s| s.size as usize));
        let shared = &raw mut received;
        let data = ClosureData { handler, user: shared.cast() };
        let entry = make(plan.clone(), &raw const data)?;
        let mut input = Guarded::new(self.buffer_size, 64);
        for (value, &at) in self.values.params.iter().zip(&self.offsets) {
            input.bytes_mut()[at..at + value.bytes.len()].copy_from_slice(&value.bytes);
        }
        let widened =
            self.values.result.as_ref().zip(self.signature.result.as_ref()).map(|(v, t)| v.widened(t));
        let mut output = Guarded::new(widened.as_ref().map_or(0, |v| v.bytes.len()), 16);
        let caller = self.library.symbol(&format!("caller_{}", self.index))?;
        c_call(caller, self.abi, [entry.address(), input.as_mut_ptr().cast_const(), output.as_mut_ptr()])?;
        // SAFETY: the handler wrote through the raw pointer while C code ran, which is over.
        let received = unsafe { &*shared };
        received.check()?;
        for (i, (value, slot)) in self.values.params.iter().zip(&plan.slots).enumerate() {
            let found = &received.frame[slot.offset as usize..];
            differs(&format!("parameter {i}"), value.first_difference(found))?;
        }
        if let Some(value) = widened {
            differs("result", value.first_difference(output.bytes()))?;
        }
        guards("result", &output)
    }
}

fn differs(what: &str, difference: Option<(usize, u8, Option<u8>)>) -> Result<(), Mismatch> {
    let Some((at, want, got)) = difference else { return Ok(()) };
    let got = got.map_or("nothing".to_owned(), |b| format!("{b:#04x}"));
    Err(Mismatch(format!("{what} byte {at}: expected {want:#04x}, found {got}")))
}

fn guards(what: &str, buffer: &Guarded) -> Result<(), Mismatch> {
    match buffer.overwritten() {
        None => Ok(()),
        Some(at) => Err(Mismatch(format!("wrote next to the {what}, at byte {at}"))),
    }
}

/// The entry under test: a closure and its adaptor, or one of the pool. Code stays published as long as this lives.
enum Entry {
    Code(Box<[Code; 2]>),
    Static(StaticClosure),
}

impl Entry {
    fn address(&self) -> *const u8 {
        match self {
            Entry::Code(pieces) => pieces[0].entry(),
            Entry::Static(closure) => closure.entry(),
        }
    }
}

/// What the callback handler received and gives back.
struct Received {
    frame: Vec<u8>,
    align: usize,
    result: Vec<u8>,
    calls: u32,
    misaligned: Option<usize>,
}

impl Received {
    fn check(&self) -> Result<(), Mismatch> {
        if self.calls != 1 {
            return Err(Mismatch(format!("the handler ran {} times", self.calls)));
        }
        match self.misaligned {
            Some(address) => Err(Mismatch(format!("the handler's frame at {address:#x} is not aligned"))),
            None => Ok(()),
        }
    }
}

/// The handler of every closure here.
unsafe extern "C" fn handler(user: *mut c_void, frame: *mut u8, result: *mut u8) {
    // SAFETY: `user` is the `Received` of the check that is running, which nobody else touches until C code returns; frame and
    // result are valid for the plan's sizes by the contract of closures.
    unsafe {
        let received = &mut *user.cast::<Received>();
        received.calls += 1;
        if !frame.addr().is_multiple_of(received.align) {
            received.misaligned = Some(frame.addr());
        }
        std::ptr::copy_nonoverlapping(frame, received.frame.as_mut_ptr(), received.frame.len());
        std::ptr::copy_nonoverlapping(received.result.as_ptr(), result, received.result.len());
    }
}

/// What a call needs besides the code that makes it.
struct HostCall {
    target: *const u8,
    frame: *mut u8,
    result: *mut u8,
}

impl HostCall {
    /// Calls `entry(first, frame, result)` by the host's convention.
    fn run(&self, entry: *const u8, first: *const u8) -> Result<(), Mismatch> {
        c_call(entry, Abi::HOST, [first, self.frame.cast_const(), self.result.cast_const()])
    }
}

/// The slow path as a function of the call stubs' type, so that both are tried alike.
struct SlowCall<'a> {
    call: &'a dyn Fn(*const u8, *mut u8, *mut u8),
    target: *const u8,
}

unsafe extern "C" fn slow_entry(context: *const u8, frame: *mut u8, result: *mut u8) {
    // SAFETY: the context is the `SlowCall` that `Case::check` passes and keeps until this returns.
    let context = unsafe { &*context.cast::<SlowCall<'_>>() };
    (context.call)(context.target, frame, result);
}

/// Calls a function of three pointers by `abi` with canaries in every callee-saved register.
fn c_call(function: *const u8, abi: Abi, arguments: [*const u8; 3]) -> Result<(), Mismatch> {
    let mut image = CallImage::new(function);
    image.fill_canaries(abi);
    for (&reg, argument) in abi.int_args().iter().zip(arguments) {
        image.registers.int[reg as usize] = argument.expose_provenance() as u64;
    }
    let shadow = Guarded::new(abi.shadow_space() as usize, 16);
    image.stack = shadow.bytes().as_ptr();
    image.stack_size = abi.shadow_space() as usize;
    let mut returned = ResultImage::default();
    // SAFETY: `function` takes three pointers by `abi`: emitted C code, or a call stub with the pointers its contract asks for.
    unsafe { call_image_canary(&image, &mut returned)? };
    match returned.clobbered(&image, abi).first() {
        Some(clobbered) => Err(Mismatch(clobbered.to_string())),
        None => Ok(()),
    }
}
