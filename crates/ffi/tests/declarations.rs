//! C declarations: what parses, what it means on each target, how it prints, and what is refused where.

use abi::{Abi, Signature};
use ffi::decl::{DeclErrorKind, Ty};
use ffi::{Declarations, Prototype};

fn parse(text: &str) -> Prototype {
    Prototype::parse_for(text, Abi::SysvX64).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn signature(text: &str) -> String {
    parse(text).signature().to_string()
}

/// Whether two signatures are the same up to names, which binding plans do not look at.
fn same(a: &Signature, b: &Signature) -> bool {
    a.to_string() == b.to_string()
}

#[test]
fn base_types_in_every_order() {
    let cases = [
        ("char", "i8"),
        ("signed char", "i8"),
        ("char unsigned", "u8"),
        ("short", "i16"),
        ("short int", "i16"),
        ("int unsigned short", "u16"),
        ("signed", "i32"),
        ("unsigned", "u32"),
        ("int signed", "i32"),
        ("long", "i64"),
        ("long unsigned int", "u64"),
        ("long long", "i64"),
        ("long int unsigned long", "u64"),
        ("_Bool", "bool"),
        ("bool", "bool"),
        ("float", "f32"),
        ("double", "f64"),
        ("__int128", "i128"),
        ("unsigned __int128", "u128"),
        ("int8_t", "i8"),
        ("uint16_t", "u16"),
        ("int32_t const", "i32"),
        ("const uint64_t", "u64"),
        ("size_t", "u64"),
        ("ssize_t", "i64"),
        ("intptr_t", "i64"),
        ("ptrdiff_t", "i64"),
        ("wchar_t", "i32"),
        ("volatile int *restrict", "ptr"),
        ("void *", "ptr"),
        ("char *const *", "ptr"),
        ("enum { A, B }", "u32"),
        ("enum { A = -1, B }", "i32"),
        ("enum { A = 0x100000000 }", "u64"),
        ("enum { A = -1, B = 0x100000000 }", "i64"),
        ("struct { float x, y, z; }", "struct{f32, f32, f32}"),
        ("union { int i; double d[2]; }", "union{i32, f64[2]}"),
        ("struct { struct { char c; }; short s; }", "struct{struct{i8}, i16}"),
        ("struct __attribute__((packed)) { char c; int i; }", "struct pack(1){i8, i32}"),
        ("struct { char c; } __attribute__((aligned(32), packed))", "struct pack(1) align(32){i8}"),
        (
            "struct { _Alignas(16) int a; int b __attribute__((aligned(8))); }",
            "struct{align(16) i32, align(8) i32}",
        ),
        ("float __attribute__((vector_size(16)))", "f32x4"),
        ("struct {}", "struct{}"),
    ];
    for (ty, expected) in cases {
        assert_eq!(signature(&format!("{ty} f(void)")), format!("{expected} ()"), "{ty}");
    }
}

#[test]
fn parameters_decay_and_declarators_nest() {
    let cases = [
        ("void f(int a[10], char b[const 3][4], int c(int), double (d)[])", "void (ptr, ptr, ptr, ptr)"),
        ("int (*signal(int sig, void (*handler)(int)))(int)", "ptr (i32, ptr)"),
        ("int (f)(int)", "i32 (i32)"),
        (
            "void f(int (__attribute__((noinline)) *callback)(char), int (__attribute__((unused)) char c))",
            "void (ptr, ptr)",
        ),
        ("int printf(const char *restrict format, ...)", "i32 (ptr ...)"),
        ("int f(...)", "i32 ( ...)"),
        ("int (*)(const void *, const void *)", "i32 (ptr, ptr)"),
        (
            "extern __attribute__((noreturn, format(printf, 1, 2))) void f(const char *, ...);",
            "void (ptr ...)",
        ),
        ("struct {float x,y,z;} f(int, double)", "struct{f32, f32, f32} (i32, f64)"),
        ("double(double)", "f64 (f64)"),
        ("int f(size_t size_t)", "i32 (u64)"),
        (
            "struct s { struct s *next; int v[sizeof(long) * 2 - (1 << 1)]; } f(void)",
            "struct{ptr, i32[14]} ()",
        ),
        ("typedef struct p { char c; } P; P f(P, struct p, P *)", "struct{i8} (struct{i8}, struct{i8}, ptr)"),
        ("enum e { N = 3, }; void f(struct { int a[N]; })", "void (struct{i32[3]})"),
    ];
    for (text, expected) in cases {
        assert_eq!(signature(text), expected, "{text}");
    }
}

#[test]
fn widths_follow_the_target() {
    let text = "long f(unsigned long, wchar_t, char, enum { A, B })";
    let on = |abi| Prototype::parse_for(text, abi).unwrap().signature().to_string();
    assert_eq!(on(Abi::SysvX64), "i64 (u64, i32, i8, u32)");
    assert_eq!(on(Abi::Win64), "i32 (u32, u16, i8, i32)");
    assert_eq!(on(Abi::Aapcs64), "i64 (u64, u32, u8, u32)");
    assert_eq!(on(Abi::DarwinArm64), "i64 (u64, i32, i8, u32)");
    assert_eq!(on(Abi::WindowsArm64), "i32 (u32, u16, i8, i32)");
}

#[test]
fn prototypes_print_as_c_that_means_the_same() {
    let cases = [
        ("double   cos ( double x );", "double cos(double x)"),
        ("int f(void)", "int f(void)"),
        ("int printf(const char*,...)", "int printf(const char *, ...)"),
        ("void f(char *const *argv, const int (*m)[4])", "void f(char *const *argv, const int (*m)[4])"),
        ("int (*signal(int, int (*)(int)))(int)", "int (*signal(int, int (*)(int)))(int)"),
        ("unsigned f(int long unsigned)", "unsigned int f(unsigned long)"),
        (
            "struct p {int x;}; struct p f(struct p a, struct p*)",
            "struct p { int x; } f(struct p a, struct p *)",
        ),
        (
            "union { struct { char a; }; float b[2]; } f(void)",
            "union { struct { char a; }; float b[2]; } f(void)",
        ),
        (
            "typedef float v4 __attribute__((vector_size(16))); v4 f(v4 a)",
            "__attribute__((vector_size(16))) float f(__attribute__((vector_size(16))) float a)",
        ),
        (
            "struct t { _Alignas(16) int *p; } __attribute__((packed, aligned(32))); void f(struct t)",
            "void f(struct __attribute__((packed)) __attribute__((aligned(32))) t { __attribute__((aligned(16))) int *p; })",
        ),
        (
            "struct p *f(int (*)(struct p {int x;}), union p {int y;} b)",
            "struct p *f(int (*)(struct p { int x; }), union { int y; } b)",
        ),
    ];
    for (text, printed) in cases {
        let first = parse(text);
        assert_eq!(first.to_string(), printed, "{text}");
        let again = parse(printed);
        assert!(same(first.signature(), again.signature()), "{printed}");
        assert_eq!(again.to_string(), printed);
    }
}

#[test]
fn a_signature_without_names_prints_as_c() {
    let original = parse("struct {float x; char *s;} f(unsigned char, union {int i; double d;}, ...)");
    let made = Prototype::from_signature(original.signature(), Abi::SysvX64).unwrap();
    assert_eq!(
        made.to_string(),
        "struct { float x; void *s; } (uint8_t, union { int32_t i; double d; }, ...)"
    );
    assert!(same(parse(&made.to_string()).signature(), original.signature()));
}

/// Text, line, column and message of what is refused.
#[test]
fn errors_say_what_and_where() {
    let cases = [
        ("", 1, 1, "expected one function declaration and nothing else"),
        ("int x;", 1, 5, "expected one function declaration and nothing else"),
        ("int f(int); int g(int)", 1, 17, "expected one function declaration and nothing else"),
        ("double cos(double", 1, 18, "expected ',' or ')', found end of text"),
        ("double cos(double;", 1, 18, "expected ',' or ')', found ';'"),
        ("doubel cos(double)", 1, 1, "unknown type 'doubel'"),
        ("int f(int,\n  strange x)", 2, 3, "unknown type 'strange'"),
        ("int f(unsigned float)", 1, 7, "'unsigned float' is not a type"),
        ("long long long f(void)", 1, 1, "'long long long' is not a type"),
        ("long double f(void)", 1, 1, "not supported: long double"),
        ("double _Complex f(void)", 1, 8, "not supported: complex numbers"),
        ("int f(__float128)", 1, 7, "not supported: 128-bit floats"),
        ("int f(struct {int a : 3;})", 1, 21, "not supported: bit-fields"),
        ("int f(int n, int a[n])", 1, 20, "not supported: variable-length arrays"),
        ("int f(int a[*])", 1, 13, "not supported: variable-length arrays"),
        ("int f()", 1, 7, "not supported: '()' without parameter types; write '(void)'"),
        ("int f(void) { return 1; }", 1, 13, "not supported: function bodies"),
        ("#include <stdio.h>", 1, 1, "not supported: preprocessor directives"),
        ("int f(struct s)", 1, 5, "'struct s' is incomplete here: only its tag is declared"),
        ("int f(void x)", 1, 7, "'void' is not a value"),
        ("int f(int)[3]", 1, 6, "a function cannot return an array"),
        ("int f[3](int)", 1, 6, "a function is not a value, only a pointer to it is"),
        ("int f(struct {int a; float a;})", 1, 28, "'a' is already declared differently"),
        ("struct s {int a;}; struct s {char b;}; int f(void)", 1, 20, "'struct s'"),
        ("int f(struct {int a[];})", 1, 19, "the array has no length"),
        ("int f(struct {int a[0];})", 1, 21, "not supported: arrays of length 0"),
        ("int f(struct {int a[1/0];})", 1, 22, "bad constant expression: the value overflows"),
        ("int f(struct {int a[B];})", 1, 21, "not supported: variable-length arrays"),
        (
            "int f(struct {_Alignas(3) int a;})",
            1,
            15,
            "bad constant expression: an alignment is a power of two",
        ),
        ("int f(int) __attribute__((regparm(3)))", 1, 27, "unknown attribute 'regparm'"),
        ("int f(int __attribute__((aligned(16))) x)", 1, 26, "not supported: alignment on parameters"),
        ("int f(float __attribute__((vector_size(12))) x)", 1, 28, "a vector of 3 f32 lanes"),
        ("int f(union {})", 1, 14, "a union needs at least one member"),
        ("int f(int) /* open", 1, 12, "the comment is never closed"),
        ("int f(int) $", 1, 12, "unexpected character '$'"),
        (
            "int f(struct {int a[99999999999999999999];})",
            1,
            21,
            "'99999999999999999999' is not a 64-bit integer",
        ),
        ("int é(int)", 1, 5, "unexpected character 'é'"),
    ];
    for (text, line, column, message) in cases {
        let error = Prototype::parse_for(text, Abi::SysvX64).expect_err(text);
        let wanted = if message == "'struct s'" { "'s' is already declared differently" } else { message };
        assert!(error.kind.to_string().starts_with(wanted), "{text}: {error}");
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
    }
}

#[test]
fn an_excerpt_points_at_the_place() {
    let text = "int f(int,\n\tstrange x)";
    let error = Prototype::parse(text).unwrap_err();
    assert_eq!(error.excerpt(text), "    \tstrange x)\n    \t^^^^^^^");
    let open = "double cos(double";
    assert_eq!(
        Prototype::parse(open).unwrap_err().excerpt(open).lines().nth(1),
        Some("                     ^")
    );
}

#[test]
fn hostile_nesting_ends_in_an_error() {
    let deep = [
        format!("int {}f{}(void)", "(".repeat(20_000), ")".repeat(20_000)),
        format!("int {}f(void)", "*".repeat(20_000)),
        format!("int f{}", "(int ".repeat(20_000)),
        format!("int f({})", "struct {".repeat(20_000)),
        format!("enum {{ A = {}1 }} f(void)", "-".repeat(20_000)),
        format!("enum {{ A = {}1 }} f(void)", "(".repeat(20_000)),
        format!("int f(int a{})", "[1]".repeat(20_000)),
    ];
    for text in deep {
        let error = Prototype::parse(&text).unwrap_err();
        let too_deep = matches!(error.kind, DeclErrorKind::TooDeep | DeclErrorKind::Type(_));
        assert!(too_deep, "{}...: {error}", &text[..20]);
    }
    let mut doubling = "typedef struct { int a; } t0;".to_owned();
    for i in 0..50 {
        doubling += &format!("typedef struct {{ t{i} a, b; }} t{};", i + 1);
    }
    assert!(Declarations::new().parse(&doubling).is_err());
}

#[test]
fn a_header_is_read_as_a_whole_or_not_at_all() {
    let mut header = Declarations::for_abi(Abi::SysvX64);
    header
        .parse(
            "// types\n typedef struct node node_t; struct node { node_t *next; int value; };\n\
             enum color { RED, GREEN = 5, BLUE };\n\
             extern int count; int sum(const node_t *), *first(node_t n);\n\
             typedef int (*compare_fn)(const void *, const void *);\n\
             void sort(void *, size_t, size_t, compare_fn); int puts(const char *), fputs(const char *, FILE *);\n\
             __attribute__((nonnull(1), deprecated(\"use puts\"))) char *gets(char *);",
        )
        .unwrap();
    let names: Vec<_> = header.functions().iter().filter_map(|p| p.name()).collect();
    assert_eq!(names, ["sum", "first", "sort", "puts", "fputs", "gets"]);
    assert_eq!(header.constant("BLUE"), Some(6));
    assert!(matches!(header.variable("count"), Some(Ty::Base(_))));
    assert!(header.typedef("compare_fn").unwrap().as_function().is_some());
    assert_eq!(header.function("first").unwrap().signature().to_string(), "ptr (struct{ptr, i32})");
    assert_eq!(
        header.prototype("node_t f(enum color)").unwrap().signature().to_string(),
        "struct{ptr, i32} (u32)"
    );

    let error = header.parse("int fresh(int); int sum(int);").unwrap_err();
    assert_eq!(error.kind, DeclErrorKind::Redeclared("sum".into()));
    assert!(header.function("fresh").is_none());
    assert!(header.parse("int sum(const node_t *);").is_ok(), "the same again is fine");
    assert!(matches!(header.parse("int f(int)").unwrap_err().kind, DeclErrorKind::Expected { .. }));
}

#[test]
fn a_built_prototype_equals_the_parsed_one() {
    use ffi::decl::Base;
    let (int, double) = (Ty::Base(Base::Int), Ty::Base(Base::Double));
    let point = Ty::structure([("x", double.clone()), ("y", double)]).unwrap();
    let text = Ty::pointer(Ty::Base(Base::Char), true).unwrap();
    let built = Prototype::builder(int).name("f").named_param("p", point).param(text).variadic();
    let built = built.build_for(Abi::SysvX64).unwrap();
    assert_eq!(built.to_string(), "int f(struct { double x; double y; } p, const char *, ...)");
    assert_eq!(built, parse(&built.to_string()));
    assert!(Prototype::builder(Ty::Void).param(Ty::Void).build().is_err());
}
