//! What the verifier reports, and where.

use crate::entity::{Block, Func, Inst, State, Value, Virtual};
use crate::function::{Def, Function, Imm};
use crate::module::Module;
use crate::ops::{ImmKind, Op};
use crate::text::{AtName, InstText, Pos, SourceMap, kinds};
use crate::types::Type;
use std::fmt::{self, Display, Formatter, Write};

/// A list of values whose length and types follow from something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// Operands of an op of the table.
    Operands,
    /// Arguments of a call.
    Arguments,
    /// Results of an instruction.
    Results,
    /// Values that `return` hands back.
    Returned,
    /// Arguments of a branch to the block.
    BranchArguments(Block),
    /// Parameters of the entry block.
    EntryParams,
}

impl List {
    fn one(&self) -> &'static str {
        match self {
            List::Operands => "operand",
            List::Arguments => "argument",
            List::Results => "result",
            List::Returned => "returned value",
            List::BranchArguments(_) => "branch argument",
            List::EntryParams => "entry block parameter",
        }
    }

    fn counted(&self, count: usize) -> String {
        counted(count, self.one())
    }

    /// Who decides.
    fn by(&self, op: Option<Op>) -> String {
        match (self, op) {
            (List::Operands | List::Results, Some(op)) => format!("`{}`", op.name()),
            (List::Arguments, _) => "the callee's signature".into(),
            (List::Operands | List::Results, None) => "the op".into(),
            (List::Returned | List::EntryParams, _) => "the function's signature".into(),
            (List::BranchArguments(block), _) => block.to_string(),
        }
    }
}

/// `1 thing`, `2 things`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What the immediate is, for messages.
pub(super) fn imm_name(imm: &Imm) -> &'static str {
    match imm {
        Imm::None => "nothing",
        Imm::Int(_) => "an integer",
        Imm::Float(_) => "a float",
        Imm::IntCond(_) => "an integer condition",
        Imm::FloatCond(_) => "a float condition",
        Imm::Mem { .. } => "an offset and alias class",
        Imm::Alloc { .. } => "a size and kind",
        Imm::Func { .. } => "a function",
        Imm::Sig { .. } => "a signature",
        Imm::Runtime { .. } => "a runtime entry",
        Imm::Guard { .. } => "a frame state and reason",
        Imm::Targets(_) => "branch targets",
        Imm::Trap(_) => "a trap code",
    }
}

/// An immediate of the kind, for messages.
pub(super) fn kind_name(kind: ImmKind) -> &'static str {
    match kind {
        ImmKind::None => "nothing",
        ImmKind::Int => "an integer",
        ImmKind::Float => "a float",
        ImmKind::IntCond => "an integer condition",
        ImmKind::FloatCond => "a float condition",
        ImmKind::Mem => "an offset and alias class",
        ImmKind::Alloc => "a size and kind",
        ImmKind::Func => "a function",
        ImmKind::Sig => "a signature",
        ImmKind::Runtime => "a runtime entry",
        ImmKind::Guard => "a frame state and reason",
        ImmKind::Targets => "branch targets",
        ImmKind::Trap => "a trap code",
    }
}

/// Where a value says it comes from, for messages.
pub(super) fn def_name(def: Def) -> String {
    match def {
        Def::Result(inst, i) => format!("result {} of {inst}", u32::from(i) + 1),
        Def::Param(block, i) => format!("parameter {} of {block}", u32::from(i) + 1),
        Def::Gone => "nowhere".into(),
    }
}

