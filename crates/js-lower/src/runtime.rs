//! What compiled code shares with whoever runs it: its signature, runtime functions, reasons.

use ir::{AliasClass, AliasClassData, ClassSet, Module, Runtime, RuntimeData, Signature, Type};

/// First word of a result: the second is the function's value; its frame is still there.
pub const RETURNED: u64 = 0;
/// The function threw: its frame is gone, and what was thrown is with whoever runs the code.
pub const THREW: u64 = 1;
/// The innermost frame, which is the function's, goes on at its `pc` in another tier; its registers are stored.
pub const LEFT: u64 = 2;

/// [`js_rt::Frame::flags`] of a function that was called by `new`.
pub const FRAME_CONSTRUCT: u16 = 1;

/// `step(frame, pc) -> 0 go on, 1 threw, 2 left`: the interpreter executes one instruction, with all that it calls.
pub const STEP: &str = "js.step";
/// `poll(frame, pc) -> 0 go on, 1 threw`: the countdown has come to its end; `pc` is where the frame goes on.
pub const POLL: &str = "js.poll";
/// `wrote(object) -> 0`: an old object was changed.
pub const WROTE: &str = "js.wrote";
/// `remainder(x, y)`: of two numbers, by their bits.
pub const REMAINDER: &str = "js.remainder";

/// `called(status, pc) -> 0 go on, 1 threw, 2 left`: a function that was called did not return but came to this status; its value
/// is in the call's register then.
pub const CALLED: &str = "js.called";
/// `in_place(pc, function, new_target) -> 0`: pushes the frame of a function whose body is in place of the call at `pc`; for calls that do not
/// construct, `new_target` is undefined.
pub const IN_PLACE: &str = "js.in_place";
/// `create(register) -> object`: what a constructor finds as `this`, the register having new.target; 0 where that takes more than looking `prototype` up.
pub const CREATE: &str = "js.create";
/// `truth(value) -> 0, 1`: ToBoolean.
pub const TRUTH: &str = "js.truth";
/// `strict_equal(x, y) -> 0, 1`: IsStrictlyEqual.
pub const STRICT_EQUAL: &str = "js.strict_equal";

/// `thrown() -> 1 threw, 2 left`: what a [`Lean`] function answered 0 to was thrown.
pub const THROWN: &str = "js.thrown";
/// What [`Lean::IteratorNext`] answers at the end: no value's word.
pub const DONE: u64 = 1;

/// What such a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touches {
    /// It may allocate, no more.
    Heap,
    /// It changes an array, too.
    Elements,
    /// It may run user code.
    All,
}

macro_rules! lean {
    ($($name:ident $text:literal $touches:ident;)*) => {
        /// Functions that execute one instruction each, `f(pc) -> word`: the word of a value, or 0 when it threw. The upper half of the
        /// argument is what else there is to know.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the names are those of what is executed")]
        pub enum Lean { $($name,)* }

        impl Lean {
            /// All of them, in order.
            pub const ALL: &[Lean] = &[$(Lean::$name,)*];

            /// The runtime function.
            pub fn name(self) -> &'static str {
                match self { $(Lean::$name => concat!("js.", $text),)* }
            }

            fn touches(self) -> Touches {
                match self { $(Lean::$name => Touches::$touches,)* }
            }
        }
    };
}

lean! {
    NewObject "new_object" Heap;
    NewArray "new_array" Heap;
    Append "append" Elements;
    Closure "closure" Heap;
    NewEnv "new_env" Heap;
    CopyEnv "copy_env" Heap;
    TypeOf "type_of" Heap;
    GetProperty "get_property" All;
    SetProperty "set_property" All;
    DefineField "define_field" All;
    GetGlobal "get_global" All;
    SetGlobal "set_global" All;
    GetElement "get_element" All;
    SetElement "set_element" All;
    Add "add" All;
    Text "text" All;
    Order "order" All;
    LooselyEqual "loosely_equal" All;
    InstanceOf "instance_of" All;
    Has "has" All;
    GetPrivate "get_private" All;
    SetPrivate "set_private" All;
    IteratorOpen "iterator_open" All;
    IteratorNext "iterator_next" All;
    IteratorClose "iterator_close" All;
    Call "call" All;
    Construct "construct" All;
}

impl Lean {
    /// Whether it may run user code, and so count.
    pub(crate) fn runs_user_code(self) -> bool {
        self.touches() == Touches::All
    }
}

/// Why a guard leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Reason {
    /// An operand is no number, or none of the kind that was seen.
    Number = 0,
    /// A number is no int32.
    Integer = 1,
    /// Not an object, or one of another shape or class.
    Shape = 2,
    /// A prototype changed.
    Prototype = 3,
    /// No element in place: another index, or a hole.
    Element = 4,
    /// A binding is not initialised, or is not where it was.
    Binding = 5,
    /// A register is of another kind than where a loop was compiled.
    Loop = 6,
    /// This was not executed yet.
    Untaken = 7,
    /// What does not change in a loop is not what it was seen to be in there.
    Hoisted = 8,
    /// Another function is called.
    Callee = 9,
    /// A function in place of a call before the instruction came to its end in another tier.
    Gone = 10,
}

impl Reason {
    /// Its name in statistics.
    pub fn name(number: u16) -> &'static str {
        match number {
            0 => "number",
            1 => "integer",
            2 => "shape",
            3 => "prototype",
            4 => "element",
            5 => "binding",
            6 => "loop",
            7 => "untaken",
            8 => "hoisted",
            9 => "callee",
            10 => "gone",
            _ => "other",
        }
    }
}

