//! Instructions in text.

use super::body::Body;
use super::error::{ParseError, ParseErrorKind, Pos};
use super::lexer::{Short, Token};
use super::line::{Line, Parsed, check_room};
use crate::builder::call_results;
use crate::entity::{Inst, Value};
use crate::function::{Def, Imm, InstData, Reason, Target, Targets, TrapCode, ValueData, Values};
use crate::module::Signature;
use crate::ops::{ImmKind, Op, Slot};
use crate::types::{FloatCond, IntCond, Type};
use smallvec::SmallVec;

/// What the words before the operands say.
struct Mnemonic {
    op: Op,
    ty: Option<Type>,
    /// The condition, for comparisons.
    imm: Imm,
}

/// An instruction but for its results.
struct Parts {
    op: Op,
    ty: Option<Type>,
    args: Values,
    imm: Imm,
    /// As many as there are names on the left.
    result_types: SmallVec<[Type; 2]>,
    position: u32,
}

impl Body<'_> {
    /// Reads `v1, v2 = op operands`, or an instruction without results.
    pub(super) fn instruction(&mut self, line: &mut Line<'_>) -> Parsed<()> {
        let pos = line.pos();
        let names = result_names(line)?;
        let parts = self.parts(line, names.len(), pos);
        let inst = Inst(self.function.insts.len() as u32);
        // What is named on the left is defined even when the rest is wrong, so that its uses are not wrong too.
        let types = parts.as_ref().map_or(&[][..], |p| &p.result_types);
        let mut defined = Ok(());
        for (i, (number, at)) in names.iter().enumerate() {
            let ty = types.get(i).copied().unwrap_or(Type::I32);
            let data = ValueData { ty, def: Def::Result(inst, i as u16) };
            defined = defined.and(self.define_value(*number, *at, data));
        }
        let Parts { op, ty, args, imm, position, .. } = parts?;
        defined?;
        let Some(block) = self.current_block() else {
            return Err(ParseError { pos, kind: ParseErrorKind::OutsideBlock {} });
        };
        block.insts.push(inst);
        let results = names.iter().map(|(number, _)| Value(*number)).collect();
        self.function.insts.push(InstData { op, ty, args, imm, results, position });
        self.inst_positions.push(pos);
        Ok(())
    }

    /// Reads all but the names of the results, of which there are `named` at `pos`.
    fn parts(&mut self, line: &mut Line<'_>, named: usize, pos: Pos) -> Parsed<Parts> {
        let Mnemonic { op, ty, imm } = mnemonic(line)?;
        let mut results: SmallVec<[Type; 2]> = SmallVec::new();
        for slot in op.results().unwrap_or_default() {
            match slot {
                Slot::Controlling => results.extend(ty),
                Slot::Fixed(ty) => results.push(*ty),
            }
        }
        let mut count = results.len();
        let mut args = Values::new();
        let imm = match op.imm() {
            ImmKind::None | ImmKind::IntCond | ImmKind::FloatCond => {
                self.operands(line, &mut args)?;
                imm
            }
            ImmKind::Int => {
                // Whether the op has a form for the type is for the verifier to say.
                let ty = match op.results() {
                    Some([Slot::Fixed(ty)]) => *ty,
                    _ if ty == Some(Type::I32) => Type::I32,
                    _ => Type::I64,
                };
                Imm::Int(line.constant(ty)? as i64)
            }
            ImmKind::Float => Imm::Float(line.constant(Type::F64)?),
            ImmKind::Mem => self.memory(line, &mut args)?,
            ImmKind::Alloc => {
                let size = line.u32("the size in bytes")?;
                line.word("kind")?;
                Imm::Alloc { size, kind: line.u32("the kind")? }
            }
            ImmKind::Func | ImmKind::Sig | ImmKind::Runtime => {
                let imm = self.call(op, line, &mut args)?;
                let (signature, catches) = self.callee(&imm);
                count = signature.results.len() + usize::from(catches);
                if count == named {
                    results = call_results(signature, catches).into();
                }
                imm
            }
            ImmKind::Guard => self.guard(line, &mut args)?,
            ImmKind::Targets if op == Op::Switch => self.switch(line, &mut args)?,
            ImmKind::Targets => self.targets(line, &mut args)?,
            ImmKind::Trap => Imm::Trap(TrapCode(line.u16("the trap code")?)),
        };
        let position = if line.eat_word("at") { line.u32("the source position")? } else { u32::MAX };
        line.end()?;
        if count != named {
            let kind = ParseErrorKind::ResultCount { op: op.name(), expected: count, found: named };
            return Err(ParseError { pos, kind });
        }
        Ok(Parts { op, ty, args, imm, result_types: results, position })
    }

    /// Reads values with commas between them, possibly none.
    fn operands(&mut self, line: &mut Line<'_>, args: &mut Values) -> Parsed<()> {
        if matches!(line.token(), Token::End | Token::Word("at")) {
            return Ok(());
        }
        loop {
            args.push(self.value_use(line)?);
            if !line.eat(',') {
                return Ok(());
            }
        }
    }

    /// Reads values in parentheses.
    fn arguments(&mut self, line: &mut Line<'_>, args: &mut Values) -> Parsed<()> {
        line.mark('(')?;
        let before = args.len();
        while !line.eat(')') {
            if args.len() > before {
                line.mark(',')?;
            }
            args.push(self.value_use(line)?);
        }
        Ok(())
    }

    /// Reads `class value, [address + offset]`.
    fn memory(&mut self, line: &mut Line<'_>, args: &mut Values) -> Parsed<Imm> {
        let class = self.names.class_named(line)?;
        while !line.eat('[') {
            if line.peek_entity("v").is_none() {
                return Err(line.expected("a value or `[` and an address"));
            }
            args.push(self.value_use(line)?);
            line.mark(',')?;
        }
        args.push(self.value_use(line)?);
        let offset = self.offset(line)?;
        line.mark(']')?;
        Ok(Imm::Mem { offset, class })
    }

    fn offset(&mut self, line: &mut Line<'_>) -> Parsed<i32> {
        let negative = match line.token() {
            Token::Mark(sign @ ('+' | '-')) => sign == '-',
            _ => return Ok(0),
        };
        line.advance();
        let mut integer = line.integer("the offset in bytes")?;
        let what = "an offset of 32 bits, signed";
        if integer.negative {
            return Err(integer.out_of_range(what));
        }
        integer.negative = negative;
        integer.within(i32::MIN.into(), i32::MAX.into(), what).map(|offset| offset as i32)
    }

    /// Reads `values, state, reason number`.
    fn guard(&mut self, line: &mut Line<'_>, args: &mut Values) -> Parsed<Imm> {
        while line.peek_entity("fs").is_none() {
            if line.peek_entity("v").is_none() {
                return Err(line.expected("a value or the frame state, such as `fs0`"));
            }
            args.push(self.value_use(line)?);
            line.mark(',')?;
        }
        let state = self.state_use(line)?;
        line.mark(',')?;
        line.word("reason")?;
        Ok(Imm::Guard { state, reason: Reason(line.u16("the reason's number")?) })
    }

    /// Reads a call from behind its name.
    fn call(&mut self, op: Op, line: &mut Line<'_>, args: &mut Values) -> Parsed<Imm> {
        let catches = line.eat_word("catch");
        let keeps = match matches!(op.imm(), ImmKind::Func | ImmKind::Runtime) && line.eat_word("keeps") {
            true => Some(self.names.class_named(line)?),
            false => None,
        };
        let mut imm = match op.imm() {
            ImmKind::Func => {
                Imm::Func { func: self.names.function_named(line)?, catches, state: None, keeps }
            }
            ImmKind::Runtime => Imm::Runtime { runtime: self.names.runtime_named(line)?, catches, keeps },
            _ => {
                let signature = line.signature()?;
                line.mark(',')?;
                args.push(self.value_use(line)?);
                Imm::Sig { sig: self.names.intern(signature), catches }
            }
        };
        self.arguments(line, args)?;
        if let Imm::Func { state, .. } = &mut imm
            && line.eat(',')
        {
            *state = Some(self.state_use(line)?);
        }
        Ok(imm)
    }

    /// The signature of a call, and whether it catches.
    fn callee(&self, imm: &Imm) -> (&Signature, bool) {
        match *imm {
            Imm::Func { func, catches, .. } => (&self.names.signatures[func], catches),
            Imm::Runtime { runtime, catches, .. } => (&self.names.runtimes[runtime].signature, catches),
            Imm::Sig { sig, catches } => (&self.names.indirect[sig], catches),
            _ => (const { &Signature { params: Vec::new(), results: Vec::new(), throws: false } }, false),
        }
    }

    /// Reads operands, then branch targets.
    fn targets(&mut self, line: &mut Line<'_>, args: &mut Values) -> Parsed<Imm> {
        let mut targets = Targets::default();
        loop {
            if line.peek_entity("block").is_some() {
                targets.list.push(self.target(line)?);
            } else if line.peek_entity("v").is_some() && targets.list.is_empty() {
                args.push(self.value_use(line)?);
            } else {
                return Err(line.expected("a branch target such as `block0`"));
            }
            if !line.eat(',') {
                return Ok(Imm::Targets(Box::new(targets)));
            }
        }
    }

    /// Reads operands, then `case: target` any number of times, then `default target`.
    fn switch(&mut self, line: &mut Line<'_>, args: &mut Values) -> Parsed<Imm> {
        let mut targets = Targets::default();
        loop {
            if line.eat_word("default") {
                targets.list.push(self.target(line)?);
                return Ok(Imm::Targets(Box::new(targets)));
            }
            if line.peek_entity("v").is_some() && targets.list.is_empty() {
                args.push(self.value_use(line)?);
            } else if matches!(line.token(), Token::Number(_) | Token::Mark('-')) {
                targets.cases.push(line.i32("a case")?);
                line.mark(':')?;
                targets.list.push(self.target(line)?);
            } else {
                return Err(line.expected("a case such as `0: block0`, or `default` and its target"));
            }
            line.mark(',')?;
        }
    }

    fn target(&mut self, line: &mut Line<'_>) -> Parsed<Target> {
        let block = self.block_use(line)?;
        let mut args = Values::new();
        if line.token() == Token::Mark('(') {
            self.arguments(line, &mut args)?;
        }
        Ok(Target { block, args })
    }
}

