//! Where tools are: an address that may name the control plane's variables, and whose credential it takes.

use crate::model::Speaks;

/// A system that offers tools.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upstream {
    /// The address, with variables as `${NAME}`.
    pub url: String,
    /// The credential that the executor adds.
    pub auth: Auth,
    /// How far it may be reached.
    pub reach: Reach,
    /// The protocol that it speaks, where it is a model provider.
    pub speaks: Option<Speaks>,
}

/// Most redirects that a contract may allow.
pub(crate) const MOST_REDIRECTS: u32 = 5;

/// How far an upstream may be reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reach {
    /// True when the contract names it as a host on this machine or on a private network.
    pub private: bool,
    /// How many redirects of a read are followed, all to the same host.
    pub redirects: u32,
}

/// How the executor authenticates to an upstream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Auth {
    /// Not at all.
    None,
    /// With a bearer token.
    Bearer {
        /// The name of the secret that holds the token.
        secret: String,
    },
}

impl Upstream {
    /// The address with its variables filled in, without a `/` at its end; request paths are appended.
    ///
    /// # Errors
    /// The name of the first variable that `lookup` does not know.
    pub fn address(&self, lookup: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut address = String::new();
        let mut rest = self.url.as_str();
        while let Some((literal, after)) = rest.split_once("${") {
            address.push_str(literal);
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            address.push_str(&lookup(name).ok_or_else(|| name.to_owned())?);
            rest = behind;
        }
        address.push_str(rest);
        address.truncate(address.trim_end_matches('/').len());
        Ok(address)
    }
}

/// Checks an address as it is written in a contract.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_url(url: &str) -> Result<(), &'static str> {
    let mut rest = url;
    while let Some((_, after)) = rest.split_once("${") {
        let (name, behind) = after.split_once('}').ok_or("a `${` is not closed")?;
        let word = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if name.is_empty() || !word {
            return Err("a variable's name is made of A-Z, 0-9 and `_`");
        }
        rest = behind;
    }
    if !["http://", "https://", "${"].iter().any(|begin| url.starts_with(begin)) {
        return Err("it begins with neither `https://` nor a variable");
    }
    if url.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '@')) {
        return Err("it holds a blank, `?`, `#` or `@`");
    }
    Ok(())
}
