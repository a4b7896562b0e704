//! Prints modules, functions and instructions.
//!
//! Invalid IR prints too, as well as it can: printing never panics, and what the parser has no words for is put in
//! question marks.

use super::float;
use super::names::{AtName, ClassName};
use super::numbers::Numbering;
use crate::entity::{AliasClass, Block, Entity, Func, Inst, Runtime, Sig, State, Table, Value, Virtual};
use crate::function::{FrameValue, Function, Imm, InstData, StateData, Target, Targets, VirtualData};
use crate::module::{ClassSet, Module, RuntimeData, Signature};
use crate::ops::Op;
use crate::types::Type;
use std::fmt::{self, Display, Formatter, Write};

/// The text form of a module.
pub fn print(module: &Module) -> String {
    module.to_string()
}

/// The text form of one function of a module.
///
/// # Panics
/// When the module has no such function.
pub fn print_function(module: &Module, func: Func) -> String {
    FunctionText::new(module, &module.functions[func]).to_string()
}

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for class in self.classes.values() {
            writeln!(
                f,
                "class {}{}",
                ClassName(&class.name),
                if class.immutable { " immutable" } else { "" }
            )?;
        }
        for runtime in self.runtimes.values() {
            write_runtime(self, runtime, f)?;
        }
        for (i, function) in self.functions.values().enumerate() {
            if i > 0 || !self.classes.is_empty() || !self.runtimes.is_empty() {
                f.write_str("\n")?;
            }
            FunctionText::new(self, function).fmt(f)?;
        }
        Ok(())
    }
}

impl Display for Signature {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({})", Commas(&self.params))?;
        if !self.results.is_empty() {
            write!(f, " -> {}", Commas(&self.results))?;
        }
        f.write_str(if self.throws { " throws" } else { "" })
    }
}

/// A list with commas.
struct Commas<'a, T>(&'a [T]);

impl<T: Display> Display for Commas<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

fn write_runtime(module: &Module, runtime: &RuntimeData, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "runtime {}{}", AtName(&runtime.name), runtime.signature)?;
    f.write_str(if runtime.allocates { " allocs" } else { "" })?;
    for (word, set) in [("reads", &runtime.reads), ("writes", &runtime.writes)] {
        match set {
            ClassSet::All => write!(f, " {word}(all)")?,
            ClassSet::Some(classes) if !classes.is_empty() => {
                let names: Vec<ClassOf<'_>> = classes.iter().map(|class| ClassOf(module, *class)).collect();
                write!(f, " {word}({})", Commas(&names))?;
            }
            ClassSet::Some(_) | ClassSet::Empty => {}
        }
    }
    f.write_str("\n")
}

struct ClassOf<'a>(&'a Module, AliasClass);

impl Display for ClassOf<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0.classes.get(self.1) {
            Some(class) => ClassName(&class.name).fmt(f),
            None => write!(f, "?{}?", self.1),
        }
    }
}

/// A function together with the module that its calls and accesses refer to.
#[derive(Clone, Copy, Debug)]
pub struct FunctionText<'a> {
    module: &'a Module,
    function: &'a Function,
    renumbered: bool,
}

impl<'a> FunctionText<'a> {
    /// Prints with the numbers of the function's tables, unless they are very sparse.
    pub fn new(module: &'a Module, function: &'a Function) -> Self {
        FunctionText { module, function, renumbered: false }
    }

    /// Prints with dense numbers in the order of the text, so that the same program always looks the same.
    pub fn renumbered(self) -> Self {
        FunctionText { renumbered: true, ..self }
    }
}

impl Display for FunctionText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let function = self.function;
        let live = Live::of(function);
        let printer = Printer::of_function(self.module, function, &live, self.renumbered);
        writeln!(f, "func {}{} {{", AtName(&function.name), function.signature)?;
        for state in live.states.iter().copied() {
            printer.state(state, &function.states[state], f)?;
        }
        for object in live.virtuals.iter().copied() {
            printer.virtual_object(object, &function.virtuals[object], f)?;
        }
        for block in &function.order {
            printer.block(*block, f)?;
        }
        f.write_str("}\n")
    }
}

/// An instruction as it stands in its function's text, on a line of its own without the line's end.
#[derive(Clone, Copy, Debug)]
pub struct InstText<'a> {
    /// The module the function belongs to.
    pub module: &'a Module,
    /// The function.
    pub function: &'a Function,
    /// The instruction, printed with the numbers of the function's tables.
    pub inst: Inst,
}

