//! `#p`: procs, what they do, and the ends of their children. prog(3).

use super::{Node, part, permit};
use crate::errors::{ACCESS, BAD_CONTROL, CONTROL_ARGUMENTS, Fail, NO_CONTROL, NOT_FOUND, Outcome, THREAD};
use crate::files::{Kind, Notices};
use crate::proc::{Proc, Spread};
use crate::stat::{DIRECTORY, OWNER, Stat};
use crate::trap::Trap;
use crate::vm::Vm;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::rc::Rc;

const CTL: u8 = 1;
const EXCEPTION: u8 = 2;
const FD: u8 = 3;
const NS: u8 = 4;
const NSGRP: u8 = 5;
const PGRP: u8 = 6;
const STATUS: u8 = 7;
const WAIT: u8 = 8;

/// Names and permissions by number; 0 is the proc's folder. What debuggers would use is there and cannot be opened.
const FILES: [(&str, i32); 13] = [
    ("", 0o555),
    ("ctl", 0o200),
    ("exception", 0o400),
    ("fd", 0o400),
    ("ns", 0o400),
    ("nsgrp", 0o444),
    ("pgrp", 0o444),
    ("status", 0o444),
    ("wait", 0o400),
    ("dbgctl", 0),
    ("heap", 0),
    ("stack", 0),
    ("text", 0),
];

/// Most bytes of messages that nobody has read yet; what comes then is lost.
const MOST: usize = 1024;

/// What is said about children that are gone to who has the file open.
pub(crate) struct WaitQueue {
    messages: RefCell<VecDeque<Vec<u8>>>,
    event: u32,
    notices: Rc<Notices>,
}

impl WaitQueue {
    fn new(notices: &Rc<Notices>) -> Rc<WaitQueue> {
        let (messages, event) = (RefCell::default(), notices.event());
        Rc::new(WaitQueue { messages, event, notices: Rc::clone(notices) })
    }

    pub(crate) fn tell(&self, message: &str) {
        let mut messages = self.messages.borrow_mut();
        if messages.iter().map(Vec::len).sum::<usize>() < MOST {
            messages.push_back(message.as_bytes().to_vec());
            self.notices.ring(self.event);
        }
    }

    /// One message, as much of it as is wanted.
    pub(crate) fn read(&self, count: usize) -> Outcome<Vec<u8>> {
        let Some(mut message) = self.messages.borrow_mut().pop_front() else {
            return Err(Trap::Park(self.event).into());
        };
        message.truncate(count);
        Ok(message)
    }
}

pub(super) fn walk(vm: &Vm, pid: u32, name: &str) -> Result<Node, String> {
    if pid == 0 {
        let found = name.parse::<u32>().ok().filter(|pid| pid.to_string() == name);
        let found = found.filter(|pid| vm.proc_of(*pid).is_some());
        return found.map(|pid| Node::Procs(pid, 0)).ok_or_else(|| NOT_FOUND.into());
    }
    vm.proc_of(pid).ok_or(THREAD)?;
    let found = (0..).zip(FILES).skip(1).find(|(_, file)| file.0 == name);
    found.map(|(number, _)| Node::Procs(pid, number)).ok_or_else(|| NOT_FOUND.into())
}

/// A proc's own folder is number 0 of its files, and so is the device's, whose proc is 0.
pub(super) fn stat(vm: &Vm, pid: u32, file: u8, name: &str) -> Result<Stat, String> {
    if pid != 0 {
        vm.proc_of(pid).ok_or(THREAD)?;
    }
    let folder = if file == 0 { DIRECTORY } else { 0 };
    let mode = folder | FILES.get(usize::from(file)).map_or(0, |file| file.1);
    let stat = Stat::made('p', name, i64::from(pid) * 16 + i64::from(file), mode, vm.files.begun);
    Ok(Stat { version: pid.cast_signed(), ..stat })
}

pub(super) fn list(vm: &Vm, pid: u32) -> Vec<Stat> {
    if pid != 0 {
        let files = (0..).zip(FILES).skip(1);
        return files.filter_map(|(number, (name, _))| stat(vm, pid, number, name).ok()).collect();
    }
    let mut pids: Vec<u32> = vm.everyone().map(|proc| proc.pid).collect();
    pids.sort_unstable();
    pids.into_iter().filter_map(|pid| stat(vm, pid, 0, &pid.to_string()).ok()).collect()
}

pub(super) fn open(vm: &mut Vm, pid: u32, file: u8, mode: i32) -> Result<Kind, String> {
    vm.proc_of(pid).ok_or(THREAD)?;
    permit(FILES.get(usize::from(file)).map_or(0, |file| file.1), mode)?;
    if file != WAIT {
        return Ok(Kind::Made);
    }
    let queue = WaitQueue::new(&vm.files.notices);
    let weak = Rc::downgrade(&queue);
    vm.with_proc(pid, |proc| proc.children = Some(weak));
    Ok(Kind::Wait(queue))
}

