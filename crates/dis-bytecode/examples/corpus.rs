//! Reads, writes and lists every file given: what a tree of Dis programs comes to.

use dis_bytecode::{WordSize, assemble, disassemble, read, verify, word_size, write};
use std::time::Instant;

fn main() {
    let (mut bytes, mut failed, mut other, mut listed) = (0, 0, 0, 0);
    let (mut refused, mut sizes) = (0, std::collections::BTreeMap::new());
    let mut verified = std::time::Duration::ZERO;
    let mut time = std::time::Duration::ZERO;
    let files: Vec<String> = std::env::args().skip(1).collect();
    for path in &files {
        let Ok(file) = std::fs::read(path) else { continue };
        let start = Instant::now();
        let result = read(&file);
        time += start.elapsed();
        bytes += file.len();
        match result {
            Err(error) => {
                failed += 1;
                println!("{path}: {error}");
            }
            Ok(module) => {
                if write(&module) != file {
                    other += 1;
                    println!("{path}: written differently");
                }
                let found = word_size::find(&module, None);
                *sizes.entry(format!("{} {:?}", found.word, found.sure)).or_insert(0) += 1;
                let start = Instant::now();
                if let Err(faults) = verify(&module, found.word) {
                    refused += 1;
                    println!("{path}: {found}");
                    faults.iter().take(3).for_each(|fault| println!("  {fault}"));
                }
                verified += start.elapsed();
                let back = assemble(&disassemble(&module, WordSize::Four));
                if back.map(|back| back.module) != Ok(module) {
                    listed += 1;
                    println!("{path}: assembled differently");
                }
            }
        }
    }
    println!(
        "{} files, {bytes} bytes, {failed} not read, {other} written and {listed} assembled differently",
        files.len()
    );
    println!("{refused} refused by the verifier; word sizes {sizes:?}");
    println!("verified at {:.1} MB/s", bytes as f64 / 1e6 / verified.as_secs_f64());
    println!("read at {:.1} MB/s", bytes as f64 / 1e6 / time.as_secs_f64());
}
