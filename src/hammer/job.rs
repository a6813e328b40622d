use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::hammer::event::Observer;
use crate::hammer::gateway::Access;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Plan;

/// What the buyers of a process are to do.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// How to buy.
    pub plan: Plan,
    /// In which story.
    pub scenario: Scenario,
    /// How hard.
    pub load: &'a Load,
    /// The server that they are of, from 1 up; 0 where there is only this process.
    pub server: u32,
    /// Which part of the orders is this process's.
    pub share: Share,
    /// Where to have effects outside the database, where taking has one.
    pub outside: Option<&'a Access>,
    /// Who is told what happens.
    pub observer: Option<&'a dyn Observer>,
    /// Set when every delivery has come, where other processes bring some as well.
    pub restocked: Option<&'a AtomicBool>,
}

/// Which part of all orders is one process's: those whose number, divided by the number of
/// processes, leaves the process's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The process, from 1 up.
    pub process: i64,
    /// How many processes there are.
    pub of: i64,
    /// How many of its orders the process has had before: those of a server that was killed.
    pub done: i64,
}

impl Share {
    /// Everything, for one process.
    pub const ALL: Self = Self {
        process: 1,
        of: 1,
        done: 0,
    };

    /// The number of the process's order with that index, from 0 up.
    pub fn number(&self, index: i64) -> i64 {
        (self.done + index) * self.of + self.process
    }
}

impl<'a> Job<'a> {
    /// All of `load`, by one process, in the story of the shop.
    pub fn new(plan: Plan, load: &'a Load) -> Self {
        Self {
            plan,
            scenario: Scenario::Inventory,
            load,
            server: 0,
            share: Share::ALL,
            outside: None,
            observer: None,
            restocked: None,
        }
    }
}
