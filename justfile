# Each recipe is a plain cargo line that works without just.

# The same as CI.
check:
    bash .ci/run

test:
    cargo test --workspace

lint:
    cargo clippy --workspace --all-targets -- -D warnings

demo *ARGS:
    cargo run --release -- demo {{ARGS}}

# A control plane on the demo contracts; set PAYMENTS_URL, PAYMENTS_TOKEN, DESK_URL, MODELS_URL and MODELS_KEY first.
serve *ARGS:
    cargo run --release -p remit-control-plane -- serve --data ./data --contracts assets/contracts {{ARGS}}

# Power cuts, bad disks and hostile tools for longer. After each cut the whole journal is looked at, so their time grows with the square.
crash:
    REMIT_CUTS=100 REMIT_CROWD=100000 cargo test --workspace --test system -- crash:: crowd:: history:: hostile:: rollback:: disk_full:: syncs:: corrupted:: latch:: --nocapture

bench:
    cargo bench -p remit-tests

# Look at changed snapshots (needs cargo-insta).
review:
    cargo insta review

# The documentation's captures anew, from the demo in a terminal.
screens:
    REMIT_SCREENS={{justfile_directory()}}/docs/screens.md cargo test --workspace --test system -- pty::screens

deny:
    cargo deny check
