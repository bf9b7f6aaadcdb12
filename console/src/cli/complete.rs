//! What a shell offers after a Tab: verbs and options from the command line itself, names from whoever knows them now.

use std::{
    ffi::{OsStr, OsString},
    path::PathBuf,
    sync::OnceLock,
    time::Duration,
};

use clap::CommandFactory as _;
use clap_complete::{
    engine::CompletionCandidate,
    env::{CompleteEnv, Shells},
};
use remit_core::Reason;
use remit_proto::v1::{
    ListAlertsRequest, ListDomainsRequest, ListEscalationsRequest, ListRunsRequest, ListServicesRequest,
    ListSwitchesRequest,
};
use tokio::time::Instant;
use tonic::Status;

use crate::{
    cli::{Cli, session, verb, words},
    connect::{self, OperatorClient},
    context::{self, Context},
    inert::Inert,
    saved,
};

pub mod bash;

#[cfg(test)]
mod tests;

/// The variable by which a shell asks.
pub const VARIABLE: &str = "REMIT_COMPLETE";
/// Nobody waits longer for all names together; with the start of the program it stays below half a second.
const PATIENCE: Duration = Duration::from_millis(300);
/// When everybody who asks gives up.
static UNTIL: OnceLock<Instant> = OnceLock::new();
/// So many runs are offered.
const RUNS: u32 = 30;

/// Shells that can ask.
pub const SHELLS: Shells<'static> = Shells(&[
    &bash::Bash,
    &clap_complete::env::Elvish,
    &clap_complete::env::Fish,
    &clap_complete::env::Powershell,
    &clap_complete::env::Zsh,
]);

/// Answers a shell that asks, and says whether one did. Must be called outside of a runtime.
///
/// # Errors
/// When the shell is unknown, or the answer cannot be written.
pub fn answered() -> color_eyre::Result<bool> {
    let here = std::env::current_dir().ok();
    let complete = CompleteEnv::with_factory(Cli::command).var(VARIABLE).bin("remit").shells(SHELLS);
    Ok(complete.try_complete(std::env::args_os(), here.as_deref())?)
}

/// The names of services.
#[must_use]
pub fn services(current: &OsStr) -> Vec<CompletionCandidate> {
    let found =
        ask(async |client| Ok(client.list_services(ListServicesRequest {}).await?.into_inner().services));
    fitting(current, found.into_iter().map(|it| (it.name, it.purpose)))
}

/// What a budget can be asked of.
#[must_use]
pub fn budgets(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = ask(async |client| {
        let services = client.list_services(ListServicesRequest {}).await?.into_inner().services;
        let domains = client.list_domains(ListDomainsRequest {}).await?.into_inner().domains;
        let services = services.into_iter().map(|it| (it.name, "service".to_owned()));
        Ok(services.chain(domains.into_iter().map(|it| (it.name, "domain".to_owned()))).collect::<Vec<_>>())
    });
    fitting(current, names.into_iter().chain(open_runs(current)))
}

/// Runs by the end of their id, or by all of it once it is begun.
#[must_use]
pub fn runs(current: &OsStr) -> Vec<CompletionCandidate> {
    fitting(current, open_runs(current))
}

/// Open questions by the end of their id, or by all of it once it is begun.
#[must_use]
pub fn escalations(current: &OsStr) -> Vec<CompletionCandidate> {
    let whole = begins(current, "esc_");
    let found = ask(async |client| {
        let request = ListEscalationsRequest { pending_only: true, ..ListEscalationsRequest::default() };
        Ok(client.list_escalations(request).await?.into_inner().escalations)
    });
    fitting(
        current,
        found.into_iter().map(|it| {
            let about = format!("{} {}", it.tool, it.params_json);
            (named(it.id, whole), about)
        }),
    )
}

/// Places that can be stopped.
#[must_use]
pub fn scopes(current: &OsStr) -> Vec<CompletionCandidate> {
    let found = ask(async |client| {
        let services = client.list_services(ListServicesRequest {}).await?.into_inner().services;
        let domains = client.list_domains(ListDomainsRequest {}).await?.into_inner().domains;
        let mut scopes: Vec<_> =
            domains.into_iter().map(|it| (format!("domain:{}", it.name), String::new())).collect();
        for service in services {
            scopes.extend(
                service
                    .tools
                    .iter()
                    .map(|tool| (format!("tool:{}/{}", service.name, tool.name), String::new())),
            );
            scopes.push((format!("service:{}", service.name), service.purpose));
        }
        Ok(scopes)
    });
    let run = current.to_str().and_then(|text| text.strip_prefix("run:"));
    let runs = run.map(|begun| open_runs(OsStr::new(begun))).unwrap_or_default();
    let runs = runs.into_iter().map(|(id, about)| (format!("run:{id}"), about));
    let everything = [("all".to_owned(), "everything".to_owned()), ("run:".to_owned(), "one run".to_owned())];
    let everything = everything.into_iter().filter(|_| run.is_none());
    fitting(current, everything.chain(found).chain(runs))
}

/// What can be undone: runs, or all that was done in a place.
#[must_use]
pub fn undoable(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = runs(current);
    found.extend(scopes(current).into_iter().filter(|it| it.get_value() != "all"));
    found
}

