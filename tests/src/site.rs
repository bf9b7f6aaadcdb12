//! A place where `remitd` runs as a process of its own: its data, its contracts, its tools; and its restarts.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::{
    client::{Agent, Operator},
    contracts::{Contracts, REFUNDS},
    provider::Provider,
    upstream::Upstream,
};

/// Where it listens unless somebody says where.
const A_FREE_PORT: &str = "127.0.0.1:0";

/// Longest wait for anything that must happen; a machine that is busy with other tests takes its time.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Longest wait for a start, which reads the whole journal.
const START: Duration = Duration::from_secs(120);

/// Everything that outlives the process.
#[derive(Debug)]
pub struct Site {
    /// The tool servers.
    pub upstream: Upstream,
    /// The model provider.
    pub provider: Provider,
    /// What the process is started with.
    pub contracts: Contracts,
    program: PathBuf,
    dir: TempDir,
}

/// How a process that did not want to start has ended.
#[derive(Debug)]
pub struct Refused {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it said on standard error.
    pub said: String,
}

impl Site {
    /// A fresh site for this program, with the refund contract.
    pub async fn new(program: &str) -> Self {
        let dir = TempDir::new().unwrap();
        Self {
            upstream: Upstream::start(dir.path()).await,
            provider: Provider::start().await,
            contracts: Contracts::refunds(dir.path()),
            program: program.into(),
            dir,
        }
    }

