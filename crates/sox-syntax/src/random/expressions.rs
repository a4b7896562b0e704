//! Random expressions of a wanted type.

use super::{Generator, Type};

const KEYS: [&str; 5] = ["a", "b", "key", "other", "z"];
const TEXTS: [&str; 6] =
    ["\"\"", "\"a\"", "\"tab\\t\"", "\"two\\nlines\"", "\"\\u{e9}\"", "\"quote \\\" end\""];

impl Generator {
    pub(super) fn expr(&mut self, ty: Type, depth: u32) -> String {
        match ty {
            Type::Number => self.number(depth),
            Type::Text => self.text(depth),
            Type::Bool => self.bool(depth),
            Type::Array => self.array(depth),
            Type::Table => self.table(depth),
            Type::Closure => self.closure(depth),
            Type::Instance(class) => self.instance(class, depth),
        }
    }

    /// A number that may be stored: it is not too large.
    pub(super) fn bounded(&mut self) -> String {
        let value = self.number(self.config.depth);
        format!("bound({value})")
    }

    /// A number to pass on or to keep: products of products would not stay finite.
    fn passed(&mut self, depth: u32) -> String {
        let value = self.number(depth);
        if depth == 0 { value } else { format!("bound({value})") }
    }

    fn literal(&mut self) -> String {
        match self.rng.below(8) {
            0 => "0".into(),
            1 => "1".into(),
            2 => format!("{}.5", self.rng.below(100)),
            3 => format!("0x{:x}", self.rng.below(4_096)),
            4 => format!("{}e2", self.rng.below(10)),
            5 => format!("(-{})", self.rng.below(50)),
            _ => self.rng.below(1_000).to_string(),
        }
    }

    /// One of those with no other expression in it, as often as there is no depth left.
    pub(super) fn number(&mut self, depth: u32) -> String {
        if depth == 0 || self.rng.one_in(4) {
            let variable = if self.rng.one_in(3) { None } else { self.variable(Type::Number) };
            return variable.unwrap_or_else(|| self.literal());
        }
        let depth = depth - 1;
        match self.rng.below(16) {
            0..=5 => {
                let op = ["+", "-", "*"][self.rng.below(3) as usize];
                format!("({} {op} {})", self.number(depth), self.number(depth))
            }
            6 => {
                let op = ["/", "%"][self.rng.below(2) as usize];
                format!("{} {op} {}", self.operand(depth), 1 + self.rng.below(20))
            }
            7 => format!("-{}", self.operand(depth)),
            8 => format!("size({})", self.container(depth)),
            9 => format!("({} and {} or {})", self.bool(depth), self.number(depth), self.number(depth)),
            10 => self.call(depth),
            11 => self.method_call(depth),
            12 => self.element(),
            13 => self.assignment(depth),
            14 => self.closure_call(depth),
            _ => self.operand(depth),
        }
    }

    /// A number that binds tighter than any operator.
    fn operand(&mut self, depth: u32) -> String {
        format!("({})", self.number(depth))
    }

    fn call(&mut self, depth: u32) -> String {
        let count = self.functions.len() as u32;
        if count == 0 {
            return self.literal();
        }
        let index = self.rng.below(count);
        let callee = self.functions[index as usize];
        let given = callee.parameters - self.rng.below(callee.optional + 1);
        let arguments: Vec<String> = (0..given).map(|_| self.passed(depth)).collect();
        format!("f{index}({})", arguments.join(", "))
    }

    fn method_call(&mut self, depth: u32) -> String {
        let classes: Vec<usize> = (0..self.classes.len()).collect();
        let Some(class) = self.rng.pick(&classes).copied() else { return self.literal() };
        let (Some(object), methods) = (self.variable(Type::Instance(class)), self.methods(class)) else {
            return self.literal();
        };
        match self.rng.pick(&methods) {
            Some(method) => format!("{object}.m{method}({})", self.passed(depth)),
            None => format!("{object}.f"),
        }
    }

