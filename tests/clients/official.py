"""The providers' own clients, pointed at us: base URL and key, and nothing else. Says what each saw, a line each."""

import sys

import anthropic
import openai

url, token = sys.argv[1:]
chat = openai.OpenAI(base_url=f"{url}/v1", api_key=token, default_headers={"remit-workflow": "refund"})
talk = anthropic.Anthropic(base_url=url, api_key=token, default_headers={"remit-workflow": "refund"})
messages = [{"role": "user", "content": "Is it fine?"}]


def say(*words):
    print(*words, flush=True)


def ask(model="small", **more):
    return chat.chat.completions.create(model=model, messages=messages, **more)


def tell(model="claude-small", **more):
    return talk.messages.create(model=model, messages=messages, max_tokens=50, **more)


answer = ask()
say("openai", answer.choices[0].message.content, answer.usage.completion_tokens)
say("openai stream", "".join(chunk.choices[0].delta.content or "" for chunk in ask(stream=True)))
raw = chat.chat.completions.with_raw_response.create(model="small", messages=messages, user="raw")
say("openai run", "remit-run" in raw.headers)
try:
    ask(model="large")
except openai.PermissionDeniedError as error:
    say("openai refused", error.status_code, error.code)

answer = tell()
say("anthropic", answer.content[0].text, answer.usage.output_tokens)
with talk.messages.stream(model="claude-small", messages=messages, max_tokens=60) as stream:
    say("anthropic stream", "".join(stream.text_stream), stream.get_final_message().usage.output_tokens)
try:
    tell(model="claude-large")
except anthropic.PermissionDeniedError as error:
    say("anthropic refused", error.status_code, error.body["error"]["code"])

chunks, events = ask(stream=True, user="stopped"), tell(stream=True, metadata={"user_id": "stopped"})
next(iter(chunks)), next(iter(events))
say("streaming")
try:
    for chunk in chunks:
        pass
except openai.APIError as error:
    say("openai stopped", error.code)
try:
    for event in events:
        pass
except anthropic.APIStatusError as error:
    say("anthropic stopped", error.body["error"]["code"])
try:
    ask(user="after")
except openai.PermissionDeniedError as error:
    say("openai after", error.code)
