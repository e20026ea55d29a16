//! Lists that AWS gives page by page: the one rule for when such a list ends.
//!
//! The SDK's own paginators take the same token twice in a row for the end, so that half a list passes for all of it, and go on
//! for ever where tokens come round in a longer circle. Here both are failures: what is not known to be all is not taken for it.

use std::collections::HashSet;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::AwsFailure;

/// Most pages of one list. A listing of keys has a thousand on each: a billion keys.
const MOST: usize = 1_000_000;

/// The pages of one list, as far as they were read.
#[derive(Debug)]
pub struct Paging {
    operation: &'static str,
    most: usize,
    /// Digests of the tokens: they may be long.
    seen: HashSet<u64>,
}

/// What a page says of the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is the last.
    End,
    /// The next one is there.
    At(String),
    /// There is a next one, and nobody says where.
    Lost,
}

impl Next {
    /// For lists that end where there is no token, or an empty one.
    pub fn token(token: Option<String>) -> Self {
        token.filter(|token| !token.is_empty()).map_or(Self::End, Self::At)
    }

    /// For lists that say apart from the token whether there is more.
    pub fn if_truncated(is_truncated: bool, token: Option<String>) -> Self {
        match token.filter(|token| !token.is_empty()) {
            _ if !is_truncated => Self::End,
            Some(token) => Self::At(token),
            None => Self::Lost,
        }
    }
}

impl Paging {
    /// A list of which nothing was read; `operation` is for failures.
    pub fn new(operation: &'static str) -> Self {
        Self { operation, most: MOST, seen: HashSet::new() }
    }

    /// Where to go on; `None` at the end.
    ///
    /// # Errors
    /// The list would not end: it leads back to a page that was read, or there are too many.
    pub fn after(&mut self, next: Next) -> Result<Option<String>, AwsFailure> {
        match next {
            Next::End => Ok(None),
            Next::At(token) => self.once(&token).map(|()| Some(token)),
            Next::Lost => Err(self.failed("AWS says that the list goes on, and not where")),
        }
    }

    /// Refuses to go on at a place for the second time, for lists with places that are no tokens.
    ///
    /// # Errors
    /// As [`Paging::after`].
    pub fn once(&mut self, place: &impl Hash) -> Result<(), AwsFailure> {
        let mut hasher = DefaultHasher::new();
        place.hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            let page = self.seen.len() + 1;
            return Err(self.failed(&format!(
                "page {page} of the list leads back to one that was read already, so that it would never end"
            )));
        }
        if self.seen.len() >= self.most {
            return Err(self.failed(&format!("the list has more than {} pages", self.most)));
        }
        Ok(())
    }

    fn failed(&self, why: &str) -> AwsFailure {
        AwsFailure::local(self.operation, format!("{why}; a part of a list is not taken for all of it"))
    }
}

/// Reads all pages of a list: `call` asks for the page at a token, `take` keeps what is on it and says where to go on.
///
/// # Errors
/// The first page that fails; a list that does not end.
pub async fn each<P, F>(
    operation: &'static str,
    mut call: impl FnMut(Option<String>) -> F,
    mut take: impl FnMut(P) -> Next,
) -> Result<(), AwsFailure>
where
    F: Future<Output = Result<P, AwsFailure>>,
{
    let mut paging = Paging::new(operation);
    let mut token = None;
    loop {
        let page = call(token).await?;
        token = paging.after(take(page))?;
        if token.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Reads a list whose pages have these tokens, the last for ever; how many were read, and how it ended.
    async fn read(tokens: &[&'static str]) -> (usize, Result<(), AwsFailure>) {
        let mut read = 0;
        let mut asked = Vec::new();
        let ended = each(
            "iam:ListRolePolicies",
            |token| {
                asked.push(token);
                std::future::ready(Ok(()))
            },
            |()| {
                let token = tokens.get(read).or(tokens.last()).map(|token| (*token).to_owned());
                read += 1;
                Next::token(token)
            },
        )
        .await;
        assert_eq!(asked.len(), read);
        (read, ended)
    }

    #[tokio::test]
    async fn a_list_ends_where_there_is_no_token() {
        assert_eq!(read(&["a", "b", ""]).await, (3, Ok(())));
        assert_eq!(read(&[""]).await, (1, Ok(())));
    }

    #[tokio::test]
    async fn a_list_that_leads_back_is_a_failure() {
        for (tokens, pages) in [(&["a"][..], 2), (&["a", "b", "a"], 3)] {
            let (read, ended) = read(tokens).await;
            assert_eq!(read, pages);
            assert_eq!(
                ended.unwrap_err().to_string(),
                format!(
                    "iam:ListRolePolicies failed: page {pages} of the list leads back to one that was read already, so that \
                     it would never end; a part of a list is not taken for all of it"
                )
            );
        }
    }

    #[test]
    fn no_list_is_longer_than_any_real_one() {
        let mut paging = Paging { most: 3, ..Paging::new("s3:ListBucket") };
        for page in 1..3 {
            assert!(paging.after(Next::At(page.to_string())).unwrap().is_some());
        }
        let end = paging.after(Next::At("3".to_owned())).unwrap_err();
        assert!(end.to_string().contains("more than 3 pages"));
    }

    #[test]
    fn a_list_that_goes_on_nowhere_is_a_failure() {
        let mut paging = Paging::new("s3:ListBucket");
        assert_eq!(paging.after(Next::if_truncated(false, Some("x".to_owned()))), Ok(None));
        assert_eq!(paging.after(Next::if_truncated(true, Some("x".to_owned()))), Ok(Some("x".to_owned())));
        for token in [None, Some(String::new())] {
            assert!(
                paging.after(Next::if_truncated(true, token)).unwrap_err().to_string().contains("not where")
            );
        }
    }
}
