//! The directives of a file's header, from text to data.

use ir::eval::Const;
use ir::interp::Poll;
use ir::text::parse_constant;
use ir::{Function, Module, Type};

/// An argument of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A constant.
    Const(Const),
    /// An address in a piece of the file's data: number of the piece, offset.
    Data(usize, u64),
    /// The entry pointer of a function.
    Entry(ir::Func),
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedValue {
    /// These bits.
    Const(Const),
    /// Any NaN.
    Nan,
    /// An address in a piece of the file's data: number of the piece, offset.
    Data(usize, u64),
    /// Anything.
    Any,
    /// Dead: of a frame's slot.
    Dead,
    /// An object made for the frames, by its number in the expectation.
    Object(usize),
}

/// An object that a guard must have made anew.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedObject {
    /// Size in bytes.
    pub size: u32,
    /// Guest-defined kind.
    pub kind: u32,
    /// What it holds from its start on; the rest is zero.
    pub contents: Vec<Piece>,
}

/// A part of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A byte.
    Byte(u8),
    /// The address of another object, eight bytes.
    Object(usize),
}

/// A guest frame that a guard must leave with.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedFrame {
    /// The guest's name of the code.
    pub code: u32,
    /// Bytecode offset.
    pub offset: u32,
    /// Slots.
    pub slots: Vec<ExpectedValue>,
}

/// How a run must end.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectedEnding {
    /// With these results.
    Return(Vec<ExpectedValue>),
    /// With an exception.
    Throw,
    /// With this trap.
    Trap(u16),
    /// Through a guard with this reason, these frames and these objects made for them.
    Deopt(u16, Vec<ExpectedFrame>, Vec<ExpectedObject>),
    /// With too many nested calls.
    StackOverflow,
    /// Because a poll stopped it.
    Stopped,
}

/// What a run must do.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// How it ends.
    pub ending: ExpectedEnding,
    /// What it handed to `@note`, in order.
    pub notes: Vec<i64>,
    /// Bytes at the start of pieces of data afterwards.
    pub data: Vec<(usize, Vec<u8>)>,
}

/// What a poll finds, and after how many that find nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupt {
    /// Polls that find nothing.
    pub after: u64,
    /// What the next finds: an exception, or the end of the run.
    pub throws: bool,
}

impl Interrupt {
    /// What the poll behind `before` others finds.
    pub fn at(self, before: u64) -> Poll {
        match before == self.after {
            true if self.throws => Poll::Throw,
            true => Poll::Stop,
            false => Poll::Continue,
        }
    }
}

/// The names that directives may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names<'a> {
    pub(crate) module: &'a Module,
    pub(crate) data: &'a [(String, Vec<u8>)],
}

/// A directive of a comment line: its name and what it says. Other comments have none.
pub(crate) fn split(comment: &str) -> Option<(&str, &str)> {
    let (name, rest) = comment.strip_prefix("; ")?.split_once(": ")?;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    plain.then(|| (name, rest.split(" ; ").next().unwrap_or(rest).trim()))
}

/// Reads `stop after 3` or `throw after 3`.
pub(crate) fn interrupt(text: &str) -> Result<Interrupt, String> {
    let (what, after) = text.split_once(" after ").ok_or("expected `stop after N` or `throw after N`")?;
    let after = after.parse().map_err(|_| format!("`{after}` is no number of polls"))?;
    match what {
        "stop" => Ok(Interrupt { after, throws: false }),
        "throw" => Ok(Interrupt { after, throws: true }),
        _ => Err(format!("`{what}` is neither `stop` nor `throw`")),
    }
}

/// Reads `name = bytes`.
pub(crate) fn data(text: &str) -> Result<(String, Vec<u8>), String> {
    let (name, bytes) = text.split_once(" = ").ok_or("expected `name = bytes`")?;
    let bytes = match bytes.strip_prefix("zeros ") {
        Some(count) => vec![0; count.parse().map_err(|_| format!("`{count}` is no number of bytes"))?],
        None => hex(bytes)?,
    };
    Ok((name.to_owned(), bytes))
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let byte = |word: &str| u8::from_str_radix(word, 16).map_err(|_| format!("`{word}` is no byte"));
    text.split_whitespace().map(byte).collect()
}