    fn closure_call(&mut self, depth: u32) -> String {
        match self.variable(Type::Closure) {
            Some(closure) => format!("{closure}({})", self.passed(depth)),
            None => self.literal(),
        }
    }

    /// An element that is there.
    fn element(&mut self) -> String {
        match self.variable(Type::Array) {
            Some(array) => format!("{array}[{} % len({array})]", self.rng.below(50)),
            None => self.literal(),
        }
    }

    fn assignment(&mut self, depth: u32) -> String {
        match self.assignable(Type::Number) {
            Some(name) => format!("({name} = bound({}))", self.number(depth)),
            None => self.literal(),
        }
    }

    fn container(&mut self, depth: u32) -> String {
        let ty = [Type::Array, Type::Table, Type::Text][self.rng.below(3) as usize];
        match self.variable(ty) {
            Some(name) => name,
            None => format!("({})", self.expr(ty, depth)),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        if depth == 0 || self.rng.one_in(3) {
            let variable = if self.rng.one_in(2) { None } else { self.variable(Type::Text) };
            let literal = TEXTS[self.rng.below(TEXTS.len() as u32) as usize];
            return variable.unwrap_or_else(|| literal.into());
        }
        let depth = depth - 1;
        match self.rng.below(4) {
            0 => format!("({} + {})", self.text(depth), self.text(depth)),
            1 => format!("({} + {})", self.text(depth), self.number(depth)),
            2 => format!("({} + {})", self.bool(depth), self.text(depth)),
            _ => format!("type({})", self.number(depth)),
        }
    }

    pub(super) fn bool(&mut self, depth: u32) -> String {
        if depth == 0 || self.rng.one_in(6) {
            let variable = if self.rng.one_in(2) { None } else { self.variable(Type::Bool) };
            let literal = ["true", "false"][self.rng.below(2) as usize];
            return variable.unwrap_or_else(|| literal.into());
        }
        let depth = depth - 1;
        match self.rng.below(6) {
            0..=2 => {
                let op = ["<", "<=", ">", ">=", "==", "!="][self.rng.below(6) as usize];
                format!("({} {op} {})", self.number(depth), self.number(depth))
            }
            3 => {
                let op = ["and", "or"][self.rng.below(2) as usize];
                format!("({} {op} {})", self.bool(depth), self.bool(depth))
            }
            4 => format!("!{}", self.bool(depth)),
            _ => format!("({} == {})", self.text(depth), self.text(depth)),
        }
    }

    fn array(&mut self, depth: u32) -> String {
        let depth = depth.saturating_sub(1);
        if self.rng.one_in(4)
            && let Some(array) = self.variable(Type::Array)
        {
            return format!("{array}[:]");
        }
        let values: Vec<String> = (0..1 + self.rng.below(4)).map(|_| self.passed(depth)).collect();
        let [open, close] = if self.rng.one_in(2) { ["{", "}"] } else { ["[", "]"] };
        format!("{open}{}{close}", values.join(", "))
    }

    fn table(&mut self, depth: u32) -> String {
        let depth = depth.saturating_sub(1);
        let count = self.rng.below(KEYS.len() as u32) as usize;
        let entries: Vec<String> =
            KEYS[..count].iter().map(|key| format!("{key}: {}", self.passed(depth))).collect();
        format!("{{{}}}", entries.join(", "))
    }

    pub(super) fn key(&mut self) -> &'static str {
        KEYS[self.rng.below(KEYS.len() as u32) as usize]
    }

    /// A function that uses and changes what is around it.
    fn closure(&mut self, depth: u32) -> String {
        let change = match self.assignable(Type::Number) {
            Some(name) => format!(" {name} = bound({name} + x);"),
            None => String::new(),
        };
        let value = self.number(depth.min(1));
        format!("fn(x) {{ if spent() {{ return 0 }}{change} return bound(x + {value}) }}")
    }

    fn instance(&mut self, class: usize, depth: u32) -> String {
        format!("C{class}(bound({}))", self.number(depth.min(1)))
    }
}
