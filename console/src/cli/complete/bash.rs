//! bash breaks words at `:` and `=`; a scope is put together again before it is completed.

use std::{ffi::OsString, io, path::Path};

use clap_complete::env::EnvCompleter;

/// bash, with scopes such as `service:NAME` as one word.
#[derive(Clone, Copy, Debug)]
pub struct Bash;

/// Joins what bash has broken, and takes back from the answers what stands there already.
const SCRIPT: &str = r#"
_remit_complete() {
    local words=() line="$COMP_LINE" rest word i last
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word="${COMP_WORDS[i]}"
        rest="${line#"${line%%[![:space:]]*}"}"
        last=$((${#words[@]} - 1))
        if ((i > 0)) && [[ -n "$word" && "$rest" == "$line" ]]; then
            words[last]+="$word"
        elif ((i > 0)) && [[ -z "$word" && "${words[last]}" == *[:=] && "${COMP_LINE:COMP_POINT-1:1}" != [[:space:]] ]]; then
            :
        else
            words+=("$word")
        fi
        line="${rest#"$word"}"
    done
    last=$((${#words[@]} - 1))
    local typed="${words[last]}" there=""
    if [[ "$COMP_WORDBREAKS" == *:* && "$typed" == *[:=]* ]]; then
        there="${typed%"${typed##*[:=]}"}"
    fi
    local IFS=$'\013'
    COMPREPLY=($(_CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX="$last" VARIABLE=bash "COMPLETER" -- "${words[@]}" 2>/dev/null))
    COMPREPLY=("${COMPREPLY[@]#"$there"}")
    if [[ ${#COMPREPLY[@]} -ne 1 || "${COMPREPLY[0]}" != *[=/:] ]]; then
        compopt +o nospace 2>/dev/null
    fi
}
complete -o nospace -o bashdefault -F _remit_complete BIN
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        var: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn io::Write,
    ) -> io::Result<()> {
        // Within double quotes.
        let completer: String = completer
            .chars()
            .flat_map(|c| "\\\"$`".contains(c).then_some('\\').into_iter().chain([c]))
            .collect();
        let script = SCRIPT.replace("VARIABLE", var).replace("COMPLETER", &completer).replace("BIN", bin);
        buf.write_all(script.trim_start().as_bytes())
    }

    fn write_complete(
        &self,
        cmd: &mut clap::Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn io::Write,
    ) -> io::Result<()> {
        clap_complete::env::Bash.write_complete(cmd, args, current_dir, buf)
    }
}
