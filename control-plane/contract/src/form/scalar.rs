//! Single values as they are written.

use schemars::JsonSchema;

/// At most 64 of a-z, 0-9, `.` and `-`, beginning with a letter or digit.
#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schemars(extend("pattern" = "^[a-z0-9][a-z0-9.-]{0,63}$"))]
pub(super) struct Name(String);

/// At most 64 of a-z, 0-9, `.`, `-` and `_`, beginning with a letter or digit.
#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schemars(extend("pattern" = "^[a-z0-9][a-z0-9._-]{0,63}$"))]
pub(super) struct Tool(String);

/// The name of a person as it is on their token, or a mail address.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[^\\x00-/:-@\\[-`{-\\x7f][^\\x00-\\x1f!-&(-*,/:-?\\[-^`{-\\x7f]{0,253}$"))]
pub(super) struct Person(String);

/// A group of people: `group:` and its name.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^group:[a-z0-9][a-z0-9.-]{0,63}$"))]
pub(super) struct Group(String);

/// Three numbers with dots, for instance `1.4.0`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[0-9]+\\.[0-9]+\\.[0-9]+"))]
pub(super) struct Version(String);

/// A day, from its first moment in UTC, for instance `2026-11-02`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
pub(super) struct Date(String);

/// A whole number with `ms`, `s`, `m`, `h` or `d`, for instance `30m`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[0-9]+(ms|s|m|h|d)$"))]
pub(super) struct Duration(String);

/// A number of calls per `s`, `m`, `h` or `d`, for instance `50/s`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[0-9]+/(s|m|h|d)$"))]
pub(super) struct Rate(String);

/// A whole number of at least 1.
#[derive(JsonSchema)]
#[schemars(extend("minimum" = 1))]
pub(super) struct Count(u32);

/// Units with at most six decimals, without quotes, for instance `0.25`.
#[derive(JsonSchema)]
#[schemars(extend("minimum" = 0))]
pub(super) struct Money(f64);

/// A decimal number of at least 0, without quotes, for instance `0.01`.
#[derive(JsonSchema)]
#[schemars(extend("minimum" = 0))]
pub(super) struct Decimal(f64);

/// A JSON pointer, for instance `/customer/id`.
#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schemars(extend("pattern" = "^/"))]
pub(super) struct Pointer(String);

/// A value of the action's parameters, for instance `params:/transaction_id`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^params:/"))]
pub(super) struct Parameter(String);

/// A value of the action's parameters or of its result: `params:/…` or `result:/…`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^(params|result):/"))]
pub(super) struct Recorded(String);

/// A value of the action's result: `result:/…`.
#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[schemars(extend("pattern" = "^result:/"))]
pub(super) struct Reporting(String);

/// A value of the call's parameters, `params:/…`, or its idempotency key, `$key`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^(params:/.*|\\$key)$"))]
pub(super) struct Given(String);

/// A value of the action's parameters or of an evidence item: `params:/…` or `ITEM:/…`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[a-z0-9][a-z0-9.-]{0,63}:/"))]
pub(super) struct Known(String);

/// `request` or an evidence item, and perhaps a place in it: `request`, `ITEM`, `request:/…` or `ITEM:/…`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^[a-z0-9][a-z0-9.-]{0,63}(:/.*)?$"))]
pub(super) struct Home(String);
/// A parameter as `params:/…`, a fact of a choice as `ITEM`, or a place in a fact as `ITEM:/…`.
#[derive(JsonSchema)]
#[schemars(extend("pattern" = "^([a-z0-9][a-z0-9.-]{0,63}|[a-z0-9][a-z0-9.-]{0,63}:/.*)$"))]
pub(super) struct Optional(String);

/// What kind of thing an action does, on the ladder read < draft < recommend < execute.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// It only looks.
    Read,
    /// It prepares something that has no effect yet.
    Draft,
    /// It proposes something to people.
    Recommend,
    /// It changes the world.
    Execute,
}
