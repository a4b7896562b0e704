//! Modules as the interpreter runs them: operands decoded, type numbers of the instance, targets as indices.

use crate::table::Table;
use dis_bytecode::{
    Access, Catch, Check, DataItem, Facts, Import, Initial, Kind, Module, Op, TypeDesc, WordSize,
};
use dis_rt::{Addr, Heap, OutOfMemory, TypeId};
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

/// How an operand is found at run time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Not at all: there is none.
    #[default]
    None,
    /// `first` is its value.
    Imm,
    /// `first` is its address.
    Fixed,
    /// In the frame.
    Fp,
    /// In module data.
    Mp,
    /// In what a reference in the frame leads to.
    FpObject,
    /// In what a reference in module data leads to.
    MpObject,
    /// At an offset from an address in the frame, which nobody counts.
    FpAddress,
}

/// A decoded operand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operand {
    pub(crate) mode: Mode,
    pub(crate) first: u32,
    pub(crate) second: u32,
    /// The type for which the place at `second` was found to be right.
    pub(crate) known: Cell<TypeId>,
}

/// A decoded instruction.
#[derive(Clone, Debug)]
pub(crate) struct Inst {
    pub(crate) op: Op,
    pub(crate) src: Operand,
    pub(crate) mid: Operand,
    pub(crate) dst: Operand,
    /// The callee's frame, for calls within the module; the number of the table for instructions that use one.
    pub(crate) extra: u32,
}

/// A function that others may call.
pub(crate) struct Export {
    pub(crate) name: String,
    pub(crate) signature: u32,
    pub(crate) pc: u32,
    pub(crate) frame: TypeId,
}

/// An exception handler.
pub(crate) struct Handler {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) offset: u32,
    pub(crate) release: Option<TypeId>,
    pub(crate) typed: usize,
    pub(crate) catches: Vec<Catch>,
    pub(crate) otherwise: Option<u32>,
}

/// A module, ready to run in one instance.
pub(crate) struct Code {
    pub(crate) name: Rc<str>,
    pub(crate) insts: Vec<Inst>,
    pub(crate) types: Vec<TypeId>,
    pub(crate) exports: Vec<Export>,
    pub(crate) imports: Option<Vec<Vec<Import>>>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) entry: Option<(u32, TypeId)>,
    pub(crate) data_type: Option<TypeId>,
    pub(crate) data: Vec<DataItem>,
    /// What `case` and `goto` look things up in, as it was verified: programs may find a way to write where it came from.
    pub(crate) tables: Vec<Table>,
    /// Words that instructions give the address of.
    pub(crate) constants: Addr,
    /// Operands (instruction, which) whose address is taken, with the bytes that may be accessed there.
    pub(crate) extents: HashMap<(u32, usize), u32>,
    /// Instructions and types as they were in the file, for those who want to see them.
    pub(crate) listing: Vec<dis_bytecode::Inst>,
    pub(crate) descriptors: Vec<TypeDesc>,
    /// Its number, for the tier.
    pub(crate) number: u32,
    /// For each instruction how often it may still be come to before it is hot. Empty without a tier.
    pub(crate) heat: Vec<Cell<u32>>,
    /// For each instruction what the tier calls the place.
    pub(crate) places: Vec<Cell<u32>>,
}

struct Decoder<'a> {
    module: &'a Module,
    facts: &'a Facts,
    word: WordSize,
    types: &'a [TypeId],
    frames: HashMap<u32, TypeId>,
    constants: Vec<i32>,
    initial: Initial<'a>,
    tables: Vec<Table>,
}

impl Code {
    /// Decodes a module that passed the verifier with these facts. `key` tells modules apart for their types.
    pub(crate) fn new(
        module: Module,
        facts: &Facts,
        word: WordSize,
        key: &Rc<str>,
        heap: &mut Heap,
    ) -> Result<Code, OutOfMemory> {
        let types: Vec<TypeId> =
            (0..).zip(&module.types).map(|(n, ty)| intern(heap, key, n, ty, word)).collect();
        let frames = facts.functions.iter().map(|f| (f.pc, types[f.frame as usize])).collect();
        let mut decoder = Decoder {
            module: &module,
            facts,
            word,
            types: &types,
            frames,
            constants: Vec::new(),
            initial: Initial::of(&module, word),
            tables: Vec::new(),
        };
        let mut insts: Vec<Inst> = (0..module.code.len()).map(|pc| decoder.inst(pc)).collect();
        let (values, tables) = (decoder.constants, decoder.tables);
        let constants = place(&values, &mut insts, key, heap)?;
        let known = |id: i32| usize::try_from(id).ok().and_then(|id| types.get(id)).copied();
        let exports = module.exports.iter().filter(|e| e.pc >= 0).filter_map(|e| {
            let frame = known(e.frame)?;
            Some(Export { name: e.name.clone(), signature: e.signature, pc: e.pc as u32, frame })
        });
        let exports = exports.collect();
        let handlers = module.handlers.iter().flatten().map(|h| Handler {
            from: h.from as u32,
            to: h.to as u32,
            offset: h.offset as u32,
            release: known(h.ty),
            typed: h.typed.into(),
            catches: h.catches.clone(),
            otherwise: u32::try_from(h.otherwise).ok(),
        });
        let handlers = handlers.collect();
        let entry = u32::try_from(module.entry_pc).ok().zip(known(module.entry_type));
        let data_type = (module.data_size > 0).then(|| types[0]);
        let name = Rc::from(module.name.as_str());
        let extents = extents(facts, word.bytes());
        let (data, imports) = (module.data, module.imports);
        let (listing, descriptors) = (module.code, module.types);
        let (number, heat, places) = (0, Vec::new(), Vec::new());
        Ok(Code {
            name,
            insts,
            types,
            exports,
            imports,
            handlers,
            entry,
            data_type,
            data,
            tables,
            constants,
            extents,
            listing,
            descriptors,
            number,
            heat,
            places,
        })
    }
}

