//! The bucket's notification configuration.

use aws_sdk_s3::types as s3;

use super::BucketWrite;
use crate::AwsFailure;
use crate::failure::Answered;
use crate::raw::ReplaceBody;

impl BucketWrite {
    /// Replaces the notification configuration by the raw XML `document`. S3 has neither a condition for this nor a way to delete it.
    /// Tried once.
    ///
    /// # Errors
    /// The failed call; `InvalidArgument` also where S3 may not send to a queue, topic or function that it names.
    pub async fn put_notification(&self, document: &str) -> Result<(), AwsFailure> {
        self.s3
            .put_bucket_notification_configuration()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .notification_configuration(s3::NotificationConfiguration::builder().build())
            .customize()
            .interceptor(ReplaceBody::new(document))
            .send()
            .await
            .map(drop)
            .map_err(|error| AwsFailure::from_sdk("s3:PutBucketNotification", &error))
    }
}
