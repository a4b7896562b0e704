//! `#c`: the console, and what there is to know of the machine. cons(3).

use super::{Node, part, permit};
use crate::errors::{ACCESS, BAD_ARGUMENT, NOT_FOUND, Outcome};
use crate::files::Kind;
use crate::stat::{DIRECTORY, OWNER, Stat};
use crate::vm::Vm;
use std::time::{SystemTime, UNIX_EPOCH};

/// Names and permissions of the files, which are numbered from 1.
const FILES: [(&str, i32); 16] = [
    ("cons", 0o666),
    ("consctl", 0o222),
    ("drivers", 0o444),
    ("hostowner", 0o644),
    ("hoststdin", 0o444),
    ("hoststdout", 0o222),
    ("hoststderr", 0o222),
    ("jit", 0o666),
    ("memory", 0o444),
    ("msec", 0o444),
    ("notquiterandom", 0o444),
    ("null", 0o666),
    ("random", 0o444),
    ("sysctl", 0o644),
    ("sysname", 0o644),
    ("time", 0o644),
];
const USER: (&str, i32) = ("user", 0o644);

const DRIVERS: &str = "#/ root\n#c cons\n#U fs\n#e env\n#p prog\n#d dup\n#| pipe\n#s srv\n#M mnt\n#I ip\n";

fn file(number: u8) -> (&'static str, i32) {
    usize::from(number).checked_sub(1).and_then(|at| FILES.get(at)).copied().unwrap_or(USER)
}

pub(super) fn walk(name: &str) -> Result<Node, String> {
    let all = FILES.iter().chain([&USER]);
    let found = (1..).zip(all).find(|(_, file)| file.0 == name);
    found.map(|(number, _)| Node::Console(number)).ok_or_else(|| NOT_FOUND.into())
}

pub(super) fn stat(vm: &Vm, number: u8, name: &str) -> Stat {
    let mode = if number == 0 { DIRECTORY | 0o555 } else { file(number).1 };
    Stat::made('c', name, number.into(), mode, vm.files.begun)
}

pub(super) fn list(vm: &Vm) -> Vec<Stat> {
    (1..).zip(FILES.iter().chain([&USER])).map(|(number, (name, _))| stat(vm, number, name)).collect()
}

pub(super) fn open(vm: &Vm, number: u8, mode: i32) -> Result<Kind, String> {
    let (name, permissions) = file(number);
    permit(permissions, mode)?;
    let files = &vm.files;
    Ok(match (name, mode & 3) {
        ("cons", _) => Kind::Console(vm.options.input.clone(), files.output.clone()),
        ("hoststdin", _) => Kind::Input(vm.options.input.clone()),
        ("hoststdout", _) => Kind::Output(files.output.clone()),
        ("hoststderr", _) => Kind::Output(vm.options.errors.clone()),
        _ => Kind::Made,
    })
}

/// A number as Inferno's devices say it: eleven digits and a blank.
fn number(value: u128) -> String {
    format!("{value:>11} ")
}

fn memory(vm: &Vm) -> String {
    let (used, most) = (vm.memory_in_use(), vm.options.memory);
    format!(
        "{used:>11} {most:>11} {used:>11} {:>11} {:>11} {:>11} {:>11} main\n",
        0,
        0,
        0,
        most - used.min(most)
    )
}

pub(super) fn read(vm: &mut Vm, at: u8, offset: u64, count: usize) -> Outcome<Vec<u8>> {
    let text = match file(at).0 {
        "null" => return Ok(Vec::new()),
        "random" | "notquiterandom" => return Ok(crate::random::bytes(count)?),
        "drivers" => DRIVERS.to_owned(),
        "hostowner" | "user" => OWNER.to_owned(),
        "jit" => "0".to_owned(),
        "memory" => memory(vm),
        "msec" => number(vm.started.elapsed().as_millis()),
        "sysctl" => format!("Spandrel {}", env!("CARGO_PKG_VERSION")),
        "sysname" => vm.files.system_name.clone(),
        "time" => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            since.as_micros().to_string()
        }
        _ => return Err(ACCESS.into()),
    };
    Ok(part(text.as_bytes(), offset, count))
}

/// Most of what is written here would change the machine, which is not for programs to do.
pub(super) fn write(vm: &mut Vm, at: u8, bytes: &[u8]) -> Result<(), String> {
    match file(at).0 {
        // There is no line that could be edited: the host's terminal does that.
        "null" | "consctl" => Ok(()),
        "jit" => match bytes.first() {
            Some(b'0'..=b'9') => Ok(()),
            _ => Err(BAD_ARGUMENT.into()),
        },
        "sysname" => {
            let text = String::from_utf8_lossy(bytes);
            let name = text.trim_end_matches('\n');
            if name.is_empty() || name.len() >= 128 {
                return Err(BAD_ARGUMENT.into());
            }
            vm.files.system_name = name.to_owned();
            Ok(())
        }
        _ => Err(ACCESS.into()),
    }
}
