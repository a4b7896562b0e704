//! The body of a function: frame states, virtuals, block headers; instructions are next door.

use super::error::{Errors, ParseError, ParseErrorKind, Pos};
use super::line::{Line, Parsed, check_room};
use super::map::FunctionMap;
use super::numbers::{Definitions, Numbering};
use super::parse::Names;
use crate::entity::{Block, State, Table, Value, Virtual};
use crate::function::{BlockData, Def, FrameValue, Function, StateData, ValueData, VirtualData};
use crate::types::Type;

/// The kinds of things that a body numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Value,
    Block,
    State,
    Virtual,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Kind::Value => "v",
            Kind::Block => "block",
            Kind::State => "fs",
            Kind::Virtual => "obj",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Kind::Value => "value",
            Kind::Block => "block",
            Kind::State => "frame state",
            Kind::Virtual => "virtual object",
        }
    }
}

/// A function body being parsed. Entities carry the numbers of the text until the end, when all are known.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub(super) function: Function,
    pub(super) names: &'a mut Names,
    errors: &'a mut Errors,
    values: Definitions<ValueData>,
    blocks: Definitions<BlockData>,
    states: Definitions<StateData>,
    virtuals: Definitions<VirtualData>,
    pub(super) inst_positions: Table<crate::Inst, Pos>,
    /// Uses of what was not defined by then.
    forward: Vec<(Kind, u32, Pos)>,
}

