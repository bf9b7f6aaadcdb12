//! One demo from its start to its proof: agents at work, somebody who operates, and the audit at the end.

use std::{fs::File, io, path::Path, sync::Arc, time::Duration};

use color_eyre::eyre::{Report, WrapErr as _};
use remit_control_plane::Running;
use remit_proto::v1;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    Args, HEADLESS_FOR,
    agents::{self, Pace, Tally},
    audit,
    case::Deck,
    operator::{self, Done},
    progress::Progress,
    summary::Summary,
    world::World,
};
use crate::{connect, tui};

/// Without a console things go quickly, and nobody but the script answers.
const HEADLESS: Pace =
    Pace { every: Duration::from_millis(140), waiting: 8, patience: Duration::from_secs(600) };
/// With a console somebody wants to look at what comes, and takes the time to answer.
const LIVE: Pace =
    Pace { every: Duration::from_millis(350), waiting: 12, patience: Duration::from_secs(30 * 60) };
/// At the end, what is in flight may settle for so long; longer than any tool's timeout.
const SETTLING: Duration = Duration::from_secs(6);

/// A demo without a console.
///
/// # Errors
/// A port, a file or the control plane is not to be had.
pub(crate) async fn headless(args: &Args, dir: &Path) -> Result<Summary, Report> {
    log_to(&dir.join("demo.log"))?;
    let stage = Stage::open(args.seed, dir, Progress::lines(io::stderr()), HEADLESS).await?;
    let time = args.time.unwrap_or(HEADLESS_FOR);
    stage.world.progress.line(&format!("seed {}, {} s; {}", args.seed, time.as_secs(), stage.elsewhere()));
    // Four pauses, and time left for what lies between them.
    let pause = time.checked_div(6).unwrap_or_default();
    let both = async { tokio::join!(Box::pin(operator::duty(&stage.world, pause)), sleep(time)).0 };
    let (done, unfinished) = tokio::select! {
        played = both => match played {
            Ok(done) => (Some(done), None),
            Err(error) => (None, Some(format!("the operator could not finish: {error:#}"))),
        },
        // Ended early; what happened until now is proved all the same.
        Ok(()) = told_to_end() => (None, None),
    };
    stage.close(args.seed, done, unfinished).await
}

/// Ctrl-C, or the system asks for it.
async fn told_to_end() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// A demo in the console; the agents work until the operator leaves, or as long as was asked.
///
/// # Errors
/// As [`headless`], and when the terminal is not to be had.
pub(crate) fn live(args: &Args, dir: &Path, runtime: &Runtime) -> Result<Summary, Report> {
    log_to(&dir.join("demo.log"))?;
    let stage = runtime.block_on(Stage::open(args.seed, dir, Progress::quiet(), LIVE))?;
    // A terminal that hangs up must not keep the end from coming: what it does not take is dropped.
    let err = Progress::lines(io::stderr());
    err.line(&stage.elsewhere());
    if let Some(time) = args.time {
        let quit = stage.quit.clone();
        runtime.spawn(async move {
            sleep(time).await;
            quit.cancel();
        });
    }
    let mut words = Vec::new();
    tui::run(&stage.world.context, &args.settings, &mut words)?;
    for line in String::from_utf8_lossy(&words).lines() {
        err.line(line);
    }
    err.line("verifying");
    runtime.block_on(stage.close(args.seed, None, None))
}

/// Everything that runs.
struct Stage {
    world: Arc<World>,
    running: Running,
    agents: JoinHandle<Tally>,
    quit: CancellationToken,
}

impl Stage {
    async fn open(seed: u64, dir: &Path, progress: Progress, pace: Pace) -> Result<Self, Report> {
        let (world, running) = Box::pin(World::start(dir, progress)).await?;
        let quit = CancellationToken::new();
        let agents = tokio::spawn(agents::run(Arc::clone(&world), Deck::new(seed), pace, quit.clone()));
        Ok(Self { world, running, agents, quit })
    }

    /// How another terminal looks at the same control plane.
    fn elsewhere(&self) -> String {
        let context = self.running.context_file().display();
        format!("while it runs, in another terminal: remit --context {context} get services")
    }

    /// Lets the agents end, proves what happened, and ends the control plane.
    async fn close(
        self,
        seed: u64,
        operator: Option<Done>,
        unfinished: Option<String>,
    ) -> Result<Summary, Report> {
        self.quit.cancel();
        let tally = self.agents.await.wrap_err("end the agents")?;
        self.world.progress.line("the agents are done; verifying");
        quiet(&self.world).await?;
        let audit = audit::audit(&self.world, self.running.journal().clone()).await?;
        self.running.shutdown().await;
        Ok(Summary { seed, tally, audit, operator, unfinished })
    }
}

/// Waits until nothing is in flight any more.
async fn quiet(world: &World) -> Result<(), Report> {
    let mut operator = connect::operator(&world.context)?;
    let until = Instant::now().checked_add(SETTLING);
    while until.is_some_and(|until| Instant::now() < until) {
        let services = operator.list_services(v1::ListServicesRequest {}).await?.into_inner().services;
        if services.iter().all(|service| service.in_flight == 0) {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Logs go to a file of the demo: the terminal belongs to the console or to the progress.
fn log_to(path: &Path) -> Result<(), Report> {
    let file = File::create(path).wrap_err("create the log")?;
    let log = tracing_subscriber::fmt().with_ansi(false).with_writer(std::sync::Mutex::new(file));
    // The MCP library tells of every request.
    if log.with_env_filter("info,rmcp=warn").try_init().is_err() {
        tracing::debug!("somebody else keeps the log");
    }
    Ok(())
}
