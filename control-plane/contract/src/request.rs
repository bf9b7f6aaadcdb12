//! The HTTP request of a tool call: `GET /path/{p}?q={p}` filled with parameters.

use remit_core::{CanonicalJson, Objection, Reason};
use serde_json::{Map, Value};

use crate::template::Template;

/// An HTTP method that a contract may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or does.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The word on the request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// True when the parameters that are neither in the path nor in the query travel in a body.
    pub const fn has_body(self) -> bool {
        match self {
            Self::Get | Self::Delete => false,
            Self::Post | Self::Put | Self::Patch => true,
        }
    }
}

/// One call, ready to be sent: everything but the upstream's address and the credentials.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToolRequest {
    /// The method.
    pub method: Method,
    /// Path and query, percent-encoded, beginning with `/`; it is appended to the upstream's address.
    pub path_and_query: String,
    /// The body, as `application/json`; `None` for methods without one.
    pub body: Option<CanonicalJson>,
}

/// A parsed request line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RequestLine {
    pub(crate) method: Method,
    segments: Vec<Template>,
    query: Vec<(String, Template)>,
}

impl RequestLine {
    /// Parses `METHOD /path?query`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (method, target) = text.split_once(' ').ok_or("it has no path behind the method")?;
        let method = Method::ALL
            .into_iter()
            .find(|known| known.as_str() == method)
            .ok_or_else(|| format!("`{method}` is not one of GET, POST, PUT, PATCH, DELETE"))?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix('/').ok_or("its path does not begin with `/`")?;
        if target.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#' || c == '\\') {
            return Err("its path holds a blank, `#` or `\\`".to_owned());
        }
        let template =
            |part: &str| Template::parse(part).ok_or_else(|| format!("the braces in `{part}` do not match"));
        let segments = path.split('/').map(template).collect::<Result<Vec<_>, _>>()?;
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) =
                    pair.split_once('=').ok_or_else(|| format!("`{pair}` is not `name=value`"))?;
                Ok((key.to_owned(), template(value)?))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let line = Self { method, segments, query };
        if path.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err("its path holds a `.` or `..` segment".to_owned());
        }
        if let Some((key, _)) = line.query.iter().find(|(key, _)| key.contains(['{', '}'])) {
            return Err(format!("the query name `{key}` cannot be a parameter"));
        }
        Ok(line)
    }

    /// The parameters in the path: without them there is no request.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(Template::parameters)
    }

    /// The parameters in the query; a pair whose parameter is absent is left out.
    pub(crate) fn query_parameters(&self) -> impl Iterator<Item = &str> {
        self.query.iter().flat_map(|(_, value)| value.parameters())
    }

    /// Fills in the parameters.
    ///
    /// # Errors
    /// `parameters_invalid` when a path parameter is absent, empty, no scalar, or would climb out of its
    /// segment.
    pub(crate) fn fill(&self, params: &Value) -> Result<ToolRequest, Objection> {
        let mut path_and_query = String::new();
        for segment in &self.segments {
            let text = segment.fill(params)?;
            if let Some(parameter) = segment.parameters().next()
                && matches!(text.as_str(), "" | "." | "..")
            {
                return Err(Objection::new(
                    Reason::ParametersInvalid,
                    format!("`/{parameter}` makes the path segment `{text}`; a name is accepted there"),
                ));
            }
            path_and_query.push('/');
            path_and_query.push_str(&text);
        }
        let mut separator = '?';
        for (key, value) in &self.query {
            if value.parameters().any(|name| params.get(name).is_none_or(Value::is_null)) {
                continue;
            }
            path_and_query.push(separator);
            path_and_query.push_str(key);
            path_and_query.push('=');
            path_and_query.push_str(&value.fill(params)?);
            separator = '&';
        }
        let body = if self.method.has_body() { Some(self.body(params)?) } else { None };
        Ok(ToolRequest { method: self.method, path_and_query, body })
    }

    /// The parameters that stand nowhere else.
    fn body(&self, params: &Value) -> Result<CanonicalJson, Objection> {
        let used: Vec<&str> = self.path_parameters().chain(self.query_parameters()).collect();
        let rest: Map<String, Value> = params
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| !used.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        CanonicalJson::from_value(&Value::Object(rest))
            .map_err(|error| Objection::new(Reason::ParametersInvalid, error.to_string()))
    }
}

#[cfg(test)]
mod tests;
