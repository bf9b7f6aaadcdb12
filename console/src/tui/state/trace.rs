//! The live trace in bounded memory: its records, the matches of the filter, what was lost.

use std::collections::VecDeque;

use remit_filter::Filter;
use remit_proto::v1::TraceRecord;

use super::vault::Vault;
use crate::tui::batch::{Batch, decoded};

/// Records kept; older ones leave, some at a time, and are counted.
pub const CAPACITY: usize = 1_000_000;

/// Records by an absolute number that never changes while newer ones arrive.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    records: Vault,
    /// Absolute numbers of the records that the filter lets through.
    matches: VecDeque<u64>,
    filter: Filter<TraceRecord>,
    /// True once all that comes was let through by the server.
    sifted: bool,
    /// Lost between server and screen, as far as either counted them.
    pub lost: u64,
    /// Hidden by the filter on the server.
    pub hidden_at_server: u64,
    /// Pushed out of this memory.
    pub evicted: u64,
    /// End of the picture while it is frozen.
    pub frozen: Option<u64>,
    /// Absolute number of the first row on screen while a row is pinned: the others keep their places around it.
    pub anchor: Option<u64>,
}

impl Trace {
    /// Takes a batch in.
    pub fn extend(&mut self, batch: Batch) {
        self.lost = self.lost.saturating_add(batch.lost);
        self.hidden_at_server = self.hidden_at_server.saturating_add(batch.hidden);
        for record in batch.records {
            // The server has looked into parameters that are too long to be here.
            let shown = self.sifted || self.filter.is_empty();
            if shown || self.filter.lets_through(&decoded(&record), 0, &[]) {
                self.matches.push_back(self.records.end());
            }
            let left = self.records.push(&record, CAPACITY);
            if 0 < left {
                self.evicted = self.evicted.saturating_add(left as u64);
                let stay = self.matches.partition_point(|number| *number < self.records.first());
                self.matches.drain(..stay);
            }
        }
    }

    /// How many records are in memory.
    #[must_use]
    pub fn held(&self) -> usize {
        self.records.len()
    }

    /// Forgets the records: a new subscription sends its own backlog.
    pub fn restart(&mut self) {
        self.records.restart(self.records.end());
        self.matches.clear();
        self.frozen = None;
        self.sifted = true;
    }

    /// What records must be like.
    #[must_use]
    pub const fn filter(&self) -> &Filter<TraceRecord> {
        &self.filter
    }

    /// Sets what records must be like: at once for those that are not packed yet, and for all where it says nothing; until
    /// a new subscription brings its own.
    pub fn set_filter(&mut self, filter: Filter<TraceRecord>) {
        self.sifted = false;
        self.hidden_at_server = 0;
        self.matches = if filter.is_empty() {
            (self.records.first()..self.records.end()).collect()
        } else {
            let recent = self.records.read(self.records.recent()..self.records.end());
            recent.into_iter().filter(|(_, it)| filter.lets_through(it, 0, &[])).map(|(n, _)| n).collect()
        };
        self.filter = filter;
    }

    /// One past the newest record.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.records.end()
    }

    /// How many records are in memory and not shown because of the filter.
    #[must_use]
    pub fn hidden_here(&self) -> usize {
        self.held().saturating_sub(self.matches.len())
    }

    /// Rows to scroll through: matches up to where the view is frozen.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self.frozen {
            Some(end) => self.matches.partition_point(|n| *n < end),
            None => self.matches.len(),
        }
    }

    /// Matches that arrived since the view was frozen.
    #[must_use]
    pub fn newer(&self) -> usize {
        self.matches.len().saturating_sub(self.rows())
    }

    /// The `row`th match, with its absolute number.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<(u64, TraceRecord)> {
        let number = *self.matches.get(row)?;
        Some((number, self.record(number)?))
    }

    /// The number of the `row`th match.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<u64> {
        self.matches.get(row).copied()
    }

    /// So many matches from the `row`th on, each with its absolute number.
    #[must_use]
    pub fn window(&self, row: usize, count: usize) -> Vec<(u64, TraceRecord)> {
        let count = count.min(self.rows().saturating_sub(row));
        self.records.read(self.matches.iter().skip(row).take(count).copied())
    }

    /// The row of an absolute number, or of the next one that is still there.
    #[must_use]
    pub fn row_of(&self, number: u64) -> usize {
        self.matches.partition_point(|n| *n < number)
    }

    /// The record with an absolute number.
    #[must_use]
    pub fn record(&self, number: u64) -> Option<TraceRecord> {
        self.records.read(std::iter::once(number)).pop().map(|(_, record)| record)
    }
}
