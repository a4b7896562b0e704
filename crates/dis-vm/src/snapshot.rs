//! A function as its compiler sees it: decoded instructions, with what the interpreter has found out. Compilers are threads of
//! their own, so nothing of it is shared.

use crate::code::{self, Code, Mode};
use crate::load::Body;
use crate::table::Table;
use crate::vm::Vm;
use dis_bytecode::{Flow, Op};
use dis_rt::TypeId;
use std::collections::{BTreeMap, HashMap};

/// Instructions that are looked at.
const MOST: usize = 4000;
/// Functions that a function calls are looked at, too: so many, of so many instructions.
const CALLEES: usize = 8;
const SHORT: usize = 400;
/// The signature of functions of `$Math` that take a real and give one.
const REAL_OF_REAL: u32 = 0xa1d1_fe48;

/// An operand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operand {
    /// How it is found.
    pub mode: Mode,
    /// Its value, or where it or what leads to it is.
    pub first: u32,
    /// The offset in what the first leads to.
    pub second: u32,
    /// The type of object or frame in which that was found to be right; for the address that `indx` gives, the type of the
    /// elements; 0 if there was none.
    pub known: TypeId,
    /// How many bytes may be accessed where its address leads, if that is taken.
    pub extent: Option<u32>,
}

/// Ranges of numbers with their targets, ascending, and the target of the rest.
pub type Ranges = (Vec<(i64, i64, u32)>, Option<u32>);

/// An instruction.
#[derive(Clone, Debug)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// Source, middle, destination.
    pub operands: [Operand; 3],
    /// The callee's frame, for calls.
    pub frame: TypeId,
    /// What a link was found to lead to.
    pub link: Option<Link>,
    /// Where a table leads.
    pub targets: Vec<u32>,
    /// Ranges of a table of words, where that is what it is, with their targets, and the rest.
    pub ranges: Option<Ranges>,
}

/// A link of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The number of what that module's links lead to.
    pub shape: u32,
    /// Where this one does.
    pub leads: Leads,
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To code with this number, and an instruction of it.
    Code(u32, u32),
    /// To a function of `$Math` with one argument.
    Math(Math),
    /// To another function of the machine.
    Machine,
}

/// Functions of `$Math` that processors have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Math {
    /// The square root.
    Sqrt,
    /// Without its sign.
    Fabs,
    /// The next integer below.
    Floor,
    /// The next integer above.
    Ceil,
}

/// What is known of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeInfo {
    /// Bytes.
    pub size: u32,
    /// Where references are.
    pub pointers: Vec<u32>,
}

/// A range of instructions in which exceptions are handled.
#[derive(Clone, Debug)]
pub struct Handler {
    /// From here.
    pub from: u32,
    /// Up to here.
    pub to: u32,
    /// Where it may go on.
    pub targets: Vec<u32>,
}

/// A function from an instruction on.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The module's name.
    pub name: String,
    /// Bytes of a word.
    pub word: u32,
    /// Where memory is.
    pub base: u64,
    /// How far it may grow there.
    pub reserved: u64,
    /// Where what is shared is.
    pub shared: u64,
    /// Whether fuel counts.
    pub limited: bool,
    /// The number of its code.
    pub code: u32,
    /// The instruction that it begins with.
    pub entry: u32,
    /// The type of its frame.
    pub frame: TypeId,
    /// Instructions that are reached from there, and from its handlers.
    pub insts: BTreeMap<u32, Inst>,
    /// Types that they mention.
    pub types: HashMap<TypeId, TypeInfo>,
    /// Its handlers.
    pub handlers: Vec<Handler>,
    /// Whether there are more instructions than are looked at.
    pub too_large: bool,
    /// Some of the functions that it calls, without those that they call, by code and instruction.
    pub callees: BTreeMap<(u32, u32), Snapshot>,
}

impl Snapshot {
    pub(crate) fn new(vm: &mut Vm, code: &Code, entry: u32) -> Snapshot {
        let frame = vm.cur.records.get(vm.cur.active as usize).map_or(0, |record| record.ty);
        let mut snapshot = Snapshot::alone(vm, code, entry, frame);
        for (begin, frame) in snapshot.calls().into_iter().take(CALLEES) {
            let Some(code) = vm.code_of(begin.0) else { continue };
            let callee = Snapshot::alone(vm, &code, begin.1, frame);
            if callee.insts.len() <= SHORT {
                snapshot.callees.insert(begin, callee);
            }
        }
        snapshot
    }

    /// The functions that it calls and their frames, by code and instruction.
    pub fn calls(&self) -> BTreeMap<(u32, u32), TypeId> {
        let begin = |inst: &Inst| match (inst.op, inst.link) {
            (Op::Call, _) => Some((self.code, inst.operands[2].first)),
            (Op::Mcall, Some(Link { leads: Leads::Code(code, pc), .. })) => Some((code, pc)),
            _ => None,
        };
        self.insts.values().filter_map(|inst| Some((begin(inst)?, inst.frame))).collect()
    }