impl<'a> Body<'a> {
    pub(super) fn new(function: Function, names: &'a mut Names, errors: &'a mut Errors) -> Body<'a> {
        Body {
            function,
            names,
            errors,
            values: Definitions::new(),
            blocks: Definitions::new(),
            states: Definitions::new(),
            virtuals: Definitions::new(),
            inst_positions: Table::new(),
            forward: Vec::new(),
        }
    }

    /// Takes in one line.
    pub(super) fn line(&mut self, text: &str, number: u32) {
        let mut line = Line::new(text, number);
        if line.token() == super::lexer::Token::End {
            return;
        }
        let parsed = if line.peek_entity("block").is_some() {
            self.block_header(&mut line)
        } else if line.peek_entity("fs").is_some() {
            self.state(&mut line)
        } else if line.peek_entity("obj").is_some() {
            self.virtual_object(&mut line)
        } else {
            self.instruction(&mut line)
        };
        parsed.unwrap_or_else(|e| self.errors.add(e));
    }

    fn block_header(&mut self, line: &mut Line<'_>) -> Parsed<()> {
        let (number, pos) = line.entity("block", "a block")?;
        let block = Block(number);
        // Defined at once: a mistake further on must not make the block's uses and instructions wrong too.
        self.blocks
            .define(number, pos, BlockData::default())
            .map_err(|first| redefined(block, pos, first))?;
        self.function.order.push(block);
        if line.eat('(') {
            loop {
                self.block_param(block, line)?;
                if !line.eat(',') {
                    break;
                }
            }
            line.mark(')')?;
        }
        let cold = line.eat_word("cold");
        if let Some(data) = self.blocks.last_mut() {
            data.cold = cold;
        }
        line.mark(':')?;
        line.end()
    }

    fn block_param(&mut self, block: Block, line: &mut Line<'_>) -> Parsed<()> {
        let (number, pos) = line.entity("v", "a parameter such as `v0: i32`")?;
        let ty = line.mark(':').and_then(|()| line.ty());
        let Some(data) = self.blocks.last_mut() else { return Ok(()) };
        check_room(data.params.len(), "block parameters", pos)?;
        let def = Def::Param(block, data.params.len() as u16);
        data.params.push(Value(number));
        self.define_value(number, pos, ValueData { ty: *ty.as_ref().unwrap_or(&Type::I32), def })?;
        ty.map(|_| ())
    }

    pub(super) fn define_value(&mut self, number: u32, pos: Pos, data: ValueData) -> Parsed<()> {
        self.values.define(number, pos, data).map_err(|first| redefined(Value(number), pos, first))
    }

    /// The block that instructions go to.
    pub(super) fn current_block(&mut self) -> Option<&mut BlockData> {
        self.blocks.last_mut()
    }

    fn state(&mut self, line: &mut Line<'_>) -> Parsed<()> {
        let (number, pos) = line.entity("fs", "a frame state")?;
        let data = self.state_data(line);
        let hole = StateData { code: 0, offset: 0, values: Vec::new(), parent: None };
        let defined = self.states.define(number, pos, data.clone().unwrap_or(hole));
        defined.map_err(|first| redefined(State(number), pos, first))?;
        data.map(|_| ())
    }

    /// Reads `= state code+offset [values] in parent`.
    fn state_data(&mut self, line: &mut Line<'_>) -> Parsed<StateData> {
        line.mark('=')?;
        line.word("state")?;
        let code = line.u32("the code's number")?;
        line.mark('+')?;
        let offset = line.u32("the bytecode offset")?;
        line.mark('[')?;
        let mut values = Vec::new();
        while !line.eat(']') {
            if !values.is_empty() {
                line.mark(',')?;
            }
            values.push(self.frame_value(line, None)?);
        }
        let parent = if line.eat_word("in") { Some(self.state_use(line)?) } else { None };
        line.end()?;
        Ok(StateData { code, offset, values, parent })
    }

    /// Reads the contents of a slot; in a field of known type a constant needs no type of its own.
    fn frame_value(&mut self, line: &mut Line<'_>, ty: Option<Type>) -> Parsed<FrameValue> {
        if line.peek_entity("v").is_some() {
            return self.value_use(line).map(FrameValue::Value);
        }
        if line.peek_entity("obj").is_some() {
            return self.virtual_use(line).map(FrameValue::Virtual);
        }
        if line.eat_word("dead") {
            return Ok(FrameValue::Dead);
        }
        if line.eat_word("result") {
            return line.u16("the number of a result").map(FrameValue::Result);
        }
        let ty = match (line.peek_type(), ty) {
            (Some(_), _) => line.ty()?,
            (None, Some(ty)) => ty,
            (None, None) => {
                return Err(line.expected("a value, a constant such as `i32 5`, a virtual object or `dead`"));
            }
        };
        match ty {
            Type::Pair => line.pair().map(|(first, second)| FrameValue::Pair(first, second)),
            ty => line.constant(ty).map(|bits| FrameValue::Const(ty, bits)),
        }
    }

    fn virtual_object(&mut self, line: &mut Line<'_>) -> Parsed<()> {
        let (number, pos) = line.entity("obj", "a virtual object")?;
        let data = self.virtual_data(line);
        let hole = VirtualData { size: 0, kind: 0, fields: Vec::new() };
        let defined = self.virtuals.define(number, pos, data.clone().unwrap_or(hole));
        defined.map_err(|first| redefined(Virtual(number), pos, first))?;
        data.map(|_| ())
    }

    /// Reads `= virtual size kind number {offset: type value, ...}`.
    fn virtual_data(&mut self, line: &mut Line<'_>) -> Parsed<VirtualData> {
        line.mark('=')?;
        line.word("virtual")?;
        let size = line.u32("the object's size")?;
        line.word("kind")?;
        let kind = line.u32("the object's kind")?;
        line.mark('{')?;
        let mut fields = Vec::new();
        while !line.eat('}') {
            if !fields.is_empty() {
                line.mark(',')?;
            }
            let offset = line.u32("the field's offset")?;
            line.mark(':')?;
            let ty = line.ty()?;
            fields.push((offset, ty, self.frame_value(line, Some(ty))?));
        }
        line.end()?;
        Ok(VirtualData { size, kind, fields })
    }

    fn used(&mut self, kind: Kind, line: &mut Line<'_>) -> Parsed<u32> {
        let (number, pos) =
            line.entity(kind.prefix(), &format!("a {} such as `{}0`", kind.what(), kind.prefix()))?;
        if !self.defines(kind, number) {
            self.forward.push((kind, number, pos));
        }
        Ok(number)
    }

    fn defines(&self, kind: Kind, number: u32) -> bool {
        match kind {
            Kind::Value => self.values.contains(number),
            Kind::Block => self.blocks.contains(number),
            Kind::State => self.states.contains(number),
            Kind::Virtual => self.virtuals.contains(number),
        }
    }

    pub(super) fn value_use(&mut self, line: &mut Line<'_>) -> Parsed<Value> {
        self.used(Kind::Value, line).map(Value)
    }

    pub(super) fn block_use(&mut self, line: &mut Line<'_>) -> Parsed<Block> {
        self.used(Kind::Block, line).map(Block)
    }

    pub(super) fn state_use(&mut self, line: &mut Line<'_>) -> Parsed<State> {
        self.used(Kind::State, line).map(State)
    }

    fn virtual_use(&mut self, line: &mut Line<'_>) -> Parsed<Virtual> {
        self.used(Kind::Virtual, line).map(Virtual)
    }

    /// The function with its final numbers, and where its parts stand.
    pub(super) fn finish(mut self, header: Pos) -> (Function, FunctionMap) {
        for (kind, number, pos) in std::mem::take(&mut self.forward) {
            if !self.defines(kind, number) {
                let name = format!("{}{number}", kind.prefix());
                self.errors.push(pos, ParseErrorKind::Undefined { what: kind.what(), name });
            }
        }
        let numbers = Numbers {
            values: Numbering::of(self.values.numbers(), false),
            blocks: Numbering::of(self.blocks.numbers(), false),
            states: Numbering::of(self.states.numbers(), false),
            virtuals: Numbering::of(self.virtuals.numbers(), false),
        };
        let mut func = self.function;
        let gone = ValueData { ty: Type::I32, def: Def::Gone };
        let no_state = StateData { code: 0, offset: 0, values: Vec::new(), parent: None };
        let no_object = VirtualData { size: 0, kind: 0, fields: Vec::new() };
        let mut map = FunctionMap { header, insts: self.inst_positions, ..FunctionMap::default() };
        (func.values, map.values) = self.values.into_tables(&numbers.values, gone);
        (func.blocks, map.blocks) = self.blocks.into_tables(&numbers.blocks, BlockData::default());
        (func.states, map.states) = self.states.into_tables(&numbers.states, no_state);
        (func.virtuals, map.virtuals) = self.virtuals.into_tables(&numbers.virtuals, no_object);
        numbers.renumber(&mut func);
        (func, map)
    }
}

