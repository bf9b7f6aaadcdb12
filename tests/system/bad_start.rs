//! Starts that must not happen: each says where, what, and what to do, and ends with 1.

use std::{fs, os::unix::fs::PermissionsExt as _};

use remit_tests::site::{Refused, Site};

use crate::REMITD;

#[track_caller]
fn check(refused: &Refused, says: &[&str]) {
    assert_eq!(refused.code, Some(1), "{}", refused.said);
    for part in says {
        assert!(refused.said.contains(part), "`{part}` is not in:\n{}", refused.said);
    }
    assert!(!refused.said.contains('\u{1b}'), "no colours where nobody looks:\n{}", refused.said);
    assert!(!refused.said.contains("panicked"), "{}", refused.said);
}

#[tokio::test]
async fn a_malformed_contract_names_every_place() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("autonomy: execute", "autonomy: unlimited");
    site.contracts.edit("transactions.get: read", "transactions.gett: read");
    site.contracts.edit("spend: 1.00", "spend: lots");
    let folder = site.contracts.folder();
    let refused = site.start_refused().await;
    check(&refused, &["error: the contract in `", &folder.display().to_string(), "is not valid"]);
    let text = fs::read_to_string(folder.join("contract.yaml")).unwrap();
    for wrong in ["unlimited", "transactions.gett", "lots"] {
        let line = text.lines().position(|line| line.contains(wrong)).unwrap() + 1;
        let place = format!("contract.yaml:{line}:");
        assert!(refused.said.contains(&place), "`{place}` ({wrong}) is not in:\n{}", refused.said);
    }
    assert!(!site.data().join("journal.sqlite").exists(), "nothing is half-started");
}

#[tokio::test]
async fn a_malformed_file_of_a_domain_names_every_place() {
    let site = Site::new(REMITD).await;
    let file = site.payments("backtest: sometimes\non_call: group:payments-oncall");
    let refused = site.start_refused_with(&["--domains", file.to_str().unwrap()]).await;
    let places =
        ["payments.yaml:4:11: backtest `sometimes`", "payments.yaml:5:1: `on_call` is not supported yet"];
    check(&refused, &[&["is not valid"][..], &places].concat());
    assert!(!site.data().join("journal.sqlite").exists(), "nothing is half-started");
}

#[tokio::test]
async fn a_policy_that_cannot_be_read() {
    let site = Site::new(REMITD).await;
    fs::write(site.contracts.folder().join("policy.cedar"), "permit (principal, action").unwrap();
    check(&site.start_refused().await, &["policy.cedar"]);
}

#[tokio::test]
async fn no_contract_at_all() {
    let site = Site::new(REMITD).await;
    fs::remove_dir_all(site.contracts.folder()).unwrap();
    let place = site.contracts.path().display().to_string();
    check(&site.start_refused().await, &["no contract found in `", &place, "hint: a contract is a folder"]);
}

#[tokio::test]
async fn a_published_version_that_was_changed() {
    let site = Site::new(REMITD).await;
    site.start().await.stop().await;
    site.contracts.edit("calls: 20", "calls: 21");
    check(&site.start_refused().await, &["cannot activate the contract of `refund-decision`", "1.0.0"]);
    site.contracts.edit("version: 1.0.0", "version: 1.0.1");
    site.start().await.stop().await;
}

#[tokio::test]
async fn a_variable_that_nobody_set() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("${DESK_URL}", "${NOWHERE_URL}");
    let hint = "hint: set the environment variable `NOWHERE_URL`";
    check(&site.start_refused().await, &["refund-decision", "`${NOWHERE_URL}`, which is not set", hint]);
}

#[tokio::test]
async fn a_secret_that_is_nowhere_or_open_to_others() {
    let site = Site::new(REMITD).await;
    site.contracts.edit("secret:PAYMENTS_TOKEN", "secret:VAULT_KEY");
    let file = site.data().join("secrets/VAULT_KEY");
    let place = file.display().to_string();
    check(&site.start_refused().await, &["`secret:VAULT_KEY`, which is nowhere", &place, "mode 0600"]);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "s3cret\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = site.start_refused().await;
    check(&refused, &["may be read by others", &format!("hint: chmod 600 `{place}`")]);
    assert!(!refused.said.contains("s3cret"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    site.start().await.stop().await;
}

#[tokio::test]
async fn a_data_directory_that_another_process_holds() {
    let site = Site::new(REMITD).await;
    let first = site.start().await;
    let lock = site.data().join("journal.lock").display().to_string();
    let second = site.start_refused().await;
    check(&second, &[&lock, "in use by another process", "another data directory"]);
    // The first goes on, and its end frees the place.
    assert!(first.operator().await.pending().await.is_empty());
    first.stop().await;
    site.start().await.stop().await;
}

#[tokio::test]
async fn a_data_directory_that_others_may_look_into() {
    let site = Site::new(REMITD).await;
    fs::create_dir(site.data()).unwrap();
    fs::set_permissions(site.data(), fs::Permissions::from_mode(0o755)).unwrap();
    let hint = format!("hint: chmod 700 `{}`", site.data().display());
    check(&site.start_refused().await, &["is open to others", &hint]);
}

#[tokio::test]
async fn what_is_written_is_for_its_owner_only() {
    let site = Site::new(REMITD).await;
    site.start().await.stop().await;
    for name in ["journal.sqlite", "operator.token", "context.toml"] {
        let mode = fs::metadata(site.data().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
    assert_eq!(fs::metadata(site.data()).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn a_command_line_that_is_wrong() {
    let site = Site::new(REMITD).await;
    let output = site.bare(REMITD.as_ref()).args(["serve", "--data", "x"]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--contracts"));
}
