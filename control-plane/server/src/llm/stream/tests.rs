//! Streams as providers send them, cut into pieces anywhere.

use super::*;

const OPENAI: &str = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":null}\n\n\
    data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n\
    data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n\
    data: [DONE]\n\n";

const ANTHROPIC: &str = "event: message_start\r\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9,\"cache_read_input_tokens\":1,\"output_tokens\":1}}}\r\n\r\n\
    event: ping\ndata: {\"type\":\"ping\"}\n\n\
    data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n\
    data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\n\
    data: {\"type\":\"message_stop\"}\n\n";

/// What becomes of each event when so many bytes come at a time.
fn fates(speaks: Speaks, text: &str, asked: bool, size: usize) -> (Vec<Fate>, Reader) {
    let (mut events, mut reader, mut fates) = (Events::default(), Reader::new(speaks, asked), Vec::new());
    for piece in text.as_bytes().chunks(size) {
        events.extend(piece);
        while let Some(event) = events.next().unwrap() {
            fates.push(reader.read(&event));
        }
    }
    (fates, reader)
}

#[test]
fn however_a_stream_is_cut_into_pieces_it_says_the_same() {
    use Fate::{Keep, Last, Pass};
    for size in 1..OPENAI.len() {
        let (seen, reader) = fates(Speaks::OpenAi, OPENAI, false, size);
        assert_eq!(seen, [Pass, Pass, Pass, Keep, Last], "{size}");
        assert_eq!((reader.reported.input, reader.reported.output), (Some(9), Some(2)));
        assert_eq!(reader.text, "Hello");
        let (seen, reader) = fates(Speaks::Anthropic, ANTHROPIC, false, size);
        assert_eq!(seen, [Pass, Pass, Pass, Pass, Last], "{size}");
        assert_eq!((reader.reported.input, reader.reported.output), (Some(10), Some(2)));
        assert_eq!(reader.text, "Hello");
    }
    assert_eq!(fates(Speaks::OpenAi, OPENAI, true, 7).0[3], Pass);
}

#[test]
fn what_is_reported_before_the_end_is_not_the_whole() {
    let started = ANTHROPIC.split("data: {\"type\":\"message_delta\"").next().unwrap();
    let (_, reader) = fates(Speaks::Anthropic, started, false, 50);
    assert_eq!((reader.reported.input, reader.reported.output), (Some(10), None));
    let on_the_way =
        "data: {\"choices\":[{\"delta\":{}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}\n\n";
    let (_, reader) = fates(Speaks::OpenAi, on_the_way, false, 50);
    assert_eq!(reader.reported, Reported::default());
    assert!(reader.is_beyond(5) && !reader.is_beyond(6));
}

#[test]
fn more_text_than_the_longest_tokens_is_beyond_the_limit() {
    let mut reader = Reader::new(Speaks::OpenAi, false);
    reader.text = "x".repeat(128 * 5 + 127);
    assert!(!reader.is_beyond(5));
    reader.text.push('x');
    assert!(reader.is_beyond(5));
}
