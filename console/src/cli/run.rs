//! From a parsed command line to an exit code: streams, session, verb, and failures put into words.

use std::{
    io::{self, BufWriter, IsTerminal as _},
    process::ExitCode,
};

use remit_proto::v1::Level;

use super::{
    Cli, Global, Remote, Verb, clock, demo,
    exit::Exit,
    failure::{self, Failure, Peer},
    guard,
    screen::{Format, Screen},
    session::{self, Session},
    table::Frame,
    verb::{
        ack, attention, audit, blast, completions, config, context, contract, cost, decide, domain, drill,
        explain, export, get, handover, key, latch, man, replay, resolve, rollback, schema, show, switch,
        tail, token, verify, who,
    },
};
use crate::{context::Context, tui};

/// Answers the command line on the process's own streams. Must be called outside of a runtime.
///
/// # Errors
/// When a runtime or the terminal is not to be had, or the demo cannot run.
pub fn run(cli: Cli) -> color_eyre::Result<ExitCode> {
    let format = cli.global.output;
    match cli.verb {
        Some(Verb::Demo(args)) => match cli.global.settings() {
            Ok(settings) => demo::run(demo::Args { format, settings, ..args }),
            Err(error) => Ok(on_stderr(&error.into())),
        },
        Some(Verb::Console) | None => console(&cli.global),
        verb @ Some(
            Verb::Remote(_)
            | Verb::Contract(_)
            | Verb::Domain(_)
            | Verb::Drill(_)
            | Verb::Key(_)
            | Verb::Explain(_)
            | Verb::Config(_)
            | Verb::Context(_)
            | Verb::Completions(_)
            | Verb::Man(_)
            | Verb::Replay(_)
            | Verb::Schema(_),
        ) => {
            // Requests one after another need no second thread; a drill has callers, a control plane and tools.
            let mut runtime = match &verb {
                Some(Verb::Drill(_)) => tokio::runtime::Builder::new_multi_thread(),
                Some(_) | None => tokio::runtime::Builder::new_current_thread(),
            };
            let runtime = runtime.enable_all().build()?;
            Ok(runtime.block_on(on_stdout(Cli { verb, ..cli })).into())
        }
    }
}

/// Opens the console; what it still has to say goes to standard error once the screen is gone.
fn console(global: &Global) -> color_eyre::Result<ExitCode> {
    let context = session::context_path(global.context.as_deref()).and_then(|path| Context::load(&path));
    let settings = global.settings().map_err(Failure::from);
    match context.map_err(Failure::from).and_then(|context| Ok((context, settings?))) {
        Ok((context, settings)) => {
            tui::run(&context, &settings, &mut io::stderr())?;
            Ok(Exit::Ok.into())
        }
        Err(failure) => Ok(on_stderr(&failure)),
    }
}

/// Tells of a failure where nothing goes to standard output.
fn on_stderr(failure: &Failure) -> ExitCode {
    let (mut out, mut err) = (io::sink(), io::stderr());
    let frame = Frame { width: None, colour: false, wide: false, now: clock::now() };
    let mut screen = Screen { out: &mut out, err: &mut err, format: Format::Table, frame, series: false };
    tell(failure, None, &mut screen).into()
}

async fn on_stdout(cli: Cli) -> Exit {
    let stdout = io::stdout();
    let width = if stdout.is_terminal() { crossterm::terminal::size().ok() } else { None };
    let frame = Frame {
        width: width.map(|(columns, _)| usize::from(columns)),
        colour: cli.global.color.on_stdout(),
        wide: cli.global.output == Format::Wide,
        now: clock::now(),
    };
    let (mut out, mut err) = (BufWriter::new(stdout), io::stderr());
    let mut screen = Screen { out: &mut out, err: &mut err, format: cli.global.output, frame, series: false };
    answer(cli, &mut screen, interrupted()).await
}

/// Ctrl-C.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the signal ends the process by itself.
        std::future::pending::<()>().await;
    }
}

/// Answers on these streams; `interrupt` ends what would go on for ever.
pub async fn answer(cli: Cli, screen: &mut Screen<'_>, interrupt: impl Future<Output = ()>) -> Exit {
    let mut peer = None;
    let ended = dispatch(cli, &mut peer, screen, interrupt).await;
    let ended = ended.and_then(|exit| screen.out.flush().map(|()| exit).map_err(Failure::from));
    ended.unwrap_or_else(|failure| tell(&failure, peer.as_ref(), screen))
}

/// Puts a failure into words and into an exit code.
fn tell(failure: &Failure, peer: Option<&Peer>, screen: &mut Screen<'_>) -> Exit {
    let Some(explained) = failure::explain(failure, peer) else { return Exit::Ok };
    // Nobody is left to tell when even this cannot be written.
    let _ = screen.failure(&explained);
    explained.exit
}

