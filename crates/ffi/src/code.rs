//! Where calls get their machine code from: one cache of stubs and adaptors for the process, and the way without any.

use abi::stub::{StubError, emit_call, emit_callback};
use abi::{Abi, Move, Plan, ResultPlan, Scalar, Slot, Type};
use code_memory::{Code, ExecSpace, Near};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// How calls are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// The fastest way there is: straight calls where Rust can make them, machine-code stubs, or without executable
    /// memory the slow path.
    #[default]
    Auto,
    /// Machine-code stubs, or an error.
    Stub,
    /// No executable memory: plans are interpreted. Everything behaves the same, a call costs a few hundred nanoseconds.
    Slow,
}

/// Bytes of address space for stubs; a stub takes about 200.
const SPACE: usize = 16 << 20;

/// Machine code of a call stub.
type Stub = unsafe extern "C" fn(target: *const u8, frame: *mut u8, result: *mut u8);

/// Makes calls of one plan.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    /// The entry of `code`, or `None` to interpret the plan.
    stub: Option<Stub>,
    /// Keeps the stub alive.
    _code: Option<Arc<Code>>,
    plan: Arc<Plan>,
}

impl Engine {
    /// # Errors
    /// [`Route::Stub`] where there can be no stub; the text says why.
    pub(crate) fn new(plan: Arc<Plan>, route: Route) -> Result<Engine, String> {
        let slow = |plan| Ok(Engine { stub: None, _code: None, plan });
        if route == Route::Slow {
            return slow(plan);
        }
        match published(&plan, Use::Call) {
            Ok(code) => {
                // SAFETY: `emit_call` makes code of this type, and the engine keeps it alive.
                let stub = unsafe { std::mem::transmute::<*const u8, Stub>(code.entry()) };
                Ok(Engine { stub: Some(stub), _code: Some(code), plan })
            }
            Err(why) if route == Route::Stub => Err(why),
            Err(_) => slow(plan),
        }
    }

    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Calls `target`.
    ///
    /// # Safety
    /// `target` must be a function of the plan's convention and signature, sound to call with the arguments in `frame`.
    /// `frame` must have the plan's size and alignment. `result` must have room for the result, padded to a multiple of 16
    /// bytes and aligned to 16 and to its type; without a result it may be null.
    #[inline(always)]
    pub(crate) unsafe fn call(&self, target: *const u8, frame: *mut u8, result: *mut u8) {
        match self.stub {
            // SAFETY: the stub was made from the plan; the rest is the caller's promise.
            Some(stub) => unsafe { stub(target, frame, result) },
            // SAFETY: plans come from `Plan::new`; the rest is the caller's promise.
            None => unsafe { abi::slow::call(&self.plan, target, frame, result) },
        }
    }
}

/// The adaptor for callbacks with this plan.
///
/// # Errors
/// No executable memory, or a plan no adaptor can be made for; the text says why.
pub(crate) fn adaptor(plan: &Plan) -> Result<Arc<Code>, String> {
    published(plan, Use::Callback)
}

/// The space all code of this library lives in.
///
/// # Errors
/// The host's reason for refusing executable memory, the same every time.
pub(crate) fn space() -> Result<&'static ExecSpace, String> {
    static SPACE_ONCE: OnceLock<Result<ExecSpace, String>> = OnceLock::new();
    // Calls to far away are predicted worse (beyond 4 GB on current x64 processors), so the code lies next to the program.
    let here = (space as fn() -> _) as usize;
    let reserve = || {
        let near = ExecSpace::reserve(SPACE, Near::Address(here));
        near.or_else(|_| ExecSpace::reserve(SPACE, Near::Anywhere)).map_err(|e| e.to_string())
    };
    SPACE_ONCE.get_or_init(reserve).as_ref().map_err(Clone::clone)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Use {
    Call,
    Callback,
}

/// What the code of a plan depends on: all of it except names.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    purpose: Use,
    abi: Abi,
    slots: Vec<Slot>,
    scalars: Vec<Option<Scalar>>,
    args: Vec<Move>,
    frame: (u32, u32),
    stack: (u32, u32),
    result_slot: Option<Slot>,
    result: ResultPlan,
    vector_count: Option<u8>,
}

impl Key {
    fn new(plan: &Plan, purpose: Use) -> Key {
        Key {
            purpose,
            abi: plan.abi,
            slots: plan.slots.clone(),
            scalars: plan.signature.params.iter().map(Type::as_scalar).collect(),
            args: plan.args.clone(),
            frame: (plan.frame_size, plan.frame_align),
            stack: (plan.stack_size, plan.stack_align),
            result_slot: plan.result_slot,
            result: plan.result.clone(),
            vector_count: plan.vector_count,
        }
    }
}

/// Published code by plan. Code lives as long as somebody uses it; entries without code go when their number has doubled.
#[derive(Default)]
struct Cache {
    codes: HashMap<Key, Weak<Code>>,
    sweep_at: usize,
}

/// The code for `plan`, shared with everybody who has an equal plan.
fn published(plan: &Plan, purpose: Use) -> Result<Arc<Code>, String> {
    static CACHE: Mutex<Option<Cache>> = Mutex::new(None);
    let key = Key::new(plan, purpose);
    let mut guard = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    let cache = guard.get_or_insert_with(Cache::default);
    if let Some(code) = cache.codes.get(&key).and_then(Weak::upgrade) {
        return Ok(code);
    }
    let code = Arc::new(publish(plan, purpose)?);
    if cache.codes.len() >= cache.sweep_at {
        cache.codes.retain(|_, code| code.strong_count() > 0);
        cache.sweep_at = (cache.codes.len() * 2).max(64);
    }
    cache.codes.insert(key, Arc::downgrade(&code));
    Ok(code)
}

fn publish(plan: &Plan, purpose: Use) -> Result<Code, String> {
    let space = space()?;
    let (emitted, what) = match purpose {
        Use::Call => (emit_call(plan, Abi::HOST), "call"),
        Use::Callback => (emit_callback(plan, Abi::HOST), "callback"),
    };
    let name = format!("ffi {what} {}", plan.signature);
    emitted.and_then(|code| code.publish(space, &name)).map_err(|e: StubError| e.to_string())
}
