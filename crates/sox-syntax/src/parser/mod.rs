//! Tokens to a tree, by recursive descent; what the statements and expressions have in common.
//!
//! After an error the parser is in panic mode: it goes on as if nothing had happened, in silence, until the end of the declaration
//! and then to a token where a statement begins. Users know which errors follow which: see [`Parser::synchronize`].

mod declarations;
mod expressions;
mod functions;
mod loops;
mod statements;

use crate::ast::{Ident, MAX_DEPTH, Module, Name, Span, Target};
use crate::diagnostic::{Diagnostic, Kind, Label, Place};
use crate::lexer::{Fault, lex};
use crate::lines::Lines;
use crate::scope::Scopes;
use crate::token::{Token, TokenKind};
use std::collections::BTreeSet;

/// Functions of the parser that call themselves do so at most this often, whatever the text. Two mebibytes of stack are enough
/// for that without optimization.
const MAX_RECURSION: u32 = 400;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The main script: nothing can be returned from it.
    #[default]
    Script,
    /// A module that is imported: `return` at its top level gives its value.
    Module,
}

/// A text that was read.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The tree. With errors it is only good for looking at.
    pub module: Module,
    /// Everything wrong, in the order of the text; nothing may be run unless this is empty.
    pub diagnostics: Vec<Diagnostic>,
    /// Where its lines are.
    pub lines: Lines,
    /// The names it declares at its top level, each declaration.
    pub globals: Vec<Ident>,
}

impl Parsed {
    /// Nothing is wrong but that the text ends too early: an editor should ask for another line.
    pub fn is_incomplete(&self) -> bool {
        self.diagnostics.first().is_some_and(Diagnostic::is_incomplete)
    }
}

/// What texts that are entered one after the other know of each other.
#[derive(Clone, Debug, Default)]
pub struct Session {
    names: BTreeSet<Name>,
}

impl Session {
    /// Every name declared so far, in order: for completion.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter()
    }
}

/// Reads a script.
pub fn parse(source: &[u8]) -> Parsed {
    parse_as(source, Mode::Script)
}

/// Reads one of several texts that share their top level; see [`Parsed::is_incomplete`].
pub fn parse_repl(source: &[u8], session: &mut Session) -> Parsed {
    let parsed = parse(source);
    if parsed.diagnostics.is_empty() {
        session.names.extend(parsed.globals.iter().map(|ident| ident.name.clone()));
    }
    parsed
}

/// Reads a text of either kind.
pub fn parse_as(source: &[u8], mode: Mode) -> Parsed {
    if source.len() >= u32::MAX as usize {
        let span = Span::default();
        let place = Place::Lexer;
        let wrong = Diagnostic { kind: Kind::SourceTooLong, span, line: 1, place, labels: Vec::new() };
        return Parsed { diagnostics: vec![wrong], ..Parsed::default() };
    }
    // A NUL ends the text.
    let length = source.iter().position(|byte| *byte == 0).unwrap_or(source.len());
    let mut parser = Parser::new(&source[..length], mode);
    let body = parser.module();
    let module = Module { body, vars: parser.scopes.vars };
    Parsed { module, diagnostics: parser.diagnostics, lines: parser.lines, globals: parser.scopes.globals }
}

struct Parser<'s> {
    source: &'s [u8],
    mode: Mode,
    lines: Lines,
    tokens: Vec<Token>,
    /// The current token.
    at: usize,
    previous: Token,
    faults: Vec<Fault>,
    /// How many of them were met.
    met: usize,
    /// Errors are the consequence of one that was reported.
    panicking: bool,
    /// The rest of the text is not read.
    stopped: bool,
    diagnostics: Vec<Diagnostic>,
    scopes: Scopes,
    /// Where `main` is.
    main: Option<Span>,
    /// Calls of functions that call themselves.
    recursion: u32,
    /// Nodes on the longest path in the node that was made last.
    height: u32,
}

impl<'s> Parser<'s> {
    fn new(source: &'s [u8], mode: Mode) -> Parser<'s> {
        let (tokens, faults) = lex(source);
        let previous = Token { kind: TokenKind::End, newline: false, span: Span::default() };
        Parser {
            source,
            mode,
            lines: Lines::new(source),
            tokens,
            at: 0,
            previous,
            faults,
            met: 0,
            panicking: false,
            stopped: false,
            diagnostics: Vec::new(),
            scopes: Scopes::new(),
            main: None,
            recursion: 0,
            height: 0,
        }
    }

    fn current(&self) -> Token {
        self.ahead(0)
    }

    /// The token that comes so many after the current one.
    fn ahead(&self, count: usize) -> Token {
        self.tokens[(self.at + count).min(self.tokens.len() - 1)]
    }

    fn text(&self, span: Span) -> &'s [u8] {
        &self.source[span.start as usize..span.end as usize]
    }

    fn check(&self, kind: TokenKind) -> bool {
        self.current().kind == kind
    }