kinds! {
    /// What is wrong.
    FaultKind {
        /// Two functions, runtime entries or alias classes with one name.
        DuplicateName { what: &'static str, name: String } => "another {what} has the name {name}: names must be unique";
        /// An index without an entry.
        OutOfRange { name: String, len: usize } => "{name} does not exist: its table has {len} entries";
        /// The classes that a runtime entry reads or writes are not ascending.
        ClassOrder { what: &'static str } => "the classes it {what} must be listed once each, ascending";
        /// A signature that 16-bit numbers cannot count.
        SignatureTooLong { what: &'static str, found: usize } =>
            "the signature has {found} {what}, at most {} are possible", crate::text::MAX_LIST;
        /// A function without a block.
        NoBlocks {} => "the function has no block: expected an entry block";
        /// A block that the order lists again.
        BlockTwice { block: Block } => "{block} is listed twice in the layout order";
        /// An instruction that stands in two places.
        InstTwice { inst: Inst, first: Block } => "{inst} is in {first} already: an instruction has one place";
        /// A block without instructions.
        EmptyBlock {} => "the block is empty: expected a terminator at its end";
        /// A block that does not end in a terminator.
        NoTerminator { op: Op } => "the block ends in `{}`: expected a terminator", op.name();
        /// A terminator that is not the last of its block.
        TerminatorInMiddle { op: Op } => "`{}` ends the block, but instructions follow", op.name();
        /// A branch to the entry block.
        EntryTargeted { block: Block } => "{block} is the entry block: nothing may branch to it";
        /// A branch to a block that is not alive.
        DeadTarget { block: Block } => "the target {block} is not in the layout order";
        /// A value whose table entry disagrees with the place that defines it.
        DefMismatch { value: Value, place: Def, def: Def } =>
            "{value} is {}, but its table entry says it comes from {}", def_name(*place), def_name(*def);
        /// A value whose table entry names a place that defines something else.
        StaleDef { value: Value, def: Def } =>
            "the table entry of {value} says it is {}, but that place does not define it", def_name(*def);
        /// An op without its controlling type.
        MissingType { op: Op } => "`{}` has no type: expected one of {}", op.name(), types(op.types());
        /// An op with a controlling type that it does not take.
        UnexpectedType { op: Op, ty: Type } => "`{}` has the type {ty}: expected none", op.name();
        /// An op that has no form for the type.
        TypeNotAllowed { op: Op, ty: Type } =>
            "`{}` has no form for {ty}: expected one of {}", op.name(), types(op.types());
        /// An immediate of another kind than the op's.
        WrongImm { op: Op, found: &'static str } =>
            "`{}` carries {found}: expected {}", op.name(), kind_name(op.imm());
        /// A list with too many or too few values.
        Count { list: List, op: Option<Op>, expected: usize, found: usize } =>
            "{} found, {expected} expected by {}", list.counted(*found), list.by(*op);
        /// A value of the wrong type in a list.
        ValueType { list: List, op: Option<Op>, number: usize, value: Value, expected: Type, found: Type } =>
            "{} {number} ({value}) is {found}, {expected} expected by {}", list.one(), list.by(*op);
        /// An i32 constant whose upper half is not the sign.
        NotSignExtended { bits: u64 } =>
            "the i32 constant {bits:#x} is not sign-extended: expected {:#x}", i64::from(*bits as i32);
        /// A bool constant that is neither 0 nor 1.
        NotBool { bits: u64 } => "the bool constant has the bits {bits:#x}: expected 0 or 1";
        /// A pair in a frame state as a constant of one word.
        PairConstant {} => "a constant pair has two words: expected `FrameValue::Pair`";
        /// A terminator with too many or too few branch targets.
        TargetCount { op: Op, expected: usize, found: usize } =>
            "`{}` has {}, {expected} expected", op.name(), counted(*found, "branch target");
        /// Cases on something that is not a switch.
        UnexpectedCases { op: Op } => "`{}` has cases: only `switch` takes them", op.name();
        /// A case that a switch lists again.
        DuplicateCase { case: i32 } => "the case {case} is listed twice: cases must be different";
        /// Something that may throw where nothing handles it.
        ThrowNotAllowed { op: Op } =>
            "`{}` may leave by throwing here: expected `throws` in the function's signature{}", op.name(), or_catch(*op);
        /// A frame state that is its own ancestor.
        StateCycle { state: State } => "{state} is among its own parents: expected a chain that ends";
        /// A field beyond the end of its object.
        FieldOutOfBounds { object: Virtual, offset: u32, ty: Type, size: u32 } =>
            "the {ty} field at {offset} of {object} ends behind the object's {size} bytes";
        /// Two fields of an object that share bytes.
        FieldOverlap { object: Virtual, offset: u32, ty: Type } =>
            "the {ty} field at {offset} of {object} overlaps the one before it";
        /// A field whose contents have another type.
        FieldType { object: Virtual, offset: u32, expected: Type, found: Type } =>
            "the field at {offset} of {object} is declared {expected}, but holds {found}";
        /// A field declared to hold nothing.
        DeadField { object: Virtual, offset: u32 } =>
            "the field at {offset} of {object} is dead: expected a value, or no field";
        /// A field declared to hold the result of a call.
        ResultField { object: Virtual, offset: u32 } =>
            "the field at {offset} of {object} is a call's result: only slots of a caller's frame can wait for one";
        /// A guard whose innermost frame waits for a call.
        ResultInGuard { state: State } =>
            "{state} has a slot for a call's result: only the state of a call and parents have such slots";
        /// A call with fewer results than its frame waits for.
        ResultMissing { state: State, needed: u32, found: usize } =>
            "{state} waits for {} of the call, which has {found}", counted(*needed as usize, "result");
        /// A use of a value that nothing defines.
        Undefined { value: Value, state: Option<State> } =>
            "{value}{} is used, but nothing alive defines it", in_state(*state);
        /// A use that control may reach without passing the definition.
        NotDominated { value: Value, state: Option<State>, def: Block, here: bool } =>
            "{value}{} is used {}", in_state(*state), undominated(*def, *here);
        /// The rest is not listed.
        TooManyFaults {} => "more than {} faults, the rest is not listed", super::MAX_FAULTS;
    }
}

fn types(types: &[Type]) -> String {
    types.iter().map(|ty| ty.name()).collect::<Vec<_>>().join(", ")
}

fn or_catch(op: Op) -> &'static str {
    match op {
        Op::Call | Op::CallIndirect | Op::CallRuntime => ", or a catching call",
        _ => "",
    }
}

fn in_state(state: Option<State>) -> String {
    state.map_or(String::new(), |state| format!(" of {state}"))
}

fn undominated(def: Block, here: bool) -> String {
    if here {
        "before its definition, which comes later in the block".into()
    } else {
        format!("where its definition in {def} does not dominate it: expected every path to pass {def}")
    }
}

/// Something wrong with a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The function, when the module is known to have it.
    pub func: Option<Func>,
    /// The block.
    pub block: Option<Block>,
    /// The instruction.
    pub inst: Option<Inst>,
    /// Where it stands in the text that the module was parsed from.
    pub pos: Option<Pos>,
    /// What is wrong.
    pub kind: FaultKind,
    /// Function, block and instruction in words.
    pub context: String,
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(pos) = self.pos {
            write!(f, "{pos}: ")?;
        }
        write!(f, "{}: {}", self.context, self.kind)
    }
}

impl std::error::Error for Fault {}

/// What a fault is about; the most specific thing that has a place in the text gives the position.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) block: Option<Block>,
    pub(super) inst: Option<Inst>,
    pub(super) state: Option<State>,
    pub(super) object: Option<Virtual>,
}

