//! One round of a comparison: a trial that sells out, a warm-up that counts statements, and the
//! measurement itself, all on the same connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;

use super::{Measured, Request, Shop};
use crate::db::Pool;
use crate::hammer::{Job, Measurement, Progress, hammer};
use crate::model::load::Load;

/// What one round found.
#[derive(Debug)]
pub struct RoundMeasured {
    /// The same load with so little for sale that it sells out, which is where strategies go
    /// wrong that look right for as long as there is enough; `None` where none was asked for.
    pub trial: Option<Measured>,
    /// What the warm-up sent.
    pub overheard: Overheard,
    /// The measurement itself.
    pub measured: Measured,
}

/// How many statements were sent for how many orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overheard {
    /// Statements sent, BEGIN and COMMIT among them.
    pub statements: u64,
    /// Orders carried out with them.
    pub sales: u64,
}

impl Shop<'_> {
    /// Runs one round of `request`, and `trial` before it. It is `None` where it was interrupted.
    ///
    /// # Errors
    /// The database cannot be used, the round ended early by itself, or it cannot be audited.
    #[doc(hidden)]
    pub fn round(
        &mut self,
        request: &Request,
        trial: Option<&Load>,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<Option<RoundMeasured>> {
        let outcome = self.round_to_the_end(request, trial, stop, progress);
        self.or_what_is_behind(outcome)
    }

    fn round_to_the_end(
        &mut self,
        request: &Request,
        trial: Option<&Load>,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<Option<RoundMeasured>> {
        self.ready_for(&request.candidate.plan)?;
        let pool = self.pool(request.load.pool)?;
        let trial = match trial {
            Some(load) => {
                let trial = Request {
                    load: load.clone(),
                    ..request.clone()
                };
                match self.audited_round(&pool, &trial, stop, &Progress::default())? {
                    Some(measured) => Some(measured),
                    None => return Ok(None),
                }
            }
            None => None,
        };
        let overheard = if request.load.warm_up.is_zero() {
            Overheard::default()
        } else {
            self.overheard(&pool, request, stop)?
        };
        let measured = self.audited_round(&pool, request, stop, progress)?;
        Ok(measured.map(|measured| RoundMeasured {
            trial,
            overheard,
            measured,
        }))
    }

    /// How long a purchase takes where nobody else is buying, thinking left out; `None` where it
    /// was interrupted, or nothing was sold.
    ///
    /// # Errors
    /// The database cannot be used.
    #[doc(hidden)]
    pub fn alone(
        &mut self,
        request: &Request,
        time: Duration,
        stop: &AtomicBool,
    ) -> Result<Option<Duration>> {
        let load = Load {
            threads: 1,
            pool: 1,
            orders: None,
            duration: Some(time),
            until_empty: false,
            rate: None,
            ..request.load.clone()
        };
        self.ready_for(&request.candidate.plan)?;
        let pool = self.pool(1)?;
        self.restart_in(request.candidate.plan.layout, &load)?;
        let job = Job::new(request.candidate.plan, &load);
        let measured = self.while_ours(stop, |stop| hammer(&pool, job, stop, &Progress::default()));
        let Measurement { record, gone, .. } = self.or_what_is_behind(measured)?;
        if let Some(gone) = gone {
            bail!("it ended early: {gone}");
        }
        let sold = record.latencies.sales();
        let each = record.spent.succeeding.div_f64(sold.max(1) as f64);
        Ok((sold > 0 && !stop.load(Relaxed)).then_some(each))
    }

    /// An audited measurement, which is worth something only where it ran to its end; `None` where
    /// it was interrupted.
    fn audited_round(
        &mut self,
        pool: &Pool,
        request: &Request,
        stop: &AtomicBool,
        progress: &Progress,
    ) -> Result<Option<Measured>> {
        let measured = self.audited(Some(pool), request, stop, progress);
        if stop.load(Relaxed) {
            return Ok(None);
        }
        let measured = measured?;
        if let Some(gone) = &measured.measurement.gone {
            bail!("the round ended early: {gone}");
        }
        Ok(Some(measured))
    }

    /// The same load for as long as it warms up, every statement counted.
    fn overheard(
        &mut self,
        pool: &Pool,
        request: &Request,
        stop: &AtomicBool,
    ) -> Result<Overheard> {
        let load = Load {
            orders: None,
            duration: Some(request.load.warm_up),
            until_empty: false,
            ..request.load.clone()
        };
        self.restart_in(request.candidate.plan.layout, &load)?;
        let sent = Arc::new(AtomicU64::new(0));
        listen(pool, &load, Some(&sent))?;
        let job = Job::new(request.candidate.plan, &load);
        let Measurement { record, .. } =
            self.while_ours(stop, |stop| hammer(pool, job, stop, &Progress::default()))?;
        listen(pool, &load, None)?;
        Ok(Overheard {
            statements: sent.load(Relaxed),
            sales: record.latencies.sales(),
        })
    }
}

/// Has every connection of the pool raise `sent` for each statement, or do so no more.
fn listen(pool: &Pool, load: &Load, sent: Option<&Arc<AtomicU64>>) -> Result<()> {
    let loans: Result<Vec<_>, _> = (0..load.pool).map(|_| pool.get()).collect();
    for mut loan in loans.context("the pool gave no connection")? {
        match sent.cloned() {
            Some(sent) => loan.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    sent.fetch_add(1, Relaxed);
                }
            }),
            None => loan.set_instrumentation(|_: InstrumentationEvent<'_>| {}),
        }
    }
    Ok(())
}
