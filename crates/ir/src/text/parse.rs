//! The top level of the text form: declarations and function headers first, then the bodies, so that everything may be
//! named before it is declared.

use super::body::Body;
use super::error::{Errors, ParseError, ParseErrorKind, Pos};
use super::lexer::Token;
use super::line::{Line, Parsed};
use super::map::{FunctionMap, SourceMap};
use super::names::{AtName, ClassName};
use crate::entity::{AliasClass, Func, Runtime, Sig, Table};
use crate::function::Function;
use crate::module::{AliasClassData, ClassSet, Module, RuntimeData, Signature};
use std::collections::HashMap;

/// Longest text that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// Parses the text form of a module.
///
/// The result is as the text says, not necessarily valid: verify it.
///
/// # Errors
/// Every line with something wrong, in the order of the text, at most [`MAX_ERRORS`](super::MAX_ERRORS) of them.
pub fn parse(text: &str) -> Result<Module, Vec<ParseError>> {
    parse_with_map(text).map(|(module, _)| module)
}

/// Parses the text form of a module, and says where in the text everything stands.
///
/// # Errors
/// As [`parse`].
pub fn parse_with_map(text: &str) -> Result<(Module, SourceMap), Vec<ParseError>> {
    let mut errors = Errors::default();
    if text.len() > MAX_BYTES {
        errors.push(Pos { line: 1, column: 1 }, ParseErrorKind::TooLarge { bytes: text.len() });
        return errors.finish(Default::default());
    }
    let items = Items::split(text, &mut errors);
    let mut names = Names::default();
    let mut map = SourceMap::default();
    names.declare(&items, &mut map, &mut errors);
    for (func, item) in items.functions.iter().enumerate() {
        let func = Func(func as u32);
        let function = std::mem::take(&mut names.functions[func]);
        let mut body = Body::new(function, &mut names, &mut errors);
        item.body.lines().for_each(|(line, text)| body.line(text, line));
        let (function, function_map) = body.finish(map.functions[func].header);
        names.functions[func] = function;
        map.functions[func] = function_map;
    }
    errors.finish((names.into_module(), map))
}

/// A piece of the text that starts at the beginning of a line.
#[derive(Clone, Copy, Debug)]
struct Piece<'a> {
    text: &'a str,
    line: u32,
}

impl<'a> Piece<'a> {
    fn lines(self) -> impl Iterator<Item = (u32, &'a str)> {
        (self.line..).zip(self.text.split('\n'))
    }
}

#[derive(Debug)]
struct FunctionItem<'a> {
    header: Piece<'a>,
    body: Piece<'a>,
}

/// The text cut at its top level.
#[derive(Debug, Default)]
struct Items<'a> {
    classes: Vec<Piece<'a>>,
    runtimes: Vec<Piece<'a>>,
    functions: Vec<FunctionItem<'a>>,
}

