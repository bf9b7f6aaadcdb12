//! The agents' tools over MCP: a client per run, and one pool of connections for all of them.

use std::collections::HashMap;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::{
    RoleClient, ServiceExt as _,
    model::{CallToolRequestParams, CallToolResult, MetaObject, RequestMetaObject},
    service::RunningService,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};

use super::{
    answer::{self, Answer},
    attempt::Saying,
};
use crate::cli::demo::{case::Case, world::World};

/// A connected client.
pub(crate) struct Tools {
    client: RunningService<RoleClient, ()>,
}

/// Connects to the service's endpoint for the case's run.
///
/// # Errors
/// The control plane does not answer or refuses the agent.
pub(crate) async fn connect(world: &World, case: &Case) -> Result<Tools, Report> {
    let uri = format!("{}/mcp/{}", world.endpoint, case.service());
    let headers = HashMap::from([(HeaderName::from_static("remit-run"), HeaderValue::from_str(&case.name)?)]);
    let config = StreamableHttpClientTransportConfig::with_uri(uri)
        .auth_header(world.agents_token(case.service()))
        .custom_headers(headers);
    let transport = StreamableHttpClientTransport::with_client(world.http.clone(), config);
    let client = Box::pin(().serve(transport)).await.wrap_err("connect over MCP")?;
    Ok(Tools { client })
}

impl Tools {
    /// Calls a tool.
    ///
    /// # Errors
    /// The connection broke, or the server refused the call itself.
    pub(crate) async fn call(
        &self,
        tool: &str,
        params: &Value,
        says: Option<&Saying>,
    ) -> Result<Answer, Report> {
        let Value::Object(arguments) = params else { return Err(eyre!("parameters are an object")) };
        let mut call = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments.clone());
        if let Some(says) = says {
            let said = json!([{ "item": says.item, "source_uri": says.source, "content": says.content }]);
            let meta = [("remit-assertions".to_owned(), said)].into_iter().collect();
            call.meta = Some(RequestMetaObject(MetaObject(meta)));
        }
        let result = Box::pin(self.client.call_tool(call)).await.wrap_err_with(|| format!("call {tool}"))?;
        Ok(read(&result))
    }

    /// Ends the client.
    pub(crate) async fn close(self) {
        if let Err(error) = self.client.cancel().await {
            tracing::debug!(%error, "an MCP client ended badly");
        }
    }
}

/// The answer in a tool result.
fn read(result: &CallToolResult) -> Answer {
    let said = result.structured_content.clone().unwrap_or_default();
    if result.is_error == Some(true) { answer::read(&said) } else { Answer::Done(said) }
}
