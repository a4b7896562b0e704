//! Placed boxes and edges as SVG.

use super::layers::{Edge, Graph, Kind, Node};
use super::place::Placed;
use super::{LINE, PADDING};
use ir::Function;
use std::fmt::Write;

/// Space around everything.
const MARGIN: f64 = 24.0;
/// Space for a function's title.
const TITLE: f64 = 34.0;
/// How far the line of a block's edge to itself goes out.
const LOOP: f64 = 22.0;

const STYLE: &str = "<style>\
text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1b1f24;white-space:pre}\
.title{font-size:15px;font-weight:bold}.head{font-weight:bold}.label{font-size:10px;fill:#57606a}\
.box{fill:#fff;stroke:#57606a}.cold{fill:#d9dce0;stroke:#8c959f}.dead{stroke-dasharray:3 3}\
path{fill:none;stroke-width:1.6}.back{stroke-width:2.4;stroke-dasharray:7 4}\
</style>";

/// Colours of edges, and the names of their arrow heads.
const COLOURS: [(&str, &str); 4] =
    [("true", "#1a7f37"), ("false", "#cf222e"), ("jump", "#57606a"), ("case", "#8250df")];

/// A picture being made.
#[derive(Default)]
pub(super) struct Picture {
    body: String,
    width: f64,
    bottom: f64,
}

/// Where an end of an edge meets its box.
#[derive(Clone, Copy)]
struct Port {
    x: f64,
    y: f64,
}

impl Picture {
    /// Adds a function below what is there.
    pub(super) fn function(&mut self, function: &Function, graph: &Graph, placed: &Placed) {
        let top = self.bottom + MARGIN + TITLE;
        let title = format!("func @{}{}", function.name, function.signature);
        let _ = writeln!(
            self.body,
            "<text class=\"title\" x=\"{MARGIN}\" y=\"{}\">{}</text>\n<g transform=\"translate({MARGIN} {top})\">",
            top - 14.0,
            escaped(&title)
        );
        for ((edge, lanes), ports) in graph.edges.iter().zip(&placed.lanes).zip(ports(graph, placed)) {
            self.edge(graph, placed, edge, ports, lanes);
        }
        for (node, at) in graph.nodes.iter().zip(&placed.boxes) {
            self.node(node, *at);
        }
        self.body += "</g>\n";
        let loops = graph.edges.iter().any(|edge| edge.from == edge.to);
        let title_width = title.chars().count() as f64 * 9.2;
        self.width = self.width.max(title_width).max(placed.width + if loops { LOOP } else { 0.0 });
        self.bottom = top + placed.height;
    }

    fn node(&mut self, node: &Node, (x, y): (f64, f64)) {
        let left = x - node.width / 2.0;
        let class = match (node.cold, node.reachable) {
            (true, _) => "box cold",
            (false, true) => "box",
            (false, false) => "box dead",
        };
        let (width, height) = (node.width, node.height);
        let _ = writeln!(
            self.body,
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"4\"/>"
        );
        for (i, line) in node.lines.iter().enumerate() {
            let class = if i == 0 { " class=\"head\"" } else { "" };
            let baseline = y + PADDING + (i as f64 + 0.8) * LINE;
            let indent = if i == 0 { 0.0 } else { PADDING };
            let _ = writeln!(
                self.body,
                "<text{class} x=\"{:.1}\" y=\"{baseline:.1}\">{}</text>",
                left + PADDING + indent,
                escaped(line)
            );
        }
    }

    fn edge(
        &mut self,
        graph: &Graph,
        placed: &Placed,
        edge: &Edge,
        (upper, lower): (Port, Port),
        lanes: &[(usize, f64)],
    ) {
        let path = if edge.from == edge.to {
            around(&graph.nodes[edge.from], placed.boxes[edge.from])
        } else {
            let mut path = format!("M{:.1} {:.1}", upper.x, upper.y);
            let mut at = upper;
            // Straight down beside the boxes of a layer, in a curve between layers.
            for (layer, x) in lanes {
                let (top, bottom) = placed.rows[*layer];
                path += &curve(at, Port { x: *x, y: top });
                at = Port { x: *x, y: bottom };
                let _ = write!(path, " L{x:.1} {bottom:.1}");
            }
            path + &curve(at, lower)
        };
        let (name, colour) = COLOURS[colour(edge.kind)];
        // A back-edge is drawn from its upper end, which is where it leads to.
        let (class, end) = match (edge.back, edge.from == edge.to) {
            (true, false) => (" class=\"back\"", "start"),
            (true, true) => (" class=\"back\"", "end"),
            _ => ("", "end"),
        };
        let _ = writeln!(
            self.body,
            "<path{class} stroke=\"{colour}\" marker-{end}=\"url(#{name})\" d=\"{path}\"/>"
        );
        let label = match edge.kind {
            Kind::Case(case) => case.to_string(),
            Kind::Default => "default".into(),
            _ => return,
        };
        // Where the edge leads to: there the labels of one switch are apart.
        let (at, dy) = if edge.back { (upper, 14.0) } else { (lower, -9.0) };
        let _ = writeln!(
            self.body,
            "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>",
            at.x + 4.0,
            at.y + dy
        );
    }

