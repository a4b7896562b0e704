//! What compiled code reaches through the context register.

use crate::runtime::Helpers;
use crate::upper::Upper;
use js_bytecode::Op;
use js_rt::Note;
use js_rt::offsets::FRAME_SIZE;
use js_vm::{Left, Throw, Vm, VmAddresses};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ptr::null;

/// The context of an isolate's compiled code. Activations share it: each puts back what it found.
#[repr(C)]
pub(crate) struct Context {
    /// What code that is entered, or that goes on elsewhere, finds in the frame register.
    pub(crate) frame: Cell<usize>,
    /// The same for the register of registers.
    pub(crate) registers: Cell<usize>,
    /// Frames at this address and below are not the activation's.
    pub(crate) floor: Cell<usize>,
    /// Address of the last frame there can be.
    pub(crate) last_frame: Cell<usize>,
    /// Registers of a frame end below this address.
    pub(crate) last_register: Cell<usize>,
    /// Address of the first register.
    pub(crate) values: Cell<usize>,
    /// Address of the number of frames.
    pub(crate) depth: Cell<usize>,
    /// Address of the number of registers in use.
    pub(crate) top: Cell<usize>,
    /// Address of the countdown.
    pub(crate) countdown: Cell<usize>,
    /// Address of the realm.
    pub(crate) realm: Cell<usize>,
    /// Address of the epoch of prototypes.
    pub(crate) proto_epoch: Cell<usize>,
    /// Address of what was caught.
    pub(crate) caught: Cell<usize>,
    /// What the activation came to, or 0.
    pub(crate) result: Cell<u64>,
    /// For stubs.
    pub(crate) scratch: Cell<u64>,
    /// Address of the note of the instruction that a stub is called for, or of one that nobody looks at.
    pub(crate) note: Cell<usize>,
    /// What the activation is left for: 0: nothing of this kind; 1: optimized code of the innermost function; n + 2: that of its loop
    /// whose head is instruction n.
    pub(crate) wanted: Cell<u32>,
    /// C functions.
    pub(crate) helpers: Helpers,
    /// Machine code that templates share.
    pub(crate) stubs: StubAddresses,
    /// The isolate, while one of its activations runs.
    vm: Cell<*const Vm>,
    /// Address of the first frame.
    frames: Cell<usize>,
    floor_depth: Cell<usize>,
    /// The note that nobody looks at.
    sink: Cell<Note>,
    /// The tier above.
    pub(crate) upper: Option<Box<dyn Upper>>,
    /// How the activation is left.
    pub(crate) left: RefCell<Option<Left>>,
    /// What a helper threw.
    pub(crate) thrown: RefCell<Option<Throw>>,
    /// A panic below a helper, on its way around machine code.
    pub(crate) panic: RefCell<Option<Box<dyn Any + Send>>>,
    /// Instructions executed by the interpreter, by opcode.
    pub(crate) steps: Box<[Cell<u64>]>,
}

macro_rules! stub_addresses {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// Addresses of stubs.
        #[repr(C)]
        #[derive(Default)]
        pub(crate) struct StubAddresses {
            $($(#[$doc])* pub(crate) $name: Cell<usize>,)*
            /// Reads of typed arrays by class; the index is in T3, the address of the first element in T4.
            pub(crate) typed_get: [Cell<usize>; TYPED],
            /// Stores to them.
            pub(crate) typed_set: [Cell<usize>; TYPED],
        }
    };
}

/// Classes of typed arrays.
pub(crate) const TYPED: usize =
    (js_rt::offsets::CLASS_TYPED_LAST - js_rt::offsets::CLASS_TYPED_FIRST) as usize + 1;

stub_addresses! {
    /// Ends the activation.
    leave;
    /// Ends it for optimized code of the innermost function, which has just been called.
    above;
    /// Pushes a frame of code T2, T1 arguments being behind callee and `this` at T3; the result goes to register T4. The caller's `pc` is
    /// behind the call.
    enter;
    /// Pops the frame, which came to T0; its `pc` is that of the instruction that returns.
    give;
    /// Arithmetic on numbers, of which one is a double: T2 is the value, or 0 when an operand is no number.
    add;
    sub;
    mul;
    div;
    /// Compares T0 with T1: T2 is one of [`crate::masm::order`], 0 when one is no number.
    compare;
    /// T2: 0 or 1, whether T0 and T1 are strictly equal; 2: a helper knows.
    strict_equal;
    /// T2: 0 or 1, whether T0 is true; 2: a helper knows.
    truth;
    /// The int32 that T0 is, or T0 modulo 2^32, to T0, and the same for T1; T2 is 0 when one is no number.
    to_int32;
    /// T1: a property of T0 by cache T3; 0 when that threw.
    get_property;
    /// T2: element T1 of typed array T0; 0 when a helper knows.
    typed_element;
    /// Stores T2 to element T1 of typed array T0; T4: 0 when a helper has to.
    set_typed_element;
}

impl Context {
    pub(crate) fn new(upper: Option<Box<dyn Upper>>) -> Context {
        let zero = || Cell::new(0);
        Context {
            frame: zero(),
            registers: zero(),
            floor: zero(),
            last_frame: zero(),
            last_register: zero(),
            values: zero(),
            depth: zero(),
            top: zero(),
            countdown: zero(),
            realm: zero(),
            proto_epoch: zero(),
            caught: zero(),
            result: Cell::new(0),
            scratch: Cell::new(0),
            note: zero(),
            wanted: Cell::new(0),
            helpers: Helpers::new(),
            stubs: StubAddresses::default(),
            vm: Cell::new(null()),
            frames: zero(),
            floor_depth: zero(),
            sink: Cell::default(),
            upper,
            left: RefCell::new(None),
            thrown: RefCell::new(None),
            panic: RefCell::new(None),
            steps: Op::ALL.iter().map(|_| Cell::new(0)).collect(),
        }
    }

    /// Runs `activation` for an isolate, with everything here said of it, and frames above `floor` its own.
    pub(crate) fn activate<R>(&self, vm: &Vm, floor: usize, activation: impl FnOnce() -> R) -> R {
        let before = (self.vm.replace(vm), self.floor.get(), self.floor_depth.replace(floor));
        if before.0 != std::ptr::from_ref(vm) {
            self.note_addresses(&vm.addresses());
        }
        self.floor.set(self.frames.get() + FRAME_SIZE * floor);
        let result = activation();
        self.vm.set(before.0);
        self.floor.set(before.1);
        self.floor_depth.set(before.2);
        result
    }

    fn note_addresses(&self, addresses: &VmAddresses) {
        self.note.set(std::ptr::from_ref(&self.sink).expose_provenance());
        let stack = &addresses.stack;
        self.frames.set(stack.frames);
        self.last_frame.set(stack.frames + FRAME_SIZE * (stack.frame_count - 1));
        self.values.set(stack.values);
        self.last_register.set(stack.values + size_of::<u64>() * stack.last_base);
        self.depth.set(stack.depth);
        self.top.set(stack.top);
        self.countdown.set(addresses.countdown);
        self.realm.set(addresses.realm);
        self.proto_epoch.set(addresses.proto_epoch);
        self.caught.set(addresses.caught);
    }

    /// The isolate whose activation runs.
    pub(crate) fn vm(&self) -> *const Vm {
        self.vm.get()
    }

    /// The number of frames that are not the activation's.
    pub(crate) fn floor_depth(&self) -> usize {
        self.floor_depth.get()
    }
}
