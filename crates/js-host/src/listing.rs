//! Programs as bytecode listings: `--emit bytecode`.

use crate::run::Kind;
use crate::{COMPILER, report};
use js_rt::Source;

/// The bytecode of a source text with the lines that it comes from.
///
/// # Errors
/// The report of what is wrong with the text.
pub fn listing(name: &str, text: &str, kind: Kind) -> Result<String, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let compile = match kind {
        Kind::Script => COMPILER.script,
        Kind::Module => COMPILER.module,
    };
    let source = Source::new(name, text);
    match compile(text) {
        Ok(unit) => Ok(js_bytecode::listing(&unit, &|offset| source.place(offset))),
        Err(error) => {
            let what = if error.reference { "ReferenceError" } else { "SyntaxError" };
            let (line, column) = source.place(error.offset);
            let excerpt = report::excerpt(source.line(line), column);
            Err(format!("Uncaught {what}: {}\n{excerpt}\n    at {name}:{line}:{column}", error.message))
        }
    }
}
