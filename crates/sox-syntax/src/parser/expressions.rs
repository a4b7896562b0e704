//! Expressions, by precedence.

use super::Parser;
use crate::ast::{BinaryOp, Binding, Expr, ExprKind, FunctionKind, Ident, Place, Span, TableKey, UnaryOp};
use crate::diagnostic::{Kind, Label};
use crate::number;
use crate::scope::Use;
use crate::token::TokenKind;

/// How tightly operators bind, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Assignment,
    Or,
    And,
    Equality,
    Comparison,
    Range,
    Term,
    Factor,
    Unary,
    Postfix,
}

/// What a token behind an operand means.
#[derive(Clone, Copy)]
enum Infix {
    Or,
    And,
    Is,
    Range,
    Binary(BinaryOp),
    Call,
    Property,
    Index,
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Expr {
        self.level(Level::Assignment)
    }

    /// An expression of operators that bind at least so tightly.
    fn level(&mut self, level: Level) -> Expr {
        let start = self.current().span.start;
        if !self.enter() {
            return self.make(start, ExprKind::Nil, 0);
        }
        let expr = match self.prefix(start) {
            Some((left, direct)) => self.infix(left, start, level, direct),
            None => self.make(start, ExprKind::Nil, 0),
        };
        self.leave();
        expr
    }

    /// An expression whose tallest part has this height.
    fn make(&mut self, start: u32, kind: ExprKind, height: u32) -> Expr {
        self.grow(height);
        Expr { span: self.since(start), kind }
    }

    /// What an operand begins with, and whether it can be assigned to if it is of that kind.
    fn prefix(&mut self, start: u32) -> Option<(Expr, bool)> {
        self.advance();
        let span = self.previous.span;
        let mut height = 0;
        let kind = match self.previous.kind {
            TokenKind::LeftParen => {
                let inner = self.expression();
                self.close(TokenKind::RightParen, Kind::ParenAfterExpression, span);
                return Some((inner, false));
            }
            TokenKind::Minus | TokenKind::Bang => {
                let op = if self.previous.kind == TokenKind::Minus { UnaryOp::Neg } else { UnaryOp::Not };
                let operand = self.level(Level::Unary);
                height = self.height;
                ExprKind::Unary(op, Box::new(operand))
            }
            TokenKind::Nil => ExprKind::Nil,
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            TokenKind::Number => ExprKind::Number(number::value(self.text(span))),
            TokenKind::String => ExprKind::String(self.string(span).into()),
            TokenKind::Name => {
                let ident = self.ident(span);
                let binding = self.resolve(&ident);
                ExprKind::Name(ident.name, binding)
            }
            TokenKind::This => self.this(),
            TokenKind::Super => self.super_method(),
            TokenKind::Fn if self.check(TokenKind::LeftParen) => {
                let function = self.function(FunctionKind::Function, None, start);
                height = self.height;
                ExprKind::Function(Box::new(function))
            }
            TokenKind::LeftBrace => {
                self.height = 0;
                let kind = self.braces();
                height = self.height;
                kind
            }
            TokenKind::LeftBracket => {
                self.height = 0;
                let kind = match self.matches(TokenKind::RightBracket) {
                    true => ExprKind::Array(Vec::new()),
                    false => self.array(span, TokenKind::RightBracket, Kind::BracketAfterValues),
                };
                height = self.height;
                kind
            }
            other => {
                let named = other == TokenKind::Fn && self.check(TokenKind::Name);
                let text = "functions in expressions have no name";
                let labels = named.then(|| Label { span: self.current().span, text });
                self.error(self.previous, Kind::Expression, labels.into_iter().collect());
                return None;
            }
        };
        Some((self.make(start, kind, height), true))
    }

    /// What a name means; it is the previous token.
    pub(super) fn resolve(&mut self, ident: &Ident) -> Binding {
        match self.scopes.find(ident.name.as_bytes()) {
            Use::Is(binding) => binding,
            Use::TooEarly(var) => {
                let span = self.scopes.vars[var.0 as usize].span;
                let labels = vec![Label { span, text: "the variable is declared here" }];
                self.error(self.previous, Kind::OwnInitializer, labels);
                Binding::Local(var)
            }
        }
    }

    fn this(&mut self) -> ExprKind {
        match self.scopes.this() {
            Some(var) => ExprKind::This(var),
            None => {
                self.error_at_previous(Kind::ThisOutside);
                ExprKind::Nil
            }
        }
    }

