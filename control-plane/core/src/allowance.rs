//! What all runs of a service, or all services of a domain, may use together in an hour, in a day and at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Money, terms::Rate, window::Per};

/// Limits above the run. What is not limited is counted all the same.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Most money in each window.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spend: BTreeMap<Per, Money>,
    /// Most admitted or held actions in each window.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<Per, u32>,
    /// How often anything may be called, whatever the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}

impl Allowance {
    /// True when it limits nothing.
    pub fn is_empty(&self) -> bool {
        self.spend.is_empty() && self.calls.is_empty() && self.rate.is_none()
    }
}
