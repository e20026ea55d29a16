//! The images that `tune` measures with: named, chosen from the bucket, or the built-in one.

use super::update_code::Chosen;
use crate::aws::read::BucketRead;
use crate::cli::TuneArgs;
use crate::command::engine;
use crate::error::{Exit, Failure};
use crate::function::observe::Seen;
use crate::function::target;
use crate::tune::images::{self, MOST_BYTES, SAMPLE, SAMPLE_NAME};
use crate::tune::plan::Image;
use imgdeploy_keys::Scheme;
use imgdeploy_world::Fact;

/// The images to measure with.
pub(super) struct Originals {
    /// Names and sizes.
    pub(super) images: Vec<Image>,
    /// Where the keys are; none for the built-in photograph.
    bucket: Option<BucketRead>,
    /// Their bytes, where those were looked at already.
    fetched: Option<Vec<Vec<u8>>>,
    /// What is worth knowing of how they were chosen.
    pub(super) about: Option<String>,
}

impl Originals {
    /// Chooses them, or takes those that were named.
    pub(super) async fn look(chosen: &Chosen, seen: &Seen, args: &TuneArgs) -> Result<Self, Failure> {
        let sample = |why: String| Self {
            images: vec![Image { name: SAMPLE_NAME.to_owned(), bytes: SAMPLE.len() as u64 }],
            bucket: None,
            fetched: Some(vec![SAMPLE.to_vec()]),
            about: Some(format!("{why}: measured with a built-in photograph")),
        };
        // The first calls are to see each image once at least.
        let most = usize::try_from(args.num).unwrap_or(usize::MAX);
        let bucket = seen.latest.bucket().map(str::to_owned).or_else(|| chosen.bucket.clone());
        let (Some(name), Some(account)) = (bucket, target::account(&seen.latest.arn)) else {
            if let Some(key) = args.images.first() {
                let why = format!("--image {key}: the function's variable BUCKET does not say where it is");
                return Err(Failure::new(
                    Exit::Usage,
                    why,
                    "leave `--image` out, or name the bucket with `--bucket`",
                ));
            }
            return Ok(sample("the function's variable BUCKET does not name a bucket".to_owned()));
        };
        if most < args.images.len() {
            let why = format!(
                "--num {most}: each of the {} images has to be made once at least",
                args.images.len()
            );
            return Err(Failure::new(Exit::Usage, why, "raise `--num`, or name fewer images"));
        }
        let region = match engine::bucket_region(&chosen.clients, &name).await {
            Ok(region) => region,
            Err(why) if args.images.is_empty() => {
                return Ok(sample(format!("{name} can't be looked at ({why})")));
            }
            Err(why) => return Err(why),
        };
        let bucket = BucketRead::new(&chosen.clients, &region, &name, account);
        if !args.images.is_empty() {
            let images = args.images.iter().map(|key| Image { name: key.clone(), bytes: 0 }).collect();
            let mut named = Self { images, bucket: Some(bucket), fetched: None, about: None };
            let fetched = named.fetch().await?;
            for (image, bytes) in named.images.iter_mut().zip(&fetched) {
                image.bytes = bytes.len() as u64;
            }
            return Ok(Self { fetched: Some(fetched), ..named });
        }
        let objects = match bucket.first_objects("").await {
            Fact::Known(objects) => objects,
            Fact::Absent => return Ok(sample(format!("there is no bucket {name}"))),
            Fact::Unknown(why) => return Ok(sample(format!("{name} can't be listed ({why})"))),
        };
        let prefix = seen.latest.prefix().unwrap_or("resized/");
        let scheme = Scheme::of_lists(prefix, seen.latest.presets());
        let found = images::typical(&objects, &scheme, most);
        if found.is_empty() {
            return Ok(sample(format!("{name} has no original among its first 1,000 objects")));
        }
        let images = found.into_iter().map(|object| Image { name: object.key, bytes: object.size }).collect();
        let about =
            "the images are typical of the sizes of the bucket's first 1,000 objects; `--image` names others";
        Ok(Self { images, bucket: Some(bucket), fetched: None, about: Some(about.to_owned()) })
    }

    /// Their bytes.
    pub(super) async fn fetch(&self) -> Result<Vec<Vec<u8>>, Failure> {
        if let Some(fetched) = &self.fetched {
            return Ok(fetched.clone());
        }
        let Some(bucket) = &self.bucket else { return Ok(Vec::new()) };
        let fetched = self.images.iter().map(|image| bucket.bytes(&image.name, MOST_BYTES));
        let fetched = futures::future::join_all(fetched).await;
        let of = |(image, fact): (&Image, Fact<Vec<u8>>)| match fact {
            Fact::Known(bytes) => Ok(bytes),
            Fact::Absent => Err(Failure::new(
                Exit::Usage,
                format!("there is no image {} in the bucket", image.name),
                "check `--image`; `aws s3 ls` lists the keys",
            )),
            // Only what is said here has no code: too large, or broken off.
            Fact::Unknown(failure) if failure.code.is_none() && failure.status.is_none() => {
                Err(Failure::new(Exit::Usage, failure.message, "take another image with `--image`"))
            }
            Fact::Unknown(failure) => Err(failure.into()),
        };
        self.images.iter().zip(fetched).map(of).collect()
    }
}
