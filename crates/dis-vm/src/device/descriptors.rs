//! `#d`: the running proc's descriptors by their numbers. dup(3).

use super::{Node, permit};
use crate::errors::{BAD_DESCRIPTOR, NOT_FOUND, Outcome};
use crate::files::{Kind, Open};
use crate::stat::{DIRECTORY, Stat};
use crate::vm::Vm;
use std::fmt::Write as _;
use std::rc::Rc;

/// A descriptor is number 2n + 1, the file that tells of it is 2n + 2.
fn parts(number: u32) -> (i32, bool) {
    let number = number.saturating_sub(1);
    ((number / 2).cast_signed(), number % 2 == 1)
}

pub(super) fn walk(vm: &mut Vm, name: &str) -> Result<Node, String> {
    let (digits, control) = match name.strip_suffix("ctl") {
        Some(digits) => (digits, true),
        None => (name, false),
    };
    // Only the usual form of a number is a name.
    let number = digits.parse::<u16>().ok().filter(|number| number.to_string() == digits);
    let number = number.ok_or(NOT_FOUND)?;
    vm.files.get(vm.cur.files, number.into()).map_err(|_| NOT_FOUND)?;
    Ok(Node::Descriptors(2 * u32::from(number) + 1 + u32::from(control)))
}

fn mode(vm: &mut Vm, number: u32) -> Result<i32, String> {
    let (descriptor, control) = parts(number);
    let open = vm.files.get(vm.cur.files, descriptor)?;
    Ok(if control { 0o400 } else { [0o400, 0o200, 0o600][(open.mode & 3).clamp(0, 2) as usize] })
}

pub(super) fn stat(vm: &mut Vm, number: u32, name: &str) -> Result<Stat, String> {
    let mode = if number == 0 { DIRECTORY | 0o555 } else { mode(vm, number)? };
    Ok(Stat::made('d', name, number.into(), mode, vm.files.begun))
}

pub(super) fn list(vm: &mut Vm) -> Vec<Stat> {
    let mut stats = Vec::new();
    for descriptor in vm.files.numbers(vm.cur.files) {
        let number = 2 * descriptor.cast_unsigned() + 1;
        stats.extend(stat(vm, number, &descriptor.to_string()));
        stats.extend(stat(vm, number + 1, &format!("{descriptor}ctl")));
    }
    stats
}

/// What is open there is shared: the result is no file of this device.
pub(super) fn open(vm: &mut Vm, node: &Node, number: u32, mode: i32) -> Outcome<Rc<Open>> {
    let (descriptor, control) = parts(number);
    let open = vm.files.get(vm.cur.files, descriptor)?;
    if control {
        permit(0o400, mode)?;
        return Ok(Rc::new(Open::new(Kind::Made, mode, node.clone())));
    }
    let usage = mode & 3;
    if open.mode != 2 && usage != open.mode {
        return Err(crate::errors::BAD_USE.into());
    }
    Ok(open)
}

pub(super) fn control(vm: &mut Vm, number: u32) -> Result<String, String> {
    let (descriptor, _) = parts(number);
    let open = vm.files.get(vm.cur.files, descriptor).map_err(|_| BAD_DESCRIPTOR)?;
    Ok(line(vm, descriptor, &open))
}

/// A line about a descriptor, as prog(3) describes it.
pub(super) fn line(vm: &mut Vm, descriptor: i32, open: &Open) -> String {
    let stat = vm.stat_node(&open.node, "").unwrap_or_default();
    let usage = ["r", "w", "rw"][(open.mode & 3).clamp(0, 2) as usize];
    let device =
        u32::try_from(stat.device).ok().and_then(char::from_u32).filter(|c| *c != '\0').unwrap_or('?');
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{descriptor:3} {usage:<2} {device} {:4} ({:016x} {} {:02x}) {:5} {:8} {}",
        0,
        stat.path,
        stat.version,
        stat.kind,
        vm.unit(open),
        open.place(),
        open.path.borrow()
    );
    text
}
