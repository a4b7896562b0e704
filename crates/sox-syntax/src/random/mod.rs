//! Random Sox programs for differential tests: the same seed gives the same program, and every program ends.
//!
//! They use what the language has (functions, closures, classes, defer, loops, switch, try, containers) and print much. Nearly
//! all operations get operands of the right type; what would fail stands in a `try`. A counter bounds the work: when it has run
//! out, loops are left and functions return. Numbers stay finite and strings short, so no result depends on how NaN is printed.

mod expressions;
mod rng;
mod statements;

use rng::Rng;
use std::fmt::Write;

/// How large programs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Rounds of loops and calls of functions, about.
    pub steps: u32,
    /// Statements at the top level.
    pub statements: u32,
    /// How deep statements and expressions nest.
    pub depth: u32,
}

impl Default for Config {
    fn default() -> Config {
        Config { steps: 2_000, statements: 24, depth: 3 }
    }
}

impl Config {
    /// Sizes that depend on the seed: many small programs and some large ones.
    pub fn varied(seed: u64) -> Config {
        let mut rng = Rng::new(!seed);
        Config { steps: 200 << rng.below(6), statements: 4 + rng.below(40), depth: 2 + rng.below(3) }
    }
}

/// A program.
pub fn program(seed: u64, config: &Config) -> String {
    let mut generator = Generator::new(seed, *config);
    generator.prelude();
    for _ in 0..config.statements {
        match generator.rng.below(8) {
            0 => generator.class(),
            1 | 2 => generator.function(),
            _ => generator.statement(),
        }
    }
    generator.finish();
    generator.out
}

/// What a variable holds, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Number,
    Text,
    Bool,
    /// Of numbers, never empty.
    Array,
    /// Of numbers.
    Table,
    /// From a number to a number.
    Closure,
    /// Of the class with that index.
    Instance(usize),
}

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    ty: Type,
    /// A loop counts with it: it is not assigned to.
    fixed: bool,
}

/// A function at the top level, from numbers to a number.
#[derive(Clone, Copy)]
struct Callable {
    parameters: u32,
    /// Of which so many have defaults.
    optional: u32,
}

struct Class {
    superclass: Option<usize>,
    /// Numbers of the names `m0`, `m1`, ...: its own methods.
    methods: Vec<u32>,
}

struct Generator {
    rng: Rng,
    config: Config,
    out: String,
    indent: usize,
    scopes: Vec<Vec<Variable>>,
    functions: Vec<Callable>,
    classes: Vec<Class>,
    /// Statements around the place.
    depth: u32,
    names: u32,
    /// Loops of the function around the place.
    loops: u32,
    /// Functions around the place.
    nested: u32,
}

impl Generator {
    fn new(seed: u64, config: Config) -> Generator {
        Generator {
            rng: Rng::new(seed),
            config,
            out: String::new(),
            indent: 0,
            scopes: vec![Vec::new()],
            functions: Vec::new(),
            classes: Vec::new(),
            depth: 0,
            names: 0,
            loops: 0,
            nested: 0,
        }
    }

    fn line(&mut self, text: &str) {
        self.out.extend(std::iter::repeat_n("    ", self.indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A statement that ends with a block: its head, its statements, what closes it.
    fn block(&mut self, head: &str, body: impl FnOnce(&mut Self), tail: &str) {
        self.line(&format!("{head} {{"));
        self.indent += 1;
        self.scopes.push(Vec::new());
        body(self);
        self.scopes.pop();
        self.indent -= 1;
        self.line(&format!("}}{tail}"));
    }

    fn prelude(&mut self) {
        let _ = writeln!(self.out, "var steps = {};", self.config.steps);
        self.out.push_str(
            "fn spent() { steps = steps - 1; return steps < 0 }\n\
             fn bound(x) { if x > 1000000 or x < -1000000 { return x % 1000 } return x }\n\
             fn clip(s) { if len(s) > 40 { return \"long\" } return s }\n\
             fn size(c) { if len(c) > 50 { return -1 } return len(c) }\n",
        );
    }

    /// Everything that can be seen at the end is printed.
    fn finish(&mut self) {
        for variable in self.scopes[0].clone() {
            match variable.ty {
                Type::Closure => self.line(&format!("print {}(3);", variable.name)),
                Type::Instance(_) => self.line(&format!("print {}.f;", variable.name)),
                _ => self.line(&format!("print {};", variable.name)),
            }
        }
        self.line("print \"done\";");
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    /// A name for a new variable: sometimes that of a variable of the same type further out.
    fn new_name(&mut self, ty: Type) -> String {
        let local = self.scopes.len() > 1;
        if local && self.rng.one_in(10) {
            let inner = self.scopes.len() - 1;
            let outer = self.scopes[..inner].iter().flatten().filter(|v| v.ty == ty && !v.fixed);
            let names: Vec<String> = outer.map(|v| v.name.clone()).collect();
            let taken = |name: &String| self.scopes[inner].iter().any(|v| v.name == *name);
            if let Some(name) = self.rng.pick(&names).filter(|name| !taken(name)) {
                return name.clone();
            }
        }
        self.fresh()
    }

    fn declare(&mut self, name: String, ty: Type, fixed: bool) {
        let scope = self.scopes.last_mut().expect("the top level is never left");
        scope.push(Variable { name, ty, fixed });
    }

    /// The name of some variable of this type.
    fn variable(&mut self, ty: Type) -> Option<String> {
        let fitting: Vec<&Variable> = self.scopes.iter().flatten().filter(|v| v.ty == ty).collect();
        self.rng.pick(&fitting).map(|variable| variable.name.clone())
    }

    /// The name of some variable that can be assigned to.
    fn assignable(&mut self, ty: Type) -> Option<String> {
        let name = self.variable(ty)?;
        let fixed = self.scopes.iter().flatten().any(|v| v.name == name && v.fixed);
        (!fixed).then_some(name)
    }

    /// Every method that instances of a class have, its own first.
    fn methods(&self, class: usize) -> Vec<u32> {
        let own = self.classes[class].methods.clone();
        match self.classes[class].superclass {
            Some(superclass) => own.into_iter().chain(self.methods(superclass)).collect(),
            None => own,
        }
    }
}
