//! Values, and conversions of numbers.

mod support;

use js_rt::num_bigint::BigInt;
use js_rt::number::*;
use js_rt::{ElementType, Value, from_half, to_half};
use std::cmp::Ordering;
use support::{Random, both, run};

#[test]
fn every_double_is_itself() {
    let mut random = Random(1);
    let specials =
        [0.0, -0.0, 1.5, f64::MAX, f64::MIN_POSITIVE, f64::from_bits(1), f64::INFINITY, f64::NEG_INFINITY];
    let randoms: Vec<f64> = (0..10_000).map(|_| f64::from_bits(random.next())).collect();
    for number in specials.into_iter().chain(randoms) {
        for value in [Value::double(number), Value::number(number)] {
            assert!(value.is_number() && !value.is_cell() && !value.is_nullish() && !value.is_bool());
            let back = value.as_number().expect("it is a number");
            assert!(back.to_bits() == number.to_bits() || back.is_nan() && number.is_nan(), "{number}");
            assert_eq!(value.is_int(), value.as_int().is_some());
        }
    }
    for int in [0, 1, -1, i32::MAX, i32::MIN] {
        assert_eq!((Value::int(int).as_int(), Value::number(int.into())), (Some(int), Value::int(int)));
        assert!(
            Value::double(int.into()).is_double() && Value::double(int.into()).is_strictly_equal(int.into())
        );
    }
    assert!(Value::number(-0.0).is_double());
}

#[test]
fn other_values_are_what_they_are() {
    let others = [Value::UNDEFINED, Value::NULL, Value::TRUE, Value::FALSE, Value::EMPTY];
    for (i, a) in others.iter().enumerate() {
        assert!(!a.is_number() && !a.is_cell() && a.as_object().is_none());
        for (j, b) in others.iter().enumerate() {
            assert_eq!(a.is_strictly_equal(*b), i == j);
            assert_eq!(a.same_value(*b), i == j);
        }
    }
    assert!(Value::UNDEFINED.is_nullish() && Value::NULL.is_nullish() && !Value::FALSE.is_nullish());
    assert_eq!((Value::bool(true), Value::bool(false)), (Value::TRUE, Value::FALSE));
    let types = others[..4].iter().map(|value| value.type_of());
    assert!(types.eq(["undefined", "object", "boolean", "boolean"]));
    let (zero, minus) = (Value::int(0), Value::double(-0.0));
    assert!(zero.is_strictly_equal(minus) && zero.same_value_zero(minus) && !zero.same_value(minus));
    assert!(!Value::NAN.is_strictly_equal(Value::NAN) && Value::NAN.same_value(Value::double(f64::NAN)));
    assert!(!Value::NAN.to_boolean() && !minus.to_boolean() && Value::double(0.1).to_boolean());
}

#[test]
fn cells_are_compared_by_content_where_they_should() {
    both(|rt| {
        let text = |text: &str| Value::from(rt.str_from_utf8(text).expect("there is memory"));
        let big = |number: i64| Value::from(rt.new_bigint(number).expect("there is memory"));
        assert!(text("abc").is_strictly_equal(text("abc")) && !text("abc").is_strictly_equal(text("abd")));
        assert!(
            big(7).is_strictly_equal(big(7))
                && !big(7).same_value(big(-7))
                && !big(7).is_strictly_equal(7.into())
        );
        assert!(
            text("a").to_boolean() && !text("").to_boolean() && big(1).to_boolean() && !big(0).to_boolean()
        );
        assert_eq!((text("").type_of(), big(0).type_of()), ("string", "bigint"));
        assert_eq!(Value::from(rt.symbols.iterator).type_of(), "symbol");
        let object = rt.new_object(None, js_rt::Class::Object).expect("there is memory");
        assert_eq!(Value::from(object).type_of(), "object");
        object.set_flag(js_rt::Flags::CALLABLE);
        assert_eq!(Value::from(object).type_of(), "function");
        object.set_flag(js_rt::Flags::HTMLDDA);
        assert!(Value::from(object).type_of() == "undefined" && !Value::from(object).to_boolean());
    });
}

/// Numbers at which conversions change, and random ones.
fn numbers() -> impl Iterator<Item = f64> {
    let mut random = Random(2);
    let edges = (0..1100).flat_map(|power| {
        let number = 2f64.powi(power);
        [number, number.next_down(), number.next_up(), number + 1.0, number * 1.5, number - 0.5]
    });
    let randoms = (0..20_000).map(move |_| f64::from_bits(random.next()));
    edges.chain(randoms).flat_map(|number| [number, -number])
}

