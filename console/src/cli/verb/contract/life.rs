//! `remit contract propose|approve|activate|revoke|history|show`: a version comes to life by three people.

use std::{path::PathBuf, time::Duration};

use clap::Subcommand;
use clap_complete::engine::ArgValueCompleter;
use remit_contract::{Folder, changes_in_words, text_diff};
use remit_core::{
    Digest, Timestamp,
    version::{Occasion, Seal},
};
use remit_proto::v1::{
    ActivateContractRequest, ApproveContractRequest, ContractDetail, ContractMoved, ContractReview,
    ContractVersion, GetContractRequest, ListContractsRequest, ProposeContractRequest, ReviewContractRequest,
    RevokeContractRequest,
};
use serde_json::json;

use crate::{
    cli::{
        complete,
        exit::Exit,
        failure::Failure,
        kind::contract,
        paint::Tone,
        problems::refuse,
        screen::Screen,
        session::{Session, unsure, within, within_time},
        signer::{self, Signer},
        verb::contract::diff,
    },
    versions,
};

/// What a control plane does with a version. A version is named by its digest, by a beginning of it with at
/// least 6 characters, or by `SERVICE@VERSION`.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Propose a folder as a new version: takes the build duty
    #[command(after_help = "Example:
  remit contract propose drafts/refund-decision")]
    Propose {
        /// The contract's folder
        dir: PathBuf,
    },
    /// Approve a proposed version with your signature: takes the approve duty, and another person than the builder
    #[command(after_help = APPROVE_HELP)]
    Approve(Approve),
    /// Make an approved version the active one: takes the run duty, and a third person
    #[command(after_help = "It counts for runs that begin from then on; open runs keep their version.

Examples:
  remit contract activate 5f0c21ab
  remit contract activate refund-decision@1.5.0 --end-runs")]
    Activate {
        /// The version
        #[arg(value_name = "VERSION")]
        contract: String,
        /// Also end the open runs that keep another version; what they hold is voided
        #[arg(long)]
        end_runs: bool,
    },
    /// Take a version away for good and end its open runs: takes the approve or the run duty
    #[command(after_help = "Example:
  remit contract revoke refund-decision@1.5.0 --reason \"pays refunds twice\"")]
    Revoke {
        /// The version
        #[arg(value_name = "VERSION")]
        contract: String,
        /// Why, in at least 10 characters; it is kept in the journal beside your name
        #[arg(long)]
        reason: String,
    },
    /// List the versions of a service, newest first
    #[command(after_help = "Example:
  remit contract history refund-decision")]
    History {
        /// The service
        #[arg(add = ArgValueCompleter::new(complete::services))]
        service: String,
    },
    /// Show one version: who proposed, approved and activated it, what was shown, whether the signature holds
    #[command(after_help = "Example:
  remit contract show refund-decision@1.4.0")]
    Show {
        /// The version
        #[arg(value_name = "VERSION")]
        contract: String,
    },
}

/// Longest time for what decides a whole record again; the control plane ends it before.
const LONGEST_REVIEW: Duration = Duration::from_secs(130);

const APPROVE_HELP: &str =
    "Prints the changes from the version that is active now, in words and as text, and, where the
domain's file says `backtest: required`, what was refused in the last week and this version would
admit. What you sign is this very version, proposed at this time at this control plane,
and all that was shown in words, so the command wants to know that you have read it.

Examples:
  remit contract approve 5f0c21ab                       read the changes; nothing is approved
  remit contract approve 5f0c21ab --changes 9a3e…       approve exactly those
  remit contract approve 5f0c21ab --yes                 show and approve at once";

/// Arguments of `remit contract approve`.
#[derive(clap::Args, Debug)]
pub struct Approve {
    /// The version
    #[arg(value_name = "VERSION")]
    pub contract: String,
    /// The digest of the changes that were reviewed: anything else is not approved
    #[arg(long, value_name = "DIGEST", conflicts_with = "yes")]
    pub changes: Option<String>,
    /// Approve the changes as they are now, whatever they are
    #[arg(long)]
    pub yes: bool,
    /// The key file [default: remit/approver.key in the configuration folder]
    #[arg(long, value_name = "FILE", env = "REMIT_KEY")]
    pub key: Option<PathBuf>,
}

