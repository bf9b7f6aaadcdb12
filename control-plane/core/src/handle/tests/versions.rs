//! The life of contract versions: who may do what when, and the laws that hold in every history.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::world::*;
use crate::{
    Backtest, Clause, Command, Digest, DomainSettings, Event, Outcome, Person, Reason, Refusal, RunId, State,
    Terms, Timestamp,
    review::Review,
    state::Phase,
    version::{ContractProposed, Files, KeyRegistered, Occasion, Seal, VersionStatus, digest_of_files},
};

pub(super) fn files(number: u8) -> Files {
    BTreeMap::from([("contract.yaml".to_owned(), format!("version {number}"))])
}

/// The version that takes all duties for another group.
pub(super) const TAKEOVER: u8 = 3;

/// Version `number` of the world's contract.
pub(super) fn version(number: u8) -> Terms {
    let mut terms =
        Terms { version: format!("2.0.{number}"), digest: digest_of_files(&files(number)), ..terms() };
    if number == TAKEOVER {
        let duties = [&mut terms.build_duty, &mut terms.approve_duty, &mut terms.run_duty];
        for duty in duties {
            *duty = BTreeSet::from(["marketing".into()]);
        }
    }
    terms
}

/// Those who do things come first; then some more in marketing, and those for whom the contract stands.
pub(super) fn people() -> Vec<Person> {
    vec![
        person("bob", &["build"]),
        person("rita", &["risk"]),
        oncall(),
        person("multi", &["build", "risk", "oncall"]),
        person("root", &["remit-admins"]),
        person("both", &["build", "risk", "oncall", "marketing"]),
        person("mark", &["marketing"]),
        person("mary", &["marketing"]),
        person("max", &["marketing"]),
        person("oscar", &["oncall", "marketing"]),
        person("dana", &[]),
        person("lee", &[]),
    ]
}

pub(super) fn by(name: &str) -> Person {
    people().into_iter().find(|person| person.name == name).unwrap_or_else(|| person(name, &[]))
}

pub(super) fn propose(number: u8, who: &str) -> Command {
    let proposed = ContractProposed { terms: version(number), files: files(number), by: by(who) };
    Command::ProposeVersion { proposed: Box::new(proposed), people: people() }
}

/// An approval of what differs from the version that is active now.
pub(super) fn approve(state: &State, number: u8, who: &str) -> Command {
    approve_reviewed(state, number, who, None)
}

/// The same, by somebody to whom the record was shown.
pub(super) fn approve_reviewed(state: &State, number: u8, who: &str, review: Option<Review>) -> Command {
    let base = state.base(&"refunds".into());
    let digest = version(number).digest;
    let proposed = state.versions.get(&digest).and_then(|version| version.proposed.as_ref());
    let proposed_at = proposed.map_or(World::new().now, |(_, at)| *at);
    let occasion = Some(Occasion { plane: Digest::of(b"here"), proposed_at });
    let seal = Seal {
        base,
        shown: "a change".to_owned(),
        occasion,
        review,
        key: Digest::of(b"k"),
        signature: "00".to_owned(),
    };
    Command::ApproveVersion { digest, by: by(who), seal: Box::new(seal) }
}

pub(super) fn activate(number: u8, who: &str, end_runs: bool) -> Command {
    activate_on_record(number, who, end_runs, None)
}

/// The same, where the domain wants the record reviewed.
pub(super) fn activate_on_record(number: u8, who: &str, end_runs: bool, record: Option<Review>) -> Command {
    Command::ActivateVersion {
        digest: version(number).digest,
        by: by(who),
        end_runs,
        record: record.map(Box::new),
        people: people(),
    }
}

pub(super) fn revoke(number: u8, who: &str) -> Command {
    let reason = "it pays too much".to_owned();
    Command::RevokeVersion { digest: version(number).digest, by: by(who), reason }
}

