//! The record of a service, decided again under a version: what its approver must have seen before it decides.

use std::time::Duration;

use remit_contract::{Backtest, Folder};
use remit_core::{
    DomainName, Timestamp,
    review::Review,
    version::{Occasion, Version},
};
use remit_journal::Journal;
use remit_proto::v1 as pb;
use tokio_util::sync::CancellationToken;

use super::lookup::{folder, wrong};
use crate::{
    clock,
    error::Error,
    plane::{Plane, Ward},
};

/// How far back an approval looks at least, in microseconds: a week.
const WINDOW_US: i64 = 7 * DAY_US;

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Longest time for one review, waiting for the one before included.
const LONGEST: Duration = Duration::from_secs(120);

/// Events that are read at once.
const BATCH: usize = 256;

/// What was found, and how many proposals were decided for it.
pub(super) struct Reviewed {
    pub(super) review: Review,
    pub(super) decided: u64,
}

/// The first moment that an approval given now has looked at: the beginning of a day, so that what was read is
/// what is approved, unless something happened or a day went by.
fn first_moment() -> Timestamp {
    let start = clock::now().as_micros().saturating_sub(WINDOW_US);
    Timestamp::from_micros(start.saturating_sub(start.rem_euclid(DAY_US)))
}

/// What the record of the last week says about a version; `None` where nobody wants to know.
pub(super) async fn for_approval(
    plane: &Plane,
    ward: &Ward,
    version: &Version,
) -> Result<Option<Reviewed>, Error> {
    if !ward.view.read(|inner| inner.state.wants_review()) {
        return Ok(None);
    }
    Ok(Some(review(plane, ward, version, first_moment()).await?))
}

/// What the record says now, since the first moment that the approval has looked at; `None` where nobody wants to
/// know.
pub(super) async fn for_activation(
    plane: &Plane,
    ward: &Ward,
    version: &Version,
) -> Result<Option<Box<Review>>, Error> {
    if !ward.view.read(|inner| inner.state.wants_review()) {
        return Ok(None);
    }
    let approved = version.approved.as_ref().and_then(|(approved, _)| approved.seal.review.as_ref());
    let since = approved.map_or_else(first_moment, |review| review.since);
    Ok(Some(Box::new(review(plane, ward, version, since).await?.review)))
}

/// Reads the whole record, one at a time, without touching anything. Whoever asked and went away stops it.
async fn review(plane: &Plane, ward: &Ward, version: &Version, since: Timestamp) -> Result<Reviewed, Error> {
    let folder = folder(plane, ward, version.terms.digest)?;
    let (journal, domain) = (plane.journal.clone(), ward.domain.name().clone());
    let stop = plane.stop.child_token();
    let _stops_it = stop.clone().drop_guard();
    let reading = async {
        let _one = plane.reviews.acquire().await.map_err(|error| Error::Unavailable(error.to_string()))?;
        let again = move || again(&folder, (&journal, &domain), since, &stop);
        let read = tokio::task::spawn_blocking(again).await;
        read.map_err(|error| Error::Unavailable(error.to_string()))?
    };
    tokio::time::timeout(LONGEST, reading).await.unwrap_or_else(|_| {
        let seconds = LONGEST.as_secs();
        Err(Error::Unavailable(format!(
            "the record could not be decided again within {seconds} s; ask again later"
        )))
    })
}

fn again(
    folder: &Folder,
    (journal, domain): (&Journal, &DomainName),
    since: Timestamp,
    stop: &CancellationToken,
) -> Result<Reviewed, Error> {
    let draft = folder.compile().map_err(|it| wrong(&it))?;
    let mut backtest = Backtest::new(&draft, Some(since));
    let mut after = 0;
    // To its very end, also when it grows meanwhile: reading is faster than deciding.
    loop {
        let records = journal.read(domain, after, BATCH)?;
        let Some(last) = records.last() else { break };
        if stop.is_cancelled() {
            return Err(Error::Unavailable(format!("the record was read to event {after} only")));
        }
        after = last.seq;
        for record in &records {
            backtest.record(record.at, &record.event);
        }
    }
    let found = backtest.finish();
    Ok(Reviewed { review: found.review(draft.terms(), since), decided: found.decided })
}

/// The proposal that an approval given now is for.
pub(super) fn occasion(plane: &Plane, version: &Version) -> Result<Occasion, Error> {
    let proposed_at = version.proposed.as_ref().map(|(_, at)| *at).unwrap_or_default();
    Ok(Occasion { plane: plane.identity()?, proposed_at })
}

/// A review as it is sent.
pub(super) fn wire(review: &Review, decided: u64) -> pb::ContractReview {
    pb::ContractReview {
        required: true,
        since_us: review.since.as_micros(),
        grave: review.grave,
        flips: review.flips.to_string(),
        shown: review.shown.clone(),
        decided,
    }
}

/// Asks whether an approver was shown this review.
pub(super) fn was_shown(own: Option<&Review>, shown: Option<&pb::ContractReview>) -> Result<(), Error> {
    let Some(own) = own else { return Ok(()) };
    let shown = shown.filter(|shown| {
        (shown.since_us, shown.flips.as_str(), shown.shown.as_str())
            == (own.since.as_micros(), own.flips.to_string().as_str(), own.shown.as_str())
    });
    match shown {
        Some(_) => Ok(()),
        None => Err(Error::Conflict(format!(
            "what was shown is not what the record says: {} proposals since {} want to be reviewed; read them with \
             `remit contract approve`",
            own.grave, own.since
        ))),
    }
}
