//! JSON inside a page.

/// JSON that can stand in a `<script>`. A `<` is only ever in a string, where it may be written
/// so; without one nothing can end the element or begin a comment.
pub(super) fn embedded(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn it_means_the_same_and_ends_no_element() {
        let nasty = "</script><!--<script>alert(1)</script>";
        let json = embedded(&serde_json::to_string(nasty).unwrap());
        assert!(!json.contains('<'));
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), nasty);
    }
}
