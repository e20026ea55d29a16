//! Operations of the services whose protocol is method and path.

use super::{has, parameter};

pub(super) fn cloudfront(method: &str, path: &str, query: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    let name = match (method, parts.as_slice()) {
        ("GET", ["distribution"]) => "ListDistributions",
        ("POST", ["distribution"]) if has(query, "WithTags") => "CreateDistributionWithTags",
        ("POST", ["distribution"]) => "CreateDistribution",
        ("GET", ["distribution", _]) => "GetDistribution",
        ("DELETE", ["distribution", _]) => "DeleteDistribution",
        ("GET", ["distribution", _, "config"]) => "GetDistributionConfig",
        ("PUT", ["distribution", _, "config"]) => "UpdateDistribution",
        ("POST", ["distribution", _, "invalidation"]) => "CreateInvalidation",
        ("GET", ["distribution", _, "invalidation"]) => "ListInvalidations",
        ("GET", ["distribution", _, "invalidation", _]) => "GetInvalidation",
        ("GET", ["tagging"]) => "ListTagsForResource",
        ("POST", ["tagging"]) if parameter(query, "Operation").is_some_and(|o| o == "Untag") => {
            "UntagResource"
        }
        ("POST", ["tagging"]) => "TagResource",
        ("GET", ["cache-policy"]) => "ListCachePolicies",
        ("POST", ["cache-policy"]) => "CreateCachePolicy",
        ("GET", ["cache-policy", _]) => "GetCachePolicy",
        ("GET", ["cache-policy", _, "config"]) => "GetCachePolicyConfig",
        ("PUT", ["cache-policy", _]) => "UpdateCachePolicy",
        ("DELETE", ["cache-policy", _]) => "DeleteCachePolicy",
        ("GET", ["origin-access-control"]) => "ListOriginAccessControls",
        ("POST", ["origin-access-control"]) => "CreateOriginAccessControl",
        ("GET", ["origin-access-control", _]) => "GetOriginAccessControl",
        ("DELETE", ["origin-access-control", _]) => "DeleteOriginAccessControl",
        _ => return None,
    };
    Some(name.to_owned())
}

pub(super) fn lambda(method: &str, path: &str, query: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    let name = match (method, parts.as_slice()) {
        ("GET", ["functions"]) => "ListFunctions",
        ("POST", ["functions"]) => "CreateFunction",
        ("GET", ["functions", _]) => "GetFunction",
        ("DELETE", ["functions", _]) => "DeleteFunction",
        ("GET", ["functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("PUT", ["functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("PUT", ["functions", _, "code"]) => "UpdateFunctionCode",
        ("GET", ["functions", _, "versions"]) => "ListVersionsByFunction",
        ("POST", ["functions", _, "versions"]) => "PublishVersion",
        ("GET", ["functions", _, "aliases"]) => "ListAliases",
        ("POST", ["functions", _, "aliases"]) => "CreateAlias",
        ("GET", ["functions", _, "aliases", _]) => "GetAlias",
        ("PUT", ["functions", _, "aliases", _]) => "UpdateAlias",
        ("DELETE", ["functions", _, "aliases", _]) => "DeleteAlias",
        ("GET", ["functions", _, "policy"]) => "GetPolicy",
        ("POST", ["functions", _, "policy"]) => "AddPermission",
        ("DELETE", ["functions", _, "policy", _]) => "RemovePermission",
        ("POST", ["functions", _, "invocations"]) => "Invoke",
        ("GET", ["functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("PUT", ["functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", ["functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("GET", ["functions", _, "url"]) => "GetFunctionUrlConfig",
        ("POST", ["functions", _, "url"]) => "CreateFunctionUrlConfig",
        ("GET", ["account-settings"]) => "GetAccountSettings",
        ("GET", ["tags", ..]) => "ListTags",
        ("POST", ["tags", ..]) => "TagResource",
        ("DELETE", ["tags", ..]) if has(query, "tagKeys") => "UntagResource",
        _ => return None,
    };
    Some(name.to_owned())
}

pub(super) fn apigateway(method: &str, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let name = match (method, parts.as_slice()) {
        ("GET", ["account"]) => "GetAccount",
        ("GET", ["domainnames", _, "basepathmappings"]) => "GetBasePathMappings",
        ("GET", ["v2", "apis", _]) => "GetApi",
        ("GET", ["restapis"]) => "GetRestApis",
        ("POST", ["restapis"]) => "CreateRestApi",
        ("GET", ["restapis", _]) => "GetRestApi",
        ("PUT", ["restapis", _]) => "PutRestApi",
        ("PATCH", ["restapis", _]) => "UpdateRestApi",
        ("DELETE", ["restapis", _]) => "DeleteRestApi",
        ("GET", ["restapis", _, "resources"]) => "GetResources",
        ("GET", ["restapis", _, "resources", _]) => "GetResource",
        ("POST", ["restapis", _, "resources", _, "methods", _]) => "TestInvokeMethod",
        ("GET", ["restapis", _, "resources", _, "methods", _]) => "GetMethod",
        ("GET", ["restapis", _, "resources", _, "methods", _, "integration"]) => "GetIntegration",
        ("GET", ["restapis", _, "stages"]) => "GetStages",
        ("GET", ["restapis", _, "stages", _]) => "GetStage",
        ("PATCH", ["restapis", _, "stages", _]) => "UpdateStage",
        ("GET", ["restapis", _, "deployments"]) => "GetDeployments",
        ("POST", ["restapis", _, "deployments"]) => "CreateDeployment",
        ("GET", ["restapis", _, "deployments", _]) => "GetDeployment",
        ("GET", ["tags", ..]) => "GetTags",
        _ => return None,
    };
    Some(name.to_owned())
}