/// Places where a switch is set, or its id once that is begun.
#[must_use]
pub fn switches(current: &OsStr) -> Vec<CompletionCandidate> {
    let whole = begins(current, "swi_");
    let found =
        ask(async |client| Ok(client.list_switches(ListSwitchesRequest {}).await?.into_inner().switches));
    fitting(current, found.into_iter().map(|it| (if whole { it.id } else { it.scope }, it.reason)))
}

/// Alerts that stand and can be acknowledged, by the end of their id, or by all of it once it is begun.
#[must_use]
pub fn alerts(current: &OsStr) -> Vec<CompletionCandidate> {
    let whole = begins(current, "alert_");
    let found = ask(async |client| Ok(client.list_alerts(ListAlertsRequest {}).await?.into_inner().alerts));
    let open = found.into_iter().filter(|it| it.acknowledged.is_none() && it.locked.is_empty());
    fitting(current, open.map(|it| (named(it.id, whole), format!("{}: {}", it.scope, it.text))))
}

/// Reason codes.
#[must_use]
pub fn reasons(current: &OsStr) -> Vec<CompletionCandidate> {
    fitting(current, Reason::ALL.iter().map(|it| (it.code().to_owned(), it.sentence().to_owned())))
}

/// Filters that were saved.
#[must_use]
pub fn filters(current: &OsStr) -> Vec<CompletionCandidate> {
    let saved = saved::path().and_then(|path| saved::load(&path).ok()).unwrap_or_default();
    fitting(current, saved.into_iter().map(|(name, text)| (format!("@{name}"), text)))
}

/// Answers that have a schema.
#[must_use]
pub fn schemas(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = verb::schema::names().unwrap_or_default();
    fitting(current, names.into_iter().map(|name| (name, String::new())))
}

/// Contexts of this person.
#[must_use]
pub fn contexts(current: &OsStr) -> Vec<CompletionCandidate> {
    let known = context::shelf::all().unwrap_or_default();
    fitting(
        current,
        known.into_iter().map(|it| {
            let about =
                it.context.map(|it| format!("{} {}", it.environment, it.endpoint)).unwrap_or_default();
            (it.name, about)
        }),
    )
}

/// Runs that have not ended, as they can be named after these letters.
fn open_runs(current: &OsStr) -> Vec<(String, String)> {
    let whole = begins(current, "run_");
    let found = ask(async |client| {
        let request = ListRunsRequest { open_only: true, limit: RUNS, ..ListRunsRequest::default() };
        Ok(client.list_runs(request).await?.into_inner().runs)
    });
    found.into_iter().map(|it| (named(it.id, whole), format!("{} {}", it.service, it.name))).collect()
}

fn named(id: String, whole: bool) -> String {
    if whole { id } else { words::short(&id).to_owned() }
}

/// Whether an id is begun, of which all has the same beginning.
fn begins(current: &OsStr, prefix: &str) -> bool {
    current
        .to_str()
        .is_some_and(|text| !text.is_empty() && (text.starts_with(prefix) || prefix.starts_with(text)))
}

/// Those that go on as was begun. A shell gets no letter that it would interpret, and no hidden ones to show.
fn fitting(current: &OsStr, names: impl IntoIterator<Item = (String, String)>) -> Vec<CompletionCandidate> {
    let begun = current.to_string_lossy();
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/@".contains(c));
    let names = names.into_iter().filter(|(name, _)| plain(name) && name.starts_with(&*begun));
    names
        .map(|(name, about)| {
            let about = Inert::line(&about).truncated(60).to_string();
            let help = (!about.is_empty()).then(|| about.into());
            CompletionCandidate::new(name).help(help)
        })
        .collect()
}

/// Asks the control plane of the context; whatever goes wrong, nothing is known.
fn ask<T: Default>(question: impl AsyncFnOnce(&mut OperatorClient) -> Result<T, Status>) -> T {
    let Some(context) = context_of(std::env::args_os().skip_while(|word| word != "--").skip(1)) else {
        return T::default();
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return T::default();
    };
    let until = *UNTIL.get_or_init(|| {
        let now = Instant::now();
        now.checked_add(PATIENCE).unwrap_or(now)
    });
    let answer = runtime.block_on(async {
        let mut client = connect::operator(&context).ok()?;
        tokio::time::timeout_at(until, question(&mut client)).await.ok()?.ok()
    });
    // A name that is still being looked up would be waited for.
    runtime.shutdown_background();
    answer.unwrap_or_default()
}

/// The context that the words name, as the command would find it.
fn context_of(words: impl Iterator<Item = OsString>) -> Option<Context> {
    let named = named_context(words).or_else(|| std::env::var_os("REMIT_CONTEXT").map(PathBuf::from));
    Context::load(&session::context_path(named.as_deref()).ok()?).ok()
}

/// What stands behind `--context`.
fn named_context(mut words: impl Iterator<Item = OsString>) -> Option<PathBuf> {
    while let Some(word) = words.next() {
        if word == "--context" {
            // bash makes a word of the sign.
            return words.find(|word| word != "=").map(PathBuf::from);
        }
        if let Some(named) = word.to_str().and_then(|word| word.strip_prefix("--context=")) {
            return Some(named.into());
        }
    }
    None
}
