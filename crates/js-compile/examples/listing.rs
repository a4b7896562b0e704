//! Prints the bytecode of a script, or of a module (`--module`).

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut module = false;
    for argument in std::env::args().skip(1) {
        if argument == "--module" {
            module = true;
            continue;
        }
        let source = std::fs::read_to_string(&argument)?;
        let unit = if module { js_compile::module(&source) } else { js_compile::script(&source) };
        match unit {
            Ok(unit) => {
                print!("{}", js_bytecode::disassemble(&unit));
                js_bytecode::verify(&unit)?;
            }
            Err(error) => println!("{argument}: {} at {}", error.message, error.offset),
        }
    }
    Ok(())
}
