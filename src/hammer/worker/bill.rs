//! Billing invoices: a buyer's way through the task, and its calls to the world outside.

use std::time::{Duration, Instant};

use super::Worker;
use crate::hammer::backoff::pause;
use crate::hammer::event::What;
use crate::hammer::gateway::GatewayClient;
use crate::hammer::task::{Next, Task};
use crate::hammer::{Outcome, Shared};
use crate::model::order::Order;

/// How long to wait after the list could not be drawn up.
const RELIST: Duration = Duration::from_millis(10);

impl Worker<'_> {
    /// Bills what is pending, until nothing is.
    pub(super) fn work_through_the_task(&mut self) {
        let mut task = Task::new();
        while !self.shared.is_over() {
            let mut pool_wait = Duration::ZERO;
            let next = match self.connection.borrow(&mut pool_wait) {
                Ok(connection) => task.next(connection),
                Err(gone) => {
                    let _ = self.shared.gone.set(format!("{gone:#}"));
                    return;
                }
            };
            match next {
                Ok(Next::Invoice(invoice)) => {
                    let basket = self.to_bill(invoice).into();
                    if self.serve(basket, Instant::now()) != Outcome::InUse {
                        task.progressed();
                    }
                }
                Ok(Next::Wait(time)) => pause(time, self.shared.stop),
                Ok(Next::Nothing) => return,
                // The next look finds out whether the database is there at all.
                Err(_) => {
                    self.count_failure(Outcome::Failed);
                    pause(RELIST, self.shared.stop);
                }
            }
        }
    }

    /// The order to bill an invoice. With an idempotency key all orders for it have the same
    /// one, so that the ledger takes only one of them.
    fn to_bill(&self, invoice: i64) -> Order {
        let key = if self.has_shared_keys() {
            invoice
        } else {
            self.shared.next_number()
        };
        Order {
            key,
            item: invoice,
            quantity: 1,
        }
    }

    pub(super) fn has_shared_keys(&self) -> bool {
        let outside = self.shared.job.outside;
        outside.is_some_and(|access| access.idempotent)
    }
}

/// Has the world outside bill an invoice.
pub(super) fn bill(
    shared: &Shared<'_>,
    buyer: u32,
    gateway: &mut Option<GatewayClient>,
    invoice: i64,
) -> Result<(), String> {
    let Some(access) = shared.job.outside else {
        return Ok(());
    };
    let tell = |what| {
        if let Some(observer) = shared.job.observer {
            observer.see(buyer, what);
        }
    };
    tell(What::Billing { item: invoice });
    let mut call = || {
        let gateway = match gateway {
            Some(gateway) => gateway,
            None => gateway.insert(access.open(shared.job.server)?),
        };
        gateway.bill(invoice)
    };
    let known = call().map_err(|error| format!("the gateway did not answer: {error}"))?;
    tell(What::Billed {
        item: invoice,
        known,
    });
    Ok(())
}
