//! Writes the C side of a batch of signatures: for each a table of layouts, a callee that shows what it received, and a
//! caller that shows what it got back. None of it calls a library: code for a foreign convention has none.

use crate::compile::Compiler;
use crate::values::{buffer_offsets, widens};
use abi::layout::TypeError;
use abi::{Abi, Record, RecordKind, Scalar, Signature, Type};
use std::fmt::Write;
use std::sync::Arc;

/// Everything that stands before the first signature.
const PRELUDE: &str = r#"
typedef unsigned char byte;
/* Initialised, because the Windows assembly output is re-assembled without its directive for zeroed data. */
static byte *seen = (byte *)1;
static const byte *preset = (const byte *)1;
void ABI abi_check_state(byte *s, const byte *p) { seen = s; preset = p; }
/* What compilers call for large copies, in the convention of this file. */
void *memcpy(void *d, const void *s, __SIZE_TYPE__ n) {
    for (__SIZE_TYPE__ i = 0; i < n; i++) ((volatile byte *)d)[i] = ((const byte *)s)[i];
    return d;
}
void *memmove(void *d, const void *s, __SIZE_TYPE__ n) {
    if ((__SIZE_TYPE__)d <= (__SIZE_TYPE__)s) return memcpy(d, s, n);
    while (n--) ((volatile byte *)d)[n] = ((const byte *)s)[n];
    return d;
}
void *memset(void *d, int c, __SIZE_TYPE__ n) {
    for (__SIZE_TYPE__ i = 0; i < n; i++) ((volatile byte *)d)[i] = (byte)c;
    return d;
}
#define GET(v, at) __builtin_memcpy(&(v), (at), sizeof(v))
#define PUT(at, v) __builtin_memcpy((at), &(v), sizeof(v))
#define WIDEN(at, wide, v) do { wide w_ = (wide)(v); __builtin_memcpy((at), &w_, 8); } while (0)
"#;

/// The C source for the given signatures; `index` names each one's functions.
pub(crate) fn source(batch: &[(u32, Signature)], compiler: Compiler, abi: Abi) -> Result<String, TypeError> {
    let mut out = String::new();
    let (attribute, list) = match (compiler, abi) {
        (Compiler::Gcc, Abi::Win64) => ("__attribute__((ms_abi))", "ms_va"),
        _ => ("", "va"),
    };
    let _ = writeln!(out, "#define ABI {attribute}");
    let _ = writeln!(out, "#define VA_LIST __builtin_{list}_list");
    let _ = writeln!(out, "#define VA_START __builtin_{list}_start");
    let _ = writeln!(out, "#define VA_END __builtin_{list}_end");
    out.push_str(PRELUDE);
    for (index, signature) in batch {
        Emitter { out: &mut out, index: *index, abi, records: Vec::new() }.signature(signature)?;
    }
    Ok(out)
}

/// The distinct records of a signature, innermost first: the order of the type definitions and of the layout table.
pub(crate) fn records(signature: &Signature) -> Vec<Arc<Record>> {
    fn walk(ty: &Type, found: &mut Vec<Arc<Record>>) {
        match ty {
            Type::Scalar(_) | Type::Vector { .. } => {}
            Type::Array { elem, .. } => walk(elem, found),
            Type::Record(record) => {
                record.fields.iter().for_each(|field| walk(&field.ty, found));
                if !found.contains(record) {
                    found.push(record.clone());
                }
            }
        }
    }
    let mut found = Vec::new();
    signature.params.iter().chain(&signature.result).for_each(|ty| walk(ty, &mut found));
    found
}

struct Emitter<'a> {
    out: &'a mut String,
    index: u32,
    abi: Abi,
    records: Vec<Arc<Record>>,
}

