//! Loops.

use super::Parser;
use super::expressions::Level;
use crate::ast::{Expr, Ident, Span, Stmt, StmtKind, Target};
use crate::diagnostic::Kind;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn while_statement(&mut self) -> StmtKind {
        self.advance();
        let condition = self.expression();
        let height = self.height;
        let body = self.loop_body();
        self.height = self.height.max(height);
        StmtKind::While { condition, body }
    }

    fn loop_body(&mut self) -> Box<Stmt> {
        self.scopes.function().loops += 1;
        let body = self.statement();
        self.scopes.function().loops -= 1;
        Box::new(body)
    }

    pub(super) fn for_statement(&mut self) -> StmtKind {
        self.advance();
        self.scopes.begin();
        let parens = self.check(TokenKind::LeftParen);
        let kind = match self.is_for_in(usize::from(parens)) {
            true => self.for_in(parens),
            false => self.for_clauses(parens),
        };
        self.scopes.end();
        kind
    }

    /// From the token so many after the current one: `[var] name [, name] in`.
    fn is_for_in(&self, mut at: usize) -> bool {
        let is = |at: usize, kind| self.ahead(at).kind == kind;
        at += usize::from(is(at, TokenKind::Var));
        if is(at, TokenKind::Name) && is(at + 1, TokenKind::Comma) {
            at += 2;
        }
        is(at, TokenKind::Name) && is(at + 1, TokenKind::In)
    }

    fn for_in(&mut self, parens: bool) -> StmtKind {
        let open = self.current().span;
        if parens {
            self.advance();
        }
        self.matches(TokenKind::Var);
        let mut names = Vec::new();
        loop {
            names.extend(self.name(Kind::VariableName));
            if !self.matches(TokenKind::Comma) {
                break;
            }
        }
        self.advance();
        let container = self.expression();
        let height = self.height;
        if parens {
            self.close(TokenKind::RightParen, Kind::ParenAfterFor, open);
        }
        let vars = self.loop_variables(names);
        let body = self.loop_body();
        self.height = self.height.max(height);
        StmtKind::ForIn { vars, container, body }
    }

    /// Declares them; `_` may be there twice.
    fn loop_variables(&mut self, names: Vec<Ident>) -> Vec<Target> {
        let both_unused = names.iter().all(|ident| &*ident.name == "_");
        let mut targets = Vec::new();
        for ident in names {
            let again = both_unused && !targets.is_empty();
            let target = if again { self.scopes.declare(ident).0 } else { self.declare(ident) };
            self.scopes.ready(&target);
            targets.push(target);
        }
        targets
    }

    /// `init; condition; step`, in parentheses or not. An expression in parentheses may also be all there is of `init`.
    fn for_clauses(&mut self, parens: bool) -> StmtKind {
        let outer = self.current().span;
        let mut inside = parens && matches!(self.ahead(1).kind, TokenKind::Var | TokenKind::Semicolon);
        if inside {
            self.advance();
        }
        self.height = 0;
        let start = self.current().span.start;
        let init = match self.current().kind {
            TokenKind::Semicolon => {
                self.advance();
                None
            }
            TokenKind::Var => {
                self.advance();
                let variables = self.variables();
                Some(self.make_stmt(start, variables))
            }
            _ => {
                let value = if parens { self.for_paren(&mut inside) } else { self.expression() };
                self.semicolon();
                Some(self.make_stmt(start, StmtKind::Expr(value)))
            }
        };
        let tallest = self.height;
        let (condition, step) = self.condition_and_step(inside, outer);
        let tallest = self.height.max(tallest);
        let body = self.loop_body();
        self.height = self.height.max(tallest);
        StmtKind::For { init: init.map(Box::new), condition, step, body }
    }

    /// An expression that begins behind a parenthesis; whether the parenthesis is that of all clauses.
    fn for_paren(&mut self, inside: &mut bool) -> Expr {
        self.advance();
        let open = self.previous.span;
        let first = self.expression();
        *inside = self.check(TokenKind::Semicolon);
        if *inside {
            return first;
        }
        self.close(TokenKind::RightParen, Kind::ParenAfterExpression, open);
        self.infix(first, open.start, Level::Assignment, false)
    }

    fn condition_and_step(&mut self, inside: bool, open: Span) -> (Option<Expr>, Option<Expr>) {
        self.height = 0;
        let condition = (!self.matches(TokenKind::Semicolon)).then(|| {
            let condition = self.expression();
            self.consume(TokenKind::Semicolon, Kind::SemicolonAfterCondition);
            condition
        });
        let height = self.height;
        let next = self.current().kind;
        // A brace begins the body.
        let stepless = next == TokenKind::LeftBrace || !next.starts_expression();
        let step = (!stepless).then(|| self.expression());
        self.height = self.height.max(height);
        if inside {
            self.close(TokenKind::RightParen, Kind::ParenAfterFor, open);
        }
        (condition, step)
    }

    pub(super) fn foreach_statement(&mut self) -> StmtKind {
        self.advance();
        self.scopes.begin();
        self.consume(TokenKind::Var, Kind::VarAfterForeach);
        let mut names = Vec::new();
        names.extend(self.name(Kind::IndexVariableName));
        self.consume(TokenKind::Comma, Kind::CommaAfterIndexVariable);
        names.extend(self.name(Kind::ValueVariableName));
        self.consume(TokenKind::In, Kind::InAfterForeach);
        let container = self.expression();
        let height = self.height;
        let vars = self.loop_variables(names);
        let start = self.current().span.start;
        self.consume(TokenKind::LeftBrace, Kind::BraceBeforeForeach);
        self.scopes.function().loops += 1;
        let body = StmtKind::Block(self.scoped_block());
        self.scopes.function().loops -= 1;
        let body = Box::new(self.make_stmt(start, body));
        self.scopes.end();
        self.height = self.height.max(height);
        StmtKind::ForIn { vars, container, body }
    }
}
