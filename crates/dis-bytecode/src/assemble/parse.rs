//! Statements of assembler text. Names of labels and types may be used before they are given: a first pass collects them.

use super::Assembled;
use super::lex::{Token, Word, finding, words};
use crate::{
    Catch, DataItem, DataValue, Export, Handler, Import, Inst, Kind, Middle, Module, OPERAND_MAX,
    OPERAND_MIN, Op, Operand, TypeDesc, WordSize,
};
use diagnostics::Finding;
use std::collections::HashMap;

type Result<T> = std::result::Result<T, Finding>;

/// Most findings that are reported.
const MANY: usize = 50;

pub(super) fn parse(text: &str) -> std::result::Result<Assembled, Vec<Finding>> {
    let mut findings = Vec::new();
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        match words(number, line) {
            Ok(words) if words.is_empty() => {}
            Ok(words) => lines.push((number, words)),
            Err(finding) => findings.push(finding),
        }
    }
    let mut names = Names::default();
    findings.extend(lines.iter().filter_map(|(number, words)| names.collect(*number, words).err()));
    let module = Module { entry_pc: -1, entry_type: -1, ..Module::default() };
    let mut parser = Parser { module, word: names.word, names };
    for (number, words) in &lines {
        let mut line = Line { number: *number, words, at: 0 };
        findings.extend(parser.statement(&mut line).err());
    }
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings.truncate(MANY);
    if findings.is_empty() {
        Ok(Assembled { word: parser.word, module: parser.module })
    } else {
        Err(findings)
    }
}

struct Names {
    labels: HashMap<String, i32>,
    types: HashMap<String, i32>,
    word: WordSize,
    pc: i32,
}

impl Default for Names {
    fn default() -> Names {
        Names { labels: HashMap::new(), types: HashMap::new(), word: WordSize::Eight, pc: 0 }
    }
}

impl Names {
    fn collect(&mut self, number: u32, words: &[Word]) -> Result<()> {
        let [Word { token: Token::Name(first), column }, rest @ ..] = words else { return Ok(()) };
        if let [Word { token: Token::Mark(':'), .. }] = rest {
            if self.labels.insert(first.clone(), self.pc).is_some() {
                return Err(finding(number, *column, format!("label {first} is there twice"), "again here"));
            }
        } else if Op::from_name(first).is_some() {
            self.pc += 1;
        } else if first == "type" {
            let Some(Word { token: Token::Name(name), column }) = rest.first() else { return Ok(()) };
            let id = self.types.len() as i32;
            if self.types.insert(name.clone(), id).is_some() {
                return Err(finding(number, *column, format!("type {name} is there twice"), "again here"));
            }
        } else if first == "wordsize" {
            self.word = match rest {
                [Word { token: Token::Int(4), .. }] => WordSize::Four,
                [Word { token: Token::Int(8), .. }] => WordSize::Eight,
                _ => return Err(finding(number, *column, "the word size is 4 or 8", "here")),
            };
        }
        Ok(())
    }
}

/// A line that is being read.
struct Line<'a> {
    number: u32,
    words: &'a [Word],
    at: usize,
}

