//! Running one program in every way that is asked for, and comparing.

use crate::engine::{End, Engine, Leg, Program};
use crate::node::Node;
use crate::program::{Config, program};
use crate::regexps::regexps;
use crate::tree::Tree;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

/// What seeds stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    /// Programs that use the language
    Programs,
    /// Regular expressions with strings
    Regexps,
    /// The same programs, in optimized code of which one guard after the other leaves
    Guards,
}

impl Work {
    /// The program of a seed.
    pub fn tree(self, seed: u64) -> Tree {
        match self {
            Work::Programs | Work::Guards => program(seed, Config::varied(seed)),
            Work::Regexps => regexps(seed),
        }
    }
}

/// One of those that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Our engine.
    Ours(Leg),
    /// Node.
    Node,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Side::Ours(leg) => f.write_str(leg.name()),
            Side::Node => f.write_str("node"),
        }
    }
}

/// What is wrong with a program's execution.
#[derive(Clone, Debug)]
pub enum Difference {
    /// Two sides print something else: what, from the first line that differs.
    Output {
        /// The side that is taken to be right.
        right: Side,
        /// The other one.
        wrong: Leg,
        /// What the first prints.
        expected: String,
        /// What the other one prints.
        printed: String,
    },
    /// One of ours did not come to an end by itself.
    Stopped(Leg, String),
    /// One of ours panicked.
    Panic(Leg, String),
}

impl Difference {
    /// Whether it is of the same kind, so that a smaller program still shows the same.
    pub fn is_like(&self, other: &Difference) -> bool {
        match (self, other) {
            (Difference::Output { right, wrong, .. }, Difference::Output { right: r, wrong: w, .. }) => {
                right == r && wrong.name() == w.name()
            }
            (Difference::Stopped(a, _), Difference::Stopped(b, _)) => a.name() == b.name(),
            // The text has the place, which says which mistake it is.
            (Difference::Panic(a, text), Difference::Panic(b, other)) => {
                a.name() == b.name() && text == other
            }
            _ => false,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Output { right, wrong, expected, printed } => {
                write!(
                    f,
                    "{wrong} differs from {right}\n  {right}: {expected}\n  {wrong}: {printed}",
                    wrong = wrong.name()
                )
            }
            Difference::Stopped(leg, why) => write!(f, "{} stopped: {why}", leg.name()),
            Difference::Panic(leg, text) => write!(f, "{} panicked: {text}", leg.name()),
        }
    }
}

/// The first line that is not the same.
fn first_difference(expected: &str, printed: &str) -> (String, String) {
    let (mut a, mut b) = (expected.lines(), printed.lines());
    loop {
        match (a.next(), b.next()) {
            (x, y) if x == y && x.is_some() => {}
            (x, y) => return (x.unwrap_or("(end)").to_owned(), y.unwrap_or("(end)").to_owned()),
        }
    }
}

/// Which ways a program is run in besides the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// [`Leg::Collecting`]
    pub collecting: bool,
    /// [`Leg::Stress`]
    pub stress: bool,
    /// [`Leg::Baseline`]
    pub baseline: bool,
    /// [`Leg::Warm`]
    pub warm: bool,
    /// [`Leg::Optimized`]
    pub optimized: bool,
    /// [`Leg::Learned`]
    pub learned: bool,
    /// [`Leg::Forced`]
    pub forced: bool,
    /// [`Leg::Turn`], with one number after the other.
    pub turns: bool,
    /// Node, if there is one.
    pub node: bool,
}

impl Ways {
    /// All.
    pub const ALL: Ways = Ways {
        collecting: true,
        stress: true,
        baseline: true,
        warm: true,
        optimized: true,
        learned: true,
        forced: true,
        turns: true,
        node: true,
    };

    /// Those of a seed: with node to compare with, garbage is collected seldom. Collecting at every allocation takes very long, as does
    /// optimizing every function of which nothing is known yet.
    fn of(work: Work, seed: u64, node: bool) -> Ways {
        if work == Work::Guards {
            return Ways { turns: true, ..Ways::NONE };
        }
        Ways {
            collecting: !node || seed.is_multiple_of(16),
            stress: !node && seed.is_multiple_of(1024),
            baseline: true,
            warm: seed.is_multiple_of(4),
            optimized: seed % 16 == 8,
            learned: true,
            forced: !seed.is_multiple_of(2),
            turns: false,
            node,
        }
    }
}

impl Ways {
    /// None: what the first says is all.
    pub(crate) const NONE: Ways = Ways {
        collecting: false,
        stress: false,
        baseline: false,
        warm: false,
        optimized: false,
        learned: false,
        forced: false,
        turns: false,
        node: false,
    };

    /// Our own.
    fn legs(self) -> impl Iterator<Item = Leg> {
        let legs = [
            (Leg::Baseline, self.baseline),
            (Leg::Warm, self.warm),
            (Leg::Optimized, self.optimized),
            (Leg::Learned, self.learned),
            (Leg::Forced, self.forced),
            (Leg::Collecting, self.collecting),
            (Leg::Stress, self.stress),
        ];
        legs.into_iter().filter_map(|(leg, wanted)| wanted.then_some(leg))
    }
}

