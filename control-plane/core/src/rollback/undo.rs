//! The call that compensates an effect, and the read that shows whether it did.

use serde::{Deserialize, Serialize};

use crate::{CanonicalJson, Money, Timestamp, ToolName};

/// The call that compensates an effect; mapped from parameters and result when the effect settled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoCall {
    /// The compensating tool.
    pub tool: ToolName,
    /// Its parameters.
    pub params: CanonicalJson,
    /// First moment at which it is too late.
    pub until: Timestamp,
    /// What comes back by it, where the contract says which amount that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Money>,
    /// The read that shows that the effect is gone; without one, the compensation's success is its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Box<Verify>>,
}

/// A read after a compensation, and what must stand in its result.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The reading tool.
    pub tool: ToolName,
    /// Its parameters.
    pub params: CanonicalJson,
    /// What must stand where in its result; all of it.
    pub expect: Vec<Expected>,
}

/// One value that must stand in a result.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// JSON pointer into the result.
    pub at: String,
    /// The value.
    pub is: CanonicalJson,
}

impl Verify {
    /// Asks whether a result shows that the effect is gone.
    ///
    /// # Errors
    /// What stands there instead, in words.
    pub fn holds(&self, result: &CanonicalJson) -> Result<(), String> {
        let value = result.value();
        for expected in &self.expect {
            let found = value.pointer(&expected.at);
            if found != Some(&expected.is.value()) {
                let found = found.map_or_else(|| "not there".to_owned(), ToString::to_string);
                return Err(format!("`{}` is {found}, not {}", expected.at, expected.is.as_str()));
            }
        }
        Ok(())
    }
}
