//! Where each contract version's tools are: addresses and secrets, found once for each version.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use remit_contract::CompiledContract;
use remit_core::Digest;

use crate::{
    secrets::{self, Secrets},
    upstream::{self, Upstream},
};

/// The resolved upstreams of every loaded version.
#[derive(Debug)]
pub(crate) struct Upstreams {
    variables: BTreeMap<String, String>,
    data: PathBuf,
    /// Where all tools are instead, by upstream below it.
    sandbox: Option<String>,
    resolved: ArcSwap<BTreeMap<(Digest, String), Arc<Upstream>>>,
}

impl Upstreams {
    /// None yet; values are looked up in `variables`, the environment and below `data`.
    pub(crate) fn new(variables: BTreeMap<String, String>, data: PathBuf, sandbox: Option<String>) -> Self {
        Self { variables, data, sandbox, resolved: ArcSwap::default() }
    }

    /// Where values are looked up.
    pub(crate) fn secrets(&self) -> Secrets<'_> {
        Secrets { given: &self.variables, data: &self.data }
    }

    /// Finds the addresses and secrets that a version names.
    pub(crate) fn resolve(&self, contract: &CompiledContract) -> Result<(), secrets::Error> {
        let found = match &self.sandbox {
            Some(sandbox) => upstream::in_sandbox(contract, sandbox),
            None => upstream::resolve(contract, &self.secrets())?,
        };
        let digest = contract.terms().digest;
        let found: Vec<_> =
            found.into_iter().map(|(name, it)| ((digest, name), Arc::new(self.among_others(it)))).collect();
        self.resolved.rcu(|resolved| {
            let mut resolved = BTreeMap::clone(resolved);
            resolved.extend(found.iter().cloned());
            resolved
        });
        Ok(())
    }

    /// With the traffic of those at the same address: to a tool it is all one, whichever version calls.
    fn among_others(&self, mut found: Upstream) -> Upstream {
        let known = self.resolved.load();
        let same = known.values().find(|known| known.base == found.base);
        if let Some(same) = same {
            found.traffic = Arc::clone(&same.traffic);
        }
        found
    }

    /// The same for what runs of before may keep. What only an earlier version needs may be gone by now: its
    /// runs cannot act, the others can.
    pub(crate) fn resolve_what_can(&self, contracts: &[Arc<CompiledContract>]) {
        for contract in contracts {
            if let Err(error) = self.resolve(contract) {
                let terms = contract.terms();
                tracing::warn!(service = %terms.service, version = %terms.version, %error, "a version cannot act");
            }
        }
    }

    /// One upstream of a version.
    pub(crate) fn get(&self, contract: Digest, name: &str) -> Option<Arc<Upstream>> {
        self.resolved.load().get(&(contract, name.to_owned())).cloned()
    }
}
