//! What people do with a practice question: the same core judges it by the same rules, and its end is committed before
//! anybody is told of it.

use remit_core::{
    Command, Event, Person, Timestamp,
    command::{Acknowledge, Answer},
    escalation::EscalationStatus,
    handover::HandOver,
    person::ADMIN_GROUP,
    practice::PracticeEnd,
    switch::Switch,
};

use super::Stage;
use crate::{clock, domain::Fault, error::Error, plane::Plane};

/// A person answers. The first answer ends it, also where a real question would take another.
pub(crate) async fn decide(plane: &Plane, stage: &Stage, answer: Answer) -> Result<(), Error> {
    let _turn = stage.turn.lock().await;
    let now = clock::now();
    let events = stage.handle(Command::Decide(Box::new(answer)), now).map_err(Fault::from)?;
    match end_of(&events) {
        Some(end) => close(plane, stage, (events, end), now).await,
        None => Err(Error::Conflict("nothing has come of the answer".to_owned())),
    }
}

/// A person hands it to another. It is shown, and nobody has to know tomorrow.
pub(crate) async fn hand_over(stage: &Stage, asked: HandOver) -> Result<(), Error> {
    let _turn = stage.turn.lock().await;
    let now = clock::now();
    let events = stage.handle(Command::HandOver(Box::new(asked)), now).map_err(Fault::from)?;
    stage.absorb(events, now);
    Ok(())
}

/// A person looks at it because it lapses soon. It is shown, likewise.
pub(crate) async fn acknowledge(stage: &Stage, asked: Acknowledge) -> Result<(), Error> {
    let _turn = stage.turn.lock().await;
    let now = clock::now();
    let events = stage.handle(Command::Acknowledge(Box::new(asked)), now).map_err(Fault::from)?;
    stage.absorb(events, now);
    Ok(())
}

/// Lets it lapse where its time has run out.
pub(super) async fn lapse(plane: &Plane, stage: &Stage) -> Result<(), Error> {
    let _turn = stage.turn.lock().await;
    let now = clock::now();
    let events = stage.handle(Command::Lapse, now).map_err(Fault::from)?;
    match end_of(&events).filter(|_| stage.closed().is_none()) {
        Some(end) => close(plane, stage, (events, end), now).await,
        None => Ok(()),
    }
}

/// A switch that was set in its domain is set here, too: a stop takes it away as it does the others.
pub(super) async fn lowered(plane: &Plane, stage: &Stage, switch: &Switch) -> Result<(), Error> {
    let _turn = stage.turn.lock().await;
    let now = clock::now();
    let by = Person { name: switch.by.clone(), groups: [ADMIN_GROUP.into()].into() };
    let set = Command::SetSwitch { switch: switch.clone(), by };
    let events = stage.handle(set, now).map_err(Fault::from)?;
    match end_of(&events).filter(|_| stage.closed().is_none()) {
        Some(end) => close(plane, stage, (events, end), now).await,
        None => {
            stage.absorb(events, now);
            Ok(())
        }
    }
}

/// Takes it away, whatever the core would say to it.
pub(super) async fn withdraw(plane: &Plane, stage: &Stage, why: &str) -> Result<(), Error> {
    let _turn = stage.turn.lock().await;
    if stage.closed().is_some() {
        return Ok(());
    }
    let end = PracticeEnd::Withdrawn { why: why.to_owned() };
    close(plane, stage, (vec![ended(stage, why)], end), clock::now()).await
}

/// Commits how it has ended, then lets people see it.
async fn close(
    plane: &Plane,
    stage: &Stage,
    (mut events, end): (Vec<Event>, PracticeEnd),
    now: Timestamp,
) -> Result<(), Error> {
    let question = stage.asked.question;
    let command = Command::ClosePractice { question, end };
    let committed = plane.control()?.domain.submit(command).await?;
    if !events.iter().any(|event| matches!(event, Event::EscalationClosed { .. })) {
        events.push(ended(stage, "a practice question ends with its first answer"));
    }
    stage.absorb(events, now);
    for record in committed {
        if let Event::PracticeClosed(closed) = &record.event {
            stage.close((**closed).clone());
        }
    }
    plane.practice.ended(question);
    Ok(())
}

/// It ends here where a real question would go on: a first yes of two, or what cannot be followed.
fn ended(stage: &Stage, note: &str) -> Event {
    Event::EscalationClosed {
        escalation: stage.asked.question,
        action: stage.action,
        run: stage.run,
        status: EscalationStatus::Voided,
        note: note.to_owned(),
    }
}

/// How a question ends by these events; nothing where it goes on.
fn end_of(events: &[Event]) -> Option<PracticeEnd> {
    let answered = events.iter().find_map(|event| {
        let Event::EscalationVoted { vote, .. } = event else { return None };
        Some(PracticeEnd::Answered { vote: Box::new(vote.clone()) })
    });
    answered.or_else(|| {
        events.iter().find_map(|event| {
            let Event::EscalationClosed { status, note, .. } = event else { return None };
            match status {
                EscalationStatus::Lapsed => Some(PracticeEnd::Lapsed),
                EscalationStatus::Voided => Some(PracticeEnd::Withdrawn { why: note.clone() }),
                EscalationStatus::Pending | EscalationStatus::Approved | EscalationStatus::Denied => None,
            }
        })
    })
}
