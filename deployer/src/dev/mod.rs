//! placeholder
use crate::aws::Clients; use crate::desired::Desired; use crate::observe::Observed;
/// x
#[derive(Debug)] pub struct DevConfig;
impl DevConfig { /// x
 pub fn for_site(_: &Clients, _: &Desired, _: &Observed) -> Self { Self } }
/// x
pub struct DevHandle { /// x
 pub cdn_url: Option<String>, /// x
 pub website_url: String, /// x
 pub api_url: String }
impl DevHandle { /// x
 pub async fn shutdown(self) {} }
/// x
pub async fn start(_: DevConfig) -> Result<DevHandle, String> { Err("no".into()) }