    fn alone(vm: &mut Vm, code: &Code, entry: u32, frame: TypeId) -> Snapshot {
        let mut snapshot = Snapshot {
            name: code.name.to_string(),
            word: vm.word,
            base: vm.heap.memory.host_address(),
            reserved: vm.heap.memory.reserved() as u64,
            shared: std::ptr::from_ref(&*vm.shared).expose_provenance() as u64,
            limited: vm.options.fuel.is_some(),
            code: code.number,
            entry,
            frame,
            insts: BTreeMap::new(),
            types: HashMap::new(),
            handlers: Vec::new(),
            too_large: false,
            callees: BTreeMap::new(),
        };
        snapshot.collect(code, entry);
        snapshot.insts.values_mut().for_each(|inst| inst.find_link(vm));
        snapshot.mention(vm, frame);
        let inner: Vec<&Inst> = snapshot.insts.values().collect();
        let mentioned: Vec<TypeId> = inner.into_iter().flat_map(mentions).collect();
        mentioned.into_iter().for_each(|ty| snapshot.mention(vm, ty));
        snapshot
    }

    fn mention(&mut self, vm: &Vm, ty: TypeId) {
        let info = || {
            let ty = &vm.heap.types[ty];
            TypeInfo { size: ty.size, pointers: ty.pointers.to_vec() }
        };
        self.types.entry(ty).or_insert_with(info);
    }

    fn collect(&mut self, code: &Code, entry: u32) {
        let mut work = vec![entry];
        while let Some(pc) = work.pop() {
            let Some(source) = code.insts.get(pc as usize).filter(|_| !self.insts.contains_key(&pc)) else {
                continue;
            };
            if self.insts.len() >= MOST {
                self.too_large = true;
                return;
            }
            let inst = inst(code, pc, source);
            match inst.op.flow() {
                Flow::Next | Flow::Call => work.push(pc + 1),
                Flow::Branch => work.extend([pc + 1, source.dst.first]),
                Flow::Jump => work.push(source.dst.first),
                Flow::Table => work.extend(&inst.targets),
                Flow::Stop => {}
            }
            self.insts.insert(pc, inst);
            for handler in code.handlers.iter().filter(|handler| (handler.from..handler.to).contains(&pc)) {
                if self.handlers.iter().all(|known| (known.from, known.to) != (handler.from, handler.to)) {
                    let catches = handler.catches.iter().map(|catch| catch.pc as u32);
                    let targets: Vec<u32> = catches.chain(handler.otherwise).collect();
                    work.extend(&targets);
                    self.handlers.push(Handler { from: handler.from, to: handler.to, targets });
                }
            }
        }
    }
}

impl Inst {
    /// What the link leads to whose module was seen here.
    fn find_link(&mut self, vm: &Vm) {
        if !matches!(self.op, Op::Mframe | Op::Mcall) || self.operands[1].mode != Mode::Imm {
            return;
        }
        let shape = std::mem::take(&mut self.operands[1].known);
        let link = self.operands[1].first.cast_signed();
        let loaded = vm.loaded.iter().flatten().find(|loaded| shape != 0 && loaded.shape() == shape);
        if let Some(entry) = loaded.and_then(|loaded| loaded.entry(link)) {
            self.frame = entry.frame;
            self.link = Some(Link { shape, leads: leads(&entry.body) });
        }
    }
}

fn leads(body: &Body) -> Leads {
    match body {
        Body::Code(code, pc) => Leads::Code(code.number, *pc),
        Body::Builtin(function) => match (function.name, function.signature) {
            ("sqrt", REAL_OF_REAL) => Leads::Math(Math::Sqrt),
            ("fabs", REAL_OF_REAL) => Leads::Math(Math::Fabs),
            ("floor", REAL_OF_REAL) => Leads::Math(Math::Floor),
            ("ceil", REAL_OF_REAL) => Leads::Math(Math::Ceil),
            _ => Leads::Machine,
        },
    }
}

fn mentions(inst: &Inst) -> Vec<TypeId> {
    let named = inst.op.roles().into_iter().zip(&inst.operands);
    let named = named.filter(|(role, _)| role.kind == dis_bytecode::Kind::Type).map(|(_, at)| at.first);
    named.chain(inst.operands.iter().map(|at| at.known)).chain([inst.frame]).collect()
}

fn inst(code: &Code, pc: u32, source: &code::Inst) -> Inst {
    let operand = |index: usize, from: &code::Operand| Operand {
        mode: from.mode,
        first: from.first,
        second: from.second,
        known: from.known.get(),
        extent: code.extents.get(&(pc, index)).copied(),
    };
    let operands = [operand(0, &source.src), operand(1, &source.mid), operand(2, &source.dst)];
    let (frame, targets) = (source.extra, Vec::new());
    let mut inst = Inst { op: source.op, operands, frame, link: None, targets, ranges: None };
    if inst.op.flow() == Flow::Table {
        inst.frame = 0;
        let number = source.extra as usize;
        match &code.tables[number] {
            Table::Goto(targets) => inst.targets.clone_from(targets),
            Table::Numbers(entries, rest) => {
                inst.targets = entries.iter().map(|entry| entry.2).chain(*rest).collect();
                inst.ranges = Some((entries.clone(), *rest));
            }
            Table::Strings(entries, rest) => {
                inst.targets = entries.iter().map(|entry| entry.2).chain(*rest).collect();
            }
        }
    }
    inst
}
