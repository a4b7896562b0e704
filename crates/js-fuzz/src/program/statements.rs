//! Statements, loops with events in them, and what surrounds a program's statements.

use super::templates::{EVENT, STATEMENT};
use super::{Generator, Type};
use crate::tree::Kind;

impl Generator {
    /// Variables of every type, a few functions and classes: what every hole finds something in.
    pub(super) fn base(&mut self) {
        const KINDS: [(Type, u32); 9] = [
            (Type::Int, 3),
            (Type::Num, 2),
            (Type::Str, 2),
            (Type::Bool, 1),
            (Type::Big, 1),
            (Type::Array, 3),
            (Type::Typed, 1),
            (Type::Object, 3),
            (Type::Function, 1),
        ];
        for (ty, count) in KINDS {
            for _ in 0..count {
                let name = self.name("v");
                let keyword = if self.rng.one_in(4) { "var" } else { "let" };
                self.tree.write(&format!("{keyword} {name} = "));
                self.first_value(ty);
                self.tree.write(";\n");
                self.declare(&name, ty, false);
            }
        }
        self.class();
        for _ in 0..1 + self.rng.below(4) {
            self.function();
        }
        if self.rng.one_in(2) {
            self.class();
        }
    }

    fn first_value(&mut self, ty: Type) {
        self.tree.open(Kind::Expression);
        let text: &[&str] = match ty {
            Type::Int => &["0", "1", "-1", "100", "2147483646"],
            Type::Num => &["0.5", "-0", "NaN", "1e10", "3"],
            Type::Str => &["\"\"", "\"s\"", "\"12\"", "\"\\u0100b\""],
            Type::Bool => &["true", "false"],
            Type::Big => &["0n", "5n", "-12345678901234567890n"],
            Type::Array => &[
                "[]",
                "[1, 2, 3]",
                "[1.5, 2.5, -0]",
                "[1, , 3]",
                "[\"a\", 1, {}]",
                "[0, 1, 2, 3, 4, 5, 6, 7]",
                "new Array(5)",
            ],
            Type::Typed => &[
                "new Int32Array(4)",
                "new Uint8Array([1, 2, 255])",
                "new Float64Array([0.5, -0])",
                "new Uint8ClampedArray(3)",
                "new Int16Array(new ArrayBuffer(8, { maxByteLength: 16 }))",
            ],
            Type::Function => {
                &["(x) => x", "Math.abs", "function (x) { return this === undefined; }", "(...x) => x.length"]
            }
            _ => &[
                "{ a: 1, b: 2 }",
                "{ x: 0.5 }",
                "{}",
                "{ a: 1, b: 2, c: 3, d: 4 }",
                "{ get a() { return 5; }, b: 1 }",
                "{ y: \"s\", x: {} }",
            ],
        };
        self.pick(text);
        self.tree.close();
    }

    /// A statement at the top level: most errors end no more than that.
    pub(super) fn top_statement(&mut self) {
        match self.rng.below(8) {
            0 => return self.function(),
            1 => return self.class(),
            _ => {}
        }
        self.tree.open(Kind::Statement);
        let guarded = self.rng.below(6) > 0;
        if guarded {
            self.tree.write("try { ");
        }
        let visible = self.variables.len();
        if self.rng.one_in(2) {
            self.hot_loop();
        } else {
            self.statement();
        }
        if guarded {
            // What the block declares is not seen behind it.
            self.variables.truncate(visible);
            self.fill("} catch (e) { $p(@label, e); }");
        }
        self.tree.write("\n");
        self.tree.close();
    }

    /// Prints what there is in the end.
    pub(super) fn results(&mut self) {
        let names: Vec<String> = self.variables.iter().map(|variable| variable.name.clone()).collect();
        for name in names {
            self.tree.open(Kind::Statement);
            self.tree.write(&format!("$p(\"{name}\", {name});\n"));
            self.tree.close();
        }
    }

