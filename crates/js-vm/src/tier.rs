//! The tier above the interpreter: when functions are compiled, and what compiled code does through the interpreter.
//!
//! Compiled code works on the interpreter's own frames and registers, which hold at every instruction boundary what they would
//! hold if the function was interpreted. So it may be entered and left at any of them: frames do not say who executes them. It
//! runs below [`Tier::enter`], which the interpreter calls when the innermost frame has compiled code, and executes that frame
//! and what it calls until one has none, or no more than `floor` frames are left.
//!
//! What compiled code does not do itself it has done by [`Vm::execute_one`], which is the interpreter, or by one of the operations
//! below, which the interpreter uses as well. Whoever calls any of these has stored the number of the *next* instruction in
//! the frame, as the interpreter does before what may throw, but for `execute_one`, which expects the number of the one to execute.

use crate::call::{Called, Site};
use crate::error::{Res, Throw};
use crate::run::Unwound;
use crate::vm::Vm;
use heap::Gc;
use js_bytecode::Op;
use js_rt::{Cache, Class, Code, Frame, Realm, StackAddresses, Value};
use std::cell::Cell;

/// What compiles functions and runs compiled code.
pub trait Tier: Send {
    /// Compiles a function and installs the machine code in [`Code::native`].
    ///
    /// # Errors
    /// Why it is not compiled: one of few texts, which are counted, with the names of `tiering::Decline`.
    fn compile(&self, vm: &Vm, code: Gc<Code>) -> Result<Compiled, &'static str>;

    /// Executes the innermost frame, which has compiled code, from its `pc` on: one instruction at least. `floor` frames and fewer
    /// are somebody else's. Realm and top of the stack are whatever they were: see [`Vm::begin_frame`].
    fn enter(&self, vm: &Vm, floor: usize) -> Left;

    /// What it counted.
    fn counters(&self) -> Counters;
}

/// [`js_rt::Frame::flags`] of a constructor's frame: it comes to an object, or to `this`.
pub const FRAME_CONSTRUCT: u16 = crate::call::mark::CONSTRUCT;

/// What compiling a function came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compiled {
    /// Bytes of machine code.
    pub bytes: usize,
}

/// How compiled code was left.
pub enum Left {
    /// The innermost frame, which is above the floor, goes on in the interpreter, or is entered anew.
    Frame,
    /// No more than the floor's frames are left; this is what the last one came to.
    Done(Res<Value>),
}

/// What comes after an instruction.
pub enum Next {
    /// Another one of the same frame: that of its `pc`.
    Next,
    /// The innermost frame may be another one; it is above the floor, and goes on at its `pc`: see [`Vm::begin_frame`].
    Frame,
    /// No more than the floor's frames are left; this is what the last one came to.
    Done(Res<Value>),
}

/// What a tier counts.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// How often compiled code was entered from the interpreter.
    pub entered: u64,
    /// Instructions that compiled code had executed by [`Vm::execute_one`], for opcodes with any.
    pub steps: Vec<(Op, u64)>,
    /// Bytes of machine code that there are now.
    pub bytes: usize,
    /// Functions and loops that the optimizing tier did not compile, by reason.
    pub declined_above: Vec<(&'static str, u64)>,
}

/// What was compiled, and what not.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Functions compiled.
    pub compiled: u64,
    /// Their instructions.
    pub instructions: u64,
    /// Bytes of their machine code.
    pub bytes: u64,
    /// How long that took.
    pub nanoseconds: u64,
    /// Functions that were not compiled, by reason.
    pub declined: Vec<(&'static str, u64)>,
}

/// Something that happened to a function.
#[derive(Clone, Copy, Debug)]
pub enum TierEvent {
    /// It was compiled.
    Compiled {
        /// Its instructions.
        instructions: usize,
        /// Bytes of machine code.
        bytes: usize,
        /// How long it took.
        nanoseconds: u64,
    },
    /// It was not, for this reason.
    Declined(&'static str),
}

/// Is told what happens: name and place (`file:line`) of the function.
pub type TierWatch = Box<dyn Fn(&str, &str, TierEvent) + Send>;

/// Where compiled code finds what it reads and writes of an isolate. Addresses hold while the isolate is borrowed.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VmAddresses {
    /// Registers and frames.
    pub stack: StackAddresses,
    /// 32 bits, counted down by calls and loops. At 0 an instruction that counts is executed by [`Vm::execute_one`].
    pub countdown: usize,
    /// The realm of the running code: the word of a handle.
    pub realm: usize,
    /// What counts changes of prototypes' shapes, 64 bits.
    pub proto_epoch: usize,
    /// What was caught: a value. `catch` takes it and leaves undefined.
    pub caught: usize,
    /// 32 bits: see [`Vm::set_native_room`].
    pub native_room: usize,
}

