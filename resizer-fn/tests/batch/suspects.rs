//! Messages that come again, and what is noted beside them. That they are listed when the function really breaks off is in
//! `runtime_api/poison.rs`.

use super::{Bench, again, bench, counts, event, work};
use imgdeploy_batch::Note;
use resizer_fn::batch::{BatchResponse, delivered};
use resizer_fn::store::StoreError;
use std::time::Duration;

/// Of it a quarter is kept for storing results.
const SHORT: Duration = Duration::from_millis(400);

impl Bench {
    fn desk(&self) -> &resizer_fn::batch::MemoryDesk {
        self.batch.desk()
    }

    fn note(&self, message: &str) -> Option<Note> {
        self.desk().notes.lock().unwrap().get(message).copied()
    }

    async fn deliver_in(&self, time: Duration, bodies: &[String], receives: u32) -> BatchResponse {
        self.batch.serve(&delivered(&event(bodies, receives)).unwrap(), time, "r1").await.0
    }

    /// The function as another process finds it: nothing but what is stored.
    fn elsewhere(&self) -> Self {
        let other = bench(&["30x20"]);
        *other.desk().notes.lock().unwrap() = self.desk().notes.lock().unwrap().clone();
        other
    }
}

fn busy() -> StoreError {
    StoreError::Busy { detail: "SlowDown".to_owned() }
}

#[tokio::test]
async fn what_was_begun_and_not_ended_is_listed_and_the_others_are_made() {
    let bench = bench(&["30x20", "10x"]);
    // As after two deaths while the second was worked on alone.
    bench.batch.desk().notes.lock().unwrap().insert("m1".to_owned(), Note::BegunAgain);
    let bodies = [work(0, "pics/a.jpg"), work(1, "a.png"), work(2, "smart/b.jpg")];
    let (response, _) = bench.deliver(&bodies, 3).await;
    assert_eq!(again(&response), [""; 0]);
    assert_eq!(bench.counts(), counts(4, 0, 2));
    let told = bench.told();
    assert!(told.iter().all(|(key, _, code)| key == "a.png" && code == "broke_off"), "{told:?}");
    // Each has its result before the next begins.
    assert_eq!(bench.batch.desk().results.lock().unwrap().len(), 3);
    let notes = bench.batch.desk().notes.lock().unwrap().clone();
    assert!(notes.values().all(|note| *note == Note::Settled), "{notes:?}");
    // And is told once, whatever becomes of the others.
    let (response, _) = bench.deliver(&bodies, 4).await;
    assert_eq!((again(&response), bench.told().len()), (Vec::new(), 2));
}

#[tokio::test]
async fn nothing_is_noted_at_the_first_delivery() {
    let bench = bench(&["30x20"]);
    bench.deliver(&[work(0, "pics/a.jpg")], 1).await;
    assert!(bench.batch.desk().notes.lock().unwrap().is_empty());
    assert_eq!(bench.counts(), counts(1, 0, 0));
}

#[tokio::test]
async fn without_a_note_nothing_is_begun_the_second_time() {
    for call in ["noted", "note"] {
        let bench = bench(&["30x20"]);
        bench.batch.desk().fail.lock().unwrap().push(call);
        let (response, _) = bench.deliver(&[work(0, "pics/a.jpg")], 2).await;
        assert_eq!(again(&response), ["m0"], "{call}");
        assert!(bench.stored().is_empty(), "{call}");
    }
}

#[tokio::test]
async fn what_has_all_the_time_to_itself_and_is_not_done_is_given_up() {
    let bench = bench(&["30x20"]);
    bench.handler.store().stall();
    let event = event(&[work(0, "pics/a.jpg"), work(1, "a.png")], 2);
    let (response, _) =
        bench.batch.serve(&delivered(&event).unwrap(), Duration::from_millis(400), "r1").await;
    // The other had no time, and is not to be blamed for it.
    assert_eq!(again(&response), ["m1"]);
    assert_eq!(bench.told(), [("pics/a.jpg".to_owned(), "30x20".to_owned(), "timeout".to_owned())]);
}

#[tokio::test]
async fn begun_once_and_not_ended_is_tried_again_after_the_others() {
    let bench = bench(&["30x20"]);
    bench.desk().notes.lock().unwrap().insert("m0".to_owned(), Note::Begun);
    let (response, _) = bench.deliver(&[work(0, "pics/a.jpg"), work(1, "a.png")], 3).await;
    assert_eq!((again(&response), bench.told()), (Vec::new(), Vec::new()));
    assert_eq!(bench.counts(), counts(2, 0, 0));
    let results = bench.desk().results.lock().unwrap().clone();
    let order: Vec<&str> = results.iter().map(|(_, name, _)| name.as_str()).collect();
    assert!(order[0].contains("1") && order.len() == 2, "{order:?}");
    assert_eq!((bench.note("m0"), bench.note("m1")), (Some(Note::Settled), Some(Note::Settled)));
}