    /// The token so many after the current one is this word.
    fn is_word(&self, count: usize, word: &str) -> bool {
        let token = self.ahead(count);
        token.kind == TokenKind::Name && self.text(token.span) == word.as_bytes()
    }

    fn advance(&mut self) {
        self.previous = self.current();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        self.meet_faults();
    }

    /// Reports what the lexer found before the current token.
    fn meet_faults(&mut self) {
        while let Some(fault) = self.faults.get(self.met).copied().filter(|fault| fault.before <= self.at) {
            self.met += 1;
            let line = match fault.kind {
                Kind::UnterminatedString | Kind::UnterminatedComment => self.lines.line(fault.span.end),
                _ => self.lines.line_of(fault.span),
            };
            self.report(fault.kind, fault.span, line, Place::Lexer, Vec::new());
        }
    }

    fn matches(&mut self, kind: TokenKind) -> bool {
        let fits = self.check(kind);
        if fits {
            self.advance();
        }
        fits
    }

    fn consume(&mut self, kind: TokenKind, otherwise: Kind) -> bool {
        let fits = self.matches(kind);
        if !fits {
            self.error_at_current(otherwise);
        }
        fits
    }

    /// Consumes what closes the bracket that was opened there.
    fn close(&mut self, kind: TokenKind, otherwise: Kind, open: Span) {
        if !self.matches(kind) {
            let known = matches!(self.text(open), b"(" | b"{" | b"[");
            let labels = known.then_some(Label { span: open, text: "opened here" });
            self.error(self.current(), otherwise, labels.into_iter().collect());
        }
    }

    fn semicolon(&mut self) {
        self.matches(TokenKind::Semicolon);
    }

    fn name(&mut self, otherwise: Kind) -> Option<Ident> {
        self.consume(TokenKind::Name, otherwise).then(|| self.ident(self.previous.span))
    }

    fn ident(&mut self, span: Span) -> Ident {
        Ident { name: self.scopes.name(self.text(span)), span }
    }

    /// Declares a name that uses do not mean yet.
    fn declare(&mut self, ident: Ident) -> Target {
        let span = ident.span;
        let (target, other) = self.scopes.declare(ident);
        if let Some(other) = other {
            let token = Token { kind: TokenKind::Name, newline: false, span };
            let labels = vec![Label { span: other, text: "it is declared here" }];
            self.error(token, Kind::AlreadyDeclared, labels);
        }
        target
    }

    fn error_at_current(&mut self, kind: Kind) {
        self.error(self.current(), kind, Vec::new());
    }

    fn error_at_previous(&mut self, kind: Kind) {
        self.error(self.previous, kind, Vec::new());
    }

    fn error(&mut self, token: Token, kind: Kind, labels: Vec<Label>) {
        if self.panicking {
            return;
        }
        let place = match token.kind {
            TokenKind::End => Place::End,
            _ => Place::Token(self.text(token.span).into()),
        };
        let line = self.lines.line_of(token.span);
        self.report(kind, token.span, line, place, labels);
    }

    /// Reports what is no reason to skip anything: the parser knows what was meant.
    fn complain(&mut self, token: Token, kind: Kind) {
        let panicking = self.panicking;
        self.error(token, kind, Vec::new());
        self.panicking = panicking;
    }

    fn report(&mut self, kind: Kind, span: Span, line: u32, place: Place, labels: Vec<Label>) {
        if !self.panicking && !self.stopped {
            self.diagnostics.push(Diagnostic { kind, span, line, place, labels });
        }
        self.panicking = true;
    }

    /// Ends panic mode: skips until behind a semicolon or before a keyword that begins a statement. Reserved words that came
    /// into use later are not among them, as users of the older implementation would not see the same errors.
    fn synchronize(&mut self) {
        self.panicking = false;
        while !self.check(TokenKind::End) {
            if self.previous.kind == TokenKind::Semicolon || self.current().kind.resumes() {
                return;
            }
            self.advance();
        }
    }

    /// Begins something that can be inside of itself; not, if that is the case too often.
    fn enter(&mut self) -> bool {
        if self.recursion >= MAX_RECURSION {
            self.stop();
            return false;
        }
        self.recursion += 1;
        true
    }

    fn leave(&mut self) {
        self.recursion -= 1;
    }

    /// A node on top of others, of which the tallest has this height.
    fn grow(&mut self, height: u32) {
        self.height = height + 1;
        // The module and the node that a caller may put on top without asking.
        if self.height > MAX_DEPTH - 2 {
            self.stop();
            self.height = 0;
        }
    }

    /// The text nests too much: reports that and reads no further.
    fn stop(&mut self) {
        self.error_at_current(Kind::TooMuchNesting);
        self.stopped = true;
        self.at = self.tokens.len() - 1;
        self.met = self.faults.len();
    }

    /// From there to the end of the previous token.
    fn since(&self, start: u32) -> Span {
        Span { start, end: self.previous.span.end.max(start) }
    }
}
