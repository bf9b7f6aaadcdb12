//! Handing a question on: to whom it can go, who may, and that nobody loses their say by it.

use super::world::*;
use crate::{
    ActionId, ActionStatus, Command, Event, Level, Person, Refusal,
    handover::{HandOver, Handed},
};

/// Rob of risk hands the question about this action on.
pub(super) fn hand_over(
    world: &mut World,
    held: ActionId,
    to: &Person,
    note: &str,
) -> Result<Vec<Event>, Refusal> {
    by(world, (held, &person("rob", &["risk"])), to, note)
}

fn by(
    world: &mut World,
    (held, by): (ActionId, &Person),
    to: &Person,
    note: &str,
) -> Result<Vec<Event>, Refusal> {
    let escalation = world.state.actions.get(&held).and_then(|action| action.escalation).unwrap();
    let (to, by, note) = (to.clone(), by.clone(), note.to_owned());
    world.command(Command::HandOver(Box::new(HandOver { escalation, to, by, note })))
}

fn held() -> (World, ActionId) {
    let mut world = World::new();
    let held = world.hold(Call::new("pay", "{}").ask(ask("large", "risk", 1)));
    (world, held)
}

#[test]
fn it_goes_to_whoever_could_approve_it() {
    let (risk, other) = (person("rita", &["risk"]), person("otto", &["other"]));
    let table = [
        (person("rob", &["risk"]), risk.clone(), None),
        (person("rob", &["risk"]), other.clone(), Some("otto could not approve it")),
        (person("rob", &["risk"]), person("dana", &["risk"]), Some("dana could not approve it")),
        (other, risk, Some("hand this over")),
    ];
    for (giver, to, refused) in table {
        let (mut world, held) = held();
        let found = by(&mut world, (held, &giver), &to, "look twice");
        match (found, refused) {
            (Ok(events), None) => assert_eq!(events.len(), 1),
            (Err(refusal), Some(words)) => assert!(format!("{refusal:?}").contains(words), "{refusal:?}"),
            (found, _) => panic!("{} to {}: {found:?}", giver.name, to.name),
        }
    }
}

#[test]
fn the_latest_counts_the_same_again_is_none_and_all_may_answer() {
    let (mut world, held) = held();
    let (rita, rolf) = (person("rita", &["risk"]), person("rolf", &["risk"]));
    hand_over(&mut world, held, &rita, "").unwrap();
    assert_eq!(hand_over(&mut world, held, &rita, ""), Ok(Vec::new()));
    hand_over(&mut world, held, &rolf, "she is away").unwrap();
    let (to, by, note, at) = ("rolf".into(), "rob".into(), "she is away".into(), world.now);
    assert_eq!(world.state.escalations[&escalation(1)].handed, Some(Handed { to, by, note, at }));
    world.answer(held, &rita, true).unwrap();
    assert_eq!(world.status(held), ActionStatus::Approved);
    assert!(hand_over(&mut world, held, &rolf, "again").is_err(), "it does not wait any more");
}

#[test]
fn a_note_is_short() {
    let (mut world, held) = held();
    let rita = person("rita", &["risk"]);
    let refused = hand_over(&mut world, held, &rita, &"x".repeat(2_001));
    assert_eq!(refused, Err(Refusal::Invalid("a note has at most 2000 bytes, this one 2001".to_owned())));
    hand_over(&mut world, held, &rita, &"x".repeat(2_000)).unwrap();
}

#[test]
fn who_has_answered_is_not_asked_again() {
    let mut world = World::new();
    let held = world.hold(Call::new("pay", "{}").ask(ask("vip", "risk", 2)));
    let rita = person("rita", &["risk"]);
    world.answer(held, &rita, true).unwrap();
    let refused = hand_over(&mut world, held, &rita, "");
    assert_eq!(refused, Err(Refusal::Conflict("rita has answered already".to_owned())));
    world.set_switch(1, "all", Level::None).unwrap();
    let refused = hand_over(&mut world, held, &person("rolf", &["risk"]), "");
    assert_eq!(refused, Err(Refusal::Conflict("it is voided already".to_owned())));
}
