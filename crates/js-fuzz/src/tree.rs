//! Text with the structure that making it smaller needs: which parts may go, and what may stand in their place.

use std::ops::Range;

/// What may happen to a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It stays as it is; its parts may change.
    Group,
    /// It may go, or be replaced by a statement in it.
    Statement,
    /// It may be replaced by a literal, or by an expression in it.
    Expression,
    /// It may go: an element of a list, with its comma.
    Item,
    /// A part of a regular expression: it may go, or be replaced by one in it.
    Pattern,
}

impl Kind {
    /// Texts that may stand in its place, the best first.
    fn substitutes(self) -> &'static [&'static str] {
        match self {
            Kind::Group => &[],
            Kind::Statement | Kind::Item => &[""],
            Kind::Expression => &["0", "undefined", "\"\"", "[]", "{}"],
            Kind::Pattern => &["", "a"],
        }
    }

    /// Whether a part in it may stand in its place.
    fn gives_way_to(self, inner: Kind) -> bool {
        self == inner && matches!(self, Kind::Statement | Kind::Expression | Kind::Pattern)
    }
}

#[derive(Clone, Debug)]
enum Part {
    Text(Range<usize>),
    Node(usize),
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    parts: Vec<Part>,
}

/// A text in parts.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    text: String,
}

/// Writes a text and says which parts it has.
#[derive(Debug)]
pub struct Builder {
    tree: Tree,
    open: Vec<usize>,
}

impl Default for Builder {
    fn default() -> Builder {
        let root = Node { kind: Kind::Group, parts: Vec::new() };
        Builder { tree: Tree { nodes: vec![root], text: String::new() }, open: vec![0] }
    }
}

impl Builder {
    /// Writes text.
    pub fn write(&mut self, text: &str) {
        let start = self.tree.text.len();
        self.tree.text.push_str(text);
        let end = self.tree.text.len();
        let parts = self.parts();
        match parts.last_mut() {
            Some(Part::Text(range)) if range.end == start => range.end = end,
            _ => parts.push(Part::Text(start..end)),
        }
    }

    fn parts(&mut self) -> &mut Vec<Part> {
        let open = self.open.last().copied().unwrap_or(0);
        &mut self.tree.nodes[open].parts
    }

    /// Begins a part.
    pub fn open(&mut self, kind: Kind) {
        let node = self.tree.nodes.len();
        self.parts().push(Part::Node(node));
        self.tree.nodes.push(Node { kind, parts: Vec::new() });
        self.open.push(node);
    }

    /// Ends the part that began last.
    pub fn close(&mut self) {
        if self.open.len() > 1 {
            self.open.pop();
        }
    }

    /// What was written.
    pub fn finish(self) -> Tree {
        self.tree
    }
}

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    /// This stands in its place.
    Text(&'static str),
    /// This part stands in its place.
    Node(usize),
}

impl Tree {
    /// The whole text.
    pub fn text(&self) -> String {
        self.text.clone()
    }

    /// Makes the text smaller while `still` holds for it; `still` says so for the whole text. Ends early when `over`.
    pub fn reduce(&self, still: &mut dyn FnMut(&str) -> bool, over: &mut dyn FnMut() -> bool) -> String {
        let fates = vec![Fate::Kept; self.nodes.len()];
        let mut reducer = Reducer { tree: self, fates, still, over };
        while reducer.round() {}
        reducer.print()
    }

    fn print(&self, node: usize, fates: &[Fate], out: &mut String) {
        match fates[node] {
            Fate::Text(text) => out.push_str(text),
            Fate::Node(inner) => self.print(inner, fates, out),
            Fate::Kept => {
                for part in &self.nodes[node].parts {
                    match part {
                        Part::Text(range) => out.push_str(&self.text[range.clone()]),
                        Part::Node(node) => self.print(*node, fates, out),
                    }
                }
            }
        }
    }

    /// The parts that are printed, outer ones first; those of `from` only.
    fn visible(&self, from: usize, fates: &[Fate], out: &mut Vec<usize>) {
        match fates[from] {
            Fate::Text(_) => {}
            Fate::Node(inner) => self.visible(inner, fates, out),
            Fate::Kept => {
                out.push(from);
                for part in &self.nodes[from].parts {
                    if let Part::Node(node) = part {
                        self.visible(*node, fates, out);
                    }
                }
            }
        }
    }
}