    /// A loop at the top level that calls, with something changing on the way.
    fn hot_loop(&mut self) {
        let turns = *self.rng.pick(&[4, 7, 12, 30, 60, 120]);
        let event = self.rng.below(turns);
        let name = self.name("i");
        self.tree.write(&format!("for (let {name} = 0; {name} < {turns}; {name}++) {{ "));
        self.scope(|g| {
            g.declare(&name, Type::Int, true);
            g.around.loops += 1;
            let place = g.rng.below(3);
            for at in 0..1 + g.rng.below(3) {
                if at == place {
                    g.event(&format!("{name} === {event}"));
                }
                g.tree.open(Kind::Statement);
                g.fill_one(&[
                    "@nvar = @call; ",
                    "@ivar = @call | 0; ",
                    "@ovar.@key = @call; ",
                    "@avar[@int & 7] = @call; ",
                    "@ivar = @ivar + @call | 0; ",
                    "@nvar += (@call) - 0; ",
                    "@svar = $c(\"\" + @call); ",
                    "try { @call; } catch (e) { @nvar = @nvar + 1; } ",
                    "try { @any; } finally { @ivar = @ivar + 1 | 0; } ",
                ]);
                g.tree.close();
                g.statement();
            }
            g.around.loops -= 1;
        });
        self.tree.write("} ");
    }

    /// Something changes when a condition holds.
    fn event(&mut self, condition: &str) {
        self.tree.open(Kind::Statement);
        self.tree.write(&format!("if ({condition}) {{ "));
        self.scope(|g| {
            for _ in 0..1 + g.rng.below(2) {
                g.tree.open(Kind::Statement);
                let text = g.choose(EVENT);
                g.fill(text);
                g.tree.write(" ");
                g.tree.close();
            }
        });
        self.tree.write("} ");
        self.tree.close();
    }

    fn statements(&mut self, count: u32) {
        self.scope(|g| {
            for _ in 0..count {
                g.statement();
            }
        });
    }

    /// A statement anywhere.
    pub(super) fn statement(&mut self) {
        self.tree.open(Kind::Statement);
        let simple = self.blocks > 4 || self.size >= self.config.size;
        match if simple { 0 } else { self.rng.below(20) } {
            0..=9 => {
                let text = self.choose(STATEMENT);
                self.fill(text);
            }
            10 | 11 => self.declaration(),
            12 | 13 => self.condition(),
            14 => self.attempt(),
            15 => self.choice(),
            16 => self.leave(),
            17 => self.wait(),
            _ => self.repetition(),
        }
        self.tree.write(" ");
        self.tree.close();
    }

    fn declaration(&mut self) {
        const TYPES: [Type; 5] = [Type::Int, Type::Num, Type::Str, Type::Array, Type::Object];
        let name = self.name("w");
        let ty = *self.rng.pick(&TYPES);
        let constant = self.rng.one_in(3);
        self.tree.write(if constant { "const " } else { "let " });
        self.tree.write(&name);
        self.tree.write(" = ");
        self.fill(match ty {
            Type::Int | Type::Num => "@pure;",
            Type::Str => "$c(@str);",
            Type::Array => "$c(@arr);",
            _ => "$c(@obj);",
        });
        self.declare(&name, ty, constant);
    }

    fn condition(&mut self) {
        self.fill("if (@bool) { ");
        let count = 1 + self.rng.below(2);
        self.statements(count);
        self.tree.write("}");
        if self.rng.one_in(2) {
            self.tree.write(" else { ");
            self.statements(1);
            self.tree.write("}");
        }
    }

    fn attempt(&mut self) {
        self.tree.write("try { ");
        let count = 1 + self.rng.below(2);
        self.statements(count);
        if self.rng.one_in(3) {
            self.fill("throw @any; ");
        }
        let caught = self.rng.below(4) > 0;
        if caught {
            self.tree.write("} catch (e) { ");
            self.fill_one(&["$p(@label, e); ", ""]);
            self.statements(1);
        }
        if !caught || self.rng.one_in(4) {
            self.tree.write("} finally { ");
            self.statements(1);
        }
        self.tree.write("}");
    }

    fn choice(&mut self) {
        self.fill("switch (@any) { ");
        for _ in 0..1 + self.rng.below(4) {
            self.tree.open(Kind::Item);
            self.fill_one(&["case @small: ", "case @any: "]);
            self.statements(1);
            self.tree.write(if self.rng.one_in(2) { "break; " } else { "" });
            self.tree.close();
        }
        if self.rng.one_in(2) {
            self.tree.write("default: ");
            self.statements(1);
        }
        self.tree.write("}");
    }

    /// Out of a loop or function.
    fn leave(&mut self) {
        match (self.around.loops > 0, self.around.function) {
            (true, _) if self.rng.one_in(2) => self.fill("if (@bool) break;"),
            (true, _) => self.fill("if (@bool) continue;"),
            (_, true) => self.fill("if (@bool) return @pure;"),
            _ => self.fill("if (@bool) throw @any;"),
        }
    }

