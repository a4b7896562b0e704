//! Control-flow graphs as pictures: blocks as boxes of instructions, edges by kind.

mod draw;
mod layers;
mod place;

use ir::{Func, Module};

/// One picture of the functions, one below the other.
pub(crate) fn svg(module: &Module, functions: &[Func]) -> String {
    let mut picture = draw::Picture::default();
    for func in functions {
        let function = &module.functions[*func];
        let graph = layers::Graph::of(module, function);
        let placed = place::place(&graph);
        picture.function(function, &graph, &placed);
    }
    picture.finish()
}

/// How wide a character of the pictures' font is, in units of the picture.
const CHARACTER: f64 = 7.25;
/// How far lines are apart.
const LINE: f64 = 15.0;
/// Space between the text of a box and its border.
const PADDING: f64 = 8.0;
