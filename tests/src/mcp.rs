//! The same service over MCP: a real client, and the bare protocol for what no client would send.

use std::collections::HashMap;

use reqwest::header::{HeaderName, HeaderValue};
use rmcp::{
    RoleClient, ServiceExt as _,
    model::{CallToolRequestParams, CallToolResult, MetaObject, RequestMetaObject},
    service::RunningService,
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};

use crate::{
    client::said_with,
    contracts::{REFUNDS, WORKFLOW},
};

/// An HTTP client; TLS has one provider in a process, also where nothing is encrypted.
pub fn http() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A connected MCP client of the refund service, for one run.
#[derive(Debug)]
pub struct Tools(RunningService<RoleClient, ()>);

impl Tools {
    /// Connects for a run of this name.
    pub async fn connect(url: &str, token: &str, run: &str) -> Self {
        Self::connect_with(url, token, &[("remit-run", run), ("remit-workflow", WORKFLOW)]).await
    }

    /// Connects with these headers on every request.
    pub async fn connect_with(url: &str, token: &str, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let config = StreamableHttpClientTransportConfig::with_uri(format!("{url}/mcp/{REFUNDS}"))
            .auth_header(token)
            .custom_headers(headers.collect::<HashMap<_, _>>());
        Self(().serve(StreamableHttpClientTransport::with_client(http(), config)).await.unwrap())
    }

    /// The names of the tools, sorted.
    pub async fn names(&self) -> Vec<String> {
        let tools = self.0.list_all_tools().await.unwrap();
        let mut names: Vec<String> = tools.into_iter().map(|tool| tool.name.into_owned()).collect();
        names.sort();
        names
    }

    /// Calls a tool.
    pub async fn call(&self, tool: &str, params: &Value) -> CallToolResult {
        let mut call =
            CallToolRequestParams::new(tool.to_owned()).with_arguments(params.as_object().unwrap().clone());
        let said: Vec<Value> = said_with(tool).iter().map(in_meta).collect();
        if !said.is_empty() {
            let meta = [("remit-assertions".to_owned(), said.into())].into_iter().collect();
            call.meta = Some(RequestMetaObject(MetaObject(meta)));
        }
        self.0.call_tool(call).await.unwrap()
    }
}

/// An assertion as MCP has it.
fn in_meta(said: &remit_proto::v1::Assertion) -> Value {
    let content: Value = serde_json::from_str(&said.content_json).unwrap();
    json!({ "item": said.item, "source_uri": said.source_uri, "content": content })
}

/// What a result says in its structured content.
pub fn says(result: &CallToolResult, field: &str) -> String {
    let content = result.structured_content.as_ref().unwrap();
    content.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The action that a result names.
pub fn action(result: &CallToolResult) -> String {
    result.meta.as_ref().unwrap().get("action").unwrap().as_str().unwrap().to_owned()
}

/// A tool call as the bytes of its request.
pub fn request(tool: &str, arguments: &str) -> String {
    request_with("{}", tool, arguments)
}

/// The same with this `_meta`.
pub fn request_with(meta: &str, tool: &str, arguments: &str) -> String {
    let head = json!({ "name": tool }).to_string();
    let head = head.trim_end_matches('}');
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{head},"arguments":{arguments},"_meta":{meta}}}}}"#
    )
}

/// Sends any bytes to the MCP face; returns status and body.
pub async fn post(url: &str, token: &str, body: String) -> (u16, String) {
    post_with((url, ""), token, &[("remit-workflow", WORKFLOW)], body).await
}

/// The same to a path below the service's, with these headers.
pub async fn post_with(
    (url, path): (&str, &str),
    token: &str,
    headers: &[(&str, &str)],
    body: String,
) -> (u16, String) {
    let request = http()
        .post(format!("{url}/mcp/{REFUNDS}{path}"))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-06-18")
        .body(body);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}
