//! try
use dis_bytecode::{assemble, read, word_size};
use dis_vm::*;
fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut o = Options { input: Input::new(std::io::stdin()), output: Output::new(std::io::stdout()), errors: Output::new(std::io::stderr()), ..Options::default() };
    loop {
        if args[0] == "--root" { o.root = Some(args[1].clone().into()); args.drain(..2); }
        else if args[0] == "--stress" { o.stress = true; o.quantum = 1; args.remove(0); }
        else if args[0] == "--fuel" { o.fuel = Some(args[1].parse().unwrap()); args.drain(..2); }
        else { break }
    }
    let (bytes, word) = if args[0].ends_with(".s") {
        let a = assemble(&std::fs::read_to_string(&args[0]).unwrap()).unwrap_or_else(|e| panic!("{e:?}"));
        (dis_bytecode::write(&a.module), a.word)
    } else {
        let b = std::fs::read(&args[0]).unwrap();
        let m = read(&b).unwrap();
        let f = word_size::find(&m, None);
        (b, f.word)
    };
    let mut vm = Vm::new(word, o);
    if let Err(e) = vm.start(&args[0], &bytes, &args) { eprintln!("load: {e}"); std::process::exit(3); }
    let t = std::time::Instant::now();
    let e = vm.run();
    eprintln!("{e:?} {:?} mem {}", t.elapsed(), vm.memory_in_use());
}
