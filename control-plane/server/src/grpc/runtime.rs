//! The face that services use.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures::{Stream, StreamExt as _};
use remit_core::{
    ActionId, Command, Declared, Exchange, Money, Refusal, RunId, ServiceName, State,
    command::Settle,
    event::Settlement,
    proposal::{Channel, Mode},
    rollback::UndoCall,
};
use remit_proto::v1::{
    ActRequest, ActResponse, AwaitActionRequest, EndRunRequest, EndRunResponse, SettleRequest,
    SettleResponse, StartRunRequest, StartRunResponse, runtime_server,
};
use tonic::{Request, Response, Status, Streaming};

use super::{service, wire};
use crate::{
    act::{self, Call},
    assert::{self, Said},
    auth::Principal,
    clock, declare,
    domain::Fault,
    error::Error,
    ids,
    plane::Plane,
    recall,
    view::ActionCard,
};

/// Calls of one stream that may be on their way at a time.
const PIPELINE: usize = 1_024;

/// Longest wait for an action; clients give up at about a minute.
const LONGEST_WAIT: Duration = Duration::from_secs(45);

pub(super) struct Runtime {
    pub(super) plane: Arc<Plane>,
}

#[tonic::async_trait]
impl runtime_server::Runtime for Runtime {
    async fn start_run(
        &self,
        request: Request<StartRunRequest>,
    ) -> Result<Response<StartRunResponse>, Status> {
        let caller = service(&self.plane, &request)?;
        let StartRunRequest { service, name, workflow, request_json } = request.into_inner();
        let declared = declare::parse(Some(&workflow), Some(&request_json))?;
        let run = start_run(&self.plane, &caller, (&service, &name), Channel::Grpc, declared).await?;
        let open = self.plane.open.get(run).ok_or_else(|| Error::Conflict("the run has ended".to_owned()))?;
        let terms = open.contract.terms();
        Ok(Response::new(StartRunResponse {
            run: run.to_string(),
            contract_version: terms.version.clone(),
            contract_digest: terms.digest.to_string(),
        }))
    }

    async fn act(&self, request: Request<ActRequest>) -> Result<Response<ActResponse>, Status> {
        let caller = service(&self.plane, &request)?;
        let request = request.into_inner();
        let correlation = request.correlation;
        let acted = act::act(&self.plane, &caller, call(request)?).await?;
        Ok(Response::new(wire::acted(acted, correlation)))
    }

    type ActStreamStream = Pin<Box<dyn Stream<Item = Result<ActResponse, Status>> + Send>>;

    async fn act_stream(
        &self,
        request: Request<Streaming<ActRequest>>,
    ) -> Result<Response<Self::ActStreamStream>, Status> {
        let caller = service(&self.plane, &request)?;
        let plane = Arc::clone(&self.plane);
        let asked = request.into_inner().take_until(self.plane.stop.clone().cancelled_owned());
        let answers = asked.map(move |request| {
            let (plane, caller) = (Arc::clone(&plane), caller.clone());
            async move {
                let request = request?;
                let (correlation, run) = (request.correlation, request.run.clone());
                let acted = match call(request) {
                    Ok(call) => act::act(&plane, &caller, call).await,
                    Err(error) => Err(error),
                };
                Ok(acted.map_or_else(
                    |error| ActResponse {
                        correlation,
                        run,
                        error: error.to_string(),
                        ..ActResponse::default()
                    },
                    |acted| wire::acted(acted, correlation),
                ))
            }
        });
        Ok(Response::new(Box::pin(answers.buffer_unordered(PIPELINE))))
    }

    async fn await_action(
        &self,
        request: Request<AwaitActionRequest>,
    ) -> Result<Response<ActResponse>, Status> {
        let caller = service(&self.plane, &request)?;
        let AwaitActionRequest { action, timeout_ms } = request.into_inner();
        let action = wire::parse(&action, "action")?;
        let known = self.plane.action_ward(action).ok();
        let Some((ward, card)) = known.and_then(|ward| Some((ward, ward.view.action(action)?))) else {
            return self.ended_long_ago(action, &caller).await;
        };
        owned((card.action.run, &card.terms.principal), &caller)?;
        let wait = Duration::from_millis(u64::from(timeout_ms)).min(LONGEST_WAIT);
        // Not ended in time: the answer says how things stand.
        drop(tokio::time::timeout(wait, ward.view.ended(action)).await);
        match ward.view.action(action) {
            Some(card) => Ok(Response::new(wire::acted(act::of_card(&card)?, 0))),
            None => self.ended_long_ago(action, &caller).await,
        }
    }

