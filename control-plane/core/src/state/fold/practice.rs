//! What the fold does to practice questions: put, ended, and after 30 days counted no more.

use crate::{
    Timestamp,
    practice::{COUNTED_MS, PracticeAsked, PracticeClosed},
    state::State,
};

impl State {
    pub(super) fn practice_asked(&mut self, asked: &PracticeAsked, at: Timestamp) {
        self.practised.open.insert(asked.question, (asked.clone(), at));
    }

    pub(super) fn practice_closed(&mut self, closed: &PracticeClosed, at: Timestamp) {
        self.practised.open.remove(&closed.asked.question);
        let ended = &mut self.practised.ended;
        while ended.front().is_some_and(|(when, _)| COUNTED_MS <= at.since_ms(*when)) {
            ended.pop_front();
        }
        ended.push_back((at, closed.clone()));
    }
}
