//! The emulator is started, kept apart from others, and really enforces what the tests rely on.
#![allow(clippy::unwrap_used)]

use test_support::ministack::MiniStack;
use test_support::scenario::create_bucket;
use test_support::{iam, jpeg, photos};

#[test]
fn two_at_once_know_nothing_of_each_other() {
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(MiniStack::start);
        let two = scope.spawn(MiniStack::start);
        (one.join().unwrap(), two.join().unwrap())
    });
    assert_ne!(one.port(), two.port());
    create_bucket(&one.root("eu-west-1"), "only-here");
    assert_eq!(one.root("eu-west-1").s3("HEAD", "/only-here", "").status, 200);
    assert_eq!(two.root("eu-west-1").s3("HEAD", "/only-here", "").status, 404);
}

#[test]
fn dropping_it_frees_the_port() {
    let aws = MiniStack::start();
    let port = aws.port();
    drop(aws);
    std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
}

#[test]
fn reset_forgets_everything() {
    let aws = MiniStack::start();
    let root = aws.root("eu-west-1");
    create_bucket(&root, "gone-soon");
    aws.reset();
    assert_eq!(root.s3("HEAD", "/gone-soon", "").status, 404);
}

#[test]
fn users_are_denied_what_root_is_not() {
    let aws = MiniStack::start();
    let root = aws.root("eu-west-1");
    create_bucket(&root, "guarded");
    let user = root.with_credentials(iam::user(&root, "reader", &iam::all_but("s3:GetBucketWebsite")));
    assert_eq!(user.s3("GET", "/guarded?website", "").status, 403);
    assert_eq!(user.s3("GET", "/guarded?tagging", "").status, 404, "allowed, but there are none");
    assert_eq!(root.s3("GET", "/guarded?website", "").status, 404);
}

#[test]
fn a_users_signature_must_be_right() {
    let aws = MiniStack::start();
    let root = aws.root("eu-west-1");
    let real = iam::user(&root, "admin", iam::ADMIN);
    let forged = aws_credential_types::Credentials::new(real.access_key_id(), "guessed", None, None, "test");
    assert_eq!(root.with_credentials(real).s3("GET", "/", "").status, 200);
    assert_eq!(root.with_credentials(forged).s3("GET", "/", "").status, 403);
}

#[test]
fn the_photographs_are_what_the_readme_says() {
    for photo in [photos::DANDELION, photos::MOUNTAIN] {
        let (width, height) = jpeg::dimensions(photo.bytes).unwrap();
        assert_eq!((u32::from(width), u32::from(height)), photo.shown, "{}", photo.name);
        assert!(!jpeg::has_exif(photo.bytes), "{}", photo.name);
    }
    assert_eq!(jpeg::dimensions(photos::DOGS_TURNED.bytes).unwrap(), (1200, 800), "stored lying");
    assert!(jpeg::has_exif(photos::DOGS_TURNED.bytes));
    assert!(jpeg::dimensions(photos::FIG_PNG.bytes).is_err());
}
