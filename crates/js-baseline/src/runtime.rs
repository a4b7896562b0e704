//! C functions that compiled code calls.
//!
//! A step executes one instruction in the interpreter. Lean helpers do one operation that cannot change which frame is the innermost
//! one, for less. Machine code passes the context, which it got from [`crate::Baseline::enter`], and words of registers.

use crate::context::Context;
use crate::upper::{Ask, entry_or_resume, lead};
use js_bytecode::Op;
use js_rt::offsets::{CLASS_TYPED_FIRST, CLASS_TYPED_LAST};
use js_rt::{Cache, Code, Frame, Note, Value};
use js_vm::{Left, Next, Res, Vm};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a step answers when the next instruction follows.
const SEQUENTIAL: usize = 0;

/// Calls of a place where a built-in function was called before are looked at when these bits of the countdown are 0.
const LOOKS: u32 = 7;

macro_rules! helpers {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),*);)*) => {
        /// Addresses of the C functions.
        #[repr(C)]
        pub(crate) struct Helpers {
            $($(#[$doc])* pub(crate) $name: unsafe extern "C" fn(*const Context $(, $argument: u64)*) -> u64,)*
        }

        impl Helpers {
            pub(crate) fn new() -> Helpers {
                Helpers { $($name,)* }
            }
        }
    };
}

helpers! {
    /// Executes the instruction that the frame's `pc` is. 0: the next one follows; else where to go on.
    step();
    /// The same, but always says where to go on.
    step_far();
    /// A helper threw: where to go on.
    throw();
    /// The counter of the innermost function is at its end, at the head of a loop, the instruction before number `place`, or where the
    /// function begins: 0. Answers as a step does.
    hot(place);
    /// A property: the cache, the base.
    get_property(base, cache);
    /// Stores a property.
    set_property(base, value, cache);
    /// A field of a literal or class.
    define_field(base, value, cache);
    /// A global binding.
    get_global(cache);
    /// Assigns to one.
    set_global(value, cache);
    /// An element: base and key.
    get_element(base, key);
    /// Stores an element.
    set_element(base, key, value);
    /// Begins the call of what is in the register at an address. Answers as a step does.
    call(callee, site);
    /// The same for `new`.
    construct(callee, site);
    /// A closure of a function of the unit, in an environment.
    closure(env, index);
    /// A new environment.
    new_env(parent, scope);
    /// A copy of one.
    copy_env(env);
    /// An object literal.
    new_object(hint);
    /// An array literal.
    new_array(hint);
    /// `typeof`.
    type_of(value);
    /// `this` of a sloppy function.
    coerce_this(value);
    /// Whether values are strictly equal: 1 or 0.
    strict_equal(a, b);
    /// Whether a value is true: 1 or 0.
    truth(value);
    /// The remainder of numbers; 0 when one is none.
    remainder(a, b);
    /// Appends an element of an array literal.
    append(array, value);
    /// ToString.
    text(value);
    /// Opens an iterator in three registers from an address on.
    iterator_open(first, iterable);
    /// The next value of the iterator in registers from an address on; [`DONE`] at the end.
    iterator_next(first);
    /// Closes an iterator.
    iterator_close(object, next, threw);
    /// The sum of what are not both numbers.
    add(a, b);
}

/// What every helper begins with: the context, and the isolate that runs.
///
/// # Safety
/// Compiled code passes the context register, and runs below [`Context::activate`].
unsafe fn parts<'a>(context: *const Context) -> (&'a Context, &'a Vm) {
    // SAFETY: the register holds the address of the context that `enter` borrows for the activation's time.
    let context = unsafe { &*context };
    // SAFETY: so does `enter` with the isolate, whose address it put into the context.
    (context, unsafe { &*context.vm() })
}

/// A value as it is in a register.
pub(crate) fn value(bits: u64) -> Value {
    // SAFETY: compiled code passes words of registers and slots, which hold values; `Value` is transparent over the word.
    unsafe { std::mem::transmute(bits) }
}