impl Vm {
    /// Has a tier compile functions and run what it compiled. Once, before anything runs.
    pub fn set_tier(&self, tier: Box<dyn Tier>) {
        let _ = self.state.tier.set(tier);
    }

    /// The tier.
    pub fn tier(&self) -> Option<&dyn Tier> {
        self.state.tier.get().map(|tier| &**tier)
    }

    /// Has somebody told what happens to functions. Once.
    pub fn watch_tier(&self, watch: TierWatch) {
        let _ = self.state.tier_watch.set(watch);
    }

    /// What was compiled so far, and what not.
    pub fn tier_tally(&self) -> Tally {
        self.state.tier_tally.borrow().clone()
    }

    /// Where compiled code finds what it needs.
    pub fn addresses(&self) -> VmAddresses {
        let state = &self.state;
        VmAddresses {
            stack: state.stack.addresses(),
            countdown: state.countdown.as_ptr().expose_provenance(),
            realm: state.realm.as_ptr().expose_provenance(),
            proto_epoch: self.rt.proto_epoch.as_ptr().expose_provenance(),
            caught: state.caught.as_ptr().expose_provenance(),
            native_room: state.native_room.as_ptr().expose_provenance(),
        }
    }
}

/// The innermost frame.
impl Vm {
    /// Makes the innermost frame the running one, as the interpreter does when it turns to a frame: sets realm and top of the stack.
    #[inline]
    pub fn begin_frame(&self) -> Option<(&Frame, Gc<Code>)> {
        let frame = self.state.stack.frame()?;
        let code = frame.code.get()?;
        self.state.realm.set(Some(code.unit.realm));
        self.state.stack.set_top(frame.top.get() as usize);
        Some((frame, code))
    }

    /// The innermost frame and its code, for who only looks at them.
    #[inline]
    pub fn innermost(&self) -> Option<(&Frame, Gc<Code>)> {
        let frame = self.state.stack.frame()?;
        Some((frame, frame.code.get()?))
    }

    /// An instruction of the innermost frame threw: goes on at a handler of that frame or of one that called it, if there is any above
    /// the floor.
    #[cold]
    pub fn throw_in(&self, floor: usize, thrown: Throw) -> Next {
        match self.unwind(floor, thrown) {
            Unwound::Handled => Next::Frame,
            Unwound::Out(result) => Next::Done(result),
        }
    }

    /// The realm of the running code.
    pub fn running_realm(&self) -> Option<Gc<Realm>> {
        self.state.realm.get()
    }
}

/// When functions are compiled.
impl Vm {
    /// Counts a call or a round of a loop of a function without compiled code; whether it has some now.
    #[inline(always)]
    pub(crate) fn warm(&self, code: Gc<Code>) -> bool {
        match code.heat.get() {
            0 | 1 => self.hot(code),
            left => {
                code.heat.set(left - 1);
                false
            }
        }
    }

