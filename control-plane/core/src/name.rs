//! Names that people chose: services, domains, tools, groups, evidence items, workflows. Cheap to clone.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

name!(
    /// A contracted service, for instance `refund-decision`.
    ServiceName);
name!(
    /// A containment boundary of the business, for instance `payments`.
    DomainName);
name!(
    /// A tool as the contract names it, for instance `payout.create`.
    ToolName);
name!(
    /// A group of people, for instance `payments-oncall`.
    GroupName);
name!(
    /// An evidence item as the contract names it, for instance `transaction`.
    ItemName);
name!(
    /// A workflow of a contract, for instance `refund`.
    WorkflowName);
