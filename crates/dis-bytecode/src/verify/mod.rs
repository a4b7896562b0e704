//! Verifier: what must hold before anything of a module runs, and what tiers may rely on then.
//!
//! Pointer maps say which words of a frame, of module data and of each type are counted pointers; nothing says what kind of object a
//! pointer leads to. So places in the own frame, in module data and in frames for own functions are checked here, completely:
//! within bounds, a pointer is read from a pointer slot, and no pointer slot is written as anything else. Addresses that nobody
//! counts (frames being filled, results of `lea` and `ind*`, the return address) are followed through each function, so that none
//! comes from a word. [`Facts`] say for each operand what is left for run time ([`Check`]):
//!
//! * through a counted pointer: nil, the object's size, and its pointer map, since its type is known only then;
//! * through an address whose object the verifier does not know: its extent and pointer map. An element's address outlives nothing:
//!   it has to keep its array alive or be checked against it;
//! * frames for functions of other modules: their descriptor comes with `mframe`. Modules that were loaded elsewhere have link
//!   tables of their own, so a link's number has a bound at run time only. `mcall` has to see that the frame is of the callee's
//!   descriptor, unless the callee takes any number of arguments, for which compilers use `frame`;
//! * the place for a call's result, which is nil when nobody said where it is;
//! * kinds of objects (`send` on what is no channel, `cvtac` on an array of something else), array bounds, lengths, division,
//!   what a channel transports against the place given, the types that `newcm` and `mnewz` name;
//! * that frames are called innermost first, and that an exception throws away the frames that were being filled;
//! * `alt`: that the table has no more entries than [`Check::Alt`] says are there, and that channels are in it;
//! * `load`: names and signatures of the other module.
//!
//! Programs of real compilers pass: the same descriptor serves several functions, words are read from pointer slots to compare
//! with nil, `case` tables lie in module data among variables (the verifier makes sure that nothing writes there), and code that is
//! never reached may be there (only what is reached has facts).

mod flow;
mod place;
mod sections;
mod state;
mod tables;

pub use tables::{Initial, Table};

use crate::{Module, WordSize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

/// Most faults that are reported.
const MANY: usize = 50;

/// Where a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the header.
    Header,
    /// In this instruction.
    Inst(u32),
    /// In this type descriptor.
    Type(u32),
    /// In this item of the data section, counted from 0.
    Data(u32),
    /// In this link, counted from 0.
    Export(u32),
    /// In this handler, counted from 0.
    Handler(u32),
}

/// Something that forbids to run a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, number) = match self.place {
            Place::Header => return write!(f, "header: {}", self.reason),
            Place::Inst(n) => ("instruction", n),
            Place::Type(n) => ("type", n),
            Place::Data(n) => ("data item", n),
            Place::Export(n) => ("link", n),
            Place::Handler(n) => ("handler", n),
        };
        write!(f, "{what} {number}: {}", self.reason)
    }
}

/// What is left to check about an operand when its instruction runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Nothing: it is a number, or there is none, or its place is proven.
    #[default]
    Proven,
    /// A place at an offset from what a pointer slot holds: nil, the object's size, its pointer map.
    Object,
    /// A place at an offset from an address: its extent, its pointer map.
    Address,
    /// The same through a word that an object begins with: right if that object is a module, whose data then is at the address.
    ModuleData,
    /// A place in a frame for a function of another module: that function's descriptor.
    Callee,
    /// Others write here, or the address is taken: of a message, a call's result or what `lea` gives. This many bytes may be
    /// accessed so, and no more: behind them is a word whose contents the verifier follows, or the end.
    Extent(u32),
    /// A table of channels with this many entries at most, each with the address of a place. That many bytes of each place may be
    /// accessed. Which channels there are is for run time to see: compilers copy them there as words.
    Alt {
        /// Entries.
        count: u32,
        /// Bytes.
        extent: u32,
    },
}

/// A function: something with a frame of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its first instruction.
    pub pc: u32,
    /// The type of its frame.
    pub frame: u32,
}

