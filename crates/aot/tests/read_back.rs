//! Objects for every target, read back: symbols, each relocation, unwind tables, notes; the same bytes twice; refusals.

mod support;

use aot::{Error, Exports, Options, sites};
use codegen::{Arch, Compiled, Os, RelocKind, Symbol, Target};
use ir::{Func, Module};
use object::read::{File, Object, ObjectSection, ObjectSymbol, RelocationTarget};
use object::{RelocationFlags, SymbolKind, SymbolScope, elf, macho, pe};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use support::{Folder, PROGRAM, exists, module, succeed, targets, through_pointers};

fn variants() -> [Options; 2] {
    [Options::default(), through_pointers()]
}

/// Every target with both ways to call, and the bytes.
fn every_object(module: &Module, mut check: impl FnMut(&Target, &Options, &[u8])) {
    for target in targets() {
        for options in variants() {
            let bytes = aot::object(module, &target, &options).unwrap_or_else(|e| panic!("{target}: {e}"));
            check(&target, &options, &bytes);
        }
    }
}

/// Names as C has them: Mach-O puts a `_` in front.
fn plain<'a>(target: &Target, name: &'a str) -> &'a str {
    if target.os() == Os::MacOs { name.strip_prefix('_').unwrap_or(name) } else { name }
}

/// Relocations of the code by their offset: symbol, type as a number, addend as far as it is in the table.
fn relocations(target: &Target, file: &File<'_>) -> BTreeMap<u64, (String, u32)> {
    let text = file.sections().find(|section| section.kind() == object::SectionKind::Text).unwrap();
    let each = text.relocations().map(|(offset, reloc)| {
        let RelocationTarget::Symbol(symbol) = reloc.target() else { panic!("{reloc:?}") };
        let name = file.symbol_by_index(symbol).unwrap().name().unwrap().to_owned();
        let number = match reloc.flags() {
            RelocationFlags::Elf { r_type } => r_type.0,
            RelocationFlags::MachO { r_type, .. } => u32::from(r_type.0),
            RelocationFlags::Coff { typ } => u32::from(typ.0),
            other => panic!("{other:?}"),
        };
        (offset, (plain(target, &name).to_owned(), number))
    });
    each.collect()
}

/// The numbers of the formats' documents.
fn expected_type(target: &Target, kind: RelocKind) -> u32 {
    match (target.os(), kind) {
        (Os::Linux, RelocKind::X64Rel32) => elf::R_X86_64_PLT32.0,
        (Os::Linux, RelocKind::X64GotRel32) => elf::R_X86_64_GOTPCREL.0,
        (Os::Linux, RelocKind::Arm64Branch26) => elf::R_AARCH64_CALL26.0,
        (Os::Linux, RelocKind::Arm64GotPage21) => elf::R_AARCH64_ADR_GOT_PAGE.0,
        (Os::Linux, RelocKind::Arm64GotLo12) => elf::R_AARCH64_LD64_GOT_LO12_NC.0,
        (Os::MacOs, RelocKind::X64Rel32) => macho::X86_64_RELOC_BRANCH.0.into(),
        (Os::MacOs, RelocKind::X64GotRel32) => macho::X86_64_RELOC_GOT_LOAD.0.into(),
        (Os::MacOs, RelocKind::Arm64Branch26) => macho::ARM64_RELOC_BRANCH26.0.into(),
        (Os::MacOs, RelocKind::Arm64GotPage21) => macho::ARM64_RELOC_GOT_LOAD_PAGE21.0.into(),
        (Os::MacOs, RelocKind::Arm64GotLo12) => macho::ARM64_RELOC_GOT_LOAD_PAGEOFF12.0.into(),
        (Os::Windows, RelocKind::X64Rel32) => pe::IMAGE_REL_AMD64_REL32.0.into(),
        (Os::Windows, RelocKind::Arm64Branch26) => pe::IMAGE_REL_ARM64_BRANCH26.0.into(),
        (Os::Windows, RelocKind::Abs64) if target.arch() == Arch::X64 => pe::IMAGE_REL_AMD64_ADDR64.0.into(),
        (Os::Windows, RelocKind::Abs64) => pe::IMAGE_REL_ARM64_ADDR64.0.into(),
        other => panic!("{other:?} should not be in code for {target}"),
    }
}

