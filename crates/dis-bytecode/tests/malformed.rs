//! Files and texts that are wrong, each with the error it must get.

use dis_bytecode::{Section, WordSize, assemble, read, verify};

/// An unsigned magic number.
const MAGIC: [u8; 4] = [0xc0, 0x0c, 0x80, 0x30];

fn error(rest: &[u8]) -> String {
    let bytes: Vec<u8> = MAGIC.into_iter().chain(rest.iter().copied()).collect();
    read(&bytes).expect_err("it is malformed").to_string()
}

#[test]
fn headers() {
    assert_eq!(
        read(b"").unwrap_err().to_string(),
        "the file ends within the magic number: 1 bytes needed, 0 left (byte 0, header)"
    );
    let wrong = read(b"\x7fELF").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "the magic number is -1, not 819248 or 923426 as in Dis files (byte 0, header)"
    );
    assert_eq!(wrong.section, Section::Header);
    assert_eq!(
        error(&[0x10]),
        "imports are in the data section: an old form that loaders refuse (byte 4, header)"
    );
    assert_eq!(error(&[0, 0, 0x7f]), "the number of instructions is negative: -1 (byte 6, header)");
    // 2 to the 29th instructions in a file of 18 bytes.
    let many = [0, 0, 0xdf, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(error(&many), "536870911 instructions do not fit the 3 bytes that are left (byte 6, header)");
}

