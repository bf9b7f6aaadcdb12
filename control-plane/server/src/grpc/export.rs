//! The record of a domain for those who look back: every event as it is stored, page by page.

use std::sync::Arc;

use remit_core::ServiceName;
use remit_journal::{Journal, Stored};
use remit_proto::v1 as pb;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::{
    operator::Updates,
    watch::{Sender, stream},
    wire,
};
use crate::{error::Error, plane::Plane, view::View};

/// Events of a batch at most: small enough for a message, since an event may hold a whole result.
const PAGE: usize = 8;

/// Streams what is published of the domain of a service by now.
pub(super) fn export(
    plane: &Plane,
    service: &str,
    stop: &CancellationToken,
) -> Result<Updates<pb::ExportBatch>, Error> {
    let ward = plane.service_ward(&ServiceName::from(service))?;
    let (view, journal) = (Arc::clone(&ward.view), plane.journal.clone());
    Ok(stream(4, stop.clone(), move |sender| async move {
        if let Err(status) = send(&view, &journal, &sender).await {
            // The reader may be gone; either way this is the end.
            drop(sender.send(Err(status)).await);
        }
    }))
}

async fn send(view: &View, journal: &Journal, sender: &Sender<pb::ExportBatch>) -> Result<(), Status> {
    let (last, mut after) = (view.read(|inner| inner.seq), 0);
    while after < last {
        let limit = usize::try_from(last.saturating_sub(after)).unwrap_or(usize::MAX).min(PAGE);
        let (reader, domain) = (journal.clone(), view.name().clone());
        let records = tokio::task::spawn_blocking(move || reader.read_stored(&domain, after, limit))
            .await
            .map_err(|error| Status::internal(error.to_string()))?
            .map_err(|error| Status::data_loss(format!("the journal cannot be read: {error}")))?;
        let Some(newest) = records.last() else { break };
        after = newest.record.seq;
        let events = records.into_iter().map(event).collect();
        if sender.send(Ok(pb::ExportBatch { events })).await.is_err() {
            break;
        }
    }
    Ok(())
}

fn event(Stored { record, body }: Stored) -> pb::ExportedEvent {
    pb::ExportedEvent {
        domain: record.domain.to_string(),
        seq: record.seq,
        at: Some(wire::time(record.at)),
        event_json: body,
    }
}
