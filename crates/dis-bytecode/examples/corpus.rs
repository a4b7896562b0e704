//! Reads, writes and lists every file given: what a tree of Dis programs comes to.

use dis_bytecode::{WordSize, assemble, disassemble, read, write};
use std::time::Instant;

fn main() {
    let (mut bytes, mut failed, mut other, mut listed) = (0, 0, 0, 0);
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
                let back = assemble(&disassemble(&module, WordSize::Four));
                if back.map(|back| back.module) != Ok(module) {
                    listed += 1;
                    println!("{path}: assembled differently");
                }
            }
        }
    }
    println!("{} files, {bytes} bytes, {failed} not read, {other} written and {listed} assembled differently", files.len());
    println!("{:.1} MB/s", bytes as f64 / 1e6 / time.as_secs_f64());
}
