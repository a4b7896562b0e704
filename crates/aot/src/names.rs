//! Names of symbols. C can spell all of them.

use codegen::Helper;

/// A guest's name in letters, digits and `_`, so that different names stay different: `Z` becomes `ZZ`, every other byte its
/// two hexadecimal digits behind a `Z`.
pub fn mangle(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'Z' => out.push_str("ZZ"),
            b'_' | b'0'..=b'9' | b'A'..=b'Y' | b'a'..=b'z' => out.push(char::from(byte)),
            _ => out.push_str(&format!("Z{byte:02x}")),
        }
    }
    out
}

pub(crate) fn function(name: &str) -> String {
    format!("spandrel_fn_{}", mangle(name))
}

pub(crate) fn entry(name: &str) -> String {
    format!("spandrel_call_{}", mangle(name))
}

pub(crate) fn cell(name: &str) -> String {
    format!("spandrel_cell_{}", mangle(name))
}

pub(crate) fn sites(name: &str) -> String {
    format!("spandrel_sites_{}", mangle(name))
}

pub(crate) fn runtime(name: &str) -> String {
    format!("spandrel_rt_{}", mangle(name))
}

pub(crate) fn helper(helper: Helper) -> &'static str {
    match helper {
        Helper::Ceil => "spandrel_helper_ceil",
        Helper::Floor => "spandrel_helper_floor",
        Helper::Trunc => "spandrel_helper_trunc",
        Helper::Nearest => "spandrel_helper_nearest",
    }
}

/// The code that calls a C function and keeps all registers.
pub(crate) const SAVING_CALL: &str = "spandrel_saving_call";
pub(crate) const ABORT: &str = "spandrel_abort";
pub(crate) const TRAP: &str = "spandrel_trap";
pub(crate) const STACK_OVERFLOW: &str = "spandrel_stack_overflow";
pub(crate) const NOTE_TRAP: &str = "spandrel_note_trap";
pub(crate) const NOTE_STACK_OVERFLOW: &str = "spandrel_note_stack_overflow";

#[cfg(test)]
mod tests {
    use super::mangle;

    #[test]
    fn usual_names_stay_and_different_ones_stay_different() {
        assert_eq!(mangle("fib_2"), "fib_2");
        let names = ["a.b", "aZ2eb", "aZb", "aZZb", "a b", "ä", "Z", "ZZ", "", "a$b"];
        let mut mangled: Vec<String> = names.iter().map(|name| mangle(name)).collect();
        for name in &mangled {
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{name}");
        }
        mangled.sort();
        mangled.dedup();
        assert_eq!(mangled.len(), names.len());
    }
}