fn expected_symbol(module: &Module, func: Func, symbol: Symbol) -> String {
    let name = |func: Func| aot::mangle(&module.functions[func].name);
    match symbol {
        Symbol::Function(callee) => format!("spandrel_fn_{}", name(callee)),
        Symbol::EntryPointer(callee) => format!("spandrel_cell_{}", name(callee)),
        Symbol::Runtime(runtime) => format!("spandrel_rt_{}", aot::mangle(&module.runtimes[runtime].name)),
        Symbol::CodeCookie => format!("spandrel_sites_{}", name(func)),
        Symbol::SavingCall => panic!("objects have no such calls"),
        Symbol::Helper(helper) => format!("spandrel_helper_{helper:?}").to_lowercase(),
    }
}

fn compiled(module: &Module, target: &Target, options: &Options, func: Func) -> Compiled {
    let target = match target.os() {
        Os::Windows => target.clone(),
        _ => target.clone().position_independent(),
    };
    codegen::compile(module, func, &target, &options.codegen).unwrap()
}

#[test]
fn functions_are_there_with_every_relocation() {
    let module = module(PROGRAM);
    every_object(&module, |target, options, bytes| {
        let file = File::parse(bytes).unwrap();
        let found = relocations(target, &file);
        let symbols: BTreeMap<String, _> =
            file.symbols().map(|symbol| (plain(target, symbol.name().unwrap()).to_owned(), symbol)).collect();
        let text = file.sections().find(|section| section.kind() == object::SectionKind::Text).unwrap();
        let text = text.data().unwrap();
        let mut checked = 0;
        for (func, function) in module.functions.iter() {
            let compiled = compiled(&module, target, options, func);
            let mangled = aot::mangle(&function.name);
            let symbol = &symbols[&format!("spandrel_fn_{mangled}")];
            assert!(symbols[&format!("spandrel_call_{mangled}")].is_definition());
            let start = symbol.address() as usize;
            let pad = if target.arch() == Arch::X64 { 4 } else { 0 };
            if target.os() == Os::Linux {
                assert_eq!(symbol.size() as usize, compiled.code.len() + pad);
                assert_eq!(symbol.scope(), SymbolScope::Linkage);
                assert_eq!(symbol.kind(), SymbolKind::Text);
            }
            let landing = if pad > 0 { [0xf3, 0x0f, 0x1e, 0xfa] } else { [0x5f, 0x24, 0x03, 0xd5] };
            assert_eq!(text[start..start + 4], landing, "{target} @{}", function.name);
            let body = start + pad;
            assert_eq!(body % compiled.align as usize, 0);
            let mut code = text[body..body + compiled.code.len()].to_vec();
            let mut original = compiled.code.clone();
            for reloc in &compiled.relocs {
                let (name, number) = &found[&(body as u64 + u64::from(reloc.offset))];
                assert_eq!(*name, expected_symbol(&module, func, reloc.target), "{target}");
                assert_eq!(*number, expected_type(target, reloc.kind), "{target} {reloc:?}");
                let width = if reloc.kind == RelocKind::Abs64 { 8 } else { 4 };
                let field = reloc.offset as usize..reloc.offset as usize + width;
                // The field itself may hold an addend.
                code[field.clone()].fill(0);
                original[field].fill(0);
                checked += 1;
            }
            assert_eq!(code, original, "{target} @{}", function.name);
        }
        assert!(checked >= 12, "{checked}");
    });
}