    async fn settle(&self, request: Request<SettleRequest>) -> Result<Response<SettleResponse>, Status> {
        let caller = service(&self.plane, &request)?;
        let request = request.into_inner();
        let action = wire::parse(&request.action, "action")?;
        let known = self.plane.action_ward(action).ok();
        let known = known.and_then(|ward| Some((ward, ward.view.action(action)?)));
        let Some((ward, card)) = known else {
            let card = recall::gone(&self.plane, action).await?;
            owned((card.action.run, &card.terms.principal), &caller)?;
            return Err(settled_already(&card).into());
        };
        owned((card.action.run, &card.terms.principal), &caller)?;
        if card.action.mode == Mode::Execute {
            let text = "the control plane carries this action out and settles it itself";
            return Err(Error::Conflict(text.to_owned()).into());
        }
        if card.is_settled() {
            return Err(settled_already(&card).into());
        }
        let settlement = settlement(&request)?;
        let settle = Settle {
            action,
            undo: self.undo(&card, &settlement),
            settlement,
            cost: Money::from_micros(request.cost_micros),
            // What the caller says it saw was not seen by us.
            evidence: Vec::new(),
            exchange: Exchange::default(),
            // Nobody reports them here: what they may have been.
            tokens: card.action.tokens,
        };
        ward.domain.submit(Command::Settle(Box::new(settle))).await.map_err(Error::from)?;
        Ok(Response::new(SettleResponse {}))
    }

    async fn end_run(&self, request: Request<EndRunRequest>) -> Result<Response<EndRunResponse>, Status> {
        let caller = service(&self.plane, &request)?;
        let EndRunRequest { run, reason } = request.into_inner();
        let run = wire::parse(&run, "run")?;
        let ward = self.plane.run_ward(run)?;
        let owner = ward.view.read(|inner| inner.runs.get(&run).map(|card| Arc::clone(&card.terms)));
        let owner = owner.ok_or_else(|| Error::NotFound(format!("there is no run `{run}` here")))?;
        owned((run, &owner.principal), &caller)?;
        let command = Command::EndRun { run, reason: None, note: reason };
        ward.domain.submit(command).await.map_err(Error::from)?;
        let card = ward.view.read(|inner| inner.runs.get(&run).map(|card| wire::run(card, inner)));
        Ok(Response::new(EndRunResponse { run: card }))
    }
}

impl Runtime {
    /// What memory has let go has come to its end.
    async fn ended_long_ago(
        &self,
        action: ActionId,
        caller: &Principal,
    ) -> Result<Response<ActResponse>, Status> {
        let card = recall::gone(&self.plane, action).await?;
        owned((card.action.run, &card.terms.principal), caller)?;
        Ok(Response::new(wire::acted(act::of_card(&card)?, 0)))
    }

    /// How an effect that the caller made itself would be undone.
    fn undo(&self, card: &ActionCard, settlement: &Settlement) -> Option<UndoCall> {
        let Settlement::Succeeded { result } = settlement else { return None };
        let contract = self.plane.contracts.get(&card.terms.digest)?;
        let params = card.decision_fact()?.proposal.params.value();
        contract.undo_call(&card.action.tool, &params, &result.value(), clock::now())
    }
}

