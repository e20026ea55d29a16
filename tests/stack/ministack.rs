//! A MiniStack of a test's own, and the clients for it.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::region::Region;
use aws_types::sdk_config::{SdkConfig, SharedCredentialsProvider};
use test_support::http_client;

pub const REGION: &str = "eu-west-1";

pub struct MiniStack(test_support::ministack::MiniStack);

impl MiniStack {
    pub async fn start() -> Self {
        Self(tokio::task::spawn_blocking(test_support::ministack::MiniStack::start).await.unwrap())
    }

    /// A plain GET; `None` when there is no answer.
    pub async fn get(&self, path: &str) -> Option<(u16, String)> {
        let url = format!("{}{path}", self.url());
        let answer = tokio::task::spawn_blocking(move || http_client::get(&url)).await.unwrap().ok()?;
        Some((answer.status.as_u16(), answer.text()))
    }

    pub fn url(&self) -> String {
        self.0.url()
    }

    pub fn config(&self) -> SdkConfig {
        config(&self.url())
    }
}

/// Configuration for root at an endpoint of this machine.
pub fn config(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "test",
        )))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}
