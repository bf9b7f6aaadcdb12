//! Files of domains at a start: what goes together, what is refused with its place, what is on record.

use remit_core::{Backtest, Event};

use crate::start::{
    Error,
    sample::{ACCESS, Place, REFUNDS},
};

const FILE: &str = "payments.yaml";

fn text(currency: &str, backtest: &str) -> String {
    format!("domain: remit/v1\nname: payments\ncurrency: {currency}\nbacktest: {backtest}\n")
}

fn with(currency: &str, backtest: &str) -> Place {
    let place = Place::new();
    place.domain(FILE, &text(currency, backtest));
    place
}

#[track_caller]
fn refused<T>(start: Result<T, Error>, words: &[&str]) {
    let Err(error) = start else { panic!("it started") };
    let text = error.to_string();
    for part in words {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

/// What the journal of the domain says about its file, oldest first.
fn on_record(running: &crate::Running) -> Vec<Backtest> {
    let records = running.journal().read(&"payments".into(), 0, 100).unwrap();
    let configured = records.into_iter().filter_map(|record| {
        let Event::DomainConfigured { settings, .. } = &record.event else { return None };
        Some(settings.backtest)
    });
    configured.collect()
}

#[tokio::test]
async fn what_a_file_says_is_on_record_when_it_changes() {
    let place = with("USD", "required");
    for (say, record) in [
        ("required", &[Backtest::Required][..]),
        ("required", &[Backtest::Required]),
        ("none", &[Backtest::Required, Backtest::None]),
    ] {
        place.domain(FILE, &text("USD", say));
        let running = place.approving(&["payments"]).await.unwrap();
        assert_eq!(on_record(&running), record);
        let wants = running.plane().ward(&"payments".into()).unwrap().view.read(|it| it.state.wants_review());
        assert_eq!(wants, say == "required");
        running.shutdown().await;
    }
}

#[tokio::test]
async fn a_file_that_is_left_out_loosens_nothing() {
    let place = with("USD", "required");
    place.approving(&["payments"]).await.unwrap().shutdown().await;
    place.take_domain(FILE);
    refused(
        place.approving(&["payments"]).await,
        &[
            "domain `payments` was configured by a file, and none is given for it",
            "hint: give its file with `--domains`",
        ],
    );
}

#[tokio::test]
async fn a_domain_without_a_file_has_the_defaults() {
    let place = with("USD", "required");
    let running = place.approving(&["payments", "sales"]).await.unwrap();
    let wants = |name: &str| {
        running.plane().ward(&name.into()).unwrap().view.read(|inner| inner.state.wants_review())
    };
    assert_eq!([wants("payments"), wants("sales")], [true, false]);
    running.shutdown().await;
}

#[tokio::test]
async fn a_file_of_a_domain_that_is_not_served_is_refused() {
    let place = with("USD", "none");
    let place_and_words = "payments.yaml:2:7: domain `payments` is not served here; served: `access`";
    let hint = "hint: give a contract of it with `--contracts`";
    refused(place.folders(&[ACCESS]).await, &[place_and_words, hint]);
    let place = with("USD", "none");
    refused(
        place.approving(&["payment"]).await,
        &["not served here; served: `payment`", "hint: add `--domain payments`"],
    );
    place.domain("broken.yaml", "domain: remit/v1\n");
    refused(
        place.folders(&[REFUNDS]).await,
        &["is not valid", "broken.yaml:1:1: the domain's file lacks `name`"],
    );
}

#[tokio::test]
async fn reviews_are_for_approvals() {
    let words = [
        "payments.yaml:4:11: `backtest: required` is for `--approval required`",
        "hint: write `backtest: none`",
    ];
    refused(with("USD", "required").folders(&[REFUNDS]).await, &words);
    with("USD", "none").folders(&[REFUNDS]).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn in_a_sandbox_no_tool_is_reached_nobody_is_alerted_and_a_folder_is_enough() {
    let place = Place::new();
    let text = text("USD", "required") + "notify: { webhook: \"${ALERTS_OF_NOBODY}\" }\n";
    place.domain(FILE, &text);
    place.edit(REFUNDS, "${PAYMENTS_URL}", "https://payments.example/v2");
    let sandbox = "http://127.0.0.1:9";
    let running = place.in_sandbox(REFUNDS, sandbox).await.unwrap();
    let plane = running.plane();
    let digest = plane.contracts.configured()[0].terms().digest;
    for name in ["payments", "desk"] {
        let upstream = plane.upstreams.get(digest, name).unwrap();
        assert_eq!(upstream.base(), format!("{sandbox}/{name}"));
        assert_eq!(upstream.credential(), None);
    }
    assert_eq!(on_record(&running), [Backtest::None]);
    assert_eq!(plane.domains.text(&"payments".into()), Some(text.as_str()), "it is the file as it is");
    running.shutdown().await;
}

#[tokio::test]
async fn a_contract_in_another_currency_is_refused_with_both_places() {
    let place = with("EUR", "none");
    let contract = place.folder(REFUNDS).join("contract.yaml").display().to_string();
    let clash = "cost.currency `USD` is not that of domain `payments`, which is `EUR` in ";
    refused(place.folders(&[REFUNDS]).await, &[&contract, clash, "payments.yaml:3:11"]);
}

#[tokio::test]
async fn money_that_was_counted_is_not_renamed() {
    let place = Place::new();
    place.folders(&[REFUNDS]).await.unwrap().shutdown().await;
    place.domain(FILE, &text("EUR", "none"));
    let words = [
        "payments.yaml:3:11: currency `EUR` is not that in which domain `payments` counts already",
        "cost.currency of `refund-decision` 1.0.0 is `USD`",
        "hint: write `USD`",
    ];
    refused(place.approving(&[]).await, &words);
}