impl From<Reason> for ir::Reason {
    fn from(reason: Reason) -> ir::Reason {
        ir::Reason(reason as u16)
    }
}

/// The signature of compiled functions: frame record and register 0 by address, to one of the words above and a value.
pub fn signature() -> Signature {
    Signature { params: vec![Type::Ptr, Type::Ptr], results: vec![Type::I64, Type::I64], throws: false }
}

/// The kinds of memory that compiled code accesses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classes {
    /// Registers.
    pub(crate) registers: AliasClass,
    /// Frame records.
    pub(crate) frames: AliasClass,
    /// The countdown.
    pub(crate) countdown: AliasClass,
    /// The epoch of prototypes.
    pub(crate) epoch: AliasClass,
    /// What objects are, which does not change.
    pub(crate) kinds: AliasClass,
    /// States of the write barrier.
    pub(crate) states: AliasClass,
    /// Classes of objects, which do not change.
    pub(crate) classes: AliasClass,
    /// Flags of objects.
    pub(crate) flags: AliasClass,
    /// Shapes, and which rows objects have.
    pub(crate) shapes: AliasClass,
    /// Which row has an object's elements.
    pub(crate) rows: AliasClass,
    /// How much there is room for in rows, and what else never changes once it is there.
    pub(crate) fixed: AliasClass,
    /// Elements.
    pub(crate) elements: AliasClass,
    /// Payloads: lengths of arrays.
    pub(crate) payloads: AliasClass,
    /// Views of typed arrays, which are what they are.
    pub(crate) views: AliasClass,
    /// Where the bytes of buffers are, and how many.
    pub(crate) buffers: AliasClass,
    /// These bytes.
    pub(crate) bytes: AliasClass,
}

/// The runtime functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Functions {
    pub(crate) step: Runtime,
    pub(crate) poll: Runtime,
    pub(crate) wrote: Runtime,
    pub(crate) remainder: Runtime,
    pub(crate) truth: Runtime,
    pub(crate) called: Runtime,
    pub(crate) create: Runtime,
    pub(crate) in_place: Runtime,
    pub(crate) strict_equal: Runtime,
    pub(crate) thrown: Runtime,
    /// By number.
    pub(crate) lean: [Runtime; Lean::ALL.len()],
}

/// Declares the kinds of memory.
pub(crate) fn classes(module: &mut Module) -> Classes {
    let mut class =
        |name: &str, immutable| module.classes.push(AliasClassData { name: name.to_owned(), immutable });
    Classes {
        registers: class("registers", false),
        frames: class("frames", false),
        countdown: class("countdown", false),
        epoch: class("epoch", false),
        kinds: class("kinds", true),
        states: class("states", false),
        classes: class("classes", true),
        flags: class("flags", false),
        shapes: class("shapes", false),
        rows: class("rows", false),
        fixed: class("fixed", true),
        elements: class("elements", false),
        payloads: class("payloads", false),
        views: class("views", true),
        buffers: class("buffers", false),
        bytes: class("bytes", false),
    }
}

/// Declares the runtime functions.
pub(crate) fn functions(module: &mut Module, classes: &Classes) -> Functions {
    let states = || ClassSet::Some(vec![classes.states]);
    let frames = || ClassSet::Some(vec![classes.frames, classes.registers]);
    let counted = || ClassSet::Some(vec![classes.frames, classes.countdown, classes.states]);
    // What is reported to the collector is what such a function stores; `pc` is, too.
    let touched = |lean: Lean| match lean.touches() {
        Touches::Heap => ClassSet::Some(vec![classes.frames, classes.states]),
        Touches::Elements => ClassSet::Some(vec![
            classes.frames,
            classes.states,
            classes.flags,
            classes.rows,
            classes.elements,
            classes.payloads,
        ]),
        Touches::All => ClassSet::All,
    };
    let mut function = |name: &str, params: &[Type], allocates, reads, writes| {
        let signature = Signature { params: params.to_vec(), results: vec![Type::I64], throws: false };
        module.runtimes.push(RuntimeData { name: name.to_owned(), signature, allocates, reads, writes })
    };
    Functions {
        step: function(STEP, &[Type::Ptr, Type::I64], true, ClassSet::All, ClassSet::All),
        poll: function(POLL, &[Type::Ptr, Type::I64], false, ClassSet::All, counted()),
        wrote: function(WROTE, &[Type::I64], false, states(), states()),
        remainder: function(REMAINDER, &[Type::I64, Type::I64], false, ClassSet::Empty, ClassSet::Empty),
        called: function(CALLED, &[Type::I64, Type::I64], true, ClassSet::All, ClassSet::All),
        in_place: function(IN_PLACE, &[Type::I64; 3], false, frames(), frames()),
        // The prototype may become known as one.
        create: function(CREATE, &[Type::I64], true, ClassSet::All, ClassSet::All),
        truth: function(TRUTH, &[Type::I64], false, ClassSet::All, ClassSet::Empty),
        // Ropes are flattened, which may make the collector run.
        strict_equal: function(STRICT_EQUAL, &[Type::I64, Type::I64], true, ClassSet::All, states()),
        thrown: function(THROWN, &[], true, ClassSet::All, ClassSet::All),
        lean: std::array::from_fn(|number| {
            let lean = Lean::ALL[number];
            function(lean.name(), &[Type::I64], true, ClassSet::All, touched(lean))
        }),
    }
}
