//! The agents' model, called through the control plane as its provider's own clients would.

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use reqwest::Client;
use serde_json::{Value, json};

use super::answer::Refusal;
use crate::cli::demo::{case::Case, world::World};

/// The model of one run.
pub(crate) struct Model {
    http: Client,
    url: String,
    token: String,
}

impl Model {
    /// The model of a case's run.
    pub(crate) fn of(world: &World, case: &Case) -> Self {
        let (service, run) = (case.service(), &case.name);
        let url = format!("{}/llm/{service}/runs/{run}/v1/chat/completions", world.endpoint);
        Self { http: world.http.clone(), url, token: world.agents_token(service).to_owned() }
    }

    /// Asks it; the answer, or why there is none.
    ///
    /// # Errors
    /// The connection broke, or what came back is no answer of a model.
    pub(crate) async fn ask(
        &self,
        question: &str,
        most_tokens: u32,
    ) -> Result<Result<String, Refusal>, Report> {
        let message = json!({ "role": "user", "content": question });
        let body = json!({
            "model": "advisor-small", "messages": [message], "max_completion_tokens": most_tokens,
        });
        let request = self.http.post(&self.url).bearer_auth(&self.token).json(&body);
        let response = request.send().await.wrap_err("ask the model")?;
        let good = response.status().is_success();
        let said: Value = response.json().await.wrap_err("read the model's answer")?;
        let text = |pointer: &str| said.pointer(pointer).and_then(Value::as_str);
        if good {
            let answer = text("/choices/0/message/content");
            return Ok(Ok(answer.ok_or_else(|| eyre!("the model said nothing"))?.to_owned()));
        }
        let reason = text("/error/code").ok_or_else(|| eyre!("the model was not reached: {said}"))?;
        let hint = text("/error/hint").unwrap_or_default();
        Ok(Err(Refusal {
            outcome: "deny".to_owned(),
            reason: reason.to_owned(),
            hint: hint.to_owned(),
            wait: None,
        }))
    }
}
