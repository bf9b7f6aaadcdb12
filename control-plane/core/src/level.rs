//! The autonomy ladder: none < read < draft < recommend < execute.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of thing an action does, and how far a ceiling lets actions go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing at all: as a ceiling this is *stop*.
    None,
    /// Looks, changes nothing.
    Read,
    /// Prepares something that a person finishes: as a ceiling this is *safe mode*.
    Draft,
    /// Proposes to another system or person.
    Recommend,
    /// Changes the world.
    Execute,
}

impl Level {
    /// The word in contracts, journals and consoles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Draft => "draft",
            Self::Recommend => "recommend",
            Self::Execute => "execute",
        }
    }

    /// True when an action of this level may leave something behind in the world.
    pub const fn has_effect(self) -> bool {
        match self {
            Self::None | Self::Read => false,
            Self::Draft | Self::Recommend | Self::Execute => true,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
