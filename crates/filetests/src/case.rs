//! A test file, read.

use crate::directive::{self, Argument, Expected, Interrupt, Names};
use ir::Module;
use ir::text::Pos;
use std::fmt;
use std::path::Path;

/// A `run` directive.
#[derive(Clone, Debug)]
pub struct Run {
    /// The line it stands on.
    pub line: usize,
    /// As it is written.
    pub text: String,
    /// The function to call.
    pub func: ir::Func,
    /// Its arguments.
    pub args: Vec<Argument>,
    /// What must come of it.
    pub expected: Expected,
}

/// A `check-error` directive, or an error that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub pos: Pos,
    /// What; of a directive, a part of the message.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pos, self.message)
    }
}

/// A test file, read.
#[derive(Clone, Debug)]
pub struct Case {
    /// The module, or what is wrong with it.
    pub module: Result<Module, Vec<Mistake>>,
    /// What to run.
    pub runs: Vec<Run>,
    /// Names and contents of the data that runs get addresses of.
    pub data: Vec<(String, Vec<u8>)>,
    /// Bytes that allocations may take.
    pub heap: Option<u64>,
    /// What a poll finds.
    pub interrupt: Option<Interrupt>,
    /// Passes whose output is written beside the file.
    pub passes: Vec<String>,
    /// Why compiled tiers decline the module.
    pub declined: Option<String>,
    /// The errors that the file must have.
    pub mistakes: Vec<Mistake>,
}

impl Case {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or its header is not as it should be.
    pub fn read(path: &Path) -> Result<Case, String> {
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
        Case::parse(&text)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// When its header is not as it should be.
    pub fn parse(text: &str) -> Result<Case, String> {
        let first = text.lines().next().unwrap_or_default();
        if !first.starts_with("; ") || directive::split(first).is_some() {
            return Err("the first line is to say what the file shows: `; ...`".into());
        }
        let mut case = Case {
            module: module(text),
            runs: Vec::new(),
            data: Vec::new(),
            heap: None,
            interrupt: None,
            passes: Vec::new(),
            declined: None,
            mistakes: Vec::new(),
        };
        let header = text.lines().enumerate().skip(1).take_while(|(_, line)| line.starts_with(';'));
        // Data may be named before it is declared.
        let mut runs = Vec::new();
        for (index, comment) in header {
            let Some((name, rest)) = directive::split(comment) else { continue };
            match name {
                "run" => runs.push((index + 1, rest)),
                _ => case.directive(name, rest).map_err(|e| format!("line {}: {e}", index + 1))?,
            }
        }
        for (line, text) in runs {
            let run = case.run(line, text).map_err(|e| format!("line {line}: {e}"))?;
            case.runs.push(run);
        }
        if case.runs.is_empty() && case.passes.is_empty() && case.mistakes.is_empty() {
            return Err("no `run`, `passes` or `check-error` directive: the file tests nothing".into());
        }
        Ok(case)
    }

    fn directive(&mut self, name: &str, text: &str) -> Result<(), String> {
        match name {
            "data" => self.data.push(directive::data(text)?),
            "heap" => self.heap = Some(text.parse().map_err(|_| format!("`{text}` is no number of bytes"))?),
            "interrupt" => self.interrupt = Some(directive::interrupt(text)?),
            "passes" => self.passes = text.split(',').map(|pass| pass.trim().to_owned()).collect(),
            "declined" => self.declined = Some(text.to_owned()),
            "check-error" => self.mistakes.push(mistake(text)?),
            _ => return Err(format!("there is no directive `{name}`")),
        }
        Ok(())
    }

    fn run(&self, line: usize, text: &str) -> Result<Run, String> {
        let module = self.module.as_ref().map_err(|mistakes| {
            let list: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
            format!("nothing can run, the module is wrong: {}", list.join("; "))
        })?;
        let (func, args, expected) = Names { module, data: &self.data }.run(text)?;
        Ok(Run { line, text: text.to_owned(), func, args, expected })
    }
}

fn mistake(text: &str) -> Result<Mistake, String> {
    let (place, message) = text.split_once(' ').ok_or("expected `LINE:COLUMN message`")?;
    let (line, column) = place.split_once(':').ok_or("expected `LINE:COLUMN`")?;
    let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number"));
    Ok(Mistake { pos: Pos { line: number(line)?, column: number(column)? }, message: message.to_owned() })
}

/// The verified module of a text.
fn module(text: &str) -> Result<Module, Vec<Mistake>> {
    let (module, map) = ir::text::parse_with_map(text).map_err(|errors| {
        errors.iter().map(|e| Mistake { pos: e.pos, message: e.kind.to_string() }).collect::<Vec<_>>()
    })?;
    ir::verify::verify_with_map(&module, &map).map_err(|faults| {
        let pos = |fault: &ir::verify::Fault| fault.pos.unwrap_or_default();
        faults.iter().map(|f| Mistake { pos: pos(f), message: f.kind.to_string() }).collect::<Vec<_>>()
    })?;
    Ok(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_without_sense_are_refused() {
        let body = "func @f() {\nblock0:\n  return\n}\n";
        for (header, part) in [
            ("", "first line"),
            ("; run: @f() -> nothing\n", "first line"),
            ("; A remark.\n", "tests nothing"),
            ("; A remark.\n; rnu: @f() -> nothing\n", "line 2: there is no directive `rnu`"),
            ("; A remark.\n; run: @g() -> nothing\n", "line 2: there is no function @g"),
            ("; A remark.\n; heap: much\n", "`much`"),
            ("; A remark.\n; interrupt: stop\n", "stop after N"),
            ("; A remark.\n; check-error: 1 x\n", "LINE:COLUMN"),
        ] {
            let error = Case::parse(&format!("{header}{body}")).expect_err(header);
            assert!(error.contains(part), "{header}: {error}");
        }
        assert!(Case::parse(&format!("; A remark.\n; run: @f() -> nothing\n{body}")).is_ok());
    }
}
