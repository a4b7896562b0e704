//! What compiled code shares with whoever runs it: runtime functions, marks, reasons.

use ir::{AliasClass, AliasClassData, ClassSet, Module, Runtime, RuntimeData, Signature, Type};

/// The tag of a result that says that the function threw.
pub const THREW: u64 = u64::MAX;
/// In frame states, the tag of a register that nobody will look at.
pub const DEAD: u64 = u64::MAX - 1;

/// `step(frame, pc) -> 0 go on, 1 jump, 2 threw`: the interpreter executes one instruction.
pub const STEP: &str = "sox.step";
/// `call(frame, regs, closure) -> tag, payload`: the function is executed in some other way than by the code that asks, and limits
/// are looked at if the countdown has come to its end.
pub const CALL: &str = "sox.call";
/// `poll(frame, pc) -> 0 go on, 2 threw`: the countdown has come to its end.
pub const POLL: &str = "sox.poll";
/// `wrote(object) -> 0`: an old object was changed.
pub const WROTE: &str = "sox.wrote";
/// `instance(frame, pc, class) -> handle, 0 threw`: a new instance of a class.
pub const INSTANCE: &str = "sox.instance";
/// `remainder(x, y)`: of two numbers, by their bits.
pub const REMAINDER: &str = "sox.remainder";

/// Why a guard leaves: what the interpreter is to note about the instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Reason {
    /// Nothing: an error is about to be thrown, or the like.
    Other = 0,
    /// An operand is of another kind.
    Operand = 1,
    /// Another function, or an object of another shape.
    Shape = 2,
    /// A register is of another kind than where a loop was compiled.
    Loop = 3,
    /// Something was thrown here; this function may handle it.
    Thrown = 4,
    /// A number is no integer of 32 bits.
    Integer = 5,
    /// This was not executed yet, and so nothing is known of it.
    Untaken = 6,
    /// The call before this handed back no number.
    Result = 7,
    /// Something else than the tables that were seen.
    Mixed = 8,
}

impl Reason {
    /// Its name in statistics.
    pub fn name(number: u16) -> &'static str {
        match number {
            1 => "operand",
            2 => "shape",
            3 => "loop",
            4 => "thrown",
            5 => "integer",
            6 => "untaken",
            7 => "result",
            8 => "mixed",
            _ => "other",
        }
    }
}

impl From<Reason> for ir::Reason {
    fn from(reason: Reason) -> ir::Reason {
        ir::Reason(reason as u16)
    }
}

/// The kinds of memory that compiled code accesses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Classes {
    /// Registers in the fiber.
    pub(crate) slots: AliasClass,
    /// Frame records.
    pub(crate) records: AliasClass,
    /// How far code may reach, which is the same until it is left.
    pub(crate) limits: AliasClass,
    /// The countdown.
    pub(crate) countdown: AliasClass,
    /// Headers of objects.
    pub(crate) headers: AliasClass,
    /// What closures are made with.
    pub(crate) closures: AliasClass,
    /// Which buffer has a module's globals.
    pub(crate) modules: AliasClass,
    pub(crate) globals: AliasClass,
    /// Whether globals are what they were.
    pub(crate) watched: AliasClass,
    pub(crate) boxes: AliasClass,
    /// Lengths and buffers of arrays.
    pub(crate) arrays: AliasClass,
    pub(crate) elements: AliasClass,
    /// Shapes of instances, and their buffers.
    pub(crate) shapes: AliasClass,
    pub(crate) properties: AliasClass,
    /// How much there is room for in buffers and indexes.
    pub(crate) capacities: AliasClass,
    /// Entries and indexes of tables, and the number of entries.
    pub(crate) tables: AliasClass,
    pub(crate) indexes: AliasClass,
    pub(crate) keys: AliasClass,
    pub(crate) entries: AliasClass,
    /// Lengths, hashes and states of strings.
    pub(crate) strings: AliasClass,
}

/// The runtime functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Functions {
    pub(crate) step: Runtime,
    pub(crate) call: Runtime,
    pub(crate) poll: Runtime,
    pub(crate) wrote: Runtime,
    pub(crate) instance: Runtime,
    pub(crate) remainder: Runtime,
}

/// Declares the kinds of memory.
pub(crate) fn classes(module: &mut Module) -> Classes {
    let mut class =
        |name: &str, immutable| module.classes.push(AliasClassData { name: name.to_owned(), immutable });
    Classes {
        slots: class("slots", false),
        records: class("records", false),
        limits: class("limits", true),
        countdown: class("countdown", false),
        headers: class("headers", false),
        closures: class("closures", true),
        modules: class("modules", false),
        globals: class("globals", false),
        watched: class("watched", false),
        boxes: class("boxes", false),
        arrays: class("arrays", false),
        elements: class("elements", false),
        shapes: class("shapes", false),
        properties: class("properties", false),
        capacities: class("capacities", true),
        tables: class("tables", false),
        indexes: class("indexes", false),
        keys: class("keys", false),
        entries: class("entries", false),
        strings: class("strings", false),
    }
}

/// Declares the runtime functions.
pub(crate) fn functions(module: &mut Module, classes: &Classes) -> Functions {
    let headers = || ClassSet::Some(vec![classes.headers]);
    let counted = || ClassSet::Some(vec![classes.countdown, classes.records]);
    let anything = || (ClassSet::All, ClassSet::All);
    let nothing = || (ClassSet::Empty, ClassSet::Empty);
    let mut function = |name: &str, params: &[Type], allocates, (reads, writes)| {
        let results = if name == CALL { 2 } else { 1 };
        let signature =
            Signature { params: params.to_vec(), results: vec![Type::I64; results], throws: false };
        module.runtimes.push(RuntimeData { name: name.to_owned(), signature, allocates, reads, writes })
    };
    Functions {
        step: function(STEP, &[Type::Ptr, Type::I64], true, anything()),
        call: function(CALL, &[Type::Ptr, Type::Ptr, Type::I64], true, anything()),
        poll: function(POLL, &[Type::Ptr, Type::I64], false, (ClassSet::All, counted())),
        wrote: function(WROTE, &[Type::I64], false, (headers(), headers())),
        instance: function(INSTANCE, &[Type::Ptr, Type::I64, Type::I64], true, anything()),
        remainder: function(REMAINDER, &[Type::I64, Type::I64], false, nothing()),
    }
}
