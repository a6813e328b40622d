//! The progress bar, on a terminal only, for whatever takes more than a second.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::compare::RoundProgress;
use crate::hammer::Progress;

/// What is quicker needs no bar.
const DELAY: Duration = Duration::from_secs(1);

const REDRAW: Duration = Duration::from_millis(100);

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

/// The same for a comparison, of whose rounds nobody knows how many it takes.
pub(super) fn of_rounds<T>(progress: &RoundProgress, work: impl FnOnce() -> T) -> T {
    let draw = |bar: &ProgressBar| {
        let (turn, turns) = progress.turn();
        bar.set_position(progress.orders());
        bar.set_message(format!(
            "round {}, turn {turn} of {turns}",
            progress.round()
        ));
    };
    drawn(|| bar(None), draw, work)
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
    let style = ProgressStyle::with_template("{elapsed} [{bar:30}] {pos} of {len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_style(style)
}

/// indicatif draws nothing where the standard error is not a terminal.
fn bar(orders: Option<i64>) -> ProgressBar {
    let length = orders.and_then(|orders| u64::try_from(orders).ok());
    let template = match length {
        Some(_) => "{elapsed} [{bar:30}] {pos} of {len} orders, {msg}",
        None => "{elapsed} {spinner} {pos} orders, {msg}",
    };
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    let bar = match length {
        Some(length) => ProgressBar::new(length),
        None => ProgressBar::new_spinner(),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr());
    bar.with_style(style)
}
