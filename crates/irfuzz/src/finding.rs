//! Findings as files: a program that a leg ran wrong, reduced, with a head that says which.
//!
//! ```text
//! ; irfuzz seed 4711 leg host-optimized
//! ```

use crate::case::{Case, Unfit};
use crate::leg::Leg;
use std::fmt;

/// A program and the leg that ran it wrong.
#[derive(Debug)]
pub struct Finding {
    /// The program.
    pub case: Case,
    /// The leg.
    pub leg: Leg,
}

/// Why a file is no finding.
#[derive(Debug)]
pub enum Malformed {
    /// The first line does not say which seed and leg.
    Head,
    /// There is no such leg.
    Leg(String),
    /// The rest is no module.
    Text(String),
    /// The module cannot be run.
    Unfit(Unfit),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Head => f.write_str("the first line is not `; irfuzz seed N leg NAME`"),
            Malformed::Leg(name) => write!(f, "there is no leg `{name}`"),
            Malformed::Text(errors) => f.write_str(errors),
            Malformed::Unfit(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for Malformed {}

impl Finding {
    /// The file's text.
    pub fn text(&self) -> String {
        let module = ir::text::print(self.case.module());
        format!("; irfuzz seed {} leg {}\n{module}", self.case.setup.seed, self.leg)
    }

    /// From a file's text.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Finding, Malformed> {
        let head = text.lines().next().and_then(|line| line.strip_prefix("; irfuzz seed "));
        let (seed, leg) = head.and_then(|rest| rest.split_once(" leg ")).ok_or(Malformed::Head)?;
        let seed = seed.parse().map_err(|_| Malformed::Head)?;
        let leg = Leg::from_name(leg.trim()).ok_or_else(|| Malformed::Leg(leg.trim().to_owned()))?;
        let module = ir::text::parse(text).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Malformed::Text(lines.join("\n"))
        })?;
        let case = Case::reduced(seed, module).map_err(Malformed::Unfit)?;
        Ok(Finding { case, leg })
    }
}
