//! What a plan does, one file per kind of change: its data with before and after, its title, the rights it needs, what it shows
//! of itself, the check before it is sent. Pure; how each is carried out is in `apply`.

mod api_deployment;
mod api_methods;
mod artifacts_bucket;
mod delete_bucket;
mod delete_derived;
mod delete_stack;
mod distribution;
mod empty_bucket;
mod function_alias;
mod function_configuration;
mod invalidate;
mod invoke_permission;
mod notification;
mod policy;
mod public_access_block;
mod stack;
mod upload_code;
mod website;

use imgdeploy_model::document::{self, Ours};
use serde::Serialize;

use crate::names;

pub use api_deployment::ApiDeployment;
pub use api_methods::ApiMethods;
pub use artifacts_bucket::{ArtifactsBucket, Protection};
pub use delete_bucket::DeleteBucket;
pub use delete_derived::DeleteDerived;
pub use delete_stack::DeleteStack;
pub use distribution::Distribution;
pub use empty_bucket::EmptyBucket;
pub use function_alias::FunctionAlias;
pub use function_configuration::FunctionConfiguration;
pub use invalidate::Invalidate;
pub use invoke_permission::InvokePermission;
pub use notification::Notification;
pub use policy::Policy;
pub use public_access_block::PublicAccessBlock;
pub use stack::Stack;
pub use upload_code::UploadCode;
pub use website::Website;

/// What every action says of itself.
pub trait Describe {
    /// What it does, in a few words.
    fn title(&self) -> String;

    /// What the caller must be allowed to do.
    fn needs(&self, place: &Place<'_>) -> Vec<Need>;

    /// What changes, line by line; `+` and `-` are what comes and goes.
    fn details(&self) -> Vec<String> {
        Vec::new()
    }

    /// The last look before sending: nothing foreign may differ.
    ///
    /// # Errors
    /// What would be lost.
    fn guard(&self, _: &Place<'_>) -> Result<(), Vec<String>> {
        Ok(())
    }

    /// What is asked about it alone, as it can't be had back.
    fn question(&self) -> Option<String> {
        None
    }
}

/// Every kind of action: the enum, and the way from each to what it says of itself and to how it is carried out.
macro_rules! actions {
    ($($name:ident,)*) => {
        /// One change. Documents are whole documents, as they are and as they will be.
        #[derive(Debug, Clone, Serialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Action {
            $(
                #[doc = concat!("See [`", stringify!($name), "`].")]
                $name($name),
            )*
        }

        /// Does the same with an action of whatever kind, by its own type.
        macro_rules! of_any_kind {
            ($action:expr, $one:ident => $do:expr) => {
                match $action {
                    $($crate::plan::action::Action::$name($one) => $do,)*
                }
            };
        }
        pub(crate) use of_any_kind;

        impl Describe for Action {
            fn title(&self) -> String {
                of_any_kind!(self, action => action.title())
            }

            fn needs(&self, place: &Place<'_>) -> Vec<Need> {
                of_any_kind!(self, action => action.needs(place))
            }

            fn details(&self) -> Vec<String> {
                of_any_kind!(self, action => action.details())
            }

            fn guard(&self, place: &Place<'_>) -> Result<(), Vec<String>> {
                of_any_kind!(self, action => action.guard(place))
            }

            fn question(&self) -> Option<String> {
                of_any_kind!(self, action => action.question())
            }
        }
    };
}

actions! {
    ArtifactsBucket,
    UploadCode,
    Stack,
    PublicAccessBlock,
    Policy,
    Distribution,
    Website,
    Notification,
    Invalidate,
    FunctionConfiguration,
    FunctionAlias,
    InvokePermission,
    ApiMethods,
    ApiDeployment,
    DeleteDerived,
    DeleteStack,
    EmptyBucket,
    DeleteBucket,
}

/// Actions of IAM on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// ARN.
    pub resource: String,
    /// Such as `s3:PutObject`.
    pub actions: Vec<String>,
}

impl Need {
    /// These actions on that resource.
    pub fn new(resource: String, actions: &[&str]) -> Self {
        Self { resource, actions: actions.iter().map(|action| (*action).to_owned()).collect() }
    }
}

/// Where a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Partition of AWS, such as `aws-cn`.
    pub partition: &'a str,
    /// The account.
    pub account: &'a str,
    /// The region.
    pub region: &'a str,
    /// The bucket.
    pub bucket: &'a str,
}

impl Place<'_> {
    /// ARN of something in account and region.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self { partition, account, region, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// ARN of something in the account that has no region.
    pub fn global(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition, self.account)
    }

    /// ARN of a bucket.
    pub fn bucket_arn(&self, name: &str) -> String {
        format!("arn:{}:s3:::{name}", self.partition)
    }

    /// ARN of an object.
    pub fn object(&self, bucket: &str, key: &str) -> String {
        format!("arn:{}:s3:::{bucket}/{key}", self.partition)
    }

    /// ARN of a function.
    pub fn function(&self, name: &str) -> String {
        self.arn("lambda", &format!("function:{name}"))
    }

    /// ARN of the REST APIs of the region, and of what `rest` says of one.
    pub fn rest_apis(&self, rest: &str) -> String {
        format!("arn:{}:apigateway:{}::/restapis{rest}", self.partition, self.region)
    }

    /// ARN of a distribution.
    pub fn distribution(&self, id: &str) -> String {
        names::distribution_arn(self.partition, self.account, id)
    }
}

fn nothing_lost(ours: Ours<'_>, before: Option<&str>, after: Option<&str>) -> Result<(), Vec<String>> {
    match (before, after) {
        (Some(before), Some(after)) => document::guard(ours, before, after),
        _ => Ok(()),
    }
}
