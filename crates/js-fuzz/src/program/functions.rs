//! Functions, closures, generators, classes, objects with methods and accessors.

use super::{Around, Generator, Type};
use crate::tree::Kind;

/// Types of parameters.
const PARAMETERS: [Type; 6] = [Type::Int, Type::Num, Type::Int, Type::Num, Type::Object, Type::Array];

impl Generator {
    /// What stands in a function of its own: without the variables' types nothing of what is around changes.
    fn inside(&mut self, around: Around, write: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.around, Around { function: true, ..around });
        let nesting = std::mem::take(&mut self.nesting);
        self.scope(|g| write(g));
        self.around = before;
        self.nesting = nesting;
    }

    /// Parameters in parentheses; how many arguments they want.
    fn parameters(&mut self) -> u32 {
        self.tree.write("(");
        let count = self.rng.below(4);
        for at in 0..count {
            let name = self.name("p");
            let ty = *self.rng.pick(&PARAMETERS);
            match self.rng.below(12) {
                0 => {
                    self.tree.write(&format!("{name} = "));
                    self.expression(Type::Pure);
                }
                1 if at + 1 == count => {
                    self.tree.write(&format!("...{name}"));
                    self.declare(&name, Type::Array, false);
                    break;
                }
                2 => {
                    self.tree.write("{ ");
                    self.fill(&format!("@key: {name} = @small }} = {{}}"));
                }
                3 => self.fill(&format!("[{name}, ] = [@small, ]")),
                _ => self.tree.write(&name),
            }
            self.declare(&name, ty, false);
            self.tree.write(if at + 1 == count { "" } else { ", " });
        }
        self.tree.write(")");
        count
    }

    /// A block: fuel, statements, a result.
    fn function_body(&mut self) {
        self.tree.write(" { if (--$n < 0) return; ");
        if self.around.arguments && self.rng.one_in(5) {
            self.aliases();
        }
        for _ in 0..self.rng.below(4) {
            self.statement();
        }
        self.tree.open(Kind::Statement);
        self.result();
        self.tree.close();
        self.tree.write("}");
    }

    /// Writes to parameters through `arguments`, or the other way round.
    fn aliases(&mut self) {
        self.tree.open(Kind::Statement);
        self.fill_one(&[
            "arguments[@small & 1] = @pure; ",
            "arguments.length = @small; ",
            "delete arguments[0]; arguments[0] = @pure; ",
            "Object.defineProperty(arguments, 0, { value: @pure, writable: @bool }); ",
            "$p(@label, arguments); ",
            "@ivar = arguments[0] | 0; ",
            "@ovar = arguments; ",
            "$p(@label, [...arguments].length + arguments.length); ",
        ]);
        self.tree.close();
    }

    fn result(&mut self) {
        let text = match self.rng.below(6) {
            0 => "return $c(@any); ",
            1 => "return @ivar; ",
            2 => "return $c(@num); ",
            _ => "return @pure; ",
        };
        self.fill(text);
    }

    /// A function declared at the top level of a block.
    pub(super) fn function(&mut self) {
        let name = self.name("f");
        self.tree.open(Kind::Statement);
        let kind = self.rng.below(10);
        let (head, around) = match kind {
            0 => ("function*", Around { generator: true, arguments: true, ..Around::default() }),
            1 => ("async function", Around { is_async: true, arguments: true, ..Around::default() }),
            _ => ("function", Around { arguments: true, ..Around::default() }),
        };
        self.tree.write(&format!("{head} {name}"));
        let mut parameters = 0;
        self.inside(around, |g| {
            parameters = g.parameters();
            g.function_body();
        });
        self.tree.write("\n");
        self.tree.close();
        if kind == 0 {
            self.generators.push(name);
        } else {
            self.functions.push((name, parameters));
        }
    }

    /// A function as an expression.
    pub(super) fn closure(&mut self) {
        let short = self.size >= self.config.size || self.blocks > 4;
        let inherited = self.around;
        let kind = if short { 0 } else { self.rng.below(6) };
        self.tree.write("(");
        match kind {
            0..=2 => self.inside(Around { loops: 0, generator: false, is_async: false, ..inherited }, |g| {
                g.parameters();
                g.tree.write(" => (--$n < 0 ? 0 : ");
                g.fill_one(&["$c(@any)", "@pure"]);
                g.tree.write(")");
            }),
            3 => self.inside(Around { loops: 0, generator: false, is_async: false, ..inherited }, |g| {
                g.parameters();
                g.tree.write(" =>");
                g.function_body();
            }),
            _ => {
                let name = self.name("n");
                self.tree.write("function ");
                self.tree.write(if kind == 4 { &name } else { "" });
                self.inside(Around { arguments: true, ..Around::default() }, |g| {
                    g.parameters();
                    g.function_body();
                });
            }
        }
        self.tree.write(")");
    }

    /// A few statements that change something.
    pub(super) fn effects(&mut self) {
        for _ in 0..self.rng.below(3) {
            self.tree.open(Kind::Statement);
            self.fill_one(&[
                "@ivar++; ",
                "@nvar = @pure; ",
                "@ivar = @ivar + 1 | 0; ",
                "@ovar.@key = @pure; ",
                "@avar.length = @small; ",
                "delete @avar[@index]; ",
                "@avar[@index] = @pure; ",
                "@avar.push(@small); ",
                "$p(@label, @ivar); ",
                "@svar = \"h\" + @small; ",
                "@ovar = { @key: @small }; ",
                "if (@bvar) throw @ivar; ",
            ]);
            self.tree.close();
        }
    }

    /// The body of a function that an operation calls on the way: effects, and a primitive value.
    pub(super) fn hook(&mut self) {
        let around = Around { arguments: true, ..Around::default() };
        self.inside(around, |g| {
            g.tree.write("if (--$n < 0) return 1; ");
            g.effects();
            g.fill_one(&[
                "return @small;",
                "return @ivar;",
                "return @pure;",
                "return $c(@str);",
                "return @nvar;",
                "return {};",
            ]);
        });
    }

    /// An object literal with methods, accessors and what conversions call.
    pub(super) fn object(&mut self) {
        // V8 puts accessors behind methods once there was a spread property.
        let spreads = self.rng.one_in(4);
        self.tree.write("({ ");
        for _ in 0..1 + self.rng.below(4) {
            self.tree.open(Kind::Item);
            let text = match self.rng.below(14) {
                0 => "valueOf() { @hook }, ",
                1 => "toString() { @hook }, ",
                2 => "[Symbol.toPrimitive](x) { @hook }, ",
                3 | 4 if spreads => "...@ovar, ",
                5 | 9 if spreads => "...@obj, ",
                3 | 4 => "get @key() { @hook }, ",
                5 => "set @key(x) { @hook }, ",
                6 => "[Symbol.toStringTag]: @str, ",
                7 => "*[Symbol.iterator]() { if (--$n > 0) yield @pure; yield* @avar; }, ",
                8 => "@key(x, y) { @hook }, ",
                10 => "[@index]: $c(@any), ",
                _ => "@key: $c(@any), ",
            };
            self.fill(text);
            self.tree.close();
        }
        self.tree.write("})");
    }

    /// A class at the top level of a block.
    pub(super) fn class(&mut self) {
        let name = self.name("C");
        self.tree.open(Kind::Statement);
        let base = self.rng.below(8);
        let array = base == 0;
        let derived = match base {
            0 => Some("Array".to_owned()),
            1 => Some("Map".to_owned()),
            2 => Some("Set".to_owned()),
            3..=5 if !self.classes.is_empty() => Some(self.rng.pick(&self.classes).clone()),
            _ => None,
        };
        self.tree.write(&format!("class {name} "));
        if let Some(base) = &derived {
            self.tree.write(&format!("extends {base} "));
        }
        self.tree.write("{ ");
        let sloppy = !std::mem::replace(&mut self.strict, true);
        self.classes.push(name);
        // Lengths of arrays stay small, and what collections take is not what programs pass.
        match (&derived, array) {
            (Some(_), true) => self.tree.write("constructor(x) { super(x & 7); } "),
            (Some(base), _) if base == "Map" || base == "Set" => {
                self.tree.write("constructor(x) { super(); this.x = x; } ")
            }
            (derived, _) if self.rng.one_in(2) => self.constructor_method(derived.is_some()),
            _ => {}
        }
        if self.rng.one_in(3) {
            self.fill("#q = @small; get q() { return this.#q; } static has(o) { return #q in o; } bump() { return this.#q++; } ");
        }
        for _ in 0..self.rng.below(5) {
            self.member();
        }
        self.strict = !sloppy;
        self.tree.write("}\n");
        self.tree.close();
    }

    fn constructor_method(&mut self, derived: bool) {
        self.tree.open(Kind::Item);
        self.tree.write("constructor");
        self.inside(Around { this: true, arguments: true, ..Around::default() }, |g| {
            g.tree.write("(x, y) { if (--$n < 0) return {}; ");
            g.declare("x", Type::Int, false);
            g.declare("y", Type::Num, false);
            if derived {
                g.tree.write("super(x, y); ");
            }
            for _ in 0..1 + g.rng.below(3) {
                g.tree.open(Kind::Statement);
                g.fill("this.@key = ");
                g.fill_one(&["x; ", "$c(@any); "]);
                g.tree.close();
            }
            g.tree.write("} ");
        });
        self.tree.close();
    }

    fn member(&mut self) {
        self.tree.open(Kind::Item);
        let method = Around { this: true, home: true, arguments: true, ..Around::default() };
        match self.rng.below(12) {
            0 => self.fill("@key = @small; "),
            1 => self.inside(method, |g| g.fill("@key = (--$n < 0 ? 0 : @pure); ")),
            2 => self.inside(method, |g| g.fill("static @key = @pure; ")),
            3 => self.fill("get @key() { @hook } "),
            4 => self.fill("set @key(x) { @hook } "),
            5 => self.fill("static get [Symbol.species]() { return @ctor; } "),
            6 => self.fill("valueOf() { @hook } "),
            7 => self.fill("*[Symbol.iterator]() { for (let i = 0; i < @small && --$n > 0; i++) yield i; } "),
            8 => self.fill("[Symbol.toPrimitive](x) { @hook } "),
            other => {
                if other == 9 {
                    self.tree.write("static ");
                }
                self.pick(&["a", "b", "c", "d", "x", "y", "map", "push"]);
                self.inside(method, |g| {
                    g.parameters();
                    g.function_body();
                });
                self.tree.write(" ");
            }
        }
        self.tree.close();
    }
}
