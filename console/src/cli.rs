//! The command line: what can be typed, and which verb answers it.

use std::{env, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use clap_complete::engine::ArgValueCompleter;

use self::{
    paint::Color,
    screen::Format,
    verb::{
        ack, attention, audit, blast, completions, context, contract, cost, decide, domain, explain, export,
        get, handover, key, man, replay, resolve, rollback, schema, show, switch, tail, token, verify, who,
    },
};

use crate::{
    config::{self, Config, Known},
    tui::{
        Settings,
        theme::{Looks, Palette},
    },
};

pub(crate) mod clock;
pub mod complete;
pub mod demo;
pub mod drill;
pub mod exit;
pub mod failure;
pub mod filter;
pub mod guard;
pub mod json;
pub mod kind;
pub mod paint;
pub mod problems;
pub mod run;
pub mod scope;
pub mod screen;
pub mod seal;
pub mod session;
pub mod setting;
pub mod signer;
pub mod table;
pub mod verb;
pub mod watch;
pub mod words;
pub mod yaml;

#[cfg(test)]
mod tests;

/// Watch, decide, stop, undo and prove what AI services do.
#[derive(Parser, Debug)]
#[command(name = "remit", version, after_help = after_help())]
pub struct Cli {
    /// What holds for every verb.
    #[command(flatten)]
    pub global: Global,
    /// The verb; the console when left out.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// How the console looks; other verbs have no use for it.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Look {
    /// The colours of the console
    #[arg(
        long,
        global = true,
        help_heading = "Options of the console",
        value_enum,
        default_value_t = Palette::Auto,
        env = "REMIT_THEME",
        hide_env_values = true
    )]
    pub theme: Palette,
    /// Draw the console with ASCII alone; also where the locale is not UTF-8
    #[arg(long, global = true, help_heading = "Options of the console")]
    pub ascii: bool,
    /// Move as little as possible: ages go on every five seconds; also where NO_MOTION is set
    #[arg(long, global = true, help_heading = "Options of the console")]
    pub reduced_motion: bool,
    /// The console's file [default: remit/config.toml in the configuration folder]
    #[arg(
        long,
        global = true,
        help_heading = "Options of the console",
        value_name = "FILE",
        env = "REMIT_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,
    /// Select and scroll with the mouse; it never confirms
    #[arg(long, global = true, help_heading = "Options of the console")]
    pub mouse: bool,
    /// No screen but lines, for screen readers: what changes is said, what you want is typed; also where ACCESSIBLE is set
    #[arg(long, global = true, help_heading = "Options of the console", conflicts_with = "record")]
    pub plain: bool,
    /// Record every frame of the console in this new file, for `remit replay`; reasons that you type are on it
    #[arg(long, global = true, help_heading = "Options of the console", value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// Options of every verb.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// The context, by its name or its file: environment, endpoint and token [default: the current one]
    #[arg(
        long,
        global = true,
        help_heading = "Options of every verb",
        value_name = "NAME|FILE",
        env = "REMIT_CONTEXT",
        hide_env_values = true,
        add = ArgValueCompleter::new(complete::contexts)
    )]
    pub context: Option<PathBuf>,
    /// In production, say that you mean it, and why: for what gives rights or lets something go
    #[arg(
        long,
        global = true,
        help_heading = "Options of every verb",
        value_name = "REASON",
        value_parser = guard::reason
    )]
    pub write: Option<String>,
    /// The form of the output
    #[arg(short, long, global = true, help_heading = "Options of every verb", value_enum, default_value_t = Format::Table)]
    pub output: Format,
    /// When to colour; NO_COLOR is honoured
    #[arg(long, global = true, help_heading = "Options of every verb", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// How the console looks.
    #[command(flatten)]
    pub look: Look,
}

impl Global {
    /// How the console is to be: what an option says goes before what the file says.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn settings(&self) -> Result<Settings, config::Error> {
        let Look { theme, ascii, reduced_motion, mouse, plain, .. } = self.look;
        let accessible = env::var("ACCESSIBLE").is_ok_and(|value| !matches!(value.as_str(), "" | "0"));
        let path = self.look.config.clone().or_else(config::default_path);
        let known = path.map_or_else(|| Ok(Known::default()), |path| Config::load(&path))?;
        let Known { config, keymap, .. } = known;
        let palette = match (self.color, theme) {
            (Color::Never, _) => Palette::Plain,
            (Color::Auto | Color::Always, Palette::Auto) => config.theme,
            (Color::Auto | Color::Always, chosen) => chosen,
        };
        let looks =
            Looks { palette, ascii: ascii || config.ascii, still: reduced_motion || config.reduced_motion };
        Ok(Settings {
            looks,
            plain: plain || config.plain || accessible,
            record: self.look.record.clone(),
            mouse: mouse || config.mouse,
            notify: config.notify,
            title: config.title,
            keymap,
        })
    }
}

