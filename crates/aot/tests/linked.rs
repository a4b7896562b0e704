//! Objects linked into programs by C compilers, and run: x64 here, ARM64 under qemu.

#![cfg(target_os = "linux")]

mod support;

use aot::{Exports, Options, Support};
use codegen::{Arch, OptLevel, Os, Target};
use std::collections::BTreeSet;
use std::process::Output;
use support::{Folder, PROGRAM, link_and_run, module, through_pointers};

const C: &str = include_str!("support/linked.c");

fn run(name: &str, target: &Target, options: &Options, flags: &[&str]) -> Output {
    let folder = Folder::new(name);
    let module = module(PROGRAM);
    let object = folder.write("guest.o", aot::object(&module, target, options).unwrap());
    let main = folder.write("main.c", aot::header(&module, options) + C);
    link_and_run(target.arch(), &folder, "program", &[&main, &object], flags)
}

#[track_caller]
fn well(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((text.as_ref(), output.status.code()), ("all well\n", Some(0)), "{errors}");
}

#[test]
fn x64_programs_run() {
    let target = Target::new(Arch::X64, Os::Linux);
    well(&run("x64", &target, &Options::default(), &[]));
    well(&run("x64-pointers", &target, &through_pointers(), &["-DPOINTERS"]));
}

#[test]
fn x64_programs_run_without_newer_instructions_and_without_optimization() {
    let target = Target::new(Arch::X64, Os::Linux).without_features();
    let codegen = codegen::Options { opt: OptLevel::None, ..codegen::Options::default() };
    well(&run("x64-plain", &target, &Options { codegen, ..Options::default() }, &[]));
}

#[test]
fn arm64_programs_run() {
    let target = Target::new(Arch::Arm64, Os::Linux);
    well(&run("arm64", &target, &Options::default(), &[]));
    well(&run("arm64-pointers", &target, &through_pointers(), &["-DPOINTERS"]));
}

#[test]
fn linkers_keep_branch_protection() {
    let target = Target::new(Arch::Arm64, Os::Linux);
    let flags = ["-mbranch-protection=bti", "-Wl,-z,force-bti", "-Wl,--fatal-warnings"];
    let output = run("arm64-bti", &target, &Options::default(), &flags[..1]);
    well(&output);
    // C's start files are not built with it, so the linker warns about those, but never about ours.
    let folder = Folder::new("arm64-bti-warnings");
    let module = module(PROGRAM);
    let object = folder.write("guest.o", aot::object(&module, &target, &Options::default()).unwrap());
    let mut link = std::process::Command::new(support::compiler(Arch::Arm64).0);
    link.args(["-r", "-nostdlib", flags[1], flags[2]]).arg(&object).arg("-o").arg(folder.path("out.o"));
    support::succeed(&mut link);
}

/// Two modules in one program: only one object defines what they share; unexported functions do not clash.
#[test]
fn two_objects_make_one_program() {
    for arch in [Arch::X64, Arch::Arm64] {
        let target = Target::new(arch, Os::Linux);
        let folder = Folder::new(&format!("two-{target}"));
        let first = module(
            "func @own() -> i64 {\nblock0:\n  v0 = iconst.i64 4\n  return v0\n}\nfunc @one() -> i64 {\nblock0:\n  v0 = call @own()\n  return v0\n}\n",
        );
        let second = module(
            "func @own() -> i64 {\nblock0:\n  v0 = iconst.i64 5\n  return v0\n}\nfunc @two() -> i64 {\nblock0:\n  v0 = call @own()\n  return v0\n}\n",
        );
        let exports = Exports::Only(BTreeSet::from([ir::Func(1)]));
        let define = Options { exports: exports.clone(), ..Options::default() };
        let import = Options { exports, support: Support::Import, ..Options::default() };
        let a = folder.write("a.o", aot::object(&first, &target, &define).unwrap());
        let b = folder.write("b.o", aot::object(&second, &target, &import).unwrap());
        let text = "#include <stdlib.h>\nvoid spandrel_note_trap(struct spandrel_context *c, uint32_t k) { abort(); }\n\
            void spandrel_note_stack_overflow(struct spandrel_context *c) { abort(); }\n\
            uint32_t spandrel_call_one(struct spandrel_context *, uint64_t *);\n\
            uint32_t spandrel_call_two(struct spandrel_context *, uint64_t *);\n\
            int main(void) { struct spandrel_context c = {0}; uint64_t a, b;\n\
            return spandrel_call_one(&c, &a) + spandrel_call_two(&c, &b) + 10 * (int)a + (int)b; }\n";
        let main = folder.write("main.c", aot::HEADER.to_owned() + text);
        let output = link_and_run(arch, &folder, "program", &[&main, &a, &b], &[]);
        assert_eq!(output.status.code(), Some(45), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Position independent enough for a shared library, without relocations in its code.
#[test]
fn objects_go_into_shared_libraries() {
    for arch in [Arch::X64, Arch::Arm64] {
        let target = Target::new(arch, Os::Linux);
        let folder = Folder::new(&format!("shared-{target}"));
        let object = aot::object(&module(PROGRAM), &target, &through_pointers()).unwrap();
        let object = folder.write("guest.o", object);
        let mut link = std::process::Command::new(support::compiler(arch).0);
        link.args(["-shared", "-nostdlib", "-Wl,-z,text", "-Wl,--fatal-warnings"]).arg(&object);
        support::succeed(link.arg("-o").arg(folder.path("guest.so")));
    }
}
