//! Whether the journals are what was written: every chain link by link, and every approval's signature.

use std::sync::Arc;

use remit_core::DomainName;
use remit_proto::v1 as pb;

use crate::{
    error::Error,
    plane::{CONTROL, Plane},
    signature::kept::{Approved, Check, Found, Keys, Unverified},
};

/// What to do about an approval that does not verify.
const REMEDY: &str = "take what it let through for not approved: look at it, undo it where it was wrong, \
                      compare the journal with a backup or an export that was kept elsewhere, and find out who could write to the data directory";

/// Reads everything, beside the threads that serve.
pub(super) async fn verify(plane: &Arc<Plane>) -> Result<pb::VerifyResponse, Error> {
    let plane = Arc::clone(plane);
    let verified = tokio::task::spawn_blocking(move || {
        let mut keys = Keys::default();
        let control = DomainName::from(CONTROL);
        // The keys first: they count as far as their chain is intact to its end.
        let known = plane.journal.replay(&control, |record| keys.learn(record)).is_ok();
        let domains: Vec<_> =
            plane.wards.keys().map(|name| domain(&plane, name, known.then_some(&keys))).collect();
        let ok = known && domains.iter().all(|domain| domain.ok);
        pb::VerifyResponse { domains, ok }
    });
    verified.await.map_err(|error| Error::Unavailable(error.to_string()))
}

fn domain(plane: &Plane, name: &DomainName, keys: Option<&Keys>) -> pb::DomainVerification {
    let mut check = keys.map(Check::new);
    let walked = plane.journal.replay(name, |record| {
        if let Some(check) = &mut check {
            check.follow(record);
        }
    });
    let intact = walked.is_ok();
    let found = check.filter(|_| intact).map(Check::found);
    let (events, head) =
        walked.as_ref().map_or((0, String::new()), |walked| (walked.events, hex::encode(walked.head)));
    pb::DomainVerification {
        domain: name.to_string(),
        events,
        head,
        ok: intact && found.as_ref().is_none_or(|found| found.failed == 0),
        problem: walked.err().map(|error| error.to_string()).unwrap_or_default(),
        intact,
        signatures: found.map(signatures),
    }
}

fn signatures(found: Found) -> pb::ApprovalSignatures {
    let Found { verified, without_key, failed, first } = found;
    pb::ApprovalSignatures { verified, without_key, failed, first_failed: first.map(unverified) }
}

fn unverified(found: Unverified) -> pb::UnverifiedApproval {
    let Unverified { seq, of, by, key, problem } = found;
    let (escalation, contract) = match of {
        Approved::Question(id) => (id.to_string(), String::new()),
        Approved::Version(digest) => (String::new(), digest.to_string()),
    };
    let key = key.map(|key| key.to_string()).unwrap_or_default();
    pb::UnverifiedApproval { seq, escalation, contract, by, key, problem, remedy: REMEDY.to_owned() }
}
