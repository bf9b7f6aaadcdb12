//! Must-deny canaries on a timer: each clause of each active version shows again and again that it refuses.
//!
//! They are played on the very contract that decides in this process, beside the loops of the domains, one service
//! at a time. They ask what this contract does, not what its files compile to now.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use remit_contract::{
    CompiledContract,
    scenario::{Canaries, canaries},
};
use remit_core::{Digest, ServiceName, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    clock,
    plane::{Plane, Ward},
};

/// How often the canaries of a version are played.
const EVERY: Duration = Duration::from_mins(1);

/// How soon a version that has become active is noticed.
const LOOK: Duration = Duration::from_secs(1);

/// The last round of each service.
#[derive(Debug, Default)]
pub(crate) struct Rounds(ArcSwap<BTreeMap<ServiceName, Arc<Round>>>);

/// What the canaries of one version have shown.
#[derive(Debug)]
pub(crate) struct Round {
    digest: Digest,
    since: Instant,
    pub(crate) at: Timestamp,
    /// One a clause; or why they could not be played.
    pub(crate) seen: Result<Vec<Canaries>, String>,
}

impl Rounds {
    /// The last round of this version, if there was one.
    pub(crate) fn of(&self, service: &ServiceName, digest: Digest) -> Option<Arc<Round>> {
        self.0.load().get(service).filter(|round| round.digest == digest).cloned()
    }

    fn keep(&self, service: &ServiceName, round: &Arc<Round>) {
        self.0.rcu(|rounds| {
            let mut rounds = BTreeMap::clone(rounds);
            rounds.insert(service.clone(), Arc::clone(round));
            rounds
        });
    }

    fn is_due(&self, contract: &CompiledContract) -> bool {
        let terms = contract.terms();
        self.of(&terms.service, terms.digest).is_none_or(|round| EVERY <= round.since.elapsed())
    }
}

/// Plays what is due until the control plane ends.
pub(crate) async fn watch(plane: Arc<Plane>, stop: CancellationToken) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        for contract in active(&plane).into_iter().filter(|contract| plane.canaries.is_due(contract)) {
            let (shared, played) = (Arc::clone(&plane), Arc::clone(&contract));
            let round = tokio::task::spawn_blocking(move || play(&shared, &played)).await;
            let service = &contract.terms().service;
            match round {
                Ok(round) => tell(&plane, service, round),
                Err(error) => tracing::error!(%service, %error, "the canaries could not be played"),
            }
            if stop.is_cancelled() {
                return;
            }
        }
    }
}

/// The active versions that this process can judge with.
fn active(plane: &Plane) -> Vec<Arc<CompiledContract>> {
    let of = |ward: &Ward| {
        ward.view.read(|inner| {
            let active = inner.state.services.values().map(|service| service.active.digest);
            active.collect::<Vec<_>>()
        })
    };
    plane.business().flat_map(of).filter_map(|digest| plane.contracts.get(&digest)).collect()
}

fn play(plane: &Plane, contract: &CompiledContract) -> Round {
    let terms = contract.terms();
    let folder = plane.ward(&terms.domain).ok().and_then(|ward| plane.folder(ward, terms.digest));
    let seen = match folder {
        None => Err("the files of the version are not kept here".to_owned()),
        Some(folder) => folder.and_then(|folder| canaries(contract, &folder)).map_err(|problems| {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            format!("the scenarios cannot be read: {}", first.replace("\nhint: ", "; "))
        }),
    };
    Round { digest: terms.digest, since: Instant::now(), at: clock::now(), seen }
}

/// Keeps the round; whatever a clause let through is an alarm, each time.
fn tell(plane: &Plane, service: &ServiceName, round: Round) {
    match &round.seen {
        Err(why) => tracing::warn!(%service, why, "no clause was exercised"),
        Ok(seen) => {
            plane.metrics.canaries(service, seen);
            for canaries in seen {
                let clause = canaries.clause.as_str();
                for missed in &canaries.missed {
                    let at = format!("{}:{} {}", missed.file, missed.line, missed.scenario);
                    let what = missed.what.as_str();
                    tracing::error!(%service, clause, at, what, "a clause did not refuse what it must refuse");
                }
            }
        }
    }
    plane.canaries.keep(service, &Arc::new(round));
}
