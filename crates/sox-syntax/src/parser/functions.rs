//! Functions of all kinds: parameters and bodies.

use super::Parser;
use crate::ast::{Binding, Function, FunctionKind, Ident, Param, Stmt};
use crate::diagnostic::Kind;
use crate::token::TokenKind;

/// As many parameters and arguments as a call can have.
const MAX_PARAMETERS: usize = 255;

impl Parser<'_> {
    /// From the parameters to the end of the body.
    pub(super) fn function(&mut self, kind: FunctionKind, name: Option<Ident>, start: u32) -> Function {
        let at = name.as_ref().map_or(self.current().span, |name| name.span);
        let this = self.scopes.begin_function(kind, at);
        let open = self.current().span;
        let otherwise = match kind {
            FunctionKind::Defer => Kind::ParenAfterDefer,
            _ => Kind::ParenBeforeParameters,
        };
        self.consume(TokenKind::LeftParen, otherwise);
        self.height = 0;
        let params = self.parameters(kind);
        let tallest = self.height;
        self.close(TokenKind::RightParen, Kind::ParenAfterParameters, open);
        self.consume(TokenKind::LeftBrace, Kind::BraceBeforeFunction);
        let body = self.block();
        self.scopes.end_function();
        self.grow(self.height.max(tallest));
        Function { name, kind, params, body, span: self.since(start), this }
    }

    fn parameters(&mut self, kind: FunctionKind) -> Vec<Param> {
        let mut params = Vec::new();
        let mut tallest = 0;
        let mut optional = false;
        while !self.check(TokenKind::RightParen) || !params.is_empty() {
            self.limit_parameters(params.len() as u32);
            let target = self.name(Kind::ParameterName).map(|ident| self.declare(ident));
            let after = self.previous;
            if kind == FunctionKind::Defer {
                self.complain(after, Kind::DeferParameters);
            }
            let defaulted = target.is_some() && self.matches(TokenKind::Equal);
            let default = defaulted.then(|| self.expression());
            if default.is_some() {
                tallest = self.height.max(tallest);
            } else if optional {
                self.complain(after, Kind::DefaultBefore);
            }
            optional |= default.is_some();
            if let Some(target) = target {
                self.scopes.ready(&target);
                if let Binding::Local(var) = target.binding {
                    params.push(Param { var, ident: target.ident, default });
                }
            }
            if !self.matches(TokenKind::Comma) {
                break;
            }
        }
        self.height = tallest;
        params
    }

    /// There are so many before the current one.
    pub(super) fn limit_parameters(&mut self, count: u32) {
        if count as usize >= MAX_PARAMETERS {
            self.error_at_current(Kind::TooManyParameters);
        }
    }

    /// There are so many, with the previous one.
    pub(super) fn limit_arguments(&mut self, count: usize) {
        if count > MAX_PARAMETERS {
            self.error_at_previous(Kind::TooManyArguments);
        }
    }

    /// Methods of a class: no `fn`.
    pub(super) fn method(&mut self) -> Function {
        let start = self.current().span.start;
        let kind = if self.is_word(0, "init") { FunctionKind::Initializer } else { FunctionKind::Method };
        let name = self.name(Kind::MethodName);
        self.function(kind, name, start)
    }

    /// Behind `{`: up to `}`.
    pub(super) fn block(&mut self) -> Vec<Stmt> {
        let open = self.previous.span;
        let mut body = Vec::new();
        let mut tallest = 0;
        while !self.check(TokenKind::RightBrace) && !self.check(TokenKind::End) {
            body.push(self.declaration());
            tallest = self.height.max(tallest);
        }
        self.close(TokenKind::RightBrace, Kind::BraceAfterBlock, open);
        self.height = tallest;
        body
    }

    /// The same with a scope of its own.
    pub(super) fn scoped_block(&mut self) -> Vec<Stmt> {
        self.scopes.begin();
        let body = self.block();
        self.scopes.end();
        body
    }
}
