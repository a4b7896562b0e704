//! Sources and their listings; random programs, verified, stored and read back.

use sox_bytecode::{Globals, Module, Source, cache, compile, disassemble_function, verify};
use sox_syntax::random::{self, Config};

fn compiled(text: &str) -> Module {
    let parsed = sox_syntax::parse(text.as_bytes());
    assert_eq!(parsed.diagnostics, [], "{text}");
    let source = Source { text: text.as_bytes(), file: "test.sox", imported: false };
    let module = compile(&parsed.module, &source, &mut Globals::default()).expect("it is not too complex");
    if let Err(fault) = verify(&module) {
        panic!("{fault}\n{}", disassemble_function(&module, fault.function));
    }
    module
}

/// The instructions of the function with this number, without lines and offsets.
fn listing(text: &str, function: usize) -> Vec<String> {
    let module = compiled(text);
    let listing = disassemble_function(&module, function);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let without_numbers = |line: String| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        rest.to_owned()
    };
    listing.lines().skip(1).map(|line| without_numbers(words(line))).collect()
}

#[test]
fn loops_that_count_have_one_instruction_per_round() {
    let text = "fn f(n) { var s = 0 for var i = 0; i < n; i = i + 1 { s = s + i } return s }";
    assert_eq!(
        listing(text, 1),
        [
            "load_int r2, 0",
            "load_int r3, 0",
            "jump_not_lt r3, r1, -> 5",
            "add r2, r2, r3",
            "loop_add_lt r3, r1, 1, -> 3",
            "return r2",
            "return_nil",
        ]
    );
}

#[test]
fn operands_keep_the_value_they_had_when_they_were_read() {
    let text = "fn f(a) { return a + (a = 5) }";
    assert_eq!(
        listing(text, 1),
        ["move r2, r1", "load_int r1, 5", "move r3, r1", "add r2, r2, r3", "return r2", "return_nil"]
    );
    // A call may not overwrite what its arguments read.
    let text = "fn f(a) { a = f(a) }";
    assert_eq!(
        listing(text, 1),
        ["get_global r2, f", "move r3, r1", "call r2, 1", "move r1, r2", "return_nil"]
    );
}

#[test]
fn captured_variables_are_boxed_only_when_they_change() {
    let text = "fn f(a, b) { b = 1 return fn() { return a + b } }";
    assert_eq!(listing(text, 1)[..3], ["new_box r2, r2", "load_int r3, 1", "set_box r2, r3"]);
    assert_eq!(
        listing(text, 2),
        ["get_up r1, up 0", "get_up_box r2, up 1", "add r1, r1, r2", "return r1", "return_nil"]
    );
}

#[test]
fn functions_know_themselves_by_what_is_called() {
    for text in ["fn f() { fn g(n) { return g(n) } }", "fn f() { var g = fn(n) { return g(n) } }"] {
        let lines = listing(text, 2);
        assert_eq!(lines[..3], ["move r2, r0", "move r3, r1", "call r2, 1"], "{text}");
    }
    // Not when the variable may come to hold something else, or is not the function itself.
    let text = "fn f() { var g = fn(n) { return g(n) } g = 1 }";
    assert_eq!(listing(text, 2)[0], "get_up_box r2, up 0");
    let text = "fn f() { var g = {h: fn(n) { return g }} }";
    assert_eq!(listing(text, 2)[0], "get_up_box r2, up 0");
    assert_eq!(listing(text, 1)[..3], ["load_nil r2", "new_box r2, r2", "move r1, r2"]);
}

#[test]
fn deferred_closures_run_before_each_return_and_when_errors_leave() {
    let text = "fn f() { defer () { print 1 } try { return 2 } catch e { } }";
    let lines = listing(text, 1);
    let runs = lines.iter().filter(|line| line.starts_with("run_defers")).count();
    assert_eq!(runs, 3, "{lines:#?}");
    // The return's deferred closures are outside of the `try`, and inside of the function's own handler.
    let covered: Vec<&String> = lines.iter().filter(|line| line.starts_with("errors of")).collect();
    assert_eq!(covered, ["errors of 3..4 go to 7 in r3", "errors of 1..9 go to 9 in r2"], "{lines:#?}");
}

#[test]
fn more_values_than_registers_live_in_an_array() {
    let declared: String = (0..300).map(|i| format!("var v{i} = {i} ")).collect();
    let sum = (0..300).map(|i| format!("v{i}")).collect::<Vec<_>>().join(" + ");
    let module = compiled(&format!("fn f() {{ {declared} return {sum} }}"));
    let function = &module.functions[1];
    assert_eq!(function.registers, 256);
    assert!(disassemble_function(&module, 1).contains("load_far"));
    let params = (0..255).map(|i| format!("p{i}")).collect::<Vec<_>>().join(", ");
    compiled(&format!("fn f({params}) {{ fn g() {{ return p0 + p254 }} p254 = f({params}) return g }}"));
}

