//! Compiles every test of a test262 checkout (environment variable `TEST262`): those with a negative parse phase must be
//! refused, all others must compile and verify. Arguments restrict the paths to those that contain one of them.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let Some(root) = std::env::var_os("TEST262") else {
        eprintln!("TEST262 is to be the path of the suite");
        std::process::exit(2);
    };
    let only: Vec<String> = std::env::args().skip(1).collect();
    let mut files = Vec::new();
    collect(&Path::new(&root).join("test"), &mut files);
    files.sort();
    let (mut count, mut failed) = (0, 0);
    for path in files {
        let name = path.to_string_lossy().into_owned();
        if name.contains("_FIXTURE") || (!only.is_empty() && !only.iter().any(|o| name.contains(o.as_str())))
        {
            continue;
        }
        let Ok(source) = fs::read_to_string(&path) else { continue };
        for strict in [false, true] {
            if let Some(result) = test(&source, strict) {
                count += 1;
                if let Err(reason) = result {
                    failed += 1;
                    println!("{}{}: {reason}", name, if strict { " (strict)" } else { "" });
                }
            }
        }
    }
    println!("{failed} of {count} failed");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "js") {
            files.push(path);
        }
    }
}

/// The outcome in one mode, if the test is to be run in it.
fn test(source: &str, strict: bool) -> Option<Result<(), String>> {
    let header = source.split("/*---").nth(1).and_then(|s| s.split("---*/").next()).unwrap_or("");
    let flags: Vec<&str> = match header.split("\nflags:").nth(1) {
        Some(rest) if rest.trim_start_matches(' ').starts_with('[') => {
            rest.split(']').next().unwrap_or("").split([',', '[']).map(str::trim).collect()
        }
        Some(rest) => {
            rest.lines().skip(1).map_while(|l| l.trim_start().strip_prefix("- ")).map(str::trim).collect()
        }
        None => Vec::new(),
    };
    let has = |flag: &str| flags.contains(&flag);
    let module = has("module");
    let raw = has("raw");
    if strict && (module || raw || has("noStrict")) || !strict && has("onlyStrict") {
        return None;
    }
    let negative = header.contains("negative:") && header.contains("phase: parse");
    let text = if strict { format!("\"use strict\";\n{source}") } else { source.into() };
    let compiled =
        std::panic::catch_unwind(
            || if module { js_compile::module(&text) } else { js_compile::script(&text) },
        );
    Some(match compiled {
        Err(_) => Err(String::from("panic")),
        Ok(Ok(_)) if negative => Err(String::from("accepted")),
        Ok(Ok(unit)) => js_bytecode::verify(&unit).map_err(|e| format!("verifier: {e}")),
        Ok(Err(_)) if negative => Ok(()),
        Ok(Err(e)) => Err(format!("refused: {} at {}", e.message, e.offset)),
    })
}
