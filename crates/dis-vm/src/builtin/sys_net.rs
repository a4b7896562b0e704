//! `$Sys` on servers of files and on the network: sys-bind(2), sys-export(2), sys-dial(2), sys-fversion(2).

use crate::errors::{BAD_ARGUMENT, Outcome};
use crate::files::Open;
use crate::proc::Exchange;
use crate::trap::{Step, Trap};
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId};
use std::rc::Rc;

/// A flag of export: not to wait for its end.
const ASYNC: i32 = 1;
/// To read and to write.
const BOTH: i32 = 2;

impl Vm {
    /// What is open as an argument.
    fn open_argument(&mut self, fp: Addr, number: u32) -> Result<Outcome<Rc<Open>>, Trap> {
        let file = self.descriptor(fp, number)?;
        Ok(self.open(file))
    }
}

pub(super) fn mount(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (open, own) = (vm.open_argument(fp, 0)?, vm.descriptor(fp, 1)?);
    let (on, flag, tree) = (vm.text_argument(fp, 2)?, vm.word_argument(fp, 3), vm.text_argument(fp, 4)?);
    let own = match own {
        -1 => Ok(None),
        own => vm.open(own).map(Some),
    };
    let outcome = open.and_then(|open| vm.mount(&open, own?.as_deref(), &on, flag, &tree));
    let result = vm.settle(outcome)?;
    vm.give_or_error(fp, result)
}

pub(super) fn fauth(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (open, tree) = (vm.open_argument(fp, 0)?, vm.text_argument(fp, 1)?);
    let outcome = open.and_then(|open| vm.open_authentication(&open, &tree));
    vm.give_open(fp, outcome)
}

pub(super) fn fversion(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (open, most, version) = (vm.open_argument(fp, 0)?, vm.word_argument(fp, 1), vm.text_argument(fp, 2)?);
    let outcome = open.and_then(|open| vm.agree(&open, most, &version));
    match vm.settle(outcome)? {
        Ok((most, version)) => {
            let string = vm.heap.new_text(version.as_bytes())?;
            vm.give_reference(fp, vm.word, string)?;
            vm.give_word(fp, 0, most)
        }
        Err(why) => vm.give_or_error(fp, Err(why)),
    }
}

/// Serves a tree until the client is gone, or has that done.
pub(super) fn export(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (open, folder, flag) = (vm.open_argument(fp, 0)?, vm.text_argument(fp, 1)?, vm.word_argument(fp, 2));
    let begun = match vm.cur.exchange.take() {
        Some(Exchange::Export(export)) => Ok(export),
        other => {
            vm.cur.exchange = other;
            open.and_then(|open| vm.export(&open, &folder))
        }
    };
    let outcome = begun.and_then(|export| match vm.await_export(&export) {
        Err(_) if flag & ASYNC != 0 => Ok(()),
        Err(fail) => {
            vm.cur.exchange = Some(Exchange::Export(export));
            Err(fail)
        }
        Ok(()) => Ok(()),
    });
    vm.give_done(fp, outcome)
}

/// A `Connection`, behind a word that says whether there is one.
fn give_connection(vm: &mut Vm, fp: Addr, outcome: Outcome<(Option<Rc<Open>>, Rc<Open>, String)>) -> Step {
    let (data, control, dir) = match vm.settle(outcome)? {
        Ok(found) => found,
        Err(why) => return vm.give_or_error(fp, Err(why)),
    };
    let string = vm.heap.new_text(dir.as_bytes())?;
    vm.give_reference(fp, 3 * vm.word, string)?;
    for (place, open) in [(1, data), (2, Some(control))] {
        let file = match open.map(|open| vm.files.enter(vm.cur.files, open)) {
            None => NIL,
            Some(Ok(number)) => vm.file_object(number)?,
            Some(Err(why)) => return vm.give_or_error(fp, Err(why)),
        };
        vm.give_reference(fp, place * vm.word, file)?;
    }
    vm.give_word(fp, 0, 0)
}

/// The folder of a protocol, and the rest of an address: `[/net/]proto!host!service`.
fn protocol(address: &str) -> Outcome<(String, &str)> {
    let (protocol, rest) = address.split_once('!').ok_or("bad network address")?;
    let folder = match protocol.rsplit_once('/') {
        Some((net, protocol)) => format!("{net}/{}", usual(protocol)),
        None => format!("/net/{}", usual(protocol)),
    };
    Ok((folder, rest))
}

fn usual(protocol: &str) -> &str {
    if protocol == "net" { "tcp" } else { protocol }
}

/// A new conversation that was told something, and its folder. All is done again when the host has taken long: what
/// was begun before goes then.
fn begin(vm: &mut Vm, folder: &str, message: &str) -> Outcome<(Rc<Open>, String)> {
    let control = vm.open_name(&format!("{folder}/clone"), BOTH)?;
    let number = number(vm, &control)?;
    vm.write_open(&control, message.as_bytes(), None)?;
    let dir = format!("{folder}/{number}");
    // That is what it is called from now on.
    control.path.replace(format!("{dir}/ctl"));
    Ok((control, dir))
}

/// The number of the conversation that a control file belongs to.
fn number(vm: &mut Vm, control: &Rc<Open>) -> Outcome<u32> {
    let text = vm.read_open(control, 64, Some(0))?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.trim().parse().map_err(|_| BAD_ARGUMENT)?)
}

pub(super) fn dial(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (address, local) = (vm.text_argument(fp, 0)?, vm.text_argument(fp, 1)?);
    let outcome = protocol(&address).and_then(|(folder, rest)| {
        let message = format!("connect {rest} {local}");
        let (control, dir) = begin(vm, &folder, message.trim_end())?;
        let data = vm.open_name(&format!("{dir}/data"), BOTH)?;
        Ok((Some(data), control, dir))
    });
    give_connection(vm, fp, outcome)
}

pub(super) fn announce(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let address = vm.text_argument(fp, 0)?;
    let outcome = protocol(&address).and_then(|(folder, rest)| {
        let (control, dir) = begin(vm, &folder, &format!("announce {rest}"))?;
        Ok((None, control, dir))
    });
    give_connection(vm, fp, outcome)
}

/// Waits for the next call of what was announced: the third part of a `Connection` is its folder.
pub(super) fn listen(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let dir = vm.text_argument(fp, 2)?;
    let outcome = vm.open_name(&format!("{dir}/listen"), BOTH).and_then(|control| {
        let number = number(vm, &control)?;
        let folder = dir.rsplit_once('/').map_or("/net/tcp", |(folder, _)| folder);
        let dir = format!("{folder}/{number}");
        control.path.replace(format!("{dir}/ctl"));
        Ok((None, control, dir))
    });
    give_connection(vm, fp, outcome)
}