    fn super_method(&mut self) -> ExprKind {
        let class = self.scopes.superclass();
        match class {
            None => self.error_at_previous(Kind::SuperOutside),
            Some(None) => self.error_at_previous(Kind::NoSuperclass),
            Some(Some(_)) => {}
        }
        self.consume(TokenKind::Dot, Kind::DotAfterSuper);
        let name = self.name(Kind::SuperclassMethodName);
        match (self.scopes.this(), class.flatten(), name) {
            (Some(this), Some(class), Some(name)) => ExprKind::Super { this, class, name },
            _ => ExprKind::Nil,
        }
    }

    /// Behind `{` where an expression is expected.
    fn braces(&mut self) -> ExprKind {
        let open = self.previous.span;
        if self.matches(TokenKind::RightBrace) {
            return ExprKind::Table(Vec::new());
        }
        let named = self.check(TokenKind::Name) || self.check(TokenKind::String);
        match named && self.ahead(1).kind == TokenKind::Colon {
            true => self.table(open),
            false => self.array(open, TokenKind::RightBrace, Kind::BraceAfterArray),
        }
    }

    /// Values up to the bracket that closes them.
    fn array(&mut self, open: Span, end: TokenKind, otherwise: Kind) -> ExprKind {
        let mut values = Vec::new();
        let mut tallest = 0;
        loop {
            values.push(self.expression());
            tallest = self.height.max(tallest);
            if !self.matches(TokenKind::Comma) || self.check(end) {
                break;
            }
        }
        self.close(end, otherwise, open);
        self.height = tallest;
        ExprKind::Array(values)
    }

    fn table(&mut self, open: Span) -> ExprKind {
        let mut entries = Vec::new();
        let mut tallest = 0;
        loop {
            let span = self.current().span;
            let key = match self.current().kind {
                TokenKind::Name => self.text(span).into(),
                TokenKind::String => self.string(span).into(),
                _ => {
                    self.error_at_previous(Kind::PropertyKey);
                    break;
                }
            };
            self.advance();
            self.consume(TokenKind::Colon, Kind::ColonAfterKey);
            entries.push((TableKey { key, span }, self.expression()));
            tallest = self.height.max(tallest);
            if !self.matches(TokenKind::Comma) || self.check(TokenKind::RightBrace) {
                self.close(TokenKind::RightBrace, Kind::BraceAfterTable, open);
                break;
            }
        }
        self.height = tallest;
        ExprKind::Table(entries)
    }

    /// The operators behind an operand. Only one that is `direct`, not in parentheses, can be assigned to.
    pub(super) fn infix(&mut self, mut left: Expr, start: u32, level: Level, mut direct: bool) -> Expr {
        let assigns = level == Level::Assignment;
        loop {
            if assigns && direct && self.check(TokenKind::Equal) && is_place(&left) {
                left = self.assign(left, start);
                direct = false;
                continue;
            }
            let Some((tightness, infix)) = self.operator().filter(|(tightness, _)| *tightness >= level)
            else {
                break;
            };
            left = self.operate(left, start, infix);
            direct = tightness == Level::Postfix;
        }
        if assigns && self.matches(TokenKind::Equal) {
            let labels = vec![Label { span: left.span, text: "this can't be assigned to" }];
            self.error(self.previous, Kind::AssignmentTarget, labels);
        }
        left
    }

    /// The name so many after the current token is the operator `is`: one on a line with both operands.
    pub(super) fn is_operator(&self, count: usize) -> bool {
        let next = self.ahead(count + 1);
        self.is_word(count, "is") && !self.ahead(count).newline && !next.newline && next.kind.starts_operand()
    }

