//! Switches: ceilings on the autonomy ladder at a scope. What holds is the minimum; *stop* is `none`,
//! *safe* is `draft`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{ActionId, DomainName, Level, Money, RunId, ServiceName, SwitchId, Timestamp, ToolName};

/// What a switch covers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// Everything.
    All,
    /// One domain.
    Domain(DomainName),
    /// One service.
    Service(ServiceName),
    /// One tool of one service.
    Tool(ServiceName, ToolName),
    /// One run.
    Run(RunId),
}

/// Where an action stands, for asking whether a scope covers it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its domain.
    pub domain: &'a DomainName,
    /// Its service.
    pub service: &'a ServiceName,
    /// Its tool; `None` asks about the service as a whole.
    pub tool: Option<&'a ToolName>,
    /// Its run; `None` asks about the service as a whole.
    pub run: Option<RunId>,
}

impl Scope {
    /// True when the scope covers the place.
    pub fn covers(&self, place: Place<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Domain(domain) => domain == place.domain,
            Self::Service(service) => service == place.service,
            Self::Tool(service, tool) => service == place.service && Some(tool) == place.tool,
            Self::Run(run) => Some(*run) == place.run,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Domain(domain) => write!(f, "domain:{domain}"),
            Self::Service(service) => write!(f, "service:{service}"),
            Self::Tool(service, tool) => write!(f, "tool:{service}/{tool}"),
            Self::Run(run) => write!(f, "run:{run}"),
        }
    }
}

/// Why a text is not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope, expected `all`, `domain:D`, `service:S`, `tool:S/T` or `run:R`")]
pub struct InvalidScope(String);

impl FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let invalid = || InvalidScope(text.to_owned());
        if text == "all" {
            return Ok(Self::All);
        }
        let (kind, name) = text.split_once(':').filter(|(_, name)| !name.is_empty()).ok_or_else(invalid)?;
        match kind {
            "domain" => Ok(Self::Domain(name.into())),
            "service" => Ok(Self::Service(name.into())),
            "tool" => match name.split_once('/') {
                Some((service, tool)) if !service.is_empty() && !tool.is_empty() => {
                    Ok(Self::Tool(service.into(), tool.into()))
                }
                Some(_) | None => Err(invalid()),
            },
            "run" => name.parse().map(Self::Run).map_err(|_| invalid()),
            _ => Err(invalid()),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A ceiling that is set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Its identity.
    pub id: SwitchId,
    /// What it covers.
    pub scope: Scope,
    /// The highest level that still goes.
    pub ceiling: Level,
    /// Who set it.
    pub by: String,
    /// Why; may follow.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The report for which the control plane itself set it: a quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<Breach>,
}

/// A tool reported that a call had cost more than it may.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// Which call.
    pub action: ActionId,
    /// What it cost, as reported; it is charged in full.
    pub reported: Money,
    /// What was reserved for it.
    pub ceiling: Money,
}

#[cfg(test)]
mod tests;
