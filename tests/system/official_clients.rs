//! The official Python clients of OpenAI and Anthropic, with our address and a token of ours as their key.

use std::process::Stdio;

use remit_proto::v1::Level;
use remit_tests::{
    contracts::REFUNDS,
    provider::Script,
    site::{PATIENCE, Site},
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use crate::REMITD;

/// A Python that has both packages: the one that `REMIT_TEST_PYTHON` names, else `python3`.
async fn python() -> Option<String> {
    let python = std::env::var("REMIT_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut look = Command::new(&python);
    look.args(["-c", "import openai, anthropic"]).stdin(Stdio::null()).stdout(Stdio::null());
    let found = look.stderr(Stdio::null()).status().await.is_ok_and(|status| status.success());
    found.then_some(python)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stderr, reason = "whoever runs the tests should know what was not tested")]
async fn official_clients_need_no_change_but_address_and_key() {
    let Some(python) = python().await else {
        eprintln!(
            "skipped: no Python with the packages `openai` and `anthropic`; name one in REMIT_TEST_PYTHON"
        );
        return;
    };
    let site = Site::new(REMITD).await;
    site.contracts.add_models();
    site.contracts.edit("    same_call: 3 ", "    same_call: 9 ");
    site.contracts.edit("    no_progress: 6 ", "    no_progress: 60 ");
    let remitd = site.start().await;
    let mut operator = remitd.operator().await;
    let token = operator.service_token(REFUNDS).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/official.py");
    let mut client = site.bare(python.as_ref());
    client.arg(script).args([format!("{}/llm/{REFUNDS}/runs/case-1", remitd.url()), token]);
    let mut client = client.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    let listen = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            match line.as_str() {
                "streaming" => drop(operator.ceiling("service:refund-decision", Level::None).await),
                "anthropic refused 403 model_not_allowed" => {
                    site.provider.plays(Script { silent_after: Some(1), ..Script::default() });
                }
                _ => {}
            }
            said.push(line);
        }
    };
    tokio::time::timeout(PATIENCE * 4, listen).await.expect("the clients come to their end");
    let expected = [
        "openai It is fine. 20",
        "openai stream It is fine.",
        "openai run True",
        "openai refused 403 model_not_allowed",
        "anthropic It is fine. 20",
        "anthropic stream It is fine. 20",
        "anthropic refused 403 model_not_allowed",
        "streaming",
        "openai stopped stopped",
        "anthropic stopped stopped",
        "openai after stopped",
    ];
    assert_eq!(said, expected);
}
