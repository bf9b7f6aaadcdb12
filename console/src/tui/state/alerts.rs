//! Alerts of the picture: in an order that an acknowledgement does not change, and which of them people look at.

use remit_proto::v1::Alert;

use super::State;
use crate::tui::hit::{Kind, Object};
use crate::tui::when;

impl State {
    /// Alerts that stand: critical before others, the oldest first. Where one is does not depend on who looks at it, so
    /// that nothing moves under the cursor.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        let mut alerts: Vec<_> = self.picture.iter().flat_map(|picture| &picture.alerts).collect();
        alerts.sort_by_cached_key(|it| (!it.critical, when::millis(it.since.as_ref()), it.id.clone()));
        alerts.into_iter()
    }

    /// The alert with this id.
    #[must_use]
    pub fn alert(&self, id: &str) -> Option<&Alert> {
        self.picture.as_ref()?.alerts.iter().find(|alert| alert.id == id)
    }

    pub(super) fn alert_rows(&self) -> Vec<Object> {
        let shown = self.alerts().filter(|it| {
            let by = it.acknowledged.as_ref().map_or("", |known| &known.by);
            self.lets_through(&[&it.condition, &it.scope, &it.about, &it.text, &it.domain, by])
        });
        shown.filter_map(|it| self.object(Kind::Alert, &it.id)).collect()
    }

    /// Who looks at the alerts of these conditions, in words to put behind what is said of them; and whether somebody
    /// looks at each.
    #[must_use]
    pub fn looked_at(&self, conditions: &[&str]) -> (String, bool) {
        let of: Vec<_> = self.alerts().filter(|it| conditions.contains(&it.condition.as_str())).collect();
        let known: Vec<_> = of.iter().filter_map(|it| it.acknowledged.as_ref()).collect();
        match known.first() {
            None => (String::new(), false),
            Some(first) if known.len() == of.len() => {
                let others = known.iter().filter(|it| it.by != first.by).count();
                let more = if others == 0 { String::new() } else { format!(" and {others} more") };
                (format!(", ack {}{more}", first.by), true)
            }
            Some(_) => (format!(", ack {} of {}", known.len(), of.len()), false),
        }
    }
}