/// Asks the control plane.
///
/// # Errors
/// When the control plane refuses or does not answer.
pub async fn run(verb: &Verb, session: &Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    match verb {
        Verb::Propose { dir } => return propose(dir, session, screen).await,
        Verb::Approve(args) => approve(args, session, screen).await?,
        Verb::Activate { contract, end_runs } => {
            let request = ActivateContractRequest { contract: contract.clone(), end_runs: *end_runs };
            let request = within_time(request, LONGEST_REVIEW);
            let moved = session.control()?.activate_contract(request).await.map_err(unsure)?;
            ended("activated", &moved.into_inner(), screen)?;
        }
        Verb::Revoke { contract, reason } => {
            let request = RevokeContractRequest { contract: contract.clone(), reason: reason.clone() };
            let moved = session.control()?.revoke_contract(within(request)).await.map_err(unsure)?;
            ended("revoked", &moved.into_inner(), screen)?;
        }
        Verb::History { service } => {
            let request = ListContractsRequest { service: service.clone() };
            let rows = session.control()?.list_contracts(within(request)).await?.into_inner().contracts;
            screen.list("contracts", &rows, contract::COLUMNS, contract::json)?;
        }
        Verb::Show { contract: name } => {
            let row = detail(name, session).await?.contract.ok_or_else(|| Failure::malformed("contract"))?;
            if screen.for_programs() {
                screen.object(&contract::json(&row))?;
            } else {
                contract::write(&row, screen)?;
            }
            let broken = row.approval.as_ref().is_some_and(|approval| !contract::is_signed(&row, approval));
            return Ok(if broken { Exit::No } else { Exit::Ok });
        }
    }
    Ok(Exit::Ok)
}

async fn propose(dir: &std::path::Path, session: &Session, screen: &mut Screen<'_>) -> Result<Exit, Failure> {
    let files = Folder::read(dir).and_then(|folder| {
        folder.compile()?;
        folder.texts()
    });
    let files = match files {
        Ok(files) => files,
        Err(problems) => return refuse(dir, &problems, screen),
    };
    let request = ProposeContractRequest { files: files.into_iter().collect() };
    let row = session.control()?.propose_contract(within(request)).await.map_err(unsure)?.into_inner();
    done("proposed", &row, screen)?;
    if !screen.for_programs() {
        screen.note(&format!("another person: remit contract approve {}", contract::short(&row.digest)))?;
    }
    Ok(Exit::Ok)
}

async fn approve(args: &Approve, session: &Session, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let found = detail(&args.contract, session).await?;
    let row = found.contract.clone().ok_or_else(|| Failure::malformed("contract"))?;
    let (folder, digest) = folder(found.files, &row.digest)?;
    let active = match found.active.as_str() {
        "" => None,
        active => {
            let base = detail(active, session).await?;
            Some(self::folder(base.files, active)?)
        }
    };
    let base = active.as_ref().map(|(_, base)| *base);
    if base == Some(digest) {
        return Err(Failure::no("the version is active already: it cannot be compared with itself"));
    }
    let before = active.map(|(folder, _)| folder);
    let shown = changes_in_words(before.as_ref(), &folder)
        .map_err(|_| Failure::no("the version cannot be compared with the active one"))?;
    let request = within_time(ReviewContractRequest { contract: row.digest.clone() }, LONGEST_REVIEW);
    let review = session.control()?.review_contract(request).await?.into_inner();
    let review = Some(review).filter(|review| review.required);
    let changes = digest_of(&shown, review.as_ref());
    show_changes(&row, (&found.active, &shown, &changes), review.as_ref(), screen)?;
    if !screen.for_programs() {
        diff::write_text(&text_diff(&before.unwrap_or_else(Folder::nothing), &folder), screen)?;
        screen.field("changes", &changes)?;
        screen.out.flush()?;
    }
    agreed(args, &changes)?;
    let signer = Signer::load(&signer::path(args.key.as_deref())?)?;
    let approver = session.who().await?;
    let seal = seal(&row, base, (shown, review.as_ref()), &signer)?;
    let stated = contract::statement(&row, &approver, &seal).ok_or_else(|| Failure::malformed("contract"))?;
    let signature = signer.sign(stated);
    let request = ApproveContractRequest { contract: row.digest, shown: seal.shown, signature, review };
    let request = within_time(request, LONGEST_REVIEW);
    let row = session.control()?.approve_contract(request).await.map_err(unsure)?.into_inner();
    done("approved", &row, screen)
}

