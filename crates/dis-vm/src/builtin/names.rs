//! `$Srv`: its table, and names of the network. srv(2).

use super::{Builtin, absent, function};
use crate::errors::{Fail, Outcome};
use crate::jobs::Answer;
use crate::trap::Step;
use crate::vm::Vm;
use dis_rt::{Addr, NIL, TypeId};
use std::net::ToSocketAddrs;

pub(super) static SRV: Builtin = Builtin {
    name: "$Srv",
    functions: &[
        function("init", 0x9cd7_1c5e, "", init),
        function("ipa2h", 0xaf4c_19dd, "p", absent!("$Srv", "ipa2h")),
        function("iph2a", 0xaf4c_19dd, "p", addresses),
        function("ipn2p", 0xea1a_6969, "pp", port),
    ],
};

fn init(_: &mut Vm, _: Addr, _: TypeId) -> Step {
    Ok(())
}

/// Asks the host, which may take long. What it does not know is nothing.
fn ask(vm: &mut Vm, call: impl FnOnce() -> std::io::Result<String> + Send + 'static) -> Outcome<String> {
    let answer = vm.call_host(move || call().map(|text| Answer::Bytes(text.into_bytes())));
    match answer {
        Ok(Answer::Bytes(bytes)) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Ok(_) | Err(Fail::Error(_)) => Ok(String::new()),
        Err(fail) => Err(fail),
    }
}

/// The addresses of a host.
fn addresses(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let host = vm.text_argument(fp, 0)?;
    let outcome = ask(vm, move || {
        let mut found: Vec<String> = Vec::new();
        for address in (host.as_str(), 0).to_socket_addrs()? {
            let text = address.ip().to_string();
            if !found.contains(&text) {
                found.push(text);
            }
        }
        Ok(found.join("\n"))
    });
    let text = vm.settle(outcome)?.unwrap_or_default();
    let mut list = NIL;
    for address in text.lines().rev() {
        let string = vm.heap.new_text(address.as_bytes()).inspect_err(|_| vm.heap.release(list))?;
        list = vm.cons_reference(string, list)?;
    }
    vm.give_reference(fp, 0, list)
}

/// The number of a service's port, by the host's list.
fn port(vm: &mut Vm, fp: Addr, _: TypeId) -> Step {
    let (net, service) = (vm.text_argument(fp, 0)?, vm.text_argument(fp, 1)?);
    let outcome = ask(vm, move || Ok(listed(&std::fs::read_to_string("/etc/services")?, &net, &service)));
    let text = vm.settle(outcome)?.unwrap_or_default();
    let string = if text.is_empty() { NIL } else { vm.heap.new_text(text.as_bytes())? };
    vm.give_reference(fp, 0, string)
}

/// The number of a service's port.
pub(crate) fn port_of(net: &str, service: &str) -> Option<u16> {
    listed(&std::fs::read_to_string("/etc/services").ok()?, net, service).parse().ok()
}

fn listed(services: &str, net: &str, service: &str) -> String {
    let lines = services.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut rows = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let found = rows.find_map(|row| {
        let (name, rest) = row.split_first()?;
        let (port, protocol) = rest.first()?.split_once('/')?;
        let named = *name == service || rest[1..].contains(&service);
        (named && protocol == net).then(|| port.to_owned())
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn services_are_found_by_their_names_and_others() {
        let services = "# list\nhttp 80/tcp www # web\ndomain 53/udp\n";
        assert_eq!(listed(services, "tcp", "www"), "80");
        assert_eq!(listed(services, "tcp", "domain"), "");
    }
}