impl Display for InstText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.function.insts.get(self.inst) {
            Some(data) => Printer::with_own_numbers(self.module, self.function).inst(data, f),
            None => write!(f, "?{}?", self.inst),
        }
    }
}

/// Frame states and virtuals that live instructions need, ascending.
struct Live {
    states: Vec<State>,
    virtuals: Vec<Virtual>,
}

impl Live {
    fn of(function: &Function) -> Live {
        let mut states = Marks::new(function.states.len());
        let mut virtuals = Marks::new(function.virtuals.len());
        let blocks = function.order.iter().filter_map(|block| function.blocks.get(*block));
        for inst in blocks.flat_map(|block| &block.insts) {
            states.mark(function.insts.get(*inst).and_then(InstData::state));
        }
        let mark = |item: &FrameValue, virtuals: &mut Marks<Virtual>| {
            if let FrameValue::Virtual(object) = item {
                virtuals.mark(Some(*object));
            }
        };
        while let Some(state) = states.work.pop() {
            let data = &function.states[state];
            states.mark(data.parent);
            data.values.iter().for_each(|item| mark(item, &mut virtuals));
        }
        while let Some(object) = virtuals.work.pop() {
            function.virtuals[object].fields.iter().for_each(|(.., item)| mark(item, &mut virtuals));
        }
        Live { states: states.marked(), virtuals: virtuals.marked() }
    }
}

/// Entities seen, and among them those not yet looked into.
struct Marks<K> {
    seen: Table<K, bool>,
    work: Vec<K>,
}

impl<K: Entity> Marks<K> {
    fn new(len: usize) -> Self {
        Marks { seen: Table::filled(len, false), work: Vec::new() }
    }

    fn mark(&mut self, key: Option<K>) {
        if let Some(key) = key.filter(|key| self.seen.get(*key) == Some(&false)) {
            self.seen[key] = true;
            self.work.push(key);
        }
    }

    fn marked(&self) -> Vec<K> {
        self.seen.keys().filter(|key| self.seen[*key]).collect()
    }
}

/// Prints parts of one function under one numbering.
struct Printer<'a> {
    module: &'a Module,
    function: &'a Function,
    values: Numbering,
    blocks: Numbering,
    states: Numbering,
    virtuals: Numbering,
}

impl<'a> Printer<'a> {
    fn with_own_numbers(module: &'a Module, function: &'a Function) -> Self {
        let kept = Numbering::Kept;
        let (values, blocks, states) = (kept.clone(), kept.clone(), kept.clone());
        Printer { module, function, values, blocks, states, virtuals: kept }
    }

    fn of_function(module: &'a Module, function: &'a Function, live: &Live, dense: bool) -> Self {
        let mut defined: Vec<u32> = Vec::new();
        for block in function.order.iter().filter_map(|block| function.blocks.get(*block)) {
            defined.extend(block.params.iter().map(|value| value.0));
            for inst in block.insts.iter().filter_map(|inst| function.insts.get(*inst)) {
                defined.extend(inst.results.iter().map(|value| value.0));
            }
        }
        Printer {
            module,
            function,
            values: Numbering::of(defined.iter().copied(), dense),
            blocks: Numbering::of(function.order.iter().map(|block| block.0), dense),
            states: Numbering::of(live.states.iter().map(|state| state.0), dense),
            virtuals: Numbering::of(live.virtuals.iter().map(|object| object.0), dense),
        }
    }

    fn value(&self, value: Value) -> Name {
        Name { prefix: "v", number: self.values.get(value.0), old: value.0 }
    }

    fn block_name(&self, block: Block) -> Name {
        Name { prefix: "block", number: self.blocks.get(block.0), old: block.0 }
    }

    fn state_name(&self, state: State) -> Name {
        Name { prefix: "fs", number: self.states.get(state.0), old: state.0 }
    }

    fn virtual_name(&self, object: Virtual) -> Name {
        Name { prefix: "obj", number: self.virtuals.get(object.0), old: object.0 }
    }

    fn values(&self, values: &[Value], f: &mut Formatter<'_>) -> fmt::Result {
        for (i, value) in values.iter().enumerate() {
            write!(f, "{}{}", if i > 0 { ", " } else { "" }, self.value(*value))?;
        }
        Ok(())
    }

    fn state(&self, state: State, data: &StateData, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} = state {}+{} [", self.state_name(state), data.code, data.offset)?;
        for (i, item) in data.values.iter().enumerate() {
            f.write_str(if i > 0 { ", " } else { "" })?;
            self.frame_value(item, None, f)?;
        }
        f.write_str("]")?;
        if let Some(parent) = data.parent {
            write!(f, " in {}", self.state_name(parent))?;
        }
        f.write_str("\n")
    }

