//! The IAM policies of the repository: no more than what is needed, and enough. Nothing runs here; what is compared are
//! documents:
//! - the policies in `templates/` and the rights in the stack's template;
//! - IAM's actions and what each can be limited to, as cfn-lint carries them;
//! - what CloudFormation calls for each type of resource, by the types' schemas, which cfn-lint carries too;
//! - the calls that the tool made in the tests, by command (`calls.txt`; [`recorded`] says how to make it anew).

#![allow(clippy::unwrap_used)]

mod aws;
mod dangers;
mod policy;
mod recorded;
mod shape;
mod used;
