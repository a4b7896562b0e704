//! Reading `.ir` files, and showing what is wrong with them.

use super::Failure;
use diagnostics::{Finding, Style, render};
use ir::entity::Func;
use ir::module::Module;
use std::io::{IsTerminal, Read};
use std::path::Path;

/// The verified module of a file.
pub(super) fn load(path: &Path) -> Result<Module, Failure> {
    let text = read(path).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
    let shown = |findings: Vec<Finding>| {
        let style = if std::io::stderr().is_terminal() { Style::Coloured } else { Style::Plain };
        let summary = match findings.len() {
            1 => "error: 1 error in ".to_owned(),
            count => format!("error: {count} errors in "),
        };
        let name = path.display().to_string();
        Failure::Usage(format!("{}{summary}{name}\n", render(&name, &text, &findings, style)))
    };
    let (module, map) = ir::text::parse_with_map(&text).map_err(|errors| {
        let finding = |e: &ir::text::ParseError| finding(Some(e.pos), e.kind.to_string(), String::new());
        shown(errors.iter().map(finding).collect())
    })?;
    ir::verify::verify_with_map(&module, &map).map_err(|faults| {
        let mut findings: Vec<Finding> =
            faults.iter().map(|f| finding(f.pos, f.kind.to_string(), f.context.clone())).collect();
        findings.sort_by_key(|f| (f.line, f.column));
        shown(findings)
    })?;
    Ok(module)
}

fn read(path: &Path) -> std::io::Result<String> {
    if path != Path::new("-") {
        return std::fs::read_to_string(path);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

fn finding(pos: Option<ir::text::Pos>, message: String, label: String) -> Finding {
    let pos = pos.unwrap_or_default();
    Finding { line: pos.line, column: pos.column, message, label }
}

/// The function a verb is to work on: the named one, else `main`, else the only one.
pub(super) fn function(module: &Module, name: Option<&str>) -> Result<Func, Failure> {
    let names = || {
        let names: Vec<String> = module.functions.values().map(|f| format!("@{}", f.name)).collect();
        names.join(", ")
    };
    if let Some(name) = name {
        let found = module.function_named(name.strip_prefix('@').unwrap_or(name));
        return found.ok_or_else(|| Failure::usage(format!("no function @{name}; there are: {}", names())));
    }
    if let Some(main) = module.function_named("main") {
        return Ok(main);
    }
    match module.functions.len() {
        0 => Err(Failure::usage("the file has no function")),
        1 => Ok(Func(0)),
        _ => Err(Failure::usage(format!("say which function with --func; there are: {}", names()))),
    }
}
