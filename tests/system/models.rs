//! The protocols that carry the promises, as small state machines that are searched whole. A naive form of each must
//! give its counter-example, or the model shows nothing; ours must hold, and reach what it is for.
//!
//! They are of the protocols, not of the code: the code is held to them by the laws over random histories in the core
//! and by the tests that kill the real process. Limits: two or three calls, one or two crashes.

#![expect(clippy::struct_excessive_bools, reason = "a state of a model is what is so and what is not")]

use std::{fmt::Debug, hash::Hash};

use stateright::{Checker as _, Expectation, Model};

mod approval;
mod budget;
mod doubt;
mod rollback;
mod stop;

/// A model that can be searched and shown.
trait Protocol: Model<State: Found, Action: Found> + Send + Sync + 'static {}

impl<M: Model<State: Found, Action: Found> + Send + Sync + 'static> Protocol for M {}

/// What a search keeps and shows.
trait Found: Clone + Debug + PartialEq + Hash + Send + Sync + 'static {}

impl<T: Clone + Debug + PartialEq + Hash + Send + Sync + 'static> Found for T {}

/// Ours: every law holds in every state, and what it is for is reached.
#[track_caller]
fn holds(model: impl Protocol) {
    let laws: Vec<_> = model.properties().iter().map(|law| (law.name, law.expectation.clone())).collect();
    let searched = model.checker().spawn_bfs().join();
    for (name, expectation) in laws {
        let found = searched.discovery(name);
        if expectation == Expectation::Sometimes {
            assert!(found.is_some(), "never reached: {name}");
        } else if let Some(path) = found {
            panic!("not always: {name}, after {:?}", path.into_actions());
        }
    }
    let states = searched.unique_state_count();
    assert!(states > 10, "only {states} states: this searches nothing");
}

/// A naive form: the search finds that this law does not hold, and this is a way to where it does not.
#[track_caller]
fn breaks<M: Protocol>(model: M, law: &str, way: &[M::Action]) {
    let mut state = model.init_states().swap_remove(0);
    for step in way {
        let mut steps = Vec::new();
        model.actions(&state, &mut steps);
        assert!(steps.contains(step), "{step:?} cannot follow, only {steps:?}");
        state = model.next_state(&state, step.clone()).unwrap();
    }
    let property = model.properties().into_iter().find(|it| it.name == law).unwrap();
    assert!(!(property.condition)(&model, &state), "`{law}` holds at the end of {way:?}");
    let searched = model.checker().spawn_bfs().join();
    assert!(searched.discovery(property.name).is_some(), "the search does not find that `{law}` is broken");
}