impl Emitter<'_> {
    fn signature(&mut self, signature: &Signature) -> Result<(), TypeError> {
        let (offsets, _) = buffer_offsets(signature, self.abi)?;
        let _ = writeln!(self.out, "\n/* {}: {signature} */", self.index);
        self.vectors(signature);
        for (number, record) in records(signature).into_iter().enumerate() {
            self.define(number, &record);
            self.records.push(record);
        }
        self.layout_table();
        self.callee(signature, &offsets);
        self.caller(signature, &offsets);
        Ok(())
    }

    /// C has no way to write a vector type without naming it.
    fn vectors(&mut self, signature: &Signature) {
        fn walk(ty: &Type, found: &mut Vec<(Scalar, u32)>) {
            match ty {
                Type::Vector { lane, lanes } if !found.contains(&(*lane, *lanes)) => {
                    found.push((*lane, *lanes));
                }
                Type::Array { elem, .. } => walk(elem, found),
                Type::Record(record) => record.fields.iter().for_each(|f| walk(&f.ty, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        signature.params.iter().chain(&signature.result).for_each(|ty| walk(ty, &mut found));
        for (lane, lanes) in found {
            let (index, size) = (self.index, lane.size() * lanes);
            let c = scalar_name(lane);
            let _ = writeln!(
                self.out,
                "typedef {c} V{index}_{lane}x{lanes} __attribute__((vector_size({size})));"
            );
        }
    }

    fn define(&mut self, number: usize, record: &Record) {
        // Packing to 1 is written as the attribute, to more as the pragma: C has both and they differ for aligned members.
        let pragma = record.pack.filter(|&n| n > 1);
        if let Some(n) = pragma {
            let _ = writeln!(self.out, "#pragma pack(push, {n})");
        }
        let keyword = match record.kind {
            RecordKind::Struct => "struct",
            RecordKind::Union => "union",
        };
        let packed = if record.pack == Some(1) { " __attribute__((packed))" } else { "" };
        let align = record.align.map_or(String::new(), |n| format!(" __attribute__((aligned({n})))"));
        let _ = writeln!(self.out, "typedef {keyword}{packed}{align} {{");
        for (i, field) in record.fields.iter().enumerate() {
            let align = field.align.map_or(String::new(), |n| format!("_Alignas({n}) "));
            let member = self.declare(&field.ty, &format!("m{i}"));
            let _ = writeln!(self.out, "    {align}{member};");
        }
        let _ = writeln!(self.out, "}} T{}_{number};", self.index);
        if pragma.is_some() {
            let _ = writeln!(self.out, "#pragma pack(pop)");
        }
    }

    /// `sizeof`, `_Alignof` and every `offsetof` of every record, in the order of [`records`].
    fn layout_table(&mut self) {
        let index = self.index;
        let _ = write!(self.out, "unsigned layout_{index}[] = {{ 0");
        for (number, record) in self.records.iter().enumerate() {
            let t = format!("T{index}_{number}");
            let _ = write!(self.out, ", sizeof({t}), _Alignof({t})");
            for i in 0..record.fields.len() {
                let _ = write!(self.out, ", __builtin_offsetof({t}, m{i})");
            }
        }
        let _ = writeln!(self.out, " }};");
    }

    fn callee(&mut self, signature: &Signature, offsets: &[usize]) {
        let named = signature.fixed.map_or(signature.params.len(), |n| n as usize);
        let mut list: Vec<String> =
            (0..named).map(|i| self.declare(&signature.params[i], &format!("a{i}"))).collect();
        if signature.is_variadic() {
            list.push("...".to_owned());
        }
        let list = if list.is_empty() { "void".to_owned() } else { list.join(", ") };
        let result = self.result_name(signature);
        let _ = writeln!(self.out, "{result} ABI callee_{}({list}) {{", self.index);
        if signature.is_variadic() {
            // C23's va_start without a named parameter is the builtin with 0.
            let last = if named == 0 { "0".to_owned() } else { format!("a{}", named - 1) };
            let _ = writeln!(self.out, "    VA_LIST list; VA_START(list, {last});");
            for (i, ty) in signature.params.iter().enumerate().skip(named) {
                let (declared, name) = (self.declare(ty, &format!("a{i}")), self.name(ty));
                let _ = writeln!(self.out, "    {declared} = __builtin_va_arg(list, {name});");
            }
            let _ = writeln!(self.out, "    VA_END(list);");
        }
        for (i, ty) in signature.params.iter().enumerate() {
            self.show(ty, &format!("seen + {}", offsets[i]), &format!("a{i}"));
        }
        if let Some(ty) = &signature.result {
            let declared = self.declare(ty, "r");
            let _ = writeln!(self.out, "    {declared}; GET(r, preset); return r;");
        }
        let _ = writeln!(self.out, "}}");
    }

    fn caller(&mut self, signature: &Signature, offsets: &[usize]) {
        let _ =
            writeln!(self.out, "void ABI caller_{}(const void *f, const byte *in, byte *out) {{", self.index);
        for (i, ty) in signature.params.iter().enumerate() {
            let declared = self.declare(ty, &format!("a{i}"));
            let _ = writeln!(self.out, "    {declared}; GET(a{i}, in + {});", offsets[i]);
        }
        let named = signature.fixed.map_or(signature.params.len(), |n| n as usize);
        let mut types: Vec<String> = signature.params[..named].iter().map(|ty| self.name(ty)).collect();
        if signature.is_variadic() {
            types.push("...".to_owned());
        }
        let types = if types.is_empty() { "void".to_owned() } else { types.join(", ") };
        let arguments: Vec<String> = (0..signature.params.len()).map(|i| format!("a{i}")).collect();
        let result = self.result_name(signature);
        let call = format!("(({result} (ABI *)({types}))f)({})", arguments.join(", "));
        match &signature.result {
            None => {
                let _ = writeln!(self.out, "    {call}; (void)out;");
            }
            Some(ty) => {
                let declared = self.declare(ty, "r");
                let _ = writeln!(self.out, "    {declared} = {call};");
                self.show(ty, "out", "r");
            }
        }
        let _ = writeln!(self.out, "}}");
    }

    fn show(&mut self, ty: &Type, at: &str, value: &str) {
        let _ = match widens(ty) {
            Some(true) => writeln!(self.out, "    WIDEN({at}, long long, {value});"),
            Some(false) => writeln!(self.out, "    WIDEN({at}, unsigned long long, {value});"),
            None => writeln!(self.out, "    PUT({at}, {value});"),
        };
    }

    fn result_name(&self, signature: &Signature) -> String {
        signature.result.as_ref().map_or_else(|| "void".to_owned(), |ty| self.name(ty))
    }

    /// The C name of a type; arrays have none of their own.
    fn name(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar(s) => scalar_name(*s).to_owned(),
            Type::Vector { lane, lanes } => format!("V{}_{lane}x{lanes}", self.index),
            Type::Array { elem, len } => format!("{}[{len}]", self.name(elem)),
            Type::Record(record) => {
                let number = self.records.iter().position(|r| r == record).unwrap_or(usize::MAX);
                format!("T{}_{number}", self.index)
            }
        }
    }

    fn declare(&self, ty: &Type, name: &str) -> String {
        match ty {
            // The outer dimension of nested arrays comes first in C.
            Type::Array { elem, len } => self.declare(elem, &format!("{name}[{len}]")),
            _ => format!("{} {name}", self.name(ty)),
        }
    }
}

fn scalar_name(s: Scalar) -> &'static str {
    match s {
        Scalar::Bool => "_Bool",
        Scalar::I8 => "signed char",
        Scalar::U8 => "unsigned char",
        Scalar::I16 => "short",
        Scalar::U16 => "unsigned short",
        Scalar::I32 => "int",
        Scalar::U32 => "unsigned",
        Scalar::I64 => "long long",
        Scalar::U64 => "unsigned long long",
        Scalar::I128 => "__int128",
        Scalar::U128 => "unsigned __int128",
        Scalar::F32 => "float",
        Scalar::F64 => "double",
        Scalar::Ptr => "void *",
    }
}