/// The key of which every byte is this.
pub(super) fn register(byte: u8, who: &str) -> Command {
    let public = hex::encode([byte; 32]);
    Command::RegisterKey(KeyRegistered { key: Digest::of(&[byte; 32]), public, by: by(who) })
}

/// Proposes, approves and activates.
pub(super) fn alive(world: &mut World, number: u8, end_runs: bool) {
    world.command(propose(number, "bob")).unwrap();
    let approve = approve(&world.state, number, "rita");
    world.command(approve).unwrap();
    world.command(activate(number, "olga", end_runs)).unwrap();
}

/// A call in a run that keeps version `number`.
fn under(tool: &str, in_run: u128, number: u8) -> Call {
    Call::new(tool, "{}").with(|proposal, assessment| {
        proposal.run = run(in_run);
        assessment.contract = version(number).digest;
    })
}

pub(super) fn status(world: &World, number: u8) -> VersionStatus {
    world.state.versions[&version(number).digest].status
}

#[test]
fn three_people_bring_a_version_to_life() {
    let mut world = World::new();
    let first = terms().digest;
    alive(&mut world, 1, false);
    assert_eq!(status(&world, 1), VersionStatus::Active);
    assert_eq!(world.state.versions[&first].status, VersionStatus::Superseded);
    assert_eq!(world.state.versions[&version(1).digest].files.as_ref(), &files(1));
    // The open run keeps the version that it began with, and acts on.
    assert_eq!(world.state.runs[&run(1)].terms.digest, first);
    world.admit(Call::new("look", "{}"));
    assert_eq!(world.state.services["refunds"].active.digest, version(1).digest);
}

#[test]
fn refusals_leave_no_trace() {
    let wrong_files = ContractProposed { terms: version(1), files: files(2), by: by("bob") };
    let large = Files::from([("contract.yaml".to_owned(), "x".repeat(crate::version::MAX_FILES))]);
    let large_terms = Terms { digest: digest_of_files(&large), ..version(1) };
    let large = ContractProposed { terms: large_terms, files: large, by: by("bob") };
    let alone = |people: Vec<Person>| Command::ProposeVersion {
        proposed: Box::new(ContractProposed { terms: version(1), files: files(1), by: by("multi") }),
        people,
    };
    let with = |proposed| Command::ProposeVersion { proposed: Box::new(proposed), people: people() };
    let state = World::new().state;
    let other_domain = Terms { domain: "other".into(), ..version(1) };
    let other_domain = ContractProposed { terms: other_domain, files: files(1), by: by("bob") };
    let mut short = revoke(1, "rita");
    if let Command::RevokeVersion { reason, .. } = &mut short {
        *reason = "no".to_owned();
    }
    let mut old_base = approve(&state, 1, "rita");
    if let Command::ApproveVersion { seal, .. } = &mut old_base {
        seal.base = None;
    }
    // Steps that went well before, the command, and words of its refusal.
    let proposed = || vec![propose(1, "multi")];
    let approved = || vec![propose(1, "multi"), approve(&state, 1, "root")];
    let table: Vec<(Vec<Command>, Command, &str)> = vec![
        (vec![], propose(1, "rita"), "rita may not propose a version: the build duty is with build"),
        (vec![], with(wrong_files), "not those of the digest"),
        (vec![], with(large), "at most 1048576 are kept"),
        (vec![], with(other_domain), "is of domain `other`"),
        (vec![], alone(vec![by("multi")]), "build multi; approve multi; run multi"),
        (vec![], alone(vec![by("multi"), by("root")]), "do not come to three people"),
        (vec![], alone(vec![by("bob"), by("rita")]), "run nobody"),
        (vec![], approve(&state, 1, "rita"), "there is no contract version"),
        (vec![], activate(1, "olga", false), "there is no contract version"),
        (vec![], revoke(1, "rita"), "there is no contract version"),
        (proposed(), propose(1, "bob"), "a version that is proposed cannot be proposed"),
        (proposed(), approve(&state, 1, "bob"), "the approve duty is with risk"),
        (proposed(), approve(&state, 1, "multi"), "the same person proposed it"),
        (proposed(), old_base, "another version became active"),
        (proposed(), activate(1, "olga", false), "a version that is proposed cannot be activated"),
        (proposed(), revoke(1, "bob"), "the approve or run duty is with oncall, risk"),
        (proposed(), short, "a reason of at least 10"),
        (approved(), approve(&state, 1, "rita"), "a version that is approved cannot be approved"),
        (approved(), activate(1, "rita", false), "the run duty is with oncall"),
        (approved(), activate(1, "multi", false), "the same person proposed it"),
        (approved(), activate(1, "root", false), "the same person approved it"),
        (
            vec![propose(1, "bob"), revoke(1, "olga")],
            propose(1, "bob"),
            "a version that is revoked cannot be proposed",
        ),
        (
            vec![propose(1, "bob"), revoke(1, "olga")],
            approve(&state, 1, "rita"),
            "revoked cannot be approved",
        ),
    ];
    for (before, command, words) in table {
        let mut world = World::new();
        for step in before {
            world.command(step).unwrap();
        }
        let (state, shown) = (world.state.clone(), format!("{command:?}"));
        let refusal = world.command(command).unwrap_err();
        assert!(refusal.to_string().contains(words), "{refusal}\n  for {shown}");
        assert_eq!(world.state, state);
    }
}

