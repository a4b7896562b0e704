//! Seeing what programs do: where their time goes, by function and instruction, and each instruction as it is executed.
//!
//! The time of a turn belongs to where it ends. Turns of a profile have lengths by chance, so that no loop keeps step with them.

use crate::code::Code;
use crate::schedule::Turn;
use crate::vm::Vm;
use dis_bytecode::{Facts, Module, disassemble_inst};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Where the time of a program went.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Modules, in the order in which they were loaded.
    pub modules: Vec<ModuleProfile>,
    /// The time of all turns.
    pub time: Duration,
    /// How many there were.
    pub turns: u64,
}

/// Where it went within a module.
#[derive(Clone, Debug)]
pub struct ModuleProfile {
    /// Its name.
    pub name: String,
    /// Where it was loaded from.
    pub path: String,
    /// The source file, if the module names it.
    pub source: Option<String>,
    /// How many instructions it has.
    pub instructions: usize,
    /// Functions: first instruction, the name if others may call it, and the time spent in them and in what they called.
    pub functions: Vec<(u32, Option<String>, Duration)>,
    /// For each instruction, the number of its function.
    pub owner: Vec<Option<u32>>,
    /// The time spent in instructions.
    pub own: BTreeMap<u32, Duration>,
}

/// What is written down while a program runs.
#[derive(Default)]
pub(crate) struct Watch {
    profile: Profile,
    /// The places of codes in these, by their numbers: the same file may be read again and again.
    places: HashMap<u32, usize>,
    random: u64,
}

impl Watch {
    pub(crate) fn enlist(&mut self, number: u32, path: &str, module: &Module, facts: &Facts) {
        let is_same = |known: &ModuleProfile| known.path == path && known.instructions == module.code.len();
        let known = self.profile.modules.iter().position(is_same);
        let place = known.unwrap_or_else(|| {
            self.profile.modules.push(ModuleProfile::new(path, module, facts));
            self.profile.modules.len() - 1
        });
        self.places.insert(number, place);
    }

    /// Instructions for a turn: half of them to half as many again. xorshift, Marsaglia 2003.
    fn quantum(&mut self, usual: u32) -> u32 {
        self.random = self.random.max(1);
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usual / 2 + (self.random % u64::from(usual)) as u32 + 1
    }
}

impl ModuleProfile {
    fn new(path: &str, module: &Module, facts: &Facts) -> ModuleProfile {
        let name_of = |pc: u32| module.exports.iter().find(|export| export.pc == pc.cast_signed());
        let functions = facts.functions.iter().map(|function| {
            let name = name_of(function.pc).map(|export| export.name.clone());
            (function.pc, name, Duration::ZERO)
        });
        ModuleProfile {
            name: module.name.clone(),
            path: path.to_owned(),
            source: module.source.clone(),
            instructions: module.code.len(),
            functions: functions.collect(),
            owner: facts.owner.clone(),
            own: BTreeMap::new(),
        }
    }
}

impl Vm {
    /// Where the time went until now, if the options asked for that.
    pub fn profile(&self) -> Option<&Profile> {
        self.options.profile.then_some(&self.watch.as_ref()?.profile)
    }

    /// A turn that is written down.
    pub(crate) fn timed_turn(&mut self) -> Turn {
        let usual = self.options.quantum;
        let quantum = self.watch.as_mut().map_or(usual, |watch| watch.quantum(usual));
        let begun = Instant::now();
        let turn = self.take_turn(quantum);
        // What ended it is behind where the proc goes on, unless it is to be tried again.
        let back = u32::from(matches!(turn, Turn::Waits | Turn::Ended(_)));
        self.sample(self.pc.saturating_sub(back), begun.elapsed());
        turn
    }

    fn sample(&mut self, pc: u32, time: Duration) {
        let Some(mut watch) = self.watch.take() else { return };
        watch.profile.time += time;
        watch.profile.turns += 1;
        let mut seen: Vec<(usize, usize)> = Vec::new();
        let mut at = Some((Rc::clone(&self.code), pc, self.cur.active));
        while let Some((code, pc, record)) = at {
            if let Some(place) = watch.places.get(&code.number) {
                let module = &mut watch.profile.modules[*place];
                if record == self.cur.active {
                    *module.own.entry(pc).or_default() += time;
                }
                let function = module.owner.get(pc as usize).copied().flatten().map(|owner| owner as usize);
                // A function that calls itself runs once.
                if let Some(function) = function.filter(|function| !seen.contains(&(*place, *function))) {
                    seen.push((*place, function));
                    module.functions[function].2 += time;
                }
            }
            at = self.caller(code, record);
        }
        self.watch = Some(watch);
    }

    /// Shows an instruction that is about to be executed.
    #[cold]
    pub(crate) fn show_instruction(&self, code: &Code) {
        let Some(to) = &self.options.trace else { return };
        if let Some(inst) = code.listing.get(self.pc as usize) {
            let (pid, pc) = (self.cur.pid, self.pc);
            to.write(format!("{pid} {} {pc}: {}\n", code.name, disassemble_inst(inst)).as_bytes());
        }
    }
}
