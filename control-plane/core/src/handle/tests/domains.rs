//! What a domain's file says holds for every version, whoever asks and however.

use super::{
    versions::{activate, activate_on_record, alive, approve, approve_reviewed, propose, version},
    world::*,
};
use crate::{
    Backtest, Command, Digest, DomainSettings, Event, Refusal, State, Terms, Timestamp, review::Review,
};

fn configure(currency: &str, backtest: Backtest) -> Command {
    let settings = DomainSettings::of(currency, backtest);
    Command::ConfigureDomain { settings, by: "remitd".to_owned() }
}

fn usd(backtest: Backtest) -> Command {
    configure("USD", backtest)
}

#[track_caller]
fn conflict(world: &mut World, command: Command, words: &str) {
    let before = world.state.clone();
    match world.command(command) {
        Err(Refusal::Conflict(text)) => assert!(text.contains(words), "{text}"),
        other => panic!("{other:?} instead of {words}"),
    }
    assert_eq!(world.state, before);
}

/// A world in which people approve and the record is reviewed.
fn reviewing() -> World {
    let mut world = World::new();
    world.command(Command::RequireApprovals { by: "remitd".to_owned() }).unwrap();
    world.command(usd(Backtest::Required)).unwrap();
    world
}

fn nothing_grave() -> Review {
    Review { since: Timestamp::from_micros(1), grave: 0, flips: Digest::of(b""), shown: "nothing".to_owned() }
}

#[test]
fn what_the_file_says_is_an_event_when_it_changes() {
    let mut world = reviewing();
    assert_eq!(world.command(usd(Backtest::Required)), Ok(Vec::new()), "it says what it said");
    let events = world.command(usd(Backtest::None)).unwrap();
    assert!(matches!(&events[..], [Event::DomainConfigured { .. }]), "a loosening is on record: {events:?}");
    assert!(!world.state.wants_review());
    world.command(usd(Backtest::Required)).unwrap();
    assert!(world.state.wants_review());
    assert_eq!(State::replay("payments".into(), &world.history), world.state);
}

#[test]
fn reviews_are_for_approvals() {
    let mut world = World::new();
    conflict(&mut world, usd(Backtest::Required), "`backtest: required`, which is for approvals");
    world.command(usd(Backtest::None)).unwrap();
}

#[test]
fn where_the_record_is_to_be_reviewed_no_version_passes_without_it() {
    let mut world = reviewing();
    world.command(propose(1, "bob")).unwrap();
    let without = approve(&world.state, 1, "rita");
    conflict(&mut world, without, "the approval does not say what the record says");
    let with = approve_reviewed(&world.state, 1, "rita", Some(nothing_grave()));
    world.command(with).unwrap();
    conflict(&mut world, activate(1, "olga", false), "nobody has held the version against the record");
    world.command(activate_on_record(1, "olga", false, Some(nothing_grave()))).unwrap();
}

#[test]
fn an_approval_from_before_the_file_said_so_has_reviewed_nothing() {
    let mut world = World::new();
    world.command(Command::RequireApprovals { by: "remitd".to_owned() }).unwrap();
    world.command(propose(1, "bob")).unwrap();
    let before = approve(&world.state, 1, "rita");
    world.command(before).unwrap();
    world.command(usd(Backtest::Required)).unwrap();
    let grave = Review { grave: 1, ..nothing_grave() };
    conflict(&mut world, activate_on_record(1, "olga", false, Some(grave)), "no approval has reviewed that");
    // Loosened, by the written word, it goes.
    world.command(usd(Backtest::None)).unwrap();
    world.command(activate(1, "olga", false)).unwrap();
}

#[test]
fn a_contract_counts_in_the_currency_of_its_domain() {
    let euro = |terms: Terms| Terms { currency: "EUR".to_owned(), ..terms };
    let words = "the contract of `refunds` counts in EUR, its domain `payments` in USD";
    let mut world = World::new();
    world.command(usd(Backtest::None)).unwrap();
    let next = Terms { version: "1.1.0".to_owned(), digest: Digest::of(b"1.1.0"), ..euro(terms()) };
    conflict(&mut world, Command::ActivateContract { terms: Box::new(next), by: "remitd".to_owned() }, words);
    let mut proposed = propose(1, "bob");
    if let Command::ProposeVersion { proposed, .. } = &mut proposed {
        proposed.terms = euro(version(1));
    }
    conflict(&mut world, proposed.clone(), words);
    // Proposed and approved before there was a file.
    let mut world = World::new();
    world.command(proposed).unwrap();
    let approve = approve(&world.state, 1, "rita");
    world.command(approve).unwrap();
    world.command(usd(Backtest::None)).unwrap();
    conflict(&mut world, activate(1, "olga", false), words);
}

#[test]
fn money_that_is_counted_already_is_not_renamed() {
    let mut world = World::new();
    conflict(&mut world, configure("EUR", Backtest::None), "the contract of `refunds` counts in USD");
    alive(&mut world, 1, false);
    conflict(&mut world, configure("EUR", Backtest::None), "the contract of `refunds` counts in USD");
}
