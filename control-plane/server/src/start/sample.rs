//! A control plane in the test's own process, its contracts and its people.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use remit_core::{
    Command, Declared, Digest, Person, Reach, RunId, Terms, event::Holder, proposal::Channel, version::Files,
};
use remit_journal::Journal;
use remit_proto::v1 as pb;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{Error, Running, start, start_in_sandbox, start_on};
use crate::{
    A_FREE_PORT, Config, Versions,
    auth::{self, Principal},
    error, grpc,
    plane::Plane,
};

pub(crate) const REFUNDS: &str = "refund-decision";
pub(crate) const ACCESS: &str = "access-grants";

/// A folder with a data directory and copies of the shipped contracts.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for service in [REFUNDS, ACCESS] {
            place.put(service, shipped(service));
        }
        place
    }

    /// Writes files into the folder of a service.
    pub(crate) fn put(&self, service: &str, files: Files) {
        for (name, text) in files {
            let path = self.folder(service).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    /// Writes a domain's file; from then on it is given at every start.
    pub(crate) fn domain(&self, file: &str, text: &str) {
        let folder = self.0.path().join("domains");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), text).unwrap();
    }

    /// Takes it away again.
    pub(crate) fn take_domain(&self, file: &str) {
        let folder = self.0.path().join("domains");
        fs::remove_file(folder.join(file)).unwrap();
        if fs::read_dir(&folder).unwrap().next().is_none() {
            fs::remove_dir(folder).unwrap();
        }
    }

    pub(crate) fn folder(&self, service: &str) -> PathBuf {
        self.0.path().join("contracts").join(service)
    }

    /// Replaces a text of a contract.
    pub(crate) fn edit(&self, service: &str, from: &str, to: &str) {
        let path = self.folder(service).join("contract.yaml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "the contract does not say `{from}`");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    pub(crate) async fn folders(&self, services: &[&str]) -> Result<Running, Error> {
        self.start(Versions::Folders(services.iter().map(|service| self.folder(service)).collect())).await
    }

    pub(crate) async fn approving(&self, domains: &[&str]) -> Result<Running, Error> {
        let domains = domains.iter().map(|domain| (*domain).into()).collect();
        self.start(Versions::Approved { domains }).await
    }

    /// With these tools in a sandbox, where no variable and no secret has a value.
    pub(crate) async fn in_sandbox(&self, service: &str, sandbox: &str) -> Result<Running, Error> {
        let config = self.config(Versions::Folders(vec![self.folder(service)]));
        let config = Config { variables: BTreeMap::new(), ..config };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        start_in_sandbox(sandbox.to_owned(), config, listener).await
    }

    /// The same on a journal that holds something already.
    pub(crate) async fn approving_on(&self, journal: Journal) -> Result<Running, Error> {
        let config = self.config(Versions::Approved { domains: Vec::new() });
        start_on(journal, config, TcpListener::bind(("127.0.0.1", 0)).await.unwrap()).await
    }

    async fn start(&self, versions: Versions) -> Result<Running, Error> {
        start(self.config(versions), TcpListener::bind(("127.0.0.1", 0)).await.unwrap()).await
    }

    fn config(&self, versions: Versions) -> Config {
        let variables = [
            ("PAYMENTS_URL", "http://127.0.0.1:9"),
            ("DESK_URL", "http://127.0.0.1:9"),
            ("PAYMENTS_TOKEN", "t"),
            ("MODELS_URL", "http://127.0.0.1:9"),
            ("MODELS_KEY", "k"),
        ];
        let domains = self.0.path().join("domains");
        Config {
            data: self.0.path().join("data"),
            versions,
            domains: if domains.is_dir() { vec![domains] } else { Vec::new() },
            variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            environment: "test".to_owned(),
            user_context: false,
            stop_listen: A_FREE_PORT,
        }
    }
}

/// The files of a contract as the project ships it, scenarios and all.
pub(crate) fn shipped(service: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/contracts").join(service);
    let mut files = Files::new();
    for folder in ["", "scenarios"] {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

/// The refund contract without scenarios, with one edit of its document.
pub(crate) fn edited(from: &str, to: &str) -> Files {
    let mut files = shipped(REFUNDS);
    files.retain(|name, _| !name.contains('/'));
    let text = files.get_mut("contract.yaml").unwrap();
    assert!(text.contains(from), "the contract does not say `{from}`");
    *text = text.replace(from, to);
    files
}

/// The same contract in another domain.
pub(crate) fn in_sales() -> Files {
    let mut files = edited("domain: payments", "domain: sales");
    let policy = files.get_mut("policy.cedar").unwrap();
    *policy = policy.replace("Domain::\"payments\"", "Domain::\"sales\"");
    files
}

pub(crate) fn person(name: &str) -> Person {
    let groups: &[&str] = match name {
        "bob" => &["agent-platform"],
        "rita" => &["payments-risk"],
        "olga" => &["payments-oncall"],
        "root" => &["remit-admins"],
        _ => &[],
    };
    Person { name: name.to_owned(), groups: groups.iter().map(|group| (*group).into()).collect() }
}

/// Gives everybody a token: those of the duties, an administrator, the owner and the enabler.
pub(crate) async fn settle_people(plane: &Plane) {
    for name in ["bob", "rita", "olga", "root", "dana.reyes@acme.example", "lee.park@acme.example"] {
        let auth::Minted { credential, hash, .. } = auth::mint();
        let holder = Holder::Operator { person: person(name) };
        let command = Command::IssueCredential { credential, holder, hash, by: "test".to_owned() };
        plane.control().unwrap().domain.submit(command).await.unwrap();
    }
}

/// Starts a run of a service as itself.
pub(crate) async fn run(plane: &Arc<Plane>, service: &str, name: &str) -> Result<RunId, error::Error> {
    let workflow = (service == REFUNDS).then(|| "refund".into());
    let declared = Declared { workflow, ..Declared::default() };
    let caller = Principal { name: service.into(), reach: Reach::Full };
    grpc::start_run(plane, &caller, (service, name), Channel::Grpc, declared).await
}

/// The domain's own word about a version.
pub(crate) fn terms(plane: &Plane, domain: &str, digest: Digest) -> Terms {
    let ward = plane.ward(&domain.into()).unwrap();
    ward.view.read(|inner| (*inner.state.versions[&digest].terms).clone())
}

pub(crate) fn digest(row: &pb::ContractVersion) -> Digest {
    row.digest.parse().unwrap()
}
