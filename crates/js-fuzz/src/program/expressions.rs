//! Expressions: templates filled in, and what needs more than a template.

use super::templates::{self, Table};
use super::{Generator, Type};
use crate::tree::Kind;

impl Generator {
    /// An expression that is of this type unless the program has changed what its variables hold.
    pub(super) fn expression(&mut self, ty: Type) {
        self.tree.open(Kind::Expression);
        let table = table(ty);
        let leaf = self.nesting >= self.config.depth || self.size >= self.config.size || self.rng.one_in(3);
        let template = self.choose(if leaf { table.leaves } else { table.inner });
        self.size += 1;
        self.nesting += 1;
        self.fill(template);
        self.nesting -= 1;
        self.tree.close();
    }

    pub(super) fn choose(&mut self, from: &'static [(u32, &'static str)]) -> &'static str {
        let mut at = self.rng.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, template) in from {
            if at < *weight {
                return template;
            }
            at -= weight;
        }
        ""
    }

    /// Writes a template, with its holes filled.
    pub(super) fn fill(&mut self, template: &str) {
        let mut rest = template;
        let mut before = "";
        while let Some(at) = rest.find('@') {
            let (text, hole) = (&rest[..at], &rest[at + 1..]);
            if !text.is_empty() {
                self.tree.write(text);
                before = text;
            }
            let end = hole.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(hole.len());
            rest = &hole[end..];
            self.hole(&hole[..end], before.ends_with("++") || before.ends_with("--") || writes(rest));
        }
        self.tree.write(rest);
    }

    /// Fills a hole; a variable that is `written` is one that may be.
    fn hole(&mut self, name: &str, written: bool) {
        if let Some(ty) = expression_type(name) {
            return self.expression(ty);
        }
        if let Some((ty, written)) = variable_type(name, written) {
            let name = self.variable(ty, written);
            return self.tree.write(&name);
        }
        match name {
            "key" => self.pick(&["a", "b", "c", "d", "x", "y"]),
            "index" => self.pick(&["0", "1", "2", "3", "0", "1", "2", "5", "7", "9", "-1", "1.5"]),
            "small" => self.pick(&["0", "1", "2", "3", "4", "5", "7", "8"]),
            "radix" => self.pick(&["2", "8", "10", "16", "36"]),
            "assign" => self.pick(&["+=", "-=", "%=", "|=", "&=", "^=", "/=", "+=", "-="]),
            "label" => self.label(),
            "items" => self.items(),
            "args" => self.arguments(),
            "call" => self.call(),
            "ctor" => self.constructor(),
            "class" => self.class_name(),
            "instance" => self.instance(),
            "closure" => self.closure(),
            "object" => self.object(),
            "proxy" => self.proxy(),
            "gen" => self.generator_object(),
            "hook" => self.hook(),
            _ => unreachable!("no hole is called {name}"),
        }
    }

    pub(super) fn pick(&mut self, from: &[&str]) {
        let text = *self.rng.pick(from);
        self.tree.write(text);
    }

    /// Writes one of these templates.
    pub(super) fn fill_one(&mut self, from: &[&'static str]) {
        let template = *self.rng.pick(from);
        self.fill(template);
    }

    /// What a line of output begins with.
    fn label(&mut self) {
        self.labels += 1;
        let label = self.labels.to_string();
        self.tree.write(&label);
    }

    /// Elements of an array.
    fn items(&mut self) {
        for _ in 0..self.rng.below(6) {
            self.tree.open(Kind::Item);
            match self.rng.below(8) {
                0 => {}
                1 => {
                    self.tree.write("...");
                    let name = self.variable(Type::Array, false);
                    self.tree.write(&name);
                }
                _ => self.expression(Type::Any),
            }
            self.tree.write(", ");
            self.tree.close();
        }
    }

    /// What is passed to a function: nothing that may grow from call to call.
    fn argument(&mut self) {
        match self.rng.below(6) {
            0 => self.fill("$c(@any)"),
            1 => self.fill("@ivar"),
            2 => self.fill("@nvar"),
            3 => self.fill("@ovar"),
            _ => self.fill("@pure"),
        }
    }

    pub(super) fn arguments(&mut self) {
        for _ in 0..self.rng.below(4) {
            self.tree.open(Kind::Item);
            if self.rng.one_in(12) {
                self.fill("...@avar");
            } else {
                self.argument();
            }
            self.tree.write(", ");
            self.tree.close();
        }
    }

    /// A call of a declared function.
    fn call(&mut self) {
        if self.functions.is_empty() || self.rng.one_in(12) {
            return self.fill("@fvar(@args)");
        }
        let (name, parameters) = self.rng.pick(&self.functions).clone();
        self.tree.write(&format!("{name}("));
        for _ in 0..parameters {
            self.tree.open(Kind::Item);
            self.argument();
            self.tree.write(", ");
            self.tree.close();
        }
        self.tree.write(")");
    }

    fn class_name(&mut self) {
        let name = self.rng.pick(&self.classes).clone();
        self.tree.write(&name);
    }

    fn constructor(&mut self) {
        match self.rng.below(3) {
            0 => self.pick(&["Object", "Map", "Set", "RegExp", "Number", "String", "Function.prototype"]),
            _ => self.class_name(),
        }
    }

    fn instance(&mut self) {
        self.fill("new @class(@args)");
    }

    fn generator_object(&mut self) {
        if self.generators.is_empty() {
            return self.fill("@avar.values()");
        }
        let name = self.rng.pick(&self.generators).clone();
        self.tree.write(&name);
        self.fill("(@args)");
    }

    /// What a proxy does: lengths stay short.
    fn proxy(&mut self) {
        self.fill("new Proxy(@obj, { ");
        const TRAPS: [&str; 6] = [
            "get(t, k, r) { if (--$n < 0 || k === \"length\") return 2; @hookstart return Reflect.get(t, k); }, ",
            "has(t, k) { if (--$n < 0) return false; @hookstart return Reflect.has(t, k); }, ",
            "set(t, k, v) { if (--$n < 0) return true; @hookstart return Reflect.set(t, k, v); }, ",
            "deleteProperty(t, k) { if (--$n < 0) return false; @hookstart return Reflect.deleteProperty(t, k); }, ",
            "ownKeys(t) { if (--$n < 0) return []; @hookstart return Reflect.ownKeys(t); }, ",
            "getOwnPropertyDescriptor(t, k) { if (--$n < 0) return; @hookstart return Reflect.getOwnPropertyDescriptor(t, k); }, ",
        ];
        for trap in TRAPS {
            if self.rng.one_in(4) {
                self.tree.open(Kind::Item);
                let (head, tail) = trap.split_once("@hookstart").unwrap_or((trap, ""));
                self.tree.write(head);
                self.effects();
                self.tree.write(tail);
                self.tree.close();
            }
        }
        self.tree.write("})");
    }
}

