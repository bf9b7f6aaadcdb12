//! One run as its agent sees it: calls go through MCP or gRPC, and the answers look the same.

use std::time::Duration;

use color_eyre::eyre::Report;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    answer::{Answer, Refusal},
    attempt::Saying,
    grpc::{self, RuntimeClient},
    mcp::{self, Tools},
    model::Model,
};
use crate::cli::demo::{case::Case, case::Face, progress::Progress, world::World};

/// One run of one service.
pub(crate) struct Session<'a> {
    face: Connected,
    model: Model,
    /// Ends the run, too.
    runtime: RuntimeClient,
    run: String,
    /// The run's name.
    pub(crate) name: &'a str,
    /// Where the agent says what it does.
    pub(crate) progress: &'a Progress,
    patience: Duration,
    quit: CancellationToken,
}

enum Connected {
    Mcp(Tools),
    Grpc,
}

/// How a call that may be held ended.
pub(crate) enum Waited {
    /// With this answer.
    Answered(Answer),
    /// Nobody decided while the agent was there.
    Left,
}

impl<'a> Session<'a> {
    /// Starts the case's run and connects an agent that acts in it.
    ///
    /// # Errors
    /// The control plane does not answer or refuses the agent.
    pub(crate) async fn open(
        world: &'a World,
        case: &'a Case,
        patience: Duration,
        quit: CancellationToken,
    ) -> Result<Self, Report> {
        let run = grpc::start(world, case).await?;
        let runtime = grpc::client(world, case.service())?;
        let face = match case.face {
            Face::Mcp => Connected::Mcp(mcp::connect(world, case).await?),
            Face::Grpc => Connected::Grpc,
        };
        let model = Model::of(world, case);
        Ok(Self { face, model, runtime, run, name: &case.name, progress: &world.progress, patience, quit })
    }

    /// Proposes one action and returns what became of it, held or not.
    ///
    /// # Errors
    /// The connection broke, or the control plane refused the call itself.
    pub(crate) async fn call(
        &mut self,
        tool: &str,
        params: &Value,
        says: Option<&Saying>,
    ) -> Result<Answer, Report> {
        match &self.face {
            Connected::Mcp(tools) => tools.call(tool, params, says).await,
            Connected::Grpc => grpc::act(&mut self.runtime, self.run.clone(), (tool, params), says).await,
        }
    }

    /// Proposes one action and, while a person is asked, waits until there is an end.
    ///
    /// # Errors
    /// As [`Session::call`].
    pub(crate) async fn call_and_wait(
        &mut self,
        tool: &str,
        params: &Value,
        says: Option<&Saying>,
    ) -> Result<Waited, Report> {
        let until = Instant::now().checked_add(self.patience);
        let mut answer = self.call(tool, params, says).await?;
        let Answer::Held { action: asked, .. } = answer.clone() else { return Ok(Waited::Answered(answer)) };
        self.say(&format!("{tool} waits for a person"));
        loop {
            let Answer::Held { action, wait } = answer else { return Ok(Waited::Answered(answer)) };
            if action != asked {
                // Another question: the one that waited came to nothing.
                return Ok(Waited::Answered(Answer::Refused(Refusal::unanswered())));
            }
            if until.is_none_or(|until| until <= Instant::now()) || self.quit.is_cancelled() {
                return Ok(Waited::Left);
            }
            answer = self.ask_again((tool, params), says, asked.clone(), wait).await?;
        }
    }

    /// Over MCP the same call joins the held one; gRPC has a way to wait for it.
    async fn ask_again(
        &mut self,
        (tool, params): (&str, &Value),
        says: Option<&Saying>,
        action: String,
        wait: Duration,
    ) -> Result<Answer, Report> {
        if matches!(self.face, Connected::Grpc) {
            return grpc::wait(&mut self.runtime, action, wait).await;
        }
        if self.pause(wait).await.is_break() {
            return Ok(Answer::Held { action, wait });
        }
        self.call(tool, params, says).await
    }

    /// Asks the model; its answer, or why there is none.
    ///
    /// # Errors
    /// As [`Session::call`].
    pub(crate) async fn ask(
        &self,
        question: &str,
        most_tokens: u32,
    ) -> Result<Result<String, Refusal>, Report> {
        let asked = self.model.ask(question, most_tokens).await?;
        if let Err(refusal) = &asked {
            self.say(&format!("the model was refused: {} {}", refusal.reason, refusal.hint));
        }
        Ok(asked)
    }

    /// Lets time pass; breaks when the demo ends.
    pub(crate) async fn pause(&self, time: Duration) -> std::ops::ControlFlow<()> {
        tokio::select! {
            () = self.quit.cancelled() => std::ops::ControlFlow::Break(()),
            () = tokio::time::sleep(time) => std::ops::ControlFlow::Continue(()),
        }
    }

    /// One line about this run.
    pub(crate) fn say(&self, text: &str) {
        self.progress.line(&format!("{}  {text}", self.name));
    }

    /// Ends the run.
    ///
    /// # Errors
    /// The control plane cannot be reached.
    pub(crate) async fn end(mut self, reason: &str) -> Result<(), Report> {
        grpc::end(&mut self.runtime, self.run, reason).await?;
        if let Connected::Mcp(tools) = self.face {
            tools.close().await;
        }
        Ok(())
    }
}