    fn operator(&self) -> Option<(Level, Infix)> {
        let binary = |level, op| Some((level, Infix::Binary(op)));
        match self.current().kind {
            TokenKind::Or => Some((Level::Or, Infix::Or)),
            TokenKind::And => Some((Level::And, Infix::And)),
            TokenKind::EqualEqual => binary(Level::Equality, BinaryOp::Eq),
            TokenKind::BangEqual => binary(Level::Equality, BinaryOp::Ne),
            TokenKind::Less => binary(Level::Comparison, BinaryOp::Lt),
            TokenKind::LessEqual => binary(Level::Comparison, BinaryOp::Le),
            TokenKind::Greater => binary(Level::Comparison, BinaryOp::Gt),
            TokenKind::GreaterEqual => binary(Level::Comparison, BinaryOp::Ge),
            TokenKind::Name if self.is_operator(0) => Some((Level::Comparison, Infix::Is)),
            TokenKind::DotDot => Some((Level::Range, Infix::Range)),
            TokenKind::Plus => binary(Level::Term, BinaryOp::Add),
            TokenKind::Minus => binary(Level::Term, BinaryOp::Sub),
            TokenKind::Star => binary(Level::Factor, BinaryOp::Mul),
            TokenKind::Slash => binary(Level::Factor, BinaryOp::Div),
            TokenKind::Percent => binary(Level::Factor, BinaryOp::Rem),
            TokenKind::LeftParen => Some((Level::Postfix, Infix::Call)),
            TokenKind::Dot => Some((Level::Postfix, Infix::Property)),
            TokenKind::LeftBracket => Some((Level::Postfix, Infix::Index)),
            _ => None,
        }
    }

    /// The current token is that operator.
    fn operate(&mut self, left: Expr, start: u32, infix: Infix) -> Expr {
        let height = self.height;
        self.advance();
        let right_level = match infix {
            Infix::Call => return self.call(left, start, height),
            Infix::Property => return self.property(left, start, height),
            Infix::Index => return self.index(left, start, height),
            Infix::Or => Level::And,
            Infix::And => Level::Equality,
            Infix::Is => Level::Range,
            Infix::Range => Level::Term,
            Infix::Binary(op) => right_operand(op),
        };
        let right = Box::new(self.level(right_level));
        let left = Box::new(left);
        let kind = match infix {
            Infix::Or => ExprKind::Or(left, right),
            Infix::And => ExprKind::And(left, right),
            Infix::Is => ExprKind::Is(left, right),
            Infix::Binary(op) => ExprKind::Binary(op, left, right),
            _ => ExprKind::Range(left, right),
        };
        self.make(start, kind, self.height.max(height))
    }

    fn assign(&mut self, place: Expr, start: u32) -> Expr {
        let height = self.height;
        self.advance();
        let value = Box::new(self.expression());
        let place = match place.kind {
            ExprKind::Name(name, binding) => {
                self.scopes.assign(binding);
                Place::Name(Ident { name, span: place.span }, binding)
            }
            ExprKind::Property(object, name) => Place::Property(*object, name),
            ExprKind::Index(object, index) => Place::Index(*object, *index),
            _ => return *value,
        };
        self.make(start, ExprKind::Assign(Box::new(place), value), self.height.max(height))
    }

    fn call(&mut self, callee: Expr, start: u32, mut height: u32) -> Expr {
        let open = self.previous.span;
        let mut arguments = Vec::new();
        while !self.check(TokenKind::RightParen) || !arguments.is_empty() {
            arguments.push(self.expression());
            height = self.height.max(height);
            self.limit_arguments(arguments.len());
            if !self.matches(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightParen, Kind::ParenAfterArguments, open);
        self.make(start, ExprKind::Call(Box::new(callee), arguments), height)
    }

    fn property(&mut self, object: Expr, start: u32, height: u32) -> Expr {
        match self.name(Kind::PropertyName) {
            Some(name) => self.make(start, ExprKind::Property(Box::new(object), name), height),
            None => object,
        }
    }

    fn index(&mut self, object: Expr, start: u32, mut height: u32) -> Expr {
        let open = self.previous.span;
        let mut part = |parser: &mut Self| {
            let expr = Box::new(parser.expression());
            height = parser.height.max(height);
            expr
        };
        let first = (!self.check(TokenKind::Colon)).then(|| part(self));
        let kind = if self.matches(TokenKind::Colon) {
            let mut last = None;
            if !self.matches(TokenKind::RightBracket) {
                last = Some(part(self));
                self.close(TokenKind::RightBracket, Kind::BracketAfterRange, open);
            }
            ExprKind::Slice(Box::new(object), first, last)
        } else {
            self.close(TokenKind::RightBracket, Kind::BracketAfterIndex, open);
            match first {
                Some(index) => ExprKind::Index(Box::new(object), index),
                None => return object,
            }
        };
        self.make(start, kind, height)
    }
}

/// The level of the operand on the right: binary operators of one level group from the left.
fn right_operand(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Eq | BinaryOp::Ne => Level::Comparison,
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => Level::Range,
        BinaryOp::Add | BinaryOp::Sub => Level::Factor,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => Level::Unary,
    }
}

fn is_place(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Name(..) | ExprKind::Property(..) | ExprKind::Index(..))
}
