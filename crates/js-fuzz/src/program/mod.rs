//! Random programs for comparing engines and tiers: the same seed gives the same program, and every program ends.
//!
//! They are biased to what optimizers rely on: loops in which, at some turn, types change, holes and accessors appear, prototypes
//! are replaced, something throws. Programs have fuel, `$n`: functions and open loops use it up and end when there is none. What
//! is stored in variables, properties and arguments passes `$c` or is a number, so that nothing grows without bounds.

mod expressions;
mod functions;
mod statements;
mod templates;

use crate::rng::Rng;
use crate::tree::{Builder, Tree};

/// How large programs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Calls and turns of open loops.
    pub fuel: u32,
    /// Expressions, about.
    pub size: u32,
    /// Statements at the top level.
    pub statements: u32,
    /// How deep expressions nest.
    pub depth: u32,
}

impl Config {
    /// Sizes that depend on the seed: many small programs and some large ones.
    pub fn varied(seed: u64) -> Config {
        let mut rng = Rng::new(!seed);
        Config {
            fuel: 150 << rng.below(4),
            size: 120 << rng.below(3),
            statements: 4 + rng.below(12),
            depth: 2 + rng.below(3),
        }
    }
}

/// The program of a seed.
pub fn program(seed: u64, config: Config) -> Tree {
    let mut generator = Generator::new(seed, config);
    generator.program();
    generator.tree.finish()
}

/// What a variable holds, usually, and what an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Int,
    Num,
    /// A number, or an exception, whatever variables hold.
    Pure,
    Str,
    Bool,
    Big,
    Array,
    Typed,
    Object,
    Function,
    Any,
}

#[derive(Clone, Debug)]
struct Variable {
    name: String,
    ty: Type,
    /// Counts a loop, or is a constant.
    fixed: bool,
}

/// The function around a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Around {
    /// There is one.
    function: bool,
    generator: bool,
    is_async: bool,
    /// `this` is an object for sure, unless somebody calls the method otherwise.
    this: bool,
    /// `super` has a meaning.
    home: bool,
    /// `arguments` has one of its own.
    arguments: bool,
    /// Loops inside of the function.
    loops: u32,
}

struct Generator {
    rng: Rng,
    config: Config,
    tree: Builder,
    /// All that are visible, inner ones last.
    variables: Vec<Variable>,
    /// Functions with the number of their parameters.
    functions: Vec<(String, u32)>,
    generators: Vec<String>,
    classes: Vec<String>,
    around: Around,
    names: u32,
    labels: u32,
    /// Expressions written so far.
    size: u32,
    /// Expressions around the place.
    nesting: u32,
    /// Blocks around the place.
    blocks: u32,
    strict: bool,
}

impl Generator {
    fn new(seed: u64, config: Config) -> Generator {
        Generator {
            rng: Rng::new(seed),
            config,
            tree: Builder::default(),
            variables: Vec::new(),
            functions: Vec::new(),
            generators: Vec::new(),
            classes: Vec::new(),
            around: Around::default(),
            names: 0,
            labels: 0,
            size: 0,
            nesting: 0,
            blocks: 0,
            strict: false,
        }
    }

    /// A new name that begins with this.
    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A visible variable of a type; there is always one.
    fn variable(&mut self, ty: Type, written: bool) -> String {
        let fits = |variable: &&Variable| variable.ty == ty && !(written && variable.fixed);
        let count = self.variables.iter().filter(fits).count() as u32;
        // Inner ones are preferred: the larger of two numbers.
        let at = self.rng.below(count.max(1)).max(self.rng.below(count.max(1))) as usize;
        self.variables.iter().filter(fits).nth(at).map_or_else(|| "v0".to_owned(), |found| found.name.clone())
    }

    fn declare(&mut self, name: &str, ty: Type, fixed: bool) {
        self.variables.push(Variable { name: name.to_owned(), ty, fixed });
    }

    /// Writes something with what it declares visible in it only.
    fn scope(&mut self, write: impl FnOnce(&mut Self)) {
        let (visible, functions) = (self.variables.len(), self.functions.len());
        let generators = self.generators.len();
        self.blocks += 1;
        write(self);
        self.blocks -= 1;
        self.variables.truncate(visible);
        self.functions.truncate(functions);
        self.generators.truncate(generators);
    }

    fn program(&mut self) {
        let fuel = self.config.fuel;
        self.strict = self.rng.one_in(3);
        let form = self.rng.below(4);
        if self.strict {
            self.tree.write("\"use strict\"; ");
        }
        self.tree.write(&format!("$n = {fuel};\n"));
        self.tree.write(match form {
            0 => "(function () { try {\n",
            1 => "(() => {\n",
            2 => "try {\n",
            _ => "",
        });
        // Not a function for templates: what may only stand in functions must not depend on the form.
        self.base();
        for _ in 0..self.config.statements {
            self.top_statement();
        }
        self.results();
        self.tree.write(match form {
            0 => "} catch (e) { $p(\"!\", e); } })();\n",
            1 => "})();\n",
            2 => "} catch (e) { $p(\"!\", e); }\n",
            _ => "",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, program};
    use crate::engine::{End, Engine, Leg, Program, on_large_stack};

    #[test]
    fn seeds_stand_for_programs_that_compile_and_end() {
        let ends = on_large_stack(|| {
            let mut engine = Engine::with_fuel(Leg::Plain, 50_000_000);
            (0..300)
                .filter(|&seed| {
                    let text = program(seed, Config::varied(seed)).text();
                    assert_eq!(text, program(seed, Config::varied(seed)).text());
                    match engine.run(&Program::new(&text)) {
                        End::Output(output) => {
                            assert!(!output.starts_with("! SyntaxError"), "{seed}: {text}");
                            output.lines().count() > 3
                        }
                        end => panic!("{seed}: {end:?}\n{text}"),
                    }
                })
                .count()
        });
        // Some programs throw early; most say something.
        assert!(ends.is_ok_and(|many| many > 250));
    }
}
