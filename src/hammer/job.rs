//! What a crew of buyers is to do.

use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use crate::hammer::event::Observer;
use crate::hammer::gateway::Access;
use crate::model::load::Load;
use crate::model::scenario::Scenario;
use crate::model::strategy::Plan;

/// What a crew of buyers is to do.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// How to buy.
    pub plan: Plan,
    /// In which story.
    pub scenario: Scenario,
    /// How hard.
    pub load: &'a Load,
    /// The server that this crew is, from 1 up; 0 where there is only this process.
    pub server: u32,
    /// Which part of the orders is this crew's.
    pub share: Share,
    /// Where to have effects outside the database, where taking has one.
    pub outside: Option<&'a Access>,
    /// Who is told what happens.
    pub observer: Option<&'a dyn Observer>,
    /// Set when every delivery has come, where other crews bring some as well.
    pub restocked: Option<&'a AtomicBool>,
}

/// Which part of all orders is one crew's: those whose number, divided by the number of crews,
/// leaves the crew's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The crew, from 1 up.
    pub crew: i64,
    /// How many crews there are.
    pub of: i64,
    /// How many of its orders the crew has had before: those of a server that was killed.
    pub done: i64,
}

impl Share {
    /// Everything, for one crew.
    pub const ALL: Self = Self {
        crew: 1,
        of: 1,
        done: 0,
    };

    /// The number of the crew's order with that index, from 0 up.
    pub fn number(&self, index: i64) -> i64 {
        (self.done + index) * self.of + self.crew
    }
}

impl<'a> Job<'a> {
    /// All of `load`, by one crew, in the story of the shop.
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
