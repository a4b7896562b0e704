//! Expressions back to source text.

use super::Printer;
use crate::ast::*;
use crate::token::TokenKind;
use std::fmt::Write;

/// How tightly an expression holds together; operands of an operator hold together at least as it does.
fn level(kind: &ExprKind) -> u8 {
    use BinaryOp::*;
    match kind {
        ExprKind::Assign(..) => 0,
        ExprKind::Or(..) => 1,
        ExprKind::And(..) => 2,
        ExprKind::Binary(Eq | Ne, ..) => 3,
        ExprKind::Binary(Lt | Le | Gt | Ge, ..) | ExprKind::Is(..) => 4,
        ExprKind::Range(..) => 5,
        ExprKind::Binary(Add | Sub, ..) => 6,
        ExprKind::Binary(Mul | Div | Rem, ..) => 7,
        ExprKind::Unary(..) => 8,
        _ => POSTFIX,
    }
}

const POSTFIX: u8 = 9;

impl Printer {
    pub(super) fn list<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        for (index, expr) in exprs.into_iter().enumerate() {
            self.put(if index == 0 { "" } else { ", " });
            self.expr(expr, 0);
        }
    }

    /// An expression, in parentheses if it does not hold together so tightly.
    pub(super) fn expr(&mut self, expr: &Expr, least: u8) {
        let level = level(&expr.kind);
        if level < least {
            self.put("(");
        }
        match &expr.kind {
            ExprKind::Unary(op, operand) => {
                self.put(if *op == UnaryOp::Neg { "-" } else { "!" });
                self.expr(operand, level);
            }
            ExprKind::Binary(op, left, right) => self.infix(op.text(), left, right, level),
            ExprKind::And(left, right) => self.infix("and", left, right, level),
            ExprKind::Or(left, right) => self.infix("or", left, right, level),
            ExprKind::Range(left, right) => self.infix("..", left, right, level),
            ExprKind::Is(left, right) => self.is(left, right, level),
            ExprKind::Assign(place, value) => self.assign(place, value),
            _ => self.operand(expr),
        }
        if level < least {
            self.put(")");
        }
    }

    fn infix(&mut self, op: &str, left: &Expr, right: &Expr, level: u8) {
        self.expr(left, level);
        let _ = write!(self.out, " {op} ");
        self.expr(right, level + 1);
    }

    fn is(&mut self, left: &Expr, right: &Expr, level: u8) {
        self.expr(left, level);
        // What an operator or a bracket begins is in parentheses here.
        self.put(" is (");
        self.expr(right, 0);
        self.put(")");
    }

    fn assign(&mut self, place: &Place, value: &Expr) {
        match place {
            Place::Name(ident, _) => self.put(&ident.name),
            Place::Property(object, name) => self.property(object, name),
            Place::Index(object, index) => self.index(object, index),
        }
        self.put(" = ");
        self.expr(value, 0);
    }

    fn property(&mut self, object: &Expr, name: &Ident) {
        self.expr(object, POSTFIX);
        // `1.` would be the beginning of a fraction only before a digit.
        self.put(".");
        self.put(&name.name);
    }

    fn index(&mut self, object: &Expr, index: &Expr) {
        self.expr(object, POSTFIX);
        self.put("[");
        self.expr(index, 0);
        self.put("]");
    }

    fn operand(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Nil => self.put("nil"),
            ExprKind::Bool(value) => self.put(if *value { "true" } else { "false" }),
            ExprKind::Number(value) => self.number(*value),
            ExprKind::String(bytes) => self.string(bytes),
            ExprKind::Name(name, _) => self.put(name),
            ExprKind::This(_) => self.put("this"),
            ExprKind::Super { name, .. } => {
                self.put("super.");
                self.put(&name.name);
            }
            ExprKind::Call(callee, arguments) => {
                self.expr(callee, POSTFIX);
                self.put("(");
                self.list(arguments);
                self.put(")");
            }
            ExprKind::Property(object, name) => self.property(object, name),
            ExprKind::Index(object, index) => self.index(object, index),
            ExprKind::Slice(object, first, last) => {
                self.expr(object, POSTFIX);
                self.put("[");
                first.iter().for_each(|first| self.expr(first, 0));
                self.put(":");
                last.iter().for_each(|last| self.expr(last, 0));
                self.put("]");
            }
            ExprKind::Array(values) => {
                self.put("[");
                self.list(values);
                self.put("]");
            }
            ExprKind::Table(entries) => self.table(entries),
            ExprKind::Function(function) => {
                self.put("fn");
                self.function(function);
            }
            _ => {}
        }
    }

    fn table(&mut self, entries: &[(TableKey, Expr)]) {
        self.put("{");
        for (index, (key, value)) in entries.iter().enumerate() {
            self.put(if index == 0 { "" } else { ", " });
            match std::str::from_utf8(&key.key) {
                Ok(name) if is_name(&key.key) => self.put(name),
                _ => self.string(&key.key),
            }
            self.put(": ");
            self.expr(value, 0);
        }
        self.put("}");
    }

    fn number(&mut self, value: f64) {
        let _ = match value {
            value if value.is_infinite() => write!(self.out, "1e999"),
            value if value.fract() == 0.0 && value < 1e15 => write!(self.out, "{value}"),
            value => write!(self.out, "{value:?}"),
        };
    }

    pub(super) fn string(&mut self, bytes: &[u8]) {
        self.put("\"");
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '"' => self.put("\\\""),
                    '\\' => self.put("\\\\"),
                    '\n' => self.put("\\n"),
                    '\t' => self.put("\\t"),
                    '\r' => self.put("\\r"),
                    '\0' => self.put("\\0"),
                    c if c.is_control() => {
                        let _ = write!(self.out, "\\u{{{:x}}}", u32::from(c));
                    }
                    c => self.out.push(c),
                }
            }
            for byte in chunk.invalid() {
                let _ = write!(self.out, "\\x{byte:02x}");
            }
        }
        self.put("\"");
    }
}

/// A name, not a keyword.
pub(super) fn is_name(text: &[u8]) -> bool {
    let first = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    first
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        && TokenKind::word(text) == TokenKind::Name
}
