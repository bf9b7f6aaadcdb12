//! What may be sent again, or answered from memory: only what does no harm so.

use remit_core::{Level, ToolName};

use crate::{
    document::{Scope, ToolDocument},
    problem::Problems,
};

pub(super) fn check(name: &ToolName, tool: &ToolDocument, scope: &Scope, problems: &Problems) {
    let Some(calling) = &tool.calling else { return };
    let level = scope.actions.get(name).map(|level| level.value);
    // A level that could not be read has its own problem.
    let is_read = matches!(level, Some(Some(Level::Read) | None)) || (level.is_none() && !scope.lacks(name));
    if (calling.calling.stale_for_ms.is_some() || calling.then.is_some()) && !is_read {
        problems.note::<()>(
            calling.fallback_at,
            format!("`{name}` has an effect, and another answer would not be its own"),
            "remove `fallback`: only a read may be answered from memory or by another read",
        );
    }
    let Some(retry) = calling.calling.retry else { return };
    let place = calling.retry_at;
    if !is_read && tool.idempotency_header == Some(None) {
        problems.note::<()>(
            place,
            format!("`{name}` has an effect, and sent again it could have it twice"),
            "add `idempotency_key: header:…` if the tool knows a call by its key, or remove `retry`",
        );
    }
    if retry.within_ms.is_some_and(|within| tool.timeout_ms.is_some_and(|timeout| within < timeout)) {
        problems.note::<()>(
            place,
            format!("retry.within of `{name}` is less than the timeout of a single call"),
            "make it at least as long as `timeout`, or remove it: then all attempts share `timeout`",
        );
    }
}