/// What holds for a module that was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Bytes of a word, for which all of this holds; 0 before that is known.
    pub word: u32,
    /// Functions, those that others may call first.
    pub functions: Vec<Function>,
    /// For each instruction the number of its function, or `None` when it is never reached. None is part of two.
    pub owner: Vec<Option<u32>>,
    /// For each instruction what is left to check of source, middle and destination.
    pub checks: Vec<[Check; 3]>,
    /// Tables that `goto` and `case` use. They never change.
    pub tables: Vec<Table>,
    /// Operands (instruction, which) that are words into which the instruction before copied a reference from module data, with its
    /// place there. Compilers do that with strings that are too far away for a middle operand. Nobody counts what the word holds: the
    /// reference is to be read where it came from. That is the same one unless another proc changed it just now, who might have
    /// released it.
    pub copies: BTreeMap<(u32, usize), u32>,
    /// Bytes of all arrays that module data begins with: loading the module allocates them.
    pub array_bytes: u64,
}

/// Checks a module for a machine with this word size. Every fault is reported, up to some number.
pub fn verify(module: &Module, word: WordSize) -> Result<Facts, Vec<Fault>> {
    let mut verifier = Verifier::new(module, word);
    verifier.sections();
    if verifier.faults.is_empty() {
        verifier.functions();
    }
    verifier.faults.sort();
    verifier.faults.dedup();
    verifier.faults.truncate(MANY);
    if verifier.faults.is_empty() { Ok(verifier.facts) } else { Err(verifier.faults) }
}

/// A module that is being verified.
struct Verifier<'a> {
    module: &'a Module,
    word: WordSize,
    /// Bytes of a word.
    w: u32,
    faults: Vec<Fault>,
    facts: Facts,
    /// Words, strings and big numbers of module data, outside of arrays.
    initial: tables::Initial<'a>,
    /// Bytes of module data (from, to) that must not change, with the instruction that needs them.
    frozen: HashMap<(u32, u32), u32>,
    /// Bytes of module data that instructions write.
    written: HashMap<(u32, u32), u32>,
    /// Instructions that take the address of a place in module data: which operand, which place.
    reached: Vec<(u32, usize, u32)>,
    /// Instructions that take the address of a place in the frame of the function looked at, with the place.
    leas: HashSet<(u32, u32)>,
    /// Frame types of functions by their first instruction.
    by_pc: HashMap<u32, u32>,
    /// Handlers around instructions that have some.
    around: HashMap<u32, Vec<u32>>,
    /// Instructions whose tables are known.
    tabled: HashSet<u32>,
    /// How many more instructions may be looked at.
    visits: usize,
}

impl<'a> Verifier<'a> {
    fn new(module: &'a Module, word: WordSize) -> Verifier<'a> {
        let count = module.code.len();
        let facts = Facts {
            word: word.bytes(),
            owner: vec![None; count],
            checks: vec![[Check::Proven; 3]; count],
            ..Facts::default()
        };
        Verifier {
            module,
            word,
            w: word.bytes(),
            faults: Vec::new(),
            facts,
            initial: tables::Initial::of(module, word),
            frozen: HashMap::new(),
            written: HashMap::new(),
            reached: Vec::new(),
            leas: HashSet::new(),
            by_pc: HashMap::new(),
            around: HashMap::new(),
            tabled: HashSet::new(),
            visits: 0,
        }
    }

    fn fault(&mut self, place: Place, reason: impl Into<String>) {
        // Twice as many as are shown, since some come up again as states are refined.
        if self.faults.len() < 2 * MANY {
            self.faults.push(Fault { place, reason: reason.into() });
        }
    }

    /// Whether looking further would only repeat what is known.
    fn gave_up(&self) -> bool {
        self.faults.len() >= 2 * MANY
    }

    /// Counts work against what may be done for this module.
    fn work(&mut self, steps: usize) {
        self.visits = self.visits.saturating_sub(steps);
    }

    fn is_pc(&self, pc: i32) -> bool {
        usize::try_from(pc).is_ok_and(|pc| pc < self.module.code.len())
    }

    fn is_type(&self, ty: i32) -> bool {
        usize::try_from(ty).is_ok_and(|ty| ty < self.module.types.len())
    }
}
