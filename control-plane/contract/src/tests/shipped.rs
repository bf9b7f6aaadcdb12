//! The shipped contracts: what they mean, and that they judge as their comments say.

use std::path::PathBuf;

use remit_core::{Assertion, CanonicalJson, Digest};
use serde_json::{Value, json};

use super::listing;
use crate::{
    CompiledContract, RunFacts,
    compiled::tests::{assess, proposal, said, seen},
    load,
};

fn shipped(name: &str) -> CompiledContract {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts").join(name);
    load(&dir).unwrap_or_else(|problems| panic!("{}", listing(&problems)))
}

#[test]
fn terms() {
    for name in ["refund-decision", "access-grants"] {
        let mut terms = shipped(name).terms().as_ref().clone();
        // The identity changes with every byte; here it is the meaning that is looked at.
        terms.digest = Digest::of(b"");
        insta::assert_json_snapshot!(format!("terms_of_{name}"), terms);
    }
}

/// What is said of a refund for a sale of 300.00 with these facts.
fn refund(amount: u64, region: &str, status: &str, eligible: bool) -> String {
    let read = json!({ "transaction_id": "tx1" });
    let transaction = json!({
        "id": "tx1", "status": status, "amount_minor": 30_000, "currency": "USD", "customer_id": "c1",
        "region": region, "account": "acc1",
    });
    let eligibility =
        json!({ "transaction_id": "tx1", "customer_id": "c1", "eligible": eligible, "policy_version": "7" });
    let facts = RunFacts {
        seen: vec![
            seen("transaction", 1, read.clone(), transaction),
            seen("eligibility", 2, read, eligibility),
        ],
        ..RunFacts::default()
    };
    let params =
        json!({ "transaction_id": "tx1", "amount_minor": amount, "currency": "USD", "account": "acc1" });
    let mut proposal = proposal("payout.create", &params);
    proposal.asserted.push(Assertion {
        item: "ticket".into(),
        source: "https://desk.example/tickets/7".parse().unwrap(),
        content: CanonicalJson::from_value(&json!({ "number": 7 })).unwrap(),
    });
    said(&shipped("refund-decision").assess(&proposal, &params, &facts))
}

#[test]
fn refunds() {
    let table = [
        refund(9_999, "EU", "settled", true),
        refund(10_000, "EU", "settled", true),
        refund(20_000, "US", "settled", true),
        refund(20_001, "US", "settled", true),
        refund(25_000, "EU", "settled", true),
        refund(30_001, "US", "settled", true),
        refund(5_000, "US", "settled", false),
        refund(5_000, "US", "refunded", true),
    ];
    insta::assert_snapshot!(table.join("\n\n"));
}

/// What is said of a grant with these facts.
fn grant(active: bool, department: &str, privileged: bool) -> String {
    let employee =
        json!({ "id": "e1", "name": "Kim", "department": department, "manager": "e0", "active": active });
    let role =
        json!({ "role": "ledger-reader", "privileged": privileged, "departments": ["finance", "audit"] });
    let facts = RunFacts {
        seen: vec![
            seen("employee", 1, json!({ "employee_id": "e1" }), employee),
            seen("role", 2, json!({ "role": "ledger-reader" }), role),
        ],
        ..RunFacts::default()
    };
    let params: Value = json!({ "employee_id": "e1", "role": "ledger-reader" });
    said(&assess(&shipped("access-grants"), "grant.create", &params, &facts))
}

#[test]
fn grants() {
    let table = [
        grant(true, "finance", false),
        grant(true, "finance", true),
        grant(true, "sales", false),
        grant(true, "sales", true),
        grant(false, "finance", false),
    ];
    insta::assert_snapshot!(table.join("\n\n"));
}
