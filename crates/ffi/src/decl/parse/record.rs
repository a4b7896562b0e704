//! Structs, unions and enums.

use super::attributes::Attributes;
use super::{Parsed, Parser};
use crate::decl::base::Base;
use crate::decl::error::{DeclErrorKind, TyError};
use crate::decl::lex::Tok;
use crate::decl::ty::{FieldTy, MAX_NODES, Ty};
use abi::{Layout, RecordKind};
use std::collections::HashSet;

impl Parser<'_, '_> {
    /// `struct`, `union` or `enum` with a tag, a body or both.
    pub(super) fn tagged(&mut self) -> Parsed<Ty> {
        let first = self.span();
        let keyword = match self.peek() {
            Tok::Ident("struct") => "struct",
            Tok::Ident("union") => "union",
            _ => "enum",
        };
        self.advance();
        let mut attributes = Attributes::default();
        self.attributes(&mut attributes)?;
        let tag = self.identifier();
        if tag.is_some() {
            self.advance();
        }
        let span = self.span_since(first);
        if !self.eat("{") {
            self.refuse(&attributes, true)?;
            let Some(tag) = tag else { return Err(self.expected("a tag or '{'")) };
            let ty = self.scope.mention_tag(keyword, tag);
            return self.unclashed(ty, tag, &span);
        }
        if let (Some(tag), true) = (tag, keyword != "enum") {
            // Members may point to the record they are in.
            let _ = self.scope.mention_tag(keyword, tag);
        }
        let ty = match keyword {
            "enum" => self.enum_body(&attributes)?,
            "struct" => self.record_body(RecordKind::Struct, tag, attributes)?,
            _ => self.record_body(RecordKind::Union, tag, attributes)?,
        };
        if let Some(tag) = tag {
            let completed = self.scope.complete_tag(keyword, tag, ty.clone());
            self.unclashed(completed, tag, &span)?;
        }
        Ok(ty)
    }

    /// Members up to the `}` and the attributes behind it.
    fn record_body(&mut self, kind: RecordKind, tag: Option<&str>, mut attributes: Attributes) -> Parsed<Ty> {
        let first = self.span();
        let mut fields = Vec::new();
        let mut names = HashSet::new();
        while !self.eat("}") {
            self.members(&mut fields, &mut names)?;
        }
        self.attributes(&mut attributes)?;
        if let Some((_, span)) = attributes.vector.take() {
            return Err(
                self.error(DeclErrorKind::Unsupported("vectors of anything but arithmetic types"), span)
            );
        }
        let pack = attributes.packed.take().map(|_| 1);
        let align = attributes.aligned.take().map(|(n, _)| n);
        let ty = Ty::record(kind, tag.map(str::to_owned), fields, pack, align);
        let span = self.span_since(first);
        let ty = self.typed(ty, &span)?;
        // Layout has limits of its own; report them where the record is defined.
        let abi = self.scope.abi;
        let layout = ty.lower_value(abi).and_then(|ty| Layout::of(&ty, abi).map_err(TyError::Abi));
        self.typed(layout, &span)?;
        Ok(ty)
    }

    /// One member declaration, which may declare several members.
    fn members(&mut self, fields: &mut Vec<FieldTy>, names: &mut HashSet<String>) -> Parsed<()> {
        let first = self.span();
        let specs = self.specifiers()?;
        if specs.typedef {
            return Err(self.error(DeclErrorKind::BadSpecifiers("typedef".to_owned()), first));
        }
        let align = specs.align.as_ref().map(|(n, _)| *n);
        let anonymous = matches!(&specs.ty, Ty::Record(r) if r.tag().is_none());
        if anonymous && self.eat(";") {
            fields.push(FieldTy { name: None, ty: specs.ty, align });
            return Ok(());
        }
        loop {
            let start = self.span();
            let declarator = self.declarator()?;
            if self.peek() == Tok::Punct(":") {
                return Err(self.unsupported("bit-fields"));
            }
            let mut attributes = Attributes::default();
            self.attributes(&mut attributes)?;
            let (ty, name) = self.derive(specs.ty.clone(), specs.constant, declarator)?;
            let ty = self.vectored(ty, &mut attributes)?;
            let own = attributes.aligned.take().map(|(n, _)| n);
            self.refuse(&attributes, true)?;
            let Some((name, span)) = name else { return Err(self.expected("a member name")) };
            let span = self.span_since(start.start..span.end);
            self.typed(ty.check_object(), &span)?;
            if !names.insert(name.clone()) {
                return Err(self.error(DeclErrorKind::Redeclared(name), span));
            }
            if fields.len() >= MAX_NODES as usize {
                return Err(self.error(DeclErrorKind::Type(TyError::TooLarge), span));
            }
            fields.push(FieldTy { name: Some(name), ty, align: align.max(own) });
            if self.eat(";") {
                return Ok(());
            }
            self.expect(",", "',' or ';'")?;
        }
    }

    /// Enumerators up to the `}`; the type is the integer type the target's compilers choose.
    fn enum_body(&mut self, attributes: &Attributes) -> Parsed<Ty> {
        self.refuse(attributes, true)?;
        let (mut next, mut min, mut max) = (0i128, 0i128, 0i128);
        loop {
            let Some(name) = self.identifier() else { return Err(self.expected("an enumerator")) };
            let span = self.span();
            self.advance();
            if self.eat("=") {
                next = self.constant()?;
            }
            let defined = self.scope.define_constant(name, next);
            self.unclashed(defined, name, &span)?;
            (min, max) = (min.min(next), max.max(next));
            if self.enum_base(min, max).is_none() {
                return Err(self.error(DeclErrorKind::BadConstant("no enum type holds the value"), span));
            }
            next += 1;
            if self.eat("}") {
                break;
            }
            self.expect(",", "',' or '}'")?;
            if self.eat("}") {
                break;
            }
        }
        let mut behind = Attributes::default();
        self.attributes(&mut behind)?;
        self.refuse(&behind, true)?;
        match self.enum_base(min, max) {
            Some(base) => Ok(Ty::Base(base)),
            None => Err(self.here(DeclErrorKind::BadConstant("no enum type holds the value"))),
        }
    }

    /// GCC and clang: the first of unsigned int, int, unsigned long, long that fits; on Windows always `int`.
    fn enum_base(&self, min: i128, max: i128) -> Option<Base> {
        let fits = |lo: i128, hi: i128| lo <= min && max <= hi;
        let int = fits(i128::from(i32::MIN), i128::from(i32::MAX));
        if self.scope.abi.microsoft_layout() {
            return int.then_some(Base::Int);
        }
        if fits(0, i128::from(u32::MAX)) {
            Some(Base::UInt)
        } else if int {
            Some(Base::Int)
        } else if fits(0, i128::from(u64::MAX)) {
            Some(Base::ULong)
        } else {
            fits(i128::from(i64::MIN), i128::from(i64::MAX)).then_some(Base::Long)
        }
    }
}