/// What a proc does, in Inferno's words.
fn state(vm: &Vm, proc: &Proc) -> &'static str {
    match proc.cases.as_slice() {
        _ if proc.request().is_some() || proc.waits.is_some() || proc.sleeps => "release",
        [] if proc.pid == vm.cur.pid => "release",
        [] => "ready",
        [only] if only.sends() => "send",
        [_] => "recv",
        _ => "alt",
    }
}

fn status(vm: &Vm, proc: &Proc) -> String {
    let state = state(vm, proc);
    let code = if proc.pid == vm.cur.pid { Some(&vm.code) } else { proc.code.as_ref() };
    let mut module = code.map_or(String::new(), |code| code.name.to_string());
    if state == "release" {
        module += "[$Sys]";
    }
    let kilobytes = proc.bytes(&vm.heap) / 1024;
    let time = format!("{:4}:{:02}.{}", 0, 0, 0);
    format!("{:8} {:8} {OWNER:>10} {time} {state:>10} {kilobytes:5}K {module}", proc.pid, proc.group)
}

fn flags(mount: i32) -> String {
    let letters = [(2, 'a'), (1, 'b'), (4, 'c'), (16, 'C')];
    let letters: String = letters.iter().filter(|(bit, _)| mount & bit != 0).map(|(_, c)| *c).collect();
    if letters.is_empty() { letters } else { format!("-{letters}") }
}

/// The binds that make a name space, in the order they were made. namespace(6).
fn name_space(proc: &Proc) -> String {
    let space = proc.space();
    let space = space.borrow();
    let mut text = String::new();
    for (on, member) in space.members() {
        let _ = writeln!(text, "bind {} {} {on}", flags(member.flag), member.path);
    }
    text + "cd " + &space.dot.1 + "\n"
}

fn descriptors(vm: &mut Vm, pid: u32) -> Result<String, String> {
    let proc = vm.proc_of(pid).ok_or(THREAD)?;
    let (group, mut text) = (proc.files, proc.space().borrow().dot.1.clone() + "\n");
    for number in vm.files.numbers(group) {
        let open = vm.files.get(group, number)?;
        text += &super::descriptors::line(vm, number, &open);
    }
    Ok(text)
}

pub(super) fn read(vm: &mut Vm, pid: u32, file: u8, offset: u64, count: usize) -> Result<Vec<u8>, String> {
    let number = |value: u32| format!("{value:>11} ");
    let text = match (file, vm.proc_of(pid)) {
        (FD, _) => descriptors(vm, pid)?,
        (STATUS, None) => {
            format!("{pid:8} {:8} {OWNER:>10} {:4}:{:02}.{} {:>10} {:5}K [$Sys]", 0, 0, 0, 0, "exiting", 0)
        }
        (_, None) => return Err(THREAD.into()),
        (STATUS, Some(proc)) => status(vm, proc),
        (EXCEPTION, Some(proc)) => proc.exception.clone(),
        // A line at a time, as those who read it rely on.
        (NS, Some(proc)) => {
            let bytes = part(name_space(proc).as_bytes(), offset, count);
            let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            return Ok(bytes[..end].to_vec());
        }
        (NSGRP, Some(proc)) => number(proc.space().borrow().number),
        (PGRP, Some(proc)) => number(proc.group),
        _ => return Err(ACCESS.into()),
    };
    Ok(part(text.as_bytes(), offset, count))
}

pub(super) fn write(vm: &mut Vm, pid: u32, file: u8, bytes: &[u8]) -> Outcome<()> {
    if file != CTL {
        return Err(ACCESS.into());
    }
    let group = vm.proc_of(pid).ok_or(THREAD)?.group;
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["kill"] if pid == vm.cur.pid => {
            vm.cur.killed = true;
            Err(Fail::Trap(Trap::End))
        }
        ["kill"] => {
            vm.kill(pid, "killed");
            Ok(())
        }
        ["killgrp"] => {
            vm.kill_group(group);
            Ok(())
        }
        // There are no such limits here, and no debuggers.
        ["restricted" | "private"] => Ok(()),
        ["exceptions", how] => {
            let spread = match *how {
                _ if group != pid => return Err(ACCESS.into()),
                "propagate" => Spread::All,
                "notifyleader" => Spread::Leader,
                _ => return Err(BAD_CONTROL.into()),
            };
            vm.with_proc(pid, |proc| proc.spread = spread);
            Ok(())
        }
        ["kill" | "killgrp" | "restricted" | "private" | "exceptions", ..] => Err(CONTROL_ARGUMENTS.into()),
        _ => Err(NO_CONTROL.into()),
    }
}
