use super::*;

/// Adds packets up to the end of an answer; gives how many of them that took.
fn answered(expected: &mut Expected, bodies: &[&[u8]]) -> (usize, SessionState) {
    let mut state = SessionState::default();
    for (number, body) in bodies.iter().enumerate() {
        let packet = Packet::new(0, body.to_vec());
        if expected.add(&packet, &mut state).unwrap() {
            return (number + 1, state);
        }
    }
    (0, state)
}

/// A column of that type.
fn column(kind: u8) -> Vec<u8> {
    [
        b"\x03def\0\0\0\x01u\0\x0c\x3f\0\x0b\0\0\0".as_slice(),
        &[kind],
        b"\0\0\0\0\0",
    ]
    .concat()
}

const OK: &[u8] = b"\0\x01\0\x03\0\0\0";
const END: &[u8] = b"\xfe\0\0\x03\0";

#[test]
fn a_change_is_over_with_one_packet() {
    let mut expected = Expected::results("update stock set units = 0", false);
    let (packets, _) = answered(&mut expected, &[OK]);
    assert_eq!(packets, 1);
    assert_eq!(expected.answer.in_short(), "1 row");
    assert_eq!(expected.answer.status, Some(Status::InTransaction));
    let mut expected = Expected::results("COMMIT", false);
    answered(&mut expected, &[b"\0\0\0\x02\0\0\0"]);
    assert_eq!(expected.answer.in_short(), "");
    assert_eq!(expected.answer.status, Some(Status::Idle));
}

#[test]
fn rows_are_read_in_both_protocols() {
    let column = column(3);
    let mut expected = Expected::results("SELECT units FROM stock", false);
    let (packets, _) = answered(&mut expected, &[b"\x01", &column, END, b"\x0217", END]);
    assert_eq!((packets, expected.answer.in_short().as_str()), (5, "17"));
    let mut expected = Expected::results("SELECT units FROM stock", true);
    let row = b"\0\0\x11\0\0\0";
    let (packets, _) = answered(&mut expected, &[b"\x01", &column, END, row, END]);
    assert_eq!((packets, expected.answer.in_short().as_str()), (5, "17"));
    let mut expected = Expected::results("SELECT units FROM stock", false);
    answered(&mut expected, &[b"\x01", &column, END, END]);
    assert_eq!(expected.answer.in_short(), "no row");
}

#[test]
fn several_results_are_one_answer() {
    let more = b"\0\x01\0\x0a\0\0\0";
    let mut expected = Expected::results("INSERT INTO a VALUES (1); DELETE FROM b", false);
    let (packets, _) = answered(&mut expected, &[more, OK]);
    assert_eq!((packets, expected.answer.tags.len()), (2, 2));
}

#[test]
fn what_a_cursor_shows_comes_later() {
    let mut expected = Expected::results("SELECT 1", true);
    let (packets, _) = answered(
        &mut expected,
        &[b"\x01", &column(3), b"\xfe\0\0\x42\0", END],
    );
    assert_eq!(packets, 3);
    let (packets, _) = answered(&mut Expected::rows(), &[b"\0\0\x11\0\0\0", END]);
    assert_eq!(packets, 2);
}

#[test]
fn a_prepared_statement_is_described_by_its_parameters_and_columns() {
    let prepared = b"\0\x05\0\0\0\x01\0\x02\0\0\0\0";
    let column = column(3);
    let packets: [&[u8]; 6] = [prepared, &column, &column, END, &column, END];
    assert_eq!(
        answered(&mut Expected::prepared("SELECT ?, ?".to_owned()), &packets).0,
        6
    );
    let nothing = b"\0\x05\0\0\0\0\0\0\0\0\0\0";
    assert_eq!(
        answered(&mut Expected::prepared("COMMIT".to_owned()), &[nothing]).0,
        1
    );
}

#[test]
fn an_error_has_its_number_and_may_end_the_transaction() {
    let mut state = SessionState::default();
    let mut expected = Expected::results("BEGIN", false);
    expected
        .add(&Packet::new(0, OK.to_vec()), &mut state)
        .unwrap();
    let error = |number: u16| {
        let [a, b] = number.to_le_bytes();
        Packet::new(0, [&[0xff, a, b], b"#23000No\nand why".as_slice()].concat())
    };
    let mut expected = Expected::results("INSERT", false);
    assert_eq!(expected.add(&error(1062), &mut state), Some(true));
    let refused = expected.answer.error.as_ref().unwrap();
    assert_eq!(
        (refused.code.as_str(), refused.message.as_str()),
        ("1062", "No")
    );
    assert_eq!(expected.answer.status, Some(Status::InTransaction));
    let mut expected = Expected::results("INSERT", false);
    expected.add(&error(1213), &mut state).unwrap();
    assert_eq!(expected.answer.status, Some(Status::Idle));
}

#[test]
fn a_file_of_the_clients_cannot_be_read() {
    let mut state = SessionState::default();
    let asked = Packet::new(0, b"\xfb/etc/passwd".to_vec());
    let mut expected = Expected::results("LOAD DATA LOCAL INFILE", false);
    assert_eq!(expected.add(&asked, &mut state), None);
}
