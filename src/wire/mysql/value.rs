//! A value of the binary protocol as people read it.

use super::super::value::shortened;
use super::body::Body;

/// The type of a value, and whether it has no sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) number: u8,
    pub(super) unsigned: bool,
}

/// A value as text, from bytes that are the text already.
pub(super) fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => shortened(text),
        _ => format!("({} bytes)", bytes.len()),
    }
}

/// Takes a value of that type off.
pub(super) fn take(body: &mut Body<'_>, kind: Kind) -> Option<String> {
    let length = match kind.number {
        1 => 1,
        2 | 13 => 2,
        3 | 9 => 4,
        8 => 8,
        4 => {
            let bytes = body.bytes(4)?.try_into().ok()?;
            return Some(f32::from_le_bytes(bytes).to_string());
        }
        5 => {
            let bytes = body.bytes(8)?.try_into().ok()?;
            return Some(f64::from_le_bytes(bytes).to_string());
        }
        6 => return Some("NULL".to_owned()),
        7 | 10 | 12 => return moment(body),
        11 => return duration(body),
        _ => return body.counted().map(text),
    };
    let bytes = body.bytes(length)?;
    let is_negative = !kind.unsigned && bytes[length - 1] & 0x80 != 0;
    let mut number = [if is_negative { 0xff } else { 0 }; 8];
    number[..length].copy_from_slice(bytes);
    Some(match kind.unsigned {
        true => u64::from_le_bytes(number).to_string(),
        false => i64::from_le_bytes(number).to_string(),
    })
}

/// A date, which may have a time.
fn moment(body: &mut Body<'_>) -> Option<String> {
    let length = body.byte()?;
    let mut parts = Body(body.bytes(length.into())?);
    let (Some(year), Some(month), Some(day)) = (parts.short(), parts.byte(), parts.byte()) else {
        return Some("0000-00-00".to_owned());
    };
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(match clock(&mut parts) {
        Some(time) => format!("{date} {time}"),
        None => date,
    })
}

/// A time, which may be negative and have days.
fn duration(body: &mut Body<'_>) -> Option<String> {
    let length = body.byte()?;
    let mut parts = Body(body.bytes(length.into())?);
    let (Some(sign), Some(days)) = (parts.byte(), parts.long()) else {
        return Some("00:00:00".to_owned());
    };
    let sign = if sign == 0 { "" } else { "-" };
    let time = clock(&mut parts)?;
    Some(match days {
        0 => format!("{sign}{time}"),
        days => format!("{sign}{days} {time}"),
    })
}

fn clock(parts: &mut Body<'_>) -> Option<String> {
    let (hour, minute, second) = (parts.byte()?, parts.byte()?, parts.byte()?);
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    Some(match parts.long() {
        Some(micros) => format!("{time}.{micros:06}"),
        None => time,
    })
}

/// How many rows an UPDATE has found, if any, whether it has changed them or not: it says so in words.
pub(super) fn matched(mut rest: Body<'_>) -> Option<u64> {
    let text = String::from_utf8_lossy(rest.bytes(rest.0.len())?).into_owned();
    let (_, after) = text.split_once("Rows matched: ")?;
    let digits = after
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?;
    digits.parse().ok().filter(|rows| *rows > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: u8, bytes: &[u8]) -> Option<String> {
        let unsigned = false;
        take(&mut Body(bytes), Kind { number, unsigned })
    }

    #[test]
    fn values_are_read_by_their_types() {
        assert_eq!(shown(3, &[17, 0, 0, 0]).as_deref(), Some("17"));
        assert_eq!(shown(8, &[0xff; 8]).as_deref(), Some("-1"));
        let unsigned = Kind {
            number: 1,
            unsigned: true,
        };
        assert_eq!(take(&mut Body(&[0xff]), unsigned).as_deref(), Some("255"));
        assert_eq!(shown(253, b"\x04shoe").as_deref(), Some("shoe"));
        assert_eq!(shown(5, &1.5f64.to_le_bytes()).as_deref(), Some("1.5"));
        let moment = [7, 0xea, 7, 11, 30, 9, 5, 1];
        assert_eq!(shown(12, &moment).as_deref(), Some("2026-11-30 09:05:01"));
        assert_eq!(shown(10, &moment[..5]), None);
        assert_eq!(
            shown(11, &[8, 1, 2, 0, 0, 0, 3, 4, 5]).as_deref(),
            Some("-2 03:04:05")
        );
        assert_eq!(shown(252, b"\x02\x01\x02").as_deref(), Some("(2 bytes)"));
    }

    #[test]
    fn rows_that_an_update_has_found_are_counted_though_it_has_changed_none() {
        let found = |text: &[u8]| matched(Body(text));
        let text = b"\0\0\x28Rows matched: 2  Changed: 0  Warnings: 0";
        assert_eq!(found(text), Some(2));
        assert_eq!(
            found(b"\0\0\x28Rows matched: 0  Changed: 0  Warnings: 0"),
            None
        );
        assert_eq!(found(b"\0\0"), None);
    }
}
