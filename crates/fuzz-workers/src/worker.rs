//! A worker: runs programs one after the other, and says on standard output which, so that whoever started it knows what it
//! died of. Lines: `start SEED`, `finding SEED WHAT`, `count NUMBER WHAT`, `end`.

use std::fmt::Display;
use std::io::{self, Write};

/// Runs the program of one seed after the other.
pub trait Worker {
    /// Programs between two reports of what was counted.
    const REPORT: u64;

    /// Runs a seed's program. What is wrong with it in the words, on one line, in which the coordinator gets to know it;
    /// `None` when nothing is.
    ///
    /// # Errors
    /// What ends the worker: it is no finding.
    fn check_seed(&mut self, seed: u64) -> io::Result<Option<String>>;

    /// How often what was done since it was last asked.
    fn counts(&mut self) -> impl IntoIterator<Item = (impl Display, u64)>;
}

// What it is made of is said on command lines that only the coordinator writes: they have no help.
/// Some of the seeds.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Share {
    // The first one.
    #[arg(long)]
    from: u64,
    // Distance from one to the next.
    #[arg(long)]
    step: u64,
    // How many.
    #[arg(long)]
    count: u64,
}

impl Share {
    pub(crate) fn new(from: u64, step: u64, count: u64) -> Share {
        Share { from, step, count }
    }

    /// The command line that says so.
    pub(crate) fn arguments(&self) -> [String; 6] {
        let [from, step, count] = [self.from, self.step, self.count].map(|number| number.to_string());
        ["--from".into(), from, "--step".into(), step, "--count".into(), count]
    }

    /// Runs a share of programs.
    ///
    /// # Errors
    /// When nobody reads what it says, and those of the worker.
    pub fn work(self, worker: &mut impl Worker) -> io::Result<()> {
        self.work_into(&mut io::stdout().lock(), worker)
    }

    fn work_into<W: Worker>(self, out: &mut impl Write, worker: &mut W) -> io::Result<()> {
        for number in 0..self.count {
            let seed = self.from + number * self.step;
            writeln!(out, "start {seed}")?;
            out.flush()?;
            if let Some(finding) = worker.check_seed(seed)? {
                writeln!(out, "finding {seed} {finding}")?;
            }
            if number % W::REPORT == W::REPORT - 1 {
                report(out, worker)?;
            }
        }
        report(out, worker)?;
        writeln!(out, "end")?;
        out.flush()
    }
}

fn report(out: &mut impl Write, worker: &mut impl Worker) -> io::Result<()> {
    for (what, count) in worker.counts() {
        writeln!(out, "count {count} {what}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Share, Worker};
    use std::io;

    /// Finds something wrong with seed 5.
    struct Five {
        checked: u64,
    }

    impl Worker for Five {
        const REPORT: u64 = 2;

        fn check_seed(&mut self, seed: u64) -> io::Result<Option<String>> {
            self.checked += 1;
            Ok((seed == 5).then(|| "is five".to_owned()))
        }

        fn counts(&mut self) -> impl IntoIterator<Item = (impl std::fmt::Display, u64)> {
            [("programs", std::mem::take(&mut self.checked))]
        }
    }

    #[test]
    fn says_what_it_is_at() {
        let mut out = Vec::new();
        Share::new(3, 2, 3).work_into(&mut out, &mut Five { checked: 0 }).expect("nothing fails");
        let lines = ["start 3", "start 5", "finding 5 is five", "count 2 programs", "start 7"];
        let lines = [&lines[..], &["count 1 programs", "end", ""]].concat().join("\n");
        assert_eq!(String::from_utf8_lossy(&out), lines);
    }
}
