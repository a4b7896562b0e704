//! `console`, as the Console Standard has it and node prints it.

use crate::globals::define_value;
use crate::inspect::{self, Style, table};
use crate::state::{State, Stream};
use js_rt::{Attrs, Value};
use js_vm::{Args, NativeFn, Res, Vm};
use std::collections::HashMap;
use std::time::Instant;

/// What `console` keeps.
#[derive(Default)]
pub(crate) struct Console {
    indent: usize,
    counts: HashMap<String, u64>,
    timers: HashMap<String, Instant>,
}

/// Defines `console` on the current realm's global object.
pub(crate) fn install(vm: &Vm) -> Res<()> {
    let console = vm.new_object()?;
    let functions: [(&str, NativeFn); 20] = [
        ("log", log),
        ("info", log),
        ("debug", log),
        ("error", error),
        ("warn", error),
        ("trace", trace),
        ("assert", assert),
        ("dir", dir),
        ("dirxml", log),
        ("table", table_),
        ("count", count),
        ("countReset", count_reset),
        ("time", time),
        ("timeLog", time_log),
        ("timeEnd", time_end),
        ("group", group),
        ("groupCollapsed", group),
        ("groupEnd", group_end),
        ("clear", nothing),
        ("timeStamp", nothing),
    ];
    for (name, function) in functions {
        let function = vm.native_named(function, 0, name)?;
        vm.create_data_property(console, vm.rt.key_from_utf8(name)?, function.into())?;
    }
    let tag = vm.rt.str_from_utf8("console")?;
    vm.rt.put_own_with(console, vm.symbols().to_string_tag.into(), tag.into(), Attrs::CONFIGURABLE)?;
    define_value(vm, vm.global(), "console", console.into())
}

/// Writes text, each line behind the indentation of groups.
fn write(vm: &Vm, stream: Stream, text: &str) {
    let Some(state) = State::of(vm) else { return };
    let indent = " ".repeat(state.console.borrow().indent);
    if indent.is_empty() {
        state.line(stream, text);
    } else {
        let lines: Vec<_> = text.split('\n').map(|line| format!("{indent}{line}")).collect();
        state.line(stream, &lines.join("\n"));
    }
}

fn formatted(vm: &Vm, args: &Args<'_>, from: usize) -> Res<String> {
    inspect::format(vm, args.rest(from))
}

fn log(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    write(vm, Stream::Out, &formatted(vm, args, 0)?);
    Ok(Value::UNDEFINED)
}

fn error(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    write(vm, Stream::Err, &formatted(vm, args, 0)?);
    Ok(Value::UNDEFINED)
}

fn trace(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let text = formatted(vm, args, 0)?;
    let error = vm.new_error(js_vm::Intrinsic::ErrorPrototype, &text)?;
    let stack = vm.stack_text(error)?.to_std();
    let frames =
        stack.split_once("\n    at ").map_or(String::new(), |(_, frames)| format!("\n    at {frames}"));
    let head = if text.is_empty() { "Trace".to_owned() } else { format!("Trace: {text}") };
    write(vm, Stream::Err, &(head + &frames));
    Ok(Value::UNDEFINED)
}

fn assert(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if args.get(0).to_boolean() {
        return Ok(Value::UNDEFINED);
    }
    let text = match args.given(1) {
        None => "Assertion failed".to_owned(),
        Some(first) if first.is_string() => format!("Assertion failed: {}", formatted(vm, args, 1)?),
        Some(_) => format!("Assertion failed {}", formatted(vm, args, 1)?),
    };
    write(vm, Stream::Err, &text);
    Ok(Value::UNDEFINED)
}

fn dir(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let style = Style::from_options(vm, args.get(1))?;
    write(vm, Stream::Out, &inspect::inspect_as(vm, args.get(0), style)?);
    Ok(Value::UNDEFINED)
}

fn table_(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    match table::table(vm, args.get(0), args.get(1))? {
        Some(text) => write(vm, Stream::Out, &text),
        None => return log(vm, args),
    }
    Ok(Value::UNDEFINED)
}

/// The label that an argument is.
fn label(vm: &Vm, args: &Args<'_>) -> Res<String> {
    match args.get(0) {
        value if value.is_undefined() => Ok("default".to_owned()),
        value => Ok(vm.to_string(value)?.to_std()),
    }
}

fn count(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let label = label(vm, args)?;
    if let Some(state) = State::of(vm) {
        let count = {
            let mut console = state.console.borrow_mut();
            let count = console.counts.entry(label.clone()).or_default();
            *count += 1;
            *count
        };
        write(vm, Stream::Out, &format!("{label}: {count}"));
    }
    Ok(Value::UNDEFINED)
}

fn count_reset(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let label = label(vm, args)?;
    let known = State::of(vm).and_then(|state| state.console.borrow_mut().counts.remove(&label));
    if known.is_none() {
        write(vm, Stream::Err, &format!("Warning: Count for '{label}' does not exist"));
    }
    Ok(Value::UNDEFINED)
}

fn time(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    let label = label(vm, args)?;
    if let Some(state) = State::of(vm) {
        let known = state.console.borrow().timers.contains_key(&label);
        if known {
            write(vm, Stream::Err, &format!("Warning: Label '{label}' already exists for console.time()"));
        } else {
            state.console.borrow_mut().timers.insert(label, Instant::now());
        }
    }
    Ok(Value::UNDEFINED)
}

/// Writes the time since `console.time`.
fn elapsed(vm: &Vm, args: &Args<'_>, what: &str) -> Res<Option<String>> {
    let label = label(vm, args)?;
    let started = State::of(vm).and_then(|state| state.console.borrow().timers.get(&label).copied());
    let Some(started) = started else {
        write(vm, Stream::Err, &format!("Warning: No such label '{label}' for console.{what}()"));
        return Ok(None);
    };
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    let time = match milliseconds {
        under if under < 1000.0 => format!("{}ms", trimmed(under)),
        over => format!("{:.3}s", over / 1000.0),
    };
    let more = if args.len() > 1 { format!(" {}", formatted(vm, args, 1)?) } else { String::new() };
    write(vm, Stream::Out, &format!("{label}: {time}{more}"));
    Ok(Some(label))
}

fn trimmed(number: f64) -> String {
    format!("{number:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn time_log(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    elapsed(vm, args, "timeLog")?;
    Ok(Value::UNDEFINED)
}

fn time_end(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if let (Some(label), Some(state)) = (elapsed(vm, args, "timeEnd")?, State::of(vm)) {
        state.console.borrow_mut().timers.remove(&label);
    }
    Ok(Value::UNDEFINED)
}

fn group(vm: &Vm, args: &Args<'_>) -> Res<Value> {
    if !args.is_empty() {
        log(vm, args)?;
    }
    if let Some(state) = State::of(vm) {
        state.console.borrow_mut().indent += 2;
    }
    Ok(Value::UNDEFINED)
}

fn group_end(vm: &Vm, _: &Args<'_>) -> Res<Value> {
    if let Some(state) = State::of(vm) {
        let mut console = state.console.borrow_mut();
        console.indent = console.indent.saturating_sub(2);
    }
    Ok(Value::UNDEFINED)
}

fn nothing(_: &Vm, _: &Args<'_>) -> Res<Value> {
    Ok(Value::UNDEFINED)
}
