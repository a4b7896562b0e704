//! Declarations: imports, classes, interfaces, functions, variables.

use super::Parser;
use crate::ast::{
    Binding, Class, ExprKind, FunctionKind, Ident, Import, Span, Stmt, StmtKind, Target, VarDecl,
};
use crate::diagnostic::{Kind, Label};
use crate::escape;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn module(&mut self) -> Vec<Stmt> {
        self.meet_faults();
        let mut body = Vec::new();
        while !self.check(TokenKind::End) {
            body.push(self.declaration());
        }
        body
    }

    /// What may stand in a block. Ends panic mode.
    pub(super) fn declaration(&mut self) -> Stmt {
        let start = self.current().span.start;
        if !self.enter() {
            return self.make_stmt(start, StmtKind::Block(Vec::new()));
        }
        let stmt = match self.current().kind {
            TokenKind::Import => self.import(),
            TokenKind::Hash => self.attribute(),
            TokenKind::Class => self.class(),
            TokenKind::Defer => self.defer(),
            TokenKind::Fn => self.named_function(start, false),
            TokenKind::Var => {
                self.advance();
                self.variables()
            }
            TokenKind::Name if self.at_interface() => self.interface(),
            _ => {
                let stmt = self.statement();
                return self.declared(stmt);
            }
        };
        let stmt = self.make_stmt(start, stmt);
        self.declared(stmt)
    }

    fn declared(&mut self, stmt: Stmt) -> Stmt {
        let height = self.height;
        if self.panicking {
            self.synchronize();
        }
        self.height = height;
        self.leave();
        stmt
    }

    /// A statement whose tallest part was the height of the last node.
    pub(super) fn make_stmt(&mut self, start: u32, kind: StmtKind) -> Stmt {
        self.grow(self.height);
        Stmt { span: self.since(start), kind }
    }

    fn import(&mut self) -> StmtKind {
        self.advance();
        self.height = 0;
        if !self.matches(TokenKind::LeftParen) {
            let import = self.one_import();
            self.semicolon();
            return StmtKind::Import(vec![import]);
        }
        let open = self.previous.span;
        let mut imports = Vec::new();
        while !self.check(TokenKind::RightParen) && !self.check(TokenKind::End) {
            let before = self.at;
            imports.push(self.one_import());
            self.semicolon();
            if self.at == before {
                break;
            }
        }
        self.close(TokenKind::RightParen, Kind::ParenAfterImports, open);
        self.semicolon();
        StmtKind::Import(imports)
    }

    fn one_import(&mut self) -> Import {
        let alias = self.matches(TokenKind::Name).then(|| self.ident(self.previous.span));
        let found = self.consume(TokenKind::String, Kind::ModulePath);
        let span = self.previous.span;
        let bytes = if found { self.string(span) } else { Vec::new() };
        let path = String::from_utf8_lossy(&bytes);
        let ident = alias.unwrap_or_else(|| Ident { name: self.scopes.name(module_name(&path)), span });
        let target = if found { self.declare(ident) } else { Target { ident, binding: Binding::Global } };
        self.scopes.ready(&target);
        Import { target, path: path.into(), span }
    }

    /// The bytes that a token means.
    pub(super) fn string(&self, span: Span) -> Vec<u8> {
        let text = self.text(span);
        escape::decode(&text[1..text.len() - 1])
    }

    fn attribute(&mut self) -> StmtKind {
        let start = self.current().span.start;
        self.advance();
        self.consume(TokenKind::LeftBracket, Kind::BracketAfterHash);
        let test = self.is_word(0, "test");
        if self.consume(TokenKind::Name, Kind::AttributeName) && !test {
            self.error_at_previous(Kind::UnknownAttribute);
        }
        self.consume(TokenKind::RightBracket, Kind::BracketAfterAttribute);
        if !self.check(TokenKind::Fn) {
            self.error_at_current(Kind::FnAfterAttribute);
        }
        self.named_function(start, test)
    }

    /// `fn name(..) {..}`; without the `fn` after an error.
    fn named_function(&mut self, start: u32, test: bool) -> StmtKind {
        self.matches(TokenKind::Fn);
        let name = self.name(Kind::FunctionName);
        let target = self.declare_or_skip(name.clone());
        if test && !self.scopes.is_global() {
            self.error_at_current(Kind::NestedTest);
        }
        if self.scopes.is_global() && &*target.ident.name == "main" {
            self.note_main(target.ident.span);
        }
        self.scopes.ready(&target);
        let function = self.function(FunctionKind::Function, name, start);
        StmtKind::Fn { target, function: Box::new(function), test }
    }

    fn note_main(&mut self, span: Span) {
        match self.main {
            Some(first) => {
                let labels = vec![Label { span: first, text: "the first one" }];
                self.error(self.current(), Kind::SecondMain, labels);
            }
            None => self.main = Some(span),
        }
    }

    /// Declares a name, or nothing when it was missing.
    fn declare_or_skip(&mut self, name: Option<Ident>) -> Target {
        match name {
            Some(ident) => self.declare(ident),
            None => {
                let ident = Ident { name: self.scopes.name(b""), span: self.current().span };
                Target { ident, binding: Binding::Global }
            }
        }
    }

    fn defer(&mut self) -> StmtKind {
        let start = self.current().span.start;
        self.advance();
        StmtKind::Defer(Box::new(self.function(FunctionKind::Defer, None, start)))
    }

    /// Behind `var`.
    pub(super) fn variables(&mut self) -> StmtKind {
        let mut variables = Vec::new();
        let mut tallest = 0;
        loop {
            self.height = 0;
            variables.push(self.variable());
            tallest = self.height.max(tallest);
            if !self.matches(TokenKind::Comma) {
                break;
            }
        }
        self.semicolon();
        self.height = tallest;
        StmtKind::Var(variables)
    }

    fn variable(&mut self) -> VarDecl {
        let name = self.name(Kind::VariableName);
        let target = self.declare_or_skip(name);
        let array = self.matches(TokenKind::LeftBracket);
        if array {
            let open = self.previous.span;
            self.close(TokenKind::RightBracket, Kind::BracketAfterArray, open);
        }
        let mut value = self.matches(TokenKind::Equal).then(|| self.expression());
        if let Some(expr) = &mut value
            && array
            && matches!(&expr.kind, ExprKind::Table(entries) if entries.is_empty())
        {
            expr.kind = ExprKind::Array(Vec::new());
        }
        self.scopes.ready(&target);
        VarDecl { target, array, value }
    }

    fn class(&mut self) -> StmtKind {
        self.advance();
        let name = self.name(Kind::ClassName);
        let target = self.declare_or_skip(name);
        self.scopes.ready(&target);
        let superclass = self.matches(TokenKind::Less).then(|| self.superclass(&target)).flatten();
        let super_var = self.scopes.begin_class(superclass.as_ref().map(|(ident, _)| ident.span));
        let mut interfaces = Vec::new();
        if self.is_word(0, "implements") {
            self.advance();
            loop {
                interfaces.extend(self.use_of(Kind::InterfaceName));
                if !self.matches(TokenKind::Comma) {
                    break;
                }
            }
        }
        let open = self.current().span;
        self.consume(TokenKind::LeftBrace, Kind::BraceBeforeClass);
        let mut methods = Vec::new();
        let mut tallest = 0;
        while !self.check(TokenKind::RightBrace) && !self.check(TokenKind::End) {
            methods.push(self.method());
            tallest = self.height.max(tallest);
        }
        self.close(TokenKind::RightBrace, Kind::BraceAfterClass, open);
        self.scopes.end_class();
        self.height = tallest;
        StmtKind::Class(Box::new(Class { target, superclass, super_var, interfaces, methods }))
    }

    fn superclass(&mut self, class: &Target) -> Option<(Ident, Binding)> {
        let (ident, binding) = self.use_of(Kind::SuperclassName)?;
        if ident.name == class.ident.name {
            self.error_at_previous(Kind::InheritsItself);
        }
        Some((ident, binding))
    }

    /// A name that means a variable.
    fn use_of(&mut self, otherwise: Kind) -> Option<(Ident, Binding)> {
        let ident = self.name(otherwise)?;
        let binding = self.resolve(&ident);
        Some((ident, binding))
    }

    /// A declaration of an interface begins here, not an expression that a variable of that name begins.
    fn at_interface(&self) -> bool {
        let name = self.ahead(1);
        self.is_word(0, "interface")
            && name.kind == TokenKind::Name
            && !name.newline
            && self.ahead(2).kind == TokenKind::LeftBrace
    }

    fn interface(&mut self) -> StmtKind {
        self.advance();
        let name = self.name(Kind::InterfaceName);
        let target = self.declare_or_skip(name);
        self.scopes.ready(&target);
        let open = self.current().span;
        self.advance();
        let mut methods = Vec::new();
        while !self.check(TokenKind::RightBrace) && !self.check(TokenKind::End) {
            let before = self.at;
            let name = self.name(Kind::MethodName);
            let count = self.parameter_names();
            methods.extend(name.map(|name| (name, count)));
            self.semicolon();
            if self.at == before {
                break;
            }
        }
        self.close(TokenKind::RightBrace, Kind::BraceAfterInterface, open);
        self.height = 0;
        StmtKind::Interface { target, methods }
    }

    fn parameter_names(&mut self) -> u32 {
        let open = self.current().span;
        self.consume(TokenKind::LeftParen, Kind::ParenBeforeParameters);
        let mut count = 0;
        while !self.check(TokenKind::RightParen) {
            self.limit_parameters(count);
            if self.name(Kind::ParameterName).is_none() {
                break;
            }
            count += 1;
            if !self.matches(TokenKind::Comma) {
                break;
            }
        }
        self.close(TokenKind::RightParen, Kind::ParenAfterParameters, open);
        count
    }
}

/// The name that a module is bound to without an alias: the last component of its path without the ending.
fn module_name(path: &str) -> &[u8] {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.strip_suffix(".sox").filter(|stem| !stem.is_empty()).unwrap_or(last).as_bytes()
}