    /// A folder of this site.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What the last process logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap()
    }

    fn log_path(&self) -> PathBuf {
        self.dir.path().join("remitd.log")
    }

    /// Starts `remitd` on a free port and waits until it is ready.
    pub async fn start(&self) -> Remitd {
        self.start_as(self.command()).await
    }

    /// Starts `remitd` so that it ends at this point, as the control plane's `crash.rs` names it.
    pub async fn start_to_end_at(&self, point: &str) -> Remitd {
        let mut command = self.command();
        command.env("FAILPOINTS", point);
        self.start_as(command).await
    }

    /// Starts `remitd` so that three people bring each version of this domain to life.
    pub async fn start_approving(&self, domain: &str) -> Remitd {
        let mut command = self.bare(&self.program);
        command.args(self.serving()).args(["--approval", "required", "--domain", domain]);
        self.start_as(command).await
    }

    /// The same for `payments`, whose file says that what was refused lately and would be admitted is reviewed, and
    /// for `sales`, which has no file.
    pub async fn start_reviewing(&self) -> Remitd {
        let mut command = self.bare(&self.program);
        let settings = ["--approval", "required", "--domain", "payments", "--domain", "sales", "--domains"];
        command.args(self.serving()).args(settings).arg(self.payments("backtest: required"));
        self.start_as(command).await
    }

    /// As [`Site::start`], where it listened before: its clients come back by themselves.
    pub async fn start_at(&self, address: SocketAddr) -> Remitd {
        let mut command = self.bare(&self.program);
        let again = |it: OsString| if it == A_FREE_PORT { address.to_string().into() } else { it };
        command.args(self.serve().into_iter().map(again));
        self.start_as(command).await
    }

    /// A file of the domain `payments` that says this, too.
    pub fn payments(&self, says: &str) -> PathBuf {
        let file = self.path().join("payments.yaml");
        fs::write(&file, format!("domain: remit/v1\nname: payments\ncurrency: USD\n{says}\n")).unwrap();
        file
    }

    fn domains(&self) -> PathBuf {
        self.path().join("domains")
    }

    /// Writes the file of a domain; from then on it is given at every start.
    pub fn domain(&self, name: &str, text: &str) {
        fs::create_dir_all(self.domains()).unwrap();
        fs::write(self.domains().join(format!("{name}.yaml")), text).unwrap();
    }

    /// As [`Site::start`], where no file may grow beyond so many blocks of 512 bytes: a disk that gets full.
    pub async fn start_with_room_for(&self, blocks: u32) -> Remitd {
        // Without the signal's default, the write fails with an error as it does on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = self.bare(Path::new("sh"));
        command.arg("-c").arg(script).arg(&self.program).args(self.serve());
        self.start_as(command).await
    }

    /// As [`Site::start`], where the process may have so many files and connections open.
    pub async fn start_with_files(&self, files: u32) -> Remitd {
        let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
        let mut command = self.bare(Path::new("sh"));
        command.arg("-c").arg(script).arg(&self.program).args(self.serve());
        self.start_as(command).await
    }

    /// As [`Site::start`], with a disk whose syncs go as `how` says in the words of strace, for instance
    /// `error=EIO:when=100+`. `None`, and a line that says so, where processes may not be traced.
    pub async fn start_with_syncs(&self, how: &str) -> Option<Remitd> {
        self.start_traced(Path::new("/dev/null"), &["-e", &format!("inject=fsync,fdatasync:{how}")]).await
    }

    /// As [`Site::start`], with a line for each sync in this file; `None` likewise.
    pub async fn start_with_syncs_noted(&self, file: &Path) -> Option<Remitd> {
        self.start_traced(file, &[]).await
    }

    async fn start_traced(&self, noted: &Path, inject: &[&str]) -> Option<Remitd> {
        let may_trace = Command::new("strace").args(["-o", "/dev/null", "true"]).output().await;
        if !may_trace.as_ref().is_ok_and(|output| output.status.success()) {
            // Not through the macro, which the test runner keeps to itself.
            let why =
                may_trace.map_or_else(|error| error.to_string(), |it| format!("it ended with {}", it.status));
            let skipped = format!("SKIPPED: strace watches syncs, and cannot here: {why}\n");
            std::io::stderr().write_all(skipped.as_bytes()).unwrap();
            return None;
        }
        let mut command = self.bare(Path::new("strace"));
        // With -D the process that was started is remitd itself, so that it can be ended.
        command.args(["-D", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(noted).args(inject);
        command.arg(&self.program).args(self.serve());
        Some(self.start_as(command).await)
    }

    async fn start_as(&self, mut command: Command) -> Remitd {
        let log = File::create(self.log_path()).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(START, lines.next_line()).await.expect("it gets ready").unwrap();
        let line = line.unwrap_or_else(|| panic!("remitd did not start:\n{}", self.log()));
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(ready["ready"], true, "{line}");
        Remitd { address: ready["address"].as_str().unwrap().parse().unwrap(), child, data: self.data() }
    }

    /// Starts `remitd` where it must refuse to.
    pub async fn start_refused(&self) -> Refused {
        self.start_refused_with(&[]).await
    }

    /// The same with further arguments.
    pub async fn start_refused_with(&self, arguments: &[&str]) -> Refused {
        let output = self.command().args(arguments).output();
        let output = tokio::time::timeout(PATIENCE, output).await.expect("it ends").unwrap();
        assert!(!output.status.success(), "it started");
        Refused { code: output.status.code(), said: String::from_utf8(output.stderr).unwrap() }
    }

    fn command(&self) -> Command {
        let mut command = self.bare(&self.program);
        command.args(self.serve());
        command
    }

    fn serve(&self) -> Vec<OsString> {
        let mut arguments = self.serving();
        arguments.extend(["--contracts".into(), self.contracts.path().into()]);
        let domains = self.domains();
        if domains.is_dir() {
            arguments.extend(["--domains".into(), domains.into()]);
        }
        arguments
    }

    fn serving(&self) -> Vec<OsString> {
        let fixed = ["serve", "--listen", A_FREE_PORT, "--environment", "test", "--data"];
        let mut arguments: Vec<OsString> = fixed.map(Into::into).into();
        arguments.push(self.data().into());
        arguments
    }

    /// A command in this site's environment and in no other.
    pub fn bare(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.path())
            .env("XDG_CONFIG_HOME", self.dir.path().join("config"))
            .env("XDG_STATE_HOME", self.dir.path().join("state"))
            .env("USER", "olga.ops")
            .env("PAYMENTS_URL", self.upstream.url())
            .env("DESK_URL", self.upstream.url())
            .env("MODELS_URL", self.provider.url())
            .env("MODELS_KEY", "a-provider-credential")
            .env("PAYMENTS_TOKEN", "a-tool-credential")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// A running control plane.
#[derive(Debug)]
pub struct Remitd {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    data: PathBuf,
}

impl Remitd {
    /// The address as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token of the operator whom the first start has made.
    pub fn operator_token(&self) -> String {
        fs::read_to_string(self.data.join("operator.token")).unwrap().trim().to_owned()
    }

    /// That operator.
    pub async fn operator(&self) -> Operator {
        Operator::connect(&self.url(), &self.operator_token()).await
    }

    /// The refund service with a token of its own.
    pub async fn agent(&self) -> Agent {
        let token = self.operator().await.service_token(REFUNDS).await;
        Agent::connect(&self.url(), &token).await
    }

    /// The process.
    pub fn process(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Kills it as a power cut would, and waits until it is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to end.
    pub async fn terminate(&self) {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &pid]).status().await.unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap()
    }

    /// Asks it to end and waits for that.
    pub async fn stop(self) {
        self.terminate().await;
        assert!(self.ended().await.success());
    }
}
