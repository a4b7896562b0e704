//! Declaration specifiers: storage, qualifiers and the words that make up a type.

use super::attributes::Attributes;
use super::{Parsed, Parser};
use crate::decl::base::{Base, StdName};
use crate::decl::error::DeclErrorKind;
use crate::decl::lex::Tok;
use crate::decl::ty::Ty;
use std::ops::Range;

/// What the words before a declarator say.
pub(super) struct Specifiers {
    pub(super) ty: Ty,
    pub(super) constant: bool,
    pub(super) typedef: bool,
    /// Whether a struct, union or enum was mentioned, so that no declarator need follow.
    pub(super) defines_tag: bool,
    /// `_Alignas` or `aligned`, and where.
    pub(super) align: Option<(u32, Range<usize>)>,
}

/// Words that say nothing about how a function is called.
const IGNORED: [&str; 14] = [
    "extern",
    "static",
    "inline",
    "__inline",
    "__inline__",
    "register",
    "_Noreturn",
    "__extension__",
    "volatile",
    "__volatile__",
    "__cdecl",
    "restrict",
    "__restrict",
    "__restrict__",
];

/// The words of an arithmetic type, which C allows in any order.
const WORDS: [&str; 12] = [
    "void", "_Bool", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "__int128",
    "bool",
];

/// Types that exist in C and not here, by the name to report.
const MISSING: [(&str, &str); 20] = [
    ("_Complex", "complex numbers"),
    ("__complex__", "complex numbers"),
    ("_Imaginary", "complex numbers"),
    ("__float128", "128-bit floats"),
    ("_Float128", "128-bit floats"),
    ("__float80", "80-bit floats"),
    ("_Float16", "16-bit floats"),
    ("__fp16", "16-bit floats"),
    ("__bf16", "16-bit floats"),
    ("_Decimal32", "decimal floats"),
    ("_Decimal64", "decimal floats"),
    ("_Decimal128", "decimal floats"),
    ("_Atomic", "atomic types"),
    ("_BitInt", "_BitInt"),
    ("va_list", "va_list"),
    ("__builtin_va_list", "va_list"),
    ("typeof", "typeof"),
    ("__typeof__", "typeof"),
    ("_Thread_local", "thread-local objects"),
    ("_Static_assert", "static assertions"),
];

impl<'t> Parser<'t, '_> {
    pub(super) fn specifiers(&mut self) -> Parsed<Specifiers> {
        let first = self.span();
        let mut words: Vec<&str> = Vec::new();
        let mut ty: Option<Ty> = None;
        let mut specs =
            Specifiers { ty: Ty::Void, constant: false, typedef: false, defines_tag: false, align: None };
        let mut attributes = Attributes::default();
        while let Tok::Ident(word) = self.peek() {
            if let Some((_, what)) = MISSING.iter().find(|(name, _)| *name == word) {
                return Err(self.unsupported(what));
            } else if IGNORED.contains(&word) {
                self.advance();
            } else if matches!(word, "const" | "__const") {
                specs.constant = true;
                self.advance();
            } else if word == "typedef" {
                specs.typedef = true;
                self.advance();
            } else if self.attributes(&mut attributes)? {
            } else if WORDS.contains(&word) && ty.is_none() {
                words.push(word);
                self.advance();
            } else if matches!(word, "struct" | "union" | "enum") && ty.is_none() && words.is_empty() {
                ty = Some(self.nested(Self::tagged)?);
                specs.defines_tag = true;
            } else if ty.is_some() || !words.is_empty() {
                break;
            } else {
                ty = Some(self.named_type(word)?);
                self.advance();
            }
        }
        let span = self.span_since(first);
        specs.ty = match ty {
            Some(ty) => ty,
            None if words.is_empty() => return Err(self.expected("a type")),
            None => resolve(&words).map_err(|kind| self.error(kind, span))?,
        };
        specs.ty = self.vectored(specs.ty, &mut attributes)?;
        specs.align = attributes.aligned.take();
        self.refuse(&attributes, false)?;
        Ok(specs)
    }

    /// The identifier at the cursor, unless it is one of C's own words.
    pub(super) fn identifier(&self) -> Option<&'t str> {
        match self.peek() {
            Tok::Ident(word) if !reserved(word) => Some(word),
            _ => None,
        }
    }

    fn named_type(&self, name: &str) -> Parsed<Ty> {
        (self.scope.typedef(name))
            .or_else(|| StdName::find(name).map(|n| Ty::Base(Base::Std(n))))
            .or(match name {
                "__int128_t" => Some(Ty::Base(Base::Int128)),
                "__uint128_t" => Some(Ty::Base(Base::UInt128)),
                _ => None,
            })
            .ok_or_else(|| self.here(DeclErrorKind::UnknownType(name.to_owned())))
    }

    /// Whether a type can start at the cursor; what tells a parameter list from a bracketed declarator.
    pub(super) fn at_type(&self, tok: Tok<'_>) -> bool {
        let Tok::Ident(word) = tok else { return false };
        let inside_only =
            matches!(word, "__cdecl" | "__attribute__" | "__attribute" | "sizeof" | "_Alignof" | "alignof");
        reserved(word) && !inside_only || self.named_type(word).is_ok()
    }
}

