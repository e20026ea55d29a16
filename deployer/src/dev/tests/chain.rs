//! The whole chain over HTTP.

use super::fake::{API_HOST, BODY, Fake, Front, distribution};
use crate::dev::Invalidation;
use imgdeploy_model::chain::encode::encode_path;
use std::sync::atomic::Ordering;

const PATH: &str = "/resized/300x200/pics/a.jpg";

#[tokio::test]
async fn the_first_request_makes_the_picture_and_the_second_is_a_hit() {
    let front = Front::start(Fake::attached(0, 0)).await;
    let way = front.browse("GET", PATH).await;
    let statuses: Vec<u16> = way.iter().map(|a| a.status).collect();
    assert_eq!(statuses, [307, 307, 200], "{way:#?}");
    let (cdn, api, last) = (&way[0], &way[1], &way[2]);
    // Every hop says who answered, and why.
    assert_eq!(cdn.all("x-imgdeploy-hop"), ["cloudfront; behavior=resized/*", "website; why=rule 1"]);
    assert_eq!(cdn.header("x-imgdeploy-rule"), Some("rule 1"));
    assert_eq!(cdn.header("x-cache"), Some("Miss from cloudfront"));
    assert!(cdn.header("via").unwrap().contains("CloudFront"));
    let location = format!("https://{API_HOST}/prod/resize/resized/300x200/pics/a.jpg");
    assert_eq!(cdn.header("x-imgdeploy-location"), Some(&*location));
    assert_eq!(
        cdn.header("location"),
        Some(&*format!("{}/api1234567/prod/resize{PATH}", front.handle.urls.api))
    );
    assert_eq!(api.all("x-imgdeploy-hop"), ["api; resource=/resize/{key+}"]);
    assert_eq!(api.header("cache-control"), Some("no-store"));
    assert_eq!(
        api.header("x-imgdeploy-location"),
        Some("https://cdn.example.com/resized/300x200/pics/a.jpg")
    );
    assert_eq!((last.text().as_str(), last.header("content-type")), (BODY, Some("image/jpeg")));
    assert_eq!(last.all("x-imgdeploy-hop"), ["cloudfront; behavior=resized/*", "website; why=object"]);

    front.clock.fetch_add(60, Ordering::SeqCst);
    let second = front.browse("GET", PATH).await;
    assert_eq!(second.len(), 1);
    assert_eq!((second[0].status, second[0].header("x-cache")), (200, Some("Hit from cloudfront")));
    assert_eq!((second[0].header("age"), second[0].text().as_str()), (Some("60"), BODY));
    assert_eq!(front.fake.change(|world| world.invoked.len()), 1);
}

#[tokio::test]
async fn cf_02_without_ttl_zero_it_loops_until_attach_sets_it_and_invalidates() {
    let front = Front::start(Fake::attached(0, 86_400)).await;
    let way = front.browse("GET", PATH).await;
    assert_eq!(way.len(), 21, "as many redirects as a browser follows");
    assert!(way.iter().all(|a| a.status == 307));
    assert_eq!(way[2].header("x-cache"), Some("Hit from cloudfront"));
    // CF-07: the right TTL alone doesn't help what is cached.
    front.fake.change(|world| world.distribution = Some(distribution(0, 0)));
    assert_eq!(front.cdn(PATH).await.status, 307);
    front.fake.change(|world| {
        world.invalidations.push(Invalidation {
            id: "I1".to_owned(),
            status: "Completed".to_owned(),
            paths: vec!["/resized/*".to_owned()],
        });
    });
    assert_eq!(front.cdn(PATH).await.status, 200);
}

#[tokio::test]
async fn cf_03_min_ttl_one_loops() {
    let front = Front::start(Fake::attached(1, 1)).await;
    assert_eq!(front.browse("GET", PATH).await.len(), 21);
}

#[tokio::test]
async fn an_invalidation_is_honoured_once() {
    let front = Front::start(Fake::attached(0, 0)).await;
    front.browse("GET", PATH).await;
    let invalidate = |id: &str| {
        let invalidation =
            Invalidation { id: id.to_owned(), status: String::new(), paths: vec![PATH.to_owned()] };
        front.fake.change(|world| world.invalidations.push(invalidation));
    };
    assert_eq!(front.cdn(PATH).await.header("x-cache"), Some("Hit from cloudfront"));
    invalidate("I1");
    assert_eq!(front.cdn(PATH).await.header("x-cache"), Some("Miss from cloudfront"));
    assert_eq!(front.cdn(PATH).await.header("x-cache"), Some("Hit from cloudfront"));
    invalidate("I2");
    assert_eq!(front.cdn(PATH).await.header("x-cache"), Some("Miss from cloudfront"));
}

#[tokio::test]
async fn head_goes_the_same_way() {
    let front = Front::start(Fake::attached(0, 0)).await;
    let way = front.browse("HEAD", PATH).await;
    let last = way.last().unwrap();
    assert_eq!((way.len(), last.status, last.body.len()), (3, 200, 0));
    assert_eq!(last.header("content-length"), Some(&*BODY.len().to_string()));
    // From a cached GET too.
    front.browse("GET", PATH).await;
    let hit = super::fake::send("HEAD", &format!("{}{PATH}", front.handle.urls.cdn), &[]).await;
    assert_eq!((hit.header("x-cache"), hit.body.len()), (Some("Hit from cloudfront"), 0));
    assert_eq!(hit.header("content-length"), Some(&*BODY.len().to_string()));
}

#[tokio::test]
async fn s3_13_keys_with_special_characters_arrive_as_asked() {
    let front = Front::start(Fake::attached(0, 0)).await;
    for name in [
        "a b.jpg",
        "a+b.jpg",
        "a&b=c;d.jpg",
        "a#b.jpg",
        "a%41.jpg",
        "\u{fc}\u{6f22}.JPG",
        "a (1)",
        "a'b!c*.jpg",
    ] {
        let key = format!("resized/300x200/pics/{name}");
        let way = front.browse("GET", &format!("/{}", encode_path(&key))).await;
        assert_eq!(way.last().unwrap().status, 200, "{name}: {way:#?}");
        assert_eq!(front.fake.change(|world| world.invoked.pop()), Some(key));
    }
}

#[tokio::test]
async fn many_at_once_get_the_same_picture() {
    let front = Front::start(Fake::attached(0, 0)).await;
    let all = futures::future::join_all((0..20).map(|_| front.browse("GET", PATH))).await;
    assert!(all.iter().all(|way| way.last().unwrap().text() == BODY));
}
