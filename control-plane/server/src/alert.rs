//! Tells people that a tripwire has tripped: a warning in the log, and a message to the webhook of the domain's file.
//!
//! What is posted are words of ours about numbers of ours, as JSON, which escapes what a terminal would take for more
//! than text. It is posted again while nobody took it, for about a minute; never after a restart.

use std::{collections::BTreeMap, time::Duration};

use remit_contract::{
    Reach, Upstream,
    domain::{DomainFile, DomainKey},
};
use remit_core::{DomainName, Event};
use remit_journal::Record;
use serde_json::{Value, json};

use crate::{
    domains::{self, Domains},
    plane::Plane,
    secrets::{self, Secrets},
};

/// Longest time for one attempt.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long is waited before each further attempt.
const WAITS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// Where the alerts of each domain are posted. The addresses may hold secrets: they are never shown.
#[derive(Default)]
pub(crate) struct Webhooks(BTreeMap<DomainName, String>);

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Webhooks {
    /// Finds the addresses that the files name.
    pub(crate) fn find(domains: &Domains, secrets: &Secrets<'_>) -> Result<Self, domains::Error> {
        let named = domains.files().filter_map(|file| Some((file, file.webhook.as_ref()?)));
        let found = named.map(|(file, webhook)| Ok((file.name.clone(), address(file, webhook, secrets)?)));
        found.collect::<Result<_, _>>().map(Self)
    }
}

fn address(file: &DomainFile, webhook: &Upstream, secrets: &Secrets<'_>) -> Result<String, domains::Error> {
    secrets.address(webhook).map_err(|error| {
        let secrets::Error::Variable(name) = &error else {
            let (message, remedy) = (error.to_string(), "correct it".to_owned());
            return domains::Error::Wrong(file.problem(DomainKey::Webhook, message, remedy));
        };
        let message = format!("the webhook names `${{{name}}}`, which is not set");
        let remedy = format!("set the environment variable `{name}`");
        domains::Error::Wrong(file.problem(DomainKey::Webhook, message, remedy))
    })
}

/// Tells of a committed alert.
pub(crate) async fn tell(plane: &Plane, record: &Record) {
    let Event::TripwireTripped(tripped) = &record.event else { return };
    let (domain, position) = (&record.domain, record.seq);
    let (scope, wire, then) = (&tripped.scope, &tripped.wire, tripped.wire.then);
    let figures = &tripped.figures;
    tracing::warn!(%domain, position, %scope, %wire, %then, figures, "a tripwire has tripped");
    let Some(webhook) = plane.webhooks.0.get(domain) else { return };
    let body = body(&plane.environment, record);
    for wait in [None].into_iter().chain(WAITS.map(Some)) {
        if let Some(wait) = wait {
            tokio::select! {
                () = plane.stop.cancelled() => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        match post(plane, webhook, &body, &format!("{domain}/{position}")).await {
            Ok(()) => return,
            Err(why) => tracing::info!(%domain, position, why, "the webhook did not take the alert"),
        }
    }
    tracing::error!(%domain, position, "the alert was not delivered to the webhook");
}

fn body(environment: &str, record: &Record) -> Value {
    let Event::TripwireTripped(tripped) = &record.event else { return Value::Null };
    json!({
        "alert": "tripwire_tripped",
        "environment": environment,
        "domain": record.domain,
        "position": record.seq,
        "at": record.at,
        "scope": tripped.scope,
        "tripwire": tripped.wire.to_string(),
        "then": tripped.wire.then.to_string(),
        "figures": tripped.figures,
        "events": tripped.events,
        "switch": tripped.switch,
    })
}

/// One attempt; whoever receives it twice knows it by its key.
async fn post(plane: &Plane, webhook: &str, body: &Value, key: &str) -> Result<(), String> {
    let client = plane.clients.of(Reach { private: true, redirects: 0 });
    let request = client.post(webhook).timeout(TIMEOUT).header("idempotency-key", key).json(body);
    let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
    let status = answer.status();
    if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
}
