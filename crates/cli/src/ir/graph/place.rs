//! Coordinates: the layout crate orders each layer and finds the columns, rows follow from the heights of the boxes.
//!
//! Edges that pass layers get a narrow stand-in on each of them, so that the crate keeps room for the line.

use super::layers::Graph;
use rust_sugiyama::configure::{Config, CrossingMinimization, RankingType};
use std::collections::HashMap;

/// Space between boxes of one layer.
const BESIDE: f64 = 28.0;
/// Space between layers, for the lines.
const BETWEEN: f64 = 46.0;
/// Width of the stand-in of a line.
const LANE: f64 = 10.0;
/// Largest graph, stand-ins included, for which the crate tries swaps to have fewer crossings: they are slow.
const SWAPS: usize = 400;

/// Where everything is.
pub(super) struct Placed {
    /// Middle of the upper side of each box.
    pub(super) boxes: Vec<(f64, f64)>,
    /// Columns of the stand-ins of each edge, by layer, from its upper to its lower end.
    pub(super) lanes: Vec<Vec<(usize, f64)>>,
    /// Upper and lower border of each layer.
    pub(super) rows: Vec<(f64, f64)>,
    /// Size of the whole.
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Finds coordinates.
pub(super) fn place(graph: &Graph) -> Placed {
    let mut sizes: Vec<(u32, (f64, f64))> =
        graph.nodes.iter().enumerate().map(|(i, node)| (i as u32, (node.width, 1.0))).collect();
    let mut links = Vec::new();
    let mut chains: Vec<Vec<(usize, u32)>> = Vec::new();
    for edge in &graph.edges {
        let (upper, lower) = if edge.back { (edge.to, edge.from) } else { (edge.from, edge.to) };
        let (top, bottom) = (graph.nodes[upper].layer, graph.nodes[lower].layer);
        let mut chain = Vec::new();
        let mut above = upper as u32;
        for layer in top + 1..bottom {
            let lane = sizes.len() as u32;
            sizes.push((lane, (LANE, 1.0)));
            links.push((above, lane));
            chain.push((layer, lane));
            above = lane;
        }
        if top < bottom {
            links.push((above, lower as u32));
        }
        chains.push(chain);
    }
    links.sort_unstable();
    links.dedup();
    let (columns, width) = columns(&sizes, &links);
    let rows = rows(graph);
    let column = |id: u32| columns.get(&(id as usize)).copied().unwrap_or_default();
    Placed {
        boxes: graph.nodes.iter().enumerate().map(|(i, n)| (column(i as u32), rows[n.layer].0)).collect(),
        lanes: chains
            .iter()
            .map(|chain| chain.iter().map(|(layer, lane)| (*layer, column(*lane))).collect())
            .collect(),
        height: rows.last().map_or(0.0, |row| row.1),
        rows,
        width,
    }
}

/// The middle of each vertex, from 0 on, and the width of the whole; parts that are not connected stand side by side.
fn columns(sizes: &[(u32, (f64, f64))], links: &[(u32, u32)]) -> (HashMap<usize, f64>, f64) {
    let config = Config {
        minimum_length: 1,
        vertex_spacing: BESIDE,
        dummy_vertices: true,
        dummy_size: 1.0,
        ranking_type: RankingType::Up,
        c_minimization: CrossingMinimization::Barycenter,
        transpose: sizes.len() <= SWAPS,
    };
    let half: Vec<f64> = sizes.iter().map(|(_, (width, _))| width / 2.0).collect();
    let (mut columns, mut right) = (HashMap::new(), 0.0);
    for (vertices, ..) in rust_sugiyama::from_vertices_and_edges(sizes, links, &config) {
        let known = vertices.into_iter().filter(|(id, _)| *id < half.len()).collect::<Vec<_>>();
        let left = known.iter().map(|(id, (x, _))| x - half[*id]).fold(f64::INFINITY, f64::min);
        let end = known.iter().map(|(id, (x, _))| x + half[*id]).fold(f64::NEG_INFINITY, f64::max);
        let shift = right - left;
        columns.extend(known.iter().map(|(id, (x, _))| (*id, x + shift)));
        right += end - left + BESIDE;
    }
    (columns, (right - BESIDE).max(0.0))
}

fn rows(graph: &Graph) -> Vec<(f64, f64)> {
    let mut heights = vec![0.0f64; graph.depth()];
    for node in &graph.nodes {
        heights[node.layer] = heights[node.layer].max(node.height);
    }
    let mut top = 0.0;
    let mut rows = Vec::new();
    for height in heights {
        rows.push((top, top + height));
        top += height + BETWEEN;
    }
    rows
}
