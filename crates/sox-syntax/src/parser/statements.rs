//! Statements other than loops.

use super::{Mode, Parser};
use crate::ast::{Clause, Expr, FunctionKind, MAX_DEPTH, Stmt, StmtKind};
use crate::diagnostic::Kind;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Stmt {
        let start = self.current().span.start;
        self.height = 0;
        if !self.enter() {
            return self.make_stmt(start, StmtKind::Block(Vec::new()));
        }
        let kind = match self.current().kind {
            TokenKind::Break => self.break_statement(),
            TokenKind::Continue => self.continue_statement(),
            TokenKind::Assert => self.assert_statement(),
            TokenKind::Print => {
                self.advance();
                let value = self.expression();
                self.semicolon();
                StmtKind::Print(value)
            }
            TokenKind::If => self.if_statement(),
            TokenKind::Switch => self.switch_statement(),
            TokenKind::Return => self.return_statement(),
            TokenKind::While => self.while_statement(),
            TokenKind::For => self.for_statement(),
            TokenKind::Foreach => self.foreach_statement(),
            TokenKind::LeftBrace => {
                self.advance();
                StmtKind::Block(self.scoped_block())
            }
            TokenKind::Name if self.at_try() => self.try_statement(),
            TokenKind::Name if self.at_throw() => self.throw_statement(),
            _ => {
                let value = self.expression();
                self.semicolon();
                StmtKind::Expr(value)
            }
        };
        let stmt = self.make_stmt(start, kind);
        self.leave();
        stmt
    }

    fn break_statement(&mut self) -> StmtKind {
        self.advance();
        let function = self.scopes.function();
        if function.loops == 0 && function.switches == 0 {
            self.error_at_previous(Kind::BreakOutside);
        } else {
            self.semicolon();
        }
        StmtKind::Break
    }

    fn continue_statement(&mut self) -> StmtKind {
        self.advance();
        if self.scopes.function().loops == 0 {
            self.error_at_previous(Kind::ContinueOutside);
        } else {
            self.semicolon();
        }
        StmtKind::Continue
    }

    fn assert_statement(&mut self) -> StmtKind {
        self.advance();
        let open = self.current().span;
        self.consume(TokenKind::LeftParen, Kind::ParenAfterAssertWord);
        let condition = self.expression();
        let height = self.height;
        let message = self.matches(TokenKind::Comma).then(|| self.expression());
        self.close(TokenKind::RightParen, Kind::ParenAfterAssert, open);
        self.semicolon();
        self.height = self.height.max(height);
        StmtKind::Assert { condition, message }
    }

    /// With every `else if` behind it, however many: they nest in the tree only.
    fn if_statement(&mut self) -> StmtKind {
        struct Link {
            start: u32,
            condition: Expr,
            then: Stmt,
            height: u32,
        }
        let mut links = Vec::new();
        let mut otherwise = None;
        let mut tallest = 0;
        loop {
            let start = self.current().span.start;
            self.advance();
            let condition = self.expression();
            let height = self.height;
            let then = self.statement();
            links.push(Link { start, condition, then, height: self.height.max(height) });
            if links.len() as u32 >= MAX_DEPTH {
                self.stop();
            }
            if !self.matches(TokenKind::Else) {
                break;
            }
            if !self.check(TokenKind::If) {
                otherwise = Some(Box::new(self.statement()));
                tallest = self.height;
                break;
            }
        }
        loop {
            let Some(Link { start, condition, then, height }) = links.pop() else {
                unreachable!("the first returns")
            };
            self.height = height.max(tallest);
            let kind = StmtKind::If { condition, then: Box::new(then), otherwise };
            if links.is_empty() {
                return kind;
            }
            otherwise = Some(Box::new(self.make_stmt(start, kind)));
            tallest = self.height;
        }
    }

    fn switch_statement(&mut self) -> StmtKind {
        self.advance();
        let value = self.expression();
        let mut tallest = self.height;
        let open = self.current().span;
        self.consume(TokenKind::LeftBrace, Kind::BraceBeforeSwitch);
        self.scopes.function().switches += 1;
        let mut clauses: Vec<Clause> = Vec::new();
        let mut default = false;
        while self.check(TokenKind::Case) || self.check(TokenKind::Default) && !default {
            default |= self.check(TokenKind::Default);
            clauses.push(self.clause());
            tallest = self.height.max(tallest);
        }
        self.scopes.function().switches -= 1;
        self.close(TokenKind::RightBrace, Kind::BraceAfterSwitch, open);
        self.height = tallest;
        StmtKind::Switch { value, clauses }
    }

    fn clause(&mut self) -> Clause {
        let start = self.current().span.start;
        let case = self.check(TokenKind::Case);
        self.advance();
        let value = case.then(|| self.expression());
        let height = if case { self.height } else { 0 };
        let body = (!case || self.check(TokenKind::LeftBrace)).then(|| self.statement());
        self.grow(if body.is_some() { self.height.max(height) } else { height });
        Clause { span: self.since(start), value, body }
    }

    fn return_statement(&mut self) -> StmtKind {
        self.advance();
        let kind = self.scopes.function().kind;
        if kind.is_none() && self.mode == Mode::Script {
            self.error_at_previous(Kind::TopLevelReturn);
        }
        if self.matches(TokenKind::Semicolon) || self.is_bare_return() {
            return StmtKind::Return(None);
        }
        if kind == Some(FunctionKind::Initializer) {
            self.error_at_previous(Kind::InitializerReturn);
        }
        let value = self.expression();
        self.semicolon();
        StmtKind::Return(Some(value))
    }

    /// Nothing is returned: what follows is on another line, or ends the statement around this one.
    fn is_bare_return(&self) -> bool {
        use TokenKind::{Case, Default, Else, End, RightBrace};
        let token = self.current();
        token.newline || matches!(token.kind, RightBrace | End | Else | Case | Default)
    }

    /// A `try` statement begins here, not an expression with a variable of that name.
    fn at_try(&self) -> bool {
        self.is_word(0, "try") && self.ahead(1).kind == TokenKind::LeftBrace
    }

    fn try_statement(&mut self) -> StmtKind {
        self.advance();
        self.advance();
        let body = self.scoped_block();
        let tallest = self.height;
        if !self.is_word(0, "catch") {
            self.error_at_current(Kind::CatchAfterTry);
            return StmtKind::Try { body, error: None, handler: Vec::new() };
        }
        self.advance();
        let parens = self.matches(TokenKind::LeftParen);
        let open = self.previous.span;
        let named = parens || self.check(TokenKind::Name);
        let name = if named { self.name(Kind::ErrorVariableName) } else { None };
        if parens {
            self.close(TokenKind::RightParen, Kind::ParenAfterCatch, open);
        }
        self.scopes.begin();
        let error = name.map(|ident| self.declare(ident));
        if let Some(target) = &error {
            self.scopes.ready(target);
        }
        self.consume(TokenKind::LeftBrace, Kind::BraceBeforeCatch);
        let handler = self.block();
        self.scopes.end();
        self.height = self.height.max(tallest);
        StmtKind::Try { body, error, handler }
    }

    /// A `throw` statement begins here, not an expression with a variable of that name.
    fn at_throw(&self) -> bool {
        let next = self.ahead(1);
        self.is_word(0, "throw")
            && !next.newline
            && (next.kind.starts_operand() || matches!(next.kind, TokenKind::LeftBrace | TokenKind::Bang))
            && !self.is_operator(1)
    }

    fn throw_statement(&mut self) -> StmtKind {
        self.advance();
        let value = self.expression();
        self.semicolon();
        StmtKind::Throw(value)
    }
}