#[test]
fn nesting_beyond_the_registers_is_refused() {
    let nested = |depth: usize| format!("print {}1{}", "f(1, 2, 3, 4, ".repeat(depth), ")".repeat(depth));
    compiled(&nested(40));
    let text = nested(90);
    let parsed = sox_syntax::parse(text.as_bytes());
    assert_eq!(parsed.diagnostics, []);
    let source = Source { text: text.as_bytes(), file: "test.sox", imported: false };
    let error = compile(&parsed.module, &source, &mut Globals::default())
        .expect_err("there are not as many registers");
    assert_eq!(error.to_string(), "Expression is too complex.");
}

#[test]
fn long_chains_compile() {
    let sum = vec!["a"; 900].join(" + ");
    compiled(&format!("var a = 1 print {sum}"));
    for text in ["[]", "print -[];", "var a[] print a", "{}", ""] {
        compiled(text);
    }
}

#[test]
fn random_programs_verify_and_come_back_from_a_file() {
    for seed in 0..100 {
        let text = random::program(seed, &Config::varied(seed));
        let module = compiled(&text);
        let file = cache::write(&module, text.as_bytes());
        assert_eq!(cache::read(&file, text.as_bytes()).as_ref(), Ok(&module));
    }
}

#[test]
fn files_that_are_not_what_was_written_are_refused() {
    use cache::Unusable;
    let text = "class A { init(x) { this.x = x } } print A(1).x";
    let file = cache::write(&compiled(text), text.as_bytes());
    let read = |file: &[u8]| cache::read(file, text.as_bytes()).map(|_| ());
    assert_eq!(read(&file), Ok(()));
    assert_eq!(cache::read(&file, b"print 2"), Err(Unusable::Stale));
    assert_eq!(read(b""), Err(Unusable::NotACache));
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 0x41;
        assert!(read(&changed).is_err(), "byte {at}");
        assert!(read(&file[..at]).is_err(), "cut at {at}");
    }
    let mut longer = file.clone();
    longer.push(0);
    assert_eq!(read(&longer), Err(Unusable::Corrupt));
    let mut other = file.clone();
    other[8] += 1;
    assert_eq!(read(&other), Err(Unusable::Version(cache::VERSION + 1)));
}

/// Files whose hashes are right, but not their contents: the verifier's work.
#[test]
fn forged_modules_are_refused_or_harmless() {
    let text = random::program(7, &Config { statements: 8, ..Config::default() });
    let module = compiled(&text);
    let mut refused = 0;
    for number in 0..module.functions.len() {
        for at in 0..module.functions[number].code.len() {
            for bit in [(at % 8) as u32, 8 + (at % 24) as u32, 32 + (at % 32) as u32] {
                let mut forged = module.clone();
                forged.functions[number].code[at] = flipped(forged.functions[number].code[at], bit);
                let file = cache::write(&forged, text.as_bytes());
                match cache::read(&file, text.as_bytes()) {
                    Ok(read) => assert_eq!(verify(&read), Ok(())),
                    Err(cache::Unusable::Invalid(fault)) => {
                        assert_eq!(fault.function, number);
                        refused += 1;
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
    assert!(refused > 200, "{refused}");
}

/// An error could be thrown and caught for ever, without a look at the limits.
#[test]
fn handlers_that_lead_back_are_refused() {
    let mut module = compiled("try { throw 1 } catch e { print e }");
    assert!(module.functions[0].handlers.iter().all(|handler| handler.target >= handler.end));
    let mut functions = module.functions.to_vec();
    let mut handlers = functions[0].handlers.to_vec();
    handlers[0].target = handlers[0].start;
    functions[0].handlers = handlers.into();
    module.functions = functions.into();
    assert_eq!(verify(&module).map_err(|fault| fault.what), Err("a handler leads back"));
}

#[test]
fn nobody_passes_anything_to_the_top_level() {
    let mut module = compiled("fn f(a) { return a } print f(1)");
    let mut functions = module.functions.to_vec();
    functions[0].params = 1;
    module.functions = functions.into();
    assert_eq!(verify(&module).map_err(|fault| fault.what), Err("the top level takes something"));
}

fn flipped(inst: sox_bytecode::Inst, bit: u32) -> sox_bytecode::Inst {
    let bytes = postcard::to_allocvec(&inst).expect("an instruction is a number");
    let word: u64 = postcard::from_bytes(&bytes).expect("an instruction is a number");
    let bytes = postcard::to_allocvec(&(word ^ 1 << bit)).expect("a number");
    postcard::from_bytes(&bytes).expect("any number is an instruction, of whatever opcode")
}
