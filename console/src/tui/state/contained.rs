//! The last ceiling set from this console: what its acknowledgement promised, and what was in flight, to its end.

use remit_proto::v1::{InFlight, SetSwitchResponse, in_flight::Fate};

/// One acknowledged ceiling.
#[derive(Clone, Debug)]
pub struct Contained {
    /// The console's number of the command.
    pub id: u64,
    /// What was asked, for instance `stop service:refund-decision`.
    pub words: String,
    /// When it was acknowledged, milliseconds since 1970.
    pub at_ms: i64,
    /// The acknowledgement; its list is brought up to date as actions end.
    pub set: SetSwitchResponse,
    /// Why nobody follows what is left, when nobody does.
    pub unfollowed: Option<String>,
}

impl Contained {
    /// What may still come to an end, first as it was listed, then what has ended.
    pub fn rows(&self) -> impl Iterator<Item = &InFlight> {
        let rows = || self.set.in_flight.iter();
        rows().filter(|row| is_open(row)).chain(rows().filter(|row| !is_open(row)))
    }

    /// Actions that may still come to an end.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        let open = self.set.in_flight.iter().filter(|row| is_open(row));
        open.filter_map(|row| row.action.as_ref()).map(|action| action.id.as_str())
    }

    /// One of them has come to its end.
    pub fn ended(&mut self, ended: InFlight) {
        let id = |row: &InFlight| row.action.as_ref().map(|action| action.id.clone());
        let known = self.set.in_flight.iter_mut().find(|row| id(row) == id(&ended));
        if let Some(row) = known {
            *row = ended;
        }
    }
}

/// Whether its end is still to come.
fn is_open(row: &InFlight) -> bool {
    matches!(row.fate(), Fate::MayFinish | Fate::WillNotBeSent | Fate::Unspecified)
}

/// What becomes of it, or became.
#[must_use]
pub fn fate(row: &InFlight) -> String {
    match row.fate() {
        Fate::Unspecified => "?".to_owned(),
        Fate::MayFinish => "sent: may still take effect".to_owned(),
        Fate::WillNotBeSent => "not sent, and will not be".to_owned(),
        Fate::Cancelled => "cut off: nothing has happened".to_owned(),
        Fate::InDoubt => "cut off on its way: IN DOUBT".to_owned(),
        Fate::Ended => {
            let status = row.action.as_ref().map(|action| action.status());
            let name = status.map_or("", |status| status.as_str_name());
            let name = name.trim_start_matches("ACTION_STATUS_").replace('_', " ").to_lowercase();
            format!("ended: {name}")
        }
    }
}
