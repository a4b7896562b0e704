//! `#I`: connections of the host, a folder for each. ip(3), of which this has `tcp` and, for those who connect, `udp`.
//!
//! Opening `clone` makes a conversation; its `ctl` is told to connect or to announce, `listen` waits for calls, `data` is what is
//! said. A conversation is there as long as something of it is open.

use super::{Node, part};
use crate::errors::{
    ACCESS, BAD_ARGUMENT, BAD_USE, CONTROL_ARGUMENTS, Fail, IN_USE, NO_CONTROL, NOT_FOUND, Outcome,
};
use crate::files::{Kind, Open};
use crate::jobs::Answer;
use crate::line::Line;
use crate::stat::{DIRECTORY, Stat};
use crate::trap::Trap;
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Most conversations of a protocol.
const MOST: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

const PROTOCOLS: [(&str, Protocol); 2] = [("tcp", Protocol::Tcp), ("udp", Protocol::Udp)];

/// A file here.
#[derive(Clone)]
pub(crate) enum Net {
    Top,
    Protocol(Protocol),
    Clone(Protocol),
    /// A folder when its file is 0.
    Conversation(Rc<Conversation>, u8),
}

/// Names and permissions of a conversation's files, from 1 on.
const FILES: [(&str, i32); 6] = [
    ("ctl", 0o660),
    ("data", 0o660),
    ("listen", 0o660),
    ("local", 0o444),
    ("remote", 0o444),
    ("status", 0o444),
];
const CTL: u8 = 1;
const DATA: u8 = 2;
const LISTEN: u8 = 3;

/// Waits for calls.
struct Listener {
    socket: TcpListener,
    over: AtomicBool,
}

/// How far a conversation is.
enum State {
    Closed,
    Announced(Arc<Listener>),
    Connected(Arc<Line>),
}

/// A connection, or what may become one.
pub(crate) struct Conversation {
    protocol: Protocol,
    number: usize,
    state: RefCell<State>,
    local: Cell<Option<SocketAddr>>,
    remote: Cell<Option<SocketAddr>>,
    /// The call of the host that waits for the next caller, whoever of the program does.
    job: Cell<Option<u32>>,
}

impl Drop for Conversation {
    fn drop(&mut self) {
        match &*self.state.borrow() {
            State::Connected(line) => line.stop_reading(),
            State::Announced(listener) => {
                listener.over.store(true, Ordering::Release);
                // A thread that waits for calls gets a last one.
                if let Some(local) = self.local.get().filter(|_| self.job.get().is_some()) {
                    let _ = TcpStream::connect_timeout(&reachable(local), Duration::from_millis(100));
                }
            }
            State::Closed => {}
        }
    }
}

/// An address of this host where something listens, from here.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// All conversations of an instance.
#[derive(Default)]
pub(crate) struct Network {
    conversations: [Vec<Weak<Conversation>>; 2],
}

impl Network {
    fn find(&self, protocol: Protocol, number: usize) -> Option<Rc<Conversation>> {
        self.conversations[protocol as usize].get(number)?.upgrade()
    }

    fn open(&mut self, protocol: Protocol) -> Result<Rc<Conversation>, String> {
        let all = &mut self.conversations[protocol as usize];
        let number = all.iter().position(|one| one.strong_count() == 0).unwrap_or(all.len());
        if number >= MOST {
            return Err("no free conversations".into());
        }
        let (local, remote, job) = Default::default();
        let state = RefCell::new(State::Closed);
        let made = Rc::new(Conversation { protocol, number, state, local, remote, job });
        match all.get_mut(number) {
            Some(place) => *place = Rc::downgrade(&made),
            None => all.push(Rc::downgrade(&made)),
        }
        Ok(made)
    }
}

impl PartialEq for Net {
    fn eq(&self, other: &Net) -> bool {
        match (self, other) {
            (Net::Top, Net::Top) => true,
            (Net::Protocol(a), Net::Protocol(b)) | (Net::Clone(a), Net::Clone(b)) => a == b,
            (Net::Conversation(a, c), Net::Conversation(b, d)) => Rc::ptr_eq(a, b) && c == d,
            _ => false,
        }
    }
}

impl Net {
    pub(super) fn is_folder(&self) -> bool {
        matches!(self, Net::Top | Net::Protocol(_) | Net::Conversation(_, 0))
    }
}

pub(super) fn attach(vm: &Vm) -> Result<Node, String> {
    if vm.options.network { Ok(Node::Net(Net::Top)) } else { Err("this machine has no network".into()) }
}

