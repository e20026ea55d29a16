//! Where the batches of a bucket are: what its stack says.

use std::collections::BTreeMap;

use imgdeploy_keys::Scheme;

use crate::approval::Permit;
use crate::aws::Clients;
use crate::aws::lambda::Function;
use crate::aws::sqs::{Queue, QueueWrite};
use crate::batch::records::Records;
use crate::names;
use crate::stack::StackSeen;

/// A bucket's queues and records.
#[derive(Debug, Clone)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// Its account.
    pub account: String,
    /// How keys are read.
    pub scheme: Scheme,
    /// The function that does the work.
    pub function: Function,
    /// Work.
    pub queue: Queue,
    /// Work that the function died on.
    pub dead: Queue,
    /// Jobs, pages and results.
    pub records: Records,
}

/// What is missing for batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// The stack has no queues.
    NotOn,
    /// The stack says nothing of its function.
    Unfinished,
}

impl Place {
    /// From what the stack of `bucket` says of itself.
    ///
    /// # Errors
    /// What is missing.
    pub fn of(clients: &Clients, region: &str, bucket: &str, stack: &StackSeen) -> Result<Self, NoPlace> {
        let output = |outputs: &BTreeMap<String, String>, name: &str| outputs.get(name).cloned();
        let url = output(&stack.outputs, "BatchQueueUrl").ok_or(NoPlace::NotOn)?;
        let dead = output(&stack.outputs, "BatchDeadUrl").ok_or(NoPlace::NotOn)?;
        let arn = output(&stack.outputs, "FunctionArn").ok_or(NoPlace::Unfinished)?;
        let account = arn.split(':').nth(4).ok_or(NoPlace::Unfinished)?.to_owned();
        let function = arn.split(':').nth(6).ok_or(NoPlace::Unfinished)?;
        let function = Function::new(clients, region, function);
        let artifacts = stack.parameters.get("CodeBucket").cloned();
        let artifacts = artifacts.unwrap_or_else(|| names::artifacts_bucket(&account, region));
        let presets = stack.parameters.get("Presets").map(String::as_str).unwrap_or_default();
        let prefix = stack.parameters.get("Prefix").map(String::as_str).unwrap_or_default();
        Ok(Self {
            bucket: bucket.to_owned(),
            scheme: Scheme::of_lists(prefix, [presets]),
            function,
            queue: Queue::new(clients, region, url),
            dead: Queue::new(clients, region, dead),
            records: Records::new(clients, region, &artifacts, bucket, &account),
            account,
        })
    }

    /// The queue of the work, for what the user orders by the command itself.
    pub fn orders(&self) -> QueueWrite {
        self.queue.writer(Permit::of_order())
    }
}
