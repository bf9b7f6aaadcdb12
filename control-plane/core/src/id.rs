//! Identifiers: a type each, printed with a prefix so that a log line explains itself.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an identifier, expected `{prefix}_` and 32 hexadecimal digits")]
pub struct InvalidId {
    text: String,
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix that its text begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a UUID that the shell drew (version 7, so that ids sort by time).
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The 16 bytes, as the journal indexes them.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.as_simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or_else(|| InvalidId { text: text.to_owned(), prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

id!(
    /// One tool call, from proposal to its end.
    ActionId, "act");
id!(
    /// One instance of a service's work; budgets, loops, evidence and undo hang on it.
    RunId, "run");
id!(
    /// One question to people.
    EscalationId, "esc");
id!(
    /// One ceiling that was set.
    SwitchId, "swi");
id!(
    /// One frozen rollback plan.
    PlanId, "plan");
id!(
    /// One credential of a service or an operator.
    CredentialId, "cred");
id!(
    /// One alert: what it is about, and since when.
    AlertId, "alert");

impl SwitchId {
    /// The identity of a switch that the control plane sets itself: it follows from what it is about, since nothing is
    /// drawn here.
    pub(crate) fn derived(parts: &[&[u8]]) -> Self {
        Self::new(derived(parts))
    }
}

impl AlertId {
    /// The identity of an alert: it follows from what it is about.
    pub(crate) fn derived(parts: &[&[u8]]) -> Self {
        Self::new(derived(parts))
    }
}

fn derived(parts: &[&[u8]]) -> Uuid {
    let digest = crate::Digest::of_parts(parts);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests;
