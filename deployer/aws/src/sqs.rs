//! The queues of a stack.

use std::collections::HashMap;

use crate::again::{Refused, items_again};
use crate::approval::Permit;
use crate::failure::Answered;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use futures::{TryStreamExt as _, stream};
use imgdeploy_batch::batches;

use super::{AwsFailure, Clients};

/// Calls of SendMessageBatch at the same time.
const AT_ONCE: usize = 16;

const ATTRIBUTES: &str = "sqs:GetQueueAttributes";
const WAITING: QueueAttributeName = QueueAttributeName::ApproximateNumberOfMessages;
const IN_FLIGHT: QueueAttributeName = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
const DELAYED: QueueAttributeName = QueueAttributeName::ApproximateNumberOfMessagesDelayed;

/// Messages in a queue, about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// For anyone to take.
    pub waiting: u64,
    /// Handed out.
    pub in_flight: u64,
    /// Not to be had yet.
    pub delayed: u64,
}

/// Reads on one queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// Writes on one queue. Receiving is one of them: a message that was handed out is hidden from others.
#[derive(Debug, Clone)]
pub struct QueueWrite(Queue);

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What was sent.
    pub body: String,
    /// For deleting it.
    pub handle: String,
}

impl Queue {
    /// The queue with that URL.
    pub fn new(clients: &Clients, region: &str, url: String) -> Self {
        Self { client: clients.sqs(region), url }
    }

    /// The same queue, for sending, taking and deleting messages.
    pub fn writer(&self, _: Permit) -> QueueWrite {
        QueueWrite(self.clone())
    }

    /// Messages in it, about: all of them.
    ///
    /// # Errors
    /// The failed call.
    pub async fn depth(&self) -> Result<u64, AwsFailure> {
        let Depth { waiting, in_flight, delayed } = self.depths().await?;
        Ok(waiting + in_flight + delayed)
    }

    /// Messages in it, about.
    ///
    /// # Errors
    /// The failed call.
    pub async fn depths(&self) -> Result<Depth, AwsFailure> {
        let names = [WAITING, IN_FLIGHT, DELAYED];
        let values = self.attributes(&names).await?;
        let number = |name| values.get(&name).and_then(|value| value.parse().ok()).unwrap_or_default();
        Ok(Depth { waiting: number(WAITING), in_flight: number(IN_FLIGHT), delayed: number(DELAYED) })
    }

    /// Its ARN.
    ///
    /// # Errors
    /// The failed call.
    pub async fn arn(&self) -> Result<String, AwsFailure> {
        let name = QueueAttributeName::QueueArn;
        let mut values = self.attributes(std::slice::from_ref(&name)).await?;
        values.remove(&name).ok_or_else(|| AwsFailure::local(ATTRIBUTES, "SQS gave no ARN of the queue"))
    }

    async fn attributes(
        &self,
        names: &[QueueAttributeName],
    ) -> Result<HashMap<QueueAttributeName, String>, AwsFailure> {
        let call = self.client.get_queue_attributes().queue_url(&self.url);
        let answer = call.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|error| AwsFailure::from_sdk(ATTRIBUTES, &error))?;
        Ok(answer.attributes.unwrap_or_default())
    }
}

impl QueueWrite {
    /// Sends messages with these bodies, in no particular order.
    ///
    /// # Errors
    /// Some could not be sent; others may have been.
    pub async fn send(&self, bodies: Vec<String>) -> Result<(), AwsFailure> {
        stream::iter(batches(bodies).into_iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |batch| self.send_batch(batch))
            .await
    }

    async fn send_batch(&self, bodies: Vec<String>) -> Result<(), AwsFailure> {
        const CALL: &str = "sqs:SendMessage";
        let refused = items_again(bodies, async |bodies| {
            let mut call = self.0.client.send_message_batch().queue_url(&self.0.url);
            for (id, body) in bodies.iter().enumerate() {
                let entry =
                    SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body(body).build();
                call = call.entries(entry.map_err(|error| AwsFailure::local(CALL, error.to_string()))?);
            }
            let answer = call.send().await.map_err(|error| AwsFailure::from_sdk(CALL, &error))?;
            let refused = answer.failed.into_iter().filter_map(|one| {
                let body = bodies.get(one.id.parse::<usize>().ok()?)?.clone();
                let message = one.message.unwrap_or_default();
                let failure = AwsFailure::of_code(CALL, Some(one.code), message, None);
                Some(Refused::by(body, failure, one.sender_fault))
            });
            Ok(refused.collect())
        });
        refused.await?.into_iter().next().map_or(Ok(()), |first| Err(first.failure))
    }

    /// Takes up to ten messages out of sight for `hide` seconds.
    ///
    /// # Errors
    /// The failed call.
    pub async fn receive(&self, hide: i32) -> Result<Vec<Message>, AwsFailure> {
        let call = self.0.client.receive_message().queue_url(&self.0.url).max_number_of_messages(10);
        let answer = call.visibility_timeout(hide).send().await;
        let answer = answer.map_err(|error| AwsFailure::from_sdk("sqs:ReceiveMessage", &error))?;
        let messages = answer.messages.unwrap_or_default().into_iter();
        let message = |one: aws_sdk_sqs::types::Message| {
            Some(Message { body: one.body.unwrap_or_default(), handle: one.receipt_handle? })
        };
        Ok(messages.filter_map(message).collect())
    }

    /// Deletes a received message.
    ///
    /// # Errors
    /// The failed call.
    pub async fn delete(&self, message: &Message) -> Result<(), AwsFailure> {
        let call = self.0.client.delete_message().queue_url(&self.0.url).receipt_handle(&message.handle);
        call.send().await.map(drop).map_err(|error| AwsFailure::from_sdk("sqs:DeleteMessage", &error))
    }
}
