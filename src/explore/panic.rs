//! A session's panic, which is one of its endings: it is told there, once, and not printed for each
//! schedule.

use std::cell::{Cell, RefCell};
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

static HOOK: Once = Once::new();

thread_local! {
    /// Whether this thread's panics are endings.
    static IS_SESSION: Cell<bool> = const { Cell::new(false) };
    /// What this thread's last panic said, and where.
    static LAST_WORDS: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Has this thread's panics kept for [`last_words`] instead of printed; all others go where they
/// went before.
pub(super) fn report_in_endings() {
    IS_SESSION.set(true);
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| match IS_SESSION.get() {
            true => LAST_WORDS.with_borrow_mut(|words| *words = in_words(info)),
            false => before(info),
        }));
    });
}

/// What this thread's last panic said, and where.
pub(super) fn last_words() -> String {
    LAST_WORDS.with_borrow(Clone::clone)
}

fn in_words(info: &PanicHookInfo<'_>) -> String {
    let said = info.payload_as_str().unwrap_or("(no message)");
    match info.location() {
        Some(place) => format!("it panicked: {said} ({}:{})", place.file(), place.line()),
        None => format!("it panicked: {said}"),
    }
}
