//! Calls that wait for the host: other procs go on meanwhile, and the machine can be stopped.

mod expand;
mod kept;

use dis_bytecode::{WordSize, assemble, write};
use dis_vm::{Ended, Input, Limit, Options, Output, Vm};
use kept::Kept;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// One proc makes a call that waits, another one sleeps and prints; then the first prints what its call came to.
const PROGRAM: &str = r#"
globals {0}
main {30w} pointers {14w}, {15w}, {16w}, {17w}, {18w}
type byte 1
type other {20w} pointers {14w}
imports
import
	use print, 0xac849033
import
	use sleep, 0xe67bf126
	use fildes, 0x1478f993
	use readn, 0x7cfef557
	use stream, 0xb9e8f9ea
	use open, 0x8f477f99
	use read, 0x7cfef557
init:
	begin
	load {1w}(mp), $1, {14w}(fp)
	newa $100, byte, {16w}(fp)
	frame other, {10w}(fp)
	movp {14w}(fp), {14w}({10w}(fp))
	spawn {10w}(fp), others
	CALL
	say w {11w}(fp)
	ret
others:
	sys 0 {11w}(fp): w $20
	note "the other one"
	ret
"#;

/// Gives what is sent to it, as it comes; ends when nobody can send any more.
struct Slow(Receiver<Vec<u8>>, Vec<u8>);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.1.is_empty() {
            self.1 = self.0.recv().unwrap_or_default();
        }
        let count = buffer.len().min(self.1.len());
        self.1.drain(..count).zip(buffer).for_each(|(byte, place)| *place = byte);
        Ok(count)
    }
}

fn slow() -> (Sender<Vec<u8>>, Input) {
    let (send, receive) = channel();
    (send, Input::threaded(Slow(receive, Vec::new())))
}

fn machine(call: &str, input: Input, root: Option<&Path>) -> (Vm, Kept) {
    let text = expand::expand("blocking", &PROGRAM.replace("CALL", call), 4);
    let assembled = assemble(&text).unwrap_or_else(|findings| panic!("{findings:?}"));
    let kept = Kept::default();
    let options = Options {
        output: Output::new(kept.clone()),
        errors: Output::new(kept.clone()),
        input,
        root: root.map(Path::to_owned),
        deadline: Instant::now().checked_add(Duration::from_secs(60)),
        ..Options::default()
    };
    let mut vm = Vm::new(WordSize::Four, options);
    vm.start("blocking", &write(&assembled.module), &[]).expect("it is fine");
    (vm, kept)
}

/// Sends bytes after the other proc had time to print, then ends the input.
fn send_later(send: Sender<Vec<u8>>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for bytes in [b"ab", b"cd"] {
            std::thread::sleep(Duration::from_millis(150));
            send.send(bytes.to_vec()).expect("it reads");
        }
    })
}

const READN: &str = "sys 1 {15w}(fp): w $0\n\tsys 2 {11w}(fp): p {15w}(fp), p {16w}(fp), w $4";
const STREAM: &str =
    "sys 1 {15w}(fp): w $0\n\tsys 1 {17w}(fp): w $1\n\tsys 3 {11w}(fp): p {15w}(fp), p {17w}(fp), w $3";

#[test]
fn other_procs_go_on_while_one_reads_standard_input() {
    for (call, expected) in [(READN, "the other one\n4\n"), (STREAM, "the other one\nabcd4\n")] {
        let (send, input) = slow();
        let later = send_later(send);
        let (mut vm, kept) = machine(call, input, None);
        assert_eq!((vm.run(), kept.text()), (Ended::Done, expected.to_owned()), "{call}");
        later.join().expect("it is done");
    }
}

#[test]
fn a_machine_that_waits_is_cancelled() {
    let (send, input) = slow();
    let (mut vm, kept) = machine(READN, input, None);
    let canceller = vm.canceller();
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        canceller.cancel();
    });
    assert_eq!((vm.run(), kept.text()), (Ended::Stopped(Limit::Cancelled), "the other one\n".to_owned()));
    later.join().expect("it is done");
    // Its thread still reads, and nobody waits for that.
    drop(vm);
    drop(send);
}

#[cfg(unix)]
#[test]
fn other_procs_go_on_while_one_opens_and_reads_a_pipe_of_the_host() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dis-blocking");
    let pipe = root.join("pipe");
    let _ = std::fs::remove_dir_all(&root);
    std::fs::create_dir_all(&root).expect("a folder");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo makes a pipe");
    let call = "sys 4 {15w}(fp): p \"/pipe\", w $0\n\tsys 5 {11w}(fp): p {15w}(fp), p {16w}(fp), w $99";
    let (mut vm, kept) = machine(call, Input::new(io::empty()), Some(&root));
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(150));
        let mut file = std::fs::OpenOptions::new().write(true).open(pipe).expect("it is there");
        std::thread::sleep(Duration::from_millis(150));
        file.write_all(b"later").expect("somebody reads");
    });
    assert_eq!((vm.run(), kept.text()), (Ended::Done, "the other one\n5\n".to_owned()));
    later.join().expect("it is done");
}