impl<'a> Items<'a> {
    fn split(text: &'a str, errors: &mut Errors) -> Items<'a> {
        let mut items = Items::default();
        // The open function: its header, and where its body starts.
        let mut open: Option<(Piece<'a>, usize)> = None;
        let mut offset = 0;
        for (number, line) in (Piece { text, line: 1 }).lines() {
            let next = (offset + line.len() + 1).min(text.len());
            let mut cursor = Line::new(line, number);
            let here = Piece { text: line, line: number };
            let declares = matches!(cursor.token(), Token::Word("class" | "runtime" | "func"));
            let closes = cursor.token() == Token::Mark('}');
            if let Some((header, start)) = open.take_if(|_| declares || closes) {
                let body = Piece { text: &text[start..offset], line: header.line + 1 };
                items.functions.push(FunctionItem { header, body });
                if declares {
                    errors.push(cursor.pos(), missing_brace(header));
                } else {
                    cursor.advance();
                    cursor.end().unwrap_or_else(|e| errors.add(e));
                    cursor = Line::new("", number);
                }
            }
            if open.is_none() {
                match cursor.token() {
                    Token::Word("class") => items.classes.push(here),
                    Token::Word("runtime") => items.runtimes.push(here),
                    Token::Word("func") if ends_in_brace(cursor.clone()) => {
                        // Not the grammar's, as the header will say; but nothing that follows is its body.
                        items
                            .functions
                            .push(FunctionItem { header: here, body: Piece { text: "", line: number } });
                    }
                    Token::Word("func") => open = Some((here, next)),
                    Token::End => {}
                    _ => errors.add(cursor.expected("`class`, `runtime` or `func`")),
                }
            }
            offset = next;
        }
        if let Some((header, start)) = open {
            let body = Piece { text: &text[start..], line: header.line + 1 };
            errors.push(end_of(text), missing_brace(header));
            items.functions.push(FunctionItem { header, body });
        }
        items
    }
}

/// Whether the line's last token is a closing brace.
fn ends_in_brace(mut line: Line<'_>) -> bool {
    let mut last = Token::End;
    while line.token() != Token::End {
        last = line.advance();
    }
    last == Token::Mark('}')
}

fn end_of(text: &str) -> Pos {
    let last = text.rsplit('\n').next().unwrap_or("");
    let line = text.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
    Pos { line, column: last.chars().count() as u32 + 1 }
}

fn missing_brace(header: Piece<'_>) -> ParseErrorKind {
    let mut line = Line::new(header.text, header.line);
    let opened = line.pos();
    line.advance();
    let name =
        line.at_name("").map_or_else(|_| "without a name".into(), |(name, _)| AtName(&name).to_string());
    ParseErrorKind::MissingBrace { name, opened }
}

/// The module being made, with its names.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) functions: Table<Func, Function>,
    pub(super) signatures: Table<Func, Signature>,
    pub(super) runtimes: Table<Runtime, RuntimeData>,
    classes: Table<AliasClass, AliasClassData>,
    pub(super) indirect: Table<Sig, Signature>,
    function_names: HashMap<String, (Func, Pos)>,
    runtime_names: HashMap<String, (Runtime, Pos)>,
    class_names: HashMap<String, (AliasClass, Pos)>,
    indirect_index: HashMap<Signature, Sig>,
}

impl Names {
    fn declare(&mut self, items: &Items<'_>, map: &mut SourceMap, errors: &mut Errors) {
        for item in &items.classes {
            let mut line = Line::new(item.text, item.line);
            map.classes.push(line.pos());
            self.class(&mut line).unwrap_or_else(|e| errors.add(e));
        }
        for item in &items.runtimes {
            let mut line = Line::new(item.text, item.line);
            map.runtimes.push(line.pos());
            self.runtime(&mut line).unwrap_or_else(|e| errors.add(e));
        }
        for item in &items.functions {
            let mut line = Line::new(item.header.text, item.header.line);
            map.functions.push(FunctionMap { header: line.pos(), ..FunctionMap::default() });
            // A function whose header is wrong still has a body to look at.
            let mut function = Function::default();
            self.header(&mut line, &mut function).unwrap_or_else(|e| errors.add(e));
            self.signatures.push(function.signature.clone());
            self.functions.push(function);
        }
    }

    fn class(&mut self, line: &mut Line<'_>) -> Parsed<()> {
        line.advance();
        let (name, pos) = line.class_name()?;
        let immutable = line.eat_word("immutable");
        let class = self.classes.push(AliasClassData { name: name.clone(), immutable });
        let shown = || ClassName(&name).to_string();
        define(&mut self.class_names, name.clone(), class, pos, shown)?;
        line.end()
    }

