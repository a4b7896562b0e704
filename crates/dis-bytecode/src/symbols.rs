//! Symbol files, which the Limbo compiler writes with `-g`: where instructions come from, and what functions are called. sbl(6).
//!
//! Types are passed over: nobody asks for them yet.

use std::fmt;

/// A place in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, by its number.
    pub file: u32,
    /// The line, from 1.
    pub line: u32,
}

/// What a symbol file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    /// The module's name.
    pub module: String,
    /// Source files.
    pub files: Vec<String>,
    /// For each instruction where it comes from.
    pub sources: Vec<Source>,
    /// Functions: first instructions, and names, which begin with `ADT.` where they belong to one.
    pub functions: Vec<(u32, String)>,
}

/// Why something is no symbol file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for SymbolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for SymbolError {}

impl Symbols {
    /// Reads a symbol file of version 2.0 or 2.1.
    ///
    /// # Errors
    /// When it is none, is of another version, or ends early.
    pub fn read(bytes: &[u8]) -> Result<Symbols, SymbolError> {
        let mut reader = Reader { rest: bytes, last: Source { file: 0, line: 0 }, depth: 0 };
        reader.symbols().map_err(|what| {
            let read = &bytes[..bytes.len() - reader.rest.len()];
            SymbolError { line: 1 + read.iter().filter(|byte| **byte == b'\n').count(), what }
        })
    }
}

/// Types within types: more than any program has, and little enough for the stack.
const DEEPEST: u32 = 64;

type Read<T> = Result<T, &'static str>;

struct Reader<'a> {
    rest: &'a [u8],
    /// Where the last source text ended: what is the same is left out.
    last: Source,
    depth: u32,
}