/// What can be asked.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Open the console, as no verb at all does
    Console,
    /// What a control plane answers.
    #[command(flatten)]
    Remote(Remote),
    /// Work with contracts: check, compare, propose, approve, activate, revoke
    Contract(contract::Contract),
    /// Work with the files of domains: check them, print their schema
    Domain(domain::Domains),
    /// Try what stopping or undoing a service does, against a sandbox; and keep the trend
    Drill(verb::drill::Drill),
    /// Make and register the key with which you sign approvals
    Key(key::Keys),
    /// What the console's file may say, and whether it says it rightly
    Config(verb::config::Configuration),
    /// Say what a reason code means and what to do
    Explain(explain::Explain),
    /// Run a whole control plane with services, tools and agents, to try everything on
    #[command(after_help = DEMO_HELP)]
    Demo(demo::Args),
    /// List the contexts that you have, show one, or choose which is meant when none is named
    Context(context::Contexts),
    /// Print a completion script for a shell; it offers names as they are at that moment
    Completions(completions::Completions),
    /// Print the manual page, or write one for every verb
    Man(man::Manual),
    /// Play a recorded session of the console, or print one of its frames
    Replay(replay::Replay),
    /// Print the JSON Schema of what a verb answers with `-o json`
    Schema(schema::Schema),
}

/// What a control plane answers.
#[derive(Subcommand, Debug)]
pub enum Remote {
    /// List services, runs, actions, escalations or switches
    Get(get::Get),
    /// Show what is spent, held and left, and when it will be gone
    Cost(cost::Cost),
    /// Show what a service has touched lately, and what of it can be undone
    Blast(blast::Blast),
    /// Say who did what to the control plane: answers, switches, versions, rollbacks, tokens
    Audit(audit::Audit),
    /// Show one action in full
    Show(show::Show),
    /// Follow the journal as it is written
    Tail(tail::Tail),
    /// Approve a held action: exactly what is shown, nothing else
    #[command(after_help = decide::APPROVE_HELP)]
    Approve(decide::Decide),
    /// Deny a held action
    #[command(after_help = decide::DENY_HELP)]
    Deny(decide::Decide),
    /// Hand a question to somebody, or all that is yours at the end of a shift
    #[command(name = "handover")]
    HandOver(handover::HandOver),
    /// Say that you look at an alert: all see it, and it stands until it ends
    Ack(ack::Ack),
    /// Let a scope do nothing any more
    #[command(after_help = switch::STOP_HELP)]
    Stop(switch::Stop),
    /// Let a scope read and draft only
    #[command(after_help = switch::SAFE_HELP)]
    Safe(switch::Safe),
    /// Release what `stop` or `safe` has lowered; shows what goes again
    Release(switch::Release),
    /// Say why a switch is set, when you look at it again, or who does
    Reason(switch::Reason),
    /// Say what became of an action whose outcome nobody knows
    Resolve(resolve::Resolve),
    /// Undo what a run has done
    Rollback(rollback::Rollback),
    /// Write the record of a service's domain as JSON lines
    Export(export::Export),
    /// Recompute the journal's hash chains
    Verify(verify::Verify),
    /// Create, list and revoke tokens
    Token(token::Tokens),
    /// How you have decided in the last hour: shares, pace, what was undone since
    #[command(after_help = attention::HELP)]
    Attention(attention::Look),
    /// Say who answers for a service, who may do what about it, and by which grants
    Who(who::Who),
}

/// Help that `remit demo` ends with.
const DEMO_HELP: &str = "Examples:
  remit demo                              the console over a busy control plane
  remit demo --headless --for 20s -o json";

/// The end of the top-level help.
fn after_help() -> String {
    format!(
        "Examples:
  remit get services                                   who acts, under which ceiling
  remit stop service:refund-decision --reason \"…\"      now, and provably
  remit get escalations                                what waits for a person
  remit rollback plan 1f3a9c2e                         what undoing a run would do

{}

A context names the control plane and holds your token: `remitd serve` writes one into its data \
         directory.",
        exit::help()
    )
}