impl Names<'_> {
    /// Reads `@name(arguments) expectation`.
    pub(crate) fn run(&self, text: &str) -> Result<(ir::Func, Vec<Argument>, Expected), String> {
        let call = text.strip_prefix('@').ok_or("expected `@` and a function's name")?;
        let (name, rest) = call.split_once('(').ok_or("expected `(` behind the function's name")?;
        let (args, rest) = rest.split_once(')').ok_or("expected `)` behind the arguments")?;
        let func = self.module.function_named(name).ok_or_else(|| format!("there is no function @{name}"))?;
        let function = &self.module.functions[func];
        Ok((func, self.arguments(args, function)?, self.expected(rest.trim(), function)?))
    }

    fn arguments(&self, text: &str, function: &Function) -> Result<Vec<Argument>, String> {
        let texts = list(text);
        let types = &function.signature.params;
        if texts.len() != types.len() {
            return Err(format!("{} arguments, {} expected", texts.len(), types.len()));
        }
        texts.iter().zip(types).map(|(text, ty)| self.argument(text, *ty)).collect()
    }

    fn argument(&self, text: &str, ty: Type) -> Result<Argument, String> {
        match (text.strip_prefix('&'), text.strip_prefix('@')) {
            (Some(place), _) => self.place(place).map(|(piece, offset)| Argument::Data(piece, offset)),
            (_, Some(name)) => {
                let func = self.module.function_named(name);
                func.map(Argument::Entry).ok_or_else(|| format!("there is no function @{name}"))
            }
            _ => constant(text, ty).map(Argument::Const),
        }
    }

    /// Reads `name` or `name+offset`.
    fn place(&self, text: &str) -> Result<(usize, u64), String> {
        let (name, offset) = text.split_once('+').unwrap_or((text, "0"));
        let offset = offset.parse().map_err(|_| format!("`{offset}` is no offset"))?;
        Ok((self.piece(name)?, offset))
    }

    fn piece(&self, name: &str) -> Result<usize, String> {
        let found = self.data.iter().position(|(known, _)| known == name);
        found.ok_or_else(|| format!("there is no data called `{name}`"))
    }

    fn expected(&self, text: &str, function: &Function) -> Result<Expected, String> {
        let (rest, leaves) = split_last(text, " leaves ");
        let (ending, notes) = split_last(rest, " notes ");
        let notes = match notes {
            None => Vec::new(),
            Some(notes) => list(brackets(notes)?).into_iter().map(note).collect::<Result<_, _>>()?,
        };
        let mut data = Vec::new();
        if let Some((name, bytes)) = leaves.and_then(|text| text.split_once(' ')) {
            data.push((self.piece(name)?, hex(bytes)?));
        }
        Ok(Expected { ending: self.ending(ending.trim(), function)?, notes, data })
    }

    fn ending(&self, text: &str, function: &Function) -> Result<ExpectedEnding, String> {
        if let Some(values) = text.strip_prefix("-> ") {
            return self.results(values, &function.signature.results).map(ExpectedEnding::Return);
        }
        if let Some(code) = text.strip_prefix("trap ") {
            let code = code.parse().map_err(|_| format!("`{code}` is no trap code"))?;
            return Ok(ExpectedEnding::Trap(code));
        }
        if let Some(deopt) = text.strip_prefix("deopt ") {
            return self.deopt(deopt);
        }
        match text {
            "throws" => Ok(ExpectedEnding::Throw),
            "overflows" => Ok(ExpectedEnding::StackOverflow),
            "stops" => Ok(ExpectedEnding::Stopped),
            _ => Err(format!(
                "`{text}` is no ending: expected `-> values`, `-> nothing`, `throws`, `trap N`, `deopt ...`, `overflows` \
                 or `stops`"
            )),
        }
    }

    fn results(&self, text: &str, types: &[Type]) -> Result<Vec<ExpectedValue>, String> {
        let texts = if text == "nothing" { Vec::new() } else { list(text) };
        if texts.len() != types.len() {
            return Err(format!("{} results, {} expected", texts.len(), types.len()));
        }
        texts.iter().zip(types).map(|(text, ty)| self.value(text, *ty)).collect()
    }

    fn value(&self, text: &str, ty: Type) -> Result<ExpectedValue, String> {
        match (text, text.strip_prefix('&')) {
            ("_", _) => Ok(ExpectedValue::Any),
            ("nan", _) if ty == Type::F64 => Ok(ExpectedValue::Nan),
            (_, Some(place)) => self.place(place).map(|(piece, offset)| ExpectedValue::Data(piece, offset)),
            _ => constant(text, ty).map(ExpectedValue::Const),
        }
    }

    /// Reads `7+12 reason 3 [slots] in 2+0 [slots] where obj0 = ...`.
    fn deopt(&self, text: &str) -> Result<ExpectedEnding, String> {
        let (text, objects) = text.split_once(" where ").map_or((text, None), |(a, b)| (a, Some(b)));
        let objects =
            objects.map_or(Ok(Vec::new()), |list| list.split(" and ").enumerate().map(object).collect())?;
        let (place, rest) = text.split_once(" reason ").ok_or("expected `reason` behind code and offset")?;
        let (reason, rest) = rest.split_once(' ').ok_or("expected the frame's slots behind the reason")?;
        let reason = reason.parse().map_err(|_| format!("`{reason}` is no reason"))?;
        let mut frames = Vec::new();
        for frame in format!("{place} {rest}").split(" in ") {
            let (place, slots) = frame.split_once(' ').ok_or("expected slots behind code and offset")?;
            let (code, offset) = place.split_once('+').ok_or("expected code and offset, as 7+12")?;
            let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number"));
            let slots =
                list(brackets(slots)?).iter().map(|slot| self.slot(slot)).collect::<Result<_, _>>()?;
            frames.push(ExpectedFrame { code: number(code)?, offset: number(offset)?, slots });
        }
        Ok(ExpectedEnding::Deopt(reason, frames, objects))
    }

    fn slot(&self, text: &str) -> Result<ExpectedValue, String> {
        if text == "dead" {
            return Ok(ExpectedValue::Dead);
        }
        if let Some(number) = text.strip_prefix("obj") {
            return number.parse().map(ExpectedValue::Object).map_err(|_| format!("`{text}` is no object"));
        }
        if text == "_" || text.starts_with('&') {
            return self.value(text, Type::Ptr);
        }
        let (ty, value) = text.split_once(' ').unwrap_or((text, ""));
        let ty =
            Type::from_name(ty).ok_or_else(|| format!("`{text}` is no slot: expected type and value"))?;
        self.value(value, ty)
    }
}

