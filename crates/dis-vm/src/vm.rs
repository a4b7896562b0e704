//! The machine: what an instance consists of.

use crate::bell::Canceller;
use crate::channel::Waiting;
use crate::code::Code;
use crate::files::{Files, Output};
use crate::hidden::Hidden;
use crate::input::Input;
use crate::jobs::Jobs;
use crate::load::{Loaded, Shapes};
use crate::place::Hint;
use crate::proc::{NOBODY, Proc};
use crate::profile::Watch;
use crate::schedule::Sleeper;
use crate::tier::{Note, Shared, Tier};
use dis_bytecode::WordSize;
use dis_rt::{Addr, Dead, Heap, NIL};
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

/// Instructions that a proc may execute before it is the next one's turn.
pub(crate) const QUANTUM: u32 = 2048;

/// How an instance is made.
pub struct Options {
    /// Bytes for everything that programs have.
    pub memory: usize,
    /// Calls and jumps back that may be made, together.
    pub fuel: Option<u64>,
    /// When it has to end.
    pub deadline: Option<Instant>,
    /// Instructions before it is the next proc's turn; 1 tests programs that rely on more.
    pub quantum: u32,
    /// Whether the heap is checked all the time.
    pub stress: bool,
    /// The folder that programs see as `/`.
    pub root: Option<PathBuf>,
    /// Standard input.
    pub input: Input,
    /// Standard output.
    pub output: Output,
    /// Standard error, and what the machine itself has to say.
    pub errors: Output,
    /// Most procs at a time.
    pub procs: usize,
    /// Whether programs may use the host's network.
    pub network: bool,
    /// Whether it is written down where the time goes. Turns take lengths by chance then.
    pub profile: bool,
    /// Where instructions are shown, each as it is executed. Those of compiled code are not: who wants all adds no tier.
    pub trace: Option<Output>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            memory: 1 << 30,
            fuel: None,
            deadline: None,
            quantum: QUANTUM,
            stress: false,
            root: None,
            input: Input::new(std::io::empty()),
            output: Output::new(std::io::sink()),
            errors: Output::new(std::io::sink()),
            procs: 1_000_000,
            network: false,
            profile: false,
            trace: None,
        }
    }
}

/// An instance of the machine.
pub struct Vm {
    pub(crate) heap: Heap,
    /// Bytes of a word.
    pub(crate) word: u32,
    // The running proc's registers.
    pub(crate) fp: Addr,
    pub(crate) mp: Addr,
    pub(crate) pc: u32,
    pub(crate) code: Rc<Code>,
    pub(crate) quantum: u32,
    pub(crate) fuel: u64,
    pub(crate) hint: Hint,
    /// The running proc.
    pub(crate) cur: Box<Proc>,
    pub(crate) procs: Vec<Option<Box<Proc>>>,
    pub(crate) vacant: Vec<u32>,
    pub(crate) ready: VecDeque<u32>,
    pub(crate) sleeping: BinaryHeap<Sleeper>,
    /// Procs that wait for events, in the order they came.
    pub(crate) parked: BTreeMap<u32, Vec<u32>>,
    /// What the host does meanwhile.
    pub(crate) jobs: Jobs,
    pub(crate) canceller: Canceller,
    pub(crate) next_space: u32,
    pub(crate) next_pid: u32,
    pub(crate) live: usize,
    pub(crate) random: u64,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) idle: Vec<u32>,
    pub(crate) loaded: Vec<Option<Loaded>>,
    pub(crate) unloaded: Vec<u32>,
    pub(crate) shapes: Shapes,
    pub(crate) cache: HashMap<String, Rc<Code>>,
    pub(crate) files: Files,
    /// What objects of built-in modules stand for.
    pub(crate) hidden: Hidden,
    /// The text of the exception that is being raised.
    pub(crate) message: String,
    /// The value of the exception that is being raised, counted.
    pub(crate) exception: Addr,
    pub(crate) options: Options,
    pub(crate) started: Instant,
    pub(crate) first: Option<crate::schedule::First>,
    pub(crate) turns: u32,
    /// Bytes in use from which on cycles are looked for.
    pub(crate) collect_at: usize,
    /// Whether the running proc is to stop after the built-in function that it is in: it sleeps.
    pub(crate) rests: bool,
    pub(crate) executed: Vec<bool>,
    /// What makes and enters compiled code, and what that shares with the interpreter.
    pub(crate) tier: Option<Rc<dyn Tier>>,
    pub(crate) shared: Box<Shared>,
    /// Calls and rounds after which a place is hot.
    pub(crate) threshold: u32,
    /// Why compiled code came back.
    pub(crate) trapped: Option<crate::trap::Trap>,
    /// Where checks of compiled code failed, and why.
    pub(crate) notes: Vec<Note>,
    /// Instructions of places that the tier numbers.
    pub(crate) places: HashMap<u64, u32>,
    /// Whether compiled code went on with another turn.
    pub(crate) turned: bool,
    /// The record of the function for which compiled code was entered last.
    pub(crate) bottom: u32,
    /// The record of the compiled function that has the interpreter run what it calls; `NOBODY` without one.
    pub(crate) floor: u32,
    /// How many such there are on the native stack.
    pub(crate) nested: u32,
    /// Whether all of them are to be left, since the native stack has become deep.
    pub(crate) leaving: bool,
    /// How many pieces of code there were.
    pub(crate) codes: u32,
    /// What is written down about programs, if somebody wants that.
    pub(crate) watch: Option<Box<Watch>>,
}

