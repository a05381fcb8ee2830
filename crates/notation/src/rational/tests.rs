//! Exact rationals: reading, rounding, and the edges of 64 bits.

use super::*;

fn read(text: &str) -> Rational {
    text.parse().unwrap()
}

#[test]
fn decimals_are_read_exactly() {
    assert_eq!(read("0.1"), Rational::new(1, 10));
    assert_eq!(read("-2.50e-1"), Rational::new(-1, 4));
    assert_eq!(read("0.1/0.3"), Rational::new(1, 3));
    assert_eq!(read("1e30").to_string(), format!("1{}", "0".repeat(30)));
    assert_eq!(read("1e-90").to_f64().to_bits(), 1e-90f64.to_bits());
}

#[test]
fn arithmetic_agrees_with_the_library_at_the_edges_of_64_bits() {
    let edges = [
        0,
        1,
        2,
        3,
        10,
        i64::from(u32::MAX),
        i64::MAX - 1,
        i64::MAX,
        i64::MIN,
        i64::MIN + 1,
        -6,
    ];
    let fractions: Vec<Rational> = edges
        .iter()
        .flat_map(|n| edges.iter().filter(|d| **d > 0).map(|d| Rational::new(*n, *d)))
        .collect();
    for a in &fractions {
        for b in &fractions {
            assert_eq!((a + b).to_big(), a.to_big() + b.to_big(), "{a} + {b}");
            assert_eq!((a * b).to_big(), a.to_big() * b.to_big(), "{a} * {b}");
            assert_eq!((a - b).to_big(), a.to_big() - b.to_big(), "{a} - {b}");
            assert_eq!(a.cmp(b), a.to_big().cmp(&b.to_big()), "{a} <=> {b}");
            if !b.is_zero() {
                assert_eq!((a / b).to_big(), a.to_big() / b.to_big(), "{a} / {b}");
            }
        }
    }
}

#[test]
fn size_is_two_words() {
    assert_eq!(std::mem::size_of::<Rational>(), 16);
}

#[test]
fn what_is_not_a_number_is_refused() {
    for text in [
        "",
        ".",
        "-",
        "1/0",
        "1e999999999999",
        "0x10",
        "1 2",
        "1e",
        "nan",
        "1//2",
    ] {
        assert!(text.parse::<Rational>().is_err(), "{text}");
    }
}

#[test]
fn floats_enclose() {
    for text in [
        "1/3",
        "-1/3",
        "0.1",
        "1e-90",
        "123456789123456789/7",
        "1e400",
        "-1e400",
        "1e-400",
    ] {
        let value = read(text);
        let (below, above) = (value.floor_f64(), value.ceil_f64());
        assert!(
            below <= above && below.next_up() >= above,
            "{text}: {below} {above}"
        );
        assert!(Rational::from_f64(below).is_none_or(|b| b <= value), "{text}");
        assert!(Rational::from_f64(above).is_none_or(|a| a >= value), "{text}");
    }
    assert_eq!(
        read("0.5").floor_f64().to_bits(),
        read("0.5").ceil_f64().to_bits()
    );
}

#[test]
fn ratios_are_reduced_on_either_path() {
    for numerator in [
        0,
        1,
        -1,
        5,
        10,
        24,
        250,
        999,
        1000,
        -1_000_000,
        4_000_000_000,
        i64::MIN,
    ] {
        for denominator in [1u64, 3, 7, 10, 100, 1000, 12_345, 1_000_000, 10u64.pow(19)] {
            let expected = read(&format!("{numerator}/{denominator}"));
            assert_eq!(
                Rational::ratio(numerator, denominator),
                Some(expected),
                "{numerator}/{denominator}"
            );
        }
    }
    assert_eq!(Rational::ratio(1, 0), None);
    assert_eq!(Rational::decimal(1, 20), None);
    assert_eq!(Rational::decimal(0, 3), Some(Rational::ZERO));
    assert_eq!(Rational::decimal(1, 19), Rational::ratio(1, 10u64.pow(19)));
}

#[test]
fn overflow_goes_to_big_integers_and_comes_back() {
    let big = read("9223372036854775807/3") * read("9223372036854775807");
    assert!(big.as_small().is_none());
    assert_eq!(&big / &read("9223372036854775807"), read("9223372036854775807/3"));
    assert_eq!(
        -&Rational::from(i64::MIN) + Rational::from(i64::MIN),
        Rational::ZERO
    );
    assert!(read("1e40") > read("1e39") && read("-1e40") < Rational::ZERO);
}

#[test]
fn floats_around_small_fractions_are_the_nearest_on_either_side() {
    let mut seed = 1u64;
    let mut next = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) % below
    };
    for round in 0..4_000u32 {
        // Small numbers, and such as are just about floats.
        let limit = 1 << (1 + round % 53);
        let numerator = i64::try_from(next(limit)).unwrap();
        let denominator = i64::try_from(1 + next(limit)).unwrap();
        let value = Rational::new(if round % 2 == 0 { numerator } else { -numerator }, denominator);
        let (below, above) = (value.floor_f64(), value.ceil_f64());
        let exact = |number: f64| Rational::from_f64(number).unwrap();
        assert!(exact(below) <= value && exact(below.next_up()) > value, "{value}");
        assert!(
            exact(above) >= value && exact(above.next_down()) < value,
            "{value}"
        );
    }
}
