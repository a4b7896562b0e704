//! Prints types and functions as C.

use super::ty::{FieldTy, FunctionTy, RecordTy, Ty};
use abi::RecordKind;

/// `ty` declared as `name`; with an empty name, the type alone.
pub(super) fn declaration(ty: &Ty, name: &str) -> String {
    Printer { seen: Vec::new() }.declare(ty, name)
}

/// The function `name`.
pub(super) fn function(ty: &FunctionTy, name: &str) -> String {
    Printer { seen: Vec::new() }.declare_function(ty, name)
}

/// Remembers which tags were written, so that C sees every definition once per scope and no tag with two meanings.
struct Printer<'a> {
    seen: Vec<Seen<'a>>,
}

struct Seen<'a> {
    tag: &'a str,
    keyword: &'static str,
    /// `None` when only the tag was written.
    body: Option<&'a RecordTy>,
}

impl<'a> Printer<'a> {
    fn declare(&mut self, ty: &'a Ty, name: &str) -> String {
        // The base type comes first in the text, and so do the definitions inside it.
        let (base, constant) = innermost(ty);
        let base = self.base(base);
        let declarator = self.declarator(ty, name.to_owned(), false);
        join(constant, &base, &declarator)
    }

    fn declare_function(&mut self, ty: &'a FunctionTy, name: &str) -> String {
        let (base, constant) = innermost(ty.result());
        let base = self.base(base);
        let params = self.params(ty);
        let declarator = self.declarator(ty.result(), format!("{name}{params}"), false);
        join(constant, &base, &declarator)
    }

    /// What surrounds the name, from the inside out; `constant` says that `ty` itself is const.
    fn declarator(&mut self, ty: &'a Ty, inner: String, constant: bool) -> String {
        match ty {
            Ty::Pointer(p) => {
                let space = if inner.is_empty() { "" } else { " " };
                let star = if constant { format!("*const{space}{inner}") } else { format!("*{inner}") };
                let grouped = matches!(p.to(), Ty::Function(_) | Ty::Array(_));
                let inner = if grouped { format!("({star})") } else { star };
                self.declarator(p.to(), inner, p.is_const())
            }
            Ty::Array(a) => {
                let len = a.length().map_or(String::new(), |n| n.to_string());
                self.declarator(a.elem(), format!("{inner}[{len}]"), constant)
            }
            Ty::Function(f) => {
                let params = self.params(f);
                self.declarator(f.result(), format!("{inner}{params}"), false)
            }
            _ => inner,
        }
    }

    fn params(&mut self, ty: &'a FunctionTy) -> String {
        let outside = self.seen.len();
        let mut list: Vec<String> =
            ty.params().iter().map(|p| self.declare(&p.ty, p.name.as_deref().unwrap_or(""))).collect();
        self.seen.truncate(outside);
        if ty.is_variadic() {
            list.push("...".to_owned());
        }
        if list.is_empty() { "(void)".to_owned() } else { format!("({})", list.join(", ")) }
    }

    fn base(&mut self, ty: &'a Ty) -> String {
        match ty {
            Ty::Void => "void".to_owned(),
            Ty::Base(base) => base.name().to_owned(),
            Ty::Vector(base, bytes) => format!("__attribute__((vector_size({bytes}))) {}", base.name()),
            Ty::Opaque(tag) => {
                if self.seen.iter().any(|s| s.tag == &*tag.name && s.keyword != tag.keyword) {
                    // The tag means something else where this is written; what is behind a pointer matters to no call.
                    return "void".to_owned();
                }
                self.seen.push(Seen { tag: &tag.name, keyword: tag.keyword, body: None });
                format!("{} {}", tag.keyword, tag.name)
            }
            Ty::Record(record) => self.record(record),
            // `innermost` went through these.
            Ty::Pointer(_) | Ty::Array(_) | Ty::Function(_) => String::new(),
        }
    }

    fn record(&mut self, record: &'a RecordTy) -> String {
        let keyword = keyword(record.kind());
        let mut tag = record.tag();
        for seen in self.seen.iter().filter(|s| Some(s.tag) == tag) {
            match seen.body {
                Some(body) if body == record => return format!("{keyword} {}", seen.tag),
                None if seen.keyword == keyword => {}
                _ => {
                    tag = None;
                    break;
                }
            }
        }
        let mut out = keyword.to_owned();
        match record.pack() {
            Some(1) => out += " __attribute__((packed))",
            Some(n) => out += &format!(" /* #pragma pack({n}) */"),
            None => {}
        }
        if let Some(n) = record.align() {
            out += &format!(" __attribute__((aligned({n})))");
        }
        if let Some(tag) = tag {
            out += &format!(" {tag}");
            self.seen.push(Seen { tag, keyword, body: Some(record) });
        }
        out += " {";
        for (i, field) in record.fields().iter().enumerate() {
            out += &format!(" {};", self.field(field, i));
        }
        out + " }"
    }

    fn field(&mut self, field: &'a FieldTy, index: usize) -> String {
        let align = field.align.map_or(String::new(), |n| format!("__attribute__((aligned({n}))) "));
        let anonymous = matches!(&field.ty, Ty::Record(r) if r.tag().is_none());
        let made_up;
        let name = match &field.name {
            Some(name) => name.as_str(),
            None if anonymous => "",
            None => {
                made_up = format!("member{index}");
                &made_up
            }
        };
        align + &self.declare(&field.ty, name)
    }
}

fn join(constant: bool, base: &str, declarator: &str) -> String {
    let qualifier = if constant { "const " } else { "" };
    let space = if declarator.is_empty() { "" } else { " " };
    format!("{qualifier}{base}{space}{declarator}")
}

fn keyword(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Struct => "struct",
        RecordKind::Union => "union",
    }
}

/// The type that the specifiers spell, and whether `const` goes with them.
fn innermost(mut ty: &Ty) -> (&Ty, bool) {
    let mut constant = false;
    loop {
        match ty {
            Ty::Pointer(p) => {
                constant = p.is_const();
                ty = p.to();
            }
            Ty::Array(a) => ty = a.elem(),
            Ty::Function(f) => {
                constant = false;
                ty = f.result();
            }
            _ => return (ty, constant),
        }
    }
}
