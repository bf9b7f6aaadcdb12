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
    /// Who looks after it, where that is not who set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When its owner looks at it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_at: Option<Timestamp>,
    /// What becomes of what is in flight.
    #[serde(default, skip_serializing_if = "Mode::is_finish")]
    pub mode: Mode,
    /// True when it keeps people from undoing, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_undo: bool,
}

/// What a new switch does with what is in flight below it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// What was sent may come to its end.
    #[default]
    Finish,
    /// It is cut off: what was not sent has failed, an effect on its way is in doubt.
    Cancel,
}

impl Mode {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    const fn is_finish(&self) -> bool {
        matches!(self, Self::Finish)
    }
}

/// How long after it was set a switch is looked at again, where nobody says, in milliseconds.
pub const REVIEW_MS: u64 = 30 * 60 * 1_000;

/// How long its reason may follow, in milliseconds.
pub const REASON_MS: u64 = 10 * 60 * 1_000;

/// How long a second person has to complete a release, in milliseconds.
pub const SECOND_MS: u64 = 30 * 60 * 1_000;

impl Switch {
    /// A switch that is looked after by who sets it, lets what was sent finish, and lets people undo.
    pub const fn new(id: SwitchId, scope: Scope, ceiling: Level, at: Timestamp) -> Self {
        Self {
            id,
            scope,
            ceiling,
            by: String::new(),
            reason: String::new(),
            at,
            breach: None,
            owner: None,
            review_at: None,
            mode: Mode::Finish,
            no_undo: false,
        }
    }

    /// Who looks after it.
    pub fn owner(&self) -> &str {
        self.owner.as_deref().unwrap_or(&self.by)
    }

    /// When its owner looks at it again.
    pub fn review_at(&self) -> Timestamp {
        self.review_at.unwrap_or_else(|| self.at.plus_ms(REVIEW_MS))
    }

    /// By when its reason is owed; `None` where there is one.
    pub fn reason_due(&self) -> Option<Timestamp> {
        self.reason.trim().is_empty().then(|| self.at.plus_ms(REASON_MS))
    }

    /// True when its ceiling lies below the level of what stands at the place.
    pub fn stops(&self, level: Level, place: Place<'_>) -> bool {
        self.ceiling < level && self.scope.covers(place)
    }
}

/// One person wants a switch lifted that takes two.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseRequest {
    /// Who.
    pub by: String,
    /// Why it is safe again.
    pub reason: String,
    /// Until when a second person may complete it.
    pub until: Timestamp,
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