impl Reader<'_> {
    fn symbols(&mut self) -> Read<Symbols> {
        let magic = self.until(b'\n')?;
        if !matches!(magic.as_str(), "limbo .sbl 2.0" | "limbo .sbl 2.1") {
            return Err("it does not begin with `limbo .sbl 2.1`");
        }
        let module = self.until(b'\n')?;
        let files = self.many(|reader| reader.until(b'\n'))?;
        let sources = self.many(Self::instruction)?;
        self.many(Self::ty)?;
        let functions = self.many(Self::function)?;
        self.many(Self::field)?;
        Ok(Symbols { module, files, sources, functions })
    }

    /// A count, a line end, and so many of these.
    fn many<T>(&mut self, one: impl Fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = u64::try_from(self.number()?).map_err(|_| "nothing has so few")?;
        self.expect(b'\n')?;
        // Each takes a byte at least, so that no count makes this long.
        (0..count).map(|_| if self.rest.is_empty() { Err(EARLY) } else { one(self) }).collect()
    }

    /// A source text, and the number of its statement.
    fn instruction(&mut self) -> Read<Source> {
        let source = self.source()?;
        self.number()?;
        self.expect(b'\n')?;
        Ok(source)
    }

    fn function(&mut self) -> Read<(u32, String)> {
        let pc = self.number()?;
        self.expect(b':')?;
        let name = self.until(b'\n')?;
        // Arguments, and locals.
        self.many(Self::field)?;
        self.many(Self::field)?;
        self.ty()?;
        Ok((u32::try_from(pc).map_err(|_| "no instruction has that number")?, name))
    }

    /// Where a value is, and its name, source and type.
    fn field(&mut self) -> Read<()> {
        self.number()?;
        self.expect(b':')?;
        self.until(b':')?;
        self.source()?;
        self.ty()?;
        self.expect(b'\n')
    }

    fn ty(&mut self) -> Read<()> {
        self.depth += 1;
        let read = if self.depth > DEEPEST { Err("types are nested too deep") } else { self.ty_within() };
        self.depth -= 1;
        read
    }

    fn ty_within(&mut self) -> Read<()> {
        // Arrays, channels, lists and references are of one other type.
        let mut kind = self.byte()?;
        while matches!(kind, b'A' | b'C' | b'L' | b'R') {
            kind = self.byte()?;
        }
        match kind {
            b'n' | b'N' | b'B' | b'b' | b'i' | b'f' | b's' | b'x' | b'P' => Ok(()),
            b'@' => {
                self.number()?;
                self.expect(b'\n')
            }
            b'F' => {
                self.many(Self::field)?;
                self.ty()
            }
            b't' | b'e' => {
                self.number()?;
                self.expect(b'.')?;
                self.many(Self::field).map(drop)
            }
            b'm' => {
                self.until(b'\n')?;
                self.source()?;
                self.many(Self::field).map(drop)
            }
            b'a' => self.adt(),
            b'p' => {
                self.adt()?;
                self.many(Self::tag).map(drop)
            }
            _ => Err("there is no such type"),
        }
    }

    /// Name, source, size and fields.
    fn adt(&mut self) -> Read<()> {
        self.until(b' ')?;
        self.source()?;
        self.number()?;
        self.expect(b'\n')?;
        self.many(Self::field).map(drop)
    }

    /// Name, source, size and fields, the last two of which may be those of the one before.
    fn tag(&mut self) -> Read<()> {
        self.until(b':')?;
        self.source()?;
        if self.rest.first() != Some(&b'\n') {
            self.number()?;
            self.expect(b'\n')?;
            return self.many(Self::field).map(drop);
        }
        self.expect(b'\n')
    }

    /// Where a text begins and ends. The result is where it begins.
    fn source(&mut self) -> Read<Source> {
        let from = self.position(b',')?;
        self.position(b' ')?;
        Ok(from)
    }

    /// `file:line.char`, without what is as before.
    fn position(&mut self, end: u8) -> Read<Source> {
        loop {
            let number = u32::try_from(self.number()?).map_err(|_| "no source is there")?;
            match self.byte()? {
                b':' => self.last.file = number,
                b'.' => self.last.line = number,
                byte if byte == end => return Ok(self.last),
                _ => return Err("this is no place in a source"),
            }
        }
    }

    fn number(&mut self) -> Read<i64> {
        let sign = usize::from(self.rest.first() == Some(&b'-'));
        let digits = self.rest[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(sign + digits);
        let number = std::str::from_utf8(number).ok().and_then(|text| text.parse().ok());
        let number = number.ok_or(if self.rest.is_empty() { EARLY } else { "a number is missing" })?;
        self.rest = rest;
        Ok(number)
    }

    fn byte(&mut self) -> Read<u8> {
        let (byte, rest) = self.rest.split_first().ok_or(EARLY)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn expect(&mut self, wanted: u8) -> Read<()> {
        if self.rest.first().is_some_and(|byte| *byte != wanted) {
            return Err("this belongs to nothing");
        }
        self.byte().map(drop)
    }

    fn until(&mut self, end: u8) -> Read<String> {
        let at = self.rest.iter().position(|byte| *byte == end).ok_or(EARLY)?;
        let text = String::from_utf8_lossy(&self.rest[..at]).into_owned();
        self.rest = &self.rest[at + 1..];
        Ok(text)
    }
}

const EARLY: &str = "it ends early";

#[cfg(test)]
mod tests {
    use super::{Source, SymbolError, Symbols};

    // What the compiler says of a small program, in short: an adt, one with tags, a tuple, a module, a function that is given.
    const TEXT: &str = "limbo .sbl 2.1\nSmall\n2\nsmall.b\nsys.m\n3\n10.2,8 0\n2,11.5 0\n1:7.0,3 1\n\
        5\naPoint 0:3.0,5 8\n2\n0:x:3.1,2 i\n4:y:3,4 i\npShape 4.0,5 0\n1\n4:name:1,2 s\n2\nCircle:5.0,6 16\n1\n8:r:1,2 f\nSquare:3,4 \n\
        t8.2\n0:t0:1,2 i\n4:t1:3,4 As\nmSys\n1:9.0,4 0\nRF1\n0:a:1,2 @0\n\nL@1\n\
        2\n0:init\n1\n32:argv:10.0,3 Ls\n0\nn2:Point.add\n0\n1\n40:p:11.1,2 R@0\n\n@0\n1\n64:sys:2.0,3 @3\n\n";

    #[test]
    fn a_file_says_where_instructions_come_from_and_what_functions_are_called() {
        let symbols = Symbols::read(TEXT.as_bytes()).unwrap();
        assert_eq!((symbols.module.as_str(), symbols.files.len()), ("Small", 2));
        let at = |file, line| Source { file, line };
        assert_eq!(symbols.sources, [at(0, 10), at(0, 10), at(1, 7)]);
        assert_eq!(symbols.functions, [(0, "init".to_owned()), (2, "Point.add".to_owned())]);
    }

    #[test]
    fn every_part_is_missed_where_it_ends_early() {
        for end in 0..TEXT.len() - 1 {
            let error = Symbols::read(&TEXT.as_bytes()[..end]).expect_err("it is not whole");
            assert!(error.line <= TEXT.lines().count(), "{error}");
        }
    }

    #[test]
    fn faults_are_told_with_their_line() {
        let of = |text: &str| Symbols::read(text.as_bytes()).unwrap_err();
        assert_eq!(
            of("limbo .sbl 1.0\n"),
            SymbolError { line: 2, what: "it does not begin with `limbo .sbl 2.1`" }
        );
        let changed = TEXT.replace("Ls", "L?");
        assert!(of(&changed).to_string().ends_with("there is no such type"), "{}", of(&changed));
        let head = "limbo .sbl 2.1\nX\n0\n0\n";
        assert_eq!(of(&format!("{head}99999999999\n")).what, "it ends early");
        assert_eq!(of(&format!("{head}-1\n0\n0\n0")).what, "nothing has so few");
        let deep = "F0\n".repeat(1000);
        assert_eq!(of(&format!("{head}1\n{deep}i0\n")).what, "types are nested too deep");
    }
}