#[test]
fn what_is_sent_twice_happens_once() {
    let mut world = World::new();
    world.command(propose(1, "bob")).unwrap();
    assert_eq!(world.command(propose(1, "bob")), Ok(Vec::new()));
    let twice = approve(&world.state, 1, "rita");
    world.command(twice.clone()).unwrap();
    assert_eq!(world.command(twice), Ok(Vec::new()));
    world.command(revoke(1, "rita")).unwrap();
    assert_eq!(world.command(revoke(1, "olga")), Ok(Vec::new()));
}

#[test]
fn an_approval_is_for_the_version_it_was_compared_with() {
    let mut world = World::new();
    for number in [1, 2] {
        world.command(propose(number, "bob")).unwrap();
        let approve = approve(&world.state, number, "rita");
        world.command(approve).unwrap();
    }
    world.command(activate(1, "olga", false)).unwrap();
    let refusal = world.command(activate(2, "olga", false)).unwrap_err();
    assert!(refusal.to_string().contains("propose and approve it again"), "{refusal}");
    alive(&mut world, 2, false);
    // What was superseded comes back only with a new approval.
    alive(&mut world, 1, false);
    assert_eq!((status(&world, 1), status(&world, 2)), (VersionStatus::Active, VersionStatus::Superseded));
}

#[test]
fn what_was_refused_and_would_be_admitted_is_reviewed_first() {
    let record = |flips: &[u8], grave: u32, since: i64| Review {
        since: Timestamp::from_micros(since),
        grave,
        flips: Digest::of(flips),
        shown: format!("{grave} flips"),
    };
    let two = || record(b"two", 2, 1);
    // What the approver reviewed, what the record says at the activation, and words of the refusal.
    let table = [
        (None, None, None),
        (Some(two()), None, None),
        (None, Some(record(b"none", 0, 1)), None),
        (Some(two()), Some(two()), None),
        (Some(two()), Some(record(b"none", 0, 1)), None),
        // How it was told does not count; what it is does.
        (Some(two()), Some(Review { shown: "two flips".to_owned(), ..two() }), None),
        (
            None,
            Some(two()),
            Some("2 proposals since 1970-01-01T00:00:00.000001Z, and no approval has reviewed"),
        ),
        (Some(record(b"none", 0, 1)), Some(two()), Some("the approval has reviewed 0")),
        (Some(two()), Some(record(b"three", 3, 1)), Some("3 proposals since")),
        (Some(two()), Some(record(b"two others", 2, 1)), Some("the approval has reviewed 2")),
        (Some(two()), Some(record(b"two", 2, 0)), Some("the approval has reviewed 2")),
    ];
    for (shown, now, words) in table {
        let mut world = World::new();
        world.command(propose(1, "bob")).unwrap();
        let approve = approve_reviewed(&world.state, 1, "rita", shown);
        world.command(approve).unwrap();
        let before = world.state.clone();
        let answer = world.command(activate_on_record(1, "olga", false, now.clone()));
        match words {
            None => drop(answer.unwrap()),
            Some(words) => {
                let refusal = answer.unwrap_err();
                assert!(refusal.to_string().contains(words), "{refusal}");
                assert_eq!(world.state, before);
                // Proposed and approved again, with what the record says by now, it goes.
                world.command(propose(1, "bob")).unwrap();
                let approve = approve_reviewed(&world.state, 1, "rita", now.clone());
                world.command(approve).unwrap();
                world.command(activate_on_record(1, "olga", false, now)).unwrap();
            }
        }
    }
}

