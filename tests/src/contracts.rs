//! Contract folders for tests: the shipped ones, with small edits of their text.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The service that most tests speak for.
pub const REFUNDS: &str = "refund-decision";

/// The workflow of it in which money is paid.
pub const WORKFLOW: &str = "refund";

/// A folder of contracts in a test's own directory.
#[derive(Debug)]
pub struct Contracts {
    root: PathBuf,
}

impl Contracts {
    /// Copies the refund contract into `dir`. Its evidence stays fresh for a minute: a busy machine must
    /// not turn another test into one about staleness.
    pub fn refunds(dir: &Path) -> Self {
        let contracts = Self { root: dir.join("contracts") };
        let folder = contracts.folder();
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(shipped().join(REFUNDS)).unwrap() {
            let entry = entry.unwrap();
            // The scenarios stay behind: they are about the contract as it is shipped.
            if entry.file_type().unwrap().is_dir() {
                continue;
            }
            fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        contracts.edit("fresh_for: 2s", "fresh_for: 60s");
        contracts
    }

    /// Adds a model call of each protocol: 0.25 for a million tokens that go in, 2.00 for one that come out.
    pub fn add_models(&self) {
        self.edit(
            "    tickets.get: read\n",
            "    tickets.get: read\n    model.chat: read\n    model.talk: read\n",
        );
        let upstream = |name: &str, speaks: &str| {
            format!(
                "    {name}: {{ http: \"${{MODELS_URL}}\", auth: {{ bearer: \"secret:MODELS_KEY\" }}, speaks: {speaks}, private: true }}\n"
            )
        };
        let desk = "    desk: { http: \"${DESK_URL}\", private: true }";
        self.edit(
            desk,
            &format!("{}{}{desk}", upstream("models", "openai"), upstream("claudes", "anthropic")),
        );
        let tool = |name: &str, upstream: &str, models: &str| {
            format!(
                "    {name}:\n      upstream: {upstream}\n      model: {{ allow: [{models}], most_tokens: 1000 }}\n      timeout: 60s\n\n"
            )
        };
        let tools = [
            tool("model.chat", "models", "small, \"small-2\""),
            tool("model.talk", "claudes", "claude-small"),
        ];
        self.edit(
            "    transactions.get:            #",
            &format!("{}    transactions.get:            #", tools.concat()),
        );
        let price = "{ million_input: 0.25, million_output: 2.00 }";
        let prices = format!("    customer.reply: 0.01\n    model.chat: {price}\n    model.talk: {price}\n");
        self.edit("    customer.reply: 0.01\n", &prices);
        self.edit_policy(
            "Action::\"tickets.get\"]",
            "Action::\"tickets.get\", Action::\"model.chat\", Action::\"model.talk\"]",
        );
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The folder of the refund contract.
    pub fn folder(&self) -> PathBuf {
        self.root.join(REFUNDS)
    }

    /// Adds a contract as the project ships it, its scenarios included.
    pub fn ship(&self, service: &str) {
        for part in ["", "scenarios"] {
            let (from, to) = (shipped().join(service).join(part), self.root.join(service).join(part));
            fs::create_dir_all(&to).unwrap();
            for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_file() {
                    fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
                }
            }
        }
    }

    /// Adds the contract of another service.
    pub fn add(&self, service: &str, document: &str, policies: &str) {
        let folder = self.root.join(service);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("contract.yaml"), document).unwrap();
        fs::write(folder.join("policy.cedar"), policies).unwrap();
    }

    /// Replaces a text of the contract; a test that edits nothing would test nothing.
    pub fn edit(&self, from: &str, to: &str) {
        self.edit_file("contract.yaml", from, to);
    }

    /// The same in the policies.
    pub fn edit_policy(&self, from: &str, to: &str) {
        self.edit_file("policy.cedar", from, to);
    }

    fn edit_file(&self, name: &str, from: &str, to: &str) {
        let path = self.folder().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "the contract does not say `{from}`");
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

/// The contracts that the project ships.
pub fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/contracts")
}