    fn runtime(&mut self, line: &mut Line<'_>) -> Parsed<()> {
        line.advance();
        let (name, pos) = line.at_name("the name of the runtime entry, such as `@name`")?;
        let signature = line.signature();
        let data = RuntimeData {
            name: name.clone(),
            signature: signature.clone().unwrap_or_default(),
            allocates: false,
            reads: ClassSet::Empty,
            writes: ClassSet::Empty,
        };
        let runtime = self.runtimes.push(data);
        let shown = || AtName(&name).to_string();
        define(&mut self.runtime_names, name.clone(), runtime, pos, shown)?;
        signature?;
        let allocates = line.eat_word("allocs");
        let reads = if line.eat_word("reads") { self.class_set(line)? } else { ClassSet::Empty };
        let writes = if line.eat_word("writes") { self.class_set(line)? } else { ClassSet::Empty };
        let data = &mut self.runtimes[runtime];
        (data.allocates, data.reads, data.writes) = (allocates, reads, writes);
        line.end()
    }

    /// Reads `(all)` or `(class, class)`.
    fn class_set(&self, line: &mut Line<'_>) -> Parsed<ClassSet> {
        line.mark('(')?;
        if line.eat_word("all") {
            line.mark(')')?;
            return Ok(ClassSet::All);
        }
        let mut classes = Vec::new();
        while line.token() != Token::Mark(')') {
            if !classes.is_empty() {
                line.mark(',')?;
            }
            classes.push(self.class_named(line)?);
        }
        line.advance();
        classes.sort_unstable();
        classes.dedup();
        Ok(if classes.is_empty() { ClassSet::Empty } else { ClassSet::Some(classes) })
    }

    fn header(&mut self, line: &mut Line<'_>, function: &mut Function) -> Parsed<()> {
        line.advance();
        let (name, pos) = line.at_name("the function's name, such as `@name`")?;
        function.name.clone_from(&name);
        let func = Func(self.functions.len() as u32);
        let shown = || AtName(&name).to_string();
        define(&mut self.function_names, name.clone(), func, pos, shown)?;
        function.signature = line.signature()?;
        line.mark('{')?;
        line.end()
    }

    /// Reads the name of a declared alias class.
    pub(super) fn class_named(&self, line: &mut Line<'_>) -> Parsed<AliasClass> {
        let (name, pos) = line.class_name()?;
        let shown = || ClassName(&name).to_string();
        look_up(&self.class_names, &name, pos, "alias class", shown)
    }

    /// Reads the name of a function of the module.
    pub(super) fn function_named(&self, line: &mut Line<'_>) -> Parsed<Func> {
        let (name, pos) = line.at_name("the function to call, such as `@name`")?;
        look_up(&self.function_names, &name, pos, "function", || AtName(&name).to_string())
    }

    /// Reads the name of a declared runtime entry.
    pub(super) fn runtime_named(&self, line: &mut Line<'_>) -> Parsed<Runtime> {
        let (name, pos) = line.at_name("the runtime entry to call, such as `@name`")?;
        look_up(&self.runtime_names, &name, pos, "runtime entry", || AtName(&name).to_string())
    }

    /// The index of a signature of indirect calls, added when it is new.
    pub(super) fn intern(&mut self, signature: Signature) -> Sig {
        let table = &mut self.indirect;
        *self.indirect_index.entry(signature).or_insert_with_key(|key| table.push(key.clone()))
    }

    fn into_module(self) -> Module {
        Module {
            functions: self.functions,
            signatures: self.indirect,
            runtimes: self.runtimes,
            classes: self.classes,
        }
    }
}

/// Adds a name, or says where it was defined before; the first definition stays.
fn define<K>(
    names: &mut HashMap<String, (K, Pos)>,
    name: String,
    key: K,
    pos: Pos,
    shown: impl Fn() -> String,
) -> Parsed<()> {
    if let Some((_, first)) = names.get(&name) {
        return Err(ParseError { pos, kind: ParseErrorKind::Redefined { name: shown(), first: *first } });
    }
    names.insert(name, (key, pos));
    Ok(())
}

fn look_up<K: Copy>(
    names: &HashMap<String, (K, Pos)>,
    name: &str,
    pos: Pos,
    what: &'static str,
    shown: impl Fn() -> String,
) -> Parsed<K> {
    let undefined = || ParseError { pos, kind: ParseErrorKind::Undefined { what, name: shown() } };
    names.get(name).map(|(key, _)| *key).ok_or_else(undefined)
}
