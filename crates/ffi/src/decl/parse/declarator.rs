//! Declarators: pointers, arrays, parameter lists and the brackets that group them.

use super::attributes::Attributes;
use super::{Parsed, Parser};
use crate::decl::error::{DeclErrorKind, TyError};
use crate::decl::lex::Tok;
use crate::decl::ty::{Param, Tag, Ty};
use std::ops::Range;

/// A name and how its type derives from the specifiers' type.
pub(super) struct Declarator {
    pub(super) name: Option<Name>,
    /// In the order in which they apply to the specifiers' type.
    derivations: Vec<(Derivation, Range<usize>)>,
}

/// An identifier and where it stands.
pub(super) type Name = (String, Range<usize>);

enum Derivation {
    /// The flag is the pointer's own `const`.
    Pointer(bool),
    Array(Option<u32>),
    Function(Vec<Param>, bool),
}

/// Most derivations of one declarator; longer ones could only end in a type that is too deep.
const MAX_DERIVATIONS: usize = 128;

impl Parser<'_, '_> {
    /// A declarator with or without a name.
    pub(super) fn declarator(&mut self) -> Parsed<Declarator> {
        self.nested(Self::declarator_inner)
    }

    fn declarator_inner(&mut self) -> Parsed<Declarator> {
        let mut out = Declarator { name: None, derivations: Vec::new() };
        let mut grouped = None;
        self.pointers(&mut out)?;
        if let Some(name) = self.identifier() {
            out.name = Some((name.to_owned(), self.span()));
            self.advance();
        }
        match self.peek() {
            Tok::Punct("(") if out.name.is_none() && self.at_group() => {
                self.advance();
                grouped = Some(self.declarator()?);
                self.expect(")", "')'")?;
            }
            _ => {}
        }
        let suffixes = self.suffixes()?;
        out.derivations.extend(suffixes.into_iter().rev());
        if let Some(inner) = grouped {
            out.name = inner.name;
            out.derivations.extend(inner.derivations);
        }
        Ok(out)
    }

    /// Whether the `(` at the cursor groups a declarator rather than opening a parameter list.
    fn at_group(&self) -> bool {
        match self.behind_attributes(self.at + 1) {
            Tok::Punct("*" | "(" | "[") => true,
            tok @ Tok::Ident(_) => !self.at_type(tok),
            _ => false,
        }
    }

