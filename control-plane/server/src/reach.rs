//! Which addresses may be called: what a name resolves to is judged at the moment of connecting, and nothing else is
//! connected to. A name that led somewhere public yesterday leads nowhere private today.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use remit_contract::Reach;
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

use self::address::Kind;

mod address;

/// Longest time to make a connection: within it nothing has left us, so that an effect has failed and is not in
/// doubt.
const CONNECT: Duration = Duration::from_secs(3);

/// An address that may not be called.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{host}` is at {address}, {what}")]
pub struct OutOfReach {
    host: String,
    address: std::net::IpAddr,
    what: &'static str,
}

impl OutOfReach {
    /// True when the contract could allow it.
    pub(crate) fn may_be_allowed(&self) -> bool {
        address::kind(self.address) == Kind::Private
    }
}

/// The clients for tools: one that calls only public addresses, one that calls private ones too. Each has
/// connections of its own, so that none is borrowed from the other.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    public: Client,
    private: Client,
}

impl Clients {
    /// Both.
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        Ok(Self { public: client(false)?, private: client(true)? })
    }

    /// The one for an upstream.
    pub(crate) const fn of(&self, reach: Reach) -> &Client {
        if reach.private { &self.private } else { &self.public }
    }
}

/// Redirects are followed by nobody but `upstream.rs`; proxies of the environment would see what no one else may.
fn client(private: bool) -> Result<Client, reqwest::Error> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .dns_resolver(Arc::new(Guard { private }))
        .build()
}

/// Resolves names, and refuses one any address of which is out of reach: whoever answers for the name has no say in
/// which of them is taken.
#[derive(Debug)]
struct Guard {
    private: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            judge(name.as_str(), &found, private)?;
            if found.is_empty() {
                return Err(io::Error::other("the name has no address").into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

fn judge(host: &str, found: &[SocketAddr], private: bool) -> Result<(), OutOfReach> {
    let objection = |address: &SocketAddr| {
        let what = address::kind(address.ip()).objection(private)?;
        Some(OutOfReach { host: host.to_owned(), address: address.ip(), what })
    };
    found.iter().find_map(objection).map_or(Ok(()), Err)
}

/// Judges an address that is written as numbers, which nobody resolves.
pub(crate) fn literal(url: &Url, reach: Reach) -> Result<(), OutOfReach> {
    let Some(host) = url.host_str() else { return Ok(()) };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse() {
        Ok(address) => judge(host, &[SocketAddr::new(address, 0)], reach.private),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
