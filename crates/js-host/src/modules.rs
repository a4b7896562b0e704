//! Modules from disk: specifiers are paths and `file:` URLs.

use js_rt::{Class, Own, Value};
use js_vm::{Intrinsic, ModuleHost, ModuleType, Res, Vm};
use std::path::{Component, Path, PathBuf};

/// Reads modules from disk; their names are absolute paths.
pub(crate) struct Disk {
    /// What relative specifiers of code that came from nowhere are relative to.
    base: PathBuf,
}

impl Disk {
    pub(crate) fn new() -> Disk {
        Disk { base: std::env::current_dir().unwrap_or_default() }
    }

    /// The path that a specifier means.
    fn path(&self, referrer: Option<&str>, specifier: &str) -> Option<PathBuf> {
        if let Some(url) = specifier.strip_prefix("file://") {
            return Some(PathBuf::from(decoded(url)));
        }
        let relative = ["./", "../"].iter().any(|start| specifier.starts_with(start))
            || [".", ".."].contains(&specifier);
        if !relative {
            return Path::new(specifier).is_absolute().then(|| PathBuf::from(specifier));
        }
        let folder = referrer.map(Path::new).filter(|referrer| referrer.is_absolute()).and_then(Path::parent);
        Some(folder.unwrap_or(&self.base).join(specifier))
    }
}

/// A path without `.` and `..`, for messages.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

/// A URL's path without its escapes.
fn decoded(url: &str) -> String {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let code = behind.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| byte == b'%') {
            Some(escaped) => {
                bytes.push(escaped);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl ModuleHost for Disk {
    fn resolve(&self, referrer: Option<&str>, specifier: &str) -> Result<String, String> {
        let from = referrer.map_or(String::new(), |referrer| format!(" imported from {referrer}"));
        let Some(path) = self.path(referrer, specifier) else {
            return Err(format!("Cannot find package '{specifier}'{from}"));
        };
        match path.canonicalize() {
            Ok(path) => Ok(path.to_string_lossy().into_owned()),
            Err(_) => Err(format!("Cannot find module '{}'{from}", plain(&path).display())),
        }
    }

    fn load(&self, name: &str, _: ModuleType) -> Result<Vec<u8>, String> {
        std::fs::read(name).map_err(|error| format!("{name}: {error}"))
    }

    fn synthesize(&self, vm: &Vm, kind: ModuleType, content: Vec<u8>) -> Res<Value> {
        match kind {
            ModuleType::Json => parse_json(vm, &String::from_utf8_lossy(&content)),
            ModuleType::Bytes => bytes(vm, &content),
            ModuleType::Text | ModuleType::Script => {
                let text = String::from_utf8_lossy(&content);
                Ok(vm.rt.str_from_utf8(text.strip_prefix('\u{feff}').unwrap_or(&text))?.into())
            }
        }
    }

    fn meta(&self, name: &str) -> Vec<(&'static str, String)> {
        let folder =
            Path::new(name).parent().map_or(String::new(), |folder| folder.to_string_lossy().into_owned());
        vec![("dirname", folder), ("filename", name.to_owned()), ("url", format!("file://{name}"))]
    }
}

/// 16.2.1.8.2 ParseJSONModule
fn parse_json(vm: &Vm, text: &str) -> Res<Value> {
    let json = vm.intrinsic(Intrinsic::JSON);
    let text = vm.rt.str_from_utf8(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    match vm.rt.get_own(json, vm.rt.key_from_utf8("parse")?) {
        Some(Own::Data(parse, _)) => vm.call(parse, json.into(), &[text.into()]),
        _ => Err(vm.type_error("JSON.parse is not there")),
    }
}

/// A Uint8Array of an immutable buffer.
fn bytes(vm: &Vm, content: &[u8]) -> Res<Value> {
    let buffer = vm.rt.new_array_buffer(content.len(), None)?;
    for (cell, byte) in buffer.cells().iter().zip(content) {
        cell.set(*byte);
    }
    buffer.set_immutable();
    let proto = vm.intrinsic(Intrinsic::ArrayBufferPrototype);
    let buffer = vm.rt.new_object_payload(Some(proto), Class::ArrayBuffer, Value::from_cell(buffer))?;
    Ok(vm.construct(vm.intrinsic(Intrinsic::Uint8Array), &[buffer.into()], None)?.into())
}
