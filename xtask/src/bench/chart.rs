//! Draws times as bars.

use super::measure::{Engine, Row};
use super::table::Ratios;
use std::fmt::Write;

const LEFT: f64 = 90.0;
/// Of the longest bar.
const WIDTH: f64 = 560.0;
const RIGHT: f64 = 230.0;
const TOP: f64 = 60.0;
/// Of one bar.
const HEIGHT: f64 = 13.0;
/// Between programs.
const GAP: f64 = 12.0;
/// Of engines, in their order; they can be told apart in grey, too.
const COLOURS: [&str; 5] = ["#b8c4d6", "#8a9bb5", "#1f6f8b", "#e07a3f", "#444444"];

/// An SVG file: for each program a bar for each engine, with seconds, and with ratios beside ours.
pub(super) fn svg(title: &str, engines: &[Engine], rows: &[Row], ratios: &[Ratios<'_>]) -> String {
    let times = rows.iter().flat_map(|row| &row.times).flatten();
    let longest = times.map(|times| times.best).fold(f64::MIN_POSITIVE, f64::max);
    let bars = rows.iter().flat_map(|row| &row.times).flatten().count();
    let height = TOP + bars as f64 * HEIGHT + rows.len() as f64 * GAP + 10.0;
    let width = LEFT + WIDTH + RIGHT;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    text(&mut out, (10.0, 20.0), "start", title);
    legend(&mut out, engines);
    let mut y = TOP;
    for (number, row) in rows.iter().enumerate() {
        text(&mut out, (LEFT - 8.0, y + HEIGHT - 3.0), "end", &row.name);
        for (place, (engine, times)) in engines.iter().zip(&row.times).enumerate() {
            let Some(times) = times else { continue };
            let length = times.best / longest * WIDTH;
            rectangle(&mut out, (LEFT, y, length), place);
            let label = format!("{:.3} s{}", times.best, beside(engine, number, ratios));
            text(&mut out, (LEFT + length + 5.0, y + HEIGHT - 3.0), "start", &label);
            y += HEIGHT;
        }
        y += GAP;
    }
    out.push_str("</svg>\n");
    out
}

/// The ratios that an engine has in one program.
fn beside(engine: &Engine, program: usize, ratios: &[Ratios<'_>]) -> String {
    let own = ratios.iter().filter(|ratio| ratio.of.ours == engine.name);
    own.filter_map(|ratio| Some(format!(", {:.2} × {}", ratio.each[program]?, ratio.of.peer))).collect()
}

fn legend(out: &mut String, engines: &[Engine]) {
    let mut x = LEFT;
    for (place, engine) in engines.iter().enumerate() {
        rectangle(out, (x, 32.0, 11.0), place);
        text(out, (x + 16.0, 42.0), "start", engine.name);
        x += 40.0 + 7.0 * engine.name.len() as f64;
    }
}

fn rectangle(out: &mut String, (x, y, width): (f64, f64, f64), colour: usize) {
    let (colour, height) = (COLOURS[colour % COLOURS.len()], HEIGHT - 2.0);
    let _ = writeln!(
        out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{colour}\"/>"
    );
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>");
}

#[cfg(test)]
mod tests {
    use super::super::measure::{Engine, Input, Row, Times};
    use super::super::table::{Comparison, Ratios};
    use super::svg;

    #[test]
    fn bars_are_as_long_as_their_times() {
        let engine = |name| Engine { name, command: Vec::new(), input: Input::File("x"), may_fail: false };
        let engines = [engine("peer"), engine("ours")];
        let times = [2.0, 1.0].map(|best| Some(Times { best, median: best }));
        let rows = [Row { name: "a".into(), times: times.into() }];
        let bar = Comparison { ours: "ours", peer: "peer", mean: 1.5, worst: None };
        let ratios = [Ratios::new(&bar, &engines, &rows).unwrap()];
        let drawn = svg("a & b", &engines, &rows, &ratios);
        for part in ["a &amp; b", "width=\"560.0\"", "width=\"280.0\"", ">2.000 s<", ">1.000 s, 0.50 × peer<"]
        {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
    }
}
