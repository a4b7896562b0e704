//! GNU attributes, `_Alignas` and `__declspec`: the few that change a layout are read, the harmless ones skipped, others refused.

use super::{Parsed, Parser};
use crate::decl::base::Base;
use crate::decl::error::{DeclErrorKind, TyError};
use crate::decl::lex::Tok;
use crate::decl::ty::Ty;
use std::ops::Range;

/// Layout attributes collected at one place.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) packed: Option<Range<usize>>,
    pub(super) aligned: Option<(u32, Range<usize>)>,
    pub(super) vector: Option<(u32, Range<usize>)>,
}

/// Attributes that tell the optimizer or the reader something and leave the call alone.
const HARMLESS: [&str; 36] = [
    "access",
    "alloc_align",
    "alloc_size",
    "always_inline",
    "artificial",
    "assume_aligned",
    "cdecl",
    "cold",
    "const",
    "deprecated",
    "dllexport",
    "dllimport",
    "error",
    "format",
    "format_arg",
    "gnu_inline",
    "hot",
    "leaf",
    "malloc",
    "may_alias",
    "nodiscard",
    "noescape",
    "noinline",
    "nonnull",
    "nonstring",
    "noreturn",
    "nothrow",
    "pure",
    "returns_nonnull",
    "returns_twice",
    "sentinel",
    "unused",
    "used",
    "visibility",
    "warn_unused_result",
    "warning",
];

impl Parser<'_, '_> {
    /// Reads every attribute at the cursor into `out`; says whether there was any.
    pub(super) fn attributes(&mut self, out: &mut Attributes) -> Parsed<bool> {
        let start = self.at;
        loop {
            if self.eat_word(&["__attribute__", "__attribute"]) {
                self.expect("(", "'(('")?;
                self.attribute_list(out)?;
                self.expect(")", "'))'")?;
            } else if self.eat_word(&["__declspec"]) {
                self.attribute_list(out)?;
            } else if matches!(self.peek(), Tok::Ident("_Alignas" | "alignas")) {
                let span = self.span();
                self.advance();
                self.align_argument(span, out)?;
            } else {
                return Ok(self.at > start);
            }
        }
    }

    /// `(a, b(1), ...)`.
    fn attribute_list(&mut self, out: &mut Attributes) -> Parsed<()> {
        self.expect("(", "'('")?;
        while !self.eat(")") {
            if self.eat(",") {
                continue;
            }
            let Tok::Ident(word) = self.peek() else { return Err(self.expected("an attribute or ')'")) };
            let span = self.span();
            self.advance();
            match word.strip_prefix("__").and_then(|w| w.strip_suffix("__")).unwrap_or(word) {
                "packed" => out.packed = Some(span),
                "aligned" if self.peek() != Tok::Punct("(") => out.raise(16, span),
                "aligned" | "align" => self.align_argument(span, out)?,
                "vector_size" => {
                    self.expect("(", "'('")?;
                    out.vector = Some((self.constant_in(1, 1 << 16)?, span));
                    self.expect(")", "')'")?;
                }
                name if HARMLESS.contains(&name) => self.skip_arguments()?,
                name => return Err(self.error(DeclErrorKind::UnknownAttribute(name.to_owned()), span)),
            }
        }
        Ok(())
    }

    /// `(16)` or `(type)`; 0 asks for nothing.
    fn align_argument(&mut self, span: Range<usize>, out: &mut Attributes) -> Parsed<()> {
        self.expect("(", "'('")?;
        let value = if self.at_type(self.peek()) {
            self.nested(Self::type_layout)?.align
        } else {
            self.constant_in(0, i128::from(abi::layout::MAX_ALIGN))?
        };
        if value != 0 && !value.is_power_of_two() {
            return Err(self.error(DeclErrorKind::BadConstant("an alignment is a power of two"), span));
        }
        self.expect(")", "')'")?;
        if value != 0 {
            out.raise(value, span);
        }
        Ok(())
    }

    /// Skips balanced brackets, if there are any.
    fn skip_arguments(&mut self) -> Parsed<()> {
        if self.peek() != Tok::Punct("(") {
            return Ok(());
        }
        let mut open = 0u32;
        loop {
            match self.peek() {
                Tok::Punct("(") => open += 1,
                Tok::Punct(")") => open -= 1,
                Tok::End => return Err(self.expected("')'")),
                _ => {}
            }
            self.advance();
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Applies `vector_size` to an arithmetic type.
    pub(super) fn vectored(&self, ty: Ty, attributes: &mut Attributes) -> Parsed<Ty> {
        let Some((bytes, span)) = attributes.vector.take() else { return Ok(ty) };
        let Ty::Base(base) = ty else {
            return Err(
                self.error(DeclErrorKind::Unsupported("vectors of anything but arithmetic types"), span)
            );
        };
        let lane = base.scalar(self.scope.abi);
        let lanes = bytes / lane.size();
        let refused = matches!(base, Base::Bool | Base::Int128 | Base::UInt128);
        if refused || !matches!(bytes, 8 | 16) || lanes == 0 {
            let error = abi::TypeError::BadVector { lane, lanes };
            return Err(self.error(DeclErrorKind::Type(TyError::Abi(error)), span));
        }
        Ok(Ty::Vector(base, bytes))
    }

    /// Refuses attributes that nobody used at this place.
    pub(super) fn refuse(&self, attributes: &Attributes, aligned: bool) -> Parsed<()> {
        if let Some(span) = &attributes.packed {
            let what = "'packed' anywhere but on a struct or union";
            return Err(self.error(DeclErrorKind::Unsupported(what), span.clone()));
        }
        if let (true, Some((_, span))) = (aligned, &attributes.aligned) {
            let what = "alignment on anything but members, structs and unions";
            return Err(self.error(DeclErrorKind::Unsupported(what), span.clone()));
        }
        Ok(())
    }
}

impl Attributes {
    /// The strictest of several alignments counts.
    fn raise(&mut self, align: u32, span: Range<usize>) {
        if self.aligned.as_ref().is_none_or(|(old, _)| *old < align) {
            self.aligned = Some((align, span));
        }
    }
}