#[test]
fn integers_are_modulo_their_size() {
    let two_32 = BigInt::from(1u64 << 32);
    for number in numbers() {
        let exact = number_to_bigint(number.trunc()).unwrap_or_default();
        let low = ((&exact % &two_32) + &two_32) % &two_32;
        let low = u32::try_from(low).expect("it is below 2^32");
        assert_eq!(to_uint32(number), low, "{number}");
        assert_eq!(
            (to_int32(number), to_int16(number), to_uint8(number)),
            (low as i32, low as i16, low as u8)
        );
        assert_eq!(modulo_2_64(number), bigint_low_bits(&exact), "{number}");
    }
    assert_eq!((to_int32(f64::NAN), to_int32(f64::INFINITY), to_uint32(-1.0)), (0, 0, u32::MAX));
    let clamped = [-1.0, 0.5, 1.5, 2.5, 254.5, 255.5, 300.0, f64::NAN, f64::INFINITY].map(to_uint8_clamp);
    assert_eq!(clamped, [0, 0, 2, 2, 254, 255, 255, 0, 255]);
    assert!(to_integer_or_infinity(-0.5).is_sign_positive() && to_integer_or_infinity(f64::NAN) == 0.0);
    assert_eq!(to_integer_or_infinity(-1.9), -1.0);
}

#[test]
fn texts_are_numbers_as_the_grammar_says() {
    run(|rt| {
        let number = |text: &str| {
            let string = rt.str_from_utf8(text).expect("there is memory");
            string_to_number(string.flat(rt).expect("there is memory"))
        };
        let good: [(&str, f64); 24] = [
            ("", 0.0),
            ("  \n\u{feff}\u{3000}", 0.0),
            ("1", 1.0),
            (" -1.5e3\t", -1500.0),
            ("+.5", 0.5),
            ("5.", 5.0),
            ("0x1F", 31.0),
            ("0b101", 5.0),
            ("0O17", 15.0),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("-0", -0.0),
            ("1e1000", f64::INFINITY),
            ("1e-1000", 0.0),
            ("00012", 12.0),
            ("0.1", 0.1),
            ("1E+2", 100.0),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("0x20000000000001", 9_007_199_254_740_992.0),
            ("0x20000000000003", 9_007_199_254_740_996.0),
            ("179769313486231580793728971405301e276", 1.797_693_134_862_315_8e308),
            ("5e-324", 5e-324),
            ("2e-324", 0.0),
            ("\u{2029}7\u{b}", 7.0),
        ];
        for (text, wanted) in good {
            assert!(number(text).to_bits() == wanted.to_bits(), "{text:?}: {}", number(text));
        }
        for text in [
            "x",
            "1 2",
            "0x",
            "-0x1",
            "+0b1",
            "0b2",
            "1_0",
            "inf",
            "nan",
            "infinity",
            "INFINITY",
            "e5",
            ".",
            "+",
            "--1",
            "1e",
            "0x1.8",
            "1n",
            "\u{180e}1",
            "Infinityx",
            "١",
            ".e1",
            "1.5.2",
        ] {
            assert!(number(text).is_nan(), "{text:?}");
        }
        let bigint = |text: &str| {
            let string = rt.str_from_utf8(text).expect("there is memory");
            string_to_bigint(string.flat(rt).expect("there is memory")).map(|big| big.to_string())
        };
        for (text, wanted) in [
            ("", "0"),
            (" 12 ", "12"),
            ("-5", "-5"),
            ("+5", "5"),
            ("0xff", "255"),
            ("0b11", "3"),
            ("0007", "7"),
        ] {
            assert_eq!(bigint(text).as_deref(), Some(wanted));
        }
        for text in ["1n", "1.0", "-0x1", "1e3", "0x", "+", "- 1", "1_0", "Infinity"] {
            assert_eq!(bigint(text), None, "{text:?}");
        }
    });
}

#[test]
fn numbers_are_texts_as_the_specification_says() {
    run(|rt| {
        let vectors = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.0, "-1"),
            (4_294_967_295.0, "4294967295"),
            (123_456_789_012.0, "123456789012"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (1.5e-7, "1.5e-7"),
            (0.000_001, "0.000001"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (0.1 + 0.2, "0.30000000000000004"),
        ];
        for (number, text) in vectors {
            assert_eq!(rt.number_to_str(number).map(|s| s.to_std()).as_deref(), Ok(text));
            assert_eq!(number_to_string(number), text);
        }
        for number in numbers() {
            let text = rt.number_to_str(number).expect("there is memory");
            let back = string_to_number(text.flat(rt).expect("there is memory"));
            assert!(back == number || back.is_nan() && number.is_nan(), "{number}");
        }
    });
}