    /// The function is hot: asks the tier, once.
    #[cold]
    #[inline(never)]
    fn hot(&self, code: Gc<Code>) -> bool {
        // A loop that was running when its function was compiled by another call.
        if code.native.is_compiled() {
            return true;
        }
        // Who is declined once is not asked for again until this is counted down.
        code.heat.set(u32::MAX);
        let Some(tier) = self.state.tier.get() else { return false };
        let before = std::time::Instant::now();
        let made = tier.compile(self, code);
        let nanoseconds = u64::try_from(before.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let instructions = code.function.insts.len();
        let mut tally = self.state.tier_tally.borrow_mut();
        let event = match made {
            Ok(Compiled { bytes }) => {
                code.heat.set(1);
                tally.compiled += 1;
                tally.instructions += instructions as u64;
                tally.bytes += bytes as u64;
                tally.nanoseconds += nanoseconds;
                TierEvent::Compiled { instructions, bytes, nanoseconds }
            }
            Err(reason) => {
                match tally.declined.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, count)) => *count += 1,
                    None => tally.declined.push((reason, 1)),
                }
                TierEvent::Declined(reason)
            }
        };
        drop(tally);
        if let Some(watch) = self.state.tier_watch.get() {
            let (name, place) = self.code_label(&code);
            watch(&name, &place, event);
        }
        code.native.is_compiled()
    }

    /// What listings, traces and profilers call a function: its name, and file and line.
    pub fn code_label(&self, code: &Code) -> (String, String) {
        let name = code.name.as_string().map(|name| name.to_std()).unwrap_or_default();
        let source = &code.unit.source;
        let (line, _) = source.place(code.function.source.0);
        (name, format!("{}:{line}", source.name))
    }

    /// Executes the innermost frame in compiled code.
    #[inline(never)]
    pub(crate) fn enter_compiled(&self, floor: usize) -> Left {
        match self.state.tier.get() {
            Some(tier) => tier.enter(self, floor),
            None => Left::Frame,
        }
    }
}

/// Operations of single instructions. None of them changes which frame is the innermost one, but for the calls.
impl Vm {
    /// Executes one instruction of the innermost frame, which is above the floor: the one with the number that its `pc` is.
    pub fn execute_one(&self, floor: usize) -> Next {
        self.run::<true>(floor)
    }

    /// Begins the call of what lies in register `base` of the stack, with `this` and `argc` arguments behind it. The result, or none
    /// if a frame was pushed.
    ///
    /// # Errors
    /// It cannot be called, or it threw.
    pub fn call_at(&self, base: usize, argc: usize, dst: u16) -> Res<Option<Value>> {
        self.begin_call(Site { base, argc, dst }).map(Called::value)
    }

    /// The number of the built-in function in register `base` of the stack, if there is one.
    #[inline]
    pub fn native_at(&self, base: usize) -> Option<u32> {
        let callee = self.state.stack.values().get(base)?.get().as_object()?;
        // Most are not.
        if callee.class() != Class::NativeFunction {
            return None;
        }
        Some(callee.payload_as::<js_rt::Native>()?.id().0)
    }

    /// The same for `new`, the callee being the target.
    ///
    /// # Errors
    /// It cannot be constructed with, or it threw.
    pub fn construct_at(&self, base: usize, argc: usize, dst: u16) -> Res<Option<Value>> {
        let target = self.state.stack.values().get(base).map_or(Value::UNDEFINED, Cell::get);
        self.begin_construct(Site { base, argc, dst }, target).map(Called::value)
    }

    /// A property whose first cache entry did not do.
    ///
    /// # Errors
    /// What getters and proxies throw; a base that has no properties.
    pub fn get_cached(&self, cache: &Cache, base: Value) -> Res<Value> {
        match self.cached_get(cache, base) {
            Some(value) => Ok(value),
            None => self.get_property_slow(cache, base),
        }
    }

    /// Stores a property.
    ///
    /// # Errors
    /// What setters and proxies throw; in strict code, that it cannot be stored.
    pub fn set_cached(&self, cache: &Cache, base: Value, value: Value, strict: bool) -> Res<()> {
        if self.cached_set(cache, base, value) {
            return Ok(());
        }
        self.set_property_slow(cache, base, value, strict)
    }

    /// Defines a property of an object that a literal or class makes.
    ///
    /// # Errors
    /// It cannot be defined.
    pub fn define_cached(&self, cache: &Cache, base: Value, value: Value) -> Res<()> {
        if self.cached_set(cache, base, value) {
            return Ok(());
        }
        self.define_field_slow(cache, base, value)
    }

    /// A global binding.
    ///
    /// # Errors
    /// There is none, or it is not initialised; what getters throw.
    pub fn get_global_cached(&self, cache: &Cache) -> Res<Value> {
        match self.cached_global(cache) {
            Some(value) => Ok(value),
            None => self.get_global_slow(cache, false),
        }
    }

    /// Assigns to a global binding.
    ///
    /// # Errors
    /// What setters throw; in strict code, that there is none.
    pub fn set_global_cached(&self, cache: &Cache, value: Value, strict: bool) -> Res<()> {
        self.set_global(cache, value, strict)
    }

