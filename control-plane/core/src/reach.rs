//! What a service's credential opens: whoever only acts starts no run and says nothing of what one is about.

use serde::{Deserialize, Serialize};

use crate::{Declared, Reason, Refusal, RunId, ServiceName, State, Timestamp};

/// How far a service's credential reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reach {
    /// All that the service may do: start runs, say what they are about, act in them.
    #[default]
    Full,
    /// Acting in the service's open runs, which others have started; waiting for actions, and ending runs.
    ActOnly,
    /// The same in one run alone.
    OneRun {
        /// Which.
        run: RunId,
    },
}

impl Reach {
    /// True when its holder starts runs and declares them.
    pub const fn starts(&self) -> bool {
        matches!(self, Self::Full)
    }

    /// The only run in which its holder acts, where there is one.
    pub const fn only(&self) -> Option<RunId> {
        match self {
            Self::OneRun { run } => Some(*run),
            Self::Full | Self::ActOnly => None,
        }
    }

    /// Asks whether its holder may act in this run, wait for its actions, settle and end it.
    ///
    /// # Errors
    /// The credential is for another run.
    pub fn covers(&self, run: RunId) -> Result<(), Refusal> {
        match self.only() {
            Some(only) if only != run => Err(withheld(
                Reason::RunNotGranted,
                format!("the token is for `{only}`, the call is in `{run}`"),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

impl State {
    /// The run that a holder who starts none gets into by its name: an open one that is there. Who may act in one
    /// run alone need not name it.
    ///
    /// # Errors
    /// Something is declared, no open run of the service has the name, or the credential is for another run.
    pub fn enters(
        &self,
        reach: Reach,
        (service, name): (&ServiceName, &str),
        declared: &Declared,
        now: Timestamp,
    ) -> Result<RunId, Refusal> {
        if let Some(said) = declared.says() {
            return Err(withheld(Reason::DeclarationNotGranted, format!("the call declares a {said}")));
        }
        let nowhere = |detail: String| Err(withheld(Reason::StartNotGranted, detail));
        if let Some(only) = reach.only() {
            let known = self.runs.get(&only).filter(|run| run.terms.service == *service);
            return match known {
                Some(run) if name.is_empty() || run.name == name => Ok(only),
                Some(run) => Err(withheld(
                    Reason::RunNotGranted,
                    format!("the token is for the run `{}`, the call names `{name}`", run.name),
                )),
                None => nowhere(format!("the run `{only}` of the token is no run of `{service}` here")),
            };
        }
        if name.is_empty() {
            return nowhere(format!("the call names no run of `{service}`"));
        }
        match self.joins((service, name), declared, now) {
            Some(Refusal::JoinsRun(known)) => Ok(known),
            Some(other) => Err(other),
            None => nowhere(format!("`{service}` has no open run `{name}`")),
        }
    }
}

fn withheld(reason: Reason, detail: String) -> Refusal {
    Refusal::Withheld { reason, detail }
}
