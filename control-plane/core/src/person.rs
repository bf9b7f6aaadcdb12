//! A person as authenticated at the edge: never taken from a parameter.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::GroupName;

/// Members of this group hold every duty: the operator whom the first start creates.
pub const ADMIN_GROUP: &str = "remit-admins";

/// The domain that holds credentials and keys; no contract may name it.
pub const CONTROL_DOMAIN: &str = "remit-control";

/// Who activates what stands in a folder. It is nobody's name.
pub const CONTROL_PLANE: &str = "remitd";

/// Longest name of a person or a service, in bytes.
const MAX_NAME: usize = 128;

/// Why a text names nobody. White space and what cannot be seen would make two names of one.
pub fn not_a_name(text: &str) -> Option<String> {
    if text.is_empty() || text.len() > MAX_NAME {
        return Some(format!("1 to {MAX_NAME} bytes"));
    }
    let foreign = text.chars().find(|sign| !sign.is_alphanumeric() && !sign.is_ascii_punctuation());
    foreign.map(|sign| {
        format!("letters, digits and signs such as `.`, `-` or `@`, not U+{:04X}", u32::from(sign))
    })
}

/// An operator or approver.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name on the credential.
    pub name: String,
    /// The groups on the credential.
    pub groups: BTreeSet<GroupName>,
}

impl Person {
    /// True when the person is in one of the groups or is an administrator.
    pub fn is_in_any(&self, groups: &BTreeSet<GroupName>) -> bool {
        self.is_admin() || !self.groups.is_disjoint(groups)
    }

    /// True for members of [`ADMIN_GROUP`].
    pub fn is_admin(&self) -> bool {
        self.groups.contains(ADMIN_GROUP)
    }
}
