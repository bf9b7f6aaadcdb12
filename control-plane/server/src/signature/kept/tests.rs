//! Whatever is altered in an approval, in what it is over or in the key, the signature shows it; and nothing else does.

use std::collections::BTreeSet;

use remit_core::{
    Digest, Event, Person, Timestamp,
    endorsement::{Approval, Endorsement},
    escalation::{self, EscalationStatus, Vote},
    event::ActionDecided,
    version::{ContractApproved, ContractProposed, KeyRegistered, Occasion, Seal, Statement},
};
use remit_journal::Record;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::{Approved, Check, Found, Keys};
use crate::view::sample::{self, action, activated, decided, run};

/// What two journals have about one approval by `ana`.
struct Story {
    registered: KeyRegistered,
    held: ActionDecided,
    vote: Vote,
    /// Whether the approval is older than the key.
    before: bool,
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn registered(pair: &Ed25519KeyPair, who: &str) -> KeyRegistered {
    let public = pair.public_key().as_ref();
    let by = Person { name: who.to_owned(), groups: BTreeSet::new() };
    KeyRegistered { key: Digest::of(public), public: hex::encode(public), by }
}

fn held() -> ActionDecided {
    let Event::ActionDecided(held) = decided(1, "{}", true) else { panic!("it is one") };
    *held
}

fn first_of_control() -> Record {
    let event = Event::ApprovalsRequired { by: "remitd".to_owned() };
    let mut first = (*sample::record(1, event)).clone();
    first.hash = [9; 32];
    first
}

fn plane() -> Digest {
    hex::encode([9; 32]).parse().unwrap()
}

fn signed(pair: &Ed25519KeyPair, held: &ActionDecided) -> Vote {
    let shown = Digest::of(b"what was drawn");
    let stated = Approval {
        plane: plane(),
        escalation: sample::escalation(),
        question: escalation::digest_of(held),
        shown,
        opaque: false,
        reason: "checked by phone",
        approver: "ana",
    };
    let signature = hex::encode(pair.sign(stated.digest().as_bytes()).as_ref());
    let key = Digest::of(pair.public_key().as_ref());
    Vote {
        by: "ana".to_owned(),
        groups: BTreeSet::new(),
        approve: true,
        reason: "checked by phone".to_owned(),
        at: sample::record(1, activated()).at,
        endorsed: Some(Box::new(Endorsement { shown, key, signature })),
        opaque: false,
    }
}

impl Story {
    fn new() -> Self {
        let (ours, held) = (pair(1), held());
        Self { registered: registered(&ours, "ana"), vote: signed(&ours, &held), held, before: false }
    }