/// Whether a variable in front of this text is written to.
fn writes(rest: &str) -> bool {
    if rest.starts_with("++") || rest.starts_with("--") || rest.starts_with(" @assign") {
        return true;
    }
    let Some(rest) = rest.strip_prefix(' ') else { return false };
    let operator = rest.trim_start_matches(['+', '-', '*', '/', '%', '<', '>', '?', '|', '&']);
    let compares = rest.starts_with("<= ") || rest.starts_with(">= ");
    operator.starts_with("= ") && !compares
}

fn expression_type(name: &str) -> Option<Type> {
    Some(match name {
        "int" => Type::Int,
        "num" => Type::Num,
        "pure" => Type::Pure,
        "str" => Type::Str,
        "bool" => Type::Bool,
        "big" => Type::Big,
        "arr" => Type::Array,
        "tarr" => Type::Typed,
        "obj" => Type::Object,
        "fun" => Type::Function,
        "any" => Type::Any,
        _ => return None,
    })
}

fn variable_type(name: &str, written: bool) -> Option<(Type, bool)> {
    Some(match name {
        "ivar" => (Type::Int, written),
        "nvar" => (Type::Num, written),
        "svar" => (Type::Str, written),
        "bvar" => (Type::Bool, written),
        "gvar" => (Type::Big, written),
        "avar" => (Type::Array, written),
        "tvar" => (Type::Typed, written),
        "ovar" => (Type::Object, written),
        "fvar" => (Type::Function, written),
        "setint" => (Type::Int, true),
        "setnum" => (Type::Num, true),
        "setarr" => (Type::Array, true),
        "setobj" => (Type::Object, true),
        _ => return None,
    })
}

fn table(ty: Type) -> &'static Table {
    match ty {
        Type::Int => &templates::INT,
        Type::Num => &templates::NUM,
        Type::Pure => &templates::PURE,
        Type::Str => &templates::STR,
        Type::Bool => &templates::BOOL,
        Type::Big => &templates::BIG,
        Type::Array => &templates::ARR,
        Type::Typed => &templates::TARR,
        Type::Object => &templates::OBJ,
        Type::Function => &templates::FUN,
        Type::Any => &templates::ANY,
    }
}

#[cfg(test)]
mod tests {
    use super::writes;

    #[test]
    fn variables_in_front_of_assignments_are_written() {
        let written = ["++", "--)", " = @int", " += @int", " <<= 1", " >>>= 1", " ??= 1", " @assign @num"];
        assert!(written.into_iter().all(writes));
        let read = [
            " + @int",
            " <= @num",
            " >= @num",
            " == 1",
            " === 1",
            " < 1",
            ".@key = 1",
            "[@index] = 1",
            ")",
            "",
        ];
        assert!(!read.into_iter().any(writes));
    }
}
