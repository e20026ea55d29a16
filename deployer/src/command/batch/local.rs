//! `batch --local`: this machine's processors.

use crate::aws::{Clients, read};
use crate::batch::local::{self, BucketStore, FolderStore, Found, Stored, Wanted};
use crate::batch::progress::{Progress, Speed};
use crate::batch::{inventory, lists};
use crate::cli::OrderArgs;
use crate::command::engine;
use crate::error::{Exit, Failure};
use crate::report::{BatchBar, Report};
use crate::settings::value::preset_entries;
use crate::settings::{self, Given, Images, Site};
use futures::stream;
use resizer_core::{Limits, Spec};

pub(super) async fn run(
    given: &Given,
    site: Option<&Site>,
    args: &OrderArgs,
    report: &Report,
) -> Result<Exit, Failure> {
    let images = match site {
        Some(site) => Images {
            quality: site.quality,
            max_pixels: site.max_pixels,
            max_bytes: site.max_bytes,
            max_output_pixels: site.max_output_pixels,
        },
        None => settings::images(given)?,
    };
    let presets = site.map(|site| site.presets.as_str().to_owned()).unwrap_or_default();
    let signed = site.is_some_and(|site| site.security_key.is_some());
    let wanted = wanted(args, &presets, signed, images)?;
    if let Some(site) = site {
        let refused =
            wanted.specs.iter().find_map(|spec| Some((spec, site.keep_metadata.keepable().refuses(spec)?)));
        if let Some((spec, kind)) = refused {
            let kind = kind.name();
            let what = format!("{spec} asks for metadata (`{kind}`) that the site does not give out");
            let cure =
                format!("leave `{kind}` out, or add it: `--keep-metadata {},{kind}`", site.keep_metadata);
            return Err(Failure::new(Exit::Usage, what, cure));
        }
    }
    let mut bar = BatchBar::new(report);
    let mut speed = Speed::default();
    let begun = std::time::Instant::now();
    let mut tell = |counts: imgdeploy_batch::Counts| {
        let speed = speed.of(begun.elapsed(), counts.total());
        bar.progress(&Progress::new(None, wanted.specs.len(), counts, speed));
    };
    let end = match (&args.folder, site) {
        (Some(folder), _) => {
            let to = args.to.clone().unwrap_or_else(|| folder.clone());
            let prefix = site.map_or("resized/", |site| site.prefix.as_str()).to_owned();
            // Images that go to the folder itself are no originals.
            let inside = to.canonicalize().ok() == folder.canonicalize().ok();
            if inside && prefix.is_empty() {
                return Err(Failure::new(
                    Exit::Usage,
                    "without a prefix the images would lie among the originals, where one could take another's place",
                    "say `--to FOLDER` with another folder",
                ));
            }
            if local::are_among_images(folder, &to.join(&prefix)) {
                return Err(Failure::new(
                    Exit::Usage,
                    "the folder of the originals lies where the images would be stored, so that one could take another's place",
                    "say `--to FOLDER` with another folder",
                ));
            }
            let keys = local::files(folder.clone(), to.join(&prefix));
            let store = FolderStore { from: folder.clone(), to, prefix };
            local::run(&store, keys, &wanted, &mut tell).await
        }
        (None, Some(site)) => in_bucket(site, args, &wanted, &mut tell).await?,
        (None, None) => return Err(Failure::new(Exit::Usage, "no bucket is named", "say `--bucket NAME`")),
    };
    let again = "run this again: what was made is skipped then";
    let end = end.map_err(|why| Failure::new(Exit::HalfWay, format!("the batch broke off: {why}"), again))?;
    bar.finished_here(&end);
    Ok(if end.counts.failed > 0 { Exit::Changes } else { Exit::Done })
}

/// The text of a spec under which the resizer stores its image.
fn canonical(text: &str) -> String {
    text.parse::<Spec>().map_or_else(|_| text.to_owned(), |spec| spec.to_string())
}

fn wanted(args: &OrderArgs, presets: &str, signed: bool, images: Images) -> Result<Wanted, Failure> {
    let named = |name: &str| preset_entries(presets).find(|(one, _)| *one == name).map(|(_, spec)| spec);
    let spec = |text: &String| {
        named(text).unwrap_or(text).parse::<Spec>().map_err(|error| {
            Failure::new(
                Exit::Usage,
                format!("--spec {text}: {error}"),
                "see `imgdeploy resize --help` for the grammar",
            )
        })
    };
    // The one key that viewers of the others are led to, but for signed ones, which stay as they are.
    let text = |text: &String| match named(text) {
        None if !signed => canonical(text),
        _ => text.clone(),
    };
    Ok(Wanted {
        specs: args.spec.iter().map(spec).collect::<Result<_, _>>()?,
        texts: args.spec.iter().map(text).collect(),
        quality: images.quality,
        limits: Limits {
            max_bytes: images.max_bytes,
            max_pixels: images.max_pixels,
            max_output_pixels: images.max_output_pixels,
            ..Limits::default()
        },
        force: args.force,
    })
}

async fn in_bucket(
    site: &Site,
    args: &OrderArgs,
    wanted: &Wanted,
    tell: &mut (impl FnMut(imgdeploy_batch::Counts) + Send),
) -> Result<Result<local::LocalEnd, String>, Failure> {
    let clients = engine::clients(&site.access).await?;
    let bucket = site.bucket.as_str();
    let region = engine::bucket_region(&clients, bucket).await?;
    let account = read::caller(&clients).await?.account;
    let stored = Stored {
        prefix: site.prefix.as_str().to_owned(),
        cache_control: site.cache_control.to_string(),
        security_key: site.security_key.clone(),
    };
    let store = BucketStore::new(&clients, &region, bucket, &account, stored);
    let list = args.keys.clone().map(lists::List::File).or_else(|| args.manifest.clone());
    if let Some(list) = list {
        let keys = listed(&list, &clients, bucket).await?;
        return Ok(local::run(
            &store,
            stream::iter(keys.into_iter().map(|key| Ok(Found::Key(key)))),
            wanted,
            tell,
        )
        .await);
    }
    let prefix = args.from.clone().unwrap_or_default();
    let keys = originals(&store, prefix, site);
    Ok(local::run(&store, keys, wanted, tell).await)
}

async fn listed(list: &lists::List, clients: &Clients, bucket: &str) -> Result<Vec<String>, Failure> {
    let fetched = lists::fetch(list, clients, bucket).await?;
    let mut keys = Vec::new();
    fetched.each(bucket, |key| {
        keys.push(key);
        Ok::<_, inventory::ListError>(())
    })?;
    Ok(keys)
}

/// Keys of originals, listed as they are needed.
fn originals<'a>(
    store: &'a BucketStore,
    prefix: String,
    site: &'a Site,
) -> impl futures::Stream<Item = Result<Found, String>> + Send + 'a {
    let scheme = engine::scheme(site);
    let pages = stream::try_unfold(Some(None), move |after: Option<Option<String>>| {
        let prefix = prefix.clone();
        async move {
            let Some(after) = after else { return Ok(None) };
            let listed = store.list(&prefix, after).await?;
            let next = listed.next.map(Some);
            Ok::<_, String>(Some((listed.keys, next)))
        }
    });
    let keys = futures::TryStreamExt::map_ok(pages, move |keys| {
        let originals = keys.into_iter().filter(|key| scheme.is_original(key));
        let originals: Vec<Result<Found, String>> = originals.map(|key| Ok(Found::Key(key))).collect();
        stream::iter(originals)
    });
    futures::TryStreamExt::try_flatten(keys)
}
