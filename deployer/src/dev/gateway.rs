//! API Gateway's port: `/{api id}/{stage}/…`, or `/{stage}/…` under an execute-api host name.

use super::cdn::Answered;
use super::source::{Source, SourceError};
use super::state::State;
use imgdeploy_model::chain::api::{self, Decision};
use imgdeploy_model::chain::message::{Method, Request, Response};
use imgdeploy_model::region::{OriginHost, execute_api_host, parse_origin_host};

/// API Gateway's answer.
///
/// # Errors
/// The endpoint can't be asked.
pub async fn answer<S: Source>(state: &State<S>, mut request: Request) -> Result<Answered, SourceError> {
    let id = match parse_origin_host(&request.host) {
        OriginHost::ExecuteApi { api, .. } => api,
        _ => {
            let rest = request.path.trim_start_matches('/');
            let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
            let (id, rest) = (id.to_owned(), format!("/{rest}"));
            request.host = execute_api_host(&id, &state.config.region);
            request.path = rest;
            id
        }
    };
    request.secure = true;
    let Some(api) = state.api(&id).await? else {
        // Its host name would not resolve.
        let why = format!("There is no REST API {id:?}.\n");
        let response = Response::new(404).with_body("text/plain", why);
        return Ok(Answered { response, hops: vec!["api; why=no such API".to_owned()], access: None });
    };
    let (mut response, hop) = match api::decide(&api, &request) {
        Decision::Refuse { response, reason } => (response, format!("api; why={reason}")),
        Decision::Invoke(call) => {
            let response = state.source.invoke(&id, &call, &request).await?;
            (response, format!("api; resource={}", call.resource))
        }
    };
    if request.method == Method::Head {
        response.body.clear();
    }
    Ok(Answered { response, hops: vec![hop], access: None })
}
