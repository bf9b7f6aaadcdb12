//! A control plane on a directory of its own, with one service.

use std::collections::BTreeMap;

use remit_control_plane::{A_FREE_PORT, Config, Running, start};
use remit_proto::v1::{
    ActRequest, ActionStatus, CreateTokenRequest, StartRunRequest, create_token_request::Subject,
    operator_client::OperatorClient, runtime_client::RuntimeClient,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tonic::{Request, metadata::MetadataValue, transport::Channel};

use crate::{Failure, contract, tool::Tool};

pub(crate) struct Site {
    pub(crate) tool: Tool,
    running: Running,
    url: String,
    token: String,
    folder: TempDir,
}

impl Site {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let (tool, address) = Tool::serve().await?;
        let folder = tempfile::tempdir()?;
        let contract = folder.path().join("contract");
        std::fs::create_dir(&contract)?;
        std::fs::write(contract.join("contract.yaml"), contract::yaml(&format!("http://{address}")))?;
        std::fs::write(contract.join("policy.cedar"), contract::policies(10, &[]))?;
        let config = Config {
            data: folder.path().join("data"),
            versions: remit_control_plane::Versions::Folders(vec![contract]),
            domains: Vec::new(),
            variables: BTreeMap::new(),
            environment: "bench".to_owned(),
            user_context: false,
            stop_listen: A_FREE_PORT,
        };
        let running = start(config, TcpListener::bind("127.0.0.1:0").await?).await?;
        let url = format!("http://{}", running.address());
        let subject = Some(Subject::Service(contract::SERVICE.to_owned()));
        let request = CreateTokenRequest { subject, ..CreateTokenRequest::default() };
        let request = bearing(running.operator_token(), request)?;
        let token =
            OperatorClient::connect(url.clone()).await?.create_token(request).await?.into_inner().secret;
        Ok(Self { tool, running, url, token, folder })
    }

    pub(crate) async fn operator(&self) -> Result<OperatorClient<Channel>, Failure> {
        Ok(OperatorClient::connect(self.url.clone()).await?)
    }

    pub(crate) async fn service(&self) -> Result<RuntimeClient<Channel>, Failure> {
        Ok(RuntimeClient::connect(self.url.clone()).await?)
    }

    pub(crate) fn by_operator<T>(&self, message: T) -> Result<Request<T>, Failure> {
        bearing(self.running.operator_token(), message)
    }

    pub(crate) fn by_service<T>(&self, message: T) -> Result<Request<T>, Failure> {
        bearing(&self.token, message)
    }

    /// Opens a run that has seen its evidence.
    pub(crate) async fn run(&self, client: &mut RuntimeClient<Channel>) -> Result<String, Failure> {
        let (service, name) = (contract::SERVICE.to_owned(), String::new());
        let request = self.by_service(StartRunRequest { service, name, ..StartRunRequest::default() })?;
        let run = client.start_run(request).await?.into_inner().run;
        let read = client.act(self.by_service(reading(&run))?).await?.into_inner();
        if read.status() == ActionStatus::Succeeded {
            Ok(run)
        } else {
            Err(format!("no evidence: {read:?}").into())
        }
    }

    /// The directory, with the journal closed in it.
    pub(crate) async fn shut_down(self) -> Data {
        self.running.shutdown().await;
        Data(self.folder)
    }
}

/// What is left when the control plane has gone.
pub(crate) struct Data(TempDir);

impl Data {
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.0.path().join("data")
    }
}

/// The read that others go on asking for.
pub(crate) fn reading(run: &str) -> ActRequest {
    ActRequest {
        run: run.to_owned(),
        tool: contract::READ.to_owned(),
        params_json: format!("{{\"account_id\":\"{}\"}}", contract::ACCOUNT),
        ..ActRequest::default()
    }
}

fn bearing<T>(token: &str, message: T) -> Result<Request<T>, Failure> {
    let mut request = Request::new(message);
    let token: MetadataValue<_> = format!("Bearer {token}").parse()?;
    request.metadata_mut().insert("authorization", token);
    Ok(request)
}