impl Vm {
    /// An instance for modules of this word size.
    pub fn new(word: WordSize, mut options: Options) -> Vm {
        options.quantum = options.quantum.max(1);
        let wide = word == WordSize::Eight;
        let watch = options.profile.then(Box::default);
        let canceller = Canceller::default();
        let code = Rc::new(Code {
            name: Rc::from(""),
            insts: Vec::new(),
            types: Vec::new(),
            exports: Vec::new(),
            imports: None,
            handlers: Vec::new(),
            entry: None,
            data_type: None,
            data: Vec::new(),
            tables: Vec::new(),
            constants: NIL,
            extents: HashMap::new(),
            listing: Vec::new(),
            descriptors: Vec::new(),
            number: 0,
            heat: Vec::new(),
            places: Vec::new(),
        });
        Vm {
            heap: Heap::new(wide, options.memory),
            word: word.bytes(),
            fp: NIL,
            mp: NIL,
            pc: 0,
            code,
            quantum: 0,
            fuel: options.fuel.unwrap_or(u64::MAX),
            hint: Hint::default(),
            cur: Box::default(),
            procs: Vec::new(),
            vacant: Vec::new(),
            ready: VecDeque::new(),
            sleeping: BinaryHeap::new(),
            parked: BTreeMap::new(),
            jobs: Jobs::new(std::sync::Arc::clone(&canceller.bell)),
            canceller,
            next_space: 2,
            next_pid: 1,
            live: 0,
            random: 0x2034_2034,
            waiting: Vec::new(),
            idle: Vec::new(),
            loaded: Vec::new(),
            unloaded: Vec::new(),
            shapes: Shapes::default(),
            cache: HashMap::new(),
            files: Files::new(&mut options),
            hidden: Hidden::default(),
            message: String::new(),
            exception: NIL,
            options,
            started: Instant::now(),
            first: None,
            turns: 0,
            collect_at: 32 << 20,
            rests: false,
            executed: vec![false; dis_bytecode::Op::ALL.len()],
            tier: None,
            shared: Box::default(),
            threshold: 0,
            trapped: None,
            turned: false,
            bottom: 0,
            floor: NOBODY,
            nested: 0,
            leaving: false,
            notes: Vec::new(),
            places: HashMap::new(),
            codes: 0,
            watch,
        }
    }

    /// What stops this machine from another thread.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// The opcodes that were executed so far, if somebody wants to know: `stress` has it noted.
    pub fn executed(&self) -> impl Iterator<Item = dis_bytecode::Op> + '_ {
        dis_bytecode::Op::ALL.iter().copied().filter(|op| self.executed[*op as usize])
    }

    /// Whether all counts of references are right.
    ///
    /// # Errors
    /// What is wrong, which is a fault of this machine.
    pub fn audit(&mut self) -> Result<(), String> {
        let roots = self.roots();
        self.heap.audit(&roots)
    }

    /// Bytes of programs' memory that are in use.
    pub fn memory_in_use(&self) -> usize {
        self.heap.in_use()
    }

    /// Takes care of what went away with objects: files are closed, who waits at a channel that is gone hears of it.
    #[inline]
    pub(crate) fn bury(&mut self) {
        if !self.heap.dead.is_empty() {
            self.bury_all();
        }
    }

    #[cold]
    fn bury_all(&mut self) {
        while let Some(dead) = self.heap.dead.pop() {
            match dead {
                Dead::File(group, number) => self.files.close(group, number),
                Dead::Channel(queues) => {
                    self.server_gone(queues);
                    self.hang_up(queues);
                }
                Dead::Module(number) => self.unload(number),
                Dead::Hidden(number) => self.hidden.remove(number),
            }
        }
    }

    /// References that the machine itself holds: what is reached from them stays.
    pub(crate) fn roots(&self) -> Vec<Addr> {
        let parked = self.procs.iter().flatten().map(|proc| &**proc);
        let mut roots = vec![self.exception];
        // Between turns there is no running proc, but a blank one.
        for proc in parked.chain([&*self.cur]).filter(|proc| proc.pid != 0) {
            proc.roots(&self.heap, &mut roots);
        }
        let parked = self.procs.iter().flatten().filter_map(|proc| proc.code.as_ref());
        let codes = self.cache.values().chain(parked).chain([&self.code]).map(|code| code.constants);
        let mut constants: Vec<Addr> =
            codes.chain(self.loaded.iter().flatten().filter_map(Loaded::constants)).collect();
        constants.sort_unstable();
        constants.dedup();
        roots.extend(constants);
        roots
    }

    /// Frees cycles. The result is whether that was any use.
    pub(crate) fn collect(&mut self) -> bool {
        let roots = self.roots();
        let freed = self.heap.collect(roots);
        freed > 0
    }
}
