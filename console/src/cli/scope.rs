//! A scope as people type it: like the contract's, and a run may be named by the end of its id.

use std::str::FromStr;

use remit_core::{
    RunId,
    switch::{InvalidScope, Scope},
};

use crate::cli::{failure::Failure, session::Session};

#[cfg(test)]
mod tests;

/// What a switch shall cover.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// It is complete.
    Scope(Scope),
    /// A run, named by the end of its id.
    RunEnding(String),
}

impl FromStr for Target {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("run:") {
            Some(id) if !id.is_empty() && id.parse::<RunId>().is_err() => Ok(Self::RunEnding(id.to_owned())),
            Some(_) | None => text.parse().map(Self::Scope),
        }
    }
}

impl Target {
    /// As it was typed: the control plane knows the run by the end of its id, too, where a ceiling is set.
    #[must_use]
    pub fn as_typed(&self) -> String {
        match self {
            Self::Scope(scope) => scope.to_string(),
            Self::RunEnding(ending) => format!("run:{ending}"),
        }
    }

    /// The scope in full, asking the control plane for a run's id where needed.
    ///
    /// # Errors
    /// When no run, or more than one, has such an id.
    pub async fn resolve(&self, session: &mut Session) -> Result<String, Failure> {
        match self {
            Self::Scope(scope) => Ok(scope.to_string()),
            Self::RunEnding(ending) => Ok(format!("run:{}", session.run_id(ending).await?)),
        }
    }
}
