//! The host's network: programs call and are called, serve trees and mount them; without leave they find nothing.

mod expand;
mod kept;

use dis_bytecode::{WordSize, assemble, write};
use dis_vm::{Ended, Limit, Options, Output, Vm};
use kept::Kept;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What all programs here begin with: descriptors of a `Connection` behind the word that says whether there is one.
const PROGRAM: &str = r#"
globals {1w} pointers {8w}
	string {8w}: "from the program"
main {40w} pointers {14w}, {15w}, {16w}, {17w}, {18w}, {21w}, {22w}, {23w}, {25w}, {26w}, {27w}
type byte 1
imports
import
	use print, 0xac849033
import
	use dial, 0x29e90174
	use announce, 0x0b7c4ac0
	use listen, 0xb97416e0
	use open, 0x8f477f99
	use read, 0x7cfef557
	use write, 0x7cfef557
	use export, 0x6fc6dc03
	use mount, 0x74c17b3a
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	newa $100, byte, {16w}(fp)
	cvtca {8w}(mp), {17w}(fp)
BODY
	ret
"#;

fn machine(body: &str, word: WordSize, network: bool) -> (Vm, Kept) {
    let source = PROGRAM.replace("BODY", body);
    let text = expand::expand("network", &source, word.bytes() as usize);
    let assembled = assemble(&text).unwrap_or_else(|findings| panic!("{findings:?}\n{text}"));
    let kept = Kept::default();
    let options = Options {
        output: Output::new(kept.clone()),
        errors: Output::new(kept.clone()),
        deadline: Instant::now().checked_add(Duration::from_secs(60)),
        network,
        ..Options::default()
    };
    let mut vm = Vm::new(word, options);
    vm.start("network", &write(&assembled.module), &[]).expect("it is fine");
    (vm, kept)
}

/// Ports that were free a moment ago are to be free still: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads into the array at word 16, and prints what that was.
const READ: &str = "
	sys 4 {11w}(fp): p {15w}(fp), p {16w}(fp), w $99
	movp {16w}(fp), {18w}(fp)
	slicea $0, {11w}(fp), {18w}(fp)
	cvtac {18w}(fp), {18w}(fp)
	say s {18w}(fp)
";

#[test]
fn a_program_calls_and_talks() {
    let _alone = alone();
    for word in [WordSize::Four, WordSize::Eight] {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = server.local_addr().expect("an address").port();
        let other = std::thread::spawn(move || {
            let (mut caller, _) = server.accept().expect("a call");
            std::thread::sleep(Duration::from_millis(50));
            caller.write_all(b"from the server").expect("it listens");
            let mut all = String::new();
            caller.read_to_string(&mut all).expect("text");
            all
        });
        let body = format!(
            "	sys 0 {{20w}}(fp): p \"tcp!127.0.0.1!{port}\", p {{27w}}(fp)
	say w {{20w}}(fp)
	movp {{21w}}(fp), {{15w}}(fp)
	{READ}
	sys 5 {{11w}}(fp): p {{21w}}(fp), p {{17w}}(fp), w $16
	say w {{11w}}(fp)
	say s {{23w}}(fp)"
        );
        let (mut vm, kept) = machine(&body, word, true);
        assert_eq!(vm.run(), Ended::Done);
        assert_eq!(kept.text(), "0\nfrom the server\n16\n/net/tcp/0\n");
        // What nobody has open any more is closed, and the server hears of it.
        assert_eq!(other.join().expect("it is done"), "from the program");
    }
}