    /// An element or property, the key being any value.
    ///
    /// # Errors
    /// What getters, proxies and conversions throw; a base that has no properties.
    pub fn get_element_at(&self, base: Value, key: Value) -> Res<Value> {
        match crate::run::element_in_place(base, key) {
            Some(value) => Ok(value),
            None => self.get_element(base, key),
        }
    }

    /// Stores an element or property, the key being any value.
    ///
    /// # Errors
    /// What setters, proxies and conversions throw; in strict code, that it cannot be stored.
    pub fn set_element_at(&self, base: Value, key: Value, value: Value, strict: bool) -> Res<()> {
        if self.store_in_place(base, key, value) {
            Ok(())
        } else {
            self.set_element(base, key, value, strict)
        }
    }

    /// A new environment for a scope of a function, below the one in `parent`.
    ///
    /// # Errors
    /// There is no memory.
    pub fn new_scope(&self, code: Gc<Code>, parent: Value, scope: u32) -> Res<Value> {
        self.new_env(code, parent, scope)
    }

    /// A copy of an environment.
    ///
    /// # Errors
    /// There is no memory.
    pub fn copy_scope(&self, env: Value) -> Res<Value> {
        self.copy_env(env)
    }

    /// A closure of function `index` of a function's unit, in the environment that `env` is.
    ///
    /// # Errors
    /// There is no memory.
    pub fn new_closure(&self, code: Gc<Code>, index: u32, env: Value) -> Res<Value> {
        Ok(self.make_closure(code, index as usize, self.as_env(env))?.into())
    }

    /// An object literal's object, with room for so many properties as the instruction says.
    ///
    /// # Errors
    /// There is no memory.
    pub fn new_literal(&self, hint: u32) -> Res<Value> {
        self.literal_object(hint)
    }

    /// An array literal's array.
    ///
    /// # Errors
    /// There is no memory.
    pub fn new_array_literal(&self, hint: u32) -> Res<Value> {
        self.literal_array(hint)
    }

    /// Appends an element of an array literal; a hole when it is empty.
    ///
    /// # Errors
    /// There is no memory.
    pub fn append_element(&self, array: Value, value: Value) -> Res<()> {
        self.array_push(array, value)
    }

    /// `ToString` of a value.
    ///
    /// # Errors
    /// What conversions throw.
    pub fn text_of(&self, value: Value) -> Res<Value> {
        Ok(self.to_string(value)?.into())
    }

    /// Opens an iterator over `iterable` in three registers from number `first` of the stack on.
    ///
    /// # Errors
    /// It cannot be iterated over; what its method throws.
    pub fn open_in_registers(&self, first: usize, iterable: Value) -> Res<()> {
        let (object, next) = self.open_iterator(iterable)?;
        let cells = self.state.stack.values().get(first..).unwrap_or_default();
        cells.iter().zip([object, next, Value::UNDEFINED]).for_each(|(cell, value)| cell.set(value));
        Ok(())
    }

    /// The next value of the iterator in registers from number `first` of the stack on; none when it is done.
    ///
    /// # Errors
    /// What its method throws.
    pub fn step_in_registers(&self, first: usize) -> Res<Option<Value>> {
        match self.state.stack.values().get(first..first + 2) {
            Some([object, next]) => self.next_of(object, next),
            _ => Ok(None),
        }
    }

    /// Closes the iterator that `object` and `next` are, after a throw or not.
    ///
    /// # Errors
    /// What its `return` method throws, but not after a throw.
    pub fn close_iterator_of(&self, object: Value, next: Value, threw: bool) -> Res<()> {
        self.close_registers(object, next, threw)
    }

    /// `typeof`.
    pub fn typeof_text(&self, value: Value) -> Value {
        self.type_of_value(value)
    }

    /// Looks at fuel, deadline and cancellation if the countdown is at 0, else counts down.
    ///
    /// # Errors
    /// Execution is to end.
    pub fn count(&self) -> Res<()> {
        self.poll()
    }

    /// `this` of a function in sloppy mode.
    ///
    /// # Errors
    /// There is no memory.
    pub fn sloppy_this(&self, this: Value) -> Res<Value> {
        self.bind_this(this)
    }
}
