//! `remit domain`: what it prints for people and for programs, and how it ends.

use std::{fs, path::PathBuf};

use super::verbs::{Ran, run_with};
use crate::cli::exit::Exit;

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets")
}

/// Runs the words without a control plane.
async fn offline(words: &str) -> Ran {
    run_with("http://127.0.0.1:9", "none", words).await
}

#[tokio::test]
async fn the_shipped_files_are_checked() {
    let ran = offline(&format!("domain check {}", assets().join("domains").display())).await;
    assert_eq!(ran.exit, Exit::Ok, "{}", ran.whole());
    for part in ["access holds together", "payments holds together", "currency", "USD", "backtest", "none"] {
        assert!(ran.out.contains(part), "{}", ran.whole());
    }
    for part in ["cost          100000.00 a day", "throttle      identity 200/s, domain 500/s", "no limit"] {
        assert!(ran.out.contains(part), "`{part}` is not in {}", ran.whole());
    }
    let ran =
        offline(&format!("domain check {} -o json", assets().join("domains/payments.yaml").display())).await;
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let payments = &said["domains"][0];
    assert_eq!(payments["cost"]["spend_micros"]["day"], 100_000_000_000_u64);
    assert_eq!(
        payments["throttle"],
        serde_json::json!({ "identity": "200/s", "service": null, "domain": "500/s" })
    );
}

#[tokio::test]
async fn what_is_wrong_is_shown_at_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let text = "domain: remit/v1\nname: payments\ncurrency: usd\nbacktests: required\ncost: { domain: { spend: 5/d } }\n";
    fs::write(dir.path().join("payments.yaml"), text).unwrap();
    let place = dir.path().display().to_string();
    for path in [place.clone(), format!("{place}/payments.yaml")] {
        let ran = offline(&format!("domain check {path}")).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(ran.whole().replace(&place, "domains"));
        }
    }
    let ran = offline(&format!("domain check {place} -o json")).await;
    insta::assert_snapshot!("what_is_wrong_for_programs", ran.whole().replace(&place, "domains"));
}

#[tokio::test]
async fn a_contract_is_held_against_its_domains_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("payments.yaml");
    fs::write(&file, "domain: remit/v1\nname: payments\ncurrency: EUR\nbacktest: none\n").unwrap();
    let contract = assets().join("contracts/refund-decision");
    let check = format!("contract check {}", contract.display());
    let ran = offline(&format!("{check} --domains {}", file.display())).await;
    assert_eq!(ran.exit, Exit::No, "{}", ran.whole());
    for part in [
        "cost.currency `USD` is not that of domain `payments`",
        "payments.yaml:3:11",
        "  currency: USD",
        "^^^",
    ] {
        assert!(ran.out.contains(part), "`{part}` is not in {}", ran.whole());
    }
    let ran = offline(&format!("{check} --domains {}", assets().join("domains").display())).await;
    assert_eq!(ran.exit, Exit::Ok, "{}", ran.whole());
}

#[tokio::test]
async fn the_schema_is_printed() {
    let ran = offline("domain schema").await;
    let printed: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(printed, remit_contract::domain_json_schema());
}
