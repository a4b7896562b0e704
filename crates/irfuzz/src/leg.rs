//! Ways to run a program.

use codegen::{Calls, OptLevel, Options};
use std::fmt;

/// What executes compiled code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Machine {
    /// The machine this runs on.
    Host,
    /// ARM64, in a runner process.
    Arm64,
}

/// A way to run a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Leg {
    /// One pass, by its place among all passes; run in the interpreter, guards forced to fail too.
    Pass(usize),
    /// All passes; run in the interpreter, guards forced to fail too.
    Pipeline,
    /// All passes, and again on what they left.
    Twice,
    /// Compiled.
    Compiled {
        /// For which machine.
        machine: Machine,
        /// All passes ran before.
        optimized: bool,
        /// Compiled so that guards can be forced to fail, and some are.
        forced: bool,
    },
}

impl Leg {
    /// The legs of a seed's program. Passes run for every one, and so does optimized code of each machine; what else is
    /// compiled takes turns.
    pub fn plan(seed: u64, machines: &[Machine]) -> Vec<Leg> {
        let mut legs: Vec<Leg> = (0..ir::passes::ALL.len()).map(Leg::Pass).collect();
        legs.push(Leg::Pipeline);
        if seed.is_multiple_of(4) {
            legs.push(Leg::Twice);
        }
        for machine in machines.iter().copied() {
            let compiled = |optimized, forced| Leg::Compiled { machine, optimized, forced };
            legs.extend(match (machine, seed % 5) {
                (Machine::Host, 0) => vec![compiled(true, false), compiled(false, false)],
                (Machine::Host, 1) => vec![compiled(true, false), compiled(false, true)],
                (Machine::Host, 2) => vec![compiled(true, false), compiled(true, true)],
                (Machine::Host, _) => vec![compiled(false, true), compiled(true, true)],
                (Machine::Arm64, 0) => vec![compiled(true, false)],
                (Machine::Arm64, 1 | 3) => vec![compiled(false, true)],
                (Machine::Arm64, _) => vec![compiled(true, true)],
            });
        }
        legs
    }

    /// Every leg there is.
    pub fn all() -> Vec<Leg> {
        let mut legs: Vec<Leg> = (0..ir::passes::ALL.len()).map(Leg::Pass).collect();
        legs.extend([Leg::Pipeline, Leg::Twice]);
        for machine in [Machine::Host, Machine::Arm64] {
            for optimized in [false, true] {
                legs.extend([false, true].map(|forced| Leg::Compiled { machine, optimized, forced }));
            }
        }
        legs
    }

    /// The leg with this name.
    pub fn from_name(name: &str) -> Option<Leg> {
        Leg::all().into_iter().find(|leg| leg.to_string() == name)
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leg::Pass(index) => {
                write!(f, "pass-{}", ir::passes::ALL.get(*index).map_or("?", |pass| pass.name))
            }
            Leg::Pipeline => f.write_str("passes"),
            Leg::Twice => f.write_str("passes-twice"),
            Leg::Compiled { machine, optimized, forced } => {
                f.write_str(match machine {
                    Machine::Host => "host",
                    Machine::Arm64 => "arm64",
                })?;
                f.write_str(if *optimized { "-optimized" } else { "-plain" })?;
                f.write_str(if *forced { "-forced" } else { "" })
            }
        }
    }
}

/// How a seed's program is optimized: every second one is inlined as far as it goes, and one in four without the passes that
/// prove most guards of random programs superfluous.
pub(crate) fn pass_options(seed: u64) -> ir::passes::Options {
    let mut usual = ir::passes::Options { verify: true, ..Default::default() };
    if seed % 8 >= 6 {
        usual.disabled.extend(["range", "fold", "gvn"].map(str::to_owned));
    }
    if seed.is_multiple_of(2) {
        return usual;
    }
    ir::passes::Options { inline_size: 400, inline_budget: 4000, ..usual }
}

/// How a seed's program is compiled: every combination for every seed would take longer than it finds.
pub(crate) fn codegen_options(seed: u64, forced: bool) -> Options {
    let opt = if seed % 16 < 12 { OptLevel::Speed } else { OptLevel::None };
    let calls = if seed % 8 < 4 { Calls::Direct } else { Calls::ThroughPointers };
    Options { opt, calls, force_guards: forced, ..Options::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for leg in Leg::all() {
            assert_eq!(Leg::from_name(&leg.to_string()), Some(leg));
        }
        assert_eq!(Leg::from_name("pass-"), None);
    }

    #[test]
    fn every_leg_has_its_turn() {
        let machines = [Machine::Host, Machine::Arm64];
        let planned: std::collections::BTreeSet<Leg> =
            (0..20).flat_map(|seed| Leg::plan(seed, &machines)).collect();
        let never = Leg::Compiled { machine: Machine::Arm64, optimized: false, forced: false };
        for leg in Leg::all() {
            assert_eq!(planned.contains(&leg), leg != never, "{leg}: forced code covers it");
        }
    }
}
