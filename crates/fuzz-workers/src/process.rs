//! Child processes: their lines, and how they end.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// A child's lines, as they come.
pub(crate) fn lines_of(child: &mut Child) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
    }
    receive
}

pub(crate) fn stop(child: &mut Child) {
    // A child that is gone cannot be killed, which is what was wanted.
    let _ = child.kill();
    let _ = child.wait();
}

/// How a command ends that nobody reads; `None` when it takes longer than that, and is killed.
///
/// # Errors
/// It cannot be started.
pub fn ending(command: &mut Command, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let end = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            stop(&mut child);
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