/// An inline cache.
///
/// # Safety
/// The word is the address of a cache of the function that is executed.
unsafe fn cache<'a>(address: u64) -> &'a Cache {
    // SAFETY: the caller's promise; the frame keeps the function, and that its caches, alive.
    unsafe { &*std::ptr::with_exposed_provenance(address as usize) }
}

/// The entry of the machine code of a function at an instruction, if it has any.
pub(crate) fn resume_address(code: &Code, pc: u32) -> Option<usize> {
    let (base, table) = code.native.entries().filter(|_| (pc as usize) < code.function.insts.len())?;
    let table: *const u32 = std::ptr::with_exposed_provenance(table);
    // SAFETY: by the promise of `install` the table has an offset for each instruction, and there are more of these than `pc` says.
    Some(base + unsafe { *table.add(pc as usize) } as usize)
}

/// Runs what may panic: a panic waits in the context until machine code is left.
fn guarded(context: &Context, run: impl FnOnce() -> u64) -> Option<u64> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(word) => Some(word),
        Err(panic) => {
            context.panic.replace(Some(panic));
            None
        }
    }
}

/// Where the innermost frame goes on.
fn go_on(context: &Context, vm: &Vm) -> usize {
    if let Some((frame, code)) = vm.begin_frame()
        && let Some(address) = entry_or_resume(&code, frame.pc.get())
    {
        set_frame(context, frame);
        return address;
    }
    leave(context, Left::Frame)
}

pub(crate) fn set_frame(context: &Context, frame: &Frame) {
    context.frame.set(std::ptr::from_ref(frame).expose_provenance());
    context.registers.set(context.values.get() + size_of::<Value>() * frame.base.get() as usize);
}

fn leave(context: &Context, left: Left) -> usize {
    context.left.replace(Some(left));
    context.stubs.leave.get()
}

fn after(context: &Context, vm: &Vm, next: Next) -> usize {
    match next {
        Next::Next | Next::Frame => go_on(context, vm),
        Next::Done(result) => leave(context, Left::Done(result)),
    }
}

fn one_step(context: &Context, vm: &Vm) -> usize {
    let Some((frame, code)) = vm.begin_frame() else { return leave(context, Left::Frame) };
    let pc = frame.pc.get();
    if let Some(inst) = code.function.insts.get(pc as usize)
        && let Some(count) = context.steps.get(inst.op() as usize)
    {
        count.set(count.get() + 1);
    }
    note_step(context, vm, &code, pc as usize);
    let next = vm.execute_one(context.floor_depth());
    let address = match next {
        Next::Next if frame.pc.get() == pc + 1 => SEQUENTIAL,
        other => after(context, vm, other),
    };
    keep(code);
    address
}

/// Notes that the interpreter executes an instruction, but not where it only looks at the countdown or begins a call.
fn note_step(context: &Context, vm: &Vm, code: &Code, pc: usize) {
    let flags = &code.function.flags;
    // Nobody reads what is noted of generators and async functions.
    if context.upper.is_none() || flags.generator || flags.is_async {
        return;
    }
    let Some(inst) = code.function.insts.get(pc) else { return };
    let counts = inst.op().is_loop() && vm.is_counted_down();
    if !counts && !matches!(inst.op(), Op::Call | Op::New) {
        code.native.note(pc, |note| note.with(Note::OTHER));
    }
}

/// What is noted about the instruction whose template says so.
fn note_cell(context: &Context) -> &Cell<Note> {
    let cell: *const Cell<Note> = std::ptr::with_exposed_provenance(context.note.get());
    // SAFETY: templates have stored the address of their note in front of the call, which lives as long as the function whose frame
    // is the innermost one; where nothing is noted, it is that of the context's own.
    unsafe { &*cell }
}

/// Notes something about that instruction, if there is a tier above.
fn note(context: &Context, change: impl FnOnce(Note) -> Note) {
    let cell = note_cell(context);
    cell.set(change(cell.get()));
}

