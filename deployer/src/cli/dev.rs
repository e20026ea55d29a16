//! The arguments of `dev`.

use super::shared::SiteChoice;
use clap::Args;

/// Arguments of `dev`.
#[derive(Debug, Args)]
pub struct DevArgs {
    /// Which bucket is meant.
    #[command(flatten)]
    pub choice: SiteChoice,
    /// Loopback port of the CDN; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub cdn_port: u16,
    /// Loopback port of the website endpoint; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub website_port: u16,
    /// Loopback port of the API; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub api_port: u16,
    /// Server on this machine that stands for another origin of the distribution, as ID=http://127.0.0.1:PORT; may be given several times [default: such origins answer 502]
    #[arg(long = "origin", value_name = "ID=URL", value_parser = origin)]
    pub origins: Vec<(String, String)>,
}

/// `ID=http://127.0.0.1:PORT`: only this machine may stand for an origin.
fn origin(text: &str) -> Result<(String, String), String> {
    let (id, url) = text.split_once('=').ok_or("write ID=http://127.0.0.1:PORT")?;
    let local = ["http://127.0.0.1:", "http://localhost:"].iter().any(|start| url.starts_with(start));
    if id.is_empty() || !local {
        return Err("write ID=http://127.0.0.1:PORT".to_owned());
    }
    Ok((id.to_owned(), url.trim_end_matches('/').to_owned()))
}