struct Reducer<'a> {
    tree: &'a Tree,
    fates: Vec<Fate>,
    still: &'a mut dyn FnMut(&str) -> bool,
    over: &'a mut dyn FnMut() -> bool,
}

impl Reducer<'_> {
    fn print(&self) -> String {
        let mut out = String::new();
        self.tree.print(0, &self.fates, &mut out);
        out
    }

    /// Takes over some changes if it still holds with them.
    fn attempt(&mut self, changes: &[(usize, Fate)]) -> bool {
        let before: Vec<_> = changes.iter().map(|(node, _)| (*node, self.fates[*node])).collect();
        changes.iter().for_each(|(node, fate)| self.fates[*node] = *fate);
        let text = self.print();
        let holds = (self.still)(&text);
        if !holds {
            before.iter().for_each(|(node, fate)| self.fates[*node] = *fate);
        }
        holds
    }

    /// One pass over everything; whether anything became smaller.
    fn round(&mut self) -> bool {
        let before = self.fates.clone();
        self.drop_many();
        self.replace_each();
        before != self.fates && !(self.over)()
    }

    /// Statements and elements: many at a time first.
    fn drop_many(&mut self) {
        let mut visible = Vec::new();
        self.tree.visible(0, &self.fates, &mut visible);
        let kind = |node: usize| self.tree.nodes[node].kind;
        visible.retain(|node| matches!(kind(*node), Kind::Statement | Kind::Item | Kind::Pattern));
        let mut size = visible.len().next_power_of_two() / 2;
        while size > 0 {
            for chunk in visible.chunks(size) {
                if (self.over)() {
                    return;
                }
                let changes: Vec<_> = chunk
                    .iter()
                    .filter(|node| self.fates[**node] == Fate::Kept)
                    .map(|node| (*node, Fate::Text("")))
                    .collect();
                if !changes.is_empty() {
                    self.attempt(&changes);
                }
            }
            size /= 2;
        }
    }

    /// Every part in turn: a shorter text, or a part of it.
    fn replace_each(&mut self) {
        let mut at = 0;
        loop {
            let mut visible = Vec::new();
            self.tree.visible(0, &self.fates, &mut visible);
            let Some(node) = visible.get(at).copied() else { return };
            at += 1;
            if (self.over)() {
                return;
            }
            self.replace(node);
        }
    }

    fn replace(&mut self, node: usize) {
        let kind = self.tree.nodes[node].kind;
        let mut text = String::new();
        self.tree.print(node, &self.fates, &mut text);
        for substitute in kind.substitutes() {
            if text.len() > substitute.len() && self.attempt(&[(node, Fate::Text(substitute))]) {
                return;
            }
        }
        let mut inner = Vec::new();
        self.tree.visible(node, &self.fates, &mut inner);
        inner.retain(|other| *other != node && kind.gives_way_to(self.tree.nodes[*other].kind));
        for other in inner {
            if self.attempt(&[(node, Fate::Node(other))]) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Builder, Kind};

    #[test]
    fn what_does_not_matter_goes() {
        let mut builder = Builder::default();
        for number in 0..20 {
            builder.open(Kind::Statement);
            builder.write("if (1) { ");
            builder.open(Kind::Statement);
            builder.write("f(");
            builder.open(Kind::Expression);
            builder.write(&format!("g({number})"));
            builder.close();
            builder.write("); ");
            builder.close();
            builder.write("} ");
            builder.close();
        }
        let tree = builder.finish();
        assert!(tree.text().contains("if (1) { f(g(0)); } if (1) { f(g(1)); } "));
        let reduced = tree.reduce(&mut |text| text.contains("g(7)"), &mut || false);
        assert_eq!(reduced, "f(g(7)); ");
        let reduced = tree.reduce(&mut |text| text.matches("f(").count() >= 2, &mut || false);
        assert_eq!(reduced.matches("f(").count(), 2);
        assert!(!reduced.contains('g') && !reduced.contains("if"), "{reduced}");
    }
}