#[test]
fn runtime_functions_are_undefined_and_cells_writable() {
    let module = module(PROGRAM);
    every_object(&module, |target, options, bytes| {
        let file = File::parse(bytes).unwrap();
        let undefined: BTreeSet<String> = file
            .symbols()
            .filter(|symbol| symbol.is_undefined() && !symbol.name().unwrap().is_empty())
            .map(|symbol| plain(target, symbol.name().unwrap()).to_owned())
            .collect();
        let mut expected: BTreeSet<String> = ["add", "half", "fail_if", "swap", "walkZ20theZ2estack"]
            .map(|n| format!("spandrel_rt_{n}"))
            .into();
        expected.extend(["spandrel_note_trap".to_owned(), "spandrel_note_stack_overflow".to_owned()]);
        assert_eq!(undefined, expected, "{target}");
        let cells = file.symbols().filter(|s| plain(target, s.name().unwrap()).starts_with("spandrel_cell_"));
        let cells: Vec<_> = cells.collect();
        let direct = options.codegen.calls == codegen::Calls::Direct;
        let wanted = if direct { 0 } else { module.functions.len() };
        assert_eq!(cells.len(), wanted);
        for cell in cells {
            let section = file.section_by_index(cell.section_index().unwrap()).unwrap();
            assert_eq!(section.kind(), object::SectionKind::Data);
            let relocation =
                section.relocations().find(|(offset, _)| *offset == cell.address() - section.address());
            let (_, relocation) = relocation.expect("a cell points to its function");
            let RelocationTarget::Symbol(to) = relocation.target() else { panic!("{relocation:?}") };
            let to = file.symbol_by_index(to).unwrap().name().unwrap().to_owned();
            let name = cell.name().unwrap().replace("spandrel_cell_", "spandrel_fn_");
            assert_eq!(to, name);
        }
    });
}

#[test]
fn site_tables_are_those_of_the_code_generator() {
    let module = module(PROGRAM);
    let func = module.function_named("guarded").unwrap();
    every_object(&module, |target, options, bytes| {
        let file = File::parse(bytes).unwrap();
        let find = |s: &object::Symbol<'_, '_>| plain(target, s.name().unwrap()) == "spandrel_sites_guarded";
        let symbol = file.symbols().find(find).unwrap();
        let section = file.section_by_index(symbol.section_index().unwrap()).unwrap();
        assert_eq!(section.kind(), object::SectionKind::ReadOnlyData);
        let data = &section.data().unwrap()[(symbol.address() - section.address()) as usize..];
        let table = sites::read(data).unwrap();
        let compiled = compiled(&module, target, options, func);
        assert_eq!((table.function.as_str(), table.throws), ("guarded", false));
        assert_eq!(table.buffer_words, compiled.buffer_words);
        assert_eq!(table.sites, compiled.sites);
    });
}

/// Every function symbol has one unwind entry, and the entries lie side by side.
#[test]
fn unwind_tables_cover_every_function() {
    let module = module(PROGRAM);
    every_object(&module, |target, _, bytes| {
        let file = File::parse(bytes).unwrap();
        let functions = file.symbols().filter(|s| s.is_definition() && s.kind() == SymbolKind::Text);
        let functions =
            functions.filter(|s| plain(target, s.name().unwrap()).starts_with("spandrel_")).count();
        let section =
            |name: &str| file.section_by_name(name).unwrap_or_else(|| panic!("{target}: no {name}"));
        match target.os() {
            Os::Linux => assert_eq!(section(".eh_frame").relocations().count(), functions),
            // Each address is a difference, of which the reader makes one relocation.
            Os::MacOs => assert_eq!(section("__eh_frame").relocations().count(), functions),
            Os::Windows => {
                let width = if target.arch() == Arch::X64 { 12 } else { 8 };
                assert_eq!(section(".pdata").size(), (width * functions) as u64);
                assert_eq!(section(".pdata").relocations().count(), width / 4 * functions);
                assert!(section(".xdata").size() >= 4 * functions as u64);
            }
        }
    });
}

fn properties(module: &Module, arch: Arch) -> String {
    let folder = Folder::new(&format!("notes-{arch:?}"));
    let bytes = aot::object(module, &Target::new(arch, Os::Linux), &Options::default()).unwrap();
    let object = folder.write("guest.o", bytes);
    succeed(Command::new("readelf").arg("-n").arg("-S").arg("-W").arg(object))
}

