//! Time as a value: microseconds since 1970, UTC. There is no clock here.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment so many microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This moment and so many milliseconds more; stays at the end of time instead of wrapping.
    pub const fn plus_ms(self, ms: u64) -> Self {
        let micros = ms.saturating_mul(1_000);
        Self(if micros > i64::MAX.unsigned_abs() { i64::MAX } else { self.0.saturating_add_unsigned(micros) })
    }

    /// The moment so many milliseconds earlier, or the earliest there is.
    #[must_use]
    pub const fn minus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_sub_unsigned(ms.saturating_mul(1_000)))
    }

    /// Milliseconds from `earlier` to this moment; 0 when `earlier` is later.
    pub const fn since_ms(self, earlier: Self) -> u64 {
        if earlier.0 >= self.0 { 0 } else { self.0.abs_diff(earlier.0) / 1_000 }
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC; outside the years that it can name, the microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(time) => write!(f, "{time:.6}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        if let Some(micros) = text.strip_suffix("us") {
            return micros.parse().map(Self).map_err(de::Error::custom);
        }
        let time: jiff::Timestamp = text.parse().map_err(de::Error::custom)?;
        Ok(Self(time.as_microsecond()))
    }
}
