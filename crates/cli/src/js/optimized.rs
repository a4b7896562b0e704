//! Optimized JavaScript functions in forms that people read: `--emit ir|clif|asm|svg`.

use crate::ir::{graph, listing};
use crate::run::{Form, ShowArgs};
use codegen::{Compiled, Options, Target};
use js_host::{Made, Watch};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// What shows functions as the arguments ask for; none when they do not.
pub(super) fn watch(args: &ShowArgs) -> Option<Watch> {
    let form = args.emit?;
    let (only, folder) = (args.emit_func.clone(), args.emit_to.clone());
    let number = AtomicU32::new(1);
    Some(Watch::new(move |made| {
        if only.as_ref().is_some_and(|only| *only != made.label.name) {
            return;
        }
        let text = shown(form, made);
        match &folder {
            None => eprintln!("{}\n{text}", title(made)),
            Some(folder) => {
                let file = folder.join(file_name(number.fetch_add(1, Ordering::Relaxed), form, made));
                if let Err(error) = write(&file, &text) {
                    eprintln!("error: {}: {error}", file.display());
                }
            }
        }
    }))
}

fn write(file: &PathBuf, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, text)
}

/// What a function is called where it is shown among others, as a comment of the forms.
fn title(made: &Made<'_>) -> String {
    let label = made.label;
    let name = if label.name.is_empty() { "a function without a name" } else { &label.name };
    match made.header.and_then(|header| label.line(header)) {
        Some(line) => format!("; {name} ({}), from the loop in line {line} on", label.place),
        None => format!("; {name} ({})", label.place),
    }
}

/// A name that every file system takes, in the order of compilation.
fn file_name(number: u32, form: Form, made: &Made<'_>) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let name: String = made.label.name.chars().take(40).map(clean).collect();
    let loops = made.header.map(|header| format!(".loop{header}")).unwrap_or_default();
    let ending = match form {
        Form::Bytecode => "txt",
        Form::Ir => "ir",
        Form::Clif => "clif",
        Form::Asm => "s",
        Form::Svg => "svg",
    };
    format!("{number:03}-{name}{loops}.{ending}")
}

fn shown(form: Form, made: &Made<'_>) -> String {
    match form {
        Form::Bytecode => String::new(),
        Form::Ir => ir::text::print(made.module),
        Form::Svg => graph::svg(made.module, &[made.func]),
        Form::Clif => compiled(made, |compiled, _| compiled.clif.clone().unwrap_or_default()),
        Form::Asm => compiled(made, |compiled, target| {
            listing::text(made.module, made.func, target, compiled, &|pc| made.label.line(pc))
        }),
    }
}

/// What the code generator makes of it, which is what will run: the same input gives the same bytes.
fn compiled(made: &Made<'_>, text: impl FnOnce(&Compiled, &Target) -> String) -> String {
    let Some(target) = Target::host() else { return "; no code is made for this machine".to_owned() };
    let options = Options { listing: true, ..made.options.clone() };
    match codegen::compile(made.module, made.func, &target, &options) {
        Ok(compiled) => text(&compiled, &target),
        Err(why) => format!("; declined: {why}"),
    }
}
