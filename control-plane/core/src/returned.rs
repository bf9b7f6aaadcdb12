//! An approved action that goes back to people: what had moved when its facts were read again.

use serde::{Deserialize, Serialize};

use crate::{EscalationId, ItemName, event::ActionDecided};

/// One value that is not what it was when people were asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The item of evidence.
    pub item: ItemName,
    /// JSON pointer (RFC 6901) into it.
    pub pointer: String,
    /// What stood there, as canonical JSON, cut when it is long; empty for nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub was: String,
    /// What stands there now, likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub is: String,
}

/// An action whose approval counts no more: it is held again, on the facts as they are now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionReturned {
    /// The same call and money, with the facts as they were read again and a new question.
    pub held: ActionDecided,
    /// The approved question that is void.
    pub voided: EscalationId,
    /// What moved; empty where the facts could not be read again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// Why, in words.
    pub note: String,
}
