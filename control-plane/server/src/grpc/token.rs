//! Tokens: made and revoked by administrators, stored only as hashes, shown once.

use remit_core::{Command, CredentialId, Person, Reach, RunId, event::Holder, state::Credential};
use remit_proto::v1::{self as pb, create_token_request::Subject};

use super::wire;
use crate::{
    auth,
    error::Error,
    plane::{Plane, Ward},
    view::View,
};

pub(super) async fn create(
    control: &Ward,
    plane: &Plane,
    by: Person,
    request: pb::CreateTokenRequest,
) -> Result<pb::CreateTokenResponse, Error> {
    administrator(&by)?;
    let pb::CreateTokenRequest { subject, groups, act_only, run } = request;
    let holder = match subject {
        Some(Subject::Service(name)) => {
            principal(plane.business().map(|ward| &*ward.view), &name)?;
            let reach = reach(plane, &name, act_only, &run)?;
            Holder::Service { name: name.into(), reach }
        }
        Some(Subject::Operator(_)) if act_only || !run.is_empty() => {
            let text = "an operator's token does not act; `act_only` and `run` are for a service's";
            return Err(Error::Invalid(text.to_owned()));
        }
        Some(Subject::Operator(name)) => {
            let groups = groups
                .into_iter()
                .map(|group| group.strip_prefix("group:").unwrap_or(&group).into())
                .collect();
            Holder::Operator { person: Person { name, groups } }
        }
        None => return Err(Error::Invalid("a token is for a service or for an operator".to_owned())),
    };
    let auth::Minted { credential, token, hash } = auth::mint();
    let command = Command::IssueCredential { credential, holder, hash, by: by.name };
    control.domain.submit(command).await?;
    Ok(pb::CreateTokenResponse { token: find(control, credential), secret: token })
}

/// What the token is to open; a run is one that is open here and acts as this principal.
fn reach(plane: &Plane, principal: &str, act_only: bool, run: &str) -> Result<Reach, Error> {
    if run.is_empty() {
        return Ok(if act_only { Reach::ActOnly } else { Reach::Full });
    }
    let run: RunId = wire::parse(run, "run")?;
    let open =
        plane.open.get(run).ok_or_else(|| Error::NotFound(format!("there is no open run `{run}` here")))?;
    let acts_as = &open.contract.terms().principal;
    if acts_as == principal {
        return Ok(Reach::OneRun { run });
    }
    Err(Error::Invalid(format!("the run `{run}` acts as `{acts_as}`, not as `{principal}`")))
}

/// What a token of this reach opens, in words.
pub(super) const fn opens(reach: Reach) -> &'static str {
    match reach {
        Reach::Full => "it starts runs and acts in them",
        Reach::ActOnly => "it acts in its runs and starts none",
        Reach::OneRun { .. } => "it acts in one run and starts none",
    }
}

/// The same as a grant.
pub(super) fn grants(reach: Reach) -> String {
    let grants = match reach {
        Reach::Full => "acts as the service",
        Reach::ActOnly => "acts in its runs",
        Reach::OneRun { .. } => "acts in one run",
    };
    grants.to_owned()
}

/// A service's token is worth what contracts grant to the name it is for: one that none of them names as its
/// principal would open nothing.
fn principal<'a>(views: impl Iterator<Item = &'a View>, name: &str) -> Result<(), Error> {
    let mut acts_as = None;
    for view in views {
        let known = view.read(|inner| {
            let services = &inner.state.services;
            let principal = services.get(name).map(|known| known.active.principal.clone());
            (services.values().any(|known| known.active.principal == name), principal)
        });
        match known {
            (true, _) => return Ok(()),
            (false, principal) => acts_as = acts_as.or(principal),
        }
    }
    Err(match acts_as {
        Some(other) => {
            Error::Invalid(format!("the service `{name}` acts as `{other}`: make the token for `{other}`"))
        }
        None => Error::NotFound(format!("there is no service `{name}` here, and none acts as `{name}`")),
    })
}

pub(super) async fn revoke(control: &Ward, by: Person, id: &str) -> Result<pb::RevokeTokenResponse, Error> {
    administrator(&by)?;
    let credential: CredentialId = wire::parse(id, "token")?;
    control.domain.submit(Command::RevokeCredential { credential, by: by.name }).await?;
    Ok(pb::RevokeTokenResponse { token: find(control, credential) })
}

pub(super) fn list(control: &Ward) -> Vec<pb::Token> {
    control.view.read(|inner| inner.state.credentials.iter().map(|(id, known)| token(*id, known)).collect())
}

fn find(control: &Ward, id: CredentialId) -> Option<pb::Token> {
    control.view.read(|inner| inner.state.credentials.get(&id).map(|known| token(id, known)))
}

pub(super) fn token(id: CredentialId, known: &Credential) -> pb::Token {
    let (kind, subject, groups, reach) = match &known.holder {
        Holder::Service { name, reach } => ("service", name.to_string(), Vec::new(), *reach),
        Holder::Operator { person } => {
            let groups = person.groups.iter().map(ToString::to_string).collect();
            ("operator", person.name.clone(), groups, Reach::Full)
        }
    };
    pb::Token {
        id: id.to_string(),
        kind: kind.to_owned(),
        subject,
        groups,
        created_at: Some(wire::time(known.issued_at)),
        created_by: known.by.clone(),
        revoked: known.revoked.is_some(),
        revoked_at: known.revoked.as_ref().map(|(at, _)| wire::time(*at)),
        revoked_by: known.revoked.as_ref().map(|(_, by)| by.clone()).unwrap_or_default(),
        act_only: !reach.starts(),
        run: reach.only().map(|run| run.to_string()).unwrap_or_default(),
    }
}

fn administrator(by: &Person) -> Result<(), Error> {
    if by.is_admin() {
        return Ok(());
    }
    Err(Error::NotPermitted(format!(
        "{} may not manage tokens: only {} may",
        by.name,
        remit_core::person::ADMIN_GROUP
    )))
}

#[cfg(test)]
mod tests;
