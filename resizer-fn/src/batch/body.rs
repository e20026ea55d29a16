//! Bodies of AWS's answers, read up to a limit.

use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::primitives::ByteStream;

/// A body of at most `most` bytes; of a longer one no more is read, whatever length was announced.
pub(super) async fn within(mut body: ByteStream, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| DisplayErrorContext(error).to_string())?;
        if bytes.len() + part.len() > most {
            return Err(format!("the answer has more than {most} bytes"));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn an_answer_is_read_up_to_its_limit() {
        let body = || ByteStream::from_static(b"0123456789");
        assert_eq!(within(body(), 10).await.unwrap(), b"0123456789");
        assert!(within(body(), 9).await.unwrap_err().contains("more than 9 bytes"));
    }
}