/// Whether a word cannot be a name.
fn reserved(word: &str) -> bool {
    const OTHERS: [&str; 19] = [
        "const",
        "__const",
        "typedef",
        "struct",
        "union",
        "enum",
        "_Alignas",
        "alignas",
        "_Alignof",
        "alignof",
        "sizeof",
        "__attribute__",
        "__attribute",
        "__declspec",
        "asm",
        "__asm",
        "__asm__",
        "if",
        "return",
    ];
    WORDS.contains(&word)
        || IGNORED.contains(&word)
        || OTHERS.contains(&word)
        || MISSING.iter().any(|(name, _)| *name == word && *name != "va_list")
}

/// The type that a multiset of words stands for.
fn resolve(words: &[&str]) -> Result<Ty, DeclErrorKind> {
    let count = |word: &str| words.iter().filter(|w| **w == word).count();
    let (signed, unsigned, int) = (count("signed"), count("unsigned"), count("int"));
    let bad = || DeclErrorKind::BadSpecifiers(words.join(" "));
    if signed + unsigned > 1 || int > 1 {
        return Err(bad());
    }
    let sign = match (signed, unsigned) {
        (1, _) => Some(true),
        (_, 1) => Some(false),
        _ => None,
    };
    let mut rest: Vec<&str> =
        words.iter().copied().filter(|w| !matches!(*w, "signed" | "unsigned" | "int")).collect();
    rest.sort_unstable();
    let base = match (rest.as_slice(), int, sign) {
        (["void"], 0, None) => return Ok(Ty::Void),
        (["_Bool" | "bool"], 0, None) => Base::Bool,
        (["char"], 0, None) => Base::Char,
        (["char"], 0, Some(signed)) => [Base::UChar, Base::SChar][usize::from(signed)],
        (["short"], _, sign) => [Base::UShort, Base::Short][usize::from(sign != Some(false))],
        ([], _, sign) => [Base::UInt, Base::Int][usize::from(sign != Some(false))],
        (["long"], _, sign) => [Base::ULong, Base::Long][usize::from(sign != Some(false))],
        (["long", "long"], _, sign) => [Base::ULongLong, Base::LongLong][usize::from(sign != Some(false))],
        (["__int128"], 0, sign) => [Base::UInt128, Base::Int128][usize::from(sign != Some(false))],
        (["float"], 0, None) => Base::Float,
        (["double"], 0, None) => Base::Double,
        (["double", "long"], 0, None) => return Err(DeclErrorKind::Unsupported("long double")),
        _ => return Err(bad()),
    };
    Ok(Ty::Base(base))
}