/// Reads `v1, v2 =` where there is one.
fn result_names(line: &mut Line<'_>) -> Parsed<SmallVec<[(u32, Pos); 2]>> {
    let mut names = SmallVec::new();
    if line.peek_entity("v").is_none() {
        return Ok(names);
    }
    loop {
        check_room(names.len(), "results", line.pos())?;
        names.push(line.entity("v", "the name of a result, such as `v0`")?);
        if !line.eat(',') {
            break;
        }
    }
    line.mark('=')?;
    Ok(names)
}

/// Reads `op`, `op.type`, `icmp.condition.type` or `fcmp.condition`.
fn mnemonic(line: &mut Line<'_>) -> Parsed<Mnemonic> {
    let Token::Word(word) = line.token() else { return Err(line.expected("an instruction")) };
    let error = |kind| ParseError { pos: line.pos(), kind };
    let mut parts = word.split('.');
    let name = parts.next().unwrap_or_default();
    let unknown = || error(ParseErrorKind::UnknownOp { name: Short(name).to_string() });
    let op = Op::from_name(name).ok_or_else(unknown)?;
    let imm = match op.imm() {
        ImmKind::IntCond => {
            let cond = parts.next().and_then(IntCond::from_name);
            Imm::IntCond(cond.ok_or_else(|| condition(line, op, IntCond::ALL))?)
        }
        ImmKind::FloatCond => {
            let cond = parts.next().and_then(FloatCond::from_name);
            Imm::FloatCond(cond.ok_or_else(|| condition(line, op, FloatCond::ALL))?)
        }
        _ => Imm::None,
    };
    let suffix = parts.next();
    let ty = match suffix.map(|s| (s, Type::from_name(s))) {
        None if op.types().is_empty() => None,
        Some((_, Some(ty))) if !op.types().is_empty() => Some(ty),
        Some((suffix, _)) if op.types().is_empty() => return Err(error(unexpected(op, suffix))),
        None | Some((_, None)) => {
            let types = op.types().iter().map(|ty| ty.name()).collect::<Vec<_>>().join(", ");
            return Err(error(ParseErrorKind::MissingType { op: op.name(), types }));
        }
        Some((suffix, Some(_))) => return Err(error(unexpected(op, suffix))),
    };
    if let Some(suffix) = parts.next() {
        return Err(error(unexpected(op, suffix)));
    }
    line.advance();
    Ok(Mnemonic { op, ty, imm })
}

fn unexpected(op: Op, suffix: &str) -> ParseErrorKind {
    ParseErrorKind::UnexpectedSuffix { op: op.name(), suffix: Short(suffix).to_string() }
}

fn condition<C: std::fmt::Display>(line: &Line<'_>, op: Op, all: &[C]) -> ParseError {
    let names = all.iter().map(C::to_string).collect::<Vec<_>>().join(", ");
    line.expected(format!("`{}.` and a condition ({names})", op.name()))
}