#[test]
#[cfg(target_os = "linux")]
fn elf_notes_promise_what_the_code_keeps() {
    let plain = module("func @f() -> i64 {\nblock0:\n  v0 = iconst.i64 1\n  return v0\n}\n");
    let text = properties(&plain, Arch::X64);
    assert!(text.contains("x86 feature: IBT, SHSTK"), "{text}");
    assert!(text.contains(".note.GNU-stack"), "{text}");
    // Jump tables of x64 code lead to places without pads.
    let text = properties(&module(PROGRAM), Arch::X64);
    assert!(text.contains("x86 feature: SHSTK"), "{text}");
    let text = properties(&module(PROGRAM), Arch::Arm64);
    assert!(text.contains("AArch64 feature: BTI"), "{text}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let module = module(PROGRAM);
    every_object(&module, |target, options, bytes| {
        assert_eq!(aot::object(&module, target, options).unwrap(), bytes, "{target}");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn disassemblers_read_them() {
    let module = module(PROGRAM);
    let folder = Folder::new("tools");
    every_object(&module, |target, _, bytes| {
        let object = folder.write("guest.o", bytes);
        let binutils = match (target.arch(), target.os()) {
            (Arch::X64, Os::Linux) => Some("x86_64-linux-gnu-objdump"),
            (Arch::X64, Os::Windows) => Some("x86_64-w64-mingw32-objdump"),
            (Arch::Arm64, Os::Linux) => Some("aarch64-linux-gnu-objdump"),
            _ => None,
        };
        for tool in binutils.into_iter().chain(["llvm-objdump"]).filter(|tool| exists(tool)) {
            let text = succeed(Command::new(tool).arg("-dr").arg(&object));
            assert!(text.contains("spandrel_call_fib") && text.contains("spandrel_rt_add"), "{tool}: {text}");
            assert!(!text.contains("(bad)") && !text.contains("<unknown>"), "{tool} {target}: {text}");
        }
        if exists("llvm-readobj") {
            let text =
                succeed(Command::new("llvm-readobj").args(["--unwind", "-r", "--symbols"]).arg(&object));
            assert!(text.contains("spandrel_fn_fib"), "{text}");
        }
    });
}

#[test]
fn what_cannot_be_is_an_error() {
    let target = Target::new(Arch::X64, Os::Linux);
    let mut broken = module(PROGRAM);
    broken.functions[Func(0)].name = broken.functions[Func(1)].name.clone();
    let error = aot::object(&broken, &target, &Options::default()).unwrap_err();
    assert!(matches!(error, Error::Malformed(_)), "{error}");

    let missing = Options { exports: Exports::Only(BTreeSet::from([Func(99)])), ..Options::default() };
    let error = aot::object(&module(PROGRAM), &target, &missing).unwrap_err();
    assert!(matches!(error, Error::NoSuchFunction(Func(99))), "{error}");

    let codegen = codegen::Options { max_insts: 5, ..codegen::Options::default() };
    let small = Options { codegen, ..Options::default() };
    let error = aot::object(&module(PROGRAM), &target, &small).unwrap_err();
    let Error::Declined(list) = &error else { panic!("{error}") };
    assert!(list.len() > 3 && error.to_string().contains("@fib"), "{error}");

    assert!(aot::object(&Module::default(), &target, &Options::default()).is_ok(), "shared code alone");
}

#[test]
fn random_programs_become_objects_everywhere() {
    let mut made = 0;
    for seed in 0..6 {
        let program = ir::random::module(seed, &ir::random::Config::varied(seed));
        for target in targets() {
            match aot::object(&program, &target, &through_pointers()) {
                Ok(bytes) => {
                    File::parse(&bytes[..]).unwrap();
                    made += 1;
                }
                Err(Error::Declined(_)) => {}
                Err(other) => panic!("seed {seed}, {target}: {other}"),
            }
        }
    }
    assert!(made > 20, "{made}");
}
