//! The store that forgets: the same rows as SQLite keeps, in a map, for tests and simulations.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{chain::Head, group::Group, row::Row, store::Query};
use remit_core::DomainName;

/// The rows of each domain; both halves share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store(Arc<Mutex<BTreeMap<DomainName, Vec<Row>>>>);

impl Store {
    pub(crate) fn push(&self, group: &Group) {
        let mut domains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (record, body) in group.iter() {
            domains.entry(record.domain.clone()).or_default().push(record.to_row(body));
        }
    }

    pub(crate) fn heads(&self) -> BTreeMap<DomainName, Head> {
        let domains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = domains.iter().filter_map(|(domain, rows)| Some((domain.clone(), rows.last()?.head()?)));
        ends.collect()
    }

    pub(crate) fn rows(&self, domain: &DomainName, query: Query<'_>) -> Vec<Row> {
        let domains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = domains.get(domain).map(Vec::as_slice).unwrap_or_default();
        let has = |column: &Option<Vec<u8>>, id: &[u8; 16]| column.as_deref() == Some(id.as_slice());
        match query {
            Query::After { seq, limit } => {
                let start = rows.partition_point(|row| row.seq <= seq);
                rows.iter().skip(start).take(limit).cloned().collect()
            }
            Query::Run(id) => rows.iter().filter(|row| has(&row.run, id)).cloned().collect(),
            Query::Action(id) => rows.iter().filter(|row| has(&row.action, id)).cloned().collect(),
        }
    }
}
