//! What became of an item, in the name of an object: a listing of results is then all that counting takes.
//!
//! `{milliseconds}-{request}/{number}{outcomes}.{number}{outcomes}…`, one letter for each spec, such as `12dd.13sf`. The
//! milliseconds sort, so that what is new comes last.

/// What became of one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// Not made, and not to be.
    Failed = 1,
    /// Was up to date.
    Skipped = 2,
    /// Made by this job.
    Done = 3,
}

impl Outcome {
    fn letter(self) -> char {
        match self {
            Self::Done => 'd',
            Self::Skipped => 's',
            Self::Failed => 'f',
        }
    }

    fn of_letter(letter: char) -> Option<Self> {
        match letter {
            'd' => Some(Self::Done),
            's' => Some(Self::Skipped),
            'f' => Some(Self::Failed),
            _ => None,
        }
    }
}

/// What became of one item: one outcome for each spec, in the job's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemOutcome {
    /// Number of the item.
    pub n: u64,
    /// One for each spec.
    pub images: Vec<Outcome>,
}

impl ItemOutcome {
    /// Whether an image failed.
    pub fn has_failed(&self) -> bool {
        self.images.contains(&Outcome::Failed)
    }
}

/// The last two segments of a result's key. `millis` since 1970; `request` without slashes.
pub fn result_name(millis: u64, request: &str, items: &[ItemOutcome]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| {
            let letters: String = item.images.iter().map(|image| image.letter()).collect();
            format!("{}{letters}", item.n)
        })
        .collect();
    format!("{millis:013}-{request}/{}", items.join("."))
}

/// The time (milliseconds since 1970) and the outcomes in a result's key; `None` if it is none of ours.
pub(crate) fn read_name(key: &str) -> Option<(u64, Vec<ItemOutcome>)> {
    let (front, items) = key.rsplit_once('/')?;
    let folder = front.rsplit('/').next()?;
    let millis = folder.split_once('-')?.0.parse().ok()?;
    let items = items.split('.').map(read_item).collect::<Option<Vec<_>>>()?;
    Some((millis, items))
}

fn read_item(text: &str) -> Option<ItemOutcome> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (n, letters) = text.split_at_checked(digits)?;
    let images = letters.chars().map(Outcome::of_letter).collect::<Option<Vec<_>>>()?;
    Some(ItemOutcome { n: n.parse().ok()?, images })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_item() -> impl Strategy<Value = ItemOutcome> {
        let image = prop_oneof![Just(Outcome::Done), Just(Outcome::Skipped), Just(Outcome::Failed)];
        (0..10_000_000u64, prop::collection::vec(image, 1..12))
            .prop_map(|(n, images)| ItemOutcome { n, images })
    }

    proptest! {
        #[test]
        fn names_are_read_back(
            millis in 0..4_000_000_000_000u64,
            items in prop::collection::vec(any_item(), 1..=10),
        ) {
            let name = result_name(millis, "0f3c-77", &items);
            prop_assert!(name.len() < 300, "{}", name);
            prop_assert_eq!(read_name(&format!("batch/b/j/results/{name}")), Some((millis, items)));
        }

        #[test]
        fn foreign_names_are_no_results(key in ".{0,40}") {
            let _ = read_name(&key);
        }
    }

    #[test]
    fn what_is_not_ours_is_not_read() {
        for key in
            ["", "results/x", "results/12-a/", "results/12-a/12", "results/12-a/12dx", "results/a-b/1d"]
        {
            assert_eq!(read_name(key), None, "{key}");
        }
    }
}