    fn virtual_object(&self, object: Virtual, data: &VirtualData, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} = virtual {} kind {} {{", self.virtual_name(object), data.size, data.kind)?;
        for (i, (offset, ty, item)) in data.fields.iter().enumerate() {
            write!(f, "{}{offset}: {ty} ", if i > 0 { ", " } else { "" })?;
            self.frame_value(item, Some(*ty), f)?;
        }
        f.write_str("}\n")
    }

    fn frame_value(&self, item: &FrameValue, known: Option<Type>, f: &mut Formatter<'_>) -> fmt::Result {
        match item {
            FrameValue::Value(value) => self.value(*value).fmt(f),
            FrameValue::Virtual(object) => self.virtual_name(*object).fmt(f),
            FrameValue::Dead => f.write_str("dead"),
            FrameValue::Const(ty, bits) => {
                if known != Some(*ty) {
                    write!(f, "{ty} ")?;
                }
                constant(*ty, *bits, f)
            }
            FrameValue::Pair(first, second) => {
                if known != Some(Type::Pair) {
                    write!(f, "{} ", Type::Pair)?;
                }
                write!(f, "{first:#x}:{second:#x}")
            }
            FrameValue::Result(number) => write!(f, "result {number}"),
        }
    }

    fn block(&self, block: Block, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(data) = self.function.blocks.get(block) else { return writeln!(f, "?{block}?:") };
        self.block_name(block).fmt(f)?;
        for (i, param) in data.params.iter().enumerate() {
            write!(f, "{}{}: ", if i > 0 { ", " } else { "(" }, self.value(*param))?;
            match self.function.values.get(*param) {
                Some(value) => value.ty.fmt(f)?,
                None => f.write_str("?")?,
            }
        }
        f.write_str(if data.params.is_empty() { "" } else { ")" })?;
        f.write_str(if data.cold { " cold:\n" } else { ":\n" })?;
        for inst in &data.insts {
            f.write_str("  ")?;
            match self.function.insts.get(*inst) {
                Some(data) => self.inst(data, f)?,
                None => write!(f, "?{inst}?")?,
            }
            f.write_str("\n")?;
        }
        Ok(())
    }

    fn inst(&self, data: &InstData, f: &mut Formatter<'_>) -> fmt::Result {
        if !data.results.is_empty() {
            self.values(&data.results, f)?;
            f.write_str(" = ")?;
        }
        f.write_str(data.op.name())?;
        match &data.imm {
            Imm::IntCond(cond) => write!(f, ".{cond}")?,
            Imm::FloatCond(cond) => write!(f, ".{cond}")?,
            _ => {}
        }
        if let Some(ty) = data.ty {
            write!(f, ".{ty}")?;
        }
        self.rest(data, f)?;
        if data.position != u32::MAX {
            write!(f, " at {}", data.position)?;
        }
        Ok(())
    }

    /// Operands and what the instruction carries besides.
    fn rest(&self, data: &InstData, f: &mut Formatter<'_>) -> fmt::Result {
        let args = &data.args;
        match &data.imm {
            Imm::None | Imm::IntCond(_) | Imm::FloatCond(_) => self.spaced(args, f),
            Imm::Mem { offset, class } => self.memory(args, *offset, *class, f),
            Imm::Func { func, catches, state, keeps } => {
                self.manner(*catches, *keeps, f)?;
                self.call(*func, args, f)?;
                match state {
                    Some(state) => write!(f, ", {}", self.state_name(*state)),
                    None => Ok(()),
                }
            }
            Imm::Runtime { runtime, catches, keeps } => {
                self.manner(*catches, *keeps, f)?;
                self.call_runtime(*runtime, args, f)
            }
            Imm::Sig { sig, catches } => self.call_indirect(*sig, *catches, args, f),
            Imm::Guard { state, reason } => {
                self.spaced(args, f)?;
                let comma = if args.is_empty() { "" } else { "," };
                write!(f, "{comma} {}, reason {}", self.state_name(*state), reason.0)
            }
            Imm::Targets(targets) => self.targets(data, targets, f),
            Imm::Int(bits) => {
                f.write_char(' ')?;
                let result = data.op.results().and_then(|slots| slots.first());
                let ty = match result {
                    Some(crate::ops::Slot::Fixed(ty)) => *ty,
                    _ => Type::I64,
                };
                constant(ty, *bits as u64, f)?;
                self.stray(args, f)
            }
            Imm::Float(bits) => {
                f.write_char(' ')?;
                constant(Type::F64, *bits, f)?;
                self.stray(args, f)
            }
            Imm::Alloc { size, kind } => {
                write!(f, " {size} kind {kind}")?;
                self.stray(args, f)
            }
            Imm::Trap(code) => {
                write!(f, " {}", code.0)?;
                self.stray(args, f)
            }
        }
    }

    /// Operands behind a blank.
    fn spaced(&self, args: &[Value], f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if args.is_empty() { "" } else { " " })?;
        self.values(args, f)
    }

