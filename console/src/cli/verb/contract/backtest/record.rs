//! Where a record comes from: a file that was exported, a journal whose control plane is down, or one that is up.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

use remit_contract::{Backtest, CompiledContract};
use remit_core::DomainName;
use remit_journal::Journal;
use remit_proto::v1::ExportRequest;
use tonic::Request;

use crate::cli::{
    failure::Failure,
    session::Session,
    verb::export::{Exported, line},
};

/// Takes in lines of an export; they must follow each other.
struct Lines<'a, 'b> {
    domain: &'a DomainName,
    backtest: &'a mut Backtest<'b>,
    last: Option<u64>,
}

impl Lines<'_, '_> {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let Exported { domain, position, at, event } =
            serde_json::from_str(line).map_err(|error| format!("this is no line of an export: {error}"))?;
        if domain != *self.domain {
            return Err(format!("the record is of domain `{domain}`, the draft of `{}`", self.domain));
        }
        if let Some(last) = self.last
            && Some(position) != last.checked_add(1)
        {
            return Err(format!("event {position} does not follow event {last}"));
        }
        self.last = Some(position);
        self.backtest.record(at, &event);
        Ok(())
    }
}

pub(super) fn of_file(
    path: &Path,
    draft: &CompiledContract,
    backtest: &mut Backtest<'_>,
) -> Result<(), Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::no(format!("`{}` cannot be read: {error}", path.display()))
            .hint("write it with `remit export SERVICE`")
    };
    let mut lines = Lines { domain: &draft.terms().domain, backtest, last: None };
    for (index, line) in BufReader::new(File::open(path).map_err(unreadable)?).lines().enumerate() {
        lines.take(&line.map_err(unreadable)?).map_err(|wrong| {
            Failure::no(format!("{}:{}: {wrong}", path.display(), index.saturating_add(1)))
                .hint("write it again with `remit export SERVICE`, and keep every line")
        })?;
    }
    if lines.last.is_none() {
        return Err(Failure::no(format!("`{}` holds no event", path.display()))
            .hint("write it with `remit export SERVICE`"));
    }
    Ok(())
}

pub(super) fn of_data(
    dir: &Path,
    draft: &CompiledContract,
    backtest: &mut Backtest<'_>,
) -> Result<(), Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::no(format!("the journal in `{}` cannot be read: {error}", dir.display()))
            .hint("name the data directory of a control plane that is down; one that is up is asked without `--data`")
    };
    // Opening would create one.
    if !dir.join("journal.sqlite").is_file() {
        return Err(unreadable(&"there is no `journal.sqlite`"));
    }
    let journal = Journal::open(dir).map_err(|error| unreadable(&error))?;
    let read = journal.replay(&draft.terms().domain, |record| backtest.record(record.at, &record.event));
    journal.close();
    read.map(drop).map_err(|error| unreadable(&error))
}

pub(super) async fn of_plane(
    session: &mut Session,
    draft: &CompiledContract,
    backtest: &mut Backtest<'_>,
) -> Result<(), Failure> {
    let terms = draft.terms();
    let request = Request::new(ExportRequest { service: terms.service.to_string() });
    let mut stream = session.client.export(request).await?.into_inner();
    let mut lines = Lines { domain: &terms.domain, backtest, last: None };
    while let Some(batch) = stream.message().await? {
        for event in &batch.events {
            lines.take(&line(event)?).map_err(|wrong| {
                Failure::no(wrong).hint("compare `remit --version` with the control plane's version")
            })?;
        }
    }
    Ok(())
}
