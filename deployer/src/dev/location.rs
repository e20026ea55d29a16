//! Redirects that stay on this machine.

use super::DevUrls;
use imgdeploy_model::chain::message::Url;
use imgdeploy_model::chain::website;
use imgdeploy_model::region::{OriginHost, parse_origin_host};

/// The `Location` with the chain's host names mapped to the loopback ports; `None` if it names none of them.
pub fn map(location: &str, urls: &DevUrls, cdn_hosts: &[String], website_host: &str) -> Option<String> {
    let url = Url::parse(location)?;
    let tail = match &url.query {
        Some(query) => format!("{}?{query}", url.path),
        None => url.path.clone(),
    };
    if let OriginHost::ExecuteApi { api, .. } = parse_origin_host(&url.host) {
        return Some(format!("{}/{api}{tail}", urls.api));
    }
    if website::is_same_site(&url.host, website_host) {
        return Some(format!("{}{tail}", urls.website));
    }
    cdn_hosts.contains(&url.host).then(|| format!("{}{tail}", urls.cdn))
}