/// Runs programs and compares.
pub struct Checker {
    engines: BTreeMap<Leg, Engine>,
    node: Option<Node>,
    patience: Duration,
    /// How often what was done.
    pub counts: BTreeMap<&'static str, u64>,
}

impl Checker {
    /// A checker, with node if its program is given.
    pub fn new(node: Option<&Path>) -> Checker {
        let engines = Leg::ALL.into_iter().map(|leg| (leg, Engine::new(leg))).collect();
        Checker {
            engines,
            node: node.map(Node::new),
            patience: crate::engine::PATIENCE,
            counts: BTreeMap::new(),
        }
    }

    /// Has programs end after this time; node gets twice as much.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
        self.engines.values_mut().for_each(|engine| engine.patience = patience);
        if let Some(node) = &mut self.node {
            node.patience = patience * 2;
        }
    }

    /// Runs the program of a seed.
    ///
    /// # Errors
    /// Node cannot be started.
    pub fn check_seed(&mut self, work: Work, text: &str, seed: u64) -> io::Result<Option<Difference>> {
        self.check(text, Ways::of(work, seed, self.node.is_some()))
    }

    /// Runs a program; what is wrong, if anything.
    ///
    /// # Errors
    /// Node cannot be started.
    pub fn check(&mut self, text: &str, ways: Ways) -> io::Result<Option<Difference>> {
        let mut node = self.node.as_mut().filter(|_| ways.node);
        // Both work at the same time.
        if let Some(node) = &mut node {
            node.begin(text)?;
        }
        let program = Program::new(text);
        let first = run(&mut self.engines, &mut self.counts, Leg::Plain, &program);
        let right = match node.map(Node::answer) {
            None => None,
            Some(Some(output)) => {
                *self.counts.entry("programs in node").or_default() += 1;
                Some(output)
            }
            Some(None) => {
                *self.counts.entry("programs that node gave up").or_default() += 1;
                return Ok(None);
            }
        };
        let output = match first {
            Ok(output) => output,
            Err(difference) => return Ok(Some(difference)),
        };
        if let Some(right) = right.filter(|right| *right != output) {
            return Ok(Some(differ(Side::Node, Leg::Plain, &right, &output)));
        }
        for leg in ways.legs() {
            match run(&mut self.engines, &mut self.counts, leg, &program) {
                Ok(same) if same == output => {}
                Ok(other) => return Ok(Some(differ(Side::Ours(Leg::Plain), leg, &output, &other))),
                // Collecting takes its time.
                Err(Difference::Stopped(..)) if leg == Leg::Stress => {}
                Err(difference) => return Ok(Some(difference)),
            }
        }
        Ok(if ways.turns { self.turns(&program, &output) } else { None })
    }

    /// Has one guard after the other leave, the first that are executed each and then ever fewer, until there are no more.
    fn turns(&mut self, program: &Program<'_>, output: &str) -> Option<Difference> {
        // Without any that leaves there are those that do not hold.
        let (mut usual, mut idle) = (None, 0);
        let mut number = u32::MAX;
        while idle < 2 {
            let leg = Leg::Turn(number);
            *self.counts.entry(leg.name()).or_default() += 1;
            let mut engine = Engine::new(leg);
            engine.patience = self.patience;
            match engine.run(program) {
                End::Output(same) if same == output => {}
                End::Output(other) => return Some(differ(Side::Ours(Leg::Plain), leg, output, &other)),
                End::Stopped(why) => return Some(Difference::Stopped(leg, why)),
                End::Panic(text) => return Some(Difference::Panic(leg, text)),
            }
            let usual = *usual.get_or_insert(engine.exits());
            idle = if engine.exits() <= usual && number != u32::MAX { idle + 1 } else { 0 };
            number = if number == u32::MAX { 0 } else { number + 1 + number / EACH };
            if number > MOST_TURNS {
                break;
            }
        }
        None
    }
}

/// Guards that are forced are among so many that are executed after optimized code is entered.
const MOST_TURNS: u32 = 2_000;
/// Of so many, each one is.
const EACH: u32 = 24;

fn differ(right: Side, wrong: Leg, expected: &str, printed: &str) -> Difference {
    let (expected, printed) = first_difference(expected, printed);
    Difference::Output { right, wrong, expected, printed }
}

fn run(
    engines: &mut BTreeMap<Leg, Engine>,
    counts: &mut BTreeMap<&'static str, u64>,
    leg: Leg,
    program: &Program<'_>,
) -> Result<String, Difference> {
    *counts.entry(leg.name()).or_default() += 1;
    let engine = engines.entry(leg).or_insert_with(|| Engine::new(leg));
    match engine.run(program) {
        End::Output(output) => Ok(output),
        End::Stopped(why) => Err(Difference::Stopped(leg, why)),
        End::Panic(text) => Err(Difference::Panic(leg, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::on_large_stack;

    /// Reduced programs that something was wrong with.
    const FAILED: [&str; 1] = [include_str!("failed/slots_of_callers.js")];

    #[test]
    fn what_failed_once_does_not_any_more() {
        let ways = Ways { learned: true, warm: true, forced: true, ..Ways::NONE };
        let found = on_large_stack(|| {
            let mut checker = Checker::new(None);
            FAILED.map(|text| checker.check(text, ways).ok().flatten().map(|found| found.to_string()))
        });
        assert_eq!(found.ok(), Some([None]));
    }
}