    /// Operands of an instruction that should have none.
    fn stray(&self, args: &[Value], f: &mut Formatter<'_>) -> fmt::Result {
        if args.is_empty() {
            return Ok(());
        }
        f.write_str(" ?")?;
        self.values(args, f)?;
        f.write_str("?")
    }

    fn memory(&self, args: &[Value], offset: i32, class: AliasClass, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, " {} ", ClassOf(self.module, class))?;
        let Some((address, others)) = args.split_last() else { return f.write_str("[?]") };
        self.values(others, f)?;
        write!(f, "{}[{}", if others.is_empty() { "" } else { ", " }, self.value(*address))?;
        match offset {
            0 => f.write_str("]"),
            1.. => write!(f, " + {offset}]"),
            _ => write!(f, " - {}]", offset.unsigned_abs()),
        }
    }

    /// What stands in front of a callee.
    fn manner(&self, catches: bool, keeps: Option<AliasClass>, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(catch(catches))?;
        match keeps {
            Some(class) => write!(f, " keeps {}", ClassOf(self.module, class)),
            None => Ok(()),
        }
    }

    fn call(&self, func: Func, args: &[Value], f: &mut Formatter<'_>) -> fmt::Result {
        match self.module.functions.get(func) {
            Some(function) => write!(f, " {}", AtName(&function.name))?,
            None => write!(f, " ?{func}?")?,
        }
        self.arguments(args, f)
    }

    fn call_runtime(&self, runtime: Runtime, args: &[Value], f: &mut Formatter<'_>) -> fmt::Result {
        match self.module.runtimes.get(runtime) {
            Some(data) => write!(f, " {}", AtName(&data.name))?,
            None => write!(f, " ?{runtime}?")?,
        }
        self.arguments(args, f)
    }

    fn call_indirect(&self, sig: Sig, catches: bool, args: &[Value], f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(catch(catches))?;
        match self.module.signatures.get(sig) {
            Some(signature) => write!(f, " {signature}, ")?,
            None => write!(f, " ?{sig}?, ")?,
        }
        match args.split_first() {
            Some((entry, args)) => {
                self.value(*entry).fmt(f)?;
                self.arguments(args, f)
            }
            None => f.write_str("?"),
        }
    }

    fn arguments(&self, args: &[Value], f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        self.values(args, f)?;
        f.write_str(")")
    }

    fn targets(&self, data: &InstData, targets: &Targets, f: &mut Formatter<'_>) -> fmt::Result {
        self.spaced(&data.args, f)?;
        let mut separator = if data.args.is_empty() { " " } else { ", " };
        for (i, target) in targets.list.iter().enumerate() {
            f.write_str(separator)?;
            match targets.cases.get(i) {
                Some(case) => write!(f, "{case}: ")?,
                None if data.op == Op::Switch => f.write_str("default ")?,
                None => {}
            }
            self.target(target, f)?;
            separator = ", ";
        }
        Ok(())
    }

    fn target(&self, target: &Target, f: &mut Formatter<'_>) -> fmt::Result {
        self.block_name(target.block).fmt(f)?;
        if target.args.is_empty() { Ok(()) } else { self.arguments(&target.args, f) }
    }
}

fn catch(catches: bool) -> &'static str {
    if catches { " catch" } else { "" }
}

/// A constant without its type.
fn constant(ty: Type, bits: u64, f: &mut Formatter<'_>) -> fmt::Result {
    match (ty, bits) {
        (Type::Bool, 0) => f.write_str("false"),
        (Type::Bool, 1) => f.write_str("true"),
        (Type::I32 | Type::I64 | Type::Bool, _) => write!(f, "{}", bits as i64),
        (Type::F64, _) => f.write_str(&float::format_bits(bits)),
        (Type::Ptr | Type::Boxed | Type::Pair, _) => write!(f, "{bits:#x}"),
    }
}

/// The name of an entity under a numbering; in question marks when nothing defines it.
struct Name {
    prefix: &'static str,
    number: Option<u32>,
    old: u32,
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "{}{number}", self.prefix),
            None => write!(f, "?{}{}?", self.prefix, self.old),
        }
    }
}