/// Reads `obj0 = 24 kind 3 05 00 obj1`; objects are listed in the order of their numbers.
fn object((index, text): (usize, &str)) -> Result<ExpectedObject, String> {
    let rest =
        text.strip_prefix(&format!("obj{index} = ")).ok_or_else(|| format!("expected `obj{index} = `"))?;
    let mut words = rest.split_whitespace();
    let mut number = || words.next().and_then(|word| word.parse::<u32>().ok()).ok_or("expected a number");
    let size = number()?;
    if words.next() != Some("kind") {
        return Err(format!("expected `kind` behind the size of obj{index}"));
    }
    let kind = words.next().and_then(|word| word.parse().ok()).ok_or("expected a number behind `kind`")?;
    let piece = |word: &str| match word.strip_prefix("obj").map(str::parse) {
        Some(Ok(number)) => Ok(Piece::Object(number)),
        Some(Err(_)) => Err(format!("`{word}` is no object")),
        None => u8::from_str_radix(word, 16).map(Piece::Byte).map_err(|_| format!("`{word}` is no byte")),
    };
    let contents = words.map(piece).collect::<Result<_, _>>()?;
    Ok(ExpectedObject { size, kind, contents })
}

fn constant(text: &str, ty: Type) -> Result<Const, String> {
    parse_constant(text, ty).map_err(|e| format!("`{text}`: {}", e.kind))
}

