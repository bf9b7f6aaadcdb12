//! What an approver has seen and signed, verified before the vote is counted.

use std::sync::Arc;

use remit_core::{
    EscalationId, Person,
    endorsement::{Approval, Endorsement},
};
use remit_document::Document;
use remit_proto::v1 as pb;

use super::{detail, key, wire};
use crate::{error::Error, plane::Plane, signature, view::View};

/// The signature of an approval; nothing from a person without a key. Refuses what was not shown as it is, and what could
/// not be shown where the approver does not say so.
pub(super) async fn verified(
    plane: &Arc<Plane>,
    (view, escalation): (&View, EscalationId),
    (by, request): (&Person, &pb::DecideRequest),
) -> Result<Option<Box<Endorsement>>, Error> {
    let gone = || Error::NotFound(format!("there is no escalation `{escalation}` here"));
    let known = view.read(|inner| inner.state.escalations.get(&escalation).cloned()).ok_or_else(gone)?;
    // The same answer sent again is the one that counts already, whatever has changed since it was shown.
    if known.votes.iter().any(|vote| vote.by == by.name) {
        return Ok(None);
    }
    let detail = detail::action(plane, &known.action.to_string()).await?;
    let document = Document::of(&detail).ok_or_else(gone)?;
    inspectable(&document, request.not_inspectable)?;
    let shown = document.digest();
    if !request.shown.is_empty() && request.shown != shown {
        return Err(Error::Conflict(
            "what was shown is not what is known of it by now; look again".to_owned(),
        ));
    }
    let registered = key::registered(plane.control()?, by);
    let (name, known_key) = match (registered, request.signature.is_empty()) {
        (None, true) => return Ok(None),
        (None, false) => {
            return Err(Error::NotPermitted(format!(
                "`{}` has registered no key, so nobody can verify the signature; run `remit key register`",
                by.name
            )));
        }
        (Some(_), true) => {
            return Err(Error::NotPermitted(format!(
                "`{}` has registered a key, so an approval is signed with it; the key file is not where this was sent from",
                by.name
            )));
        }
        (Some(found), false) => found,
    };
    let stated = Approval {
        plane: plane.identity()?,
        escalation,
        question: known.question.digest,
        shown: wire::parse(&shown, "digest")?,
        opaque: request.not_inspectable,
        reason: &request.reason,
        approver: &by.name,
    };
    // Over the digest that was shown: left out, the signature cannot be over it.
    if request.shown.is_empty() || !signature::is_by(&known_key.public, &request.signature, stated.digest()) {
        return Err(Error::Invalid(format!(
            "the signature is not one of this question, as it is shown, by the key that `{}` has registered",
            by.name
        )));
    }
    let signature = request.signature.clone();
    Ok(Some(Box::new(Endorsement { shown: stated.shown, key: name, signature })))
}

fn inspectable(document: &Document, is_known: bool) -> Result<(), Error> {
    let opaque: Vec<&str> = document.opaque().collect();
    if opaque.is_empty() && is_known {
        return Err(Error::Invalid("all of it can be shown; approve it as what was read".to_owned()));
    }
    if !opaque.is_empty() && !is_known {
        return Err(Error::NotPermitted(format!(
            "{}; deny it, or approve it as not inspectable, which takes one person more",
            opaque.join("; ")
        )));
    }
    Ok(())
}