impl Line<'_> {
    fn peek(&self) -> Option<&Token> {
        self.words.get(self.at).map(|word| &word.token)
    }

    fn next(&mut self) -> Option<&Token> {
        self.at += 1;
        self.words.get(self.at - 1).map(|word| &word.token)
    }

    /// A finding about the word that comes next.
    fn wrong<T>(&self, message: impl Into<String>) -> Result<T> {
        self.wrong_at(self.at, message)
    }

    fn wrong_at<T>(&self, at: usize, message: impl Into<String>) -> Result<T> {
        let (column, label) = match (self.words.get(at), self.words.last()) {
            (Some(word), _) => (word.column, "here"),
            (None, Some(last)) => (last.column, "behind this"),
            (None, None) => (1, "here"),
        };
        Err(finding(self.number, column, message, label))
    }

    fn is(&mut self, mark: char) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.at += usize::from(found);
        found
    }

    fn mark(&mut self, mark: char) -> Result<()> {
        if self.is(mark) { Ok(()) } else { self.wrong(format!("a {mark:?} is missing")) }
    }

    fn end(&self) -> Result<()> {
        if self.at >= self.words.len() { Ok(()) } else { self.wrong("the statement ends before this") }
    }

    fn int(&mut self, least: i128, most: i128, what: &str) -> Result<i128> {
        match self.peek() {
            Some(Token::Int(n)) if (least..=most).contains(n) => {
                let n = *n;
                self.at += 1;
                Ok(n)
            }
            Some(Token::Int(n)) => self.wrong(format!("{what} is {n}, and may be {least} to {most}")),
            _ => self.wrong(format!("{what} is missing: a number")),
        }
    }

    fn operand_int(&mut self, what: &str) -> Result<i32> {
        Ok(self.int(OPERAND_MIN.into(), OPERAND_MAX.into(), what)? as i32)
    }

    fn size(&mut self, what: &str) -> Result<u32> {
        Ok(self.int(0, OPERAND_MAX.into(), what)? as u32)
    }

    fn word32(&mut self, what: &str) -> Result<u32> {
        Ok(self.int(i32::MIN.into(), u32::MAX.into(), what)? as u32)
    }

    fn bytes(&mut self, what: &str) -> Result<Vec<u8>> {
        match self.next() {
            Some(Token::Text(bytes)) => Ok(bytes.clone()),
            _ => self.wrong_at(self.at - 1, format!("{what} is missing: a string in quotes")),
        }
    }

    /// A name as files have it: UTF-8 without zero bytes, in quotes or, when it is a word, bare.
    fn name(&mut self, what: &str) -> Result<String> {
        if let Some(Token::Name(name)) = self.peek() {
            let name = name.clone();
            self.at += 1;
            return Ok(name);
        }
        let bytes = self.bytes(what)?;
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Ok(text),
            _ => self.wrong_at(self.at - 1, format!("{what} has to be UTF-8 without zero bytes")),
        }
    }

    fn hex(&mut self, what: &str) -> Result<Vec<u8>> {
        let text = self.bytes(what)?;
        let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
        let byte = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?);
        match text.chunks(2).map(byte).collect() {
            Some(bytes) => Ok(bytes),
            None => self.wrong_at(self.at - 1, format!("{what} is in hex, two digits a byte")),
        }
    }
}

struct Parser {
    module: Module,
    word: WordSize,
    names: Names,
}

impl Parser {
    fn statement(&mut self, line: &mut Line<'_>) -> Result<()> {
        let Some(Token::Name(first)) = line.next().cloned() else {
            return line.wrong_at(0, "a statement begins with a name");
        };
        if line.is(':') {
            return line.end();
        }
        if let Some(op) = Op::from_name(&first) {
            let inst = self.inst(line, op)?;
            self.module.code.push(inst);
            return line.end();
        }
        self.directive(line, &first)?;
        line.end()
    }

    fn directive(&mut self, line: &mut Line<'_>, name: &str) -> Result<()> {
        match name {
            "wordsize" => line.at += 1,
            "module" => self.module.name = line.name("the module's name")?,
            "flags" => self.module.flags = line.operand_int("the flags")?,
            "stack" => self.module.stack_extent = line.operand_int("the stack extent")?,
            "signature" => self.module.signature = Some(line.hex("the signature")?),
            "source" => self.module.source = Some(line.name("the source's path")?),
            "entry" => {
                self.module.entry_pc = self.pc(line)?;
                line.mark(',')?;
                self.module.entry_type = self.ty(line)?;
            }
            "type" => {
                let ty = self.type_desc(line)?;
                self.module.types.push(ty);
            }
            "data" => self.module.data_size = line.size("the size of module data")?,
            "byte" | "word" | "big" | "real" | "string" | "array" | "index" => {
                let offset = line.size("the item's offset")?;
                line.mark(':')?;
                let value = self.value(line, name)?;
                self.module.data.push(DataItem { offset, value });
            }
            "restore" => self.module.data.push(DataItem { offset: 0, value: DataValue::Restore }),
            "export" => {
                let export = self.export(line)?;
                self.module.exports.push(export);
            }
            "imports" => drop(self.module.imports.get_or_insert_default()),
            "import" => self.module.imports.get_or_insert_default().push(Vec::new()),
            "use" => self.import(line)?,
            "handlers" => drop(self.module.handlers.get_or_insert_default()),
            "handler" => {
                let handler = self.handler(line)?;
                self.module.handlers.get_or_insert_default().push(handler);
            }
            "catch" | "otherwise" => self.catch(line, name)?,
            _ => return line.wrong_at(0, format!("there is no statement and no instruction {name}")),
        }
        Ok(())
    }

