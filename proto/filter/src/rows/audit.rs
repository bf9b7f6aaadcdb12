//! What somebody did to the control plane.

use remit_proto::v1::AuditEntry;

use super::{field, short, time};
use crate::field::{Field, Kind, Row, Value};

impl Row for AuditEntry {
    fn fields() -> &'static [Field<Self>] {
        const FIELDS: &[Field<AuditEntry>] = &[
            short("by", "who", Kind::Text, "who did it", |row, _| Value::Text(&row.by)),
            field("what", Kind::Text, "what was done, in words", |row, _| Value::Text(&row.what)),
            field("reason", Kind::Text, "why, in the person's words", |row, _| Value::Text(&row.reason)),
            field("kind", Kind::Text, "the event, for instance `switch_set`", |row, _| {
                Value::Text(&row.kind)
            }),
            short("service", "svc", Kind::Text, "the service that it was about", |row, _| {
                Value::Text(&row.service)
            }),
            field("run", Kind::Text, "the run's id", |row, _| Value::Text(&row.run)),
            short("action", "act", Kind::Text, "the action's id", |row, _| Value::Text(&row.action)),
            field("domain", Kind::Text, "the domain", |row, _| Value::Text(&row.domain)),
            field("at", Kind::Time, "when it was done", |row, _| time(row.at.as_ref())),
            field("seq", Kind::Number, "its position in the journal", |row, _| Value::Number(row.seq)),
        ];
        FIELDS
    }
}