pub(super) fn walk(vm: &Vm, folder: &Net, name: &str) -> Result<Node, String> {
    let found = match folder {
        Net::Top => PROTOCOLS.iter().find(|(other, _)| *other == name).map(|(_, one)| Net::Protocol(*one)),
        Net::Protocol(protocol) if name == "clone" => Some(Net::Clone(*protocol)),
        Net::Protocol(protocol) => {
            let number = name.parse().ok().filter(|number: &usize| number.to_string() == name);
            let found = number.and_then(|number| vm.files.network.find(*protocol, number));
            found.map(|conversation| Net::Conversation(conversation, 0))
        }
        Net::Conversation(conversation, 0) => {
            let found = (1..).zip(FILES).find(|(_, file)| file.0 == name);
            found.map(|(file, _)| Net::Conversation(Rc::clone(conversation), file))
        }
        _ => None,
    };
    found.map(Node::Net).ok_or_else(|| NOT_FOUND.into())
}

pub(super) fn stat(vm: &Vm, file: &Net, name: &str) -> Stat {
    let (path, mode) = match file {
        Net::Top => (0, DIRECTORY | 0o555),
        Net::Protocol(protocol) => (1 + *protocol as i64, DIRECTORY | 0o555),
        Net::Clone(protocol) => (4 + *protocol as i64, 0o666),
        Net::Conversation(conversation, file) => {
            let path = 8 * (1 + 2 * conversation.number as i64 + conversation.protocol as i64);
            let mode = usize::from(*file).checked_sub(1).map_or(DIRECTORY | 0o555, |at| FILES[at].1);
            (path + i64::from(*file), mode)
        }
    };
    Stat::made('I', name, path, mode, vm.files.begun)
}

pub(super) fn list(vm: &Vm, folder: &Net) -> Vec<Stat> {
    match folder {
        Net::Top => PROTOCOLS.iter().map(|(name, one)| stat(vm, &Net::Protocol(*one), name)).collect(),
        Net::Protocol(protocol) => {
            let all = &vm.files.network.conversations[*protocol as usize];
            let all = all.iter().filter_map(Weak::upgrade);
            let folders = all.map(|one| (one.number.to_string(), Net::Conversation(one, 0)));
            let clone = [("clone".to_owned(), Net::Clone(*protocol))];
            clone.into_iter().chain(folders).map(|(name, file)| stat(vm, &file, &name)).collect()
        }
        Net::Conversation(one, 0) => {
            let files = (1..).zip(FILES);
            files.map(|(n, (name, _))| stat(vm, &Net::Conversation(Rc::clone(one), n), name)).collect()
        }
        _ => Vec::new(),
    }
}

fn opened(conversation: Rc<Conversation>, file: u8, kind: Kind, mode: i32) -> Rc<Open> {
    Rc::new(Open::new(kind, mode, Node::Net(Net::Conversation(conversation, file))))
}

pub(super) fn open(vm: &mut Vm, file: &Net, mode: i32) -> Outcome<Rc<Open>> {
    match file {
        Net::Clone(protocol) => Ok(opened(vm.files.network.open(*protocol)?, CTL, Kind::Made, mode)),
        Net::Conversation(one, DATA) => {
            let line = match &*one.state.borrow() {
                State::Connected(line) => Arc::clone(line),
                _ => return Err("the conversation is not connected".into()),
            };
            Ok(opened(Rc::clone(one), DATA, Kind::Stream(line), mode))
        }
        Net::Conversation(one, LISTEN) => {
            let caller = accept(vm, one)?;
            Ok(opened(caller, CTL, Kind::Made, mode))
        }
        Net::Conversation(one, file) => {
            super::permit(FILES[usize::from(*file) - 1].1, mode)?;
            Ok(opened(Rc::clone(one), *file, Kind::Made, mode))
        }
        _ => Err(ACCESS.into()),
    }
}

/// Waits for the next call.
fn accept(vm: &mut Vm, one: &Rc<Conversation>) -> Outcome<Rc<Conversation>> {
    let listener = match &*one.state.borrow() {
        State::Announced(listener) => Arc::clone(listener),
        _ => return Err("the conversation is not announced".into()),
    };
    let job = match one.job.take() {
        Some(job) => job,
        None => vm.jobs.start(move || {
            let (stream, _) = listener.socket.accept()?;
            match listener.over.load(Ordering::Acquire) {
                true => Err(io::ErrorKind::NotConnected.into()),
                false => Ok(Answer::Line(Line::Tcp(stream))),
            }
        })?,
    };
    match vm.jobs.take(job) {
        None => {
            one.job.set(Some(job));
            Err(Trap::Park(job).into())
        }
        Some(answer) => {
            let Answer::Line(line) = answer? else { return Err(BAD_USE.into()) };
            let caller = vm.files.network.open(Protocol::Tcp)?;
            caller.connected(line);
            Ok(caller)
        }
    }
}

