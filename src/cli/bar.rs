//! The progress bar, on a terminal only, for whatever takes more than a second.

use std::io::{self, IsTerminal, Write as _};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::compare::RoundProgress;
use crate::hammer::Progress;
use crate::report::fold::{ENDLESS, folded};

/// What is quicker needs no bar.
const DELAY: Duration = Duration::from_secs(1);

/// How often somebody is told who does not watch.
const TELL: Duration = Duration::from_secs(10);
/// What a bar with its numbers and some of its message needs, in columns.
const NARROW: u16 = 70;

const REDRAW: Duration = Duration::from_millis(100);

static HIDDEN: AtomicBool = AtomicBool::new(false);

/// Shows no bar from now on.
pub(super) fn hide() {
    HIDDEN.store(true, Relaxed);
}

/// Where bars are drawn; indicatif draws nothing where the standard error is not a terminal.
fn target() -> ProgressDrawTarget {
    match HIDDEN.load(Relaxed) {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    }
}

/// Whether the terminal has no room for a bar beside the numbers.
fn is_narrow() -> bool {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    size.is_some_and(|(width, _)| width.0 < NARROW)
}

/// Does `work` and shows meanwhile how far it has come.
pub(super) fn alongside<T>(
    progress: &Progress,
    orders: Option<i64>,
    work: impl FnOnce() -> T,
) -> T {
    let draw = |bar: &ProgressBar| {
        bar.set_position(progress.orders());
        bar.set_message(format!(
            "{} done, {} retries",
            progress.done(),
            progress.retries()
        ));
    };
    drawn(|| bar(orders), draw, work)
}

/// Says before it begins what is measured, and how long that may take.
pub(super) fn announce(what: &str, at_most: Duration) {
    let time = humantime::format_duration(at_most);
    say(&format!(
        "Comparing {what}, in six rounds or more: at most {time}."
    ));
}

/// Says something to whoever waits, unless they want to hear nothing.
pub(super) fn say(line: &str) {
    if !HIDDEN.load(Relaxed) {
        let size = terminal_size::terminal_size_of(io::stderr());
        let width = size.map_or(ENDLESS, |(width, _)| width.0.into());
        let _ = write!(io::stderr(), "{}", folded(line, width));
    }
}

/// The same for a comparison, of whose rounds nobody knows how many it takes. Where nobody
/// watches, a line now and then.
pub(super) fn of_rounds<T>(progress: &RoundProgress, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() && !HIDDEN.load(Relaxed) {
        return told(progress, work);
    }
    let draw = |bar: &ProgressBar| {
        let (turn, turns) = progress.turn();
        bar.set_position(progress.orders());
        bar.set_message(format!("{}, turn {turn} of {turns}", far(progress)));
    };
    drawn(|| bar(None), draw, work)
}

/// How far it has come: "round 3 of 6, 40 s left".
fn far(progress: &RoundProgress) -> String {
    let left = progress.left().as_secs();
    match progress.round() {
        0 => "getting ready".to_owned(),
        round if round > progress.rounds_needed() => {
            format!("round {round}, at most {left} s left")
        }
        round => format!(
            "round {round} of {}, {left} s left",
            progress.rounds_needed()
        ),
    }
}

/// Does `work`, and says every few seconds how far it has come.
fn told<T>(progress: &RoundProgress, work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        scope.spawn(move || {
            while is_done.recv_timeout(TELL) == Err(RecvTimeoutError::Timeout) {
                let _ = writeln!(io::stderr(), "{}", far(progress));
            }
        });
        let outcome = work();
        drop(done);
        outcome
    })
}

/// Draws the bar again and again until `work` is done.
fn drawn<T>(
    bar: impl FnOnce() -> ProgressBar + Send,
    draw: impl Fn(&ProgressBar) + Send,
    work: impl FnOnce() -> T,
) -> T {
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        scope.spawn(move || {
            if is_done.recv_timeout(DELAY) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = bar();
            while is_done.recv_timeout(REDRAW) == Err(RecvTimeoutError::Timeout) {
                draw(&bar);
            }
            bar.finish_and_clear();
        });
        let outcome = work();
        drop(done);
        outcome
    })
}

/// A bar for work in steps that are few and long.
pub(super) fn of_steps() -> ProgressBar {
    let template = match is_narrow() {
        false => "{elapsed} [{bar:30}] {pos} of {len}",
        true => "{elapsed} {pos} of {len}",
    };
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    ProgressBar::with_draw_target(Some(0), target()).with_style(style)
}

fn bar(orders: Option<i64>) -> ProgressBar {
    let length = orders.and_then(|orders| u64::try_from(orders).ok());
    // The message is cut where the terminal ends: a line that goes on would leave a part behind.
    let template = match (length, is_narrow()) {
        (Some(_), false) => "{elapsed} [{bar:30}] {pos} of {len} orders, {wide_msg}",
        (Some(_), true) => "{elapsed} {pos} of {len}, {wide_msg}",
        (None, _) => "{elapsed} {spinner} {pos} orders, {wide_msg}",
    };
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    let bar = match length {
        Some(length) => ProgressBar::new(length),
        None => ProgressBar::new_spinner(),
    };
    bar.set_draw_target(target());
    bar.with_style(style)
}