#[test]
fn a_program_is_called() {
    let _alone = alone();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let body = format!(
        "	sys 1 {{20w}}(fp): p \"tcp!127.0.0.1!{port}\"
	say w {{20w}}(fp)
	sys 2 {{24w}}(fp): p {{21w}}(fp), p {{22w}}(fp), p {{23w}}(fp)
	say w {{24w}}(fp)
	say s {{27w}}(fp)
	sys 3 {{15w}}(fp): p \"/net/tcp/1/data\", w $2
	{READ}
	sys 3 {{15w}}(fp): p \"/net/tcp/1/status\", w $0
	{READ}"
    );
    let (mut vm, kept) = machine(&body, WordSize::Four, true);
    let caller = std::thread::spawn(move || {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut stream = loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => break stream,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        stream.write_all(b"a call").expect("it listens");
        let mut all = Vec::new();
        // However it ends.
        let _ = stream.read_to_end(&mut all);
    });
    assert_eq!(vm.run(), Ended::Done);
    assert_eq!(kept.text(), "0\n0\n/net/tcp/1\na call\nEstablished\n\n");
    caller.join().expect("it is done");
}

#[test]
fn one_machine_serves_what_another_mounts() {
    let _alone = alone();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let server = std::thread::spawn(move || {
        let body = format!(
            "	sys 1 {{20w}}(fp): p \"tcp!127.0.0.1!{port}\"
	sys 2 {{24w}}(fp): p {{21w}}(fp), p {{22w}}(fp), p {{23w}}(fp)
	sys 3 {{15w}}(fp): p \"/net/tcp/1/data\", w $2
	movp {{27w}}(fp), {{25w}}(fp)
	sys 6 {{11w}}(fp): p {{15w}}(fp), p \"/dev\", w $0
	say w {{11w}}(fp)"
        );
        let (mut vm, kept) = machine(&body, WordSize::Four, true);
        (vm.run(), kept.text())
    });
    let client = format!(
        "	sys 0 {{20w}}(fp): p \"tcp!127.0.0.1!{port}\", p {{27w}}(fp)
	sys 7 {{11w}}(fp): p {{21w}}(fp), p {{27w}}(fp), p \"/chan\", w $0, p {{27w}}(fp)
	sys 3 {{15w}}(fp): p \"/chan/sysname\", w $0
	{READ}
	sys 3 {{15w}}(fp): p \"/chan/none\", w $0
	error"
    );
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let (mut vm, kept) = machine(&client, WordSize::Eight, true);
        let (ended, said) = (vm.run(), kept.text());
        if said.starts_with("spandrel\n") {
            assert_eq!(ended, Ended::Done);
            assert!(said.contains("'/chan/none' "), "{said}");
            break;
        }
        // Nobody listens yet: there is nothing to read, and an array cannot be cut there.
        assert!(Instant::now() < deadline, "{ended:?}: {said}");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.join().expect("it is done"), (Ended::Done, "0\n".to_owned()));
}

#[test]
fn a_machine_that_waits_for_calls_is_stopped() {
    let _alone = alone();
    let body = "	sys 1 {20w}(fp): p \"tcp!127.0.0.1!0\"
	sys 2 {24w}(fp): p {21w}(fp), p {22w}(fp), p {23w}(fp)";
    let (mut vm, _) = machine(body, WordSize::Four, true);
    let canceller = vm.canceller();
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        canceller.cancel();
    });
    assert_eq!(vm.run(), Ended::Stopped(Limit::Cancelled));
    later.join().expect("it is done");
}

#[test]
fn without_leave_there_is_no_network() {
    let _alone = alone();
    let body = "	sys 0 {20w}(fp): p \"tcp!127.0.0.1!1\", p {27w}(fp)
	say w {20w}(fp)
	sys 3 {15w}(fp): p \"#I\", w $0
	error";
    let (mut vm, kept) = machine(body, WordSize::Four, false);
    assert_eq!(vm.run(), Ended::Done);
    assert_eq!(kept.text(), "-1\nthis machine has no network\n");
}

