//! A person as authenticated at the edge: never taken from a parameter.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::GroupName;

/// Members of this group hold every duty: the operator whom the first start creates.
pub const ADMIN_GROUP: &str = "remit-admins";

/// Who activates what stands in a folder. It is nobody's name.
pub const CONTROL_PLANE: &str = "remitd";

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
