//! The results as a table, and held against what they are to be.

use super::measure::{Engine, Row};
use std::fmt::Write;

/// One of our engines beside another one, and how much longer it may take.
pub(super) struct Comparison {
    pub(super) ours: &'static str,
    pub(super) peer: &'static str,
    /// The geometric mean, at most.
    pub(super) mean: f64,
    /// Every single program, at most.
    pub(super) worst: Option<f64>,
}

/// A comparison whose engines both ran: a ratio for each program.
pub(super) struct Ratios<'a> {
    pub(super) of: &'a Comparison,
    pub(super) each: Vec<Option<f64>>,
}

impl<'a> Ratios<'a> {
    /// None when one of the engines is not there.
    pub(super) fn new(of: &'a Comparison, engines: &[Engine], rows: &[Row]) -> Option<Ratios<'a>> {
        let place = |name| engines.iter().position(|engine| engine.name == name);
        let (ours, peer) = (place(of.ours)?, place(of.peer)?);
        let ratio = |row: &Row| Some(row.times[ours]?.best / row.times[peer]?.best);
        Some(Ratios { of, each: rows.iter().map(ratio).collect() }).filter(|all| all.mean().is_some())
    }

    fn present(&self) -> impl Iterator<Item = f64> + '_ {
        self.each.iter().flatten().copied()
    }

    /// The geometric mean; none without programs.
    fn mean(&self) -> Option<f64> {
        let count = self.present().count();
        (count > 0).then(|| (self.present().map(f64::ln).sum::<f64>() / count as f64).exp())
    }

    fn worst(&self) -> f64 {
        self.present().fold(0.0, f64::max)
    }

    fn title(&self) -> String {
        format!("{}/{}", self.of.ours, self.of.peer)
    }

    /// A line for each bar: what was measured, what is allowed, whether that is met.
    fn judge(&self) -> Vec<String> {
        let line = |what: &str, value: f64, bar: f64| {
            let verdict = if value <= bar { "met" } else { "missed" };
            format!("{} {what} {value:.2}, at most {bar:.2}: {verdict}", self.title())
        };
        let mean = self.mean().map(|mean| line("geometric mean", mean, self.of.mean));
        mean.into_iter().chain(self.of.worst.map(|bar| line("worst", self.worst(), bar))).collect()
    }
}

/// Seconds of every program in every engine, with the spread, and ratios.
pub(super) fn text(engines: &[Engine], rows: &[Row], ratios: &[Ratios<'_>]) -> String {
    let mut out = format!("{:<12}", "seconds");
    engines.iter().for_each(|engine| pad(&mut out, engine.name, SECONDS));
    ratios.iter().for_each(|ratio| pad(&mut out, &ratio.title(), width(ratio)));
    for (number, row) in rows.iter().enumerate() {
        let _ = write!(out, "\n{:<12}", row.name);
        for times in &row.times {
            let cell = times.map(|times| format!("{:.3} +{:.0}%", times.best, times.spread()));
            pad(&mut out, &cell.unwrap_or_default(), SECONDS);
        }
        for ratio in ratios {
            let cell = ratio.each[number].map(|value| format!("{value:.2}"));
            pad(&mut out, &cell.unwrap_or_default(), width(ratio));
        }
    }
    let means = ratios.iter().map(|ratio| ratio.mean().unwrap_or(f64::NAN)).collect();
    let worst = ratios.iter().map(Ratios::worst).collect();
    let footer: [(&str, Vec<f64>); 2] = [("mean", means), ("worst", worst)];
    for (what, values) in footer {
        let _ = write!(out, "\n{what:<12}{:1$}", "", SECONDS * engines.len());
        for (ratio, value) in ratios.iter().zip(values) {
            pad(&mut out, &format!("{value:.2}"), width(ratio));
        }
    }
    out.push('\n');
    ratios.iter().flat_map(Ratios::judge).for_each(|line| out.extend(["\n", &line]));
    out
}

/// Columns of a time.
const SECONDS: usize = 14;

fn width(ratio: &Ratios<'_>) -> usize {
    ratio.title().len() + 2
}

fn pad(out: &mut String, cell: &str, width: usize) {
    let _ = write!(out, "{cell:>width$}");
}

#[cfg(test)]
mod tests {
    use super::super::measure::{Engine, Input, Row, Times};
    use super::{Comparison, Ratios, text};

    fn engine(name: &'static str) -> Engine {
        Engine { name, command: Vec::new(), input: Input::File("x"), may_fail: false }
    }

    fn row(name: &str, times: [f64; 2]) -> Row {
        let times = times.map(|best| Some(Times { best, median: best * 1.5 }));
        Row { name: name.into(), times: times.into() }
    }

    const BARS: Comparison = Comparison { ours: "ours", peer: "peer", mean: 1.5, worst: Some(4.0) };

    #[test]
    fn ratios_are_judged() {
        let (engines, rows) =
            ([engine("peer"), engine("ours")], [row("a", [1.0, 0.5]), row("b", [1.0, 8.0])]);
        let ratios = [Ratios::new(&BARS, &engines, &rows).unwrap()];
        let expected = "\
seconds               peer          ours  ours/peer
a               1.000 +50%    0.500 +50%       0.50
b               1.000 +50%    8.000 +50%       8.00
mean                                           2.00
worst                                          8.00

ours/peer geometric mean 2.00, at most 1.50: missed
ours/peer worst 8.00, at most 4.00: missed";
        assert_eq!(text(&engines, &rows, &ratios), expected);
    }

    #[test]
    fn what_is_not_there_is_not_compared() {
        let rows = [row("a", [1.0, 0.5])];
        assert!(Ratios::new(&BARS, &[engine("peer"), engine("another")], &rows).is_none());
        let none = [Row { name: "a".into(), times: vec![None, None] }];
        assert!(Ratios::new(&BARS, &[engine("peer"), engine("ours")], &none).is_none());
    }
}
