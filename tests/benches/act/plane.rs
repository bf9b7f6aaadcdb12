//! A control plane to measure: its contract, its token, its upstream, and the life of its runs.

use std::collections::BTreeMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use remit_control_plane::{A_FREE_PORT, Config, Running, start, start_on};
use remit_journal::Journal;
use remit_proto::v1::{
    ActRequest, ActionStatus, CreateTokenRequest, EndRunRequest, SettleRequest, StartRunRequest,
    create_token_request::Subject, operator_client::OperatorClient,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{Failure, contract, load::Door};

/// Where decisions are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// In a directory: every answer waits for a sync.
    Directory,
    /// In memory: no answer waits for a disk.
    Memory,
}

/// A running control plane.
pub(crate) struct Plane {
    pub(crate) door: Door,
    running: Running,
    _folder: TempDir,
}

/// Starts one in a folder of its own.
pub(crate) async fn start_at(storage: Storage) -> Result<Plane, Failure> {
    let upstream = TcpListener::bind("127.0.0.1:0").await?;
    let folder = tempfile::tempdir()?;
    let contract = folder.path().join("contract");
    std::fs::create_dir(&contract)?;
    let yaml = contract::yaml(&format!("http://{}", upstream.local_addr()?));
    std::fs::write(contract.join("contract.yaml"), yaml)?;
    std::fs::write(contract.join("policy.cedar"), contract::policies(10, &[]))?;
    tokio::spawn(async move {
        while let Ok((connection, _)) = upstream.accept().await {
            tokio::spawn(answer(connection));
        }
    });
    let config = Config {
        data: folder.path().join("data"),
        versions: remit_control_plane::Versions::Folders(vec![contract]),
        domains: Vec::new(),
        variables: BTreeMap::new(),
        environment: "bench".to_owned(),
        user_context: false,
        stop_listen: A_FREE_PORT,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let running = match storage {
        Storage::Directory => start(config, listener).await?,
        Storage::Memory => start_on(Journal::memory(), config, listener).await?,
    };
    let url = format!("http://{}", running.address());
    let operator = Door { url: url.clone(), token: running.operator_token().to_owned() };
    let subject = Some(Subject::Service(contract::SERVICE.to_owned()));
    let request = operator.request(CreateTokenRequest { subject, ..Default::default() })?;
    let token = OperatorClient::connect(url.clone()).await?.create_token(request).await?.into_inner().secret;
    Ok(Plane { door: Door { url, token }, running, _folder: folder })
}

/// The upstream: whatever is asked, the account.
async fn answer(mut connection: TcpStream) -> Result<(), std::io::Error> {
    let mut request = Vec::new();
    while connection.read_buf(&mut request).await? > 0 {
        if request.ends_with(b"\r\n\r\n") {
            let (length, body) = (contract::RESULT.len(), contract::RESULT);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
            let text = format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}");
            connection.write_all(text.as_bytes()).await?;
            request.clear();
        }
    }
    Ok(())
}

impl Plane {
    /// Opens runs and lets each see its evidence.
    pub(crate) async fn open_runs(&self, count: usize) -> Result<Vec<String>, Failure> {
        let client = self.door.connect().await?;
        let opened = stream::iter(0..count).map(|_| {
            let mut client = client.clone();
            async move {
                let (service, name) = (contract::SERVICE.to_owned(), String::new());
                let request =
                    self.door.request(StartRunRequest { service, name, ..StartRunRequest::default() })?;
                let run = client.start_run(request).await?.into_inner().run;
                let request = self.door.request(ActRequest {
                    run: run.clone(),
                    tool: contract::READ.to_owned(),
                    params_json: format!("{{\"account_id\":\"{}\"}}", contract::ACCOUNT),
                    ..ActRequest::default()
                })?;
                let read = client.act(request).await?.into_inner();
                if read.status() != ActionStatus::Succeeded {
                    return Err(Failure::from(format!("no evidence: {read:?}")));
                }
                Ok(run)
            }
        });
        opened.buffer_unordered(64).try_collect().await
    }

    /// Reports that none of the actions was carried out after all.
    pub(crate) async fn settle(&self, actions: Vec<String>) -> Result<(), Failure> {
        let client = self.door.connect().await?;
        let settled = stream::iter(actions).map(|action| {
            let mut client = client.clone();
            async move {
                let request = self.door.request(SettleRequest {
                    action,
                    status: ActionStatus::Failed.into(),
                    note: "not carried out".to_owned(),
                    ..SettleRequest::default()
                })?;
                client.settle(request).await?;
                Ok::<_, Failure>(())
            }
        });
        settled.buffer_unordered(256).try_collect().await
    }

    /// Ends the runs.
    pub(crate) async fn end_runs(&self, runs: Vec<String>) -> Result<(), Failure> {
        let mut client = self.door.connect().await?;
        for run in runs {
            client.end_run(self.door.request(EndRunRequest { run, reason: "done".to_owned() })?).await?;
        }
        Ok(())
    }

    pub(crate) async fn shut_down(self) {
        self.running.shutdown().await;
    }
}