    fn named(line: &mut Line<'_>, names: &HashMap<String, i32>, what: &str) -> Result<i32> {
        match line.peek().cloned() {
            Some(Token::Mark('-')) => {
                line.at += 1;
                Ok(-1)
            }
            Some(Token::Name(name)) => match names.get(&name) {
                Some(number) => {
                    line.at += 1;
                    Ok(*number)
                }
                None => line.wrong(format!("there is no {what} {name}")),
            },
            _ => line.operand_int(&format!("a {what}")),
        }
    }

    fn pc(&self, line: &mut Line<'_>) -> Result<i32> {
        Self::named(line, &self.names.labels, "label")
    }

    fn ty(&self, line: &mut Line<'_>) -> Result<i32> {
        Self::named(line, &self.names.types, "type")
    }

    fn type_desc(&self, line: &mut Line<'_>) -> Result<TypeDesc> {
        let Some(Token::Name(_)) = line.next() else {
            return line.wrong_at(line.at - 1, "the type's name is missing");
        };
        let size = line.size("the type's size")?;
        let mut map = Vec::new();
        match line.peek().cloned() {
            Some(Token::Name(name)) if name == "map" => {
                line.at += 1;
                map = line.hex("the map")?;
            }
            Some(Token::Name(name)) if name == "pointers" => {
                line.at += 1;
                loop {
                    self.pointer(line, &mut map)?;
                    if !line.is(',') {
                        break;
                    }
                }
            }
            _ => {}
        }
        Ok(TypeDesc { size, map })
    }

    fn pointer(&self, line: &mut Line<'_>, map: &mut Vec<u8>) -> Result<()> {
        // A map may mark words behind the type's end, for tests of malformed files; this many bytes are enough for them.
        let offset = line.int(0, 1 << 20, "a pointer's offset")? as u32;
        if !offset.is_multiple_of(self.word.bytes()) {
            return line.wrong_at(
                line.at - 1,
                format!("{offset} is not a multiple of the word size, {}", self.word),
            );
        }
        let index = (offset / self.word.bytes()) as usize;
        if map.len() <= index / 8 {
            map.resize(index / 8 + 1, 0);
        }
        map[index / 8] |= 0x80 >> (index % 8);
        Ok(())
    }

    fn value(&self, line: &mut Line<'_>, kind: &str) -> Result<DataValue> {
        Ok(match kind {
            "byte" => DataValue::Bytes(values(line, |line| Ok(line.int(0, 255, "a byte")? as u8))?),
            "word" => DataValue::Words(values(line, |line| match line.peek() {
                Some(Token::Name(_)) => self.pc(line),
                _ => Ok(line.word32("a word")? as i32),
            })?),
            "big" => DataValue::Bigs(values(line, |line| {
                Ok(line.int(i64::MIN.into(), u64::MAX.into(), "a big number")? as i64)
            })?),
            "real" => DataValue::Reals(values(line, real)?),
            "string" => DataValue::String(line.bytes("the string")?),
            "array" => {
                // A whole word in files, unlike types elsewhere.
                let ty = match line.peek() {
                    Some(Token::Int(_)) => line.word32("the type")? as i32,
                    _ => self.ty(line)?,
                };
                line.mark(',')?;
                DataValue::Array { ty, len: line.word32("the array's length")? as i32 }
            }
            _ => DataValue::Index(line.word32("the index")? as i32),
        })
    }

    fn export(&self, line: &mut Line<'_>) -> Result<Export> {
        let name = line.name("the function's name")?;
        line.mark(',')?;
        let pc = self.pc(line)?;
        line.mark(',')?;
        let frame = self.ty(line)?;
        line.mark(',')?;
        Ok(Export { pc, frame, signature: line.word32("the signature")?, name })
    }

    fn import(&mut self, line: &mut Line<'_>) -> Result<()> {
        let name = line.name("the function's name")?;
        line.mark(',')?;
        let signature = line.word32("the signature")?;
        match self.module.imports.as_mut().and_then(|tables| tables.last_mut()) {
            Some(table) => table.push(Import { signature, name }),
            None => return line.wrong_at(0, "`use` comes after `import`"),
        }
        Ok(())
    }

    fn handler(&self, line: &mut Line<'_>) -> Result<Handler> {
        let offset = line.operand_int("the exception's offset")?;
        line.mark(',')?;
        let from = self.pc(line)?;
        line.mark(',')?;
        let to = self.pc(line)?;
        line.mark(',')?;
        let ty = self.ty(line)?;
        line.mark(',')?;
        // With the number of names it has to fit an operand.
        let typed = line.int(0, 8191, "the number of exceptions with types")? as u16;
        Ok(Handler { offset, from, to, ty, typed, catches: Vec::new(), otherwise: -1 })
    }