#[test]
fn an_approval_is_for_the_proposal_that_was_shown() {
    let mut world = World::new();
    world.command(propose(1, "bob")).unwrap();
    let first = approve(&world.state, 1, "rita");
    world.command(first.clone()).unwrap();
    world.later(1_000);
    world.command(propose(1, "bob")).unwrap();
    let refusal = world.command(first).unwrap_err();
    assert!(refusal.to_string().contains("was proposed again since the changes were shown"), "{refusal}");
    // Nor for a proposal that it does not name.
    let mut unnamed = approve(&world.state, 1, "rita");
    if let Command::ApproveVersion { seal, .. } = &mut unnamed {
        seal.occasion = None;
    }
    world.command(unnamed).unwrap_err();
}

#[test]
fn a_number_is_published_once() {
    let mut world = World::new();
    let clash = |number: u8| Terms { version: "2.0.1".to_owned(), ..version(number) };
    let proposing = |number: u8| Command::ProposeVersion {
        proposed: Box::new(ContractProposed { terms: clash(number), files: files(number), by: by("bob") }),
        people: people(),
    };
    // A proposal that nobody approved yet takes no number.
    world.command(proposing(1)).unwrap();
    world.command(proposing(2)).unwrap();
    let first = approve(&world.state, 1, "rita");
    world.command(first).unwrap();
    for command in [approve(&world.state, 2, "rita"), proposing(3)] {
        let refusal = world.command(command).unwrap_err();
        assert!(refusal.to_string().contains("raise the version"), "{refusal}");
    }
}

#[test]
fn ended_and_revoked_runs_say_why_and_their_names_are_free() {
    let mut world = World::new();
    let held = world.hold(Call::new("pay", "{}").ask(ask("large", "risk", 1)));
    alive(&mut world, 1, true);
    assert_eq!(world.state.runs[&run(1)].phase, Phase::Stopped);
    assert_eq!(world.status(held), crate::ActionStatus::Denied);
    world.expect(Call::new("look", "{}"), Outcome::Deny, Clause::Identity, Reason::ContractReplaced);
    world.start(2, "case-1").unwrap();
    assert_eq!(world.state.runs[&run(2)].terms.digest, version(1).digest);
    let pay = world.admit(under("pay", 2, 1));
    world.command(revoke(1, "olga")).unwrap();
    world.expect(under("look", 2, 1), Outcome::Deny, Clause::Identity, Reason::ContractRevoked);
    // What was admitted and has not left is not sent any more.
    let refusal = world.command(Command::Start { action: pay }).unwrap_err();
    assert!(refusal.to_string().contains("is revoked by now"), "{refusal}");
    let refusal = world.start(3, "case-3").unwrap_err();
    assert!(refusal.to_string().contains("was revoked and no other is active"), "{refusal}");
    let folder = Command::ActivateContract { terms: Box::new(version(1)), by: "remitd".to_owned() };
    assert!(matches!(world.command(folder), Err(Refusal::Conflict(_))));
    alive(&mut world, 2, false);
    world.start(3, "case-1").unwrap();
}

