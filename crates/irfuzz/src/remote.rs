//! The fuzzer's end of a runner process.

use crate::wire::{self, GREETING, Request, Seen};
use codegen::{Arch, Os, Target};
use std::fmt;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process that runs ARM64 code, started anew when it dies.
pub struct Remote {
    /// The emulator, when it needs one.
    emulator: Option<PathBuf>,
    program: PathBuf,
    target: Target,
    process: Option<Process>,
}

struct Process {
    child: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("program", &self.program).finish_non_exhaustive()
    }
}

impl Remote {
    /// A runner that is this program built for ARM64 Linux.
    pub fn new(program: &Path, emulator: Option<&Path>) -> Remote {
        let target = Target::new(Arch::Arm64, Os::Linux);
        Remote { emulator: emulator.map(Into::into), program: program.into(), target, process: None }
    }

    /// What to compile for.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Starts the process, unless it runs.
    ///
    /// # Errors
    /// When that fails, or it is not built from the same sources.
    pub fn greet(&mut self) -> Result<(), String> {
        if self.process.is_none() {
            self.process = Some(self.start()?);
        }
        Ok(())
    }

    /// Has a program run. An error is what the runner died of, or that it talks nonsense.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Vec<Seen>, String> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => self.start()?,
        };
        let answer = wire::send(&mut process.to, request).and_then(|()| wire::receive(&mut process.from));
        match answer {
            Ok(Some(answer)) => {
                self.process = Some(process);
                Ok(answer)
            }
            Ok(None) => Err(process.died("the runner died")),
            Err(error) => Err(process.died(&format!("the runner cannot be talked to ({error})"))),
        }
    }

    fn start(&self) -> Result<Process, String> {
        let mut command = match &self.emulator {
            Some(emulator) => {
                let mut command = Command::new(emulator);
                command.arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command.arg("runner").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("the runner cannot be started: {error}"))?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the runner has no pipes".into());
        };
        let mut process = Process { child, to: BufWriter::new(to), from: BufReader::new(from) };
        match wire::receive::<String>(&mut process.from) {
            Ok(Some(greeting)) if greeting == GREETING => Ok(process),
            _ => Err(process.died("the runner is not built from the same sources")),
        }
    }
}

impl Process {
    /// What became of it.
    fn died(mut self, what: &str) -> String {
        drop(self.to);
        match self.child.wait() {
            Ok(status) => format!("{what}: {status}"),
            Err(error) => format!("{what}: {error}"),
        }
    }
}
