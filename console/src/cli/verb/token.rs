//! `remit token`: who may speak to the control plane.

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use remit_proto::v1::{
    CreateTokenRequest, ListTokensRequest, RevokeTokenRequest, create_token_request::Subject,
};
use serde_json::json;

use crate::cli::{
    complete,
    failure::Failure,
    kind::token,
    screen::Screen,
    session::{Session, within},
};

/// Arguments of `remit token`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  TOKEN=$(remit token create --service refund-decision)
  AGENT=$(remit token create --service refund-decision --act-only)
  AGENT=$(remit token create --service refund-decision --run run_0193a5f2c1d87b3e9c40aa5e9b1c44d0)
  remit token create --operator ana --groups payments-approvers,on-call
  remit token list
  remit token revoke cred_0193a5f2c1d87b3e9c40aa5e9b1c44d0")]
pub struct Tokens {
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done with tokens.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Create one; standard output gets its secret, once, and nothing else
    Create(Create),
    /// List them, without secrets
    List,
    /// End one at once
    Revoke {
        /// Its id, as `remit token list` shows it
        id: String,
    },
}

/// Arguments of `remit token create`.
#[derive(Args, Debug)]
#[group(skip)]
#[command(group(clap::ArgGroup::new("subject").required(true).args(["service", "operator"])))]
pub struct Create {
    /// For this service
    #[arg(long, value_name = "SERVICE", add = ArgValueCompleter::new(complete::services))]
    pub service: Option<String>,
    /// For this person
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// The person's groups: what they may approve
    #[arg(long, value_delimiter = ',', value_name = "GROUPS", conflicts_with = "service")]
    pub groups: Vec<String>,
    /// Lets it act in open runs and start none: for an agent, which must not say what its run is about
    #[arg(long, conflicts_with = "operator")]
    pub act_only: bool,
    /// Lets it act in this run alone, and start none
    #[arg(long, value_name = "RUN", conflicts_with = "operator", add = ArgValueCompleter::new(complete::runs))]
    pub run: Option<String>,
}

/// Creates, lists or revokes.
///
/// # Errors
/// When the control plane refuses or does not answer.
pub async fn run(args: Tokens, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    match args.verb {
        Verb::Create(create) => new(create, session, screen).await,
        Verb::List => {
            let rows = session.client.list_tokens(within(ListTokensRequest {})).await?.into_inner().tokens;
            Ok(screen.list("tokens", &rows, token::COLUMNS, token::json)?)
        }
        Verb::Revoke { id } => {
            let response = session.client.revoke_token(within(RevokeTokenRequest { id })).await?.into_inner();
            let revoked = response.token.ok_or_else(|| Failure::malformed("token"))?;
            if screen.for_programs() {
                return Ok(screen.object(&token::json(&revoked))?);
            }
            Ok(screen.line(&format!("revoked {} of {} {}", revoked.id, revoked.kind, revoked.subject))?)
        }
    }
}

async fn new(create: Create, session: &mut Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let subject = create.service.map(Subject::Service).or(create.operator.map(Subject::Operator));
    let run = create.run.unwrap_or_default();
    let request = CreateTokenRequest { subject, groups: create.groups, act_only: create.act_only, run };
    let response = session.client.create_token(within(request)).await?.into_inner();
    let made = response.token.ok_or_else(|| Failure::malformed("token"))?;
    if screen.for_programs() {
        return Ok(screen.object(&json!({ "token": token::json(&made), "secret": response.secret }))?);
    }
    screen.line(&response.secret)?;
    screen.note(&format!(
        "{} for {} {}; the secret is shown only this once",
        made.id, made.kind, made.subject
    ))?;
    Ok(())
}