/// Requests that make sense one by one, in any order, for few fids.
fn requests(seed: u64) -> Vec<u8> {
    const NAMES: [&str; 12] =
        ["env", "x", "..", "dev", "null", "random", "prog", "1", "status", "fd", "chan", "\u{e4}"];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % end
    };
    let text = |text: &str| [&(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat();
    let message = |kind: u8, tag: u16, body: &[u8]| {
        let size = (7 + body.len() as u32).to_le_bytes();
        [&size[..], &[kind], &tag.to_le_bytes(), body].concat()
    };
    let mut all = message(100, u16::MAX, &[&8192u32.to_le_bytes()[..], &text("9P2000")].concat());
    for tag in 0..400 {
        let fid = |n: usize| (n as u32).to_le_bytes();
        let first = fid(next(4));
        let (kind, rest) = match next(10) {
            0 => (104, [&u32::MAX.to_le_bytes()[..], &text("me"), &text("")].concat()),
            1..=3 => {
                let names: Vec<u8> = (0..next(4)).flat_map(|_| text(NAMES[next(12)])).collect();
                // As many as were made are not known here: mostly a walk of one.
                let name = text(NAMES[next(12)]);
                let (count, names) = if names.is_empty() { (0u16, names) } else { (1, name) };
                (110, [&fid(next(4))[..], &count.to_le_bytes(), &names].concat())
            }
            4 => (112, vec![[0, 1, 2, 16, 64, 0][next(6)]]),
            5 => (114, [&text(NAMES[next(12)])[..], &0o666u32.to_le_bytes(), &[1]].concat()),
            6 => (116, [&(next(3) as u64).to_le_bytes()[..], &(next(9000) as u32).to_le_bytes()].concat()),
            7 => (118, [&(next(9) as u64).to_le_bytes()[..], &3u32.to_le_bytes(), b"abc"].concat()),
            8 => (124, Vec::new()),
            _ => ([120, 120, 122][next(3)], Vec::new()),
        };
        all.extend(message(kind, tag, &[&first[..], &rest].concat()));
    }
    if seed.is_multiple_of(2) {
        // Replies are no requests, and this is neither.
        all.extend([9, 0, 0, 0, 121, 1, 0, 7, 7]);
    }
    all
}

#[test]
fn a_server_survives_whatever_is_asked() {
    let _alone = alone();
    for seed in 1..12 {
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let body = format!(
            "	sys 1 {{20w}}(fp): p \"tcp!127.0.0.1!{port}\"
	sys 2 {{24w}}(fp): p {{21w}}(fp), p {{22w}}(fp), p {{23w}}(fp)
	sys 3 {{15w}}(fp): p \"/net/tcp/1/data\", w $2
	movp {{27w}}(fp), {{25w}}(fp)
	sys 6 {{11w}}(fp): p {{15w}}(fp), p \"/\", w $0
	say w {{11w}}(fp)"
        );
        let (mut vm, kept) = machine(&body, WordSize::Eight, true);
        let client = std::thread::spawn(move || {
            let deadline = Instant::now() + Duration::from_secs(30);
            let mut stream = loop {
                match TcpStream::connect(("127.0.0.1", port)) {
                    Ok(stream) => break stream,
                    Err(error) => assert!(Instant::now() < deadline, "{error}"),
                }
                std::thread::sleep(Duration::from_millis(5));
            };
            let mut replies = stream.try_clone().expect("a second one");
            let reader = std::thread::spawn(move || {
                let mut all = Vec::new();
                let _ = replies.read_to_end(&mut all);
                all.len()
            });
            // The server may hang up before it has read all.
            let _ = stream.write_all(&requests(seed));
            std::thread::sleep(Duration::from_millis(100));
            let _ = stream.shutdown(std::net::Shutdown::Write);
            reader.join().expect("it is done")
        });
        assert_eq!((vm.run(), kept.text()), (Ended::Done, "0\n".to_owned()), "{seed}");
        vm.audit().expect("all counts are right");
        drop(vm);
        let replies = client.join().expect("it is done");
        assert!(replies > 19, "{replies} bytes of replies, seed {seed}");
    }
}
