use super::*;
#[test]
fn placeholder() {
    assert_eq!(LEAST, 6);
}