#[test]
fn digits_of_other_radices_tell_numbers_apart() {
    let vectors = [
        (255.0, 16, "ff"),
        (-255.0, 2, "-11111111"),
        (0.5, 2, "0.1"),
        (35.0, 36, "z"),
        (1e21, 36, "5v1j4f4ds7c000"),
        (f64::NAN, 7, "NaN"),
        (-0.0, 5, "0"),
        (3.75, 8, "3.6"),
        (1.0 / 3.0, 3, "0.1"),
        (9.176_772_654_434_258e18, 33, "5ginb0epgrfm0"),
        (8.716_644_925_002_415e18, 3, "2011002000011222101121201201220021000000"),
        (0.1, 2, "0.0001100110011001100110011001100110011001100110011001101"),
    ];
    for (number, radix, text) in vectors {
        assert_eq!(to_string_radix(number, radix), text, "{number} {radix}");
    }
    let mut random = Random(3);
    for _ in 0..2000 {
        let number = f64::from_bits(random.next() & !(1 << 63));
        let number = if random.chance(2) { (number % 1e6).abs() } else { number };
        let radix = 2 + random.below(35) as u32;
        if !(1e-2..9e15).contains(&number) {
            continue;
        }
        let text = to_string_radix(number, radix);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits =
            BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), radix).expect("they are digits");
        let scale = BigInt::from(radix).pow(fraction.len() as u32);
        // The digits stand for the number or one of its neighbours: tiny numbers lose a bit on the way, as they do elsewhere.
        let size = |number: f64| distance(&BigInt::default(), &scale, number);
        let ulp = size(number.next_up()) - size(number);
        assert!(distance(&digits, &scale, number) <= ulp, "{number} in {radix}: {text}");
    }
}

/// |digits / scale - number|, times scale and 2^1074: doubles are multiples of 2^-1074.
fn distance(digits: &BigInt, scale: &BigInt, number: f64) -> BigInt {
    let bits = number.to_bits();
    let exponent = (bits >> 52).max(1);
    let mantissa = bits & ((1 << 52) - 1) | if bits >> 52 > 0 { 1 << 52 } else { 0 };
    let exact: BigInt = BigInt::from(mantissa) << (exponent - 1);
    let difference: BigInt = (digits << 1074u32) - exact * scale;
    BigInt::from(difference.magnitude().clone())
}

#[test]
fn bigints_round_to_the_nearest_double() {
    let mut random = Random(4);
    for _ in 0..2000 {
        let digits: Vec<u32> = (0..1 + random.below(40))
            .map(|_| if random.chance(3) { 0 } else { random.next() as u32 })
            .collect();
        let big = BigInt::new(js_rt::num_bigint::Sign::Minus, digits);
        let number = bigint_to_number(&big);
        let parsed: f64 = big.to_string().parse().expect("they are digits");
        assert_eq!(number, if big == BigInt::default() { 0.0 } else { parsed });
    }
    let one = BigInt::from(1);
    let half: BigInt = (&one << 1024u32) - (&one << 970u32);
    assert_eq!(bigint_to_number(&(&half - 1u32)), f64::MAX);
    assert_eq!(bigint_to_number(&half), f64::INFINITY);
    assert_eq!(bigint_to_number(&(&one << 2000u32)), f64::INFINITY);
    assert_eq!(number_to_bigint(1e22).map(|big| big.to_string()).as_deref(), Some("10000000000000000000000"));
    assert!(number_to_bigint(0.5).is_none() && number_to_bigint(f64::INFINITY).is_none());
}

#[test]
fn bigints_and_numbers_are_ordered_exactly() {
    let big = |number: i64| BigInt::from(number);
    assert_eq!(compare_bigint(&big(1), 1.5), Some(Ordering::Less));
    assert_eq!(compare_bigint(&big(-1), -1.5), Some(Ordering::Greater));
    assert_eq!(compare_bigint(&big(2), 2.0), Some(Ordering::Equal));
    assert_eq!(compare_bigint(&big(0), -0.0), Some(Ordering::Equal));
    assert_eq!(compare_bigint(&big(9_007_199_254_740_993), 9_007_199_254_740_992.0), Some(Ordering::Greater));
    assert_eq!(compare_bigint(&big(5), f64::INFINITY), Some(Ordering::Less));
    assert_eq!(compare_bigint(&big(5), f64::NAN), None);
    assert_eq!(bigint_low_bits(&big(-1)), u64::MAX);
}

#[test]
fn halves_are_the_nearest() {
    let finite: Vec<(u16, f64)> = (0..0x7c00).map(|bits| (bits, from_half(bits))).collect();
    for pair in finite.windows(2) {
        let [(low, a), (high, b)] = pair else { continue };
        assert_eq!((to_half(*a), to_half(-*a)), (*low, low | 0x8000));
        let middle = (a + b) / 2.0;
        let even = if low & 1 == 0 { *low } else { *high };
        assert_eq!(
            (to_half(middle.next_down()), to_half(middle), to_half(middle.next_up())),
            (*low, even, *high)
        );
    }
    assert_eq!((to_half(65519.99), to_half(65520.0), to_half(f64::NEG_INFINITY)), (0x7bff, 0x7c00, 0xfc00));
    assert!(
        from_half(0x7e00).is_nan()
            && from_half(to_half(f64::NAN)).is_nan()
            && from_half(0xfc00) == f64::NEG_INFINITY
    );
    assert_eq!(ElementType::Uint8Clamped.encode(1.5), 2);
    assert_eq!(ElementType::Int16.swap_bytes(0x0102), 0x0201);
}