#[test]
fn a_person_has_one_key_and_a_key_one_person() {
    let mut world = World::new();
    world.command(register(1, "rita")).unwrap();
    assert_eq!(world.command(register(1, "rita")), Ok(Vec::new()));
    let bad = KeyRegistered { key: Digest::of(b"other"), public: hex::encode([1; 32]), by: by("rita") };
    let table = [
        (register(2, "rita"), "registered another key"),
        (register(1, "olga"), "somebody else's"),
        (Command::RegisterKey(bad), "32 bytes in hexadecimal"),
    ];
    for (command, words) in table {
        let refusal = world.command(command).unwrap_err();
        assert!(refusal.to_string().contains(words), "{refusal}");
    }
}

#[derive(Clone, Debug)]
enum Step {
    Propose(u8, usize),
    /// By somebody who was shown the record, or not.
    Approve(u8, usize, bool),
    Activate(u8, usize, bool),
    Revoke(u8, usize),
    Start(u128),
    Act(u128),
    Require,
    /// The domain's file says that the record is reviewed, or not.
    Configure(bool),
}

/// What the record says of every version, all the time.
fn record() -> Review {
    Review { since: Timestamp::from_micros(1), grave: 1, flips: Digest::of(b"x"), shown: "a flip".to_owned() }
}

fn step() -> impl Strategy<Value = Step> {
    let (number, who) = (0_u8..4, 0_usize..7);
    prop_oneof![
        4 => (number.clone(), who.clone()).prop_map(|(number, who)| Step::Propose(number, who)),
        4 => (number.clone(), who.clone(), any::<bool>()).prop_map(|(number, who, read)| Step::Approve(number, who, read)),
        4 => (number.clone(), who.clone(), any::<bool>()).prop_map(|(number, who, end)| Step::Activate(number, who, end)),
        1 => (number, who).prop_map(|(number, who)| Step::Revoke(number, who)),
        3 => (2_u128..5).prop_map(Step::Start),
        3 => (1_u128..5).prop_map(Step::Act),
        1 => Just(Step::Require),
        1 => any::<bool>().prop_map(Step::Configure),
    ]
}

fn take(world: &mut World, step: &Step) {
    let name = |who: usize| people()[who].name.clone();
    let command = match *step {
        Step::Propose(number, who) => propose(number, &name(who)),
        Step::Approve(number, who, read) => {
            approve_reviewed(&world.state, number, &name(who), read.then(record))
        }
        Step::Activate(number, who, end) => {
            activate_on_record(number, &name(who), end, world.state.wants_review().then(record))
        }
        Step::Revoke(number, who) => revoke(number, &name(who)),
        Step::Require => Command::RequireApprovals { by: "remitd".to_owned() },
        Step::Configure(reviewed) => {
            let backtest = if reviewed { Backtest::Required } else { Backtest::None };
            let settings = DomainSettings::of(&terms().currency, backtest);
            Command::ConfigureDomain { settings, by: "remitd".to_owned() }
        }
        Step::Start(number) => return drop(world.start(number, &format!("case-{number}"))),
        Step::Act(number) => {
            return drop(world.propose(Call::new("look", "{}").with(|it, _| it.run = run(number))));
        }
    };
    // A refusal is as good as any other answer.
    drop(world.command(command));
}

/// Walks a history and holds it against the laws, with nothing but its events.
#[derive(Default)]
struct Walk {
    /// What each hand ever did for a version.
    hands: BTreeMap<(Digest, String), &'static str>,
    approved: BTreeMap<Digest, Option<Digest>>,
    revoked: BTreeSet<Digest>,
    active: Option<Terms>,
    ended: BTreeSet<RunId>,
    /// True once only what people approved decides, and the runs under that.
    required: bool,
    decides: BTreeSet<RunId>,
    /// True while the domain's file wants the record reviewed, and the versions whose approvers have.
    wants_review: bool,
    reviewed: BTreeSet<Digest>,
}

