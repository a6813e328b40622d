//! A value as people read it.

/// The longest that is shown of one.
const LONGEST: usize = 60;

/// A value in the text format, or in the binary one of its type (`pg_type.oid`); 0 where the type
/// is not known.
pub(super) fn shown(bytes: Option<&[u8]>, binary: bool, kind: u32) -> String {
    let Some(bytes) = bytes else {
        return "NULL".to_owned();
    };
    if !binary {
        return shortened(&String::from_utf8_lossy(bytes));
    }
    let number = match (kind, bytes) {
        (16, [truth]) => return (*truth != 0).to_string(),
        (700, _) => bytes
            .try_into()
            .ok()
            .map(|it| f32::from_be_bytes(it).to_string()),
        (701, _) => bytes
            .try_into()
            .ok()
            .map(|it| f64::from_be_bytes(it).to_string()),
        (20 | 21 | 23 | 26 | 0, [_, _]) => bytes
            .try_into()
            .ok()
            .map(|it| i16::from_be_bytes(it).to_string()),
        (20 | 21 | 23 | 26 | 0, [_, _, _, _]) => bytes
            .try_into()
            .ok()
            .map(|it| i32::from_be_bytes(it).to_string()),
        (20 | 21 | 23 | 26 | 0, [_, _, _, _, _, _, _, _]) => bytes
            .try_into()
            .ok()
            .map(|it| i64::from_be_bytes(it).to_string()),
        _ => None,
    };
    number.unwrap_or_else(|| match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => shortened(text),
        _ => format!("({} bytes)", bytes.len()),
    })
}

/// The beginning of a long text.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_both_formats() {
        assert_eq!(shown(Some(b"17"), false, 23), "17");
        assert_eq!(shown(Some(&[0, 0, 0, 17]), true, 23), "17");
        assert_eq!(shown(Some(&[0xff; 8]), true, 20), "-1");
        assert_eq!(shown(Some(b"shoe"), true, 25), "shoe");
        assert_eq!(shown(Some(&[1]), true, 16), "true");
        assert_eq!(shown(Some(&[0, 1, 0]), true, 1700), "(3 bytes)");
        assert_eq!(shown(None, true, 23), "NULL");
    }
}