    fn found(self) -> Found {
        let mut keys = Keys::default();
        keys.learn(&first_of_control());
        let registered = Event::KeyRegistered(Box::new(self.registered));
        keys.learn(&sample::record(2, registered));
        let mut check = Check::new(&keys);
        let id = sample::escalation();
        let voted = Event::EscalationVoted { escalation: id, action: action(1), run: run(), vote: self.vote };
        let closed = Event::EscalationClosed {
            escalation: id,
            action: action(1),
            run: run(),
            status: EscalationStatus::Approved,
            note: String::new(),
        };
        let events = [activated(), Event::ActionDecided(Box::new(self.held)), voted, closed];
        for (seq, event) in (1..).zip(events) {
            let mut record = (*sample::record(seq, event)).clone();
            record.at = if self.before { Timestamp::default() } else { record.at.plus_ms(10_000) };
            check.follow(&record);
        }
        check.found()
    }
}

/// What is altered.
type Alter<T> = fn(&mut T);

/// What is altered, how, and what is said of it.
type Case<T> = (&'static str, Alter<T>, &'static str);

#[test]
fn whatever_is_altered_does_not_verify() {
    let found = Story::new().found();
    assert_eq!((found.verified, found.without_key, found.failed), (1, 0, 0), "{found:?}");
    let table: [Case<Story>; 12] = [
        ("reason", |it| it.vote.reason = "as agreed".to_owned(), "this reason"),
        ("opaque", |it| it.vote.opaque = true, "is not one of"),
        ("shown", |it| endorsed(it).shown = Digest::of(b"else"), "what was shown"),
        ("signature", |it| endorsed(it).signature = "ab".repeat(64), "is not one of"),
        ("no hex", |it| endorsed(it).signature = "well".to_owned(), "is not one of"),
        ("key", |it| endorsed(it).key = Digest::of(b"else"), "nobody has registered the key"),
        ("approver", |it| it.vote.by = "ben".to_owned(), "the key is that of `ana`"),
        ("approver and owner", |it| (it.vote.by, it.registered.by.name) = two("ben"), "this approver"),
        ("public key", |it| it.registered.public = registered(&pair(2), "ana").public, "of that name"),
        ("another's question", |it| it.held.question.as_mut().unwrap().id = other(), "no such question"),
        ("what would run", |it| it.held.proposal.tool = "pay.more".into(), "this question"),
        ("signature taken away", |it| it.vote.endorsed = None, "carries no signature"),
    ];
    for (what, alter, expected) in table {
        let mut story = Story::new();
        alter(&mut story);
        let found = story.found();
        assert_eq!((found.verified, found.without_key, found.failed), (0, 0, 1), "{what}");
        let first = found.first.unwrap();
        assert_eq!((first.seq, first.of), (3, Approved::Question(sample::escalation())), "{what}");
        assert!(first.problem.contains(expected), "{what}: {}", first.problem);
    }
}

fn endorsed(story: &mut Story) -> &mut Endorsement {
    story.vote.endorsed.as_mut().unwrap()
}

fn two(name: &str) -> (String, String) {
    (name.to_owned(), name.to_owned())
}

fn other() -> remit_core::EscalationId {
    remit_core::EscalationId::new(uuid::Uuid::from_u128(8))
}

#[test]
fn only_who_has_a_key_signs() {
    let table: [(&str, Alter<Story>, [u64; 3]); 4] = [
        ("nobody's key", |it| (it.vote.by, it.vote.endorsed) = ("ben".to_owned(), None), [0, 1, 0]),
        ("before the key", |it| (it.before, it.vote.endorsed) = (true, None), [0, 1, 0]),
        ("after it", |it| it.vote.endorsed = None, [0, 0, 1]),
        ("a denial", |it| (it.vote.approve, it.vote.endorsed) = (false, None), [0, 0, 0]),
    ];
    for (what, alter, expected) in table {
        let mut story = Story::new();
        alter(&mut story);
        let found = story.found();
        assert_eq!([found.verified, found.without_key, found.failed], expected, "{what}");
    }
}

#[test]
fn approvals_of_contract_versions_too() {
    let ours = pair(1);
    let mut keys = Keys::default();
    keys.learn(&first_of_control());
    keys.learn(&sample::record(2, Event::KeyRegistered(Box::new(registered(&ours, "ana")))));
    let Event::ContractActivated { terms, .. } = activated() else { panic!("it is one") };
    let by = Person { name: "ana".to_owned(), groups: BTreeSet::new() };
    let proposed = ContractProposed { terms: (*terms).clone(), files: [].into(), by: by.clone() };
    let proposed = sample::record(1, Event::ContractProposed(Box::new(proposed)));
    let approved = |alter: Alter<Seal>| {
        let occasion = Some(Occasion { plane: plane(), proposed_at: proposed.at });
        let key = Digest::of(ours.public_key().as_ref());
        let (shown, signature) = ("narrowed".to_owned(), String::new());
        let mut seal = Seal { base: None, shown, occasion, review: None, key, signature };
        let (service, domain, version) = (terms.service.as_str(), "payments", terms.digest);
        let stated = Statement { service, domain, version, approver: "ana", seal: &seal }.digest();
        seal.signature = hex::encode(ours.sign(stated.as_bytes()).as_ref());
        alter(&mut seal);
        let approved = ContractApproved { digest: version, by: by.clone(), seal };
        sample::record(2, Event::ContractApproved(Box::new(approved)))
    };
    let table: [Case<Seal>; 5] = [
        ("nothing", |_| {}, ""),
        ("what was shown", |it| it.shown = "widened".to_owned(), "the changes that were shown"),
        ("the base", |it| it.base = Some(Digest::of(b"base")), "is not one of this version"),
        ("the occasion", |it| it.occasion = None, "is not one of this version"),
        ("the plane", |it| it.occasion.as_mut().unwrap().plane = Digest::of(b"else"), "another proposal"),
    ];
    for (what, alter, expected) in table {
        let mut check = Check::new(&keys);
        check.follow(&proposed);
        check.follow(&approved(alter));
        let found = check.found();
        let problem = found.first.map(|it| it.problem).unwrap_or_default();
        assert!(problem.contains(expected) && problem.is_empty() == expected.is_empty(), "{what}: {problem}");
        assert_eq!(found.verified == 1, expected.is_empty(), "{what}");
    }
}