/// Collects faults up to the limit.
#[derive(Debug)]
pub(super) struct Faults<'a> {
    map: Option<&'a SourceMap>,
    list: Vec<Fault>,
    dropped: bool,
}

impl<'a> Faults<'a> {
    pub(super) fn new(map: Option<&'a SourceMap>) -> Faults<'a> {
        Faults { map, list: Vec::new(), dropped: false }
    }

    /// The positions in the text, when there is one.
    pub(super) fn map(&self) -> Option<&'a SourceMap> {
        self.map
    }

    /// Adds a fault outside of functions.
    pub(super) fn module(&mut self, pos: Option<Pos>, context: String, kind: FaultKind) {
        self.add(|| Fault { func: None, block: None, inst: None, pos, kind, context });
    }

    /// Adds a fault in a function.
    pub(super) fn function(
        &mut self,
        (module, func, function): (&Module, Option<Func>, &Function),
        place: Place,
        kind: FaultKind,
    ) {
        let pos = self.position(func, place);
        let Place { block, inst, .. } = place;
        self.add(|| Fault { func, block, inst, pos, kind, context: context(module, function, place) });
    }

    fn add(&mut self, fault: impl FnOnce() -> Fault) {
        if self.is_full() {
            self.dropped = true;
        } else {
            self.list.push(fault());
        }
    }

    /// Whether further faults are dropped.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= super::MAX_FAULTS
    }

    fn position(&self, func: Option<Func>, place: Place) -> Option<Pos> {
        let map = self.map?.function(func?)?;
        let inst = place.inst.and_then(|inst| map.inst(inst));
        let object = || place.object.and_then(|object| map.virtual_object(object));
        let state = || place.state.and_then(|state| map.state(state));
        let block = || place.block.and_then(|block| map.block(block));
        inst.or_else(object).or_else(state).or_else(block).or(Some(map.header()))
    }

    pub(super) fn finish(mut self) -> Result<(), Vec<Fault>> {
        if self.list.is_empty() {
            return Ok(());
        }
        if self.dropped {
            let context = "in this module".to_string();
            let kind = FaultKind::TooManyFaults {};
            self.list.push(Fault { func: None, block: None, inst: None, pos: None, kind, context });
        }
        Err(self.list)
    }
}

/// Longest piece of an instruction's text in a message, in bytes.
const INST_LENGTH: usize = 120;

fn context(module: &Module, function: &Function, place: Place) -> String {
    let mut out = format!("in {}", AtName(&function.name));
    let mut part = |name: &dyn Display| write!(out, ", {name}").unwrap_or_default();
    if let Some(block) = place.block {
        part(&block);
    }
    if let Some(state) = place.state {
        part(&state);
    }
    if let Some(object) = place.object {
        part(&object);
    }
    if let Some(inst) = place.inst {
        let mut text = Cut { text: String::new() };
        // An error means that the text was cut, which its end then says.
        let whole = write!(text, "{}", InstText { module, function, inst }).is_ok();
        let dots = if whole { "" } else { "..." };
        part(&format_args!("`{}{dots}`", text.text));
    }
    out
}

/// Takes text up to a length, then refuses, which stops the writer.
struct Cut {
    text: String,
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = INST_LENGTH - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let cut = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        self.text.push_str(&text[..cut]);
        Err(fmt::Error)
    }
}
