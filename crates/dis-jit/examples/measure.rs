//! Nanoseconds per simple instruction, and what calls, procs and channels cost: `cargo run --release -p dis-jit --example measure [-- --no-jit] [FILES.dis]`.

use dis_bytecode::{WordSize, assemble, write};
use dis_vm::{Ended, Options, Vm};
use std::time::Instant;

/// Name, what one round counts as, rounds, and the program; `ROUNDS` is replaced.
const PROGRAMS: [(&str, u64, u64, &str); 6] = [
    (
        "loop: addw, xorw, addw, bltw, per instruction",
        4,
        20_000_000,
        "type main 120\ninit:\n\tmovw $0, 64(fp)\n\tmovw $0, 72(fp)\n\tmovw $ROUNDS, 88(fp)\nagain:
	addw 72(fp), 64(fp), 72(fp)\n\txorw $5, 72(fp), 80(fp)\n\taddw $1, 64(fp), 64(fp)\n\tbltw 64(fp), 88(fp), again\n\tret\n",
    ),
    (
        "array: indw, addw, addw, andw, bltw, per instruction",
        5,
        10_000_000,
        "type main 120 pointers 104\ntype int 8\ninit:\n\tmovw $ROUNDS, 88(fp)\n\tnewa $1024, int, 104(fp)\n\tmovw $0, 64(fp)\nagain:
	indw 104(fp), 72(fp), 80(fp)\n\taddw $3, 0(72(fp))\n\taddw $1, 64(fp)\n\tandw $1023, 64(fp), 80(fp)\n\tbltw 64(fp), 88(fp), again\n\tret\n",
    ),
    (
        "record: movw, addw, addw, bltw through a reference, per instruction",
        4,
        10_000_000,
        "type main 120 pointers 104\ntype node 24 pointers 0\ninit:\n\tmovw $ROUNDS, 88(fp)\n\tnew node, 104(fp)\n\tmovw $0, 64(fp)\nagain:
	movw 64(fp), 8(104(fp))\n\taddw 8(104(fp)), 16(104(fp))\n\taddw $1, 64(fp)\n\tbltw 64(fp), 88(fp), again\n\tret\n",
    ),
    (
        "call: frame, movw, lea, call, body, ret, per call",
        1,
        5_000_000,
        "type main 120\ntype callee 80\ninit:\n\tmovw $ROUNDS, 88(fp)\n\tmovw $0, 64(fp)\nagain:\n\tframe callee, 72(fp)\n\tmovw 64(fp), 64(72(fp))
	lea 80(fp), 32(72(fp))\n\tcall 72(fp), body\n\taddw $1, 64(fp)\n\tbltw 64(fp), 88(fp), again\n\tret\nbody:\n\taddw $1, 64(fp), 0(32(fp))\n\tret\n",
    ),
    (
        "spawn of a proc that ends at once",
        1,
        500_000,
        "type main 120 pointers 96\ntype worker 80 pointers 64\ninit:\n\tmovw $ROUNDS, 88(fp)\n\tmovw $0, 64(fp)\n\tnewcw 96(fp)\nagain:
	frame worker, 72(fp)\n\tmovp 96(fp), 64(72(fp))\n\tspawn 72(fp), body\n\trecv 96(fp), 80(fp)\n\taddw $1, 64(fp)\n\tbltw 64(fp), 88(fp), again\n\tret
body:\n\tsend $1, 64(fp)\n\tret\n",
    ),
    (
        "channel: one exchange between two procs",
        1,
        1_000_000,
        "type main 120 pointers 96\ntype worker 80 pointers 64\ninit:\n\tmovw $ROUNDS, 88(fp)\n\tmovw $0, 64(fp)\n\tnewcw 96(fp)\n\tframe worker, 72(fp)
	movp 96(fp), 64(72(fp))\n\tspawn 72(fp), body\nagain:\n\trecv 96(fp), 80(fp)\n\taddw $1, 64(fp)\n\tbltw 64(fp), 88(fp), again\n\tret
body:\n\tsend $1, 64(fp)\n\tjmp body\n",
    ),
];

fn config() -> dis_jit::Config {
    dis_jit::Config::new(tiering::Policy { call_threshold: 200, ..tiering::Policy::default() })
}

fn trace() -> std::sync::Arc<tiering::Trace> {
    let trace = std::env::args().any(|arg| arg == "--trace");
    let flags = tiering::Flags { trace_tiers: trace, ..tiering::Flags::default() };
    std::sync::Arc::new(tiering::Trace::from_flags(&flags).expect("no file is written"))
}

/// Runs a file, and says how many milliseconds that took.
fn file(path: &str) {
    let bytes = std::fs::read(path).expect("a file");
    let options = Options { output: dis_vm::Output::new(std::io::stdout()), ..Options::default() };
    let mut vm = Vm::new(WordSize::Eight, options);
    if std::env::args().all(|arg| arg != "--no-jit") {
        dis_jit::Jit::attach(&mut vm, config(), trace()).expect("executable memory");
    }
    vm.start("M", &bytes, &[]).expect("it is loaded");
    let begin = Instant::now();
    let ended = vm.run();
    println!("{:8.1} ms  {path} {ended:?}", begin.elapsed().as_secs_f64() * 1e3);
}

fn main() {
    let files: Vec<String> = std::env::args().filter(|arg| arg.ends_with(".dis")).collect();
    if !files.is_empty() {
        return files.iter().for_each(|path| file(path));
    }
    for (name, each, rounds, body) in PROGRAMS {
        let head = "wordsize 8\nmodule \"M\"\nentry init, main\ntype mp 0\nexport init, init, main, 1\n";
        let text = format!("{head}{}", body.replace("ROUNDS", &rounds.to_string()));
        let bytes = match assemble(&text) {
            Ok(assembled) => write(&assembled.module),
            Err(findings) => return eprintln!("{name}: {findings:?}"),
        };
        let mut best = f64::INFINITY;
        for _ in 0..3 {
            let mut vm = Vm::new(WordSize::Eight, Options::default());
            if std::env::args().all(|arg| arg != "--no-jit")
                && let Err(why) = dis_jit::Jit::attach(&mut vm, config(), trace())
            {
                return eprintln!("{name}: {why}");
            }
            if let Err(why) = vm.start("M", &bytes, &[]) {
                return eprintln!("{name}: {why}");
            }
            let begin = Instant::now();
            let ended = vm.run();
            best = best.min(begin.elapsed().as_nanos() as f64 / (each * rounds) as f64);
            if ended != Ended::Done {
                eprintln!("{name}: {ended:?}");
            }
        }
        println!("{best:8.2} ns  {name}");
    }
}
