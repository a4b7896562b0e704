//! `listings/NAME.js` compiles to the bytecode in `NAME.expected`. `SPANDREL_BLESS=1` rewrites those.

use std::fmt::Write;
use std::fs;
use std::path::Path;

#[test]
fn bytecode_is_as_expected() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listings");
    let bless = std::env::var_os("SPANDREL_BLESS").is_some_and(|v| v == "1");
    let mut wrong = String::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "js") {
            continue;
        }
        let source = fs::read_to_string(&path)?;
        let module = source.starts_with("// module");
        let unit = if module { js_compile::module(&source) } else { js_compile::script(&source) };
        let found = match unit {
            Ok(unit) => {
                assert_eq!(js_bytecode::verify(&unit), Ok(()), "{}", path.display());
                js_bytecode::disassemble(&unit)
            }
            Err(error) => format!("{} at {}\n", error.message, error.offset),
        };
        let expected = path.with_extension("expected");
        if bless {
            fs::write(expected, found)?;
        } else if fs::read_to_string(expected).unwrap_or_default() != found {
            let _ = writeln!(wrong, "{}:\n{found}", path.display());
        }
    }
    assert!(wrong.is_empty(), "other bytecode than expected (SPANDREL_BLESS=1 takes it):\n{wrong}");
    Ok(())
}
