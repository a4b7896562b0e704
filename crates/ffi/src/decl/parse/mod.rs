//! Recursive descent over C declarations: the token cursor and whole declarations.

mod attributes;
mod constant;
mod declarator;
mod record;
mod specifiers;

use super::error::{DeclError, DeclErrorKind, TyError};
use super::lex::{self, Tok, Token};
use super::scope::{Clash, Scope};
use super::ty::{FunctionTy, Ty};
use attributes::Attributes;
use specifiers::Specifiers;
use std::ops::Range;
use std::sync::Arc;

/// Deepest nesting of brackets, records and parameter lists. Bounds the stack the parser uses.
const MAX_PARSE_DEPTH: u32 = 60;

/// What a declaration declared, apart from typedefs and tags.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// A function, or in [`Mode::Single`] a pointer to one.
    Function { name: Option<String>, ty: Arc<FunctionTy>, span: Range<usize> },
    /// An object with external linkage.
    Variable { name: String, ty: Ty, span: Range<usize> },
}

/// How much freedom the text has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Header text: every declaration has a name and ends in `;`.
    Header,
    /// One function: it may be unnamed, or a pointer to a function, and the last `;` may be left out.
    Single,
}

/// Reads all declarations of `text`; typedefs, tags and enumerators go to `scope`.
pub(super) fn declarations(text: &str, scope: &mut Scope, mode: Mode) -> Result<Vec<Item>, DeclError> {
    let tokens = lex::tokens(text)?;
    let mut parser = Parser { text, tokens, at: 0, scope, depth: 0, mode };
    let mut items = Vec::new();
    while parser.peek() != Tok::End {
        parser.declaration(&mut items)?;
    }
    Ok(items)
}

struct Parser<'t, 's> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    at: usize,
    scope: &'s mut Scope,
    depth: u32,
    mode: Mode,
}

type Parsed<T> = Result<T, DeclError>;

impl<'t> Parser<'t, '_> {
    fn peek(&self) -> Tok<'t> {
        self.tokens[self.at].tok
    }

    fn peek_second(&self) -> Tok<'t> {
        self.tok(self.at + 1)
    }

    fn tok(&self, at: usize) -> Tok<'t> {
        self.tokens.get(at).map_or(Tok::End, |t| t.tok)
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.at].span.clone()
    }

    /// From the start of `first` to the end of the token before the cursor.
    fn span_since(&self, first: Range<usize>) -> Range<usize> {
        let end = self.tokens[self.at.saturating_sub(1)].span.end;
        first.start..end.max(first.end)
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn eat(&mut self, punct: &'static str) -> bool {
        let found = self.peek() == Tok::Punct(punct);
        if found {
            self.advance();
        }
        found
    }

    fn eat_word(&mut self, words: &[&str]) -> bool {
        let found = matches!(self.peek(), Tok::Ident(word) if words.contains(&word));
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, punct: &'static str, expected: &'static str) -> Parsed<()> {
        if self.eat(punct) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn error(&self, kind: DeclErrorKind, span: Range<usize>) -> DeclError {
        DeclError::new(kind, self.text, span)
    }

    fn here(&self, kind: DeclErrorKind) -> DeclError {
        self.error(kind, self.span())
    }

    fn expected(&self, expected: &'static str) -> DeclError {
        let found = match self.peek() {
            Tok::End => "end of text".to_owned(),
            _ => format!("'{}'", &self.text[self.span()]),
        };
        self.here(DeclErrorKind::Expected { expected, found })
    }

    fn unsupported(&self, what: &'static str) -> DeclError {
        self.here(DeclErrorKind::Unsupported(what))
    }

    fn typed<T>(&self, result: Result<T, TyError>, span: &Range<usize>) -> Parsed<T> {
        result.map_err(|error| self.error(DeclErrorKind::Type(error), span.clone()))
    }

    fn unclashed<T>(&self, result: Result<T, Clash>, name: &str, span: &Range<usize>) -> Parsed<T> {
        result.map_err(|Clash| self.error(DeclErrorKind::Redeclared(name.to_owned()), span.clone()))
    }

    /// Runs `inner` one level deeper.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_PARSE_DEPTH {
            return Err(self.here(DeclErrorKind::TooDeep));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// One declaration with all its declarators and the `;`.
    fn declaration(&mut self, items: &mut Vec<Item>) -> Parsed<()> {
        if self.eat(";") {
            return Ok(());
        }
        let first = self.span();
        let specs = self.specifiers()?;
        if let Some((_, span)) = specs.align.clone() {
            return Err(self.error(DeclErrorKind::Unsupported("alignment on anything but members"), span));
        }
        let tag_only = specs.defines_tag && matches!(self.peek(), Tok::Punct(";") | Tok::End);
        if !tag_only {
            self.declarators(&specs, first, items)?;
        }
        match self.peek() {
            Tok::Punct(";") => self.advance(),
            Tok::End if self.mode == Mode::Single => {}
            Tok::Punct("{") => return Err(self.unsupported("function bodies")),
            Tok::Punct("=") => return Err(self.unsupported("initialisers")),
            Tok::Ident("asm" | "__asm__" | "__asm") => return Err(self.unsupported("assembler names")),
            _ => return Err(self.expected("';'")),
        }
        Ok(())
    }

    /// The declarators of one declaration, separated by commas.
    fn declarators(&mut self, specs: &Specifiers, first: Range<usize>, items: &mut Vec<Item>) -> Parsed<()> {
        loop {
            let declarator = self.declarator()?;
            let mut attributes = Attributes::default();
            self.attributes(&mut attributes)?;
            let span = match &declarator.name {
                Some((_, span)) => span.clone(),
                None => self.span_since(first.clone()),
            };
            let (ty, name) = self.derive(specs.ty.clone(), specs.constant, declarator)?;
            let ty = self.vectored(ty, &mut attributes)?;
            self.refuse(&attributes, true)?;
            match name {
                Some((name, span)) if specs.typedef => {
                    let defined = self.scope.define_typedef(&name, ty);
                    self.unclashed(defined, &name, &span)?;
                }
                None if specs.typedef => return Err(self.expected("a name")),
                name => items.push(self.item(name.map(|n| n.0), ty, span)?),
            }
            if !self.eat(",") {
                return Ok(());
            }
        }
    }

    fn item(&self, name: Option<String>, ty: Ty, span: Range<usize>) -> Parsed<Item> {
        if name.is_none() && self.mode == Mode::Header {
            return Err(self.expected("a name"));
        }
        let function = match self.mode {
            Mode::Single => ty.as_function().cloned(),
            Mode::Header => match &ty {
                Ty::Function(f) => Some(Arc::clone(f)),
                _ => None,
            },
        };
        match (function, name) {
            (Some(ty), name) => Ok(Item::Function { name, ty, span }),
            (None, Some(name)) => Ok(Item::Variable { name, ty, span }),
            (None, None) => Err(self.expected("a parameter list")),
        }
    }
}
