//! Duties: what the active version says about its successor, what a hand did before, and who lets go again.

use std::collections::BTreeSet;

use super::{
    versions::{TAKEOVER, activate, alive, approve, by, files, people, propose, revoke, status, version},
    world::*,
};
use crate::{
    Command, Level, Person, State, Terms,
    command::SwitchTarget,
    version::{ContractProposed, VersionStatus},
};

#[track_caller]
fn refused(world: &mut World, command: Command, words: &str) {
    let state = world.state.clone();
    let refusal = world.command(command).unwrap_err();
    assert!(refusal.to_string().contains(words), "{refusal}\n  instead of {words}");
    assert_eq!(world.state, state);
}

/// What is done with which version by whom.
type Steps<'a> = &'a [(&'a str, u8, &'a str)];

/// The world in which these steps went well.
fn after(steps: Steps<'_>) -> World {
    let mut world = World::new();
    for (what, number, who) in steps {
        let command = match *what {
            "propose" => propose(*number, who),
            "approve" => approve(&world.state, *number, who),
            _ => activate(*number, who, false),
        };
        world.command(command).unwrap_or_else(|refusal| panic!("{what} {number} {who}: {refusal}"));
    }
    world
}

#[test]
fn a_document_alone_does_not_say_who_may_approve_it() {
    let proposed = [("propose", TAKEOVER, "both")];
    let approved = [("propose", TAKEOVER, "both"), ("approve", TAKEOVER, "root")];
    let state = World::new().state;
    // Steps that went well before, the command, and words of its refusal.
    let table: [(Steps<'_>, Command, &str); 7] = [
        (&[], propose(TAKEOVER, "mark"), "by the active version 1.0.0 the build duty is with build"),
        (&[], propose(TAKEOVER, "bob"), "bob may not propose a version: the build duty is with marketing"),
        (&proposed, approve(&state, TAKEOVER, "mark"), "version 1.0.0 the approve duty is with risk"),
        (&proposed, approve(&state, TAKEOVER, "rita"), "the approve duty is with marketing"),
        (&approved, activate(TAKEOVER, "max", false), "version 1.0.0 the run duty is with oncall"),
        (&approved, activate(TAKEOVER, "olga", false), "the run duty is with marketing"),
        (&proposed, revoke(TAKEOVER, "bob"), "the approve or run duty is with marketing, oncall, risk"),
    ];
    for (steps, command, words) in table {
        refused(&mut after(steps), command, words);
    }
}

#[test]
fn those_who_take_over_are_in_both_groups_or_administrators() {
    let steps = [("propose", TAKEOVER, "both"), ("approve", TAKEOVER, "root")];
    let mut world = after(&steps);
    refused(&mut world, activate(TAKEOVER, "max", false), "the run duty is with oncall");
    // Those of the active version may take the proposal away, those of the proposal as well.
    for who in ["rita", "olga", "mark"] {
        let mut world = world.clone();
        world.command(revoke(TAKEOVER, who)).unwrap();
    }
    world.command(activate(TAKEOVER, "oscar", false)).unwrap();
    // From now on it is marketing's word that counts, also about the next one.
    refused(&mut world, propose(1, "bob"), "by the active version 2.0.3 the build duty is with marketing");
}

#[test]
fn a_version_that_was_revoked_still_says_who_may_follow_it() {
    let mut world = World::new();
    alive(&mut world, 1, false);
    world.command(revoke(1, "olga")).unwrap();
    refused(&mut world, propose(TAKEOVER, "mark"), "by the active version 2.0.1 the build duty");
}

/// A domain in which nothing was ever active.
fn nothing_yet() -> World {
    World {
        state: State::new("payments".into()),
        history: Vec::new(),
        now: START,
        drawn: 0,
        verify: None,
        cost: 7,
        tokens: 0,
    }
}

#[test]
fn an_administrator_admits_a_new_service() {
    let mut world = nothing_yet();
    for (what, who) in [("propose", "bob"), ("approve", "rita")] {
        let command = if what == "propose" { propose(1, who) } else { approve(&world.state, 1, who) };
        world.command(command).unwrap();
    }
    refused(&mut world, activate(1, "olga", false), "an administrator activates the first version");
    world.command(activate(1, "root", false)).unwrap();
    alive(&mut world, 2, false);
    // Without an administrator beside builder and approver it could never be: that is said at once.
    let proposed = ContractProposed { terms: version(1), files: files(1), by: by("bob") };
    let people = people().into_iter().filter(|person| !person.is_admin()).collect();
    let command = Command::ProposeVersion { proposed: Box::new(proposed), people };
    refused(&mut nothing_yet(), command, "approve both, multi, rita; run nobody");
}

#[test]
fn what_a_hand_did_in_an_earlier_life_of_a_version_counts() {
    let approved_again = [("propose", 1, "multi"), ("approve", 1, "rita"), ("propose", 1, "bob")];
    let mut world = after(&approved_again);
    let own = approve(&world.state, 1, "multi");
    refused(&mut world, own, "multi may not approve this version: the same person proposed it");

    let life = |activator| {
        [
            ("propose", 1, "bob"),
            ("approve", 1, "rita"),
            ("activate", 1, activator),
            ("propose", 2, "bob"),
            ("approve", 2, "rita"),
            ("activate", 2, "olga"),
        ]
    };
    let mut world = after(&life("multi"));
    refused(
        &mut world,
        propose(1, "multi"),
        "multi may not propose this version: the same person activated it",
    );
    world.command(propose(1, "bob")).unwrap();
    let own = approve(&world.state, 1, "multi");
    refused(&mut world, own, "the same person activated it");
    let again = approve(&world.state, 1, "rita");
    world.command(again).unwrap();
    world.command(activate(1, "multi", false)).unwrap();

    let mut world = after(&[("propose", 1, "bob"), ("approve", 1, "multi"), ("propose", 1, "bob")]);
    let other = approve(&world.state, 1, "rita");
    world.command(other).unwrap();
    refused(&mut world, activate(1, "multi", false), "the same person approved it");
}

#[test]
fn a_version_is_activated_only_while_its_duties_come_to_three_people_who_are_known() {
    let gone = |names: &[&str]| -> Vec<Person> {
        people().into_iter().filter(|person| !names.contains(&person.name.as_str())).collect()
    };
    let table = [
        (gone(&["bob", "multi", "both", "root"]), "do not come to three people: build nobody"),
        (gone(&["dana"]), "the owner, `dana`, is nobody"),
        (gone(&["lee"]), "the person who enabled it, `lee`, is nobody"),
    ];
    for (people, words) in table {
        let mut world = after(&[("propose", 1, "bob"), ("approve", 1, "rita")]);
        let command = Command::ActivateVersion {
            digest: version(1).digest,
            by: oncall(),
            end_runs: false,
            record: None,
            people,
        };
        refused(&mut world, command, words);
    }
}

#[test]
fn a_service_does_not_answer_for_itself() {
    let own = |change: fn(&mut Terms)| {
        let mut terms = version(1);
        change(&mut terms);
        let proposed = ContractProposed { terms, files: files(1), by: by("bob") };
        let people = [people(), vec![person("refunds", &[])]].concat();
        Command::ProposeVersion { proposed: Box::new(proposed), people }
    };
    let mut world = World::new();
    refused(&mut world, own(|terms| terms.owner = "refunds".to_owned()), "the service itself");
    refused(
        &mut world,
        own(|terms| terms.delegation.enabled_by = "refunds".to_owned()),
        "the service itself",
    );
}

#[test]
fn the_end_of_old_runs_may_be_ordered_later() {
    let mut world = World::new();
    alive(&mut world, 1, false);
    assert!(world.state.runs[&run(1)].is_open());
    // Sent again it happens once; somebody else activates what is active in vain.
    assert_eq!(world.command(activate(1, "olga", false)), Ok(Vec::new()));
    refused(&mut world, activate(1, "both", false), "a version that is active cannot be activated");
    refused(&mut world, activate(1, "bob", true), "the run duty is with oncall");
    world.start(2, "case-2").unwrap();
    assert_eq!(world.command(activate(1, "olga", true)).unwrap().len(), 1);
    assert!(!world.state.runs[&run(1)].is_open() && world.state.runs[&run(2)].is_open());
    assert_eq!(world.command(activate(1, "olga", true)), Ok(Vec::new()));
    assert_eq!(status(&world, 1), VersionStatus::Active);
}

/// Multi built the active version, root approved it; both are on call, too.
fn stopped(scope: &str) -> World {
    let mut world = after(&[("propose", 1, "multi"), ("approve", 1, "root"), ("activate", 1, "olga")]);
    world.set_switch(1, scope, Level::None).unwrap();
    world
}

#[test]
fn who_built_or_approved_a_version_stops_it_but_does_not_let_it_go() {
    let release = |who: &str| Command::ReleaseSwitch {
        target: SwitchTarget::Id(switch(1)),
        by: by(who),
        reason: "checked with payments".to_owned(),
    };
    for scope in ["all", "domain:payments", "service:refunds", "tool:refunds/pay"] {
        let mut world = stopped(scope);
        refused(&mut world, release("multi"), "the same person proposed version 2.0.1");
        refused(&mut world, release("root"), "the same person approved version 2.0.1");
        world.command(release("olga")).unwrap();
        let scope = scope.parse().unwrap();
        let set = crate::switch::Switch::new(switch(2), scope, Level::None, START);
        world.command(Command::SetSwitch { switch: set, by: by("multi") }).unwrap();
    }
    // Run 1 keeps the first version, with which neither had anything to do.
    let mut world = stopped(&format!("run:{}", run(1)));
    world.command(release("multi")).unwrap();
}

#[test]
fn who_built_a_version_does_not_undo_what_it_did() {
    let mut world = stopped("all");
    let known = BTreeSet::from([run(1), run(2)]);
    let release = SwitchTarget::Id(switch(1));
    let reason = "checked with payments".to_owned();
    world.command(Command::ReleaseSwitch { target: release, by: oncall(), reason }).unwrap();
    world.start(2, "case-2").unwrap();
    assert_eq!(world.state.runs.keys().copied().collect::<BTreeSet<_>>(), known);
    for (number, who, may) in [(1, "multi", true), (2, "multi", false), (2, "root", false), (2, "olga", true)]
    {
        let mut world = world.clone();
        world.plan(1, number, by(who)).unwrap();
        let digest = world.state.rollbacks[&plan(1)].plan.digest;
        let reason = "wrong payee".to_owned();
        let start = Command::StartRollback { plan: plan(1), digest, by: by(who), reason };
        match may {
            true => drop(world.command(start).unwrap()),
            false => refused(&mut world, start, "version 2.0.1"),
        }
    }
}