    /// The whole file.
    pub(super) fn finish(self) -> String {
        let (width, height) = (self.width + 2.0 * MARGIN, self.bottom + MARGIN + TITLE);
        let mut heads = String::new();
        for (name, colour) in COLOURS {
            let _ = write!(
                heads,
                "<marker id=\"{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
                 markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" \
                 style=\"fill:{colour};stroke:none\"/></marker>"
            );
        }
        let mut legend = String::new();
        let names = [("true", 0), ("false", 1), ("jump", 2), ("switch", 3)];
        for (i, (name, index)) in names.iter().enumerate() {
            let (x, y) = (MARGIN + 70.0 * i as f64, height - 16.0);
            let colour = COLOURS[*index].1;
            let _ = write!(
                legend,
                "<path stroke=\"{colour}\" d=\"M{x} {y}h22\"/><text class=\"label\" x=\"{}\" y=\"{}\">{name}</text>",
                x + 26.0,
                y + 4.0
            );
        }
        let x = MARGIN + 70.0 * names.len() as f64;
        let _ = write!(
            legend,
            "<path class=\"back\" stroke=\"#57606a\" d=\"M{x} {}h22\"/><text class=\"label\" x=\"{}\" y=\"{}\">back</text>",
            height - 16.0,
            x + 26.0,
            height - 12.0
        );
        let width = width.max(x + 70.0);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\">\n{STYLE}<defs>{heads}</defs>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#f6f8fa\"/>\n{}{legend}\n</svg>\n",
            self.body
        )
    }
}

fn colour(kind: Kind) -> usize {
    match kind {
        Kind::True => 0,
        Kind::False => 1,
        Kind::Jump => 2,
        Kind::Case(_) | Kind::Default => 3,
    }
}

/// A curve that starts and ends vertically.
fn curve(from: Port, to: Port) -> String {
    let middle = (from.y + to.y) / 2.0;
    format!(" C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}", from.x, to.x, to.x, to.y)
}

/// From the lower right corner of a box around its side to the upper one.
fn around(node: &Node, (x, y): (f64, f64)) -> String {
    let right = x + node.width / 2.0;
    let (low, high, out) = (y + node.height - 10.0, y + 10.0, right + LOOP);
    format!("M{right:.1} {low:.1} C{out:.1} {low:.1} {out:.1} {high:.1} {right:.1} {high:.1}")
}

/// Upper and lower end of every edge: spread along the sides of the boxes, in the order in which they go apart.
fn ports(graph: &Graph, placed: &Placed) -> Vec<(Port, Port)> {
    let ends = |edge: &Edge| if edge.back { (edge.to, edge.from) } else { (edge.from, edge.to) };
    let mut ports = vec![(Port { x: 0.0, y: 0.0 }, Port { x: 0.0, y: 0.0 }); graph.edges.len()];
    for (box_index, node) in graph.nodes.iter().enumerate() {
        for below in [true, false] {
            // Edges at this side, with the column they come from or go to.
            let mut here: Vec<(usize, f64)> = Vec::new();
            for (i, edge) in graph.edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
                let (upper, lower) = ends(edge);
                let lanes = &placed.lanes[i];
                if below && upper == box_index {
                    here.push((i, lanes.first().map_or(placed.boxes[lower].0, |lane| lane.1)));
                } else if !below && lower == box_index {
                    here.push((i, lanes.last().map_or(placed.boxes[upper].0, |lane| lane.1)));
                }
            }
            here.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            let (x, y) = placed.boxes[box_index];
            let step = (node.width * 0.8 / here.len().max(1) as f64).min(36.0);
            let first = x - step * (here.len().saturating_sub(1)) as f64 / 2.0;
            for (place, (i, _)) in here.iter().enumerate() {
                let port =
                    Port { x: first + step * place as f64, y: if below { y + node.height } else { y } };
                if below { ports[*i].0 = port } else { ports[*i].1 = port }
            }
        }
    }
    ports
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
