//! Node, as the oracle: one process that runs many programs, each in a context of its own; started again when it is in trouble.

use crate::engine::PRELUDE;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

const DRIVER: &str = include_str!("node.js");
/// Kilobytes of stack, below the eight megabytes that systems give programs.
const STACK: &str = "--stack-size=3900";
/// The longest that a program may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Programs for one process: what it keeps of them adds up.
const SHARE: u32 = 20_000;

/// Runs programs in node.
pub struct Node {
    program: PathBuf,
    running: Option<Running>,
    /// The longest that a program may take.
    pub patience: Duration,
}

struct Running {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
    runs: u32,
}

impl Node {
    /// Node, by the path of its program.
    pub fn new(program: &Path) -> Node {
        Node { program: program.to_owned(), running: None, patience: PATIENCE }
    }

    /// Has it begin with a program. The answer is to be asked for before the next one.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn begin(&mut self, program: &str) -> io::Result<()> {
        if self.running.as_ref().is_some_and(|running| running.runs >= SHARE) {
            self.stop();
        }
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        running.runs += 1;
        // When it died, waiting for the answer says so.
        let _ = send(&mut running.input, program);
        self.running = Some(running);
        Ok(())
    }

    /// The output of the program that it was given; `None` when it took too long, or died of it.
    pub fn answer(&mut self) -> Option<String> {
        let answer = self.running.as_ref()?.answers.recv_timeout(self.patience).ok();
        if answer.is_none() {
            self.stop();
        }
        answer
    }

    /// Both.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&mut self, program: &str) -> io::Result<Option<String>> {
        self.begin(program)?;
        Ok(self.answer())
    }

    fn start(&self) -> io::Result<Running> {
        let mut command = Command::new(&self.program);
        command.args([STACK, "--no-warnings", "-e", DRIVER]).stdin(Stdio::piped()).stdout(Stdio::piped());
        // It complains when it is stopped.
        command.stderr(Stdio::null());
        let mut child = command.spawn()?;
        let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("node has no pipes"));
        };
        let (answer, answers) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok(text) = receive(&mut output) {
                if answer.send(text).is_err() {
                    return;
                }
            }
        });
        send(&mut input, PRELUDE)?;
        Ok(Running { child, input, answers, runs: 0 })
    }

    fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // One that is gone cannot be killed, which is what was wanted.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop();
    }
}

fn send(to: &mut impl Write, text: &str) -> io::Result<()> {
    let length = u32::try_from(text.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(text.as_bytes())?;
    to.flush()
}

fn receive(from: &mut impl Read) -> io::Result<String> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    from.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
