//! Random statements and declarations.

use super::{Callable, Class, Generator, Type};

impl Generator {
    /// Some statements, fewer the deeper they are.
    fn statements(&mut self) {
        self.depth += 1;
        for _ in 0..1 + self.rng.below(4) {
            self.statement();
        }
        self.depth -= 1;
    }

    pub(super) fn statement(&mut self) {
        if self.depth >= self.config.depth {
            return self.simple();
        }
        match self.rng.below(16) {
            0 => self.if_statement(),
            1 => self.while_loop(),
            2 => self.for_loop(),
            3 => self.for_in(),
            4 => self.switch(),
            5 => self.try_statement(),
            6 => {
                self.line("{");
                self.indent += 1;
                self.scopes.push(Vec::new());
                self.statements();
                self.scopes.pop();
                self.indent -= 1;
                self.line("}");
            }
            7 if self.nested > 0 => self.block("defer ()", Self::quiet, ""),
            8 if self.nested > 0 => {
                let value = self.bounded();
                let condition = self.bool(1);
                self.line(&format!("if {condition} {{ return {value} }}"));
            }
            9 if self.loops > 0 => {
                let condition = self.bool(1);
                let word = ["break", "continue"][self.rng.below(2) as usize];
                self.line(&format!("if {condition} {{ {word} }}"));
            }
            _ => self.simple(),
        }
    }

    /// What a deferred function does: nothing that leaves a loop or a function outside of it.
    fn quiet(&mut self) {
        let loops = std::mem::take(&mut self.loops);
        self.simple();
        self.loops = loops;
    }

    fn simple(&mut self) {
        match self.rng.below(8) {
            0..=2 => self.var(),
            3 | 4 => self.assign(),
            5 => self.change(),
            _ => {
                let ty = [Type::Number, Type::Text, Type::Bool, Type::Array, Type::Table];
                let ty = ty[self.rng.below(5) as usize];
                let value = self.expr(ty, self.config.depth);
                self.line(&format!("print {value};"));
            }
        }
    }

    fn any_type(&mut self) -> Type {
        match self.rng.below(10) {
            0..=3 => Type::Number,
            4 => Type::Text,
            5 => Type::Bool,
            6 => Type::Array,
            7 => Type::Table,
            8 => Type::Closure,
            _ if self.classes.is_empty() => Type::Number,
            _ => Type::Instance(self.rng.below(self.classes.len() as u32) as usize),
        }
    }

    /// A value that may be stored.
    fn stored(&mut self, ty: Type) -> String {
        match ty {
            Type::Number => self.bounded(),
            Type::Text => {
                let value = self.expr(ty, self.config.depth);
                format!("clip({value})")
            }
            _ => self.expr(ty, self.config.depth),
        }
    }

    fn var(&mut self) {
        let ty = self.any_type();
        let value = self.stored(ty);
        let name = self.new_name(ty);
        // A variable is not read by its own value, not even one that has its name.
        if value.contains(&name) {
            return self.line(&format!("print {value};"));
        }
        self.line(&format!("var {name} = {value};"));
        self.declare(name, ty, false);
    }

    fn assign(&mut self) {
        let ty = self.any_type();
        let Some(name) = self.assignable(ty) else { return self.var() };
        let value = self.stored(ty);
        self.line(&format!("{name} = {value};"));
    }

    /// Changes a container or an object.
    fn change(&mut self) {
        let value = self.bounded();
        match self.rng.below(4) {
            0 => {
                if let Some(array) = self.variable(Type::Array) {
                    return self.line(&format!("push({array}, {value});"));
                }
            }
            1 => {
                if let Some(array) = self.variable(Type::Array) {
                    let index = self.rng.below(20);
                    return self.line(&format!("{array}[{index} % len({array})] = {value};"));
                }
            }
            2 => {
                if let Some(table) = self.variable(Type::Table) {
                    let key = self.key();
                    return self.line(&format!("{table}.{key} = {value};"));
                }
            }
            _ => {
                let ty = self.any_type();
                if let (Type::Instance(_), Some(object)) = (ty, self.variable(ty)) {
                    return self.line(&format!("{object}.f = {value};"));
                }
            }
        }
        self.line(&format!("print {value};"));
    }

    fn if_statement(&mut self) {
        let condition = self.bool(2);
        let tail = if self.rng.one_in(2) { " else" } else { "" };
        self.block(&format!("if {condition}"), Self::statements, "");
        if !tail.is_empty() {
            self.block("else", Self::statements, "");
        }
    }

    /// The body of a loop: it ends when the steps are spent.
    fn rounds(&mut self) {
        self.line("if spent() { break }");
        self.loops += 1;
        self.statements();
        self.loops -= 1;
    }

    fn while_loop(&mut self) {
        let name = self.fresh();
        self.line(&format!("var {name} = 0;"));
        self.declare(name.clone(), Type::Number, true);
        let limit = 1 + self.rng.below(12);
        let body = |g: &mut Self| {
            g.line(&format!("{name} = {name} + 1;"));
            g.rounds();
        };
        self.block(&format!("while {name} < {limit}"), body, "");
    }