/// The name of all that is shown.
fn digest_of(shown: &str, review: Option<&ContractReview>) -> String {
    let digest = match review {
        None => Digest::of(shown.as_bytes()),
        Some(it) => Digest::of_parts(&[shown.as_bytes(), it.shown.as_bytes(), it.flips.as_bytes()]),
    };
    digest.to_string()
}

fn show_changes(
    row: &ContractVersion,
    (base, shown, changes): (&str, &str, &str),
    review: Option<&ContractReview>,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    if screen.for_programs() {
        let review = review.map(contract::review_json);
        let object = json!({
            "digest": row.digest,
            "base": base,
            "shown": shown,
            "review": review,
            "changes": changes,
        });
        return Ok(screen.object_line(&object)?);
    }
    screen.line(&format!("{} {} by {}", row.service, row.version, row.proposed_by))?;
    for line in shown.lines() {
        screen.line(&format!("  {line}"))?;
    }
    let Some(review) = review else { return Ok(()) };
    for line in review.shown.lines() {
        screen.toned(&format!("  {line}"), if review.grave > 0 { Tone::Bad } else { Tone::Plain })?;
    }
    Ok(screen.field("decided again", &review.decided.to_string())?)
}

/// Asks whether the person has agreed to exactly these changes.
fn agreed(args: &Approve, changes: &str) -> Result<(), Failure> {
    match &args.changes {
        Some(reviewed) if reviewed != changes => {
            Err(Failure::no(format!("the changes have digest `{changes}`, not `{reviewed}`"))
                .hint("they are not what was reviewed; read them again"))
        }
        None if !args.yes => Err(Failure::usage("nothing was approved: nobody has agreed to these changes")
            .hint(format!("give the command again with `--changes {changes}`, or with `--yes`"))),
        Some(_) | None => Ok(()),
    }
}

/// What is signed beside version and approver. The base was compared here, not believed.
fn seal(
    row: &ContractVersion,
    base: Option<Digest>,
    (shown, review): (String, Option<&ContractReview>),
    signer: &Signer,
) -> Result<Seal, Failure> {
    let malformed = || Failure::malformed("contract");
    let plane = contract::optional(&row.control_plane).flatten().ok_or_else(malformed)?;
    let review = review.map(|sent| contract::review(sent).ok_or_else(malformed)).transpose()?;
    let proposed_at = Timestamp::from_micros(row.proposed_at_us);
    let occasion = Some(Occasion { plane, proposed_at });
    Ok(Seal { base, shown, occasion, review, key: signer.name(), signature: String::new() })
}

async fn detail(name: &str, session: &Session) -> Result<ContractDetail, Failure> {
    let request = GetContractRequest { contract: name.to_owned() };
    Ok(session.control()?.get_contract(within(request)).await?.into_inner())
}

/// The folder of a version: its digest is computed again here, not believed.
fn folder(
    files: std::collections::HashMap<String, String>,
    digest: &str,
) -> Result<(Folder, Digest), Failure> {
    versions::folder(files, digest).ok_or_else(|| {
        Failure::no(format!("what the control plane sent is not version {digest}"))
            .hint("tell whoever runs the control plane; run `remit verify`")
    })
}

/// The folder of a version that the control plane keeps.
///
/// # Errors
/// When there is no such version, or it is not what its digest says.
pub async fn kept(name: &str, session: &Session) -> Result<Folder, Failure> {
    let found = detail(name, session).await?;
    let digest = found.contract.map(|row| row.digest).unwrap_or_default();
    Ok(folder(found.files, &digest)?.0)
}

fn done(what: &str, row: &ContractVersion, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if screen.for_programs() {
        return Ok(screen.object_line(&contract::json(row))?);
    }
    screen.line(&format!("{what} {} {}: it is {}", row.service, row.version, row.status))?;
    Ok(screen.field("digest", &row.digest)?)
}

fn ended(what: &str, moved: &ContractMoved, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let row = moved.contract.as_ref().ok_or_else(|| Failure::malformed("contract"))?;
    if screen.for_programs() {
        let object = json!({ "contract": contract::json(row), "ended_runs": moved.ended_runs });
        return Ok(screen.object(&object)?);
    }
    done(what, row, screen)?;
    Ok(screen.field("ended runs", &moved.ended_runs.to_string())?)
}