fn redefined(name: impl std::fmt::Display, pos: Pos, first: Pos) -> ParseError {
    ParseError { pos, kind: ParseErrorKind::Redefined { name: name.to_string(), first } }
}

/// The final numbers of everything in a function.
struct Numbers {
    values: Numbering,
    blocks: Numbering,
    states: Numbering,
    virtuals: Numbering,
}

impl Numbers {
    /// Replaces the numbers of the text wherever a function names something.
    fn renumber(&self, func: &mut Function) {
        let all = [&self.values, &self.blocks, &self.states, &self.virtuals];
        if all.iter().all(|n| matches!(n, Numbering::Kept)) {
            return;
        }
        func.order.iter_mut().for_each(|block| self.blocks.apply(block));
        for block in func.blocks.values_mut() {
            block.params.iter_mut().for_each(|value| self.values.apply(value));
        }
        for value in func.values.values_mut() {
            if let Def::Param(block, _) = &mut value.def {
                self.blocks.apply(block);
            }
        }
        for inst in func.insts.values_mut() {
            inst.args.iter_mut().chain(inst.results.iter_mut()).for_each(|value| self.values.apply(value));
            for target in inst.targets_mut() {
                self.blocks.apply(&mut target.block);
                target.args.iter_mut().for_each(|value| self.values.apply(value));
            }
            inst.state_mut().into_iter().for_each(|state| self.states.apply(state));
        }
        for state in func.states.values_mut() {
            state.values.iter_mut().for_each(|item| self.frame_value(item));
            state.parent.iter_mut().for_each(|parent| self.states.apply(parent));
        }
        for object in func.virtuals.values_mut() {
            object.fields.iter_mut().for_each(|(.., item)| self.frame_value(item));
        }
    }

    fn frame_value(&self, item: &mut FrameValue) {
        match item {
            FrameValue::Value(value) => self.values.apply(value),
            FrameValue::Virtual(object) => self.virtuals.apply(object),
            FrameValue::Const(..) | FrameValue::Pair(..) | FrameValue::Result(_) | FrameValue::Dead => {}
        }
    }
}