#[tokio::test]
async fn work_that_ended_is_not_taken_for_broken_off_because_of_a_note() {
    for lost in [Note::Open, Note::Settled] {
        let bench = bench(&["30x20"]);
        *bench.desk().fail_note.lock().unwrap() = Some(lost);
        let bodies = [work(0, "pics/a.jpg")];
        // What is made and stored needs no further delivery, whatever is noted.
        let response = bench.deliver_in(SHORT, &bodies, 2).await;
        assert_eq!(again(&response), [""; 0], "{lost:?}");
        for receives in 3..8 {
            // If it comes all the same.
            bench.deliver_in(SHORT, &bodies, receives).await;
        }
        assert_eq!((bench.told(), bench.counts()), (Vec::new(), counts(1, 0, 0)), "{lost:?}");
    }
}

#[tokio::test]
async fn one_lost_note_is_written_again() {
    let bench = bench(&["30x20"]);
    bench.handler.store().fail_put(busy());
    // The first is that it is begun.
    bench.desk().skip_then_fail_notes(1, 1);
    let (response, _) = bench.deliver(&[work(0, "pics/a.jpg")], 2).await;
    assert_eq!(again(&response), ["m0"]);
    assert_eq!(bench.note("m0"), Some(Note::Open));
}

#[tokio::test]
async fn neither_this_process_nor_the_next_blames_what_ended() {
    let bench = bench(&["30x20"]);
    bench.handler.store().fail_put(busy());
    *bench.desk().fail_note.lock().unwrap() = Some(Note::Open);
    for receives in 2..5 {
        let response = bench.deliver_in(SHORT, &[work(0, "pics/a.jpg")], receives).await;
        assert_eq!((again(&response), bench.told()), (vec!["m0"], Vec::new()), "{receives}");
    }
    assert_eq!(bench.note("m0"), Some(Note::Begun));
    let other = bench.elsewhere();
    let (response, _) = other.deliver(&[work(0, "pics/a.jpg")], 5).await;
    assert_eq!((again(&response), other.told()), (Vec::new(), Vec::new()));
    assert_eq!(other.counts(), counts(1, 0, 0));
}

#[tokio::test]
async fn what_hangs_after_the_work_is_no_break_off_and_has_an_answer() {
    for (call, noted) in
        [("tell", Some(Note::Open)), ("result", Some(Note::Open)), ("note", None), ("noted", None)]
    {
        let bench = bench(&["30x20"]);
        *bench.desk().hang.lock().unwrap() = Some(call);
        let bodies = [work(0, if call == "tell" { "gone.jpg" } else { "pics/a.jpg" })];
        for receives in 2..4 {
            let response = bench.deliver_in(SHORT, &bodies, receives).await;
            assert_eq!(again(&response), ["m0"], "{call}");
        }
        assert_eq!(bench.note("m0"), noted, "{call}");
        *bench.desk().hang.lock().unwrap() = None;
        bench.deliver(&bodies, 4).await;
        assert!(bench.told().iter().all(|(_, _, code)| code == "original_not_found"), "{call}");
        assert_eq!(bench.counts().total(), 1, "{call}");
    }
}

#[tokio::test]
async fn what_hangs_at_the_first_delivery_has_an_answer_too() {
    let bench = bench(&["30x20"]);
    *bench.desk().hang.lock().unwrap() = Some("result");
    let response = bench.deliver_in(SHORT, &[work(0, "pics/a.jpg")], 1).await;
    assert_eq!(again(&response), ["m0"]);
}

#[tokio::test]
async fn our_own_lack_of_time_is_no_break_off() {
    let bench = bench(&["30x20"]);
    // The job can't be read, so that even the item's own watch over the time has not begun.
    *bench.desk().hang.lock().unwrap() = Some("job");
    for receives in 2..4 {
        let response = bench.deliver_in(SHORT, &[work(0, "pics/a.jpg")], receives).await;
        assert_eq!(again(&response), ["m0"]);
        assert_eq!(bench.note("m0"), Some(Note::Open));
    }
    let other = bench.elsewhere();
    other.deliver(&[work(0, "pics/a.jpg")], 4).await;
    assert_eq!((other.told(), other.counts()), (Vec::new(), counts(1, 0, 0)));
}
