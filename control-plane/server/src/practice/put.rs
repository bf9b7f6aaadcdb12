//! Puts a practice question: plays a scenario as the domain stands, commits that it is put, then shows it.

use std::{collections::BTreeSet, sync::Arc};

use rand::seq::SliceRandom as _;
use remit_contract::{
    CompiledContract,
    scenario::{Like, PracticeQuestion, Put, practice},
};
use remit_core::{
    Command, Event, GroupName, ServiceName, State,
    event::ActionDecided,
    practice::PracticeAsked,
    proposal::{Channel, Mode},
};

use super::Stage;
use crate::{
    clock,
    error::Error,
    ids,
    plane::{Plane, Ward},
};

/// The real question beside which one is put.
#[derive(Debug)]
pub(crate) struct Beside {
    service: ServiceName,
    run: String,
    channel: Channel,
    mode: Mode,
}

impl Beside {
    /// What is to be told of the real one; nothing where its run is not known any more.
    pub(crate) fn of(ward: &Ward, decided: &ActionDecided) -> Option<Self> {
        let proposal = &decided.proposal;
        let (service, run) = ward.view.read(|inner| {
            let run = inner.runs.get(&proposal.run)?;
            Some((run.service.clone(), run.name.clone()))
        })?;
        // What a model is asked is shown with its prompt, which no scenario has.
        let channel = if proposal.channel == Channel::Model { Channel::Grpc } else { proposal.channel };
        Some(Self { service, run, channel, mode: proposal.mode })
    }
}

/// Puts one; false where the service has none that would be asked as things stand.
pub(crate) async fn put(plane: &Arc<Plane>, ward: &Ward, beside: &Beside) -> Result<bool, Error> {
    let contract = plane.contract(&beside.service)?;
    let Some(folder) = plane.folder(ward, contract.terms().digest) else { return Ok(false) };
    let (stage, seq) = ward.view.read(|inner| (inner.state.staged(&beside.service), inner.seq));
    let is_active = |stage: &State| {
        let mut services = stage.services.values();
        services.any(|service| service.active.digest == contract.terms().digest)
    };
    let Some(stage) = stage.filter(is_active) else { return Ok(false) };
    let like = Like {
        now: clock::now(),
        run: beside.run.clone(),
        channel: beside.channel,
        mode: beside.mode,
        draw: ids::drawn_at,
        number: rand::random(),
    };
    let played = tokio::task::spawn_blocking(move || {
        let questions = folder.and_then(|folder| practice(&contract, &folder)).unwrap_or_default();
        play(&contract, questions, (stage, &like))
    });
    let played = played.await.map_err(|error| Error::Unavailable(error.to_string()))?;
    let Some((asked, state, put)) = played else { return Ok(false) };
    let Some(stage) = Stage::set(state, put, asked.clone(), seq) else { return Ok(false) };
    // Commit, then show.
    plane.control()?.domain.submit(Command::AskPractice(Box::new(asked))).await?;
    plane.practice.show(Arc::new(stage));
    Ok(true)
}

/// The first, in an order of chance, that is asked as things stand.
fn play(
    contract: &CompiledContract,
    mut questions: Vec<PracticeQuestion>,
    (stage, like): (State, &Like),
) -> Option<(PracticeAsked, State, Put)> {
    questions.shuffle(&mut rand::rng());
    let (question, put) =
        questions.into_iter().find_map(|it| it.put(contract, &stage, like).map(|put| (it, put)))?;
    let groups = put.history.iter().rev().find_map(|(_, event)| groups(event))?;
    let terms = contract.terms();
    let asked = PracticeAsked {
        question: put.question,
        domain: terms.domain.clone(),
        service: terms.service.clone(),
        tool: question.tool,
        contract: terms.digest,
        version: terms.version.clone(),
        file: question.file,
        scenario: question.scenario,
        groups,
        known: question.known,
        because: question.because,
    };
    Some((asked, stage, put))
}

fn groups(event: &Event) -> Option<BTreeSet<GroupName>> {
    let Event::ActionDecided(decided) = event else { return None };
    decided.question.as_ref().map(|question| question.groups.clone())
}
