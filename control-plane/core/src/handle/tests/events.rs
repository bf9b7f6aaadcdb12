//! The stored form: every kind of event survives its text, and says what it is.

use super::{versions, world::*};
use crate::{
    Backtest, Command, Digest, DomainSettings, Event, EvidenceUse, Level, Terms,
    command::{Look, Resolve, SwitchTarget},
    event::Holder,
    proposal::Channel,
    tripwire::{Comparison, Over, Signal, Then, Tripwire, When},
};

/// A history in which everything happens once.
fn story() -> Vec<Event> {
    let observed = Tripwire {
        when: When { signal: Signal::InDoubt, is: Comparison::AtLeast, limit: 1 },
        over: Over::Actions(1),
        then: Then::Observe,
    };
    let mut world = World::under(Terms { tripwires: vec![observed], ..super::doubts::doubtful() });
    let look = world.admit(Call::new("look", r#"{"id":"é\n"}"#).key("k"));
    world.command(Command::Start { action: look }).unwrap();
    world.settle(look, succeeded()).unwrap();
    let seen = EvidenceUse { observed_at: START, ..world.cite(look, r#"{"id":1}"#) };
    let pay = Call::new("pay", "{}").ask(ask("large", "risk", 1)).with(|_, it| it.evidence.push(seen));
    let pay = world.hold(pay.effect("refund:1"));
    let rita = person("rita", &["risk"]);
    super::handover::hand_over(&mut world, pay, &rita, "look twice").unwrap();
    world.answer(pay, &rita, true).unwrap();
    world.release(pay, Look::Unread { why: "no connection".to_owned() }).unwrap();
    world.answer(pay, &rita, true).unwrap();
    let again = world.look_again(pay, r#"{"id":1}"#).unwrap();
    world.release_on(pay, again).unwrap();
    world.command(Command::Start { action: pay }).unwrap();
    world.settle(pay, in_doubt()).unwrap();
    let alert = world.state.alerts(world.now).remove(0).id();
    super::alerts::acknowledge(&mut world, alert, &oncall()).unwrap();
    let (by, reason, result) = (oncall(), "it is on the statement".to_owned(), Some(json(r#"{"id":1}"#)));
    let says = Resolve { action: pay, by, happened: true, reason, result, undo: None };
    world.command(Command::Resolve(Box::new(says))).unwrap();
    world.later(4_000);
    world.command(Command::Resend { action: pay }).unwrap();
    world.settle(pay, succeeded()).unwrap();
    world.set_switch(1, "all", Level::None).unwrap();
    let (target, reason) = (SwitchTarget::Id(switch(1)), "all is well again".to_owned());
    world.explain(target.clone(), "payouts are doubled").unwrap();
    for by in [oncall(), person("oscar", &["oncall"])] {
        let (target, reason) = (target.clone(), reason.clone());
        world.command(Command::ReleaseSwitch { target, by, reason }).unwrap();
    }
    let dear = world.admit(Call::new("look", "2"));
    world.cost = 1_000;
    world.settle(dear, succeeded()).unwrap();
    world.let_go().unwrap();
    world.end().unwrap();
    let (service, principal) = ("refunds".into(), terms().principal);
    let (tool, channel, why) = ("bulk".into(), Channel::Mcp, "no run".to_owned());
    world.command(Command::RecordAttempt { service, principal, tool, channel, why }).unwrap();
    world.plan(1, 1, oncall()).unwrap();
    let digest = world.state.rollbacks[&plan(1)].plan.digest;
    let reason = "wrong payee".to_owned();
    world.command(Command::StartRollback { plan: plan(1), digest, by: oncall(), reason }).unwrap();
    world.command(Command::Compensate { plan: plan(1), target: pay, action: action(9) }).unwrap();
    world.settle(action(9), succeeded()).unwrap();
    world.command(Command::CloseRollback { plan: plan(1) }).unwrap();
    world.history.extend(super::care::everything_that_befalls_a_rollback());
    world.history.extend(super::practice::put_and_answered());
    let credential = crate::CredentialId::new(uuid::Uuid::from_u128(1));
    let (holder, hash) = (Holder::Operator { person: oncall() }, Digest::of(b"secret"));
    world.command(Command::IssueCredential { credential, holder, hash, by: "root".to_owned() }).unwrap();
    world.command(Command::RevokeCredential { credential, by: "root".to_owned() }).unwrap();
    world.command(versions::propose(1, "bob")).unwrap();
    let approve = versions::approve(&world.state, 1, "rita");
    world.command(approve).unwrap();
    world.command(Command::RequireApprovals { by: "remitd".to_owned() }).unwrap();
    let settings = DomainSettings::of(&terms().currency, Backtest::Required);
    world.command(Command::ConfigureDomain { settings, by: "remitd".to_owned() }).unwrap();
    world.command(versions::revoke(1, "olga")).unwrap();
    world.command(versions::register(1, "rita")).unwrap();
    world.history.into_iter().map(|(_, event)| event).collect()
}

#[test]
fn every_event_survives_its_text() {
    let story = story();
    for kind in Event::KINDS {
        assert!(story.iter().any(|event| event.kind() == kind), "the story lacks {kind}");
    }
    for event in &story {
        let text = serde_json::to_string(event).unwrap();
        assert!(text.starts_with(&format!("{{\"{}\":{{", event.kind())), "{text}");
        let again: Event = serde_json::from_str(&text).unwrap();
        assert_eq!(again, *event);
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
    }
}

#[test]
fn an_unknown_field_or_kind_is_refused() {
    for text in [
        r#"{"action_forgotten":{}}"#,
        r#"{"action_started":{"action":"act_00000000000000000000000000000001","run":"run_00000000000000000000000000000001","extra":1}}"#,
    ] {
        assert!(serde_json::from_str::<Event>(text).is_err(), "{text}");
    }
}
