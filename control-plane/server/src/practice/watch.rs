//! Follows the domains whose files want practice: counts real questions, puts practice among them, and ends it in time.

use std::{sync::Arc, time::Duration};

use remit_core::{
    Command, Event, Timestamp,
    escalation::EscalationStatus,
    practice::{Cadence, PracticeEnd},
};
use remit_journal::Record;
use tokio::{sync::broadcast::error::RecvError, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::{
    answer,
    pacer::Pacer,
    put::{self, Beside},
};
use crate::{
    clock,
    domain::Fault,
    plane::{Plane, Ward},
};

/// How often is looked whether one is due, or has lapsed.
const LOOK: Duration = Duration::from_millis(100);

/// Follows every domain until the control plane ends; at once over where no file wants practice.
pub(crate) async fn watch(plane: Arc<Plane>, stop: CancellationToken) {
    let wanted = plane.business().filter_map(|ward| {
        let cadence = ward.view.read(|inner| inner.state.settings.as_ref().and_then(|it| it.practice))?;
        Some(follow(&plane, ward, cadence))
    });
    let all = futures::future::join_all(wanted.collect::<Vec<_>>());
    tokio::select! {
        () = stop.cancelled() => {}
        _ = all => {}
    }
}

/// Notes of what a start before has left open that it is gone: nothing but the record is left of it.
pub(crate) async fn withdraw_left(plane: &Plane) -> Result<(), Fault> {
    let Ok(control) = plane.control() else { return Ok(()) };
    let left: Vec<_> = control.view.read(|inner| inner.state.practised.open.keys().copied().collect());
    for question in left {
        let end = PracticeEnd::Withdrawn { why: "the control plane was started again".to_owned() };
        control.domain.submit(Command::ClosePractice { question, end }).await?;
    }
    Ok(())
}

async fn follow(plane: &Arc<Plane>, ward: &Ward, cadence: Cadence) {
    let mut updates = ward.updates.subscribe();
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut pacer = Pacer::new(cadence, below);
    let mut beside: Option<Beside> = None;
    loop {
        tokio::select! {
            update = updates.recv() => match update {
                Ok(record) => {
                    if let Some(real) = asked(ward, &record) {
                        pacer.asked(record.at, below);
                        beside = Some(real);
                    }
                    take_away(plane, ward, &record).await;
                }
                // Questions that were missed are not counted, and a switch among them would have taken it away.
                Err(RecvError::Lagged(_)) => withdraw(plane, ward).await,
                Err(RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                end_in_time(plane, ward).await;
                put_when_due(plane, ward, (&mut pacer, beside.as_ref())).await;
            }
        }
    }
}

/// The real question that a record asks.
fn asked(ward: &Ward, record: &Record) -> Option<Beside> {
    let Event::ActionDecided(decided) = &record.event else { return None };
    decided.question.as_ref()?;
    Beside::of(ward, decided)
}

async fn take_away(plane: &Plane, ward: &Ward, record: &Record) {
    let Event::SwitchSet(switch) = &record.event else { return };
    for stage in plane.practice.open().into_iter().filter(|it| it.asked.domain == *ward.domain.name()) {
        if let Err(error) = answer::lowered(plane, &stage, switch).await {
            tracing::error!(question = %stage.asked.question, %error, "a practice question outlasts a switch");
        }
    }
}

async fn withdraw(plane: &Plane, ward: &Ward) {
    for stage in plane.practice.open().into_iter().filter(|it| it.asked.domain == *ward.domain.name()) {
        let why = "more happened in the domain than could be followed";
        if let Err(error) = answer::withdraw(plane, &stage, why).await {
            tracing::error!(question = %stage.asked.question, %error, "a practice question could not be withdrawn");
        }
    }
}

async fn end_in_time(plane: &Plane, ward: &Ward) {
    for stage in plane.practice.open().into_iter().filter(|it| it.asked.domain == *ward.domain.name()) {
        if let Err(error) = answer::lapse(plane, &stage).await {
            tracing::error!(question = %stage.asked.question, %error, "a practice question could not lapse");
        }
    }
}

async fn put_when_due(plane: &Arc<Plane>, ward: &Ward, (pacer, beside): (&mut Pacer, Option<&Beside>)) {
    let now = clock::now();
    let is_open = plane.practice.open().iter().any(|it| it.asked.domain == *ward.domain.name());
    let is_well = ward.domain.health().failed().is_none();
    let is_due = is_well && !is_open && pacer.is_due(now, || waiting(ward, now));
    let Some(beside) = beside.filter(|_| is_due) else { return };
    // One that could not be put is not tried again before the next is due.
    pacer.put();
    match put::put(plane, ward, beside).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(
            domain = %ward.domain.name(),
            "practice is due, and no scenario with an `answer` is asked as things stand"
        ),
        Err(error) => tracing::error!(domain = %ward.domain.name(), %error, "practice could not be put"),
    }
}

/// How many real questions wait, and for how long the first has, in milliseconds.
fn waiting(ward: &Ward, now: Timestamp) -> (u32, u64) {
    ward.view.read(|inner| {
        let held = inner.state.held.values().filter_map(|it| inner.state.escalations.get(&it.question.id));
        let pending = held.filter(|it| it.status == EscalationStatus::Pending);
        let ages: Vec<u64> = pending.map(|it| now.since_ms(it.asked_at)).collect();
        (u32::try_from(ages.len()).unwrap_or(u32::MAX), ages.into_iter().max().unwrap_or_default())
    })
}

/// A number below this one, by chance.
fn below(bound: u64) -> u64 {
    rand::random::<u64>().checked_rem(bound).unwrap_or_default()
}
