//! Hands the target triple to the program, which reports it, and says how the program is linked.

#![forbid(unsafe_code)]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").expect("Cargo sets TARGET for build scripts");
    println!("cargo::rustc-env=SPANDREL_TARGET={target}");
    // The data of all locales is full of pointers: 2 MB of relocations as they are, 60 kB packed (DT_RELR; glibc 2.36).
    if target == "x86_64-unknown-linux-gnu" {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
