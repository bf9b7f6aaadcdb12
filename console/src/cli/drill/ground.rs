//! Where a drill takes place: a control plane of its own in a folder that is thrown away, with the sandbox for its tools.

use std::{
    collections::BTreeMap,
    fs, io,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use remit_contract::{
    CompiledContract, Folder,
    scenario::{Case, Exercise, exercises},
};
use remit_control_plane::{A_FREE_PORT, Config, Running, Versions, start_in_sandbox};
use remit_proto::v1::{CreateTokenRequest, create_token_request::Subject};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tonic::Status;

use super::sandbox::{Sandbox, Spoiling};
use crate::{
    cli::failure::Failure,
    connect::{self, OperatorClient, RuntimeClient},
    context::Context,
};

/// What is rehearsed.
#[derive(Clone, Debug)]
pub struct Rehearsed {
    /// The files of the version.
    pub folder: Folder,
    /// The file of its domain; `None` where the domain has none.
    pub domain: Option<String>,
}

/// The place.
#[derive(Debug)]
pub struct Ground {
    pub(super) contract: CompiledContract,
    pub(super) exercise: Exercise,
    pub(super) sandbox: Sandbox,
    pub(super) running: Running,
    operator: Context,
    service: Context,
    cases: AtomicU64,
    dir: TempDir,
}

/// What goes wrong in the drill's own control plane is not the fault of the one that was asked for the contract.
pub(super) fn inside(status: &Status) -> Failure {
    Failure::no(format!("the control plane of the drill refused: {}", status.message()))
}

impl Ground {
    /// Prepares it. `undoing` wants an effect that can be undone.
    ///
    /// # Errors
    /// When the contract shows no effect that goes through, or something cannot be started.
    pub(super) async fn open(
        rehearsed: &Rehearsed,
        spoiling: Spoiling,
        undoing: bool,
    ) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::no(format!("the drill cannot begin: {error}"));
        let dir =
            tempfile::Builder::new().prefix("remit-drill-").tempdir().map_err(|error| failed(&error))?;
        let (contracts, domains) = (dir.path().join("contract"), dir.path().join("domains"));
        write(&contracts, &rehearsed.folder).map_err(|error| failed(&error))?;
        let contract = remit_contract::load(&contracts).map_err(|found| unusable(&found))?;
        let exercise = chosen(&contract, &rehearsed.folder, undoing)?;
        if let Some(text) = &rehearsed.domain {
            let file = domains.join("domain.yaml");
            fs::create_dir(&domains).and_then(|()| fs::write(file, text)).map_err(|error| failed(&error))?;
        }
        let sandbox = Sandbox::serve(spoiling).await?;
        let config = Config {
            data: dir.path().join("control-plane"),
            versions: Versions::Folders(vec![contracts]),
            domains: rehearsed.domain.iter().map(|_| domains.clone()).collect(),
            variables: BTreeMap::new(),
            environment: "drill".to_owned(),
            user_context: false,
            stop_listen: A_FREE_PORT,
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| failed(&error))?;
        let running = start_in_sandbox(sandbox.url.clone(), config, listener).await;
        let running = running.map_err(|error| failed(&error))?;
        let context = |token: &str| Context {
            key: None,
            production: false,
            environment: "drill".to_owned(),
            endpoint: format!("http://{}", running.address()),
            stop_endpoint: Some(format!("http://{}", running.stop_address())),
            token: token.to_owned(),
        };
        let operator = context(running.operator_token());
        let subject = Some(Subject::Service(contract.terms().service.to_string()));
        let request = CreateTokenRequest { subject, ..CreateTokenRequest::default() };
        let made = connect::operator(&operator)?.create_token(request).await.map_err(|it| inside(&it))?;
        let service = context(&made.into_inner().secret);
        Ok(Self { contract, exercise, sandbox, running, operator, service, cases: AtomicU64::new(1), dir })
    }

    /// The person who stops and undoes, over a connection of its own.
    pub(super) fn operator(&self) -> Result<OperatorClient, Failure> {
        Ok(connect::operator(&self.operator)?)
    }

    /// The service, over a connection of its own.
    pub(super) fn service(&self) -> Result<RuntimeClient, Failure> {
        Ok(connect::runtime(&self.service)?)
    }

    /// The next case, which the sandbox knows from now on.
    pub(super) fn next(&self) -> Result<Case, Failure> {
        let number = self.cases.fetch_add(1, Ordering::Relaxed);
        let case = self.exercise.nth(&self.contract, number).ok_or_else(|| {
            let id = &self.exercise.scenario;
            Failure::no(format!("scenario `{id}` is not let go as case {number}"))
                .hint("let the names in it be longer: each case has a number in them")
        })?;
        self.sandbox.announce(&self.contract, number, &case)?;
        Ok(case)
    }

    /// Ends the control plane and throws its folder away.
    pub(super) async fn close(self) {
        self.running.shutdown().await;
        if let Err(error) = self.dir.close() {
            tracing::warn!(%error, "the folder of a drill is left behind");
        }
    }
}

/// The scenario that is exercised.
fn chosen(contract: &CompiledContract, folder: &Folder, undoing: bool) -> Result<Exercise, Failure> {
    let found = exercises(contract, folder).map_err(|found| unusable(&found))?;
    let service = &contract.terms().service;
    let mut fitting = found.into_iter().filter(|it| !undoing || it.reversible);
    fitting.next().ok_or_else(|| {
        let effect = if undoing { "an effect that can be undone" } else { "an effect" };
        Failure::no(format!("no scenario of `{service}` shows {effect} that goes through by itself")).hint(
            "add one to `scenarios/`: nothing but reads, then the effect, with what the tools answer under \
             `given.tools`, and no `expect` but `outcome: admit`",
        )
    })
}

fn unusable(problems: &[remit_contract::Problem]) -> Failure {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    Failure::no(format!("the version cannot be used here: {first}"))
        .hint("compare `remit --version` with the control plane's version")
}

fn write(into: &Path, folder: &Folder) -> io::Result<()> {
    let files = folder.texts().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    fs::create_dir_all(into.join("scenarios"))?;
    // Their names are those of a contract's files, and of no others.
    files.into_iter().try_for_each(|(name, text)| fs::write(into.join(name), text))
}
