//! What a domain's file says: journaled, so that what decides is in the journal and not in how a process was started.

use serde::{Deserialize, Serialize};

use crate::{
    allowance::Allowance, practice::Cadence, radius::Radius, throttle::Throttle, tripwire::Tripwire,
};

/// The settings of one domain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainSettings {
    /// ISO 4217 code of the one currency in which the domain counts.
    pub currency: String,
    /// Whether the record is held against a new version before it decides.
    pub backtest: Backtest,
    /// What all its services may use together.
    #[serde(default, skip_serializing_if = "Allowance::is_empty")]
    pub allowance: Allowance,
    /// How often each identity, each service and all together may call.
    #[serde(default, skip_serializing_if = "Throttle::is_empty")]
    pub throttle: Throttle,
    /// How far the actions of all its services may reach together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blast_radius: Vec<Radius>,
    /// At what the control plane lowers the ceiling of the whole domain by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tripwires: Vec<Tripwire>,
    /// True when it takes two people to let any of its services go again after a stop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub release_by_two: bool,
    /// How often people are put a question with a known answer; never, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice: Option<Cadence>,
}

impl DomainSettings {
    /// A domain that counts in this currency and limits nothing.
    pub fn of(currency: &str, backtest: Backtest) -> Self {
        Self {
            currency: currency.to_owned(),
            backtest,
            allowance: Allowance::default(),
            throttle: Throttle::default(),
            blast_radius: Vec::new(),
            tripwires: Vec::new(),
            release_by_two: false,
            practice: None,
        }
    }
}

/// Whether the record is held against a new version before it decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backtest {
    /// Who approves may look at the record.
    None,
    /// Who approves signs what the record of the last week says, and an activation holds it against the record again.
    Required,
}

impl Backtest {
    /// As it is written in a domain's file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Required => "required",
        }
    }
}