impl Walk {
    /// One hand never has two duties for one version, and the active version's word counts as well.
    fn hand(&mut self, terms: &Terms, who: &str, duty: &'static str) {
        let before = self.hands.insert((terms.digest, who.to_owned()), duty);
        assert!(before.is_none_or(|before| before == duty), "{who} did both {before:?} and {duty}");
        for words in self.active.iter().chain([terms]) {
            let groups = match duty {
                "build" => &words.build_duty,
                "approve" => &words.approve_duty,
                _ => &words.run_duty,
            };
            assert!(by(who).is_in_any(groups), "{who} has no {duty} duty in {}", words.version);
        }
    }

    fn step(&mut self, event: &Event) {
        let active = self.active.as_ref().map(|terms| terms.digest);
        // What came from the folder is no ground to compare with where approvals are required.
        let ground = active.filter(|active| !self.required || *active != terms().digest);
        match event {
            Event::ContractProposed(it) => {
                self.hand(&it.terms, &it.by.name, "build");
                self.approved.remove(&it.terms.digest);
            }
            Event::ContractApproved(it) => {
                let number = (0..4).find(|number| version(*number).digest == it.digest).unwrap();
                self.hand(&version(number), &it.by.name, "approve");
                assert!(!self.revoked.contains(&it.digest));
                self.approved.insert(it.digest, it.seal.base);
                let has_review = it.seal.review.is_some();
                assert!(has_review || !self.wants_review, "approved without a look at the record");
                self.reviewed.remove(&it.digest);
                self.reviewed.extend(has_review.then_some(it.digest));
            }
            Event::ContractActivated { terms, by } if by != "lee" => {
                self.hand(terms, by, "run");
                let base = self.approved.get(&terms.digest).expect("activated without approval");
                assert!(!self.revoked.contains(&terms.digest), "revoked for good");
                assert_eq!(*base, ground, "approved against another version");
                let reviewed = self.reviewed.contains(&terms.digest);
                assert!(reviewed || !self.wants_review, "a version decides that nobody reviewed");
                self.active = Some((**terms).clone());
            }
            Event::ContractActivated { terms, .. } => self.active = Some((**terms).clone()),
            Event::ContractRevoked(it) => drop(self.revoked.insert(it.digest)),
            Event::ApprovalsRequired { .. } => self.required = true,
            Event::DomainConfigured { settings, .. } => {
                self.wants_review = settings.backtest == Backtest::Required;
            }
            Event::RunStarted { run, contract, .. } => {
                if *contract != terms().digest {
                    self.decides.insert(*run);
                }
                assert_eq!(Some(*contract), active, "a run began under another version");
                assert!(!self.revoked.contains(contract), "a run began under a revoked version");
            }
            Event::RunEnded { run, .. } => drop(self.ended.insert(*run)),
            Event::ActionDecided(decided) if self.ended.contains(&decided.proposal.run) => {
                assert_eq!(decided.decision.outcome, Outcome::Deny);
            }
            Event::ActionDecided(it) if self.required && it.decision.outcome == Outcome::Admit => {
                assert!(self.decides.contains(&it.proposal.run), "nobody approved what decides");
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariant_no_unapproved_version_decides_and_no_hand_has_two_duties(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        let kept: BTreeMap<_, _> = world.state.runs.values().map(|run| (run.id, run.terms.digest)).collect();
        for step in &steps {
            take(&mut world, step);
            let active = world.state.versions.values().filter(|it| it.status == VersionStatus::Active).count();
            prop_assert!(active <= 1, "{active} versions are active");
        }
        for (run, digest) in kept {
            prop_assert_eq!(world.state.runs[&run].terms.digest, digest, "a run keeps its version");
        }
        let mut walk = Walk::default();
        world.history.iter().for_each(|(_, event)| walk.step(event));
        prop_assert_eq!(State::replay("payments".into(), &world.history), world.state);
    }
}
