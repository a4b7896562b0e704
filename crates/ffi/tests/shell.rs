//! Calls as text: what `spandrel ffi` does, without the process around it.
#![cfg(target_os = "linux")]

use ffi::shell::{Request, ShellError};
use ffi::{Abi, Route};

fn request(declaration: &str, args: &[&str]) -> Request {
    Request {
        declaration: declaration.to_owned(),
        libraries: vec!["libm.so.6".to_owned()],
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        route: Route::Auto,
    }
}

#[test]
fn results_print_as_literals() {
    let cases = [
        ("double cos(double)", &["0"][..], "1.0"),
        ("double ldexp(double x, int exp)", &["-0.75", "0x4"], "-12.0"),
        ("struct { int quot, rem; } div(int, int)", &["17", "-5"], "{.quot = -3, .rem = 2}"),
        ("size_t strlen(const char *)", &[r"a\tb\n"], "4"),
        ("int toupper(int)", &["'q'"], "81"),
        ("char *strstr(const char *, const char *)", &["haystack", "st"], "stack"),
        ("char *strstr(const char *, const char *)", &["haystack", "needle"], "NULL"),
        ("long strtol(const char *, char **, int)", &["ff", "NULL", "16"], "255"),
        (
            "int snprintf(char *, size_t, const char *, ...)",
            &["NULL", "0", "%d %.1f %s|", "5", "2.5", "six"],
            "10",
        ),
        ("int memcmp(const void *, const void *, size_t)", &["abc", "\"abd\"", "2"], "0"),
        ("float fmaf(float, float, float)", &["2", "3", "0.5"], "6.5"),
        ("__attribute__((const)) int abs(int);", &["-2147483647"], "2147483647"),
    ];
    for route in [Route::Auto, Route::Stub, Route::Slow] {
        for (declaration, args, printed) in cases {
            let result = Request { route, ..request(declaration, args) }.call();
            assert_eq!(
                result.unwrap_or_else(|e| panic!("{declaration}: {e}")).as_deref(),
                Some(printed),
                "{declaration}"
            );
        }
        assert_eq!(Request { route, ..request("void free(void *)", &["NULL"]) }.call().unwrap(), None);
    }
}

#[test]
fn records_are_read_and_printed_whole() {
    // `cos` knows nothing of structs; what counts is that a struct of one double travels like one.
    let boxed = "struct b { double x; } cos(struct b)";
    assert_eq!(request(boxed, &["{0}"]).call().unwrap().as_deref(), Some("{.x = 1.0}"));
    let union = "union { double x; unsigned long bits; } cos(double)";
    let printed = request(union, &["0"]).call().unwrap().unwrap();
    // A union with an integer comes back in an integer register, where `cos` leaves nothing: only the form is certain.
    assert!(printed.starts_with("{.x = ") && printed.contains(", .bits = "), "{printed}");
}

#[test]
fn errors_name_the_argument_and_whose_fault_it_is() {
    let cases = [
        ("double cos(double", &["1"][..], true, "declaration: 1:18: expected ',' or ')', found end of text"),
        ("double cos(double)", &[], true, "the function takes 1 argument, 0 given"),
        ("double cos(double)", &["1", "2"], true, "the function takes 1 argument, 2 given"),
        ("double cos(double)", &["one"], true, "argument 1: 'one' is no 'double': not a number"),
        ("int abs(int)", &["4294967296"], true, "argument 1: 4294967296 is out of range for 'int32_t'"),
        ("int abs(int)", &["1.5"], true, "argument 1: '1.5' is no 'int': not an integer"),
        (
            "int f(struct {int a, b;})",
            &["{1}"],
            true,
            "argument 1: '{1}' is no 'struct { int a; int b; }': expected ',', found '}'",
        ),
        ("double (double)", &["1"], true, "the declaration names no function"),
        ("double no_such_function(double)", &["1"], false, "no symbol 'no_such_function' in libm.so.6: "),
    ];
    for (declaration, args, usage, message) in cases {
        let error = request(declaration, args).call().unwrap_err();
        assert!(error.to_string().starts_with(message), "{declaration}: {error}");
        assert_eq!(error.is_usage(), usage, "{declaration}");
    }
    let mut missing = request("double cos(double)", &["1"]);
    missing.libraries = vec!["libnone.so".to_owned()];
    assert!(matches!(missing.call(), Err(error @ ShellError::Open(_)) if !error.is_usage()));
}

#[test]
fn plans_show_what_goes_where() {
    let plan =
        |declaration: &str, args: &[&str], abi| request(declaration, args).plan(abi).unwrap().to_string();
    let hypot = plan("double hypot(double, double)", &[], Abi::Win64);
    assert!(hypot.starts_with("win64: f64 (f64, f64)\n") && hypot.contains("xmm1"), "{hypot}");
    let printf = plan("int printf(const char *, ...)", &["%d %f", "1", "2.5"], Abi::DarwinArm64);
    assert!(printf.starts_with("darwin-arm64: i32 (ptr, ... i32, f64)\n"), "{printf}");
    // On Windows a long has 32 bits.
    assert!(plan("long f(long)", &[], Abi::Win64).contains("i32 (i32)"));
    assert!(request("int f(int)", &["1", "2"]).plan(Abi::SysvX64).is_err());
}