    fn catch(&mut self, line: &mut Line<'_>, kind: &str) -> Result<()> {
        let name = match kind {
            "catch" => {
                let name = line.name("the exception's name")?;
                line.mark(',')?;
                Some(name)
            }
            _ => None,
        };
        let pc = self.pc(line)?;
        let Some(handler) = self.module.handlers.as_mut().and_then(|handlers| handlers.last_mut()) else {
            return line.wrong_at(0, format!("`{kind}` comes after `handler`"));
        };
        match name {
            Some(_) if handler.catches.len() == 0xffff => {
                return line.wrong_at(0, "a handler has at most 65535 names");
            }
            Some(name) => handler.catches.push(Catch { name, pc }),
            None => handler.otherwise = pc,
        }
        Ok(())
    }

    fn inst(&self, line: &mut Line<'_>, op: Op) -> Result<Inst> {
        let mut operands = Vec::new();
        let count = 1 + line.words.iter().filter(|word| word.token == Token::Mark(',')).count();
        let roles = op.roles();
        while line.peek().is_some() {
            // One operand alone is the destination of an instruction without a source.
            let place = match (count, operands.len()) {
                (1, _) => {
                    if roles[0].kind == Kind::None {
                        2
                    } else {
                        0
                    }
                }
                (2, 1) => 2,
                (_, index) => index,
            };
            if place > 2 {
                return line.wrong("an instruction has at most three operands");
            }
            let at = line.at;
            operands.push((place, at, self.operand(line, roles[place].kind)?));
            if !line.is(',') {
                break;
            }
        }
        let mut inst = Inst { op, src: Operand::None, mid: Middle::None, dst: Operand::None };
        for (place, at, operand) in operands {
            match place {
                0 => inst.src = operand,
                1 => match Middle::try_from(operand) {
                    Ok(middle) => inst.mid = middle,
                    Err(_) => return line.wrong_at(at, "a middle operand cannot be doubly indirect"),
                },
                _ => inst.dst = operand,
            }
        }
        Ok(inst)
    }

    fn operand(&self, line: &mut Line<'_>, kind: Kind) -> Result<Operand> {
        if line.is('-') {
            return Ok(Operand::None);
        }
        if line.is('$') {
            return Ok(Operand::Imm(line.operand_int("an immediate operand")?));
        }
        if let Some(Token::Name(_)) = line.peek() {
            return Ok(Operand::Imm(if kind == Kind::Type { self.ty(line)? } else { self.pc(line)? }));
        }
        let outer = line.operand_int("an operand")?;
        line.mark('(')?;
        if let Some(Token::Int(_)) = line.peek() {
            let first = line.operand_int("an offset")?;
            line.mark('(')?;
            let mp = register(line)?;
            line.mark(')')?;
            line.mark(')')?;
            let second = outer;
            return Ok(if mp { Operand::MpInd { first, second } } else { Operand::FpInd { first, second } });
        }
        let mp = register(line)?;
        line.mark(')')?;
        Ok(if mp { Operand::Mp(outer) } else { Operand::Fp(outer) })
    }
}

/// Whether the register here is `mp`.
fn register(line: &mut Line<'_>) -> Result<bool> {
    match line.next() {
        Some(Token::Name(name)) if name == "mp" => Ok(true),
        Some(Token::Name(name)) if name == "fp" => Ok(false),
        _ => line.wrong_at(line.at - 1, "the registers are fp and mp"),
    }
}

/// Values with commas between; none is a list, too.
fn values<T>(line: &mut Line<'_>, mut value: impl FnMut(&mut Line<'_>) -> Result<T>) -> Result<Vec<T>> {
    let mut values = Vec::new();
    while line.peek().is_some() {
        values.push(value(line)?);
        if !line.is(',') {
            break;
        }
    }
    Ok(values)
}

/// A real: a number, or its bits as a whole number of 16 hex digits.
fn real(line: &mut Line<'_>) -> Result<u64> {
    match line.peek() {
        Some(Token::Real(value)) => {
            let bits = value.to_bits();
            line.at += 1;
            Ok(bits)
        }
        _ => Ok(line.int(0, u64::MAX.into(), "a real: 1.5, or its bits as 0x3ff8000000000000")? as u64),
    }
}