#[test]
fn sections() {
    assert_eq!(
        error(&[0, 0, 1, 0, 0, 0, 0, 0, 175, 0x1b, 0, 0]),
        "there is no instruction with opcode 175 (byte 12, code)"
    );
    assert_eq!(error(&[0, 0, 1, 0, 0, 0, 0, 0, 0, 0x1e, 0, 0]), "address mode 6 is reserved (byte 13, code)");
    assert_eq!(
        error(&[0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]),
        "type number 1 is not below 1, the number of types (byte 12, types)"
    );
    let twice = [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(error(&twice), "type 0 is there twice (byte 15, types)");
    assert_eq!(error(&[0, 0, 0, 0, 0, 0, 0, 0, 0x91, 0]), "there is no data item of kind 9 (byte 12, data)");
    let string = "the file ends within a string: 5 bytes needed, 1 left (byte 14, data)";
    assert_eq!(error(&[0, 0, 0, 0, 0, 0, 0, 0, 0x35, 0, b'a']), string);
    assert_eq!(
        error(&[0, 0, 0, 0, 0, 0, 0, 0, 0, b'a', 0xff, 0]),
        "the module's name is not UTF-8 (byte 14, module name)"
    );
    assert_eq!(
        error(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b's', 0, 9]),
        "1 bytes follow the end of the module (byte 16, source path)"
    );
    let imports = [0x80, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    assert_eq!(error(&imports), "byte 7 where a zero ends the imports (byte 16, imports)");
    let handler = [0x80, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
    assert_eq!(error(&handler), "1 handlers do not fit the 1 bytes that are left (byte 16, handlers)");
}

/// The first fault of a program whose frames have a pointer at 64, with 8-byte words.
fn fault(code: &str) -> String {
    let head = "module M\nentry start, main\ntype mp 64 pointers 0\ntype main 112 pointers 64, 72\ntype leaf 72\ntype pair 16 pointers 0\n\
                data 64\n word 8: 1, 0, 5, start, start\nexport f, start, main, 1\n";
    let text = format!("{head}start:\n{code}\n");
    let assembled = assemble(&text).unwrap_or_else(|findings| panic!("{findings:?}"));
    match verify(&assembled.module, WordSize::Eight) {
        Ok(_) => "it is fine".into(),
        Err(faults) => faults[0].to_string(),
    }
}

#[test]
fn code_that_forges_or_loses_pointers() {
    let cases = [
        ("movp 64(fp), 72(fp)\nret", "it is fine"),
        (
            "movp 80(fp), 64(fp)\nret",
            "instruction 0: movp 80(fp), 64(fp): 80 is no pointer slot, and a pointer is needed",
        ),
        (
            "movp 64(fp), 80(fp)\nret",
            "instruction 0: movp 64(fp), 80(fp): 80 is no pointer slot, and a pointer is needed",
        ),
        (
            "movw $1, 64(fp)\nret",
            "instruction 0: movw $1, 64(fp): the pointer slot at 64 would be overwritten without release",
        ),
        (
            "movb $1, 71(fp)\nret",
            "instruction 0: movb $1, 71(fp): the pointer slot at 71 would be overwritten without release",
        ),
        (
            "movm 80(fp), $16, 56(fp)\nret",
            "instruction 0: movm 80(fp), $16, 56(fp): the pointer slot at 56 would be overwritten without release",
        ),
        (
            "movmp 0(mp), pair, 80(fp)\nret",
            "instruction 0: movmp 0(mp), $3, 80(fp): the record's map and the place's differ at 80",
        ),
        (
            "movw $9, 80(fp)\nmovw $1, 0(80(fp))\nret",
            "instruction 1: movw $1, 0(80(fp)): 80(fp) may hold any number here, and is used as an address",
        ),
        ("movw 64(fp), 80(fp)\nret", "it is fine"),
        ("movw $1, 8(fp)\nret", "instruction 0: movw $1, 8(fp): 8(fp) is in the frame's link to its caller"),
        (
            "movw $1, 108(fp)\nret",
            "instruction 0: movw $1, 108(fp): bytes 108 to 116 are not within 112 bytes",
        ),
        ("movw $1, 84(fp)\nret", "instruction 0: movw $1, 84(fp): 84 is not a multiple of 8"),
        // A reference that was copied as a word is one for the next instruction, but not for others.
        ("movw 0(mp), 80(fp)\naddc 64(fp), 80(fp), 72(fp)\nret", "it is fine"),
        (
            "movw 0(mp), 80(fp)\nmovw $1, 88(fp)\naddc 64(fp), 80(fp), 72(fp)\nret",
            "instruction 2: addc 64(fp), 80(fp), 72(fp): 80 is no pointer slot, and a pointer is needed",
        ),
        (
            "jmp $2\nmovw 0(mp), 80(fp)\naddc 64(fp), 80(fp), 72(fp)\nbeqw $0, $0, $1\nret",
            "instruction 2: addc 64(fp), 80(fp), 72(fp): 80 is no pointer slot, and a pointer is needed",
        ),
        (
            "movw 0(mp), 80(fp)\naddc 64(fp), 72(fp), 80(fp)\nret",
            "instruction 1: addc 64(fp), 72(fp), 80(fp): 80 is no pointer slot, and a pointer is needed",
        ),
        ("movp $0, 64(fp)\nret", "instruction 0: movp $0, 64(fp): $0 cannot stand for Pointer"),
        ("movw $1, $2\nret", "instruction 0: movw $1, $2: $2 is no place"),
        (
            "movw $1, 70000(64(fp))\nret",
            "instruction 0: movw $1, 70000(64(fp)): the offset 70000 from a pointer is not 0 to 65535",
        ),
    ];
    for (code, expected) in cases {
        assert_eq!(fault(code), expected, "{code}");
    }
}

#[test]
fn data_items_that_overlap() {
    let head = "module M\nentry start, main\ntype mp 64 pointers 0\ntype main 112\ntype pair 16 pointers 0\ndata 64\n";
    let cases = [
        (" word 8: 1, 2\n word 24: 3\n", None),
        (" word 8: 1, 2\n word 16: 3\n", Some("data item 1: something else is at 16 already")),
        (" string 0: \"a\"\n string 0: \"b\"\n", Some("data item 1: something else is at 0 already")),
        (" byte 9: 1\n word 8: 1\n", Some("data item 1: something else is at 8 already")),
    ];
    for (data, expected) in cases {
        let text = format!("{head}{data}export f, start, main, 1\nstart:\nret\n");
        let assembled = assemble(&text).unwrap_or_else(|findings| panic!("{findings:?}"));
        let fault = verify(&assembled.module, WordSize::Eight).err().map(|faults| faults[0].to_string());
        assert_eq!(fault.as_deref(), expected, "{data}");
    }
}

#[test]
fn code_that_goes_nowhere() {
    let cases = [
        ("movw $1, 80(fp)", "instruction 0: the code ends behind it, and it goes on"),
        ("jmp $7", "instruction 0: jmp $7: there is no Pc 7"),
        ("new $9, 64(fp)\nret", "instruction 0: new $9, 64(fp): there is no Type 9"),
        ("addw $1, 80(fp)\nret", "it is fine"),
        ("addw $1\nret", "instruction 0: addw $1, -: an operand is missing"),
        ("case 80(fp), 8(mp)", "it is fine"),
        (
            "movw $3, 16(mp)\ncase 80(fp), 8(mp)",
            "instruction 0: 16(mp) is written, but belongs to a table or a constant of the code",
        ),
        ("case 80(fp), 80(fp)", "instruction 0: case 80(fp), 80(fp): the table is not in module data"),
    ];
    for (code, expected) in cases {
        assert_eq!(fault(code), expected, "{code}");
    }
}

#[test]
fn frames_that_do_not_fit_their_calls() {
    let cases = [
        ("frame leaf, 80(fp)\nlea 88(fp), 32(80(fp))\ncall 80(fp), f\nret\nf:\nret", "it is fine"),
        (
            "call 80(fp), start\nret",
            "instruction 0: call 80(fp), $0: 80(fp) does not hold a frame for this call here",
        ),
        (
            "frame leaf, 80(fp)\ncall 80(fp), start\nret",
            "instruction 1: the function at 0 has frames of type 1 and of type 2",
        ),
        ("frame pair, 80(fp)\nret", "instruction 0: frame $3, 80(fp): type 3 is no frame"),
        (
            "frame leaf, 80(fp)\nmovw $1, 32(80(fp))\ncall 80(fp), f\nret\nf:\nret",
            "instruction 1: movw $1, 32(80(fp)): the place for a call's result is not set to an address",
        ),
        (
            "frame leaf, 80(fp)\nmovw $1, 72(80(fp))\nret",
            "instruction 1: movw $1, 72(80(fp)): bytes 72 to 80 are not within 72 bytes",
        ),
        (
            "frame leaf, 80(fp)\ncall 80(fp), f\ncall 80(fp), f\nret\nf:\nret",
            "instruction 2: call 80(fp), $4: 80(fp) does not hold a frame for this call here",
        ),
        (
            "frame leaf, 80(fp)\nlea 88(fp), 32(80(fp))\nspawn 80(fp), f\nret\nf:\nret",
            "instruction 2: spawn 80(fp), $4: the result of a proc would go to a frame that may be gone",
        ),
        (
            "frame leaf, 80(fp)\ncall 80(fp), f\njmp f\nf:\nret",
            "instruction 3: it belongs to the functions at 0 and 3",
        ),
    ];
    for (code, expected) in cases {
        assert_eq!(fault(code), expected, "{code}");
    }
}

#[test]
fn sections_that_the_verifier_refuses() {
    let fault = |text: &str| {
        verify(&assemble(text).expect("text").module, WordSize::Eight).unwrap_err()[0].to_string()
    };
    assert_eq!(fault("type mp 8\ndata 16"), "header: module data has 16 bytes, but its type 0 has 8");
    assert_eq!(fault("type mp 8 pointers 8"), "type 0: there is a pointer at 8, but only 8 bytes");
    assert_eq!(fault("type mp 8\ndata 8\nstring 0: \"a\""), "data item 0: there is no pointer slot at 0");
    assert_eq!(
        fault("type mp 8 pointers 0\ndata 8\nword 0: 1"),
        "data item 0: numbers at 0 overwrite a pointer slot"
    );
    assert_eq!(fault("type mp 8\ndata 8\nword 8: 1"), "data item 0: it takes bytes 8 to 16 of 8");
    assert_eq!(fault("restore"), "data item 0: no array is open");
    let nested = "type mp 8 pointers 0\ndata 8\n".to_owned() + &"array 0: mp, 1\nindex 0: 0\n".repeat(5);
    assert_eq!(fault(&nested), "data item 9: arrays are nested more than 4 deep");
    assert_eq!(fault("export f, 0, -, 1"), "link 0: f is instruction 0 with type -1, which are not there");
    assert_eq!(
        fault("handler 64, 0, 1, -, 0"),
        "handler 0: it covers instructions 0 to 1, which are not there"
    );
}

#[test]
fn text_that_is_wrong_has_a_place() {
    let finding = |text: &str| {
        let finding = assemble(text).expect_err("it is wrong").remove(0);
        (finding.line, finding.column, finding.message)
    };
    assert_eq!(
        finding("module M\n\tmovq $1"),
        (2, 2, "there is no statement and no instruction movq".into())
    );
    assert_eq!(finding("\tjmp nowhere"), (1, 6, "there is no label nowhere".into()));
    assert_eq!(finding("a:\na:"), (2, 1, "label a is there twice".into()));
    assert_eq!(finding("movw $1, 4(sp)"), (1, 12, "the registers are fp and mp".into()));
    assert_eq!(
        finding("addw $1, 4(8(fp)), 8(fp)"),
        (1, 10, "a middle operand cannot be doubly indirect".into())
    );
    assert_eq!(finding("string 0: \"abc"), (1, 11, "the string has no end on its line".into()));
    assert_eq!(finding("type t 8 pointers 4"), (1, 19, "4 is not a multiple of the word size, 8".into()));
    assert_eq!(
        finding("movw $536870912, 8(fp)").2,
        "an immediate operand is 536870912, and may be -536870912 to 536870911"
    );
}
