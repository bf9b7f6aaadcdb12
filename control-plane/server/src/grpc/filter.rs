//! Filters as requests carry them, asked about rows with all of their parameters.

use remit_filter::{Filter, Row, Saved};
use remit_proto::v1 as pb;

use crate::{clock, error::Error};

/// Reads the filter of a request. The reader of a request knows no saved ones: whoever sends it has put in what they
/// stand for.
pub(super) fn read<R: Row>(text: &str) -> Result<Filter<R>, Error> {
    Filter::read(text, &Saved::new(), now())
        .map_err(|problem| Error::Invalid(format!("the filter: {problem}")))
}

/// Whether a row that has all there is to know is let through.
pub(super) fn allows<R: Row>(filter: &Filter<R>, row: &R) -> bool {
    filter.lets_through(row, now(), &[])
}

/// Rows whose parameters may be left out for being long.
pub(super) trait Brief: Row {
    /// Its parameters.
    fn params(&mut self) -> &mut String;
}

/// Whether a row is let through, looking into `whole`, all of its parameters, too.
pub(super) fn shows<R: Brief>(
    filter: &Filter<R>,
    row: &mut R,
    whole: impl FnOnce() -> Option<String>,
) -> bool {
    if filter.is_empty() {
        return true;
    }
    if !row.params().is_empty() {
        return filter.lets_through(row, now(), &[]);
    }
    *row.params() = whole().unwrap_or_default();
    let shows = filter.lets_through(row, now(), &[]);
    row.params().clear();
    shows
}

fn now() -> i64 {
    clock::now().as_micros().div_euclid(1_000)
}

impl Brief for pb::TraceRecord {
    fn params(&mut self) -> &mut String {
        &mut self.params_json
    }
}

impl Brief for pb::Action {
    fn params(&mut self) -> &mut String {
        &mut self.params_json
    }
}

impl Brief for pb::Escalation {
    fn params(&mut self) -> &mut String {
        &mut self.params_json
    }
}