/// The same about a call of what may be a built-in function. Once one was seen, it is mostly the same: only some calls look then.
fn note_native(context: &Context, vm: &Vm, base: usize) {
    if context.upper.is_none() {
        return;
    }
    let known = note_cell(context).get();
    if (known.native == 0 || known.exits > 0 || vm.countdown() & LOOKS == 0)
        && let Some(native) = vm.native_at(base)
    {
        note(context, |note| note.with_native(native));
    }
}

/// The same about an access of what may be a typed array.
fn note_typed(context: &Context, base: u64) {
    let Some(object) = value(base).as_object() else { return };
    let class = object.class() as u8;
    if (CLASS_TYPED_FIRST..=CLASS_TYPED_LAST).contains(&class) {
        note(context, |note| note.with_class(class));
    }
}

/// Has a function, in whose machine code we are, be alive up to here: its frame may be gone, but the heap finds the handle on the stack.
fn keep<T>(code: T) {
    std::hint::black_box(code);
}

unsafe extern "C" fn step(context: *const Context) -> u64 {
    // SAFETY: called by compiled code only.
    let (context, vm) = unsafe { parts(context) };
    guarded(context, || one_step(context, vm) as u64).unwrap_or_else(|| context.stubs.leave.get() as u64)
}

unsafe extern "C" fn step_far(context: *const Context) -> u64 {
    // SAFETY: called by compiled code only.
    let (context, vm) = unsafe { parts(context) };
    guarded(context, || match one_step(context, vm) {
        SEQUENTIAL => go_on(context, vm) as u64,
        address => address as u64,
    })
    .unwrap_or_else(|| context.stubs.leave.get() as u64)
}

unsafe extern "C" fn hot(context: *const Context, place: u64) -> u64 {
    // SAFETY: called by compiled code only.
    let (context, vm) = unsafe { parts(context) };
    guarded(context, || {
        let (Some(upper), Some((_, code))) = (&context.upper, vm.begin_frame()) else {
            return SEQUENTIAL as u64;
        };
        let header = u32::try_from(place).ok().and_then(|place| place.checked_sub(1));
        if header.is_some() && upper.has_code_for_calls(code) {
            lead(context, &code, true);
        }
        match upper.ask(vm, code, header) {
            Ask::Again(rounds) => {
                code.native.heat.set(rounds.max(1));
                SEQUENTIAL as u64
            }
            Ask::Ready(rounds) => {
                code.native.heat.set(rounds.max(1));
                if header.is_none() {
                    lead(context, &code, true);
                }
                context.wanted.set(header.map_or(1, |pc| pc + 2));
                context.stubs.leave.get() as u64
            }
        }
    })
    .unwrap_or_else(|| context.stubs.leave.get() as u64)
}

unsafe extern "C" fn throw(context: *const Context) -> u64 {
    // SAFETY: called by compiled code only.
    let (context, vm) = unsafe { parts(context) };
    guarded(context, || {
        let code = vm.begin_frame().map(|(_, code)| code);
        let thrown = context.thrown.take();
        let address = match thrown {
            Some(thrown) => after(context, vm, vm.throw_in(context.floor_depth(), thrown)),
            // A panic, which goes on behind the machine code.
            None => context.stubs.leave.get(),
        };
        keep(code);
        address as u64
    })
    .unwrap_or_else(|| context.stubs.leave.get() as u64)
}

/// The word of a result; 0 after noting what was thrown.
fn give(context: &Context, _: &Vm, run: impl FnOnce() -> Res<Value>) -> u64 {
    guarded(context, || match run() {
        Ok(value) => value.bits(),
        Err(thrown) => {
            context.thrown.replace(Some(thrown));
            0
        }
    })
    .unwrap_or(0)
}