    fn for_loop(&mut self) {
        let name = self.fresh();
        let limit = 1 + self.rng.below(30);
        self.scopes.push(Vec::new());
        self.declare(name.clone(), Type::Number, true);
        let head = format!("for var {name} = 0; {name} < {limit}; {name} = {name} + 1");
        self.block(&head, Self::rounds, "");
        self.scopes.pop();
    }

    fn for_in(&mut self) {
        let (first, second) = (self.fresh(), self.fresh());
        let ty = [Type::Array, Type::Table, Type::Text][self.rng.below(3) as usize];
        let container = match self.rng.below(3) {
            0 => format!("{}..{}", self.rng.below(5), self.rng.below(12)),
            _ => self.expr(ty, 1),
        };
        let (is_range, pair) = (container.contains(".."), self.rng.one_in(2));
        self.scopes.push(Vec::new());
        let (first_type, second_type) = match ty {
            _ if is_range => (Type::Number, Type::Number),
            Type::Table => (Type::Text, Type::Number),
            Type::Text if pair => (Type::Number, Type::Text),
            Type::Text => (Type::Text, Type::Text),
            _ => (Type::Number, Type::Number),
        };
        self.declare(first.clone(), first_type, true);
        let head = if pair {
            self.declare(second.clone(), second_type, true);
            format!("for {first}, {second} in {container}")
        } else {
            format!("for {first} in {container}")
        };
        self.block(&head, Self::rounds, "");
        self.scopes.pop();
    }

    fn switch(&mut self) {
        let value = self.number(1);
        self.line(&format!("switch ({value}) % 4 {{"));
        self.indent += 1;
        for case in 0..self.rng.below(4) {
            match self.rng.one_in(4) {
                true => self.line(&format!("case {case}")),
                false => self.block(&format!("case {case}"), Self::statements, ""),
            }
        }
        if self.rng.one_in(2) {
            self.block("default", Self::statements, "");
        }
        self.indent -= 1;
        self.line("}");
    }

    fn try_statement(&mut self) {
        let name = self.fresh();
        let fault = |g: &mut Self| {
            g.statements();
            let number = g.number(1);
            let index = g.rng.below(4);
            match g.rng.below(7) {
                0 => g.line(&format!("throw {};", g.names)),
                1 => g.line(&format!("throw \"thrown \" + {number};")),
                2 => g.line(&format!("print {number} + nil;")),
                3 => g.line(&format!("print undefined{};", g.names)),
                4 => g.line(&format!("print ({number})();")),
                5 => g.line(&format!("print [1, 2][{index}];")),
                _ => {}
            }
        };
        self.block("try", fault, &format!(" catch {name} {{"));
        self.indent += 1;
        self.line(&format!("print type({name});"));
        self.scopes.push(Vec::new());
        self.statements();
        self.scopes.pop();
        self.indent -= 1;
        self.line("}");
    }

    /// A function's body: what is around it is forgotten but the variables.
    fn function_body(&mut self, parameters: &[String]) {
        let loops = std::mem::take(&mut self.loops);
        self.nested += 1;
        for name in parameters {
            self.declare(name.clone(), Type::Number, false);
        }
        self.line("if spent() { return 0 }");
        self.statements();
        self.nested -= 1;
        self.loops = loops;
    }

    pub(super) fn function(&mut self) {
        let parameters = self.rng.below(4);
        let optional = self.rng.below(parameters + 1);
        let names: Vec<String> = (0..parameters).map(|_| self.fresh()).collect();
        let mut written = names.clone();
        for (index, name) in names.iter().enumerate().skip((parameters - optional) as usize) {
            written[index] = format!("{name} = {}", self.number(1));
        }
        let index = self.functions.len();
        // It may call itself, too.
        self.functions.push(Callable { parameters, optional });
        let body = |g: &mut Self| {
            g.function_body(&names);
            let value = g.bounded();
            g.line(&format!("return {value};"));
        };
        self.block(&format!("fn f{index}({})", written.join(", ")), body, "");
    }

    pub(super) fn class(&mut self) {
        let index = self.classes.len();
        let superclass =
            if index > 0 && self.rng.one_in(2) { Some(self.rng.below(index as u32) as usize) } else { None };
        let methods: Vec<u32> = (0..3).filter(|_| self.rng.one_in(2)).collect();
        let extends = superclass.map_or(String::new(), |superclass| format!(" < C{superclass}"));
        let inherited = superclass.map_or(Vec::new(), |superclass| self.methods(superclass));
        self.block(
            &format!("class C{index}{extends}"),
            |g| {
                match superclass {
                    Some(_) => g.line("init(f) { super.init(f + 1); this.g = f; }"),
                    None => g.line("init(f) { this.f = f; }"),
                }
                for method in &methods {
                    let body = |g: &mut Self| g.method(*method, &inherited);
                    g.block(&format!("m{method}(x)"), body, "");
                }
            },
            "",
        );
        self.classes.push(Class { superclass, methods });
    }

    fn method(&mut self, method: u32, inherited: &[u32]) {
        self.function_body(&["x".into()]);
        if inherited.contains(&method) {
            self.line(&format!("x = bound(x + super.m{method}(this.f));"));
        }
        self.line("this.f = bound(this.f + x);");
        self.line("return this.f;");
    }
}
