//! A number for the sources that fuzzer and runner are built from: they only talk to each other when it is the same.

#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Crates that decide what a seed's program is, what is sent, and what running it does.
const CRATES: [&str; 6] = ["abi", "code-memory", "codegen", "ir", "irfuzz", "jit"];

fn main() -> io::Result<()> {
    // Asked for when it runs: what was built for another clone, in a shared target folder, may be taken up here.
    let package = env::var_os("CARGO_MANIFEST_DIR").expect("Cargo says where");
    let crates = Path::new(&package).join("..");
    let mut files = Vec::new();
    for name in CRATES {
        let folder = crates.join(name).join("src");
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(&folder, &mut files)?;
    }
    // Folders are listed in any order.
    files.sort();
    // FNV-1a: the standard library's hash may differ between the two compilers.
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for file in files {
        for byte in fs::read(&file)? {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=IRFUZZ_SOURCES={hash:016x}");
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