/// What the verifier says of addresses that are taken. A table of channels is a few words, and its entries two each.
fn extents(facts: &Facts, word: u32) -> HashMap<(u32, usize), u32> {
    let each = (0..).zip(&facts.checks).flat_map(|(pc, checks)| {
        checks.iter().enumerate().filter_map(move |(index, check)| match check {
            Check::Extent(bytes) => Some(((pc, index), *bytes)),
            Check::Alt { count, .. } => {
                Some(((pc, index), count.saturating_add(1).saturating_mul(2).saturating_mul(word)))
            }
            _ => None,
        })
    });
    each.collect()
}

fn intern(heap: &mut Heap, key: &Rc<str>, number: u32, ty: &TypeDesc, word: WordSize) -> TypeId {
    let pointers: Vec<u32> = ty.pointers(word).collect();
    heap.types.intern(key, number, ty.size, &pointers)
}

/// Puts constants into memory, 8 bytes each, and their addresses into the instructions.
fn place(values: &[i32], insts: &mut [Inst], key: &Rc<str>, heap: &mut Heap) -> Result<Addr, OutOfMemory> {
    if values.is_empty() {
        return Ok(dis_rt::NIL);
    }
    let size = 8 * values.len() as u32;
    let ty = heap.types.intern(key, u32::MAX, size, &[]);
    let at = heap.allocate(ty, size)?;
    (0..).zip(values).for_each(|(index, value)| heap.memory.set_big(at + 8 * index, i64::from(*value)));
    for inst in insts {
        for operand in [&mut inst.src, &mut inst.mid, &mut inst.dst] {
            if operand.mode == Mode::Fixed {
                operand.first = at + 8 * operand.first;
            }
        }
    }
    Ok(at)
}

impl Decoder<'_> {
    fn inst(&mut self, pc: usize) -> Inst {
        let inst = self.module.code[pc];
        let Some(owner) = self.facts.owner[pc] else {
            // Never reached.
            let none = Operand::default;
            return Inst { op: Op::Exit, src: none(), mid: none(), dst: none(), extra: 0 };
        };
        let function = self.facts.functions[owner as usize].frame;
        let frame = &self.module.types[function as usize];
        let roles = inst.op.roles();
        let operands = inst.operands();
        let mut decoded = [0, 1, 2].map(|index| {
            let copy = self.facts.copies.get(&(pc as u32, index));
            let operand = copy.map_or(operands[index], |from| dis_bytecode::Operand::Mp(from.cast_signed()));
            self.operand(operand, roles[index].kind, frame)
        });
        if roles[1].access == Access::Default && decoded[1].mode == Mode::None {
            decoded[1] = decoded[2].clone();
        }
        let [src, mid, dst] = decoded;
        let extra = match roles[2].kind {
            Kind::Pc => self.frames.get(&dst.first).copied().unwrap_or(0),
            Kind::Goto | Kind::Case | Kind::CaseC | Kind::CaseL => {
                self.tables.push(Table::of(roles[2].kind, &self.initial, dst.first, self.word.bytes()));
                self.tables.len() as u32 - 1
            }
            _ => 0,
        };
        Inst { op: inst.op, src, mid, dst, extra }
    }

    fn operand(&mut self, operand: dis_bytecode::Operand, kind: Kind, frame: &TypeDesc) -> Operand {
        use dis_bytecode::Operand as Source;
        // What does not fit a middle operand lies in module data. It is taken as the verifier saw it.
        let fixed = kind.is_static() && !matches!(kind, Kind::Link | Kind::Import);
        let operand = match operand {
            Source::Mp(n) if fixed => Source::Imm(self.initial.word(n as u32).unwrap_or(0)),
            other => other,
        };
        let (mode, first, second) = match operand {
            Source::None => (Mode::None, 0, 0),
            Source::Imm(n) => match kind {
                Kind::Any | Kind::Message => {
                    self.constants.push(n);
                    (Mode::Fixed, self.constants.len() as u32 - 1, 0)
                }
                Kind::Type => (Mode::Imm, self.types.get(n as usize).copied().unwrap_or(0), 0),
                _ => (Mode::Imm, n as u32, 0),
            },
            Source::Mp(n) => (Mode::Mp, n as u32, 0),
            Source::Fp(n) => (Mode::Fp, n as u32, 0),
            Source::MpInd { first, second } => (Mode::MpObject, first as u32, second as u32),
            Source::FpInd { first, second } => {
                let counted = frame.is_pointer(first as u32, self.word);
                let mode = if counted { Mode::FpObject } else { Mode::FpAddress };
                (mode, first as u32, second as u32)
            }
        };
        Operand { mode, first, second, known: Cell::new(0) }
    }
}
