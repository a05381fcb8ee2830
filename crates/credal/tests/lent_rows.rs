//! Rows that are lent the numbers of a list answer as rows that have copies, to the last bit.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test may fail where it builds its cases, which are small"
)]

use murphy_credal::{
    Contamination, CredalSet, Interval, L1Ball, Precise, Rows, RowsCompiler, SetList, Vertices,
};
use murphy_notation::Rational;
use proptest::prelude::*;

/// As many branches as make it worth while to lend.
const MANY: usize = 1 << 20;
const VALUES: usize = 6;

fn parts(list: &[i64], whole: i64) -> Vec<Rational> {
    list.iter().map(|part| Rational::new(*part, whole)).collect()
}

/// One set of each way in which its numbers may lie in a list, each over four outcomes or one.
fn sets() -> Vec<CredalSet> {
    let interval = |lower: &[i64], upper: &[i64], whole| {
        CredalSet::from(Interval::new(parts(lower, whole), parts(upper, whole)).unwrap())
    };
    let long = 1 << 40;
    vec![
        Precise::new(parts(&[1, 2, 3, 4], 10)).unwrap().into(),
        Precise::new(parts(&[0, 0, 7, 3], 10)).unwrap().into(),
        Precise::new(vec![Rational::ONE]).unwrap().into(),
        interval(&[0, 1, 2, 3], &[4, 5, 6, 7], 10),
        interval(&[0, 0, 0, 0], &[10, 10, 10, 10], 10),
        interval(&[0, 2, 2, 0], &[0, 8, 8, 0], 10),
        interval(&[1, 2, 3, 4], &[1, 2, 3, 4], 10),
        interval(&[1, 2, 3, 0], &[long, long, long, 5], long),
        Contamination::new(parts(&[1, 2, 3, 4], 10), Rational::new(1, 10))
            .unwrap()
            .into(),
        L1Ball::new(parts(&[1, 2, 3, 4], 10), Rational::new(1, 5), true)
            .unwrap()
            .into(),
        Vertices::new(vec![parts(&[1, 2, 3, 4], 10), parts(&[4, 3, 2, 1], 10)])
            .unwrap()
            .into(),
    ]
}

/// Lays sets out, lent or copied.
fn rows<'l>(list: &'l SetList, order: &[usize], lend: bool) -> Rows<'l> {
    let room = (order.len(), if lend { MANY } else { 4 * order.len() });
    let mut compiler = RowsCompiler::over(list, room);
    for (row, index) in order.iter().enumerate() {
        let columns: Vec<u32> = (0u32..).take(list.outcomes(*index).len()).collect();
        let turned: Vec<u32> = columns
            .iter()
            .map(|column| (column + row as u32) % VALUES as u32)
            .collect();
        compiler.push_listed(*index, &turned).unwrap();
    }
    compiler.finish().unwrap()
}

proptest! {
    #[test]
    fn lent_and_copied_rows_agree(
        flat in any::<bool>(),
        order in prop::collection::vec(0usize..11, 1..12),
        values in prop::collection::vec(prop_oneof![Just(0.0), Just(0.5), -2.0..3.0f64], VALUES),
    ) {
        // The last set is not flat: with it rows have to be told apart.
        let order: Vec<usize> = order.into_iter().filter(|index| !flat || *index < 10).collect();
        let mut list = SetList::default();
        for set in sets() {
            list.push(set).unwrap();
        }
        let (lent, copied) = (rows(&list, &order, true), rows(&list, &order, false));
        prop_assert_eq!(lent.len(), copied.len());
        prop_assert_eq!(lent.columns_between(0, order.len()), copied.columns_between(0, order.len()));
        lent.bring(0..order.len());
        for row in 0..order.len() {
            prop_assert_eq!(lent.is_flat(row), copied.is_flat(row));
            prop_assert_eq!(lent.columns(row), copied.columns(row));
            prop_assert!(lent.sure(row).eq(copied.sure(row)));
            prop_assert_eq!(lent.lower(row, &values), copied.lower(row, &values));
            prop_assert_eq!(lent.upper(row, &values), copied.upper(row, &values));
            let (mut hints, mut answers) = ([0, 0], [Vec::new(), Vec::new()]);
            for (at, rows) in [&lent, &copied].into_iter().enumerate() {
                let hint = &mut hints[at];
                prop_assert_eq!(rows.lower_answer(row, &values, hint, &mut answers[at]), lent.is_flat(row));
            }
            prop_assert_eq!(hints[0], hints[1]);
            prop_assert_eq!(&answers[0], &answers[1]);
            prop_assert_eq!(
                lent.lower_pattern(row, &values, hints[0]),
                copied.lower_pattern(row, &values, hints[0])
            );
            let about = |rows: &Rows<'_>| rows.about_upper(row, &values, &mut 0).to_bits();
            prop_assert_eq!(about(&lent), about(&copied));
        }
    }
}

#[test]
fn a_set_that_is_not_in_the_list_is_refused() {
    let mut list = SetList::default();
    list.push(sets().remove(0)).unwrap();
    let mut compiler = RowsCompiler::over(&list, (1, 4));
    assert!(compiler.push_listed(1, &[0, 1, 2, 3]).is_err());
    assert!(compiler.push_listed(0, &[0, 1]).is_err());
    assert!(RowsCompiler::default().push_listed(0, &[0, 1, 2, 3]).is_err());
}
