//! The bodies of objects, read up to a limit. The length that an answer announces is no limit: there may be none.

use aws_sdk_s3::primitives::ByteStream;

use super::AwsFailure;
use super::failure::Answered;

/// Most bytes of an object that the tool or the function wrote for its own use: jobs, pages of keys, results, journals.
pub const OWN: u64 = 64 * 1024 * 1024;

/// The whole body of an answer to `call`, if that has at most `most` bytes; `announced` is its `Content-Length`.
///
/// # Errors
/// There are more: no more than these are read. Or what AWS said.
pub async fn whole(
    call: &str,
    announced: Option<i64>,
    mut body: ByteStream,
    most: u64,
) -> Result<Vec<u8>, AwsFailure> {
    let announced = announced.and_then(|size| u64::try_from(size).ok());
    if let Some(size) = announced.filter(|size| *size > most) {
        return Err(AwsFailure::local(call, format!("it has {size} bytes, more than the {most} allowed")));
    }
    let mut bytes = Vec::with_capacity(announced.and_then(|size| usize::try_from(size).ok()).unwrap_or(0));
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| AwsFailure::of_body(call, &error))?;
        if (bytes.len() as u64).saturating_add(part.len() as u64) > most {
            return Err(AwsFailure::local(call, format!("it has more than the {most} bytes allowed")));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aws_smithy_types::body::SdkBody;
    use hyper::body::{Body, Bytes, Frame};
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};

    /// Pieces of ten bytes, and no word of how many.
    pub(crate) struct Pieces {
        left: usize,
        taken: Arc<AtomicUsize>,
    }

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let Some(left) = self.left.checked_sub(1) else { return Poll::Ready(None) };
            self.left = left;
            self.taken.fetch_add(1, Ordering::Relaxed);
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"0123456789")))))
        }
    }

    /// So many pieces, and how many of them were taken.
    pub(crate) fn pieces(count: usize) -> (SdkBody, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        (SdkBody::from_body_1_x(Pieces { left: count, taken: Arc::clone(&taken) }), taken)
    }

    #[tokio::test]
    async fn a_body_without_a_length_is_read_up_to_the_limit() {
        let (body, taken) = pieces(100);
        let failed = whole("s3:GetObject", None, ByteStream::new(body), 25).await.unwrap_err();
        assert!(failed.to_string().contains("more than the 25 bytes"), "{failed}");
        assert_eq!(taken.load(Ordering::Relaxed), 3);
        let (body, _) = pieces(3);
        assert_eq!(whole("s3:GetObject", None, ByteStream::new(body), 30).await.unwrap().len(), 30);
    }

    #[tokio::test]
    async fn a_length_that_is_said_is_enough_to_refuse() {
        let (body, taken) = pieces(100);
        let failed = whole("s3:GetObject", Some(1000), ByteStream::new(body), 25).await.unwrap_err();
        assert!(failed.to_string().contains("1000 bytes"), "{failed}");
        assert_eq!(taken.load(Ordering::Relaxed), 0);
        // And a wrong one, or none that makes sense, does not help.
        for said in [Some(5), Some(-1)] {
            let (body, _) = pieces(100);
            assert!(whole("s3:GetObject", said, ByteStream::new(body), 25).await.is_err());
        }
    }
}
