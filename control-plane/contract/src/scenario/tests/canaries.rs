//! Canaries: a clause that is switched off is seen, and it alone; what is not asked is not claimed.

use remit_core::Clause;

use super::*;
use crate::tests::compiled;

/// One step for each clause that it must refuse.
const CANARIES: &str = include_str!("canaries.yaml");

/// A contract whose service only reads, and needs to know nothing for it.
const READS: &str = include_str!("reads.yaml");

/// How each clause of a compiled contract is, with these scenarios; those that are as `usual` are left out.
fn standings(contract: &CompiledContract, scenarios: &str, usual: Standing) -> Vec<(Clause, Standing)> {
    let seen =
        canaries(contract, &folder(scenarios)).unwrap_or_else(|problems| panic!("{}", listing(&problems)));
    assert_eq!(seen.iter().map(|it| it.clause).collect::<Vec<_>>(), Clause::ALL);
    let all = seen.iter().map(|it| (it.clause, it.standing()));
    all.filter(|(_, standing)| *standing != usual).collect()
}

#[test]
fn a_clause_that_is_switched_off_is_seen_and_it_alone() {
    assert_eq!(standings(&compiled(YAML, POLICY), CANARIES, Standing::Enforced), []);
    let agree = "      agree:\n        - [params:/currency, order:/currency]\n";
    let mail = "{ irreversible: A mail cannot be recalled. }";
    let undone = "{ tool: order.unrefund, with: { refund_id: result:/id }, within: 1h }";
    let document = [
        (Clause::Identity, "until: 2027-01-01", "until: 2028-01-01"),
        (Clause::Scope, "context.params.amount > 100\n", "context.params.amount > 100000\n"),
        (Clause::Evidence, agree, ""),
        (Clause::Tooling, "minimum: 1", "minimum: 0"),
        (Clause::Cost, "calls: 20", "calls: 200"),
        (Clause::Recovery, mail, undone),
    ];
    for (clause, from, to) in document {
        let contract = compiled(&edited(YAML, from, to), POLICY);
        assert_eq!(standings(&contract, CANARIES, Standing::Enforced), [(clause, Standing::Off)]);
    }
    let policy = edited(
        POLICY,
        "context.params.amount > context.evidence.order.total",
        "context.params.amount > 100000",
    );
    let contract = compiled(YAML, &policy);
    assert_eq!(standings(&contract, CANARIES, Standing::Enforced), [(Clause::Policy, Standing::Off)]);
}

#[test]
fn what_was_let_through_is_named() {
    let contract = compiled(&edited(YAML, "minimum: 1", "minimum: 0"), POLICY);
    let seen = canaries(&contract, &folder(CANARIES)).unwrap();
    let missed: Vec<&Missed> = seen.iter().flat_map(|canaries| &canaries.missed).collect();
    insta::assert_debug_snapshot!(missed);
}

#[test]
fn a_clause_that_only_asks_where_it_must_refuse_is_off() {
    // The scope must deny; as the contract stands, it asks people.
    let stricter =
        edited(CANARIES, "{ outcome: escalate, clause: scope }", "{ outcome: deny, clause: scope }");
    let contract = compiled(YAML, POLICY);
    assert_eq!(standings(&contract, &stricter, Standing::Enforced), [(Clause::Scope, Standing::Off)]);
}

#[test]
fn a_rollback_that_must_undo_belongs_to_recovery() {
    let undo = |many: u32| {
        let step = format!("      - {{ rollback: run, by: olga, expect: {{ undone: {many} }} }}\n");
        let given = "given:\n  people: { olga: [group:sales-oncall] }\n";
        edited(&edited(CANARIES, "# and then\n", &step), "given:\n  at", &format!("{given}  at"))
    };
    let contract = compiled(YAML, POLICY);
    assert_eq!(standings(&contract, &undo(0), Standing::Enforced), []);
    assert_eq!(standings(&contract, &undo(1), Standing::Enforced), [(Clause::Recovery, Standing::Off)]);
}

#[test]
fn what_cannot_be_played_counts_as_not_refused() {
    // No tool answers, so neither evidence nor what comes after it can be had.
    let from = "    order.get: [{ result: { id: o1, customer: { id: c1 }, currency: EUR, paid: true, total: 500, region: US } }]\n";
    let contract = compiled(YAML, POLICY);
    let off = standings(&contract, &edited(CANARIES, from, ""), Standing::Enforced);
    let clauses = [Clause::Scope, Clause::Evidence, Clause::Policy, Clause::Tooling];
    assert_eq!(off, clauses.map(|clause| (clause, Standing::Off)));
}

#[test]
fn a_step_that_goes_otherwise_does_not_end_the_watch() {
    let contract =
        compiled(&edited(YAML, "context.params.amount > 100\n", "context.params.amount > 100000\n"), POLICY);
    let both = edited(
        CANARIES,
        "# and then\n",
        "      - { propose: nothing.known, expect: { outcome: deny, clause: scope } }\n",
    );
    let seen = canaries(&contract, &folder(&both)).unwrap();
    let scope = seen.iter().find(|it| it.clause == Clause::Scope).unwrap();
    assert_eq!((scope.played, scope.missed.len()), (2, 1), "{scope:#?}");
}

#[test]
fn what_no_scenario_asks_is_not_exercised_and_what_is_nothing_is_off() {
    let silent = "suite: Nothing refused\ngiven: { at: 2026-03-02T09:00:00Z }\nscenarios:\n  - { id: a, when: [{ propose: stock.find, with: { item: tea }, expect: { outcome: admit } }] }\n";
    let silent = silent.replace("given: { at", "given: { tools: { stock.find: [{ result: [1] }] }, at");
    assert_eq!(standings(&compiled(YAML, POLICY), &silent, Standing::NotExercised), []);
    let policy = "@id(\"read\")\npermit (principal, action == Action::\"stock.find\", resource);\n";
    let off = [(Clause::Evidence, Standing::Off), (Clause::Recovery, Standing::Off)];
    assert_eq!(standings(&compiled(READS, policy), &silent, Standing::NotExercised), off);
}

#[test]
fn every_clause_of_the_shipped_contracts_is_enforced() {
    for name in ["access-grants", "refund-decision"] {
        let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts").join(name);
        let folder = Folder::read(&dir).unwrap();
        let seen = canaries(&folder.compile().unwrap(), &folder).unwrap();
        assert!(seen.iter().all(|it| it.standing() == Standing::Enforced), "{name}: {seen:#?}");
    }
}
