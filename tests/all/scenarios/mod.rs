//! The stories beside the plain purchase: baskets, one balance, invoices and events.

mod baskets;
mod credit;
mod effects;
mod invoices;