/// The same for operations without a result.
fn give_unit(context: &Context, vm: &Vm, run: impl FnOnce() -> Res<()>) -> u64 {
    give(context, vm, || run().map(|()| Value::TRUE))
}

fn is_strict(vm: &Vm) -> bool {
    vm.innermost().is_some_and(|(_, code)| code.function.flags.strict)
}

/// As [`give`], noting that machine code did not do without.
fn noted(context: &Context, vm: &Vm, run: impl FnOnce() -> Res<Value>) -> u64 {
    note(context, |note| note.with(Note::OTHER));
    give(context, vm, run)
}

/// The same for operations without a result.
fn noted_unit(context: &Context, vm: &Vm, run: impl FnOnce() -> Res<()>) -> u64 {
    noted(context, vm, || run().map(|()| Value::TRUE))
}

/// Helpers with a result that can throw: the context, arguments, and what they do.
macro_rules! lean {
    ($($name:ident($context:ident, $vm:ident $(, $argument:ident)*) $give:ident $body:expr;)*) => {$(
        unsafe extern "C" fn $name($context: *const Context $(, $argument: u64)*) -> u64 {
            // SAFETY: called by compiled code only.
            let ($context, $vm) = unsafe { parts($context) };
            $give($context, $vm, || $body)
        }
    )*};
}

lean! {
    get_property(context, vm, base, at) noted {
        // SAFETY: templates pass caches of the function whose code they are part of.
        let cache = unsafe { cache(at) };
        if value(base).is_object() {
            note_typed(context, base);
        } else {
            note(context, |note| note.with(Note::PRIMITIVE));
        }
        vm.get_cached(cache, value(base))
    };
    set_property(context, vm, base, new, at) noted_unit {
        // SAFETY: templates pass caches of the function whose code they are part of.
        let cache = unsafe { cache(at) };
        vm.set_cached(cache, value(base), value(new), is_strict(vm))
    };
    define_field(context, vm, base, new, at) noted_unit {
        // SAFETY: templates pass caches of the function whose code they are part of.
        let cache = unsafe { cache(at) };
        vm.define_cached(cache, value(base), value(new))
    };
    get_global(context, vm, at) noted {
        // SAFETY: templates pass caches of the function whose code they are part of.
        let cache = unsafe { cache(at) };
        vm.get_global_cached(cache)
    };
    set_global(context, vm, new, at) noted_unit {
        // SAFETY: templates pass caches of the function whose code they are part of.
        let cache = unsafe { cache(at) };
        vm.set_global_cached(cache, value(new), is_strict(vm))
    };
    append(context, vm, array, element) give_unit vm.append_element(value(array), value(element));
    text(context, vm, of) give vm.text_of(value(of));
    iterator_open(context, vm, first, iterable) give_unit
        vm.open_in_registers(number_of(context, first), value(iterable));
    iterator_close(context, vm, object, next, threw) give_unit
        vm.close_iterator_of(value(object), value(next), threw != 0);
    add(context, vm, a, b) noted vm.add_slow(value(a), value(b));
    get_element(context, vm, base, key) noted {
        if !(value(base).is_object() && value(key).is_number()) {
            note(context, |note| note.with(Note::PRIMITIVE));
        }
        vm.get_element_at(value(base), value(key))
    };
    set_element(context, vm, base, key, new) noted_unit
        vm.set_element_at(value(base), value(key), value(new), is_strict(vm));
    closure(context, vm, env, index) give match vm.begin_frame() {
        Some((_, code)) => vm.new_closure(code, index as u32, value(env)),
        None => Ok(Value::UNDEFINED),
    };
    new_env(context, vm, parent, scope) give match vm.begin_frame() {
        Some((_, code)) => vm.new_scope(code, value(parent), scope as u32),
        None => Ok(Value::UNDEFINED),
    };
    copy_env(context, vm, env) give vm.copy_scope(value(env));
    new_object(context, vm, hint) give vm.new_literal(hint as u32);
    new_array(context, vm, hint) give vm.new_array_literal(hint as u32);
    type_of(context, vm, of) give Ok(vm.typeof_text(value(of)));
    coerce_this(context, vm, this) give vm.sloppy_this(value(this));
}

