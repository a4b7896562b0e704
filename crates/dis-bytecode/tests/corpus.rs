//! The assembled programs of `tests/dis`: they pass the verifier, and bytes and text come back as they were.

use dis_bytecode::{
    Assembled, DataItem, DataValue, Inst, Module, Op, Operand, TypeDesc, WordSize, assemble, disassemble,
    read, samples, verify, word_size, write,
};
use std::path::Path;

fn programs() -> Vec<(String, Assembled)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/dis");
    let mut programs = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "s") {
            let text = std::fs::read_to_string(&path).expect("text");
            let name = path.display().to_string();
            let assembled = assemble(&text).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
            programs.push((name, assembled));
        }
    }
    assert!(programs.len() >= 5);
    programs
}

fn round_trip(name: &str, module: &Module, word: WordSize) {
    let bytes = write(module);
    let back = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(back == *module, "{name} is read as something else");
    assert_eq!(write(&back), bytes, "{name}");
    let text = disassemble(module, word);
    let again = assemble(&text).unwrap_or_else(|findings| panic!("{name}: {findings:?}\n{text}"));
    assert!(again.module == *module && again.word == word, "{name} is assembled as something else:\n{text}");
}

#[test]
fn programs_round_trip_and_pass_the_verifier_for_their_machine() {
    for (name, Assembled { module, word }) in programs() {
        round_trip(&name, &module, word);
        let facts = verify(&module, word).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        assert!(facts.owner.iter().all(Option::is_some), "{name} has code that is never reached");
        let found = word_size::find(&module, None);
        let certain = found.sure == word_size::Sure::Proven;
        assert!(!certain || found.word == word, "{name}: {found}");
    }
}

#[test]
fn every_opcode_with_every_form_of_operands_round_trips_in_both_word_sizes() {
    let module = samples::every_form();
    assert_eq!(module.code.len(), Op::ALL.len() * 4 * 36);
    for word in [WordSize::Four, WordSize::Eight] {
        round_trip("every form", &module, word);
    }
}

#[test]
fn numbers_at_the_edges_of_encodings_round_trip() {
    for n in [0, 1, 63, 64, 8191, 8192, (1 << 29) - 1, -1, -64, -65, -8192, -8193, -(1 << 29)] {
        let inst =
            Inst { op: Op::Jmp, src: Operand::None, mid: dis_bytecode::Middle::None, dst: Operand::Imm(n) };
        let module = Module { code: vec![inst], stack_extent: n, entry_pc: n, ..Module::default() };
        assert_eq!(read(&write(&module)), Ok(module), "{n}");
    }
}

#[test]
fn what_only_broken_files_have_round_trips() {
    let ty = TypeDesc { size: 8, map: vec![0xff; 40_000] };
    let trailing = TypeDesc { size: 8, map: vec![0x80, 0] };
    let reals = DataItem {
        offset: 3,
        value: DataValue::Reals(vec![f64::NAN.to_bits(), (-0.0f64).to_bits(), 1, u64::MAX]),
    };
    let array = DataItem { offset: 0, value: DataValue::Array { ty: i32::MAX, len: i32::MIN } };
    let module = Module {
        flags: -256,
        types: vec![ty, trailing],
        data: vec![reals, array],
        name: "\n\"é".into(),
        ..Module::default()
    };
    for word in [WordSize::Four, WordSize::Eight] {
        round_trip("broken", &module, word);
    }
}

#[test]
fn a_truncated_file_is_an_error_with_a_place() {
    for (name, Assembled { module, .. }) in programs() {
        let bytes = write(&module);
        for length in 0..bytes.len() {
            match read(&bytes[..length]) {
                Err(error) => assert!(error.offset <= length, "{name} at {length}: {error}"),
                // Only the source's path may be missing.
                Ok(short) => assert!(short.source.is_none() && module.source.is_some(), "{name} at {length}"),
            }
        }
    }
}

#[test]
fn a_file_with_any_byte_changed_is_an_error_or_a_module() {
    for (name, Assembled { module, .. }) in programs() {
        let bytes = write(&module);
        for at in 0..bytes.len() {
            for change in [0x01, 0x20, 0x40, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= change;
                let Ok(module) = read(&bytes) else { continue };
                for word in [WordSize::Four, WordSize::Eight] {
                    let _ = verify(&module, word);
                }
                assert!(read(&write(&module)).as_ref() == Ok(&module), "{name}, byte {at} ^ {change:#x}");
            }
        }
    }
}

#[test]
fn the_word_size_is_found_with_its_reason() {
    let size = |name: &str| {
        let programs = programs();
        let (_, found) = programs.iter().find(|(path, _)| path.ends_with(name)).expect("it is there");
        word_size::find(&found.module, None)
    };
    let (four, eight) = (size("hello4.s"), size("hello8.s"));
    assert_eq!((four.word, four.sure), (WordSize::Four, word_size::Sure::Proven));
    assert_eq!(four.evidence, ["the frame of init, type 1, has 44 bytes, less than 64"]);
    assert_eq!((eight.word, eight.sure), (WordSize::Eight, word_size::Sure::Proven), "{eight}");
    let nothing = word_size::find(&Module { entry_pc: -1, entry_type: -1, ..Module::default() }, None);
    assert_eq!(nothing.sure, word_size::Sure::Assumed);
}
