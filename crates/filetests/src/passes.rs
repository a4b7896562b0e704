//! What passes make of a file, as text.

use crate::case::Case;
use ir::passes::{Options, by_name, run_pass};
use ir::{Module, text};
use std::path::Path;

/// A module prints as text that reads as the same module.
pub(crate) fn reads_as_printed(module: &Module) -> Result<(), String> {
    let printed = text::print(module);
    let again = text::parse(&printed)
        .map_err(|e| format!("what is printed does not parse: {}\n{printed}", e[0]))
        .map(|module| text::print(&module))?;
    if again == printed { Ok(()) } else { Err(format!("printed:\n{printed}\nand again:\n{again}")) }
}

/// Compares the output of the passes that the file names with the text beside it, or writes that.
pub(crate) fn check(case: &Case, module: &Module, path: &Path, bless: bool) -> Result<(), String> {
    if case.passes.is_empty() {
        return Ok(());
    }
    let mut module = module.clone();
    for name in &case.passes {
        let pass = by_name(name).ok_or_else(|| format!("there is no pass `{name}`"))?;
        for func in module.functions.keys() {
            run_pass(&mut module, func, pass, &Options { verify: true, ..Options::default() });
        }
    }
    let (beside, found) = (path.with_extension("expected"), text::print(&module));
    if bless {
        return std::fs::write(&beside, &found).map_err(|e| format!("{}: {e}", beside.display()));
    }
    // A checkout may have turned line ends around.
    let expected = std::fs::read_to_string(&beside).unwrap_or_default().replace("\r\n", "\n");
    if expected == found {
        return Ok(());
    }
    Err(format!("other output than expected (SPANDREL_BLESS=1 takes it):\n{}", difference(&expected, &found)))
}

/// Both texts from the first line on that differs.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str, mark: &str| -> String {
        text.lines().skip(same).take(12).map(|line| format!("{mark} {line}\n")).collect()
    };
    format!("from line {}:\n{}{}", same + 1, rest(expected, "-"), rest(found, "+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_start_where_the_texts_part() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\n"), "from line 2:\n- b\n- c\n+ x\n");
    }
}