    /// Suspends the function around, if it can be.
    fn wait(&mut self) {
        if self.around.generator {
            return self.fill("@ivar = (yield @pure) | 0;");
        }
        if self.around.is_async {
            return self.fill("@nvar = $c(await @any);");
        }
        if self.around.home && self.rng.one_in(3) {
            return self.fill_one(&[
                "@nvar = super.@key | 0;",
                "super.@key = @pure;",
                "$p(@label, super.@key?.(@pure));",
                "$p(@label, new.target);",
            ]);
        }
        if !self.strict && self.rng.one_in(6) {
            return self.fill_one(&[
                "with ({ ...@obj }) { @ivar = (typeof a === \"number\" ? a : 1) | 0; }",
                "with ({ __proto__: { ...@obj }, c: @any }) { b = @pure; @nvar = b; }",
                "with ({ @key: @any, [Symbol.unscopables]: { @key: @bool } }) { $p(@label, typeof @key + typeof @key); }",
            ]);
        }
        if self.around.this {
            self.fill_one(&[
                "this.@key = @pure;",
                "@ivar = this.@key | 0;",
                "$p(@label, this.@key);",
                "this.@key++;",
            ]);
        }
        let text = *self.rng.pick(&[
            "Promise.resolve(@any).then((x) => { $p(@label, x); });",
            "for (const x of @gen) { if (--$n < 0) break; @ivar = @ivar + 1 | 0; $p(@label, x); }",
            "(async () => { try { $p(@label, await @any); } catch (e) { $p(@label, e); } })();",
            "$p(@label, @class.has?.(@obj));",
            "$p(@label, JSON.parse(JSON.stringify(@any, $r) ?? \"null\"));",
            "{ const g = @gen; g.next(); try { $p(@label, g.throw(@pure)); } catch (e) { $p(@label, e); } }",
            "{ const g = @gen; $p(@label, g.next()); $p(@label, g.return?.(@pure)); }",
            "{ const [x, [y = @pure] = @arr, ...z] = @arr; $p(@label, z); @ivar = x + y | 0; }",
            "try { const { @key: x = @pure, @key: { y } = @obj, ...z } = { ...@obj }; $p(@label, [x, y, z]); } catch { @ivar = @ivar + 1 | 0; }",
        ]);
        self.fill(text);
    }

    fn repetition(&mut self) {
        let name = self.name("i");
        let turns = *self.rng.pick(&[2, 3, 5, 9]);
        let label = self.rng.one_in(4).then(|| self.name("l"));
        if let Some(label) = &label {
            self.tree.write(&format!("{label}: "));
        }
        match self.rng.below(9) {
            0 => self.tree.write(&format!("for (let {name} = {turns}; {name} >= 0; {name}--) {{ ")),
            1 => self.tree.write(&format!("for (let {name} = 0; {name} < {turns}; {name} += 0.5) {{ ")),
            2 => self.fill(&format!("for (let {name} = 0; {name} < @avar.length && --$n > 0; {name}++) {{ ")),
            3 => self.fill(&format!("for (const {name} of @arr) {{ if (--$n < 0) break; ")),
            4 => self.fill(&format!(
                "for (const {name} in {{ __proto__: null, ...@obj }}) {{ if (--$n < 0) break; "
            )),
            5 => self.fill(&format!("for (const {name} of @gen) {{ if (--$n < 0) break; ")),
            6 => self.fill(&format!(
                "for (let {name} = 2147483640; --$n > 0 && {name} < 2147483650; {name}++) {{ "
            )),
            _ => self.tree.write(&format!("for (let {name} = 0; {name} < {turns}; {name}++) {{ ")),
        }
        self.scope(|g| {
            g.declare(&name, Type::Int, true);
            g.around.loops += 1;
            for _ in 0..1 + g.rng.below(3) {
                g.statement();
            }
            if let Some(label) = label {
                g.tree.open(Kind::Statement);
                g.fill(&format!("for (const x of @arr) {{ if (@bool) continue {label}; if (@bool) break {label}; @ivar++; }} "));
                g.tree.close();
            }
            if g.rng.one_in(3) {
                let turn = g.rng.below(3);
                g.event(&format!("{name} == {turn}"));
            }
            g.around.loops -= 1;
        });
        self.tree.write("}");
    }
}
