//! Sources that nest deeply are compiled or refused; the stack never overflows.

/// Shapes of nesting: what comes before, between and behind.
const SHAPES: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("({a:", "1", "})"),
    ("!", "1", ""),
    ("-", "1", ""),
    ("typeof ", "1", ""),
    ("a=", "1", ""),
    ("a?b:", "1", ""),
    ("a?", "1", ":b"),
    ("a=>", "1", ""),
    ("(a=>{", "1", "})"),
    ("(function(){", "1", "})"),
    ("`${", "1", "}`"),
    ("new ", "a", ""),
    ("a(", "1", ")"),
    ("a[", "1", "]"),
    ("1+", "1", ""),
    ("a.b+(", "1", ")"),
    ("a**", "1", ""),
    ("a??", "1", ""),
    ("{", "", "}"),
    ("if(a)", ";", ""),
    ("if(a);else ", ";", ""),
    ("for(;;)", ";", ""),
    ("while(a)", ";", ""),
    ("do ", ";", " while(a)"),
    ("with(a)", ";", ""),
    ("try{", "", "}finally{}"),
    ("switch(a){case 1:", "", "}"),
    ("(class{[", "1", "](){}})"),
    ("(class extends ", "a", "{})"),
    ("[", "a", "]=a"),
    ("({a:", "a", "}=a)"),
    ("(a=", "1", ")=>1"),
    ("a,", "1", ""),
    ("a.", "b", ""),
    ("a?.", "b", ""),
    ("a``", "", ""),
    ("a()", "", ""),
    ("void ", "0", ""),
    ("async()=>{await ", "1", "}"),
];

#[test]
fn deep_nesting_is_an_error_or_fine() {
    for &(open, middle, close) in SHAPES {
        for count in [100, 1_000, 4_000] {
            let mut source = if open == "a``" || open == "a()" { String::from("a") } else { String::new() };
            let open = open.strip_prefix('a').filter(|_| matches!(open, "a``" | "a()")).unwrap_or(open);
            source.push_str(&open.repeat(count));
            source.push_str(middle);
            source.push_str(&close.repeat(count));
            if let Ok(unit) = js_compile::script(&source) {
                assert_eq!(js_bytecode::verify(&unit), Ok(()), "{open} {count}");
            }
        }
    }
}

#[test]
fn long_sums_of_strings_compile() {
    let source = format!("x = {}''", "'a' + y +\n".repeat(20_000));
    assert!(js_compile::script(&source).is_ok());
}