impl Conversation {
    fn connected(&self, line: Line) {
        let (local, remote) = match &line {
            Line::Tcp(stream) => (stream.local_addr().ok(), stream.peer_addr().ok()),
            Line::Udp(socket) => (socket.local_addr().ok(), socket.peer_addr().ok()),
            Line::File(_) => (None, None),
        };
        self.local.set(local);
        self.remote.set(remote);
        self.state.replace(State::Connected(Arc::new(line)));
    }

    fn is_closed(&self) -> bool {
        matches!(&*self.state.borrow(), State::Closed)
    }

    fn announce(&self, address: &str) -> Outcome<()> {
        if self.protocol != Protocol::Tcp {
            return Err("only tcp is announced".into());
        }
        let (host, port) = address.rsplit_once('!').unwrap_or(("*", address));
        let host = if host == "*" { "0.0.0.0" } else { host };
        let port: u16 = port.parse().map_err(|_| BAD_ARGUMENT)?;
        let host: std::net::IpAddr = host.parse().map_err(|_| BAD_ARGUMENT)?;
        let socket = TcpListener::bind((host, port))?;
        self.local.set(socket.local_addr().ok());
        self.state.replace(State::Announced(Arc::new(Listener { socket, over: AtomicBool::new(false) })));
        Ok(())
    }
}

/// Where a call goes to: a port by its number or, as far as the host knows it, its name.
fn addresses(protocol: Protocol, address: &str) -> io::Result<Vec<SocketAddr>> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidInput, BAD_ARGUMENT);
    let (host, service) = address.rsplit_once('!').ok_or_else(invalid)?;
    let port = match service.parse() {
        Ok(port) => port,
        Err(_) => {
            let net = if protocol == Protocol::Tcp { "tcp" } else { "udp" };
            crate::builtin::port_of(net, service).ok_or_else(invalid)?
        }
    };
    Ok((host, port).to_socket_addrs()?.collect())
}

fn connect(protocol: Protocol, address: &str) -> io::Result<Line> {
    let all = addresses(protocol, address)?;
    match protocol {
        Protocol::Tcp => TcpStream::connect(&*all).map(Line::Tcp),
        Protocol::Udp => {
            let wide = all.first().is_some_and(SocketAddr::is_ipv6);
            let socket = UdpSocket::bind(if wide { "[::]:0" } else { "0.0.0.0:0" })?;
            socket.connect(&*all)?;
            Ok(Line::Udp(socket))
        }
    }
}

fn shown(address: Option<SocketAddr>) -> String {
    address.map_or("::!0\n".to_owned(), |address| format!("{}!{}\n", address.ip(), address.port()))
}

pub(super) fn read(file: &Net, offset: u64, count: usize) -> Outcome<Vec<u8>> {
    let Net::Conversation(one, file) = file else { return Err(ACCESS.into()) };
    let text = match usize::from(*file).checked_sub(1).map_or("", |at| FILES[at].0) {
        "ctl" => one.number.to_string(),
        "local" => shown(one.local.get()),
        "remote" => shown(one.remote.get()),
        "status" => match &*one.state.borrow() {
            State::Closed => "Closed\n",
            State::Announced(_) => "Listen\n",
            State::Connected(_) => "Established\n",
        }
        .to_owned(),
        _ => return Err(ACCESS.into()),
    };
    Ok(part(text.as_bytes(), offset, count))
}

pub(super) fn write(vm: &mut Vm, file: &Net, bytes: &[u8]) -> Outcome<()> {
    let Net::Conversation(one, CTL) = file else { return Err(ACCESS.into()) };
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["connect" | "announce", ..] if !one.is_closed() => Err(IN_USE.into()),
        // Where a call comes from is the host's choice.
        ["connect", address] | ["connect", address, _] => {
            let (protocol, address) = (one.protocol, (*address).to_owned());
            let answer = vm.call_host(move || connect(protocol, &address).map(Answer::Line))?;
            let Answer::Line(line) = answer else { return Err(Fail::from(BAD_USE)) };
            one.connected(line);
            Ok(())
        }
        ["announce", address] => one.announce(address),
        ["hangup" | "close"] => {
            if let State::Connected(line) = &*one.state.borrow() {
                line.hang_up();
            }
            Ok(())
        }
        // What the host decides about.
        ["keepalive" | "nodelay" | "ttl" | "tos" | "bind" | "reject" | "accept" | "backlog", ..] => Ok(()),
        ["connect" | "announce" | "hangup" | "close", ..] => Err(CONTROL_ARGUMENTS.into()),
        _ => Err(NO_CONTROL.into()),
    }
}
