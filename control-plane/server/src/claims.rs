//! Who is reading which question, so that two people do not decide past each other. In memory alone; hinders nobody.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use remit_core::{EscalationId, Timestamp};

/// How long it holds without being renewed, in milliseconds (console.md's starting value).
pub(crate) const LEASE_MS: u64 = 90_000;

/// One question a person: whoever opens another leaves the first. So there are never more than people.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<BTreeMap<String, Claim>>);

/// What one person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) question: EscalationId,
    pub(crate) by: String,
    /// When they opened it.
    pub(crate) since: Timestamp,
    until: Timestamp,
}

impl Claims {
    /// This person reads it, from now on or still.
    pub(crate) fn renew(&self, question: EscalationId, by: &str, now: Timestamp) {
        let mut claims = self.0.lock();
        let before = claims.get(by).filter(|claim| claim.question == question && now < claim.until);
        let since = before.map_or(now, |claim| claim.since);
        let until = now.plus_ms(LEASE_MS);
        claims.insert(by.to_owned(), Claim { question, by: by.to_owned(), since, until });
    }

    /// This person does not read it any more.
    pub(crate) fn leave(&self, question: EscalationId, by: &str) {
        let mut claims = self.0.lock();
        if claims.get(by).is_some_and(|claim| claim.question == question) {
            claims.remove(by);
        }
    }

    /// All that hold now, by person.
    pub(crate) fn all(&self, now: Timestamp) -> Vec<Claim> {
        self.0.lock().values().filter(|claim| now < claim.until).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use remit_core::{EscalationId, Timestamp};

    use super::{Claims, LEASE_MS};

    const START: Timestamp = Timestamp::from_micros(1_000_000);

    fn question(number: u128) -> EscalationId {
        EscalationId::new(uuid::Uuid::from_u128(number))
    }

    fn held(claims: &Claims, now: Timestamp) -> Vec<(EscalationId, String, Timestamp)> {
        claims.all(now).into_iter().map(|claim| (claim.question, claim.by, claim.since)).collect()
    }

    #[test]
    fn a_claim_holds_as_long_as_somebody_reads() {
        let claims = Claims::default();
        claims.renew(question(1), "maya", START);
        claims.renew(question(1), "ivan", START.plus_ms(10));
        let later = START.plus_ms(LEASE_MS);
        claims.renew(question(1), "ivan", START.plus_ms(50_000));
        assert_eq!(
            held(&claims, later),
            [(question(1), "ivan".to_owned(), START.plus_ms(10))],
            "hers is over"
        );
        // Whoever opens another leaves the first.
        claims.renew(question(2), "ivan", later);
        assert_eq!(held(&claims, later), [(question(2), "ivan".to_owned(), later)]);
        claims.leave(question(1), "ivan");
        assert_eq!(held(&claims, later).len(), 1, "that is not the one he reads");
        claims.leave(question(2), "ivan");
        assert_eq!(held(&claims, later), []);
    }
}