fn note(text: &str) -> Result<i64, String> {
    constant(text, Type::I64).map(Const::as_i64)
}

fn brackets(text: &str) -> Result<&str, String> {
    let inside = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inside.ok_or_else(|| format!("expected a list in brackets, found `{text}`"))
}

/// The text before a word, and the text behind it when the word is there.
fn split_last<'a>(text: &'a str, word: &str) -> (&'a str, Option<&'a str>) {
    text.rsplit_once(word).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

/// What stands between commas.
fn list(text: &str) -> Vec<&str> {
    if text.trim().is_empty() { Vec::new() } else { text.split(',').map(str::trim).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_the_form_are_directives() {
        assert_eq!(split("; run: @f() -> 1"), Some(("run", "@f() -> 1")));
        assert_eq!(split("; data: b = 01 ; why"), Some(("data", "b = 01")));
        for comment in ["; see 3: there", "; Note: that", ";run: x", "; a plain remark", "; : x"] {
            assert_eq!(split(comment), None, "{comment}");
        }
    }

    #[test]
    fn runs_become_data() {
        let module =
            ir::text::parse("func @f(i32, ptr) -> i64, f64 {\nblock0(v0: i32, v1: ptr):\n  trap 1\n}\n")
                .expect("it is right");
        let data = [("buf".to_owned(), vec![0; 8])];
        let names = Names { module: &module, data: &data };
        let (_, args, expected) =
            names.run("@f(-1, &buf+4) -> 7, nan notes [1, 2] leaves buf 01").expect("right");
        assert_eq!(args, [Argument::Const(Const::i32(-1)), Argument::Data(0, 4)]);
        let results = vec![ExpectedValue::Const(Const::i64(7)), ExpectedValue::Nan];
        assert_eq!(expected.ending, ExpectedEnding::Return(results));
        assert_eq!((expected.notes, expected.data), (vec![1, 2], vec![(0, vec![1])]));
        let (.., expected) = names
            .run("@f(0, @f) deopt 7+12 reason 3 [i32 1, dead, obj0] in 2+0 [] where obj0 = 24 kind 3 05 obj0")
            .expect("right");
        let slots = vec![ExpectedValue::Const(Const::i32(1)), ExpectedValue::Dead, ExpectedValue::Object(0)];
        let frames = vec![
            ExpectedFrame { code: 7, offset: 12, slots },
            ExpectedFrame { code: 2, offset: 0, slots: vec![] },
        ];
        let contents = vec![Piece::Byte(5), Piece::Object(0)];
        let objects = vec![ExpectedObject { size: 24, kind: 3, contents }];
        assert_eq!(expected.ending, ExpectedEnding::Deopt(3, frames, objects));
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        let module =
            ir::text::parse("func @f(i32) -> i32 {\nblock0(v0: i32):\n  return v0\n}\n").expect("right");
        let names = Names { module: &module, data: &[] };
        for (text, part) in [
            ("f(1) -> 1", "`@`"),
            ("@g(1) -> 1", "no function @g"),
            ("@f() -> 1", "0 arguments, 1 expected"),
            ("@f(1) -> 1, 2", "2 results, 1 expected"),
            ("@f(x) -> 1", "`x`"),
            ("@f(1) explodes", "`explodes` is no ending"),
            ("@f(1) -> 1 leaves buf 00", "no data called `buf`"),
            ("@f(1) deopt 1+1 reason x []", "`x` is no reason"),
            ("@f(1) deopt 1+1 reason 1 [5]", "expected type and value"),
            ("@f(1) deopt 1+1 reason 1 [] where obj1 = 8 kind 0", "expected `obj0 = `"),
            ("@f(1) deopt 1+1 reason 1 [] where obj0 = 8 kind 0 xx", "`xx` is no byte"),
        ] {
            let error = names.run(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