/// What [`iterator_next`] answers when there is no more: no value's word.
pub(crate) const DONE: i32 = 1;

/// The number of the register at an address.
fn number_of(context: &Context, register: u64) -> usize {
    (register as usize - context.values.get()) / size_of::<Value>()
}

unsafe extern "C" fn iterator_next(context: *const Context, first: u64) -> u64 {
    // SAFETY: called by compiled code only.
    let (context, vm) = unsafe { parts(context) };
    guarded(context, || match vm.step_in_registers(number_of(context, first)) {
        Ok(Some(value)) => value.bits(),
        Ok(None) => DONE as u64,
        Err(thrown) => {
            context.thrown.replace(Some(thrown));
            0
        }
    })
    .unwrap_or(0)
}

/// What a template says of a call: the number of arguments in 32 bits, the register for the result in 16, that of the callee in 16.
#[derive(Clone, Copy)]
pub(crate) struct Site(pub(crate) u64);

impl Site {
    pub(crate) fn new(count: u32, result: u16, callee: u16) -> Site {
        Site(u64::from(count) | u64::from(result) << 32 | u64::from(callee) << 48)
    }

    fn count(self) -> usize {
        self.0 as u32 as usize
    }

    fn result(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Bytes from the callee's register to that of the result.
    fn distance(self) -> isize {
        8 * (self.result() as isize - (self.0 >> 48) as isize)
    }
}

/// Does what begins a call.
fn begin(
    context: &Context,
    vm: &Vm,
    callee: u64,
    site: Site,
    call: impl FnOnce(usize, usize, u16) -> Res<Option<Value>>,
) -> u64 {
    guarded(context, || {
        let address = match call(number_of(context, callee), site.count(), site.result()) {
            Ok(Some(made)) => {
                let at = (callee as usize).wrapping_add_signed(site.distance());
                let register: *mut u64 = std::ptr::with_exposed_provenance_mut(at);
                // SAFETY: the template's frame is still there, and the register is one of its.
                unsafe { *register = made.bits() };
                SEQUENTIAL
            }
            Ok(None) => go_on(context, vm),
            Err(thrown) => {
                let code = vm.begin_frame().map(|(_, code)| code);
                let address = after(context, vm, vm.throw_in(context.floor_depth(), thrown));
                keep(code);
                address
            }
        };
        address as u64
    })
    .unwrap_or_else(|| context.stubs.leave.get() as u64)
}

unsafe extern "C" fn call(context: *const Context, callee: u64, site: u64) -> u64 {
    // SAFETY: called by compiled code only.
    let (context, vm) = unsafe { parts(context) };
    begin(context, vm, callee, Site(site), |base, count, dst| {
        note_native(context, vm, base);
        vm.count()?;
        vm.call_at(base, count, dst)
    })
}

unsafe extern "C" fn construct(context: *const Context, callee: u64, site: u64) -> u64 {
    // SAFETY: called by compiled code only.
    let (context, vm) = unsafe { parts(context) };
    begin(context, vm, callee, Site(site), |base, count, dst| {
        note_native(context, vm, base);
        vm.construct_at(base, count, dst)
    })
}

unsafe extern "C" fn strict_equal(_: *const Context, a: u64, b: u64) -> u64 {
    u64::from(value(a).is_strictly_equal(value(b)))
}

unsafe extern "C" fn truth(_: *const Context, of: u64) -> u64 {
    u64::from(value(of).to_boolean())
}

unsafe extern "C" fn remainder(_: *const Context, a: u64, b: u64) -> u64 {
    match (value(a).as_number(), value(b).as_number()) {
        (Some(a), Some(b)) => Value::number(js_rt::number::remainder(a, b)).bits(),
        _ => 0,
    }
}
