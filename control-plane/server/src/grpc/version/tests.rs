//! What the face of a version's life refuses before the core is asked, and how versions are named.

use remit_contract::{Folder, changes_in_words};
use remit_core::{
    Command, Digest,
    version::{ContractProposed, Files, Occasion, Seal},
};
use remit_proto::v1 as pb;

use super::{activate, approve, detail, propose};
use crate::{
    error::Error,
    plane::Plane,
    start::sample::{
        ACCESS, Place, REFUNDS, digest, edited, in_sales, person, settle_people, shipped, terms,
    },
};

async fn proposed(plane: &Plane, files: Files) -> Result<pb::ContractVersion, Error> {
    let request = pb::ProposeContractRequest { files: files.into_iter().collect() };
    propose(plane, person("bob"), request).await
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>, words: &str) {
    let error = answer.unwrap_err();
    assert!(error.to_string().contains(words), "{error}\n  instead of {words}");
}

/// The core's own word, without a signature that it does not look at.
async fn approved(plane: &Plane, digest: Digest, base: Option<Digest>) {
    let ward = plane.ward(&"payments".into()).unwrap();
    let proposed = ward.view.read(|inner| inner.state.versions[&digest].proposed.clone());
    let occasion = Some(Occasion { plane: plane.identity().unwrap(), proposed_at: proposed.unwrap().1 });
    let (shown, signature) = ("all of it".to_owned(), "00".to_owned());
    let seal = Box::new(Seal { base, shown, occasion, review: None, key: digest, signature });
    let command = Command::ApproveVersion { digest, by: person("rita"), seal };
    ward.domain.submit(command).await.unwrap();
}

#[tokio::test]
async fn a_proposal_whose_scenario_fails_is_refused() {
    let place = Place::new();
    let running = place.approving(&["payments"]).await.unwrap();
    settle_people(running.plane()).await;
    let mut files = shipped(REFUNDS);
    let yaml = files.get_mut("contract.yaml").unwrap();
    *yaml = yaml.replace("amount_minor > 20000", "amount_minor > 40000");
    refused(proposed(running.plane(), files).await, "run `remit contract test`");
    proposed(running.plane(), shipped(REFUNDS)).await.unwrap();
    running.shutdown().await;
}

#[tokio::test]
async fn a_control_plane_that_reads_folders_takes_no_proposal() {
    let place = Place::new();
    let running = place.folders(&[ACCESS]).await.unwrap();
    settle_people(running.plane()).await;
    refused(proposed(running.plane(), shipped(REFUNDS)).await, "takes its contracts from folders");
    running.shutdown().await;
}

#[tokio::test]
async fn only_what_is_shown_now_is_approved() {
    let place = Place::new();
    let running = place.approving(&["payments"]).await.unwrap();
    let plane = running.plane();
    settle_people(plane).await;
    let first = digest(&proposed(plane, edited("1.0.0", "1.0.0")).await.unwrap());
    let second = edited("version: 1.0.0", "version: 1.1.0");
    let as_first = changes_in_words(None, &Folder::of(second.clone()).unwrap()).unwrap();
    let second = digest(&proposed(plane, second).await.unwrap());
    let approving = |shown: &str| {
        let (contract, shown) = (second.to_string(), shown.to_owned());
        let request =
            pb::ApproveContractRequest { contract, shown, signature: "00".to_owned(), review: None };
        approve(plane, person("rita"), request)
    };
    refused(approving("nothing much").await, "the changes that were shown are not those");
    // What was shown as a first version is stale once another one is active.
    refused(approving(&as_first).await, "has registered no key");
    approved(plane, first, None).await;
    let people = plane.people().unwrap();
    let by = person("root");
    let command = Command::ActivateVersion { digest: first, by, end_runs: false, record: None, people };
    plane.ward(&"payments".into()).unwrap().domain.submit(command).await.unwrap();
    refused(approving(&as_first).await, "the changes that were shown are not those");
    running.shutdown().await;
}

#[tokio::test]
async fn a_service_has_one_domain() {
    let place = Place::new();
    let running = place.approving(&["payments", "sales"]).await.unwrap();
    let plane = running.plane();
    settle_people(plane).await;
    let first = digest(&proposed(plane, edited("1.0.0", "1.0.0")).await.unwrap());
    let elsewhere = in_sales();
    let words = "the service `refund-decision` is of domain `payments`, the contract names `sales`";
    refused(proposed(plane, elsewhere.clone()).await, words);
    // Two proposals at the same moment: neither becomes active.
    let sales = remit_core::Terms {
        domain: "sales".into(),
        digest: remit_core::version::digest_of_files(&elsewhere),
        ..terms(plane, "payments", first)
    };
    let proposed = ContractProposed { terms: sales, files: elsewhere, by: person("bob") };
    let command = Command::ProposeVersion { proposed: Box::new(proposed), people: plane.people().unwrap() };
    plane.ward(&"sales".into()).unwrap().domain.submit(command).await.unwrap();
    approved(plane, first, None).await;
    let request = pb::ActivateContractRequest { contract: first.to_string(), end_runs: false };
    refused(
        activate(plane, person("root"), request).await,
        "is of domain `sales`, the contract names `payments`",
    );
    running.shutdown().await;
}

#[tokio::test]
async fn a_number_that_several_proposals_bear_names_none_of_them_until_one_is_published() {
    let place = Place::new();
    let running = place.approving(&["payments"]).await.unwrap();
    let plane = running.plane();
    settle_people(plane).await;
    let first = digest(&proposed(plane, edited("> 20000", "> 10000")).await.unwrap());
    proposed(plane, edited("> 20000", "> 15000")).await.unwrap();
    let name = format!("{REFUNDS}@1.0.0");
    refused(detail(plane, &name), "names 2 contract versions; give more of the digest");
    let short: String = first.to_string().chars().take(5).collect();
    refused(detail(plane, &short), "no contract version");
    approved(plane, first, None).await;
    let found = detail(plane, &name).unwrap().contract.unwrap();
    assert_eq!(digest(&found), first);
    running.shutdown().await;
}

#[tokio::test]
async fn a_contract_in_another_currency_than_its_domains_file_is_refused_with_both_places() {
    let place = Place::new();
    place.domain("payments.yaml", "domain: remit/v1\nname: payments\ncurrency: EUR\nbacktest: none\n");
    let running = place.approving(&["payments"]).await.unwrap();
    settle_people(running.plane()).await;
    let words = "cost.currency `USD` is not that of domain `payments`, which is `EUR` in ";
    match proposed(running.plane(), shipped(REFUNDS)).await {
        Err(Error::Conflict(text)) => {
            assert!(text.starts_with("contract.yaml:") && text.contains(words), "{text}");
            assert!(text.contains("payments.yaml:3:11"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    running.shutdown().await;
}