/// Starts a run, or joins the open one of the same name; whose token only acts joins, and no more.
pub(crate) async fn start_run(
    plane: &Plane,
    caller: &Principal,
    (service, name): (&str, &str),
    channel: Channel,
    declared: Declared,
) -> Result<RunId, Error> {
    let service = ServiceName::from(service);
    // A run needs a version that can judge: without one nothing is started.
    let contract = plane.contract(&service)?;
    if !caller.reach.starts() {
        is_principal(&contract.terms().principal, caller)?;
        return enter(plane, caller, (&service, name), &declared).inspect_err(|refusal| {
            tracing::warn!(caller = %caller.name, %service, %refusal, "a token that only acts was used for more");
        });
    }
    let ward = plane.service_ward(&service)?;
    if let Err(no) = plane.serves(&service) {
        is_principal(&contract.terms().principal, caller)?;
        let joins = ward.view.read(|inner| inner.state.joins((&service, name), &declared, clock::now()));
        return match joins {
            Some(Refusal::JoinsRun(known)) => Ok(known),
            Some(refusal) => Err(refusal.into()),
            None => Err(no),
        };
    }
    let run = ids::run();
    let name = if name.is_empty() { run.to_string() } else { name.to_owned() };
    let principal = caller.name.to_string();
    let command = Command::StartRun { run, name, service, principal, channel, declared };
    match ward.domain.submit(command).await {
        Ok(_) => Ok(run),
        Err(Fault::Refused(Refusal::JoinsRun(known))) => Ok(known),
        Err(fault) => Err(fault.into()),
    }
}

/// The open run of this name, for a token that only acts.
pub(crate) fn enter(
    plane: &Plane,
    caller: &Principal,
    (service, name): (&ServiceName, &str),
    declared: &Declared,
) -> Result<RunId, Error> {
    let ward = plane.service_ward(service)?;
    let look = |state: &State| state.enters(caller.reach, (service, name), declared, clock::now());
    Ok(ward.view.read(|inner| look(&inner.state))?)
}

/// Asks whether something is of this caller, given its run and the principal of that.
fn owned((run, principal): (RunId, &str), caller: &Principal) -> Result<(), Error> {
    is_principal(principal, caller)?;
    Ok(caller.covers(run)?)
}

/// What has come to its end keeps it.
fn settled_already(card: &ActionCard) -> Error {
    let (action, status) = (card.action.id, card.action.status);
    Error::Conflict(format!("{action} is {status} already, and its outcome stands"))
}

fn is_principal(principal: &str, caller: &Principal) -> Result<(), Error> {
    if principal == caller.name.as_str() {
        return Ok(());
    }
    Err(Error::NotPermitted(format!("it does not belong to `{}`", caller.name)))
}

fn call(request: ActRequest) -> Result<Call, Error> {
    let ActRequest { correlation: _, run, tool, params_json, idempotency_key, decision_only, assertions } =
        request;
    let said = assertions.into_iter().map(|it| Said {
        item: it.item,
        source: it.source_uri,
        content: it.content_json,
        sha256: it.sha256,
    });
    let asserted = assert::parse(&said.collect::<Vec<_>>())?;
    let (params, value) = act::parse_params(&params_json)?;
    Ok(Call {
        run: wire::parse(&run, "run")?,
        tool: tool.into(),
        params,
        value,
        key: (!idempotency_key.is_empty()).then_some(idempotency_key),
        channel: Channel::Grpc,
        mode: if decision_only { Mode::DecisionOnly } else { Mode::Execute },
        asserted,
        parcel: None,
    })
}

fn settlement(request: &SettleRequest) -> Result<Settlement, Error> {
    use remit_proto::v1::ActionStatus as Wire;
    match request.status() {
        Wire::Succeeded => {
            let text = if request.result_json.is_empty() { "null" } else { &request.result_json };
            let (result, _) = remit_core::CanonicalJson::parse(text)
                .map_err(|error| Error::Invalid(format!("the result is not acceptable: {error}")))?;
            Ok(Settlement::Succeeded { result })
        }
        Wire::Failed => Ok(Settlement::Failed { note: request.note.clone() }),
        Wire::InDoubt => Ok(Settlement::InDoubt { note: request.note.clone() }),
        Wire::Unspecified
        | Wire::Proposed
        | Wire::Denied
        | Wire::Held
        | Wire::Lapsed
        | Wire::Approved
        | Wire::Admitted
        | Wire::Running
        | Wire::Undone => {
            Err(Error::Invalid("an action settles as succeeded, failed or in doubt".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests;