    /// The first token from `at` on that is no part of an attribute: both a declarator and a parameter may start with some.
    fn behind_attributes(&self, mut at: usize) -> Tok<'_> {
        while let Tok::Ident("__attribute__" | "__attribute" | "__declspec" | "__cdecl") = self.tok(at) {
            at += 1;
            let mut open = 0u32;
            loop {
                match self.tok(at) {
                    Tok::Punct("(") => open += 1,
                    Tok::Punct(")") if open > 0 => open -= 1,
                    Tok::End => return Tok::End,
                    _ => {}
                }
                if open == 0 {
                    break;
                }
                at += 1;
            }
            at += usize::from(self.tok(at) == Tok::Punct(")"));
        }
        self.tok(at)
    }

    fn pointers(&mut self, out: &mut Declarator) -> Parsed<()> {
        loop {
            self.attributes_ignored()?;
            let span = self.span();
            if self.eat_word(&["__cdecl", "__restrict", "__restrict__"]) {
                continue;
            }
            if !self.eat("*") {
                return Ok(());
            }
            let mut constant = false;
            loop {
                if self.eat_word(&["const", "__const"]) {
                    constant = true;
                } else if !self.eat_word(&[
                    "volatile",
                    "__volatile__",
                    "restrict",
                    "__restrict",
                    "__restrict__",
                ]) {
                    break;
                }
            }
            self.bounded(&out.derivations)?;
            out.derivations.push((Derivation::Pointer(constant), span));
        }
    }

    fn bounded(&self, derivations: &[(Derivation, Range<usize>)]) -> Parsed<()> {
        if derivations.len() >= MAX_DERIVATIONS { Err(self.here(DeclErrorKind::TooDeep)) } else { Ok(()) }
    }

    /// Attributes inside a declarator, where none that changes a layout makes sense.
    fn attributes_ignored(&mut self) -> Parsed<()> {
        let mut attributes = Attributes::default();
        self.attributes(&mut attributes)?;
        if let Some((_, span)) = attributes.vector.take() {
            return Err(self.error(DeclErrorKind::Unsupported("'vector_size' inside a declarator"), span));
        }
        self.refuse(&attributes, true)
    }

    fn suffixes(&mut self) -> Parsed<Vec<(Derivation, Range<usize>)>> {
        let mut out = Vec::new();
        loop {
            let span = self.span();
            let derivation = if self.eat("[") {
                self.array_length()?
            } else if self.eat("(") {
                self.nested(Self::parameters)?
            } else {
                return Ok(out);
            };
            self.bounded(&out)?;
            out.push((derivation, self.span_since(span)));
        }
    }

    /// What follows `[`.
    fn array_length(&mut self) -> Parsed<Derivation> {
        while self.eat_word(&["static", "const", "volatile", "restrict", "__restrict", "__restrict__"]) {}
        if self.eat("]") {
            return Ok(Derivation::Array(None));
        }
        let unknown = matches!(self.peek(), Tok::Ident(name)
            if self.scope.constant(name).is_none() && !matches!(name, "sizeof" | "_Alignof" | "alignof"));
        if unknown || self.peek() == Tok::Punct("*") {
            return Err(self.unsupported("variable-length arrays"));
        }
        if self.peek() == Tok::Number(0) && self.peek_second() == Tok::Punct("]") {
            return Err(self.unsupported("arrays of length 0"));
        }
        let len = self.constant_in(1, i128::from(abi::layout::MAX_SIZE))?;
        self.expect("]", "']'")?;
        Ok(Derivation::Array(Some(len)))
    }

    /// What follows the `(` of a parameter list.
    fn parameters(&mut self) -> Parsed<Derivation> {
        if self.peek() == Tok::Punct(")") {
            return Err(self.unsupported("'()' without parameter types; write '(void)'"));
        }
        if self.peek() == Tok::Ident("void") && self.peek_second() == Tok::Punct(")") {
            self.advance();
            self.advance();
            return Ok(Derivation::Function(Vec::new(), false));
        }
        let mark = self.scope.enter();
        let list = self.parameter_list();
        self.scope.leave(mark);
        list
    }

    fn parameter_list(&mut self) -> Parsed<Derivation> {
        let mut params = Vec::new();
        loop {
            if self.eat("...") {
                self.expect(")", "')'")?;
                return Ok(Derivation::Function(params, true));
            }
            if params.len() >= abi::classify::MAX_PARAMS {
                return Err(self.here(DeclErrorKind::Type(TyError::TooLarge)));
            }
            params.push(self.parameter()?);
            if self.eat(")") {
                return Ok(Derivation::Function(params, false));
            }
            self.expect(",", "',' or ')'")?;
        }
    }

    fn parameter(&mut self) -> Parsed<Param> {
        let first = self.span();
        let specs = self.specifiers()?;
        if specs.typedef {
            return Err(self.error(DeclErrorKind::BadSpecifiers("typedef".to_owned()), first));
        }
        if let Some((_, span)) = specs.align {
            return Err(self.error(DeclErrorKind::Unsupported("alignment on parameters"), span));
        }
        let declarator = self.declarator()?;
        let mut attributes = Attributes::default();
        self.attributes(&mut attributes)?;
        let (ty, name) = self.derive(specs.ty, specs.constant, declarator)?;
        let ty = self.vectored(ty, &mut attributes)?;
        self.refuse(&attributes, true)?;
        if ty == Ty::Void {
            return Err(self.error(DeclErrorKind::Type(TyError::Void), self.span_since(first)));
        }
        Ok(Param { name: name.map(|n| n.0), ty })
    }

    /// The type that a declarator gives its name.
    pub(super) fn derive(
        &self,
        mut ty: Ty,
        mut constant: bool,
        declarator: Declarator,
    ) -> Parsed<(Ty, Option<Name>)> {
        let last = declarator.derivations.len().saturating_sub(1);
        for (i, (derivation, span)) in declarator.derivations.into_iter().enumerate() {
            let derived = match derivation {
                Derivation::Pointer(own) => {
                    let to = pointee(ty);
                    let pointer = Ty::pointer(to, constant);
                    constant = own;
                    pointer
                }
                Derivation::Array(None) if i != last => Err(TyError::UnsizedArray),
                Derivation::Array(len) => Ty::array(ty, len),
                Derivation::Function(params, variadic) => {
                    constant = false;
                    Ty::function(ty, params, variadic)
                }
            };
            ty = self.typed(derived, &span)?;
        }
        Ok((ty, declarator.name))
    }
}

/// Behind a pointer a tag says it all; this also lets a record point to itself.
fn pointee(ty: Ty) -> Ty {
    match &ty {
        Ty::Record(record) => match record.tag() {
            Some(tag) => {
                let keyword = if record.kind() == abi::RecordKind::Struct { "struct" } else { "union" };
                Ty::Opaque(Tag { keyword, name: tag.into() })
            }
            None => ty,
        },
        _ => ty,
    }
}