/// What needs no control plane here, the rest over a session.
async fn dispatch(
    cli: Cli,
    peer: &mut Option<Peer>,
    screen: &mut Screen<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<Exit, Failure> {
    if cli.verb.as_ref().is_some_and(guard::raises) {
        let context = Context::load(&session::context_path(cli.global.context.as_deref())?)?;
        guard::check(cli.global.write.as_deref(), &context, screen)?;
    }
    match cli.verb {
        Some(Verb::Contract(args)) => contract::run(&args, || open(&cli.global, peer), screen).await,
        Some(Verb::Domain(args)) => domain::run(&args, screen),
        Some(Verb::Drill(args)) => drill::run(&args, || open(&cli.global, peer), screen).await,
        Some(Verb::Key(args)) => match args.verb {
            key::Verb::Create(args) => key::create(&args, screen).map(|()| Exit::Ok),
            key::Verb::Register(args) => {
                let session = open(&cli.global, peer)?;
                key::register(&args, &session, screen).await.map(|()| Exit::Ok)
            }
        },
        Some(Verb::Explain(args)) => explain::run(&args, screen).map(|()| Exit::Ok),
        Some(Verb::Config(args)) => config::run(&args, &cli.global, screen),
        Some(Verb::Context(args)) => context::run(&args, screen).map(|()| Exit::Ok),
        Some(Verb::Completions(args)) => completions::run(&args, screen).map(|()| Exit::Ok),
        Some(Verb::Replay(args)) => replay::run(args, screen).await.map(|()| Exit::Ok),
        Some(Verb::Schema(args)) => schema::run(&args, screen).map(|()| Exit::Ok),
        Some(Verb::Man(args)) => man::run(&args, screen).map(|()| Exit::Ok),
        Some(Verb::Remote(Remote::Stop(switch::Stop { local: true, data: Some(data), how, .. }))) => {
            latch::stop(&data, how.reason.as_deref(), screen).await.map(|()| Exit::Ok)
        }
        Some(Verb::Remote(Remote::Release(switch::Release { local: true, data: Some(data), .. }))) => {
            latch::release(&data, screen).map(|()| Exit::Ok)
        }
        Some(Verb::Remote(verb)) => {
            let mut session = open(&cli.global, peer)?;
            remote(verb, &mut session, screen, interrupt).await
        }
        Some(Verb::Console | Verb::Demo(_)) | None => Ok(Exit::Ok),
    }
}

/// A session with the control plane of the context; notes it for what may go wrong.
fn open(global: &Global, peer: &mut Option<Peer>) -> Result<Session, Failure> {
    let path = session::context_path(global.context.as_deref())?;
    let context = Context::load(&path)?;
    *peer = Some(Peer { endpoint: context.endpoint.clone(), context: path });
    Session::open(context)
}

async fn remote(
    verb: Remote,
    session: &mut Session,
    screen: &mut Screen<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<Exit, Failure> {
    match verb {
        Remote::Get(args) => get::run(args, session, screen, interrupt).await?,
        Remote::Show(args) => show::run(args, session, screen).await?,
        Remote::Cost(args) => return cost::run(args, session, screen, interrupt).await,
        Remote::Audit(args) => audit::run(args, session, screen).await?,
        Remote::Blast(args) => blast::run(args, session, screen).await?,
        Remote::Attention(args) => attention::run(&args, session, screen, interrupt).await?,
        Remote::Who(args) => who::run(args, session, screen).await?,
        Remote::Tail(args) => tail::run(args, session, screen, interrupt).await?,
        Remote::Approve(args) => decide::run(args, true, session, screen).await?,
        Remote::Deny(args) => decide::run(args, false, session, screen).await?,
        Remote::HandOver(args) => handover::run(args, session, screen).await?,
        Remote::Ack(args) => ack::run(args, session, screen).await?,
        Remote::Stop(args) => {
            let what = (switch::named(args.scope)?, args.how);
            switch::lower(what, Level::None, (session, screen), interrupt).await?;
        }
        Remote::Safe(args) => {
            switch::lower((args.scope, args.how), Level::Draft, (session, screen), interrupt).await?;
        }
        Remote::Release(args) => switch::release(args, session, screen).await?,
        Remote::Reason(args) => switch::explain(args, session, screen).await?,
        Remote::Resolve(args) => resolve::run(args, session, screen).await?,
        Remote::Rollback(args) => return rollback::run(args, session, screen).await,
        Remote::Export(args) => export::run(args, session, screen).await?,
        Remote::Verify(verify::Verify {}) => return verify::run(session, screen).await,
        Remote::Token(args) => token::run(args, session, screen).await?,
    }
    Ok(Exit::Ok)
}
