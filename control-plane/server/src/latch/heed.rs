//! A set latch becomes a switch over everything in each domain before anything more is decided or sent.

use std::{path::PathBuf, sync::Arc, time::Duration};

use remit_core::{
    Command, Level, Person,
    person::{ADMIN_GROUP, CONTROL_PLANE},
    switch::{Scope, Switch},
};
use tokio::sync::Mutex;

use super::{Kept, Said, is_set, note, said};
use crate::{
    clock,
    error::Error,
    ids,
    plane::{Plane, Ward},
};

/// How soon a latch is recorded where nothing is decided or sent.
const TICK: Duration = Duration::from_millis(250);

/// The latch of this control plane.
#[derive(Debug)]
pub(crate) struct Latch {
    data: PathBuf,
    /// Whoever records it; the others wait.
    recording: Mutex<()>,
}

impl Latch {
    pub(crate) fn new(data: PathBuf) -> Self {
        Self { data, recording: Mutex::new(()) }
    }

    /// Whether nothing may leave. Asks the file system each time: a microsecond.
    pub(crate) fn is_set(&self) -> bool {
        is_set(&self.data)
    }

    /// Returns once a set latch is a switch in every domain, or says why it is not; then nothing may go on.
    pub(crate) async fn heed(&self, plane: &Plane) -> Result<(), Error> {
        if !self.is_set() {
            return Ok(());
        }
        let _mine = self.recording.lock().await;
        let told = said(&self.data);
        let recorded = record(plane, told.as_ref()).await;
        let kept = match &recorded {
            Ok(()) => Kept::Recorded,
            Err(error) => Kept::Failed(error.to_string().chars().take(256).collect()),
        };
        if let Some(told) = told.filter(|told| told.journal.as_ref() != Some(&kept)) {
            tracing::warn!(by = %told.by, reason = %told.reason, ?kept, "stopped on this machine");
            if let Err(error) = note(&self.data, &Said { journal: Some(kept), ..told }) {
                tracing::debug!(%error, "what became of the latch cannot be written into it");
            }
        }
        recorded.map_err(|error| {
            Error::JournalUnavailable(format!(
                "stopped on the machine of the control plane, and that cannot be recorded: {error}"
            ))
        })
    }
}

/// Sets the switch where it is not set, in every domain at which that is possible.
async fn record(plane: &Plane, told: Option<&Said>) -> Result<(), Error> {
    let reason = told.map_or_else(
        || "stopped on its machine; the latch does not say by whom".to_owned(),
        |told| format!("stopped on its machine by {}: {}", told.by, told.reason),
    );
    let by = Person { name: CONTROL_PLANE.to_owned(), groups: [ADMIN_GROUP.into()].into() };
    let switch = Switch {
        by: by.name.clone(),
        reason,
        no_undo: true,
        ..Switch::new(ids::switch(), Scope::All, Level::None, clock::now())
    };
    let mut failed = Ok(());
    for ward in plane.business().filter(|ward| !holds(ward)) {
        let command = Command::SetSwitch { switch: switch.clone(), by: by.clone() };
        failed = ward.domain.submit(command).await.map_err(Error::from).and(failed);
    }
    failed
}

fn holds(ward: &Ward) -> bool {
    let ours = |switch: &Switch| {
        switch.by == CONTROL_PLANE
            && switch.no_undo
            && switch.scope == Scope::All
            && switch.ceiling == Level::None
    };
    ward.view.read(|inner| inner.state.switches.values().any(ours))
}

/// Records a latch that is set while nothing is decided.
pub(crate) async fn watch(plane: Arc<Plane>) {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            () = plane.stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        if let Err(error) = plane.latch.heed(&plane).await {
            tracing::debug!(%error, "the latch holds without the journal");
        }
    }
}
